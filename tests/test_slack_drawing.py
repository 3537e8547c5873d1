"""What a person sees in Slack: the talk in a modal, lines in the chat, pages and the home. Whole views, and laws."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from fake_slack_rules import block_faults, view_faults
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from talks import AT, Talk, library

from adapters.slack import ids, limits
from adapters.slack.boxes import together
from adapters.slack.drawing import Drawing
from adapters.slack.faults import Kind, faults
from adapters.slack.page import OwnWords
from adapters.slack.proof import of_the_bot, within_limits
from bot import gallery
from bot.conversation import Exchange, FieldKind, Form, FormField, Message, Option, Page, Reply, Section
from bot.events import Open, Say
from bot.outward import Said
from prompts.script import EndStep, InfoStep

FOLDER = Path(__file__).parent.parent / "adapters" / "slack"
PURE = ("blocks", "boxes", "drawing", "faults", "forms", "limits", "message", "modal", "page", "proof")
#: Of the standard library, nothing that looks outside.
STANDARD = {
    "collections", "dataclasses", "datetime", "functools", "itertools", "json", "re", "typing", "unicodedata", "uuid",
    "zlib",
}  # fmt: skip
VIEWS = Path(__file__).parent / "slack_views"
DRAWING = Drawing(library())
OWN = "<!channel> *Mia* ran to <@U0123ABC> :smile: `home`"

View = Mapping[str, Any]


def objects(payload: Any) -> Iterator[dict[str, Any]]:
    """Every object of a payload, the outer one first."""
    if isinstance(payload, dict):
        yield payload
    for part in payload.values() if isinstance(payload, dict) else payload if isinstance(payload, list) else ():
        yield from objects(part)


def elements(view: View, kind: str = "") -> dict[str, dict[str, Any]]:
    """What can be tapped or filled in, by action id."""
    found = {one["action_id"]: one for one in objects(view) if "action_id" in one}
    return {action: one for action, one in found.items() if kind in ("", one["type"])}


def words(view: View) -> list[str]:
    return [one["text"] for one in objects(view) if one.get("type") in ("plain_text", "mrkdwn")]


def block(view: View, part: str) -> dict[str, Any]:
    return next(one for one in view["blocks"] if one.get("block_id", "").endswith(f"#{part}"))


def sound(payload: View, kind: Kind) -> bool:
    """Nothing is wrong with it, in our own opinion and in the fake's."""
    assert faults(payload, kind) == ()
    other = block_faults(payload["blocks"], "message") if kind == "message" else view_faults(dict(payload), kind)
    assert other == []
    return True


def begun(locale: str = "en") -> Talk:
    talk = Talk()
    if locale == "es":
        talk.say("español")
    talk.agree("quick-visit")
    return talk


# Whole views, as they go out


def own_words() -> View:
    talk = begun()
    talk.draft("A hand on the rail")
    talk.look()
    return as_written(talk, DRAWING.modal(talk.reply))


def choice_in_spanish() -> View:
    talk = begun("es")
    talk.write("Una mano en la baranda")
    talk.tap("worry", "warmth")
    talk.write("Quizá esperaba.")
    return as_written(talk, DRAWING.modal(talk.reply))


def greeting_in_spanish() -> View:
    talk = Talk()
    talk.say("español")
    talk.say("reflect quick-visit")
    return as_written(talk, DRAWING.message(talk.message, "es"))


def as_written(talk: Talk, view: View) -> View:
    written: View = json.loads(json.dumps(view).replace(talk.message.prompt, "PROMPT"))
    return written


def several_forms() -> View:
    return DRAWING.page(two_forms(), "en")


def one_of_several_forms() -> View:
    return DRAWING.page(two_forms(), "en", form=two_forms().sections[1].forms[0].key)


def two_forms() -> Page:
    return gallery.forms_page("en", ("U0123ABC",), 2)


WHOLE = (own_words, choice_in_spanish, greeting_in_spanish, several_forms, one_of_several_forms)


@pytest.mark.parametrize("drawn", WHOLE)
def test_a_whole_view_is_as_it_was_approved(drawn: Any) -> None:
    """AFTERWORD_WRITE_VIEWS=1 writes them anew; then read them."""
    if os.environ.get("AFTERWORD_WRITE_VIEWS"):
        text = json.dumps(drawn(), ensure_ascii=False, indent=2) + "\n"
        (VIEWS / f"{drawn.__name__}.json").write_text(text, encoding="utf-8")
    approved = json.loads((VIEWS / f"{drawn.__name__}.json").read_text(encoding="utf-8"))
    assert drawn() == approved


# The talk


def test_the_bar_says_how_far_and_how_to_leave() -> None:
    talk = begun()
    view = DRAWING.modal(talk.reply)
    assert view["title"]["text"] == "1 of about 9"
    assert (view["close"]["text"], view["submit"]["text"]) == ("Continue later", "Next")
    assert (view["callback_id"], view["notify_on_close"]) == (ids.TALK, True)
    assert view["private_metadata"] == talk.message.prompt


