"""What came of looking for a person in what was published. Law: what is settled is said first, and worlds that were
found stand side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.events import Who
from bot.finding import Finding, Question

#: Looks for a person in what a supervisor sees; the supervisor, the person, and when. None: nothing was published yet.
Attack = Callable[[Who, Who, datetime], Finding | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """`example`: the question whose worlds stand side by side: a theme, where one is shown."""

    finding: Finding
    example: Question | None


def shown(finding: Finding | None) -> Shown | None:
    if finding is None:
        return None
    possible = [one for one in finding.questions if one.open]
    return Shown(finding, next((one for one in possible if one.code), possible[0] if possible else None))
