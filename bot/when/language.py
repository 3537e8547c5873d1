"""How a language says times: patterns with slots such as "half past <hour>", and what the words in the slots mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

Table = dict[str, int]
#: What a slot holds besides the words of its table. A digit after the name tells two slots of a pattern apart. Minutes
#: are those that are no hour as well: "at 9 10" may be two visits.
_DIGITS: Mapping[str, str] = {
    "hour": "[0-9]{1,3}", "minute": "0[0-9]|1[3-9]|[2-9][0-9]", "more": "[0-9]{1,2}", "less": "[0-9]{1,2}",
    "count": "[0-9]+", "interval": "[0-9]{1,2}", "day": "[0-9]{1,2}(?:st|nd|rd|th|ro|ero|o)?", "year": "[0-9]{4}",
    "stamp": "[0-9]{1,2}[:h][0-9]{2}", "length": "[0-9]{1,2}h[0-9]{2}", "iso": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
}  # fmt: skip
_LAST_DIGIT = re.compile("[0-9]$")


def numbered(words: str, first: int = 1) -> Table:
    return {word: number for number, word in enumerate(words.split(), first)}


@dataclass(frozen=True)
class Found:
    """What stood in the slots of a pattern that matched."""

    language: Language
    slots: Mapping[str, str]

    def __contains__(self, slot: str) -> bool:
        return slot in self.slots

    def number(self, slot: str, otherwise: int = 0) -> int:
        if slot not in self.slots:
            return otherwise
        text, table = self.slots[slot], self.language.tables.get(_LAST_DIGIT.sub("", slot), {})
        return table[text] if text in table else int(re.sub("[^0-9]", "", text))

    def numbers(self, slot: str) -> tuple[int, ...]:
        """Of a list of words such as "monday and friday", each once, in order."""
        table = self.language.tables[slot]
        return tuple(sorted({table[word] for word in self.slots[slot].split() if word in table}))

    def hours(self) -> tuple[range, ...]:
        """Those that each part of the day that was said can mean."""
        names = [name for name in ("period", "part") if name in self.slots]
        said = tuple(self.language.spoken(name)[self.slots[name]] for name in names)
        return (*said, range(self.number("tonight"), 24)) if "tonight" in self.slots else said


@dataclass(frozen=True)
class Language:
    """Patterns for the parts of a time, each of which must be the whole of it, and what the words in them mean.

    `parts`: of the day, and the hours that they can mean; `periods`: the same where they follow an hour.
    `bare`: an hour that could be any other number; `listed`: days that are a rule only where somebody speaks of several
    times; `short_spans`: those that alone could be a time of day ("10h"); `within`: how a span becomes a moment;
    `unclear_days`: numbers of days that mean another number.
    """

    tables: Mapping[str, Table]
    parts: Mapping[str, range]
    periods: Mapping[str, range]
    joined: str
    clocks: Sequence[str]
    bare: Sequence[str]
    days: Sequence[str]
    rules: Sequence[str]
    listed: Sequence[str]
    spans: Sequence[str]
    short_spans: Sequence[str]
    within: Sequence[str]
    unclear_days: frozenset[int] = frozenset()
    _compiled: dict[str, re.Pattern[str]] = field(default_factory=dict, compare=False, repr=False)

    def found(self, patterns: Sequence[str], words: str) -> Iterator[Found]:
        """Each way in which one of the patterns is these words, the whole of them."""
        for pattern in patterns:
            if match := self._regular(pattern).fullmatch(words):
                yield Found(self, {name: text for name, text in match.groupdict().items() if text is not None})

    def knows(self, words: str) -> bool:
        """Whether each word belongs to times in this language: a quick way to leave all other texts alone."""
        return all(word in self._vocabulary or word[0] in "0123456789" for word in words.split())

    @cached_property
    def moments(self) -> tuple[str, ...]:
        return tuple(
            within.replace("<span>", span) for within in self.within for span in (*self.spans, *self.short_spans)
        )

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        patterns = (*self.clocks, *self.bare, *self.days, *self.rules, *self.listed, *self.moments, self.joined)
        tables = (*self.tables.values(), self.parts, self.periods)
        return frozenset(re.findall("[a-z]+|,", " ".join((*patterns, *(word for table in tables for word in table)))))

    def spoken(self, name: str) -> Mapping[str, range]:
        return self.periods if name == "period" else self.parts

    def _regular(self, pattern: str) -> re.Pattern[str]:
        if pattern not in self._compiled:
            groups = re.sub(r"\((?!\?)", "(?:", pattern)
            self._compiled[pattern] = re.compile(re.sub(r"<(\w+)>", lambda slot: self._slot(slot[1]), groups))
        return self._compiled[pattern]

    def _slot(self, name: str) -> str:
        kind = _LAST_DIGIT.sub("", name)
        table: Mapping[str, object] = self.spoken(kind) if kind in ("period", "part") else self.tables.get(kind, {})
        one = "|".join([*sorted(table, key=len, reverse=True), *([_DIGITS[kind]] if kind in _DIGITS else [])])
        if kind in ("weekdays", "plurals"):
            one = f"(?:{one})(?: (?:(?:{self.joined}) )?(?:{one}))*"
        return f"(?P<{name}>{one})"