def test_a_choice_is_one_tap_and_asks_for_nothing_to_be_sent() -> None:
    talk = Talk()
    talk.agree("between-sites")
    view = DRAWING.modal(talk.reply)
    assert "submit" not in view
    row = block(view, "answer")
    weathers = ("sunny", "mixed", "heavy", "stormy", "not-sure")
    assert [one["action_id"] for one in row["elements"]] == [f"choose:{name}" for name in weathers]
    assert ids.prompt_of(row["block_id"]) == talk.message.prompt


def test_every_way_out_is_one_tap_or_two_and_pause_is_the_close_button() -> None:
    talk = begun()
    view = DRAWING.modal(talk.reply)
    near = [one["action_id"] for one in block(view, "ways")["elements"]]
    assert near == ["command:breathe", "command:skip", "command:safety", "commands"]
    far = [option["value"] for option in elements(view)["commands"]["options"]]
    assert {*(name.removeprefix("command:") for name in near[:-1]), *far, "pause"} == {
        option.id for option in talk.message.controls
    }


def test_a_scale_says_what_its_ends_mean() -> None:
    talk = Talk()
    talk.agree()
    talk.tap("yes")
    view = DRAWING.modal(talk.reply)
    assert "1 = light · 5 = very heavy" in words(view)
    assert [elements(view)[f"rate:{number}"]["text"]["text"] for number in range(1, 6)] == list("12345")
    assert elements(view)["rate:5"]["accessibility_label"] == "5, very heavy"
    assert elements(view)["rate:2"]["accessibility_label"] == "2 of 5"


def test_ticks_are_handed_over_one_by_one_and_come_back() -> None:
    talk = begun()
    talk.write("A moment.")
    message = talk.message.model_copy(update={"chosen": ("worry",)})
    view = DRAWING.modal(talk.reply.model_copy(update={"message": message}))
    tick = elements(view)["tick"]
    assert [option["value"] for option in tick["initial_options"]] == ["worry"]
    box = next(one for one in view["blocks"] if one["type"] == "input")
    assert (box["dispatch_action"], box["optional"]) == (True, False), "Slack itself says that one is needed"
    assert box["label"]["text"] == message.text
    assert ids.prompt_of(box["block_id"]) == talk.message.prompt


def test_more_than_ten_ticks_are_a_list() -> None:
    options = tuple(Option(id=f"o{number}", label=f"Option {number}") for number in range(12))
    message = Message(text="Which?", input="multi", choices=options, prompt="p", chosen=("o3",))
    view = DRAWING.modal(Reply(surface="private", message=message))
    assert sound(view, "modal")
    assert elements(view)["tick"]["type"] == "multi_static_select"
    assert sound(DRAWING.message(message, "en"), "message")


def test_what_was_answered_before_is_told_in_words() -> None:
    talk = Talk()
    talk.agree("between-sites")
    talk.tap("mixed")
    talk.tap("back")
    assert "Answered before: Mixed" in words(DRAWING.modal(talk.reply))


def test_the_last_screen_has_one_main_button_and_taking_away_asks_first() -> None:
    talk = Talk()
    talk.agree("between-sites")
    talk.tap("sunny")
    talk.write("Enough.")
    talk.tap("more")
    view = DRAWING.modal(talk.reply)
    assert [action for action, one in elements(view).items() if one.get("style") == "primary"] == ["choose:done"]
    letting_go = elements(view)["choose:let-go"]
    assert "style" not in letting_go
    assert letting_go["confirm"]["title"]["text"] == "Delete this reflection?"
    assert [one["action_id"] for one in block(view, "answer")["elements"]][-2:] == ["choose:less", "choose:let-go"]
    assert view["title"]["text"] == "To finish"


@pytest.mark.parametrize("what", ["delete", "restart"])
def test_keeping_comes_before_taking_away(what: str) -> None:
    talk = begun()
    talk.tap(what)
    row = block(DRAWING.modal(talk.reply), "answer")["elements"]
    assert [one["action_id"] for one in row] == [f"choose:no-{what}", f"choose:yes-{what}"]
    assert [one.get("style", "") for one in row] == ["", "danger"]


def test_a_goodbye_is_a_line_and_a_button_to_close() -> None:
    talk = begun()
    talk.tap("stop")
    view = DRAWING.modal(talk.reply)
    assert talk.reply.closed
    assert view["close"]["text"] == "Close"
    assert not {"submit", "notify_on_close"} & set(view)
    assert elements(view) == {}


def test_the_start_offers_scripts() -> None:
    view = DRAWING.modal(Reply(surface="private", message=Talk().look()))
    assert {"begin:quick-visit", "begin:between-sites"} <= set(elements(view))
    assert view["close"]["text"] == "Close"


def test_a_card_is_read_in_peace_and_its_numbers_can_be_tapped() -> None:
    talk = begun()
    talk.tap("safety")
    view = DRAWING.modal(talk.reply)
    assert words(view).index("*If someone may not be safe*") < words(view).index("What moment stays with you?")
    assert "Danger right now: call <tel:911|911>." in words(view)
    assert "focus_on_load" not in elements(view)["write"], "a keyboard would cover it"


def test_the_box_takes_the_focus_where_there_is_little_to_read_before() -> None:
    talk = begun()
    talk.write("A moment.")
    talk.tap("worry")
    assert elements(DRAWING.modal(talk.reply))["write"]["focus_on_load"] is True


