"""The one path in and out. Law: one transaction a turn; what is sent was committed, and what was committed is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from bot import logs, screens
from bot.case import Case
from bot.commands import understand
from bot.conversation import Reply
from bot.deidentify import Known
from bot.effects import Effect, EraseMe, Live, Need, NoteLook, Return, Turn
from bot.engine import step
from bot.events import (
    CheckInDue,
    Choose,
    Event,
    Found,
    Idled,
    Inbound,
    Joined,
    Notice,
    Open,
    Replan,
    Say,
    Scanned,
    Submit,
    Who,
    Write,
)
from bot.notices import PAGE, followed, overtaken
from bot.places import is_zone
from bot.ports import (
    LEASE_SECONDS,
    Claimed,
    Clock,
    ConversationGone,
    Delivery,
    Finder,
    InstallationGone,
    Later,
    Loaded,
    LostRace,
    Messenger,
    OurBug,
    Refusal,
    RoomMessenger,
    Store,
    Transaction,
)
from bot.scanning import scan, text_hash
from prompts.library import Library

log = logs.Log("check-in-failed", "put-away-failed", "delivery-failed", "delivery-not-noted", "detector-failed")

#: A turn that loses its race so often gives up; people are not that fast.
TRIES = 20
#: Names of a workspace that are stored in one transaction.
NAMES_AT_ONCE = 200

#: Seconds for which what is leased is sent, so that what became of it is noted while the lease lasts; and for which a
#: round of the clock waits for all that it sends.
SENDING = LEASE_SECONDS - 5.0
PATIENCE = 2.0

#: Characters; what is longer is somebody's words.
LONGEST_COMMAND = 80

#: What a messenger may raise; anything else is our mistake, and is tried again like a failure of the network.
KNOWN = (Later, ConversationGone, InstallationGone, OurBug)

T = TypeVar("T")


def asks_for_page(library: Library, event: Event) -> bool:
    """Whether the answer may be a page, which shows what the person has kept; "my data" can also be typed. What is
    behind "More…" depends on the circle."""
    if isinstance(event, Say | Write):
        said = understand(library, event.text) if len(event.text) < LONGEST_COMMAND else None
        return said is not None and bool(said.page)
    if isinstance(event, Choose):
        return any(value.startswith(PAGE) or value == "more" for value in event.values)
    return isinstance(event, Open | Submit)


def as_they_are_now(loaded: Loaded, inbound: Inbound) -> tuple[Loaded, tuple[Effect, ...]]:
    """The profile says where a person lives; and who does something, or joins, has not left (a clock is nobody)."""
    news: tuple[Effect, ...] = ()
    own = loaded.conversation.memory.own_zone
    if inbound.zone and inbound.zone != loaded.facts.zone and not own and is_zone(inbound.zone):
        loaded = replace(loaded, facts=loaded.facts.model_copy(update={"zone": inbound.zone, "zone_gone": False}))
        news += (Live(inbound.zone),)
    event, memory = inbound.event, loaded.conversation.memory
    if loaded.left and (event.surface != "none" or (isinstance(event, Joined) and not overtaken(memory, event))):
        news += (Return(),)
    return loaded, news


def came_due(claimed: Claimed, now: datetime) -> Event:
    if claimed.notice is not None:
        return Notice(at=now, notice=claimed.notice, person=claimed.person)
    return CheckInDue(at=now, dues=claimed.dues)


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """A committed turn: what to answer, and what this process owes."""

    reply: Reply
    deliveries: tuple[Delivery, ...] = ()


class _Undone(Exception):
    """Takes a turn back that came before: not even that the person is known stays of it."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("undone")
        self.reply = reply


class _Leaving(_Undone):
    """The same, of somebody who wants everything gone: erasing is a transaction of its own."""


def scanned(event: Event, found: tuple[Found, ...]) -> Scanned:
    return Scanned.model_validate({"at": event.at, "surface": event.surface, "of": event, "found": found})


class _Unscanned(Exception):
    """Takes a turn back whose text has to be looked through first: that is done outside its transaction."""

    def __init__(self, text: str, known: tuple[Known, ...]) -> None:
        super().__init__("unscanned")
        self.text, self.known = text, known


@cache
def detector() -> Finder:
    """One a process; its words and names are read when they are first needed."""
    from bot.deidentify.detector import Detector

    return Detector.load()


