"""What only following a script can show: every state is reached, every one has an end, all within its minutes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from prompts.discretion import betrayals
from prompts.graph import MOST_LEGS, Graph, Spot, explore
from prompts.resolve import Placed
from prompts.rounds import edges, rounds
from prompts.script import EndStep, Script, Step
from prompts.source import Fault, Source
from prompts.walk import extremes


def proof(script: Script, source: Source, placed: Iterable[Placed]) -> Iterator[Fault]:
    """Explores the script. Every name in it must be known to mean something (`prompts.wiring`)."""
    asking = explore(script)
    carrying = explore(script, carry=True) if any(getattr(step, "remember", False) for step in script.steps) else asking
    if not (asking.whole and carrying.whole):
        words = f"the conditions combine in more than {MOST_LEGS} ways, too many to check; make the script simpler."
        yield Fault("too-many-paths", words, source.file)
        return
    at = {item.step.id: item.at for item in placed}
    for rule, step, words in _findings(script, asking, carrying):
        yield Fault(rule, words, source.file, at[step], step)
    yield from _over_budget(script, source, (asking, carrying))


def _findings(script: Script, asking: Graph, carrying: Graph) -> Iterator[tuple[str, str, str]]:
    """Each as (rule, step, words). `carrying`: the same script for someone whose earlier answers are carried over."""
    told: set[str] = set()
    for members in _closed_rounds(script, asking, carrying):
        told.update(members)
        yield "cycle-without-exit", members[0], _round_words(script, members, asking, carrying)
    for step in _in_order(script, asking.ran_out | carrying.ran_out):
        yield "never-ends", step, _ran_out_words(script, step)
    arrived, shown = asking.arrived | carrying.arrived, asking.shown | carrying.shown
    for one in script.steps:
        if one.id not in arrived and one.id not in told:
            yield "unreachable-step", one.id, "no answer leads to this step; lead to it or take it out."
        elif one.id in arrived and one.id not in shown:
            yield "impossible-condition", one.id, _never_holds(script, one, arrived - shown)
    for step, words in betrayals(script, asking):
        yield "betrayed-answer", step, words


def _in_order(script: Script, steps: Iterable[str]) -> list[str]:
    wanted = set(steps)
    return [step.id for step in script.steps if step.id in wanted]


# --- rounds


def _closed_rounds(script: Script, asking: Graph, carrying: Graph) -> Iterator[list[str]]:
    """Rounds that cannot be left, by their steps in order: those that ask nothing, those that a person is caught in
    (one who returns, by an answer that is carried over), and those to which nothing leads in the first place."""
    found = {*asking.circles, *carrying.circles, *_traps(script, asking), *_traps(script, carrying)}
    for members in set(rounds(script).values()):
        ways = {way for step in script.steps if step.id in members for way in edges(step)}
        if members and members.isdisjoint(asking.arrived | carrying.arrived) and ways <= members:
            found.add(members)
    largest = [one for one in found if not any(one < other for other in found)]
    yield from sorted((_in_order(script, members) for members in largest), key=lambda members: members[0])


def _traps(script: Script, graph: Graph) -> frozenset[frozenset[str]]:
    """Rounds with a spot from which no way ends, though none breaks off either."""
    ways = graph.ways()
    breaking: set[Spot] = set()
    for spot, legs in graph.legs.items():
        if any(leg.breaks or leg.to in breaking for leg in legs):
            breaking.add(spot)
    around = rounds(script)
    stuck = [spot for spot in graph.legs if not ways[spot] and not spot.back and spot not in breaking]
    return frozenset(around[spot.step] for spot in stuck if around[spot.step])


def _round_words(script: Script, members: list[str], asking: Graph, carrying: Graph) -> str:
    why = ""
    remembered = [step for step in members if step in carrying.carried]
    if not (asking.arrived | carrying.arrived).intersection(members):
        why = ", and nothing leads to it"
    elif remembered and frozenset(members) not in asking.circles | _traps(script, asking):
        why = f" once the answer to {' and '.join(remembered)} is carried over"
    way = " → ".join((*members, members[0]))
    return f"this round cannot be left{why}: {way}; give a step of it a way to an end."


# --- ends and conditions


def _ran_out_words(script: Script, step: str) -> str:
    if isinstance(script.step(step), EndStep):
        return "where the `when` of this end does not hold, nothing follows; put an end without a condition after it."
    return "nothing follows this step, so the script breaks off here; lead it to a step of type 'end'."


def _never_holds(script: Script, step: Step, hidden: Collection[str]) -> str:
    for key in step.when:
        if key in hidden:
            return f"'{key}' is never asked, so this step is never shown; mend the `when` of '{key}' first."
        if not key.startswith("@") and step.id not in _after(script, key):
            return f"'{key}' is never asked before this step, so this step is never shown; ask for an earlier answer."
    return (
        f"no answers lead here with {' and '.join(step.when)} as wanted, so this step is never shown; mend its `when`."
    )


def _after(script: Script, start: str) -> set[str]:
    """Every step that can come after one, whatever the conditions say."""
    found: set[str] = set()
    waiting = list(edges(script.step(start)))
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting += edges(script.step(step))
    return found


def _over_budget(script: Script, source: Source, graphs: Iterable[Graph]) -> Iterator[Fault]:
    longest = max(extremes(graph, graph.ways())[1].minutes for graph in graphs)
    if round(longest, 2) > script.minutes:
        words = (
            f"the longest path takes {longest:.1f} minutes, and the script promises {script.minutes}; "
            "take a step out, or promise more."
        )
        lines = source.text.splitlines()
        line = next((number for number, text in enumerate(lines, 1) if text.lstrip().startswith("minutes")), 1)
        yield Fault("over-budget", words, source.file, line)
