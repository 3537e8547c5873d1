"""What a person sees in Teams: whole cards, and laws for every eye, ear and thumb, and for what the chat may hold.

A card in `teams_cards` was read and approved. AFTERWORD_WRITE_CARDS=1 writes them anew; then read them.
"""

from __future__ import annotations

import ast
import json
import os
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from fake_teams_parts import is_multi
from fake_teams_rules import activity_faults, card_faults
from talks import AT, Talk, came_due, library
from teams_drawn import (
    DIALOG,
    LOCALES,
    OWN,
    PRIVATE,
    STAMP,
    VIEW,
    Json,
    actions,
    asked,
    asking,
    buttons,
    each_language,
    everything,
    flat,
    formatted,
    inputs,
    kept,
    rows,
    says,
    setup_page,
    shown,
    sound,
    steps,
    texts,
    unseen,
    word,
)

from adapters.teams import activity, elements, ids, limits
from adapters.teams import drawing as answers
from adapters.teams.pen import Place
from adapters.teams.proof import PEOPLE, of_the_bot, within_limits
from adapters.teams.reading import read
from bot import gallery
from bot.conversation import Exchange, FieldKind, Form, FormField, Message, Option, Page, Reply, Section
from bot.effects import Keep
from bot.events import Command, Joined, Notice, Open, Say
from bot.outward import PLACE, Said

FOLDER = Path(__file__).parent.parent / "adapters" / "teams"
CARDS = Path(__file__).parent / "teams_cards"
PURE = ("chat", "drawing", "elements", "faults", "forms", "ids", "limits", "page", "pen", "proof", "reading", "talk")
#: Of the standard library, nothing that looks outside.
STANDARD = {"collections", "dataclasses", "datetime", "functools", "hashlib", "itertools", "json", "re", "typing"}


# Everything that can be shown


@each_language
def test_everything_is_drawn(locale: str) -> None:
    drawn = everything(locale)
    assert {one.place for one in drawn} == {"dialog", "view", "chat"}
    assert set(steps(locale)) <= {one.what for one in drawn}
    assert {step.id for _, step in steps(locale).values()} == {
        step.id for script in library().scripts.values() for step in script.steps
    }
    pages = {one.of.page.name.partition(":")[0] for one in drawn if isinstance(one.of, Reply) and one.of.page}
    assert pages == {gallery.FORMS, *(name.partition(":")[0] for name in gallery.PAGES)}


@each_language
def test_every_card_of_every_script_and_of_the_bot_is_one_that_teams_takes(locale: str) -> None:
    for one in everything(locale):
        assert sound(one.card, dialog=one.place == "dialog"), one.what


@each_language
def test_what_stands_around_a_card_leaves_it_within_the_limits(locale: str) -> None:
    for one in everything(locale):
        around = answers.activity(one.card, word("chat-notice", locale))
        title = DIALOG.title(one.of) if isinstance(one.of, Reply) else ""
        for payload in (around, answers.dialog(one.card, title), answers.turned(one.card)):
            assert limits.weight(payload) <= limits.ACTIVITY


def test_the_linter_draws_the_same() -> None:
    """`adapters.teams.proof` draws everything; here it is shown that it would tell of a fault."""
    check = within_limits(library)
    script = library().scripts["quick-visit"]
    assert list(check(script)) == []
    worse = {**script.strings["es"], "gate.yes.label": "x" * (limits.TITLE + 1)}
    told = list(check(script.model_copy(update={"strings": {**script.strings, "es": worse}})))
    assert {(fault.rule, fault.step) for fault in told} == {("teams-limit", "gate")}
    assert "in es, the label “xxx" in told[0].words
    assert [words for locale in LOCALES for words in of_the_bot(library(), locale)] == []


# For every eye, ear and thumb

#: What deletes at one tap where it does not ask first.
DELETES = {"choose:let-go", "form:delete-reflection", "form:names-clear", "form:remove"}


@each_language
def test_every_input_has_a_label(locale: str) -> None:
    for one in everything(locale):
        assert all(entry["label"].strip() for entry in inputs(one.card).values()), one.what


def is_heading(element: Json, text: str) -> bool:
    """Or, where Teams would format the words, as much like one as a run can be."""
    if element["type"] == "RichTextBlock":
        return elements.formats(text) and all(run.get("weight") == "Bolder" for run in element["inlines"])
    return bool(element.get("style") == "heading" and element.get("weight") == "Bolder")


def answered_by(element: Json) -> bool:
    do = str(element.get("data", {}).get("do", "")) if isinstance(element.get("data"), dict) else ""
    return element["type"].startswith("Input.") or do.partition(":")[0] in ("choose", "rate", "begin", "write", "tick")


