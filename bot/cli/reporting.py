"""Commands for what is published: a circle's themes in any format, and which teams publish together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.cli import parts
from bot.ports import Refusal, Setup

if TYPE_CHECKING:
    from datetime import date

    from bot.snapshot import Report
    from storage.circles import Circle

NOTED = "This look is noted: the people of the circle can see that whoever runs Afterword looked today."


@click.command()
@click.option("--circle", required=True, help="Its name, or tenant/name; a team alone is a circle of its own name.")
@click.option("--window", default="", help="By its first week, such as 2026-W46; the newest where it is left out.")
@click.option("--format", "form", type=click.Choice(["json", "csv", "text", "svg"]), required=True)
@click.option("--lang", default="en", show_default=True, help="The language of labels in csv, text and svg.")
@parts.DATABASE
def report(circle: str, window: str, form: str, lang: str, db: str) -> None:
    """A published window of a circle, as its supervisors see it; every format is of the same snapshot.

    The picture (svg) has the windows before it, too. Exit code 1: it is not published yet, and the earliest day is
    said; 2: there is no such circle or window. What is printed is noted as a look for the people of the circle.

    Example: afterword report --circle north/first-steps --window 2026-W46 --format text
    """
    from adapters.web.themes import Themes, json_of
    from bot.turn import SystemClock

    library = parts.library()
    if lang not in library.locales:
        raise click.BadParameter(f"there is {', '.join(library.locales)}.", param_hint="--lang")
    with parts.store(db) as store:
        with_earlier = store.reports.for_operator(circle, SystemClock().now(), lambda found: _until(found, window))
    click.echo(NOTED, err=True)
    chosen = with_earlier.model_copy(update={"snapshots": with_earlier.snapshots[:1]})
    themes = Themes(library)
    match form:
        case "json":
            text = json_of(chosen)
        case "csv":
            text = themes.csv(chosen, lang)
        case "svg":
            text = themes.svg(with_earlier, lang)
        case _:
            text = themes.text(chosen, lang)
    click.echo(text, nl=not text.endswith("\n"))


def _until(found: Report, window: str) -> Report:
    """The report as it was when that window was the newest. Raises Refusal, or ends the command with code 1."""
    from adapters.web.themes import up_to

    if not window and found.snapshots:
        return found
    if window and (there := up_to(found, window)):
        return there
    day = _due(found, window) if window else found.next
    what = f"The window {window} of {found.circle} is not" if window else f"Nothing of the circle {found.circle} is"
    click.echo(f"{what} published yet. The earliest day is {day.isoformat()}.", err=True)
    raise click.exceptions.Exit(1)


def _due(found: Report, window: str) -> date:
    """When a window that is still to come can appear. Raises Refusal for what can be none."""
    from storage.windows import WEEKS, published_from, window_after, window_first_day, window_name

    first = window_first_day(found.since)
    running = window_after(found.snapshots[0].starts) if found.snapshots else first
    try:
        start = window_first_day(window)
        known = window_name(start) == window and start >= running and (start - first).days % (7 * WEEKS) == 0
    except ValueError:
        known = False
    if not known:
        there = ", ".join(one.window for one in reversed(found.snapshots)) or "none yet"
        words = f"{found.circle} has no window {window}. Published: {there}; the next one is {window_name(running)}."
        raise Refusal("window", words)
    return published_from(start)


@click.group()
def circle() -> None:
    """Circles: teams that publish together. A team alone is a circle of its own name.

    Example: afterword circle list
    """


@circle.command("list")
@parts.DATABASE
def circle_list(db: str) -> None:
    """Every circle: its teams, how many people can be counted and how many it takes, and when there can be themes.

    Example: afterword circle list
    """
    with parts.store(db) as store:
        circles = store.circles()
    for one in circles:
        when = (
            f"themes from {one.earliest.isoformat()} at the earliest" if one.earliest else "too few people for themes"
        )
        people = f"{one.roster} can be counted, {one.needed} are needed"
        click.echo(f"{one.tenant}/{one.name}: {', '.join(one.teams)}; {people}; {when}.")
    if not circles:
        click.echo("There is no team yet: afterword team set --help")


@circle.command("join")
@click.argument("circle")
@click.argument("team")
@parts.DATABASE
def circle_join(circle: str, team: str, db: str) -> None:
    """Lets TEAM publish with CIRCLE, which is made where it is new; its people count there from the next window on.

    Example: afterword circle join all-teams north/first-steps
    """
    from bot.turn import SystemClock

    with parts.store(db) as store:
        home, own = _team(store.circles(), team)
        tenant, _, name = circle.rpartition("/")
        if not name.strip() or tenant not in ("", home.tenant):
            words = f"{team} is of {home.tenant}, and can join circles there alone, by their name."
            raise Refusal("circle", words)
        setup = Setup(platform=home.platform, tenant=home.tenant, team=own, circle=name)
        store.set_up(setup, SystemClock().now())
    click.echo(f"{own} publishes with {name} now; whoever was counted elsewhere counts there from the next window on.")


def _team(circles: tuple[Circle, ...], called: str) -> tuple[Circle, str]:
    """The circle that a team is in, and the team's own name. Raises Refusal."""
    tenant, _, name = called.rpartition("/")
    found = [one for one in circles if name in one.teams and tenant in ("", one.tenant)]
    if not found:
        raise Refusal("unknown", f"There is no team called {called}; use tenant/name.")
    if len(found) > 1:
        raise Refusal("ambiguous", f"There are {len(found)} teams called {called}; use tenant/name.")
    return found[0], name


COMMANDS = (report, circle)
