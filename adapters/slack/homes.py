"""People's App Home: drawn from the page `home` when they look, and soon after something of it has changed.

Law: what stands there stays with Slack, so it holds nothing of a reflection but whether one is open,
and when the next check-in is.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections import OrderedDict

from adapters.slack.blocks import Json
from adapters.slack.drawing import Drawing
from adapters.slack.outgoing import REFUSALS, Outgoing
from adapters.slack.profiles import Profiles
from bot import logs
from bot.conversation import Page, Reply
from bot.events import Open, Who
from bot.ports import Installation
from bot.turn import Shell

log = logs.Log("slack-home-failed")

#: Homes that somebody looked at, whose last drawing is remembered by its digest.
REMEMBERED = 10_000
#: Seconds within which several changes become one drawing.
SOON = 1.0


class Homes:
    def __init__(self, shell: Shell, drawing: Drawing, outgoing: Outgoing, profiles: Profiles) -> None:
        self._shell = shell
        self._drawing = drawing
        self._outgoing = outgoing
        self._profiles = profiles
        self._shown: OrderedDict[Who, bytes] = OrderedDict()
        self._coming: dict[Who, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def show(self, who: Who, installation: Installation, *, looked: bool = True) -> bool:
        """Publishes the page as it is now; unless somebody has just looked, not where Slack has it so already."""
        profile = await self._profiles.of(who, installation)
        opened = Open(at=self._shell.clock.now(), page="home")
        key = f"home:{secrets.token_hex(8)}"
        reply = await self._shell.handle(profile.inbound(key, who, opened))
        if reply.page is None:
            return False
        view = self._drawing.home(reply.page, reply.locale)
        digest = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).digest()
        if not looked and self._shown.get(who) == digest:
            return True
        shown = await self._published(who, installation, view)
        if shown:
            self._remember(who, digest)
        return shown

    async def _published(self, who: Who, installation: Installation, view: Json) -> bool:
        async def publish() -> None:
            await self._outgoing.call(installation, "views.publish", user_id=who.user, view=view)

        try:
            return await self._outgoing.answer(f"home:{who.tenant}:{who.user}", publish)
        except REFUSALS as error:  # the next look shows it
            log.warning("slack-home-failed", error=error)
            return False

    async def emptied(self, who: Who, installation: Installation, reply: Reply) -> bool:
        """Somebody has erased everything: what stood in their home goes too, and looking again is a new beginning."""
        if coming := self._coming.pop(who, None):
            coming.cancel()
        self._shown.pop(who, None)
        words = reply.message.text if reply.message else ""
        page = Page(name="home", title="", lines=(words,))
        return await self._published(who, installation, self._drawing.home(page, reply.locale))

    def touched(self, who: Who, installation: Installation) -> None:
        """Something of it may have changed: drawn anew a moment later, for those who have looked at it."""
        if who in self._shown and who not in self._coming:
            task = self._coming[who] = asyncio.create_task(self._later(who, installation))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _later(self, who: Who, installation: Installation) -> None:
        await asyncio.sleep(SOON)
        del self._coming[who]  # what changes from now on needs another drawing
        try:
            await self.show(who, installation, looked=False)
        except Exception as error:
            log.warning("slack-home-failed", error=error)

    def _remember(self, who: Who, digest: bytes) -> None:
        self._shown[who] = digest
        self._shown.move_to_end(who)
        if len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
