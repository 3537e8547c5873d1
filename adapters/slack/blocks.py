"""Parts of Block Kit, and words made safe for them. Law: what a person wrote goes out as `plain_text`, which formats,
links and mentions nothing; only words of ours are formatted, and nothing in them can format itself."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from adapters.slack import limits
from bot.cards import NUMBER

Json = dict[str, Any]

#: Of a text that will be formatted: escaping makes it longer.
ESCAPED: Final = limits.SECTION // 6
#: A first sentence of at most that length is the heading of its paragraph.
LEAD: Final = 60

#: Signs that format, and signs that look like them and do not. Slack has no way of quoting them.
_TAMED: Final = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
#: What makes a quotation or a list at the beginning of a line.
_LEAD: Final = re.compile(r"^(\s*)(?:(>+)|([-+•])(?=\s)|(\d+)[.)](?=\s))", re.MULTILINE)
#: A colon that may begin the name of an emoji, and is not that of a time (16:40).
_EMOJI: Final = re.compile(r":(?=[\w+'-])(?!(?<=\d:)\d[^\s:]*(?:\s|$))")
#: What joins two pictures into one.
_JOINER: Final = "\u200d"
#: Shades of a skin.
_SHADES: Final = range(0x1F3FB, 0x1F400)


# Words


def escape(text: str) -> str:
    """For the top-level text of a message, where no block says what kind of text it is."""
    return text.translate(_ESCAPED)


def mrkdwn(text: str) -> str:
    """Text that Slack shows as it stands, though it would format it: no mention, link, emoji, list or bold word."""
    led = _LEAD.sub(_unled, text.translate(_TAMED))
    return escape(_EMOJI.sub("꞉", led))


def _unled(found: re.Match[str]) -> str:
    space, quote, mark, number = found.groups()
    if quote:
        return space + "›" * len(quote)
    return f"{space}–" if mark else f"{space}{number}․"


def strong(text: str) -> str:
    """Bold, line by line: bold type ends with the line."""
    return "\n".join(f"*{mrkdwn(line.strip())}*" if line.strip() else "" for line in text.split("\n"))


def linked(label: str, address: str) -> Json:
    """An address of ours that opens in a browser."""
    return formatted(f"<{escape(address)}|{mrkdwn(label)}>")


def gathered(lines: Iterable[str]) -> list[str]:
    """Lines that were made safe already, in as few texts as hold them."""
    found: list[str] = []
    for line in lines:
        joined = f"{found[-1]}\n{line}" if found else line
        if found and limits.length(joined) <= limits.SECTION:
            found[-1] = joined
        else:
            found.append(line)
    return found


def dialable(text: str) -> str:
    """A line of ours with its telephone numbers as links: a phone then calls with one tap."""
    return NUMBER.sub(lambda found: f"<tel:{found[0]}|{found[0]}>", mrkdwn(text))


def cut(text: str, limit: int) -> str:
    """The beginning, with an ellipsis, and whole words where that leaves most of it."""
    if limits.length(text) <= limit:
        return text
    head = limits.fitting(text, limit - 1)
    gap = max(head.rfind(" "), head.rfind("\n"))
    return f"{(head[:gap] if gap > len(head) // 2 else head).rstrip()}…"


def pieces(text: str, limit: int = limits.SECTION) -> tuple[str, ...]:
    """All of a text in parts of at most that length, parted between paragraphs, lines, sentences or words."""
    found: list[str] = []
    while limits.length(text) > limit:
        head = limits.fitting(text, limit)
        ends = (head.rfind(gap) + len(gap) for gap in ("\n\n", "\n", ". ", " ") if gap in head)
        at = next((end for end in ends if end > len(head) // 2), 0) or _whole_sign(text, len(head))
        found.append(text[:at])
        text = text[at:]
    return (*found, text) if text else tuple(found)


def _whole_sign(text: str, at: int) -> int:
    """A place at or before `at` that parts no sign from its accent, nor the parts of one picture."""
    back = at
    while back > at // 2 and (_follows(text[back]) or text[back - 1] == _JOINER):
        back -= 1
    return back if back > at // 2 else at


def _follows(sign: str) -> bool:
    return sign == _JOINER or ord(sign) in _SHADES or unicodedata.category(sign).startswith("M")


def paragraphs(texts: Iterable[str]) -> tuple[str, ...]:
    """Each as short as it was written: Slack folds long sections, and a wall of text is not read in a car."""
    return tuple(part.strip() for text in texts for part in text.split("\n\n") if part.strip())


# Text objects


def plain(text: str, limit: int = limits.SECTION) -> Json:
    """As it was written. Slack takes no empty text."""
    return {"type": "plain_text", "text": cut(text, limit) if text.strip() else "…", "emoji": False}


def formatted(marked: str) -> Json:
    """What `mrkdwn`, `strong` or `dialable` made."""
    return {"type": "mrkdwn", "text": marked, "verbatim": True}


# Blocks


def block(kind: str, block_id: str = "", **parts: Any) -> Json:
    named = {"block_id": cut(block_id, limits.ID)} if block_id else {}
    return {"type": kind, **named, **{name: part for name, part in parts.items() if part not in (None, "")}}


def section(text: Json, block_id: str = "", accessory: Json | None = None) -> Json:
    return block("section", block_id, text=text, accessory=accessory)


def sections(texts: Iterable[str], room: int = limits.VIEW_BLOCKS) -> list[Json]:
    """A section for each text, as many as there are for a long one; put together where there is no room."""
    parts = [part.strip() for text in texts for part in pieces(text) if part.strip()]
    parts = parts if len(parts) <= room else _together(parts)
    if len(parts) > room:
        parts = [*parts[: max(room - 1, 0)], "…"]
    return [section(plain(part)) for part in parts]


def _together(parts: Iterable[str]) -> list[str]:
    packed: list[str] = []
    for part in parts:
        joined = f"{packed[-1]}\n\n{part}" if packed else part
        if packed and limits.length(joined) <= limits.SECTION:
            packed[-1] = joined
        else:
            packed.append(part)
    return packed


def heading(text: str) -> list[Json]:
    return [section(formatted(strong(part))) for part in pieces(text, ESCAPED) if part.strip()]


def spoken(lines: Sequence[str], room: int = limits.VIEW_BLOCKS) -> list[Json]:
    """What the bot says; with telephone numbers that can be tapped."""
    found: list[Json] = []
    for dials, some in groupby(paragraphs(lines), key=lambda line: bool(NUMBER.search(line))):
        if dials:
            found += [section(formatted(dialable(part))) for line in some for part in pieces(line, ESCAPED)]
        else:
            found += sections(some)
    return found if len(found) <= room else sections(lines, room)


def led(line: str) -> list[Json]:
    """A paragraph that begins with its heading, in bold type."""
    lead, _, rest = line.partition(". ")
    if not lead.strip() or not rest.strip() or len(lead) > LEAD or "\n" in lead:
        return spoken([line])
    first, *more = pieces(rest, ESCAPED - LEAD)
    texts = [f"{strong(f'{lead}.')} {dialable(first)}", *map(dialable, more)]
    return [section(formatted(text)) for text in texts if text.strip()]


def context(*texts: str) -> list[Json]:
    """Small words beside the question; what is too long for them is said as anything else is."""
    short = [text for text in texts if text.strip()]
    if any(limits.length(text) > limits.CONTEXT for text in short):
        return sections(short)
    return [block("context", elements=[plain(text, limits.CONTEXT) for text in short])] if short else []


def actions(elements: Sequence[Json], block_id: str = "") -> list[Json]:
    """As many blocks as the elements need."""
    size = limits.ACTIONS
    return [
        block("actions", f"{block_id}-{start // size}" if block_id and start else block_id, elements=list(some))
        for start in range(0, len(elements), size)
        if (some := elements[start : start + size])
    ]


def side_by_side(drawn: Iterable[Json]) -> list[Json]:
    """Rows of buttons that follow each other become one, where it can tell them apart."""
    found: list[Json] = []
    for part in drawn:
        names = [one["action_id"] for row in (*found[-1:], part) for one in _buttons(row)]
        fits = len(set(names)) == len(names) <= limits.ACTIONS
        if found and fits and _buttons(found[-1]) and _buttons(part):
            found[-1] = {**found[-1], "elements": [*found[-1]["elements"], *part["elements"]]}
        else:
            found.append(part)
    return found


def _buttons(row: Json) -> list[Json]:
    """None, unless it is a row of buttons alone that nothing names."""
    there: list[Json] = row["elements"] if row["type"] == "actions" and "block_id" not in row else []
    return there if all(one["type"] == "button" for one in there) else []


def nothing() -> list[Json]:
    """Slack takes no view without a block."""
    return [section(plain(""))]


def divider() -> Json:
    return block("divider")


def entry(
    label: str, element: Json, block_id: str, *, hint: str = "", optional: bool = False, hands: bool = False
) -> Json:
    """An input. `hands`: what is entered is handed over at once, before anything is sent."""
    return block(
        "input",
        block_id,
        label=plain(label, limits.LABEL),
        element=element,
        hint=plain(hint, limits.LABEL) if hint else None,
        optional=optional,
        dispatch_action=hands or None,
    )


# Elements


def button(
    label: str, action: str, *, style: str = "", value: str = "", said: str = "", sure: Json | None = None
) -> Json:
    """`said`: what a screen reader says instead of the label; `sure`: the question before it acts."""
    return block(
        "button",
        action_id=cut(action, limits.ID),
        text=plain(label, limits.BUTTON),
        style=style,
        value=cut(value, limits.VALUE),
        accessibility_label=cut(said, limits.BUTTON),
        confirm=sure,
    )


def sure(title: str, text: str, yes: str, no: str) -> Json:
    """The question before something that cannot be undone."""
    return {
        "title": plain(title, limits.CONFIRM_TITLE),
        "text": plain(text, limits.CONFIRM_TEXT),
        "confirm": plain(yes, limits.CONFIRM_BUTTON),
        "deny": plain(no, limits.CONFIRM_BUTTON),
        "style": "danger",
    }


def option(value: str, label: str) -> Json:
    return {"text": plain(label, limits.OPTION), "value": value}


def menu(kind: str, action: str, options: Sequence[Json], chosen: Iterable[str] = (), **parts: Any) -> Json:
    """Any element with options. What is chosen is named as its kind has it."""
    wanted = set(chosen)
    found = [one for one in options if one["value"] in wanted]
    if kind in ("checkboxes", "multi_static_select"):
        parts["initial_options"] = found or None
    else:
        parts["initial_option"] = found[0] if found else None
    return block(kind, action_id=action, options=list(options), **parts)


def field(kind: str, action: str, **parts: Any) -> Json:
    """Any other element that is filled in."""
    return block(kind, action_id=action, **parts)


# Views


def modal(title: str, blocks: Sequence[Json], callback: str, *, close: str, submit: str = "", **parts: Any) -> Json:
    return block(
        "modal",
        callback_id=callback,
        title=plain(title, limits.VIEW_TITLE),
        close=plain(close, limits.VIEW_TITLE),
        submit=plain(submit, limits.VIEW_TITLE) if submit else None,
        **parts,
        blocks=list(blocks),
    )


def weight(drawn: Sequence[Json]) -> int:
    """Bytes on the wire, at most: every letter beyond ASCII spelled out."""
    return len(json.dumps(drawn))
