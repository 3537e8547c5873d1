"""A process of its own that takes turns without a pause; it does as it is told, a word a line."""

from __future__ import annotations

import itertools
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from conftest import Pair, who
from stored import NOTHING, WROTE, change, load, session

from storage.keyring import from_file
from storage.store import SqlStore


def keep_turning(store: SqlStore, at: datetime, over: threading.Event, done: list[str]) -> None:
    for n in itertools.count():
        if over.is_set():
            return
        person = who(f"second-{n}")
        change(store, at, person=person, consents=NOTHING, session=session(at))
        talk = load(store, at, person).session
        if talk is None or talk.answers["over"].text != WROTE:
            return
        done.append(person.user)


def main() -> None:
    main_url, keys_url, key_file = sys.argv[1:]
    store = Pair(main_url, keys_url).open(from_file(Path(key_file)))
    at, over, done = datetime.now(UTC), threading.Event(), list[str]()
    turning = threading.Thread(target=keep_turning, args=(store, at, over, done))
    turning.start()
    print("ready", flush=True)
    for line in sys.stdin:
        match line.strip():
            case "beat":
                store.sweep(at)
                print("beaten", flush=True)
            case "count":
                print(len(done) if turning.is_alive() else "dead", flush=True)
            case _:
                break
    over.set()
    turning.join()
    store.close()


if __name__ == "__main__":
    main()
