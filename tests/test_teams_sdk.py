"""What botbuilder does for us, over real HTTP to a connector that answers as badly as it is told to."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from searching import said

from adapters.teams import sdk as module
from adapters.teams.outcomes import UNANSWERED
from adapters.teams.reference import Reference, read
from adapters.teams.sdk import MOST_CLIENTS, Answer, Json, Member, NotAdmitted, Refused, Sdk

APP = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
TOKEN = "tok-canary-4711"
WORDS = "she held his hand"
CONVERSATION = "a:1AbC_dEf-conversation"
CARD: Json = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [{"type": "TextBlock", "text": WORDS, "wrap": True}],
}


def message(content: Json | None = None, **more: Any) -> Json:
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": CARD if content is None else content,
    }
    return {"type": "message", "attachments": [attachment], **more}


@dataclass
class Request:
    method: str
    path: str  # as it stood in the request
    body: Json | None
    headers: dict[str, str]


Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Stub:
    """Answers one after the other, the last one for ever; a function is called. `held`: no answer until it is set."""

    answers: list[Any]
    asked: list[Request] = field(default_factory=list)
    held: asyncio.Event | None = None

    async def respond(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else None
        self.asked.append(Request(request.method, request.raw_path, body, dict(request.headers)))
        if self.held is not None:
            await self.held.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            given: web.StreamResponse = await answer(request)
            return given
        status, headers, said = answer
        text = said if isinstance(said, str) else json.dumps(said)
        return web.Response(status=status, headers={"Content-Type": "application/json", **headers}, text=text)


CREATED: Any = (201, {}, {"id": "1:new"})


@asynccontextmanager
async def serving(stub: Stub) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stub.respond)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Line:
    """The SDK, and the connector at the other end."""

    sdk: Sdk
    stub: Stub
    at: Reference

    @property
    def asked(self) -> list[Request]:
        return self.stub.asked


def chat(service_url: str, **more: str) -> Reference:
    known = {"tenant": "T-1", "bot": f"28:{APP}", "conversation": CONVERSATION, "user": "user-1", "member": "29:m-1"}
    return Reference(service_url=service_url, **{**known, **more})


@asynccontextmanager
async def connected(
    *answers: Any, token: Callable[[], str] = lambda: TOKEN, anonymous: bool = False
) -> AsyncIterator[Line]:
    stub = Stub(list(answers))
    async with serving(stub) as url:
        sdk = Sdk(APP, token, lambda address: address.startswith(url), anonymous=anonymous)
        try:
            yield Line(sdk, stub, chat(f"{url}/amer/"))
        finally:
            await sdk.close()


def sent(*answers: Any) -> Refused | str:
    """What sending one message comes to."""

    async def talk() -> Refused | str:
        async with connected(*answers) as line:
            try:
                return await line.sdk.send(line.at, message())
            except Refused as refused:
                return refused

    return asyncio.run(talk())


# References


def test_a_reference_is_written_in_our_own_words_and_read_again() -> None:
    at = chat("https://smba.trafficmanager.net/amer/", conversation="a:ü")
    assert json.loads(at.written()) == {
        "service_url": "https://smba.trafficmanager.net/amer/",
        "tenant": "T-1",
        "bot": f"28:{APP}",
        "conversation": "a:ü",
        "user": "user-1",
        "member": "29:m-1",
    }
    assert read(at.written()) == at
    assert read(at.model_copy(update={"user": "", "member": "", "channel": "emulator"}).written()) is not None


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "null", "17", "not JSON", '{"service_url": "https://a"}', "[" * 4000, "x" * 100_000,
        '{"service_url": "https://a", "tenant": "t", "bot": ""}', '{"service_url": 1, "tenant": "t", "bot": "b"}',
        '{"service_url": "https://a", "tenant": "t", "bot": "b", "user": null}',
        '{"service_url": "https://a\\n", "tenant": "t", "bot": "b"}', '"\\ud800"',
        '{"service_url": "https://a", "tenant": "t", "bot": "b", "conversation": "' + "c" * 2000 + '"}',
    ],
)  # fmt: skip
def test_anything_odd_is_no_reference(text: str) -> None:
    assert read(text) is None


def test_what_a_newer_version_wrote_beside_it_is_ignored() -> None:
    assert read('{"service_url": "https://a", "tenant": "t", "bot": "b", "more": {}}') == Reference(
        service_url="https://a", tenant="t", bot="b"
    )


def test_a_reference_prints_no_ids() -> None:
    assert "user-1" not in repr(chat("https://a"))
    assert "29:m-1" not in str(chat("https://a"))


# Sending


def test_a_message_is_posted_to_its_conversation_with_the_token() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            assert await line.sdk.send(line.at, message(text="Hé")) == "1:new"
            (asked,) = line.asked
            assert (asked.method, asked.path) == (
                "POST",
                "/amer/v3/conversations/a%3A1AbC_dEf-conversation/activities",
            )
            assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
            assert asked.headers["Content-Type"] == "application/json; charset=utf-8"
            assert asked.body == {
                "channelId": "msteams",
                "from": {"id": f"28:{APP}"},
                "conversation": {"id": CONVERSATION},
                **message(text="Hé"),
            }

    asyncio.run(talk())


#: Everything that the SDK's own way of writing a message could change: it walks through it three times.
HARD: Json = {
    "nested": [[1, [2, [None, {"a": None}]]], [], {}, [None]],
    "words": "ñ ü — 測試 🙂 \u2028 {{title}} {0} {conversationId} %s </script>",
    "numbers": [0, -1, 1.5, 10**18, True, False, 1e-7],
    "id": 7,
    "type": None,
    "from": "x",
    "content": {"content": {"contentType": []}},
    "additional_properties": {"": 1},
    "serviceUrl": {"channelData": "2026-01-01T00:00:00Z"},
    "date": "2026-01-01T00:00:00.0000000Z",
    "": "",
}

#: Keys of an activity that the SDK knows, knows in part, and does not know.
AROUND: Json = {
    "channelData": {"notification": {"alert": True}, "none": None},
    "entities": [{"type": "mention", "mentioned": {"id": "29:x", "name": "X"}, "text": "<at>X</at>"}],
    "suggestedActions": {"actions": []},
    "recipient": {"id": "29:x", "isTargeted": True},
    "unknown": [HARD],
}


def test_a_card_arrives_as_it_was_made() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            activity = message(HARD, **AROUND)
            before = copy.deepcopy(activity)
            await line.sdk.send(line.at, activity)
            await line.sdk.update(line.at, "17", activity)
            assert activity == before
            for asked in line.asked:
                assert asked.body is not None
                assert {key: asked.body[key] for key in activity} == activity

    asyncio.run(talk())


def test_what_is_no_json_is_not_sent() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            with pytest.raises(Refused) as caught:
                await line.sdk.send(line.at, message({WORDS: {WORDS}}))  # a set
            assert caught.value.status == 400
            assert WORDS not in said(caught.value)
            assert line.asked == []

    asyncio.run(talk())


def test_a_message_is_changed_in_its_place() -> None:
    async def talk() -> None:
        async with connected((200, {}, {"id": "17"})) as line:
            await line.sdk.update(line.at, "f:17/1", message())
            place = "/amer/v3/conversations/a%3A1AbC_dEf-conversation/activities/f%3A17%2F1"
            assert [(asked.method, asked.path) for asked in line.asked] == [("PUT", place)]
            assert line.asked[0].body == {**message(), **(line.asked[0].body or {}), "id": "f:17/1"}

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("conversation", "quoted"),
    [
        ("19:abc@thread.tacv2;messageid=1", "19%3Aabc%40thread.tacv2%3Bmessageid%3D1"),
        ("a/../b?c=d#e", "a%2F..%2Fb%3Fc%3Dd%23e"),
        ("a%2e%2e ü {x} {{y}} \\", "a%252e%252e%20%C3%BC%20%7Bx%7D%20%7B%7By%7D%7D%20%5C"),
        ("...", "..."),
    ],
)
def test_an_id_is_one_part_of_the_address_whatever_is_in_it(conversation: str, quoted: str) -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            await line.sdk.send(chat(line.at.service_url, conversation=conversation), message())
            assert line.asked[0].path == f"/amer/v3/conversations/{quoted}/activities"

    asyncio.run(talk())


@pytest.mark.parametrize("odd", ["", ".", ".."])
def test_what_would_lead_to_another_address_is_not_sent(odd: str) -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            at, nobody = chat(line.at.service_url, conversation=odd), chat(line.at.service_url, user="", member=odd)
            for call in (
                line.sdk.send(at, message()),
                line.sdk.update(line.at, odd, message()),
                line.sdk.members(at),
                line.sdk.create_personal(nobody),
            ):
                with pytest.raises(Refused) as caught:
                    await call
                assert caught.value.status == 400
            assert line.asked == []

    asyncio.run(talk())


def test_a_chat_with_one_person_is_made_in_their_tenant() -> None:
    async def talk() -> None:
        async with connected((201, {}, {"id": "a:made", "activityId": "1"})) as line:
            assert await line.sdk.create_personal(line.at) == "a:made"
            without = chat(line.at.service_url, member="", conversation="")
            assert await line.sdk.create_personal(without) == "a:made"
            first, second = line.asked
            assert (first.method, first.path) == ("POST", "/amer/v3/conversations")
            assert first.body == {
                "isGroup": False,
                "bot": {"id": f"28:{APP}"},
                "members": [{"id": "29:m-1"}],
                "tenantId": "T-1",
                "channelData": {"tenant": {"id": "T-1"}},
            }
            assert second.body == {**first.body, "members": [{"id": "user-1"}]}

    asyncio.run(talk())


def test_members_come_in_pages_with_whichever_name_their_object_id_has() -> None:
    page = {
        "continuationToken": "more of/it?&",
        "members": [
            {"id": "29:a", "name": "Ana", "aadObjectId": "aad-a", "email": "a@example.org"},
            {"id": "29:b", "name": "Bo", "objectId": "aad-b", "userPrincipalName": "b@example.org"},
            {"id": "29:c", "name": None, "objectId": "aad-c", "aadObjectId": None},
            {"id": "28:bot", "name": "a bot"},
            {"id": "29:d", "aadObjectId": ""},
            {"aadObjectId": "aad-e"},
            {"id": 7, "aadObjectId": "aad-f"},
            "nobody",
            None,
        ],
    }

    async def talk() -> None:
        async with connected((200, {}, page), (200, {}, {"members": []})) as line:
            members, token = await line.sdk.members(line.at)
            assert members == (
                Member("29:a", "aad-a", "Ana"),
                Member("29:b", "aad-b", "Bo"),
                Member("29:c", "aad-c", ""),
            )
            assert token == "more of/it?&"
            assert await line.sdk.members(line.at, token, size=50) == ((), "")
            start = "/amer/v3/conversations/a%3A1AbC_dEf-conversation/pagedmembers?"
            assert [asked.path for asked in line.asked] == [
                f"{start}pageSize=200",
                f"{start}pageSize=50&continuationToken=more%20of%2Fit%3F%26",
            ]
            assert {asked.method for asked in line.asked} == {"GET"}

    asyncio.run(talk())


# Answers


@pytest.mark.parametrize("status", [200, 201, 202, 203, 204])
def test_every_number_for_a_success_is_one(status: int) -> None:
    async def talk() -> None:
        async with connected((status, {}, "" if status == 204 else {"id": "1"})) as line:
            await line.sdk.send(line.at, message())
            await line.sdk.update(line.at, "1", message())
            assert len(line.asked) == 2

    asyncio.run(talk())


def test_a_message_that_was_taken_without_a_word_has_no_id() -> None:
    assert sent((202, {}, "")) == ""
    assert sent((201, {}, {"id": None})) == ""
    assert sent((201, {}, {})) == ""


ERROR = {"error": {"code": "ConversationNotFound", "message": WORDS}}


@pytest.mark.parametrize(
    ("answer", "status", "retry_after", "code"),
    [
        ((404, {}, ERROR), 404, "", "ConversationNotFound"),
        ((403, {}, {"error": {"code": "BotNotInConversationRoster", "innerHttpError": {}}}), 403, "",
         "BotNotInConversationRoster"),
        ((400, {}, {"error": {"code": "Bad Argument", "message": WORDS}}), 400, "", "BadArgument"),
        ((400, {}, {"error": {"code": WORDS + "!", "message": WORDS}}), 400, "", "unknown"),
        ((400, {}, {"error": {"code": "x" * 61}}), 400, "", "unknown"),
        ((401, {}, {"error": "Unauthorized"}), 401, "", "Unauthorized"),
        ((401, {}, {"message": "Authorization has been denied for this request."}), 401, "", "unknown"),
        ((413, {}, {"code": "MessageSizeTooBig"}), 413, "", "MessageSizeTooBig"),
        ((403, {}, {"errorCode": 209, "message": '{"subCode": "MessageWritesBlocked"}'}), 403, "", "unknown"),
        ((403, {}, f"<html>{WORDS}</html>"), 403, "", ""),
        ((404, {}, ""), 404, "", ""),
        ((429, {"Retry-After": "17"}, {"error": {"code": "Throttled"}}), 429, "17", "Throttled"),
        ((429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, ""), 429, "Wed, 21 Oct 2026 07:28:00 GMT", ""),
        ((503, {"Retry-After": f"<{WORDS}>"}, ""), 503, "", ""),
        ((503, {"Retry-After": "1" * 100}, ""), 503, "", ""),
        ((500, {}, "[" * 100_000), 500, "", ""),
        ((501, {}, "[]"), 501, "", ""),
        ((302, {"Location": "/elsewhere"}, ""), 302, "", ""),
        ((200, {}, f"<html>{WORDS}</html>"), UNANSWERED, "", ""),
        ((200, {"Content-Encoding": "gzip"}, '{"id": 1'), UNANSWERED, "", ""),
        ((201, {}, '["id"]'), UNANSWERED, "", ""),
        ((201, {}, '{"id": "1'), UNANSWERED, "", ""),
    ],
)  # fmt: skip
def test_a_refusal_has_its_number_and_one_plain_word(answer: Any, status: int, retry_after: str, code: str) -> None:
    refused = sent(answer)
    assert isinstance(refused, Refused)
    assert (refused.status, refused.retry_after, refused.code) == (status, retry_after, code)
    assert WORDS not in said(refused)
    assert TOKEN not in said(refused)


def test_what_must_be_in_an_answer_and_is_not_was_not_said() -> None:
    async def talk() -> None:
        for answer in ({}, {"id": ""}, {"id": 7}, {"members": "many"}, {"members": None}):
            async with connected((200, {}, answer)) as line:
                for call in (line.sdk.create_personal(line.at), line.sdk.members(line.at)):
                    with pytest.raises(Refused) as caught:
                        await call
                    assert caught.value.status == 0

    asyncio.run(talk())


def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ANSWER", 100_000)
    given = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal given
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while given < 500_000_000:
            await response.write(b" " * 10_000)
            given += 10_000
        return response

    refused = sent(endless)
    assert isinstance(refused, Refused)
    assert refused.status == UNANSWERED
    assert given < 50_000_000  # the rest never left the buffers


def test_a_small_body_that_may_unpack_to_a_huge_one_is_not_unpacked() -> None:
    async def packed(request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept-Encoding"] == "identity"
        response = web.json_response({"id": "1", "more": " " * 5000})
        response.enable_compression(web.ContentCoding.gzip)
        return response

    assert isinstance(sent(packed), Refused)


def test_a_connector_that_hangs_up_or_is_not_there_said_nothing() -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    refused = sent(hang_up)
    assert isinstance(refused, Refused)
    assert refused.status == UNANSWERED

    async def nobody() -> None:
        sdk = Sdk(APP, lambda: TOKEN, lambda _: True, anonymous=False)
        for url in ("http://127.0.0.1:9/", "http://127.0.0.1:99999/", "http://", "no address", "ftp://127.0.0.1"):
            with pytest.raises(Refused) as caught:
                await sdk.send(chat(url), message())
            assert caught.value.status == 0
            assert caught.value.__context__ is None  # aiohttp's error carries the headers
            assert TOKEN not in said(caught.value)
        await sdk.close()

    asyncio.run(nobody())


def test_a_connector_that_does_not_answer_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.PATIENT.total == 10.0
    monkeypatch.setattr(module, "PATIENT", aiohttp.ClientTimeout(total=0.05))

    async def talk() -> None:
        async with connected(CREATED) as line:
            line.stub.held = asyncio.Event()
            with pytest.raises(Refused) as caught:
                await line.sdk.send(line.at, message())
            assert caught.value.status == UNANSWERED
            line.stub.held.set()

    asyncio.run(talk())


# Where things go


def test_no_redirection_is_followed_with_the_message_or_the_token() -> None:
    async def talk() -> None:
        other = Stub([CREATED])
        async with serving(other) as elsewhere:
            for status in (301, 302, 303, 307, 308):
                async with connected((status, {"Location": f"{elsewhere}/v3"}, "")) as line:
                    with pytest.raises(Refused) as caught:
                        await line.sdk.send(line.at, message())
                    assert caught.value.status == status
        assert other.asked == []

    asyncio.run(talk())


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        proxy = Stub([CREATED])
        async with serving(proxy) as address:
            for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, address)
            async with connected((201, {}, {"id": "direct"})) as line:
                assert await line.sdk.send(line.at, message()) == "direct"
        assert proxy.asked == []

    asyncio.run(talk())


def test_no_cookie_is_kept() -> None:
    async def talk() -> None:
        stub = Stub([(201, {"Set-Cookie": "who=canary; Path=/"}, {"id": "1"})])
        async with serving(stub) as url:
            sdk = Sdk(APP, lambda: TOKEN, lambda _: True, anonymous=False)
            for _ in range(2):
                await sdk.send(chat(url.replace("127.0.0.1", "localhost")), message())
            await sdk.close()
        assert not any("Cookie" in asked.headers for asked in stub.asked)

    asyncio.run(talk())


def test_a_service_address_that_is_not_admitted_gets_no_request() -> None:
    async def talk() -> None:
        other = Stub([CREATED])
        async with serving(other) as elsewhere, connected(CREATED) as line:
            at = chat(f"{elsewhere}/")
            for call in (
                line.sdk.send(at, message()),
                line.sdk.update(at, "1", message()),
                line.sdk.create_personal(at),
                line.sdk.members(at),
                line.sdk.turn(activity("message", serviceUrl=at.service_url), nothing),
                line.sdk.turn(activity("message", serviceUrl=None), nothing),
                line.sdk.send(chat(line.at.service_url + "{x}"), message()),
                line.sdk.send(chat(line.at.service_url + "}"), message()),
            ):
                with pytest.raises(NotAdmitted):
                    await call
            assert other.asked == line.asked == []

    asyncio.run(talk())


def test_the_token_that_is_in_memory_goes_with_each_request() -> None:
    async def talk() -> None:
        held = [""]
        async with connected(CREATED, token=lambda: held[0]) as line:
            with pytest.raises(Refused) as caught:
                await line.sdk.send(line.at, message())
            assert caught.value.status == 401
            assert line.asked == []
            for token in ("tok-1", "tok-2"):
                held[0] = token
                await line.sdk.send(line.at, message())
                assert line.asked[-1].headers["Authorization"] == f"Bearer {token}"

    asyncio.run(talk())


def test_without_a_registration_no_token_is_sent() -> None:
    async def talk() -> None:
        async with connected(CREATED, anonymous=True) as line:
            await line.sdk.send(line.at, message())
            assert "Authorization" not in line.asked[0].headers

    asyncio.run(talk())


def test_two_hundred_messages_at_once_go_through_one_client() -> None:
    async def talk() -> None:
        async def number(request: web.Request) -> web.StreamResponse:
            return web.json_response({"id": (await request.json())["text"]}, status=201)

        async with connected(number) as line:
            numbers = [str(each) for each in range(200)]
            assert await asyncio.gather(*(line.sdk.send(line.at, message(text=each)) for each in numbers)) == numbers
            assert len(line.sdk._clients._kept) == 1

    asyncio.run(talk())


def test_clients_are_kept_for_a_few_addresses() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            for each in range(2 * MOST_CLIENTS):
                await line.sdk.send(line.at, message())
                await line.sdk.send(chat(f"{line.at.service_url}{each}/"), message())
            assert len(line.sdk._clients._kept) == MOST_CLIENTS
            assert line.at.service_url in line.sdk._clients._kept

    asyncio.run(talk())


class NoThreads(ThreadPoolExecutor):
    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        raise AssertionError("a thread of asyncio's own was asked for")


def test_no_thread_of_asyncio_is_used() -> None:
    async def talk() -> None:
        asyncio.get_running_loop().set_default_executor(NoThreads(1))
        async with connected(CREATED) as line:
            await line.sdk.turn(activity("message", serviceUrl=line.at.service_url), nothing)
            assert await line.sdk.send(line.at, message()) == "1:new"

    asyncio.run(talk())


def test_after_closing_nothing_is_sent() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            await line.sdk.send(line.at, message())
            await line.sdk.close()
            await line.sdk.close()
            with pytest.raises(Refused) as caught:
                await line.sdk.send(line.at, message())
            assert caught.value.status == 0
            assert len(line.asked) == 1

    asyncio.run(talk())


# Turns

SERVICE_URL = "https://smba.trafficmanager.net/amer/"


def activity(kind: str, **more: Any) -> Json:
    return {
        "type": kind,
        "id": "1",
        "channelId": "msteams",
        "serviceUrl": SERVICE_URL,
        "from": {"id": "29:m-1", "aadObjectId": "user-1"},
        "recipient": {"id": f"28:{APP}"},
        "conversation": {"id": CONVERSATION, "tenantId": "T-1"},
        "timestamp": "no time at all",
        "text": WORDS,
        **more,
    }


async def nothing() -> None:
    return None


def turned(inbound: Json, take: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
    async def talk() -> Answer | None:
        sdk = Sdk(APP, lambda: TOKEN, lambda url: url == SERVICE_URL, anonymous=False)
        return await sdk.turn(inbound, take)

    return asyncio.run(talk())


def answering(status: int, body: Json | None) -> Callable[[], Awaitable[Answer | None]]:
    async def take() -> Answer | None:
        return Answer(status, body)

    return take


@pytest.mark.parametrize("kind", ["message", "conversationUpdate", "installationUpdate", "typing", "something new"])
def test_what_is_no_invoke_has_no_answer(kind: str) -> None:
    assert turned(activity(kind), nothing) is None
    assert turned(activity(kind), answering(200, {"a": 1})) is None


@pytest.mark.parametrize("body", [None, {}, {"task": {"type": "continue", "value": {"card": {"content": HARD}}}}])
def test_the_answer_to_an_invoke_comes_back_as_it_was_given(body: Json | None) -> None:
    before = copy.deepcopy(body)
    answer = turned(activity("invoke", name="task/fetch", value={}), answering(200, body))
    assert answer == Answer(200, before)
    assert answer is not None
    assert answer.body is body


def test_an_invoke_that_nobody_answers_is_answered_with_501() -> None:
    assert turned(activity("invoke", name="composeExtension/query"), nothing) == Answer(501)


def test_what_taking_it_raises_comes_through_unchanged() -> None:
    class Ours(Exception):
        pass

    for error in (Ours("a"), ValueError("b"), asyncio.CancelledError(), TimeoutError()):

        async def take(error: BaseException = error) -> Answer | None:
            raise error

        for kind in ("message", "invoke"):
            with pytest.raises(type(error)) as caught:
                turned(activity(kind, name="task/submit"), take)
            assert caught.value is error


@pytest.mark.parametrize(
    "odd",
    [
        {"conversation": None}, {"conversation": "a:1"}, {"conversation": {"id": ["a"]}}, {"id": {"a": 1}},
        {"channelId": 7}, {"name": None}, {"deliveryMode": "expectReplies"}, {"attachments": 17}, {"entities": "many"},
        {"membersAdded": {"id": 1}}, {"timestamp": [], "localTimestamp": "x", "expiration": 5},
    ],
)  # fmt: skip
def test_what_the_sdk_could_stumble_over_is_kept_from_it(odd: Json) -> None:
    assert turned(activity("message", **odd), nothing) is None
    assert turned(activity("invoke", **odd), answering(200, {"a": 1})) == Answer(200, {"a": 1})


def test_turns_at_the_same_time_do_not_mix_their_answers() -> None:
    async def talk() -> None:
        sdk = Sdk(APP, lambda: TOKEN, lambda _: True, anonymous=False)

        async def one(number: int) -> Answer | None:
            async def take() -> Answer | None:
                await asyncio.sleep(0)
                return Answer(200, {"number": number}) if number % 2 else None

            return await sdk.turn(activity("invoke", name="x"), take)

        answers = await asyncio.gather(*(one(number) for number in range(50)))
        assert answers == [Answer(200, {"number": each}) if each % 2 else Answer(501) for each in range(50)]

    asyncio.run(talk())


# What nobody may read


def test_no_log_and_no_error_holds_a_message_a_token_or_an_id(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = (WORDS, TOKEN, "user-1", "29:m-1", CONVERSATION)
    moved: Any = (307, {"Location": f"/{WORDS}"}, "")
    answers: tuple[Any, ...] = (CREATED, (403, {}, ERROR), (500, {}, WORDS), (200, {}, WORDS), moved)
    for answer in answers:
        outcome = sent(answer)
        if isinstance(outcome, Refused):
            assert not any(word in said(outcome) for word in secret)
    turned(activity("message"), nothing)
    turned(activity("invoke", name=WORDS), nothing)
    assert not any(word in caplog.text for word in secret)


def test_the_sdks_own_loggers_are_silent() -> None:
    Sdk(APP, lambda: TOKEN, lambda _: True, anonymous=False)
    for name in (
        "msrest.exceptions",
        "msrest.serialization",
        "urllib3.connectionpool",
        "botframework.connector",
        "adal",
    ):
        assert not logging.getLogger(name).isEnabledFor(logging.CRITICAL)


def test_members_and_answers_print_nothing_of_what_they_hold() -> None:
    assert repr(Member("29:m-1", "user-1", WORDS)) == "Member()"
    assert WORDS not in repr(Answer(200, {"a": WORDS}))
