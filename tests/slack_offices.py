"""Processes of ours with tokens and nothing else of the app, on one pair of databases, beside the fake of Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from conftest import Pair
from fake_slack import FakeSlack, fake_slack
from shells import Post, Wristwatch
from talks import library

from adapters.slack.bolt_store import ours
from adapters.slack.grant import installed
from adapters.slack.outgoing import Outgoing
from adapters.slack.tokens import Tokens
from bot.ports import Installation
from bot.turn import Shell
from prompts.library import Library
from storage.keyring import Keyring
from storage.store import SqlStore, open_store

SCRIPTS = cache(library)


@dataclass
class Office:
    """One process."""

    store: SqlStore
    shell: Shell
    out: Outgoing
    tokens: Tokens
    slept: list[float] = field(default_factory=list)

    def stored(self, tenant: str = "T1") -> Installation | None:
        return self.store.installations.find("slack", tenant)

    async def install(self, slack: FakeSlack, tenant: str = "T1", user: str = "UADMIN") -> Installation:
        """As an administrator would, without the browser."""
        answer = await self.out.exchange(slack.client_id, slack.client_secret, code=slack.code(tenant, user))
        await self.tokens.keep(ours(installed(answer).sdk(self.shell.clock.now())))
        return await self.tokens.of(tenant)


@dataclass
class Street:
    """Slack, and as many processes as are opened; one clock for all."""

    slack: FakeSlack
    pair: Pair
    ring: Keyring
    clock: Wristwatch = field(default_factory=Wristwatch)
    offices: list[Office] = field(default_factory=list)

    def office(self) -> Office:
        of: Library = SCRIPTS()
        store = open_store(self.pair.main, self.pair.keys, self.ring, scripts=of.scripts.values())
        shell = Shell(of, store, Post(), 1 if store.database.sqlite else 4, self.clock)
        out, slept = Outgoing(self.slack.api_url), list[float]()

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        tokens = Tokens(store.installations, shell, out, self.slack.client_id, self.slack.client_secret, sleep=sleep)
        self.offices.append(Office(store, shell, out, tokens, slept))
        return self.offices[-1]

    def later(self, **passed: float) -> None:
        """Time goes by, for us and for Slack."""
        self.clock.time += timedelta(**passed)
        self.slack.clock.now = self.clock.time.timestamp()

    def exchanges(self) -> int:
        return len([call for call in self.slack.calls if call.body.get("grant_type") == "refresh_token"])


@asynccontextmanager
async def street(pair: Pair, ring: Keyring) -> AsyncIterator[Street]:
    """Two workspaces of one organization, and one of nobody's; the app is installed nowhere yet."""
    async with fake_slack() as slack:
        for team, enterprise in (("T1", "E1"), ("T2", "E1"), ("T3", "")):
            slack.workspace(team, enterprise=enterprise)
            slack.person(team, f"UADA{team}", "ada")
        here = Street(slack, pair, ring)
        here.later()
        try:
            yield here
        finally:
            for office in here.offices:
                await office.tokens.close()
                await office.out.close()
                await office.shell.close()
