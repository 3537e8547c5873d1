"""Everything that Teams can be shown of ours, drawn; and what stands on a card, for tests of cards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest
from fake_teams_parts import INSIDE, actions_at
from fake_teams_rules import LARGEST_BYTES, card_faults, utf16_bytes
from talks import library

from adapters.teams import limits
from adapters.teams.drawing import Drawing
from adapters.teams.faults import faults
from adapters.teams.pen import Place
from adapters.teams.proof import PEOPLE
from bot import gallery
from bot.conversation import Exchange, Form, FormField, Message, Option, Page, Reply, Section
from prompts.script import Script, Step

Json = dict[str, Any]

LOCALES = library().locales
each_language = pytest.mark.parametrize("locale", LOCALES)
STAMP = "5" * 12
DIALOG, VIEW = Drawing(library()), Drawing(library(), dialogs=False)
OWN = "<at>Mia</at> ran *fast* to [me](https://a.example) &amp; {{DATE(2026-11-02T16:40:00Z)}} | `x`"
PRIVATE = Option(id="private", label="Continue privately")


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


# What stands on a card


def flat(part: Json) -> Iterator[Json]:
    """Elements and buttons as they are read: from top to bottom. What stands in for a button is no part of it."""
    for name in INSIDE:
        for one in part.get(name, []):
            yield one
            yield from flat(one)
    yield from actions_at(part)


def buttons(card: Json) -> dict[str, Json]:
    """What can be tapped to be sent, by what it does."""
    return {one["data"]["do"]: one for one in flat(card) if isinstance(one.get("data"), dict)}


def actions(card: Json) -> list[Json]:
    return [one for one in flat(card) if one["type"].startswith("Action.")]


def inputs(card: Json) -> dict[str, Json]:
    return {one["id"]: one for one in flat(card) if one["type"].startswith("Input.")}


def rows(card: Json) -> list[list[Json]]:
    return [one["actions"] for one in flat(card) if one["type"] == "ActionSet"]


def formatted(card: Json) -> list[str]:
    """What Teams takes for Markdown."""
    return [one["text"] for one in flat(card) if one["type"] == "TextBlock"]


def plain(card: Json) -> list[str]:
    """What it shows as it was written, a block each."""
    found = (one["inlines"] for one in flat(card) if one["type"] == "RichTextBlock")
    return ["".join(run["text"] for run in inlines) for inlines in found]


def says(element: Json) -> str:
    return "".join(run["text"] for run in element.get("inlines", [])) or str(element.get("text", ""))


def texts(card: Json) -> list[str]:
    return [says(one) for one in flat(card) if one["type"] in ("TextBlock", "RichTextBlock")]


def unseen(card: Json) -> list[Json]:
    """What a button has to show first."""
    return [one for part in flat(card) if part.get("isVisible") is False for one in flat(part)]


def outline(part: Any) -> Any:
    """A part without its words, which the schema does not read, and each of several that are alike once."""
    if isinstance(part, list):
        return list({json.dumps(one): one for one in map(outline, part)}.values())
    if not isinstance(part, dict):
        return part
    told = ("text", "title", "label", "placeholder", "tooltip")
    short = {name: "x" for name, value in part.items() if name in told and isinstance(value, str) and value.strip()}
    return {name: {} if name == "data" else short.get(name) or outline(value) for name, value in part.items()}


@cache
def shape_faults(card: str, dialog: bool) -> list[str]:
    return card_faults(json.loads(card), dialog=dialog)


def judged(card: Json, *, dialog: bool) -> list[str]:
    """By the schema and the fake's rules, which take 40 ms for a card; but of many cards most parts are alike."""
    alone = [{**card, "body": [outline(part)]} for part in card["body"]]
    return [why for one in alone for why in shape_faults(json.dumps(one), dialog)]


def sound(card: Json, *, dialog: bool) -> bool:
    """Nothing is wrong with it, in our own opinion and in the fake's."""
    assert faults(card) == ()
    assert judged(card, dialog=dialog) == []
    assert utf16_bytes(card) == limits.weight(card) <= limits.CARD < LARGEST_BYTES
    assert all(len(row) <= limits.ROW for row in rows(card))
    named = [one["id"] for one in flat(card) if "id" in one]
    assert len(named) == len(set(named))
    return True


