"""The bodies that Slack sends to an app, as its documentation shows them. Pure: made from what the fake knows.

Where an app is installed for a whole organization Slack leaves the workspace out: `team` is null in interactions, and
`authorizations[0].team_id` in events (https://docs.slack.dev/enterprise/organization-ready-apps).
"""

from __future__ import annotations

from copy import deepcopy
from html import escape
from typing import Any, Final

from fake_slack_state import APP_ID, Channel, Dm, Json, Message, Slack, Trigger, View
from fake_slack_views import payload_of, state_of

#: The old verification token; nobody should rely on it.
VERIFICATION: Final = "fake-verification"


def _org(slack: Slack, team: str) -> Json | None:
    enterprise = slack.workspaces[team].enterprise
    return {"id": enterprise, "name": enterprise.lower()} if enterprise else None


def event_body(slack: Slack, team: str, event: Json, *, shared: bool = False, authorized: bool = True) -> Json:
    """`authorized`: team_access_… events come with no authorizations and no workspace."""
    place = slack.workspaces[team]
    granted = {
        "enterprise_id": place.enterprise or None,
        "team_id": None if place.org_wide else team,
        "user_id": place.bot_user,
        "is_bot": True,
        "is_enterprise_install": place.org_wide,
    }
    where = {"team_id": team} if authorized else {}
    org = {"enterprise_id": place.enterprise} if place.enterprise else {}
    shown = (
        {"authorizations": [granted], "is_ext_shared_channel": shared, "context_team_id": team} if authorized else {}
    )
    return {
        "token": VERIFICATION,
        **where,
        **org,
        "api_app_id": APP_ID,
        "event": {**event, "event_ts": event.get("event_ts", slack.ts())},
        "type": "event_callback",
        "event_id": f"Ev{slack.number():08d}",
        "event_time": int(slack.clock.now),
        **shown,
    }


def command_body(slack: Slack, trigger: Trigger, command: str, text: str, typed_in: Dm) -> Json:
    place = slack.workspaces[trigger.team]
    org = {"enterprise_id": place.enterprise, "enterprise_name": place.enterprise.lower()} if place.enterprise else {}
    return {
        "token": VERIFICATION,
        "team_id": trigger.team,
        "team_domain": place.domain,
        **org,
        "channel_id": typed_in.id,
        "channel_name": "directmessage" if typed_in.user else "general",
        "user_id": trigger.user,
        "user_name": place.people[trigger.user].name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "true" if place.org_wide else "false",
        "response_url": slack.response_url(typed_in, trigger.user),
        "trigger_id": trigger.id,
    }


def _interaction(slack: Slack, kind: str, team: str, user: str) -> Json:
    place = slack.workspaces[team]
    name = place.people[user].name
    return {
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": team},
        "api_app_id": APP_ID,
        "token": VERIFICATION,
        "team": None if place.org_wide else {"id": team, "domain": place.domain},
        "enterprise": _org(slack, team),
        "is_enterprise_install": place.org_wide,
    }


def shortcut_body(slack: Slack, trigger: Trigger, callback_id: str) -> Json:
    base = _interaction(slack, "shortcut", trigger.team, trigger.user)
    return {**base, "action_ts": slack.ts(), "callback_id": callback_id, "trigger_id": trigger.id}


def view_actions_body(slack: Slack, trigger: Trigger, view: View, action: Json) -> Json:
    base = _interaction(slack, "block_actions", trigger.team, trigger.user)
    container = {"type": "view", "view_id": view.id}
    shown = payload_of(slack, view)
    return {**base, "container": container, "trigger_id": trigger.id, "view": shown, "actions": [action]}


def message_actions_body(slack: Slack, trigger: Trigger, place: tuple[Dm, Message], values: Json, action: Json) -> Json:
    dm, message = place
    base = _interaction(slack, "block_actions", trigger.team, trigger.user)
    container = {"type": "message", "message_ts": message.ts, "channel_id": dm.id, "is_ephemeral": message.ephemeral}
    shown = {} if message.ephemeral else {"message": deepcopy(message.now)}  # Slack leaves ephemeral messages out
    return {
        **base,
        "container": container,
        "trigger_id": trigger.id,
        "channel": {"id": dm.id, "name": dm.name if isinstance(dm, Channel) else "directmessage"},
        **shown,
        "state": values,
        "response_url": slack.response_url(dm, trigger.user, message.ts),
        "actions": [action],
    }


def submission_body(slack: Slack, trigger: Trigger, view: View) -> Json:
    base = _interaction(slack, "view_submission", trigger.team, trigger.user)
    return {**base, "trigger_id": trigger.id, "view": payload_of(slack, view), "response_urls": []}


def closed_body(slack: Slack, view: View, *, cleared: bool) -> Json:
    """What stood in the inputs is not told: `state.values` is empty."""
    base = _interaction(slack, "view_closed", view.team, view.user)
    return {**base, "view": {**payload_of(slack, view), "state": state_of({})}, "is_cleared": cleared}


def suggestion_body(slack: Slack, view: View, block_id: str, action_id: str, typed: str) -> Json:
    base = _interaction(slack, "block_suggestion", view.team, view.user)
    container = {"type": "view", "view_id": view.id}
    asked = {"action_id": action_id, "block_id": block_id, "value": typed}
    return {**base, "container": container, "view": payload_of(slack, view), **asked}


def said(slack: Slack, dm: Dm, text: str, **more: Any) -> Json:
    """A message that a person typed into their DM with the app, as Slack stores it: & < > as entities."""
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    number = slack.number()
    return {
        "client_msg_id": f"00000000-0000-4000-8000-{number:012d}",
        "type": "message",
        "text": escape(text, quote=False),
        "user": dm.user,
        "ts": slack.ts(),
        "blocks": [{"type": "rich_text", "block_id": f"r{number:05d}", "elements": [words]}],
        "team": dm.team,
        **more,
    }


def message_event(dm: Dm, message: Json) -> Json:
    return {**deepcopy(message), "channel": dm.id, "event_ts": message["ts"], "channel_type": "im"}


def changed_event(slack: Slack, dm: Dm, message: Message) -> Json:
    before = message.versions[-2] if len(message.versions) > 1 else message.now
    inner = {"message": deepcopy(message.now), "previous_message": deepcopy(before)}
    ts = slack.ts()
    about = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": ts, "event_ts": ts}
    return {**about, **inner, "channel": dm.id, "channel_type": "im"}


def deleted_event(slack: Slack, dm: Dm, message: Message) -> Json:
    ts = slack.ts()
    about = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": ts, "event_ts": ts}
    inner = {"previous_message": deepcopy(message.now), "deleted_ts": message.ts}
    return {**about, **inner, "channel": dm.id, "channel_type": "im"}
