"""Where the app is installed: tokens sealed and gone at once, states used once, words of those who come back."""

from __future__ import annotations

import base64
import io
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from conftest import Pair, key_rows, rows, who
from searching import found, said, stored
from sqlalchemy import delete, insert, update
from stored import KEEPS, change, kept, load, session

from bot.conversation import Message
from bot.effects import Deliver, Keep, Plan
from bot.events import NoticeName
from bot.logs import AllowList
from bot.ports import Installation, Refusal
from storage import keytables
from storage import tables as t
from storage.keyring import from_text, new_key
from storage.prepared import Prepared
from storage.rotation import rotate
from storage.store import SqlStore, open_store

ADA, BEN, LEA = who("ada"), who("ben"), who("lea")
TOKEN, REFRESH = "xoxb-quillfeather-0001", "xoxe-quillfeather-0002"
DAY = timedelta(days=1)


def installation(**fields: Any) -> Installation:
    fields = {"tenant": "north", "bot_user": "UBOT", "token": TOKEN, "refresh": REFRESH, "installer": "lea"} | fields
    return Installation(platform="local", **fields)


def notices(store: SqlStore, at: datetime) -> list[tuple[str, NoticeName | None, str]]:
    """Claims what is due: who is told what, of whom."""
    with store.transaction() as turn:
        return [(due.who.user, due.notice, due.person) for due in turn.claim_due(at + DAY, 100)]


def test_what_was_saved_is_found_by_every_process(opened: Callable[[], SqlStore], at: datetime) -> None:
    store, other = opened(), opened()
    assert store.installations.find("local", "north") is None
    mine = installation(expires=at + timedelta(hours=12), organization=True)
    store.installations.save(mine, at)
    assert other.installations.find("local", "north") == mine
    assert other.installations.find("local", "south") is None
    assert other.installations.find("slack", "north") is None
    store.installations.save(installation(token="xoxb-of-the-south", tenant="south", refresh=""), at)
    assert other.installations.find("local", "north") == mine
    there = other.installations.find("local", "north")
    assert there is not None
    renewed = replace(there, token="xoxb-newer", expires=None)
    other.installations.save(renewed, at)
    assert store.installations.find("local", "north") == renewed
    assert len(rows(store, t.installations)) == 2


def test_two_who_install_at_once_leave_one_installation(opened: Callable[[], SqlStore], at: datetime) -> None:
    stores = [opened(), opened()]
    together = threading.Barrier(2)

    def install(number: int) -> None:
        together.wait(5)
        stores[number].installations.save(installation(token=f"xoxb-{number}", installer=f"admin-{number}"), at)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(install, range(2)))
    assert len(rows(stores[0], t.installations)) == 1
    saved = stores[0].installations.find("local", "north")
    assert saved is not None
    assert (saved.token, saved.installer) in {(f"xoxb-{n}", f"admin-{n}") for n in range(2)}
    assert len(key_rows(stores[0], keytables.data_keys)) == len(rows(stores[0], t.participants)) == 2


# Tokens --------------------------------------------------------------------------------------------------------------


def test_no_token_stands_in_clear(store: SqlStore, pair: Pair, tmp_path: Path, at: datetime) -> None:
    log, root = io.StringIO(), logging.getLogger()
    handlers = [logging.StreamHandler(log), logging.StreamHandler(log)]
    handlers[0].setFormatter(AllowList())
    before = root.level
    root.setLevel(logging.DEBUG)
    for handler in handlers:
        root.addHandler(handler)
    try:
        store.installations.save(installation(), at)
        assert store.installations.claim_renewal("local", "north", at)
        places = stored(pair, tmp_path)
        assert store.installations.find("local", "north") == installation()
        store.installations.save(installation(token=TOKEN + "x"), at)
        store.installations.remove("local", "north", at)
    finally:
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
    places |= {f"{name}, after": held for name, held in stored(pair, tmp_path).items()}
    places["log"] = log.getvalue().encode()
    assert [found(token, places) for token in (TOKEN, REFRESH)] == [[], []]