# Everything that can be shown


class Drawn(NamedTuple):
    """A card, and what it is of: a private reply, or a message in the chat."""

    what: str
    locale: str
    place: Place
    card: Json
    of: Reply | Message

    @property
    def asks(self) -> Message | None:
        """The question on it; a line that only leads to a page asks nothing."""
        message = self.of if isinstance(self.of, Message) else None if self.of.page else self.of.message
        leads = message is not None and all(way.id.startswith("page:") for way in message.choices)
        return message if message and message.input != "none" and not (message.choices and leads) else None


@cache
def steps(locale: str) -> dict[str, tuple[Script, Step]]:
    """Every step that looks like no other, by script and id: a block stands in many scripts."""
    alike = {
        gallery.look_of(script, step, locale): (script, step)
        for script in library().scripts.values()
        for step in script.steps
    }
    return {f"{script.slug}/{step.id}": (script, step) for script, step in alike.values()}


@cache
def everything(locale: str) -> tuple[Drawn, ...]:
    known = library()
    found: list[Drawn] = []
    for what, (script, step) in steps(locale).items():
        for reply in gallery.of_step(known, script, step, locale):
            found += private(what, locale, reply)
        if (message := gallery.in_chat(known, script, step, locale)) is not None:
            found += public(what, locale, message)
    for reply in gallery.of_the_bot(known, locale, PEOPLE):
        found += private("the bot", locale, reply)
    for message in gallery.lines(known, locale):
        found += public("a line", locale, message)
    return tuple(found)


def private(what: str, locale: str, reply: Reply) -> Iterator[Drawn]:
    """In a dialog; and where there are none, in this person's view of a card."""
    yield Drawn(what, locale, "dialog", DIALOG.private(reply, "dialog", STAMP), reply)
    yield Drawn(what, locale, "view", VIEW.private(reply, "view", STAMP), reply)


def public(what: str, locale: str, message: Message) -> Iterator[Drawn]:
    for drawing in (DIALOG, VIEW):
        yield Drawn(what, locale, "chat", drawing.chat(message, locale), message)


# What a test draws on its own


def asked(text: str, **more: Any) -> Message:
    controls = tuple(Option(id=name, label=word(f"{name}-button")) for name in ("back", "pause", "safety", "help"))
    return Message(text=text, input="text", prompt="p", controls=controls, **more)


def asking(text: str, talk: tuple[Exchange, ...] = (), **more: Any) -> Reply:
    return Reply(surface="private", message=asked(text, **more), talk=talk)


def shown(page: Page, start: int = 0, roster: tuple[Option, ...] = ()) -> Json:
    return DIALOG.private(Reply(surface="private", page=page), "dialog", STAMP, start=start, roster=roster)


def kept(number: int) -> Section:
    name = f"reflection-{number}"
    field = FormField(id="reflection", label="", options=(Option(id=name, label=""),), value=(name,))
    form = Form(id="delete-reflection", title="", fields=(field,), submit="Delete this reflection", deletes=True)
    exchanges = (Exchange(asked="One?", answered=OWN), Exchange(asked="Two?", answered="x" * 300)) * 2
    return Section(title=f"Day {number}", exchanges=exchanges, forms=(form,))


def setup_page() -> Page:
    fields = (
        FormField(id="name", label="Name", kind="text", value=("North",)),
        FormField(id="members", label="Who?", kind="people", value=PEOPLE, hint="All of them."),
        FormField(id="lead", label="Who leads?", kind="person", value=(PEOPLE[0],)),
        FormField(id="day-end", label="When?", kind="time", value=("17:00",)),
        FormField(id="lines", label="Whom to call?", kind="lines", value=("A: 1", "B: 2"), optional=True),
        FormField(
            id="kind", label="Which?", options=(Option(id="a", label="A"), Option(id="b", label="B")), value=("b",)
        ),
        FormField(id="none", label="Nothing to choose", kind="multi"),
    )
    form = Form(id="team", title="Team", fields=fields, submit="Save")
    others = (Option(id="setup:South", label="South"),)
    return Page(name="setup", title="Set up", sections=(Section(pages=others), Section(forms=(form,))))
