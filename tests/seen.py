"""What transcripts show of a script. Law: read off the text alone, line by line, as a person would see it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prompts.graph import explore
from prompts.library import SMALL_THING, Library
from prompts.outcomes import SCALE, tests_by_key
from prompts.script import (
    Choice,
    ChoiceStep,
    EndStep,
    InfoStep,
    MultiStep,
    ScaleStep,
    Script,
    Step,
    Value,
    card_lines,
    holds,
    is_question,
    wording,
)

#: Something to be seen: ("step", id), ("wording", step, name), ("choice", step, id), ("rate", step, values), or
#: ("open", slug); "finish" stands for the last screens.
Item = tuple[str, ...]
FINISH = "finish"
#: What the bot itself offers on a last screen: what ends the talk, and what is beside that.
FINISHES = ("done", "count", "keep-mine", "bring", "let-go")
BESIDE = (*FINISHES, "more", "less", "excerpt")

_BUTTON = re.compile(r"\(([a-z0-9:-]+)\) ")


@dataclass(frozen=True)
class Said:
    """One message: its lines, and the buttons under them as one line."""

    lines: tuple[str, ...]
    buttons: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(_BUTTON.findall(self.buttons))


@dataclass(frozen=True)
class Event:
    """What a person does, and all that is said to it."""

    doing: str
    value: str
    said: tuple[Said, ...]


def to_see(script: Script) -> tuple[Item, ...]:
    """Everything that a script can show, and every tap that it asks for."""
    ends = [step for step in script.steps if isinstance(step, EndStep)]
    finishes = ("done", "keep-mine") if script.ending == "let-go" else ("done",)
    opened = dict.fromkeys(choice.open for end in ends for choice in end.choices if choice.open)
    return (
        *(item for step in script.steps for item in _of_step(script, step)),
        *(("choice", FINISH, finish) for finish in finishes),
        *(("open", slug) for slug in opened),
    )


def _of_step(script: Script, step: Step) -> Iterator[Item]:
    yield "step", step.id
    for variant in getattr(step, "variants", None) or ():
        yield "wording", step.id, variant.id
    for choice in getattr(step, "choices", ()):
        if not isinstance(step, EndStep) or choice.reply:
            yield "choice", step.id, choice.id
    if isinstance(step, ScaleStep):
        yield from (("rate", step.id, told) for told in dict.fromkeys(told_apart(script, step.id).values()))


def told_apart(script: Script, step: str) -> Mapping[int, str]:
    """For each value of a scale those that no `when` tells from it."""
    tests = tests_by_key(script).get(step, ())
    signs = {value: tuple(value in test for test in tests) for value in SCALE}
    return {value: " ".join(str(one) for one in SCALE if signs[one] == signs[value]) for value in SCALE}


def unseen(library: Library, script: Script, locale: str, texts: Iterable[str]) -> tuple[Item, ...]:
    """What none of the transcripts shows."""
    reader = _Reader(library, script, locale)
    seen = {item for text in texts for item in reader.seen(tuple(events(text)))}
    return tuple(item for item in to_see(script) if item not in seen)


# --- a transcript


def events(text: str) -> Iterator[Event]:
    doing, rows = "", list[str]()
    for line in (*text.splitlines(), ">"):
        if line.startswith(">"):
            name, _, value = doing.partition(" ")
            yield Event(name, value, tuple(_messages(rows)))
            doing, rows = line.removeprefix(">").strip(), []
        elif not line.startswith("#"):
            rows.append(line)


def _messages(rows: Iterable[str]) -> Iterator[Said]:
    lines = list[str]()
    for row in (*rows, "  ["):
        if row.startswith("  [") and lines:
            buttons = lines.pop() if _BUTTON.match(lines[-1]) else ""
            yield Said(tuple(lines), buttons)
            lines = []
        if row.strip():
            lines.append(re.sub(r"^  \[[a-z]+\] ", "", row).strip())


# --- against a script


class _Reader:
    def __init__(self, library: Library, script: Script, locale: str) -> None:
        self.library, self.script, self.locale = library, script, locale
        self.ends = tuple(step for step in script.steps if isinstance(step, EndStep))
        self.questions = tuple(step for step in script.steps if is_question(step))
        self.arrivals = _arrivals(script)
        self.known: dict[str, tuple[Value, ...]] = {}

    def seen(self, talk: Sequence[Event]) -> Iterator[Item]:
        standing: Step | None = None
        for event in talk:
            if standing is not None:
                yield from self._done(standing, event)
                self._note(standing, event)
            for said in event.said:
                found = self._standing(said)
                if found is not None:
                    step, name = found
                    yield from (("step", step.id), ("wording", step.id, name), *self._infos(said, step))
                yield from (("step", end.id) for end in self.ends if end.quiet and self._says(said, f"{end.id}.text"))
                standing = found[0] if found is not None else standing if not said.ids else None

    def _note(self, step: Step, event: Event) -> None:
        """What was answered last to each question of a talk: two ends may look the same."""
        if isinstance(step, EndStep):
            over = event.doing == "choose" and event.value in (*FINISHES, *(one.id for one in step.choices))
            self.known = {} if over else self.known
        elif event.doing in ("choose", "rate"):
            self.known[step.id] = tuple(_tapped(event))

    def _done(self, step: Step, event: Event) -> Iterator[Item]:
        """What is seen of an answer: that it is given, and its reply and card in the next message."""
        tapped = _tapped(event)
        if event.doing == "rate" and isinstance(step, ScaleStep) and event.value in "12345":
            yield "rate", step.id, told_apart(self.script, step.id)[int(event.value)]
        if isinstance(step, EndStep):
            yield from (("choice", FINISH, one) for one in tapped if one in ("done", "keep-mine"))
        for choice in getattr(step, "choices", ()):
            if choice.id in tapped and self._answered(step, choice, event):
                yield "choice", step.id, choice.id
                if getattr(choice, "open", None):
                    yield "open", choice.open

    def _answered(self, step: Step, choice: Choice, event: Event) -> bool:
        if isinstance(step, MultiStep):
            return True
        lines = [f"{step.id}.{choice.id}.reply"] if choice.reply else []
        lines += _card_keys(self.script, choice.card)
        return not lines or any(self._says(said, *lines) for said in event.said)

    def _infos(self, said: Said, step: Step) -> Iterator[Item]:
        """Only where a way leads over that info to this step: two infos may show the same card."""
        for info in self.script.steps:
            if isinstance(info, InfoStep) and step.id in self.arrivals.get(info.id, ()):
                keys = ([f"{info.id}.text"] if info.text else []) + _card_keys(self.script, info.card)
                if self._says(said, *keys):
                    yield "step", info.id

    def _standing(self, said: Said) -> tuple[Step, str] | None:
        for step in self.questions:
            for use in range(1, len(getattr(step, "variants", None) or ()) + 2):
                if self._asks(said, step, use):
                    return step, _name(step, use)
        ends = [end for end in self.ends if not end.quiet and self._offers(said, end)]
        return next(((end, "text") for end in ends if holds(_answers(end), self.known)), None)

    def _asks(self, said: Said, step: Step, use: int) -> bool:
        keys = [wording(step, use, name) for name in ("text", "hint") if getattr(step, name)]
        wanted = [self._line(key) for key in keys if self.script.say("en", key)]
        lines = said.lines[len(said.lines) - len(wanted) :]
        fits = all(map(_fits, wanted, lines)) and len(lines) == len(wanted)
        return fits and said.buttons.removesuffix(self._private()) in (self._buttons(step), self._buttons(step) + " ")

    def _offers(self, said: Said, end: EndStep) -> bool:
        own = tuple(choice.id for choice in end.choices)
        ids = tuple(one for one in said.ids if one not in BESIDE and ":" not in one)
        return "done" in said.ids and ids == own and self._says(said, f"{end.id}.text")

    def _private(self) -> str:
        return f"(private) {self.library.word(self.locale, 'continue-private')}"

    def _buttons(self, step: Step) -> str:
        if isinstance(step, ScaleStep):
            return " ".join(f"({value}) {value}" for value in SCALE)
        choices = step.choices if isinstance(step, ChoiceStep | MultiStep) else ()
        return " ".join(f"({one.id}) {self._line(f'{step.id}.{one.id}.label')}" for one in choices)

    def _says(self, said: Said, *keys: str) -> bool:
        return all(any(_fits(self._line(key), line) for line in said.lines) for key in keys)

    def _line(self, key: str) -> str:
        text = self.script.say(self.locale, key).replace(f"{{{SMALL_THING}}}", _ANYTHING)
        return self.library.fill(self.locale, text, {})


def _answers(end: EndStep) -> dict[str, tuple[Value, ...]]:
    return {key: values for key, values in end.when.items() if not key.startswith("@")}


def _tapped(event: Event) -> list[Value]:
    if event.doing == "rate":
        return [int(event.value)]
    return [one.strip() for one in event.value.split(",")] if event.doing == "choose" else []


_ANYTHING = "\0"


def _fits(wanted: str, line: str) -> bool:
    if _ANYTHING not in wanted:
        return wanted == line
    return re.fullmatch(re.escape(wanted).replace(re.escape(_ANYTHING), ".+"), line) is not None


def _name(step: Step, use: int) -> str:
    key = wording(step, use, "text")
    return key.removesuffix(".text").rpartition(".")[2] if ".variants." in key else "text"


def _card_keys(script: Script, card: str | None) -> list[str]:
    return [f"card:{card}.{line}" for line, _ in card_lines(script.cards[card])] if card else []


def _arrivals(script: Script) -> Mapping[str, frozenset[str]]:
    """For every info the steps at which a way over it arrives."""
    found: dict[str, set[str]] = {}
    for carry in (False, True):
        graph = explore(script, carry=carry)
        waits = {spot: frozenset({spot.step}) for spot in graph.legs}
        for spot, legs in graph.legs.items():
            if spot.step in graph.carried:
                waits[spot] = frozenset(step for leg in legs if leg.to is not None for step in waits[leg.to])
        for leg in (*graph.starts, *(leg for legs in graph.legs.values() for leg in legs)):
            for info in leg.said:
                found.setdefault(info, set()).update(waits[leg.to] if leg.to is not None else ())
    return {info: frozenset(steps) for info, steps in found.items()}
