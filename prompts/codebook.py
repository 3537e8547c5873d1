"""The themes that a tap can stand for. Law: a theme comes from a tap; words only suggest one (`prompts.cues`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator

from prompts.cues import unreadable
from prompts.script import Code, Frozen, Line
from prompts.source import Fault, ScriptError, read_toml

Written = Annotated[str, Field(min_length=1, max_length=200)]


class Cues(Frozen):
    """By language, for whoever mends them; all are looked for in every text."""

    en: tuple[Written, ...] = ()
    es: tuple[Written, ...] = ()

    @field_validator("en", "es")
    @classmethod
    def _readable(cls, cues: tuple[str, ...]) -> tuple[str, ...]:
        for number, cue in enumerate(cues):
            if fault := unreadable(cue) or f"'{cue}' stands here twice; take one out" * (cue in cues[:number]):
                raise ValueError(fault)
        return cues


class Theme(Frozen):
    """`question`: what a supervisor can ask a whole team about it. `own`: only the writer can feel it, so that its cues
    need a first person."""

    code: Code
    label: Line
    definition: Line
    question: Line
    sensitive: bool = False  # needs more people before it is shown to anyone (DESIGN.md, section 8)
    own: bool = False
    cues: Cues = Cues()


class Codebook(Frozen):
    families: Mapping[str, Line]
    themes: tuple[Theme, ...]

    def theme(self, code: str) -> Theme:
        """Raises KeyError where there is none."""
        for theme in self.themes:
            if theme.code == code:
                return theme
        raise KeyError(code)

    def label(self, code: str) -> str:
        return next((theme.label for theme in self.themes if theme.code == code), code)

    @property
    def sensitive(self) -> frozenset[str]:
        return frozenset(theme.code for theme in self.themes if theme.sensitive)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(theme.code for theme in self.themes)


def line_of(text: str, code: str) -> int:
    """The line on which a theme's code stands; 1 where it stands nowhere."""
    found = re.compile(rf"^code\s*=\s*['\"]{re.escape(code)}['\"]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if found.match(line)), 1)


def _line(text: str, loc: tuple[int | str, ...]) -> int:
    """The line on which the theme begins that a fault is in; 1 for one in none."""
    number = loc[1] if len(loc) > 1 and loc[0] == "themes" else None
    begins = [line for line, written in enumerate(text.splitlines(), 1) if written.strip().startswith("[[themes]]")]
    return begins[number] if isinstance(number, int) and number < len(begins) else 1


def read_codebook(path: Path) -> Codebook:
    """`codebook.toml`: `[families]` and one `[[themes]]` a code. Codes are unique and belong to a family."""
    text, data = read_toml(path)
    try:
        book = Codebook.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ScriptError([Fault("schema", f"{key}: {first['msg']}.", str(path), _line(text, first["loc"]))]) from None
    codes = [theme.code for theme in book.themes]
    faults = [
        Fault("duplicate-id", f"the code {code} stands here twice; codes are unique.", str(path))
        for code in sorted({code for code in codes if codes.count(code) > 1})
    ]
    faults += [
        Fault("unknown-code", f"{code} belongs to no family; [families] has {', '.join(book.families)}.", str(path))
        for code in codes
        if code[0] not in book.families
    ]
    if faults:
        raise ScriptError(faults)
    return book
