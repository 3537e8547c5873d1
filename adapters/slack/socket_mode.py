"""Slack's socket, in place of an address of ours. Law: once it is closing nothing new is taken, and what is being
answered is answered first.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.door import quiet_logger
from adapters.slack.outgoing import Outgoing

#: Seconds until it is open.
PATIENCE = 20.0
#: Seconds for what is being answered when it closes, and for Slack to say goodbye.
ANSWERING = 3.0
GOODBYE = 1.0


class Socket(AsyncSocketModeHandler):
    """The SDK's own, but for where it gets its address: it would go on asking where Slack says no, and say nothing."""

    def __init__(self, app: AsyncApp, token: str, outgoing: Outgoing) -> None:
        web = AsyncWebClient(logger=quiet_logger())  # it asks for nothing
        super().__init__(app, token, logger=quiet_logger(), web_client=web)
        self._outgoing = outgoing
        self._answering: set[asyncio.Task[Any]] = set()
        self._closing = False
        self.client.issue_new_wss_url = self._address  # type: ignore[method-assign]

    async def _address(self) -> str:
        return await self._outgoing.socket(self.app_token)

    async def open(self) -> None:
        """Raises as `Outgoing.call` does, and TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            self.client.wss_uri = await self._address()
            await self.connect_async()  # type: ignore[no-untyped-call]

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """What is not acknowledged Slack says again, to another process where there is one."""
        task = asyncio.current_task()
        if self._closing or task is None:
            return
        self._answering.add(task)
        try:
            await super().handle(client, req)
        finally:
            self._answering.discard(task)

    async def close(self) -> None:
        self._closing = True
        if self._answering:
            await asyncio.wait(self._answering, timeout=ANSWERING)
        for _ in range(2):  # where Slack says no goodbye, the second time there is nobody to say it to
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    await self.close_async()  # type: ignore[no-untyped-call]
