"""Reading, checking and walking the whole library of scripts, against merely parsing the same files, in one run.

Example: python benchmarks/library.py --quick
"""

from __future__ import annotations

import argparse
import statistics
import time
import tomllib
from collections.abc import Callable

from babel.messages.pofile import read_po

from adapters.slack import proof as of_slack
from adapters.teams import proof as of_teams
from prompts.library import HOME, build, read_sources
from prompts.lint import lint_paths
from prompts.walk import walk

ROUNDS, QUICK = 7, 3
#: Seconds of CPU for lint and walk.
AIM = 2.0
USES = (1, 2, 4, 12)


def parsed() -> None:
    """The least that anybody has to do: TOML and PO, and nothing of what they say."""
    for path in HOME.rglob("*.toml"):
        tomllib.loads(path.read_text(encoding="utf-8"))
    for path in HOME.rglob("*.po"):
        with path.open("rb") as file:
            read_po(file)


def started() -> None:
    """What every process does before it answers anybody."""
    build(read_sources())


def checked() -> None:
    """Everything `afterword lint` says by itself, the reviewer's eye in every language included."""
    lint_paths((HOME,))


def walked() -> None:
    """Every path of every script, for a first, a second, a fourth and a twelfth use."""
    for script in build(read_sources()).scripts.values():
        for use in USES:
            walk(script, use, listed=0)


def drawn() -> None:
    """Beside that, every screen as Slack and as Teams would show it."""
    checks = tuple(proof.within_limits(lambda: build(read_sources())) for proof in (of_slack, of_teams))
    lint_paths((HOME,), checks)


WORK: dict[str, Callable[[], None]] = {
    "parsed alone": parsed, "read, as at every start": started, "lint": checked, "walk": walked,
    "lint, with Slack's and Teams' limits": drawn,
}  # fmt: skip


def seconds(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = QUICK if parser.parse_args().quick else ROUNDS
    for work in WORK.values():
        work()  # once before: what is imported and compiled is not measured
    taken: dict[str, list[float]] = {name: [] for name in WORK}
    for _ in range(rounds):
        for name, work in WORK.items():
            taken[name].append(seconds(work))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    least = medians["parsed alone"]
    for name, median in medians.items():
        print(f"{name:38} {median:6.2f} s of CPU, {median / least:5.1f} times parsing")
    print(f"lint and walk: {medians['lint'] + medians['walk']:.2f} s (aim {AIM:g} s)")


if __name__ == "__main__":
    main()
