"""The store: one door to both databases. Law: the main database commits first, keys are destroyed after it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy import insert, select

from bot.conversation import Program, Reflection
from bot.effects import LinkPurpose
from bot.events import Who
from bot.ports import Delivery, Everything, Refusal, Setup
from prompts.script import Script
from storage import (
    checkins,
    circles,
    consents,
    copies,
    counting,
    deliveries,
    erase,
    links,
    migrations,
    publishing,
    purge,
    sweep,
)
from storage import tables as t
from storage.database import Database, database_url, insisted
from storage.installations import SqlInstallations
from storage.keyring import Keyring, from_text, new_key
from storage.keystore import KeyStore
from storage.names import Colleagues
from storage.place import PERSON, Programs, look, named, person_key, read_reflections
from storage.prepared import Prepared
from storage.references import SqlReferences
from storage.reports import Reports
from storage.restored import replay
from storage.rooms import SqlRooms
from storage.sessions import SqlSessions
from storage.setup import leave_team
from storage.shelf import Shelf
from storage.turns import SqlTransaction, opened
from storage.vault import Unopened

T = TypeVar("T")

_INSTALLATION = Prepared(select(t.installation.c.id))
_INSTALL = Prepared(insert(t.installation), unless_there=True)
_PEOPLE = Prepared(
    select(*PERSON, t.teams.c.name)
    .select_from(
        t.participants.join(t.tenants)
        .outerjoin(t.memberships, t.memberships.c.participant_id == t.participants.c.id)
        .outerjoin(t.teams, t.teams.c.id == t.memberships.c.team_id)
    )
    .order_by(t.teams.c.name)
)


class SqlStore:
    """`Store` over SQLite or PostgreSQL. `database` and `keys` are there for what reads beside the conversation.

    Safe on several threads and beside other processes on the same databases.
    """

    def __init__(self, database: Database, keys: KeyStore, program: Program, scripts: Iterable[Script]) -> None:
        self.database = database
        self.keys = keys
        self._programs = Programs(program)
        self._shelf = Shelf(scripts)
        self._colleagues = Colleagues()
        self._thread = threading.local()
        self._swept: date | None = None
        self._purged: date | None = None
        self._published: date | None = None
        self._unclean = False
        self.installations = SqlInstallations(database, keys, self.transaction)
        self.references = SqlReferences(database, keys)
        self.reports = Reports(database, keys)
        self.rooms = SqlRooms(database, keys, self._programs, self.transaction)
        self.sessions = SqlSessions(database, keys)
        _pair(database, keys)
        replay(database, keys)

    @property
    def program(self) -> Program:
        """The program's own settings, under every tenant's."""
        return self._programs.own

    # Turns -----------------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        undone: list[UUID] = []
        try:
            with self.database.transaction() as wire:
                turn = SqlTransaction(wire, self.keys, self._programs, self._shelf, self._colleagues)
                try:
                    yield turn
                except BaseException:
                    undone = turn.made
                    raise
        except BaseException:
            # Only where the block failed: when a commit fails, its rows may be there all the same and need their keys.
            with suppress(Refusal):
                self.keys.destroy(undone)
            raise
        self._shelf.stored(turn.shelved)
        self._colleagues.stored(turn.spoken_of)
        self._unclean = self._unclean or turn.let_go
        if turn.given_up:
            self._after("given_up").extend(turn.given_up)
        if turn.noted:
            self._after("noted").extend(turn.noted)

    def after_commit(self) -> None:
        given_up, noted = self._after("given_up"), self._after("noted")
        if noted:  # should this process die before, the next start makes the ledgers equal
            self.keys.note_deletions(noted)
            noted.clear()
        if given_up:
            self.keys.destroy(given_up)
            given_up.clear()

    def _after(self, what: Literal["given_up", "noted"]) -> list[Any]:
        """What waits for the commits of this thread."""
        waiting: list[Any] = self._thread.__dict__.setdefault(what, [])
        return waiting

    # Deliveries ------------------------------------------------------------------------------------------------------

    def owed(self, now: datetime, limit: int) -> tuple[Delivery, ...]:
        with self.database.transaction() as wire:
            return deliveries.lease(wire, self.keys, now, limit)

    def sent(self, delivery: UUID) -> None:
        with self.database.transaction() as wire:
            deliveries.sent(wire, delivery)

    def failed(self, delivery: UUID, error: Exception, now: datetime) -> None:
        with self.database.transaction() as wire:
            deliveries.failed(wire, delivery, error, now)

    def to_replan(self, now: datetime, limit: int) -> tuple[Who, ...]:
        with self.database.reading() as wire:
            return checkins.to_replan(wire, self.keys, now, limit)

    def failures(self) -> dict[str, int]:
        """How many deliveries of the last days were given up, by the class of the error."""
        with self.database.reading() as wire:
            return deliveries.failures(wire)

    # People ----------------------------------------------------------------------------------------------------------

    def set_up(self, setup: Setup, at: datetime) -> None:
        """Adds what is named to what is there. Raises Refusal."""
        insisted(lambda: self._turn(lambda turn: turn.set_up(setup, at)))

    def set_lead(self, who: Who, at: datetime) -> None:
        insisted(lambda: self._turn(lambda turn: turn.set_lead(who, at)))

    def _turn(self, work: Callable[[SqlTransaction], None]) -> None:
        with self.transaction() as turn:
            work(turn)
        self.after_commit()

    def leave_team(self, who: Who, team: str, at: datetime) -> bool:
        """Takes a person out of a team; False where either is unknown."""
        with self.transaction() as turn:
            found = leave_team(turn.wire, self.keys, who, team, at.astimezone(UTC).date(), turn.noted)
        self.after_commit()
        return found

    def people(self) -> tuple[tuple[Who, str], ...]:
        with self.database.reading() as wire:
            rows = wire.all(_PEOPLE)
        found: dict[UUID, tuple[Who, str]] = {}
        for *person, team in rows:
            with suppress(Unopened):
                found.setdefault(person[0], (named(self.keys, *person), team or ""))
        return tuple(sorted(found.values(), key=lambda pair: (pair[0].platform, pair[0].tenant, pair[0].user)))

    def circles(self) -> tuple[circles.Circle, ...]:
        with self.database.reading() as wire:
            return circles.listed(wire, self._programs)

    def known(self, who: Who) -> bool:
        with self.database.reading() as wire:
            return look(wire, self.keys, who) is not None

    def reflections(self, who: Who) -> tuple[Reflection, ...]:
        with self.database.reading() as wire:
            found = look(wire, self.keys, who)
            if found is None:
                return ()
            return tuple(kept for kept, _ in read_reflections(wire, found, person_key(self.keys, found)))

    def holder(self, purpose: LinkPurpose, token: str, now: datetime) -> Who | None:
        with self.database.reading() as wire:
            return links.holder(wire, self.keys, purpose, token, now)

    def used(
        self, purpose: LinkPurpose, token: str, who: Who, now: datetime, make: Callable[[Everything], T]
    ) -> T | None:
        """The link goes in the same transaction that reads, so that two who are equally fast get one copy."""
        reference = self.references.find(who)
        with self.transaction() as turn:
            if links.holder(turn.wire, self.keys, purpose, token, now) != who:
                return None
            noted = links.use(turn.wire, self.keys, purpose, token, now.astimezone(UTC).date())
            if noted is None:
                return None
            turn.noted.append(noted)
            found = copies.everything(turn, self.keys, who, now, reference)
            made = None if found is None else make(found)
        self.after_commit()
        return made

    def consents(self, who: Who) -> tuple[dict[str, Any], ...]:
        """A person's own copy of their consent records, first to last."""
        with self.database.reading() as wire:
            found = look(wire, self.keys, who)
            return () if found is None else consents.records(wire, found, person_key(self.keys, found))

    def verify_consents(self, who: Who) -> bool:
        """Whether the chain of a person's consent records is whole, to its last link."""
        with self.database.reading() as wire:
            found = look(wire, self.keys, who)
            if found is None:
                return True
            key = person_key(self.keys, found)
            head, _ = opened(found, key)
            return consents.verified(wire, found, key, consents.read_head(head))

    def erase(self, who: Who, at: datetime, *, stays: bool = False) -> bool:
        known = insisted(lambda: erase.erase(self.database, self.keys, who, at, stays=stays))
        if known:
            self._clean()
        return known

    @property
    def erasure_pending(self) -> bool:
        """Deleted bytes may still stand in a write-ahead log; `sweep` empties it as soon as no reader holds it open."""
        return self._unclean

    def _clean(self) -> None:
        clean = [self.database.checkpoint(), self.keys.database.checkpoint()]
        self._unclean = not all(clean)

    # Time ------------------------------------------------------------------------------------------------------------

    def publish(self, now: datetime, sensitive: Collection[str]) -> None:
        """Closes windows that are over and publishes those whose grace is; once a day there is something to look for.
        Only then people move on to their next circle: until a window is closed they count where they were."""
        today = now.astimezone(UTC).date()
        if self._published != today and publishing.publish(self.database, self.keys, self._programs, sensitive, now):
            with self.database.transaction() as wire:
                wire.run(counting.MOVED, today=today)
            self._published = today

    def sweep(self, now: datetime) -> None:
        """Call it every half minute: it also tells other processes that this one is alive."""
        self.keys.heartbeat()
        sweep.throwaways(self.database, self.keys, now)
        today = now.astimezone(UTC).date()
        if self._swept != today:
            sweep.daily(self.database, self.keys, now)
            self._swept = today
        if self._purged != today:
            self._purge(today)
        if self._unclean:
            self._clean()

    def _purge(self, today: date) -> None:
        """A batch at a time: the rest waits for the next sweep, which comes soon."""
        done = purge.departed(self.database, self.keys, self._programs, today)
        self._unclean = self._unclean or done > 0
        if done < purge.BATCH:
            self._purged = today

    def ready(self) -> None:
        insisted(self._answered)

    def _answered(self) -> None:
        with self.database.reading() as wire:
            wire.one(_INSTALLATION)
        self.keys.has_persons()

    def close(self) -> None:
        self.keys.close()
        self.database.close()


