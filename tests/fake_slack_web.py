"""The Web API of the fake Slack: every method's scope, arguments, effect and errors. Views and OAuth are elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, NamedTuple

from fake_slack_rules import block_faults, marks_in, messages_of
from fake_slack_state import APP_ID, Channel, Dm, Json, Message, Person, Rejected, Slack, SlackError, Token
from fake_slack_views import as_object, open_view, publish_view, push_view, update_view, with_ids

#: Slack cuts the text of a posted message here.
TEXT_POSTED: Final = 40_000
#: And refuses more than this in a changed one.
TEXT_UPDATED: Final = 4_000


class Method(NamedTuple):
    run: Callable[[Slack, Token, Json], Json]
    scope: str
    arguments: frozenset[str]


def _true(value: Any) -> bool:
    """Form bodies carry booleans as words."""
    return value is True or str(value).lower() in ("1", "true")


def _auth_test(slack: Slack, token: Token, body: Json) -> Json:
    place = slack.teams_of(token)[0]
    home = {"url": f"https://{place.domain}.slack.com/", "team": place.domain, "team_id": place.id}
    bot = {"user": "afterword", "user_id": place.bot_user, "bot_id": place.bot_id}
    if token.owner != place.id:
        # A token for the whole organization: that the team's fields name the organization is [unverified].
        home |= {"team": token.owner.lower(), "team_id": token.owner}
    org = {"enterprise_id": place.enterprise} if place.enterprise else {}
    return {**home, **bot, **org, "is_enterprise_install": token.owner != place.id}


def user_object(person: Person, place_enterprise: str = "", *, locale: bool = False) -> Json:
    named = {"id": person.id, "team_id": person.team, "name": person.name, "deleted": person.deleted}
    profile = {"real_name": person.name.title(), "display_name": person.name, "team": person.team}
    flags = {
        "is_bot": person.bot,
        "is_app_user": False,
        "is_admin": person.admin,
        "is_owner": False,
        "is_restricted": person.guest,
        "is_ultra_restricted": False,
        **({"is_stranger": True} if person.stranger else {}),
    }
    zone = {} if person.deleted else {"tz": person.tz, "tz_label": person.tz, "tz_offset": 0}
    org = {"enterprise_user": {"id": person.id, "enterprise_id": place_enterprise}} if place_enterprise else {}
    tongue = {"locale": person.locale} if locale else {}
    return {**named, "real_name": profile["real_name"], **zone, "profile": profile, **flags, **org, **tongue}


def _users_info(slack: Slack, token: Token, body: Json) -> Json:
    person = slack.known(token, str(body.get("user", "")))
    if person is None:
        raise SlackError("user_not_found")
    enterprise = slack.workspaces[person.team].enterprise
    return {"user": user_object(person, enterprise, locale=_true(body.get("include_locale")))}


def _open_dm(slack: Slack, token: Token, user: str) -> Dm:
    person = slack.known(token, user)
    if person is None:
        raise SlackError("user_not_found")
    if person.deleted:
        raise SlackError("user_disabled")
    if person.bot:
        raise SlackError("cannot_dm_bot")
    return slack.dm(person.team, person.id)


def _conversations_open(slack: Slack, token: Token, body: Json) -> Json:
    users = body.get("users") or ""
    names = users if isinstance(users, list) else [each for each in str(users).split(",") if each]
    if len(names) != 1:
        raise SlackError("users_list_not_supplied" if not names else "too_many_users")
    dm = _open_dm(slack, token, names[0].strip())
    before, dm.opened = dm.opened, True
    found = {"id": dm.id, "user": dm.user, "is_im": True} if _true(body.get("return_im")) else {"id": dm.id}
    again = {"no_op": True, "already_open": True} if before else {}
    return {**again, "channel": found}


def _place(slack: Slack, token: Token, channel: str) -> Dm:
    """A channel's id, a DM's, or a person's: Slack then opens the DM."""
    if channel.startswith(("U", "W")):
        if slack.known(token, channel) is None:
            raise SlackError("channel_not_found")
        return _open_dm(slack, token, channel)
    dm = slack.dms.get(channel)
    if isinstance(dm, Channel):
        return _in_channel(slack, token, dm)
    if dm is None or dm.team not in [each.id for each in slack.teams_of(token)]:
        raise SlackError("channel_not_found")
    if slack.workspaces[dm.team].people[dm.user].deleted:
        raise SlackError("user_disabled")
    return dm


