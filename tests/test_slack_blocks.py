"""Words made safe for Slack, and Slack's limits: each one, and what is told of a payload that breaks it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from adapters.slack import blocks, limits
from adapters.slack.boxes import boxes, together
from adapters.slack.faults import faults
from bot.typed import LIMIT_BYTES

#: Everything that Slack makes something of, between letters of every kind.
RISKY = st.text(st.sampled_from("ab1 \n\t*_~`<>&:|!@#-+•.)“é你👶\u200b\u0301"), max_size=80)
PARTS = st.lists(
    st.sampled_from(["<!channel>", "<@U0123>", "<https://a.b|c>", ":smile:", "*b*", "`c`", "~d~", "_e_"]) | RISKY
)
ANY = st.text(max_size=200) | RISKY | PARTS.map("".join)


# Escaping


@given(ANY)
def test_nothing_in_a_text_can_mention_link_or_format(text: str) -> None:
    marked = blocks.mrkdwn(text)
    assert not set("<>*_~`") & set(marked)
    assert not re.search(r"&(?!amp;|lt;|gt;)", marked)
    assert not re.search(r":[\w+'-][^\s:]*:", marked), "an emoji"
    for line in marked.split("\n"):
        assert not re.match(r"\s*(&gt;|[-+•]\s|\d+[.)]\s)", line), "a quotation or a list"


@given(ANY)
def test_a_text_made_safe_reads_as_before(text: str) -> None:
    back = html.unescape(blocks.mrkdwn(text))
    looks = str.maketrans("∗ˍ∼ˋ꞉", "*_~`:")
    for before, after in zip(text, back.translate(looks), strict=True):
        assert before == after or (before, after) in {
            (">", "›"), ("-", "–"), ("+", "–"), ("•", "–"), (".", "․"), (")", "․"),
        }  # fmt: skip


@given(ANY)
def test_bold_type_begins_and_ends_with_its_line(text: str) -> None:
    for line in blocks.strong(text).split("\n"):
        assert line == "" or (line[0] == line[-1] == "*" and "*" not in line[1:-1] and line[1:-1].strip() == line[1:-1])


@given(ANY)
def test_the_text_of_a_notification_mentions_nobody(text: str) -> None:
    assert html.unescape(blocks.escape(text)) == html.unescape(html.escape(text, quote=False))
    assert not set("<>") & set(blocks.escape(text))


def test_a_time_and_an_address_stay_as_they_are() -> None:
    assert blocks.mrkdwn("At 16:40, https://x.org/a") == "At 16:40, https://x.org/a"


def test_telephone_numbers_can_be_tapped_and_nothing_else_can() -> None:
    assert blocks.dialable("Call 911 or 1-800-422-4453 <now>.") == (
        "Call <tel:911|911> or <tel:1-800-422-4453|1-800-422-4453> &lt;now&gt;."
    )
    assert blocks.dialable("A 9112-page file, 88788 and 12-911.") == "A 9112-page file, 88788 and 12-911."


@given(ANY)
def test_the_only_links_are_to_numbers(text: str) -> None:
    assert "<" not in re.sub(r"<tel:([\d-]+)\|\1>", "", blocks.dialable(text))


# Cutting


@given(ANY, st.integers(1, 60))
def test_a_cut_text_is_the_beginning_with_an_ellipsis(text: str, limit: int) -> None:
    short = blocks.cut(text, limit)
    assert limits.length(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_a_text_is_cut_between_words() -> None:
    assert blocks.cut("one two three", 10) == "one two…"
    assert blocks.cut("one two three", 13) == "one two three"
    assert blocks.cut("Donaudampfschiff", 6) == "Donau…"
    assert blocks.cut("👶👶👶", 4) == "👶…", "an emoji counts twice, and is never halved"


@given(ANY, st.integers(2, 60))
def test_the_pieces_of_a_text_are_all_of_it(text: str, limit: int) -> None:
    parts = blocks.pieces(text, limit)
    assert "".join(parts) == text
    assert all(0 < limits.length(part) <= limit for part in parts)


def test_a_text_is_parted_where_a_reader_would_part_it() -> None:
    assert blocks.pieces("One line.\nAnother line.\nA third.", 25) == ("One line.\nAnother line.\n", "A third.")
    assert blocks.pieces("First thing. Second thing. Third", 20) == ("First thing. ", "Second thing. Third")


@given(st.lists(ANY, max_size=30), st.integers(3, 20))
def test_sections_keep_to_their_room(texts: list[str], room: int) -> None:
    drawn = blocks.sections(texts, room)
    assert len(drawn) <= room
    shown = "".join(part["text"]["text"] for part in drawn)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", "".join(texts))


# Boxes


@settings(deadline=None, max_examples=60)
@given(ANY, st.integers(1, 700))
def test_all_of_a_draft_stands_in_its_boxes_and_comes_back(text: str, times: int) -> None:
    draft = text * times
    found = boxes(draft)
    if found is None:
        assert len(draft.encode()) > LIMIT_BYTES
        return
    assert all(limits.length(words) <= limits.BOX for _, words in found)
    assert "".join(words for _, words in found) == draft
    assert "".join(together(reversed(found)).split()) == "".join(draft.split())


def test_a_draft_of_one_box_keeps_the_box_that_it_was_typed_in() -> None:
    assert boxes("") == (("write", ""),)
    assert boxes("x" * limits.BOX) == (("write", "x" * limits.BOX),)
    two = boxes("word " * 700)
    assert two is not None
    assert [part for part, _ in two] == ["write-01-of-02", "write-02-of-02"]


def test_boxes_are_put_together_with_whole_words() -> None:
    assert together([("p#write-02-of-02", "end"), ("p#write-01-of-02", "the")]) == "the end"
    assert together([("p#write-01-of-02", "the\n"), ("p#write-02-of-02", "end")]) == "the\nend"
    assert together([("p#write-01-of-02", ""), ("p#write-02-of-02", "end")]) == "end"
    assert together([("p#write-01-of-02", "wo"), ("p#write-02-of-02+", "rd")]) == "word"


@pytest.mark.parametrize("sign", ["中", "e\u0301", "ที่", "👩\u200d👩\u200d👧", "👍🏽"])
def test_words_without_spaces_come_back_as_they_were_and_no_sign_is_halved(sign: str) -> None:
    draft = sign * 3500
    found = boxes(draft)
    assert found is not None
    assert len(found) > 1
    assert together((f"p#{part}", words) for part, words in found) == draft
    assert all(words == sign * (len(words) // len(sign)) for _, words in found)


def test_what_is_more_than_the_bot_can_take_at_once_gets_no_box() -> None:
    assert boxes("x" * LIMIT_BYTES) is not None
    assert boxes("x" * (LIMIT_BYTES + 1)) is None


# Limits: at the limit all is well, one beyond is told


def modal(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": text("T"), "close": text("C"), "blocks": list(parts) or [line("x")], **more}


def message(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"text": "Words.", "blocks": list(parts) or [line("x")], **more}


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, "emoji": False}


def line(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": text(words), **more}


def row(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def tap(action: str = "a", words: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": text(words), **more}


def listed(kind: str, number: int, words: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": kind, "action_id": "a", "options": [option(str(at), words) for at in range(number)], **more}


def option(value: str, words: str = "x") -> dict[str, Any]:
    return {"text": text(words), "value": value}


def asked(element: dict[str, Any], label: str = "L", **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": text(label), "element": element, **more}


def box(**more: Any) -> dict[str, Any]:
    return {"type": "plain_text_input", "action_id": "write", **more}


def sure(**changes: str) -> dict[str, Any]:
    words = {"title": "t", "text": "t", "confirm": "y", "deny": "n", **changes}
    return {name: text(said) for name, said in words.items()}


def sent(*parts: Any) -> dict[str, Any]:
    return modal(*parts, submit=text("Next"))


LIMITS: dict[str, tuple[int, str, Callable[[int], Any], str]] = {
    "MESSAGE_BLOCKS": (50, "message", lambda n: message(*[line("x")] * n), "/blocks"),
    "VIEW_BLOCKS": (100, "modal", lambda n: modal(*[line("x")] * n), "/blocks"),
    "VIEW_TITLE": (24, "modal", lambda n: {**modal(), "title": text("x" * n)}, "/title/text"),
    "VIEW_TITLE submit": (24, "modal", lambda n: modal(submit=text("x" * n)), "/submit/text"),
    "VIEW_TITLE close": (24, "modal", lambda n: modal(close=text("x" * n)), "/close/text"),
    "METADATA": (3000, "modal", lambda n: modal(private_metadata="x" * n), "/private_metadata"),
    "ID": (255, "modal", lambda n: modal(line("x", block_id="x" * n)), "/blocks/0/block_id"),
    "ID action": (255, "home", lambda n: home(row(tap("x" * n))), "/blocks/0/elements/0/action_id"),
    "ID callback": (255, "modal", lambda n: modal(callback_id="x" * n), "/callback_id"),
    "SECTION": (3000, "modal", lambda n: modal(line("x" * n)), "/blocks/0/text/text"),
    "HEADER": (150, "home", lambda n: home({"type": "header", "text": text("x" * n)}), "/blocks/0/text/text"),
    "CONTEXT": (2000, "modal", lambda n: modal(small(text("x" * n))), "/blocks/0/elements/0/text"),
    "CONTEXT_ELEMENTS": (10, "modal", lambda n: modal(small(*[text("x")] * n)), "/blocks/0/elements"),
    "ACTIONS": (25, "modal", lambda n: modal(row(*(tap(str(at)) for at in range(n)))), "/blocks/0/elements"),
    "LABEL": (2000, "modal", lambda n: sent(asked(box(), "x" * n)), "/blocks/0/label/text"),
    "LABEL hint": (2000, "modal", lambda n: sent(asked(box(), hint=text("x" * n))), "/blocks/0/hint/text"),
    "BUTTON": (75, "modal", lambda n: modal(row(tap(words="x" * n))), "/blocks/0/elements/0/text/text"),
    "BUTTON said": (
        75, "modal", lambda n: modal(row(tap(accessibility_label="x" * n))), "/blocks/0/elements/0/accessibility_label",
    ),
    "VALUE": (2000, "modal", lambda n: modal(row(tap(value="x" * n))), "/blocks/0/elements/0/value"),
    "OPTION": (
        75, "modal", lambda n: modal(row(listed("overflow", 1, "x" * n))), "/blocks/0/elements/0/options/0/text/text",
    ),
    "OPTION_VALUE": (
        150, "modal", lambda n: modal(row({**listed("overflow", 1), "options": [option("x" * n)]})),
        "/blocks/0/elements/0/options/0/value",
    ),
    "PLACEHOLDER": (
        150, "modal", lambda n: sent(asked(box(placeholder=text("x" * n)))), "/blocks/0/element/placeholder/text",
    ),
    "SELECT": (100, "modal", lambda n: modal(row(listed("static_select", n))), "/blocks/0/elements/0/options"),
    "SELECT many": (
        100, "modal", lambda n: modal(line("x", accessory=listed("multi_static_select", n))),
        "/blocks/0/accessory/options",
    ),
    "BOXES_TO_TICK": (10, "modal", lambda n: modal(row(listed("checkboxes", n))), "/blocks/0/elements/0/options"),
    "BOXES_TO_TICK one": (
        10, "modal", lambda n: modal(row(listed("radio_buttons", n))), "/blocks/0/elements/0/options",
    ),
    "OVERFLOW": (5, "modal", lambda n: modal(row(listed("overflow", n))), "/blocks/0/elements/0/options"),
    "BOX": (3000, "modal", lambda n: sent(asked(box(max_length=n))), "/blocks/0/element/max_length"),
    "CONFIRM_TITLE": (
        100, "modal", lambda n: modal(row(tap(confirm=sure(title="x" * n)))), "/blocks/0/elements/0/confirm/title/text",
    ),
    "CONFIRM_TEXT": (
        300, "modal", lambda n: modal(row(tap(confirm=sure(text="x" * n)))), "/blocks/0/elements/0/confirm/text/text",
    ),
    "CONFIRM_BUTTON": (
        30, "modal", lambda n: modal(row(tap(confirm=sure(deny="x" * n)))), "/blocks/0/elements/0/confirm/deny/text",
    ),
    "NOTICE": (4000, "message", lambda n: {**message(), "text": "x" * n}, "/text"),
}  # fmt: skip


def home(*parts: Any) -> dict[str, Any]:
    return {"type": "home", "blocks": list(parts)}


def small(*texts: Any) -> dict[str, Any]:
    return {"type": "context", "elements": list(texts)}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_what_slack_says_and_is_held(name: str) -> None:
    most, kind, payload, where = LIMITS[name]
    assert getattr(limits, name.split()[0]) == most
    assert faults(payload(most), kind) == ()  # type: ignore[arg-type]
    assert [at for at, _ in faults(payload(most + 1), kind)] == [where]  # type: ignore[arg-type]


def test_every_limit_has_a_test() -> None:
    named = {name for name, value in vars(limits).items() if name.isupper() and isinstance(value, int)}
    assert named - {"VIEW_BYTES"} == {name.split()[0] for name in LIMITS}


def test_a_view_has_a_size() -> None:
    assert limits.VIEW_BYTES == 250_000
    assert faults(modal(*[line("x" * 2300)] * 100), "modal") == ()
    assert faults(modal(*[line("x" * 2600)] * 100), "modal")[0][0] == ""
    assert faults(modal(*[line("é" * 2000)] * 100), "modal"), "a letter beyond ASCII may be spelled out"


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "an unknown block": ("modal", modal({"type": "markdown", "text": "x"}), "/blocks/0"),
    "an unknown element": ("modal", modal(row({"type": "workflow_button", "action_id": "a"})), "/blocks/0/elements/0"),
    "an unknown field": ("modal", modal(line("x", colour="red")), "/blocks/0/colour"),
    "an unknown field of a view": ("modal", modal(size="large"), "/size"),
    "an element where it does not go": ("modal", modal(row(box())), "/blocks/0/elements/0"),
    "a multi-select in a row": ("modal", modal(row(listed("multi_static_select", 1))), "/blocks/0/elements/0"),
    "an input in a message": ("message", message(asked(box())), "/blocks/0"),
    "an input and no submit": ("modal", modal(asked(box())), "/submit"),
    "an empty text": ("modal", modal(line("")), "/blocks/0/text/text"),
    "a blank text": ("modal", modal(line(" \n")), "/blocks/0/text/text"),
    "no text": ("modal", modal({"type": "section"}), "/blocks/0/text"),
    "no blocks": ("home", {"type": "home", "blocks": []}, "/blocks"),
    "a block id twice": ("modal", modal(line("x", block_id="a"), line("y", block_id="a")), "/blocks/1/block_id"),
    "an action id twice": ("modal", modal(row(tap("a"), tap("a"))), "/blocks/0/elements"),
    "no action id": ("modal", modal(row({"type": "button", "text": text("x")})), "/blocks/0/elements/0/action_id"),
    "formatted words on a button": (
        "modal", modal(row({**tap(), "text": {"type": "mrkdwn", "text": "x"}})), "/blocks/0/elements/0/text/type",
    ),
    "a choice that is no option": (
        "modal", modal(row(listed("radio_buttons", 2, initial_option=option("9")))), "/blocks/0/elements/0",
    ),
    "a tick that is no option": (
        "modal", modal(row(listed("checkboxes", 2, initial_options=[option("0", "other words")]))),
        "/blocks/0/elements/0",
    ),
    "an option twice": (
        "modal", modal(row({**listed("overflow", 1), "options": [option("a"), option("a")]})),
        "/blocks/0/elements/0/options",
    ),
    "words longer than their box": (
        "modal", sent(asked(box(max_length=3, initial_value="four"))), "/blocks/0/element/initial_value",
    ),
    "an empty draft": ("modal", sent(asked(box(initial_value=""))), "/blocks/0/element/initial_value"),
    "two that want the focus": (
        "modal", sent(asked(box(focus_on_load=True)), asked(box(focus_on_load=True))), "/blocks",
    ),
    "a colour that is none": ("modal", modal(row(tap(style="green"))), "/blocks/0/elements/0/style"),
    "a person that is none": (
        "modal", sent(asked({"type": "users_select", "action_id": "a", "initial_user": "ada"})),
        "/blocks/0/element/initial_user",
    ),
    "a time that is none": (
        "modal", sent(asked({"type": "timepicker", "action_id": "a", "initial_time": "25:00"})),
        "/blocks/0/element/initial_time",
    ),
    "a day that is none": (
        "modal", sent(asked({"type": "datepicker", "action_id": "a", "initial_date": "24 December"})),
        "/blocks/0/element/initial_date",
    ),
    "a day in a row": ("modal", modal(row({"type": "datepicker", "action_id": "a"})), "/blocks/0/elements/0"),
    "a link that is followed": ("message", message(parse="full"), "/parse"),
    "a home as a modal": ("modal", home(line("x")), "/type"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_slack_would_refuse_is_told_with_its_place(name: str) -> None:
    kind, payload, where = WRONG[name]
    assert where in [at for at, _ in faults(payload, kind)]  # type: ignore[arg-type]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "blocks", "elements", "x"]), inner)
)))  # fmt: skip
def test_any_data_is_looked_at_without_falling_over(data: Any) -> None:
    for kind in ("modal", "home", "message"):
        assert faults(data, kind)
        assert faults({**modal(), "blocks": [data]}, "modal")


def test_no_fault_quotes_what_it_is_about() -> None:
    told = faults(modal(line("secret " * 1000), row(tap("a", "secret" * 30))), "modal")
    assert told
    assert "secret" not in str(told)


# A second opinion


@pytest.mark.parametrize(
    "payload",
    [LIMITS[name][2](LIMITS[name][0] + extra)["blocks"][0] for extra in (0, 1) for name in (
        "SECTION", "HEADER", "CONTEXT_ELEMENTS", "ACTIONS", "LABEL", "LABEL hint", "ID",
    )],
)  # fmt: skip
def test_slack_s_own_library_thinks_the_same(payload: dict[str, Any]) -> None:
    ours = faults(sent(payload), "modal")
    parsed = Block.parse(payload)
    assert parsed is not None
    try:
        parsed.validate_json()
    except SlackObjectFormationError:
        assert ours
    else:
        assert not ours
