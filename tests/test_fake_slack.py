"""The fake Slack itself: the real SDK talks to it, it refuses what Slack refuses, and a person can use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from fake_slack import FakeSlack, Phone, fake_slack
from fake_slack_rules import block_faults, view_faults
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

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


def section(text: str = "Hello") -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def awaited(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
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
        app = App(slack, AsyncWebClient(TOKEN, base_url=slack.api_url), handler)
        routes = web.Application()
        routes.router.add_post("/slack/events", app.receive)
        runner = web.AppRunner(routes, access_log=None)
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
        assert (await refused(client.chat_postMessage(channel="UADA", text=" ")))["error"] == "no_text"
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
        view_id = app.slack.open_views("UADA") and ada.modal.id
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
    ("/view/blocks/0", modal({"type": "actions", "elements": [button("A", "x"), button("B", "x")]})),
    ("/view/blocks/0/elements/0/text/text", modal({"type": "actions", "elements": [button("A" * 76)]})),
    ("/view/blocks/0/elements/0/value", modal({"type": "actions", "elements": [button("A", value="v" * 2001)]})),
    ("/view/blocks/0/elements/0/style", modal({"type": "actions", "elements": [button("A", style="loud")]})),
    ("/view/blocks/0/elements/0", modal({"type": "actions", "elements": [writing()]})),
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