def test_what_is_typed_is_handed_over_while_it_is_typed() -> None:
    talk = begun()
    view = DRAWING.modal(talk.reply)
    box = elements(view)["write"]
    assert box["dispatch_action_config"] == {"trigger_actions_on": ["on_character_entered"]}
    assert (box["multiline"], box["max_length"]) == (True, limits.BOX)
    assert block(view, "write")["dispatch_action"] is True


def test_a_box_of_the_same_place_keeps_its_id_and_one_of_another_place_does_not() -> None:
    talk = begun()
    first = DRAWING.modal(talk.reply)
    talk.tap("help")
    again = DRAWING.modal(talk.reply)
    assert block(first, "write")["block_id"] == block(again, "write")["block_id"]
    talk.write("A moment.")
    talk.tap("worry")
    assert block(DRAWING.modal(talk.reply), "write")["block_id"] != block(first, "write")["block_id"]


def test_words_longer_than_a_box_stand_in_several_and_none_is_lost() -> None:
    talk = begun()
    text = " ".join(f"word-{number}" for number in range(2000))
    talk.say(text)
    talk.look()
    view = DRAWING.modal(talk.reply)
    assert sound(view, "modal")
    boxes = {one["block_id"]: one["element"]["initial_value"] for one in view["blocks"] if one["type"] == "input"}
    assert len(boxes) > 4
    assert together(boxes.items()).split() == text.split()
    assert {one["element"]["action_id"] for one in view["blocks"] if one["type"] == "input"} == {"write"}


def test_words_longer_than_the_bot_takes_at_once_wait_without_a_box() -> None:
    message = Message(text="What?", input="text", draft="x" * 70_000, prompt="p")
    view = DRAWING.modal(Reply(surface="private", message=message))
    assert sound(view, "modal")
    assert "submit" not in view
    assert elements(view) == {}


# The talk so far


def exchange(number: int, answer: str = OWN) -> Exchange:
    return Exchange(asked=f"Question {number}?", answered=answer)


def test_a_short_talk_is_in_sight_and_a_long_one_is_one_tap_away() -> None:
    message = Message(text="And now?", input="text", prompt="p")
    short = Reply(surface="private", message=message, talk=(exchange(1, "Yes."), exchange(2, "No.")))
    assert "so-far" not in elements(DRAWING.modal(short))
    long = short.model_copy(update={"talk": (*short.talk, exchange(3, "A word. " * 100))})
    view = DRAWING.modal(long)
    assert ids.act(elements(view)["so-far"]["action_id"]) == ids.Act("so-far")
    assert any(text.startswith("A word.") and text.endswith("…") for text in words(view))
    assert "Question 2?" not in words(view), "the question has to stay in sight"


def test_the_whole_talk_is_all_of_it_in_full() -> None:
    answers = ("A word. " * 900).strip()
    reply = Reply(surface="private", talk=(exchange(1, answers), exchange(2)))
    view = DRAWING.so_far(reply)
    assert sound(view, "modal")
    assert view["callback_id"] == ids.SO_FAR
    assert not {"submit", "notify_on_close"} & set(view)
    assert "".join(words(view)).count("A word.") == 900
    assert OWN in words(view)


def test_a_talk_beyond_slack_s_room_loses_its_beginning_and_says_so() -> None:
    reply = Reply(surface="private", talk=tuple(exchange(number) for number in range(200)))
    view = DRAWING.so_far(reply)
    assert sound(view, "modal")
    assert words(view)[2] == library().word("en", "window-earlier")
    assert "Question 199?" in words(view)
    assert "Question 0?" not in words(view)
    assert sound(DRAWING.so_far(reply.model_copy(update={"talk": (exchange(1, "é" * 60_000),) * 3})), "modal")


# Chat


def test_a_notification_says_the_same_whatever_it_is_about() -> None:
    talk = Talk()
    said = [talk.say("hello"), talk.tap("private"), talk.say("reflect quick-visit"), talk.say("help")]
    for locale in ("en", "es"):
        assert len({DRAWING.message(message, locale)["text"] for message in said}) == 1


class Spy(Message):
    """A message that tells who looks at what must not be told."""

    def __getattribute__(self, name: str) -> Any:
        assert name not in {"draft", "chosen", "progress", "minutes_left", "step", "script", "controls"}, name
        return super().__getattribute__(name)


def test_a_message_does_not_even_look_at_what_is_private() -> None:
    spy = Spy(preface=("One.",), text="Two?", input="multi", choices=(Option(id="a", label="A"),), prompt="p")
    for private in (False, True):
        DRAWING.message(spy, "en", private)
        DRAWING.ephemeral(spy, "en", private)
    assert not {"draft", "chosen", "progress", "minutes_left"} & set(Said.__slots__)


def test_the_private_box_is_one_main_button() -> None:
    talk = Talk()
    talk.say("hello")
    view = DRAWING.message(talk.message, "en")
    assert elements(view)["choose:private"]["style"] == "primary"
    assert "style" not in elements(view)["choose:here"]
    assert [view[name] for name in ("parse", "link_names", "unfurl_links", "unfurl_media")] == ["none"] + [False] * 3


