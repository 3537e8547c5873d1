"""Whole talks as text. Law: what stands under a line is what the real shell, store and clock answered to it.

A file holds what a person does (`> say reflect`, `> choose worry, warmth`, `> later 30 minutes`) and under it all that
the bot says. Lines that begin with # are kept; everything else is written by the bot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from typing import Any, Final

from bot.ports import Refusal
from bot.replay import Replay, stamp

#: When each talk begins, and the team of the person who has it.
AT: Final = datetime(2026, 11, 2, 16, 40, tzinfo=UTC)
TEAM: Final[Mapping[str, Any]] = {
    "team": "north", "members": ["ada", "ben"], "supervisors": ["sam"], "timezone": "America/New_York",
}  # fmt: skip

DOINGS: Final = ("say", "write", "choose", "rate", "open", "submit", "later")
UNITS: Final = ("minutes", "hours", "days", "weeks")
#: Lines around a difference.
AROUND: Final = 2


async def played(text: str, replay: Replay) -> str:
    """The same file with every answer of the bot written anew, in the empty store of `replay`.

    Raises Refusal for a line that nobody can do, with its number.
    """
    await replay.line(0, json.dumps({"at": stamp(AT), "admin": TEAM}))
    lines, now = [], AT
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith(">"):
            lines += [line] if line.startswith("#") else []
            continue
        now, event = _event(number, line.removeprefix(">").strip(), now)
        said: list[Mapping[str, Any]] = []
        replay.write = said.append
        await replay.line(number, json.dumps(event))
        lines += ["", line, *(row for output in said for row in _rows(output))]
    return "\n".join(lines).strip() + "\n"


def answered(text: str) -> bool:
    """Whether anything of the bot's stands in it yet."""
    return any(line.strip() and not line.startswith((">", "#")) for line in text.splitlines())


def difference(written: str, now: str) -> str:
    """What is not as written, as lines to take out (-) and to put in (+); empty where there is nothing."""
    found = unified_diff(written.splitlines(), now.splitlines(), "as written", "as answered", n=AROUND, lineterm="")
    return "\n".join(found)


# What a person does


def _event(number: int, line: str, now: datetime) -> tuple[datetime, Mapping[str, Any]]:
    doing, _, rest = line.partition(" ")
    if doing not in DOINGS:
        raise Refusal("transcript", f"line {number}: nobody can {doing or 'do nothing'}; there is {', '.join(DOINGS)}.")
    if doing == "later":
        now += _while(number, rest)
        return now, {"at": stamp(now), "tick": True}
    value: Any = rest
    if doing == "choose":
        value = [part.strip() for part in rest.split(",")]
    if doing == "rate":
        doing, value = "choose", _number(number, rest)
    if doing == "submit":
        value = _form(number, rest)
    return now, {"at": stamp(now), "from": "ada", "team": "north", doing: value}


def _while(number: int, rest: str) -> timedelta:
    amount, _, unit = rest.partition(" ")
    unit = unit.strip().removesuffix("s") + "s"
    if unit not in UNITS:
        raise Refusal("transcript", f"line {number}: write such as > later 30 minutes; there is {', '.join(UNITS)}.")
    return timedelta(**{unit: _number(number, amount)})


def _number(number: int, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise Refusal("transcript", f"line {number}: here stands a number, such as > rate 4 or > later 30 minutes.")
    return int(text)


def _form(number: int, rest: str) -> Mapping[str, Any]:
    form, _, values = rest.partition(" ")
    pairs = [pair.partition("=") for pair in values.split()]
    if not form or not all(equals for _, equals, _ in pairs):
        raise Refusal("transcript", f"line {number}: write such as > submit language language=es.")
    return {"form": form, "values": {field: value for field, _, value in pairs}}


# What the bot says


def _rows(output: Mapping[str, Any]) -> Iterator[str]:
    if "error" in output:
        yield f"  [error] {output['error']}"
    elif "page" in output:
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
