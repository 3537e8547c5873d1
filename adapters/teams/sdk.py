"""Where botbuilder lives. Law: nothing of it leaves this file, and nothing of what Teams said stands in an error.

The SDK is archived, and its client costs more than all else that we do for a message: 8 ms to build one, 3 to 7 ms to
walk through a card, whose outer keys it drops where it does not know them, and `requests` in asyncio's own threads. So
clients are kept, a message is taken as the JSON that it is, and it goes out over aiohttp.
"""

# botbuilder and botframework carry no types.
# mypy: disable-error-code="import-untyped", disallow-subclassing-any=False

from __future__ import annotations

import json
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import aiohttp
from botbuilder.core import CloudAdapterBase, TurnContext
from botbuilder.core.invoke_response import InvokeResponse
from botbuilder.schema import Activity, ActivityTypes, ConversationAccount
from botframework.connector.aio import ConnectorClient
from botframework.connector.aio.operations_async import ConversationsOperations
from botframework.connector.auth import AppCredentials, BotFrameworkAuthentication, ClaimsIdentity
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult
from botframework.connector.auth.connector_factory import ConnectorFactory
from msrest import Deserializer, Serializer
from msrest.pipeline import Request, Response
from msrest.pipeline.async_abc import AsyncHTTPSender, AsyncPipeline
from yarl import URL

from adapters.teams.outcomes import UNANSWERED
from adapters.teams.reference import Reference
from adapters.teams.wire import plain_session, read

Json = dict[str, Any]

#: Seconds for one call, and the bytes of an answer: a page of members is the longest.
PATIENT = aiohttp.ClientTimeout(total=10.0)
MAX_ANSWER = 1024 * 1024
#: Service addresses whose clients are kept; Microsoft has a handful.
MOST_CLIENTS = 16

