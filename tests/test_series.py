"""What changes from one use of a script to the next, what comes back, and what is let go.

The script of these tests is `library/scripts/series.toml`: three weeks, a step that fades, one question in three
wordings, an answer that the next use knows, and one small thing that returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import AT, Pair
from searching import found, stored
from shells import Live, living
from talks import Talk, came_due, library

from bot.beginning import LONGEST, shortened
from bot.cli import main
from bot.conversation import Facts, Form, Message, Page, Uses
from bot.effects import Contribute, Keep, LetGo
from bot.events import Idled, Open, Submit, Who
from bot.outward import Said
from prompts.lint import lint_paths
from prompts.resolve import meant
from prompts.script import Script, facts_of, wording
from prompts.walk import walk
from storage.keyring import Keyring

ADA = Who(platform="local", tenant="north", user="ada")
SERIES = "series"
SCRIPTS = Path(__file__).parent / "library" / "scripts"


@pytest.fixture
def live(sqlite_pair: Pair, ring: Keyring) -> Iterator[Live]:
    with living(sqlite_pair, ring) as live:
        yield live


def script() -> Script:
    return library().scripts[SERIES]


def through(talk: Talk, ease: str = "easily", small: str = "Wait at the door.") -> list[str]:
    """One use to its last screen: the steps that were asked."""
    asked: list[str] = []
    while talk.message.step != "end":
        asked.append(talk.message.step)
        match talk.message.step:
            case "ease":
                talk.tap(ease)
            case "small":
                talk.write(small) if small else talk.tap("skip")
            case _:
                talk.write("Something.")
    return asked


def used(talk: Talk, **answers: str) -> list[str]:
    """A whole use, begun and finished."""
    if talk.conversation.consents.words is None:
        talk.agree(SERIES)
    else:
        talk.say(f"reflect {SERIES}")
        talk.tap("private")
    asked = through(talk, **answers)
    talk.tap("done")
    return asked


# Weeks


def test_each_finished_use_is_followed_by_the_next_week_and_the_last_by_the_first() -> None:
    talk = Talk()
    weeks = [next(step for step in used(talk, small="") if step.endswith(("week", "weeks"))) for _ in range(4)]
    assert weeks == ["first-week", "later-weeks", "later-weeks", "first-week"]


def test_what_was_not_finished_does_not_use_up_a_week() -> None:
    talk = Talk()
    talk.agree(SERIES)
    talk.say("stop")
    assert "first-week" in used(talk)


def test_who_keeps_nothing_goes_through_the_weeks_by_the_calendar() -> None:
    seen = []
    for week in range(3):
        talk = Talk(at=AT + timedelta(weeks=week))
        talk.agree(SERIES, "nothing")
        talk.say("stop")
        talk.say(f"reflect {SERIES}")
        talk.tap("private")
        session = talk.conversation.session
        assert session is not None
        seen.append(session.week)
    assert sorted(seen) == [1, 2, 3]
    assert talk.conversation.memory.uses == {}


def test_a_walk_previews_any_use() -> None:
    steps = {use: walk(script(), use).paths[0].steps for use in (1, 2, 3, 4)}
    assert [("about" in steps[use], "first-week" in steps[use]) for use in steps] == [
        (True, True), (True, False), (False, False), (False, True),
    ]  # fmt: skip


# Fading, and wordings that take turns


def test_a_step_that_fades_is_left_out_after_its_uses() -> None:
    talk = Talk()
    said = []
    for _ in range(3):
        talk.agree(SERIES) if talk.conversation.consents.words is None else talk.say(f"reflect {SERIES}")
        said.append("How this works." in talk.tap("private").preface)
        through(talk, small="")
        talk.tap("done")
    assert said == [True, True, False]


def test_the_wordings_of_a_question_take_turns() -> None:
    talk = Talk()
    heard = []
    for _ in range(4):
        talk.agree(SERIES) if talk.conversation.consents.words is None else talk.say(f"reflect {SERIES}")
        talk.tap("private")
        while talk.message.step != "worded":
            talk.tap("skip")
        heard.append((talk.message.text, talk.message.hint))
        through(talk, small="")
        talk.tap("done")
    assert heard == [
        ("What stays?", "A word is enough."),
        ("What did you see?", "A word is enough."),
        ("What did you hear?", "A sound is enough."),
        ("What stays?", "A word is enough."),
    ]


def test_what_is_kept_is_the_question_as_it_was_read() -> None:
    talk = Talk()
    used(talk, small="")
    used(talk, small="")
    kept = talk.effects_of(Keep)[-1]
    assert isinstance(kept, Keep)
    assert "What did you see?" in dict(kept.reflection.answers)


def test_every_wording_has_its_turn() -> None:
    step = script().step("worded")
    keys = [wording(step, use, "text") for use in range(1, 7)]
    assert len(set(keys)) == 3
    assert all(one != other for one, other in pairwise(keys))
    assert keys[:3] == keys[3:]


# What the next use knows


def test_an_answer_is_known_to_the_next_use_of_the_same_script_alone() -> None:
    talk = Talk()
    used(talk, ease="missed")
    assert talk.conversation.memory.recalled == {"series.ease": "missed"}
    talk.say(f"reflect {SERIES}")
    talk.tap("private")
    while talk.message.step != "ease":
        talk.tap("skip")
    assert "Twice in a row." in talk.tap("missed").preface
    through(talk)
    talk.tap("done")
    talk.say(f"reflect {SERIES}")
    talk.tap("private")
    while talk.message.step != "ease":
        talk.tap("skip")
    assert "Twice in a row." not in talk.tap("easily").preface


def test_a_skipped_question_is_forgotten() -> None:
    talk = Talk()
    used(talk, ease="missed")
    talk.say(f"reflect {SERIES}")
    talk.tap("private")
    while talk.message.step != "end":
        talk.tap("skip") if talk.message.step != "worded" else talk.write("Something.")
    talk.tap("done")
    assert talk.conversation.memory.recalled == {"series.ease": "none"}


def test_what_an_earlier_answer_brings_must_be_for_a_private_surface(tmp_path: Path) -> None:
    text = (SCRIPTS / "series.toml").read_text(encoding="utf-8")
    file = tmp_path / "series-open.toml"
    file.write_text(text.replace('text = "Twice in a row."\nsensitive = true', 'text = "Twice in a row."'), "utf-8")
    assert "betrayed-answer" in {fault.rule for fault in lint_paths([file])}


# One small thing


def test_one_small_thing_is_asked_about_in_the_next_reflection_and_only_there(live: Live) -> None:
    whole(live, small="Wait at the door.")
    message = begin(live)
    assert (message.step, "“Wait at the door.”" in message.text) == ("look-back", True)
    live.write(ADA, "It helped.")
    finish(live, small="")
    assert begin(live).step != "look-back"


def test_it_stays_until_it_was_asked_about(live: Live) -> None:
    whole(live, small="Wait at the door.")
    live.finish(ADA, "everything")
    assert begin(live).step == "look-back"


def test_it_goes_with_the_reflection_that_it_stands_in(live: Live) -> None:
    whole(live, small="Wait at the door.")
    data = page(live, Open(at=live.clock.time, page="data"))
    (form,) = [form for section in data.sections for form in section.forms if form.id == "delete-reflection"]
    live.do(ADA, Submit(at=live.clock.time, form=form.id, values={"reflection": form.fields[0].value}))
    assert begin(live).step != "look-back"


def test_it_is_over_when_that_reflection_is(live: Live) -> None:
    whole(live, small="Wait at the door.")
    live.clock.time = AT + timedelta(days=91)
    assert begin(live).step != "look-back"


def test_what_was_changed_there_comes_back_as_it_is_now(live: Live) -> None:
    whole(live, small="Wait at the door.")
    (form,) = [form for form in forms(live, f"words:{kept_id(live)}") if form.id == "own-words"]
    values = {field.id: field.value for field in form.fields}
    changed = {name: ("Wait longer.",) if value == ("Wait at the door.",) else value for name, value in values.items()}
    live.do(ADA, Submit(at=live.clock.time, form="own-words", values=changed))
    assert "“Wait longer.”" in begin(live).text


def test_it_can_be_switched_off(live: Live) -> None:
    whole(live, small="Wait at the door.")
    live.do(ADA, Submit(at=live.clock.time, form="look-back", values={"look-back": "leave"}))
    assert begin(live).step != "look-back"


def test_it_is_not_written_down_a_second_time(live: Live) -> None:
    """The kept question of the next reflection has a gap where the words stood."""
    whole(live, small="Wait at the door.")
    begin(live)
    live.write(ADA, "It helped.")
    finish(live, small="")
    sections = page(live, Open(at=live.clock.time, page="data")).sections
    asked = {one.answered: one.asked for section in sections for one in section.exchanges}
    assert "“…”" in asked["It helped."]


def test_it_never_stands_in_the_chat_and_is_sealed(live: Live, sqlite_pair: Pair, tmp_path: Path) -> None:
    whole(live, small="zqsmall-quillfeather")
    live.say(ADA, f"reflect {SERIES}")
    live.tap(ADA, "here")
    assert "zqsmall" not in "".join(delivery.message.model_dump_json() for delivery in live.post.sent)
    assert found("zqsmall-quillfeather", stored(sqlite_pair, tmp_path)) == []


@pytest.mark.parametrize("words", ["", "a", "word " * 200, "x" * 500, "line\n\nline", "{crisis} and {small-thing}"])
def test_what_comes_back_is_one_short_line(words: str) -> None:
    line = shortened(words)
    assert "\n" not in line
    assert len(line) <= LONGEST + 1
    talk = Talk(facts=Facts(back=words))
    talk.conversation = talk.conversation.model_copy(update={"locale": "en"})
    talk.agree("everything")
    talk.say("stop")
    talk.say(f"reflect {SERIES}")
    shown = talk.tap("private")
    assert (shown.step == "look-back") == bool(line)
    assert not line or line in shown.text, "nothing in it is filled in"


def test_who_keeps_nothing_from_now_on_is_not_reminded_of_it(live: Live) -> None:
    whole(live, small="Wait at the door.")
    live.do(ADA, Submit(at=live.clock.time, form="withdraw", values={"purpose": "words"}))
    assert begin(live).step != "look-back"


def test_what_was_chosen_the_last_time_is_forgotten_with_the_consent_to_keep() -> None:
    talk = Talk()
    used(talk, ease="missed")
    talk.take(Submit(at=talk.at, form="withdraw", values={"purpose": "words"}))
    memory = talk.conversation.memory
    assert (memory.recalled, memory.returning, memory.uses) == ({}, None, {})


@pytest.mark.parametrize("how", ["deleted", "switched off", "nothing kept"])
def test_an_open_talk_forgets_it_too(live: Live, how: str) -> None:
    whole(live, small="Wait at the door.")
    assert begin(live).step == "look-back"
    if how == "deleted":
        (form,) = [form for form in forms(live, "data") if form.id == "delete-reflection"]
        live.do(ADA, Submit(at=live.clock.time, form=form.id, values={"reflection": form.fields[0].value}))
    elif how == "switched off":
        live.do(ADA, Submit(at=live.clock.time, form="look-back", values={"look-back": "leave"}))
    else:
        live.do(ADA, Submit(at=live.clock.time, form="withdraw", values={"purpose": "words"}))
    assert "Wait at the door." not in live.tap(ADA, "private").model_dump_json()


def test_what_was_chosen_goes_with_its_reflection(live: Live) -> None:
    live.begin(ADA, SERIES)
    message = live.tap(ADA, "private")
    while message.step != "end":
        message = live.tap(ADA, "missed" if message.step == "ease" else "skip")
    live.tap(ADA, "done")
    (form,) = [form for form in forms(live, "data") if form.id == "delete-reflection"]
    live.do(ADA, Submit(at=live.clock.time, form=form.id, values={"reflection": form.fields[0].value}))
    message = begin(live)
    while message.step != "ease":
        message = live.tap(ADA, "skip")
    assert "Twice in a row." not in live.tap(ADA, "missed").preface


def chats(first: str) -> list[str]:
    """What the chat shows of a second reflection, after a first one that was private and went that way."""
    talk = Talk()
    talk.agree("quick-visit")
    while not talk.message.step.startswith("end"):
        if first == "all skipped":
            talk.tap("skip")
        else:
            talk.write("The door.") if talk.message.input == "text" else talk.tap(talk.message.choices[0].id)
    if first == "let go":
        talk.tap("more")
    talk.tap({"let go": "let-go", "deleted": "delete"}.get(first, "done"))
    if first == "deleted":
        talk.tap("yes-delete")
    talk.facts = talk.facts.model_copy(update={"back": "The door." if talk.conversation.memory.returning else ""})
    talk.effects.clear()
    return [outside(talk.say("reflect quick-visit")), outside(talk.tap("here", surface="message"))]


def outside(message: Message) -> str:
    """All that goes out into the chat, but for the random part of it."""
    return repr(replace(Said.of(message), prompt=""))


def test_how_the_last_one_ended_cannot_be_told_from_the_chat() -> None:
    """Law 6: what was written, chosen, let go or deleted in private leaves the same messages behind."""
    seen = {first: chats(first) for first in ("kept", "all skipped", "let go", "deleted")}
    assert len({tuple(shown) for shown in seen.values()}) == 1, seen


def test_a_check_in_shows_nothing_that_depends_on_an_earlier_reflection() -> None:
    shown = set()
    for back in ("", "The door."):
        talk = Talk(facts=Facts(back=back))
        talk.agree("quick-visit")
        talk.say("stop")
        talk.take(came_due(talk.at, "quick-visit"))
        shown.add(outside(talk.tap("yes", surface="message")))
    assert len(shown) == 1


# Let go


def test_what_is_gentle_is_let_go_unless_its_person_keeps_it() -> None:
    talk = Talk()
    talk.agree("gentle")
    talk.through(["A word."])
    message = talk.tap("heavy")
    assert [option.id for option in message.choices] == ["done", "keep-mine", "on"]
    talk.tap("done")
    assert talk.effects_of(Keep) == talk.effects_of(Contribute) == []
    assert talk.effects_of(LetGo)
    assert talk.conversation.memory.uses["gentle"] == Uses(count=1, last=AT.date())


def test_it_is_kept_with_one_tap_and_nothing_more_is_asked() -> None:
    talk = Talk()
    talk.agree("gentle")
    talk.through(["A word."])
    talk.tap("heavy")
    talk.tap("keep-mine")
    (kept,) = talk.effects_of(Keep)
    assert isinstance(kept, Keep)
    assert kept.reflection.codes == ()
    assert talk.conversation.memory.ask_counting == ()


@pytest.mark.parametrize("how", ["stop", "idle"])
def test_what_is_gentle_and_left_alone_is_not_kept_either(how: str) -> None:
    talk = Talk()
    talk.agree("gentle")
    talk.through(["A word."])
    if how == "stop":
        talk.say("stop")
    else:
        talk.later(days=8)
        talk.take(Idled(at=talk.at))
    assert talk.effects_of(Keep) == []
    assert talk.effects_of(LetGo), "no backup brings it back"
    assert talk.conversation.session is None
    assert not talk.conversation.memory.put_away


def test_letting_go_can_lead_on_to_something_else() -> None:
    talk = Talk()
    talk.agree("gentle")
    talk.through(["A word."])
    talk.tap("heavy")
    assert talk.tap("on").script == "everything"
    assert talk.effects_of(Keep) == []


# Thresholds


def test_a_threshold_names_answers_and_everything_else() -> None:
    offered = ("rarely", "some-days", "most-days", "every-day", "not-sure")
    where = {"frequent": ("most-days", "every-day")}
    assert meant(("@frequent",), offered, where) == ("most-days", "every-day")
    assert meant(("@not-frequent",), offered, where) == ("rarely", "some-days")
    assert meant(("@unheard-of", "rarely"), offered, where) == ("@unheard-of", "rarely")


def test_a_threshold_that_there_is_not_is_named(tmp_path: Path) -> None:
    file = tmp_path / "odd.toml"
    text = (SCRIPTS / "series.toml").read_text(encoding="utf-8")
    file.write_text(text.replace('ease = ["missed"] }', 'ease = ["@often"] }'), "utf-8")
    faults = lint_paths([file])
    assert "impossible-condition" in {fault.rule for fault in faults}
    assert any("@often" in fault.words for fault in faults)


def walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str) -> Result:
    config = tmp_path / "afterword.toml"
    config.write_text(settings, encoding="utf-8")
    monkeypatch.setenv("AFTERWORD_CONFIG", str(config))
    return CliRunner().invoke(main, ["walk", "scope-referral", "--graph", "mermaid"])


def test_a_program_can_move_a_threshold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = walked(tmp_path, monkeypatch, "")
    moved = walked(tmp_path, monkeypatch, '[thresholds]\nfrequent = ["some-days", "most-days", "every-day"]\n')
    assert "frequency = most-days or every-day" in usual.output
    assert "frequency = some-days or most-days or every-day" in moved.output
    assert moved.exit_code == 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('[thresholds]\nfrequnt = ["some-days"]\n', "there is no 'frequnt'; did you mean 'frequent'?"),
        ('[thresholds]\nfrequent = ["most-dys"]\n', "no question offers 'most-dys'; did you mean 'most-days'?"),
        ('[thresholds]\nfrequent = "most-days"\n', "thresholds.frequent"),
    ],
)
def test_a_threshold_that_is_no_such_thing_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, said: str
) -> None:
    result = walked(tmp_path, monkeypatch, settings)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


# The script as a value


def test_the_facts_of_a_series_are_all_that_can_come_true() -> None:
    facts = facts_of(script().steps, script().weeks)
    assert facts["@week"] == (1, 2, 3)
    assert facts["@times"] == (1, 2, 3)
    assert facts["@last.ease"] == ("none", "easily", "missed", "not-sure")


def test_a_revision_does_not_change_with_what_a_script_leaves_open() -> None:
    plain = library().scripts["look-again"]
    stored = plain.model_dump(mode="json")
    without = {**stored, "steps": [{k: v for k, v in step.items() if v is not None} for step in stored["steps"]]}
    without = {key: value for key, value in without.items() if key not in ("weeks", "moments", "ending")}
    assert Script.model_validate(without).revision == plain.revision


# Hands


def begin(live: Live) -> Message:
    live.say(ADA, f"reflect {SERIES}")
    return live.tap(ADA, "private")


def finish(live: Live, small: str) -> None:
    message = live.tap(ADA, "private")
    while message.step != "end":
        match message.step:
            case "ease":
                message = live.tap(ADA, "easily")
            case "small":
                message = live.write(ADA, small) if small else live.tap(ADA, "skip")
            case _:
                message = live.write(ADA, "Something.")
    live.tap(ADA, "done")


def whole(live: Live, small: str) -> None:
    live.begin(ADA, SERIES)
    finish(live, small)


def page(live: Live, event: Open) -> Page:
    reply = live.do(ADA, event)
    assert reply.page is not None
    return reply.page


def forms(live: Live, name: str) -> list[Form]:
    return [form for section in page(live, Open(at=live.clock.time, page=name)).sections for form in section.forms]


def kept_id(live: Live) -> str:
    (form,) = [form for form in forms(live, "data") if form.id == "reflection"]
    return form.fields[0].value[0]
