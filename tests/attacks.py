"""An attacker who has read the code, and forgets nothing. Law: a bit counts as settled only if an exact solver finds no
world in which it is otherwise.

What is published is asked of the policy itself (`Rules`), for every number of contributors and of persons there can be:
so the attacker knows every rule, the audit's too, and a policy that is broken on purpose is attacked as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from bot.snapshot import Band, Limits, Snapshot
from storage import disclosure
from storage.disclosure import Cell, Window

WEEK = "2026-W46"
DEFAULT = Limits()
#: What somebody gave: codes, none of them, or None for whoever took no part.
Part = frozenset[str] | None


class Bit(NamedTuple):
    """`what`: a code, or nothing for whether they took part at all."""

    person: str
    what: str
    value: bool


class Seen(NamedTuple):
    """One published cell: of whom it could be, and what it says."""

    roster: tuple[str, ...]
    snapshot: Snapshot
    teams: int = 1


class Announced(NamedTuple):
    enough: bool
    people: str
    bands: int
    band: Band | None


@dataclass
class Rules:
    """The policy, asked for one theme at a time: what it says of so many contributors and so many persons."""

    roster: int
    limits: Limits = DEFAULT
    teams: int = 1
    _known: dict[tuple[int, int, bool], Announced] = field(default_factory=dict)

    def announces(self, size: int, persons: int, *, careful: bool = False) -> Announced:
        asked = size, persons, careful
        if asked not in self._known:
            people = [("X",)] * persons + [()] * (size - persons)
            cell = Cell(people, self.roster, self.teams)
            made = disclosure.snapshot(cell, Window(WEEK), self.limits, {"X"} if careful else ())
            self._known[asked] = Announced(made.enough, made.people, made.bands, made.band("X"))
        return self._known[asked]

    def sizes(self, seen: Snapshot) -> Iterator[int]:
        """How many there may have been."""
        for size in range(self.roster + 1):
            if self.announces(size, 0)[:3] == (seen.enough, seen.people, seen.bands):
                yield size

    def persons(self, seen: Snapshot, size: int, code: str, *, careful: bool) -> list[int]:
        """How many of so many may have named it."""
        band = seen.band(code)
        return [count for count in range(size + 1) if self.announces(size, count, careful=careful).band == band]


# The solver ----------------------------------------------------------------------------------------------------------


def determined(
    cells: Sequence[Seen],
    known: Mapping[str, Part],
    codes: Collection[str],
    sensitive: Collection[str] = (),
    rules: Sequence[Rules] | None = None,
) -> set[Bit]:
    """What is certain of those who are not `known`. `known`: what colluders put together of themselves; `codes`: which
    are looked at. People who stand in the same cells are alike to whoever looks from outside."""
    rules = rules or [Rules(len(cell.roster), cell.snapshot.limits, cell.teams) for cell in cells]
    hunt = _Hunt(cells, known, codes, sensitive, rules)
    possible = (rule.sizes(cell.snapshot) for rule, cell in zip(rules, cells, strict=True))
    found = [hunt.through(sizes) for sizes in product(*possible)]
    assert any(found), "what was published fits no world at all"
    return {
        Bit(person, what, value)
        for (group, what, value) in hunt.witnessed
        if (group, what, not value) not in hunt.witnessed
        for person in hunt.groups[group]
    }


class _Hunt:
    """Looks for worlds that fit, each time for one that shows a value not seen yet, until there is none."""

    def __init__(
        self,
        cells: Sequence[Seen],
        known: Mapping[str, Part],
        codes: Collection[str],
        sensitive: Collection[str],
        rules: Sequence[Rules],
    ) -> None:
        self.cells, self.known, self.sensitive, self.rules = cells, known, sensitive, rules
        self.columns = ("", *sorted(codes))
        self.people = sorted({person for cell in cells for person in cell.roster} - known.keys())
        self.groups: dict[tuple[bool, ...], list[str]] = {}
        for person in self.people:
            self.groups.setdefault(tuple(person in cell.roster for cell in cells), []).append(person)
        self.wanted = {
            (group, what, value) for group in self.groups for what in self.columns for value in (True, False)
        }
        self.witnessed: set[tuple[tuple[bool, ...], str, bool]] = set()

    def at(self, person: str, what: str) -> int:
        return self.people.index(person) * len(self.columns) + self.columns.index(what)

    def through(self, sizes: Sequence[int]) -> bool:
        """Worlds with so many contributors in each cell; whether there is one."""
        program = self._program(sizes)
        if program is None:
            return False
        fits = False
        while True:
            aims = self._aims()
            goal = np.zeros(program.width)
            for column, sign in aims:
                goal[column] -= sign
            answer = milp(goal, constraints=program.rows, bounds=Bounds(0, 1), integrality=np.ones(program.width))
            if answer.status != 0:
                assert answer.status == 2, answer.message  # there is none
                return fits
            fits = True
            if not self._note(answer.x) or not self.wanted - self.witnessed:
                return fits

    def _aims(self) -> Iterator[tuple[int, int]]:
        """A yes is looked for in the first of those who are alike, a no in the last."""
        for group, what, value in self.wanted - self.witnessed:
            alike = self.groups[group]
            if value or len(alike) > 1 or (group, what, True) in self.witnessed:
                yield self.at(alike[0] if value else alike[-1], what), 1 if value else -1

    def _note(self, world: np.ndarray) -> bool:
        before = len(self.witnessed)
        for group, alike in self.groups.items():
            for person in alike:
                self.witnessed |= {(group, what, bool(world[self.at(person, what)] > 0.5)) for what in self.columns}
        return len(self.witnessed) > before

    def _program(self, sizes: Sequence[int]) -> _Program | None:
        program = _Program(len(self.people) * len(self.columns))
        for person in self.people:
            for code in self.columns[1:]:  # who took no part named nothing
                program.row({self.at(person, code): 1, self.at(person, ""): -1}, -1, 0)
        for cell, size, rules in zip(self.cells, sizes, self.rules, strict=True):
            inside = [person for person in cell.roster if person not in self.known]
            own = [part for person in cell.roster if (part := self.known.get(person)) is not None]
            program.sum([self.at(person, "") for person in inside], [size], len(own))
            for code in self.columns[1:]:
                allowed = rules.persons(cell.snapshot, size, code, careful=code in self.sensitive)
                if not allowed:
                    return None
                named = sum(code in part for part in own)
                program.sum([self.at(person, code) for person in inside], allowed, named)
        return program.closed()


class _Program:
    """Rows of an integer program; all unknowns are yes or no."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._rows: list[tuple[dict[int, float], float, float]] = []
        self.rows = LinearConstraint(np.zeros((1, width)), 0, 0)

    def row(self, factors: dict[int, float], low: float, high: float) -> None:
        self._rows.append((factors, low, high))

    def sum(self, columns: Iterable[int], allowed: Sequence[int], besides: int) -> None:
        """These and what is known besides add up to one of the allowed numbers."""
        spans, factors = list(_spans(allowed)), dict.fromkeys(columns, 1.0)
        if len(spans) == 1:
            self.row(factors, spans[0][0] - besides, spans[0][1] - besides)
            return
        chosen = range(self.width, self.width + len(spans))
        self.width += len(spans)
        self.row(dict.fromkeys(chosen, 1.0), 1, 1)
        lows, highs = (
            {one: -float(span[end] - besides) for one, span in zip(chosen, spans, strict=True)} for end in (0, 1)
        )
        self.row(factors | lows, 0, np.inf)
        self.row(factors | highs, -np.inf, 0)

    def closed(self) -> _Program:
        matrix = np.zeros((len(self._rows), self.width))
        for number, (factors, _, _) in enumerate(self._rows):
            matrix[number, list(factors)] = list(factors.values())
        self.rows = LinearConstraint(matrix, [row[1] for row in self._rows], [row[2] for row in self._rows])
        return self


