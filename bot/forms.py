"""What came with a form, and how a page answers it. Pure; a form that cannot be understood changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot import screens
from bot.case import Case
from bot.conversation import Page, Reply
from bot.effects import Effect, Turn
from bot.typed import clean, day

Values = Mapping[str, str | tuple[str, ...]]

_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(?::[0-5][0-9])?")


def one(values: Values, field: str) -> str:
    value = values.get(field, "")
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 else ""
    return value


def text(values: Values, field: str) -> str:
    """What was typed, in one line."""
    return " ".join(clean(one(values, field)).split())


def lines(values: Values, field: str) -> tuple[str, ...]:
    """What was typed, line by line, without the empty ones."""
    value = values.get(field, "")
    typed = "\n".join(value) if isinstance(value, tuple) else value
    return tuple(filter(None, (" ".join(line.split()) for line in clean(typed).split("\n"))))


def several(values: Values, field: str) -> tuple[str, ...]:
    """Ids of what is ticked, each once; Teams makes one text of them, with commas between."""
    value = values.get(field, "")
    ids = value if isinstance(value, tuple) else value.replace(",", " ").split()
    return tuple(dict.fromkeys(filter(None, map(clean, ids))))


def people(values: Values, field: str) -> tuple[str, ...]:
    """Ids of people, each once; where nobody can be picked they are typed, with commas or spaces between them."""
    return several(values, field)


def a_date(values: Values, field: str) -> date | None:
    """None where nothing stands there, and where it is no date; `text` tells the two apart. Every platform hands over
    "2026-12-24", and whoever types is asked for that."""
    return day(text(values, field))


def a_time(values: Values, field: str) -> str:
    """As "HH:MM"; empty where nothing stands there, and where it is no time; `text` tells the two apart. The
    picker of Teams on a desk has had seconds (https://github.com/MicrosoftDocs/msteams-docs/issues/4512)."""
    found = _TIME.fullmatch(text(values, field))
    return f"{int(found[1]):02}:{found[2]}" if found else ""


def shown(case: Case, page: Page, *said: str, effects: tuple[Effect, ...] = ()) -> Turn:
    """The page, with what there is to say first."""
    page = page.model_copy(update={"lines": (*said, *page.lines)})
    return Turn(case.conversation, Reply(surface="private", locale=case.locale, page=page), effects)


def saved(case: Case, page: Page, *effects: Effect, said: str = "saved") -> Turn:
    return shown(case, page, case.word(said), effects=effects)


def not_understood(case: Case, page: Page, why: str = "form-incomplete") -> Turn:
    return replace(shown(case, page, case.word(why)), illegal=why)


def illegal(case: Case, why: str) -> Turn:
    return Turn(case.conversation, screens.show(case, case.word(why)), illegal=why)
