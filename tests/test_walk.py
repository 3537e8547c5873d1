"""Walking a script: known counts, and the same paths as following it answer by answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from prompts.codebook import Codebook
from prompts.graph import explore
from prompts.library import Library, Resources, Sources, build, read_sources
from prompts.lint import lint
from prompts.resolve import resolve
from prompts.route import NeverEnds, Route, follow
from prompts.script import (
    Choice,
    ChoiceStep,
    EndStep,
    FreeStep,
    InfoStep,
    MultiStep,
    PlainChoice,
    Question,
    ScaleStep,
    Script,
    Step,
    Value,
)
from prompts.source import ScriptError, ScriptHead, Source
from prompts.walk import Measure, as_json, as_text, mermaid, walk
from prompts.wiring import wired

Values = tuple[Value, ...]


def source(*steps: Step, minutes: int = 30) -> Source:
    head = ScriptHead(title="A script", summary="For a test.", minutes=minutes)
    return Source("made.toml", "made", head, steps, tuple(range(1, len(steps) + 1)))


def script(*steps: Step) -> Script:
    return resolve(source(*steps), {}, {}, {})


def choice(step: str, *ids: str, **more: object) -> ChoiceStep:
    """Choices by id; "again>moment" is the choice `again` that leads to the step `moment`."""
    parts = [name.partition(">") for name in ids]
    choices = tuple(Choice(id=name, label=name, next=way or None) for name, _, way in parts)
    return ChoiceStep(id=step, type="choice", text="Which?", choices=choices, **more)  # type: ignore[arg-type]


def multi(step: str, *ids: str, **more: object) -> MultiStep:
    choices = tuple(PlainChoice(id=name, label=name) for name in ids)
    return MultiStep(id=step, type="multi", text="Which ones?", choices=choices, **more)  # type: ignore[arg-type]


def scale(step: str, **more: object) -> ScaleStep:
    return ScaleStep(id=step, type="scale", text="How much?", low="little", high="much", **more)  # type: ignore[arg-type]


def free(step: str, **more: object) -> FreeStep:
    return FreeStep(id=step, type="free", text="What?", **more)  # type: ignore[arg-type]


def info(step: str, **more: object) -> InfoStep:
    return InfoStep(id=step, type="info", text="So it is.", **more)  # type: ignore[arg-type]


def end(step: str = "end", **more: object) -> EndStep:
    return EndStep(id=step, type="end", text="Thank you.", **more)  # type: ignore[arg-type]


# Counts


def test_a_straight_script_is_one_path_however_many_answers_it_takes() -> None:
    walked = walk(script(choice("a", "x", "y", "z"), multi("b", "x", "y"), scale("c"), free("d"), end()))
    assert walked.number == 1
    assert walked.paths[0].steps == ("a", "b", "c", "d", "end")
    assert walked.paths[0].conditions == ()
    assert walked.shortest == walked.longest == Measure(screens=5, taps=1 + 2 + 1 + 2 + 1, minutes=1.65)


def test_choices_that_lead_to_the_same_step_are_one_path() -> None:
    walked = walk(script(choice("a", "x>b", "y>b", "z"), free("c"), free("b"), end()))
    assert [path.steps for path in walked.paths] == [("a", "b", "end"), ("a", "c", "b", "end")]
    assert [path.conditions for path in walked.paths] == [("a = x or y",), ("a = z or skipped",)]


def test_a_condition_parts_the_answers_it_asks_for() -> None:
    walked = walk(script(choice("a", "x", "y", "z"), free("b", when={"a": ("x",)}), end()))
    assert [path.conditions for path in walked.paths] == [("a = x",), ("a = anything but x",)]


def test_a_scale_is_parted_where_a_condition_parts_it() -> None:
    heavy = info("card", when={"load": (4, 5)})
    walked = walk(script(scale("load"), heavy, end()))
    assert [path.conditions for path in walked.paths] == [("load = anything but 4 or 5",), ("load = 4 or 5",)]


def test_two_conditions_on_several_answers_make_four_paths() -> None:
    steps = (free("b", when={"a": ("x", "y")}), free("c", when={"a": ("z",)}))
    walked = walk(script(multi("a", "x", "y", "z", "w"), *steps, end()))
    assert walked.number == 4
    assert {path.steps for path in walked.paths} == {
        ("a", "end"), ("a", "b", "end"), ("a", "c", "end"), ("a", "b", "c", "end"),
    }  # fmt: skip


def test_an_answer_that_is_not_kept_makes_no_second_path() -> None:
    assert walk(script(choice("gate", "no", "yes", keep=False), end())).number == 1


def test_an_answer_matters_only_as_long_as_something_asks_for_it() -> None:
    steps = [step for n in range(40) for step in (choice(f"a{n}", "x", "y"), info(f"i{n}", when={f"a{n}": ("x",)}))]
    walked = walk(script(*steps, end()), listed=10)
    assert walked.number == 2**40
    assert len(walked.paths) == 10


def test_it_can_be_begun_only_where_a_fact_stands_so() -> None:
    made = script(free("look-back", when={"@back": ("yes",)}), end())
    for facts, firsts in (({"@back": "no"}, {"end"}), ({"@back": "yes"}, {"look-back"}), ({}, {"end", "look-back"})):
        starts = explore(made, 2, "person", facts=facts).starts
        assert {leg.to.step for leg in starts if leg.to is not None} == firsts


def test_a_loop_is_gone_round_once_and_then_left() -> None:
    walked = walk(script(choice("ready", "yes", "pause>breath"), end(), info("breath", next="ready")))
    assert [path.steps for path in walked.paths] == [("ready", "end"), ("ready", "breath", "ready", "end")]
    assert "↩ ready" in as_text(script(choice("ready", "yes", "pause>breath"), end(), info("breath", next="ready")))


def test_a_loop_that_begins_with_an_info_comes_back_to_its_question() -> None:
    walked = walk(script(info("i"), choice("a", "on", "again>i"), end()))
    assert [path.steps for path in walked.paths] == [("i", "a", "end"), ("i", "a", "i", "a", "end")]


def test_steps_to_remember_are_asked_the_first_time_only() -> None:
    made = script(
        free("a"), choice("where", "home", "class", remember=True), free("b", when={"where": ("home",)}), end()
    )
    first, again = walk(made, use=1), walk(made, use=2)
    assert [path.steps for path in first.paths] == [("a", "where", "b", "end"), ("a", "where", "end")]
    assert [path.steps for path in again.paths] == [("a", "b", "end"), ("a", "end")]
    assert [path.conditions for path in again.paths] == [("where = home",), ("where = class",)]


def test_first_and_again_and_the_check_in_are_facts() -> None:
    notice, parked = info("notice", when={"@use": ("first",)}), choice("parked", "yes", "no>late")
    steps = (
        notice,
        parked.model_copy(update={"when": {"@origin": ("check-in",)}}),
        free("a"),
        end(),
        end("late", quiet=True),
    )
    made = script(*steps)
    assert walk(made, use=1).paths[0].steps == ("notice", "a", "end")
    assert walk(made, use=2).paths[0].steps == ("a", "end")
    assert walk(made, use=2, origin="check-in").number == 2
    assert walk(made, use=2, origin="both").number == 3
    assert walk(made, use=2, origin="both").paths[0].conditions == ("@origin = person",)


def test_a_quiet_end_is_no_screen_and_costs_nothing() -> None:
    assert walk(script(choice("a", "x", "y"), end(quiet=True))).longest == Measure(screens=1, taps=1, minutes=0.15)


def test_the_minutes_of_a_step_are_the_authors_where_they_say_them() -> None:
    assert walk(script(free("a", minutes=2.5), end())).longest.minutes == 2.6


def test_conditions_that_combine_without_end_are_refused_with_a_reason() -> None:
    asked = [choice(f"a{n}", "x", "y") for n in range(20)]
    shown = [info(f"i{n}", when={f"a{n}": ("x",)}) for n in range(20)]
    with pytest.raises(ScriptError, match="too-many-paths"):
        walk(script(*asked, *shown, end()))


# The scripts that we ship


@pytest.fixture(scope="module")
def library() -> Library:
    return build(read_sources())


def test_a_returning_person_needs_at_most_17_taps_and_8_screens(library: Library) -> None:
    longest = walk(library.scripts["quick-visit"], use=2).longest
    assert longest.taps <= 17
    assert longest.screens <= 8


def test_no_path_takes_longer_than_its_script_says(library: Library) -> None:
    for made in library.scripts.values():
        assert walk(made, use=1, origin="both").longest.minutes <= made.minutes


def test_the_json_has_the_figures_of_the_text(library: Library) -> None:
    made = library.scripts["quick-visit"]
    told = as_json(made, use=1)
    walked = walk(made, use=1)
    assert (told["script"], told["revision"], told["use"]) == ("quick-visit", made.revision, 1)
    assert told["paths"] == walked.number
    assert told["longest"] == {
        "screens": walked.longest.screens,
        "taps": walked.longest.taps,
        "minutes": walked.longest.minutes,
    }
    assert told["first_time"] == {key: told[key] for key in ("paths", "shortest", "longest")}
    assert told["returning"] != told["first_time"]
    routes = told["routes"]
    assert isinstance(routes, list)
    assert set(routes[0]) == {"steps", "conditions", "screens", "taps", "minutes"}
    assert f"revision {made.revision}" in as_text(made, use=1)


def test_the_graph_names_every_step_and_every_way(library: Library) -> None:
    drawn = mermaid(library.scripts["quick-visit"])
    assert drawn.startswith("flowchart TD\n")
    for step in library.scripts["quick-visit"].steps:
        assert f"s_{step.id.replace('-', '_')}" in drawn
    assert '-- "half-hour or day-end or tomorrow or not-today" --> s_not_now' in drawn


def test_the_graph_survives_quotes_and_brackets_in_a_text() -> None:
    odd = FreeStep(id="a", type="free", text='Say "<b>" & #1?')
    assert "Say #quot;#lt;b>#quot; & #35;1?" in mermaid(script(odd, end()))


# Walking and following are the same


IDS = [f"s{number}" for number in range(6)]
CHOICES = ["x", "y", "z"]


@st.composite
def random_sources(draw: Callable[..., object], most: int = 6) -> Source:
    """Small scripts: mostly forward, with loops, conditions, remembered steps and answers that are not kept."""
    kinds: list[str] = draw(
        st.lists(st.sampled_from(["info", "free", "choice", "choice", "multi", "scale"]), min_size=1, max_size=most)
    )  # type: ignore[assignment]
    ids = [*IDS[: len(kinds)], "end", "quiet"]
    steps: list[Step] = []
    for index, kind in enumerate(kinds):
        ahead = st.sampled_from([None, None, None, *ids[index + 1 :], ids[index + 1], draw(st.sampled_from(ids))])
        more: dict[str, object] = {"next": draw(ahead), "when": draw(conditions(kinds))}
        if kind == "choice":
            remember, keep = draw(st.booleans()), draw(st.sampled_from([True, True, True, False]))
            names = [
                f"{name}>{way}" if way else name
                for name, way in zip(CHOICES, [draw(ahead) for _ in CHOICES], strict=True)
            ]
            names = names if keep else CHOICES
            steps.append(choice(ids[index], *names, keep=keep, remember=remember and keep, **more))
        elif kind == "multi":
            steps.append(multi(ids[index], *CHOICES, **more))
        else:
            steps.append({"info": info, "free": free, "scale": scale}[kind](ids[index], **more))
    return source(*steps, end("end"), end("quiet", quiet=True))


def conditions(kinds: list[str]) -> st.SearchStrategy[dict[str, Values]]:
    possible: dict[str, list[Value]] = {"@origin": ["person", "check-in"], "@use": ["first", "again"]}
    for step, kind in zip(IDS, kinds, strict=False):
        if kind in ("choice", "multi"):
            possible[step] = list(CHOICES)
        elif kind == "scale":
            possible[step] = [1, 2, 3, 4, 5]
    one = st.sampled_from(sorted(possible)).flatmap(
        lambda key: st.lists(st.sampled_from(possible[key]), min_size=1, max_size=3, unique=True).map(
            lambda values: {key: tuple(values)}
        )
    )
    return st.one_of(st.just({}), st.just({}), one, st.tuples(one, one).map(lambda two: {**two[0], **two[1]}))


def sources(one: Source) -> Sources:
    return Sources(
        {"made": one},
        {},
        {},
        (),
        {},
        Codebook(families={}, themes=()),
        Resources(checked=date(2026, 1, 1), resources={}),
    )


def facts(use: int, origin: str = "person") -> dict[str, Values]:
    return {"@use": ("first" if use < 2 else "again",), "@origin": (origin,)}


def play(
    made: Script, known: Mapping[str, Values], remembered: Mapping[str, str], answer: Callable[[Question], Values]
) -> tuple[list[str], Route]:
    """Answers one question after another, forgetting what was answered since a question that the way comes back to."""
    answers: dict[str, Values] = {}
    asked: list[str] = []
    for _ in range(200):
        route = follow(made, answers, known, remembered)
        answers = forgetting(answers, route)
        asked.append(route.current.id)
        if isinstance(route.current, EndStep):
            return asked, route
        kept = answer(route.current)
        answers[route.current.id] = kept if route.current.keep else ()
    return asked, route


FAST = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@FAST
@given(random_sources(), st.sampled_from([1, 2]), st.sampled_from(["person", "check-in"]))
def test_every_path_of_a_walk_is_walked_by_following_its_answers(one: Source, use: int, origin: str) -> None:
    made = resolve(one, {}, {}, {})
    questions = {step.id for step in made.steps if not isinstance(step, InfoStep)}
    walked = walk(made, use, origin, listed=50)  # type: ignore[arg-type]
    for path in walked.paths:
        carried = {step.id for step in made.steps if use == 2 and isinstance(step, ChoiceStep) and step.remember}
        remembered = {step: str(values[0]) for step, values in path.answers if step in carried}
        waiting = iter([values for step, values in path.answers if step not in carried])
        asked, route = play(made, facts(use, origin), remembered, lambda _, waiting=waiting: next(waiting))  # type: ignore[misc]
        assert isinstance(route.current, EndStep)
        assert tuple(asked) == tuple(step for step in path.steps if step in questions)
        event("a loop" if len(set(asked)) < len(asked) else "no loop")


@FAST
@given(random_sources(), st.sampled_from([1, 2]), st.sampled_from(["person", "check-in"]), st.data())
def test_whatever_is_answered_lands_on_a_path_of_the_walk(
    one: Source, use: int, origin: str, data: st.DataObject
) -> None:
    faults = lint(sources(one))
    assume(not list(wired(one, sources(one))))
    assume(not any(fault.rule in ("never-ends", "cycle-without-exit", "too-many-paths") for fault in faults))
    made = resolve(one, {}, {}, {})
    remembered = {
        step.id: data.draw(st.sampled_from(CHOICES))
        for step in made.steps
        if use == 2 and isinstance(step, ChoiceStep) and step.remember
    }
    asked, route = play(made, facts(use, origin), remembered, lambda step: data.draw(st.sampled_from(possible(step))))
    assume(isinstance(route.current, EndStep))  # with bad luck, round and round
    way = [*(step.id for step in route.asked), route.current.id]
    walked = walk(made, use, origin, listed=100_000)  # type: ignore[arg-type]
    questions = {step.id for step in made.steps if not isinstance(step, InfoStep)}
    assert tuple(way) in {tuple(step for step in path.steps if step in questions) for path in walked.paths}
    assert walked.number == len(walked.paths)
    event("a loop" if len(asked) > len(way) else "no loop")


# The linter against trying everything


@FAST
@given(random_sources(most=3))
def test_the_linter_finds_what_trying_every_answer_finds_and_nothing_else(one: Source) -> None:
    assume(not list(wired(one, sources(one))))  # it explores only scripts whose every name means something
    made = resolve(one, {}, {}, {})
    shown, sound = try_everything(made)
    faults = [fault for fault in lint(sources(one)) if fault.severity == "error"]
    rounds = [fault for fault in faults if fault.rule == "cycle-without-exit"]
    orphans = [fault for fault in rounds if "nothing leads to it" in fault.words]
    assert sound == (rounds == orphans and not any(fault.rule == "never-ends" for fault in faults))
    if sound:
        dead = {fault.step for fault in faults if fault.rule in ("unreachable-step", "impossible-condition")}
        dead |= {step for fault in orphans for step in re.findall(r"\bs\d\b", fault.words)}
        assert dead == {step.id for step in made.steps} - shown
    event("sound" if sound else "not sound")


def test_a_round_that_only_skipping_a_remembered_choice_leads_into_is_not_said_to_be_an_orphan() -> None:
    choices = tuple(Choice(id=name, label=name, next="end") for name in CHOICES)
    one = Source(
        file="made.toml",
        name="made",
        head=ScriptHead(title="A script", summary="For a test.", minutes=30),
        steps=(
            ChoiceStep(type="choice", id="s0", text="Which?", choices=choices, remember=True),
            InfoStep(type="info", id="s1", text="So it is.", next="s1"),
            EndStep(type="end", id="end", text="Thank you."),
        ),
        lines=(1, 2, 3),
        text="",
    )
    (fault,) = [fault for fault in lint(sources(one)) if fault.rule == "cycle-without-exit"]
    assert "nothing leads to it" not in fault.words


def try_everything(made: Script) -> tuple[set[str], bool]:
    """Every state that any answers lead to: the steps that are seen in one, and whether each has a way to an end."""
    seen: set[str] = set()
    sound = True
    asked_once = [step.id for step in made.steps if getattr(step, "remember", False)]
    memories = [
        {step: value for step, value in zip(asked_once, values, strict=True) if value}
        for values in itertools.product(["", *CHOICES], repeat=len(asked_once))
    ]
    for use, origin, remembered in itertools.product((1, 2), ("person", "check-in"), memories):
        states = explore_answers(made, facts(use, origin), remembered)
        seen |= {step for steps, _ in states.values() for step in steps}
        sound = sound and all_can_end(states)
    return seen, sound


State = frozenset[tuple[str, Values]]
ENDED: State = frozenset({("@ended", ())})
#: What is seen in a state, and the states that the answers to its question lead to; none: the script broke off.
States = dict[State, tuple[set[str], set[State]]]


def explore_answers(made: Script, known: Mapping[str, Values], remembered: Mapping[str, str]) -> States:
    states: States = {}
    waiting: list[State] = [frozenset()]
    while waiting:
        state = waiting.pop()
        if state in states:
            continue
        try:
            route = follow(made, dict(state), known, remembered)
        except NeverEnds:
            states[state] = (set(), set())
            continue
        answers = forgetting(dict(state), route)
        after = {ENDED} if isinstance(route.current, EndStep) else answered(answers, route.current)
        states[state] = ({step.id for step in (*route.asked, *route.carried, *route.infos, route.current)}, after)
        waiting += after - {ENDED}
    return states


def forgetting(answers: dict[str, Values], route: Route) -> dict[str, Values]:
    """Coming back to a question forgets what was answered from there on."""
    on_the_way = [step.id for step in route.asked]
    return {key: answers[key] for key in on_the_way[: on_the_way.index(route.current.id)]} if route.looped else answers


def answered(answers: dict[str, Values], step: Question | EndStep) -> set[State]:
    kept = possible(step) if isinstance(step, Question) and step.keep else [()]
    return {frozenset({**answers, step.id: values}.items()) for values in kept}


def possible(step: Question) -> list[Values]:
    if isinstance(step, ChoiceStep):
        return [(), *((one,) for one in CHOICES)]
    if isinstance(step, MultiStep):
        return [values for count in range(4) for values in itertools.combinations(CHOICES, count)]
    return [(), *((number,) for number in range(1, 6))] if isinstance(step, ScaleStep) else [()]


def all_can_end(states: States) -> bool:
    ending = {ENDED}
    found = True
    while found:
        more = {state for state, (_, after) in states.items() if state not in ending and after & ending}
        ending |= more
        found = bool(more)
    return set(states) <= ending


# What the chat tells


@FAST
@given(random_sources(most=5), st.sets(st.sampled_from([*IDS, "end"])), st.data())
def test_what_lints_shows_the_same_in_the_chat_whatever_is_answered_in_private(
    one: Source, sensitive: set[str], data: st.DataObject
) -> None:
    steps = tuple(step.model_copy(update={"sensitive": step.id in sensitive}) for step in one.steps)  # type: ignore[union-attr]
    one = source(*steps)
    assume(not list(wired(one, sources(one))))
    errors = {fault.rule for fault in lint(sources(one)) if fault.severity == "error"}
    assume(not errors & {"never-ends", "cycle-without-exit", "too-many-paths", "betrayed-answer"})
    made = resolve(one, {}, {}, {})
    told = {step.id: data.draw(st.sampled_from(possible(step))) for step in made.steps if isinstance(step, Question)}

    def answer(step: Question) -> Values:
        return data.draw(st.sampled_from(possible(step))) if step.sensitive else told[step.id]

    first, second = (chat(made, answer) for _ in range(2))
    assert first == second
    event("sensitive answers" if {step.id for step in made.steps if step.sensitive} & set(told) else "none")


def chat(made: Script, answer: Callable[[Question], Values]) -> list[str]:
    """What a chat shows of a run, in order: every step that is not sensitive."""
    shown: list[str] = []
    answers: dict[str, Values] = {}
    for _ in range(50):
        route = follow(made, answers, facts(1))
        assume(not route.looped)
        shown += [step.id for step in (*route.infos, route.current) if not step.sensitive]
        if isinstance(route.current, EndStep):
            break
        answers[route.current.id] = answer(route.current) if route.current.keep else ()
    return shown
