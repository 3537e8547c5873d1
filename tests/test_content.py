"""What the bot says: complete in both languages, short, and never more than it may promise."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

import pytest

from prompts.library import Library, Sources, build, read_sources
from prompts.resolve import expected_lines
from prompts.route import follow
from prompts.script import (
    FACTS,
    Card,
    ChoiceStep,
    EndStep,
    FreeStep,
    MultiStep,
    Question,
    ScaleStep,
    Script,
    Step,
    Value,
    card_lines,
    is_question,
    step_lines,
)
from prompts.source import ScriptHead

SPANISH = "es"
#: Characters of a choice: two lines of a phone.
LONGEST_LABEL = 60
#: Stands for what a person wanted to hold on to or try the last time.
SMALL_THING = "{small-thing}"
RETURNING = {"@origin": ("person",), "@use": ("again",)}
REMEMBERED = {"setting": "home-visit", "ctype": "child-family"}
#: Taps on a phone: a box is tapped into and sent, several choices need Next as well.
TAPS = {FreeStep: 2, ChoiceStep: 1, MultiStep: 2, ScaleStep: 1}


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources()


@pytest.fixture(scope="module")
def library(sources: Sources) -> Library:
    return build(sources)


def owed(sources: Sources) -> Iterator[tuple[tuple[str, str], str]]:
    """Everything that needs a translation, as ((catalogue, context), English)."""
    for script in sources.scripts.values():
        yield from expected_lines(script, sources.blocks, sources.cards)
    for name, card in sources.cards.items():
        yield from ((("cards", f"{name}.{line}"), text) for line, text in card_lines(card))
    for name, text in sources.app.items():
        yield ("app", f"app.{name}"), text
    for name, resource in sources.resources.resources.items():
        yield ("app", f"resources.{name}"), resource.text
    for letter, label in sources.codebook.families.items():
        yield ("app", f"codebook.{letter}"), label
    for theme in sources.codebook.themes:
        yield ("app", f"codebook.{theme.code}"), theme.label
        yield ("app", f"codebook.{theme.code}.question"), theme.question


def everything(sources: Sources) -> Iterator[tuple[str, str]]:
    """Every text in every language, with where it stands."""
    for (catalogue, context), english in owed(sources):
        yield f"en {catalogue} {context}", english
    for (catalogue, context), (_, text) in sources.languages[SPANISH].items():
        yield f"es {catalogue} {context}", text


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{[^}]*\}", text))


def words(text: str) -> int:
    return len(text.split())


def steps(library: Library) -> Iterator[tuple[Script, Step]]:
    for script in library.scripts.values():
        yield from ((script, step) for step in script.steps)


# Both languages


def test_every_line_is_there_in_spanish_from_the_english_that_is_said_now(sources: Sources) -> None:
    spanish = sources.languages[SPANISH]
    missing = [where for where, english in owed(sources) if spanish.get(where, ("", ""))[0] != english]
    assert missing == []


def test_no_translation_is_left_over(sources: Sources) -> None:
    assert set(sources.languages[SPANISH]) - {where for where, _ in owed(sources)} == set()


def test_a_translation_has_the_same_values_to_fill_in(sources: Sources) -> None:
    spanish = sources.languages[SPANISH]
    other = [where for where, english in owed(sources) if placeholders(spanish[where][1]) != placeholders(english)]
    assert other == []


def test_spanish_needs_no_slash_for_gender(sources: Sources) -> None:
    texts = [text for where, text in everything(sources) if where.startswith("es")]
    assert [text for text in texts if re.search(r"\w/(?:a|o|as|os)\b|@|\(a\)|\(o\)", text)] == []


def test_a_spanish_line_is_not_the_english_one(sources: Sources) -> None:
    same = {where[1] for where, (english, text) in sources.languages[SPANISH].items() if english == text}
    assert same == {
        "app.name-of-app", "app.no", "app.home-title", "app.language-en", "app.language-es", "app.script-minutes",
        "app.preview-error", "app.report-line", "resources.emergency",
        "gate.gate.no.label", "perinatal.screening.no.label",
    }  # fmt: skip


# How it speaks


@pytest.mark.parametrize("locale", ["en", SPANISH])
def test_a_question_is_one_question_under_25_words(library: Library, locale: str) -> None:
    for script, step in steps(library):
        if is_question(step):
            text = script.say(locale, f"{step.id}.text")
            assert words(text) < 25, (script.slug, step.id)
            assert text.count("?") == 1, (script.slug, step.id)


@pytest.mark.parametrize("locale", ["en", SPANISH])
def test_replies_and_labels_are_short(library: Library, locale: str) -> None:
    for script, step in steps(library):
        for choice in getattr(step, "choices", ()):
            assert words(script.say(locale, f"{step.id}.{choice.id}.reply")) <= 12, (script.slug, step.id, choice.id)
            label = script.say(locale, f"{step.id}.{choice.id}.label")
            assert len(label) <= LONGEST_LABEL, (script.slug, step.id, label)


@pytest.mark.parametrize("locale", ["en", SPANISH])
def test_consent_fits_one_screen(library: Library, locale: str) -> None:
    assert words(library.word(locale, "consent")) <= 90


def test_the_whole_notice_stands_in_numbered_paragraphs(library: Library) -> None:
    found = [name for name in library.app if name.startswith("consent-full-")]
    assert found == [f"consent-full-{number}" for number in range(1, 12)]
    for locale, name in itertools.product(library.locales, found):
        assert "{" not in library.fill(locale, library.word(locale, name), {})


def test_nothing_is_called_anonymous(sources: Sources) -> None:
    assert [where for where, text in everything(sources) if re.search(r"anonym|anónim", text, re.IGNORECASE)] == []


def test_nobody_is_praised_or_told_what_to_do(sources: Sources) -> None:
    praise = r"great|good job|well done|wonderful|excellent|you should|must be|muy bien|excelente|debería"
    assert [where for where, text in everything(sources) if re.search(rf"\b(?:{praise})\b", text, re.IGNORECASE)] == []


def test_no_question_asks_why(library: Library) -> None:
    for script, step in steps(library):
        if is_question(step):
            assert not re.search(r"\bwhy\b", script.say("en", f"{step.id}.text"), re.IGNORECASE)
            assert not re.search(r"\bpor qué\b", script.say(SPANISH, f"{step.id}.text"), re.IGNORECASE)


# Safety


@pytest.mark.parametrize("locale", ["en", SPANISH])
def test_the_safety_card_says_whom_to_call_and_that_telling_the_bot_is_no_report(library: Library, locale: str) -> None:
    lines = library.card(locale, "safety", {})
    places = [next(i for i, line in enumerate(lines) if number in line) for number in ("911", "1-800-422-4453", "988")]
    assert places == sorted(places)
    no_report = {"en": "Telling this bot, or a colleague, is not a report", "es": "no es hacer un reporte"}
    assert any(no_report[locale] in line for line in lines)
    assert library.cards["safety"].sensitive


def test_every_card_is_filled_from_the_resources(library: Library) -> None:
    for locale, name in itertools.product(library.locales, library.cards):
        assert "{" not in "".join(library.card(locale, name, {}))


def test_a_program_sets_its_own_lines(library: Library) -> None:
    own = {"child-protection": "1-800-555-0100", "emergency": "112"}
    for locale in library.locales:
        text = " ".join(library.card(locale, "safety", own))
        assert "1-800-555-0100" in text
        assert "112" in text
        assert "911" not in text


def test_a_script_names_lines_that_exist_and_what_was_to_be_tried_only_where_something_was(library: Library) -> None:
    named = {f"{{{name}}}" for name in library.resources.resources}
    for script, step in steps(library):
        names = {name for _, text in step_lines(step) for name in placeholders(text)}
        assert names <= named | {SMALL_THING}, (script.slug, step.id)
        assert SMALL_THING not in names or step.when["@back"] == ("yes",), (script.slug, step.id)
        assert step.id != "notice" or names == {"{emergency}", "{child-protection}"}


def test_a_script_in_which_a_case_comes_up_asks_about_safety_and_no_other_does(
    sources: Sources, library: Library
) -> None:
    for slug, script in library.scripts.items():
        head = sources.scripts[slug].head
        assert isinstance(head, ScriptHead)
        gates = [step.id for step in script.steps if "safety" in cards_of(step)]
        assert gates == ([] if head.gate == "anytime" else ["gate"]), slug


def test_the_safety_question_leads_on_the_same_way_and_is_not_kept(library: Library) -> None:
    for script in with_gate(library):
        gate = script.step("gate")
        assert isinstance(gate, ChoiceStep)
        assert not gate.keep
        assert gate.sensitive
        assert {choice.next for choice in gate.choices} == {None}
        assert {choice.id: choice.card for choice in gate.choices} == {
            "no": None,
            "yes": "safety",
            "not-sure": "safety",
        }
        assert not any("gate" in step.when for step in script.steps)


# The scripts


@pytest.mark.parametrize("back", FACTS["@back"])
def test_quick_visit_is_short_for_a_returning_person(library: Library, back: str) -> None:
    script = library.scripts["quick-visit"]
    for way in ways(script, {**RETURNING, "@back": (back,)}, REMEMBERED):
        screens, taps = len(way) + 1, sum(TAPS[type(step)] for step in way) + 1
        assert screens <= 8
        assert taps <= 17
        looked_back = ["look-back"] if back == "yes" else []
        assert [step.id for step in way] == [*looked_back, "moment", "feel", "baby", "pull", "now", "gate"]


def test_setting_and_kind_are_asked_the_first_time_only(library: Library) -> None:
    script = library.scripts["quick-visit"]
    first = {"@origin": ("person",), "@use": ("first",)}
    for way in ways(script, first, {}):
        assert [step.id for step in way][-2:] == ["setting", "ctype"]


@pytest.mark.parametrize("use", FACTS["@use"])
def test_the_long_notice_comes_once(library: Library, use: str) -> None:
    for script in library.scripts.values():
        infos = follow(script, {}, {"@origin": ("person",), "@use": (use,)}).infos
        notices = [info.id for info in infos if info.id.startswith("notice")]
        assert notices == [infos[0].id] == ["notice" if use == "first" else "notice-short"], script.slug


def test_only_a_check_in_asks_whether_somebody_is_driving(library: Library) -> None:
    for script in library.scripts.values():
        asked = {
            origin: follow(script, {}, {**RETURNING, "@origin": (origin,)}).current.id for origin in FACTS["@origin"]
        }
        assert asked["check-in"] == "parked"
        assert asked["person"] != "parked"
        for choice in ("half-hour", "day-end", "tomorrow", "not-today"):
            end = follow(script, {"parked": (choice,)}, {**RETURNING, "@origin": ("check-in",)}).current
            assert isinstance(end, EndStep)
            assert end.quiet


def test_only_a_storm_is_asked_about_and_the_heaviest_load_shows_a_card(library: Library) -> None:
    script = library.scripts["between-sites"]
    for weather in ("sunny", "mixed", "heavy"):
        assert follow(script, {"weather": (weather,)}, RETURNING).current.id == "word"
    stormy: dict[str, tuple[Value, ...]] = {"weather": ("stormy",), "gate": ()}
    for load, cards in ((4, []), (5, ["heavy-load"])):
        route = follow(script, {**stormy, "load": (load,)}, RETURNING)
        assert route.current.id == "word"
        assert [info.card for info in route.infos] == cards


def test_no_script_leads_to_one_that_does_not_exist(library: Library) -> None:
    choices = (choice for _, step in steps(library) for choice in getattr(step, "choices", ()))
    opened = {getattr(choice, "open", None) for choice in choices} - {None}
    assert opened
    assert opened <= set(library.scripts)


def test_every_theme_of_a_tap_is_in_the_codebook(library: Library) -> None:
    codes = {code for _, step in steps(library) for choice in getattr(step, "choices", ()) for code in choice.codes}
    assert codes <= library.codebook.codes
    assert {theme.code for theme in library.codebook.themes if theme.sensitive} == {"P8", "W2"}


def test_feelings_safety_load_and_scope_are_for_a_private_surface(library: Library) -> None:
    sensitive = {step.id for _, step in steps(library) if step.sensitive}
    assert {"feel", "gate", "load", "weather", "heaviest", "pull"} <= sensitive
    assert {name for name, card in library.cards.items() if card.sensitive} == {
        "safety", "heavy-load", "boundary", "bereavement", "contact", "discrimination", "which-hat",
    }  # fmt: skip


def cards_of(step: Step) -> set[str]:
    """The cards that a step or an answer to it shows."""
    shown = (getattr(one, "card", None) for one in (step, *getattr(step, "choices", ())))
    return {card for card in shown if card}


def with_gate(library: Library) -> list[Script]:
    return [script for script in library.scripts.values() if any(step.id == "gate" for step in script.steps)]


def test_a_card_is_a_few_lines(library: Library) -> None:
    def is_short(card: Card) -> bool:
        return 2 <= len(card.lines) <= 4

    assert [name for name, card in library.cards.items() if not is_short(card)] == ["safety"]


def ways(
    script: Script, facts: Mapping[str, tuple[Value, ...]], remembered: Mapping[str, str]
) -> Iterator[tuple[Question, ...]]:
    """The questions asked on every way through a script: each choice taken, everything else answered and skipped."""
    waiting: list[dict[str, tuple[Value, ...]]] = [{}]
    while waiting:
        answers = waiting.pop()
        route = follow(script, answers, facts, remembered)
        if isinstance(route.current, EndStep):
            yield route.asked
            continue
        waiting += [{**answers, route.current.id: answer} for answer in possible(route.current)]


def possible(step: Question) -> Iterator[tuple[Value, ...]]:
    yield ()
    if isinstance(step, ChoiceStep):
        yield from ((choice.id,) for choice in step.choices)
    elif isinstance(step, MultiStep):
        yield tuple(choice.id for choice in step.choices)
    elif isinstance(step, ScaleStep):
        yield from ((number,) for number in range(1, 6))
