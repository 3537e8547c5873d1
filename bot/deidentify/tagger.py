"""The learned layer: a small sequence model that tells names, organisations and towns from the words around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from threading import Lock
from typing import Any, Literal

import pycrfsuite

from bot.deidentify.features import features, may_be_named, may_join
from bot.deidentify.tokens import Token, tokens
from bot.deidentify.vocabulary import Vocabulary

__all__ = ["FLOOR", "Label", "Tagged", "Tagger", "Token", "tokens"]

Label = Literal["NAME", "ORG", "CITY"]
#: Spans below this are not worth a question.
FLOOR = 0.15
#: Words at least as likely as this join into one span; less likely ones stand beside it as spans of their own.
LIKELY = 0.5
LABELS: tuple[Label, ...] = ("NAME", "ORG", "CITY")


@dataclass(frozen=True, slots=True)
class Tagged:
    """A span and how likely the model holds it: the marginal probability of its least likely word."""

    start: int
    end: int
    label: Label
    probability: float


@dataclass(frozen=True, slots=True, repr=False)
class Tagger:
    """The model of `data/tagger.crfsuite`; one text at a time, from any thread."""

    vocabulary: Vocabulary
    model: Any
    #: What the model reads from for as long as it lives; it keeps no copy.
    held: bytes
    turn: Lock

    @classmethod
    def load(cls, vocabulary: Vocabulary) -> Tagger:
        data = (resources.files("bot.deidentify") / "data" / "tagger.crfsuite").read_bytes()
        return cls.of(data, vocabulary)

    @classmethod
    def of(cls, model: bytes, vocabulary: Vocabulary) -> Tagger:
        tagger = pycrfsuite.Tagger()
        tagger.open_inmemory(model)
        return cls(vocabulary, tagger, model, Lock())

    def tag(self, words: Sequence[Token]) -> list[Tagged]:
        """The spans whose marginal probability is at least `FLOOR`, in order, never overlapping."""
        return self.read(words)[0]

    def read(self, words: Sequence[Token]) -> tuple[list[Tagged], list[float]]:
        """Those spans, and for each word how likely it is of a name of any sort, however little."""
        if not words:
            return [], []
        found = features(words, self.vocabulary)
        marginal = self.model.marginal
        with self.turn:
            self.model.set(found)
            chances = [
                1 - marginal("O", place) if may_be_named(word.text) or may_join(word.text) else 0.0
                for place, word in enumerate(words)
            ]
            weighed = [self._weigh(place) if chance >= FLOOR else None for place, chance in enumerate(chances)]
        return list(_spans(words, weighed)), chances

    def _weigh(self, place: int) -> tuple[Label, float, bool] | None:
        """The likeliest label of one word, its probability, and whether the word rather opens a span than goes on."""
        model = self.model
        best: tuple[Label, float, bool] | None = None
        for label in LABELS:
            begins, goes_on = model.marginal(f"B-{label}", place), model.marginal(f"I-{label}", place)
            if begins + goes_on >= (best[1] if best else FLOOR):
                best = label, min(begins + goes_on, 1.0), begins > LIKELY
        return best


def _spans(words: Sequence[Token], weighed: Sequence[tuple[Label, float, bool] | None]) -> list[Tagged]:
    spans: list[Tagged] = []
    open_before = False
    for word, weight in zip(words, weighed, strict=True):
        if weight is None:
            open_before = False
            continue
        label, probability, begins = weight
        last = spans[-1] if spans and open_before and not begins else None
        mark = may_join(word.text)
        if last and last.label == label and (last.probability >= LIKELY) == (probability >= LIKELY):
            spans[-1] = Tagged(last.start, word.end, label, min(last.probability, probability))
            open_before = True
        elif not mark:
            spans.append(Tagged(word.start, word.end, label, probability))
            open_before = True
        else:
            open_before = False
    return spans
