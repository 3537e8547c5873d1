"""Passages that become readable. Law: never with the window in which they were given, never fewer than five people's,
one a person, in no order; and what found no company in two batches is deleted.

privacy.md, P8. Whose a passage is, is worked out anew each time, from everybody's own key, and written down nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from secrets import SystemRandom
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, select

from bot.consent import holds_on
from bot.conversation import Shared
from bot.screens import EXCERPT_CIRCLE
from bot.shared import kept_until
from bot.snapshot import Snapshot
from storage import counting, passages
from storage import tables as t
from storage.database import Database
from storage.disclosure import COLLUDERS
from storage.keystore import KeyStore
from storage.ledger import RELEASED, TAKEN_BACK, Entry, note
from storage.place import agreed_to
from storage.prepared import Prepared, Row, Wire
from storage.vault import Key, Unopened
from storage.windows import WEEKS, published_from, window_first_day, window_name

T = TypeVar("T")

#: Publications with which a passage can go out, from the one after its own on.
BATCHES = 2

#: Held until they are published or stay: nobody takes one back in between and is told that it is gone.
_WAITING = Prepared(
    select(t.excerpts.c.id, t.excerpts.c.window, t.excerpts.c.token, t.excerpts.c.body)
    .where(t.excerpts.c.circle_id == bindparam("circle"), t.excerpts.c.window < bindparam("before"))
    .order_by(t.excerpts.c.id)
    .with_for_update()
)
_DROP = Prepared(delete(t.excerpts).where(t.excerpts.c.id == bindparam("row")))
_CELLS = Prepared(select(t.excerpts.c.circle_id, t.excerpts.c.window).distinct())
_people = select(t.participants.c.id, t.participants.c.key_id).where(
    t.participants.c.left_day.is_(None), t.participants.c.supervises_since.is_(None)
)
_here = t.participants.c.circle_id, t.participants.c.next_circle_id
#: Those who are in the circle; then anybody there, for whoever has moved on since they gave it.
_WRITERS = (
    Prepared(_people.where(or_(*(circle == bindparam("circle") for circle in _here)))),
    Prepared(_people.where(t.participants.c.tenant_id == bindparam("tenant"))),
)
_STATE = Prepared(select(t.conversations.c.state).where(t.conversations.c.participant_id == bindparam("person")))
ADD_RELEASED = Prepared(insert(t.released), unless_there=True)
_WAITS = Prepared(select(t.excerpts.c.id).where(t.excerpts.c.id == bindparam("row")).with_for_update())
_IS_RELEASED = Prepared(select(t.released.c.id).where(t.released.c.id == bindparam("row")))


class Group(NamedTuple):
    """A circle whose window is published. `roster`: as many could be counted when it closed."""

    tenant: UUID
    circle: UUID
    roster: int


class _Passage(NamedTuple):
    id: UUID
    window: str
    token: bytes
    text: str

    @property
    def given_by(self) -> tuple[str, bytes]:
        return self.window, self.token


def release(
    wire: Wire, keys: KeyStore, group: Group, made: Snapshot, today: date, noted: list[Entry]
) -> tuple[str, ...]:
    """Settles what has waited for this publication: gives the passages that go out with it, shuffled; deletes those
    that waited for the last time, and those that nobody agrees to any more. `noted`: for the ledger's copy."""
    rows = wire.all(_WAITING, circle=group.circle, before=made.window)
    if not rows:
        return ()
    windows = tuple(window_name(made.starts - timedelta(weeks=WEEKS * back)) for back in range(BATCHES, 0, -1))
    cells = {one: key for one in windows if (key := keys.known_window_key(group.circle, one, "excerpts"))}
    pool = tuple(_readable(rows, cells))
    writers = _writers(wire, keys, group, cells, {one.given_by for one in pool}, today)
    going = _longest_waiting(_one_each(pool, writers), group.roster - 1 - COLLUDERS)
    if not made.enough or group.roster < EXCERPT_CIRCLE or len(going) < made.limits.contributors:
        going = {}
    published = {one.id for one in going.values()}
    waiting = {one.id for one in _left(pool, writers, going) if one.window == windows[-1]}
    deleted = {row for row, *_ in rows} - published - waiting
    _settle(wire, keys, published, deleted, made.published, today, noted)
    return tuple(_in_no_order(one.text for one in going.values()))


def _readable(rows: Iterable[Row], cells: Mapping[str, bytes]) -> Iterator[_Passage]:
    for row, window, given_by, body in rows:
        if window in cells:
            with suppress(Unopened):  # what cannot be opened is nobody's to read
                yield _Passage(row, window, bytes(given_by), passages.opened(cells[window], row, body))


