"""What Slack is told of the app: within its limits, and no more than the app uses."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from local_chat import library

from adapters.slack import ids
from adapters.slack.manifest import EVENTS, SCOPES, TYPING_EVENT, TYPING_SCOPE, events, manifest, scopes
from bot.cli import main
from bot.commands import understand

ROOT = Path(__file__).parent.parent
URL = "https://afterword.example.org"


@dataclass(frozen=True)
class Several:
    most: int
    each: Any


#: https://docs.slack.dev/reference/app-manifest and the schema in slackapi/manifest-schema (2026): the fewest and the
#: most characters of a text, what a value may be, or how many of what a list holds.
LIMITS: dict[str, Any] = {
    "display_information": {
        "name": (1, 35), "description": (1, 140), "long_description": (175, 4000),
        "background_color": re.compile(r"#[0-9a-f]{6}"),
    },
    "features": {
        "app_home": {
            "home_tab_enabled": bool, "messages_tab_enabled": bool, "messages_tab_read_only_enabled": bool,
        },
        "bot_user": {"display_name": (1, 80), "always_online": bool},
        "shortcuts": Several(10, {
            "name": (1, 24), "type": re.compile("global"), "callback_id": (1, 255), "description": (1, 150),
        }),
        "slash_commands": Several(50, {
            "command": re.compile(r"/\S{1,31}"), "url": re.compile(r"https://.{1,2990}"), "description": (1, 2000),
            "usage_hint": (1, 1000), "should_escape": bool,
        }),
    },
    "oauth_config": {"redirect_urls": Several(1000, (1, 2500)), "scopes": {"bot": Several(255, (1, 50))}},
    "settings": {
        "event_subscriptions": {"request_url": re.compile(r"https://.{1,3490}"), "bot_events": Several(100, (1, 50))},
        "interactivity": {"is_enabled": bool, "request_url": re.compile(r"https://.{1,3490}")},
        "org_deploy_enabled": bool, "socket_mode_enabled": bool, "token_rotation_enabled": bool,
    },
}  # fmt: skip


def faults(value: Any, limit: Any, at: str = "") -> list[str]:
    match limit:
        case dict():
            unknown = [f"{at}/{key}: unknown" for key in value if key not in limit]
            known = [key for key in value if key in limit]
            return unknown + [one for key in known for one in faults(value[key], limit[key], f"{at}/{key}")]
        case Several():
            many = [] if 1 <= len(value) <= limit.most else [f"{at}: {len(value)}"]
            return many + [one for n, item in enumerate(value) for one in faults(item, limit.each, f"{at}/{n}")]
        case re.Pattern():
            return [] if limit.fullmatch(value) else [f"{at}: {value}"]
        case (least, most):
            return [] if least <= len(value) <= most else [f"{at}: {len(value)} characters"]
        case _:
            return [] if isinstance(value, limit) else [f"{at}: {value!r}"]


def made(lang: str = "en", **how: Any) -> dict[str, Any]:
    return manifest(partial(library().word, lang), URL, **how)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("socket", [True, False])
@pytest.mark.parametrize("one", [True, False])
def test_it_keeps_within_slacks_limits(lang: str, strict: bool, socket: bool, one: bool) -> None:
    assert faults(made(lang, strict=strict, socket=socket, one=one), LIMITS) == []


def test_the_limits_are_felt() -> None:
    bad = made()
    bad["display_information"]["description"] = "x" * 141
    bad["settings"]["colour"] = "green"
    bad["features"]["slash_commands"][0]["command"] = "reflect"
    assert len(faults(bad, LIMITS)) == 3


def test_the_scopes_are_the_least() -> None:
    least = ["commands", "chat:write", "im:write", "users:read", "channels:read", "groups:read"]
    assert made(strict=True)["oauth_config"]["scopes"] == {"bot": least}
    assert made()["oauth_config"]["scopes"]["bot"] == [*SCOPES, "im:history"]


#: The scope that each needs: https://docs.slack.dev/reference/events and https://docs.slack.dev/reference/methods
NEEDED_FOR_EVENTS = {
    "app_home_opened": "", "app_uninstalled": "", "tokens_revoked": "", "team_access_revoked": "",
    "team_access_granted": "", "user_change": "users:read", "message": "im:history", "app_mention": "app_mentions:read",
    "team_join": "users:read", "reaction_added": "reactions:read", "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read", "channel_left": "channels:read", "channel_archive": "channels:read",
    "channel_deleted": "channels:read", "channel_rename": "channels:read", "channel_shared": "channels:read",
    "channel_unshared": "channels:read", "channel_unarchive": "channels:read", "channel_created": "channels:read",
    "group_left": "groups:read", "group_archive": "groups:read", "group_deleted": "groups:read",
    "group_rename": "groups:read", "group_unarchive": "groups:read",
}  # fmt: skip
NEEDED_FOR_METHODS = {
    "chat.postMessage": "chat:write", "chat.postEphemeral": "chat:write", "chat.update": "chat:write",
    "conversations.open": "im:write", "users.info": "users:read", "views.open": "", "views.push": "",
    "views.update": "", "views.publish": "", "auth.test": "", "oauth.v2.access": "", "apps.connections.open": "",
}  # fmt: skip
METHOD = re.compile(r"(admin|api|apps|auth|chat|conversations|files|oauth|team|usergroups|users|views)(\.\w+)+")


def literals() -> set[str]:
    """Every text in the adapter's code but the manifest's own."""
    return {
        node.value
        for path in (ROOT / "adapters" / "slack").glob("*.py")
        if path.name != "manifest.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_event_that_is_asked_for_is_taken_and_every_one_that_is_taken_is_asked_for() -> None:
    taken = literals() & (NEEDED_FOR_EVENTS.keys() | {"message"})
    assert {event.partition(".")[0] for event in events(strict=False)} == taken


def test_every_scope_is_needed_and_every_one_that_is_needed_is_there() -> None:
    called = {text for text in literals() if METHOD.fullmatch(text)}
    assert called <= NEEDED_FOR_METHODS.keys(), "write down which scope it needs"
    needed = {NEEDED_FOR_METHODS[name] for name in called} | {
        NEEDED_FOR_EVENTS[name.partition(".")[0]] for name in EVENTS
    }
    assert needed - {""} | {"commands"} == set(SCOPES)
    assert scopes(strict=False) == (*SCOPES, NEEDED_FOR_EVENTS["message"])


def test_what_is_said_in_channels_is_not_asked_for() -> None:
    """Every event of a message but those of the chat with the bot itself, and every scope to read a history."""
    heard = {event for event in events(strict=False) if event.startswith(("message", "app_mention", "reaction"))}
    assert heard == {TYPING_EVENT} == {"message.im"}
    read = {scope for scope in scopes(strict=False) if scope.endswith((":history", ":public", ":manage"))}
    assert read == {TYPING_SCOPE} == {"im:history"}


def test_strictly_nobody_can_type_to_the_bot() -> None:
    strict = made(strict=True)
    assert strict["features"]["app_home"]["messages_tab_read_only_enabled"]
    assert TYPING_EVENT not in strict["settings"]["event_subscriptions"]["bot_events"]
    assert TYPING_SCOPE not in strict["oauth_config"]["scopes"]["bot"]


def test_over_http_every_address_is_ours() -> None:
    over_http = made()
    found = re.findall(r'"(https?://[^"]+)"', json.dumps(over_http))
    assert sorted(set(found)) == [f"{URL}/slack/events", f"{URL}/slack/oauth_redirect"]
    assert over_http["settings"]["token_rotation_enabled"]
    assert not over_http["settings"]["socket_mode_enabled"]


def test_for_one_workspace_tokens_do_not_expire_and_nobody_is_led_back() -> None:
    one = made(one=True)
    assert not one["settings"]["token_rotation_enabled"]
    assert "redirect_urls" not in one["oauth_config"]


def test_by_socket_mode_there_is_no_address_and_the_token_does_not_expire() -> None:
    by_socket = made(socket=True)
    assert "http" not in json.dumps(by_socket)
    assert by_socket["settings"]["socket_mode_enabled"]
    assert not by_socket["settings"]["token_rotation_enabled"]


def test_command_and_shortcut_are_the_ones_that_are_read_back() -> None:
    features = made()["features"]
    assert [one["command"] for one in features["slash_commands"]] == [ids.COMMAND]
    assert [one["callback_id"] for one in features["shortcuts"]] == [ids.SHORTCUT]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_the_hint_names_is_understood(lang: str) -> None:
    hint = made(lang)["features"]["slash_commands"][0]["usage_hint"]
    assert all(understand(library(), words) for words in hint.strip("[]").split(" | "))


# From the command line


def run(*words: str, env: dict[str, str] | None = None) -> Any:
    return CliRunner().invoke(main, ["manifest", "slack", *words], env={"AFTERWORD_PUBLIC_URL": "", **(env or {})})


def test_the_command_prints_what_can_be_pasted(tmp_path: Path) -> None:
    assert json.loads(run("--url", f"{URL}/").output) == made()
    assert json.loads(run(env={"AFTERWORD_PUBLIC_URL": URL}).output) == made()
    assert json.loads(run("--socket", "--strict").output) == made(socket=True, strict=True)
    assert json.loads(run("--socket", "--lang", "es").output) == made("es", socket=True)
    assert run("--socket", "--out", str(tmp_path / "slack.json")).output == ""
    assert json.loads((tmp_path / "slack.json").read_text(encoding="utf-8")) == made(socket=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--socket"),
        (("--url", "http://afterword.example.org"), "must be https"),
        (("--socket", "--lang", "xx"), "en, es"),
        (("--socket", "--out", "/no/such/folder/slack.json"), "cannot be written"),
    ],
)
def test_what_it_cannot_do_it_says(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
