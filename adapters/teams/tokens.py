"""Whether an activity comes from Teams, and to us. Law: nothing in a token chooses how that token is checked.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from jwt.types import Options

from adapters.teams.keys import ALGORITHM, MAX_KID, Keys, SigningKey

CHANNEL = "msteams"
ISSUER = "https://api.botframework.com"
#: Seconds by which clocks may differ, and the time after which no token can be meant to last.
LEEWAY = 300.0
LATEST = 1e11
#: Characters of the whole header; Microsoft's are about a thousand long.
MAX_HEADER = 16 * 1024

_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
#: What has to do with time is checked here, by our own clock.
_OPTIONS: Options = {
    "require": ["exp", "iss", "aud", "serviceurl"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
_RULES: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.InvalidSignatureError, "signature"),
    (jwt.MissingRequiredClaimError, "missing-claim"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidIssuerError, "issuer"),
)


class Denied(Exception):
    """`rule`: what was not kept, for the log. Nothing of the token is in it."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Tokens:
    """`now`: seconds since 1970."""

    def __init__(self, app_id: str, keys: Keys, *, now: Callable[[], float] = time.time) -> None:
        if not app_id:
            raise ValueError("Without an app id any token would be for us.")
        self._app_id = app_id
        self._keys = keys
        self._now = now

    async def verify(self, authorization: str, activity: Mapping[str, object]) -> None:
        """That Microsoft signed this header for this app, now, for this channel and this service address.

        The body is not signed: the service address is all that ties it to the token. Raises Denied, and NoKeys.
        """
        token, head = _bearer(authorization)
        key = await self._keys.of(_kid(head))
        if key is None:
            raise Denied("unknown-key")
        claims = self._claims(token, key)
        self._in_time(claims)
        _of_teams(activity, key)
        service = activity.get("serviceUrl")
        if not isinstance(service, str) or claims["serviceurl"] != service:
            raise Denied("service-url")

    def _claims(self, token: str, key: SigningKey) -> dict[str, Any]:
        try:
            return jwt.decode(
                token, key.key, algorithms=[ALGORITHM], audience=self._app_id, issuer=ISSUER, options=_OPTIONS
            )
        except jwt.PyJWTError as error:
            rule = next((rule for kind, rule in _RULES if isinstance(error, kind)), "malformed")
        raise Denied(rule)  # out here the library's own error, which may quote the token, is not part of it

    def _in_time(self, claims: Mapping[str, object]) -> None:
        now = self._now()
        if _moment(claims["exp"]) <= now - LEEWAY:
            raise Denied("expired")
        if _moment(claims.get("nbf", 0)) > now + LEEWAY:
            raise Denied("not-yet")


def _bearer(authorization: str) -> tuple[str, str]:
    """The token and its first part, still in base64."""
    if not authorization:
        raise Denied("no-header")
    if not authorization.startswith("Bearer "):
        raise Denied("scheme")
    if len(authorization) > MAX_HEADER:
        raise Denied("too-long")
    found = _BEARER.fullmatch(authorization)
    if found is None:
        raise Denied("malformed")
    return authorization.removeprefix("Bearer "), found[1]


def _kid(head: str) -> str:
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise Denied("malformed")
    if header.get("alg") != ALGORITHM:
        raise Denied("algorithm")
    kid = header.get("kid")
    if not (isinstance(kid, str) and 0 < len(kid) <= MAX_KID):
        raise Denied("kid")
    return kid


def _moment(claim: object) -> float:
    """Seconds since 1970; neither a truth value nor without end nor text."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 <= claim < LATEST:
        raise Denied("time")
    return claim


def _of_teams(activity: Mapping[str, object], key: SigningKey) -> None:
    if activity.get("channelId") != CHANNEL:
        raise Denied("channel")
    if key.endorsements and CHANNEL not in key.endorsements:
        raise Denied("endorsement")
