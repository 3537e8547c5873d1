"""What is noted of what a person shared. Law: the receipt stands in their own sealed state, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from uuid import UUID

from babel.dates import format_date

from bot.case import Case
from bot.consent import counting
from bot.conversation import Shared
from bot.effects import Contribute, Effect, Unshare


def still_shared(case: Case) -> tuple[Shared, ...]:
    """What can still be taken back."""
    today = case.at.astimezone(UTC).date()  # windows are counted in UTC
    return tuple(one for one in case.memory.shared if one.until is None or today <= one.until)


def waiting_passage(case: Case) -> Shared | None:
    """Of one person one passage waits in each window."""
    waits = (one for one in still_shared(case) if one.kind == "excerpt" and one.until == case.facts.shared_until)
    return next(waits, None)


def noted(case: Case, what: Shared) -> Case:
    """The case with a receipt of what has just been shared; what is published by now needs none."""
    return case.remember(shared=(*still_shared(case), what))


def contributed(
    case: Case, codes: tuple[str, ...], reflection: UUID, on: date, title: str = ""
) -> tuple[Case, tuple[Effect, ...]]:
    """Counts these themes, and keeps the receipt with which they can be taken back; nothing without a live yes."""
    if counting(case) not in ("ask", "always"):
        return case, ()
    receipt, until = case.facts.fresh[2], case.facts.shared_until
    what = Shared(id=receipt, kind="themes", until=until, reflection=reflection, title=title, on=on, codes=codes)
    return noted(case, what), (Contribute(receipt, codes, reflection),)


def counted_until(case: Case, reflection: UUID) -> Iterator[str]:
    """Until when what was counted of one reflection can be taken back, and where."""
    for one in case.memory.shared:
        if one.reflection == reflection and one.until is not None:
            yield case.word("counted", date=format_date(one.until, "long", locale=case.locale))


def all_of(case: Case, reflection: UUID) -> tuple[Case, tuple[Effect, ...]]:
    """What was shared of one reflection goes with it."""
    theirs = tuple(each for each in case.memory.shared if each.reflection == reflection)
    left = tuple(each for each in case.memory.shared if each.reflection != reflection)
    if case.memory.last_reflection == reflection:
        case = case.remember(ask_counting=(), last_reflection=None)
    return case.remember(shared=left), tuple(Unshare(each.id) for each in theirs)