def test_no_token_is_in_what_can_be_printed(store: SqlStore, at: datetime) -> None:
    store.installations.save(installation(), at)
    mine = store.installations.find("local", "north")
    assert TOKEN not in repr(mine)
    assert REFRESH not in repr(mine)
    assert str(rows(store, t.installations)[0]["id"]) not in repr(mine)


def tampered(store: SqlStore, statement: Any) -> None:
    with store.database.transaction() as wire:
        wire.run(Prepared(statement))


def test_a_token_opens_only_in_its_own_row(store: SqlStore, at: datetime) -> None:
    store.installations.save(installation(), at)
    store.installations.save(installation(tenant="south", token="xoxb-of-the-south"), at)
    assert store.installations.unreadable() == 0
    north, south = sorted(rows(store, t.installations), key=lambda row: str(row["external"]))
    for stolen in (
        update(t.installations).where(t.installations.c.id == south["id"]).values(body=north["body"]),
        update(t.installations).where(t.installations.c.id == south["id"]).values(external="elsewhere"),
        update(t.installations).where(t.installations.c.id == south["id"]).values(body=b"\x01damaged"),
    ):
        tampered(store, stolen)
        tenant = "elsewhere" if "elsewhere" in repr(rows(store, t.installations)) else "south"
        with pytest.raises(Refusal, match="Install it again") as refused:
            store.installations.find("local", tenant)
        assert TOKEN not in said(refused.value)
        assert store.installations.unreadable() == 1
        tampered(store, delete(t.installations).where(t.installations.c.id == south["id"]))
        tampered(store, insert(t.installations).values(south))
    mended = installation(tenant="south", token="xoxb-mended")
    tampered(store, update(t.installations).where(t.installations.c.id == south["id"]).values(body=b"\x01damaged"))
    store.installations.save(mended, at)
    assert store.installations.find("local", "south") == mended
    assert store.installations.unreadable() == 0


def test_tokens_open_after_the_ring_has_turned(pair: Pair, at: datetime) -> None:
    old, new = new_key(), new_key()
    store = pair.open(from_text(old))
    store.installations.save(installation(), at)
    state = store.installations.issue_state(at)
    store.close()
    both = pair.open(from_text(f"{new}\n{old}"))
    assert rotate(both.keys) > 0
    both.close()
    store = pair.open(from_text(new))
    assert store.installations.find("local", "north") == installation()
    assert store.installations.use_state(state, at)
    store.close()


def test_one_process_renews_a_token_at_a_time(opened: Callable[[], SqlStore], at: datetime) -> None:
    stores = [opened(), opened()]
    stores[0].installations.save(installation(), at)
    together = threading.Barrier(2)

    def claim(store: SqlStore) -> bool:
        together.wait(5)
        return store.installations.claim_renewal("local", "north", at)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(claim, stores)) == [False, True]
    almost, over = at + timedelta(seconds=29), at + timedelta(seconds=30)
    mine = stores[0].installations.find("local", "north")
    assert mine is not None
    stores[0].installations.save(replace(mine, token="xoxb-newer"), at)
    assert not stores[1].installations.claim_renewal("local", "north", almost)
    assert stores[1].installations.claim_renewal("local", "north", over)
    assert not stores[1].installations.claim_renewal("local", "nowhere", over)


def test_a_token_renewed_too_late_is_dropped(store: SqlStore, at: datetime) -> None:
    store.installations.save(installation(), at)
    mine = store.installations.find("local", "north")
    assert mine is not None
    store.installations.remove("local", "north", at)
    store.installations.save(replace(mine, token="xoxb-too-late"), at)
    assert store.installations.find("local", "north") is None
    assert rows(store, t.tenants)[0]["gone_day"] == at.date()
    for again in ("xoxb-again", "xoxb-installed-over-it"):
        store.installations.save(installation(token=again), at)
        store.installations.save(replace(mine, token="xoxb-too-late"), at)
        mine = store.installations.find("local", "north")
        assert mine == installation(token=again)
        assert len(rows(store, t.installations)) == 1


