"""A few ways through a script that together show all of it. Law: chosen on the graph that `prompts.walk` counts; the
same script always gives the same ways.

One person goes through the script again and again. A talk more is had where it shows a step, a wording or an end, or
enough that one would have to go back for; what is left then is chosen on the way, by going back for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from seen import FINISH, Item, to_see, told_apart

from prompts.graph import Graph, Leg, Spot, explore
from prompts.outcomes import SCALE, Outcome, tests_by_key
from prompts.script import (
    LAST,
    NONE,
    ChoiceStep,
    EndStep,
    FreeStep,
    MultiStep,
    ScaleStep,
    Script,
    Step,
    Value,
    target,
    wording,
)

#: What a choice is worth in lines of a transcript: to go back for it takes two. There may be no other way: very much.
GOING_BACK, OF_SEVERAL, MUST = 2.0, 0.7, 100.0
#: So many choices are made together; so often a question is answered in words, before it is skipped.
TOGETHER, IN_WORDS = 3, 2
#: Choices that make no sense beside others.
ALONE = ("none", "none-yet", "not-sure")
#: So many talks in a row may show nothing that is wanted, beside those of a series.
FRUITLESS = 3


@dataclass(frozen=True)
class Person:
    """What a talk knows of those before it."""

    use: int = 1
    last: Mapping[str, str] = field(default_factory=dict)
    back: bool = False
    remembered: bool = False

    def facts(self) -> dict[str, Value]:
        last = {f"{LAST}{name}": value for name, value in self.last.items()}
        return {"@back": "yes" if self.back else "no", **last}


@dataclass(frozen=True)
class Answer:
    """What is answered to a question at last; `before`: what is chosen first, and gone back from."""

    step: str
    values: tuple[Value, ...]
    before: tuple[tuple[Value, ...], ...] = ()
    in_words: bool = False


@dataclass(frozen=True)
class Talk:
    answers: tuple[Answer, ...]
    end: str
    finish: str
    shows: frozenset[Item]


def ways(script: Script) -> tuple[Talk, ...]:
    """A few talks that together show all that is to be seen without a check-in. Raises ValueError where none can."""
    unasked = explore(script, origin="person")
    wanted = {item for item in (*to_see(script), *_to_lead(script)) if not by_check_in(unasked, item)}
    person, found, fruitless = Person(last=dict.fromkeys(_recalls(script), NONE)), list[Talk](), 0
    while True:
        talk, worth = _best_talk(script, person, wanted)
        needed = any(_weight(script, item) == MUST for item in wanted)
        if worth <= 0 and not (needed and fruitless <= FRUITLESS + (script.weeks or 0)):
            return _gone_back_for(script, found, wanted)
        fruitless = fruitless + 1 if worth <= 0 else 0
        found.append(talk)
        wanted -= talk.shows
        person = _after(script, person, talk)


def by_check_in(unasked: Graph, item: Item) -> bool:
    """Whether only a check-in brings it."""
    return item[0] in ("step", "choice", "way") and item[1] not in unasked.shown | {FINISH}


def _recalls(script: Script) -> tuple[str, ...]:
    names = (step.recall for step in script.steps if isinstance(step, ChoiceStep) and step.recall)
    return tuple(dict.fromkeys(names))


def _to_lead(script: Script) -> Iterator[Item]:
    """Where answers lead in this talk, and what must be answered for something to be seen in the next one."""
    for step in script.steps:
        for choice in step.choices if isinstance(step, ChoiceStep) and step.keep else ():
            yield "way", step.id, str(target(step, (choice.id,)))
        for key, values in step.when.items():
            if key.startswith(LAST):
                yield from (("recall", key.removeprefix(LAST), str(value)) for value in values)
            elif key == "@back":
                yield "returns", key


def _weight(script: Script, item: Item) -> float:
    kind, name = item[:2]
    if kind != "choice" or name == FINISH or isinstance(script.step(name), EndStep):
        return MUST
    return OF_SEVERAL if isinstance(script.step(name), MultiStep) else GOING_BACK


def _best_talk(script: Script, person: Person, wanted: set[Item]) -> tuple[Talk, float]:
    graph = explore(script, person.use, "person", carry=person.remembered, facts=person.facts())
    return _Search(script, person, graph, frozenset(wanted)).best()


def _after(script: Script, person: Person, talk: Talk) -> Person:
    """What the next talk knows."""
    if script.ending == "let-go" and talk.finish != "keep-mine":
        return replace(person, use=person.use + 1)
    last, steps = dict(person.last), [(answer, script.step(answer.step)) for answer in talk.answers]
    for answer, step in steps:
        if isinstance(step, ChoiceStep) and step.recall:
            last[step.recall] = str(answer.values[0]) if answer.values else NONE
    remembered = person.remembered or any(isinstance(step, ChoiceStep) and step.remember for _, step in steps)
    back = any(isinstance(step, FreeStep) and step.returns and answer.in_words for answer, step in steps)
    return Person(person.use + 1, last, back, remembered)


# --- the best talk


@dataclass(frozen=True)
class _Best:
    """The best way on from a spot: what it is worth, and the leg and answer that begin it, or how it is finished."""

    worth: float
    leg: Leg | None = None
    values: tuple[Value, ...] = ()
    finish: str = ""


@dataclass(frozen=True)
class _Search:
    """The best way through one talk: the graph has no rounds, so what comes later is worked out first."""

    script: Script
    person: Person
    graph: Graph
    wanted: frozenset[Item]

    def best(self) -> tuple[Talk, float]:
        found: dict[Spot, _Best] = {}
        for spot, legs in self.graph.legs.items():
            options = [self._on(spot, leg, found[leg.to]) for leg in legs if leg.to is not None and leg.to in found]
            options += [] if legs else self._finishes(self.script.step(spot.step))
            if options:
                found[spot] = max(options, key=lambda best: best.worth)
        starts = [(leg, found[leg.to]) for leg in self.graph.starts if leg.to is not None and leg.to in found]
        start, best = max(starts, key=lambda one: self._said(one[0]) + one[1].worth)
        return self._talk(start, found), self._said(start) + best.worth - 1

    def _on(self, spot: Spot, leg: Leg, then: _Best) -> _Best:
        on = self._said(leg) + then.worth
        if spot.step in self.graph.carried:
            return _Best(on, leg)
        step = self.script.step(spot.step)
        values = self._values(step, leg.outcome)
        on -= MUST * MUST if len(values) > TOGETHER else 0  # nobody ticks all of them
        return _Best(on + self._worth((*self._asked(step), *self._given(step, values))) - 1, leg, values)

    def _finishes(self, step: Step) -> list[_Best]:
        assert isinstance(step, EndStep)
        kept = ("keep-mine", "done") if self.script.ending == "let-go" else ("done",)
        ways = (*kept, *(choice.id for choice in step.choices))
        return [_Best(self._worth(finished(step, way)) - (2 if opens(step, way) else 1), finish=way) for way in ways]

    def _values(self, step: Step, outcome: Outcome) -> tuple[Value, ...]:
        """Of the answers that nothing tells apart, one that was not given yet."""
        if isinstance(step, MultiStep):
            return self._several(step, outcome)
        same = list(alike(self.script, step, outcome))
        fresh = [values for values in same if self._worth(self._given(step, values))]
        return fresh[0] if fresh else same[(self.person.use - 1) % len(same)] if same else ()

    def _several(self, step: MultiStep, outcome: Outcome) -> tuple[Value, ...]:
        """What the outcome stands for, and others that change nothing about it."""
        tests = tests_by_key(self.script).get(step.id, ())
        chosen = outcome.values
        for choice in sorted(step.choices, key=lambda one: ("choice", step.id, one.id) not in self.wanted):
            fits = all(test.isdisjoint((choice.id,)) or not test.isdisjoint(outcome.values) for test in tests)
            fresh = ("choice", step.id, choice.id) in self.wanted
            if fits and choice.id not in chosen and (not chosen or (fresh and fit(chosen, choice.id))):
                chosen = (*chosen, choice.id)
        return chosen

    def _asked(self, step: Step) -> Iterator[Item]:
        yield "step", step.id
        yield "wording", step.id, wording(step, self.person.use, "text").removesuffix(".text").rpartition(".")[2]

    def _given(self, step: Step, values: tuple[Value, ...]) -> Iterator[Item]:
        if isinstance(step, ScaleStep) and values:
            yield "rate", step.id, told_apart(self.script, step.id)[int(values[0])]
        elif isinstance(step, ChoiceStep | MultiStep):
            yield from (("choice", step.id, str(value)) for value in values)
        if isinstance(step, ChoiceStep) and values:
            yield "way", step.id, str(target(step, values))
            yield "recall", str(step.recall), str(values[0])
        if isinstance(step, FreeStep) and step.returns:
            yield "returns", "@back"

    def _said(self, leg: Leg) -> float:
        return self._worth(("step", info) for info in leg.said)

    def _worth(self, items: Iterable[Item]) -> float:
        return sum(_weight(self.script, item) for item in set(items) & self.wanted)

    def _talk(self, start: Leg, found: Mapping[Spot, _Best]) -> Talk:
        answers, shows, leg = list[Answer](), set[Item](), start
        while leg.to is not None:
            shows |= {("step", info) for info in leg.said}
            step, best = self.script.step(leg.to.step), found[leg.to]
            if best.leg is None:
                break
            if step.id not in self.graph.carried:
                answers.append(Answer(step.id, best.values, in_words=self._in_words(step)))
                shows |= {*self._asked(step), *self._given(step, best.values)}
            leg = best.leg
        assert isinstance(step, EndStep)
        return Talk(tuple(answers), step.id, best.finish, frozenset((*shows, *finished(step, best.finish))))

    def _in_words(self, step: Step) -> bool:
        if not isinstance(step, FreeStep):
            return False
        if step.returns and any(one.id == "look-back" for one in self.script.steps):
            return ("returns", "@back") in self.wanted
        return self.person.use <= IN_WORDS or ("step", step.id) in self.wanted


def alike(script: Script, step: Step, outcome: Outcome) -> Iterator[tuple[Value, ...]]:
    """The taps that no `when` and no `next` tells from this outcome; none where it is a question that was skipped."""
    tests = tests_by_key(script).get(step.id, ())
    signs = [not test.isdisjoint(outcome.values) for test in tests]
    taps = SCALE if isinstance(step, ScaleStep) else [choice.id for choice in getattr(step, "choices", ())]
    for tap in taps:
        same = [tap in test for test in tests] == signs and target(step, (tap,)) == outcome.target
        if same or not getattr(step, "keep", True):
            yield (tap,)


def fit(chosen: Sequence[Value], other: str) -> bool:
    """Whether somebody might make one choice more."""
    return len(chosen) < TOGETHER and not {other, *chosen}.intersection(ALONE)


def finished(end: EndStep, way: str) -> Iterator[Item]:
    own = next((choice for choice in end.choices if choice.id == way), None)
    yield "step", end.id
    yield "choice", end.id if own else FINISH, way
    if own and own.open:
        yield "open", own.open


def opens(end: Step, way: str) -> bool:
    """Whether that way to finish goes on with another script."""
    return isinstance(end, EndStep) and any(choice.id == way and choice.open for choice in end.choices)


# --- what is gone back for


def _gone_back_for(script: Script, found: Sequence[Talk], wanted: set[Item]) -> tuple[Talk, ...]:
    """Each choice that no talk makes is made on the way of one that could make it as well."""
    talks = list(found)
    for item in (item for item in to_see(script) if item in wanted):
        places = [(number, at) for number, talk in enumerate(talks) for at in _places(talk, item)]
        if item[0] != "choice" or not places:
            raise ValueError(f"{script.slug}: no way shows {' '.join(item)}")
        number, at = min(places, key=lambda place: _burden(script, talks[place[0]].answers[place[1]], item[2]))
        talks[number] = _with(script, talks[number], at, item[2])
    return tuple(talks)


def _places(talk: Talk, item: Item) -> Iterator[int]:
    yield from (at for at, answer in enumerate(talk.answers) if answer.step == item[1])


def _burden(script: Script, answer: Answer, other: str) -> tuple[bool, int]:
    """Best where the talk goes on as it would with the other choice, and least has been gone back for."""
    step = script.step(answer.step)
    same = (other,) in alike(script, step, Outcome(answer.values, target(step, answer.values)))
    return not (same or isinstance(step, MultiStep)), len(answer.before)


def _with(script: Script, talk: Talk, at: int, choice: str) -> Talk:
    answer = talk.answers[at]
    *before, last = answer.before or ((),)
    together = last and isinstance(script.step(answer.step), MultiStep) and fit(last, choice)
    chosen = (*before, (*last, choice)) if together else (*answer.before, (choice,))
    return replace(talk, answers=(*talk.answers[:at], replace(answer, before=chosen), *talk.answers[at + 1 :]))
