"""What the doctor says of the platforms: complete or not, and with --online whether the tokens work, within seconds."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from adapters.slack.checking import check
from adapters.slack.manifest import SCOPES
from bot.config import Slack, server, settings
from bot.doctor import Finding, checks, platforms

BOT, APP = "xoxb-secret", "xapp-secret"


@dataclass
class Web:
    """Slack's Web API as far as a check asks: what is answered, and who asked."""

    body: bytes = b'{"ok": true, "team_id": "T1"}'
    scopes: str = ",".join(SCOPES)
    status: int = 200
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def web(**answer: object) -> Iterator[Web]:
    given = Web(**answer)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given.asked.append((self.path, self.headers["Authorization"]))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(given.status)
            self.send_header("Content-Length", str(len(given.body)))
            if given.scopes:
                self.send_header("X-OAuth-Scopes", given.scopes)
            self.end_headers()
            self.wfile.write(given.body)

        def log_message(self, *_: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
    thread.start()
    given.url = f"http://127.0.0.1:{listening.server_address[1]}/api/"
    try:
        yield given
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def found(url: str, seconds: float = 3.0, app: str = "") -> tuple[tuple[str, Finding], ...]:
    return check(Slack(bot_token=BOT, app_token=app, api_url=url), seconds)


def test_tokens_that_work_are_said_to_work() -> None:
    with web() as slack:
        findings = found(slack.url, app=APP)
    assert [(name, finding.fine) for name, finding in findings] == [
        ("SLACK_BOT_TOKEN", True),
        ("SLACK_APP_TOKEN", True),
    ]
    assert "T1" in findings[0][1].words
    assert slack.asked == [
        ("/api/auth.test", f"Bearer {BOT}"), ("/api/apps.connections.open", f"Bearer {APP}"),
    ]  # fmt: skip


def test_a_scope_that_is_missing_is_named() -> None:
    with web(scopes="commands, chat:write,im:write") as slack:
        ((_, finding),) = found(slack.url)
    assert not finding.fine
    assert "users:read" in finding.words


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"body": b'{"ok": false, "error": "invalid_auth"}'}, "invalid_auth"),
        ({"body": b'{"ok": false, "error": "<xoxb-secret>"}'}, "not Slack"),
        ({"body": b"<html>xoxb-secret</html>"}, "not Slack"),
        ({"body": b"<html>xoxb-secret</html>", "status": 502}, "not Slack"),
        ({"body": b"[1]"}, ""),
        ({"body": b"\xff"}, ""),
    ],
)
def test_a_refusal_or_rubbish_is_one_line_without_the_token(
    answer: dict[str, object], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with web(**answer) as slack:
        ((_, finding),) = found(slack.url)
    assert not finding.fine
    assert said in finding.words
    assert "secret" not in finding.words + caplog.text
    assert "\n" not in finding.words


def test_who_does_not_answer_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        ((_, finding),) = found(f"http://127.0.0.1:{silent.getsockname()[1]}/api/", seconds=0.2)
        assert time.monotonic() - began < 30
    assert not finding.fine


def test_a_proxy_of_the_environment_is_not_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the server itself asks."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with web() as slack:
        ((_, finding),) = found(slack.url)
    assert finding.fine


def test_what_no_header_may_hold_is_a_finding_too() -> None:
    with web() as slack:
        ((_, finding),) = check(Slack(bot_token="xoxb-secret\r\nX: y", api_url=slack.url))
    assert not finding.fine
    assert "secret" not in finding.words
    assert not slack.asked


def test_nobody_there_is_a_finding_too() -> None:
    ((_, finding),) = found("http://127.0.0.1:9/")
    assert "could not be reached" in finding.words


@pytest.mark.parametrize("unreadable", [0, 2])
def test_tokens_that_do_not_open_are_counted(unreadable: int) -> None:
    closed = []

    class Store:
        installations = SimpleNamespace(unreadable=lambda: unreadable)

        def failures(self) -> dict[str, int]:
            return {}

        def close(self) -> None:
            closed.append(self)

    found = dict(checks(lambda: settings({}), lambda _: Store(), date(2026, 11, 2)))["database and keys"]
    assert found.fine == (not unreadable)
    assert (str(unreadable) in found.words) == bool(unreadable)
    assert closed


@pytest.mark.parametrize(
    ("failures", "fine", "words"),
    [
        ({}, True, "none of the last seven days was given up"),
        ({"ConversationGone": 2}, True, "2 because the chat is gone (check-ins there have stopped)"),
        ({"Later": 1, "OurBug": 3}, False, "1 because the platform did not take it in time, 3 because the platform"),
    ],
)
def test_administrators_see_failures_by_class_only(failures: dict[str, int], fine: bool, words: str) -> None:
    class Store:
        installations = SimpleNamespace(unreadable=lambda: 0)

        def failures(self) -> dict[str, int]:
            return failures

        def close(self) -> None: ...

    found = dict(checks(lambda: settings({}), lambda _: Store(), date(2026, 11, 2)))["messages"]
    assert found.fine == fine
    assert words in found.words


def test_the_doctor_says_how_slack_is_set_up() -> None:
    def said(**env: str) -> list[tuple[str, bool, str]]:
        return [(name, one.fine, one.words) for name, one in platforms(lambda: server(env), None)]

    assert [name for name, *_ in said(SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP)] == ["Slack", "Teams", "tokens"]
    assert said()[0][:2] == ("Slack", True)
    assert "not set up" in said()[0][2]
    assert said(SLACK_BOT_TOKEN=BOT)[0][:2] == ("platforms", False)
    assert "Socket Mode" in said(SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP)[0][2]
    assert "--online" in said(SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP)[2][2]
    many = said(
        SLACK_CLIENT_ID="1", SLACK_CLIENT_SECRET="2", SLACK_SIGNING_SECRET="3", AFTERWORD_PUBLIC_URL="https://a.example"
    )
    assert many[0][2].endswith("https://a.example/slack/install")
    assert "secret" not in json.dumps(said(SLACK_BOT_TOKEN=BOT, SLACK_SIGNING_SECRET="secret"))
