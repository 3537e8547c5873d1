"""A process that is there to be killed: one shell on the databases it is given.

In: JSON lines, either {"tick": time}, {"ticks": time} or an `Inbound`. Out: a line once it is ready, then a line for
each answer, and for each of "ticks". What its messenger sends is a line in a file, written at once and not synced.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from finders import Finds
from talks import library

from bot.events import Inbound
from bot.ports import Delivery, Later
from bot.turn import Shell
from scheduler.ticker import tick
from storage.keyring import from_file
from storage.store import open_store


@dataclass
class VirtualClock:
    time: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class Diary:
    """Sends by writing down who got what. One delivery in four has to wait at its first attempt."""

    path: Path

    async def send(self, delivery: Delivery) -> None:
        if delivery.attempts == 0 and delivery.id.int % 4 == 0:
            raise Later
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{delivery.conversation} {delivery.revision} {delivery.n} {delivery.id}\n")


def shell(main: str, keys: str, key_file: str, sent: str, clock: VirtualClock) -> Shell:
    store = open_store(main, keys, from_file(Path(key_file)), scripts=library().scripts.values())
    workers = 1 if store.database.sqlite else 4
    return Shell(library(), store, Diary(Path(sent)), workers, clock, finder=Finds())


def say(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)


async def take(living: Shell, clock: VirtualClock, line: bytes) -> None:
    asked = json.loads(line)
    if "tick" in asked or "ticks" in asked:
        clock.time = datetime.fromisoformat(asked.get("tick") or asked["ticks"])
        await tick(living, clock.time)
        if "ticks" in asked:
            say({"ticked": True})
        return
    inbound = Inbound.model_validate(asked)
    clock.time = max(clock.time, inbound.event.at)
    reply = await living.handle(inbound)
    message = None if reply.message is None else reply.message.model_dump(mode="json")
    say({"key": inbound.key, "message": message})


async def live(main: str, keys: str, key_file: str, sent: str) -> None:
    clock = VirtualClock()
    living = shell(main, keys, key_file, sent, clock)
    say({"ready": True})
    lines = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with asyncio.TaskGroup() as tasks:
        async for line in lines:
            tasks.create_task(take(living, clock, line))
    await living.close()


if __name__ == "__main__":
    asyncio.run(live(*sys.argv[1:]))
