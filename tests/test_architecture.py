"""Who may import whom, and what the pure parts may not touch (DESIGN: the tree)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("prompts", "scheduler", "bot", "storage", "adapters")
#: What a package may import of the project; the command line (`bot.cli` and its modules) may import everything.
ALLOWED = {
    "prompts": ("prompts",),
    "scheduler.recurrence": ("scheduler.recurrence",),
    "bot.deidentify": ("bot.deidentify",),
    "bot": ("bot", "prompts", "scheduler.recurrence"),
    "storage": ("storage", "bot", "prompts", "scheduler.recurrence"),
    "scheduler.ticker": ("bot", "prompts", "scheduler.recurrence"),
    "adapters.slack": ("adapters.slack", "bot", "prompts", "scheduler.recurrence"),
    "adapters.teams": ("adapters.teams", "bot", "prompts", "scheduler.recurrence"),
    "adapters.terminal": ("adapters.terminal", "bot", "prompts", "scheduler.recurrence"),
    "adapters.web": ("adapters.web", "bot", "prompts", "scheduler.recurrence"),
}
EVERYTHING = ("bot.cli", "bot.__main__")
PURE = (
    "bot.agenda", "bot.answering", "bot.anytime", "bot.arranging", "bot.asking", "bot.asktime", "bot.cards",
    "bot.case", "bot.checkins",
    "bot.commands", "bot.consent", "bot.consentpage", "bot.conversation", "bot.copypage", "bot.danger",
    "bot.deidentify.addresses", "bot.deidentify.ages", "bot.deidentify.coarser", "bot.deidentify.cues",
    "bot.deidentify.dates", "bot.deidentify.detector", "bot.deidentify.features", "bot.deidentify.institutions",
    "bot.deidentify.known", "bot.deidentify.languages", "bot.deidentify.numbers", "bot.deidentify.patterns",
    "bot.deidentify.people", "bot.deidentify.placeholders", "bot.deidentify.reading", "bot.deidentify.spans",
    "bot.deidentify.tokens", "bot.deidentify.words", "bot.due", "bot.effects", "bot.ending", "bot.engine",
    "bot.events", "bot.finding", "bot.forms", "bot.gallery", "bot.hearing", "bot.home", "bot.kept", "bot.lapsing",
    "bot.names", "bot.namespage", "bot.notices", "bot.outcome", "bot.outward", "bot.owncopy", "bot.packet", "bot.pages",
    "bot.passing", "bot.places",
    "bot.position", "bot.questions", "bot.receipt", "bot.reminders", "bot.report", "bot.reportlink", "bot.rooms",
    "bot.scanning", "bot.screens", "bot.setup", "bot.shapes", "bot.shared", "bot.sharing", "bot.suggested",
    "bot.territory", "bot.timeforms", "bot.timepage", "bot.typed", "bot.when", "bot.wishes",
    "bot.when.away", "bot.when.beginnings", "bot.when.english", "bot.when.language", "bot.when.moments",
    "bot.when.readings", "bot.when.sought", "bot.when.spanish", "bot.when.wanted", "bot.when.wishes", "bot.when.words",
    "prompts.cues", "prompts.route",
    "prompts.script", "prompts.small_words", "scheduler.recurrence", "scheduler.recurrence.days",
    "scheduler.recurrence.expand",
    "scheduler.recurrence.quiet", "scheduler.recurrence.resolve", "scheduler.recurrence.rules",
    "scheduler.recurrence.wall", "scheduler.recurrence.windows", "scheduler.recurrence.zones",
)  # fmt: skip
IMPURE_IMPORTS = {
    "time", "random", "secrets", "os", "asyncio", "sqlalchemy", "pathlib", "socket", "logging", "structlog", "bot.logs",
}  # fmt: skip
IMPURE_CALLS = {"now", "utcnow", "today", "uuid4", "uuid1", "open"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = dict(modules())


def under(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_only_what_the_tree_allows(name: str) -> None:
    if under(name, EVERYTHING) or name in ("adapters", "scheduler"):
        return
    allowed = next(allowed for start, allowed in ALLOWED.items() if under(name, (start,)))
    for other in imported(MODULES[name]):
        if under(other, PACKAGES) and other not in PACKAGES:
            parents = tuple(part.rpartition(".")[0] for part in allowed)
            assert under(other, allowed) or other in parents, f"{name} imports {other}"
        assert not under(other, EVERYTHING), f"{name} imports {other}"


@pytest.mark.parametrize("name", PURE)
def test_the_pure_parts_touch_no_clock_no_chance_and_no_outside(name: str) -> None:
    tree = MODULES[name]
    others = set(imported(tree))
    assert not (others | {other.split(".")[0] for other in others}) & IMPURE_IMPORTS
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == "now" and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                assert not (isinstance(owner, ast.Name) and owner.id in ("datetime", "date", "time")), name
            else:
                assert called not in IMPURE_CALLS, f"{name} calls {called}"


SDKS = {
    "slack_bolt": "adapters.slack", "slack_sdk": "adapters.slack", "botbuilder": "adapters.teams.sdk",
    "botframework": "adapters.teams.sdk", "msrest": "adapters.teams.sdk", "jwt": "adapters.teams",
    "aiohttp": "adapters", "sqlalchemy": "storage", "alembic": "storage", "cryptography": "storage",
    "psycopg": "storage", "apscheduler": "scheduler", "prompt_toolkit": "adapters.terminal",
    "prometheus_client": "bot.metrics", "regex": "bot.deidentify", "phonenumbers": "bot.deidentify",
    "pycrfsuite": "bot.deidentify", "textstat": "prompts.reading",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(MODULES))
def test_each_outside_library_stays_in_its_folder(name: str) -> None:
    for other in imported(MODULES[name]):
        home = SDKS.get(other.split(".")[0])
        assert home is None or under(name, (home,)) or under(name, EVERYTHING), f"{name} imports {other}"


#: What `afterword --help` and the first question in the terminal can do without.
SLOW = {
    "aiohttp", "sqlalchemy", "slack_bolt", "slack_sdk", "prometheus_client", "apscheduler", "storage", "adapters",
    "phonenumbers", "pycrfsuite", "textstat", "pkg_resources",
}  # fmt: skip


def test_the_command_line_imports_nothing_slow_before_a_command_runs() -> None:
    code = "import sys; from bot.cli import main; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not set(done.stdout.split()) & SLOW


@pytest.mark.parametrize("name", sorted(MODULES))
def test_each_file_opens_with_its_job(name: str) -> None:
    assert ast.get_docstring(MODULES[name]), f"{name} has no first line that says what may live there"


def test_nothing_calls_de_identified_text_anonymous() -> None:
    for folder in ("prompts", "docs"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".toml", ".po"}:
                assert "anonym" not in path.read_text(encoding="utf-8").lower(), path
