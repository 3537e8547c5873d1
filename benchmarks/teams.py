"""An answer in a Teams dialog, its token verified, durably committed and drawn anew by `afterword serve`, against a
stock botbuilder echo. Each row is a function below, whose docstring says what it does and what it leaves out.

Example: python benchmarks/teams.py --quick
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm
from serving import PEOPLE, RATE, Figures, Row, compared, running, table
from start import DIRECTLY, free_port
from teams_people import APP, HOME, TENANTS, Crowd, InDialog, OnCard, Person, guid

from storage.keyring import new_key

AIM_RATIO, AIM_P99 = 0.2, 60.0
IN_DIALOGS, ON_CARDS = 256, 400

#: Microsoft's login, the keys that it signs with, and the connector, which all say yes, as fast as they can. It counts
#: the cards that are changed.
MICROSOFT = """
import json, sys
from aiohttp import web
port, changed = int(sys.argv[1]), [0]
def said(body):
    async def answer(request):
        await request.read()
        changed[0] += request.method == "PUT"
        return web.Response(text=json.dumps(body), content_type="application/json")
    return answer
app = web.Application()
app.add_routes([
    web.post("/login/{tenant}/oauth2/v2.0/token", said({"access_token": "a-token", "expires_in": 3599})),
    web.get("/openid", said({"jwks_uri": f"http://127.0.0.1:{port}/keys"})),
    web.get("/keys", said({"keys": [json.loads(sys.argv[2])]})),
    web.get("/changed", lambda request: web.Response(text=str(changed[0]))),
    web.route("*", "/teams/v3/{rest:.*}", said({"id": "1"})),
])
web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)
"""

#: See `stock` and `stock_with_tokens`. The handler does with a message what botbuilder's own adapter for aiohttp does,
#: which pins another aiohttp than the one here.
STOCK = """
import sys
from aiohttp import web
from botbuilder.core import CloudAdapterBase
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AppCredentials, BotFrameworkAuthenticationFactory, ChannelValidation, PasswordServiceClientCredentialFactory)
class Held(AppCredentials):
    def get_access_token(self, force_refresh=False): return "a-token"
class Registered(PasswordServiceClientCredentialFactory):
    async def create_credentials(self, app_id, *_, **__): return Held(app_id)
known = Registered(sys.argv[2], "a password") if len(sys.argv) > 2 else PasswordServiceClientCredentialFactory()
ChannelValidation.open_id_metadata_endpoint = sys.argv[3] if len(sys.argv) > 2 else None
adapter = CloudAdapterBase(BotFrameworkAuthenticationFactory.create(credential_factory=known))
async def on_turn(context):
    if context.activity.type == "message":
        await context.send_activity(f"echo {context.activity.text}")
async def messages(request):
    activity = Activity().deserialize(await request.json())
    await adapter.process_activity(request.headers.get("Authorization", ""), activity, on_turn)
    return web.Response()
