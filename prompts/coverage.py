"""Which themes each script can bring up, and which none does: `afterword lint --coverage`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from prompts.codebook import line_of
from prompts.library import HOME, Library, Sources
from prompts.resolve import Thresholds, meant, place, values_of
from prompts.script import Script, Step
from prompts.source import Fault, read_toml
from prompts.wiring import can_be_placed


@dataclass(frozen=True)
class Covered:
    """A theme with the steps, by script, on which a tap stands for it."""

    code: str
    label: str
    steps: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Group:
    """Rows of one kind; each has every script with the steps that stand for it, empty where there are none."""

    title: str
    rows: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def empty(self) -> tuple[str, ...]:
        return tuple(name for name, found in self.rows.items() if not any(found.values()))


def coverage(library: Library) -> tuple[Covered, ...]:
    """Every theme of the codebook, in its order; `steps` has every script, empty where it does not touch the theme."""
    return tuple(
        Covered(
            theme.code,
            theme.label,
            {slug: _touching(script.steps, theme.code) for slug, script in library.scripts.items()},
        )
        for theme in library.codebook.themes
    )


def _touching(steps: Iterable[Step], code: str) -> tuple[str, ...]:
    """A step whose answer is kept nowhere gives no theme."""
    kept = [step for step in steps if getattr(step, "keep", True)]
    return tuple(step.id for step in kept if any(code in choice.codes for choice in getattr(step, "choices", ())))


def unreached(sources: Sources, file: Path) -> Iterator[Fault]:
    """Themes of a codebook for which no tap stands. `file`: where it was read. Nothing where it or a script is somebody
    else's, or where a script cannot be followed, which is said elsewhere."""
    own = all(sources.owns(f"scripts/{name}") for name in sources.scripts)
    whole = all(can_be_placed(source, sources) for source in sources.scripts.values())
    unread = any(part.startswith(("scripts/", "blocks/", "codebook.toml/")) for part in sources.unread)
    if not sources.scripts or "codebook.toml" in sources.borrowed or unread or not (own and whole):
        return
    placed = [place(source, sources.blocks, sources.thresholds) for source in sources.scripts.values()]
    steps = [item.step for items in placed for item in items]
    text = file.read_text(encoding="utf-8")
    for theme in sources.codebook.themes:
        if not _touching(steps, theme.code):
            words = (
                f"no tap of any script stands for {theme.code} '{theme.label}', so hardly anybody is counted for it."
            )
            yield Fault("unreached-code", words, str(file), line_of(text, theme.code))


def beside(library: Library, file: Path = HOME / "coverage.toml") -> tuple[Group, ...]:
    """What `coverage.toml` asks for beside the codebook, with the steps at which a tap stands for it, by script."""
    _, data = read_toml(file)
    return tuple(
        Group(title, {name: _tapped(library, taps) for name, taps in rows.items()}) for title, rows in data.items()
    )


def _tapped(library: Library, taps: Sequence[str]) -> dict[str, tuple[str, ...]]:
    wanted = [tap.partition(".")[::2] for tap in taps]
    return {
        slug: tuple(step for step, choice in wanted if _offers(script, step, choice, library.thresholds))
        for slug, script in library.scripts.items()
    }


def _offers(script: Script, step_id: str, choice: str, thresholds: Thresholds) -> bool:
    """Whether the script asks this and offers that answer; a threshold must name some of what is offered."""
    step = next((one for one in script.steps if one.id == step_id), None)
    offered = values_of(step) if step else ()
    return any(value in offered for value in meant((choice,), offered, thresholds))


def as_json(library: Library) -> dict[str, object]:
    themes, groups = coverage(library), beside(library)
    return {
        "themes": [
            {
                "code": theme.code,
                "label": theme.label,
                "steps": {slug: list(steps) for slug, steps in theme.steps.items()},
            }
            for theme in themes
        ],
        "untouched": [theme.code for theme in themes if not any(theme.steps.values())],
        "beside": {group.title: {name: _where(found) for name, found in group.rows.items()} for group in groups},
        "empty": [f"{group.title}: {name}" for group in groups for name in group.empty],
    }


def _where(found: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {slug: list(steps) for slug, steps in found.items() if steps}


def as_text(library: Library) -> str:
    """A numbered column a script and a line a theme, then what `coverage.toml` asks for; last what nothing touches."""
    themes, groups = coverage(library), beside(library)
    rows = [(f"{theme.code} {theme.label}", theme.steps) for theme in themes]
    wide = max(
        (len(label) for label, _ in [*rows, *(row for group in groups for row in group.rows.items())]), default=0
    )
    lines = [f"{number:>3} {slug}" for number, slug in enumerate(library.scripts, 1)]
    lines += ["", _heading("Themes of the codebook", wide, len(lines)), *(_line(*row, wide) for row in rows)]
    for group in groups:
        lines += ["", group.title, *(_line(name, found, wide) for name, found in group.rows.items())]
    missed = [theme.code for theme in themes if not any(theme.steps.values())]
    missed += [f"{group.title}: {name}" for group in groups for name in group.empty]
    lines += ["", f"No script touches {', '.join(missed)}." if missed else "Every theme is touched by a script."]
    return "\n".join(lines)


def _heading(title: str, wide: int, scripts: int) -> str:
    return f"{title:{wide}} " + "".join(f"{number:>3}" for number in range(1, scripts + 1))


def _line(label: str, found: Mapping[str, tuple[str, ...]], wide: int) -> str:
    return f"{label:{wide}} " + "".join("  ●" if steps else "  ·" for steps in found.values())
