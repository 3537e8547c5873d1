"""“Ask my supervisor for ten minutes”. Law: that one sentence goes and nothing else, once a day to each. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.case import Case
from bot.checkins import local_day
from bot.conversation import Form, Section
from bot.effects import AskForTime
from bot.passing import unseen

#: Supervisors of one person that a page names: every platform's holds as many.
MOST: Final = 10


def ask_sections(case: Case, page: str) -> Iterator[Section]:
    """One tap where there is one supervisor; a button each, named, where there are several. `page`: where it stands."""
    there = case.facts.supervisors[:MOST]
    for number, user in enumerate(there):
        fields = (unseen("to", user), unseen("page", page))
        form = Form(id="ask-time", title="", fields=fields, submit=case.word("time-ask"))
        words = "time-asked-today" if asked_today(case, user) else "time-whom"
        yield Section(
            title=case.word("time-title") if number == 0 else "",
            lines=(case.word(words, person="{person}"),),
            people=(user,),
            forms=() if asked_today(case, user) else (form,),
        )


def asked_today(case: Case, user: str) -> bool:
    return case.memory.asked.get(user) == local_day(case, case.at)


def asked(case: Case, user: str) -> tuple[Case, AskForTime]:
    """What was asked before today needs no day any more."""
    today = local_day(case, case.at)
    left = {one: day for one, day in case.memory.asked.items() if day == today}
    return case.remember(asked={**left, user: today}), AskForTime(user)
