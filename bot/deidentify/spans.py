"""What is found in a text, and the one rule by which overlapping finds become spans: nothing found is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Label = Literal["NAME", "AGE", "DATE", "ADDRESS", "CITY", "ORG", "ID", "URL", "EMAIL", "PHONE", "USERNAME"]
Tier = Literal["auto", "ask"]


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` (exclusive) of the text as it was given; `ask`: its writer decides."""

    start: int
    end: int
    label: Label
    tier: Tier


def disjoint(found: Iterable[Span]) -> list[Span]:
    """Sorted, without overlap. Certain spans that touch the same letters become one, which the longest names;
    of an uncertain span only what no certain one covers is left."""
    certain = _united(span for span in found if span.tier == "auto")
    asked = _united(span for span in found if span.tier == "ask")
    return sorted([*certain, *_outside(asked, certain)], key=lambda span: span.start)


def _united(spans: Iterable[Span]) -> list[Span]:
    united: list[Span] = []
    named_by = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        last = united[-1] if united else None
        if last is None or span.start >= last.end:
            united.append(span)
            named_by = span.end - span.start
            continue
        label = last.label
        if span.end - span.start > named_by:
            label, named_by = span.label, span.end - span.start
        united[-1] = Span(last.start, max(last.end, span.end), label, last.tier)
    return united


def _outside(asked: list[Span], certain: list[Span]) -> list[Span]:
    left: list[Span] = []
    place = 0
    for span in asked:
        while place < len(certain) and certain[place].end <= span.start:
            place += 1
        start, at = span.start, place
        while at < len(certain) and certain[at].start < span.end:
            if certain[at].start > start:
                left.append(Span(start, certain[at].start, span.label, "ask"))
            start = max(start, certain[at].end)
            at += 1
        if start < span.end:
            left.append(Span(start, span.end, span.label, "ask"))
    return left
