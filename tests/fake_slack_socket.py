"""Socket Mode of the fake Slack: tickets, envelopes, acknowledgements.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from aiohttp import WSMsgType, web
from fake_slack_sending import Answer, Kind
from fake_slack_state import APP_ID, Json, Rejected, Slack, SlackError
from fake_slack_web import authenticated


@dataclass
class SocketMode:
    """`acks`: everything that the app sent back, envelope by envelope."""

    slack: Slack
    acks: list[Json] = field(default_factory=list)
    envelopes: list[Json] = field(default_factory=list)
    connections: list[web.WebSocketResponse] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    def ticket(self, token: str) -> Json:
        """apps.connections.open: an address that is good for one connection."""
        if authenticated(self.slack, token).kind != "app":
            raise SlackError("not_allowed_token_type")
        made = uuid4().hex
        self._tickets.add(made)
        return {"url": f"{self.slack.base.replace('http', 'ws', 1)}/socket?ticket={made}&app_id={APP_ID}"}

    async def connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401)
        self._tickets.remove(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        self.connections.append(connection)
        await connection.send_json(self._hello())
        self._open.set()
        try:
            async for message in connection:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._closed(connection)
        return connection

    def _hello(self) -> Json:
        debug = {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060}
        info = {"app_id": APP_ID}
        return {"type": "hello", "num_connections": len(self.connections), "connection_info": info, "debug_info": debug}

    def _closed(self, connection: web.WebSocketResponse) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        if not self.connections:
            self._open.clear()

    def _acknowledged(self, text: str) -> None:
        ack = json.loads(text)
        self.acks.append(ack)
        waiting = self._waiting.pop(str(ack.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(ack)

    async def connected(self, patience: float = 3.0) -> None:
        """Until the app has a connection."""
        await asyncio.wait_for(self._open.wait(), patience)

    async def deliver(self, kind: Kind, payload: Json, again: int, reason: str, patience: float) -> Answer:
        """One envelope; waits for its acknowledgement."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(patience):
                await self._open.wait()
                ack = await self._delivered(kind, payload, again, reason)
        except (TimeoutError, ConnectionError):
            return Answer(0, "no acknowledgement", {}, (time.perf_counter() - began) * 1000)
        body = self._body(kind, ack.get("payload"))
        return Answer(200, body, {}, (time.perf_counter() - began) * 1000)

    async def _delivered(self, kind: Kind, payload: Json, again: int, reason: str) -> Json:
        retried = {"retry_attempt": again, "retry_reason": reason if again else ""} if kind == "events_api" else {}
        accepts = kind != "events_api"
        envelope = {"envelope_id": str(uuid4()), "type": kind, "payload": payload, "accepts_response_payload": accepts}
        self.envelopes.append({**envelope, **retried})
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[str(envelope["envelope_id"])] = waiting
        await self.connections[-1].send_json({**envelope, **retried})
        return await waiting

    def _body(self, kind: Kind, payload: Any) -> str:
        if not payload:
            return ""
        if kind == "events_api":
            self.slack.rejected.append(Rejected("acknowledgement", (("/payload", "not accepted here"),), payload))
        return payload if isinstance(payload, str) else json.dumps(payload)

    async def disconnect(
        self, reason: Literal["warning", "refresh_requested", "link_disabled"] = "refresh_requested"
    ) -> None:
        """Slack says that it is about to close, and does (a warning comes some seconds before and closes nothing)."""
        for connection in list(self.connections):
            await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}})
            if reason != "warning":
                self._closed(connection)
                await connection.close()

    async def drop(self) -> None:
        """Every connection breaks, with no word."""
        for connection in list(self.connections):
            self._closed(connection)
            await connection.close(code=1011)
