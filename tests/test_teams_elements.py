"""Parts of cards: words made safe for Teams, buttons for a thumb; and Teams' limits, with what is told of a card that
breaks one. Whatever can be built can be drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest
from fake_teams_rules import LARGEST_BYTES, card_faults, utf16_bytes
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from talks import Talk
from teams_drawn import (
    DIALOG,
    LOCALES,
    STAMP,
    VIEW,
    Json,
    asking,
    each_language,
    everything,
    formatted,
    inputs,
    kept,
    plain,
    shown,
    sound,
    texts,
)

from adapters.teams import elements, ids, limits
from adapters.teams.faults import faults
from adapters.teams.pen import Place
from adapters.teams.proof import PEOPLE
from bot.cards import NUMBER
from bot.conversation import Exchange, FieldKind, Form, FormField, Message, Option, Page, Reply, Section

#: A machine may be busy with other things.
unhurried = settings(deadline=None)


# Words


#: Everything that Teams makes something of, between letters of every kind.
SIGNS = st.text(st.sampled_from("ab1 \t*_~`<>&:|#-+•.)({}“é你👶\u200b\u0301\u202e\u05d0\\"), max_size=40)
TRICKS = st.sampled_from([
    "{{DATE(2026-11-02T16:40:00Z,SHORT)}}", "{{TIME(2026-11-02T16:40:00Z)}}", "${name}", "<at>Ada Lopez</at>",
    "&lt;b&gt;", "&nbsp;", "[here](https://a.example)", "https://a.example/?a=1&b=2", "ada@a.example", "**b**", "_i_",
    "- one", "1. one", "# big", "> said", "![p](https://a.example/p.png)", "|a|b|", "---", "<b>b</b>", "911",
    "\u202eright to left\u202c", "שלום", "👩\u200d👩\u200d👧", "👍🏽", "e\u0301", "\u2028",
])  # fmt: skip
SAID = st.lists(SIGNS | TRICKS | st.just("\n") | st.just("\n\n"), min_size=1, max_size=8).map(" ".join)
WRITTEN = SAID.filter(lambda text: bool(text.strip()))
JOINER = "\u2060"


def by_line(text: str) -> list[str]:
    """As it can be told apart on a card: its lines, without those that hold nothing."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def in_a_talk(own: str) -> Json:
    exchanges = (Exchange(asked="One?", answered=own), Exchange(asked="Two?", answered=own))
    return DIALOG.private(asking("Three?", talk=exchanges, draft=own), "dialog")


def among_what_is_kept(own: str) -> Json:
    section = Section(title="A day", exchanges=(Exchange(asked="One?", answered=own),), forms=kept(1).forms)
    return shown(Page(name="data", title="My data", sections=(section,)))


@pytest.mark.parametrize(("drawn", "times"), [(in_a_talk, 2), (among_what_is_kept, 1)])
@settings(deadline=None, max_examples=80)
@given(own=WRITTEN)
def test_what_a_person_wrote_comes_out_as_it_was_written_and_is_formatted_nowhere(
    drawn: Callable[[str], Json], times: int, own: str
) -> None:
    card = drawn(own)
    assert faults(card) == ()
    assert [line.replace(JOINER, "") for line in plain(card)] == by_line(own) * times
    assert formatted(card) == formatted(drawn("x")), "no word of theirs is in what Teams formats"
    assert not any("{{" in line for line in plain(card)), "nothing is filled in"
    assert all(entry["value"] == own for name, entry in inputs(card).items() if name == ids.WRITE)


@unhurried
@given(st.text(st.sampled_from("{}aDATE()")))
def test_nothing_in_a_run_is_filled_in(text: str) -> None:
    held = elements.run(text)["text"]
    assert "{{" not in held
    assert held.replace(JOINER, "") == text


@unhurried
@given(WRITTEN)
def test_what_was_written_into_a_form_comes_back_as_it_was(own: str) -> None:
    field = FormField(id="lines", label="Whom?", kind="lines", value=(own,))
    form = Form(id="team", title="Team", fields=(field,), submit="Save")
    card = shown(Page(name="setup", title="Set up", sections=(Section(forms=(form,)),)))
    assert inputs(card)["field/team/lines"]["value"] == own
    assert texts(card) == ["Set up", "Team"]


