"""What a person brings to supervision: seen word for word, sent under their own name, and taken back by one tap."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from finders import Finds
from talks import Talk, library
from test_pages import forms, said, sent
from test_sharing import WORDS, about, filled, form, keep, page

from bot.case import Case
from bot.conversation import Facts, Page, Section
from bot.effects import AskForTime, Rewrite, SendPacket, WithdrawPacket
from bot.events import Found, Open, Submit
from bot.packet import LONGEST, MOST
from bot.scanning import text_hash

KNOWS = Finds(certain=("Maria",), doubtful=("hope", "rose"), strange=("kuhusu",))
SAM, PIA = "U07SAM", "U08PIA"


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


def marked(text: str = WORDS, supervisors: tuple[str, ...] = (SAM,), locale: str = "en", **facts: Any) -> Talk:
    """A reflection that was finished and marked, with its page open."""
    talk = Talk(facts=Facts(supervisors=supervisors, **facts), finder=KNOWS)
    talk.conversation = talk.conversation.model_copy(update={"locale": locale})
    talk.agree("everything")
    talk.through(["yes", 5, text, "none", ("worry",), "no", "home-visit"])
    talk.tap("more")
    talk.tap("bring")
    keep(talk)
    opened(talk)
    return talk


def opened(talk: Talk, name: str = "packet") -> Page:
    talk.take(Open(at=talk.at, page=name))
    return page(talk)


def begun(text: str = WORDS, **facts: Any) -> Talk:
    talk = marked(text, **facts)
    opened(talk, f"packet:{talk.facts.reflections[0].id}")
    return talk


def previewed(text: str = "Nothing to be found.", **facts: Any) -> Talk:
    talk = begun(text, **facts)
    sent(talk, "packet", **filled(talk, "packet"))
    return talk


def exact(talk: Talk) -> str:
    (shown,) = (section for section in page(talk).sections if section.title == word("packet-preview"))
    return "\n".join(shown.lines)


def packets(talk: Talk) -> list[SendPacket]:
    return [effect for effect in talk.effects if isinstance(effect, SendPacket)]


def people(shown: Page) -> list[Section]:
    return [section for section in shown.sections if section.people]


# On its way


def test_a_packet_goes_as_it_was_shown_to_the_supervisor_who_was_named() -> None:
    talk = begun()
    assert filled(talk, "packet")["text"] == ("I hope hope sleeps. [NAME-1] rose early.",)
    sent(talk, "packet", **filled(talk, "packet"))
    assert said(page(talk)) == word("excerpt-asks")
    sent(talk, "packet-names", **filled(talk, "packet-names", hide=("n1",)))
    text = "I hope hope sleeps. [NAME-1] [NAME-2] early."
    assert exact(talk) == text
    assert people(page(talk))[0].lines == (word("packet-to", person="{person}"),)
    assert people(page(talk))[0].people == (SAM,)
    assert not packets(talk)
    sent(talk, "packet-release", **filled(talk, "packet-release"))
    (packet,) = packets(talk)
    assert (packet.to, packet.text, packet.text_hash) == (SAM, text, text_hash(text))
    assert packet.until - packet.on == timedelta(days=30)
    assert said(page(talk)).startswith(word("packet-sent"))
    assert form(talk, "packet-back").deletes is False


def test_nobody_asks_whether_the_family_would_be_recognised_and_it_is_said_that_names_go() -> None:
    talk = begun("Nothing to be found.")
    assert word("packet-intro") in said(page(talk))
    sent(talk, "packet", **filled(talk, "packet"))
    assert [field.id for field in form(talk, "packet-release").asked] == ["text"]


def test_what_is_private_is_never_in_the_box() -> None:
    """As what somebody hopes that their supervisor will not do."""
    talk = begun()
    kept = talk.facts.reflections[0]
    talk.facts = talk.facts.model_copy(update={"reflections": (kept.model_copy(update={"shareable": ()}),)})
    opened(talk, f"packet:{kept.id}")
    assert filled(talk, "packet")["text"] == ("",)
    assert word("packet-no-words") in said(page(talk))


def test_what_one_hopes_that_the_supervisor_will_not_do_is_private_in_its_script() -> None:
    steps = library().scripts["supervision-prep"].steps
    hopes = [step for step in steps if "not do" in library().scripts["supervision-prep"].say("en", f"{step.id}.text")]
    assert hopes
    assert all(getattr(step, "private", False) for step in hopes)


def test_after_each_edit_a_packet_is_looked_through_again() -> None:
    talk = previewed()
    sent(talk, "packet-release", **filled(talk, "packet-release", text=("Maria, and nothing else.",)))
    assert not packets(talk)
    assert word("excerpt-changed") in said(page(talk))
    assert exact(talk) == "[NAME-1], and nothing else."
    sent(talk, "packet-release", **filled(talk, "packet-release", text=("With hope.",)))
    assert not packets(talk)
    assert form(talk, "packet-names")


def test_a_preview_holds_for_the_supervisor_whom_it_named_alone() -> None:
    talk = marked("Nothing to be found.", (PIA, SAM))
    opened(talk, f"packet:{talk.facts.reflections[0].id}")
    assert [section.people for section in people(page(talk))] == [(PIA,), (SAM,)]
    sent(talk, "packet-to", **about(talk, to=SAM))
    sent(talk, "packet", **filled(talk, "packet"))
    shown = filled(talk, "packet-release")
    assert people(page(talk))[0].people == (SAM,)
    sent(talk, "packet-release", **{**shown, "to": PIA})
    assert not packets(talk)
    assert people(page(talk))[0].people == (PIA,), "it is shown anew, for whom it would go to"
    sent(talk, "packet-release", **shown)
    assert [packet.to for packet in packets(talk)] == [SAM]


@pytest.mark.parametrize("mark", ["", "é", text_hash("Nothing to be found.")])
def test_nobody_can_make_the_mark_of_a_preview(mark: str) -> None:
    talk = previewed()
    sent(talk, "packet-release", **filled(talk, "packet-release", seen=mark))
    assert not packets(talk)


def test_the_mark_of_a_passage_is_none_of_a_packet() -> None:
    from bot.passing import mark
    from bot.sharing import its_way

    talk = previewed()
    case = Case(library(), talk.conversation, talk.facts, Open(at=talk.at, page="home"))
    seen = mark(case, its_way(case, talk.facts.reflections[0]), "Nothing to be found.", "release")
    sent(talk, "packet-release", **filled(talk, "packet-release", seen=seen))
    assert not packets(talk)


def test_if_nobody_can_look_nothing_is_sent() -> None:
    talk = previewed()
    talk.look_through = lambda text: Found(text_hash=text_hash(text), failed=True)  # type: ignore[method-assign]
    sent(talk, "packet-release", **filled(talk, "packet-release"))
    assert word("packet-not-looked") in said(page(talk))
    assert not packets(talk)


def test_a_packet_in_another_language_is_not_sent() -> None:
    talk = previewed("Habari kuhusu mtoto.")
    assert word("packet-foreign") in said(page(talk))
    assert not packets(talk)


@pytest.mark.parametrize(("text", "why"), [("", "packet-empty"), ("x" * (LONGEST + 1), "packet-too-long")])
def test_a_packet_has_words_and_an_end(text: str, why: str) -> None:
    talk = begun()
    sent(talk, "packet", **filled(talk, "packet", text=(text,)))
    assert word(why) in said(page(talk))


def test_what_does_not_fit_is_said_to_be_left_out() -> None:
    talk = begun("word " * 500)
    assert word("packet-cut", longest=LONGEST) in said(page(talk))
    assert len("\n".join(filled(talk, "packet")["text"])) <= LONGEST


@pytest.mark.parametrize("name", ["packet-to", "packet", "packet-names", "packet-release"])
def test_nothing_goes_to_somebody_who_does_not_supervise_its_writer(name: str) -> None:
    talk = previewed()
    values = filled(talk, "packet-release", to="U09ZOE")
    sent(talk, name, **values)
    assert word("packet-nowhere") in said(page(talk))
    assert not packets(talk)


def test_who_has_no_supervisor_is_told_so_kindly_and_offered_nothing() -> None:
    talk = marked(supervisors=())
    assert word("packet-nobody") in said(page(talk))
    assert "packet-way" not in forms(page(talk))
    assert "ask-time" not in forms(page(talk))
    assert opened(talk, f"packet:{talk.facts.reflections[0].id}").sections[0].title


# Sent, and back


def test_one_tap_takes_a_packet_back_and_the_next_finds_nothing() -> None:
    talk = with_one_sent()
    tap = filled(talk, "packet-back")
    sent(talk, "packet-back", **tap)
    assert WithdrawPacket(talk.facts.sent[0].id) in talk.effects
    assert said(page(talk)).startswith(word("packet-withdrawn"))
    talk.facts = talk.facts.model_copy(update={"sent": ()})
    sent(talk, "packet-back", **tap)
    assert said(page(talk)).startswith(word("unshared-before"))


def with_one_sent(count: int = 1) -> Talk:
    from uuid import uuid4

    from bot.conversation import Packet

    talk = previewed()
    sent(talk, "packet-release", **filled(talk, "packet-release"))
    (one,) = packets(talk)
    there = tuple(
        Packet(id=uuid4(), person=SAM, title=one.title, on=one.on, until=one.until, text=one.text,
               reflection=one.reflection)
        for _ in range(count)
    )  # fmt: skip
    talk.facts = talk.facts.model_copy(update={"sent": there})
    opened(talk)
    return talk


def test_what_was_sent_says_what_taking_it_back_can_do_and_not_whether_it_was_opened() -> None:
    shown = page(with_one_sent())
    assert word("packet-sent-intro") in said(shown)
    assert "cannot be unread" in said(shown)
    assert "Nobody is told whether it was opened" in said(shown)


def test_a_packet_goes_with_its_reflection() -> None:
    talk = with_one_sent()
    sent(talk, "delete-reflection", **about(talk))
    assert WithdrawPacket(talk.facts.sent[0].id) in talk.effects


def test_only_so_many_are_out_at_once() -> None:
    talk = previewed()
    shown = filled(talk, "packet-release")
    full = with_one_sent(MOST)
    talk.facts = talk.facts.model_copy(update={"sent": full.facts.sent})
    sent(talk, "packet-release", **shown)
    assert word("packet-enough", most=MOST) in said(page(talk))
    assert not packets(talk)


def test_what_is_marked_can_still_be_taken_off_the_list() -> None:
    talk = with_one_sent()
    sent(talk, "brought", **about(talk))
    assert any(isinstance(effect, Rewrite) for effect in talk.effects)


# Ten minutes


@pytest.mark.parametrize("name", ["home", "packet"])
def test_ten_minutes_are_asked_for_by_one_tap_once_a_day(name: str) -> None:
    talk = Talk(facts=Facts(supervisors=(SAM,)))
    opened(talk, name)
    tap = filled(talk, "ask-time")
    assert form(talk, "ask-time").submit == word("time-ask")
    assert not form(talk, "ask-time").asked
    sent(talk, "ask-time", **tap)
    assert page(talk).name == name
    assert said(page(talk)).startswith(word("time-sent"))
    assert "ask-time" not in forms(page(talk))
    sent(talk, "ask-time", **tap)
    assert said(page(talk)).startswith(word("time-once"))
    assert talk.effects == [AskForTime(SAM)]
    talk.later(days=1)
    opened(talk, name)
    sent(talk, "ask-time", **tap)
    assert talk.effects == [AskForTime(SAM), AskForTime(SAM)]
    assert set(talk.conversation.memory.asked) == {SAM}


def test_several_supervisors_have_a_button_each_and_are_named() -> None:
    talk = Talk(facts=Facts(supervisors=(PIA, SAM)))
    shown = opened(talk, "home")
    assert [section.people for section in people(shown)] == [(PIA,), (SAM,)]
    sent(talk, "ask-time", to=PIA, page="home")
    assert [section.people for section in people(page(talk)) if section.forms] == [(SAM,)]


def test_nobody_else_can_be_asked() -> None:
    talk = Talk(facts=Facts(supervisors=(SAM,)))
    talk.take(Submit(at=talk.at, form="ask-time", values={"to": "U09ZOE", "page": "home"}))
    assert talk.effects == []


# Apart from themes


def test_packets_and_themes_of_a_group_share_no_code_and_no_table() -> None:
    apart = {
        "disclosure", "publishing", "reports", "counting", "releasing", "passages", "windows", "snapshot", "sharing",
        "shared", "agenda",
    }  # fmt: skip
    shared_tables = {"contributions", "excerpts", "closings", "snapshots", "released", "circles", "looks"}
    root = Path(__file__).parent.parent
    for name in ("storage/packets.py", "bot/packet.py", "bot/asktime.py", "bot/passing.py"):
        tree = ast.parse((root / name).read_text(encoding="utf-8"))
        names = {part for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for part in imported(node)}
        assert not names & apart, name
        tables = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_tables(node.value)}
        assert not tables & shared_tables, name
    for name in ("disclosure", "publishing", "reports"):
        assert "packet" not in (root / "storage" / f"{name}.py").read_text(encoding="utf-8").lower()


def imported(node: ast.ImportFrom) -> set[str]:
    return {*(node.module or "").split("."), *(alias.name for alias in node.names)}


def is_tables(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "t"


@pytest.mark.parametrize("locale", ["en", "es"])
def test_every_page_of_a_packet_speaks_the_persons_language(locale: str) -> None:
    talk = begun("Nothing to be found.", locale=locale)
    titles = {page(talk).title}
    for step in ("packet", "packet-release"):
        sent(talk, step, **filled(talk, step))
        titles.add(page(talk).title)
    assert titles == {word("packet-title", locale)}
    assert said(page(talk)).startswith(word("packet-sent", locale))
