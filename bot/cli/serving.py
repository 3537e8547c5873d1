"""The server, put together: the platforms that are on, the clock, and the addresses, around one shell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from adapters.web import statics
from adapters.web.drawing import Drawing
from adapters.web.links import LinkPages
from adapters.web.listening import listen
from adapters.web.server import build_server
from adapters.web.supervise import SupervisePages
from bot.cli import parts
from bot.config import Server, Slack, Teams
from bot.links import Links
from bot.metrics import CountedMessenger, CountedShell, Counts, Tick
from bot.ports import Delivery, Later, Messenger
from bot.territory import holidays_of
from bot.turn import Shell, SystemClock
from scheduler import ticker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from aiohttp import web

    from prompts.library import Library
    from storage.store import SqlStore

#: Seconds after which what this process cannot send is tried again: by one whose environment has that platform.
ELSEWHERE = 900.0

#: Seconds for the round of the clock that is going on when the server ends.
LAST_ROUND = 10.0


class Platform(Protocol):
    """What an adapter hands over. `close` is called when everything that was owed in memory is sent or put back."""

    @property
    def messenger(self) -> Messenger: ...

    def routes(self) -> Iterable[web.AbstractRouteDef]: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...


@dataclass
class Platforms:
    """Hands each delivery to its platform's messenger."""

    messengers: dict[str, Messenger] = field(default_factory=dict)

    async def send(self, delivery: Delivery) -> None:
        messenger = self.messengers.get(delivery.who.platform)
        if messenger is None:  # its settings are not here now; its workspace may well be there
            raise Later(ELSEWHERE)
        await messenger.send(delivery)


@dataclass
class Rounds:
    """Ticks, one at a time, the last of which can be waited for."""

    tick: Tick
    _going: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def once(self, shell: Shell, now: datetime) -> None:
        async with self._going:
            await self.tick(shell, now)

    async def over(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_ROUND), self._going:
                pass


def connected(given: Server, shell: Shell, store: SqlStore) -> dict[str, Platform]:
    """The platforms that are on, by the name that `Who` has."""
    found: dict[str, Platform] = {}
    if given.slack is not None:
        from adapters.slack.app import connect

        found["slack"] = connect(
            given.slack,
            shell,
            store.installations,
            store.references,
            store.rooms,
            given.public_url,
            strict=store.program.refuse_typed,
        )
    if given.teams is not None:
        from adapters.teams.app import connect as to_teams

        found["teams"] = to_teams(given.teams, shell, store.installations, store.references, store.rooms)
    return found


async def serve(
    given: Server,
    store: SqlStore,
    library: Library,
    stopped: Callable[[], Awaitable[object]],
    say: Callable[[str], None],
) -> None:
    """Until `stopped`; then politely: nothing new is taken, what is being answered and sent is finished. Raises
    Refusal."""
    counts, platforms = Counts(), Platforms()
    messenger = CountedMessenger(platforms, counts)
    shell = CountedShell(library, store, messenger, parts.workers(store), SystemClock(), counts=counts)
    shell.address = reached_at(given)
    try:
        # What time has taken is gone before anybody is answered, also where a backup has brought it back.
        await ticker.publish(shell, shell.clock.now())
        await ticker.sweep(shell, shell.clock.now())
        adapters = connected(given, shell, store)
        platforms.messengers |= {name: adapter.messenger for name, adapter in adapters.items()}
        async with _started(adapters, shell), _ticking(shell, counts), _listening(given, adapters, shell, counts):
            shell.warm()
            for line in welcome(given):
                say(line)
            await stopped()
    finally:
        await shell.close()


@asynccontextmanager
async def _started(adapters: dict[str, Platform], shell: Shell) -> AsyncIterator[None]:
    try:
        for adapter in adapters.values():
            await adapter.start()
        yield
        await shell.drained()
    finally:
        for adapter in adapters.values():
            await adapter.close()


@asynccontextmanager
async def _listening(given: Server, adapters: dict[str, Platform], shell: Shell, counts: Counts) -> AsyncIterator[None]:
    routes = [route for adapter in adapters.values() for route in adapter.routes()]
    drawing = Drawing(shell.library)
    routes += LinkPages(Links(shell), drawing).routes()
    routes += [*SupervisePages(shell, drawing).routes(), *statics.routes()]
    app = build_server(routes, lambda: shell.on_store(shell.store.ready), counts)
    runner = await listen(app, given.host, given.port)
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _ticking(shell: Shell, counts: Counts) -> AsyncIterator[None]:
    await shell.on_store(partial(holidays_of, "America/New_York", None))  # the first look takes a moment
    rounds = Rounds(counts.ticking(ticker.tick))
    clockwork = ticker.start(shell, shell.clock, tick=rounds.once)
    try:
        yield
    finally:
        clockwork.pause()
        await rounds.over()  # shutting the clockwork down cancels what it is doing
        clockwork.shutdown(wait=False)


def reached_at(given: Server) -> str:
    """Where people's browsers find this server; nowhere, where nobody has said that. The Playground is on this
    computer."""
    here = given.teams is not None and given.teams.anonymous
    return given.public_url or (f"http://{_host(given)}" if here else "")


def _host(given: Server) -> str:
    return f"[{given.host}]:{given.port}" if ":" in given.host else f"{given.host}:{given.port}"


def welcome(given: Server) -> Iterator[str]:
    """Where each platform is pointed at, a line each."""
    here = f"http://{_host(given)}"
    if given.slack is not None:
        yield f"Slack: {_slack(given.slack, given.public_url, here)}"
    if given.teams is not None:
        yield f"Teams: {_teams(given.teams, given.public_url, here)}"
    yield f"Afterword answers at {here}. Stop it with Ctrl-C."


def _slack(slack: Slack, public: str, here: str) -> str:
    if slack.many:
        return f"workspaces install it at {public}/slack/install."
    if slack.socket:
        return "connected by Socket Mode; it needs no address."
    if public:
        return f"its Request URLs are {public}/slack/events."
    return f"its Request URLs are {here}/slack/events, behind an https address (AFTERWORD_PUBLIC_URL)."


def _teams(teams: Teams, public: str, here: str) -> str:
    if teams.anonymous:
        return f"for the Agents Playground on this computer, at {here}/api/messages (docs/teams.md)."
    if public:
        return f"its messaging endpoint is {public}/api/messages."
    return f"its messaging endpoint is {here}/api/messages, behind an https address (AFTERWORD_PUBLIC_URL)."
