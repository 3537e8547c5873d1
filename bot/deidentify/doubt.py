"""Law: whatever is not surely ordinary may be asked about: the most doubtful first, no more than a text can bear."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.deidentify.cues import is_named
from bot.deidentify.signals import ARTICLES, OF_PLACES, PLACED, WEIGHTS, echoes, signals
from bot.deidentify.spans import Label, Span
from bot.deidentify.vocabulary import Vocabulary, bare
from bot.deidentify.words import Word, by_ear, written_by_ear

#: Every word is plain until something says otherwise.
PLAIN: Final = -50
#: A word beside a doubtful one that is at least so doubtful belongs to it: "copper skillet".
JOINS: Final = -30
#: What a rule would ask is more doubtful than its words alone; so much at least where a street or a center stands.
ASKED, LAID_OUT = 12, -28
#: How doubtful the first question must be in 60 words, and how much more each further one.
FIRST, FURTHER = -38, 10
#: Texts of fewer words count as if they had so many: a short text bears a question or two.
SHORT = 40
#: Words in one question.
LONGEST = 4
_NAMED = frozenset({"NAME", "CITY", "ORG"})
_BRIDGES = frozenset({"de", "la", "los", "las", "del"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words, or a number, that may identify somebody, and how likely that is, as `signals.WEIGHTS` count it."""

    start: int
    end: int
    label: Label
    weight: int


def chosen(doubts: Sequence[Doubt], text: str) -> list[Span]:
    """The most doubtful, as many as the text can bear. One word is one question, however often it stands."""
    forms: set[str] = set()
    bears = max(SHORT, text.count(" ") + 1) / 60
    taken: list[Span] = []
    for doubt in sorted(doubts, key=lambda doubt: (-doubt.weight, doubt.start)):
        if any(span.start <= doubt.start and doubt.end <= span.end for span in taken[-_LOOKED_AT:]):
            continue
        form = text[doubt.start : doubt.end].casefold()
        if form not in forms and doubt.weight < FIRST + FURTHER * len(forms) / bears:
            continue
        forms.add(form)
        taken.append(Span(doubt.start, doubt.end, doubt.label, "ask"))
    return taken


#: So many of those taken last are compared with the next, so that no text takes more than linear time.
_LOOKED_AT = 20


def doubts(
    words: Sequence[Word],
    chances: Sequence[float],
    vocabulary: Vocabulary,
    asked: Sequence[Span],
    hidden: Container[str],
) -> Iterator[Doubt]:
    """What the rules would ask, and runs of doubtful words; each as doubtful as its most doubtful word.

    `hidden`: what is hidden in this text with a capital; the same word small is rather the word.
    """
    weights = _weights(words, chances, vocabulary, hidden)
    at = 0
    for span in asked:
        while at < len(words) and words[at].end <= span.start:
            at += 1
        if at == len(words):
            break
        last = at
        while last + 1 < len(words) and words[last + 1].start < span.end:
            last += 1
        if span.label in _NAMED:
            last = _last_of_run(words, last, weights)
        within = [weights.pop(place, PLAIN) for place in range(at, last + 1)]
        least = LAID_OUT if span.label != "NAME" else PLAIN
        yield Doubt(span.start, max(span.end, words[last].end), span.label, max(least, *within) + ASKED)
    yield from _initials(words)
    yield from _runs(words, weights)


def _weights(
    words: Sequence[Word], chances: Sequence[float], vocabulary: Vocabulary, hidden: Container[str]
) -> dict[int, int]:
    """How doubtful each word is that is not surely ordinary, by its place."""
    weights: dict[int, int] = {}
    sounded = written_by_ear(words)
    for place, chance in enumerate(chances):
        word = words[place]
        if sounded and word.unknown and not word.given and by_ear(word.low, vocabulary):
            continue
        if found := signals(words, place, chance, vocabulary):
            twin = not word.capital and bare(word.low) in hidden
            weights[place] = PLAIN + sum(WEIGHTS[signal] for signal in found) + (WEIGHTS["twin"] if twin else 0)
    for place in echoes(words):
        weights[place] = weights.get(place, PLAIN) + WEIGHTS["echo"]
    return weights


def _initials(words: Sequence[Word]) -> Iterator[Doubt]:
    """ "I. Peñaloza": a letter before what is hidden."""
    for letter, stop, name in zip(words, words[1:], words[2:], strict=False):
        if name.kind == "hidden" and stop.low == "." and len(letter.text) == 1 and letter.capital:
            yield Doubt(letter.start, stop.end, "NAME", 0)


def _runs(words: Sequence[Word], weights: Mapping[int, int]) -> Iterator[Doubt]:
    done = -1
    for place in sorted(weights):
        if place <= done or weights[place] < JOINS:
            continue
        done = _last_of_run(words, place, weights)
        article = place > 0 and words[place - 1].low in ARTICLES and not words[place].shown
        weight = max(weights.get(one, PLAIN) for one in range(place, done + 1))
        start = words[place - 1].start if article else words[place].start
        yield Doubt(start, words[done].end, _label(words, place, done), weight)


def _last_of_run(words: Sequence[Word], first: int, weights: Mapping[int, int]) -> int:
    """Where a run of doubtful words ends. After "in", "at", "en" what follows may be of the name: "social circle"."""
    last = first
    placed = first > 0 and (words[first - 1].low in PLACED or (first > 1 and is_named(words, first - 1)))
    while last + 1 < len(words) and last - first + 1 < LONGEST:
        word = words[last + 1]
        if weights.get(last + 1, PLAIN) >= JOINS or (placed and word.kind in OF_PLACES and word.letters):
            last += 1
            continue
        then = last + 1
        while then < len(words) and words[then].low in _BRIDGES and then - last < 3:
            then += 1
        goes_on = then < len(words) and (
            weights.get(then, PLAIN) >= JOINS or (placed and words[then].kind in OF_PLACES)
        )
        if then == last + 1 or not goes_on:
            break
        last = then
    return last


def _label(words: Sequence[Word], first: int, last: int) -> Label:
    after = words[last + 1].kind if last + 1 < len(words) else ""
    if after == "org" or words[last].kind == "org":
        return "ORG"
    named = words[first].given or words[first].doubtful
    return "CITY" if first > 0 and words[first - 1].low in PLACED and not named else "NAME"