@each_language
def test_a_question_is_a_heading_and_stands_before_what_answers_it(locale: str) -> None:
    seen = 0
    for one in everything(locale):
        if one.asks is None or not (first := "".join(elements.paragraphs(one.asks.title or one.asks.text)[:1])):
            continue
        shown = list(flat(one.card))
        heading = next(at for at, part in enumerate(shown) if says(part) == first and is_heading(part, first))
        assert heading < next(at for at, part in enumerate(shown) if answered_by(part)), one.what
        seen += 1
    assert seen > 100


def test_a_question_that_teams_would_format_is_as_bold_and_large_as_another() -> None:
    odd = DIALOG.private(asking("How _heavy_ is it?"), "dialog")
    even = DIALOG.private(asking("How heavy is it?"), "dialog")
    assert [run["text"] for run in odd["body"][0]["inlines"]] == ["How _heavy_ is it?"]
    looks = ("weight", "size")
    assert [odd["body"][0]["inlines"][0][name] for name in looks] == [even["body"][0][name] for name in looks]


@each_language
def test_the_bar_over_the_dialog_says_how_far(locale: str) -> None:
    seen = 0
    for one in everything(locale):
        if one.place == "dialog" and isinstance(one.of, Reply):
            progress = one.of.message.progress if one.of.message and not one.of.page else ""
            title = DIALOG.title(one.of)
            assert 0 < len(title) <= limits.BAR
            assert title == progress or not progress
            assert not progress or progress not in texts(one.card), "it need not be said twice"
            seen += bool(progress)
    assert seen > 40


@each_language
def test_a_card_has_no_colour_of_its_own(locale: str) -> None:
    """None but Teams' own, which its themes change; so contrast is theirs in light, dark and high contrast."""
    for one in everything(locale):
        for part in flat(one.card):
            assert part.get("color", "Accent") == "Accent"
            assert not {"backgroundImage", "backgroundColor", "foregroundColor"} & part.keys()
            assert "url" not in part or part["type"] == "Action.OpenUrl"


@each_language
def test_nothing_is_told_by_colour_alone(locale: str) -> None:
    for one in everything(locale):
        colours = defaultdict(set)
        for action in actions(one.card):
            assert action["title"].strip()
            colours[action["title"]].add(action.get("style", ""))
        assert all(len(styles) == 1 for styles in colours.values()), colours
        coloured = [part for part in flat(one.card) if part.get("color")]
        taps = [part["items"] for part in flat(one.card) if "selectAction" in part]
        assert all([part] in taps for part in coloured), "only words that can be tapped are in another colour"


def test_what_was_answered_before_is_told_in_words() -> None:
    begun = Talk()
    begun.agree("between-sites")
    begun.tap("mixed")
    begun.tap("back")
    card = DIALOG.private(begun.reply, "dialog")
    assert word("window-before", label="Mixed") in texts(card)
    assert {action.get("style") for do, action in buttons(card).items() if do.startswith("choose:")} == {None}


@each_language
def test_taking_away_comes_after_keeping(locale: str) -> None:
    keeps = {word(name, locale) for name in ("no-delete", "no-restart")}
    seen = set()
    for one in everything(locale):
        for before, action in pairwise(actions(one.card)):
            do = action.get("data", {}).get("do", "")
            if action.get("style") == "destructive" and do != "form:erase":
                assert before["title"] in keeps, one.what
                seen.add(do)
    assert seen == {"choose:yes-delete", "choose:yes-restart", *DELETES}


@each_language
def test_letting_go_and_deleting_ask_first(locale: str) -> None:
    """They are out of sight until a button shows them, and one beside them puts them away again."""
    seen = set()
    for one in everything(locale):
        sure = [action["data"]["do"] for action in unseen(one.card) if isinstance(action.get("data"), dict)]
        grave = [do for do in offered_dos(one.card) if do in DELETES]
        assert set(grave) <= set(sure)
        for part in flat(one.card):
            inside = set(offered_dos({"items": [part]})) & set(grave)
            if part.get("isVisible") is False and inside and part["id"] != "question":
                toggles = [a for a in actions(one.card) if part["id"] in a.get("targetElements", ())]
                assert [action["title"] for action in toggles][1:] == [word("no-delete", locale)]
                assert word("window-sure", locale) in texts(part)
                seen |= inside
        if "form:erase" in buttons(one.card):
            assert inputs(one.card)["field/erase/confirm"]["label"] == word("erase-words", locale)
            assert "value" not in inputs(one.card)["field/erase/confirm"], "nothing is ticked for anybody"
    assert seen == DELETES


