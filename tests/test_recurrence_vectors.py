"""Vectors that two independent ways agree on: gaps, overlaps, a lost day, rules of 2026 (dst_vectors.jsonl)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from scheduler.recurrence import TZDATA, Days, Recurrence, checked_rule, next_after, occurrences

VECTORS = [json.loads(line) for line in (Path(__file__).parent / "dst_vectors.jsonl").read_text().splitlines()]
CASES = [
    pytest.param(vector, policy, id=f"{vector['note']}, {policy}") for vector in VECTORS for policy in ("shift", "skip")
]
LONG_AGO = datetime.min.replace(tzinfo=UTC)
pytestmark = pytest.mark.parametrize(("vector", "policy"), CASES)


def expected(vector: dict[str, Any], policy: str) -> list[datetime]:
    given = vector.get("expected_utc_skip", vector["expected_utc"]) if policy == "skip" else vector["expected_utc"]
    return [datetime.fromisoformat(at) for at in given]


def recurrence(vector: dict[str, Any], policy: Any) -> Recurrence:
    start = datetime.fromisoformat(vector["start"])
    return Recurrence(start, vector["tz"], checked_rule(vector["rule"], start), policy=policy)


def test_they_come_one_after_the_other(vector: dict[str, Any], policy: str) -> None:
    assert vector["tzdata"] <= TZDATA
    instants = expected(vector, policy)
    assert list(islice(occurrences(recurrence(vector, policy), Days(), LONG_AGO), len(instants))) == instants


def test_they_are_the_same_wherever_one_enters(vector: dict[str, Any], policy: str) -> None:
    what, instants = recurrence(vector, policy), expected(vector, policy)
    assert next_after(what, Days(), instants[0] - timedelta(seconds=1)) == instants[0]
    for earlier, later in pairwise(instants):
        for after in (
            earlier,
            earlier + timedelta(minutes=1),
            later - timedelta(minutes=1),
            later - timedelta(hours=2),
        ):
            assert next_after(what, Days(), max(after, earlier)) == later


def test_a_count_is_the_end(vector: dict[str, Any], policy: str) -> None:
    if "COUNT" in vector["rule"]:
        assert next_after(recurrence(vector, policy), Days(), expected(vector, policy)[-1]) is None


def test_the_command_prints_them(vector: dict[str, Any], policy: str) -> None:
    given = [vector.get("expected_utc_skip", vector["expected_utc"]), vector["expected_utc"]][policy == "shift"]
    words = ["--rule", vector["rule"], "--start", vector["start"], "--tz", vector["tz"], "--policy", policy]
    for bound in (["--count", str(len(given))], ["--until", given[-1]]):
        done = CliRunner().invoke(main, ["occurrences", *words, *bound])
        assert done.exit_code == 0
        assert done.output.splitlines() == given
