"""Every state that answers can lead to in a script. Law: answers that no `when` and no `next` tells apart are one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from prompts.script import (
    FACTS,
    ChoiceStep,
    EndStep,
    InfoStep,
    MultiStep,
    ScaleStep,
    Script,
    Step,
    Value,
    holds,
    target,
)

Origin = Literal["person", "check-in", "both"]
#: What is known somewhere and can still matter there, as pairs that can be hashed.
Known = tuple[tuple[str, tuple[Value, ...]], ...]
#: A script with more states than this is refused: nobody could read its paths either.
MOST_SPOTS = 20_000
SCALE = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Answers to one step that nothing tells apart: `values` stands for them; `words` is empty where there is one."""

    values: tuple[Value, ...]
    target: str | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Waiting at a step. `trail`: the questions passed in the round that the step is part of, each with what was
    known on arriving there; `back`: those of its questions to which this way has come back already."""

    step: str
    known: Known
    trail: tuple[tuple[str, Known], ...] = ()
    back: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Leg:
    """From an outcome over what is `said` to the next spot. `to` is None where the script breaks off, and where the
    way comes back to the same question a second time."""

    outcome: Outcome
    said: tuple[str, ...]
    to: Spot | None
    breaks: bool = False


@dataclass(frozen=True)
class Graph:
    """`legs` of every spot, those of later spots first; `arrived`: steps to which a way leads; `shown`: those whose
    condition then holds somewhere; `ran_out`: steps after which nothing comes; `circles`: rounds that ask nothing."""

    script: Script
    starts: tuple[Leg, ...]
    legs: Mapping[Spot, tuple[Leg, ...]]
    arrived: frozenset[str]
    shown: frozenset[str]
    ran_out: frozenset[str]
    circles: frozenset[frozenset[str]]
    carried: frozenset[str]
    whole: bool = True

    def ways(self) -> dict[Spot, int]:
        """How many ways lead from each spot to an end."""
        ways: dict[Spot, int] = {}
        for spot, legs in self.legs.items():
            ways[spot] = sum(ways[leg.to] for leg in legs if leg.to is not None) if legs else 1
        return ways


def explore(
    script: Script, uses: Sequence[str] = FACTS["@use"], origin: Origin = "both", *, carry: bool = False
) -> Graph:
    """Every spot, beginning from each combination of facts. `carry`: steps to remember are carried over, not asked."""
    exploration = _Exploration(script, _carried_steps(script) if carry else frozenset())
    origins = FACTS["@origin"] if origin == "both" else (origin,)
    starts = exploration.starts({"@use": tuple(uses), "@origin": origins})
    whole = exploration.run(leg.to for leg in starts if leg.to is not None)
    return Graph(
        script,
        starts,
        _later_first(starts, exploration.legs) if whole else {},
        frozenset(exploration.arrived),
        frozenset(exploration.shown),
        frozenset(exploration.ran_out),
        frozenset(exploration.circles),
        exploration.carried,
        whole,
    )


def _carried_steps(script: Script) -> frozenset[str]:
    return frozenset(step.id for step in script.steps if isinstance(step, ChoiceStep) and step.remember and step.keep)


class _Exploration:
    def __init__(self, script: Script, carried: frozenset[str]) -> None:
        self.steps = {step.id: step for step in script.steps}
        self.first = script.steps[0].id
        self.carried = carried
        self.rounds = rounds(script)
        self.live = live_keys(script, carried)
        tests = tests_by_key(script)
        self.outcomes = {
            step.id: outcomes(step, tests.get(step.id, ()), carried=step.id in carried) for step in script.steps
        }
        self.legs: dict[Spot, tuple[Leg, ...]] = {}
        self.arrived: set[str] = set()
        self.shown: set[str] = set()
        self.ran_out: set[str] = set()
        self.circles: set[frozenset[str]] = set()

    def starts(self, facts: Mapping[str, tuple[str, ...]]) -> tuple[Leg, ...]:
        found: dict[Known, Leg] = {}
        for values in product(*facts.values()):
            pairs = dict(zip(facts, values, strict=True))
            known: dict[str, tuple[Value, ...]] = {key: (value,) for key, value in pairs.items()}
            words = ", ".join(
                f"{key} = {value}"
                for key, value in pairs.items()
                if key in self.live[self.first] and len(facts[key]) > 1
            )
            seen = _pruned(known, self.live[self.first])
            if seen not in found:
                found[seen] = self._leg(Outcome((), self.first, words), self.first, known, (), frozenset())
        return tuple(found.values())

    def run(self, starts: Iterable[Spot]) -> bool:
        waiting = list(starts)
        while waiting:
            spot = waiting.pop()
            if spot in self.legs:
                continue
            if len(self.legs) >= MOST_SPOTS:
                return False
            self.legs[spot] = tuple(self._legs(spot))
            waiting += [leg.to for leg in self.legs[spot] if leg.to is not None]
        return True

    def _legs(self, spot: Spot) -> Iterator[Leg]:
        if isinstance(self.steps[spot.step], EndStep):
            return
        passed = () if spot.step in self.carried else ((spot.step, spot.known),)
        for outcome in self.outcomes[spot.step]:
            known = {**dict(spot.known), spot.step: outcome.values}
            yield self._leg(outcome, spot.step, known, spot.trail + passed, spot.back)

    def _leg(
        self,
        outcome: Outcome,
        after: str,
        known: dict[str, tuple[Value, ...]],
        trail: tuple[tuple[str, Known], ...],
        back: frozenset[str],
    ) -> Leg:
        said, step = self._advance(outcome.target, after, known)
        if step is None:
            return Leg(outcome, said, None, breaks=True)
        for index, (passed, then) in enumerate(trail):
            if passed == step and step in back:
                return Leg(outcome, said, None)
            if passed == step:
                return Leg(outcome, said, Spot(step, then, trail[:index], back | {step}))
        around = self.rounds[step]
        here = tuple(item for item in trail if item[0] in around)
        return Leg(outcome, said, Spot(step, _pruned(known, self.live[step]), here, back & around))

    def _advance(
        self, step_id: str | None, after: str, known: Mapping[str, tuple[Value, ...]]
    ) -> tuple[tuple[str, ...], str | None]:
        """Past everything that does not wait: what is said, and the step that waits (None: there is none)."""
        said: list[str] = []
        seen: list[str] = []
        while step_id in self.steps:
            step = self.steps[step_id]
            here = holds(step.when, known)
            self.arrived.add(step_id)
            if here:
                self.shown.add(step_id)
            if here and self._waits(step, known):
                return tuple(said), step_id
            if step_id in seen:
                self.circles.add(frozenset(seen[seen.index(step_id) :]))
                return tuple(said), None
            seen.append(step_id)
            if here and isinstance(step, InfoStep):
                said.append(step_id)
            after, step_id = step_id, target(step, known.get(step_id, ())) if here else step.next
        self.ran_out.add(after)
        return tuple(said), None

    def _waits(self, step: Step, known: Mapping[str, tuple[Value, ...]]) -> bool:
        """A carried-over step that comes again is passed again; any other question stops the way."""
        return not isinstance(step, InfoStep) and not (step.id in self.carried and step.id in known)


def _pruned(known: Mapping[str, tuple[Value, ...]], live: frozenset[str]) -> Known:
    return tuple(sorted((key, values) for key, values in known.items() if key in live))


def _later_first(starts: Iterable[Leg], legs: Mapping[Spot, tuple[Leg, ...]]) -> dict[Spot, tuple[Leg, ...]]:
    """The spots in an order in which every leg leads to an earlier one. There is one: no way comes back twice."""
    ordered: dict[Spot, tuple[Leg, ...]] = {}
    stack: list[tuple[Spot, bool]] = [(leg.to, False) for leg in starts if leg.to is not None]
    while stack:
        spot, done = stack.pop()
        if done:
            ordered[spot] = legs[spot]
        elif spot not in ordered:
            stack.append((spot, True))
            stack += [(leg.to, False) for leg in legs[spot] if leg.to is not None and leg.to not in ordered]
    return ordered


# --- classes of answers


def tests_by_key(script: Script) -> dict[str, tuple[frozenset[Value], ...]]:
    """For every key that a `when` names, the different sets of values that are asked for."""
    tests: dict[str, dict[frozenset[Value], None]] = {}
    for step in script.steps:
        for key, values in step.when.items():
            tests.setdefault(key, {})[frozenset(values)] = None
    return {key: tuple(found) for key, found in tests.items()}


def outcomes(step: Step, tests: Sequence[frozenset[Value]], *, carried: bool = False) -> tuple[Outcome, ...]:
    """The classes of answers to a step. A question can always be skipped, unless its answer is carried over."""
    if isinstance(step, ChoiceStep) and step.keep:
        answers = [(choice.id,) for choice in step.choices]
        return _grouped(step, tests, answers if carried else [*answers, ()])
    if isinstance(step, ScaleStep) and step.keep:
        return _grouped(step, tests, [*((value,) for value in SCALE), ()])
    if isinstance(step, MultiStep) and step.keep:
        return _sets(step, tests)
    return (Outcome((), step.next),)


def _grouped(
    step: Step, tests: Sequence[frozenset[Value]], answers: Sequence[tuple[Value, ...]]
) -> tuple[Outcome, ...]:
    groups: dict[object, list[tuple[Value, ...]]] = {}
    for answer in answers:
        groups.setdefault((target(step, answer), _signature(answer, tests)), []).append(answer)
    if len(groups) == 1:
        return (Outcome(answers[-1], target(step, answers[-1])),)
    return tuple(
        Outcome(group[0], target(step, group[0]), _named(step.id, group, answers)) for group in groups.values()
    )


def _signature(answer: tuple[Value, ...], tests: Sequence[frozenset[Value]]) -> tuple[bool, ...]:
    return tuple(not test.isdisjoint(answer) for test in tests)


def _named(step_id: str, group: Sequence[tuple[Value, ...]], answers: Sequence[tuple[Value, ...]]) -> str:
    others = [answer for answer in answers if answer not in group]
    if len(others) < len(group):
        return f"{step_id} = anything but {_listed(others)}"
    return f"{step_id} = {_listed(group)}"


def _listed(answers: Sequence[tuple[Value, ...]]) -> str:
    return " or ".join(str(answer[0]) if answer else "skipped" for answer in answers)


def _sets(step: MultiStep, tests: Sequence[frozenset[Value]]) -> tuple[Outcome, ...]:
    """Any set of choices can be the answer: the classes are what the conditions say of one choice, joined."""
    found: dict[tuple[bool, ...], tuple[Value, ...]] = {_signature((), tests): ()}
    for choice in step.choices:
        for values in list(found.values()):
            joined = (*values, choice.id)
            found.setdefault(_signature(joined, tests), joined)
    if len(found) == 1:
        return (Outcome((), step.next),)
    return tuple(Outcome(values, step.next, _having(step.id, tests, signature)) for signature, values in found.items())


def _having(step_id: str, tests: Sequence[frozenset[Value]], signature: Sequence[bool]) -> str:
    has = [_any(test) for test, true in zip(tests, signature, strict=True) if true]
    lacks = [_any(test) for test, true in zip(tests, signature, strict=True) if not true]
    parts = [f"{step_id} has {' and '.join(has)}"] if has else []
    parts += [f"{step_id} has no {' and no '.join(lacks)}"] if lacks else []
    return ", ".join(parts)


def _any(values: frozenset[Value]) -> str:
    return " or ".join(sorted(map(str, values)))


# --- the script as a plain graph, without conditions


def edges(step: Step) -> tuple[str, ...]:
    """Where a step can lead, whatever the conditions say."""
    ways = (
        [step.next] + [choice.next for choice in step.choices if step.keep]
        if isinstance(step, ChoiceStep)
        else [step.next]
    )
    return tuple(dict.fromkeys(way for way in ways if way)) if not isinstance(step, EndStep) else ()


def rounds(script: Script) -> dict[str, frozenset[str]]:
    """For every step the steps from which it can be reached and which it can reach; empty where it is in no round."""
    forward = {step.id: [way for way in edges(step)] for step in script.steps}
    backward: dict[str, list[str]] = {step.id: [] for step in script.steps}
    for step_id, ways in forward.items():
        for way in ways:
            backward.setdefault(way, []).append(step_id)
    found: dict[str, frozenset[str]] = {}
    for start in reversed(_finished(forward)):
        if start not in found:
            members = _reached(start, backward, found)
            is_round = len(members) > 1 or start in forward.get(start, ())
            found |= dict.fromkeys(members, members if is_round else frozenset())
    return found


def _finished(forward: Mapping[str, Sequence[str]]) -> list[str]:
    """The steps in the order in which a depth-first search leaves them (the first half of Kosaraju's algorithm)."""
    order: dict[str, None] = {}
    seen: set[str] = set()
    stack = [(step_id, False) for step_id in forward]
    while stack:
        step_id, done = stack.pop()
        if done:
            order[step_id] = None
        elif step_id not in seen:
            seen.add(step_id)
            stack.append((step_id, True))
            stack += [(way, False) for way in forward.get(step_id, ())]
    return list(order)


def _reached(start: str, ways: Mapping[str, Sequence[str]], taken: Mapping[str, object]) -> frozenset[str]:
    seen: set[str] = set()
    stack = [start]
    while stack:
        step_id = stack.pop()
        if step_id not in seen and step_id not in taken:
            seen.add(step_id)
            stack += ways.get(step_id, ())
    return frozenset(seen)


def live_keys(script: Script, carried: frozenset[str] = frozenset()) -> dict[str, frozenset[str]]:
    """For every step the keys that a condition from there on can still ask for."""
    live = {step.id: set(step.when) | ({step.id} & carried) for step in script.steps}
    sources: dict[str, list[str]] = {}
    for step in script.steps:
        for way in edges(step):
            sources.setdefault(way, []).append(step.id)
    waiting = [step.id for step in script.steps]
    while waiting:
        step_id = waiting.pop()
        for source in sources.get(step_id, ()):
            if not live[step_id] <= live[source]:
                live[source] |= live[step_id]
                waiting.append(source)
    return {step_id: frozenset(keys) for step_id, keys in live.items()}
