"""Passages become readable in a later batch: shuffled, one a person, from five people of a circle of eight at least;
and their writers alone are told what became of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from conftest import AT, Pair, backed_up, key_rows, put_back, rows, who
from searching import found, stored
from shells import Live, living
from sqlalchemy import update
from stored import KEEPS, change, kept
from test_pages import word
from test_publishing import DUE, NAMES, WEEKS, Team

from bot.conversation import Conversation, Program, Shared
from bot.effects import Contribute, Leave, Release, TakeBack, Unshare
from bot.events import Open
from bot.ports import Delivery, Setup
from bot.scanning import text_hash
from bot.snapshot import Limits, Snapshot
from storage import keytables, releasing, sweep, tables
from storage.keyring import Keyring
from storage.prepared import Prepared
from storage.restored import replay
from storage.store import SqlStore, open_store
from storage.windows import window_name

#: Of the windows in which passages are given here: the second and the third are published with their own batches.
SECOND, THIRD = DUE - timedelta(days=1), DUE + WEEKS - timedelta(days=1)
#: When they are published.
FIRST_BATCH, SECOND_BATCH, THIRD_BATCH = DUE + WEEKS, DUE + 2 * WEEKS, DUE + 3 * WEEKS
CANARY = "zqpassage-quillfeather"


class Given(NamedTuple):
    receipt: UUID
    text: str


@dataclass
class Circle(Team):
    """A team of eight or fewer, of whom all give themes in every window, so that something of it can be shown."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for at in (AT, SECOND, THIRD, THIRD + WEEKS):
            self.all_give("A1", at=at)

    def releases(self, user: str, text: str = "", at: datetime = AT) -> Given:
        given = Given(uuid4(), text or f"A passage of {user}'s, {at:%B}.")
        before = self.standing(user, at).memory
        until = DUE.date() + WEEKS * (1 + max(0, (at.date() - date(2026, 11, 9)).days // 28)) - timedelta(days=1)
        shared = Shared(id=given.receipt, kind="excerpt", until=until, reflection=uuid4(), on=at.date())
        change(
            self.store,
            at,
            Release(given.receipt, given.text, text_hash(given.text)),
            person=who(user),
            consents=KEEPS,
            memory=before.model_copy(update={"shared": (*before.shared, shared)}),
        )
        return given

    def some_release(self, count: int, at: datetime = AT) -> list[Given]:
        return [self.releases(user, at=at) for user in NAMES[:count]]

    def standing(self, user: str, at: datetime) -> Conversation:
        with self.store.transaction() as turn:
            return turn.load(who(user), at, page=True).conversation

    def told(self, user: str, at: datetime) -> list[str]:
        return [one.outcome for one in self.standing(user, at).memory.shared]

    def batch(self, at: datetime) -> tuple[str, ...]:
        """What the newest snapshot holds once that batch is due."""
        self.tick(at)
        return self.seen(at)[0].passages

    @property
    def waiting(self) -> set[UUID]:
        return {row["id"] for row in rows(self.store, tables.excerpts)}

    @property
    def keys_of_passages(self) -> list[str]:
        return [row["id"] for row in key_rows(self.store, keytables.window_keys) if row["id"].endswith("/excerpts")]


@pytest.fixture
def circle(store: SqlStore) -> Callable[[int], Circle]:
    return lambda size: Circle(store, size)


def texts(given: list[Given]) -> set[str]:
    return {one.text for one in given}


# When, and from how many


def test_a_passage_is_released_with_a_later_batch_than_its_own_window(circle: Callable[[int], Circle]) -> None:
    eight = circle(11)
    given = eight.some_release(8)
    assert eight.batch(DUE) == ()
    assert len(eight.waiting) == 8
    passages = eight.batch(FIRST_BATCH)
    assert set(passages) == texts(given)
    assert len(passages) == 8
    assert (eight.waiting, eight.keys_of_passages) == (set(), [])
    assert {row["id"] for row in rows(eight.store, tables.released)} == {one.receipt for one in given}
    assert eight.batch(SECOND_BATCH) == (), "and only once"


def test_the_number_of_passages_says_of_nobody_that_they_released_one(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    given = eight.some_release(8)
    eight.tick(DUE)
    passages = eight.batch(FIRST_BATCH)
    assert len(passages) == 5, "three fewer than can be counted there, by chance"
    assert set(passages) < texts(given)
    assert len(eight.waiting) == 3, "the others wait for their last batch"


def test_in_a_circle_of_seven_no_passage_is_ever_released(circle: Callable[[int], Circle]) -> None:
    seven = circle(7)
    seven.some_release(7)
    assert [seven.batch(at) for at in (DUE, FIRST_BATCH, SECOND_BATCH)] == [(), (), ()]
    assert all(one.enough for one in seven.seen(SECOND_BATCH)), "though its themes are shown"
    assert (seven.waiting, rows(seven.store, tables.released)) == (set(), [])


def test_passages_of_four_people_are_not_released_and_after_two_batches_are_deleted(
    circle: Callable[[int], Circle],
) -> None:
    eight = circle(8)
    given = eight.some_release(4)
    eight.tick(DUE)
    assert eight.batch(FIRST_BATCH) == ()
    assert eight.waiting == {one.receipt for one in given}
    assert len(eight.keys_of_passages) == 1
    assert eight.batch(SECOND_BATCH) == ()
    assert (eight.waiting, eight.keys_of_passages) == (set(), [])
    assert rows(eight.store, tables.released) == []


def test_the_passage_of_a_fifth_person_counts_though_it_was_given_in_another_window(
    circle: Callable[[int], Circle],
) -> None:
    eight = circle(8)
    given = [*eight.some_release(4), eight.releases("pam", at=SECOND)]
    eight.tick(DUE)
    assert eight.batch(FIRST_BATCH) == ()
    assert set(eight.batch(SECOND_BATCH)) == texts(given)


def test_a_person_who_gave_passages_in_two_windows_counts_once(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    eight.some_release(4)
    eight.releases("ada", at=SECOND)
    eight.tick(DUE)
    eight.tick(FIRST_BATCH)
    assert eight.batch(SECOND_BATCH) == ()


def test_where_a_window_has_too_little_to_show_nothing_is_released_with_it(circle: Callable[[int], Circle]) -> None:
    eight = circle(11)
    given = eight.some_release(8)
    eight.tick(DUE)
    for user in NAMES[:8]:
        change(eight.store, SECOND, TakeBack("counting"), person=who(user))
    assert eight.batch(FIRST_BATCH) == ()
    assert not eight.seen(FIRST_BATCH)[0].enough
    eight.all_give("A1", at=THIRD)
    assert set(eight.batch(SECOND_BATCH)) == texts(given)


def test_time_goes_by_for_a_passage_though_no_window_has_enough_to_show(store: SqlStore) -> None:
    eight = Team(store, 8)
    change(store, AT, Release(uuid4(), "A.", text_hash("A.")), person=who("ada"), consents=KEEPS)
    for at in (DUE, FIRST_BATCH):
        eight.tick(at)
        assert len(rows(store, tables.excerpts)) == 1
    eight.tick(SECOND_BATCH)
    assert rows(store, tables.excerpts) == []


def test_a_program_that_asks_for_more_contributors_asks_for_more_people_with_passages(
    pair: Pair, ring: Keyring
) -> None:
    with ExitStack() as stack:
        program = Program(limits=Limits(contributors=6))
        store = open_store(pair.main, pair.keys, ring, program=program)
        stack.callback(store.close)
        nine = Circle(store, 8)
        store.set_up(Setup("local", "north", "first", ("rex",)), AT)
        nine.some_release(5)
        nine.tick(DUE)
        nine.releases("pam", at=SECOND)
        assert nine.batch(FIRST_BATCH) == ()
        assert nine.seen(FIRST_BATCH)[0].enough
        assert len(nine.batch(SECOND_BATCH)) == 6


# A13: nothing links a passage to a person, or two of them to each other


def test_a13_the_order_in_the_snapshot_is_not_that_of_giving(
    circle: Callable[[int], Circle], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vars(releasing)["SystemRandom"] is secrets.SystemRandom, "nobody can work it out"
    eight = circle(11)
    released = eight.some_release(8)
    given, by_id = [one.text for one in released], [one.text for one in sorted(released)]
    eight.tick(DUE)
    monkeypatch.setattr(releasing, "SystemRandom", lambda: Random(7))
    passages = list(eight.batch(FIRST_BATCH))
    assert sorted(passages) == sorted(given)
    assert passages not in (given, given[::-1], by_id, sorted(given))


def test_a13_the_snapshot_holds_the_bare_passages_and_nothing_that_links_two_of_one_person(
    circle: Callable[[int], Circle],
) -> None:
    eight = circle(11)
    first = eight.some_release(8)
    second = eight.some_release(5, at=SECOND)
    given_as = rows(eight.store, tables.excerpts)
    eight.tick(DUE)
    eight.tick(FIRST_BATCH)
    assert set(eight.batch(SECOND_BATCH)) == texts(second)
    assert set(eight.seen(SECOND_BATCH)[1].passages) == texts(first)
    for made in eight.seen(SECOND_BATCH):
        assert all(isinstance(passage, str) for passage in made.passages)
        for row in given_as:
            assert str(row["id"]) not in made.written()
            assert row["id"].hex not in made.written()
            assert bytes(row["token"]).hex() not in made.written()
        assert made == Snapshot.model_validate_json(made.written())
    assert {row["day"] for row in rows(eight.store, tables.released)} == {FIRST_BATCH.date(), SECOND_BATCH.date()}


def test_a13_of_one_person_no_two_passages_stand_in_one_snapshot(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    first = [eight.releases(user) for user in ("ada", "ben", "gil", "lou")]
    eight.tick(DUE)
    second = [eight.releases(user, at=SECOND) for user in ("ada", "mae")]
    eight.tick(FIRST_BATCH)
    third = [eight.releases(user, at=THIRD) for user in ("ben", "gil", "lou", "mae")]
    assert set(eight.batch(SECOND_BATCH)) == texts([*first, second[1]]), "the one that waited longer"
    assert eight.waiting == {one.receipt for one in (second[0], *third)}
    assert second[0].text in eight.batch(THIRD_BATCH), "and the other one goes with the next"


def test_a13_of_one_person_and_window_one_passage_is_released(circle: Callable[[int], Circle]) -> None:
    eight = circle(11)
    once = eight.some_release(8)
    twice = eight.releases("ada", "Another one.")
    eight.tick(DUE)
    passages = eight.batch(FIRST_BATCH)
    assert len(passages) == 8
    assert len({once[0].text, twice.text} & set(passages)) == 1
    assert eight.waiting == set()
    assert sorted(eight.told("ada", FIRST_BATCH)) == ["gone", "released"]


def test_a13_rows_tell_neither_the_order_of_giving_nor_how_long_a_passage_is(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    given = [eight.releases(user, "x" * (1 + 40 * number)) for number, user in enumerate(NAMES[:8])]
    there = rows(eight.store, tables.excerpts)
    assert {len(bytes(row["body"])) for row in there} == {len(bytes(there[0]["body"]))}
    assert {row["id"] for row in there} == {one.receipt for one in given}
    assert tables.excerpts.dialect_options["sqlite"]["with_rowid"] is False
    assert tables.released.dialect_options["sqlite"]["with_rowid"] is False


def test_no_word_of_a_passage_stands_in_clear_before_or_after_it_is_published(
    circle: Callable[[int], Circle], pair: Pair, tmp_path: Path
) -> None:
    eight = circle(11)
    eight.some_release(7)
    eight.releases("pam", f"{CANARY} was carried to the window.")
    assert found(CANARY, stored(pair, tmp_path)) == []
    eight.tick(DUE)
    assert any(CANARY in passage for passage in eight.batch(FIRST_BATCH))
    assert found(CANARY, stored(pair, tmp_path)) == []


# Before it is released


@dataclass
class Goes:
    """Ways in which somebody's passage goes before it is released."""

    circle: Circle
    given: Given

    def taken_back(self, at: datetime) -> None:
        change(self.circle.store, at, Unshare(self.given.receipt), person=who("ada"))

    def never_again(self, at: datetime) -> None:
        never = KEEPS.model_copy(update={"excerpts": "never"})
        change(self.circle.store, at, TakeBack("excerpts"), person=who("ada"), consents=never)

    def erased(self, at: datetime) -> None:
        assert self.circle.store.erase(who("ada"), at, stays=True)

    def supervisor(self, at: datetime) -> None:
        self.circle.store.set_up(Setup("local", "north", "other", (), ("ada",)), at)

    def over(self, at: datetime) -> None:
        over = KEEPS.model_copy(update={"excerpts_until": FIRST_BATCH.date()})
        change(self.circle.store, at, person=who("ada"), consents=over)

    def left_the_workspace(self, at: datetime) -> None:
        change(self.circle.store, at, Leave(), person=who("ada"))


@pytest.mark.parametrize(
    "how", [Goes.taken_back, Goes.never_again, Goes.erased, Goes.supervisor, Goes.over, Goes.left_the_workspace]
)
def test_what_nobody_agrees_to_any_more_is_neither_released_nor_counted(
    circle: Callable[[int], Circle], how: Callable[[Goes, datetime], None]
) -> None:
    eight = circle(8)
    eight.store.set_up(Setup("local", "north", "first", ("quin",)), AT)
    change(eight.store, SECOND, Contribute(uuid4(), ("A1",), kept(SECOND).id), person=who("quin"), consents=KEEPS)
    given = eight.some_release(5)
    eight.tick(DUE)
    how(Goes(eight, given[0]), SECOND)
    pam = eight.releases("pam", at=SECOND)
    assert eight.batch(FIRST_BATCH) == (), "four are left"
    assert given[0].receipt not in eight.waiting
    assert set(eight.batch(SECOND_BATCH)) == texts(given[1:]) | {pam.text}


def test_who_has_moved_on_counts_with_what_they_gave_while_they_were_there(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    eight.store.set_up(Setup("local", "north", "first", ("quin",)), AT)
    given = eight.some_release(5)
    eight.tick(DUE)
    eight.store.leave_team(who("ada"), "first", SECOND)
    assert set(eight.batch(FIRST_BATCH)) == texts(given)


def test_what_cannot_be_opened_keeps_no_window_from_being_published(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    given = eight.some_release(6)
    eight.tick(DUE)
    damage = Prepared(update(tables.excerpts).values(body=b"\0" * 64).where(tables.excerpts.c.id == given[0].receipt))
    with eight.store.database.transaction() as wire:
        wire.run(damage, id_1=given[0].receipt)
    assert set(eight.batch(FIRST_BATCH)) == texts(given[1:])
    assert eight.waiting == set()


# Its writer is told


def test_whoever_released_one_is_told_that_it_was_published(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    eight.some_release(5)
    eight.tick(DUE)
    assert eight.told("ada", DUE) == [""]
    eight.tick(FIRST_BATCH)
    assert eight.told("ada", FIRST_BATCH) == ["released"]
    kept_until = FIRST_BATCH - timedelta(days=1) + 2 * WEEKS
    assert eight.told("ada", kept_until) == ["released"]
    assert eight.told("ada", kept_until + timedelta(days=1)) == []


def test_whoever_released_one_is_told_that_it_was_not_published_and_is_deleted(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    eight.some_release(4)
    for at in (DUE, FIRST_BATCH):
        eight.tick(at)
        assert eight.told("ada", at) == [""], "it waits"
    eight.tick(SECOND_BATCH)
    assert eight.told("ada", SECOND_BATCH) == ["gone"]
    assert eight.told("pam", SECOND_BATCH) == []


def test_what_its_writer_took_back_is_not_told_of(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    given = eight.some_release(5)
    Goes(eight, given[0]).taken_back(AT)
    assert eight.told("ada", AT) == []


@pytest.fixture
def people(pair: Pair, ring: Keyring) -> Iterator[Live]:
    with living(pair, ring) as live:
        yield live


def to_writers(people: Live) -> list[Delivery]:
    """What stands in chats; their supervisor is told of what was published."""
    return [one for one in people.post.sent if one.who != who("sam")]


def test_the_pages_say_in_private_what_became_of_it_and_the_chat_says_nothing(people: Live) -> None:
    eight = Circle(people.store, 8)
    eight.some_release(5)
    for user in NAMES[5:7]:
        eight.releases(user, at=THIRD)
    for at in (DUE, FIRST_BATCH, SECOND_BATCH, THIRD_BATCH):
        people.tick(at)
    assert to_writers(people) == [], "nothing of it stands in a chat"

    def lines(name: str, user: str, at: datetime) -> list[str]:
        page = people.do(who(user), Open(at=at, page=name)).page
        assert page is not None
        return [*page.lines, *(line for section in page.sections for line in section.lines)]

    assert word("passage-released") in lines("shared", "ada", SECOND_BATCH)
    assert word("home-news") in lines("home", "ada", SECOND_BATCH)
    late = THIRD_BATCH + WEEKS
    people.tick(late)
    assert word("passage-gone") in lines("shared", NAMES[5], late)
    assert word("home-news") in lines("home", NAMES[5], late)
    assert word("home-news") not in lines("home", "pam", late)
    assert to_writers(people) == [], "nor later"


# Crashes, backups, and time


class _Killed(BaseException):
    pass


def test_a_process_that_dies_over_a_release_neither_repeats_it_nor_leaves_its_key(
    circle: Callable[[int], Circle], monkeypatch: pytest.MonkeyPatch
) -> None:
    eight = circle(11)
    eight.some_release(8)
    eight.tick(DUE)

    def dies(*_: object) -> None:
        raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(eight.store.keys, "destroy_window_key", dies)
        with pytest.raises(_Killed):
            eight.tick(FIRST_BATCH)
    assert len(eight.keys_of_passages) == 1
    before = rows(eight.store, tables.snapshots)
    eight.tick(FIRST_BATCH)
    assert eight.keys_of_passages == []
    assert rows(eight.store, tables.snapshots) == before


def test_no_backup_brings_back_a_passage_that_was_deleted(circle: Callable[[int], Circle]) -> None:
    eight = circle(8)
    eight.some_release(4)
    eight.tick(DUE)
    eight.tick(FIRST_BATCH)
    backup = backed_up(eight.store)
    eight.tick(SECOND_BATCH)
    put_back(eight.store, backup)
    assert len(eight.waiting) == 4
    replay(eight.store.database, eight.store.keys)
    assert eight.waiting == set()
    assert eight.told("ada", SECOND_BATCH) == ["gone"]


def test_no_backup_brings_back_a_passage_that_was_published_and_its_writer_is_told_still(
    circle: Callable[[int], Circle],
) -> None:
    eight = circle(11)
    eight.some_release(8)
    eight.tick(DUE)
    backup = backed_up(eight.store)
    eight.tick(FIRST_BATCH)
    put_back(eight.store, backup)
    replay(eight.store.database, eight.store.keys)
    assert eight.waiting == set()
    assert eight.told("ada", FIRST_BATCH) == ["released"]
    eight.store._published = None
    assert eight.batch(SECOND_BATCH) == ()


def test_what_was_published_goes_after_24_months_but_for_the_newest_of_a_circle(
    circle: Callable[[int], Circle],
) -> None:
    eight = circle(11)
    eight.some_release(8)
    eight.tick(DUE)
    eight.tick(FIRST_BATCH)
    later = FIRST_BATCH + timedelta(days=sweep.SNAPSHOT_DAYS)
    sweep.daily(eight.store.database, eight.store.keys, later)
    assert [row["window"] for row in rows(eight.store, tables.snapshots)] == [window_name(date(2026, 12, 7))]
    assert len(rows(eight.store, tables.released)) == 8
    sweep.daily(eight.store.database, eight.store.keys, later + timedelta(days=1))
    assert [row["window"] for row in rows(eight.store, tables.snapshots)] == [window_name(date(2026, 12, 7))]
    assert rows(eight.store, tables.released) == []
    for table, of in ((tables.deletion_ledger, rows), (keytables.deletion_ledger, key_rows)):
        assert "window" not in {row["kind"] for row in of(eight.store, table)}
    eight.tick(FIRST_BATCH + timedelta(days=sweep.SNAPSHOT_DAYS + 60))
    windows = [row["window"] for row in rows(eight.store, tables.snapshots)]
    assert min(windows) > window_name(date(2026, 12, 7)), "publishing went on after it, and then it went"