def _pair(database: Database, keys: KeyStore) -> None:
    """Refuses two stores that do not belong together: the sweep would take one's keys for orphans of the other."""
    with database.transaction() as wire:
        row = wire.one(_INSTALLATION)
        if row is None and not keys.has_persons():
            wire.run(_INSTALL, id=keys.installation)
            return
    if row is None or row[0] != keys.installation:
        raise Refusal(
            "wrong-pair",
            f"The database {database.where} and the key store {keys.database.where} do not belong together. "
            "Give the addresses of two that were made together.",
        )


def open_keys(keys_url: str, ring: Keyring) -> KeyStore:
    """The key store alone, for `keys rotate`. Raises Refusal."""
    database = Database(database_url(keys_url))
    with _closed_on_failure(database):
        migrations.prepare(database, migrations.KEYS)
        return KeyStore(database, ring)


def open_store(
    main_url: str, keys_url: str, ring: Keyring, *, program: Program | None = None, scripts: Iterable[Script] = ()
) -> SqlStore:
    """Opens both databases, filling empty ones and bringing SQLite files up to date. Raises Refusal.

    `scripts`: the current ones, so that a session on them needs no query.
    """
    main, keys = database_url(main_url), database_url(keys_url)
    if main == keys:
        raise Refusal(
            "one-database", "The keys need a database of their own: AFTERWORD_KEYS_URL must name another one."
        )
    database = Database(main)
    with _closed_on_failure(database):
        migrations.prepare(database, migrations.MAIN)
        opened_keys = open_keys(keys_url, ring)
        with _closed_on_failure(opened_keys):
            return SqlStore(database, opened_keys, program or Program(), scripts)


@contextmanager
def _closed_on_failure(thing: Database | KeyStore) -> Iterator[None]:
    try:
        yield
    except BaseException:
        thing.close()
        raise


def migrate(main_url: str, keys_url: str) -> None:
    """`afterword migrate`: both databases to the newest version. Raises Refusal."""
    for url, line in ((main_url, migrations.MAIN), (keys_url, migrations.KEYS)):
        database = Database(database_url(url))
        try:
            migrations.upgrade(database, line)
        finally:
            database.close()


@contextmanager
def temporary_store(*, program: Program | None = None, scripts: Iterable[Script] = ()) -> Iterator[SqlStore]:
    """A store in a folder that goes when the block ends, under a ring that is written nowhere."""
    with tempfile.TemporaryDirectory(prefix="afterword-") as folder:
        main, keys = (f"sqlite:///{Path(folder) / name}" for name in ("afterword.db", "afterword-keys.db"))
        store = open_store(main, keys, from_text(new_key()), program=program, scripts=scripts)
        try:
            yield store
        finally:
            store.close()
