"""What the bot may ask of Teams: to open a chat, to write, change and delete in one, and who is in it. No HTTP in here.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from fake_teams_keys import Keyed
from fake_teams_rules import LARGEST_BYTES, activity_faults, utf16_bytes
from fake_teams_state import Conversation, Json, Person, Post, Rejected, TeamsError

#: A stand-in of what Teams answers about a chat that is closed to the bot; "errorCode" and "subCode" as documented:
#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
_CLOSED = '{\r\n  "subCode": "MessageWritesBlocked",\r\n  "details": "Closed.",\r\n  "errorCode": null\r\n}'


def split(name: str) -> tuple[str, str]:
    """A conversation's id, and the message that a thread of a channel began with."""
    plain, _, root = name.partition(";messageid=")
    return plain, root


def conversation_of(teams: Keyed, name: str) -> Conversation:
    found = teams.conversations.get(split(name)[0])
    if found is None:
        raise TeamsError(404, "ConversationNotFound", "The conversation was not found.")
    return found


def _may_write(teams: Keyed, place: Conversation) -> None:
    if place.team and not place.team.installed:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    if place.kind != "personal":
        return
    person = teams.who(place.tenant, place.whose[0])
    if person.blocked:
        raise TeamsError(403, "ConversationBlockedByUser", "User blocked the conversation with the bot.")
    if not teams.reachable(person):
        raise TeamsError(403, "MessageWritesBlocked", body={"errorCode": 209, "message": _CLOSED})


def _judge(teams: Keyed, where: str, activity: Any) -> Json:
    if utf16_bytes(activity) > LARGEST_BYTES:
        teams.rejected.append(Rejected(where, ("activity: too large",), activity))
        raise TeamsError(413, "MessageSizeTooBig", "Message size too large.")
    faults = activity_faults(activity, teams.own_urls)
    if faults:
        teams.rejected.append(Rejected(where, tuple(faults), activity))
        raise TeamsError(400, "BadSyntax", "; ".join(faults)[:300])
    return deepcopy(dict(activity))


# Opening a chat.


def create(teams: Keyed, body: Any) -> tuple[int, Json]:
    """A chat with one person: the one that there is, where there is one. Or a thread in a channel."""
    given = body if isinstance(body, dict) else {}
    data = given.get("channelData") or {}
    tenant = given.get("tenantId") or (data.get("tenant") or {}).get("id")
    if data.get("channel") and given.get("activity"):
        return _thread(teams, str(data["channel"].get("id")), given["activity"])
    members = given.get("members") or []
    if given.get("isGroup") or len(members) != 1 or tenant not in teams.tenants:
        raise TeamsError(400, "BadSyntax", "Incorrect conversation creation parameters")
    person = teams.by_id(tenant, str(members[0].get("id", "")))
    if person is None:
        raise TeamsError(400, "BadArgument", "Failed to decrypt pairwise id")
    if not teams.reachable(person):
        raise TeamsError(403, "ForbiddenOperationException", "The bot is not installed in user's personal scope")
    place = teams.personal(person)
    made: Json = {"id": place.id}
    if given.get("activity"):
        made["activityId"] = send(teams, place.id, given["activity"])[1]["id"]
    return 201, made


def _thread(teams: Keyed, channel: str, activity: Any) -> tuple[int, Json]:
    sent = send(teams, channel, activity)[1]["id"]
    return 201, {"id": f"{channel};messageid={sent}", "activityId": sent}


# Writing in it.


def send(teams: Keyed, name: str, activity: Any, replying_to: str = "") -> tuple[int, Json]:
    """A reply stands where any other message would; in a channel, in the thread of what it replies to. What is replied
    to need not be there: the SDK names ids that it made up."""
    place = conversation_of(teams, name)
    _may_write(teams, place)
    kept = _judge(teams, "reply" if replying_to else "send", activity)
    activity_id = teams.message_id()
    if kept["type"] == "message":
        root = split(name)[1] or replying_to
        place.posts.append(Post(activity_id, teams.bot_id, [{**kept, "id": activity_id}], root=root))
    return 201, {"id": activity_id}


def _own(teams: Keyed, name: str, activity_id: str) -> Post:
    place = conversation_of(teams, name)
    _may_write(teams, place)
    post = place.post(activity_id)
    if not post.by_bot:
        raise TeamsError(403, "ForbiddenOperationException", "The message was not sent by the bot.")
    return post


def update(teams: Keyed, name: str, activity_id: str, activity: Any) -> tuple[int, Json]:
    post = _own(teams, name, activity_id)
    kept = _judge(teams, "update", activity)
    post.versions.append({**kept, "id": activity_id})
    return 200, {"id": activity_id}


def delete(teams: Keyed, name: str, activity_id: str) -> tuple[int, Json]:
    _own(teams, name, activity_id).deleted = True
    return 200, {}


# Who is in it.


def member_json(person: Person) -> Json:
    """Both names of the directory's id were seen; so here are both."""
    first, _, last = person.name.partition(" ")
    address = f"{person.handle}@example.org"
    return {
        "id": person.member_id,
        "name": person.name,
        "givenName": first,
        "surname": last,
        "objectId": person.aad or None,
        "aadObjectId": person.aad or None,
        "email": address,
        "userPrincipalName": address,
        "tenantId": person.tenant,
        "userRole": "guest" if person.guest else "user" if person.aad else "anonymous",
    }


def _roster(teams: Keyed, name: str) -> list[Person]:
    place = conversation_of(teams, name)
    if place.team and not place.team.installed:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    return teams.members(place)


def page(teams: Keyed, name: str, size: int, token: str, most: int) -> tuple[int, Json]:
    """`most`: how many a page has at the most, however many are asked for."""
    people = _roster(teams, name)
    at = teams.pages.get(token) if token else 0
    if at is None:
        raise TeamsError(400, "BadArgument", "The continuation token is not valid.")
    end = at + max(1, min(size, most))
    found: Json = {"members": [member_json(each) for each in people[at:end]]}
    if end < len(people):
        following = f"page+{teams.number()}/="
        teams.pages[following] = end
        found["continuationToken"] = following
    return 200, found


def member(teams: Keyed, name: str, member_id: str) -> tuple[int, Json]:
    found = next((each for each in _roster(teams, name) if member_id in (each.member_id, each.aad)), None)
    if found is None:
        raise TeamsError(404, "MemberNotFoundInConversation", "The member was not found.")
    return 200, member_json(found)
