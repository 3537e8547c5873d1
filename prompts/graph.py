"""Every state that answers can lead to in a script. Law: answers that no `when` and no `next` tells apart are one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Literal

from prompts.outcomes import Outcome, outcomes, tests_by_key
from prompts.rounds import live_keys, rounds
from prompts.script import (
    FACTS,
    LAST,
    NONE,
    TIMES,
    WEEK,
    ChoiceStep,
    EndStep,
    InfoStep,
    Script,
    Step,
    Value,
    facts_of,
    holds,
    target,
)

Origin = Literal["person", "check-in", "both"]
#: What is known somewhere and can still matter there, as pairs that can be hashed.
Known = tuple[tuple[str, tuple[Value, ...]], ...]
#: A script in which answers lead on in more ways than this is refused: nobody could read its paths either.
MOST_LEGS = 20_000


@dataclass(frozen=True, slots=True)
class Spot:
    """Waiting at a step. The rest is about the round that the step is part of: `trail` has the questions passed in
    it, each with what was known on arriving there; `back` those to which this way has come back already; `settled`
    the answers that are carried over into it, which stay the same every time round."""

    step: str
    known: Known
    trail: tuple[tuple[str, Known], ...] = ()
    back: frozenset[str] = frozenset()
    settled: Known = ()


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
    script: Script,
    use: int | None = None,
    origin: Origin = "both",
    *,
    carry: bool = False,
    facts: Mapping[str, Value] | None = None,
) -> Graph:
    """Every spot, beginning from each combination of facts. `use`: the how-manieth time of the script, the first being
    the person's very first; None: any. `carry`: steps to remember are carried over, not asked. `facts`: only where
    they stand so."""
    exploration = _Exploration(script, _carried_steps(script) if carry else frozenset())
    begun = (known for known in beginnings(script, use, origin) if _stand(facts or {}, known))
    known = tuple(islice(begun, MOST_LEGS))
    starts = exploration.starts(known) if len(known) < MOST_LEGS else ()
    whole = len(known) < MOST_LEGS and exploration.run(leg.to for leg in starts if leg.to is not None)
    return Graph(
        script,
        starts,
        _later_first(exploration.legs) if whole else {},
        frozenset(exploration.arrived),
        frozenset(exploration.shown),
        frozenset(exploration.ran_out),
        frozenset(exploration.circles),
        exploration.carried,
        whole,
    )


def beginnings(script: Script, use: int | None, origin: Origin) -> Iterator[dict[str, tuple[Value, ...]]]:
    """Every combination of the facts that the script asks for which can come true."""
    asked = {key for step in script.steps for key in step.when}
    facts = {key: values for key, values in facts_of(script.steps, script.weeks).items() if key in asked}
    origins: tuple[Value, ...] = FACTS["@origin"] if origin == "both" else (origin,)
    seen: set[tuple[object, ...]] = set()
    again = any(key.startswith(LAST) for key in facts)  # before a second use there is no last one
    for time in [use] if use else range(1, len(facts.get(TIMES, ())) + (script.weeks or 1) + 1 + again):
        for very_first in (True, False) if time == 1 and use is None else (time == 1,):
            known = _at(script, facts, time, very_first) | {"@origin": origins}
            for values in product(*(known[key] for key in known if key in asked)):
                if values not in seen:
                    seen.add(values)
                    yield {key: (value,) for key, value in zip((k for k in known if k in asked), values, strict=True)}


def _stand(facts: Mapping[str, Value], known: Mapping[str, tuple[Value, ...]]) -> bool:
    return all(known.get(key, (value,)) == (value,) for key, value in facts.items())


def _at(
    script: Script, facts: Mapping[str, tuple[Value, ...]], time: int, very_first: bool
) -> dict[str, tuple[Value, ...]]:
    """What may be known at the how-manieth time: nothing comes back from before the first of all."""
    last = {key: (NONE,) if time == 1 else values for key, values in facts.items() if key.startswith(LAST)}
    return {
        "@use": ("first" if very_first else "again",),
        "@back": ("no",) if very_first else FACTS["@back"],
        WEEK: ((time - 1) % (script.weeks or 1) + 1,),
        TIMES: (min(time, len(facts.get(TIMES, (1,)))),),
        **last,
    }


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
        self.again: set[Spot] = set()
        self.arrived: set[str] = set()
        self.shown: set[str] = set()
        self.ran_out: set[str] = set()
        self.circles: set[frozenset[str]] = set()

    def starts(self, facts: Sequence[Mapping[str, tuple[Value, ...]]]) -> tuple[Leg, ...]:
        found: dict[Known, Leg] = {}
        differ = {key for known in facts for key in known if known[key] != facts[0][key]}
        for known in facts:
            told = (f"{key} = {known[key][0]}" for key in known if key in differ and key in self.live[self.first])
            words = ", ".join(told)
            seen = _pruned(known, self.live[self.first])
            if seen not in found:
                found[seen] = self._leg(Outcome((), self.first, words), Spot(self.first, ()), known)
        return tuple(found.values())

    def run(self, starts: Iterable[Spot]) -> bool:
        waiting, count = list(starts), 0
        while waiting:
            spot = waiting.pop()
            if spot in self.legs:
                continue
            self.legs[spot] = tuple(self._legs(spot))
            count += len(self.legs[spot])
            if count > MOST_LEGS:
                return False
            waiting += [leg.to for leg in self.legs[spot] if leg.to is not None]
            waiting += self.again
            self.again.clear()
        return True

    def _legs(self, spot: Spot) -> Iterator[Leg]:
        if isinstance(self.steps[spot.step], EndStep):
            return
        settled = dict(spot.settled)
        for outcome in self.outcomes[spot.step]:
            known = {**dict(spot.known), spot.step: outcome.values}
            if spot.step not in self.carried:
                yield self._leg(outcome, replace(spot, trail=(*spot.trail, (spot.step, spot.known))), known)
            elif spot.step not in settled:
                pairs = tuple(sorted({**settled, spot.step: outcome.values}.items()))
                yield self._leg(outcome, replace(spot, settled=pairs), known)
            elif settled[spot.step] == outcome.values:
                yield self._leg(replace(outcome, words=""), spot, known)

    def _leg(self, outcome: Outcome, way: Spot, known: Mapping[str, tuple[Value, ...]]) -> Leg:
        """`way` is the spot that is left, with what is passed and settled on leaving it."""
        said, step = self._advance(outcome.target, way.step, known)
        if step is None:
            return Leg(outcome, said, None, breaks=True)
        for index, (passed, then) in enumerate(way.trail):
            if passed == step:
                return Leg(outcome, said, self._back(Spot(step, then, way.trail[:index], way.back, way.settled)))
        around = self.rounds[step]
        trail = tuple(item for item in way.trail if item[0] in around)
        settled = tuple(item for item in way.settled if item[0] in around)
        return Leg(outcome, said, Spot(step, _pruned(known, self.live[step]), trail, way.back & around, settled))

    def _back(self, spot: Spot) -> Spot | None:
        if spot.settled:
            # Someone who comes back has the same answers carried over again, as often as they come back.
            self.again.add(replace(spot, back=frozenset()))
        return None if spot.step in spot.back else replace(spot, back=spot.back | {spot.step})

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


def _later_first(legs: Mapping[Spot, tuple[Leg, ...]]) -> dict[Spot, tuple[Leg, ...]]:
    """The spots in an order in which every leg leads to an earlier one. There is one: no way comes back twice."""
    ordered: dict[Spot, tuple[Leg, ...]] = {}
    stack: list[tuple[Spot, bool]] = [(spot, False) for spot in legs]
    while stack:
        spot, done = stack.pop()
        if done:
            ordered[spot] = legs[spot]
        elif spot not in ordered:
            stack.append((spot, True))
            stack += [(leg.to, False) for leg in legs[spot] if leg.to is not None and leg.to not in ordered]
    return ordered
