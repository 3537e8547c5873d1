"""What somebody asked for with a time in it. Law: a moment or a rule, never both, and nothing that was guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Asked = Literal[
    "visit", "day-end", "weekly", "supervision", "remind", "snooze", "not-today", "pause-all", "resume-all", "away",
    "list",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class When:
    """A moment or a rule. Exactly one of `at` and `start`.

    `at`: aware UTC ("in 20 minutes"). `start`: naive, on the person's wall clock; the first time that it applies,
    strictly after now there; it always matches the rule.
    `rule`: RFC 5545 without DTSTART, such as "FREQ=WEEKLY;BYDAY=TU"; empty: once.
    """

    at: datetime | None = None
    start: datetime | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`when` is None where no time belongs to it ("not today"), or none was said ("end of day").

    `until`: the last day away. `first`: the first one, where it was said and is still to come.
    """

    kind: Asked
    when: When | None = None
    until: date | None = None
    first: date | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """It begins like a wish of that kind and its time cannot be read. `part`: the words that were taken for a time, as
    typed; empty where there were none."""

    kind: Asked
    part: str
