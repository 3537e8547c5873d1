"""A check of the whole set-up. Law: every finding says what is so, and what to do where it is not."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import tzdata  # type: ignore[import-untyped]

from bot.config import Server, Settings, Slack, Teams
from bot.ports import Refusal
from prompts.library import HOME, read_resources
from prompts.lint import checked_library
from prompts.source import ScriptError

RESOURCES: Final = "resources.toml"
#: Phone numbers change: somebody should call them twice a year.
RECHECK_DAYS = 183
#: Why a message was given up, by the class of the error.
WHY: Final = {
    "ConversationGone": "because the chat is gone (check-ins there have stopped)",
    "InstallationGone": "because the app was removed",
    "Later": "because the platform did not take it in time",
    "Expired": "because it was not welcome any more",
    "OurBug": "because the platform refused its form (please report this)",
    "Unopened": "because its key is gone",
}
OURS: Final = frozenset({"OurBug"})


@dataclass(frozen=True, slots=True)
class Finding:
    fine: bool
    words: str


def checks(
    read: Callable[[], Settings], open_store: Callable[[Settings], Any], today: date
) -> Iterator[tuple[str, Finding]]:
    yield "scripts", _scripts()
    yield "help lines", _resources(today)
    yield "time zones", _zones()
    try:
        given = read()
    except Refusal as refusal:
        yield "settings", Finding(False, refusal.words)
        return
    yield "settings", Finding(True, "read")
    if given.prompts is not None:
        own = _own(given.prompts)
        yield "own scripts", own
        if not own.fine:
            return
        if (given.prompts / RESOURCES).exists():
            yield "own help lines", _resources(today, given.prompts)
    yield "program", _program(given)
    yield from _stored(given, open_store)


def _scripts() -> Finding:
    try:
        library = checked_library()
    except ScriptError as error:
        return Finding(False, f"{len(error.faults)} faults; run afterword lint")
    return Finding(True, f"{len(library.scripts)} scripts in {', '.join(library.locales)}")


def _own(folder: Path) -> Finding:
    """The program's own folder: what it adds, and which of our scripts are replaced by its own."""
    try:
        library = checked_library(own=folder)
    except ScriptError as error:
        return Finding(False, f"{folder} does not hold together (faults: {len(error.faults)}); afterword lint {folder}")
    ours = {path.stem for path in (HOME / "scripts").glob("*.toml")}
    said = {"adds": sorted(library.own - ours), "takes the place of our": sorted(library.own & ours)}
    changes = "; ".join(f"{what} {', '.join(slugs)}" for what, slugs in said.items() if slugs)
    return Finding(True, f"{folder} {changes or 'has no scripts'}")


def _resources(today: date, home: Path = HOME) -> Finding:
    checked = read_resources(home / RESOURCES).checked
    if (today - checked).days > RECHECK_DAYS:
        todo = f"call each and set `checked` in {RESOURCES if home == HOME else home / RESOURCES}"
        return Finding(False, f"check the help lines again, they were last checked on {checked}: {todo}")
    return Finding(True, f"last checked on {checked}")


def _zones() -> Finding:
    if zoneinfo.TZPATH:
        return Finding(False, "the system's zone files are in use; import scheduler.recurrence before any zone is made")
    return Finding(True, f"tzdata {tzdata.IANA_VERSION}")


def _program(given: Settings) -> Finding:
    missing = [
        name
        for name, resource in read_resources(_lines_of(given) / RESOURCES).resources.items()
        if resource.program and name not in given.program.resources
    ]
    if missing:
        return Finding(True, f"general words stand for what [resources] does not set: {', '.join(missing)}")
    return Finding(True, "its own help lines are set")


def _lines_of(given: Settings) -> Path:
    """The folder whose help lines are shown."""
    return given.prompts if given.prompts and (given.prompts / RESOURCES).exists() else HOME


def _stored(given: Settings, open_store: Callable[[Settings], Any]) -> Iterator[tuple[str, Finding]]:
    try:
        store = open_store(given)
    except Refusal as refusal:
        yield "database and keys", Finding(False, refusal.words)
        return
    try:
        unreadable, failures = store.installations.unreadable(), store.failures()
    finally:
        store.close()
    yield "database and keys", _keys(unreadable)
    yield "messages", _failures(failures)


def _failures(failures: Mapping[str, int]) -> Finding:
    """By class alone: whose message it was, and what it said, is not an administrator's."""
    if not failures:
        return Finding(True, "none of the last seven days was given up")
    said = ", ".join(f"{count} {WHY.get(name, name)}" for name, count in sorted(failures.items()))
    return Finding(not failures.keys() & OURS, f"given up in the last seven days: {said}")


def _keys(unreadable: int) -> Finding:
    if unreadable:
        return Finding(
            False, f"{unreadable} workspaces' tokens do not open with these keys; install the app there again"
        )
    return Finding(True, "both open, and the keys fit")


def platforms(
    read: Callable[[], Server], ask: Callable[[Server], Iterable[tuple[str, Finding]]] | None
) -> Iterator[tuple[str, Finding]]:
    """The chat platforms that are set up; `ask` asks them whether their tokens work."""
    try:
        given = read()
    except Refusal as refusal:
        yield "platforms", Finding(False, refusal.words)
        return
    said = {"Slack": _slack(given.slack, given.public_url), "Teams": _teams(given.teams, given.public_url)}
    for name, words in said.items():
        yield name, Finding(True, words or f"not set up; docs/{name.lower()}.md says how")
    if ask is not None:
        yield from ask(given)
    elif any(said.values()):
        yield "tokens", Finding(True, "not tried; afterword doctor --online asks each platform")


def _slack(slack: Slack | None, public: str) -> str:
    """How it is set up; an empty string where it is not."""
    if slack is None:
        return ""
    if slack.many:
        return f"many workspaces, installed at {public}/slack/install"
    if slack.socket:
        return "one workspace by Socket Mode"
    return f"one workspace at {public or 'an https address that AFTERWORD_PUBLIC_URL does not name'}/slack/events"


def _teams(teams: Teams | None, public: str) -> str:
    if teams is None:
        return ""
    if teams.anonymous:
        return "without a registration, for the Agents Playground on this computer"
    at = (
        f"at {public}/api/messages"
        if public
        else "at /api/messages of an address that AFTERWORD_PUBLIC_URL does not name"
    )
    others = len(teams.tenants)
    return f"one registration {at}, for {others} tenants" if others else f"one registration {at}, for its own tenant"
