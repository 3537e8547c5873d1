"""Forms of pages: inputs, and a button that sends them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Final

from adapters.teams import elements, ids
from adapters.teams.elements import Json
from adapters.teams.pen import Pen
from bot.conversation import Form, FormField, Option
from bot.typed import day

TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
#: The part of a box's id that holds a form which a button shows.
SHUT: Final = "shut"
#: So many options are all in sight; more are behind a tap.
IN_SIGHT: Final = 4
#: Names among which one can choose without looking for them, and signs of one.
NAMES: Final = 60
LONGEST_NAME: Final = 40
#: People of the organization, looked up by Teams itself: we are told ids of those who were picked, and nothing else.
#: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
DIRECTORY: Final[Json] = {"choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a form stands. `number`: which of those of its id on the page it is; `above`: the title of the page;
    `about`: that of its section; `shut`: a button shows it; `roster`: people whose names are known, to be shown where
    they stand in a field."""

    number: int = 0
    above: str = ""
    about: str = ""
    shut: bool = False
    roster: tuple[Option, ...] = ()


def several(pen: Pen, there: Sequence[tuple[Form, Spot]], wanted: str = "") -> list[Json]:
    """Forms that a button sends or shows have their buttons side by side. `wanted`: the key of the one that is seen all
    the same."""
    found: list[Json] = []
    for behind, some in groupby(there, key=lambda one: one[1].shut or not one[0].asked):
        if behind:
            drawn = [behind_a_button(pen, form, spot, wanted) for form, spot in some]
            found += [*elements.row([button for button, _ in drawn]), *chain(*(inside for _, inside in drawn))]
        else:
            found += [part for form, spot in some for part in in_sight(pen, form, spot)]
    return found


def in_sight(pen: Pen, form: Form, spot: Spot) -> list[Json]:
    said = {spot.above, form.asked[0].label if len(form.asked) == 1 else ""}
    return [*([] if form.title in said else elements.heading(form.title)), *filled_in(pen, form, spot)]


def filled_in(pen: Pen, form: Form, spot: Spot) -> list[Json]:
    fields = [field for field in form.asked if field.kind not in ("choice", "multi") or field.options]
    drawn = [part for field in fields for part in (entry(form, field, spot), *elements.subtle(field.hint))]
    style = "destructive" if is_confirmation(form) else ""
    return [*drawn, *elements.row([sends(pen, form, form.submit, spot, style)])]


def behind_a_button(pen: Pen, form: Form, spot: Spot, wanted: str) -> tuple[Json, list[Json]]:
    """The button, and what it shows."""
    if form.asked:
        name, inside = f"{SHUT}/{ids.numbered(form.id, spot.number)}", filled_in(pen, form, spot)
        shown = elements.container(inside, id=name) if form.key == wanted else elements.hidden(name, inside)
        return elements.toggle(form.title or form.submit, name), shown
    return deletion(pen, form, spot) if form.deletes else (sends(pen, form, form.submit, spot), [])


def is_confirmation(form: Form) -> bool:
    """One box to tick that says yes."""
    return len(form.asked) == 1 and form.asked[0].kind == "multi" and len(form.asked[0].options) == 1


def sends(pen: Pen, form: Form, title: str, spot: Spot, style: str = "") -> Json:
    """A button that says in its data which form it sends, and what goes along with it."""
    carried: Json = {ids.VALUES: form.carried} if form.carried else {}
    number: Json = {ids.NUMBER: spot.number} if spot.number and form.asked else {}
    return pen.button(title, ids.do("form", form.id), style=style, more={**carried, **number})


def deletion(pen: Pen, form: Form, spot: Spot) -> tuple[Json, list[Json]]:
    """Asks here before it is done."""
    name = f"{form.id}-{spot.number}"
    yes = sends(pen, form, pen.word("yes-delete"), spot, style="destructive")
    no = elements.toggle(pen.word("no-delete"), name)
    sure = [*elements.spoken([spot.about, pen.word("window-sure")]), *elements.row([no, yes])]
    return elements.toggle(form.submit, name), elements.hidden(name, sure)


def entry(form: Form, field: FormField, spot: Spot) -> Json:
    name, label = ids.field_id(ids.numbered(form.id, spot.number), field.id), field.label
    pairs = [(option.id, option.label) for option in field.options]
    value = "".join(field.value)
    match field.kind:
        case "person" | "people":
            return people(name, label, field, spot.roster)
        case "time":
            return elements.picker("Input.Time", name, label, value if TIME.fullmatch(value) else "")
        case "date":
            return elements.picker("Input.Date", name, label, value if day(value) else "")
        case "multi" | "choice":
            several, small = field.kind == "multi", len(pairs) > IN_SIGHT
            return elements.choice_set(name, label, pairs, field.value, several=several, small=small and not several)
    return elements.box(name, label, multiline=field.kind == "lines", value="\n".join(field.value))


def people(name: str, label: str, field: FormField, roster: tuple[Option, ...]) -> Json:
    """Teams' own picker, which finds everybody; whoever is in the field already is shown by name where it is known."""
    known = {option.id: elements.cut(option.label, LONGEST_NAME) for option in roster}
    pairs = [(user, known.get(user, user)) for user in dict.fromkeys((*field.value, *list(known)[:NAMES]))]
    several = field.kind == "people"
    return {**elements.choice_set(name, label, pairs, field.value, several=several, small=True), **DIRECTORY}
