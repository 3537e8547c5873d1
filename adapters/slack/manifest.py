"""The app as Slack is told of it. Law: the least that Afterword needs; a scope or an event more needs a written reason.

Limits and fields: https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from adapters.slack import ids

#: commands: /reflect and the shortcut; chat:write: neutral lines, and the weekly question in a channel; im:write: the
#: chat in which to say them; users:read: language, time zone, and that somebody has left; channels:read, groups:read:
#: that the bot was invited into a public or a private channel, or taken out of it. They also let list channels and who
#: is in them, which is never done.
SCOPES: Final = ("commands", "chat:write", "im:write", "users:read", "channels:read", "groups:read")
#: What people type to the bot is delivered under this scope only. It also lets read that chat, which is never done.
TYPING_SCOPE: Final = "im:history"

EVENTS: Final = (
    "app_home_opened",
    "user_change",
    "app_uninstalled",
    "tokens_revoked",
    "team_access_revoked",  # an organization takes one of its workspaces away
    # The bot in a channel: invited; and taken out, or no longer among the people of one organization. Slack does not
    # tell a bot of its own going by member_left_channel (https://github.com/slackapi/node-slack-sdk/issues/931).
    "member_joined_channel",
    "channel_left",
    "channel_archive",
    "channel_deleted",
    "channel_shared",
    "group_left",
    "group_archive",
    "group_deleted",
)
TYPING_EVENT: Final = "message.im"

EVENTS_PATH: Final = "/slack/events"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
COLOUR: Final = "#2f5d50"

Word = Callable[[str], str]


def manifest(
    word: Word, url: str = "", *, strict: bool = False, socket: bool = False, one: bool = False
) -> dict[str, Any]:
    """`word` gives the bot's own lines by name.

    `url`: our public address, with no slash at its end; `socket` needs none. `strict`: nobody can type to the bot, who
    then needs no scope for it. `one`: for a single workspace, whose token does not expire; so it is with `socket`.
    """
    at = "" if socket else url
    many = bool(at) and not one
    return {
        "display_information": {
            "name": word("name-of-app"),
            "description": word("slack-manifest-short"),
            "long_description": word("slack-manifest-long"),
            "background_color": COLOUR,
        },
        "features": _features(word, at, strict),
        "oauth_config": {
            **({"redirect_urls": [f"{at}{REDIRECT_PATH}"]} if many else {}),
            "scopes": {"bot": list(scopes(strict=strict))},
        },
        "settings": {
            "event_subscriptions": {**_at("request_url", at), "bot_events": sorted(events(strict=strict))},
            "interactivity": {"is_enabled": True, **_at("request_url", at)},
            "org_deploy_enabled": True,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": many,
        },
    }


def scopes(*, strict: bool) -> tuple[str, ...]:
    return SCOPES if strict else (*SCOPES, TYPING_SCOPE)


def events(*, strict: bool) -> tuple[str, ...]:
    return EVENTS if strict else (*EVENTS, TYPING_EVENT)


def _features(word: Word, url: str, strict: bool) -> dict[str, Any]:
    command = {
        "command": ids.COMMAND,
        "description": word("slack-manifest-command"),
        "usage_hint": word("slack-manifest-hint"),
        "should_escape": False,
    }
    shortcut = {
        "name": word("slack-manifest-shortcut"),
        "type": "global",
        "callback_id": ids.SHORTCUT,
        "description": word("slack-manifest-command"),
    }
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": strict,
        },
        "bot_user": {"display_name": word("name-of-app"), "always_online": False},
        "shortcuts": [shortcut],
        "slash_commands": [{**command, **_at("url", url)}],
    }


def _at(name: str, url: str) -> dict[str, str]:
    return {name: f"{url}{EVENTS_PATH}"} if url else {}
