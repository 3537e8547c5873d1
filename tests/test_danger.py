"""Words that may stand for danger bring a card to their writer, and nothing else anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import AT, Pair, rows, who
from hypothesis import given
from hypothesis import strategies as st
from shells import Live, living
from talks import Talk, library
from test_engine import begun
from test_logs import written

from bot.cards import blocks
from bot.config import program
from bot.conversation import Program
from bot.doctor import RECHECK_DAYS, checks
from bot.events import Command, Say, Write
from bot.metrics import Counts
from bot.ports import Refusal
from prompts.phrases import HOME, Entry, Phrases, Sheet, read_phrases
from prompts.source import ScriptError
from storage import tables as t
from storage.keyring import from_file, new_key

FOLDER = Path(__file__).parent / "phrases"
LIST = read_phrases(HOME / "phrases.toml")
DANGER, PLAIN = "I hurt so much that I want to die", "I hope so much that it goes well"
PELIGRO = "ya no quiero vivir"
CARD = {locale: library().card(locale, "safety", {}) for locale in ("en", "es")}
NOTICED = {locale: library().word(locale, "safety-noticed") for locale in ("en", "es")}


def lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


# What is found and what is not ---------------------------------------------------------------------------------------


def test_professional_talk_brings_the_card_less_than_once_in_fifty() -> None:
    talk = lines("professional_talk.txt")
    assert len(talk) >= 120
    found = [line for line in talk if LIST.stands_in(line)]
    assert len(found) * 50 < len(talk), found


@pytest.mark.parametrize("line", lines("worrying_words.txt"))
def test_words_that_may_stand_for_danger_bring_the_card(line: str) -> None:
    assert LIST.found(line)


def test_no_sample_reflection_brings_the_card() -> None:
    samples = [json.loads(line) for line in lines("sample_reflections.jsonl")]
    assert len(samples) == 25
    assert [one["id"] for one in samples if LIST.stands_in(one["text"])] == []


@pytest.mark.parametrize(
    "line",
    [
        "Hearing and representing all voices", "hearing and representing ALL voices today was hard",
        "Hearing all voices (stance element 7)!", "suicide prevention training", "this schedule is killing me",
        "shaken confidence", "the toddler hit a peer", "gun-shy", "the knife for the play dough",
        "She disclosed her pregnancy", "the abuse-prevention curriculum", "the safe sleep poster", "",
    ],
)  # fmt: skip
def test_the_words_of_this_field_are_harmless(line: str) -> None:
    assert LIST.found(line) == ()


@given(st.sampled_from(lines("worrying_words.txt")))
def test_small_letters_accents_and_apostrophes_make_no_difference(line: str) -> None:
    bare = line.translate(str.maketrans("áéíóúüÁÉÍÓÚ", "aeiouuAEIOU", "'’"))
    assert LIST.found(line) == LIST.found(bare) == LIST.found(line.upper()) == LIST.found(line.replace("'", "’"))


@given(st.text(max_size=300))
def test_whatever_is_typed_it_is_compared_without_a_fault(text: str) -> None:
    assert LIST.stands_in(text) == bool(LIST.found(text))


# What the writer sees ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "words"), [("en", DANGER), ("es", PELIGRO)])
def test_the_card_comes_before_the_next_question_and_blocks_nothing(locale: str, words: str) -> None:
    talk = in_words(begun("quick-visit"))
    if locale == "es":
        talk.write("español")
    plain = Talk(conversation=talk.conversation)
    message, other = talk.write(words), plain.write("una palabra")
    assert message.preface == (*other.preface, NOTICED[locale], *CARD[locale])
    assert message.model_copy(update={"preface": other.preface}) == other
    card = list(blocks(message.preface))[-1]
    assert (card.title, card.lines) == (CARD[locale][0], CARD[locale][1:])


def in_words(talk: Talk) -> Talk:
    """At a question for words."""
    while talk.message.input != "text":
        talk.tap(talk.message.choices[0].id)
    return talk


def test_it_comes_once_a_session_worked_out_from_the_words_themselves() -> None:
    talk = in_words(begun("quick-visit"))
    assert NOTICED["en"] in talk.write(DANGER).preface
    talk.write("back")
    assert NOTICED["en"] not in talk.write(f"{DANGER}, again").preface
    talk.write("start over")
    talk.tap("yes-restart")
    assert NOTICED["en"] in in_words(talk).write(DANGER).preface


def test_a_draft_brings_nothing_before_it_is_sent() -> None:
    talk = in_words(begun("quick-visit"))
    talk.draft(DANGER)
    assert talk.reply.message is None
    assert NOTICED["en"] not in talk.look().preface


def test_words_before_consent_bring_the_card_though_they_are_not_taken() -> None:
    talk = Talk()
    talk.say("reflect")
    talk.tap("private")
    assert NOTICED["en"] in talk.write(DANGER).preface
    assert DANGER not in talk.conversation.model_dump_json()


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_card_is_there_at_any_moment_with_its_date(locale: str) -> None:
    checked = {"en": "November 2026", "es": "noviembre de 2026"}[locale]
    assert library().resources.checked == date(2026, 11, 1)
    talk = begun()
    if locale == "es":
        talk.write("español")
    for _ in range(4):
        card = " ".join(talk.write("safety" if locale == "en" else "seguridad").preface)
        assert checked in card
        assert all(number in card for number in ("911", "988", "1-800-422-4453", "1-800-799-7233", "1-833-852-6262"))
        talk.write("skip")


# What nobody else sees -----------------------------------------------------------------------------------------------


def test_the_chat_shows_the_same_whatever_is_typed_there() -> None:
    """Typed into the chat: the words wait in private, and so does the card."""
    told, after = [], []
    for words in (DANGER, PLAIN):
        talk = begun("quick-visit")
        talk.take(Say(at=AT, text=words))
        told.append((talk.message, talk.effects))
        after.append(talk.tap("private").preface)
    assert told[0] == told[1]
    assert NOTICED["en"] in after[0]
    assert NOTICED["en"] not in after[1]


@pytest.mark.parametrize("words", [DANGER, PLAIN])
def test_an_answer_given_in_the_chat_gets_no_card_there(words: str) -> None:
    talk = begun("quick-visit")
    talk.tap("here", surface="message")
    talk.take(Say(at=AT, text=words))
    talk.take(Write(at=AT, text=words, surface="message"))
    assert NOTICED["en"] not in talk.message.preface
    assert (NOTICED["en"] in talk.tap("private").preface) == (words == DANGER)


@pytest.fixture
def live(pair: Pair, tmp_path: Path) -> Iterator[Live]:
    path = tmp_path / "afterword.key"
    path.touch(mode=0o600)
    path.write_text(new_key() + "\n")
    with ExitStack() as stack:
        yield stack.enter_context(living(pair, from_file(path)))


def test_what_is_stored_of_two_runs_differs_in_the_words_alone(live: Live) -> None:
    """Ada writes words of the list, Ben others of the same length, and both go on to the end."""
    ada, ben = who("ada"), who("ben")
    kept, sent, logged = {}, {}, {}
    for person, words in ((ada, DANGER), (ben, PLAIN + "." * (len(DANGER) - len(PLAIN)))):
        with written() as log:
            live.begin(person)
            message = live.write(person, words)
            assert (NOTICED["en"] in message.preface) == (words == DANGER)
            open_ = state(live, person, words)
            while live.tap(person, "skip").step != "end":
                pass
            live.tap(person, "done")
        kept[person] = (
            open_,
            state(live, person, words),
            [one.answers[0][0] for one in live.store.reflections(person)],
        )
        sent[person] = [one.message for one in live.post.sent if one.who == person]
        logged[person] = [line for line in log.getvalue().splitlines() if '"logger": "afterword"' in line]
    assert kept[ada] == kept[ben]
    assert sent[ada] == sent[ben]
    assert logged[ada] == logged[ben] == []
    clear = [shapes(live, person) for person in (ada, ben)]
    assert clear[0] == clear[1]


def state(live: Live, person: Any, words: str) -> str:
    """All that is stored of somebody, decrypted; ids and their own words made alike."""
    with live.store.transaction() as tx:
        loaded = tx.load(person, AT, page=True)
    text = repr((loaded.conversation, loaded.facts)).replace(words, "…")
    ids = dict.fromkeys(re.findall(r"UUID\('[0-9a-f-]{36}'\)", text))
    for number, one in enumerate(ids):
        text = text.replace(one, f"id {number}")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", text).replace(person.user, "who")


def shapes(live: Live, person: Any) -> list[tuple[str, list[str]]]:
    """How many rows of each table are theirs, and how long their sealed values are."""
    with live.store.transaction() as tx:
        theirs = {tx.load(person, AT).conversation.id}
    assert theirs <= {row["participant_id"] for row in rows(live.store, t.conversations)}
    found = []
    for table in t.metadata.sorted_tables:
        name = "participant_id" if "participant_id" in table.c else "id" if table is t.participants else ""
        mine = [row for row in rows(live.store, table) if name and row[name] in theirs]
        found.append((table.name, sorted(repr([*map(size, row.values())]) for row in mine)))
    return found


def size(value: object) -> object:
    return len(value) if isinstance(value, bytes) else type(value).__name__


def test_no_number_moves_otherwise(live: Live) -> None:
    from bot.metrics import CountedShell

    told = []
    for person, words in ((who("ada"), DANGER), (who("ben"), PLAIN)):
        counts = Counts()
        live.shell.__class__ = CountedShell
        live.shell.counts = counts  # type: ignore[attr-defined]
        live.begin(person)
        live.write(person, words)
        counts._since -= 10_000
        told.append([line for line in counts.text().decode().splitlines() if "_total" in line])
    assert told[0] == told[1]


# The list itself -----------------------------------------------------------------------------------------------------


def entry(**fields: Any) -> Entry:
    return Entry.model_validate({"category": "violence", "any": ["the wolf [really] came .. night|nights"], **fields})


def test_a_program_adds_phrases_of_its_own(tmp_path: Path) -> None:
    config = tmp_path / "afterword.toml"
    config.write_text('[[phrases]]\ncategory = "violence"\nany = ["{child} met the wolf"]\nunless = ["story"]\n')
    own = program(str(config))
    talk = in_words(begun("quick-visit"))
    talk.facts = talk.facts.model_copy(update={"program": own})
    assert NOTICED["en"] in talk.write("Then the baby met the wolf").preface
    config.write_text('[[phrases]]\ncategory = "violence"\nany = ["{chlid} met the wolf"]\n')
    with pytest.raises(Refusal, match=r"no list \{chlid\}"):
        program(str(config))
    config.write_text('[[phrases]]\ncategory = "wolves"\nany = ["wolf"]\n')
    with pytest.raises(Refusal, match=r"phrases.0.category"):
        program(str(config))
    assert Program().phrases == ()


def test_a_phrase_says_what_the_head_of_the_file_says() -> None:
    phrases = Phrases(Sheet(phrases=(entry(unless=("fairy tale*",)),), spelled={"teh": "the"}))
    for text in ("The wolf came at night", "so teh WOLF really came, on cold nights.", "the wolf came night"):
        assert phrases.found(text) == ("violence",)
    for text in (
        "The wolf. Came at night", "the wolf came a b c d night", "the wolf slept at night",
        "In the fairy tales the wolf came at night", "bathe wolf came night",
    ):  # fmt: skip
        assert phrases.found(text) == ()


@pytest.mark.parametrize(
    "phrase", ["pegó", "Wolf", "..", "wolf ..", ".. wolf", "[wolf] came", "wo* came", "a  |b", "{Wolf"]
)
def test_a_phrase_that_cannot_be_compared_is_refused_with_what_to_do(phrase: str, tmp_path: Path) -> None:
    file = tmp_path / "phrases.toml"
    file.write_text(f'[[phrases]]\ncategory = "violence"\nany = ["wolf"]\n\n[[phrases]]\ncategory = "violence"\n'
                    f'any = ["{phrase}"]\n')  # fmt: skip
    with pytest.raises(ScriptError) as refused:
        read_phrases(file)
    (fault,) = refused.value.faults
    assert (fault.rule, fault.line) == ("schema", 5)


def test_the_doctor_says_when_the_help_lines_are_to_be_checked_again() -> None:
    from bot.config import settings

    for days, fine in ((RECHECK_DAYS, True), (RECHECK_DAYS + 1, False)):
        today = date.fromordinal(library().resources.checked.toordinal() + days)
        found = dict(checks(lambda: settings({"AFTERWORD_CONFIG": "/nowhere"}), lambda given: None, today))
        assert found["help lines"].fine == fine
        assert fine or "check the help lines again" in found["help lines"].words


def test_a_command_is_no_phrase() -> None:
    talk = begun()
    talk.take(Command(at=AT, name="safety"))
    assert NOTICED["en"] not in talk.message.preface
