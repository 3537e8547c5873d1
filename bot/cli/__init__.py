"""The command line: `afterword` and its commands. With its modules, the one place that knows every part."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from bot import logs
from bot.cli import authoring, hiding, operating, reporting, scripts, talking, teams, times, translating
from bot.ports import Refusal
from prompts.source import ScriptError


class Commands(click.Group):
    """Says what went wrong in one line: exit code 2 for bad use, 1 for a problem that was found."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            for fault in getattr(refusal, "faults", ()):
                click.echo(str(fault), err=True)
            click.echo(f"afterword: {refusal.words}", err=True)
            ctx.exit(2)
        except ScriptError as error:
            for fault in error.faults:
                click.echo(str(fault), err=True)
            ctx.exit(1)
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (whoever read us has gone)
            ctx.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="afterword")
def main() -> None:
    """Afterword: a few quiet minutes after the visit.

    Example: afterword demo

    \b
    To look around:       afterword demo, afterword chat quick-visit --lang es
    To write a script:    afterword new first-words, then preview, lint, walk,
                          translations and replay --check (docs/scripts.md)
    To run it for a team: afterword serve, manifest, doctor, keys (docs/)
    """
    logs.configure()


_ALL = (talking, authoring, scripts, translating, hiding, teams, reporting, times, operating)
for command in (command for module in _ALL for command in module.COMMANDS):
    main.add_command(command)
