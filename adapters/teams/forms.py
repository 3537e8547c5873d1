"""Forms of pages: inputs, and a button that sends them. Pure."""

from __future__ import annotations

import re
from typing import Final

from adapters.teams import elements, ids
from adapters.teams.elements import Json
from adapters.teams.pen import Pen
from bot.conversation import Form, FormField, Option

TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
#: So many options are all in sight; more are behind a tap.
IN_SIGHT: Final = 4
#: Names among which one can choose without looking for them, and signs of one.
NAMES: Final = 60
LONGEST_NAME: Final = 40
#: People of the organization, looked up by Teams itself: we are told ids of those who were picked, and nothing else.
#: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
DIRECTORY: Final[Json] = {"choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}}


def form(pen: Pen, form: Form, roster: tuple[Option, ...], *, number: int = 0, about: str = "") -> list[Json]:
    """`number`: which of several such forms on the page it is; `about`: what it does away with, `roster`: people whose
    names are known, to be shown where they stand in a field."""
    if is_hidden(form):
        return deletion(pen, form, number, about)
    fields = [field for field in form.fields if field.kind != "multi" or field.options]
    drawn = [part for field in fields for part in (entry(form, field, roster), *elements.subtle(field.hint))]
    style = "destructive" if is_confirmation(form) else ""
    title = elements.heading(form.title) if len(form.fields) > 1 or is_confirmation(form) else []
    send = pen.button(form.submit, ids.do("form", form.id), style=style)
    return [*title, *drawn, *elements.row([send])]


def is_hidden(form: Form) -> bool:
    """A button that says in its data what it is about."""
    return bool(form.fields) and not any(field.label for field in form.fields)


def is_confirmation(form: Form) -> bool:
    """One box to tick that says yes."""
    return len(form.fields) == 1 and form.fields[0].kind == "multi" and len(form.fields[0].options) == 1


def deletion(pen: Pen, form: Form, number: int, about: str) -> list[Json]:
    """Asks here before it is done."""
    name = f"{form.id}-{number}"
    values = {field.id: "".join(field.value) for field in form.fields}
    yes = pen.button(pen.word("yes-delete"), ids.do("form", form.id), style="destructive", more={ids.VALUES: values})
    no = elements.toggle(pen.word("no-delete"), name)
    sure = [*elements.spoken([about, pen.word("window-sure")]), *elements.row([no, yes])]
    first = elements.toggle(form.submit, name)
    return [*elements.row([first]), *elements.hidden(name, sure)]


def entry(form: Form, field: FormField, roster: tuple[Option, ...]) -> Json:
    name = ids.field_id(form.id, field.id)
    label = field.label or form.title or form.submit
    pairs = [(option.id, option.label) for option in field.options]
    match field.kind:
        case "person" | "people":
            return people(name, label, field, roster)
        case "time":
            at = "".join(field.value)
            return {"type": "Input.Time", "id": name, "label": label, **({"value": at} if TIME.fullmatch(at) else {})}
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