def test_a_question_in_the_chat_keeps_the_way_to_the_private_box_apart() -> None:
    private = Option(id="private", label="Continue privately")
    options = tuple(Option(id=str(number), label=str(number)) for number in range(1, 6))
    scale = DRAWING.message(
        Message(text="How?", input="scale", choices=(*options, private), low="a", high="b", prompt="p"), "en"
    )
    assert list(elements(scale)) == [*(f"rate:{number}" for number in range(1, 6)), "choose:private"]
    multi = DRAWING.message(Message(text="Which?", input="multi", choices=(*options, private), prompt="p"), "en")
    assert [option["value"] for option in elements(multi)["tick"]["options"]] == list("12345")
    assert {"next", "choose:private"} <= set(elements(multi))
    text = DRAWING.message(Message(text="What?", input="text", choices=(private,), prompt="p"), "en")
    assert library().word("en", "window-type") in words(text)


def test_a_person_is_mentioned_on_purpose_and_nobody_else_can_be() -> None:
    told = DRAWING.message(Message(text="{person} *and* <@U999> join.", person="U0123ABC"), "en")
    assert words(told) == ["<@U0123ABC> ∗and∗ &lt;@U999&gt; join."]
    for odd in ("", "U1>|<!channel>", "ada", "U0123ABC\n"):
        assert words(DRAWING.message(Message(text="{person} joins.", person=odd), "es")) == ["alguien joins."]


def test_an_answer_to_a_command_can_lead_to_the_private_box() -> None:
    line = DRAWING.ephemeral("That took a moment.", "en", private=True)
    assert words(line) == ["That took a moment.", "Continue privately"]
    assert elements(DRAWING.ephemeral("Only words.", "en")) == {}


def test_a_refusal_is_one_sentence() -> None:
    view = DRAWING.refusal("That is more than I can take at once.", "en")
    assert sound(view, "modal")
    assert words(view) == ["Afterword", "Close", "That is more than I can take at once."]


# Pages


def opened(name: str, talk: Talk | None = None) -> Page:
    turn = (talk or Talk()).take(Open(at=AT, page=name))
    assert turn.reply.page is not None
    return turn.reply.page


def test_the_home_never_shows_what_somebody_wrote() -> None:
    section = Section(title="A day", exchanges=(exchange(1),))
    with pytest.raises(OwnWords) as raised:
        DRAWING.home(Page(name="home", title="Home", sections=(section,)), "en")
    assert OWN not in str(raised.value)
    names = FormField(id="name", label="Name", kind="text", value=(OWN,))
    form = Form(id="team", title="Team", fields=(names,), submit="Save")
    view = DRAWING.home(Page(name="home", title="Home", sections=(Section(forms=(form,)),)), "en")
    assert OWN not in json.dumps(view)
    assert "open:home" in elements(view)


def test_the_home_begins_scripts_and_leads_on_and_its_settings_open_over_it() -> None:
    view = DRAWING.home(opened("home"), "en")
    assert sound(view, "home")
    main = [action for action, one in elements(view).items() if one.get("style") == "primary"]
    assert main == ["begin:quick-visit"]
    assert {"open:data", "open:consent", "open:home", "command:safety"} <= set(elements(view))
    assert not any(action.startswith("form:") for action in elements(view))
    settings = DRAWING.page(opened("home"), "en")
    assert set(elements(settings)) == {"form:quiet/hours", "form:language/language"}
    assert settings["title"]["text"] == "Settings"
    assert elements(settings)["form:language/language"]["initial_option"]["value"] == "en"


def test_the_home_says_what_is_open_first_and_who_sees_it_last() -> None:
    view = DRAWING.home(opened("home", begun()), "en")
    main = [action for action, one in elements(view).items() if one.get("style") == "primary"]
    assert main == ["command:resume"]
    shown = words(view)
    assert shown.index(library().word("en", "home-open")) < shown.index("Continue")
    assert shown[-1] == library().word("en", "home-who-sees")


def test_a_home_that_was_emptied_is_a_line_and_no_button() -> None:
    view = DRAWING.home(Page(name="home", title="", lines=("All is gone.",)), "en")
    assert words(view) == ["All is gone."]


def test_what_was_set_is_said_over_the_settings() -> None:
    page = opened("home")
    page = page.model_copy(update={"lines": ("Saved.", *page.lines)})
    assert words(DRAWING.page(page, "en"))[2] == "Saved."
    assert library().word("en", "home-intro") not in words(DRAWING.page(page, "en"))


def test_erasing_asks_first_and_says_what_goes() -> None:
    view = DRAWING.page(opened("data"), "es")
    button = elements(view)["form:erase/confirm"]
    assert (button["value"], button["confirm"]["style"]) == ("erase", "danger")
    assert "style" not in button
    assert button["confirm"]["text"]["text"] == library().word("en", "erase-words")
    long = FormField(id="ok", label="x" * 400, kind="multi", options=(Option(id="go", label="y" * 40),))
    form = Form(id="f", title="Title", fields=(long,), submit="Go")
    view = DRAWING.page(Page(name="p", title="P", sections=(Section(forms=(form,)),)), "en")
    assert sound(view, "modal")
    assert "x" * 400 in words(view)
    assert elements(view)["form:f/ok"]["confirm"]["confirm"]["text"] == "Yes"


