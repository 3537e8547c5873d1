"""What a visitor of the demo can try: to find somebody in what was published. Law: the page, the names and the rule,
and nothing that the store knows beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.events import Who
from bot.finding import Finding, look_for
from bot.snapshot import Report, Snapshot

if TYPE_CHECKING:
    from bot.turn import Shell
    from storage.store import SqlStore


def attack(shell: Shell, store: SqlStore, supervisor: Who, person: Who, now: datetime) -> Finding | None:
    """Looks for a person in the newest window that the supervisor sees; None where nothing was published yet."""
    reports = [one for one in store.reports.of(supervisor, now) if one.snapshots]
    roster = sorted(found.user for found, team in store.people() if team and found != supervisor)
    if not reports or person.user not in roster:
        return None
    sensitive = {theme.code for theme in shell.library.codebook.themes if theme.sensitive}
    return on_report(reports[0], roster, person.user, sensitive)


def on_report(report: Report, roster: Sequence[str], person: str, sensitive: Collection[str]) -> Finding:
    from storage.disclosure import Cell, Window, snapshot

    page, *before = report.snapshots
    # Everybody sees that nobody has come or gone; where that is not so, other bytes come out, and it is said.
    window = Window(page.window, tuple(reversed(before)), (0, 0), page.passages)

    def publish(people: Sequence[Collection[str]]) -> Snapshot:
        return snapshot(Cell(people, len(roster), len(report.teams)), window, page.limits, sensitive)

    return look_for(person, roster, page, publish)
