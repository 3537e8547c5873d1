"""Parts of Adaptive Cards, and words made safe for them. Law: what a person wrote goes out as a run of text, which
formats, links and mentions nothing; where Teams would format words of ours, they go the same way.

https://adaptivecards.io/explorer (version 1.5)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from adapters.teams import ids, limits
from bot.cards import NUMBER

Json = dict[str, Any]

VERSION: Final = "1.5"
CONTENT_TYPE: Final = "application/vnd.microsoft.card.adaptive"

#: Signs that a TextBlock formats: Markdown, an entity, a mention, the beginning of a list, a date to be filled in.
_FORMATS: Final = re.compile(r"[\\*_~`\[\]<>#&|]|\{\{|^[^\S\n]*(?:[-+•]|\d+[.)])\s", re.MULTILINE)
#: What Teams would fill in even in a run of text is parted by a sign that nobody sees (a word joiner).
_FILLED_IN: Final = re.compile(r"\{(?=\{)")
_PARTED: Final = "{\u2060"


#: Characters of somebody's name.
LONGEST_NAME: Final = 60


# Words


def formats(text: str) -> bool:
    """Whether a TextBlock would show it otherwise than it was written."""
    return bool(_FORMATS.search(text))


def run(text: str, **style: Any) -> Json:
    return {"type": "TextRun", "text": _FILLED_IN.sub(_PARTED, text), **style}


def runs(*parts: Json, **place: Any) -> Json:
    return {"type": "RichTextBlock", "inlines": list(parts), **place}


def line(text: str, *, heading: bool = False, place: Json | None = None, **style: Any) -> Json:
    """One line as it was written. `style`: weight, size, color, isSubtle; `place`: spacing."""
    around = place or {}
    if formats(text):
        return runs(run(text, **style), **around)
    role = {"style": "heading"} if heading else {}
    return {"type": "TextBlock", "text": text, "wrap": True, **role, **style, **around}


def lines(text: str, **style: Any) -> list[Json]:
    """A text with its paragraphs and line breaks."""
    found: list[Json] = []
    for paragraph in paragraphs(text):
        for number, part in enumerate(filter(str.strip, paragraph.split("\n"))):
            found.append(line(part.strip(), place={"spacing": "None"} if number else None, **style))
    return found


def paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def cut(text: str, limit: int) -> str:
    """The beginning, with whole words where there are some, and an ellipsis."""
    if len(text) <= limit:
        return text
    begins = text[: max(limit - 1, 0)]
    return f"{begins.rpartition(' ')[0] or begins}…"


def named(name: str) -> str:
    """A person's name as they wrote it at Microsoft, on one line and without signs that nobody sees."""
    seen = "".join(" " if sign.isspace() else sign for sign in name if sign.isspace() or sign.isprintable())
    return cut(" ".join(seen.split()), LONGEST_NAME)


def own(text: str, **style: Any) -> list[Json]:
    """What a person wrote: every line a run, whatever stands in it."""
    found: list[Json] = []
    for number, part in enumerate(filter(str.strip, text.split("\n"))):
        found.append(runs(run(part.strip(), **style), **({"spacing": "None"} if number else {})))
    return found


def heading(text: str, size: str = "Medium") -> list[Json]:
    return [line(part, heading=True, weight="Bolder", size=size) for part in paragraphs(text)]


def question(text: str) -> list[Json]:
    """What is asked stands out on a card, and a screen reader finds it as a heading."""
    return heading(text, "Large")


def subtle(*texts: str) -> list[Json]:
    """Small words beside the question."""
    return [line(text, isSubtle=True, size="Small") for text in texts if text.strip()]


def dialable(text: str) -> Json:
    """A line of ours with its telephone numbers as links: a phone then calls with one tap."""
    if formats(text) or not NUMBER.search(text):
        return line(text)
    linked = NUMBER.sub(lambda found: f"[{found[0]}](tel:{found[0]})", text)
    return {"type": "TextBlock", "text": linked, "wrap": True}


def spoken(texts: Iterable[str]) -> list[Json]:
    """What the bot says."""
    found: list[Json] = []
    for text in texts:
        for part in paragraphs(text):
            found += [dialable(part)] if "\n" not in part else lines(part)
    return found


#: A first sentence of at most that length is the heading of its paragraph.
LEAD: Final = 60


def led(text: str) -> Json:
    """A paragraph that begins with its heading, in bold type."""
    lead, _, rest = text.partition(". ")
    if not rest.strip() or len(lead) > LEAD or "\n" in lead:
        return dialable(text)
    return runs(run(f"{lead}. ", weight="Bolder"), run(rest))


