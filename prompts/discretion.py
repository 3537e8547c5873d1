"""What the chat would tell of an answer. Law: after a sensitive question nothing differs that anyone else can see.

A branch is an answer: where a step that may be shown in the chat comes after one answer and not after another, the
chat's history tells the answer (DESIGN.md, law 6). Sensitive steps do not count: only a private surface shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from prompts.graph import Graph, Leg, Spot
from prompts.script import EndStep, Script, Step


@dataclass(frozen=True)
class Seen:
    """All that the chat can show from somewhere on, as a number that stands for it: equal numbers, equal sights."""

    numbers: dict[object, int] = field(default_factory=dict)
    first: dict[int, str] = field(default_factory=dict)

    def then(self, step: str, rest: object) -> int:
        number = self.numbers.setdefault((step, rest), len(self.numbers) + 1)
        self.first[number] = step
        return number


def betrayals(script: Script, graph: Graph) -> Iterator[tuple[str, str]]:
    """Each sensitive question whose answer what follows would tell, with what to say about it."""
    steps = {step.id: step for step in script.steps}
    seen = Seen()
    after: dict[Spot, int] = {}
    told: dict[str, str] = {}
    for spot, legs in graph.legs.items():
        step = steps[spot.step]
        sights = tuple(_sight(leg, steps, after, seen) for leg in legs if leg.to is not None)
        if step.sensitive and len(set(sights)) > 1 and not spot.back:
            told.setdefault(step.id, _words(sights, seen))
        after[spot] = _here(step, sights, seen)
    yield from told.items()


def _sight(leg: Leg, steps: dict[str, Step], after: dict[Spot, int], seen: Seen) -> int:
    assert leg.to is not None
    sight = after[leg.to]
    for said in reversed(leg.said):
        sight = sight if steps[said].sensitive else seen.then(said, sight)
    return sight


def _here(step: Step, sights: tuple[int, ...], seen: Seen) -> int:
    if step.sensitive:
        return sights[0] if sights else 0
    return seen.then(step.id, None if isinstance(step, EndStep) else sights)


def _words(sights: tuple[int, ...], seen: Seen) -> str:
    first = sorted({f"'{seen.first[sight]}'" if sight else "nothing" for sight in sights})
    shown = f"{' or '.join(first)} comes next" if len(first) > 1 else f"what comes after {first[0]} differs"
    return f"this step is sensitive, but in the chat {shown} by its answer; mark what depends on it as sensitive too."