# Whoever installs ----------------------------------------------------------------------------------------------------


def test_whoever_installs_is_told_once_and_may_name_who_leads(store: SqlStore, at: datetime) -> None:
    store.installations.save(installation(), at)
    assert notices(store, at) == [("lea", "installed", "")]
    with store.transaction() as turn:
        assert turn.load(LEA, at).facts.names_lead
        assert not turn.load(ADA, at).facts.names_lead
    for again in (installation(token="xoxb-rotated"), installation(installer=""), installation()):
        store.installations.save(again, at)
    store.installations.remove("local", "north", at)
    store.installations.save(installation(), at)
    assert notices(store, at) == []
    store.installations.save(installation(installer="ben"), at)
    assert notices(store, at) == [("ben", "installed", "")]


def test_installing_once_more_gives_nobody_a_say_in_a_program_that_is_led(store: SqlStore, at: datetime) -> None:
    store.installations.save(installation(), at)
    store.set_lead(ADA, at)
    store.installations.save(installation(installer="mallory"), at)
    with store.transaction() as turn:
        assert not turn.load(who("mallory"), at).facts.names_lead
        assert turn.load(LEA, at).facts.names_lead


def test_a_rotated_token_does_not_bring_back_who_erased_themselves(store: SqlStore, at: datetime) -> None:
    store.installations.save(installation(), at)
    store.erase(LEA, at)
    store.installations.save(installation(token="xoxb-rotated"), at)
    assert rows(store, t.participants) == []
    assert notices(store, at) == []


def test_an_installation_that_is_undone_leaves_no_key(store: SqlStore, at: datetime) -> None:
    with pytest.raises(ValueError, match="time zone"):
        store.installations.save(installation(), at.replace(tzinfo=None))
    assert rows(store, t.installations) == []
    assert key_rows(store, keytables.data_keys) == []


# Removed, and come back ----------------------------------------------------------------------------------------------


def live(store: SqlStore, at: datetime, person: Any) -> None:
    """Kept words, a reminder, an open reflection and a message that is owed."""
    owed = Deliver(Message(text="Whenever you like."))
    effects = (Keep(kept(at), date(2027, 3, 1)), Plan(uuid4(), at + timedelta(minutes=5)), owed)
    change(store, at, *effects, person=person, consents=KEEPS, session=session(at))


def test_where_the_app_was_removed_nothing_more_is_sent(store: SqlStore, at: datetime) -> None:
    zoe = who("zoe", "south")
    for person in (ADA, BEN, zoe):
        live(store, at, person)
    store.installations.save(installation(), at)
    store.installations.remove("local", "north", at)
    assert rows(store, t.installations) == []
    for person in (ADA, BEN):  # a turn that was under way when it happened
        change(store, at, Plan(uuid4(), at), Deliver(Message(text="Hello")), person=person)
    later = at + timedelta(hours=1)
    with store.transaction() as turn:
        assert [due.who for due in turn.claim_due(later, 10)] == [zoe]
    assert [delivery.who for delivery in store.owed(later, 10)] == [zoe]
    states = {row["id"]: row for row in rows(store, t.participants)}
    north = {id_ for id_, row in states.items() if row["tenant_id"] != states[load(store, at, zoe).id]["tenant_id"]}
    assert {row["state"] for row in rows(store, t.check_ins) if row["participant_id"] in north} == {"stopped"}
    dead = [row for row in rows(store, t.deliveries) if row["conversation_id"] in north]
    assert {(row["state"], row["payload"], row["last_error"]) for row in dead} == {("dead", None, "InstallationGone")}


def test_the_words_are_there_again_where_it_is_installed_within_the_grace(store: SqlStore, at: datetime) -> None:
    live(store, at, ADA)
    before = load(store, at)
    store.installations.save(installation(), at)
    store.installations.remove("local", "north", at)
    store.installations.remove("local", "north", at + 9 * DAY)
    store.sweep(at + 29 * DAY)
    assert rows(store, t.tenants)[0]["gone_day"] == at.date(), "the first day counts"
    store.installations.save(installation(), at + 29 * DAY)
    store.sweep(at + 40 * DAY)
    assert load(store, at).model_copy(update={"revision": 0}) == before.model_copy(update={"revision": 0})
    assert len(store.reflections(ADA)) == 1
    assert notices(store, at) == [], "neither old reminders nor old news"


