"""A command for whoever wants to see when a rule comes, on the clocks of any place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import TYPE_CHECKING

import click

from bot.ports import Refusal

if TYPE_CHECKING:
    from scheduler.recurrence import Days, OnDayOff, Policy, Recurrence

COUNT = 10
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
QUIET = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)


@click.command()
@click.option("--rule", required=True, metavar="RRULE", help="As in RFC 5545, such as FREQ=WEEKLY;BYDAY=TU,TH.")
@click.option("--start", required=True, metavar="LOCAL", help="On the clock there, such as 2026-03-06T02:30.")
@click.option("--tz", required=True, metavar="ZONE", help="Such as America/New_York.")
@click.option("--count", type=click.IntRange(1, 100_000), help=f"At most so many; {COUNT} where there is no --until.")
@click.option("--until", metavar="UTC", help="None after this instant, such as 2026-12-31T23:59:59Z.")
@click.option(
    "--policy",
    type=click.Choice(["shift", "skip"]),
    default="shift",
    show_default=True,
    help="What becomes of a time that a clock change leaves out: it comes later by as much, or not.",
)
@click.option("--working-days", metavar="DAYS", default="", help="Those that count, such as MO,TU,WE,TH,FR; else all.")
@click.option("--holidays", metavar="PLACE", default="", help="Whose public holidays do not count: US, or US-NC.")
@click.option(
    "--on-day-off",
    type=click.Choice(["keep", "skip", "next", "previous"]),
    help="What becomes of one on a day that does not count; skip where days or holidays are given.",
)
@click.option("--quiet", metavar="FROM-TO", default="", help="What falls into these hours waits: 18:00-08:00.")
@click.option("--days-before", type=click.IntRange(0, 366), default=0, help="So many days before the rule's days.")
def occurrences(
    rule: str,
    start: str,
    tz: str,
    count: int | None,
    until: str | None,
    policy: Policy,
    working_days: str,
    holidays: str,
    on_day_off: OnDayOff | None,
    quiet: str,
    days_before: int,
) -> None:
    """When a rule comes: instants in UTC, one a line. The first may be the start.

    Example: afterword occurrences --rule "FREQ=WEEKLY;BYDAY=FR" --start 2026-03-06T16:40 --tz Europe/Berlin --count 3
    """
    from scheduler import recurrence

    try:
        end = _end(until) if until is not None else None
        days = _days(working_days, holidays, quiet)
        keeps_days = bool(working_days or holidays)
        what = _recurrence(rule, start, tz, days_before, on_day_off or ("skip" if keeps_days else "keep"), policy)
        every = recurrence.occurrences(what, days, datetime.min.replace(tzinfo=UTC))
        within = takewhile(lambda at: end is None or at <= end, every)
        for at in islice(within, count or (None if end else COUNT)):
            click.echo(f"{at:%Y-%m-%dT%H:%M:%SZ}")
    except ValueError as error:
        raise Refusal("occurrences", " ".join(str(error).split())) from None


def _recurrence(rule: str, start: str, tz: str, before: int, on_day_off: OnDayOff, policy: Policy) -> Recurrence:
    from scheduler.recurrence import Recurrence, checked_rule, zone_named

    if not rule.strip():
        raise ValueError("--rule is empty; write such as FREQ=WEEKLY;BYDAY=TU,TH.")
    begins = _start(start)
    zone_named(tz)
    return Recurrence(begins, tz, checked_rule(rule, begins), before, on_day_off, policy)


def _start(text: str) -> datetime:
    found = _moment(text)
    if found is None or found.tzinfo is not None:
        raise ValueError(f"--start '{text}' is no time on the clock there; write such as 2026-03-06T02:30, no offset.")
    return found


def _end(text: str) -> datetime:
    found = _moment(text)
    if found is None:
        raise ValueError(f"--until '{text}' is no instant in UTC; write such as 2026-12-31T23:59:59Z.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(text: str) -> datetime | None:
    """None for what is not a day with a time in whole seconds."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if len(text.strip()) > len("2026-03-06") and not found.microsecond else None


def _days(working: str, holidays: str, quiet: str) -> Days:
    from scheduler.recurrence import Days, country_known

    named = [day.strip().upper() for day in working.split(",")] if working else list(WEEKDAYS)
    if not set(named) <= set(WEEKDAYS):
        raise ValueError(f"--working-days '{working}' are no days of the week; write such as MO,TU,WE,TH,FR.")
    if holidays and not country_known(holidays):
        raise ValueError(f"--holidays '{holidays}' is no country that we know; write such as US, or US-NC for a state.")
    hours = QUIET.fullmatch(quiet.strip())
    if quiet and hours is None:
        raise ValueError(f"--quiet '{quiet}' are no hours; write such as 18:00-08:00.")
    peace = (hours[1], hours[2]) if hours else None
    return Days(frozenset(map(WEEKDAYS.index, named)), holidays, None, peace)


COMMANDS = (occurrences,)
