"""A command that says what in a text may identify somebody, and shows the text without it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from bot.deidentify.detector import Detector

TEXT_LIMIT = 200_000


@click.command()
@click.argument("file", default="-", type=click.File(encoding="utf-8", errors="replace"))
def deidentify(file: TextIO) -> None:
    """What may identify somebody, a JSON line for each text; nothing leaves this machine.

    In: {"id", "text", "lang"}, where lang is only a hint. Out: {"id", "spans": [{"start", "end", "label", "tier"}],
    "redacted"}, offsets in code points. Spans of tier "auto" are replaced in redacted; about those of tier "ask" a
    writer would be asked. A line that cannot be read gives {"error": …}, and the next one is taken.

    Example: echo '{"id": 1, "text": "Maria is 3."}' | afterword deidentify
    """
    from bot.deidentify.detector import Detector

    detector = Detector.load()
    for number, line in enumerate(iter(file.readline, ""), start=1):
        if line.strip():
            click.echo(_written(_answer(detector, number, line)))
            sys.stdout.flush()


def _answer(detector: Detector, number: int, line: str) -> Mapping[str, Any]:
    from bot.deidentify import redact

    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        return {"error": f"line {number} is not JSON ({error.msg} at character {error.colno})."}
    except (ValueError, RecursionError):
        return {"error": f"line {number} cannot be read."}
    if fault := _fault(given):
        return {"error": f"line {number}: {fault}"}
    text = given["text"]
    spans = detector.find(text)
    shown = [{"start": span.start, "end": span.end, "label": span.label, "tier": span.tier} for span in spans]
    redacted = redact(text, (span for span in spans if span.tier == "auto"))
    return {"id": given.get("id"), "spans": shown, "redacted": redacted}


def _fault(given: object) -> str:
    if not isinstance(given, dict):
        return 'it is no object; write such as {"id": 1, "text": "…"}.'
    text = given.get("text")
    if not isinstance(text, str):
        return '"text" is missing or no text.'
    if len(text) > TEXT_LIMIT:
        return f'"text" is longer than {TEXT_LIMIT} characters.'
    return ""


def _written(answer: Mapping[str, Any]) -> str:
    """Half a pair of surrogates cannot be written but as its escape."""
    line = json.dumps(answer, ensure_ascii=False)
    return line if line.isprintable() or _encodes(line) else json.dumps(answer)


def _encodes(line: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in line)


COMMANDS = (deidentify,)
