"""A script as a plain graph, whatever its conditions say: what leads where, what leads round, what can still matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prompts.script import ChoiceStep, Script, Step


def edges(step: Step) -> tuple[str, ...]:
    """Where a step can lead, whatever the conditions say; an end only where its own does not hold."""
    ways = (
        [step.next] + [choice.next for choice in step.choices if step.keep]
        if isinstance(step, ChoiceStep)
        else [step.next]
    )
    return tuple(dict.fromkeys(way for way in ways if way))


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
