"""Closing windows, and publishing them. Law: one transaction a circle and window; what was published is never counted
again, and what it was counted from is gone with the key that told whose it was.

privacy.md, section 5. A window closes when its last day is over; for 72 hours people can take back what they gave; then
it is published, on a Thursday, whatever is in it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from bot import logs
from bot.consent import counted_on
from bot.conversation import Consents
from bot.ports import LostRace
from bot.snapshot import Limits, Snapshot
from storage import releasing
from storage import tables as t
from storage.counting import token
from storage.database import Database
from storage.disclosure import Cell, Window, snapshot
from storage.keystore import KeyStore
from storage.ledger import PUBLISHED, Entry, ledger_hash, note, window_of
from storage.notices import tell_published
from storage.place import Programs, agreed_to
from storage.prepared import Prepared, Wire
from storage.vault import Key, Unopened, place
from storage.windows import WEEKS, published_from, window_after, window_first_day, window_name, window_start

log = logs.Log("window-failed", "window-published", "shown", "not-enough")

#: Circles whose windows are closed or published in one call, so that turns come in between.
BATCH = 20
#: Supervisors are told of what was published so lately; of older windows that were missed they read on the page.
NEWS = timedelta(weeks=1)
#: People whose keys are read at once.
AT_ONCE = 1000

_CIRCLES = Prepared(
    select(
        t.circles.c.id,
        t.circles.c.name,
        t.circles.c.since,
        t.tenants.c.id,
        t.tenants.c.grid_monday,
        t.tenants.c.settings,
    )
    .select_from(t.circles.join(t.tenants))
    .where(t.tenants.c.gone_day.is_(None))
    .order_by(t.circles.c.id)
)
_LAST = Prepared(select(t.snapshots.c.circle_id, t.snapshots.c.window).order_by(t.snapshots.c.window))
_PUBLISHED = Prepared(select(t.deletion_ledger.c.hash).where(t.deletion_ledger.c.kind == PUBLISHED))
_CLOSED = Prepared(select(t.closings.c.circle_id, t.closings.c.window))
#: One process publishes a circle at a time.
_HOLD = Prepared(select(t.circles.c.id).where(t.circles.c.id == bindparam("circle")).with_for_update())
_SNAPSHOTS = Prepared(
    select(t.snapshots.c.window, t.snapshots.c.body)
    .where(t.snapshots.c.circle_id == bindparam("circle"))
    .order_by(t.snapshots.c.window)
)
_ADD_SNAPSHOT = Prepared(insert(t.snapshots))
_CLOSING = Prepared(
    select(t.closings.c.roster, t.closings.c.body).where(
        t.closings.c.circle_id == bindparam("circle"), t.closings.c.window == bindparam("in_window")
    )
)
_TEAMS = Prepared(select(func.count()).select_from(t.teams).where(t.teams.c.circle_id == bindparam("circle")))
_ADD_CLOSING = Prepared(insert(t.closings), unless_there=True)
_FORGET_CLOSING = Prepared(
    update(t.closings)
    .where(t.closings.c.circle_id == bindparam("circle"), t.closings.c.window == bindparam("in_window"))
    .values(body=bindparam("left"))
)
_DROP_CLOSINGS = Prepared(
    delete(t.closings).where(t.closings.c.circle_id == bindparam("circle"), t.closings.c.window < bindparam("before"))
)
_WHO = (
    t.participants.c.id,
    t.participants.c.tenant_id,
    t.participants.c.key_id,
    t.participants.c.circle_id,
    t.participants.c.next_circle_id,
    t.participants.c.next_circle_from,
    t.participants.c.who_index,
    t.conversations.c.state,
)
_people = t.participants.join(t.conversations, t.conversations.c.participant_id == t.participants.c.id)
_COUNTABLE = Prepared(
    select(*_WHO)
    .select_from(_people)
    .where(
        or_(t.participants.c.circle_id == bindparam("circle"), t.participants.c.next_circle_id == bindparam("circle")),
        t.participants.c.left_day.is_(None),
        t.participants.c.member_since < bindparam("over"),
    )
)
#: Whoever was counted may have been named supervisor in the days of grace: then they count no more.
_STILL = Prepared(
    select(*_WHO)
    .select_from(_people)
    .where(t.participants.c.who_index == bindparam("index"), t.participants.c.supervises_since.is_(None))
)
_STILL_HERE = Prepared(
    select(*_WHO)
    .select_from(_people)
    .where(t.participants.c.circle_id == bindparam("circle"), t.participants.c.supervises_since.is_(None))
)
#: Of whom everybody knows that they are not counted there.
_ASIDE = Prepared(
    select(t.participants.c.who_index)
    .select_from(
        t.memberships.join(t.teams).join(t.participants, t.participants.c.id == t.memberships.c.participant_id)
    )
    .where(
        t.teams.c.tenant_id == bindparam("tenant"),
        or_(
            t.memberships.c.role == "supervisor",
            (t.memberships.c.role == "lead") & (t.teams.c.circle_id == bindparam("circle")),
        ),
    )
)
_CEASED = Prepared(
    select(t.participants.c.who_index).where(
        t.participants.c.tenant_id == bindparam("tenant"), t.participants.c.supervised_until >= bindparam("start")
    )
)
_cell = (t.contributions.c.circle_id == bindparam("circle"), t.contributions.c.window == bindparam("in_window"))
_GIVEN = Prepared(select(t.contributions.c.token, t.contributions.c.codes).where(*_cell))
_DROP = Prepared(delete(t.contributions).where(*_cell))


class Circle(NamedTuple):
    id: UUID
    name: str
    since: date | None
    tenant: UUID
    grid: date
    settings: str

    @property
    def first(self) -> date:
        """The first day of its first window."""
        return window_start(self.grid, self.since or self.grid)


class _Person(NamedTuple):
    person: UUID
    tenant: UUID
    key_id: UUID
    circle: UUID | None
    next_circle: UUID | None
    next_circle_from: date | None
    who_index: bytes
    state: bytes

    @property
    def known_as(self) -> str:
        """Who they are on the platform, as a keyed hash: also after they have erased themselves and are there again."""
        return bytes(self.who_index).hex()

    def circle_on(self, day: date) -> UUID | None:
        moved = self.next_circle_from is not None and day >= self.next_circle_from
        return self.next_circle if moved else self.circle

    def consents(self, key: Key) -> Consents:
        """Raises Unopened."""
        return agreed_to(key, self.state, self.tenant, self.person)


class Closing(NamedTuple):
    """What was known when a window closed. `roster`: who could be counted; `people`: who of them had agreed; `change`:
    by how many people the roster differs from that of the window before; `teams`: how many the circle had."""

    roster: frozenset[str]
    people: frozenset[str]
    teams: int = 1
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A circle's window that is over. `publish`: the days of grace are over too."""

    circle: Circle
    start: date
    publish: bool

    @property
    def window(self) -> str:
        return window_name(self.start)


