"""Themes that own words suggest: offered behind "More…", added by one tap, taken back by another, never unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from conftest import AT, Pair, who
from shells import Live, living, shown
from talks import Talk, library
from test_pages import sent

from adapters.slack.drawing import Drawing as OfSlack
from adapters.slack.faults import faults as of_slack
from adapters.teams.drawing import Drawing as OfTeams
from adapters.teams.faults import faults as of_teams
from bot.conversation import Facts
from bot.effects import Contribute, Keep
from bot.events import Open, Submit
from bot.ports import Setup
from bot.suggested import MOST
from storage.keyring import Keyring

#: It touches on wondering (S8), the care environment (V5) and worry (A1).
WORDS = "I wonder what he hears in all that noise of the classroom. I am worried."
EVERYTHING = """\
I wonder. I was worried, and I felt guilty. The noise in the classroom. We agreed to try. I realized it. It must feel \
hard. It takes time. I need training. For the first time he slept. She is pregnant. There is a waiting list."""


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


def at_the_end(text: str = WORDS, counting: str = "ask", locale: str = "en", **facts: Any) -> Talk:
    """A reflection in which only a home was tapped, at its last screen with "More…" open."""
    talk = Talk(facts=Facts(**{"circle": True, **facts}))
    talk.conversation = talk.conversation.model_copy(update={"locale": locale})
    talk.agree("everything")
    if counting:
        sent(talk, "consent", words="keep", counting=counting)
    talk.look()
    talk.through(["yes", 5, text, "none", "skip", "no", "home-visit"])
    assert talk.message.step == "end"
    talk.tap("more")
    return talk


def offered(talk: Talk, what: str = "with") -> list[str]:
    return [option.id.partition(":")[2] for option in talk.message.choices if option.id.startswith(f"{what}:")]


def kept(talk: Talk) -> Keep:
    (keep,) = talk.effects_of(Keep)
    assert isinstance(keep, Keep)
    return keep


def counted(talk: Talk) -> list[tuple[str, ...]]:
    return [effect.codes for effect in talk.effects if isinstance(effect, Contribute)]


# --- what is offered


def test_what_words_suggest_waits_behind_more_and_counts_nothing_by_itself() -> None:
    talk = at_the_end()
    assert offered(talk) == ["A1", "S8", "V5"]
    assert not {'"A1"', '"S8"', '"V5"'} & set(re.findall(r'"\w+"', talk.conversation.model_dump_json()))
    assert "Worry or fear" not in talk.message.hint
    assert talk.message.hint.endswith(word("themes-more"))
    talk.tap("less")
    assert offered(talk) == []
    assert word("themes-more") not in talk.message.hint
    talk.tap("count")
    assert counted(talk) == [("L2",)]
    assert kept(talk).reflection.codes == kept(talk).reflection.themes == ("L2",)


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_labels_are_in_the_person_s_language(locale: str) -> None:
    talk = at_the_end(locale=locale)
    labels = {option.id: option.label for option in talk.message.choices}
    assert labels["with:S8"] == word("also-count", locale, theme=library().theme(locale, "S8"))


def test_what_a_tap_gave_is_not_suggested() -> None:
    talk = at_the_end()
    talk.write("back")
    talk.write("back")
    while talk.message.step != "which":
        talk.write("back")
    talk.tap("worry")
    while talk.message.step != "end":
        talk.write("skip")
    talk.tap("more")
    assert offered(talk) == ["S8", "V5"]
    assert "A1" in offered(talk, "without")
    talk.tap("without:A1")
    assert "A1" not in offered(talk), "what was left out is not offered again"


def test_at_most_five_are_offered() -> None:
    talk = at_the_end(EVERYTHING)
    first = offered(talk)
    assert len(first) == MOST
    talk.tap(f"with:{first[0]}")
    assert offered(talk) == first[1:], "adding one brings no other"


@pytest.mark.parametrize(
    ("counting", "facts"), [("never", {}), ("", {}), ("ask", {"circle": False}), ("always", {"circle": False})]
)
def test_nothing_is_offered_where_nothing_can_be_counted(counting: str, facts: dict[str, Any]) -> None:
    talk = at_the_end(counting=counting, **facts)
    assert offered(talk) == []
    talk.tap("with:S8")
    session = talk.conversation.session
    assert session is not None
    assert session.checked == ()
    talk.tap("done")
    assert not counted(talk)


def test_who_keeps_nothing_is_offered_nothing() -> None:
    talk = Talk(facts=Facts(circle=True))
    talk.agree("everything", words="nothing")
    talk.through(["yes", 5, WORDS, "none", "skip", "no", "home-visit"])
    talk.tap("more")
    assert offered(talk) == []


def test_where_letting_go_is_the_usual_end_nothing_is_offered() -> None:
    gentle = next(slug for slug, script in library().scripts.items() if script.ending == "let-go")
    talk = Talk(facts=Facts(circle=True))
    talk.agree(gentle)
    sent(talk, "consent", words="keep", counting="ask")
    talk.look()
    while talk.message.step != "end" and talk.message.input != "none":
        talk.write(WORDS if talk.message.input == "text" else "skip")
    talk.tap("more")
    assert offered(talk) == []


def test_private_words_suggest_nothing() -> None:
    talk = Talk(facts=Facts(circle=True))
    talk.agree("between-sites")
    sent(talk, "consent", words="keep", counting="ask")
    talk.look()
    while talk.message.step != "end":
        talk.write(WORDS if talk.message.input == "text" else "skip")
    talk.tap("more")
    assert offered(talk) == []


# --- what is added


@pytest.mark.parametrize("counting", ["ask", "always"])
def test_one_tap_adds_it_and_another_leaves_it_out(counting: str) -> None:
    talk = at_the_end(counting=counting)
    talk.tap("with:S8")
    assert offered(talk) == ["A1", "V5"]
    assert offered(talk, "without") == ["L2", "S8"]
    assert "Wondering instead of knowing" in talk.message.hint
    talk.tap("without:S8")
    assert offered(talk) == ["A1", "S8", "V5"]
    assert "Wondering instead of knowing" not in talk.message.hint
    talk.tap("with:S8")
    talk.tap("with:V5")
    talk.tap("count" if counting == "ask" else "done")
    assert counted(talk) == [("L2", "S8", "V5")]
    assert kept(talk).reflection.codes == kept(talk).reflection.themes == ("L2", "S8", "V5")


def test_what_is_added_is_not_counted_without_being_told() -> None:
    talk = at_the_end(counting="ask")
    talk.tap("with:S8")
    talk.tap("done")
    assert not counted(talk)
    assert kept(talk).reflection.themes == ("L2", "S8")


def test_it_goes_when_the_words_go() -> None:
    talk = at_the_end()
    talk.tap("with:S8")
    while talk.message.step != "heavy":
        talk.write("back")
    talk.write("Nothing of note.")
    while talk.message.step != "end":
        talk.write("skip")
    assert "Wondering" not in talk.message.hint
    talk.tap("count")
    assert counted(talk) == [("L2",)]


def test_a_code_that_nothing_suggests_cannot_be_added() -> None:
    talk = at_the_end()
    for code in ("P8", "L2", "A6", "", "S8 "):
        talk.tap(f"with:{code}")
        assert talk.turn is not None
        assert talk.turn.illegal
    session = talk.conversation.session
    assert session is not None
    assert session.checked == ()


def test_who_stops_on_the_last_screen_keeps_what_was_added() -> None:
    talk = at_the_end()
    talk.tap("with:S8")
    talk.write("stop")
    assert kept(talk).reflection.themes == ("L2", "S8")
    assert kept(talk).reflection.codes == ()


# --- on the platforms, and in a real store


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_fullest_last_screen_can_be_drawn(locale: str) -> None:
    talk = at_the_end(EVERYTHING, locale=locale)
    assert len(offered(talk)) == MOST
    assert list(of_slack(OfSlack(library()).modal(talk.reply), "modal")) == []
    assert list(of_teams(OfTeams(library()).private(talk.reply, "dialog", "0" * 12))) == []


@pytest.fixture
def live(pair: Pair, ring: Keyring) -> Iterator[Live]:
    with ExitStack() as stack:
        found = stack.enter_context(living(pair, ring))
        members = ("ada", "ben", "cleo", "dan", "eve", "finn", "gil", "hana")
        found.store.set_up(Setup("local", "north", "north", members=members, supervisors=("sam",)), AT)
        yield found


def test_what_was_added_is_kept_and_counted_as_what_was_tapped(live: Live) -> None:
    ada = who("ada")
    message = live.begin(ada)
    live.do(ada, Submit(at=AT, form="consent", values={"words": "keep", "counting": "ask"}))
    message = shown(live.do(ada, Open(at=AT, page="talk")))
    while message.step != "end":
        if message.input == "text":
            message = live.write(ada, WORDS if message.step == "moment" else "skip")
        else:
            message = live.write(ada, "skip")
    message = live.tap(ada, "more")
    assert {"with:A1", "with:S8", "with:V5"} <= {option.id for option in message.choices}
    live.tap(ada, "with:S8")
    live.tap(ada, "count")
    (kept,) = live.store.reflections(ada)
    assert (kept.codes, kept.themes) == (("S8",), ("S8",))
    with live.store.transaction() as tx:
        (shared,) = tx.load(ada, AT).conversation.memory.shared
    assert shared.codes == ("S8",)
