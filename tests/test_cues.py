"""What words suggest, and what they never do: nothing negated, nobody else's feeling, nothing that only a tap says."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from cue_scoring import ALL, FOLDER, Score, lines, score
from hypothesis import example, given
from hypothesis import strategies as st

from bot.typed import plain
from prompts.codebook import Codebook, Theme, read_codebook
from prompts.cues import FROM_TAPS, hits, suggest, unreadable
from prompts.library import HOME
from prompts.small_words import I_DO, MY, TO_ME
from prompts.source import ScriptError

BOOK = read_codebook(HOME / "codebook.toml")
OWN = {theme.code for theme in BOOK.themes if theme.own}


def suggested(text: str) -> tuple[str, ...]:
    return suggest(BOOK, text)


WITH_CUES = [theme for theme in BOOK.themes if theme.code not in FROM_TAPS]
OF_EACH = pytest.mark.parametrize("theme", WITH_CUES, ids=[theme.code for theme in WITH_CUES])


def cues(theme: Theme) -> tuple[str, ...]:
    return (*theme.cues.en, *theme.cues.es)


CUES = [(theme, cue) for theme in WITH_CUES for cue in cues(theme)]


def said(cue: str, which: int = 0) -> str:
    """Words as somebody would say the cue: one of several, and nothing that may be missing."""
    bare = re.sub(r"\[[^]]*\]", "", cue.removesuffix("?")).replace("..", " ").replace("*", "")
    return " ".join(part.split("|")[which] for part in bare.split()).replace("-", " ")


# --- what a cue is


@OF_EACH
def test_a_cue_is_found_in_the_words_that_it_is_written_for(theme: Theme) -> None:
    for cue, which in product(cues(theme), (0, -1)):
        text = f"{'I ' if theme.own else ''}{said(cue, which)}"
        assert cue in {hit.cue for hit in hits(BOOK, text) if hit.code == theme.code}, text
        if not cue.endswith("?"):
            assert theme.code in suggested(text)
            assert theme.code in suggested(text.upper())


@OF_EACH
def test_what_is_negated_or_supposed_is_not_suggested(theme: Theme) -> None:
    """Only a cue that has the negation in itself ("not walking") is one."""
    for cue, before in product(cues(theme), ("not", "never", "if", "without", "nunca", "tampoco", "quizás", "si")):
        for text, place in ((f"{before} {said(cue)}", 0), (f"I, {before}, {said(cue)}", 2)):
            own = any(hit.start <= place for hit in hits(BOOK, text) if hit.code == theme.code)
            assert own or theme.code not in suggested(text), text


@pytest.mark.parametrize("code", sorted(FROM_TAPS))
def test_what_the_work_was_about_comes_from_taps_alone(code: str) -> None:
    theme = BOOK.theme(code)
    assert theme.cues.en == theme.cues.es == ()
    forced = theme.model_copy(update={"cues": BOOK.theme("P1").cues})
    assert suggest(Codebook(families=BOOK.families, themes=(forced,)), "a milestone, his temperament, un hito") == ()


def test_every_other_theme_has_cues_in_both_languages() -> None:
    missing = {theme.code for theme in BOOK.themes if not (theme.cues.en and theme.cues.es)}
    assert missing == FROM_TAPS


@pytest.mark.parametrize("word", ["hope", "he", "she", "mother", "teacher", "waited", "culture", "esperanza", "madre"])
def test_a_common_word_alone_suggests_nothing(word: str) -> None:
    assert suggested(f"The {word} was there.") == suggested(word) == ()


def test_a_weak_cue_takes_a_different_one() -> None:
    assert suggested("The noise.") == suggested("The noise, the noise, the noise.") == ()
    assert suggested("The noise in the classroom.") == ("V5",)
    assert suggested("Language, language and language.") == ()
    assert suggested("My supervisor. Your supervisor. A supervisor.") == ()  # a word of both lists is one cue


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("She is pregnant.", "SHE IS PREGNANT"), ("Me di cuenta de algo.", "me dí cuenta de algo"),
        ("Tengo vergüenza.", "tengo verguenza"), ("It was back-to-back.", "It was back to back."),
        ("I can't stop thinking.", "I cannot stop thinking"), ("I’m worried.", "im worried"),
        ("en su lugar", "EN SU LUGAR"), ("He soothed him.", "he SOOTHED him"),
    ],
)  # fmt: skip
def test_capitals_accents_and_apostrophes_make_no_difference(one: str, other: str) -> None:
    assert suggested(one) == suggested(other) != ()


def test_a_cue_is_a_whole_word() -> None:
    assert suggested("a number of numbers, unprepared") == suggested("I number them") == ()


# --- whose feeling it is


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("I was furious.", ("A3",)),
        ("The mother was furious.", ()),
        ("The mother was furious and I drove home.", ()),
        ("The mother, furious, left.", ()),
        ("I left, furious.", ("A3",)),
        ("She was angry at me.", ()),
        ("A deep sadness came over me.", ("A2",)),
        ("My supervisor was anxious.", ()),
        ("My own anger surprised him.", ("A3",)),
        ("I saw how scared she was.", ()),
        ("I felt the heat of her anger.", ()),
        ("I told the mother that I was worried.", ("A1",)),
        ("“I am so worried,” she told us.", ()),
        ("Me dio tristeza.", ("A2",)),
        ("La mamá estaba triste.", ()),
        ("Me contó que tiene miedo.", ()),
        ("Salí con rabia.", ("A3",)),
        ("Mi supervisora estaba enojada.", ()),
        ("The baby was exhausted.", ()),
        ("I am exhausted.", ("W2",)),
    ],
)
def test_a_feeling_is_the_writer_s_or_nobody_s(text: str, codes: tuple[str, ...]) -> None:
    assert tuple(code for code in suggested(text) if code in OWN) == codes


def test_every_feeling_needs_a_first_person() -> None:
    assert {theme.code for theme in BOOK.themes if theme.code[0] == "A"} <= OWN


@OF_EACH
def test_without_a_first_person_no_feeling_is_suggested(theme: Theme) -> None:
    """Spanish says it in the verb."""
    for cue in cues(theme) if theme.own else ():
        if not set(plain(said(cue)).split()) & (I_DO | TO_ME | MY):
            assert theme.code not in suggested(f"The grandmother {said(cue)}")


@pytest.mark.parametrize(
    "text",
    [
        "I am not worried.", "I am no longer angry.", "Ya no tengo miedo.", "I would be worried.", "No estoy triste.",
        "If I was afraid", "Never was I ashamed", "Sin miedo me fui", "We had no milestones to mark.",
    ],
)  # fmt: skip
def test_three_words_before_a_cue_can_block_it(text: str) -> None:
    assert suggested(text) == ()


# --- whatever is typed


@given(st.text(max_size=300))
@example("\u0130" * 50 + "'s ’t")
@example('"' * 99 + "«" * 99 + "," * 99)
def test_any_text_is_read_without_a_fault(text: str) -> None:
    codes = suggested(text)
    assert set(codes) <= BOOK.codes - FROM_TAPS
    assert list(codes) == [theme.code for theme in BOOK.themes if theme.code in codes]
    assert codes == suggested(text)


WORDS = sorted({word for _, cue in CUES for word in said(cue, -1).split()} | {"i", "me", "not", ",", ".", "she"})


@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from([" ", "\n", ", ", " - ", ". "]))
def test_suggestions_are_those_of_hits_and_no_others(words: list[str], between: str) -> None:
    text = between.join(words)
    assert set(suggested(text)) <= {hit.code for hit in hits(BOOK, text)} <= BOOK.codes - FROM_TAPS


@given(st.sampled_from(CUES), st.lists(st.sampled_from(["very", "so", "her", "the"]), max_size=2))
def test_a_cue_within_three_words_of_a_negation_is_no_hit(pair: tuple[Theme, str], between: list[str]) -> None:
    text = " ".join(["I", "not", *between, said(pair[1])])
    assert not any(hit.start <= 2 + len(between) for hit in hits(BOOK, text) if hit.cue == pair[1])


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    for words in ("sad ", "slow waited ", "i was so worried, ", "not ", '"', ", "):
        assert isinstance(suggested(words * (60_000 // len(words))), tuple)


# --- as it is written


@pytest.mark.parametrize(
    "cue", ["", "?", "..", ".. time", "time ..", "[a]", "[a] time", "ti*", "ab* c", "a||b c", "a ( b"]
)
def test_a_cue_that_cannot_be_compared_is_refused_with_what_to_do(cue: str) -> None:
    assert unreadable(cue)


def test_a_cue_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "codebook.toml"
    head = '[families]\nP = "P"\n\n[[themes]]\ncode = "P1"\nlabel = "L"\ndefinition = "D"\nquestion = "Q?"\n'
    file.write_text(head + 'cues.en = ["one two", "one two"]\n', encoding="utf-8")
    with pytest.raises(ScriptError, match="stands here twice"):
        read_codebook(file)


# --- how good it is: figures of `benchmarks/cues.py`, with some room below them

#: By family: at least this precision and this recall on the 25 sample reflections.
FLOORS = {
    "P": (0.7, 0.4), "S": (0.8, 0.55), "V": (0.8, 0.55), "A": (0.65, 0.3), "L": (0.7, 0.4), "W": (0.6, 0.25),
    "N": (0.7, 0.5), "G": (0.6, 0.5), ALL: (0.8, 0.5),
}  # fmt: skip


def measured(name: str) -> dict[str, Score]:
    return score(suggested, lines(FOLDER / f"{name}.jsonl"))


@pytest.mark.parametrize("family", FLOORS)
def test_the_samples_are_suggested_what_their_coder_gave_them(family: str) -> None:
    found = measured("sample_reflections")[family]
    precision, recall = FLOORS[family]
    assert found.precision >= precision
    assert found.recall >= recall


def test_lines_that_nothing_was_tuned_on_are_suggested_about_as_well() -> None:
    found = measured("own")[ALL]
    assert found.precision >= 0.75
    assert found.recall >= 0.45


def test_a_line_with_nothing_in_it_is_suggested_nothing() -> None:
    assert [line.id for line in lines(FOLDER / "own.jsonl") if not line.codes and suggested(line.text)] == []


def test_every_theme_of_the_material_is_in_the_codebook() -> None:
    for name in ("sample_reflections", "own"):
        assert all(line.codes <= BOOK.codes for line in lines(FOLDER / f"{name}.jsonl"))
    assert len(list(lines(FOLDER / "sample_reflections.jsonl"))) == 25
