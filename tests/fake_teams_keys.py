"""Who may speak to whom: the login that gives the bot its tokens, and the keys that Teams signs its own with.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from fake_teams_faults import Faulty
from fake_teams_state import Json, TeamsError, guid

ISSUER: Final = "https://api.botframework.com"
SCOPE: Final = "https://api.botframework.com/.default"


@cache
def _rsa(number: int) -> RSAPrivateKey:
    """They take a while to make: all fakes of a process share them."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Key:
    kid: str
    private: RSAPrivateKey
    endorsements: tuple[str, ...] = ("msteams",)
    published: bool = True

    @property
    def as_json(self) -> Json:
        numbers = self.private.public_key().public_numbers()
        named = {"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid}
        return {**named, "n": _base64(numbers.n), "e": _base64(numbers.e), "endorsements": list(self.endorsements)}


def _base64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def _key(number: int) -> Key:
    return Key(f"key-{number}", _rsa(number))


def stranger() -> RSAPrivateKey:
    """A key that nobody published."""
    return _rsa(-1)


@dataclass
class Keyed(Faulty):
    #: The registration's secret, and the tenant that it is in.
    password: str = "fake-password"
    bot_tenant: str = field(default_factory=lambda: guid("the bot's tenant"))
    #: Seconds that an access token is good for, by the fake's clock.
    expires_in: int = 3599
    #: No tokens either way.
    anonymous: bool = False
    #: Access tokens that were given out, and until when they are good.
    tokens: dict[str, float] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=lambda: [_key(1)])
    #: Where pages of members go on, by the token that was given out.
    pages: dict[str, int] = field(default_factory=dict)

    @property
    def login_url(self) -> str:
        return f"{self.base}/login"

    @property
    def openid_url(self) -> str:
        return f"{self.base}/openid/.well-known/openidconfiguration"

    # The bot's tokens.

    @property
    def token_fetches(self) -> int:
        return len(self.called("token"))

    def give_token(self, tenant: str, form: Mapping[str, Any]) -> Json:
        if form.get("grant_type") != "client_credentials":
            raise _refused(400, "unsupported_grant_type", "AADSTS70003")
        if tenant != self.bot_tenant:
            raise _refused(400, "invalid_request", "AADSTS90002")
        if form.get("client_id") != self.app_id:
            raise _refused(400, "unauthorized_client", "AADSTS700016")
        if form.get("client_secret") != self.password:
            raise _refused(401, "invalid_client", "AADSTS7000215")
        if form.get("scope") != SCOPE:
            raise _refused(400, "invalid_scope", "AADSTS70011")
        token = f"fake-access-{self.number()}"
        self.tokens[token] = self.clock.now + self.expires_in
        times = {"expires_in": self.expires_in, "ext_expires_in": self.expires_in}
        return {"token_type": "Bearer", **times, "access_token": token}

    def revoke_tokens(self) -> None:
        """None that was given out is good any more, whatever the bot was told."""
        self.tokens.clear()

    def check_token(self, token: str) -> None:
        if not self.anonymous and self.tokens.get(token, 0.0) <= self.clock.now:
            raise TeamsError(401, "Unauthorized", "Authorization has been denied for this request.")

    # Teams' own tokens.

    def roll_keys(self, *, withdraw: bool = False) -> None:
        """A new key signs from now on. `withdraw`: the old ones are published no longer."""
        for each in self.keys:
            each.published = each.published and not withdraw
        self.keys.append(_key(len(self.keys) + 1))

    def metadata(self) -> Json:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{self.base}/openid/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }

    def key_set(self) -> Json:
        return {"keys": [each.as_json for each in self.keys if each.published]}

    def signed(
        self,
        *,
        key: Any = None,
        algorithm: str = "RS256",
        kid: str | None = None,
        without: tuple[str, ...] = (),
        **claims: Any,
    ) -> str:
        """A token as Teams sends it along with an activity; with other claims, or without some, where a test says so.
        In real time: the bot looks at its own clock."""
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": self.app_id, "serviceurl": self.service_url, "nbf": now - 300, "exp": now + 3600}
        kept = {name: value for name, value in {**usual, **claims}.items() if name not in without}
        headers = {"kid": self.keys[-1].kid if kid is None else kid, "x5t": self.keys[-1].kid}
        return jwt.encode(kept, self.keys[-1].private if key is None else key, algorithm, headers)


def _refused(status: int, error: str, code: str) -> TeamsError:
    return TeamsError(status, error, body={"error": error, "error_description": f"{code}: refused.", "error_codes": []})
