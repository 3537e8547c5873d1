"""What holds of every text, however odd: nothing crashes, nothing certain is left, nothing is hidden twice."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.deidentify import Known, Span, known_hash, redact
from bot.deidentify.detector import Detector
from bot.deidentify.placeholders import PLACEHOLDER

KEY = b"k" * 32
#: Of what real texts are made: names, words that are names, numbers, marks, small words, letters of other scripts.
_SCRAPS = (
    "maria Maria Hope hope will Will Nguyễn Thị Hạnh Siobhán O'Rourke T.J. J grace Grace dulce Dulce Ms. dr doña"
    " mom mamá aunt the a "
    "is was said cried with from in at @ and & y , . ! ? ( ) / - : ; ' ’s 's \" 3 19 months old years años tiene"
    " turned March feb may 4 "
    "2nd of 3/4/24 12 Olmo calle Street St. Ave Route 9 93304 555 010 0199 5550100177 plate 7KTR482 case number #"
    " EXP-77120 "
    "mari@example.org https://example.net/x @coach_lena <@U012AB3CD> Sunny Days Preschool preschool county Fresno"
    " two five oh one "
    "[NAME-1] [PLACE] [AGE: 1 year] [NAME- [ ] 王芳 мария عائشة \n \t \u200b e\u0301 n\u0303 \ud800 😀 ￼ _ _x x_y"
    " 00000000000"
)
scraps = st.lists(st.sampled_from(_SCRAPS.split(" ")), max_size=30)
texts = st.one_of(
    st.text(max_size=120),
    st.text(st.characters(exclude_categories=()), max_size=60),
    scraps.map(" ".join),
    scraps.map("".join),
)


@cache
def detector() -> Detector:
    return Detector.load()


def certain(text: str, known: tuple[Known, ...] = ()) -> list[Span]:
    return [span for span in detector().find(text, known) if span.tier == "auto"]


@settings(max_examples=150, deadline=None)
@given(texts)
@example("\ud800")
@example("Ǆ İ ß ﬁ \u0345")
def test_spans_are_sorted_disjoint_and_inside(text: str) -> None:
    at = 0
    for span in detector().find(text):
        assert at <= span.start < span.end <= len(text)
        at = span.end


@settings(max_examples=200, deadline=None)
@given(texts)
@example("to Tuesday. The director and Maria Hope, 3, at Sunny Days")
def test_nothing_certain_is_left_and_redacting_again_changes_nothing(text: str) -> None:
    once = redact(text, certain(text))
    assert certain(once) == []
    assert redact(once, certain(once)) == once


@settings(max_examples=100, deadline=None)
@given(texts)
@example("mom is ² and ½")
def test_a_placeholder_is_never_found(text: str) -> None:
    redacted = redact(text, detector().find(text))
    places = [found.span() for found in re.finditer(PLACEHOLDER, redacted, re.VERBOSE)]
    for span in detector().find(redacted):
        assert not any(start < span.end and span.start < end for start, end in places)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_what_is_hidden_is_gone_and_the_rest_stands(text: str) -> None:
    spans = certain(text)
    pieces, at = [], 0
    for span in spans:
        pieces.append(text[at : span.start])
        at = span.end
    kept = [*pieces, text[at:]]
    assert re.fullmatch(".*?".join(map(re.escape, kept)), redact(text, spans), re.DOTALL)


@settings(max_examples=100, deadline=None)
@given(scraps.map(" ".join))
def test_composed_and_decomposed_letters_are_hidden_alike(text: str) -> None:
    composed, apart = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert unicodedata.normalize("NFC", redact(apart, certain(apart))) == redact(composed, certain(composed))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["Amara", "amara", "AMARA", "Zuri", "Lan", "Mateo's", "Mateo"]), min_size=1, max_size=8)
)
def test_the_same_name_has_the_same_number(names: list[str]) -> None:
    text = " ".join(f"I met {name} today." for name in names)
    spans = [Span(found.start(1), found.end(1), "NAME", "auto") for found in re.finditer(r"met (\S+) today", text)]
    numbers = re.findall(r"NAME-(\d+)", redact(text, spans))
    keys = [name.casefold().removesuffix("'s") for name in names]
    assert len(numbers) == len(names)
    assert len(set(zip(keys, numbers, strict=True))) == len(set(keys)) == len(set(numbers))


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from(["hope", "Lakeside Team", "zq", "the blue door"]))
def test_what_a_person_never_wants_stored_is_hidden_in_every_text(text: str, entry: str) -> None:
    own = Known(KEY, frozenset({known_hash(KEY, entry)}), longest=3)
    text = f"{text}\n {entry.upper()} and {entry}'s day"
    assert entry.casefold() not in redact(text, certain(text, (own,))).casefold().split("\n")[-1]
