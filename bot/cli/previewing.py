"""The preview, put together: a temporary store, one invented person, and the linter beside the talk."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from adapters.slack import proof as of_slack
from adapters.teams import proof as of_teams
from adapters.web.app import serve
from adapters.web.chat_log import ChatLog
from adapters.web.preview import Watched, build_preview
from bot.cli import parts
from bot.turn import Shell
from prompts.library import build, read_sources, stamp
from prompts.lint import home_of
from prompts.trying import tried
from storage.store import SqlStore


def watched(path: Path) -> Watched:
    """A script or a folder; of a script in a folder of prompts, the whole folder."""
    checks = tuple(proof.within_limits(lambda: build(read_sources())) for proof in (of_slack, of_teams))
    return Watched(partial(_stamp, path), partial(tried, path, checks))


def _stamp(path: Path) -> object:
    return stamp(path if path.is_dir() else home_of(path) or path)


async def preview(path: Path, store: SqlStore, port: int, locale: str, use: int) -> None:
    """Until it is stopped. Raises Refusal for a port in use."""
    chat_log = ChatLog()
    shell = Shell(parts.ours(), store, chat_log)
    runner = await serve(build_preview(shell, chat_log, watched(path), locale=locale, use=use), "127.0.0.1", port)
    click.echo(f"What you write in {path} is shown at http://127.0.0.1:{port}, and anew whenever you save.")
    click.echo("What you say there is kept nowhere. Stop it with Ctrl-C.")
    try:
        await parts.stopped()
    finally:
        await runner.cleanup()
        await shell.close()
