"""The classes of answers to a step. Law: two answers that no `when` and no `next` tells apart are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prompts.script import ChoiceStep, MultiStep, ScaleStep, Script, Step, Value, target

SCALE = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Answers to one step that nothing tells apart: `values` stands for them; `words` is empty where there is one."""

    values: tuple[Value, ...]
    target: str | None
    words: str = ""


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