# Boxes around them


def container(items: Sequence[Json], **parts: Any) -> list[Json]:
    return [{"type": "Container", "items": list(items), **parts}] if items else []


def set_apart(items: Sequence[Json]) -> list[Json]:
    """Read in peace: a card, or what somebody wrote."""
    return container(items, style="emphasis", spacing="Small")


def apart(items: Sequence[Json]) -> list[Json]:
    """With a line above: what would look like more answers."""
    return [{**items[0], "separator": True, "spacing": "Medium"}, *items[1:]] if items else []


def hidden(name: str, items: Sequence[Json], **parts: Any) -> list[Json]:
    """Not in sight until a button shows it."""
    return container(items, id=name, isVisible=False, **parts)


# Inputs


def box(name: str, label: str, *, multiline: bool = True, value: str = "", placeholder: str = "") -> Json:
    given = {"value": value} if value else {}
    hint = {"placeholder": placeholder} if placeholder else {}
    return {"type": "Input.Text", "id": name, "label": label, "isMultiline": multiline, **given, **hint}


def picker(kind: str, name: str, label: str, value: str) -> Json:
    """Of a time or a day."""
    return {"type": kind, "id": name, "label": label, **({"value": value} if value else {})}


def choice_set(
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    chosen: Iterable[str],
    *,
    several: bool,
    small: bool = False,
) -> Json:
    """Pairs of value and title. `small`: behind a tap."""
    wanted = set(chosen)
    value = ",".join(value for value, _ in choices if value in wanted)
    return {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label,
        "isMultiSelect": several,
        "style": "compact" if small else "expanded",
        "wrap": True,
        "choices": [{"title": title, "value": value} for value, title in choices],
        **({"value": value} if value else {}),
    }


# Buttons


def row(buttons: Sequence[Json]) -> list[Json]:
    """As many rows as the buttons need on a phone, which cuts what is too wide for it."""
    rows: list[list[Json]] = []
    room = 0
    for button in buttons:
        room -= limits.width(button["title"])
        if room < 0 or len(rows[-1]) == limits.ROW:
            rows.append([])
            room = limits.PHONE - limits.width(button["title"])
        rows[-1].append(button)
    return [{"type": "ActionSet", "spacing": "Small", "actions": some} for some in rows]


def column(buttons: Iterable[Json]) -> list[Json]:
    """Each in a line of its own: long words are not cut, and a thumb finds them."""
    return [{"type": "ActionSet", "spacing": "Small", "actions": [button]} for button in buttons]


def tappable(button: Json) -> Json:
    """A line across the card that is tapped like a button; its words wrap."""
    words = line(button["title"], weight="Bolder")
    return {"type": "Container", "style": "emphasis", "spacing": "Small", "items": [words], "selectAction": button}


def answers(buttons: Sequence[Json]) -> list[Json]:
    """One tap each: buttons, or lines where a phone would cut one of them."""
    if all(len(button["title"]) <= limits.SHOWN for button in buttons):
        return column(buttons)
    return [tappable(button) for button in buttons]


def opens(title: str, address: str) -> Json:
    """An address of ours that opens in a browser."""
    return {"type": "Action.OpenUrl", "title": title, "url": address}


def toggle(title: str, *names: str) -> Json:
    """Shows what is hidden, or hides it; nothing is sent, so nothing that was typed is lost."""
    return {"type": "Action.ToggleVisibility", "title": title, "targetElements": list(names)}


def link(title: str, *names: str) -> list[Json]:
    """A line that shows what is hidden: less loud than a button."""
    words = [line(title, color="Accent", weight="Bolder", size="Small")]
    return container(words, selectAction=toggle(title, *names))


def submit(title: str, data: Json, style: str = "") -> Json:
    return {"type": "Action.Submit", "title": title, "data": data, **({"style": style} if style else {})}


def execute(title: str, data: Json, style: str = "") -> Json:
    """A client that does not know it falls back to what is sent as a message."""
    look = {"style": style} if style else {}
    shown = {"type": "Action.Execute", "title": title, "verb": ids.EXECUTE_VERB, "data": data, **look}
    return {**shown, "fallback": submit(title, data, style)}


# The whole


def card(body: Sequence[Json]) -> Json:
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "body": list(body),
    }


def every(drawn: Any) -> Iterator[Json]:
    """Every object in a drawing, from the outside in; what a button hands back is none of it."""
    waiting = [drawn]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += [inner for name, inner in reversed(part.items()) if name != "data"]
        elif isinstance(part, list):
            waiting += reversed(part)