def offered_dos(card: Json) -> list[str]:
    return [one["data"]["do"] for one in flat(card) if isinstance(one.get("data"), dict)]


def test_deleting_one_of_several_says_which() -> None:
    page = Page(name="data", title="My data", sections=(kept(7), kept(8)))
    card = shown(page)
    assert sound(card, dialog=True)
    for number in (7, 8):
        box = next(part for part in flat(card) if part.get("id") == f"delete-reflection-{number - 7}")
        assert texts(box) == [f"Day {number}", word("window-sure")]
        (yes,) = [action for action in actions(box) if action["type"] != "Action.ToggleVisibility"]
        assert yes["data"]["values"] == {"reflection": f"reflection-{number}"}


@each_language
def test_buttons_fit_the_row_of_a_phone(locale: str) -> None:
    for one in everything(locale):
        for row in rows(one.card):
            assert len(row) == 1 or sum(limits.width(action["title"]) for action in row) <= limits.PHONE
            assert len(row) <= limits.ROW


def test_a_scale_stands_in_one_row_and_says_what_its_ends_mean() -> None:
    card = DIALOG.private(scale().reply, "dialog")
    (row,) = [row for row in rows(card) if row[0]["data"].get("do") == "rate:1"]
    assert [action["title"] for action in row] == list("12345")
    assert [action.get("tooltip") for action in row] == ["1, light", None, None, None, "5, very heavy"]
    assert "1 = light · 5 = very heavy" in texts(card)


@each_language
def test_every_way_out_is_one_tap_or_two(locale: str) -> None:
    seen = 0
    for one in everything(locale):
        if isinstance(one.of, Reply) and not one.of.page and one.of.message and one.of.message.controls:
            ways = {do.removeprefix("command:") for do in buttons(one.card) if do.startswith("command:")}
            assert ways == {option.id for option in one.of.message.controls}
            if any(part.get("id") == "question" for part in flat(one.card)):
                continue  # a card is read first, and the question with all of it is one tap away
            behind = {do.removeprefix("command:") for do in offered_dos({"items": unseen(one.card)})}
            assert not behind & {"safety", "pause", "skip", "back"}, one.what
            seen += 1
    assert seen > 40


@each_language
def test_numbers_to_call_are_in_reach_on_every_page(locale: str) -> None:
    for one in everything(locale):
        if isinstance(one.of, Reply) and one.of.page:
            assert "command:safety" in buttons(one.card)
            assert ("open:home" in buttons(one.card)) == (one.of.page.name != "home"), one.of.page.name


# A dialog, a view of a card, the chat


@each_language
def test_in_a_dialog_nothing_is_executed_and_elsewhere_an_old_client_can_do_the_same(locale: str) -> None:
    for one in everything(locale):
        kinds = {action["type"] for action in actions(one.card)} - {"Action.ToggleVisibility", "Action.OpenUrl"}
        assert one.place != "dialog" or kinds <= {"Action.Submit"}
        assert one.place != "view" or kinds <= {"Action.Execute"}
        for action in actions(one.card):
            if action["type"] == "Action.Execute":
                instead = action["fallback"]
                assert {**action, "type": "Action.Submit"} == {
                    **instead, "verb": ids.EXECUTE_VERB, "fallback": instead,
                    **({"tooltip": action["tooltip"]} if "tooltip" in action else {}),
                }  # fmt: skip


@each_language
def test_a_button_hands_back_what_it_answers_and_where_it_was_drawn(locale: str) -> None:
    for one in everything(locale):
        prompt = one.of.prompt if isinstance(one.of, Message) else one.of.message.prompt if one.of.message else ""
        for do, action in buttons(one.card).items():
            data = action["data"]
            assert ids.act(do), do
            assert data.get("prompt", "") == prompt
            assert data.get("stamp") == (None if one.place == "chat" else STAMP)
            assert data.get("view") == ("card" if one.place == "view" else None)


@each_language
def test_every_button_that_is_drawn_is_understood(locale: str) -> None:
    """What it hands back is read as somebody's doing; from the chat nothing but an answer, or the way away from it."""
    around = {
        "type": "invoke", "id": "1", "from": {"id": "29:ada", "aadObjectId": PEOPLE[0]}, "recipient": {"id": "28:bot"},
        "conversation": {"id": "a:chat"},
    }  # fmt: skip
    for one in everything(locale):
        for do, action in buttons(one.card).items():
            sent = {**around, "value": {"data": action["data"]}}
            if action["type"] == "Action.Execute":
                sent["value"] = {"action": {"data": action["data"]}}
            dialog = action["type"] == "Action.Submit"
            found = read(activity.read({**sent, "name": "task/submit" if dialog else "adaptiveCard/action"}), AT)
            assert found, do
            assert found.event.surface == ("message" if one.place == "chat" and not dialog else "private")
            assert found.closes == (do == "close")