app = web.Application()
app.add_routes([web.post("/api/messages", messages)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""

#: See `our_sdk`.
OUR_SDK = """
import sys
from aiohttp import web
from adapters.teams.reference import Reference
from adapters.teams.sdk import Sdk
async def messages(request):
    said = await request.json()
    at = Reference(service_url=said["serviceUrl"], tenant=said["conversation"]["tenantId"],
        bot=said["recipient"]["id"], conversation=said["conversation"]["id"])
    async def echo(): await request.app["sdk"].send(at, {"type": "message", "text": f"echo {said['text']}"})
    await request.app["sdk"].turn(said, echo)
    return web.Response()
app = web.Application()
app["sdk"] = Sdk("", str, lambda url: True, anonymous=True)
async def ended(app): await app["sdk"].close()
app.on_cleanup.append(ended)
app.add_routes([web.post("/api/messages", messages)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""

#: See `a_token`.
A_TOKEN = """
import sys
from aiohttp import web
from adapters.teams.keys import Keys
from adapters.teams.tokens import Tokens
async def while_running(app):
    keys = Keys(sys.argv[3])
    await keys.start()
    app["tokens"] = Tokens(sys.argv[2], keys)
    yield
    await keys.close()
async def messages(request):
    await request.app["tokens"].verify(request.headers["Authorization"], await request.json())
    return web.Response()
app = web.Application()
app.cleanup_ctx.append(while_running)
app.add_routes([web.post("/api/messages", messages)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""


# What they talk to


@dataclass(frozen=True)
class Microsoft:
    """The fake of it, and what it knows."""

    port: int
    key: RSAPrivateKey

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def service_url(self) -> str:
        return f"{self.url}/teams/"

    @property
    def changed(self) -> int:
        """Cards so far."""
        with DIRECTLY.open(f"{self.url}/changed") as answer:
            return int(answer.read())

    def crowd(self, kind: type[Person], number: int, *, tokens: bool = True, waits: bool = True) -> Crowd:
        """Everybody's token is signed once; it lasts an hour."""
        people = [kind(one, self.service_url, self._token(one) if tokens else "") for one in range(number)]
        return Crowd(people, waits)

    def _token(self, number: int) -> str:
        now = int(time.time())
        claims = {
            "iss": "https://api.botframework.com", "aud": APP, "serviceurl": self.service_url,
            "nbf": now - 300, "exp": now + 3600, "jti": guid("token", number),
        }  # fmt: skip
        return jwt.encode(claims, self.key, "RS256", {"kid": "key-1", "x5t": "key-1"})


@contextmanager
def microsoft() -> Iterator[Microsoft]:
    port, key = free_port(), generate_private_key(public_exponent=65537, key_size=2048)
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    published = {"kty": "RSA", "use": "sig", "kid": "key-1", "endorsements": ["msteams"]}
    known = json.dumps({**published, "n": public["n"], "e": public["e"]})
    with running("-c", MICROSOFT, str(port), known, port=port):
        yield Microsoft(port, key)


# The rows


@contextmanager
def stock(known: Microsoft) -> Iterator[Row]:
    """A bot as botbuilder's samples build it, that nobody has registered yet: CloudAdapter over what
    BotFrameworkAuthenticationFactory makes without settings (the public cloud's).

    It reads a message with the SDK's own classes and sends "echo ..." over HTTP to the connector. It checks no token,
    sends none, stores nothing and draws no card. The other rows are compared with this one, the cheapest stock bot.
    """
    with echo("stock echo", STOCK, crowd=known.crowd(Person, PEOPLE, tokens=False, waits=False)) as row:
        yield row


@contextmanager
def stock_with_tokens(known: Microsoft) -> Iterator[Row]:
    """The same bot when it is registered: the SDK checks the token of every request, with keys that it has fetched once
    from the local address, and sends a token of its own.

    That token is at hand in our place for it: the SDK's own login asks for one in every turn, and takes https only. So
    a real stock bot costs more than this row.
    """
    given = (APP, f"{known.url}/openid")
    with echo("stock echo, tokens", STOCK, *given, crowd=known.crowd(Person, PEOPLE, waits=False)) as row:
        yield row


@contextmanager
def our_sdk(known: Microsoft) -> Iterator[Row]:
    """The same echo through `adapters/teams/sdk.py`, which keeps its clients and sends over aiohttp; a floor for
    whatever goes through the SDK's turn and sends one message.

    No token is checked or sent, nothing is stored, and no pace is kept.
    """
    with echo("echo on our SDK", OUR_SDK, crowd=known.crowd(Person, PEOPLE, waits=False)) as row:
        yield row


@contextmanager
def a_token(known: Microsoft) -> Iterator[Row]:
    """A bare aiohttp handler that reads the JSON, checks the token with `adapters/teams/tokens.py`, and says 200.

    There is no SDK in it, and nothing is sent, stored or drawn.
    """
    given = (APP, f"{known.url}/openid")
    with echo("a token checked", A_TOKEN, *given, crowd=known.crowd(Person, PEOPLE, waits=False)) as row:
        yield row


@contextmanager
def echo(name: str, program: str, *given: str, crowd: Crowd) -> Iterator[Row]:
    port = free_port()
    with running("-c", program, str(port), *given, port=port) as child:
        yield Row(name, address(port), child, crowd.begin)


@contextmanager
def afterword(known: Microsoft, folder: Path, cards: Crowd) -> Iterator[tuple[Row, Row]]:
    """`afterword serve` on SQLite, everything on: tokens are checked, turns are committed before they are answered.

    In the dialog: task/submit is answered with the next card; nothing is sent to the connector. On the card:
    adaptiveCard/action is answered with the next card, after the card that the chat keeps was changed by a call to the
    connector. Every tap moves the talk; the data are those of the buttons that were drawn, but for BACK.
    """
    port = free_port()
    settings = {
        "AFTERWORD_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}", "AFTERWORD_KEY": new_key(),
        "MICROSOFT_APP_ID": APP, "MICROSOFT_APP_PASSWORD": "a password", "MICROSOFT_APP_TENANT_ID": HOME,
        "MICROSOFT_LOGIN_URL": f"{known.url}/login", "BOTFRAMEWORK_OPENID_URL": f"{known.url}/openid",
        "AFTERWORD_TEAMS_TENANTS": " ".join(TENANTS), "AFTERWORD_TEAMS_SERVICE_URLS": known.service_url,
    }  # fmt: skip
    dialogs = known.crowd(InDialog, IN_DIALOGS)
    with running("-m", "bot", "serve", "--port", str(port), port=port, **settings) as child:
        yield (
            Row("afterword, in the dialog", address(port), child, dialogs.begin),
            Row("afterword, on the card", address(port), child, cards.begin),
        )


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}/api/messages"


ECHOES: tuple[Callable[[Microsoft], Any], ...] = (stock, stock_with_tokens, our_sdk, a_token)


def taken(folder: Path, rounds: int, each: int, seconds: float) -> dict[str, Figures]:
    """Raises RuntimeError where our own pace kept a change of a card for later: the row would then leave work out."""
    with ExitStack() as stack:
        known = stack.enter_context(microsoft())
        cards = known.crowd(OnCard, ON_CARDS)
        rows = [stack.enter_context(one(known)) for one in ECHOES]
        rows += stack.enter_context(afterword(known, folder, cards))
        figures = compared(rows, rounds, each, seconds)
        if known.changed < cards.sent:
            raise RuntimeError(f"{cards.sent} answers on cards, of which {known.changed} were changed")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three short rounds")
    rounds, each, seconds = (3, 15, 2.0) if parser.parse_args().quick else (9, 40, 10.0)
    with tempfile.TemporaryDirectory(prefix="afterword-bench-") as folder:
        figures = taken(Path(folder), rounds, each, seconds)
    table(figures, digits=2)
    own = max(one.own for figure in figures.values() for one in figure.taken)
    print(f"the load generator takes up to {own:.2f} ms of CPU a request itself, on the same machine")
    print(f"aims: {AIM_RATIO:.2f} of the CPU a request at {PEOPLE} concurrent; p99 {AIM_P99:.0f} ms at {RATE} a second")


if __name__ == "__main__":
    main()
