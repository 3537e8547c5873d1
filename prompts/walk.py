"""Every path of a script, with what it asks of a person. Law: counted on the same graph that the linter proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from prompts.graph import MOST_LEGS, Graph, Leg, Origin, Spot, explore
from prompts.script import DEFAULT_MINUTES, EndStep, InfoStep, Script, Step, Value
from prompts.source import Fault, ScriptError

#: A choice or a scale is one tap; a multi one choice and Next; own words the box and Next; the last screen "Done".
TAPS: Mapping[str, int] = {"info": 0, "free": 2, "choice": 1, "multi": 2, "scale": 1, "end": 1}
#: Paths that are listed one by one; all of them are counted.
MOST_LISTED = 2_000


@dataclass(frozen=True)
class Measure:
    screens: int = 0
    taps: int = 0
    minutes: float = 0.0

    def __add__(self, other: Measure) -> Measure:
        return Measure(self.screens + other.screens, self.taps + other.taps, self.minutes + other.minutes)

    def rounded(self) -> Measure:
        return Measure(self.screens, self.taps, round(self.minutes, 2))


@dataclass(frozen=True)
class Path:
    """`steps`: all that is said or asked, in order; a step that comes again is one the way has come back to.
    `answers`: answers that lead this way, carried-over ones too."""

    steps: tuple[str, ...]
    conditions: tuple[str, ...]
    answers: tuple[tuple[str, tuple[Value, ...]], ...]
    measure: Measure


@dataclass(frozen=True)
class Walk:
    """`shortest` and `longest` are the least and the most of each figure over all paths; no one path need have all
    three. `number` counts every path; `paths` lists the first MOST_LISTED. A loop is gone round once and then left."""

    script: str
    revision: str
    use: int
    origin: Origin
    number: int
    shortest: Measure
    longest: Measure
    paths: tuple[Path, ...]


def walk(script: Script, use: int = 2, origin: Origin = "person", listed: int = MOST_LISTED) -> Walk:
    """`use` 1 is a person's first time; from 2 on, steps to remember are carried over and `@use` is "again"."""
    graph = explore(script, use, origin, carry=use >= 2)
    if not graph.whole:
        words = f"the conditions of '{script.slug}' combine in more than {MOST_LEGS} ways; make fewer of them."
        raise ScriptError([Fault("too-many-paths", words, script.slug)])
    ways = graph.ways()
    shortest, longest = extremes(graph, ways)
    return Walk(
        script.slug,
        script.revision,
        use,
        origin,
        sum(ways[leg.to] for leg in graph.starts if leg.to in ways),
        shortest.rounded(),
        longest.rounded(),
        tuple(_path(graph, legs) for legs in _listed(graph, ways, listed)),
    )


def cost(step: Step) -> Measure:
    minutes = step.minutes or DEFAULT_MINUTES[step.type]
    if isinstance(step, InfoStep):
        return Measure(minutes=minutes)
    if isinstance(step, EndStep) and step.quiet:
        return Measure()
    return Measure(1, TAPS[step.type], minutes)


def extremes(graph: Graph, ways: Mapping[Spot, int]) -> tuple[Measure, Measure]:
    """The least and the most of each figure over every path that ends."""
    costs = {step.id: cost(step) for step in graph.script.steps}
    least: dict[Spot, Measure] = {}
    most: dict[Spot, Measure] = {}

    def over(leg: Leg, rest: Mapping[Spot, Measure]) -> Measure:
        assert leg.to is not None
        here = Measure() if leg.to.step in graph.carried else costs[leg.to.step]
        return sum((costs[said] for said in leg.said), here) + rest[leg.to]

    for spot, legs in graph.legs.items():
        open_legs = [leg for leg in legs if leg.to is not None and ways[leg.to]]
        least[spot] = _each(min, [over(leg, least) for leg in open_legs])
        most[spot] = _each(max, [over(leg, most) for leg in open_legs])
    starts = [leg for leg in graph.starts if leg.to is not None and ways[leg.to]]
    return _each(min, [over(leg, least) for leg in starts]), _each(max, [over(leg, most) for leg in starts])


def _each(pick: Callable[[list[float]], float], measures: Sequence[Measure]) -> Measure:
    if not measures:
        return Measure()
    screens, taps, minutes = (
        pick([getattr(measure, name) for measure in measures]) for name in ("screens", "taps", "minutes")
    )
    return Measure(int(screens), int(taps), minutes)


def _listed(graph: Graph, ways: Mapping[Spot, int], most: int) -> Iterator[tuple[Leg, ...]]:
    """The paths in the order in which the script is written, each as its legs."""
    stack: list[tuple[Leg, tuple[Leg, ...]]] = [(leg, ()) for leg in reversed(graph.starts)]
    while stack and most > 0:
        leg, before = stack.pop()
        if leg.to is None or not ways[leg.to]:
            continue
        way = (*before, leg)
        if not graph.legs[leg.to]:
            most -= 1
            yield way
        stack += [(onward, way) for onward in reversed(graph.legs[leg.to])]