@dataclass
class Shell:
    """Runs turns. `workers`: 1 for SQLite, whose writer is one thread; a few for PostgreSQL. `rooms`: who posts in the
    rooms of a platform; those of any other are left to another process."""

    library: Library
    store: Store
    messenger: Messenger
    workers: int = 1
    clock: Clock = field(default_factory=SystemClock)
    rooms: dict[str, RoomMessenger] = field(default_factory=dict)
    finder: Finder | None = None  # None: the shipped detector
    address: str = ""  # where links of ours lead, as people reach it; empty where they cannot
    replanned: datetime | None = field(default=None, init=False)  # when check-ins were last looked for to plan anew
    _threads: ThreadPoolExecutor = field(init=False)
    _sending: set[asyncio.Task[None]] = field(init=False, default_factory=set)
    _lanes: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(init=False, default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="store")

    async def handle(self, inbound: Inbound) -> Reply:
        """Takes one event and gives the answer for the surface that asked.

        A repeated key changes nothing and gets the current prompt afresh. Raises Refusal, nothing else on purpose.
        """
        with logs.request():
            done = await self._took(inbound)
            self._send_soon(done.deliveries)
        return done.reply

    def warm(self) -> None:
        """Begins to read what the detector knows, so that the first text of all need not wait for it."""
        self._begun(self._warmed())

    async def _warmed(self) -> None:
        await asyncio.to_thread(detector)

    async def _took(self, inbound: Inbound) -> Done:
        """As `take`; what is to be looked through is looked through on a thread of its own, where nobody waits."""
        found: tuple[Found, ...] = ()
        for _ in range(TRIES):
            try:
                return await self.on_store(partial(self.take, inbound, found))
            except _Unscanned as wanted:
                found += (await asyncio.to_thread(self._scanned, wanted),)
        raise self._busy()

    async def on_store(self, work: Callable[[], T]) -> T:
        """Runs storage work on the store's own threads, never on the event loop."""
        within = copy_context()  # so that what is logged there belongs to the same request
        return await asyncio.get_running_loop().run_in_executor(self._threads, within.run, work)

    def take(self, inbound: Inbound, found: tuple[Found, ...] = ()) -> Done:
        """One turn on the store's thread: load, step, commit; again when somebody else was faster.

        Raises _Unscanned where a text has to be looked through first: then it is taken again with what was found.
        """
        for _ in range(TRIES):
            with suppress(LostRace):
                return self._taken(inbound, found)
        raise self._busy()

    def _busy(self) -> Refusal:
        return Refusal("busy", self.library.word("en", "busy"))

    def _scanned(self, wanted: _Unscanned) -> Found:
        """Outside any transaction. Where the detector fails the words can be kept, and not shared."""
        try:
            return scan(self.finder or detector(), wanted.text, wanted.known)
        except Exception as error:
            log.warning("detector-failed", error=error)
            return Found(text_hash=text_hash(wanted.text), failed=True)

    def _taken(self, inbound: Inbound, found: tuple[Found, ...]) -> Done:
        try:
            with self.store.transaction() as tx:
                done = self._turn(tx, inbound, found)
        except _Undone as undone:
            if isinstance(undone, _Leaving):
                self._erase(inbound)
            done = Done(undone.reply)
        self.store.after_commit()
        return done

    def _erase(self, inbound: Inbound) -> None:
        """Everything goes before the key is noted: if this process dies in between, the repeat erases again."""
        self.store.erase(inbound.who, inbound.event.at, stays=True)
        with self.store.transaction() as tx:
            tx.seen(inbound.who, inbound.key, inbound.event.at)

    def _turn(self, tx: Transaction, inbound: Inbound, found: tuple[Found, ...]) -> Done:
        event, who = inbound.event, inbound.who
        stored = tx.load(who, event.at, page=asks_for_page(self.library, event))
        if self.address:
            stored = replace(stored, facts=stored.facts.model_copy(update={"address": self.address}))
        loaded = self._in_their_language(stored, inbound.locale)
        loaded, news = as_they_are_now(loaded, inbound)
        turn = self._step(loaded, scanned(event, found) if found else event)
        if isinstance(turn, Need):
            raise _Unscanned(turn.work.text, tx.names(who))
        if isinstance(event, Submit) and turn.illegal:
            return Done(turn.reply)  # a form with a fault comes again, mended, under the same key
        erases = any(isinstance(effect, EraseMe) for effect in turn.effects)
        if tx.seen(who, inbound.key, event.at):
            reply = (turn.reply if erases else self._again(loaded, event)).model_copy(update={"again": True})
            looks = tuple(effect for effect in turn.effects if isinstance(event, Open) and isinstance(effect, NoteLook))
            if not looks:
                raise _Undone(reply)
            self._saved(tx, stored, Turn(stored.conversation, reply, looks), who, event)  # they look once more
            return Done(reply)
        if erases:
            raise _Leaving(turn.reply)
        if news:
            turn = followed(self._case(loaded, event), replace(turn, effects=(*news, *turn.effects)), stored.facts.zone)
        loaded = replace(loaded, conversation=stored.conversation)
        owed = self._saved(tx, loaded, turn, who, event)
        tx.heard(who.platform, who.tenant, inbound.names)
        return Done(turn.reply, owed)

    def _in_their_language(self, loaded: Loaded, locale: str) -> Loaded:
        """The profile's language speaks for a person until they choose one."""
        before = loaded.conversation
        if before.chosen_locale or locale == before.locale or locale not in self.library.locales:
            return loaded
        return replace(loaded, conversation=before.model_copy(update={"locale": locale}))

    def _step(self, loaded: Loaded, event: Event) -> Turn | Need:
        return step(self._with(loaded), loaded.conversation, loaded.facts, event)

    def _saved(self, tx: Transaction, loaded: Loaded, turn: Turn, who: Who, event: Event) -> tuple[Delivery, ...]:
        before, after = loaded.conversation, turn.conversation
        if after == before and not turn.effects:
            return ()
        library = self._with(loaded)
        kept = {session.revision for session in before.sessions}
        for session in after.sessions:
            if session.revision not in kept:
                tx.keep_script(library.script(session.revision))
        return tx.save(before, after, turn.effects, event.at, who)

    def _again(self, loaded: Loaded, event: Event) -> Reply:
        """The current place, for something that came a second time."""
        case = self._case(loaded, event)
        if isinstance(event, Open):
            turn = step(case.library, case.conversation, case.facts, event)
            return turn.reply if isinstance(turn, Turn) else screens.show(case)
        return screens.show(case)

    def _case(self, loaded: Loaded, event: Event) -> Case:
        return Case(self._with(loaded), loaded.conversation, loaded.facts, event)

    def _with(self, loaded: Loaded) -> Library:
        """The library with the older revisions that this person's sessions are pinned to."""
        library = self.library
        if all(session.revision in library.pinned for session in loaded.conversation.sessions):
            return library
        for script in loaded.scripts:
            library = library.with_pinned(script)
        return library

    # Beside all turns

    async def heard(self, platform: str, tenant: str, names: Sequence[str]) -> None:
        """Names of people of a workspace that were read apart from any turn, so many at once."""
        for start in range(0, len(names), NAMES_AT_ONCE):
            some = names[start : start + NAMES_AT_ONCE]
            await self.on_store(partial(self._heard, platform, tenant, some))

    def _heard(self, platform: str, tenant: str, names: Sequence[str]) -> None:
        """Where others are faster each time, the names are heard of again another day."""
        for _ in range(TRIES):
            with suppress(LostRace), self.store.transaction() as tx:
                tx.heard(platform, tenant, names)
                return

    # What the clock asks for

    def due_now(self, now: datetime, limit: int) -> tuple[int, tuple[Delivery, ...]]:
        """Claims due check-ins and takes their turns in one transaction, a savepoint a person; how many people that
        concerned, and what is owed for them. One that fails is marked so while the others commit."""
        owed: list[Delivery] = []
        with self.store.transaction() as tx:
            claimed = tx.claim_due(now, limit)
            for each in claimed:
                done = self._by_the_clock(tx, each.who, came_due(each, now))
                if done is None:
                    tx.fail_check_in(each)
                owed += done or ()
        self.store.after_commit()
        return len(claimed), tuple(owed)

    def replan_now(self, people: Iterable[Who], now: datetime) -> tuple[Who, ...]:
        """Works out anew when these people's check-ins come; gives those with whom that failed."""
        failed: list[Who] = []
        with self.store.transaction() as tx:
            for who in people:
                if self._by_the_clock(tx, who, Replan(at=now)) is None:
                    failed.append(who)
                else:
                    tx.replanned(who)
        self.store.after_commit()
        return tuple(failed)

    def _by_the_clock(self, tx: Transaction, who: Who, event: Event) -> tuple[Delivery, ...] | None:
        """One person's turn inside a batch; None where it failed and left nothing behind."""
        for _ in range(TRIES):
            try:
                with tx.savepoint():
                    digest = isinstance(event, Notice) and event.notice == "digest"  # it tells what a page shows
                    loaded = tx.load(who, event.at, page=digest)
                    turn = self._step(loaded, event)
                    assert isinstance(turn, Turn)  # a clock brings no words that nobody has looked through
                    return self._saved(tx, loaded, turn, who, event)
            except LostRace:
                continue
            except Exception as error:
                log.warning("check-in-failed", error=error)
                break
        return None

    def idled_now(self, now: datetime, limit: int) -> int:
        """Puts away what was left alone; how many people that concerned."""
        with self.store.transaction() as tx:
            idle = tx.idle(now.date(), limit)
        for who in idle:
            try:
                self.take(Inbound(key=f"idle:{now.date()}", who=who, event=Idled(at=now)))
            except Exception as error:  # tomorrow again; the others are not kept waiting
                log.warning("put-away-failed", error=error)
        return len(idle)

    # Sending

    def _send_soon(self, deliveries: Iterable[Delivery]) -> None:
        """What a turn owes, all to one person; it does not wait behind what a round of the clock sends there."""
        ordered = tuple(deliveries)
        if ordered:
            self._begun(self._send_in_order(ordered, asyncio.get_running_loop().time() + SENDING))

    async def send_all(self, deliveries: Iterable[Delivery], since: float | None = None) -> None:
        """What was leased at `since`, by the loop's clock: each workspace by itself, in it one after the other.

        A slow one is waited for only a moment. It goes on by itself while its lease lasts; the rest then comes again.
        """
        leased = asyncio.get_running_loop().time() if since is None else since
        tenants: dict[tuple[str, str], list[Delivery]] = {}
        for delivery in deliveries:
            tenants.setdefault((delivery.who.platform, delivery.who.tenant), []).append(delivery)
        await self.for_a_moment([self._in_lane(name, each, leased + SENDING) for name, each in tenants.items()], leased)

    async def for_a_moment(self, work: Iterable[Coroutine[None, None, None]], leased: float) -> None:
        """Waits a moment for all of it, counted from `leased`; what is slow goes on by itself."""
        tasks = [self._begun(each) for each in work]
        if tasks:
            wait = leased + PATIENCE - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait(tasks, timeout=max(0.0, wait))
            for task in done:
                task.result()

    def _begun(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return task

    async def _in_lane(self, tenant: tuple[str, str], deliveries: Iterable[Delivery], until: float) -> None:
        async with self._lanes.setdefault(tenant, asyncio.Lock()):
            await self._send_in_order(deliveries, until)

    async def _send_in_order(self, deliveries: Iterable[Delivery], until: float) -> None:
        """Where one has to wait, those behind it in the same conversation wait too; from `until` on, all of them."""
        blocked: set[UUID] = set()
        for delivery in deliveries:
            if asyncio.get_running_loop().time() >= until:
                return
            if delivery.conversation not in blocked and not await self.send(delivery, until):
                blocked.add(delivery.conversation)

    async def send(self, delivery: Delivery, until: float | None = None) -> bool:
        """Sends one delivery that this process holds; False where later ones of the conversation must wait."""
        try:
            async with asyncio.timeout_at(until):
                await self.messenger.send(delivery)
        except Exception as error:
            if not isinstance(error, Later):
                log.warning("delivery-failed", error=error)
            now = self.clock.now()
            failure = error if isinstance(error, KNOWN) else Later()
            await self.note(lambda: self.store.failed(delivery.id, failure, now))
            return not isinstance(failure, Later)
        await self.note(lambda: self.store.sent(delivery.id))
        return True

    async def note(self, work: Callable[[], None]) -> None:
        """What became of what was sent. Where that cannot be written down its lease runs out, and it is sent again."""
        try:
            await self.on_store(work)
        except (LostRace, Refusal) as error:
            log.warning("delivery-not-noted", error=error)

    async def drained(self) -> None:
        """Until everything that this process was sending is sent or put back."""
        while self._sending:
            await asyncio.gather(*self._sending)

    async def close(self) -> None:
        await self.drained()
        self._threads.shutdown(wait=True)
        self.store.close()
