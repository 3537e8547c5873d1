"""Seals and keys: what is moved, cut or under another key does not open; no key is lost when the ring turns."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from conftest import Pair, key_rows, who
from hypothesis import given
from hypothesis import strategies as st
from stored import KEEPS, WROTE, change, load, session

from bot.ports import Refusal
from storage import keytables
from storage.keyring import Keyring, from_environment, from_file, from_text, new_key
from storage.rotation import rotate
from storage.store import SqlStore, open_keys
from storage.vault import STEP, Unopened, fingerprint, fresh_key, place

KEY = fresh_key()
PLACES = st.lists(st.text(max_size=8) | st.binary(max_size=8) | st.uuids(), max_size=5)


# Seals ---------------------------------------------------------------------------------------------------------------


@given(plain=st.binary(max_size=3000), names=PLACES)
def test_what_is_sealed_opens_in_its_place(plain: bytes, names: list[str | bytes | UUID]) -> None:
    sealed = KEY.seal(plain, place(*names))
    assert KEY.open(sealed, place(*names)) == plain
    assert plain not in sealed or len(plain) < 5
    assert sealed[1:5] == KEY.id


@given(plain=st.binary(max_size=600), here=PLACES, there=PLACES)
def test_what_is_moved_does_not_open(plain: bytes, here: list[str], there: list[str]) -> None:
    sealed = KEY.seal(plain, place(*here))
    if place(*here) != place(*there):
        with pytest.raises(Unopened):
            KEY.open(sealed, place(*there))


@given(one=st.lists(st.text(max_size=5), max_size=4), other=st.lists(st.text(max_size=5), max_size=4))
def test_different_places_read_differently(one: list[str], other: list[str]) -> None:
    assert (place(*one) == place(*other)) == (one == other)


@given(plain=st.binary(max_size=600), cut=st.integers(0, 700), flip=st.integers(0, 5000))
def test_what_is_cut_or_changed_does_not_open(plain: bytes, cut: int, flip: int) -> None:
    sealed = KEY.seal(plain, b"here")
    changed = bytearray(sealed)
    changed[flip % len(changed)] ^= 1
    for damaged in (sealed[:cut], bytes(changed)) if cut < len(sealed) else (bytes(changed), sealed + b"\0"):
        with pytest.raises(Unopened) as unopened:
            KEY.open(damaged, b"here")
        assert unopened.value.words == Unopened().words


def test_another_key_does_not_open_it() -> None:
    sealed = KEY.seal(WROTE.encode(), b"here")
    with pytest.raises(Unopened) as unopened:
        fresh_key().open(sealed, b"here")
    assert WROTE not in str(unopened.value)
    twin = fresh_key()
    twin.id = KEY.id  # as if two keys had the same four bytes in front
    with pytest.raises(Unopened):
        twin.open(sealed, b"here")


@given(st.integers(0, 4 * STEP))
def test_lengths_are_padded_in_steps(length: int) -> None:
    sealed = KEY.seal(bytes(length), b"")
    assert (len(sealed) - 1 - 4 - 12 - 16) % STEP == 0
    assert len(sealed) - length < STEP + 40


def test_a_seal_is_never_the_same_twice() -> None:
    assert len({KEY.seal(b"same", b"here") for _ in range(100)}) == 100


def test_a_key_does_not_show_itself() -> None:
    assert KEY.raw.hex() not in repr(KEY)
    assert repr(KEY.raw) not in repr(from_text(base64.urlsafe_b64encode(KEY.raw).decode()))
    assert fingerprint(KEY.raw, "a", "bc") != fingerprint(KEY.raw, "ab", "c")


# The keyring ---------------------------------------------------------------------------------------------------------


def test_a_keyring_is_read_newest_first(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    path = tmp_path / "keys"
    path.write_text(f"# of November\n{new}\n\n{old}\n")
    path.chmod(0o600)
    ring = from_environment({"AFTERWORD_KEY_FILE": str(path), "AFTERWORD_KEY": old})
    assert ring.newest.raw == base64.urlsafe_b64decode(new)
    assert len(ring.keys) == 2
    assert from_environment({"AFTERWORD_KEY": new}).ids == ring.ids[:1]
    assert from_text(new.rstrip("=")).ids == ring.ids[:1]


@pytest.mark.parametrize(("text", "code"), [("", "no-key"), ("# nothing\n", "no-key"), ("c2hvcnQ=\n", "key-file")])
def test_a_keyring_without_a_key_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        from_text(text)
    assert refused.value.code == code


def test_a_bad_line_is_named_and_not_quoted() -> None:
    with pytest.raises(Refusal, match="Line 2") as refused:
        from_text(f"{new_key()}\nnot-a-key-but-secret\n")
    assert "secret" not in refused.value.words


@pytest.mark.skipif(os.name != "posix", reason="file modes are a matter of POSIX systems")
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(new_key())
    for mode in (0o644, 0o640, 0o606):
        path.chmod(mode)
        with pytest.raises(Refusal, match="chmod 600"):
            from_file(path)
    with pytest.raises(Refusal, match="There is no key file"):
        from_file(tmp_path / "nowhere")
    with pytest.raises(Refusal, match="AFTERWORD_KEY_FILE"):
        from_environment({})


def test_a_lost_key_is_refused_at_start(pair: Pair, ring: Keyring, at: datetime) -> None:
    pair.open(ring).close()
    with pytest.raises(Refusal, match="Put back the key file") as refused:
        pair.open(from_text(new_key()))
    assert refused.value.code == "lost-key"


# What the key store holds --------------------------------------------------------------------------------------------


def test_no_key_stands_unwrapped(pair: Pair, ring: Keyring, at: datetime) -> None:
    store = pair.open(ring)
    change(store, at, session=session(at))
    keys = [store.keys.data_key(row["id"]) for row in key_rows(store, keytables.data_keys)]
    raw = [key.key.raw for key in keys if key is not None]
    raw += [store.keys.purpose_key(purpose) for purpose in ("index", "inbox", "ledger", "cookie")]
    raw.append(store.keys.window_key(uuid4(), "2026-W45"))
    assert len(set(raw)) == 7
    stored = repr([key_rows(store, table) for table in keytables.metadata.sorted_tables])
    assert not any(repr(key)[2:-1] in stored for key in raw)
    store.close()


def test_a_wrapped_key_is_bound_to_its_row(pair: Pair, ring: Keyring, at: datetime) -> None:
    store = pair.open(ring)
    one, other = store.keys.make_data_keys(2, at)
    wrapped = {row["id"]: row["wrapped"] for row in key_rows(store, keytables.data_keys)}
    with pytest.raises(Unopened):
        store.keys.unwrapped(wrapped[one.id], place("keys", "data_keys", other.id, "wrapped"))
    store.close()


def test_the_cache_of_keys_is_bounded(pair: Pair, ring: Keyring, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.keystore._CACHED", 3)
    store = pair.open(ring)
    made = store.keys.make_data_keys(10, at)
    assert len(store.keys._cache) == 3
    for key in made:
        found = store.keys.data_key(key.id)
        assert found is not None
        assert found.key.raw == key.key.raw
    assert len(store.keys._cache) == 3
    store.close()


# Turning the ring ----------------------------------------------------------------------------------------------------


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "afterword.keys"
    path.touch(mode=0o600)
    path.write_text(new_key() + "\n")
    return path


def add_newest(key_file: Path) -> None:
    key_file.write_text(new_key() + "\n" + key_file.read_text())


def drop_oldest(key_file: Path) -> None:
    key_file.write_text("".join(key_file.read_text().splitlines(keepends=True)[:-1]))


@contextmanager
def rotating(pair: Pair, key_file: Path) -> Iterator[SqlStore]:
    store = pair.open(from_file(key_file))
    yield store
    store.close()


def turn_ring(pair: Pair, key_file: Path, now: datetime | None = None) -> int:
    keys = open_keys(pair.keys, from_file(key_file))
    try:
        return rotate(keys, now)
    finally:
        keys.close()


def test_after_rotation_the_old_key_is_not_needed(pair: Pair, key_file: Path, at: datetime) -> None:
    with rotating(pair, key_file) as store:
        talk = change(store, at, consents=KEEPS, session=session(at))
        store.keys.window_key(uuid4(), "2026-W45")
    add_newest(key_file)
    assert turn_ring(pair, key_file) == 3, "a person, the blind index, a window"
    assert turn_ring(pair, key_file) == 0
    drop_oldest(key_file)
    with rotating(pair, key_file) as store:
        assert load(store, at) == talk
        assert len(store.keys.window_keys()) == 1


def test_without_the_old_key_there_is_no_rotation(pair: Pair, key_file: Path, at: datetime) -> None:
    with rotating(pair, key_file) as store:
        change(store, at)
    add_newest(key_file)
    drop_oldest(key_file)
    with pytest.raises(Refusal) as refused:
        turn_ring(pair, key_file)
    assert refused.value.code == "lost-key"


def test_a_process_that_has_not_read_the_key_stops_the_rotation(pair: Pair, key_file: Path, at: datetime) -> None:
    with rotating(pair, key_file) as store:
        change(store, at)
        add_newest(key_file)
        with pytest.raises(Refusal, match="1 running process has not read") as refused:
            turn_ring(pair, key_file)
        assert refused.value.code == "processes-behind"
        assert turn_ring(pair, key_file, datetime.now(UTC) + timedelta(seconds=61)) > 0, "it has not been seen since"
        change(store, at, session=session(at))
        assert load(store, at).session is not None, "a process that slept reads the file when it meets the new key"
    drop_oldest(key_file)
    with rotating(pair, key_file) as store:
        assert load(store, at).session is not None


def test_a_key_that_is_taken_out_too_early_is_held_on_to(pair: Pair, key_file: Path, at: datetime) -> None:
    with rotating(pair, key_file) as store:
        ids = store.keys.ring.ids
        add_newest(key_file)
        drop_oldest(key_file)
        store.sweep(at)
        assert store.keys.ring.ids == ids
        change(store, at, session=session(at))
        key_file.write_text("")
        store.sweep(at)
        assert store.keys.ring.ids == ids


@contextmanager
def second_process(pair: Pair, key_file: Path) -> Iterator[subprocess.Popen[str]]:
    here = Path(__file__).parent
    process = subprocess.Popen(
        [sys.executable, str(here / "second_process.py"), pair.main, pair.keys, str(key_file)],
        env={**os.environ, "PYTHONPATH": str(here.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate("stop\n", timeout=20)


def tell(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def turns_taken(process: subprocess.Popen[str], beyond: int) -> int:
    """Asks until the process has taken more turns than these."""
    while (answer := tell(process, "count")) != "dead" and int(answer) <= beyond:
        pass
    return int(answer)


def test_the_ring_turns_beside_a_process_that_keeps_turning(pair: Pair, key_file: Path) -> None:
    with second_process(pair, key_file) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        before = turns_taken(process, 5)
        add_newest(key_file)
        with pytest.raises(Refusal, match="1 running process has not read"):
            turn_ring(pair, key_file)
        assert tell(process, "beat") == "beaten"
        assert turn_ring(pair, key_file) >= before
        during = turns_taken(process, before + 5)
        drop_oldest(key_file)
        assert tell(process, "beat") == "beaten"
        after = turns_taken(process, during + 5)
    assert process.returncode == 0
    with rotating(pair, key_file) as store:
        at = datetime.now(UTC)
        for n in range(after):
            talk = load(store, at, who(f"second-{n}")).session
            assert talk is not None
            assert talk.answers["over"].text == WROTE
        assert len(store.keys.ring.ids) == 1