def due(main: Database, keys: KeyStore, today: date) -> Iterator[Due]:
    """The oldest first within each circle. One that was published, and is lost with a database that an older backup
    replaced, stays a gap."""
    with main.reading() as wire:
        circles = [Circle._make(row) for row in wire.all(_CIRCLES)]
        last: dict[UUID, str] = dict(wire.all(_LAST))
        closed = set(wire.all(_CLOSED))
        lost = {bytes(row[0]) for row in wire.all(_PUBLISHED)}
    for circle in circles:
        start = window_after(window_first_day(last[circle.id])) if circle.id in last else circle.first
        while window_after(start) <= today:
            publish = published_from(start) <= today
            if lost and ledger_hash(keys, window_of(circle.id, window_name(start))) in lost:
                pass
            elif publish or (circle.id, window_name(start)) not in closed:
                yield Due(circle, start, publish)
            start = window_after(start)


def publish(main: Database, keys: KeyStore, programs: Programs, sensitive: Collection[str], now: datetime) -> bool:
    """Closes and publishes what is due, a batch a call; whether nothing is left. A circle that fails waits for the next
    call, and keeps no other waiting."""
    work = list(islice(due(main, keys, now.astimezone(UTC).date()), BATCH + 1))
    failed: set[UUID] = set()
    for one in work[:BATCH]:
        if one.circle.id in failed:
            continue  # its windows are published in their order
        limits = programs.under(one.circle.settings).limits
        try:
            _do(main, keys, one, limits, sensitive, now)
        except (LostRace, Unopened) as error:
            log.warning("window-failed", error=error)
            failed.add(one.circle.id)
    if work:
        main.checkpoint()
    forget_keys(main, keys)
    releasing.forget_keys(main, keys, now.astimezone(UTC).date())
    return len(work) <= BATCH and not failed