_CODE = re.compile(r"[A-Za-z]{1,60}")
_RETRY_AFTER = re.compile(r"[A-Za-z0-9,:. +-]{1,40}")
#: What cannot stand in an address between two slashes; and what the SDK would fill in.
_NO_PLACE = ("", ".", "..")
_FORMATTED = frozenset("{}")
#: Their messages hold what was sent and what was answered.
_TALKATIVE = (
    "adal",
    "botbuilder",
    "botframework",
    "msal",
    "msrest",
    "oauthlib",
    "requests",
    "requests_oauthlib",
    "urllib3",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Of an invoke: what the HTTP answer to it is."""

    status: int
    body: Json | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """Of a conversation. `id`: in this bot's chats ("29:..."); `user`: their AAD object id."""

    id: str = field(repr=False)
    user: str = field(repr=False)
    name: str = field(repr=False)


class Refused(Exception):
    """The connector did not do it, or did not say so. `status`: 0 where it was not reached, UNANSWERED where nothing
    came back; `code`: its word for it where that is a plain one, "unknown" where it is not, and empty where it was not
    the connector that answered."""

    def __init__(self, status: int, retry_after: str = "", code: str = "") -> None:
        super().__init__("refused")
        self.status = status
        self.retry_after = retry_after
        self.code = code


class NotAdmitted(Exception):
    """The service address is none that may be used; nothing was sent there."""


class Sdk:
    """Of one process. `admits`: whether a service address may be used; `anonymous`: no token is sent."""

    def __init__(
        self, app_id: str, token: Callable[[], str], admits: Callable[[str], bool], *, anonymous: bool
    ) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._wire = _Wire(_Credentials("" if anonymous else app_id, token))
        self._clients = _Clients(self._wire, admits)
        self._adapter = CloudAdapterBase(_Authentication(self._clients))
        self._verified = AuthenticateRequestResult()
        self._verified.claims_identity = ClaimsIdentity({"aud": app_id, "appid": app_id}, True)
        self._verified.connector_factory = self._clients

    async def turn(self, activity: Json, take: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
        """One verified activity through the SDK; an invoke that nobody answers is answered with 501.

        What `take` raises comes through unchanged. Raises NotAdmitted.
        """

        async def on_turn(context: TurnContext) -> None:
            answer = await take()
            if answer is not None:
                told = InvokeResponse(answer.status, answer.body)
                await self._adapter.send_activities(context, [Activity(type=ActivityTypes.invoke_response, value=told)])

        answered = await self._adapter.process_activity(self._verified, _outline(activity), on_turn)
        return None if answered is None else Answer(int(answered.status), answered.body)

    async def send(self, at: Reference, activity: Json) -> str:
        """Gives the id of the new message; an empty string where Teams took it and did not say. Raises Refused."""
        talk = await self._conversations(at, at.conversation)
        return _id(await talk.send_to_conversation(at.conversation, _from(at, activity)))

    async def update(self, at: Reference, activity_id: str, activity: Json) -> None:
        talk = await self._conversations(at, at.conversation, activity_id)
        await talk.update_activity(at.conversation, activity_id, {**_from(at, activity), "id": activity_id})

    async def create_personal(self, at: Reference) -> str:
        """The id of this person's chat with the bot; Teams gives the one that there is, where there is one.

        An AAD object id is taken in place of a member's, but only as `id`.
        """
        talk = await self._conversations(at, at.member or at.user)
        conversation = _id(await talk.create_conversation({
            "isGroup": False,
            "bot": {"id": at.bot},
            "members": [{"id": at.member or at.user}],
            "tenantId": at.tenant,
            "channelData": {"tenant": {"id": at.tenant}},
        }))  # fmt: skip
        if not conversation:
            raise Refused(0)
        return conversation

    async def members(self, at: Reference, token: str = "", size: int = 200) -> tuple[tuple[Member, ...], str]:
        """One page, without those who have no AAD object id; and the token of the next, empty after the last."""
        talk = await self._conversations(at, at.conversation)
        match await talk.get_conversation_paged_members(at.conversation, size, token or None):
            case {"members": list(members), **more}:
                following = more.get("continuationToken")
                return tuple(filter(None, map(_member, members))), following if isinstance(following, str) else ""
        raise Refused(0)

    async def close(self) -> None:
        """From then on nothing is sent."""
        await self._wire.__aexit__()

    async def _conversations(self, at: Reference, *places: str) -> ConversationsOperations:
        if any(place in _NO_PLACE for place in places):
            raise Refused(400, code="unknown")
        return (await self._clients.create(at.service_url)).conversations


def _outline(activity: Json) -> Activity:
    """What the SDK reads of an inbound activity. Everything else is ours to read; the whole takes it a millisecond."""
    talk = activity.get("conversation")
    return Activity(
        type=activity.get("type"),
        id=activity.get("id"),
        name=activity.get("name"),
        channel_id=activity.get("channelId"),
        service_url=activity.get("serviceUrl"),
        conversation=ConversationAccount(id=talk.get("id") if isinstance(talk, dict) else None),
    )


def _from(at: Reference, activity: Json) -> Json:
    where = {"channelId": at.channel, "from": {"id": at.bot}, "conversation": {"id": at.conversation}}
    return where | activity


def _id(said: Json) -> str:
    found = said.get("id")
    return found if isinstance(found, str) else ""


def _member(said: object) -> Member | None:
    """The object id is called "aadObjectId" or, in Teams' own words, "objectId"."""
    if not isinstance(said, dict):
        return None
    member, user, name = said.get("id"), said.get("aadObjectId") or said.get("objectId"), said.get("name")
    if not (isinstance(member, str) and isinstance(user, str)):
        return None
    return Member(member, user, name if isinstance(name, str) else "")


class _Credentials(AppCredentials):
    """The token that is in memory, for every client; without an app id there is none, as in the SDK."""

    def __init__(self, app_id: str, token: Callable[[], str]) -> None:
        super().__init__(app_id)
        self._held = token

    def get_access_token(self, force_refresh: bool = False) -> str:
        return self._held()


class _Authentication(BotFrameworkAuthentication):
    """What CloudAdapterBase asks for. Tokens of requests are checked elsewhere, before any of this: whatever would come
    in by the SDK's own way is refused."""

    def __init__(self, clients: _Clients) -> None:
        self._clients = clients

    async def authenticate_request(self, activity: Activity, auth_header: str) -> NoReturn:
        raise PermissionError

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> NoReturn:
        raise PermissionError

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> _Clients:
        return self._clients

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        return None


class _Clients(ConnectorFactory):
    """One client for each service address, which is checked first: our token goes there."""

    def __init__(self, wire: _Wire, admits: Callable[[str], bool]) -> None:
        self._wire = wire
        self._admits = admits
        self._kept: OrderedDict[str, _Client] = OrderedDict()

    async def create(self, service_url: object, audience: str | None = None) -> _Client:
        if not isinstance(service_url, str) or not _FORMATTED.isdisjoint(service_url) or not self._admits(service_url):
            raise NotAdmitted
        client = self._kept.get(service_url)
        if client is None:
            client = self._kept[service_url] = _Client(self._wire, service_url)
        self._kept.move_to_end(service_url)
        if len(self._kept) > MOST_CLIENTS:
            self._kept.popitem(last=False)
        return client


class _Client(ConnectorClient):
    """The SDK's client over our wire, with nothing between an operation's arguments and results and their JSON."""

    def __init__(self, wire: _Wire, service_url: str) -> None:
        super().__init__(wire.credentials, service_url, pipeline_type=lambda _: AsyncPipeline([], wire))
        self.conversations = ConversationsOperations(self._client, self.config, _AsItIs(), _AsItCame())  # type: ignore[no-untyped-call]


class _AsItIs(Serializer):
    def body(self, data: Json, data_type: str, **_: object) -> Json:
        return data


class _AsItCame(Deserializer):
    def __call__(self, target_obj: str, response_data: _Reply, content_type: str | None = None) -> Json:
        return response_data.body


@dataclass(slots=True)
class _Reply:
    """A success. The operations know fewer numbers for it than there are."""

    body: Json
    status_code: int = 200
    context: Json = field(default_factory=dict)


class _Wire(AsyncHTTPSender[Any, Any]):
    """One request over aiohttp: no threads, no redirection, and only a success comes back."""

    def __init__(self, credentials: _Credentials) -> None:
        self.credentials = credentials
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def send(self, request: Request[Any], **_: object) -> Response[Any, Any]:
        asked = request.http_request
        if not isinstance(asked.data, str | None):
            raise Refused(400, code="unknown")  # the SDK hands on what it could not write as JSON
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if asked.data is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        if self.credentials.microsoft_app_id:
            token = self.credentials.get_access_token()
            if not token:
                raise Refused(401, code="unknown")
            headers["Authorization"] = f"Bearer {token}"
        status, retry_after, body = await self._tried(asked.method, asked.url, asked.data, headers)
        said = _object(body)
        if not 200 <= status < 300:
            raise Refused(status, retry_after, _code(said))
        if said is None and body:
            raise Refused(UNANSWERED)  # something on the way answered in the connector's place
        return Response(request, _Reply(said or {}))

    async def _tried(self, method: str, url: str, data: str | None, headers: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, Retry-After and body, as `Refused` has them. aiohttp's own errors carry the request."""
        if self._closed:
            return 0, "", b""
        try:
            self._session = self._session or plain_session(PATIENT)
            address = URL(url, encoded=True)  # the SDK has quoted the ids in it
            call = self._session.request(method, address, data=data, headers=headers, allow_redirects=False)
            async with call as response:
                after = response.headers.get("Retry-After", "")
                return response.status, after if _RETRY_AFTER.fullmatch(after) else "", await self._read(response)
        except (aiohttp.ClientConnectorError, aiohttp.NonHttpUrlClientError, ValueError):
            return 0, "", b""
        except (aiohttp.ClientError, TimeoutError, OSError):
            return UNANSWERED, "", b""

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            return await read(response, MAX_ANSWER)
        except ValueError:
            return b"too long"

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()


def _object(body: bytes) -> Json | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _code(said: Json | None) -> str:
    match said:
        case None:
            return ""
        case {"error": {"code": str(code)}} | {"error": str(code)} | {"code": str(code)}:
            plain = code.replace(" ", "")
            return plain if _CODE.fullmatch(plain) else "unknown"
    return "unknown"