@each_language
def test_what_can_be_answered_in_the_chat_can_be_taken_to_the_private_surface(locale: str) -> None:
    seen = 0
    for one in everything(locale):
        if one.place == "chat" and one.asks is not None:
            way = buttons(one.card)["choose:private"]
            assert (way["title"], way["style"]) == (word("continue-private", locale), "positive")
            opens = way["data"].get("msteams") == {"type": "task/fetch"}
            assert (way["type"], opens) in {("Action.Submit", True), ("Action.Execute", False)}
            seen += 1
    assert seen > 10


def test_where_there_are_no_dialogs_the_way_to_the_private_surface_turns_the_card() -> None:
    message = Message(text="Hello.", input="choice", choices=(PRIVATE,), prompt="greeting")
    assert buttons(DIALOG.chat(message, "en"))["choose:private"]["data"]["msteams"] == {"type": "task/fetch"}
    assert buttons(VIEW.chat(message, "en"))["choose:private"]["type"] == "Action.Execute"
    assert "msteams" not in json.dumps(VIEW.chat(message, "en"))


class Spy(Message):
    """A message that tells who looks at what must not be told."""

    def __getattribute__(self, name: str) -> Any:
        assert name not in {"draft", "chosen", "progress", "minutes_left", "step", "script", "controls"}, name
        return super().__getattribute__(name)


@pytest.mark.parametrize("kind", ["choice", "multi", "scale", "text", "none"])
def test_a_card_for_the_chat_does_not_even_look_at_what_is_private(kind: Any) -> None:
    options = (Option(id="1", label="A"), PRIVATE)
    spy = Spy(preface=("One.",), text="Two?", input=kind, choices=options, prompt="p")
    for drawing in (DIALOG, VIEW):
        drawing.activity(spy, "en", "Ada")
    assert not {"draft", "chosen", "progress", "minutes_left", "controls"} & set(Said.__slots__)


@each_language
def test_a_notification_says_the_same_whatever_it_is_about(locale: str) -> None:
    begun = Talk()
    said = [begun.say("hello"), begun.tap("private"), begun.say("reflect quick-visit"), begun.say("help")]
    assert {DIALOG.activity(message, locale)["summary"] for message in said} == {word("chat-notice", locale)}


def test_nothing_typed_is_said_back_in_the_chat() -> None:
    begun = Talk()
    begun.agree("quick-visit")
    begun.take(Say(at=AT, text=f"{OWN} and more words"))
    assert "Mia" not in json.dumps(DIALOG.chat(begun.message, "en"))


@pytest.mark.parametrize("name", ["Ada Lopez", "Ada *Lopez* [EXT]", "<at>everyone</at>", "{person}", ""])
def test_a_person_is_named_as_they_are_called_and_nobody_is_mentioned(name: str) -> None:
    told = Talk().take(Notice(at=AT, notice="supervisor-named", person=PEOPLE[0]))
    message = next(effect.message for effect in told.effects if hasattr(effect, "message"))
    card = DIALOG.chat(message, "en", name)
    assert texts(card) == [word("notice-supervisor-named", person=name or word("window-someone"))]
    assert not any(elements.formats(text) for text in formatted(card))
    assert PLACE not in json.dumps(card) or name == PLACE
    assert "entities" not in DIALOG.activity(message, "en", name)


# The talk so far, and pages


def test_the_last_exchange_is_in_sight_and_those_before_it_are_one_tap_away() -> None:
    exchanges = tuple(Exchange(asked=f"Question {number}?", answered=f"Answer {number}") for number in range(4))
    card = DIALOG.private(asking("And now?", talk=exchanges), "dialog")
    hidden = [says(part) for part in unseen(card) if part["type"] in ("TextBlock", "RichTextBlock")]
    assert [text for text in hidden if text.startswith("Question")] == [f"Question {number}?" for number in range(3)]
    order = texts(card)
    assert order.index("Question 3?") < order.index("Answer 3") < order.index("And now?")
    shows = next(part["selectAction"] for part in flat(card) if "selectAction" in part)
    assert shows == {"type": "Action.ToggleVisibility", "title": "Earlier", "targetElements": ["earlier"]}


def test_a_talk_beyond_teams_room_loses_its_beginning_and_says_so() -> None:
    exchanges = tuple(Exchange(asked=f"Question {number}?", answered="A word. " * 700) for number in range(40))
    card = DIALOG.private(asking("And now?", talk=exchanges), "dialog", STAMP)
    assert sound(card, dialog=True)
    assert word("window-earlier") in texts(card)
    assert "Question 38?" in texts(card)
    assert "Question 0?" not in texts(card)


