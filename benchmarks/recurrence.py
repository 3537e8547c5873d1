"""When something comes next, against dateutil's plain rule and APScheduler's cron trigger, as a ratio in one run.

Example: python benchmarks/recurrence.py --quick
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from dateutil.rrule import rrule, rrulestr

from scheduler.recurrence import Days, Recurrence, next_after

ROUNDS, QUICK = 15, 5
PEOPLE = 200
AIM = 30.0
ZONES = ("America/New_York", "America/Sao_Paulo", "Europe/Berlin", "Asia/Kolkata")
OFFICE = Days(frozenset(range(5)), "US-NC", None, ("18:00", "08:00"))
#: They have lived with their rule since 2020, so that what walks from the start has a way to go.
BEGUN = datetime.fromisoformat("2020-01-07T16:40")
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)

Ask = Callable[[int], object]


@dataclass(frozen=True)
class Kind:
    """A rule; `cron` is the nearest that a cron trigger can say, which has no every other week."""

    name: str
    rule: str
    start: datetime
    days: Days
    cron: dict[str, str]


CLOCK = {"hour": "16", "minute": "40"}
KINDS = (
    Kind("every other week, days off, quiet hours", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", BEGUN, OFFICE,
         {"day_of_week": "tue,thu", **CLOCK}),
    Kind("every day since 2020", "FREQ=DAILY", BEGUN, Days(), CLOCK),
    Kind("last Friday of the month", "FREQ=MONTHLY;BYDAY=-1FR", datetime.fromisoformat("2020-01-31T16:40"), OFFICE,
         {"day": "last fri", **CLOCK}),
)  # fmt: skip


def after(number: int) -> datetime:
    """Each person asks at another time, over some months."""
    return NOW + timedelta(hours=17 * number)


def ours(kind: Kind) -> Ask:
    """Worked out each time: the answers that are kept for people with one rule who ask at the same moment are not."""
    people = [Recurrence(kind.start, zone, kind.rule, on_day_off="skip") for zone in ZONES]
    worked_out = next_after.__wrapped__
    return lambda number: worked_out(people[number % len(people)], kind.days, after(number))


def dateutils(kind: Kind) -> Ask:
    """The rule alone, parsed beforehand, on a naive clock."""
    rule = rrulestr(f"RRULE:{kind.rule}", dtstart=kind.start)
    assert isinstance(rule, rrule)
    return lambda number: rule.after(after(number).replace(tzinfo=None))


def apschedulers(kind: Kind) -> Ask:
    triggers = [CronTrigger(timezone=ZoneInfo(zone), **kind.cron) for zone in ZONES]
    return lambda number: triggers[number % len(triggers)].get_next_fire_time(None, after(number))


WAYS: dict[str, Callable[[Kind], Ask]] = {"ours": ours, "dateutil": dateutils, "APScheduler": apschedulers}


def microseconds(ask: Ask) -> float:
    """One of them, over a round of everybody."""
    began = time.perf_counter()
    for number in range(PEOPLE):
        ask(number)
    return (time.perf_counter() - began) / PEOPLE * 1e6


def measured(kind: Kind, rounds: int) -> dict[str, float]:
    """Medians over rounds in which each way has its turn; the first round fills what is kept."""
    ways = {name: way(kind) for name, way in WAYS.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, ask in ways.items():
            took = microseconds(ask)
            if number:
                times[name].append(took)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = QUICK if parser.parse_args().quick else ROUNDS
    for kind in KINDS:
        medians = measured(kind, rounds)
        print(f"\n{kind.name} ({kind.rule})")
        for name, median in medians.items():
            ratio = medians["ours"] / median
            aim = f"   aim {AIM:.0f} µs" if name == "ours" else f"   ours to it {ratio:.3f}"
            print(f"  {name:12} {median:9.1f} µs{aim}")


if __name__ == "__main__":
    main()
