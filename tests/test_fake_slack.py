"""The fake Slack itself: the real SDK talks to it, it refuses what Slack refuses, and a person can use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from fake_slack import FakeSlack, Phone, fake_slack
from fake_slack_rules import block_faults, view_faults
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

TOKEN = "xoxb-1"
Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str, action: str = "", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action or label.lower(), **more}


def writing(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "words", "multiline": True, **more}


def entry(element: Json, block: str = "q1", **more: Any) -> Json:
    return {"type": "input", "block_id": block, "label": plain("Words"), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("A talk"), "submit": plain("Next"), "blocks": list(blocks), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def option(label: str) -> Json:
    return {"text": plain(label), "value": label.lower()}


def section(text: str = "Hello") -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def awaited(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*given: Any, **named: Any) -> None:
        asyncio.run(test(*given, **named))

    return run


Handler = Callable[["App", Json], Awaitable[Any]]


async def nothing(app: App, body: Json) -> None:
    return None


@dataclass
class App:
    """A small app of its own: it checks signatures as the SDK does, notes what comes and answers as told."""

    slack: FakeSlack
    client: AsyncWebClient
    handler: Handler = nothing
    got: list[Json] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        raw = await request.text()
        if not SignatureVerifier(self.slack.signing_secret).is_valid_request(raw, dict(request.headers)):
            return web.Response(status=401)
        form = {name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()}
        body = json.loads(raw) if raw.startswith("{") else json.loads(form["payload"]) if "payload" in form else form
        self.got.append(body)
        self.headers.append(request.headers)
        answer = await self.handler(self, body)
        return web.json_response(answer) if answer is not None else web.Response()


@asynccontextmanager
async def running(handler: Handler = nothing) -> AsyncIterator[tuple[App, Phone]]:
    async with fake_slack() as slack:
        slack.workspace("T1", bot_token=TOKEN, bot_user="UBOT", bot_id="BBOT")
        slack.person("T1", "UADA", "ada", locale="es-MX", tz="America/Chicago")
        app = App(slack, AsyncWebClient(TOKEN, base_url=slack.api_url, retry_handlers=[]), handler)
        routes = web.Application()
        routes.router.add_post("/slack/events", app.receive)
        runner = web.AppRunner(routes, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.app_url = "http://{}:{}/slack/events".format(*runner.addresses[0][:2])
        try:
            yield app, Phone(slack, "T1", "UADA")
        finally:
            await runner.cleanup()


async def refused(answer: Awaitable[Any]) -> Any:
    with pytest.raises(SlackApiError) as trouble:
        await answer
    return trouble.value.response


async def posted(url: str, body: Json) -> int:
    async with aiohttp.ClientSession() as client, client.post(url, json=body) as answer:
        return answer.status


def opening(*blocks: Json, **more: Any) -> Handler:
    """Opens this modal whenever it gets a trigger that no modal was open for."""

    async def handler(app: App, body: Json) -> None:
        if "trigger_id" in body and body.get("type") in (None, "shortcut"):
            await app.client.views_open(trigger_id=body["trigger_id"], view=modal(*blocks, **more))

    return handler


# The real SDK talks to it.


@awaited
async def test_the_sdk_finds_people_and_writes_to_them() -> None:
    async with running() as (app, ada):
        assert (await app.client.auth_test())["user_id"] == "UBOT"
        info = await app.client.users_info(user="UADA", include_locale=True)
        assert (info["user"]["locale"], info["user"]["tz"]) == ("es-MX", "America/Chicago")
        channel = (await app.client.conversations_open(users="UADA"))["channel"]["id"]
        ts = (await app.client.chat_postMessage(channel=channel, text="One", blocks=[section("One")]))["ts"]
        await app.client.chat_postMessage(channel="UADA", text="Two")
        await app.client.chat_update(channel=channel, ts=ts, text="Three")
        assert ada.dm() == ["Three", "Two"]
        assert [each["text"] for each in app.slack.everything_stored("T1")] == ["One", "Three", "Two"]
        assert ada.notifications() == ["One", "Two"]
        assert not app.slack.rejected


@awaited
async def test_errors_come_as_slack_gives_them() -> None:
    async with running() as (app, ada):
        client = app.client
        assert (await refused(client.users_info(user="UNONE")))["error"] == "user_not_found"
        assert (await refused(client.chat_postMessage(channel="DNONE", text="x")))["error"] == "channel_not_found"
        assert (await refused(client.api_call("chat.postMessage", json={"channel": "UADA"})))["error"] == "no_text"
        assert (await refused(client.api_call("chat.sing")))["error"] == "unknown_method"
        assert (await refused(client.auth_test(token="xoxb-other")))["error"] == "invalid_auth"
        app.slack.deactivate("T1", "UADA")
        assert (await refused(client.chat_postMessage(channel="UADA", text="x")))["error"] == "user_disabled"
        app.slack.revoke(TOKEN)
        assert (await refused(client.auth_test()))["error"] == "token_revoked"
        assert ada.dm() == []


@awaited
async def test_a_persons_own_words_cannot_be_changed_by_the_app() -> None:
    async with running() as (app, ada):
        await ada.say("hello")
        event = app.got[-1]["event"]
        assert (event["text"], event["channel_type"], event["user"]) == ("hello", "im", "UADA")
        answer = await refused(app.client.chat_update(channel=event["channel"], ts=event["ts"], text="bye"))
        assert answer["error"] == "cant_update_message"
        assert ada.dm() == ["hello"]


# A person uses it.


@awaited
async def test_a_talk_in_a_modal() -> None:
    typed = entry(writing(), dispatch_action=True)
    typed["element"]["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    async with running(opening(section("How was it?"), typed, notify_on_close=True)) as (app, ada):
        await ada.command("/reflect", "quick-visit")
        assert ada.screen() == "# A talk\nHow was it?\nWords\n<>\n(Next)"
        assert await ada.submit() is None  # a required input is empty
        assert "! Please complete this required field." in ada.screen()
        await ada.type("She hummed.")
        assert app.got[-1]["actions"][0]["value"] == "She hummed."
        await ada.submit()
        sent = app.got[-1]
        assert sent["type"] == "view_submission"
        assert sent["view"]["state"]["values"] == {
            "q1": {"words": {"type": "plain_text_input", "value": "She hummed."}}
        }
        assert ada.modal is None
        assert ada.trouble == []


@awaited
async def test_what_is_typed_stays_while_the_ids_are_the_same() -> None:
    async with running(opening(entry(writing()))) as (app, ada):
        await ada.command("/reflect")
        await ada.type("Mine")
        view_id = ada.top.id
        again = modal(entry(writing(initial_value="Yours")), section())
        await app.client.views_update(view_id=view_id, view=again)
        assert ada.value() == "Mine"
        await app.client.views_update(view_id=view_id, view=modal(entry(writing(initial_value="Yours"), "q2")))
        assert ada.value() == "Yours"


@awaited
async def test_the_answer_to_a_submission_changes_the_modal() -> None:
    answers = iter(
        [
            {"response_action": "errors", "errors": {"q1": "Too long."}},
            {"response_action": "update", "view": modal(entry(writing(), "q2"))},
            {"response_action": "push", "view": modal(section("On top"))},
        ]
    )

    async def handler(app: App, body: Json) -> Any:
        await opening(entry(writing()))(app, body)
        return next(answers) if body.get("type") == "view_submission" else None

    async with running(handler) as (app, ada):
        await ada.shortcut("reflect")
        await ada.type("x")
        await ada.submit()
        assert "! Too long." in ada.screen()
        await ada.submit()
        assert ada.value() is None
        await ada.type("y")
        await ada.submit()
        assert "On top" in ada.screen()
        assert len(app.slack.open_views("UADA")) == 2
        assert not app.slack.rejected


# What Slack refuses.

BAD_VIEWS: tuple[tuple[str, Json], ...] = (
    ("/view/title/text", modal(section()) | {"title": plain("t" * 25)}),
    ("/view", {name: value for name, value in modal(entry(writing())).items() if name != "submit"}),
    ("/view/blocks", modal(*[section()] * 101)),
    ("/view/blocks/0", modal({"type": "poem"})),
    ("/view/blocks/0", modal(section() | {"colour": "red"})),
    ("/view/blocks/0/text/text", modal(section(""))),
    ("/view/blocks", modal(section() | {"block_id": "a"}, section() | {"block_id": "a"})),
    ("/view/blocks/0", modal(actions(button("A", "x"), button("B", "x")))),
    ("/view/blocks/0/elements/0/text/text", modal(actions(button("A" * 76)))),
    ("/view/blocks/0/elements/0/value", modal(actions(button("A", value="v" * 2001)))),
    ("/view/blocks/0/elements/0/style", modal(actions(button("A", style="loud")))),
    ("/view/blocks/0/elements/0", modal(actions(writing()))),
    ("/view/blocks/0/element", modal(entry(button("A")))),
    ("/view/blocks/0/element/initial_value", modal(entry(writing(max_length=2, initial_value="abc")))),
    ("/view/blocks/0/element/max_length", modal(entry(writing(max_length=3001)))),
    ("/view/private_metadata", modal(section(), private_metadata="m" * 3001)),
)


@pytest.mark.parametrize(("pointer", "view"), BAD_VIEWS)
def test_views_that_slack_refuses(pointer: str, view: Json) -> None:
    assert pointer in [at for at, _ in view_faults(view, "modal")]


def test_input_blocks_are_for_modals_and_homes_alone() -> None:
    assert not block_faults([entry(writing())], "home")
    assert block_faults([entry(writing())], "message")


def test_an_option_has_no_type() -> None:
    menu = {"type": "overflow", "action_id": "m", "options": [option("Help") | {"type": "option"}]}
    assert ("/blocks/0/elements/0/options/0", "invalid additional property: type") in block_faults(
        [actions(menu)], "message"
    )


@awaited
async def test_mentions_that_a_text_makes_are_noted() -> None:
    async with running() as (app, ada):
        await app.client.chat_postMessage(channel="UADA", text="Hi <@UADA>", blocks=[section("&lt;!channel&gt;")])
        await app.client.chat_postMessage(channel="UADA", text="Hi", blocks=[section("<!here>")])
        assert app.slack.marks == [("chat.postMessage", "<@UADA>"), ("chat.postMessage", "<!here>")]
        await app.slack.echo("T1", "UADA")
        assert app.got[-1]["event"]["bot_id"] == "BBOT"
        assert ada.notifications() == ["Hi <@UADA>", "Hi"]


@awaited
async def test_a_refused_view_is_noted_and_says_where() -> None:
    async with running() as (app, _):
        trigger = app.slack.trigger("T1", "UADA", "phone").id
        answer = await refused(app.client.views_open(trigger_id=trigger, view=modal(section(""))))
        assert answer["error"] == "invalid_arguments"
        assert "[json-pointer:/view/blocks/0/text/text]" in answer["response_metadata"]["messages"][0]
        assert [each.method for each in app.slack.rejected] == ["views.open"]


@awaited
async def test_a_trigger_is_good_once_and_for_three_seconds() -> None:
    async with running() as (app, _):
        client, slack = app.client, app.slack
        first, late = (slack.trigger("T1", "UADA", "phone").id for _ in range(2))
        await client.views_open(trigger_id=first, view=modal(section()))
        assert (await refused(client.views_open(trigger_id=first, view=modal(section()))))[
            "error"
        ] == "exchanged_trigger_id"
        slack.clock.advance(3.1)
        assert (await refused(client.views_open(trigger_id=late, view=modal(section()))))[
            "error"
        ] == "expired_trigger_id"
        assert (await refused(client.views_open(trigger_id="1.2", view=modal(section()))))[
            "error"
        ] == "invalid_trigger_id"


# Modals lie on each other.


@awaited
async def test_three_modals_and_no_more() -> None:
    async def handler(app: App, body: Json) -> None:
        if body.get("type") == "block_actions":
            await app.client.views_push(trigger_id=body["trigger_id"], view=modal(actions(button("More"))))
        else:
            await opening(actions(button("More")))(app, body)

    async with running(handler) as (app, ada):
        await ada.command("/reflect")
        await ada.tap("More")
        await ada.tap("More")
        assert len(app.slack.open_views("UADA")) == 3
        trigger = app.slack.trigger("T1", "UADA", ada.device, ada.top.id).id
        answer = await refused(app.client.views_push(trigger_id=trigger, view=modal(section())))
        assert answer["error"] == "push_limit_reached"
        await ada.close()
        assert len(app.slack.open_views("UADA")) == 2


@awaited
async def test_closing_says_so_where_asked_and_never_what_was_typed() -> None:
    async with running(opening(entry(writing()), notify_on_close=True)) as (app, ada):
        await ada.command("/reflect")
        await ada.type("Half a thought")
        await ada.close()
        closed = app.got[-1]
        assert (closed["type"], closed["is_cleared"]) == ("view_closed", False)
        assert "Half a thought" not in json.dumps(closed)
        answer = await refused(app.client.views_update(view_id=closed["view"]["id"], view=modal(section())))
        assert answer["error"] == "not_found"
        await ada.command("/reflect")
        before = len(app.got)
        ada.put_away()
        assert (ada.modal, len(app.got)) == (None, before)


@awaited
async def test_two_devices_show_two_modals() -> None:
    async with running(opening(entry(writing()))) as (app, ada):
        other = Phone(app.slack, "T1", "UADA")
        await ada.command("/reflect")
        await other.command("/reflect")
        await ada.type("Here")
        assert (ada.value(), other.value()) == ("Here", None)
        assert len(app.slack.open_views("UADA")) == 2
        assert len(app.slack.open_views("UADA", other.device)) == 1


@awaited
async def test_an_old_hash_is_a_conflict() -> None:
    async with running(opening(section())) as (app, ada):
        await ada.command("/reflect")
        view_id, old = ada.top.id, ada.top.hash
        await app.client.views_update(view_id=view_id, hash=old, view=modal(section("Two")))
        answer = await refused(app.client.views_update(view_id=view_id, hash=old, view=modal(section("Three"))))
        assert answer["error"] == "hash_conflict"
        assert "Two" in ada.screen()


@awaited
async def test_everything_a_person_can_set_travels_with_every_tap() -> None:
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": [option("One"), option("Two")]}
    menu = {"type": "overflow", "action_id": "more", "options": [option("Help"), option("Stop")]}
    people = {"type": "multi_users_select", "action_id": "people"}
    clock = {"type": "timepicker", "action_id": "clock", "initial_time": "16:30"}
    blocks = [entry(boxes, "b", dispatch_action=True), entry(people, "p"), entry(clock, "c"), actions(menu)]
    async with running(opening(*blocks)) as (app, ada):
        await ada.command("/reflect")
        await ada.tick("One", "Two")
        assert [each["value"] for each in app.got[-1]["actions"][0]["selected_options"]] == ["one", "two"]
        assert await ada.pick_people("UADA") is None  # an input block sends only with the whole
        await ada.pick_time("17:00")
        await ada.tick("One")
        await ada.tap("Stop")
        values = app.got[-1]["view"]["state"]["values"]
        assert app.got[-1]["actions"][0]["selected_option"]["value"] == "stop"
        assert [each["value"] for each in values["b"]["boxes"]["selected_options"]] == ["two"]
        assert values["p"]["people"] == {"type": "multi_users_select", "selected_users": ["UADA"]}
        assert values["c"]["clock"]["selected_time"] == "17:00"
        assert "[ ] One\n[x] Two" in ada.screen()


@awaited
async def test_a_question_before_a_button_does_anything() -> None:
    sure = {"title": plain("Sure?"), "text": plain("All goes."), "confirm": plain("Yes"), "deny": plain("No")}
    async with running(opening(actions(button("Erase", confirm=sure)))) as (app, ada):
        await ada.command("/reflect")
        before = len(app.got)
        assert await ada.tap("Erase", confirm=False) is None
        assert (ada.asked, len(app.got)) == (sure, before)
        await ada.tap("Erase")
        assert app.got[-1]["actions"][0]["action_id"] == "erase"


# Home, messages, what is shown to one person alone.


@awaited
async def test_the_home_is_published_and_used() -> None:
    async with running() as (app, ada):
        await ada.open_home()
        assert "view" not in app.got[-1]["event"]
        home = {"type": "home", "blocks": [section("Welcome"), actions(button("Begin"))]}
        published = await app.client.views_publish(user_id="UADA", view=home)
        await ada.open_home()
        assert app.got[-1]["event"]["view"]["hash"] == published["view"]["hash"]
        assert ada.screen() == "Welcome\n(Begin)"
        await ada.tap("Begin")
        assert app.got[-1]["view"]["type"] == "home"
        await app.client.views_publish(user_id="UADA", view=home, hash=published["view"]["hash"])
        answer = await refused(app.client.views_publish(user_id="UADA", view=home, hash="1.old"))
        assert answer["error"] == "hash_conflict"


@awaited
async def test_a_button_in_a_message_and_its_response_url() -> None:
    async with running() as (app, ada):
        blocks = [section("Now?"), actions(button("Continue privately", "open"))]
        await app.client.chat_postMessage(channel="UADA", text="A moment?", blocks=blocks)
        await ada.tap("Continue privately")
        got = app.got[-1]
        assert got["container"]["message_ts"] == app.slack.history("T1", "UADA")[0]["ts"]
        for body in ({"text": "Only you"}, {"text": "Changed", "replace_original": True}, {"delete_original": True}):
            assert await posted(got["response_url"], body) == 200
        assert [each["text"] for each in app.slack.ephemeral("UADA")] == ["Only you"]
        assert app.slack.history("T1", "UADA") == []
        assert [each["text"] for each in app.slack.everything_stored("T1")] == ["A moment?", "Changed"]
        assert [await posted(got["response_url"], {"text": "x"}) for _ in range(3)] == [200, 200, 404]


@awaited
async def test_words_in_the_answer_to_a_command_are_for_one_person() -> None:
    async def handler(app: App, body: Json) -> Any:
        return {"text": body["text"].upper()}

    async with running(handler) as (app, ada):
        await ada.command("/reflect", "help")
        assert ada.dm() == ["HELP"]
        assert app.slack.everything_stored("T1") == []


@awaited
async def test_messages_that_are_nobodys_typing() -> None:
    async with running() as (app, ada):
        await ada.say("a < b & c")
        assert app.got[-1]["event"]["text"] == "a &lt; b &amp; c"
        message = app.slack.dm("T1", "UADA").messages[-1]
        await app.slack.changed("T1", "UADA", message, "b")
        assert app.got[-1]["event"]["message"]["text"] == "b"
        await app.slack.deleted("T1", "UADA", message)
        assert app.got[-1]["event"]["subtype"] == "message_deleted"
        await app.slack.message("T1", "UADA", "beep", subtype="bot_message", bot_id="BOTHER")
        await app.slack.channel_message("T1", "UADA", "lunch?")
        assert app.got[-1]["event"]["channel_type"] == "channel"
        assert [each["text"] for each in app.slack.everything_stored("T1")][:2] == ["a &lt; b &amp; c", "b"]


@awaited
async def test_a_bot_speaks_only_in_channels_that_it_is_in() -> None:
    async with running() as (app, ada):
        slack, client = app.slack, app.client
        slack.person("T1", "UBEN", "ben")
        for private, unseen in ((False, "not_in_channel"), (True, "channel_not_found")):
            name = f"room{private}"
            channel = slack.channel("T1", name, private=private)
            assert (await refused(client.chat_postMessage(channel=channel.id, text="x")))["error"] == unseen
            await slack.invite("T1", "UADA", name)
            joined = app.got[-1]["event"]
            assert (joined["type"], joined["inviter"], joined["channel"]) == (
                "member_joined_channel",
                "UADA",
                channel.id,
            )
            await client.chat_postMessage(channel=channel.id, text="For all")
            await client.chat_postEphemeral(channel=channel.id, user="UADA", text="For Ada")
            assert [slack.ephemeral(user) != [] for user in ("UADA", "UBEN")] == [True, False]
            assert (ada.screen("channel"), Phone(slack, "T1", "UBEN").screen("channel")) == ("For Ada", "For all")
            await slack.kick("T1", "UADA", name)
            assert app.got[-1]["event"]["type"] == ("group_left" if private else "channel_left")
            assert (await refused(client.chat_postMessage(channel=channel.id, text="x")))["error"] == unseen
        await slack.invite("T1", "UADA", "old")
        await slack.archive("T1", "UADA", "old")
        assert (await refused(client.chat_postMessage(channel=slack.channel("T1", "old").id, text="x")))["error"] == (
            "is_archived"
        )
        await slack.share("T1", "roomFalse")
        assert app.got[-1]["is_ext_shared_channel"]
        assert [each["text"] for each in slack.everything_stored("T1")] == ["For all", "For all"]


# What goes wrong.


@awaited
async def test_ordered_trouble() -> None:
    async with running() as (app, ada):
        client, slack = app.client, app.slack
        slack.limit("chat.postMessage", 7, channel="UADA")
        answer = await refused(client.chat_postMessage(channel="UADA", text="x"))
        assert (answer.status_code, answer.headers["Retry-After"], answer["error"]) == (429, "7", "ratelimited")
        slack.fail("chat.postMessage", "fatal_error")
        assert (await refused(client.chat_postMessage(channel="UADA", text="x")))["error"] == "fatal_error"
        slack.fail("chat.postMessage", 503)
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel="UADA", text="x")
        slack.lose("chat.postMessage")
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="UADA", text="heard")
        await client.chat_postMessage(channel="UADA", text="again")
        assert ada.dm() == ["heard", "again"]


@awaited
async def test_what_the_person_sees_of_a_silent_app() -> None:
    async def handler(app: App, body: Json) -> None:
        await asyncio.Event().wait()

    async with running(handler) as (app, ada):
        app.slack.patience = 0.05
        answer = await ada.command("/reflect")
        assert (answer.status, ada.trouble) == (0, ["operation_timeout"])


@awaited
async def test_forged_and_repeated_requests() -> None:
    async with running() as (app, ada):
        slack = app.slack
        assert (await slack.post(b"payload={}")).status == 200
        assert (await slack.post(b"payload={}", sign="v0=00")).status == 401
        assert (await slack.post(b"payload={}", timestamp="1")).status == 401
        await ada.say("hello")
        await slack.repeat()
        assert app.got[-1]["event_id"] == app.got[-2]["event_id"]
        assert app.headers[-1]["X-Slack-Retry-Num"] == "1"


@awaited
async def test_scopes_are_asked_for() -> None:
    async with running() as (app, _):
        app.slack.workspace("T2", bot_token="xoxb-2", scopes=frozenset({"commands"}))
        app.slack.person("T2", "UZOE")
        answer = await refused(app.client.chat_postMessage(token="xoxb-2", channel="UZOE", text="x"))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
        answer = await refused(app.client.chat_postMessage(channel="UZOE", text="x"))
        assert answer["error"] == "channel_not_found"


# Installing, leaving, organizations.

AUTHORIZE = "https://slack.com/oauth/v2/authorize?client_id=1.fake&scope=commands,chat:write&state=s&redirect_uri="


@awaited
async def test_an_installation_and_its_renewals() -> None:
    async with running() as (app, _):
        slack, client = app.slack, AsyncWebClient(base_url=app.slack.api_url)
        slack.workspace("T3")
        own = {"client_id": slack.client_id, "client_secret": slack.client_secret}
        back = URL(slack.approve(f"{AUTHORIZE}https://us.example/back", "T3", "UADMIN"))
        assert (back.host, back.query["state"]) == ("us.example", "s")
        assert URL(slack.decline(f"{AUTHORIZE}https://us.example/back")).query["error"] == "access_denied"
        code = {"code": back.query["code"], "redirect_uri": "https://us.example/back"}
        first = await client.oauth_v2_access(**own, **code)
        assert (first["team"]["id"], first["expires_in"], first["scope"]) == ("T3", 43200, "chat:write,commands")
        assert (await refused(client.oauth_v2_access(**own, **code)))["error"] == "code_already_used"
        renewal = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = await client.oauth_v2_access(**own, **renewal)
        third = await client.oauth_v2_access(**own, **renewal)  # in the grace period, the new ones not used yet
        assert (await refused(client.auth_test(token=first["access_token"])))["error"] == "token_revoked"  # two live
        await client.auth_test(token=second["access_token"])
        assert (await refused(client.oauth_v2_access(**own, **renewal)))["error"] == "invalid_refresh_token"
        slack.clock.advance(43_200)
        assert (await refused(client.auth_test(token=third["access_token"])))["error"] == "token_expired"


@awaited
async def test_an_organization_leaves_the_workspace_out() -> None:
    async with running() as (app, _):
        slack = app.slack
        slack.organization("E1", "T7", "T8", bot_token="xoxb-e")
        slack.person("T7", "UZOE", "zoe")
        slack.person("T8", "UYAN", "yan")
        zoe = Phone(slack, "T7", "UZOE")
        await zoe.shortcut("reflect")
        assert (app.got[-1]["team"], app.got[-1]["enterprise"]["id"]) == (None, "E1")
        await zoe.say("hello")
        assert app.got[-1]["authorizations"][0]["team_id"] is None
        await app.client.chat_postMessage(token="xoxb-e", channel="UYAN", text="x")
        await slack.team_access("revoked", "T8")
        assert ("authorizations" in app.got[-1], app.got[-1]["event"]["team_ids"]) == (False, ["T8"])
        answer = await refused(app.client.chat_postMessage(token="xoxb-e", channel="UYAN", text="x"))
        assert answer["error"] == "team_access_not_granted"


@awaited
async def test_leaving() -> None:
    async with running() as (app, _):
        slack = app.slack
        slack.deactivate("T1", "UADA")
        await slack.user_changed("T1", "UADA")
        assert app.got[-1]["event"]["user"]["deleted"] is True
        await slack.tokens_revoked("T1")
        assert app.got[-1]["event"]["tokens"] == {"oauth": [], "bot": ["UBOT"]}
        await slack.uninstalled("T1")
        assert app.got[-1]["event"]["type"] == "app_uninstalled"
        assert (await refused(app.client.auth_test()))["error"] == "account_inactive"


# Socket Mode.


@asynccontextmanager
async def socketed(app: App, handler: Handler) -> AsyncIterator[SocketModeClient]:
    """The real SDK's client on the fake's socket."""
    app.slack.app_token("xapp-1")
    app.slack.transport = "socket"
    client = SocketModeClient("xapp-1", web_client=AsyncWebClient(base_url=app.slack.api_url), trace_enabled=False)

    async def listen(client: Any, request: SocketModeRequest) -> None:
        app.got.append(request.payload)
        answer = await handler(app, request.payload)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))

    client.socket_mode_request_listeners.append(listen)
    await client.connect()
    await app.slack.socket_mode.connected()
    try:
        yield client
    finally:
        await client.close()


@awaited
async def test_the_same_person_over_a_socket() -> None:
    async def handler(app: App, body: Json) -> Any:
        await opening(entry(writing()))(app, body)
        errors = {"response_action": "errors", "errors": {"q1": "Once more."}}
        return errors if body.get("type") == "view_submission" else None

    async with running() as (app, ada), socketed(app, handler):
        await ada.command("/reflect", "quick-visit")
        await ada.type("Mine")
        await ada.submit()
        await ada.say("hello")
        assert "! Once more." in ada.screen()
        assert [each["type"] for each in app.slack.socket_mode.envelopes] == [
            "slash_commands",
            "interactive",
            "events_api",
        ]
        assert app.slack.socket_mode.acks[1]["payload"]["response_action"] == "errors"
        assert ada.trouble == []


@awaited
async def test_a_socket_that_slack_closes_is_opened_again() -> None:
    async with running() as (app, ada), socketed(app, nothing):
        before = len(app.slack.called("apps.connections.open"))
        await app.slack.socket_mode.disconnect()
        await app.slack.socket_mode.connected()
        await ada.say("still there?")
        assert app.got[-1]["event"]["text"] == "still there?"
        assert len(app.slack.called("apps.connections.open")) == before + 1
