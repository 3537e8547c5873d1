"""Commands for whoever runs an installation: schema, keys, and a check of the whole set-up."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import parts
from bot.config import Server, existing, public_url, server, settings
from bot.ports import Refusal

if TYPE_CHECKING:
    from bot.doctor import Finding

#: What `serve` says where no platform is set up.
BEGIN = (
    "No chat platform is set up. The shortest way to Slack: make an app from what `afterword manifest slack --socket` "
    "prints, set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, and start again (docs/slack.md). The shortest way to Teams, with "
    "no account: AFTERWORD_TEAMS_ANONYMOUS=1 and the Agents Playground (docs/teams.md). To look around without any: "
    "afterword demo."
)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Where to listen; 3978 unless AFTERWORD_PORT says more.")
@click.option("--host", default="", help="127.0.0.1 unless AFTERWORD_HOST says more.")
@parts.DATABASE
def serve(port: int | None, host: str, db: str) -> None:
    """The server for chat platforms, from the environment. It needs a keyring.

    Example: AFTERWORD_KEY_FILE=afterword.key afterword serve --port 3978
    """
    chosen = server(os.environ, host=host, port=port or 0)
    if not _on(chosen):
        raise Refusal("no-platform", BEGIN)
    given = settings(os.environ, db)
    store = parts.opened(given, make=False)
    from bot.cli import serving

    _without_core_dumps()
    parts.run(serving.serve(chosen, store, parts.library(), parts.stopped, click.echo))


def _without_core_dumps() -> None:
    """A process that dies leaves nothing of its memory on the disk, where the system can be told so (Unix)."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _on(chosen: Server) -> bool:
    return chosen.slack is not None or chosen.teams is not None


@click.group()
def manifest() -> None:
    """The app as a chat platform is told of it.

    Example: afterword manifest slack --socket
    """


