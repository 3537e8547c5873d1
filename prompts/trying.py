"""What somebody is writing, as it is now: all that the linter says of it, and what can be tried all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prompts.library import Library, Sources, build
from prompts.lint import Check, alone, home_of, in_order, lint, lone_faults, read_folder, reviewed
from prompts.source import Fault, ScriptError

#: After one of these there is no telling where a talk would go, or a line could not be said at all. With any other
#: error, such as a line that is not translated yet, it can be tried.
UNPLAYABLE: Final = frozenset(
    {
        "not-toml", "not-po", "schema", "duplicate-id", "reserved-id", "unknown-block", "nested-block", "unknown-card",
        "unknown-resource", "says-nothing", "end-leads-on", "unresolved-next", "impossible-condition",
        "cycle-without-exit", "never-ends", "too-many-paths", "placeholder-mismatch",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """`library` is None where it cannot be put together; `scripts`: slugs of what is being written, the one that was
    named first."""

    library: Library | None
    scripts: tuple[str, ...]
    faults: tuple[Fault, ...]


def tried(path: Path, checks: Sequence[Check] = (), *, review: bool = True) -> Tried:
    """A folder of prompts, a script in one, or a script that stands by itself. `review`: what a reviewer says is among
    its faults. Never raises."""
    home = path if path.is_dir() else home_of(path)
    if home is None:
        return _lone(path, checks, review)
    sources, unread = read_folder(home)
    told = (*unread, *lint(sources, home, checks))
    faults = in_order((*told, *(reviewed(sources, told) if review else ())))
    first = () if path.is_dir() else (path.stem,)
    return Tried(_put_together(sources, faults), tuple(_first(first, _own(sources))), faults)


def _lone(path: Path, checks: Sequence[Check], review: bool) -> Tried:
    try:
        source, sources = alone(path)
    except ScriptError as error:
        return Tried(None, (path.stem,), in_order(error.faults))
    told = tuple(lone_faults(source, sources, checks))
    faults = in_order((*told, *(reviewed(sources, told, source) if review else ())))
    return Tried(_put_together(sources, faults), (path.stem,), faults)


def _put_together(sources: Sources, faults: Sequence[Fault]) -> Library | None:
    if any(fault.severity == "error" and fault.rule in UNPLAYABLE for fault in faults):
        return None
    try:
        return build(sources)
    except ScriptError:
        return None


def _own(sources: Sources) -> Iterator[str]:
    yield from (slug for slug in sources.scripts if sources.owns(f"scripts/{slug}"))


def _first(first: Sequence[str], slugs: Iterator[str]) -> Iterator[str]:
    rest = list(slugs)
    yield from (slug for slug in first if slug in rest)
    yield from (slug for slug in rest if slug not in first)