def _in_channel(slack: Slack, token: Token, channel: Channel) -> Channel:
    """Without chat:write.public a bot says nothing where it is no member, and of a private one it does not know."""
    unseen = channel.private and not channel.app
    if channel.deleted or unseen or channel.team not in [each.id for each in slack.teams_of(token)]:
        raise SlackError("channel_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    if not channel.app:
        raise SlackError("not_in_channel")
    return channel


def content_of(slack: Slack, method: str, body: Json) -> Json:
    """Text and blocks, checked."""
    blocks, text = as_object(body.get("blocks")), body.get("text")
    if body.get("blocks") is not None and not isinstance(blocks, list):
        slack.rejected.append(Rejected(method, (("/blocks", "invalid_blocks_format"),), body))
        raise SlackError("invalid_blocks_format")
    if not blocks and not (isinstance(text, str) and text.strip()):
        slack.rejected.append(Rejected(method, (("/text", "no_text"),), body))
        raise SlackError("no_text")
    if faults := block_faults(blocks or [], "message"):
        slack.rejected.append(Rejected(method, tuple(faults), body))
        words = messages_of(faults)
        raise SlackError("invalid_blocks", errors=[each[8:] for each in words], response_metadata={"messages": words})
    slack.marks += [(method, mark) for mark in marks_in([{"text": text}, blocks])]
    drawn = {"blocks": with_ids(slack, blocks)} if blocks else {}
    return {"text": str(text or "")[:TEXT_POSTED], **drawn}


def _from_bot(slack: Slack, dm: Dm, content: Json, ts: str) -> Json:
    place = slack.workspaces[dm.team]
    author = {"user": place.bot_user, "bot_id": place.bot_id, "app_id": APP_ID, "team": dm.team}
    return {"type": "message", "ts": ts, **author, **content}


def post(slack: Slack, dm: Dm, content: Json, *, ephemeral: bool = False, to: str = "") -> Message:
    """Puts a message of the app's into a DM or a channel."""
    made = Message(slack.workspaces[dm.team].bot_user, [_from_bot(slack, dm, content, slack.ts())], ephemeral, to=to)
    dm.messages.append(made)
    return made


def change(message: Message, content: Json, at: str) -> None:
    kept = {name: value for name, value in message.now.items() if name not in ("text", "blocks")}
    message.versions.append({**kept, **content, "edited": {"user": message.author, "ts": at}})


def _post_message(slack: Slack, token: Token, body: Json) -> Json:
    dm = _place(slack, token, str(body.get("channel", "")))
    if not dm.messages_tab:
        raise SlackError("messages_tab_disabled")
    made = post(slack, dm, content_of(slack, "chat.postMessage", body))
    return {"channel": dm.id, "ts": made.ts, "message": deepcopy(made.now)}


def _post_ephemeral(slack: Slack, token: Token, body: Json) -> Json:
    dm = _place(slack, token, str(body.get("channel", "")))
    user = str(body.get("user", ""))
    if user not in (slack.workspaces[dm.team].people if isinstance(dm, Channel) else (dm.user,)):
        raise SlackError("user_not_in_channel")
    made = post(slack, dm, content_of(slack, "chat.postEphemeral", body), ephemeral=True, to=user)
    return {"message_ts": made.ts}


def _own(slack: Slack, token: Token, body: Json, cannot: str) -> tuple[Dm, Message]:
    """A message of the app's own. chat.update and chat.delete take a conversation's id, never a person's."""
    channel, ts = str(body.get("channel", "")), str(body.get("ts", ""))
    if channel.startswith(("U", "W")):
        raise SlackError("channel_not_found")
    dm = _place(slack, token, channel)
    message = slack.stored(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.author != slack.workspaces[dm.team].bot_user:
        raise SlackError(cannot)
    return dm, message


def _update(slack: Slack, token: Token, body: Json) -> Json:
    dm, message = _own(slack, token, body, "cant_update_message")
    content = content_of(slack, "chat.update", body)
    if len(content["text"]) > TEXT_UPDATED:
        raise SlackError("msg_too_long")
    if "blocks" not in body and "blocks" in message.now and "text" not in body:
        content["blocks"] = message.now["blocks"]
    change(message, content, slack.ts())
    return {"channel": dm.id, "ts": message.ts, "text": content["text"], "message": deepcopy(message.now)}


def _delete(slack: Slack, token: Token, body: Json) -> Json:
    dm, message = _own(slack, token, body, "cant_delete_message")
    message.deleted = True
    return {"channel": dm.id, "ts": message.ts}


def _read_history(slack: Slack, token: Token, body: Json) -> Json:
    """There so that a test can say that it was never called; see `called`."""
    dm = _place(slack, token, str(body.get("channel", "")))
    return {"messages": slack.history(dm.team, dm.user)[::-1], "has_more": False}


def _revoke(slack: Slack, token: Token, body: Json) -> Json:
    if _true(body.get("test")):
        return {"revoked": False}
    token.dead = "token_revoked"
    return {"revoked": True}


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


_MESSAGE: Final = (
    "channel text blocks attachments as_user icon_emoji icon_url link_names metadata mrkdwn parse reply_broadcast"
    " thread_ts unfurl_links unfurl_media username client_msg_id"
)
_UPDATED: Final = "channel ts text blocks attachments as_user file_ids link_names metadata parse reply_broadcast"
METHODS: Final[dict[str, Method]] = {
    "auth.test": Method(_auth_test, "", _words("")),
    "auth.revoke": Method(_revoke, "", _words("test")),
    "users.info": Method(_users_info, "users:read", _words("user include_locale")),
    "conversations.open": Method(_conversations_open, "im:write", _words("users channel return_im prevent_creation")),
    "conversations.history": Method(_read_history, "im:history", _words("channel limit oldest latest cursor ts")),
    "conversations.replies": Method(_read_history, "im:history", _words("channel limit oldest latest cursor ts")),
    "chat.postMessage": Method(_post_message, "chat:write", _words(_MESSAGE)),
    "chat.postEphemeral": Method(_post_ephemeral, "chat:write", _words(f"{_MESSAGE} user")),
    "chat.update": Method(_update, "chat:write", _words(_UPDATED)),
    "chat.delete": Method(_delete, "chat:write", _words("channel ts as_user")),
    "views.open": Method(open_view, "", _words("trigger_id interactivity_pointer view")),
    "views.push": Method(push_view, "", _words("trigger_id interactivity_pointer view")),
    "views.update": Method(update_view, "", _words("view view_id external_id hash")),
    "views.publish": Method(publish_view, "", _words("user_id view hash")),
}


def authenticated(slack: Slack, value: str) -> Token:
    """The token of a request, or the error Slack gives for a bad one."""
    if not value:
        raise SlackError("not_authed")
    token = slack.tokens.get(value)
    if token is None:
        raise SlackError("invalid_auth")
    if token.dead:
        raise SlackError(token.dead)
    if token.expires is not None and slack.clock.now >= token.expires:
        raise SlackError("token_expired")
    return token


def call(slack: Slack, name: str, value: str, body: Json) -> Json:
    """One call, already authenticated by its token's value; raises SlackError where Slack says ok: false."""
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    token = authenticated(slack, value)
    if token.kind != "bot":
        raise SlackError("not_allowed_token_type")
    if method.scope and method.scope not in token.scopes:
        raise SlackError("missing_scope", needed=method.scope, provided=",".join(sorted(token.scopes)))
    slack.warned += [(name, each) for each in sorted(body.keys() - method.arguments - {"token", "team_id"})]
    return method.run(slack, token, body)
