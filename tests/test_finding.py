"""The attack of the demo: both worlds of every answer, and what is settled is said."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

import pytest

from bot.finding import Finding, look_for
from bot.snapshot import Limits, Snapshot
from storage.disclosure import Cell, Window, snapshot

CODES = ("A1", "A6", "L1", "P8", "S9")
SENSITIVE = frozenset({"P8"})


def rule(people: Sequence[Collection[str]], roster: int) -> Snapshot:
    return snapshot(Cell(people, roster), Window("2026-W46"), Limits(), SENSITIVE)


def sought(page: Snapshot, roster: int) -> Finding:
    names = [f"person-{number:02d}" for number in range(roster)]
    return look_for(names[0], names, page, lambda people: rule(people, roster))


@pytest.mark.parametrize("roster", range(6, 21))
def test_every_answer_has_a_world_that_gives_the_same_bytes(roster: int) -> None:
    draw = random.Random(roster)
    for _ in range(6):
        often = draw.random()
        count = draw.randint(0, roster)
        page = rule([{code for code in CODES if draw.random() < often} for _ in range(count)], roster)
        found = sought(page, roster)
        assert not found.found
        for asked in found.questions:
            for said, world in ((True, asked.yes), (False, asked.no)):
                assert world is not None
                assert ("person-00" in world.named(asked.code)) == said
                assert rule([codes for _, codes in world.people], roster).written() == page.written()


def test_a_page_that_settles_something_is_reported_as_found() -> None:
    """A broken rule, which shows a theme where all six of six named it."""

    def broken(people: Sequence[Collection[str]]) -> Snapshot:
        honest = rule([("A6",)] * 5, 6)
        everybody = len(people) == 6 and all("A6" in codes for codes in people)
        return honest if everybody else rule([], 6)

    page = broken([("A6",)] * 6)
    names = [f"person-{number}" for number in range(6)]
    found = look_for(names[0], names, page, broken)
    assert [one.code for one in found.found] == ["", "A6"]
    assert all(one.yes and one.no is None for one in found.found)


def test_names_stand_in_for_ids() -> None:
    found = sought(rule([("A6",)] * 5, 8), 8).called({"person-00": "Ada"})
    assert found.person == "Ada"
    assert any(name == "Ada" for one in found.questions if one.yes for name, _ in one.yes.people)
