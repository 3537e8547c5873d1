"""A script as a frozen value. Law: what is not in this value, the bot cannot say or ask.

Authors write TOML (`docs/scripts.md`); `prompts.source` reads it; `prompts.resolve` turns it into a `Script`
with every block inlined, every `next` spelled out and every language inside, so that a session can keep it for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SOURCE_LOCALE = "en"

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,2}$")]
#: When to come back: a moment of this day, the next morning, the morning of a day to come ("re-check": after as many
#: weeks as the program says), or not before tomorrow.
Remind = Annotated[
    str, StringConstraints(pattern=r"^(half-hour|day-end|tomorrow|not-today|re-check|[1-9][0-9]?-(days|weeks))$")
]
Line = Annotated[str, StringConstraints(min_length=1, max_length=600, strip_whitespace=True)]
Value = str | int
#: When the menu offers a script; `supervising` is for those who supervise.
Moment = Literal["after-visit", "heavy", "supervision", "referral", "between", "team", "growing", "supervising"]
MOMENTS: tuple[Moment, ...] = get_args(Moment)
#: Rules of the linter that an author has an answer to, each with the reason.
Because = Mapping[str, Annotated[str, StringConstraints(min_length=1, max_length=300)]]

#: Ids with a meaning of their own: `out` leaves a block; the rest are buttons that the bot itself offers.
RESERVED_STEP_IDS = frozenset({"out", "consent", "counting", "confirm", "finish"})
RESERVED_CHOICE_IDS = frozenset(
    {
        "private", "here", "next", "reflect", "back", "skip", "pause", "resume", "stop", "restart", "language",
        "delete", "help", "safety", "breathe", "home", "data", "done", "count", "more", "less", "let-go",
        "yes-delete", "no-delete", "yes-restart", "no-restart", "keep", "keep-mine", "nothing", "read",
    }
)  # fmt: skip
#: Facts that a `when` may ask for beside earlier answers, and every value that they can take: who began the talk,
#: whether it is the person's very first, and whether something comes back that they wanted to try.
FACTS: Mapping[str, tuple[str, ...]] = {
    "@origin": ("person", "check-in"), "@use": ("first", "again"), "@back": ("no", "yes"),
}  # fmt: skip
#: Which week of a series it is; how often the script was begun, this time included; what was chosen the last time.
WEEK, TIMES, LAST = "@week", "@times", "@last."
#: Stands for "nothing was chosen the last time".
NONE = "none"


class Frozen(BaseModel):
    """The base of everything an author writes: immutable, no unknown keys, never quoting its input in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Choice(Frozen):
    """One answer to tap. `reply` is said before the next question; `card` is shown there too."""

    id: Id
    label: Annotated[str, StringConstraints(min_length=1, max_length=75, strip_whitespace=True)]
    reply: Annotated[str, StringConstraints(max_length=150)] = ""
    codes: tuple[Code, ...] = ()
    next: Id | None = None
    card: Id | None = None
    remind: Remind | None = None  # come back later, with this same script; "not-today": not before tomorrow
    open: Id | None = None  # go on with another script


class PlainChoice(Frozen):
    """An answer to tap among several: it cannot lead anywhere of its own."""

    id: Id
    label: Annotated[str, StringConstraints(min_length=1, max_length=75, strip_whitespace=True)]
    codes: tuple[Code, ...] = ()


class Variant(Frozen):
    """Another wording of the same question, for another use of the script."""

    id: Id
    text: Line
    hint: Line | None = None


class _Step(Frozen):
    id: Id
    next: Id | None = None  # default: the step that follows in the file
    when: Mapping[str, tuple[Value, ...]] = Field(default_factory=dict)  # all keys must hold, any value of each
    sensitive: bool = False  # shown on a private surface only (law 6)
    minutes: Annotated[float, Field(gt=0, le=30)] | None = None
    fade: Annotated[int, Field(ge=1, le=50)] | None = None  # left out after so many uses
    weeks: Annotated[tuple[Annotated[int, Field(ge=1, le=52)], ...], Field(min_length=1)] | None = None  # of a series
    because: Because = Field(default_factory=dict)


class _Question(_Step):
    text: Line
    hint: Line | None = None
    private: bool = False  # can never be shared; its codes stay with the writer
    keep: bool = True  # False: the answer is used inside the step and stored nowhere
    variants: Annotated[tuple[Variant, ...], Field(max_length=6)] | None = None  # taken in turn with `text`


class InfoStep(_Step):
    """Something said before the next question; it never waits. `card` names a card to show."""

    type: Literal["info"]
    text: Line | None = None
    card: Id | None = None


class FreeStep(_Question):
    """The person's own words; can always be skipped. `returns`: the next reflection asks what became of them."""

    type: Literal["free"]
    returns: bool = False


class ChoiceStep(_Question):
    """One tap, one answer. `remember`: asked once, then carried over and changeable on the last screen; `recall`: a
    name under which the next use of this script knows the answer."""

    type: Literal["choice"]
    choices: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=10)]
    remember: bool = False
    recall: Id | None = None


class MultiStep(_Question):
    """Any number of answers, then Next."""

    type: Literal["multi"]
    choices: Annotated[tuple[PlainChoice, ...], Field(min_length=2, max_length=12)]


class ScaleStep(_Question):
    """1 to 5, with words at both ends. Never added up, never compared."""

    type: Literal["scale"]
    low: Line
    high: Line


class EndStep(_Step):
    """The last screen. `quiet`: no screen at all, nothing is kept (someone is driving, or not today)."""

    type: Literal["end"]
    text: Line
    choices: Annotated[tuple[Choice, ...], Field(max_length=4)] = ()  # other ways to finish, beside "Done"
    quiet: bool = False