def _do(main: Database, keys: KeyStore, one: Due, limits: Limits, sensitive: Collection[str], now: datetime) -> None:
    with main.transaction() as wire:
        if wire.one(_HOLD, circle=one.circle.id) is None or _is_published(wire, one):
            return
        job = _Job(wire, keys, one)
        if not one.publish:
            job.close_once()
            return
        made = job.publish(limits, sensitive, now)
        if now.astimezone(UTC).date() - made.published < NEWS:
            tell_published(wire, keys, one.circle.id, one.circle.name, one.window, now)
        entry = note(wire, keys, window_of(one.circle.id, one.window), made.published, PUBLISHED)
    keys.note_deletions([entry, *job.noted])
    keys.destroy_window_key(one.circle.id, one.window)
    log.info("window-published", outcome="shown" if made.enough else "not-enough")


def _is_published(wire: Wire, one: Due) -> bool:
    return any(window == one.window for window, _ in wire.all(_SNAPSHOTS, circle=one.circle.id))


def forget_keys(main: Database, keys: KeyStore) -> None:
    """Keys of windows whose process died between publishing them and this."""
    with main.reading() as wire:
        there = set(wire.all(_LAST))
    for circle, window, _ in keys.window_keys():
        if (circle, window) in there:
            keys.destroy_window_key(circle, window)


