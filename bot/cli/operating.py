"""Commands for whoever runs an installation: schema, keys, and a check of the whole set-up."""

from __future__ import annotations

import os
import sys

import click

from bot.cli import parts
from bot.config import Server, existing, server, settings
from bot.ports import Refusal

#: What `serve` says where no platform is set up.
BEGIN = (
    "No chat platform is set up. The shortest way to one: make a Slack app from what "
    "`afterword manifest slack --socket` prints, set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, and start again "
    "(docs/slack.md). To look around without any: afterword demo."
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

    parts.run(serving.serve(chosen, store, parts.library(), parts.stopped, click.echo))


def _on(chosen: Server) -> bool:
    return chosen.slack is not None


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
@parts.DATABASE
def doctor(db: str) -> None:
    """A check of the whole set-up, with what to do; exit code 1 where something is wrong.

    Example: afterword doctor
    """
    from bot.doctor import checks
    from bot.turn import SystemClock

    wrong, today = 0, SystemClock().now().date()
    for name, finding in checks(
        lambda: settings(os.environ, db), lambda given: parts.opened(existing(given), make=False), today
    ):
        wrong += not finding.fine
        click.echo(f"{'ok   ' if finding.fine else 'FAULT'}  {name}: {finding.words}")
    if wrong:
        sys.exit(1)


COMMANDS = (serve, migrate, keys, doctor)
