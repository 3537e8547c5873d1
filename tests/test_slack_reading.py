"""What Slack's payloads are taken for. The shapes are those of Slack's reference."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import AT
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from talks import library

from adapters.slack import ids
from adapters.slack.payload import payload
from adapters.slack.reading import Asked, read
from bot.events import BESIDE, Choose, Command, Event, Open, Rate, Say, Submit, Write


def asked(**fields: Any) -> Asked | None:
    return read(library(), payload(fields), AT)


def event(**fields: Any) -> Event:
    found = asked(**fields)
    assert found is not None
    return found.event


def command(text: str) -> Event:
    return event(command=ids.COMMAND, text=text, user_id="U1", trigger_id="1.2", team_id="T1")


def tap(verb: ids.Verb, argument: str = "", value: dict[str, Any] | None = None, **fields: Any) -> Asked | None:
    action = {
        "action_id": ids.action_id(verb, argument),
        "block_id": "p.1#choices",
        "action_ts": "5.5",
        **(value or {}),
    }
    view = {"id": "V1", "hash": "h1", "type": "modal", "callback_id": ids.TALK, "private_metadata": "p.1"}
    return asked(
        type="block_actions", user={"id": "U1"}, trigger_id="1.2", actions=[action], **({"view": view} | fields)
    )


def test_the_slash_command_begins_names_a_script_or_says_anything_that_can_be_said() -> None:
    assert command("") == Command(at=AT, name="reflect")
    assert command("quick-visit") == Command(at=AT, name="reflect", argument="quick-visit")
    assert command("Entre un lugar y otro") == Command(at=AT, name="reflect", argument="between-sites")
    assert command("help") == Command(at=AT, name="help")
    assert command("mis datos") == Open(at=AT, page="data")
    assert command("nosuch thing") == Command(at=AT, name="reflect", argument="nosuch thing")


@pytest.mark.parametrize(
    "words", ["visit at 3pm", "in 20 minutes", "hoy no", "away until Friday", "visit at half three-ish"]
)
def test_a_wish_after_the_command_is_no_name_of_a_script(words: str) -> None:
    assert command(words) == Write(at=AT, text=words, prompt=BESIDE)


def test_somebody_s_words_after_the_command_are_nobody_s_answer() -> None:
    words = "I keep thinking of the little one"
    assert command(words) == Write(at=AT, text=words, prompt=BESIDE)


@pytest.mark.parametrize(
    ("verb", "argument", "value", "wanted"),
    [
        ("choose", "yes", {}, Choose(at=AT, values=("yes",), prompt="p.1")),
        ("rate", "4", {}, Rate(at=AT, value=4, prompt="p.1")),
        ("command", "back", {}, Command(at=AT, name="back", prompt="p.1")),
        ("commands", "", {"selected_option": {"value": "stop"}}, Command(at=AT, name="stop", prompt="p.1")),
        ("write", "", {"value": "so far"}, Write(at=AT, text="so far", prompt="p.1", done=False)),
        ("tick", "", {"selected_options": [{"value": "a"}, {"value": "b"}]},
         Choose(at=AT, values=("a", "b"), prompt="p.1", done=False)),
        ("begin", "between-sites", {}, Command(at=AT, name="reflect", argument="between-sites")),
        ("open", "data", {}, Open(at=AT, page="data")),
        ("form", "language/language", {"selected_option": {"value": "es"}},
         Submit(at=AT, form="language", values={"language": ("es",)})),
        ("form", "delete-reflection/reflection", {"value": "some-id"},
         Submit(at=AT, form="delete-reflection", values={"reflection": "some-id"})),
        ("form", "skip/", {"value": '{"which": "rule-1", "day": "2026-12-24"}'},
         Submit(at=AT, form="skip", values={"which": "rule-1", "day": "2026-12-24"})),
        ("form", "skip/", {"value": "{}"}, Submit(at=AT, form="skip", values={})),
    ],
)  # fmt: skip
def test_a_tap_in_a_modal(verb: ids.Verb, argument: str, value: dict[str, Any], wanted: Event) -> None:
    found = tap(verb, argument, value)
    assert found is not None
    assert (found.event, found.place, found.view, found.hash) == (wanted, "modal", "V1", "h1")
    assert found.key == f"tap:V1:5.5:{ids.action_id(verb, argument)}"


@pytest.mark.parametrize(("verb", "argument"), [("field", "x"), ("rate", "9999"), ("rate", "²"), ("command", "erase")])
def test_a_tap_that_asks_nothing(verb: ids.Verb, argument: str) -> None:
    assert tap(verb, argument) is None


def test_what_stands_in_the_box_goes_with_every_tap_in_the_modal() -> None:
    state = {"values": {"p.1#box": {"write": {"type": "plain_text_input", "value": "half a thought"}}}}
    view = {"id": "V1", "hash": "h", "type": "modal", "callback_id": ids.TALK, "state": state}
    found = tap("command", "help", view=view)
    assert found is not None
    assert found.draft == Write(at=AT, text="half a thought", prompt="p.1", done=False)


def test_a_tap_in_a_message_carries_the_message_and_never_a_private_surface() -> None:
    container = {"type": "message", "channel_id": "D1", "message_ts": "9.9"}
    found = tap("choose", "yes", view=None, container=container)
    assert found is not None
    assert (found.place, found.channel, found.ts) == ("chat", "D1", "9.9")
    assert found.event == Choose(at=AT, values=("yes",), prompt="p.1", surface="message")


def sent(text: str | None, view_hash: str = "h") -> Asked:
    state = {"values": {"p.1#box": {"write": {"type": "plain_text_input", "value": text}}}}
    view = {"id": "V1", "hash": view_hash, "type": "modal", "callback_id": ids.TALK, "state": state}
    found = asked(type="view_submission", user={"id": "U1"}, view=view)
    assert found is not None
    return found


def test_what_is_sent_again_has_the_same_key_and_what_was_changed_has_another() -> None:
    assert sent("one").event == Write(at=AT, text="one", prompt="p.1")
    assert sent(None).event == Write(at=AT, text="", prompt="p.1")
    assert sent("one").key == sent("one").key
    assert sent("one").key != sent("another").key
    assert "one" not in sent("one").key


def test_closing_the_talk_is_a_pause_and_closing_anything_else_is_nothing() -> None:
    state = {"values": {"p.1#box": {"write": {"type": "plain_text_input", "value": "half"}}}}
    view = {
        "id": "V1",
        "hash": "h",
        "type": "modal",
        "callback_id": ids.TALK,
        "private_metadata": "p.1",
        "state": state,
    }
    found = asked(type="view_closed", user={"id": "U1"}, view=view)
    assert found is not None
    assert (found.event, found.place) == (Command(at=AT, name="pause", prompt="p.1"), "nowhere")
    assert found.draft == Write(at=AT, text="half", prompt="p.1", done=False)
    assert asked(type="view_closed", user={"id": "U1"}, view={**view, "callback_id": ids.SO_FAR}) is None


def test_a_form_is_sent_with_all_its_fields() -> None:
    values = {
        "a": {
            "field:members": {"type": "multi_users_select", "selected_users": ["UADA", "UBEN", "USLACKBOT", "nobody"]}
        },
        "b": {"field:day-end": {"type": "timepicker", "selected_time": "16:30"}},
        "c": {"field:name": {"type": "plain_text_input", "value": "North"}},
        "d": {"field:supervisors": {"type": "multi_users_select", "selected_users": []}},
    }
    view = {"id": "V1", "hash": "h", "type": "modal", "callback_id": "form:team", "state": {"values": values}}
    wanted = {"members": ("UADA", "UBEN"), "day-end": "16:30", "name": "North", "supervisors": ()}
    found = asked(type="view_submission", user={"id": "U1"}, view=view)
    assert found is not None
    assert found.event == Submit(at=AT, form="team", values=wanted)


def filled_in(state: Any, metadata: str = "", blocks: Any = ()) -> Asked:
    view = {
        "id": "V1", "hash": "h", "type": "modal", "callback_id": "form:change", "private_metadata": metadata,
        "state": {"values": state}, "blocks": list(blocks),
    }  # fmt: skip
    found = asked(type="view_submission", user={"id": "U1"}, view=view)
    assert found is not None
    return found


def test_days_and_times_are_as_they_were_picked_or_empty() -> None:
    picked = {
        "a": {"field:until": {"type": "datepicker", "selected_date": "2026-12-24"}},
        "b": {"field:from": {"type": "datepicker", "selected_date": None}},
        "c": {"field:time": {"type": "timepicker", "selected_time": None}},
    }
    event = filled_in(picked).event
    assert isinstance(event, Submit)
    assert event.values == {"until": "2026-12-24", "from": "", "time": ""}


def test_a_day_that_nobody_touched_is_the_one_that_was_drawn() -> None:
    drawn = {"type": "datepicker", "action_id": "field:until", "initial_date": "2026-12-24"}
    untouched = filled_in({}, blocks=[{"type": "input", "block_id": "a", "element": drawn}]).event
    emptied = filled_in(
        {"a": {"field:until": {"type": "datepicker", "selected_date": None}}},
        blocks=[{"type": "input", "block_id": "a", "element": drawn}],
    ).event
    assert isinstance(untouched, Submit)
    assert isinstance(emptied, Submit)
    assert (untouched.values, emptied.values) == ({"until": "2026-12-24"}, {"until": ""})


def test_what_a_form_carries_comes_back_and_says_which_it_was() -> None:
    found = filled_in({"a": {"field:name": {"value": "x"}}}, '{"which": "rule-1", "name": "as it was drawn"}')
    assert isinstance(found.event, Submit)
    assert found.event.values == {"which": "rule-1", "name": "as it was drawn"}
    assert found.form == "change/rule-1/as it was drawn"


@pytest.mark.parametrize("metadata", ["", "data", "[]", "5", "null", '{"which": 5}', '{"which"', "[" * 3000])
def test_odd_metadata_bring_nothing(metadata: str) -> None:
    event = filled_in({}, metadata).event
    assert isinstance(event, Submit)
    assert event.values == {}


@pytest.mark.parametrize(
    ("value", "form", "start"), [("form:change/rule-1", "change/rule-1", 0), ("7", "", 7), ("", "", 0), ("x", "", 0)]
)
def test_a_button_to_a_page_says_which_form_or_which_part_of_it(value: str, form: str, start: int) -> None:
    found = tap("open", "rules", {"value": value})
    assert found is not None
    assert (found.event, found.form, found.start) == (Open(at=AT, page="rules"), form, start)


def message(**fields: Any) -> Asked | None:
    said = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": "hello", **fields}
    return asked(type="event_callback", event_id="Ev1", team_id="T1", event=said)


def test_only_what_a_person_typed_into_their_own_chat_is_heard() -> None:
    found = message()
    assert found is not None
    assert (found.event, found.key, found.channel) == (Say(at=AT, text="hello"), "event:Ev1", "D1")
    for other in ({"subtype": "message_changed"}, {"bot_id": "B1"}, {"channel_type": "channel"}, {"user": None}):
        assert message(**other) is None


NOISE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = ("type", "user", "view", "actions", "container", "state", "event", "team", "callback_id", "command", "text")


@given(st.dictionaries(st.sampled_from(NAMES), NOISE), st.sampled_from(["block_actions", "view_submission", "", "x"]))
def test_whatever_comes_is_read_or_refused_without_being_quoted(noise: dict[str, Any], kind: str) -> None:
    try:
        found = payload({"type": kind, **noise})
    except ValidationError as refused:
        text = str(refused)
        assert "input_value" not in text, text
    else:
        read(library(), found, AT)