def _writers(
    wire: Wire,
    keys: KeyStore,
    group: Group,
    cells: Mapping[str, bytes],
    wanted: set[tuple[str, bytes]],
    today: date,
) -> dict[tuple[str, bytes], UUID]:
    """By window and token, who gave it and still agrees."""
    found: dict[tuple[str, bytes], UUID] = {}
    for people in _WRITERS:
        rows = wire.all(people, circle=group.circle, tenant=group.tenant) if wanted else []
        for person, key in _with_keys(keys, rows):
            tokens = {(window, counting.token(of, key, group.circle, t.excerpts)) for window, of in cells.items()}
            own, wanted = tokens & wanted, wanted - tokens
            if own and _agrees(wire, key, group.tenant, person, today):
                found |= dict.fromkeys(own, person)
    return found


def _with_keys(keys: KeyStore, rows: Sequence[Row]) -> Iterator[tuple[UUID, Key]]:
    with suppress(Unopened):  # a damaged one is met again below, and keeps nobody else from being found
        keys.warm(key_id for _, key_id in rows)
    for person, key_id in rows:
        with suppress(Unopened):
            if key := keys.data_key(key_id):
                yield person, key.key


def _agrees(wire: Wire, key: Key, tenant: UUID, person: UUID, today: date) -> bool:
    row = wire.one(_STATE, person=person)
    with suppress(Unopened):  # nobody can say what they agreed to
        return row is not None and holds_on(agreed_to(key, row[0], tenant, person), "excerpts", today)
    return False


def _one_each(pool: Iterable[_Passage], writers: Mapping[tuple[str, bytes], UUID]) -> dict[UUID, _Passage]:
    """By writer: the one that waited longest, by chance among those of one window."""
    theirs: dict[UUID, list[_Passage]] = {}
    for one in pool:
        if one.given_by in writers:
            theirs.setdefault(writers[one.given_by], []).append(one)
    return {person: min(_in_no_order(found), key=lambda one: one.window) for person, found in theirs.items()}


def _longest_waiting(going: Mapping[UUID, _Passage], most: int) -> dict[UUID, _Passage]:
    """So few that their number says of nobody that they released one."""
    found = sorted(_in_no_order(going.items()), key=lambda pair: pair[1].window)
    return dict(found[: max(most, 0)])


def _left(
    pool: Iterable[_Passage], writers: Mapping[tuple[str, bytes], UUID], going: Mapping[UUID, _Passage]
) -> Iterator[_Passage]:
    """Those that may go out another time: of each window one a person."""
    for one in pool:
        person = writers.get(one.given_by)
        if person is not None and (person not in going or going[person].window != one.window):
            yield one


def _settle(
    wire: Wire,
    keys: KeyStore,
    published: Iterable[UUID],
    deleted: Iterable[UUID],
    day: date,
    today: date,
    noted: list[Entry],
) -> None:
    """By their ids, which are random: no order of rows tells which text was whose."""
    going, gone = sorted(published), sorted(deleted)
    wire.run_many(_DROP, [{"row": row} for row in (*going, *gone)])
    wire.run_many(ADD_RELEASED, [{"id": row, "day": day} for row in going])
    noted += [note(wire, keys, row, today, RELEASED) for row in going]
    noted += [note(wire, keys, row, today, TAKEN_BACK) for row in gone]


def _in_no_order(things: Iterable[T]) -> list[T]:
    found = list(things)
    SystemRandom().shuffle(found)
    return found


def forget_keys(main: Database, keys: KeyStore, today: date) -> None:
    """Of windows to which nothing can be added and of which no passage waits: after a release, or a crash in one."""
    with main.reading() as wire:
        there = set(wire.all(_CELLS))
    for circle, window, _ in keys.window_keys("excerpts"):
        if (circle, window) not in there and published_from(window_first_day(window)) <= today:
            keys.destroy_window_key(circle, window, "excerpts")


def receipt(wire: Wire, one: Shared, today: date) -> Shared | None:
    """A receipt as it stands today; None where there is nothing to be said of it any more. One of what was taken back
    elsewhere just goes: when somebody was named supervisor, or before a backup was put back."""
    if one.kind == "themes":
        return one if counting.is_shared(wire, one.id) else None
    last = kept_until(one)
    if last is not None and today > last:
        return None
    if wire.one(_WAITS, row=one.id) is not None:
        return one.model_copy(update={"outcome": ""})
    if wire.one(_IS_RELEASED, row=one.id) is not None:
        return one.model_copy(update={"outcome": "released"})
    decided = one.until is not None and today > one.until
    return one.model_copy(update={"outcome": "gone"}) if decided else None
