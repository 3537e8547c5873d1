"""What is noted of what a person shared. Law: the receipt stands in their own sealed state, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from uuid import UUID

from babel.dates import format_date

from bot.case import Case
from bot.consent import counting
from bot.conversation import Shared
from bot.effects import Contribute, Effect, Unshare

#: A passage that was not published with its first batch waits so long for its last one; and so long after that its
#: writer can read what became of it.
BATCH = timedelta(weeks=4)
KEPT = 2 * BATCH


def kept_until(one: Shared) -> date | None:
    """The last day of its receipt: themes need none once they are published."""
    return one.until if one.until is None or one.kind == "themes" else one.until + KEPT


def _receipts(case: Case) -> tuple[Shared, ...]:
    today = _today(case)
    return tuple(one for one in case.memory.shared if (last := kept_until(one)) is None or today <= last)


def _today(case: Case) -> date:
    return case.at.astimezone(UTC).date()  # windows are counted in UTC


def still_shared(case: Case) -> tuple[Shared, ...]:
    """What can still be taken back."""
    return tuple(one for one in _receipts(case) if not one.outcome)


def decided(case: Case) -> tuple[Shared, ...]:
    """Passages that were published, or are deleted and were not."""
    return tuple(one for one in _receipts(case) if one.outcome)


def waiting_passage(case: Case) -> Shared | None:
    """Of one person one passage waits in each window, which the day tells."""
    waits = (one for one in still_shared(case) if one.kind == "excerpt" and one.until == case.facts.excerpt_until)
    return next(waits, None)


def until_when(case: Case, one: Shared) -> str:
    """Until when it can be taken back, and what then becomes of it."""
    if one.until is None:
        return ""
    if one.kind == "themes" or _today(case) <= one.until:
        return case.word("shared-until", date=_written(case, one.until))
    return case.word("shared-waits", date=_written(case, one.until + BATCH + timedelta(days=1)))


def when_read(case: Case) -> str:
    """What the writer of a passage is told before it goes: among how many, from when on, and when it is gone."""
    last = case.facts.excerpt_until
    if last is None:
        return ""
    earliest = last + timedelta(days=1)
    days = {"date": last, "earliest": earliest, "deleted": earliest + BATCH}
    written = {name: _written(case, day) for name, day in days.items()}
    return case.word("excerpt-when", people=case.facts.circle_size, **written)


def _written(case: Case, day: date) -> str:
    return format_date(day, "long", locale=case.locale)


def noted(case: Case, what: Shared) -> Case:
    """The case with a receipt of what has just been shared; what is published by now needs none."""
    return case.remember(shared=(*_receipts(case), what))


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
        if one.kind == "themes" and one.reflection == reflection and one.until is not None:
            yield case.word("counted", date=_written(case, one.until))


def all_of(case: Case, reflection: UUID) -> tuple[Case, tuple[Effect, ...]]:
    """What was shared of one reflection goes with it."""
    theirs = tuple(each for each in case.memory.shared if each.reflection == reflection)
    left = tuple(each for each in case.memory.shared if each.reflection != reflection)
    if case.memory.last_reflection == reflection:
        case = case.remember(ask_counting=(), last_reflection=None)
    return case.remember(shared=left), tuple(Unshare(each.id) for each in theirs if not each.outcome)
