"""The activities that Teams sends to a bot, as its documentation shows them.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from fake_teams_state import Conversation, Json, MsTeam, Person, Teams

PLATFORMS: Final = {"phone": "iOS", "tablet": "Android", "desktop": "Windows", "web": "Web"}


def _times(teams: Teams, person: Person | None) -> Json:
    now = datetime.fromtimestamp(teams.clock.now, UTC)
    there = now.astimezone(ZoneInfo(person.zone)) if person else now
    stamp = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
    return {"timestamp": stamp, "localTimestamp": there.isoformat(timespec="milliseconds")}


def account(person: Person, *, named: bool = True) -> Json:
    """Somebody without an account has no id of the directory."""
    name = {"name": person.name} if named else {}
    return {"id": person.member_id, **name, **({"aadObjectId": person.aad} if person.aad else {})}


def _conversation(place: Conversation, root: str = "") -> Json:
    name = f"{place.id};messageid={root}" if root else place.id
    group = {} if place.kind == "personal" else {"isGroup": True}
    return {**group, "conversationType": place.kind, "id": name, "tenantId": place.tenant}


def _team(team: MsTeam, *, named: bool) -> Json:
    return {"id": team.id, "aadGroupId": team.group, **({"name": team.name} if named else {})}


def _channel_data(place: Conversation) -> Json:
    tenant = {"tenant": {"id": place.tenant}}
    if place.team is None:
        return tenant
    ids = {"teamsChannelId": place.id, "teamsTeamId": place.team.id}
    return {**ids, "channel": {"id": place.id}, "team": _team(place.team, named=False), **tenant}


def _about(teams: Teams, place: Conversation, person: Person | None, kind: str, root: str = "") -> Json:
    """What all activities have."""
    return {
        "type": kind,
        "channelId": "msteams",
        "serviceUrl": teams.service_url,
        **_times(teams, person),
        "conversation": _conversation(place, root),
        "recipient": {"id": teams.bot_id, "name": teams.app_name},
        "channelData": _channel_data(place),
    }


def from_client(
    teams: Teams, place: Conversation, person: Person, device: str, kind: str, root: str = "", **more: Any
) -> Json:
    """Something that a person did at a device."""
    _, _, country = person.locale.partition("-")
    client = {"locale": person.locale, "country": country or "US", "platform": PLATFORMS.get(device, "Windows")}
    return {
        **_about(teams, place, person, kind, root),
        "id": f"f:{teams.number()}",
        "from": account(person),
        "entities": [{**client, "timezone": person.zone, "type": "clientInfo"}],
        "locale": person.locale,
        "localTimezone": person.zone,
        **more,
    }


def said(teams: Teams, place: Conversation, person: Person, device: str, text: str, root: str = "") -> Json:
    """In a channel a bot hears only what is said to it."""
    words, entities = text, []
    if place.kind != "personal":
        mention = f"<at>{teams.app_name}</at>"
        words = f"{mention} {text}"
        entities = [{"type": "mention", "mentioned": {"id": teams.bot_id, "name": teams.app_name}, "text": mention}]
    number = teams.message_id()
    thread = (root or number) if place.kind == "channel" else ""
    made = from_client(teams, place, person, device, "message", thread, id=number, text=words, textFormat="plain")
    html = {"contentType": "text/html", "content": f"<div>{words}</div>"}
    return {**made, "entities": [*made["entities"], *entities], "attachments": [html]}


def submitted(
    teams: Teams, place: Conversation, person: Person, device: str, value: Any, card: str, root: str = ""
) -> Json:
    """Action.Submit: a message without words. It carries the id of the message that the card is in."""
    more = {"id": teams.message_id(), "value": value, "replyToId": card}
    made = from_client(teams, place, person, device, "message", root, **more)
    made["channelData"] = {**made["channelData"], "source": {"name": "message"}, "legacy": {"replyToId": f"1:{card}"}}
    return made


def invoked(
    teams: Teams,
    place: Conversation,
    person: Person,
    device: str,
    name: str,
    value: Any,
    card: str = "",
    root: str = "",
) -> Json:
    replying = {"replyToId": card} if card else {}
    made = from_client(teams, place, person, device, "invoke", root, name=name, value=value, **replying)
    made["channelData"] = {**made["channelData"], "source": {"name": "message"}}
    return made


def executed(action: Json, data: Json) -> Json:
    named = {name: action[name] for name in ("id", "title", "verb") if name in action}
    return {"action": {"type": "Action.Execute", **named, "data": data}, "trigger": "manual"}


def about_task(data: Any) -> Json:
    return {"data": data, "context": {"theme": "default"}}


# What no button does.


def installation(teams: Teams, place: Conversation, person: Person, action: str) -> Json:
    """`action`: add or remove, add-upgrade or remove-upgrade."""
    made = _about(teams, place, person, "installationUpdate")
    entity = {"type": "clientInfo", "locale": person.locale}
    data = {**made["channelData"], "source": {"name": "message"}}
    if place.team:
        data |= {"team": _team(place.team, named=True), "settings": {"selectedChannel": {"id": place.id}}}
    known = {"id": f"f:{teams.number()}", "from": account(person, named=False), "locale": person.locale}
    return {**made, **known, "action": action, "entities": [entity], "channelData": data}


def updated(teams: Teams, place: Conversation, person: Person, event: str = "", **members: list[Json]) -> Json:
    """conversationUpdate: `members` are membersAdded or membersRemoved; `event` is Teams' own word for it."""
    made = _about(teams, place, person, "conversationUpdate")
    data: Json = {"tenant": {"id": place.tenant}}
    if place.team:
        data = {"team": _team(place.team, named=True), "eventType": event, **data}
        if event.startswith("channel"):
            data["channel"] = {"id": place.id, "name": "General"}
    return {**made, "id": f"f:{teams.number()}", "from": account(person, named=False), "channelData": data, **members}


def changed(teams: Teams, place: Conversation, person: Person, device: str, message: Json, event: str) -> Json:
    """`event`: editMessage, undeleteMessage or softDeleteMessage."""
    kind = "messageDelete" if event == "softDeleteMessage" else "messageUpdate"
    kept = {"id": message["id"]} if kind == "messageDelete" else {"id": message["id"], "text": message["text"]}
    made = from_client(teams, place, person, device, kind, **kept)
    return {**made, "channelData": {**made["channelData"], "eventType": event}}


def oddities(teams: Teams, place: Conversation, person: Person, device: str) -> dict[str, Json]:
    """What a bot may get and has no use for, by a name."""

    def made(kind: str, **more: Any) -> Json:
        return from_client(teams, place, person, device, kind, **more)

    query = {"commandId": "search", "parameters": [{"name": "query", "value": "x"}]}
    return {
        "messageReaction": {**made("messageReaction", replyToId="1"), "reactionsAdded": [{"type": "like"}]},
        "typing": made("typing"),
        "event": made("event", name="application/vnd.microsoft.readReceipt", value={"lastReadMessageId": "1"}),
        "invoke": made("invoke", name="composeExtension/query", value=query),
        "nameless invoke": made("invoke", value={}),
        "endOfConversation": made("endOfConversation"),
        "unheard of": made("somethingNew", value=["x"]),
        "empty message": made("message", id=teams.message_id(), text=""),
        "message of a strange value": made("message", id=teams.message_id(), value=["x"]),
    }