def kept(number: int) -> Section:
    name = f"reflection-{number}"
    field = FormField(id="reflection", label="", options=(Option(id=name, label=""),), value=(name,))
    form = Form(id="delete-reflection", title="", fields=(field,), submit="Delete this reflection", deletes=True)
    return Section(title=f"Day {number}", exchanges=(exchange(1), exchange(2)) * 4, forms=(form,))


def test_all_that_is_kept_can_be_read_a_modal_at_a_time() -> None:
    page = Page(name="data", title="My data", lines=("What is kept.",), sections=tuple(map(kept, range(40))))
    start, seen = 0, list[str]()
    while True:
        view = DRAWING.page(page, "en", start)
        assert sound(view, "modal")
        seen += [text for text in words(view) if text.startswith("*Day")]
        older = [one for one in objects(view) if one.get("text", {}) and "Older" in str(one.get("text"))]
        taps = [one for one in older if one.get("action_id") == "open:data"]
        if not taps:
            break
        assert int(taps[0]["value"]) > start
        start = int(taps[0]["value"])
    assert seen == [f"*Day {number}*" for number in range(40)]


def test_deleting_says_which_reflection() -> None:
    view = DRAWING.page(Page(name="data", title="My data", sections=(kept(7),)), "en")
    button = elements(view)["form:delete-reflection/reflection"]
    assert button["value"] == "reflection-7"
    assert button["confirm"]["confirm"]["text"] == "Yes, delete"
    assert button["accessibility_label"] == "Delete this reflection: Day 7"
    assert button["confirm"]["text"]["text"] == "Day 7\nThis cannot be undone."


def test_one_reflection_too_long_for_a_modal_says_that_its_end_is_missing() -> None:
    huge = Section(title="A day", exchanges=(exchange(1, "A word. " * 40_000),), forms=kept(1).forms)
    view = DRAWING.page(Page(name="data", title="My data", sections=(huge, kept(2))), "en")
    assert sound(view, "modal")
    assert library().word("en", "window-too-much") in words(view)
    assert {"form:delete-reflection/reflection", "open:data"} <= set(elements(view))


def setup_page(team: str = "North", members: tuple[str, ...] = ("U0123ABC", "ada")) -> Page:
    fields = (
        FormField(id="name", label="Name", kind="text", value=(team,)),
        FormField(id="members", label="Who?", kind="people", value=members, hint="All of them."),
        FormField(id="supervisors", label="Who supervises?", kind="people", optional=True),
        FormField(id="lead", label="Who leads?", kind="person", value=("U0456DEF",)),
        FormField(id="day-end", label="When?", kind="time", value=("17:00",)),
        FormField(id="lines", label="Whom to call?", kind="lines", value=("A: 1", "B: 2"), optional=True),
    )
    form = Form(id="team", title="Team", fields=fields, submit="Save")
    others = (Option(id="setup:South", label="South"),)
    return Page(name="setup", title="Set up", sections=(Section(pages=others), Section(forms=(form,))))


def test_a_form_that_is_filled_in_is_sent_as_a_whole() -> None:
    view = DRAWING.page(setup_page(), "en")
    assert sound(view, "modal")
    assert (view["callback_id"], view["submit"]["text"]) == ("form:team", "Save")
    found = {action: one["type"] for action, one in elements(view).items()}
    assert found == {
        "open:setup:South": "button", "field:name": "plain_text_input", "field:members": "multi_users_select",
        "field:supervisors": "multi_users_select", "field:lead": "users_select", "field:day-end": "timepicker",
        "field:lines": "plain_text_input",
    }  # fmt: skip
    assert elements(view)["field:members"]["initial_users"] == ["U0123ABC"]
    assert elements(view)["field:lines"]["initial_value"] == "A: 1\nB: 2"
    optional = [one["optional"] for one in view["blocks"] if one["type"] == "input"]
    assert optional == [False, False, True, False, False, True]


def one_form(*fields: FormField, **more: Any) -> Page:
    form = Form(id="f", title="F", fields=fields, submit="Save", **more)
    return Page(name="p", title="P", sections=(Section(title="It", forms=(form,)),))


@pytest.mark.parametrize(
    ("kind", "value", "drawn"),
    [
        ("time", "17:00", {"type": "timepicker", "initial_time": "17:00"}),
        ("time", "5 pm", {"type": "timepicker"}),
        ("date", "2026-12-24", {"type": "datepicker", "initial_date": "2026-12-24"}),
        ("date", "2026-02-30", {"type": "datepicker"}),
        ("date", "12/24", {"type": "datepicker"}),
        ("date", "", {"type": "datepicker"}),
    ],
)
def test_a_time_or_a_day_that_is_none_is_left_out(kind: FieldKind, value: str, drawn: View) -> None:
    view = DRAWING.page(one_form(FormField(id="at", label="When?", kind=kind, value=(value,), optional=True)), "en")
    assert sound(view, "modal")
    assert elements(view)["field:at"] == {"action_id": "field:at", **drawn}
    assert [one["optional"] for one in view["blocks"] if one["type"] == "input"] == [True]


