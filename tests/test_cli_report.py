"""What is published, on the command line: one snapshot in four formats, circles, and limits as settings."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from conftest import rows
from test_cli import replayed
from test_publishing import DUE, Team

from bot.cli import main
from bot.cli.reporting import NOTED
from bot.config import program
from bot.ports import Refusal, Setup
from bot.snapshot import Limits
from storage import tables as t
from storage.keyring import from_environment, new_key
from storage.store import SqlStore, open_store

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AFTERWORD_DATABASE_URL", f"sqlite:///{tmp_path / 'afterword.db'}")
    monkeypatch.setenv("AFTERWORD_KEYS_URL", f"sqlite:///{tmp_path / 'keys.db'}")
    monkeypatch.setenv("AFTERWORD_KEY", new_key())
    monkeypatch.setattr("bot.turn.SystemClock.now", lambda _: DUE)
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    return lambda *words: CliRunner().invoke(main, words)


def opened(home: Path) -> SqlStore:
    databases = [f"sqlite:///{home / name}" for name in ("afterword.db", "keys.db")]
    return open_store(databases[0], databases[1], from_environment(os.environ))


@pytest.fixture
def published(home: Path) -> Path:
    store = opened(home)
    Team(store, 6).all_give("A1", "L2")
    store.publish(DUE, {"W1"})
    store.close()
    return home


def test_every_format_is_of_the_same_snapshot(published: Path, run: Run) -> None:
    found = {form: run("report", "--circle", "first", "--format", form) for form in ("json", "csv", "text", "svg")}
    assert {result.exit_code for result in found.values()} == {0}
    (made,) = json.loads(found["json"].stdout)["snapshots"]
    codes = [theme["code"] for theme in made["themes"]]
    assert (made["window"], codes) == ("2026-W46", ["A1", "L2"])
    listed = list(csv.DictReader(found["csv"].stdout.splitlines()))
    assert sorted(row["code"] for row in listed) == codes
    assert {row["window"] for row in listed} == {"2026-W46"}
    for row in listed:
        assert row["theme"] in found["text"].stdout
    assert ElementTree.fromstring(found["svg"].stdout).tag.endswith("svg")


def test_a_look_is_said_to_be_noted_and_is(published: Path, run: Run) -> None:
    result = run("report", "--circle", "north/first", "--window", "2026-W46", "--format", "json")
    assert result.stderr.strip() == NOTED
    assert NOTED not in result.stdout
    store = opened(published)
    assert [row["day"] for row in rows(store, t.operator_looks)] == [DUE.date()]
    store.close()


def test_a_report_speaks_the_language_that_was_asked_for(published: Path, run: Run) -> None:
    spanish = run("report", "--circle", "first", "--format", "text", "--lang", "es")
    assert "Afterword nunca le dirá que alguien está en peligro" in " ".join(spanish.stdout.split())
    refused = run("report", "--circle", "first", "--format", "text", "--lang", "tlh")
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_what_is_not_published_yet_says_the_earliest_day(published: Path, run: Run) -> None:
    result = run("report", "--circle", "first", "--window", "2026-W50", "--format", "json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "The window 2026-W50 of first is not published yet. The earliest day is 2027-01-07." in result.stderr


def test_a_circle_with_nothing_published_says_the_earliest_day(home: Path, run: Run) -> None:
    store = opened(home)
    Team(store, 6)
    store.close()
    result = run("report", "--circle", "first", "--format", "text")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nothing of the circle first is published yet. The earliest day is 2026-12-10." in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--circle", "nowhere"), "There is no circle called nowhere"),
        (("--circle", "south/first"), "There is no circle called south/first"),
        (("--circle", "first", "--window", "2026-W47"), "first has no window 2026-W47. Published: 2026-W46; the next"),
        (("--circle", "first", "--window", "2026-W42"), "first has no window 2026-W42"),
        (("--circle", "first", "--window", "2026-w46"), "has no window"),
        (("--circle", "first", "--window", "canary\x1b[31m"), "has no window"),
    ],
)
def test_what_there_is_not_is_one_clear_line(published: Path, run: Run, words: tuple[str, ...], said: str) -> None:
    result = run("report", *words, "--format", "json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_name_that_two_workspaces_have_is_asked_about(published: Path, run: Run) -> None:
    store = opened(published)
    store.set_up(Setup("local", "south", "first", ("zoe",)), DUE)
    store.close()
    result = run("report", "--circle", "first", "--format", "json")
    assert result.exit_code == 2
    assert "There are 2 circles called first; use tenant/name." in result.stderr
    assert run("report", "--circle", "north/first", "--format", "json").exit_code == 0


# Circles


def test_circles_are_listed_with_what_it_takes(published: Path, run: Run) -> None:
    store = opened(published)
    store.set_up(Setup("local", "north", "second", ("pia", "quin")), DUE)
    store.close()
    assert run("circle", "list").stdout.splitlines() == [
        "north/first: first; 6 can be counted, 6 are needed; themes from 2026-12-10 at the earliest.",
        "north/second: second; 2 can be counted, 6 are needed; too few people for themes.",
    ]


def test_teams_that_are_too_small_join_a_circle(published: Path, run: Run) -> None:
    store = opened(published)
    store.set_up(Setup("local", "north", "second", ("pia", "quin")), DUE)
    store.close()
    assert run("circle", "join", "all", "second").exit_code == 0
    assert run("circle", "join", "north/all", "north/first").exit_code == 0
    (line,) = run("circle", "list").stdout.splitlines()
    assert line.startswith("north/all: first, second; ")
    assert "10 are needed" in line
    for words, said in (
        (("all", "nowhere"), "There is no team called nowhere"),
        (("south/all", "first"), "can join circles there alone"),
        (("", "first"), "name"),
    ):
        refused = run("circle", "join", *words)
        assert refused.exit_code == 2
        assert said in refused.stderr


# Limits as settings


def limits(**named: Any) -> dict[str, Any]:
    return {"at": "2026-11-02T16:00:00Z", "admin": {"team": "north", "settings": {"limits": named}}}


def test_replay_takes_limits_and_only_ever_raises_them() -> None:
    found = replayed(*(limits(contributors=number) for number in (5, 3, 5, 7, 5)), limits(persons=2), limits(many=1))
    errors = [row.get("error", "") for row in found if "done" not in row]
    assert [row["done"] for row in found if "done" in row] == [1, 2, 3, 4, 5, 6, 7]
    assert len(errors) == 4
    assert "limits.contributors is a number from 5 to 100" in errors[0]
    assert "limits.contributors is 7, and stays at least that" in errors[1]
    assert "limits.persons is a number from 3 to 100" in errors[2]
    assert "limits" in errors[3]


def test_a_program_s_own_limits_stand_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "afterword.toml"
    file.write_text("[limits]\ncontributors = 8\nsensitive = 6\n", encoding="utf-8")
    assert program(str(file)).limits == Limits(contributors=8, sensitive=6)
    for wrong in ("contributors = 4", "persons = 2", "sensitive = 4", "contributors = 'x'", "k = 5"):
        file.write_text(f"[limits]\n{wrong}\n", encoding="utf-8")
        with pytest.raises(Refusal, match=rf"limits\.{wrong.split()[0]}: ") as refused:
            program(str(file))
        assert "\n" not in refused.value.words


def test_a_tenant_cannot_go_below_its_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    file = tmp_path / "afterword.toml"
    file.write_text("[limits]\ncontributors = 8\n", encoding="utf-8")
    found = replayed_with(file, limits(contributors=6), limits(contributors=9))
    assert ["error" in row for row in found] == [True, False, False]


def replayed_with(file: Path, *events: Any) -> list[dict[str, Any]]:
    given = "\n".join(map(json.dumps, events))
    result = CliRunner().invoke(main, ["replay"], input=given, env={"AFTERWORD_CONFIG": str(file)})
    assert result.exit_code == 0, result.output
    return [json.loads(row) for row in result.stdout.splitlines()]


def test_the_replay_page_of_themes_is_the_one_that_a_supervisor_opens() -> None:
    admin = {"team": "north", "members": ["ada", "ben"], "supervisors": ["sam"]}
    look = {"at": "2026-11-03T16:00:00Z", "from": "sam", "team": "north", "open": "report"}
    found = replayed({"at": "2026-11-02T16:00:00Z", "admin": admin}, look)
    (page,) = [row["page"] for row in found if "page" in row]
    assert page["name"] == "report"
    assert "never tell you that someone is in danger" in page["lines"][0]
    assert "December 10, 2026" in page["lines"][1]
