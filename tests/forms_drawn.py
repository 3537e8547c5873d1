"""A page of many forms, in the place of one of the bot's, and what comes of what is sent there: for tests of surfaces.

Each section has a form to fill in, a button that does something at a tap, and one that asks first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pytest

from bot import pages
from bot.case import Case
from bot.conversation import Form, FormField, Option, Page, Section
from bot.effects import Turn
from bot.events import Submit
from bot.forms import a_date, a_time, one, saved, several, text

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HINT = "As you would call it yourself."


@dataclass(frozen=True)
class Taken:
    """A form as the bot reads it, whatever the surface handed over."""

    form: str
    which: str
    days: tuple[str, ...] = ()
    time: str = ""
    until: date | None = None
    name: str = ""


def section(number: int) -> Section:
    which = FormField(id="which", label="", value=(f"rule-{number}",))
    days = tuple(Option(id=str(at), label=day) for at, day in enumerate(DAYS))
    fields = (
        which,
        FormField(id="days", label="Days", kind="multi", options=days, value=("0", "2", "4")),
        FormField(id="time", label="Time", kind="time", value=("16:30",), optional=True),
        FormField(id="until", label="Until", kind="date", value=("2026-12-24",), optional=True),
        FormField(id="name", label="Name", kind="text", value=("North",), hint=HINT),
    )
    return Section(
        title=f"Rule {number}",
        lines=(f"What is set in rule {number}.",),
        forms=(
            Form(id="change", title=f"Change {number}", fields=fields, submit="Save"),
            Form(id="pause", title="", fields=(which,), submit=f"Pause {number}"),
            Form(id="remove", title="", fields=(which,), submit=f"Remove {number}", deletes=True),
        ),
    )


def page(count: int = 8) -> Page:
    return Page(name="data", title="Rules", lines=("All rules.",), sections=tuple(map(section, range(1, count + 1))))


@dataclass
class Forms:
    """What was sent, oldest first."""

    taken: list[Taken] = field(default_factory=list)

    def take(self, case: Case, event: Submit) -> Turn:
        self.taken.append(read(event.form, event.values))
        return saved(case, page())


def read(form: str, values: Mapping[str, str | tuple[str, ...]]) -> Taken:
    days, time, until = several(values, "days"), a_time(values, "time"), a_date(values, "until")
    return Taken(form, one(values, "which"), tuple(sorted(days)), time, until, text(values, "name"))


#: What somebody does on each surface: rule 3 at all days that are even but Monday, at no time, until another day, with
#: another name; rule 5 at another time and for ever, all else as it is; rule 6 rests; rule 7 goes, at the second try.
WANTED = [
    Taken("change", "rule-3", ("2", "4", "6"), "", date(2027, 1, 2), "Lunch"),
    Taken("change", "rule-5", ("0", "2", "4"), "07:05", None, "North"),
    Taken("pause", "rule-6"),
    Taken("remove", "rule-7"),
]


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> Forms:
    """The page stands where "my data" would."""
    found = Forms()
    monkeypatch.setattr(pages, "data", lambda case: page())
    monkeypatch.setattr(pages, "submitted", found.take)
    return found