def test_what_is_not_seen_goes_along_with_what_is_filled_in() -> None:
    unseen = FormField(id="which", label="", value=("rule-1",))
    days = tuple(Option(id=str(day), label=f"Day {day}") for day in range(7))
    field = FormField(id="days", label="Days", kind="multi", options=days, value=("0", "2"))
    view = DRAWING.page(one_form(unseen, field), "en")
    assert sound(view, "modal")
    assert (view["callback_id"], view["private_metadata"]) == ("form:f", '{"which": "rule-1"}')
    assert [one["value"] for one in elements(view)["field:days"]["initial_options"]] == ["0", "2"]
    choice = FormField(id="often", label="How often?", options=days[:2])
    assert "field:often" in elements(DRAWING.page(one_form(unseen, choice), "en")), "a tap would say nothing of which"


def test_a_form_that_asks_nothing_is_one_button_and_asks_first_where_it_deletes() -> None:
    unseen = FormField(id="which", label="", value=("rule-1",))
    other = FormField(id="day", label="", value=("2026-12-24",))
    (button,) = elements(DRAWING.page(one_form(unseen), "en")).values()
    assert (button["action_id"], button["value"], button.get("confirm")) == ("form:f/which", "rule-1", None)
    assert button["accessibility_label"] == "Save: It"
    (button,) = elements(DRAWING.page(one_form(unseen, deletes=True), "en")).values()
    assert button["confirm"]["text"]["text"] == "It\nThis cannot be undone."
    (button,) = elements(DRAWING.page(one_form(unseen, other), "en")).values()
    assert (button["action_id"], json.loads(button["value"])) == ("form:f/", {"which": "rule-1", "day": "2026-12-24"})
    assert list(elements(DRAWING.page(one_form(), "en"))) == ["form:f/"]


def test_of_several_forms_one_is_filled_in_at_a_time() -> None:
    page = gallery.forms_page("en", ("U0123ABC",))
    view = DRAWING.page(page, "en")
    assert sound(view, "modal")
    assert "submit" not in view
    opens = [one["value"] for one in objects(view) if one.get("action_id") == "open:forms"]
    assert opens == [f"form:{section.forms[0].key}" for section in page.sections]
    assert len(set(opens)) == gallery.MOST_FORMS
    for section in page.sections:
        one = DRAWING.page(page, "en", form=section.forms[0].key)
        assert sound(one, "modal")
        assert [text for text in words(one) if text.startswith("*Section")] == [f"*{section.title}*"]
        assert json.loads(one["private_metadata"]) == section.forms[0].carried
        assert {"*Change this*", "Back"} <= set(words(one))
        assert [action for action in elements(one) if not action.startswith("field:")] == ["open:forms"]
    assert DRAWING.page(page, "en", form="gone") == view


def test_all_sections_can_be_reached_a_modal_at_a_time() -> None:
    page = gallery.forms_page("en", ("U0123ABC",), 40)
    start, seen = 0, list[str]()
    while True:
        view = DRAWING.page(page, "en", start)
        assert sound(view, "modal")
        seen += [text for text in words(view) if text.startswith("*Section")]
        assert ("Back to the beginning" in words(view)) == bool(start)
        after = [one for one in objects(view) if "More (" in str(one.get("text", "")) and "value" in one]
        if not after:
            break
        assert int(after[0]["value"]) > start
        start = int(after[0]["value"])
    assert seen == [f"*{section.title}*" for section in page.sections]


def test_another_team_s_form_is_another_form() -> None:
    def names(page: Page) -> set[str]:
        return {one["block_id"] for one in DRAWING.page(page, "en")["blocks"] if one["type"] == "input"}

    assert names(setup_page()) == names(setup_page())
    north, south = names(setup_page()), names(setup_page("South", ("U0999ABC",)))
    assert len(north & south) == 4, "only what has the same value"


def test_a_page_leads_back_to_a_talk_where_there_is_one() -> None:
    for name in ("data", "consent"):
        assert "command:resume" in elements(DRAWING.page(opened(name, begun()), "en"))
        assert not {"command:resume", "open:talk"} & set(elements(DRAWING.page(opened(name), "en")))


def test_what_i_agreed_to_comes_before_the_notice() -> None:
    view = DRAWING.page(opened("consent", begun()), "en")
    kinds = [one["type"] for one in view["blocks"]]
    assert kinds.index("actions") < kinds.index("divider")
    assert any(text.startswith("*What is kept.* Your answers") for text in words(view))


def test_read_everything_shows_the_notice_once_and_only_the_choices_that_are_left() -> None:
    talk = Talk()
    talk.say("reflect quick-visit")
    talk.look()
    talk.tap("read")
    view = DRAWING.modal(talk.reply)
    assert sound(view, "modal")
    assert any(text.startswith("*What is kept.* Your answers") for text in words(view))
    assert not any(text.startswith("Afterword asks fixed questions. No person") for text in words(view))
    assert [one["action_id"] for one in block(view, "answer")["elements"]] == ["choose:keep", "choose:nothing"]


