"""Which themes each script can bring up, and which none does: `afterword lint --coverage`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prompts.library import Library
from prompts.script import Script


@dataclass(frozen=True)
class Covered:
    """A theme with the steps, by script, on which a tap stands for it."""

    code: str
    label: str
    steps: Mapping[str, tuple[str, ...]]


def coverage(library: Library) -> tuple[Covered, ...]:
    """Every theme of the codebook, in its order; `steps` has every script, empty where it does not touch the theme."""
    return tuple(
        Covered(
            theme.code, theme.label, {slug: _touching(script, theme.code) for slug, script in library.scripts.items()}
        )
        for theme in library.codebook.themes
    )


def _touching(script: Script, code: str) -> tuple[str, ...]:
    """A step whose answer is kept nowhere gives no theme."""
    kept = [step for step in script.steps if getattr(step, "keep", True)]
    return tuple(step.id for step in kept if any(code in choice.codes for choice in getattr(step, "choices", ())))


def as_json(library: Library) -> dict[str, object]:
    themes = coverage(library)
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
    }


def as_text(library: Library) -> str:
    """A line a theme, a column a script; then the themes that no script touches."""
    themes = coverage(library)
    wide = max((len(f"{theme.code} {theme.label}") for theme in themes), default=0)
    lines = [" " * wide + "  " + "  ".join(library.scripts)]
    for theme in themes:
        cells = [(", ".join(steps) or "·").ljust(len(slug)) for slug, steps in theme.steps.items()]
        lines.append(f"{f'{theme.code} {theme.label}':{wide}}  {'  '.join(cells)}".rstrip())
    missed = [theme.code for theme in themes if not any(theme.steps.values())]
    lines += ["", f"No script touches {', '.join(missed)}." if missed else "Every theme is touched by a script."]
    return "\n".join(lines)
