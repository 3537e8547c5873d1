"""What is not surely ordinary is asked about: the most doubtful first, and no more than a text can bear."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deidentify import Span, redact
from bot.deidentify.detector import Detector
from bot.deidentify.doubt import FIRST, FURTHER, Doubt, chosen
from bot.deidentify.tagger import Tagger
from bot.deidentify.vocabulary import Vocabulary


@cache
def detector() -> Detector:
    return Detector.load()


def found(text: str, tier: str = "") -> list[str]:
    """The words that are hidden or asked about, or only those of one tier."""
    return [text[span.start : span.end] for span in detector().find(text) if tier in ("", span.tier)]


def is_covered(marked: str) -> bool:
    """Whether all letters and figures between the braces are hidden or asked about."""
    start, part = marked.index("{"), marked[marked.index("{") + 1 : marked.index("}")]
    text = marked.replace("{", "").replace("}", "")
    spans = detector().find(text)
    inside = [any(span.start <= at < span.end for span in spans) for at in range(start, start + len(part))]
    return all(one for one, letter in zip(inside, part, strict=True) if letter.isalnum())


@pytest.mark.parametrize(
    "marked",
    [
        "{miracle} said it would take a miracle to get him to nap",
        "el pilar de la casa es fuerte, {pilar} no tanto",
        "Note for later. {My} is her name, I had it wrong.",
        "the teacher says an is shy. {An} was swinging so slow today.",
        "her manager at {copper skillet} told her to come in",
        "they drove out to {hope springs} in the rain",
        "a new family out in {social circle}, long road",
        "mi guardería se llama {los conejitos}, abre a las seis",
        "viven en colonia {el rio} desde el invierno",
        "{Bright Hands}, bell broken, used the back door.",
        "my tía {lyric} watches him on fridays",
        "Escribió {I. Peñaloza}, la prima.",
        "they stay at the {1120 foxglove} house",
        "He goes to smoke by {building 14B}. He comes back.",
        "la tarjeta empieza con {MCD77 1093 4}, creo",
        "the census number is {412,886}, top line",
        "lo anoté como {HC 20.883} en la hoja",
        "check {10-02} otra vez",
        "Wideline has {20 meses} y dice agua",
    ],
)
def test_what_no_list_knows_is_hidden_or_asked_about(marked: str) -> None:
    assert is_covered(marked)


@pytest.mark.parametrize(
    "text",
    [
        "We sat on the floor and ate crackers. She told me about her week and I listened.",
        "I was 15 min late and the visit took 40 min, which was fine.",
        "A two-hour nap for everybody, the first in weeks.",
        "Nadie me regañó y eso ya es mucho. Nos sentamos en el piso y hablamos.",
        "Cuando le pregunté, se quedó callada y yo también.",
        "The room was loud at ten and quiet at noon.",
    ],
)
def test_everyday_sentences_raise_no_question(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "I always go to my lola when it is hard.",
        "The honu room has eight children and two teachers. The Willow Room is shut.",
        "Harley rides a harley.",
        "The Parenting Stress Index was long.",
        "Both are called light in our songs.",
        "The Georgia study was long.",
    ],
)
def test_what_may_well_be_a_word_is_never_hidden_without_asking(text: str) -> None:
    assert set(found(text, "auto")) <= {"Harley"}


def test_one_word_is_one_question_however_often_it_stands() -> None:
    many = [Doubt(at, at + 4, "NAME", 0) for at in range(0, 50, 5)]
    assert len(chosen(many, "taro " * 10)) == len(many)


def test_each_further_question_must_be_more_doubtful() -> None:
    text = " ".join(f"word{place:03d}" for place in range(60))
    doubts = [Doubt(place * 8, place * 8 + 7, "NAME", FIRST + place) for place in range(0, 60, 2)]
    asked = chosen(doubts, text)
    assert 0 < len(asked) <= 60 / FURTHER
    assert {span.start for span in asked} == {doubt.start for doubt in doubts[-len(asked) :]}


def test_a_longer_text_bears_more_questions_and_a_very_short_one_still_bears_one() -> None:
    def asked(words: int) -> int:
        text = " ".join(f"word{place:03d}" for place in range(words))
        return len(chosen([Doubt(at, at + 7, "NAME", FIRST + 2 * FURTHER) for at in range(0, len(text), 8)], text))

    assert 1 <= asked(3) <= asked(60) < asked(240)


def test_realistic_reflections_without_anybody_are_left_alone_and_ask_little() -> None:
    rows = map(json.loads, (Path(__file__).parent / "phrases" / "sample_reflections.jsonl").open(encoding="utf-8"))
    texts = [row["text"] for row in rows]
    words = sum(len(text.split()) for text in texts)
    assert [found(text, "auto") for text in texts] == [[]] * len(texts)
    assert 60 * sum(len({part.casefold() for part in found(text)}) for text in texts) / words <= 1.0


_NAMES_IN_LINES = (
    "saw {} and her mom today, long talk on the porch",
    "{} cried when i got up to go",
    "hoy fui con {} y no quiso hablar",
    "le dije a {} que volvía el jueves",
    "the baby's name is {} and he is so little",
    "Then {} said that nobody had asked her before.",
)


def test_names_that_no_list_knows_are_still_caught_where_a_third_of_the_lists_is_gone() -> None:
    """What is learned from lists may be missing; the layer that asks makes up for it."""
    whole = detector().vocabulary
    chance = Random(5)
    names = sorted(whole.given)
    gone = {name for name in names if chance.random() < 0.35}
    thinner = replace(whole, given=whole.given - gone, surnames=whole.surnames - gone, met={})
    lessened = Detector(thinner, Tagger.load(thinner))
    caught = missed = 0
    for name in chance.sample(sorted(name for name in gone if name.isalpha() and len(name) > 3), 40):
        for turn, line in enumerate(_NAMES_IN_LINES):
            given_name = name.capitalize() if turn == len(_NAMES_IN_LINES) - 1 else name
            text = line.format(given_name)
            start = text.index(given_name)
            whole_name = any(span.start <= start and start + len(name) <= span.end for span in lessened.find(text))
            caught, missed = caught + whole_name, missed + (not whole_name)
    assert caught / (caught + missed) >= 0.95


_SCRAPS = [
    "maria",
    "Maria",
    "hope",
    "Hope",
    "said",
    "was",
    "at",
    "in",
    "out",
    "en",
    "de",
    "la",
    "los",
    "el",
    ",",
    ".",
    "14",
    "3",
    "10-02",
    "4B",
    "HC",
    "20.883",
    "412,886",
    "MCD77",
    "1093",
    "is",
    "tiene",
    "copper",
    "skillet",
    "springs",
    "miracle",
    "An",
    "My",
    "I.",
    "Peñaloza",
    "building",
    "street",
    "two",
    "oh",
    "five",
    "ele",
    "mom",
    "tía",
    "with",
    "y",
    "and",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_SCRAPS), max_size=30).map(" ".join))
def test_questions_are_apart_inside_and_the_same_again(text: str) -> None:
    spans = detector().find(text)
    assert all(0 <= one.start < one.end <= len(text) for one in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert detector().find(text) == spans
    certain: list[Span] = [span for span in spans if span.tier == "auto"]
    once = redact(text, certain)
    assert [span for span in detector().find(once) if span.tier == "auto"] == []


def test_the_everyday_words_are_ordinary_words() -> None:
    vocabulary = Vocabulary.load()
    assert vocabulary.core <= vocabulary.safe
    assert not vocabulary.core & vocabulary.given
