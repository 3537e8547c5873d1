"""Slack as one object: its routes, its messenger, its socket. Law: what people do goes through `Talking`, what becomes
of a workspace through `Workspaces`, of the bot in a channel through `Channels`; everything else is acknowledged and
forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.slack.channels import Channels
from adapters.slack.door import Door, bolt_app
from adapters.slack.drawing import Drawing
from adapters.slack.homes import Homes
from adapters.slack.installing import Installing
from adapters.slack.manifest import scopes
from adapters.slack.messenger import SlackMessenger
from adapters.slack.one_workspace import UNREACHED, OneWorkspace
from adapters.slack.outgoing import REFUSALS, Outgoing
from adapters.slack.payload import Payload
from adapters.slack.profiles import Profiles
from adapters.slack.socket_mode import Socket
from adapters.slack.talking import NOTHING, Talking
from adapters.slack.tokens import PLATFORM, Tokens
from adapters.slack.workspaces import Workspaces
from bot.config import Slack
from bot.ports import Installation, Installations, Later, References, Refusal, Rooms
from bot.promptly import Promptly
from bot.soon import Sleep
from bot.turn import Shell
from prompts.script import SOURCE_LOCALE

#: Seconds for what is still being sent when it ends; with all that `close` waits for it is about ten.
SENDING = 2.0
NO_SOCKET = (
    "Slack does not take SLACK_APP_TOKEN. Make one on the app's page: Basic Information, App-Level Tokens, with the "
    "scope connections:write, and switch Socket Mode on."
)


class SlackApp:
    """Of one process, for all its workspaces."""

    def __init__(
        self,
        settings: Slack,
        shell: Shell,
        installations: Installations,
        references: References,
        rooms: Rooms,
        public_url: str,
        strict: bool,
        clock: Callable[[], float],
        sleep: Sleep,
    ) -> None:
        self._settings, self._shell = settings, shell
        self._outgoing = outgoing = Outgoing(settings.api_url, clock=clock, sleep=sleep)
        self._one = None if settings.many else OneWorkspace(installations, outgoing, settings.bot_token)
        installations = self._one or installations
        drawing, profiles = Drawing(shell.library), Profiles(outgoing, shell.clock)
        client = (settings.client_id, settings.client_secret)
        self._tokens = Tokens(installations, shell, outgoing, *client, sleep=sleep)
        self._homes = Homes(shell, drawing, outgoing, profiles)
        self.messenger = SlackMessenger(shell, drawing, outgoing, self._tokens, references)
        self._promptly = Promptly(PLATFORM)
        self._talking = Talking(shell, drawing, outgoing, profiles, self._homes, self.messenger, self._promptly)
        asked = scopes(strict=strict)
        many = settings.many
        self._installing = Installing(settings, public_url, self._tokens, shell, outgoing, asked) if many else None
        self._workspaces = Workspaces(shell, self._tokens, self._homes, profiles, self._promptly)
        self._channels = Channels(shell, rooms, profiles)
        self._drawing = drawing
        self._bolt = bolt_app(self._take, self._tokens.authorize)
        self._socket: Socket | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        """Without an address for events where Slack's socket brings them."""
        installing = self._installing.routes() if self._installing else []
        if self._settings.socket:
            return installing
        return [web.post("/slack/events", Door(self._bolt, self._settings.signing_secret).knock), *installing]

    async def start(self) -> None:
        """Finds out whose the one workspace's token is, and opens the socket. Raises Refusal where Slack says no."""
        if self._one is not None:
            await self._one.identify()
        self._shell.rooms[PLATFORM] = self.messenger
        if self._settings.socket:
            await self._connected(self._settings.app_token)

    async def _connected(self, token: str) -> None:
        self._socket = Socket(self._bolt, token, self._outgoing)
        try:
            await self._socket.open()
        except (Later, TimeoutError):
            raise Refusal("slack-unreached", UNREACHED) from None
        except REFUSALS:
            raise Refusal("slack-app-token", NO_SOCKET) from None

    async def close(self) -> None:
        """Nothing new is taken; what is being answered and sent is finished, in seconds, whatever Slack does."""
        if self._socket is not None:
            await self._socket.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(SENDING):
                await self._shell.drained()
        await self._promptly.close()
        await self._homes.close()
        await self._tokens.close()
        await self._outgoing.close()

    async def _take(self, payload: Payload, context: AsyncBoltContext) -> Mapping[str, Any]:
        """One payload, verified; gives what the acknowledgement carries."""
        found = await self._tokens.find(context.enterprise_id, context.team_id, bool(context.is_enterprise_install))
        if await self._workspaces.changed(payload, found):
            return NOTHING
        if found is None:
            return self._not_installed(payload)
        if await self._channels.changed(payload, found):
            return NOTHING
        if _of_elsewhere(payload, found):
            return NOTHING
        return await self._talking.take(payload, found)

    def _not_installed(self, payload: Payload) -> Mapping[str, Any]:
        """Somebody who typed the command hears so; nothing of them is stored."""
        if not payload.command:
            return NOTHING
        words = self._drawing.word(SOURCE_LOCALE, "slack-not-installed")
        return {"response_type": "ephemeral", **self._drawing.ephemeral(words, SOURCE_LOCALE)}


def _of_elsewhere(payload: Payload, found: Installation) -> bool:
    """Whether somebody of another company taps in a shared channel: Slack names their own workspace (unverified)."""
    home = payload.user.team_id if payload.user else None
    return bool(home) and not (found.organization or payload.enterprise) and home != found.tenant


def connect(
    settings: Slack,
    shell: Shell,
    installations: Installations,
    references: References,
    rooms: Rooms,
    public_url: str = "",
    *,
    strict: bool = False,
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> SlackApp:
    """Call it inside the running loop; `start` it when its messenger has been given to the shell.

    `strict`: nothing that is typed into the chat is taken, so nobody is asked for leave to read it. `clock` and
    `sleep`: by which calls are paced and answers wait, in seconds.
    """
    return SlackApp(settings, shell, installations, references, rooms, public_url, strict, clock, sleep)
