"""What Teams' activities are taken for. The shapes are those of Teams' reference."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from conftest import AT
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.teams import activity, ids
from adapters.teams.activity import Activity
from adapters.teams.reading import Asked, How, read
from bot.events import Choose, Command, CommandName, Event, Open, Rate, Say, Submit, Write
from bot.forms import a_date, a_time

Json = dict[str, Any]

PERSON = "1f1f1f1f-2222-3333-4444-55555555555e"
TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
STAMP = "5" * 12

#: What every activity says of itself.
WHERE: Json = {
    "id": "f:1",
    "recipient": {"id": "28:bot"},
    "conversation": {"id": "a:chat", "conversationType": "personal", "tenantId": TENANT},
}

#: How something can be asked with a button: in a dialog, as it opens and later; on a card that is answered in place; in
#: this person's own view of one; by a client that can only send a message.
WAYS = ("fetch", "dialog", "execute", "view", "submit")
PRIVATE = ("fetch", "dialog", "view")


def sent(**fields: Any) -> Activity:
    return activity.read({
        **WHERE, "type": "message", "channelId": "msteams", "serviceUrl": "https://smba.trafficmanager.net/amer/",
        "from": {"id": "29:ada", "aadObjectId": PERSON}, "channelData": {"tenant": {"id": TENANT}}, **fields,
    })  # fmt: skip


def by(way: str, data: Any, **fields: Any) -> Activity:
    match way:
        case "fetch" | "dialog":
            name = "task/fetch" if way == "fetch" else "task/submit"
            value = {"data": data, "context": {"theme": "default"}}
            return sent(**{"type": "invoke", "name": name, "value": value, **fields})
        case "execute" | "view":
            seen = {"view": "card"} if way == "view" else {}
            action = {"type": "Action.Execute", "verb": ids.EXECUTE_VERB, "data": {**data, **seen}}
            value = {"action": action, "trigger": "manual"}
            return sent(
                **{"type": "invoke", "name": "adaptiveCard/action", "value": value, "replyToId": "1:card", **fields}
            )
    return sent(**{"value": data, "replyToId": "1:card", **fields})


def tapped(way: str, do: object, more: Json | None = None, **fields: Any) -> Asked | None:
    return read(by(way, {"do": do, "prompt": "p.1", **(more or {})}, **fields), AT)


def found(way: str, do: object, more: Json | None = None, **fields: Any) -> Asked:
    asked = tapped(way, do, more, **fields)
    assert asked is not None
    return asked


# What a tap means


#: A button, what is sent with it, and what it means: an answer, wherever it is tapped.
ANSWERS: dict[str, tuple[Json, Event]] = {
    "choose:yes": ({}, Choose(at=AT, values=("yes",), prompt="p.1")),
    "choose:yes ": ({}, Choose(at=AT, values=("yes ",), prompt="p.1")),
    "choose:change:place": ({}, Choose(at=AT, values=("change:place",), prompt="p.1")),
    "rate:4": ({}, Rate(at=AT, value=4, prompt="p.1")),
    "command:back": ({}, Command(at=AT, name="back", prompt="p.1")),
    "write": ({"write": "She *ran*.\n"}, Write(at=AT, text="She *ran*.\n", prompt="p.1")),
    "write:": ({}, Write(at=AT, text="", prompt="p.1")),
    "tick": ({"ticks": "worry,warmth"}, Choose(at=AT, values=("worry", "warmth"), prompt="p.1")),
    "tick:": ({"ticks": ",worry,"}, Choose(at=AT, values=("worry",), prompt="p.1")),
}
#: What has no place but the private surface.
BESIDE: dict[str, tuple[Json, Event]] = {
    "begin:between-sites": ({}, Command(at=AT, name="reflect", argument="between-sites")),
    "open:data": ({}, Open(at=AT, page="data")),
    "open:setup:Our team": ({}, Open(at=AT, page="setup:Our team")),
    "form:language": ({"field/language/language": "es"}, Submit(at=AT, form="language", values={"language": "es"})),
    "close": ({}, Open(at=AT, page="talk")),
}
HOW: dict[str, How] = {
    "fetch": "dialog",
    "dialog": "dialog",
    "execute": "execute",
    "view": "execute",
    "submit": "submit",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("do", ANSWERS)
def test_an_answer_means_the_same_wherever_it_is_tapped(do: str, way: str) -> None:
    more, wanted = ANSWERS[do]
    asked = found(way, do, more)
    surface = "private" if way in PRIVATE else "message"
    assert asked.event == wanted.model_copy(update={"surface": surface})
    assert (asked.how, asked.private, asked.view) == (HOW[way], way in PRIVATE, way == "view")
    assert asked.card == ("" if HOW[way] == "dialog" else "1:card")
    assert not asked.closes


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("do", BESIDE)
def test_what_is_no_answer_is_done_on_the_private_surface_and_nowhere_else(do: str, way: str) -> None:
    more, wanted = BESIDE[do]
    asked = tapped(way, do, more)
    assert (asked and asked.event) == (wanted if way in PRIVATE else None)
    assert asked is None or asked.closes == (do == "close")


def test_every_verb_is_in_one_of_the_tables() -> None:
    assert {do.partition(":")[0] for do in (*ANSWERS, *BESIDE)} == ids.VERBS


@pytest.mark.parametrize("name", get_args(CommandName))
def test_every_command_is_known(name: CommandName) -> None:
    assert found("dialog", f"command:{name}").event == Command(at=AT, name=name, prompt="p.1")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "do",
    ["", "erase:all", "private", "rate", "rate:x", "rate:-1", "rate:²", "rate:٤", "rate:12345", "rate:4 ",
     "command:erase", "command:", "Choose:yes", " choose:yes", None, 5, True, [], ["choose:yes"], {"choose": "yes"}],
)  # fmt: skip
def test_what_is_not_one_of_ours_asks_nothing(do: object, way: str) -> None:
    assert tapped(way, do) is None


def test_a_tap_that_says_no_question_belongs_to_none() -> None:
    for prompt in ({}, {"prompt": ""}, {"prompt": 5}, {"prompt": None}):
        assert read(by("dialog", {"do": "choose:yes", **prompt}), AT) == Asked(
            key="activity:f:1", how="dialog", event=Choose(at=AT, values=("yes",)), stamp=found("dialog", "close").stamp
        )


@pytest.mark.parametrize(
    ("start", "wanted"), [(3, 3), ("12", 12), (0, 0), (-1, 0), (1.5, 0), ("x", 0), (None, 0), ([1], 0)]
)
def test_a_long_page_begins_where_its_button_says(start: object, wanted: int) -> None:
    assert found("dialog", "open:data", {"start": start}).start == wanted
    assert found("dialog", "choose:yes", {"start": start}).start == 0


def test_a_client_that_knows_no_views_is_not_answered_in_one() -> None:
    """It sends what stands in for an Action.Execute of a view: nothing that it is answered with is its alone."""
    asked = found("submit", "choose:yes", {"view": "card"})
    assert (asked.view, asked.private) == (True, False)
    assert found("execute", "choose:yes", {"view": "dialog"}).private is False


# What stands in the box


@pytest.mark.parametrize(
    "do", ["choose:yes", "rate:4", "command:pause", "begin:between-sites", "open:data", "form:language", "close"]
)
def test_what_stands_in_the_box_comes_along_with_every_tap_on_the_private_surface(do: str) -> None:
    draft = Write(at=AT, text="half a thought", prompt="p.1", done=False)
    for way in PRIVATE:
        assert found(way, do, {"write": "half a thought"}).draft == draft
        assert found(way, do, {"write": "half a thought", "ticks": "a"}).draft == draft
        assert found(way, do, {"write": ""}).draft is None
        assert found(way, do).draft is None


def test_what_is_ticked_comes_along_too() -> None:
    ticked = Choose(at=AT, values=("worry", "warmth"), prompt="p.1", done=False)
    assert found("dialog", "command:pause", {"ticks": "worry,warmth"}).draft == ticked
    assert found("dialog", "command:pause", {"ticks": ""}).draft is None


@pytest.mark.parametrize("do", ["write", "tick"])
def test_what_is_sent_is_no_draft(do: str) -> None:
    assert found("dialog", do, {"write": "all of it", "ticks": "a"}).draft is None


@pytest.mark.parametrize("way", ["execute", "submit"])
def test_nothing_is_taken_along_from_a_card_in_the_chat(way: str) -> None:
    assert found(way, "choose:yes", {"write": "half a thought", "ticks": "a"}).draft is None


# Once


@pytest.mark.parametrize("way", PRIVATE)
@pytest.mark.parametrize(
    ("do", "more"), [("choose:yes", {}), ("rate:4", {}), ("write", {"write": "Yes."}), ("tick", {"ticks": "a"})]
)
def test_two_taps_on_one_drawing_are_one_answer(do: str, more: Json, way: str) -> None:
    def key(drawn: str = STAMP, activity_id: str = "f:1", **other: Any) -> str:
        return found(way, do, {"stamp": drawn, **more, **other}, id=activity_id).key

    assert key() == key(activity_id="f:2")
    assert key() != key(drawn="6" * 12), "the same answer to another drawing is another"
    assert key() != key(prompt="p.2")
    assert key() != key(write="More."), "and so is another answer to the same"
    assert "Yes." not in key()
    assert len(key()) < 60


def test_the_order_in_which_a_client_sends_what_it_sends_does_not_matter() -> None:
    one = {"do": "choose:yes", "stamp": STAMP, "prompt": "p.1"}
    assert read(by("dialog", one), AT) == read(by("dialog", dict(reversed(one.items()))), AT)


@pytest.mark.parametrize("way", WAYS)
def test_anything_else_is_known_by_its_activity(way: str) -> None:
    for do in (*ANSWERS, *BESIDE):
        if way not in PRIVATE and do in BESIDE:
            continue
        verb = do.partition(":")[0]
        once = verb == "write" or (way in PRIVATE and verb in ("choose", "rate", "tick"))
        stamp = {} if once else {"stamp": STAMP}
        assert found(way, do, stamp).key == "activity:f:1", do
        assert found(way, do, stamp, id="f:2").key == "activity:f:2"


def test_every_drawing_has_a_stamp_of_its_own() -> None:
    stamps = {found("dialog", "choose:yes", id=f"f:{number}").stamp for number in range(50)}
    assert len(stamps) == 50
    assert found("dialog", "choose:yes").stamp == found("view", "close").stamp, "sent again, it is drawn the same"
    assert {len(stamp) for stamp in stamps} == {12}


# Forms


def test_a_form_is_sent_with_all_its_fields_and_none_of_another() -> None:
    data = {
        "field/team/name": "North, and South",
        "field/team/members": f"{PERSON},66666666-7777-8888-9999-000000000000",
        "field/team/day-end": "16:30",
        "field/team/lines": "A: 1\nB: 2",
        "field/team/supervisors": "",
        "field/language/language": "es",
        "field/teams/name": "elsewhere",
        "write": "not a field",
    }
    asked = found("dialog", "form:team", data)
    assert asked.event == Submit(at=AT, form="team", values={
        "name": "North, and South", "members": f"{PERSON},66666666-7777-8888-9999-000000000000", "day-end": "16:30",
        "lines": "A: 1\nB: 2", "supervisors": "",
    })  # fmt: skip
    assert asked.draft == Write(at=AT, text="not a field", prompt="p.1", done=False)


@pytest.mark.parametrize("data", [{}, {"field/change/until": "", "field/change/time": ""}])
def test_a_day_that_is_not_entered_comes_empty_or_not_at_all(data: Json) -> None:
    event = found("dialog", "form:change", data).event
    assert isinstance(event, Submit)
    assert (a_date(event.values, "until"), a_time(event.values, "time")) == (None, "")


def test_of_several_forms_of_one_kind_the_one_is_read_that_was_sent() -> None:
    data = {
        "field/change/days": "0,2", "field/change+2/days": "1,6", "field/change+2/until": "2026-12-24",
        "field/change+2/time": "07:05", "field/change+12/days": "3", "number": 2, "values": {"which": "rule-3"},
    }  # fmt: skip
    asked = found("dialog", "form:change", data)
    assert asked.event == Submit(at=AT, form="change", values={
        "days": "1,6", "until": "2026-12-24", "time": "07:05", "which": "rule-3",
    })  # fmt: skip
    assert asked.form == "change/rule-3"
    assert found("dialog", "open:data", data).form == ""


@pytest.mark.parametrize("odd", ["", "x", None, [2], -1, 10**9])
def test_an_odd_number_of_a_form_is_none(odd: object) -> None:
    event = found("dialog", "form:change", {"field/change/name": "x", "number": odd}).event
    assert isinstance(event, Submit)
    assert event.values == {"name": "x"}


def test_ids_of_people_are_in_small_letters_however_they_are_picked() -> None:
    both = f"{PERSON.upper()},66666666-7777-8888-9999-00000000000F"
    event = found("dialog", "form:team", {"field/team/members": both, "field/team/name": "NORTH, A1"}).event
    assert isinstance(event, Submit)
    assert event.values == {"members": both.lower(), "name": "NORTH, A1"}


def test_what_a_button_says_itself_goes_before_what_is_typed() -> None:
    data = {"values": {"reflection": "some-id"}, "field/delete-reflection/reflection": "another"}
    assert found("dialog", "form:delete-reflection", data).event == Submit(
        at=AT, form="delete-reflection", values={"reflection": "some-id"}
    )


@pytest.mark.parametrize("values", [None, 5, "x", [], ["reflection"], {}, {"a": None}, {"a": [1, {"b": 2}]}])
def test_odd_values_of_a_form_are_text_or_nothing(values: object) -> None:
    event = found("dialog", "form:team", {"values": values, "field/team/name": ["x"], "field/team/": "y"}).event
    assert isinstance(event, Submit)
    assert all(isinstance(value, str) for value in event.values.values())
    assert set(event.values) <= {"a"}


# What is typed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "hello"),
        ("<at>Afterword</at> my data", "my data"),
        ('<at id="0">Afterword</at>\u00a0reflect ', "reflect"),
        ("<AT>After\nword</AT> help", "help"),
        ("please <at>Ana</at> help", "please <at>Ana</at> help"),
        ("  a < b & c > d  ", "a < b & c > d"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("", ""),
        (None, ""),
    ],
)
def test_what_is_typed_is_heard_without_the_bots_own_name(text: str | None, said: str) -> None:
    asked = read(sent(text=text), AT)
    assert asked == Asked("activity:f:1", "say", Say(at=AT, text=said))
    assert not asked.private


def test_a_message_that_hands_back_no_button_is_what_was_typed() -> None:
    for value in (None, {}, "x", 5, [], [{"do": "choose:yes"}]):
        asked = read(sent(text="hello", value=value), AT)
        assert asked is not None
        assert asked.event == Say(at=AT, text="hello")


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "messageReaction"}, {"type": "typing"}, {"type": "event", "name": "tokens/response"},
        {"type": "messageUpdate", "text": "hello"}, {"type": "messageDelete"}, {"type": "endOfConversation"},
        {"type": "conversationUpdate"}, {"type": "message", "value": {"do": "erase:all"}, "text": "do it"},
        {"type": "invoke", "name": "composeExtension/query", "value": {"data": {"do": "close"}}},
        {"type": "invoke", "value": {"data": {"do": "close"}}}, {"type": "invoke", "name": "task/submit"},
        {"type": "invoke", "name": "task/submit", "value": "close"},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {}},
    ],
)  # fmt: skip
def test_what_asks_nothing_of_us_is_nothing(fields: Json) -> None:
    assert read(sent(**fields), AT) is None


# Who, where, in which language


@pytest.mark.parametrize(
    ("fields", "language", "zone"),
    [
        ({"locale": "es-MX", "localTimezone": "America/Denver"}, "es", "America/Denver"),
        ({"locale": "EN"}, "en", ""),
        ({"locale": "es-419", "entities": [{"type": "clientInfo", "locale": "en-US", "timezone": "UTC"}]}, "es", "UTC"),
        ({"entities": [{"type": "mention"}, {"type": "clientInfo", "locale": "es", "timezone": "UTC"}]}, "es", "UTC"),
        ({"entities": [{"type": "clientInfo", "platform": "iOS"}]}, "", ""),
        ({"entities": [{"type": "clientInfo", "locale": None, "timezone": None}], "locale": None}, "", ""),
        ({"entities": None, "localTimezone": None}, "", ""),
        ({"entities": ["clientInfo", 5, None, {"type": ["clientInfo"]}]}, "", ""),
    ],
)  # fmt: skip
def test_language_and_zone_are_those_that_the_client_says(fields: Json, language: str, zone: str) -> None:
    read_ = sent(**fields)
    assert (read_.language, read_.zone) == (language, zone)


@pytest.mark.parametrize(
    ("fields", "tenant", "person", "personal"),
    [
        ({}, TENANT, PERSON, True),
        ({"channelData": None}, TENANT, PERSON, True),
        ({"channelData": {"tenant": {"id": TENANT.upper()}}}, TENANT, PERSON, True),
        ({"conversation": {"id": "a", "tenantId": TENANT.upper()}, "channelData": {}}, TENANT, PERSON, True),
        ({"channelData": {}, "conversation": {"id": "a"}}, "", PERSON, True),
        ({"conversation": {"id": "a", "conversationType": "channel", "tenantId": TENANT}}, TENANT, PERSON, False),
        ({"conversation": {"id": "a", "conversationType": "groupChat", "tenantId": TENANT}}, TENANT, PERSON, False),
        ({"from": {"id": "29:ada", "aadObjectId": PERSON.upper()}}, TENANT, PERSON, True),
        ({"from": {"id": "29:guest"}}, TENANT, "", True),
        ({"from": {"id": "28:bot", "aadObjectId": None}}, TENANT, "", True),
        ({"from": None}, TENANT, "", True),
    ],
)  # fmt: skip
def test_who_somebody_is_and_where_is_read_in_one_way(fields: Json, tenant: str, person: str, personal: bool) -> None:
    read_ = sent(**fields)
    assert (read_.tenant, read_.person, read_.personal) == (tenant, person, personal)


@pytest.mark.parametrize("name", ["id", "recipient", "conversation", "type"])
def test_what_does_not_say_where_it_belongs_is_refused_at_the_door(name: str) -> None:
    for odd in (None, "", {}, {"id": ""}, 5, "x" * 1001, {"id": "x" * 1001}):
        if name != "type" or not isinstance(odd, str):
            with pytest.raises(ValidationError):
                sent(**{name: odd})


# Whatever comes


NOISE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just("\ud83d")
    | st.just("x" * 70_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
DOES = st.sampled_from([*ANSWERS, *BESIDE, "rate:" + "9" * 5000, "choose:\ud83d", "write:" + "x" * 70_000]) | NOISE
KEYS = ("write", "ticks", "prompt", "stamp", "view", "start", "values", "msteams", "field/team/name", "field//", "id")
DATA = st.builds(lambda do, more: {"do": do, **more}, DOES, st.dictionaries(st.sampled_from(KEYS), NOISE))


@settings(deadline=None)
@given(DATA, st.sampled_from(WAYS))
def test_whatever_a_button_hands_back_is_understood_or_is_nothing(data: Json, way: str) -> None:
    asked = read(by(way, data), AT)
    if asked is None:
        return
    assert ids.act(data["do"])
    assert asked.event.at == AT
    for event in (asked.event, asked.draft):
        assert isinstance(event, Choose | Rate | Write | Command | Open | Submit | None)
        assert not isinstance(event, Rate) or 0 <= event.value <= 9999
    assert len(asked.key) < 60
    assert 0 <= asked.start <= 9999


def test_values_nested_deeper_than_anybody_nests_them_are_no_harm() -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = {"a": [deep]}
    for way in WAYS:
        assert found(way, "choose:yes", {"stamp": STAMP, "write": deep, "values": deep, "ticks": deep}).draft is None


@pytest.mark.parametrize("name", ["adaptiveCard/action", "task/submit", "task/fetch"])
@pytest.mark.parametrize(
    "value",
    [{"action": "x"}, {"action": [1]}, {"action": {"data": [1]}}, {"action": {"data": None}}, {"action": {"data": "x"}},
     {"data": "x"}, {"data": [1]}, {"data": 5}, {"data": None}, [], "x", 5],
)  # fmt: skip
def test_an_invoke_of_another_shape_asks_nothing(name: str, value: Any) -> None:
    assert read(sent(type="invoke", name=name, value=value), AT) is None


@pytest.mark.parametrize("odd", [{"locale": 5}, {"timezone": ["UTC"]}, {"locale": {"x": 1}, "timezone": 3}])
def test_a_client_that_says_odd_things_of_itself_is_read_without_them(odd: Json) -> None:
    found_ = sent(entities=[{"type": "clientInfo", **odd}])
    assert (found_.language, found_.zone) == ("", "")


FIELDS = (
    "type", "id", "name", "from", "recipient", "conversation", "channelData", "value", "entities", "text", "locale",
    "replyToId",
)  # fmt: skip
KINDS = st.sampled_from(["message", "invoke", "installationUpdate", "", "x"])
NAMES = st.sampled_from(["task/fetch", "task/submit", "adaptiveCard/action", "x"])
OURS = st.fixed_dictionaries({"action": st.fixed_dictionaries({"data": DATA}) | NOISE, "data": DATA | NOISE}) | NOISE


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), NOISE), KINDS, NAMES, OURS)
def test_whatever_comes_is_read_or_refused_without_being_quoted(noise: Json, kind: str, name: str, value: Any) -> None:
    """Refused at the door, where it has not the shape of an activity; what goes in is read without falling over."""
    try:
        come = activity.read({**WHERE, "type": kind, "name": name, "value": value, **noise})
    except ValidationError as refused:
        text = str(refused)
        assert "input_value" not in text, text
        return
    read(come, AT)
    for said in (come.language, come.zone, come.tenant, come.person):
        assert isinstance(said, str)