def test_a_workspace_whose_token_is_not_kept_here_is_present_all_the_same(store: SqlStore, at: datetime) -> None:
    live(store, at, ADA)
    store.installations.remove("local", "north", at)
    store.installations.present("local", "north")
    store.installations.present("local", "nowhere")
    store.sweep(at + 60 * DAY)
    assert [person.user for person, _ in store.people()] == ["ada"]
    assert len(rows(store, t.tenants)) == 1


def test_removing_what_was_never_there_does_nothing(store: SqlStore, at: datetime) -> None:
    store.installations.remove("local", "north", at)
    assert rows(store, t.tenants) == []
    assert rows(store, t.deletion_ledger) == []


def test_a_restored_backup_brings_no_removed_installation_back(opened: Callable[[], SqlStore], at: datetime) -> None:
    store = opened()
    live(store, at, ADA)
    store.installations.save(installation(), at)
    restored = rows(store, t.installations)
    store.installations.remove("local", "north", at)
    assert [row["kind"] for row in key_rows(store, keytables.deletion_ledger)] == ["installation"]
    with store.database.transaction() as wire:
        wire.run(Prepared(delete(t.deletion_ledger)))
        wire.run(Prepared(update(t.tenants).values(gone_day=None)))
        wire.run_many(Prepared(insert(t.installations)), restored)
    again = opened()
    assert again.installations.find("local", "north") is None
    assert rows(again, t.tenants)[0]["gone_day"] is not None
    again.installations.save(installation(), at)
    assert opened().installations.find("local", "north") == installation(), "a later installation is another one"


# Where an installation was begun -------------------------------------------------------------------------------------


def test_a_state_is_used_once_by_whichever_process(opened: Callable[[], SqlStore], at: datetime) -> None:
    stores = [opened(), opened()]
    states = [stores[0].installations.issue_state(at) for _ in range(3)]
    assert len(set(states)) == 3
    together = threading.Barrier(2)

    def use(store: SqlStore) -> bool:
        together.wait(5)
        return store.installations.use_state(states[0], at + timedelta(seconds=5))

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(use, stores)) == [False, True]
    assert stores[1].installations.use_state(states[1], at)


@pytest.mark.parametrize(("minutes", "good"), [(0, True), (10, True), (10.1, False), (600, False), (-2, False)])
def test_a_state_is_good_for_ten_minutes(store: SqlStore, at: datetime, minutes: float, good: bool) -> None:
    state = store.installations.issue_state(at)
    assert store.installations.use_state(state, at + timedelta(minutes=minutes)) is good


def test_a_state_that_was_changed_or_made_elsewhere_is_refused(store: SqlStore, at: datetime, tmp_path: Path) -> None:
    state = store.installations.issue_state(at)
    changed = [
        state[:place] + ("A" if letter != "A" else "B") + state[place + 1 :] for place, letter in enumerate(state)
    ]
    odd = ["", "x", state[:-1], state + "A", state + "=", state + "\n", f" {state}", "\ud800", "é" * 88, "A" * 100_000]
    standard = base64.b64encode(base64.urlsafe_b64decode(state)).decode()
    odd += [standard] if standard != state else []
    other = open_store(
        f"sqlite:///{tmp_path / 'other.db'}", f"sqlite:///{tmp_path / 'other-keys.db'}", from_text(new_key())
    )
    elsewhere = other.installations.issue_state(at)
    assert not any(store.installations.use_state(bad, at) for bad in (*changed, *odd, elsewhere))
    assert rows(store, t.inbox) == [], "what was not issued here leaves nothing"
    assert store.installations.use_state(state, at)
    other.close()
