"""Where Slack knocks: over HTTP, signed, or over its socket. Law: nothing is read before the signature is right, and
whatever comes, the answer is a status of ours and never a traceback.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import ValidationError
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.slack.payload import Payload, payload
from bot import logs
from bot.ports import Later, Refusal

log = logs.Log("slack-failed")

#: What is done with a payload; gives what the acknowledgement carries.
Take = Callable[[Payload, AsyncBoltContext], Awaitable[Mapping[str, Any]]]
Authorize = Callable[..., Awaitable[Any]]


def quiet_logger() -> logging.Logger:
    """For Bolt's own lines, which may quote a payload: none of them is written."""
    quiet = logging.getLogger("afterword.bolt")
    quiet.setLevel(logging.CRITICAL + 1)
    quiet.propagate = False
    return quiet


class Everything(AsyncMiddleware):
    """The one listener, for every payload: a middleware, since Bolt's listeners are matched one by one, and fail over
    what they do not know."""

    def __init__(self, take: Take) -> None:
        self._take = take

    async def async_process(self, *, req: AsyncBoltRequest, resp: BoltResponse, next: object) -> BoltResponse:
        try:
            read = payload(req.body)
        except ValidationError:
            return BoltResponse(status=400, body="")
        try:
            return BoltResponse(status=200, body=dict(await self._take(read, req.context)) or "")
        except Exception as error:  # Slack hears of it, and sends it again
            log.error("slack-failed", error=error)
            return BoltResponse(status=500, body="")


def bolt_app(take: Take, authorize: Authorize) -> AsyncApp:
    """Bolt's app around `take`.

    The signature is checked at the door, before anything is parsed, so Bolt does not check it again.
    """
    app = AsyncApp(
        logger=quiet_logger(),
        name="afterword.bolt",  # Bolt silences a logger of this name when it is told ours
        process_before_response=True,
        authorize=authorize,
        request_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.middleware(Everything(take))

    @app.error
    async def failed(error: Exception) -> BoltResponse:
        """Where the store is away that is a failure; Bolt's own are payloads of a shape that Slack never sends."""
        return BoltResponse(status=500 if isinstance(error, Later | Refusal) else 400, body="")

    return app


class Door:
    """`POST /slack/events`."""

    def __init__(self, app: AsyncApp, signing_secret: str) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)

    async def knock(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if raw.startswith(b"ssl_check=1"):
            return web.Response()  # Slack tries the certificate, unsigned
        if not self._signed(request, raw):
            return web.Response(status=401)
        data = parsed(raw, request.content_type)
        if data is None:
            return web.Response(status=400)
        return await answered(self._app, data)

    def _signed(self, request: web.Request, raw: bytes) -> bool:
        moment = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (moment.isascii() and moment.isdecimal() and len(moment) <= 12 and signature.isascii()):
            return False
        try:
            return self._verifier.is_valid(raw, moment, signature)
        except UnicodeDecodeError:
            return False


async def answered(app: AsyncApp, data: dict[str, Any]) -> web.Response:
    """What is verified goes the way that a socket's payload goes: parsed once, and to Bolt."""
    try:
        response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=data))
    except Exception:  # Bolt's own, over a shape that Slack never sends; ours have become answers already
        return web.Response(status=400)
    return await to_aiohttp_response(response)


def parsed(raw: bytes, content_type: str) -> dict[str, Any] | None:
    """JSON, or a form that is a command or carries JSON as its `payload`; None for anything else."""
    try:
        if content_type == "application/json":
            data = json.loads(raw)
        else:
            form = dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=100))
            data = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
