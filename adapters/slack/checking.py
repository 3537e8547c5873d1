"""Whether Slack takes the tokens that are set. Law: no token in a sentence; an answer within seconds, offline too."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from contextlib import suppress

from yarl import URL

from adapters.slack.manifest import SCOPES
from adapters.slack.outcomes import Answer, Said, understood
from adapters.slack.outgoing import Outgoing
from bot.config import Slack
from bot.doctor import Finding

SECONDS = 3.0

SLOW = "Slack did not answer in time; is there a way to it from here?"
AWAY = "Slack could not be reached; is there a way to it from here?"


def check(slack: Slack, seconds: float = SECONDS) -> tuple[tuple[str, Finding], ...]:
    """A finding for each token; none where workspaces bring their own."""
    asks = {
        "SLACK_BOT_TOKEN": ("auth.test", slack.bot_token),
        "SLACK_APP_TOKEN": ("apps.connections.open", slack.app_token),
    }
    return tuple(
        (name, _asked(slack.api_url, method, token, seconds)) for name, (method, token) in asks.items() if token
    )


def _asked(url: str, method: str, token: str, seconds: float) -> Finding:
    """On a thread that nobody waits for: looking a name up cannot be cut short. It is looked up before anything else,
    since the loop would wait for that at its end."""
    found = [Finding(False, SLOW)]

    def work() -> None:
        with suppress(OSError, UnicodeError):
            socket.getaddrinfo(URL(url).host, None)
        try:
            found[0] = _told(method, asyncio.run(_answer(url, method, token, seconds)))
        except ValueError:  # of aiohttp, over what no header may hold
            found[0] = Finding(False, "it holds what no token does; copy it again from the app's page")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0]


async def _answer(url: str, method: str, token: str, seconds: float) -> Answer:
    outgoing = Outgoing(url)
    try:
        async with asyncio.timeout(seconds):
            return await outgoing.ask(method, token)
    except TimeoutError:
        return Answer()
    finally:
        await outgoing.close()


def _told(method: str, answer: Answer) -> Finding:
    match understood(answer):
        case Said(error=""):
            return _opens() if method == "apps.connections.open" else _works(answer)
        case Said(error=str(code)) if re.fullmatch(r"[a-z_]{1,60}", code):
            return Finding(False, f"Slack refuses it ({code}); copy it again from the app's page")
    return Finding(False, "what answers there is not Slack" if answer.status else AWAY)


def _opens() -> Finding:
    return Finding(True, "it opens a connection")


def _works(answer: Answer) -> Finding:
    """Slack names its scopes in a header; where it does not, nothing can be missed."""
    given = SCOPES if answer.scopes is None else [scope.strip() for scope in answer.scopes.split(",")]
    missing = [scope for scope in SCOPES if scope not in given]
    if missing:
        return Finding(False, f"it lacks {', '.join(missing)}; make the app from a new manifest, or reinstall it")
    values = understood(answer).values
    return Finding(True, f"it works in workspace {values.get('team_id') or values.get('enterprise_id')}")