def _spans(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Runs of numbers that follow each other, by their ends."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number > last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


# By going through all worlds -----------------------------------------------------------------------------------------


class Colluders(NamedTuple):
    """`abstain`: of them, who took no part; `named`: who named the theme."""

    count: int
    abstain: int
    named: int


def all_colluders(most: int) -> Iterator[Colluders]:
    for count in range(most + 1):
        for abstain in range(count + 1):
            for named in range(count - abstain + 1):
                yield Colluders(count, abstain, named)


def counted(rules: Rules, by: Colluders, announced: Announced, *, careful: bool) -> set[tuple[str, bool]]:
    """The same question for one theme alone, answered by counting: ("", yes or no) for taking part, ("X", ...)."""
    others, taking = rules.roster - by.count, by.count - by.abstain
    worlds = {
        (size - taking, persons - by.named)
        for size in range(rules.roster + 1)
        for persons in range(size + 1)
        if rules.announces(size, persons, careful=careful) == announced
        and 0 <= persons - by.named <= size - taking <= others
    }
    ends = [("", {size for size, _ in worlds}), ("X", {persons for _, persons in worlds})]
    return {(what, bool(edge)) for what, counts in ends for edge in (0, others) if worlds and counts == {edge}}


# Worlds --------------------------------------------------------------------------------------------------------------


def people(count: int) -> tuple[str, ...]:
    return tuple(f"p{number:02}" for number in range(count))


def published(parts: Mapping[str, Part], limits: Limits, sensitive: Collection[str] = (), teams: int = 1) -> Seen:
    """What the policy makes of a world."""
    given = [sorted(part) for part in parts.values() if part is not None]
    made = disclosure.snapshot(Cell(given, len(parts), teams), Window(WEEK), limits, sensitive)
    return Seen(tuple(parts), made, teams)


def chance_world(chance: Random, roster: int, codes: Sequence[str]) -> dict[str, Part]:
    takes, rates = chance.uniform(0.5, 1), {code: chance.choice((0.05, 0.2, 0.5, 0.9)) for code in codes}
    return {
        person: frozenset(code for code in codes if chance.random() < rates[code]) if chance.random() < takes else None
        for person in people(roster)
    }


def made_world(roster: int, size: int, named: Mapping[str, int], *, last: bool = False) -> dict[str, Part]:
    """So many take part; of each code so many of them name it, the first or the last of them."""
    parts: dict[str, Part] = {}
    for number, person in enumerate(people(roster)):
        place = size - 1 - number if last else number
        parts[person] = frozenset(code for code, count in named.items() if place < count) if number < size else None
    return parts