def test_a_question_is_the_label_of_its_own_box() -> None:
    talk = begun()
    box = block(DRAWING.modal(talk.reply), "write")
    assert (box["label"]["text"], box["hint"]["text"]) == (talk.message.text, talk.message.hint)
    assert box["optional"] is False
    long = talk.message.model_copy(update={"text": "A long question. " * 20})
    view = DRAWING.modal(talk.reply.model_copy(update={"message": long}))
    assert block(view, "write")["label"]["text"] == library().word("en", "window-box")
    assert long.text.strip() in words(view)


def test_a_card_goes_over_the_question_under_the_name_of_its_button() -> None:
    talk = begun("es")
    for command, title in (("safety", "Seguridad"), ("breathe", "Respirar")):
        talk.tap(command)
        view = DRAWING.card(talk.reply)
        assert sound(view, "modal")
        assert (view["title"]["text"], view["close"]["text"]) == (title, "Atrás")
        assert not {"submit", "notify_on_close"} & set(view)
        assert elements(view) == {}
    assert DRAWING.card(Reply(surface="private"))["title"]["text"] == "Afterword"


def test_a_card_that_an_answer_brings_stands_alone_above_the_question() -> None:
    talk = begun()
    talk.write("A moment.")
    talk.tap("safety")
    view = DRAWING.modal(talk.reply)
    assert "A moment." not in words(view)
    assert view["blocks"][0]["text"]["text"] == "*If someone may not be safe*"


def test_the_help_of_a_window_has_no_words_to_say() -> None:
    talk = begun()
    talk.tap("help")
    shown = words(DRAWING.modal(talk.reply))
    assert library().word("en", "slack-help") in shown
    assert library().word("en", "help") not in shown


def test_an_answer_that_the_reply_repeats_is_shown_once() -> None:
    message = Message(text="And now?", input="text", prompt="p")
    one = Exchange(asked="How?", answered="Stormy", reply="Stormy. Two short taps.")
    shown = words(DRAWING.modal(Reply(surface="private", message=message, talk=(one,))))
    assert "Stormy" not in shown
    assert "Stormy. Two short taps." in shown


@pytest.mark.parametrize("locale", ["en", "es"])
def test_labels_that_everybody_meets_are_short_enough_for_a_phone(locale: str) -> None:
    """Slack may cut a button at some thirty characters."""
    talk = Talk()
    talk.say("español" if locale == "es" else "english")
    talk.say("reflect quick-visit")
    options = talk.look().choices
    words = [option.label for option in options]
    words += [library().word(locale, f"counting-{name}") for name in ("once", "always", "each", "never")]
    assert [label for label in words if len(label) > 30] == []


# Everything


def test_every_step_of_every_script_can_be_drawn() -> None:
    """`adapters.slack.proof` draws each look once; here it is shown that it would tell of a fault in any language."""
    check = within_limits(library)
    assert [fault for script in library().scripts.values() for fault in check(script)] == []
    script = library().scripts["quick-visit"]
    for locale in library().locales:
        worse = {**script.strings[locale], "gate.yes.label": "x" * 76}
        told = check(script.model_copy(update={"strings": {**script.strings, locale: worse}}))
        assert {(fault.rule, fault.step) for fault in told} == {("slack-limit", "gate")}


def test_what_the_bot_says_itself_can_be_drawn() -> None:
    assert [words for locale in library().locales for words in of_the_bot(library(), locale)] == []


def code(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))


def test_the_words_for_slack_are_all_used() -> None:
    ours = [name for name in library().app if name.startswith("slack-") and not name.startswith("slack-install")]
    used = code(FOLDER)
    assert [name for name in ours if f'"{name}"' not in used] == []


def test_the_words_for_a_private_window_are_all_used_by_a_chat_platform() -> None:
    ours = [name for name in library().app if name.startswith(("window-", "chat-notice"))]
    used = code(FOLDER.parent)
    assert [name for name in ours if f'"{name}"' not in used] == []


def test_only_what_is_not_sensitive_is_drawn_for_the_chat() -> None:
    for script in library().scripts.values():
        for step in script.steps:
            message = gallery.in_chat(library(), script, step, "en")
            assert (message is None) == (step.sensitive or isinstance(step, EndStep | InfoStep))
            if message is not None:
                assert message.step == step.id
                assert sound(DRAWING.message(message, "en"), "message")


def test_nothing_typed_is_said_back_in_the_chat() -> None:
    talk = begun()
    talk.take(Say(at=AT, text=f"{OWN} and more words"))
    assert "Mia" not in json.dumps(DRAWING.message(talk.message, "en"))