@unhurried
@given(SAID)
def test_no_line_of_ours_is_shown_otherwise_than_it_was_written(text: str) -> None:
    shown = {"body": [*elements.spoken([text]), *elements.subtle(text), *elements.heading(text), elements.led(text)]}
    linked = re.compile(r"\[([\d-]+)\]\(tel:\1\)")
    for line in formatted(shown):
        bare = linked.sub(r"\1", line)
        assert not elements.formats(bare)
        assert not set("*_~`[]<>#&|\\") & set(bare)
        assert "{{" not in bare
        for row in bare.split("\n"):
            assert not re.match(r"\s*([-+•]|\d+[.)])\s", row), "a list"
    for line in plain(shown):
        assert "{{" not in line


@pytest.mark.parametrize(
    "text", ["Call 911", "a. b", "2026-11-02", "A (small) thing!", "“So”, she said; no", "½ · 1 = light"]
)
def test_what_teams_would_not_touch_is_a_plain_block(text: str) -> None:
    assert elements.line(text) == {"type": "TextBlock", "text": text, "wrap": True}


def test_telephone_numbers_can_be_tapped_and_nothing_else_can() -> None:
    assert formatted({"body": elements.spoken(["Call 911 or 1-800-422-4453 now."])}) == [
        "Call [911](tel:911) or [1-800-422-4453](tel:1-800-422-4453) now."
    ]
    for other in ("A 9112-page file, 88788 and 12-911.", "https://a.example/ada@a.example"):
        assert elements.spoken([other]) == [elements.line(other)]


@each_language
def test_every_number_to_call_on_a_card_of_ours_is_a_link(locale: str) -> None:
    seen = 0
    for one in everything(locale):
        for text in formatted(one.card):
            bare = re.sub(r"\[([\d-]+)\]\(tel:\1\)", "", text)
            assert not NUMBER.search(bare) or "tel:" not in text
            seen += "](tel:" in text
    begun = Talk()
    begun.say("español" if locale == "es" else "hello")
    begun.agree("quick-visit")
    begun.tap("safety")
    safety = DIALOG.private(begun.reply, "dialog")
    assert not any(NUMBER.search(re.sub(r"\[[\d-]+\]\(tel:[\d-]+\)", "", text)) for text in texts(safety))
    assert len(re.findall(r"\]\(tel:", " ".join(formatted(safety)))) >= 6
    assert seen


@each_language
def test_a_choice_of_a_list_has_no_sign_that_teams_would_format(locale: str) -> None:
    """Of all our words these alone cannot be runs."""
    for one in everything(locale):
        for entry in inputs(one.card).values():
            assert not any(elements.formats(choice["title"]) for choice in entry.get("choices", ()))


def test_a_text_is_cut_between_words() -> None:
    assert elements.cut("one two three", 10) == "one two…"
    assert elements.cut("one two three", 13) == "one two three"
    assert elements.cut("Donaudampfschiff", 6) == "Donau…"


