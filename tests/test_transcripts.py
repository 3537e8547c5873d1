"""Golden transcripts: whole talks through the real shell, store and clock, compared word for word.

A file holds what a person does (`> say reflect`, `> choose worry, warmth`, `> later 30 minutes`) and under it all that
the bot says. Write the `>` lines and run with AFTERWORD_WRITE_TRANSCRIPTS=1 to fill in the rest; then read it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from talks import AT

from bot.replay import Outbox, Replay, VirtualClock, stamp
from bot.turn import Shell
from prompts.library import build, read_sources
from scheduler.ticker import tick
from storage.store import temporary_store

HERE = Path(__file__).parent / "transcripts"
FILES = sorted(HERE.glob("*.txt"))
TEAM = {"team": "north", "members": ["ada", "ben"], "supervisors": ["sam"], "timezone": "America/New_York"}


def played(text: str) -> str:
    """The same file with every answer of the bot written anew."""
    library = build(read_sources())
    with temporary_store(scripts=library.scripts.values()) as store:
        return asyncio.run(_played(text, library, store))


async def _played(text: str, library: Any, store: Any) -> str:
    outbox, clock, said = Outbox(), VirtualClock(), []
    shell = Shell(library, store, outbox, clock=clock)
    replay = Replay(shell, outbox, clock, tick, said.append)
    await replay.line(0, json.dumps({"at": stamp(AT), "admin": TEAM}))
    lines, now = [], AT
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith(">"):
            lines += [line] if line.startswith("#") else []
            continue
        now, event = _event(line.removeprefix(">").strip(), now)
        said.clear()
        await replay.line(number, json.dumps(event))
        lines += ["", line, *(row for output in said for row in _rows(output))]
    await shell.close()
    return "\n".join(lines).strip() + "\n"


def _event(line: str, now: datetime) -> tuple[datetime, Mapping[str, Any]]:
    doing, _, rest = line.partition(" ")
    if doing == "later":
        amount, unit = rest.split()
        now += timedelta(**{unit: int(amount)})
        return now, {"at": stamp(now), "tick": True}
    value: Any = rest
    if doing == "choose":
        value = [part.strip() for part in rest.split(",")]
    if doing == "rate":
        doing, value = "choose", int(rest)
    if doing == "submit":
        form, _, values = rest.partition(" ")
        value = {"form": form, "values": dict(pair.split("=") for pair in values.split())}
    return now, {"at": stamp(now), "from": "ada", "team": "north", doing: value}


def _rows(output: Mapping[str, Any]) -> Iterator[str]:
    if "page" in output:
        page = output["page"]
        yield f"  [page] {page['title']}"
        for line in (*page["lines"], *(line for section in page["sections"] for line in _section(section))):
            yield f"    {line}"
    else:
        first, *more = output["text"].split("\n")
        yield f"  [{output['surface']}] {first}"
        yield from (f"    {line}".rstrip() for line in more)
        if output["choices"]:
            yield "    " + " ".join(f"({option['id']}) {option['label']}" for option in output["choices"])


def _section(section: Mapping[str, Any]) -> Iterator[str]:
    yield section["title"]
    yield from (f"{one['asked']} — {one['answered']}" for one in section["exchanges"])
    yield from (f"({option['id']}) {option['label']}" for option in (*section["scripts"], *section["pages"]))
    yield from (re.sub(r"\s+", " ", f"[{form['submit']}] {form['title']}") for form in section["forms"])


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_talk_goes_word_for_word_as_written(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    answered = played(text)
    if os.environ.get("AFTERWORD_WRITE_TRANSCRIPTS"):
        file.write_text(answered, encoding="utf-8")
    assert answered == text


def test_there_is_a_talk_for_every_script_in_every_language() -> None:
    library = build(read_sources())
    wanted = {f"{slug}.{locale}" for slug in library.scripts for locale in library.locales}
    assert wanted <= {file.stem for file in FILES}