@pytest.mark.parametrize("lines", [201, 800, 3000])
def test_an_answer_of_many_lines_leaves_room_for_the_next_question(lines: int) -> None:
    exchanges = (Exchange(asked="What?", answered="a\n" * lines),)
    card = DIALOG.private(asking("And now?", talk=exchanges), "dialog", STAMP)
    assert sound(card, dialog=True)
    assert texts(card).count("a") > 50


@pytest.mark.parametrize("sign", ["x", '"', "é", "👶", "one\n"])
def test_a_long_draft_after_a_long_talk_is_shown_whole_or_not_at_all(sign: str) -> None:
    exchanges = tuple(Exchange(asked="What?", answered='"' * 7_000) for _ in range(6))
    draft = sign * 7_000
    card = DIALOG.private(asking("And now?", talk=exchanges, draft=draft), "dialog", STAMP)
    assert sound(card, dialog=True)
    assert [entry["value"] for entry in inputs(card).values()] in ([draft], [])
    assert bool(inputs(card)) == (limits.weight(draft) <= limits.KEPT)


def test_words_longer_than_the_bot_takes_at_once_wait_without_a_box() -> None:
    for draft in ("x" * 70_000, "é" * 33_000, '"' * 20_000):
        card = DIALOG.private(asking("What?", draft=draft), "dialog")
        assert sound(card, dialog=True)
        assert inputs(card) == {}
        assert word("window-too-long") in texts(card)
        assert not {"write"} & set(buttons(card))


def test_a_card_is_read_alone_and_before_the_question() -> None:
    begun = Talk()
    begun.agree("quick-visit")
    begun.write("A moment.")
    begun.tap("safety")
    shown = texts(DIALOG.private(begun.reply, "dialog"))
    assert shown.index("If someone may not be safe") < shown.index("What do you feel as you think of it now?")
    assert "A moment." not in shown


def test_help_names_the_buttons_that_are_there_and_no_words_to_say() -> None:
    begun = Talk()
    begun.agree("quick-visit")
    begun.tap("help")
    shown = texts(DIALOG.private(begun.reply, "dialog"))
    assert word("teams-help") in shown
    assert word("help") not in shown


@pytest.mark.parametrize(("place", "name"), [("dialog", "teams-leaving"), ("view", "teams-leaving-card")])
def test_whoever_writes_is_told_how_to_leave_without_losing_it(place: Place, name: str) -> None:
    card = DIALOG.private(asking("What?"), place)
    told = [says(part) or part.get("data", {}).get("do", "") for part in flat(card)]
    assert told.index("write") < told.index(word(name)) < told.index("command:pause")
    assert word(name) not in texts(DIALOG.chat(asked("What?"), "en"))


def test_a_goodbye_is_a_line_and_two_ways_on_from_a_dialog() -> None:
    begun = Talk()
    begun.agree("quick-visit")
    begun.tap("stop")
    assert list(buttons(DIALOG.private(begun.reply, "dialog"))) == ["close", "open:home"]
    assert list(buttons(VIEW.private(begun.reply, "view"))) == []


def test_the_bar_over_a_dialog_is_not_cut_by_teams() -> None:
    for text in ("x" * 100, "word " * 20):
        assert len(DIALOG.title(Reply(surface="private", page=Page(name="p", title=text)))) <= limits.BAR


@pytest.mark.parametrize("place", ["dialog", "view"])
def test_a_refusal_is_one_sentence_and_the_way_back(place: Place) -> None:
    card = (DIALOG if place == "dialog" else VIEW).refusal("That is more than I can take at once.", "en", place)
    assert sound(card, dialog=place == "dialog")
    assert texts(card) == ["That is more than I can take at once."]
    assert list(buttons(card)) == ["open:talk"]


def test_all_that_is_kept_can_be_read_a_card_at_a_time() -> None:
    page = Page(name="data", title="My data", lines=("What is kept.",), sections=tuple(kept(day) for day in range(60)))
    start, seen = 0, dict[str, None]()
    while True:
        card = shown(page, start)
        assert sound(card, dialog=True)
        seen |= dict.fromkeys(text for text in texts(card) if text.startswith("Day"))
        taps = [action["data"]["start"] for action in actions(card) if action.get("data", {}).get("start")]
        assert bool(start) == (word("window-newest") in [action["title"] for action in actions(card)])
        if not taps:
            break
        assert taps[0] > start
        start = taps[0]
    assert start, "they had no room on one card"
    assert list(seen) == [f"Day {number}" for number in range(60)]