@unhurried
@given(SAID, st.integers(1, 60))
def test_a_cut_text_is_the_beginning_with_an_ellipsis(text: str, limit: int) -> None:
    short = elements.cut(text, limit)
    assert len(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_a_short_first_sentence_leads_its_paragraph() -> None:
    led = elements.led("What is kept. Your answers are, for 90 days.")
    assert [(run["text"], run.get("weight")) for run in led["inlines"]] == [
        ("What is kept. ", "Bolder"), ("Your answers are, for 90 days.", None),
    ]  # fmt: skip
    for other in ("One sentence.", f"{'x' * 61}. And more.", "No sentence"):
        assert elements.led(other) == elements.line(other)


# Buttons


@unhurried
@given(st.lists(st.text("abc", min_size=1, max_size=80), max_size=20))
def test_buttons_keep_their_order_and_no_row_is_wider_than_a_phone(titles: list[str]) -> None:
    made = elements.row([elements.submit(title, {"do": "open:home"}) for title in titles])
    assert [action["title"] for row in made for action in row["actions"]] == titles
    for row in made:
        width = sum(limits.width(action["title"]) for action in row["actions"])
        assert 0 < len(row["actions"]) <= limits.ROW
        assert width <= limits.PHONE or len(row["actions"]) == 1


# Whatever can be built, as long as scripts and forms let it be


LINES = st.text(st.sampled_from("ab *<>&:é👶.-1_[]"), max_size=60) | TRICKS | st.just("x" * 600) | st.just("a\nb\n\nc")
LABELS = LINES.filter(lambda text: bool(text.strip()))
IDS = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
OPTIONS = st.lists(
    st.builds(
        Option,
        id=IDS | st.sampled_from(["done", "yes-delete", "no-delete"]),
        label=LABELS.map(lambda text: f"{text[: limits.TITLE - 1].strip()}."),
    ),
    max_size=12,
    unique_by=lambda option: option.id,
).map(tuple)
CONTROLS = st.lists(
    st.sampled_from(("back", "breathe", "skip", "pause", "help", "safety", "language", "stop", "restart", "delete")),
    unique=True,
).map(lambda names: tuple(Option(id=name, label=name) for name in names))
EXCHANGES = st.lists(
    st.builds(Exchange, asked=LABELS, answered=LINES | st.just("A word. " * 900), reply=LINES), max_size=12
).map(tuple)
MESSAGES = st.builds(
    Message,
    preface=st.lists(LINES, max_size=5).map(tuple),
    title=LINES,
    text=LABELS,
    hint=LINES,
    input=st.sampled_from(["choice", "multi", "scale", "text", "none"]),
    choices=OPTIONS.filter(bool),
    controls=CONTROLS,
    prompt=st.sampled_from(["", "start", "greeting", "1f25353f.4"]),
    progress=LINES,
    minutes_left=st.none() | st.integers(1, 40),
    draft=LINES | st.integers(1, 400).map(lambda times: "Palabras y más 👶 palabras.\n" * times),
    chosen=st.lists(IDS, max_size=3).map(tuple),
    low=LINES,
    high=LINES,
    script=st.sampled_from(["", "quick-visit"]),
    person=st.sampled_from(["", *PEOPLE]),
)
REPLIES = st.builds(
    Reply,
    surface=st.just("private"),
    locale=st.sampled_from(LOCALES),
    message=st.none() | MESSAGES,
    talk=EXCHANGES,
    closed=st.booleans(),
)
FIELDS = st.builds(
    FormField,
    id=IDS,
    label=LABELS | st.just(""),
    kind=st.sampled_from(get_args(FieldKind)),
    hint=LINES,
    options=OPTIONS,
    value=st.lists(IDS | st.sampled_from([PEOPLE[0], "17:00", "2026-12-24"]), max_size=3, unique=True).map(tuple),
).map(lambda field: field if field.kind in ("multi", "people", "lines") else one_value(field))


def one_value(field: FormField) -> FormField:
    return field.model_copy(update={"value": field.value[:1]})


FORMS = st.builds(
    Form, id=IDS, title=LABELS, submit=LABELS,
    fields=st.lists(FIELDS, max_size=5, unique_by=lambda one: one.id).map(tuple), deletes=st.booleans(),
)  # fmt: skip
SECTIONS = st.builds(
    Section,
    title=LINES,
    lines=st.lists(LINES, max_size=5).map(tuple),
    forms=st.lists(FORMS, max_size=3).map(tuple),
    scripts=OPTIONS,
    pages=OPTIONS,
)
REFLECTIONS = st.builds(Section, title=LINES, exchanges=EXCHANGES, forms=st.just(kept(0).forms))
PAGES = st.builds(
    Page,
    name=IDS,
    title=LABELS,
    resumes=st.booleans(),
    lines=st.lists(LINES, max_size=5).map(tuple),
    sections=st.lists(REFLECTIONS, max_size=6).map(tuple) | st.lists(SECTIONS, max_size=3).map(tuple),
)
#: Without looking for a smaller example where one fails: that takes minutes.
slow = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


@slow
@given(REPLIES, st.sampled_from(["dialog", "view"]))
def test_any_reply_can_be_drawn(reply: Reply, place: Place) -> None:
    assert sound((DIALOG if place == "dialog" else VIEW).private(reply, place, STAMP), dialog=place == "dialog")


@slow
@given(PAGES, st.integers(0, 5))
def test_any_page_can_be_drawn(page: Page, start: int) -> None:
    assert sound(shown(page, start), dialog=True)


@slow
@given(MESSAGES, st.booleans())
def test_any_message_can_be_drawn_for_the_chat(message: Message, dialogs: bool) -> None:
    assert sound((DIALOG if dialogs else VIEW).chat(message, "es"), dialog=False)


PRIVATE_PARTS = st.fixed_dictionaries({
    "draft": LINES, "chosen": st.lists(IDS, max_size=3).map(tuple), "progress": LINES, "controls": CONTROLS,
    "minutes_left": st.none() | st.integers(1, 40), "step": IDS, "script": IDS,
})  # fmt: skip


@slow
@given(MESSAGES, PRIVATE_PARTS)
def test_the_chat_holds_no_draft_no_ticks_and_no_progress(message: Message, other: Json) -> None:
    changed = message.model_copy(update={**other, "chosen": (*other["chosen"], *(one.id for one in message.choices))})
    for drawing in (DIALOG, VIEW):
        assert drawing.activity(message, "en") == drawing.activity(changed, "en")


# What is wrong with a card, told before it is sent


def bare(*body: Any, **more: Any) -> Json:
    return {**elements.card(list(body) or [line("x")]), **more}


def line(text: Any, **more: Any) -> Json:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def row(*some: Any) -> Json:
    return {"type": "ActionSet", "actions": list(some)}


def tap(**more: Any) -> Json:
    return {**elements.submit("Go", {"do": "open:home"}), **more}


def executed(title: str = "Go", **more: Any) -> Json:
    return {**elements.execute(title, {"do": "open:home"}), **more}


def without(part: Json, name: str) -> Json:
    return {key: value for key, value in part.items() if key != name}


def listed(*values: str, several: bool = True, **more: Any) -> Json:
    made = elements.choice_set("ticks", "Which?", [(value, value) for value in values], (), several=several)
    return {**made, **more}


BOX = elements.box("write", "Words")

#: A card, where it is wrong, and whether Teams' rules as the fake knows them say so too.
WRONG: dict[str, tuple[Any, str, bool]] = {
    "an unknown element": (bare({"type": "Image", "url": "https://a.example"}), "/body/0", True),
    "an element that is none": (bare("words"), "/body/0", True),
    "an element without a kind": (bare({"text": "x"}), "/body/0", True),
    "an unknown field": (bare(line("x", colour="red")), "/body/0/colour", True),
    "an unknown field of the card": (bare(line("x"), actions=[tap()]), "/actions", False),
    "a version of tomorrow": (bare(version="1.6"), "/version", True),
    "no version": (without(bare(), "version"), "/version", True),
    "another kind of card": (bare(type="HeroCard"), "/type", True),
    "no body": (without(bare(), "body"), "/body", False),
    "an empty body": ({**bare(), "body": []}, "/body", False),
    "an empty text": (bare(line("")), "/body/0/text", False),
    "a blank text": (bare(line(" \n")), "/body/0/text", False),
    "a text that is none": (bare(line(["x"])), "/body/0/text", True),
    "words that do not wrap": (bare(without(line("x"), "wrap")), "/body/0/wrap", False),
    "a colour that we do not use": (bare(line("x", color="Attention")), "/body/0/color", False),
    "a weight that is none": (bare(line("x", weight="Bold")), "/body/0/weight", True),
    "a run that is none": (bare(elements.runs({"type": "Run", "text": "x"})), "/body/0/inlines/0", True),
    "a run that links": (
        bare(elements.runs(elements.run("x", selectAction=tap()))), "/body/0/inlines/0/selectAction", False,
    ),
    "an input without a label": (bare(without(BOX, "label")), "/body/0/label", True),
    "an input with a blank label": (bare({**BOX, "label": " "}), "/body/0/label", False),
    "an input without an id": (bare(without(BOX, "id")), "/body/0/id", True),
    "two inputs with one id": (bare(BOX, BOX), "/body", True),
    "two boxes with one id": (bare(*elements.hidden("a", [line("x")]) * 2), "/body", False),
    "a choice that is chosen and not there": (bare(listed("a", "b", value="a,c")), "/body/0/value", False),
    "two choices with one value": (bare(listed("a", "a")), "/body/0/choices", False),
    "a comma in a value": (bare(listed("a,b")), "/body/0/choices/0/value", True),
    "another list of people": (
        bare(listed("a", **{"choices.data": {"type": "Data.Query", "dataset": "https://a.example"}})),
        "/body/0/choices.data/dataset", False,
    ),
    "seven actions": (bare(row(*[tap()] * 7)), "/body/0/actions", True),
    "a row of nothing": (bare(row()), "/body/0/actions", False),
    "a button without words": (bare(row(without(tap(), "title"))), "/body/0/actions/0/title", False),
    "a button with blank words": (bare(row(tap(title=" "))), "/body/0/actions/0/title", False),
    "a button without data": (bare(row(without(tap(), "data"))), "/body/0/actions/0/data", False),
    "data that are a text": (bare(row(tap(data="open:home"))), "/body/0/actions/0/data", False),
    "a style that is none": (bare(row(tap(style="danger"))), "/body/0/actions/0/style", True),
    "a button that opens no address": (
        bare(row({"type": "Action.OpenUrl", "title": "Go", "url": "file:///a"})), "/body/0/actions/0/url", False,
    ),
    "a dialog that is none": (
        bare(row(tap(data={"do": "open:home", "msteams": {"type": "invoke"}}))),
        "/body/0/actions/0/data/msteams/type", False,
    ),
    "an execute without a fallback": (bare(row(without(executed(), "fallback"))), "/body/0/actions/0/fallback", False),
    "an execute whose fallback is nothing": (bare(row(executed(fallback="drop"))), "/body/0/actions/0/fallback", False),
    "an execute without a verb": (bare(row(without(executed(), "verb"))), "/body/0/actions/0/verb", False),
    "a toggle of nothing": (bare(row(elements.toggle("Show", "nothing"))), "/body", False),
    "a toggle without targets": (bare(row(elements.toggle("Show"))), "/body/0/actions/0/targetElements", False),
    "an empty box": (bare({"type": "Container", "items": []}), "/body/0/items", False),
    "a wrong part deep inside": (bare(*elements.container([line("x"), line(5)])), "/body/0/items/1/text", True),
    "too large": (bare(*[line("x" * 5000)] * 11), "", True),
    "a text, not a card": ("words", "", True),
    "nothing": (None, "", True),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_teams_would_refuse_is_told_with_its_place(name: str) -> None:
    card, where, known = WRONG[name]
    assert where in [at for at, _ in faults(card)]
    assert bool(card_faults(card)) == known


def test_the_parts_of_the_table_are_right_where_nothing_is_wrong_with_them() -> None:
    hidden = elements.hidden("a", [line("x")])
    right = bare(
        line("x"),
        *hidden,
        BOX,
        listed("a", "b", value="a,b"),
        row(*[tap()] * 6),
        row(executed(), elements.toggle("Show", "a")),
    )
    assert sound(right, dialog=False)
    assert card_faults(right, dialog=True) == ["Action.Execute: does nothing in a dialog"]


@unhurried
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["type", "text", "body", "items", "actions", "id", "x"]), inner)
)))  # fmt: skip
def test_any_data_is_looked_at_without_falling_over(data: Any) -> None:
    assert faults(data)
    assert faults(bare(data))
    assert faults(bare(row(data)))


