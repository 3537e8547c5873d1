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

    A condition sees only what was answered on the way to it. Coming back to a question stops there (`looped`);
    coming back to a carried-over one passes it again. Raises NeverEnds for a script that `prompts.lint` would refuse.
    """
    asked: list[Question] = []
    carried: list[ChoiceStep] = []
    infos: list[InfoStep] = []
    known = dict(facts)
    quiet: set[str] = set()  # passed since the last answer: the same step twice is a round without end
    step: Step = script.steps[0]
    while True:
        goes_on: str | None = step.next
        if step.when and not holds(step.when, known):
            pass
        elif isinstance(step, InfoStep):
            infos.append(step)
        elif isinstance(step, EndStep):
            return Route(tuple(asked), tuple(carried), tuple(infos), step)
        elif step.id not in known:
            if (answer := answers.get(step.id)) is not None:
                asked.append(step)
                infos.clear()
            elif isinstance(step, ChoiceStep) and (answer := _carried_over(step, remembered)) is not None:
                carried.append(step)
            else:
                return Route(tuple(asked), tuple(carried), tuple(infos), step)
            quiet.clear()
            known[step.id] = answer
            goes_on = target(step, answer)
        elif step not in carried:
            return Route(tuple(asked), tuple(carried), tuple(infos), step, looped=True)
        else:
            goes_on = target(step, known[step.id])
        step = _after(script, step, goes_on, quiet)


def _carried_over(step: ChoiceStep, remembered: Mapping[str, str] | None) -> tuple[str] | None:
    value = remembered.get(step.id) if step.remember and remembered else None
    return (value,) if value and any(choice.id == value for choice in step.choices) else None


def _after(script: Script, step: Step, step_id: str | None, quiet: set[str]) -> Step:
    if step_id is None or step.id in quiet:
        raise NeverEnds(step.id)
    quiet.add(step.id)
    return script.step(step_id)