def _path(graph: Graph, legs: tuple[Leg, ...]) -> Path:
    steps: list[str] = []
    for leg in legs:
        steps += leg.said
        if leg.to is not None and leg.to.step not in graph.carried:
            steps.append(leg.to.step)
    measure = sum((cost(graph.script.step(step)) for step in steps), Measure())
    conditions = tuple(leg.outcome.words for leg in legs if leg.outcome.words)
    answers = tuple((before.to.step, leg.outcome.values) for before, leg in pairwise(legs) if before.to is not None)
    return Path(tuple(steps), conditions, answers, measure.rounded())


# --- for people and for programs


def as_json(script: Script, use: int = 2, origin: Origin = "person") -> dict[str, object]:
    """What `walk --format json` prints. `paths` is their number; `more` how many of them `routes` leaves out."""
    walked = walk(script, use, origin)
    return {
        "script": walked.script,
        "revision": walked.revision,
        "use": walked.use,
        "origin": walked.origin,
        **_figures(walked),
        "first_time": _figures(walk(script, 1, origin, listed=0)),
        "returning": _figures(walk(script, max(use, 2), origin, listed=0)),
        "after_check_in": _figures(walk(script, use, "check-in", listed=0)),
        "routes": [
            {"steps": list(path.steps), "conditions": list(path.conditions), **asdict(path.measure)}
            for path in walked.paths
        ],
        "more": walked.number - len(walked.paths),
    }


def _figures(walked: Walk) -> dict[str, object]:
    return {"paths": walked.number, "shortest": asdict(walked.shortest), "longest": asdict(walked.longest)}


def as_text(script: Script, use: int = 2, origin: Origin = "person") -> str:
    """What `walk` prints: the figures, then every path with what leads to it."""
    walked = walk(script, use, origin)
    rows = [
        ("first time", walk(script, 1, origin, listed=0)),
        ("returning", walk(script, max(use, 2), origin, listed=0)),
        ("after a check-in", walk(script, use, "check-in", listed=0)),
    ]
    lines = [
        f"{script.slug} (revision {script.revision}), at most {script.minutes} minutes",
        "",
        f"{'':18}{'paths':>7}{'screens':>10}{'taps':>10}{'minutes':>14}",
        *(_row(name, row) for name, row in rows),
        "",
        f"Every path, {'first time' if use < 2 else 'returning'}:",
    ]
    for number, path in enumerate(walked.paths, start=1):
        lines += _described(number, path)
    if walked.number > len(walked.paths):
        lines.append(f"… and {walked.number - len(walked.paths)} more.")
    return "\n".join(lines)


def _row(name: str, walked: Walk) -> str:
    low, high = walked.shortest, walked.longest
    return (
        f"{name:18}{walked.number:>7}{_span(low.screens, high.screens):>10}{_span(low.taps, high.taps):>10}"
        f"{_span(low.minutes, high.minutes):>14}"
    )


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _described(number: int, path: Path) -> Iterator[str]:
    steps = [f"↩ {step}" if step in path.steps[:index] else step for index, step in enumerate(path.steps)]
    measure = path.measure
    yield ""
    yield f"{number:>4}. {measure.screens} screens, {measure.taps} taps, {measure.minutes:g} min"
    yield f"      {' → '.join(steps)}"
    if path.conditions:
        yield f"      when {'; '.join(path.conditions)}"


_SHAPES: Mapping[str, tuple[str, str]] = {
    "info": ("[", "]"), "free": ("[/", "/]"), "choice": ("{{", "}}"), "multi": ("{{", "}}"),
    "scale": ("{{", "}}"), "end": ("([", "])"),
}  # fmt: skip


def mermaid(script: Script) -> str:
    """The script as a Mermaid flowchart: what is always the next step, and which choice leads elsewhere."""
    lines = ["flowchart TD"]
    for step in script.steps:
        opening, closing = _SHAPES[step.type]
        lines.append(f'  {_node(step.id)}{opening}"{_label(step)}"{closing}')
    for step in script.steps:
        lines += [f"  {edge}" for edge in _arrows(step)]
    return "\n".join(lines)


def _node(step_id: str) -> str:
    # Mermaid takes some bare words for its own ("end"): https://mermaid.js.org/syntax/flowchart.html
    return "s_" + step_id.replace("-", "_")


def _label(step: Step) -> str:
    text = getattr(step, "text", None) or f"card: {getattr(step, 'card', '')}"
    words = text.split()
    short = " ".join(words[:8]) + (" …" if len(words) > 8 else "")
    only = [f"{key} = {' or '.join(map(str, values))}" for key, values in step.when.items()]
    parts = [step.id, short, *([f"only when {' and '.join(only)}"] if only else [])]
    return "<br>".join(part.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;") for part in parts)


def _arrows(step: Step) -> Iterator[str]:
    if isinstance(step, EndStep):
        if step.next:
            yield f"{_node(step.id)} -. else .-> {_node(step.next)}"
        return
    led = [choice for choice in getattr(step, "choices", ()) if getattr(choice, "next", None) not in (None, step.next)]
    by_target: dict[str, list[str]] = {}
    for choice in led:
        by_target.setdefault(choice.next, []).append(choice.id)
    if step.next:
        yield f"{_node(step.id)} --> {_node(step.next)}"
    for goal, choices in by_target.items():
        yield f'{_node(step.id)} -- "{" or ".join(choices)}" --> {_node(goal)}'