class _Job:
    """One circle's window, inside its transaction."""

    def __init__(self, wire: Wire, keys: KeyStore, one: Due) -> None:
        self.wire, self.keys, self.circle, self.start, self.window = wire, keys, one.circle, one.start, one.window
        self.key = keys.known_window_key(one.circle.id, one.window)
        self.cell = {"circle": one.circle.id, "in_window": one.window}
        self.noted: list[Entry] = []

    def close_once(self) -> None:
        """Another process may have closed it since this one looked."""
        if self._closing(self.window) is None:
            self.close()

    def close(self) -> Closing:
        """Notes who can be counted and has agreed: nobody else is, whatever they gave."""
        over = window_after(self.start)
        last_day = over - timedelta(days=1)
        people = [_Person._make(row) for row in self.wire.all(_COUNTABLE, circle=self.circle.id, over=over)]
        people = [one for one in people if one.circle_on(last_day) == self.circle.id]
        agreed = self._agreed(people, last_day)
        teams = self.wire.one(_TEAMS, circle=self.circle.id)
        assert teams is not None
        roster = frozenset(one.known_as for one in people)
        closing = Closing(roster, frozenset(agreed), teams[0], self._change(roster))
        self.wire.run(
            _ADD_CLOSING,
            circle_id=self.circle.id,
            window=self.window,
            roster=len(closing.roster),
            body=self._sealed(closing),
        )
        return closing

    def publish(self, limits: Limits, sensitive: Collection[str], now: datetime) -> Snapshot:
        closing = self._closing(self.window)
        if closing is None:
            closing = self.close()
        day = now.astimezone(UTC).date()
        agreed = self._agreed(self._still(closing.people), day)
        possible = self._possible(closing)
        before = self._before()
        earlier = self._closing(window_name(self.start - timedelta(weeks=WEEKS)))
        changes = (closing.change, None if earlier is None else earlier.change)
        cell, window = self._given(agreed.values(), possible, closing.teams), Window(self.window, before, changes)
        made = snapshot(cell, window, limits, sensitive)
        group = releasing.Group(self.circle.tenant, self.circle.id, possible)
        if passages := releasing.release(self.wire, self.keys, group, made, day, self.noted):
            made = snapshot(cell, window._replace(passages=passages), limits, sensitive)
        self.wire.run(
            _ADD_SNAPSHOT,
            circle_id=self.circle.id,
            window=self.window,
            day=made.published,
            body=self._sealing.seal(made.written().encode(), self._where("snapshots", self.window)),
        )
        self.wire.run(_DROP, **self.cell)
        forgotten = closing._replace(people=frozenset())  # who had agreed is needed no more, who could be counted is
        self.wire.run(_FORGET_CLOSING, **self.cell, left=self._sealed(forgotten))
        self.wire.run(_DROP_CLOSINGS, circle=self.circle.id, before=self.window)
        return made

    # What was given

    def _given(self, agreed: Iterable[Key], possible: int, teams: int) -> Cell:
        key, circle = self.key, self.circle.id
        theirs = frozenset() if key is None else frozenset(token(key, one, circle) for one in agreed)
        people: dict[bytes, set[str]] = {}  # whoever answered twenty times is one person
        read: dict[str, list[str]] = {}  # the same few lists stand in very many rows
        for given_by, codes in self.wire.bare(_GIVEN, **self.cell):
            if given_by in theirs:
                if codes not in read:
                    read[codes] = json.loads(codes)
                people.setdefault(given_by, set()).update(read[codes])
        return Cell(tuple(people.values()), possible, teams)

    def _possible(self, closing: Closing) -> int:
        """How many can have been counted, as everybody knows: who was named supervisor in the days of grace is not, and
        who erased themselves in silence still seems to be."""
        tenant = self.circle.tenant
        aside = [*self.wire.all(_ASIDE, tenant=tenant, circle=self.circle.id)]
        aside += self.wire.all(_CEASED, tenant=tenant, start=self.start)
        return len(closing.roster - {bytes(row[0]).hex() for row in aside})

    def _still(self, people: Collection[str]) -> list[_Person]:
        """Those of them who are there and not named supervisor: most are where they were, others have moved on."""
        rows = self.wire.all(_STILL_HERE, circle=self.circle.id)
        here = [one for one in map(_Person._make, rows) if one.known_as in people]
        moved = set(people) - {one.known_as for one in here}
        found = (row for one in moved for row in self.wire.all(_STILL, index=bytes.fromhex(one)))
        return here + [_Person._make(row) for row in found]

    def _agreed(self, people: Iterable[_Person], day: date) -> dict[str, Key]:
        """Who agrees to be counted on that day, with their keys."""
        agreed, found = {}, list(people)
        for start in range(0, len(found), AT_ONCE):
            some = found[start : start + AT_ONCE]
            self.keys.warm(one.key_id for one in some)
            for one in some:
                key = self.keys.data_key(one.key_id)
                with suppress(Unopened):  # nobody can say what they agreed to
                    if key is not None and counted_on(one.consents(key.key), day):
                        agreed[one.known_as] = key.key
        return agreed

    # What came before

    def _before(self) -> tuple[Snapshot, ...]:
        return tuple(
            read(self.keys, self.circle.tenant, self.circle.id, window, body)
            for window, body in self.wire.all(_SNAPSHOTS, circle=self.circle.id)
        )

    def _closing(self, window: str) -> Closing | None:
        row = self.wire.one(_CLOSING, circle=self.circle.id, in_window=window)
        if row is None:
            return None
        known = json.loads(self._sealing.open(row[1], self._where("closings", window)))
        return Closing(frozenset(known["roster"]), frozenset(known["people"]), known["teams"], known["change"])

    def _change(self, roster: frozenset[str]) -> int | None:
        """By how many people who can be counted differs from the window before, as everybody can see. Were it by who
        agreed, or by ids, a missing arrow would tell that somebody changed their mind, or erased themselves."""
        earlier = self._closing(window_name(self.start - timedelta(weeks=WEEKS)))
        return None if earlier is None else len(roster ^ earlier.roster)

    def _sealed(self, closing: Closing) -> bytes:
        return self._sealing.seal(_of_closing(closing), self._where("closings", self.window))

    @property
    def _sealing(self) -> Key:
        return Key(self.keys.purpose_key("snapshots"))

    def _where(self, table: str, window: str) -> bytes:
        return where(self.circle.tenant, table, self.circle.id, window)


def where(tenant: UUID, table: str, circle: UUID, window: str) -> bytes:
    return place(tenant, table, circle, window)


def read(keys: KeyStore, tenant: UUID, circle: UUID, window: str, body: bytes) -> Snapshot:
    """Raises Unopened."""
    opened = Key(keys.purpose_key("snapshots")).open(body, where(tenant, "snapshots", circle, window))
    return Snapshot.model_validate_json(opened)


def _of_closing(closing: Closing) -> bytes:
    known = closing._asdict() | {"roster": sorted(closing.roster), "people": sorted(closing.people)}
    return json.dumps(known).encode()