@pytest.mark.parametrize("odd", [{"id": []}, {"id": "write"}, {"targetElements": 5}, {"targetElements": [[]]}])
def test_what_a_button_hands_back_is_no_part_of_the_card(odd: Json) -> None:
    assert faults(bare(BOX, row(elements.execute("Go", {"do": "form:x", "values": odd})))) == ()


def test_no_fault_quotes_what_it_is_about() -> None:
    told = faults(bare(line("secret " * 100, color="secret"), BOX, BOX, row(tap(title=["secret"]))))
    assert told
    assert "secret" not in str(told)


# Limits


def test_a_card_at_its_limit_is_taken_and_one_letter_more_is_not() -> None:
    room = limits.CARD - limits.weight(bare(line("x")))
    at, beyond = bare(line("x" * (1 + room // 2))), bare(line("x" * (2 + room // 2)))
    assert limits.CARD == limits.weight(at) == 92 * 1024
    assert faults(at) == ()
    assert [where for where, _ in faults(beyond)] == [""]
    assert faults(bare(*[line("x" * 8000, separator=True)] * 6)), "every letter is two bytes"
    assert faults(bare(*[line("👶" * 4000)] * 6)), "and an emoji four"


def test_limits_are_what_teams_says() -> None:
    assert limits.ACTIVITY == LARGEST_BYTES
    assert limits.ROW == 6
    assert limits.CARD < limits.ACTIVITY
    assert limits.KEPT < limits.SECTIONS < limits.CARD
    assert limits.BAR == 64
    assert limits.width("Next") == limits.AROUND + 4 * limits.LETTER


@unhurried
@given(st.dictionaries(st.text(), st.text() | st.just("\ud83d") | st.integers() | st.lists(st.text())))
def test_the_weight_of_anything_is_what_goes_over_the_wire(data: Json) -> None:
    assert limits.weight(data) == utf16_bytes(data)
