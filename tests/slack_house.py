"""The real app beside the fake of Slack: over HTTP, over a real store, in one event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from conftest import Pair
from fake_slack import FakeSlack, Phone, fake_slack
from finders import Finds
from shells import Wristwatch
from talks import library

from adapters.slack.app import SlackApp, connect
from adapters.web.listening import listen
from adapters.web.server import build_server
from bot.config import Slack
from bot.events import Who
from bot.ports import Delivery, Finder, Messenger
from bot.turn import Shell
from prompts.library import Library
from scheduler.ticker import tick
from storage.keyring import Keyring
from storage.store import SqlStore, open_store

P = ParamSpec("P")
SECRET, TOKEN, TEAM = "a signing secret", "xoxb-one", "T1"


def in_a_loop(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """A test that is a coroutine, bounded."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(90):
                await test(*args, **kwargs)

        asyncio.run(bounded())

    return run


async def until(there: Callable[[], bool]) -> None:
    """What goes on after an acknowledgement is there in a moment."""
    async with asyncio.timeout(10):
        while not there():
            await asyncio.sleep(0.01)


@dataclass
class Held:
    """The shell's messenger, which is known only after the shell."""

    messenger: Messenger | None = None

    async def send(self, delivery: Delivery) -> None:
        assert self.messenger is not None
        await self.messenger.send(delivery)


@dataclass
class Hurry:
    """Seconds that somebody sleeps go by at once."""

    skipped: float = 0.0

    def now(self) -> float:
        return time.monotonic() + self.skipped

    async def sleep(self, seconds: float) -> None:
        self.skipped += seconds
        await asyncio.sleep(0)


@dataclass
class House:
    """One process of ours, and all of Slack."""

    slack: FakeSlack
    pair: Pair
    ring: Keyring
    of: Library
    settings: Slack
    clock: Wristwatch = field(default_factory=Wristwatch)
    hurry: Hurry = field(default_factory=Hurry)
    finder: Finder | None = field(default_factory=Finds)
    public_url: str = ""
    strict: bool = False
    shell: Shell = field(init=False)
    store: SqlStore = field(init=False)
    app: SlackApp = field(init=False)
    _runner: Any = None

    async def open(self) -> None:
        self.store = open_store(self.pair.main, self.pair.keys, self.ring, scripts=self.of.scripts.values())
        held = Held()
        workers = 1 if self.store.database.sqlite else 4
        self.shell = Shell(self.of, self.store, held, workers, self.clock, finder=self.finder)
        hurry, store = self.hurry, self.store
        given = (self.settings, self.shell, store.installations, store.references, store.rooms, self.public_url)
        self.app = connect(*given, strict=self.strict, clock=hurry.now, sleep=hurry.sleep)
        held.messenger = self.app.messenger
        await self.app.start()
        web = build_server(self.app.routes(), lambda: self.shell.on_store(self.store.ready))
        self._runner = await listen(web, "127.0.0.1", 0, 1.0)
        self.slack.app_url = f"http://127.0.0.1:{self.port}/slack/events"

    @property
    def port(self) -> int:
        port: int = self._runner.addresses[0][1]
        return port

    async def close(self) -> None:
        await self._runner.cleanup()
        await self.shell.drained()
        await self.app.close()
        await self.shell.close()

    async def again(self) -> None:
        """The process ends and another one begins on the same databases."""
        await self.close()
        await self.open()

    async def settled(self) -> None:
        """Everything that is owed is sent, and what takes longer than the platform waits is shown."""
        while going := self.app._promptly._going:
            await asyncio.wait(going)
        await self.shell.drained()

    async def tick(self, now: datetime | None = None) -> None:
        self.clock.time = now or self.clock.time
        await tick(self.shell, self.clock.time)
        await self.shell.drained()

    def phone(self, user: str = "UADA", team: str = TEAM, device: str = "") -> Phone:
        return Phone(self.slack, team, user, device)

    def who(self, user: str = "UADA", team: str = TEAM) -> Who:
        return Who(platform="slack", tenant=team, user=user)


@asynccontextmanager
async def house(
    pair: Pair, ring: Keyring, *, of: Library | None = None, settings: Slack | None = None
) -> AsyncIterator[House]:
    """A workspace with Ada (English), Ben and Luz (Spanish), and the app installed by its bot token. At the end Slack
    has refused nothing that we drew, and nobody has read a history."""
    async with fake_slack() as slack:
        slack.workspace(TEAM, bot_token=TOKEN, bot_user="UBOT", bot_id="BBOT")
        for user, locale in (("UADA", "en-US"), ("UBEN", "en-GB"), ("ULUZ", "es-MX"), ("USAM", "en-US")):
            slack.person(TEAM, user, user[1:].title(), locale=locale, tz="America/Chicago")
        given = settings or Slack(signing_secret=slack.signing_secret, bot_token=TOKEN, api_url=slack.api_url)
        home = House(slack, pair, ring, of or library(), given)
        await home.open()
        try:
            yield home
        finally:
            await home.close()
        assert not slack.rejected, slack.rejected
        assert not slack.warned, slack.warned
        assert not slack.called("conversations.history", "conversations.replies")