def test_one_reflection_too_long_for_a_card_says_that_its_end_is_missing() -> None:
    huge = Section(
        title="A day", exchanges=(Exchange(asked="One?", answered="A word. " * 20_000),), forms=kept(1).forms
    )
    card = shown(Page(name="data", title="My data", sections=(huge, kept(2))))
    assert sound(card, dialog=True)
    assert word("window-too-much") in texts(card)
    assert {"form:delete-reflection", "open:data"} <= set(buttons(card))


@pytest.mark.parametrize("first", [(), (("What?", "This."),)])
def test_reflections_of_which_no_answer_is_kept_can_be_deleted_each(first: tuple[tuple[str, str], ...]) -> None:
    """Somebody answered a reminder with "yes", and then stopped: more than once."""
    begun = Talk()
    begun.agree("quick-visit")
    begun.tap("stop")
    begun.take(came_due(AT))
    begun.tap("yes")
    begun.take(Command(at=AT, name="stop"))
    (reflection,) = [effect.reflection for effect in begun.effects if isinstance(effect, Keep)]
    assert reflection.answers == ()
    there = (reflection.model_copy(update={"answers": first}), reflection.model_copy(update={"id": UUID(int=2)}))
    begun.facts = begun.facts.model_copy(update={"reflections": there})
    begun.take(Open(at=AT, page="data"))
    card = DIALOG.private(begun.reply, "dialog", STAMP)
    assert sound(card, dialog=True)
    assert offered_dos(card).count("form:delete-reflection") == 2


@pytest.mark.parametrize("name", ["setup", "lead"])
def test_a_form_of_people_has_room_whatever_the_size_of_the_organization(name: str) -> None:
    roster = tuple(Option(id=f"{number:08x}{PEOPLE[0][8:]}", label=f"Person {number}") for number in range(3_000))
    reply = next(one for one in gallery.of_the_bot(library(), "en", PEOPLE) if one.page and one.page.name == name)
    assert reply.page
    assert sound(shown(reply.page, roster=roster), dialog=True)


def test_a_form_is_inputs_with_what_is_known_in_them_and_one_button() -> None:
    card = shown(setup_page(), roster=(Option(id=PEOPLE[1], label="Ben Ade"),))
    assert sound(card, dialog=True)
    fields = {name.removeprefix("field/team/"): entry for name, entry in inputs(card).items()}
    assert {name: entry["type"] for name, entry in fields.items()} == {
        "name": "Input.Text", "members": "Input.ChoiceSet", "lead": "Input.ChoiceSet", "day-end": "Input.Time",
        "lines": "Input.Text", "kind": "Input.ChoiceSet",
    }  # fmt: skip
    picked = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
    assert fields["members"]["choices.data"] == fields["lead"]["choices.data"] == picked
    assert (is_multi(fields["members"]), is_multi(fields["lead"])) == (True, False)
    assert fields["members"]["value"] == ",".join(PEOPLE)
    names = {choice["value"]: choice["title"] for choice in fields["members"]["choices"]}
    assert names[PEOPLE[1]] == "Ben Ade"
    assert names[PEOPLE[0]] == PEOPLE[0], "who is not known by name is still there"
    assert fields["day-end"]["value"] == "17:00"
    assert (fields["name"]["isMultiline"], fields["lines"]["isMultiline"]) == (False, True)
    assert [do for do in buttons(card) if do.startswith("form:")] == ["form:team"]


def one_form(*fields: FormField, **more: Any) -> Json:
    form = Form(id="f", title="F", fields=fields, submit="Save", **more)
    card = shown(Page(name="p", title="P", sections=(Section(title="It", lines=("A line.",), forms=(form,)),)))
    assert sound(card, dialog=True)
    return card


@pytest.mark.parametrize(
    ("kind", "value", "drawn"),
    [
        ("time", "17:00", {"type": "Input.Time", "value": "17:00"}),
        ("time", "5 pm", {"type": "Input.Time"}),
        ("date", "2026-12-24", {"type": "Input.Date", "value": "2026-12-24"}),
        ("date", "2026-02-30", {"type": "Input.Date"}),
        ("date", "12/24", {"type": "Input.Date"}),
        ("date", "", {"type": "Input.Date"}),
    ],
)
def test_a_time_or_a_day_that_is_none_is_left_out(kind: FieldKind, value: str, drawn: Json) -> None:
    field = FormField(id="at", label="When?", kind=kind, value=(value,), hint="Of a day.", optional=True)
    card = one_form(field)
    assert inputs(card)["field/f/at"] == {"id": "field/f/at", "label": "When?", **drawn}
    assert "Of a day." in texts(card)


