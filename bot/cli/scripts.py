"""Commands for those who write scripts: check them, and walk every path of them."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import parts
from bot.config import own_prompts

if TYPE_CHECKING:
    from prompts.library import Library


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--coverage", is_flag=True, help="Which themes the scripts touch, instead.")
def lint(paths: tuple[Path, ...], form: str, coverage: bool) -> None:
    """Checks scripts, cards, codebook and translations; exit code 1 on an error.

    Example: afterword lint prompts/scripts/quick-visit.toml
    """
    from adapters.slack import proof as of_slack
    from adapters.teams import proof as of_teams
    from prompts import coverage as covering
    from prompts.library import HOME, build, read_sources
    from prompts.lint import lint_paths

    if coverage:
        library = parts.library()
        as_json = json.dumps(covering.as_json(library), ensure_ascii=False, indent=2)
        click.echo(as_json if form == "json" else covering.as_text(library))
        return
    ours = not paths or any(HOME in (path.resolve(), *path.resolve().parents) for path in paths)
    checks = tuple(proof.within_limits(lambda: build(read_sources()), bot=ours) for proof in (of_slack, of_teams))
    own = None if paths else own_prompts(os.environ)
    faults = lint_paths((HOME, own) if own else paths, checks)
    if form == "json":
        click.echo(json.dumps([asdict(fault) for fault in faults], ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            click.echo(str(fault))
        number = Counter(fault.severity for fault in faults)
        told = f"Errors: {number['error']}. Warnings: {number['warning']}. Hints: {number['hint']}."
        click.echo(told if faults else "No faults found.")
    if any(fault.severity == "error" for fault in faults):
        sys.exit(1)


@click.command()
@click.argument("script")
@click.option("--use", default=2, show_default=True, type=click.IntRange(1), help="The how-manieth time it is used.")
@click.option("--graph", type=click.Choice(["mermaid"]), help="The script as a graph instead.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def walk(script: str, use: int, graph: str | None, form: str) -> None:
    """Every path through a script: number, shortest, longest, minutes, taps, screens.

    Example: afterword walk quick-visit --format json
    """
    from prompts import walk as walking

    library, slug = with_script(script)
    named = library.scripts[slug]
    if graph:
        click.echo(walking.mermaid(named))
    elif form == "json":
        click.echo(json.dumps(walking.as_json(named, use), ensure_ascii=False, indent=2))
    else:
        click.echo(walking.as_text(named, use))


def with_script(name: str) -> tuple[Library, str]:
    """Everything that can be said where a script is, and what it is called: one of ours by its name, or one in a file,
    with its folder over ours where it stands in one."""
    from prompts.source import ScriptError
    from prompts.trying import tried

    if name.endswith(".toml"):
        file = Path(name)
        found = tried(file, review=False)
        if found.library is None:
            raise ScriptError([fault for fault in found.faults if fault.severity == "error"])
        return found.library, file.stem
    library = parts.library()
    if name not in library.scripts:
        raise click.BadParameter(f"there is {', '.join(library.scripts)}, or a path to a .toml file.")
    return library, name


COMMANDS = (lint, walk)
