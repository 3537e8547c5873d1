"""The real app beside the fake of Teams: over HTTP, over a real store, in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conftest import Pair
from fake_teams import Client, FakeTeams, fake_teams
from finders import Finds
from shells import Wristwatch
from slack_house import Held, Hurry
from talks import library

from adapters.teams.app import TeamsApp, connect
from adapters.web.listening import listen
from adapters.web.server import build_server
from bot.config import Teams
from bot.events import Who
from bot.ports import Finder
from bot.turn import Shell
from prompts.library import Library
from scheduler.ticker import tick
from storage.keyring import Keyring
from storage.store import SqlStore, open_store

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"


#: Seconds that only the background sleeps.
LONG = 300.0


@dataclass
class Calm(Hurry):
    """Waits of moments go by at once; of the hours until a token is renewed nothing is skipped."""

    async def sleep(self, seconds: float) -> None:
        await (asyncio.sleep(seconds) if seconds > LONG else super().sleep(seconds))


@dataclass
class House:
    """One process of ours, and all of Teams."""

    teams: FakeTeams
    pair: Pair
    ring: Keyring
    of: Library
    settings: Teams
    clock: Wristwatch = field(default_factory=Wristwatch)
    hurry: Hurry = field(default_factory=Calm)
    finder: Finder | None = field(default_factory=Finds)
    shell: Shell = field(init=False)
    store: SqlStore = field(init=False)
    app: TeamsApp = field(init=False)
    _runner: Any = None

    async def open(self) -> None:
        self.store = open_store(self.pair.main, self.pair.keys, self.ring, scripts=self.of.scripts.values())
        held = Held()
        workers = 1 if self.store.database.sqlite else 4
        self.shell = Shell(self.of, self.store, held, workers, self.clock, finder=self.finder)
        hurry, store = self.hurry, self.store
        given = (self.settings, self.shell, store.installations, store.references, store.rooms)
        self.app = connect(*given, clock=hurry.now, sleep=hurry.sleep)
        held.messenger = self.app.messenger
        await self.app.start()
        web = build_server(self.app.routes(), lambda: self.shell.on_store(self.store.ready))
        self._runner = await listen(web, "127.0.0.1", 0, 1.0)
        self.teams.bot_url = f"http://127.0.0.1:{self.port}/api/messages"

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

    def client(self, handle: str = "ada", device: str = "phone", **kind: bool) -> Client:
        return self.teams.client(TENANT, handle, device, **kind)

    def who(self, handle: str = "ada", tenant: str = TENANT) -> Who:
        return Who(platform="teams", tenant=tenant, user=self.teams.who(tenant, handle).aad)


@asynccontextmanager
async def house(
    pair: Pair, ring: Keyring, *, of: Library | None = None, settings: Teams | None = None, anonymous: bool = False
) -> AsyncIterator[House]:
    """A tenant with Ada (English), Ben and Luz (Spanish), who have not installed anything yet. At the end Teams has
    refused nothing that we drew. `anonymous`: without a registration, as for the Playground."""
    async with fake_teams() as teams:
        teams.tenant(TENANT)
        for handle, locale in (("ada", "en-US"), ("ben", "en-GB"), ("luz", "es-MX"), ("sam", "en-US")):
            teams.person(TENANT, handle, name=handle.title(), locale=locale, zone="America/Chicago")
        teams.anonymous = anonymous
        given = settings or (Teams(anonymous=True) if anonymous else registered(teams))
        home = House(teams, pair, ring, of or library(), given)
        await home.open()
        try:
            yield home
        finally:
            await home.close()
        assert not teams.rejected, teams.rejected


def registered(teams: FakeTeams, **more: Any) -> Teams:
    known = {
        "app_id": teams.app_id,
        "password": teams.password,
        "tenant": teams.bot_tenant,
        "tenants": (TENANT,),
        "login_url": teams.login_url,
        "openid_url": teams.openid_url,
        "service_urls": (teams.service_url,),
    }
    return Teams(**{**known, **more})
