"""Rules of the engine that hold always, whatever happens in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from talks import AT, Talk, came_due, library

from bot import position
from bot.conversation import Conversation, Program
from bot.deidentify.spans import Label
from bot.effects import Contribute, Deliver, Keep, Turn
from bot.events import (
    Choose,
    Command,
    Event,
    Found,
    Idled,
    Joined,
    Left,
    Mark,
    Notice,
    NoticeName,
    Open,
    Rate,
    Say,
    Scanned,
    Submit,
    Surface,
    Write,
)
from bot.scanning import text_hash
from bot.typed import clean
from prompts.script import EndStep

CANARY = "zq7canary"

#: What people type: commands and labels in two languages, numbers, rubbish, long texts, their own words.
TEXTS = st.one_of(
    st.sampled_from(
        [
            "reflect",
            "help",
            "ayuda",
            "back",
            "atrás",
            "skip",
            "saltar",
            "pause",
            "resume",
            "stop",
            "parar",
            "start over",
            "español",
            "english",
            "idioma",
            "delete",
            "borrar",
            "yes",
            "1",
            "2, 3",
            "5",
            "cinco",
            "safety",
            "breathe",
            "reflect everything",
            "reflect between sites",
            "reflect gentle",
            "reflect series",
            "my data",
            "Worry",
            "worry and warmth",
            "done",
            "more",
            "Keep nothing",
            "skip",
            "",
        ]
    ),
    st.text(max_size=40),
    st.just(CANARY + " she looked at him for a long time"),
    st.just((CANARY + " ") * 900),
)
#: What a detector says is there, in a text that may have none of it.
MARKS = st.builds(
    lambda start, length, label, tier: Mark(start=start, end=start + length, label=label, tier=tier),
    st.integers(0, 50),
    st.integers(1, 9),
    st.sampled_from(get_args(Label)),
    st.sampled_from(["auto", "ask"]),
)
IDS = st.sampled_from(
    [
        "keep",
        "nothing",
        "read",
        "private",
        "here",
        "yes",
        "longer",
        "somewhat",
        "much",
        "none",
        "worry",
        "anger",
        "warmth",
        "no",
        "not-sure",
        "home-visit",
        "room",
        "done",
        "count",
        "more",
        "less",
        "let-go",
        "keep-mine",
        "tonight",
        "visit",
        "yes-delete",
        "no-delete",
        "yes-restart",
        "no-restart",
        "back",
        "skip",
        "once",
        "always",
        "each",
        "never",
        "everything",
        "quick-visit",
        "page:scripts",
        "without:A1",
        "with:S8",
        "change:place",
        "change:setting",
        "1",
        "5",
        "rubbish",
    ]
)
PROMPTS = st.sampled_from(["none", "current", "old"])
COMMANDS = st.sampled_from(["reflect", "back", "skip", "restart", "delete", "language"])
SURFACES = st.sampled_from(["private", "message"])
FIELDS = [
    "words", "counting", "excerpts", "purpose", "days", "language", "confirm", "reflection", "hours",
    "person", "name", "members", "supervisors", "day-end", "lines", "look-back",
]  # fmt: skip
VALUES = [
    "keep", "nothing", "ask", "leave", "never", "words", "counting", "0", "30", "es", "erase", "x", "18:00-08:00",
    "none", "17:00", "Questions or complaints: x", "\ud800: {x}\x00", "",
]  # fmt: skip
OF_NAMES = ("names-add", "names-forget", "names-clear")
KINDS = st.one_of(
    st.tuples(st.just("say"), TEXTS),
    st.tuples(st.just("write"), TEXTS, PROMPTS, st.booleans()),
    st.tuples(st.just("choose"), st.lists(IDS, max_size=3), PROMPTS, SURFACES),
    st.tuples(st.just("offered"), st.integers(0, 12)),
    st.tuples(st.just("rate"), st.integers(-1, 9), PROMPTS),
    st.tuples(st.just("command"), COMMANDS, PROMPTS),
    st.tuples(
        st.just("open"),
        st.sampled_from(
            [
                "home",
                "scripts",
                "data",
                "consent",
                "receipt",
                "shared",
                "names",
                "report",
                "packet",
                "lead",
                "setup",
                "setup:x",
                "nowhere",
            ]
        ),
    ),
    st.tuples(
        st.just("submit"),
        st.sampled_from(
            [
                "consent",
                "withdraw",
                "agree-again",
                "retention",
                "language",
                "quiet",
                "look-back",
                "find-script",
                "erase",
                "delete-reflection",
                "lead",
                "team",
                "rubbish",
                "excerpt",
                "excerpt-agree",
                "excerpt-names",
                "excerpt-release",
                "take-back",
                "brought",
                *OF_NAMES,
            ]
        ),
        st.dictionaries(
            st.sampled_from(FIELDS),
            st.one_of(st.sampled_from(VALUES), st.lists(st.sampled_from(VALUES), max_size=3).map(tuple)),
        ),
    ),
    st.tuples(st.sampled_from(["due", "idled", "joined", "left"])),
    st.tuples(st.just("scanned"), TEXTS, st.lists(MARKS, max_size=3).map(tuple), st.booleans()),
    st.tuples(st.just("notice"), st.sampled_from(get_args(NoticeName))),
    st.tuples(st.just("wait"), st.integers(1, 400)),
)


def prompt(talk: Talk, which: str) -> str | None:
    message = talk.turn.reply.message if talk.turn else None
    current = message.prompt if message else None
    return {"none": None, "old": "00000000-0000-4000-8000-000000000000.1", "current": current}[which]


def offered(talk: Talk, index: int) -> Event:
    """A tap on something that the last message offers, where it offers it."""
    reply = talk.turn.reply if talk.turn else None
    choices = reply.message.choices if reply and reply.message else ()
    value = choices[index % len(choices)].id if choices else "private"
    surface: Surface = "message" if reply and reply.surface == "message" else "private"
    return Choose(at=talk.at, values=(value,), prompt=prompt(talk, "current"), surface=surface)


#: What each drawn kind becomes, given the talk and what was drawn with it.
MAKE: dict[str, Callable[..., Event]] = {
    "say": lambda talk, text: Say(at=talk.at, text=text),
    "write": lambda talk, text, which, done: Write(at=talk.at, text=text, prompt=prompt(talk, which), done=done),
    "choose": lambda talk, values, which, surface: Choose(
        at=talk.at, values=tuple(values), prompt=prompt(talk, which), surface=surface
    ),
    "offered": offered,
    "rate": lambda talk, value, which: Rate(at=talk.at, value=value, prompt=prompt(talk, which)),
    "command": lambda talk, name, which: Command(at=talk.at, name=name, prompt=prompt(talk, which)),
    "open": lambda talk, page: Open(at=talk.at, page=page),
    "submit": lambda talk, form, values: Submit(at=talk.at, form=form, values=values),
    "due": lambda talk: came_due(talk.at),
    "idled": lambda talk: Idled(at=talk.at),
    "joined": lambda talk: Joined(at=talk.at),
    "left": lambda talk: Left(at=talk.at),
    "notice": lambda talk, notice: Notice(at=talk.at, notice=notice, person="sam"),
    "scanned": lambda talk, text, marks, failed: Scanned(
        at=talk.at,
        of=Write(at=talk.at, text=text),
        found=(Found(text_hash=text_hash(clean(text)), marks=marks, foreign=failed, failed=failed),),
    ),
}


def event_of(talk: Talk, kind: tuple[Any, ...]) -> Event:
    return MAKE[kind[0]](talk, *kind[1:])


def run(kinds: list[tuple[Any, ...]], refuse_typed: bool = False) -> Talk:
    talk = Talk()
    circumstances = {"leads": refuse_typed, "names_lead": not refuse_typed}
    talk.facts = talk.facts.model_copy(update={"program": Program(refuse_typed=refuse_typed), **circumstances})
    for kind in kinds:
        if kind[0] == "wait":
            talk.at += timedelta(hours=int(str(kind[1])))
            continue
        before = talk.conversation
        turn = talk.take(event_of(talk, kind))
        valid(talk.conversation)
        silent_in_the_chat(turn)
        nothing_private_is_shared(turn)
        if turn.illegal:
            assert turn.conversation == before, f"{turn.illegal} changed something"
    return talk


def valid(conversation: Conversation) -> None:
    assert Conversation.model_validate_json(conversation.model_dump_json()) == conversation
    ids = [session.id for session in conversation.sessions]
    assert len(ids) == len(set(ids)) <= 4
    for session in conversation.sessions:
        script = library().script(session.revision)
        way = position.route(script, session, conversation.memory)
        assert not (isinstance(way.current, EndStep) and way.current.quiet)
        for step in script.steps:
            if step.id in session.answers and not getattr(step, "keep", True):
                assert not session.answers[step.id].values


def silent_in_the_chat(turn: Turn) -> None:
    """What somebody wrote is in no message that the platform would store."""
    for effect in turn.effects:
        if isinstance(effect, Deliver):
            assert CANARY not in effect.message.model_dump_json()
    if turn.reply.surface != "private":
        assert CANARY not in turn.reply.model_dump_json()


def nothing_private_is_shared(turn: Turn) -> None:
    """Codes of a private step (P7, A5 of `everything`) and answers that are not kept reach no shared effect or row."""
    for effect in turn.effects:
        if isinstance(effect, Contribute):
            assert not {"P7"} & set(effect.codes)
            assert CANARY not in repr(effect)
        if isinstance(effect, Keep):
            assert "Is anyone's safety on your mind?" not in dict(effect.reflection.answers)


def can_end(talk: Talk) -> bool:
    """Whether tapping on reaches the end of everything that is open."""
    for _ in range(200):
        if not talk.conversation.sessions and not talk.conversation.memory.ask_counting:
            return True
        message = talk.tap("private")
        offered = [option.id for option in message.choices]
        ways_on = ("no-delete", "no-restart", "done", "never", "keep")
        talk.tap(next((choice for choice in ways_on if choice in offered), "skip"))
    return False


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(KINDS, max_size=30), st.booleans())
def test_any_sequence_leaves_a_valid_conversation_that_can_still_end(
    kinds: list[tuple[Any, ...]], refuse_typed: bool
) -> None:
    assert can_end(run([("say", "reflect everything"), ("offered", 0), *kinds], refuse_typed))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(KINDS, max_size=20))
def test_any_sequence_after_consent_leaves_a_valid_conversation_that_can_still_end(
    kinds: list[tuple[Any, ...]],
) -> None:
    begun = [("say", "reflect everything"), ("offered", 0), ("choose", ["keep"], "none", "private")]
    assert can_end(run([*begun, *kinds]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(KINDS, max_size=20))
def test_keep_nothing_keeps_nothing(kinds: list[tuple[Any, ...]]) -> None:
    """Whatever is done without agreeing to keep words: no reflection, no contribution, no memory of one."""
    begun = [("say", "reflect everything"), ("offered", 0), ("choose", ["nothing"], "none", "private")]
    quiet = [kind for kind in kinds if kind[0] != "submit"]
    talk = run([*begun, *quiet])
    assert not talk.effects_of(Keep)
    assert not talk.effects_of(Contribute)
    assert not talk.conversation.memory.uses
    assert not talk.conversation.memory.remembered


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from(["yes", "no", "not-sure"]),
    st.sampled_from(["yes", "no", "not-sure"]),
    st.sampled_from(["somewhat", "much", "none"]),
    st.sampled_from(["somewhat", "much", "none"]),
)
def test_two_runs_that_differ_in_sensitive_answers_leave_the_same_messages_in_the_chat(
    mood_a: int, mood_b: int, gate_a: str, gate_b: str, self_a: str, self_b: str
) -> None:
    def stored(mood: int, gate: str, own: str) -> list[str]:
        talk = Talk()
        kept: list[str] = []
        for kind in [("say", "reflect everything"), ("choose", ["here"], "none", "message")]:
            talk.take(event_of(talk, kind))
        talk.tap("private")
        talk.tap("keep")
        talk.tap("here", surface="message")
        for event in (
            Choose(at=AT, values=("yes",), surface="message"),
            Rate(at=AT, value=mood),
            Say(at=AT, text=f"{CANARY} typed in the chat"),
            Command(at=AT, name="skip"),
            Choose(at=AT, values=(own,)),
            Say(at=AT, text="3"),
            Choose(at=AT, values=("worry",)),
            Say(at=AT, text="help"),
            Choose(at=AT, values=(gate,)),
            Say(at=AT, text="back"),
            Say(at=AT, text="pause"),
        ):
            turn = talk.take(event)
            if turn.reply.surface == "message":
                kept.append(turn.reply.model_dump_json())
            kept += [effect.message.model_dump_json() for effect in turn.effects if isinstance(effect, Deliver)]
        session = talk.conversation.session
        return [text.replace(str(session.id), "") if session else text for text in kept]

    assert stored(mood_a, gate_a, self_a) == stored(mood_b, gate_b, self_b)


#: What somebody might do in the chat while a reflection is open in private.
IN_CHAT = st.lists(
    st.sampled_from(
        ["help", "back", "skip", "pause", "continue", "language", "safety", "breathe", "delete", "start over", "3",
         "yes", "stop", "reflect", f"{CANARY} typed into the chat", "my data", "reflect nothing"]
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["sunny", "mixed", "heavy", "stormy"]),
    st.sampled_from(["sunny", "stormy"]),
    st.integers(0, 3),
    st.booleans(),
    IN_CHAT,
)
def test_whatever_is_done_in_the_chat_after_a_sensitive_answer_looks_the_same(
    one: str, other: str, skips: int, here: bool, doings: list[str]
) -> None:
    """The branches of `between-sites` differ in length, so that the position must not show either."""

    def stored(weather: str) -> list[str]:
        talk = Talk()
        talk.agree("between-sites")
        if here:
            talk.tap("here", surface="message")
        talk.tap(weather)
        for _ in range(skips):
            talk.write("skip")
        kept = []
        for doing in doings:
            turn = talk.take(Say(at=talk.at, text=doing))
            kept.append(turn.reply.model_dump_json(exclude={"talk"}))
            kept += [effect.message.model_dump_json() for effect in turn.effects if isinstance(effect, Deliver)]
        return kept

    assert stored(one) == stored(other)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["worry", "mixed"]), st.sampled_from(["warmth", "not-sure"]), IN_CHAT)
def test_whether_there_is_anything_to_count_does_not_show_in_the_chat(one: str, other: str, doings: list[str]) -> None:
    """After the first reflection the bot asks about counting, if there are themes; the chat looks the same if not."""

    def stored(feeling: str) -> list[str]:
        talk = Talk()
        talk.agree("quick-visit")
        talk.through(["a look", (feeling,), "skip", "none", "skip", "no", "other", "program", "done"])
        kept = []
        for doing in doings:
            turn = talk.take(Say(at=talk.at, text=doing))
            kept.append(turn.reply.model_dump_json(exclude={"talk"}))
        return kept

    assert stored(one) == stored(other)