def test_days_of_the_week_are_ticked_as_they_were() -> None:
    days = tuple(Option(id=str(day), label=f"Day {day}") for day in range(7))
    card = one_form(FormField(id="days", label="Days", kind="multi", options=days, value=("0", "2", "6")))
    assert inputs(card)["field/f/days"]["value"] == "0,2,6"
    assert inputs(card)["field/f/days"]["style"] == "expanded"


def test_a_form_that_asks_nothing_is_one_button_and_asks_first_where_it_deletes() -> None:
    unseen = FormField(id="which", label="", value=("rule-1",))
    for fields in ((unseen,), ()):
        card = one_form(*fields)
        carried = {"values": {"which": "rule-1"}} if fields else {}
        assert buttons(card)["form:f"]["data"] == {"do": "form:f", "stamp": STAMP, **carried}
        assert unseen_dos(card) == set()
    card = one_form(unseen, deletes=True)
    assert unseen_dos(card) == {"form:f"}


def unseen_dos(card: Json) -> set[str]:
    return {str(one["data"]["do"]) for one in unseen(card) if isinstance(one.get("data"), dict)}


def test_several_forms_of_one_kind_are_told_apart_and_shut_until_they_are_wanted() -> None:
    page = gallery.forms_page("en", PEOPLE)
    card = shown(page)
    assert sound(card, dialog=True)
    hidden = {one["id"] for one in unseen(card) if one["type"].startswith("Input.")}
    assert hidden == set(inputs(card))
    data = [one["data"] for one in flat(card) if isinstance(one.get("data"), dict)]
    sent = [one for one in data if one["do"] == "form:change"]
    assert [one.get("number", 0) for one in sent] == list(range(gallery.MOST_FORMS))
    assert [one["values"] for one in sent] == [section.forms[0].carried for section in page.sections]
    first, third = page.sections[0].forms[0].key, page.sections[2].forms[0].key
    for key, prefix in ((first, "field/change/"), (third, "field/change+2/")):
        opened = DIALOG.private(Reply(surface="private", page=page), "dialog", STAMP, form=key)
        assert sound(opened, dialog=True)
        seen = set(inputs(opened)) - {one["id"] for one in unseen(opened) if one["type"].startswith("Input.")}
        assert seen == {name for name in inputs(opened) if name.startswith(prefix)}
        assert len(seen) == len(get_args(FieldKind))


def test_all_sections_can_be_reached_a_card_at_a_time() -> None:
    page, start, seen = gallery.forms_page("en", PEOPLE, 30), 0, list[str]()
    while True:
        card = shown(page, start)
        assert sound(card, dialog=True)
        seen += [text for text in texts(card) if text.startswith("Section")]
        titles = [action["title"] for action in actions(card)]
        assert (word("window-first") in titles) == bool(start)
        after = [action["data"]["start"] for action in actions(card) if action.get("data", {}).get("start")]
        if not after:
            break
        assert after[0] > start
        start = after[0]
    assert list(dict.fromkeys(seen)) == [section.title for section in page.sections]
    last = page.sections[29].forms[0].key
    sent = DIALOG.private(Reply(surface="private", page=page), "dialog", STAMP, form=last)
    assert page.sections[29].title in texts(sent), "whoever sent a form sees it again"


def test_what_i_agreed_to_comes_before_the_notice() -> None:
    begun = Talk()
    begun.agree("quick-visit")
    begun.take(Open(at=AT, page="consent"))
    card = DIALOG.private(begun.reply, "dialog")
    shown = [part.get("data", {}).get("do", "") if "data" in part else says(part) for part in flat(card)]
    assert "command:resume" in buttons(card)
    assert shown.index("form:consent") < next(at for at, text in enumerate(shown) if text.startswith("What is kept. "))


# Whole cards, as they go out


def consent() -> Json:
    begun = Talk()
    begun.say("reflect quick-visit")
    begun.tap("private")
    return as_written(begun)


def own_words_with_a_talk() -> Json:
    begun = at_own_words()
    begun.draft("I wonder\nabout *her*")
    begun.look()
    return as_written(begun)


def at_own_words(locale: str = "en") -> Talk:
    begun = Talk()
    if locale == "es":
        begun.say("español")
    begun.agree("quick-visit")
    begun.write("A hand on the rail.\nShe _waited_.")
    begun.tap("worry", "warmth")
    return begun


def several_choices() -> Json:
    begun = Talk()
    begun.agree("quick-visit")
    begun.write("A hand on the rail.")
    return as_written(begun)


