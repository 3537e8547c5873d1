"""Forms of pages. A choice or a button acts as it is tapped; what is filled in is sent as a whole, with the modal's own
button. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final
from zlib import crc32

from adapters.slack import blocks, ids, limits
from adapters.slack.blocks import Json
from adapters.slack.message import PERSON
from adapters.slack.modal import Words, several
from bot.conversation import Form, FormField
from bot.typed import day

TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

#: So many options are all in sight; more are behind a tap.
IN_SIGHT: Final = 4


def is_whole(form: Form) -> bool:
    """Whether it is filled in and then sent, rather than acting at a tap: what is tapped alone brings nothing along."""
    if not form.asked or is_confirmation(form):
        return False
    return bool(form.carried) or any(field.kind != "choice" for field in form.asked)


def is_confirmation(form: Form) -> bool:
    """One box to tick that says yes."""
    return len(form.asked) == 1 and form.asked[0].kind == "multi" and len(form.asked[0].options) == 1


# What acts at a tap


def at_once(word: Words, form: Form, about: str = "") -> list[Json]:
    """`about`: what it is about, where there are several such buttons on a page."""
    if is_confirmation(form):
        return confirmation(word, form, form.asked[0])
    if not form.asked:
        return tap(word, form, about)
    return [part for field in form.asked for part in choice(word, form, field)]


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


def tap(word: Words, form: Form, about: str) -> list[Json]:
    """A button that says in its value what it is about, and to a person when it asks, or when it is read aloud."""
    text = "\n".join(filter(None, (blocks.cut(about, limits.CONFIRM_TEXT // 2), word("window-sure"))))
    sure = blocks.sure(form.submit, text, word("yes-delete"), word("no-delete")) if form.deletes else None
    return _button(form, form.carried, sure, f"{form.submit}: {about}" if about else "")


def confirmation(word: Words, form: Form, field: FormField) -> list[Json]:
    """A button; what the box would say is asked before it acts."""
    option = field.options[0]
    long = limits.length(field.label) > limits.CONFIRM_TEXT
    yes = option.label if limits.length(option.label) <= limits.CONFIRM_BUTTON else word("window-yes")
    sure = blocks.sure(form.title or form.submit, word("window-sure") if long else field.label, yes, word("window-no"))
    button = _button(form, {**form.carried, field.id: option.id}, sure)
    return [*blocks.sections([field.label] if long else []), *button]


def _button(form: Form, values: Mapping[str, str], sure: Json | None, said: str = "") -> list[Json]:
    """Red only where it asks: a page of one's own words is not to look like a warning. One value is the button's own;
    several stand in it together."""
    field, value = next(iter(values.items())) if len(values) == 1 else ("", json.dumps(dict(values)))
    action = ids.action_id("form", f"{form.id}/{field}")
    return blocks.actions([blocks.button(form.submit, action, value=value, said=said, sure=sure)])


# What is sent as a whole


def submit(word: Words, form: Form) -> str:
    fits = form.submit.strip() and limits.length(form.submit) <= limits.VIEW_TITLE
    return form.submit if fits else word("save")


def metadata(form: Form) -> str:
    """What comes back with it beside what is filled in. What is too long for Slack is no JSON, and brings nothing."""
    return blocks.cut(json.dumps(form.carried), limits.METADATA)


def filled_in(word: Words, form: Form) -> list[Json]:
    """An input for each field."""
    return [entry(word, form, field) for field in form.asked if field.kind not in ("choice", "multi") or field.options]


def entry(word: Words, form: Form, field: FormField) -> Json:
    optional = field.optional or field.kind == "multi"
    # Slack keeps what stands in an input of the same id, so another team's form needs other ids.
    drawn = repr(field.value) + "".join(form.carried.values())
    block_id = f"{form.id}/{field.id}~{crc32(drawn.encode(errors='replace')):08x}"
    return blocks.entry(field.label, element(word, field), block_id, hint=field.hint, optional=optional)


def element(word: Words, field: FormField) -> Json:
    action = ids.action_id("field", field.id)
    people = [value for value in field.value if PERSON.fullmatch(value)]
    match field.kind:
        case "person":
            return blocks.field("users_select", action, initial_user="".join(people[:1]))
        case "people":
            return blocks.field("multi_users_select", action, initial_users=people or None)
        case "time":
            at = "".join(field.value)
            return blocks.field("timepicker", action, initial_time=at if TIME.fullmatch(at) else "")
        case "date":
            on = "".join(field.value)
            return blocks.field("datepicker", action, initial_date=on if day(on) else "")
        case "multi":
            return several(word, action, field.options, field.value)
        case "choice":
            return one_of(action, field)
    text = blocks.cut("\n".join(field.value), limits.BOX)
    multiline = field.kind == "lines"
    return blocks.field("plain_text_input", action, multiline=multiline, max_length=limits.BOX, initial_value=text)


def one_of(action: str, field: FormField) -> Json:
    options = [blocks.option(option.id, option.label) for option in field.options][: limits.SELECT]
    return blocks.menu("radio_buttons" if len(options) <= IN_SIGHT else "static_select", action, options, field.value)
