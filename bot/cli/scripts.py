"""Commands for those who write scripts: check them, and walk every path of them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from prompts.script import Script


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
    from prompts.library import build, read_sources
    from prompts.lint import checked_library, lint_paths

    if coverage:
        library = checked_library()
        as_json = json.dumps(covering.as_json(library), ensure_ascii=False, indent=2)
        click.echo(as_json if form == "json" else covering.as_text(library))
        return
    checks = tuple(proof.within_limits(lambda: build(read_sources())) for proof in (of_slack, of_teams))
    faults = lint_paths(paths, checks)
    if form == "json":
        click.echo(json.dumps([asdict(fault) for fault in faults], ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            click.echo(str(fault))
        errors = sum(fault.severity == "error" for fault in faults)
        click.echo(f"Errors: {errors}. Warnings: {len(faults) - errors}." if faults else "No faults found.")
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

    named = found(script)
    if graph:
        click.echo(walking.mermaid(named))
    elif form == "json":
        click.echo(json.dumps(walking.as_json(named, use), ensure_ascii=False, indent=2))
    else:
        click.echo(walking.as_text(named, use))


def found(name: str) -> Script:
    """A script of ours by its name, or one in a file."""
    from prompts.lint import checked_library, lone_script

    if name.endswith(".toml"):
        return lone_script(Path(name))
    library = checked_library()
    if name not in library.scripts:
        raise click.BadParameter(f"there is {', '.join(library.scripts)}, or a path to a .toml file.")
    return library.scripts[name]


COMMANDS = (lint, walk)