def scale() -> Talk:
    begun = Talk()
    begun.agree()
    begun.tap("yes")
    return begun


def a_scale() -> Json:
    return as_written(scale())


def last_screen_with_more() -> Json:
    begun = Talk()
    begun.agree("between-sites")
    begun.tap("sunny")
    begun.write("Enough.")
    begun.tap("more")
    return as_written(begun)


def home() -> Json:
    return page_of("home")


def forms() -> Json:
    page = gallery.forms_page("en", PEOPLE, 2)
    reply = Reply(surface="private", page=page)
    roster = (Option(id=PEOPLE[0], label="Ada Lopez"),)
    return VIEW.private(reply, "view", STAMP, roster=roster, form=page.sections[0].forms[0].key)


def set_up() -> Json:
    return page_of("setup")


def page_of(name: str) -> Json:
    replies = gallery.of_the_bot(library(), "en", PEOPLE)
    reply = next(one for one in replies if one.page and one.page.name == name)
    return DIALOG.private(reply, "dialog", STAMP, roster=(Option(id=PEOPLE[0], label="Ada Lopez"),))


def choice_in_spanish() -> Json:
    begun = at_own_words("es")
    begun.write("Quizá esperaba.")
    return as_written(begun, "view")


def greeting_in_the_chat() -> Json:
    begun = Talk()
    begun.take(Joined(at=AT))
    return in_the_chat(begun)


def reminder_in_the_chat() -> Json:
    begun = Talk()
    begun.agree("quick-visit")
    begun.tap("stop")
    begun.effects.clear()
    begun.take(came_due(AT))
    return in_the_chat(begun)


def in_the_chat(begun: Talk) -> Json:
    message = next(effect.message for effect in begun.effects if hasattr(effect, "message"))
    return settled(DIALOG.activity(message, begun.conversation.locale), message.prompt)


def as_written(begun: Talk, place: Place = "dialog") -> Json:
    card = (DIALOG if place == "dialog" else VIEW).private(begun.reply, place, STAMP)
    return settled(card, begun.message.prompt)


def settled(card: Json, prompt: str) -> Json:
    written: Json = json.loads(json.dumps(card).replace(json.dumps(prompt), '"PROMPT"'))
    return written


WHOLE = (
    consent, own_words_with_a_talk, several_choices, a_scale, last_screen_with_more, home, set_up, forms,
    choice_in_spanish, greeting_in_the_chat, reminder_in_the_chat,
)  # fmt: skip


@pytest.mark.parametrize("drawn", WHOLE)
def test_a_whole_card_is_as_it_was_approved(drawn: Callable[[], Json]) -> None:
    file, card = CARDS / f"{drawn.__name__}.json", drawn()
    if os.environ.get("AFTERWORD_WRITE_CARDS"):
        file.write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    assert card == json.loads(file.read_text(encoding="utf-8"))
    whole = card["attachments"][0]["content"] if "attachments" in card else card
    assert card_faults(whole) == []
    assert whole is card or activity_faults(card) == []


def test_every_approved_card_is_one_that_is_drawn() -> None:
    assert {file.stem for file in CARDS.iterdir()} == {drawn.__name__ for drawn in WHOLE}


# The code


def test_the_words_for_teams_are_all_used() -> None:
    ours = [name for name in library().app if name.startswith("teams-") and not name.startswith("teams-manifest")]
    used = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    assert ours
    assert [name for name in ours if f'"{name}"' not in used] == []


@pytest.mark.parametrize("name", PURE)
def test_drawing_and_reading_know_neither_the_sdk_nor_a_clock(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.split(".")[0] for module in imported} <= {
        "__future__",
        "adapters",
        "bot",
        "prompts",
        "pydantic",
        *STANDARD,
    }
    assert "adapters.teams.sdk" not in imported


def test_people_on_a_page_have_their_names_and_an_address_opens_in_a_browser() -> None:
    looks = Section(title="Who looked", lines=("On Monday, {person} looked.",) * 2, people=(PEOPLE[0].upper(), "x"))
    link = Section(links=(Option(id="https://a.example/link/a", label="Open my copy"),))
    card = shown(
        Page(name="data", title="My data", sections=(looks, link)), roster=(Option(id=PEOPLE[0], label="Sam *S*"),)
    )
    assert sound(card, dialog=True)
    said = "\n".join(map(says, flat(card)))
    assert "On Monday, Sam *S* looked." in said
    assert "On Monday, someone looked." in said
    [opens] = [action for action in actions(card) if action["type"] == "Action.OpenUrl"]
    assert (opens["title"], opens["url"]) == ("Open my copy", "https://a.example/link/a")
