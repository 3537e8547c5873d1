"""Every surface that the conformance suite runs on: a new platform is one line here."""

from __future__ import annotations

from pkgutil import resolve_name

from conformance import Driver

DRIVERS: tuple[type[Driver], ...] = tuple(
    resolve_name(name)
    for name in (
        "conformance_slack:Slack",
        "conformance_teams:Teams",
        "conformance_web:Page",
        "conformance_terminal:Terminal",
        "conformance_replay:Program",
    )
)