@pytest.mark.parametrize("name", PURE)
def test_drawing_knows_neither_slack_s_libraries_nor_a_clock(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {module.split(".")[0] for module in imported}
    assert roots <= {"__future__", "adapters", "bot", "prompts", *STANDARD}


# Whatever can be built

LINES = st.text(st.sampled_from("ab *<>&:é👶\n.-1"), max_size=60) | st.just("x" * 4000) | st.just(OWN)
IDS = st.from_regex(r"[a-z][a-z0-9:-]{0,20}", fullmatch=True)
OPTIONS = st.lists(st.builds(Option, id=IDS, label=LINES), max_size=30, unique_by=lambda option: option.id).map(tuple)
CONTROLS = st.lists(
    st.sampled_from(("back", "breathe", "skip", "pause", "help", "safety", "language", "stop", "restart", "delete")),
    unique=True,
).map(lambda names: tuple(Option(id=name, label=name) for name in names))
EXCHANGES = st.lists(st.builds(Exchange, asked=LINES, answered=LINES, reply=LINES), max_size=12).map(tuple)
MESSAGES = st.builds(
    Message,
    preface=st.lists(LINES, max_size=130).map(tuple),
    title=LINES,
    text=LINES,
    hint=LINES,
    input=st.sampled_from(["choice", "multi", "scale", "text", "none"]),
    choices=OPTIONS,
    controls=CONTROLS,
    prompt=st.sampled_from(["", "start", "greeting", "1f25353f.4"]),
    progress=LINES,
    minutes_left=st.none() | st.integers(0, 40),
    draft=LINES | st.integers(1, 1200).map(lambda times: "Palabras y más 👶 palabras.\n" * times),
    chosen=st.lists(IDS, max_size=3).map(tuple),
    low=LINES,
    high=LINES,
    script=st.sampled_from(["", "quick-visit"]),
    person=st.sampled_from(["", "U0123ABC", "<!here>"]),
)
REPLIES = st.builds(
    Reply,
    surface=st.just("private"),
    locale=st.sampled_from(["en", "es"]),
    message=st.none() | MESSAGES,
    talk=EXCHANGES,
    closed=st.booleans(),
)
FIELDS = st.builds(
    FormField,
    id=IDS,
    label=LINES,
    kind=st.sampled_from(get_args(FieldKind)),
    hint=LINES,
    options=OPTIONS,
    value=st.lists(LINES | IDS | st.sampled_from(["U0123ABC", "17:00", "2026-12-24"]), max_size=3).map(tuple),
    optional=st.booleans(),
)
FORMS = st.builds(
    Form,
    id=IDS,
    title=LINES,
    submit=LINES,
    fields=st.lists(FIELDS, max_size=5, unique_by=lambda one: one.id).map(tuple),
    deletes=st.booleans(),
)
SECTIONS = st.builds(
    Section,
    title=LINES,
    lines=st.lists(LINES, max_size=10).map(tuple),
    exchanges=st.just(()) | EXCHANGES,
    forms=st.lists(FORMS, max_size=2).map(tuple),
    scripts=OPTIONS,
    pages=OPTIONS,
)
PAGES = st.builds(
    Page,
    name=IDS,
    title=LINES,
    resumes=st.booleans(),
    lines=st.lists(LINES, max_size=40).map(tuple),
    sections=st.lists(SECTIONS, max_size=6).map(tuple),
)
slow = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


@slow
@given(REPLIES)
def test_any_reply_can_be_drawn(reply: Reply) -> None:
    assert sound(DRAWING.modal(reply), "modal")
    assert sound(DRAWING.so_far(reply), "modal")


@slow
@given(MESSAGES, st.booleans())
def test_any_message_can_be_drawn(message: Message, private: bool) -> None:
    assert sound(DRAWING.message(message, "es", private), "message")
    assert sound(DRAWING.ephemeral(message, "en", private), "message")


@slow
@given(PAGES, st.integers(0, 5))
def test_any_page_can_be_drawn(page: Page, start: int) -> None:
    assert sound(DRAWING.page(page, "es", start), "modal")
    for form in [form for section in page.sections for form in section.forms]:
        assert sound(DRAWING.page(page, "es", form=form.key), "modal")
    if not any(section.exchanges for section in page.sections):
        assert sound(DRAWING.home(page, "en"), "home")


@slow
@given(REPLIES)
def test_what_a_person_wrote_is_never_formatted(reply: Reply) -> None:
    talk = (Exchange(asked="A question?", answered="OWNWORDS *b* <@U1>", reply=""),)
    message = (reply.message or Message(text="x")).model_copy(update={"draft": "OWNWORDS <!here>"})
    reply = reply.model_copy(update={"talk": talk, "message": message})
    for view in (DRAWING.modal(reply), DRAWING.so_far(reply)):
        for one in objects(view):
            if "OWNWORDS" in str(one.get("text", "")) and one.get("type") != "section":
                assert one["type"] == "plain_text"
                assert one["emoji"] is False


def test_people_on_a_page_are_mentioned_and_an_address_is_a_link() -> None:
    looks = Section(
        title="Who looked", lines=("On Monday, {person} looked.", "{person} <!here> *too*."), people=("U07SAM", "x")
    )
    page = Page(
        name="data",
        title="My data",
        sections=(looks, Section(links=(Option(id="https://a.example/l?a=1&b=2", label="Open <it>"),))),
    )
    view = DRAWING.page(page, "en")
    assert sound(view, "modal")
    assert "On Monday, <@U07SAM> looked.\nsomeone &lt;!here&gt; ∗too∗." in words(view)
    assert "<https://a.example/l?a=1&amp;b=2|Open &lt;it&gt;>" in words(view)


def test_a_long_list_of_people_stays_within_a_modal() -> None:
    lines = tuple(f"On day {number}, {{person}} looked at the page of your group." for number in range(600))
    page = Page(
        name="looks", title="Who looked", sections=(Section(title="2026", lines=lines, people=("U07SAM",) * 600),)
    )
    assert sound(DRAWING.page(page, "en"), "modal")
