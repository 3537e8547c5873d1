"""Whether Slack takes the tokens that are set. Law: no token in a sentence; an answer within seconds, offline too."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from functools import partial

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from adapters.slack.manifest import SCOPES
from bot.config import Slack
from bot.doctor import Finding

SECONDS = 3.0

#: The SDK would log what it was answered; the finding says what is needed.
_silence = logging.getLogger("afterword.slack.checking")
_silence.addFilter(lambda record: False)


def check(slack: Slack, seconds: float = SECONDS) -> tuple[tuple[str, Finding], ...]:
    """A finding for each token; none where workspaces bring their own."""
    asks = {"SLACK_BOT_TOKEN": (_bot, slack.bot_token), "SLACK_APP_TOKEN": (_app, slack.app_token)}
    return tuple(
        (name, _asked(partial(ask, _client(slack, token, seconds)), seconds))
        for name, (ask, token) in asks.items()
        if token
    )


def _client(slack: Slack, token: str, seconds: float) -> WebClient:
    return WebClient(
        token=token, base_url=slack.api_url, timeout=max(1, round(seconds)), retry_handlers=[], logger=_silence
    )


def _bot(client: WebClient) -> Finding:
    answer = client.auth_test()
    missing = [scope for scope in SCOPES if scope not in _scopes(answer)]
    if missing:
        return Finding(False, f"it lacks {', '.join(missing)}; make the app from a new manifest, or reinstall it")
    return Finding(True, f"it works in workspace {answer.get('team_id') or answer.get('enterprise_id')}")


def _scopes(answer: SlackResponse) -> list[str]:
    """Slack names them in a header; where it does not, nothing can be missed."""
    named = {name.lower(): value for name, value in answer.headers.items()}.get("x-oauth-scopes")
    listed = named[0] if isinstance(named, list) else named
    return list(SCOPES) if listed is None else [scope.strip() for scope in listed.split(",")]


def _app(client: WebClient) -> Finding:
    client.apps_connections_open(app_token=client.token or "")
    return Finding(True, "it opens a connection")


def _asked(ask: Callable[[], Finding], seconds: float) -> Finding:
    """On a thread that nobody waits for: looking a name up cannot be cut short."""
    found = [Finding(False, "Slack did not answer in time; is there a way to it from here?")]

    def work() -> None:
        found[0] = _said(ask)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0]


def _said(ask: Callable[[], Finding]) -> Finding:
    try:
        return ask()
    except OSError:
        return Finding(False, "Slack could not be reached; is there a way to it from here?")
    except Exception as error:  # the SDK trips in many ways over what is not an answer of Slack's
        code = str(error.response.get("error")) if isinstance(error, SlackApiError) else ""
        if re.fullmatch(r"[a-z_]{1,60}", code):
            return Finding(False, f"Slack refuses it ({code}); copy it again from the app's page")
        return Finding(False, "what answers there is not Slack")
