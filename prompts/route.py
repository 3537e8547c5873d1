"""The way through a script. Law: where a person stands follows from what they answered, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prompts.script import ChoiceStep, EndStep, InfoStep, Question, Script, Step, Value, holds, target

#: Answers by step id; an empty tuple is a step that was passed: skipped, or not kept.
Known = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Route:
    """`asked`: the questions answered on the way, in order (carried-over ones are in `carried`, not here).
    `infos`: what is said before `current`. `looped`: the way came back to `current`, which is asked anew."""

    asked: tuple[Question, ...]
    carried: tuple[ChoiceStep, ...]
    infos: tuple[InfoStep, ...]
    current: Question | EndStep
    looped: bool = False


class NeverEnds(Exception):
    """The script runs out of steps without an end; `step` is the last one."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


def follow(script: Script, answers: Known, facts: Known, remembered: Mapping[str, str] | None = None) -> Route:
    """Walks from the first step to the first that waits. `facts` are the values of `FACTS` keys.

    Raises NeverEnds for a script that `prompts.lint` would refuse.
    """
    asked: list[Question] = []
    carried: list[ChoiceStep] = []
    infos: list[InfoStep] = []
    known = {**facts, **answers}
    passed: set[str] = set()
    step: Step = script.steps[0]
    for _ in range(2 * len(script.steps) + 1):
        if not holds(step.when, known):
            step = _next(script, step, step.next)
        elif isinstance(step, InfoStep):
            if step.id in passed:
                raise NeverEnds(step.id)
            passed.add(step.id)
            infos.append(step)
            step = _next(script, step, step.next)
        elif isinstance(step, EndStep):
            return Route(tuple(asked), tuple(carried), tuple(infos), step)
        elif step.id in passed:
            return Route(tuple(asked), tuple(carried), tuple(infos), step, looped=True)
        elif step.id in answers:
            passed.add(step.id)
            asked.append(step)
            infos.clear()
            step = _next(script, step, target(step, answers[step.id]))
        elif (value := _carried_over(step, remembered)) is not None:
            assert isinstance(step, ChoiceStep)
            passed.add(step.id)
            carried.append(step)
            known[step.id] = (value,)
            step = _next(script, step, target(step, (value,)))
        else:
            return Route(tuple(asked), tuple(carried), tuple(infos), step)
    raise NeverEnds(step.id)


def _carried_over(step: Question, remembered: Mapping[str, str] | None) -> str | None:
    if not isinstance(step, ChoiceStep) or not step.remember or not remembered:
        return None
    value = remembered.get(step.id)
    return value if any(choice.id == value for choice in step.choices) else None


def _next(script: Script, step: Step, step_id: str | None) -> Step:
    if step_id is None:
        raise NeverEnds(step.id)
    return script.step(step_id)