Step = Annotated[
    InfoStep | FreeStep | ChoiceStep | MultiStep | ScaleStep | EndStep,
    Field(discriminator="type"),
]
Question = FreeStep | ChoiceStep | MultiStep | ScaleStep

#: Minutes a step takes on a phone where the author says nothing (5 to 10 s a tap, 45 to 75 s a text).
DEFAULT_MINUTES: Mapping[str, float] = {
    "info": 0.1, "free": 1.0, "choice": 0.15, "multi": 0.25, "scale": 0.15, "end": 0.1,
}  # fmt: skip


class Card(Frozen):
    """A few calm lines, shown whole. `{name}` in a line stands for a resource, filled in when it is shown."""

    title: Line
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=12)]
    sensitive: bool = False


#: `let-go`: nothing is kept unless the person says so, and nothing else is offered.
Ending = Literal["usual", "let-go"]


class Script(Frozen):
    """A resolved script: what a session is pinned to.

    `steps` are in file order with blocks inlined and every `next` explicit; `strings[locale]["step.line"]` holds
    every line in every language; `cards` the cards it can show, with lines in `strings[locale]["card:id.line"]`.
    """

    slug: Id
    title: Line
    summary: Line
    minutes: Annotated[int, Field(gt=0, le=30)]  # the budget that `walk` holds the longest path to
    retention_days: Annotated[int, Field(ge=0, le=365)] | None = None
    aliases: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()
    weeks: Annotated[int, Field(ge=2, le=52)] | None = None  # a series: each use is the next week of it
    ending: Ending = "usual"
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    cards: Mapping[str, Card] = Field(default_factory=dict)
    strings: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)

    def step(self, step_id: str) -> Step:
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def say(self, locale: str, key: str) -> str:
        """The line `key` ("step.line", "step.choice.label", "card:id.title") in a language, else in English."""
        return self.strings.get(locale, {}).get(key) or self.strings[SOURCE_LOCALE].get(key, "")

    @cached_property
    def revision(self) -> str:
        """16 hex digits over the whole value: any change of a word in any language makes another revision. What a
        script leaves open does not count, so that a language with more keys makes no other script of it."""
        value = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def known_as(self, revision: str) -> Self:
        """The same value under the revision by which it was stored, whatever is worked out from it now."""
        self.__dict__["revision"] = revision
        return self

    def __copy__(self) -> Self:
        """A copy may be about to change, so it works out its own revision."""
        copied = super().__copy__()
        copied.__dict__.pop("revision", None)
        return copied


def step_lines(step: Step) -> Iterator[tuple[str, str]]:
    """Every line of a step that a person can read, as (name inside the step, English text)."""
    for name in ("text", "hint", "low", "high"):
        if text := getattr(step, name, None):
            yield name, text
    for variant in getattr(step, "variants", None) or ():
        yield f"variants.{variant.id}.text", variant.text
        if variant.hint:
            yield f"variants.{variant.id}.hint", variant.hint
    for choice in getattr(step, "choices", ()):
        yield f"{choice.id}.label", choice.label
        if reply := getattr(choice, "reply", ""):
            yield f"{choice.id}.reply", reply


def card_lines(card: Card) -> Iterator[tuple[str, str]]:
    yield "title", card.title
    for number, line in enumerate(card.lines, start=1):
        yield f"line-{number}", line


def wording(step: Step, use: int, name: str, weeks: int | None = None) -> str:
    """The key of a question's `text` or `hint` at the how-manieth use of the script: its wordings take turns, use by
    use; of what is asked in some weeks of a series only, round by round."""
    variants = getattr(step, "variants", None) or ()
    times = (use - 1) // weeks if weeks and WEEK in step.when else use - 1
    turn = times % (len(variants) + 1)
    if not turn or not getattr(variants[turn - 1], name):
        return f"{step.id}.{name}"
    return f"{step.id}.variants.{variants[turn - 1].id}.{name}"


def facts_of(steps: Iterable[Step], weeks: int | None) -> dict[str, tuple[Value, ...]]:
    """Every fact that these steps may ask for, with every value that it can take. `weeks`: of the series, if it is."""
    steps = tuple(steps)
    facts: dict[str, tuple[Value, ...]] = {**FACTS}
    if weeks:
        facts[WEEK] = tuple(range(1, weeks + 1))
    fades = [value for step in steps for value in step.when.get(TIMES, ()) if isinstance(value, int)]
    if fades:
        facts[TIMES] = tuple(range(1, max(fades) + 2))
    for step in steps:
        if isinstance(step, ChoiceStep) and step.recall:
            key = f"{LAST}{step.recall}"
            chosen = (choice.id for choice in step.choices)
            facts[key] = tuple(dict.fromkeys((*facts.get(key, (NONE,)), *chosen)))
    return facts


def is_question(step: Step) -> bool:
    return not isinstance(step, InfoStep | EndStep)


def holds(when: Mapping[str, tuple[Value, ...]], known: Mapping[str, tuple[Value, ...]]) -> bool:
    """Whether a condition holds: every key has at least one of its values among what is known under that key."""
    return all(any(value in known.get(key, ()) for value in values) for key, values in when.items())


def target(step: Step, answer: tuple[Value, ...]) -> str | None:
    """The id of the step that follows `step` after `answer` (empty: skipped or not kept)."""
    if isinstance(step, ChoiceStep) and answer:
        for choice in step.choices:
            if choice.id == answer[0] and choice.next:
                return choice.next
    return step.next
