"""Commands for set-up from a shell: teams and their people, a person's copy, and everything of a person gone."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import parts
from bot.events import Who
from bot.ports import Refusal, Setup

if TYPE_CHECKING:
    from bot.links import Made
    from bot.ports import Everything
    from storage.store import SqlStore


_SLACK_TENANT = re.compile(r"[TE][A-Z0-9]{2,20}")
_SLACK_USER = re.compile(r"[UW][A-Z0-9]{2,20}")


@click.group()
def team() -> None:
    """Teams, from a shell. Names are tenant/name.

    Example: afterword team set north/first-steps --member ada --supervisor sam
    """


@team.command("set")
@click.argument("name")
@click.option("--member", "members", multiple=True, help="A member's user id on the platform; as often as needed.")
@click.option("--supervisor", "supervisors", multiple=True, help="A supervisor's user id; is never counted.")
@click.option("--zone", default="UTC", show_default=True, help="Where the team lives, such as America/New_York.")
@click.option("--circle", default="", help="The circle that it publishes with; alone where there is none.")
@click.option("--platform", type=click.Choice(["local", "slack", "teams"]), default="local", show_default=True)
@parts.DATABASE
def team_set(
    name: str, members: tuple[str, ...], supervisors: tuple[str, ...], zone: str, circle: str, platform: str, db: str
) -> None:
    """Makes a team, or adds to it.

    Example: afterword team set north/first-steps --member ada --member ben --zone America/New_York
    """
    tenant, _, own = name.rpartition("/")
    setup = Setup(
        platform=platform, tenant=tenant or "local", team=own, members=members, supervisors=supervisors, zone=zone,
        circle=circle,
    )  # fmt: skip
    from bot.turn import SystemClock

    with parts.store(db, new=True) as store:
        store.set_up(setup, SystemClock().now())
    click.echo(f"{name}: added {len(members)} as members, {len(supervisors)} as supervisors.")


@team.command("leave")
@click.argument("name")
@click.argument("person")
@parts.DATABASE
def team_leave(name: str, person: str, db: str) -> None:
    """Takes a person out of a team; what they keep stays theirs.

    Example: afterword team leave north/first-steps north/ada
    """
    from bot.turn import SystemClock

    with parts.store(db) as store:
        who = _known(store, person)
        if not store.leave_team(who, name.rpartition("/")[2], SystemClock().now()):
            raise Refusal("unknown", f"{person} is not in a team {name}.")
    click.echo(f"{person} is not in {name} any more.")


@click.group()
def role() -> None:
    """Who may do what, where nobody installed the app who could say so in the chat.

    Example: afterword role lead T0123456/U0456789
    """


@role.command("lead")
@click.argument("person")
@click.option("--platform", type=click.Choice(["local", "slack", "teams"]), default="slack", show_default=True)
@parts.DATABASE
def role_lead(person: str, platform: str, db: str) -> None:
    """Makes somebody the program's lead, who sets up teams in the chat; PERSON is tenant/user, ids of the platform.

    Example: afterword role lead T0123456/U0456789
    """
    from bot.turn import SystemClock

    tenant, _, user = person.partition("/")
    if not tenant or not user or "/" in user:
        raise click.BadParameter("it is tenant/user, such as T0123456/U0456789.", param_hint="PERSON")
    if platform == "slack" and not (_SLACK_TENANT.fullmatch(tenant) and _SLACK_USER.fullmatch(user)):
        why = "ids of Slack look like T0123456 (E… for an organization) and U0456789; in a profile: ⋮, Copy member ID."
        raise click.BadParameter(why, param_hint="PERSON")
    with parts.store(db, new=True) as store:
        store.set_lead(Who(platform=platform, tenant=tenant, user=user), SystemClock().now())
    click.echo(f"{person} leads the program now, and finds the set-up in the app's Home.")


@click.command()
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@parts.DATABASE
def erase(person: str, yes: bool, db: str) -> None:
    """Everything of a person goes, for good: words, settings, keys.

    Example: afterword erase north/ada
    """
    from bot.turn import SystemClock

    with parts.store(db) as store:
        who = _known(store, person)
        if not yes:
            click.confirm(f"Erase everything of {person}? This cannot be undone.", abort=True)
        store.erase(who, SystemClock().now())
        pending = store.erasure_pending
    click.echo(f"{person} is erased.")
    if pending:
        click.echo("Another process still holds deleted (and unreadable) bytes; they go when it lets go of them.")


@click.command()
@click.argument("person")
@click.option("--code", default="", help="The code that they got under “My data”; asked for where it is not given.")
@click.option("--format", "form", type=click.Choice(["json", "html"]), default="json", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, writable=True), help="A file, instead.")
@parts.DATABASE
def export(person: str, code: str, form: str, out: Path | None, db: str) -> None:
    """A copy of everything that is kept of a person, for them; it needs the code that they got in their chat.

    Example: afterword export north/ada --format html --out ada.html
    """
    from bot.copypage import bare
    from bot.links import made
    from bot.turn import SystemClock

    def handed_over(found: Everything) -> bool:
        copy = made(parts.library(), found, now)
        text = copy.json + "\n" if form == "json" else _page(copy)
        if out is None:
            click.echo(text, nl=False)
        else:
            _write_private(out, text)
        return True

    now = SystemClock().now()
    with parts.store(db) as store:
        who = _known(store, person)
        given = code or click.prompt("The code of that person", err=True)
        try:
            done = store.used("copy-code", bare(given), who, now, handed_over)
        except OSError as error:
            raise Refusal("out", f"{out} cannot be written: {error.strerror}. The code is as good as before.") from None
    if not done:
        raise Refusal(
            "code",
            "That code is not good: it is not this person's, was used, or is over. They get a new one under "
            "“My data”, “A copy of my data”; it holds for 15 minutes.",
        )
    if out is not None:
        click.echo(f"{out} is written, for nobody but you to read: give it to {person}, and delete it here.")


def _page(copy: Made) -> str:
    from adapters.web.drawing import Drawing

    return Drawing(parts.library()).copy(copy.page, copy.locale, copy.json)


def _write_private(out: Path, text: str) -> None:
    """With mode 0600, whatever was there before."""
    with open(os.open(out, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def _known(store: SqlStore, person: str) -> Who:
    """A person by tenant/user, or by the user alone where that is unique."""
    tenant, _, user = person.rpartition("/")
    found = [who for who, _ in store.people() if who.user == user and tenant in ("", who.tenant)]
    if not found:
        raise Refusal("unknown", f"Nobody is known as {person}; use tenant/user.")
    if len(found) > 1:
        raise Refusal("ambiguous", f"There are {len(found)} people called {person}; use tenant/user.")
    return found[0]


COMMANDS = (team, role, export, erase)