@manifest.command("slack")
@click.option("--socket", is_flag=True, help="By Socket Mode, for one workspace: it needs no address of ours.")
@click.option("--url", default="", help="Our https address, where AFTERWORD_PUBLIC_URL does not say it.")
@click.option("--one", is_flag=True, help="For one workspace over HTTP, with a token that does not expire.")
@click.option("--strict", is_flag=True, help="Nobody can type to the bot, which then may not read that chat either.")
@click.option("--lang", default="en", show_default=True, help="The language of what Slack shows of the app.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, writable=True), help="A file, instead.")
def manifest_slack(socket: bool, url: str, one: bool, strict: bool, lang: str, out: Path | None) -> None:
    """A Slack app's manifest (JSON), to be pasted at api.slack.com/apps.

    Example: afterword manifest slack --url https://afterword.example.org --out slack.json
    """
    from adapters.slack.manifest import manifest

    library = parts.library()
    if lang not in library.locales:
        raise click.BadParameter(f"there is {', '.join(library.locales)}.", param_hint="--lang")
    address = public_url(url or os.environ.get("AFTERWORD_PUBLIC_URL", "").strip())
    if not address and not socket:
        raise Refusal("public-url", "Slack needs an https address of ours: give --url, or --socket for a first try.")
    made = manifest(partial(library.word, lang), address, strict=strict, socket=socket, one=one)
    text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal("out", f"{out} cannot be written: {error.strerror}.") from None


@manifest.command("teams")
@click.option("--app-id", default="", metavar="ID", help="The bot's registration; MICROSOFT_APP_ID unless given.")
@click.option(
    "--url",
    default="",
    help="An https page of whoever runs it, which people can open: Teams links to it as the app's website, privacy and "
    "terms; AFTERWORD_PUBLIC_URL unless given.",
)
@click.option("--name", default="", help="Who runs it, as Teams shows that: at most 32 characters.")
@click.option(
    "--strict",
    is_flag=True,
    help="Nobody can type to the bot: Teams shows no box for it and no menu of commands; its cards can be tapped.",
)
@click.option("--version", default="", metavar="X.Y.Z", help="A higher one, where Teams has this version already.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    default="afterword-teams.zip",
    show_default=True,
    help="The file.",
)
def manifest_teams(app_id: str, url: str, name: str, strict: bool, version: str, out: Path) -> None:
    """A Teams app's package (zip), to be uploaded as a custom app.

    With --strict set refuse_typed = true in afterword.toml as well: a quick reply to a notification on the desktop may
    still come through.

    Example: afterword manifest teams --url https://first-steps.example.org --name "First Steps"
    """
    from importlib.metadata import version as installed

    from adapters.teams.manifest import checked, package, three_numbers

    app = checked(
        app_id.strip() or os.environ.get("MICROSOFT_APP_ID", "").strip(),
        url.strip(),
        os.environ.get("AFTERWORD_PUBLIC_URL", "").strip(),
        name.strip(),
        version.strip() or three_numbers(installed("afterword")),
        strict=strict,
    )
    library = parts.library()
    made = package({lang: partial(library.word, lang) for lang in library.locales}, app)
    try:
        out.write_bytes(made)
    except OSError as error:
        raise Refusal("out", f"{out} cannot be written: {error.strerror}.") from None
    click.echo(f"{out} is written. Now upload it in Teams as a custom app (docs/teams.md).")


@click.command()
@parts.DATABASE
def migrate(db: str) -> None:
    """Brings both databases to the newest schema.

    Example: afterword migrate --db postgresql://127.0.0.1/afterword
    """
    from storage.store import migrate as bring

    given = settings(os.environ, db)
    bring(given.database_url, given.keys_url)
    click.echo("Both databases are at the newest version.")


@click.group()
def keys() -> None:
    """The keyring.

    Example: afterword keys new
    """


@keys.command("new")
def keys_new() -> None:
    """Prints a new key, to be put on the first line of the key file.

    Example: (umask 077; afterword keys new > afterword.key)
    """
    from storage.keyring import new_key

    click.echo(new_key())


@keys.command("rotate")
@parts.DATABASE
def keys_rotate(db: str) -> None:
    """Wraps every key with the newest of the ring, once every running process has read it.

    Example: AFTERWORD_KEY_FILE=afterword.key afterword keys rotate
    """
    from storage.rotation import rotate
    from storage.store import open_keys

    given = settings(os.environ, db)
    store = open_keys(existing(given).keys_url, parts.ring(given, make=False))
    try:
        count = rotate(store)
    finally:
        store.close()
    click.echo(f"{count} keys wrapped again." if count else "Everything is under the newest key already.")


@click.command()
@click.option("--online", is_flag=True, help="Also asks each platform whether its tokens work.")
@parts.DATABASE
def doctor(online: bool, db: str) -> None:
    """A check of the whole set-up, with what to do; exit code 1 where something is wrong.

    Example: afterword doctor --online
    """
    from bot.doctor import checks, platforms
    from bot.turn import SystemClock

    wrong, today = 0, SystemClock().now().date()
    for name, finding in chain(
        checks(lambda: settings(os.environ, db), lambda given: parts.opened(existing(given), make=False), today),
        platforms(lambda: server(os.environ), _asker() if online else None),
    ):
        wrong += not finding.fine
        click.echo(f"{'ok   ' if finding.fine else 'FAULT'}  {name}: {finding.words}")
    if wrong:
        sys.exit(1)


def _asker() -> Callable[[Server], Iterable[tuple[str, Finding]]]:
    """Asks each platform that is set up."""
    from adapters.slack import checking as of_slack
    from adapters.teams import checking as of_teams

    def ask(given: Server) -> Iterable[tuple[str, Finding]]:
        slack = of_slack.check(given.slack) if given.slack else ()
        return (*slack, *(of_teams.check(given.teams) if given.teams else ()))

    return ask


COMMANDS = (serve, manifest, migrate, keys, doctor)
