"""Forms of pages. A choice acts as it is tapped; what is written or picked is sent as a whole, with the modal's button.
Pure."""

from __future__ import annotations

import re
from typing import Final
from zlib import crc32

from adapters.slack import blocks, ids, limits
from adapters.slack.blocks import Json
from adapters.slack.message import PERSON
from adapters.slack.modal import Words, several
from bot.conversation import Form, FormField

TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

#: So many options are all in sight; more are behind a tap.
IN_SIGHT: Final = 4


def is_whole(form: Form) -> bool:
    """Whether it is filled in and then sent, rather than acting at a tap."""
    return not (is_confirmation(form) or all(field.kind == "choice" for field in form.fields))


def is_confirmation(form: Form) -> bool:
    """One box to tick that says yes."""
    return len(form.fields) == 1 and form.fields[0].kind == "multi" and len(form.fields[0].options) == 1


# What acts at a tap


def at_once(word: Words, form: Form, about: str = "") -> list[Json]:
    """`about`: what it does away with, where there are several such buttons on a page."""
    if is_confirmation(form):
        return confirmation(word, form, form.fields[0])
    return [
        part
        for field in form.fields
        for part in (choice(word, form, field) if field.label else hidden(word, form, field, about))
    ]


def choice(word: Words, form: Form, field: FormField) -> list[Json]:
    """No block id: Slack then shows what is set, not what was last tapped."""
    options = [blocks.option(option.id, option.label) for option in field.options][: limits.SELECT]
    if not options:
        return blocks.sections([field.label])
    action = ids.action_id("form", f"{form.id}/{field.id}")
    hint = blocks.context(field.hint)
    if len(options) <= IN_SIGHT:
        element = blocks.menu("radio_buttons", action, options, field.value)
        return [*blocks.heading(field.label), *hint, *blocks.actions([element])]
    placeholder = blocks.plain(word("window-choose"), limits.PLACEHOLDER)
    element = blocks.menu("static_select", action, options, field.value, placeholder=placeholder)
    label = blocks.strong(blocks.cut(field.label, blocks.ESCAPED))
    text = blocks.formatted(label) if label.strip() else blocks.plain("")
    return [blocks.section(text, accessory=element), *hint]


def hidden(word: Words, form: Form, field: FormField, about: str) -> list[Json]:
    """A button that says in its value what it is about, and to a person when it asks, or when it is read aloud."""
    what = blocks.cut(about, limits.CONFIRM_TEXT // 2)
    text = "\n".join(filter(None, (what, word("window-sure"))))
    sure = blocks.sure(form.submit, text, word("yes-delete"), word("no-delete"))
    return _grave(form, field, "".join(field.value), sure, f"{form.submit}: {about}" if about else "")


def confirmation(word: Words, form: Form, field: FormField) -> list[Json]:
    """A button; what the box would say is asked before it acts."""
    option = field.options[0]
    long = limits.length(field.label) > limits.CONFIRM_TEXT
    yes = option.label if limits.length(option.label) <= limits.CONFIRM_BUTTON else word("window-yes")
    sure = blocks.sure(form.title or form.submit, word("window-sure") if long else field.label, yes, word("window-no"))
    return [*blocks.sections([field.label] if long else []), *_grave(form, field, option.id, sure)]


def _grave(form: Form, field: FormField, value: str, sure: Json, said: str = "") -> list[Json]:
    """Red only where it asks: a page of one's own words is not to look like a warning."""
    action = ids.action_id("form", f"{form.id}/{field.id}")
    return blocks.actions([blocks.button(form.submit, action, value=value, said=said, sure=sure)])


# What is sent as a whole


def submit(word: Words, form: Form) -> str:
    fits = form.submit.strip() and limits.length(form.submit) <= limits.VIEW_TITLE
    return form.submit if fits else word("save")


def filled_in(word: Words, form: Form) -> list[Json]:
    """An input for each field."""
    return [entry(word, form, field) for field in form.fields if field.kind not in ("choice", "multi") or field.options]


def entry(word: Words, form: Form, field: FormField) -> Json:
    label = field.label or form.title or form.submit
    optional = field.optional or field.kind == "multi"
    # Slack keeps what stands in an input of the same id, so another team's form needs other ids.
    block_id = f"{form.id}/{field.id}~{crc32(repr(field.value).encode()):08x}"
    return blocks.entry(label, element(word, field), block_id, hint=field.hint, optional=optional)


def element(word: Words, field: FormField) -> Json:
    action = ids.action_id("field", field.id)
    options = [blocks.option(option.id, option.label) for option in field.options][: limits.SELECT]
    people = [value for value in field.value if PERSON.fullmatch(value)]
    match field.kind:
        case "person":
            return blocks.field("users_select", action, initial_user="".join(people[:1]))
        case "people":
            return blocks.field("multi_users_select", action, initial_users=people or None)
        case "time":
            at = "".join(field.value)
            return blocks.field("timepicker", action, initial_time=at if TIME.fullmatch(at) else "")
        case "multi":
            return several(word, action, field.options, field.value)
        case "choice":
            kind = "radio_buttons" if len(options) <= IN_SIGHT else "static_select"
            return blocks.menu(kind, action, options, field.value)
    lines = field.kind == "lines"
    text = blocks.cut("\n".join(field.value), limits.BOX)
    return blocks.field("plain_text_input", action, multiline=lines, max_length=limits.BOX, initial_value=text)
