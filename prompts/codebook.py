"""The themes that a tap can stand for. Law: a theme comes from a tap; nothing is read out of what a person writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from prompts.script import Code, Frozen, Line
from prompts.source import Fault, ScriptError, read_toml


class Theme(Frozen):
    code: Code
    label: Line
    definition: Line
    sensitive: bool = False  # needs more people before it is shown to anyone (DESIGN.md, section 8)


class Codebook(Frozen):
    families: Mapping[str, Line]
    themes: tuple[Theme, ...]

    def label(self, code: str) -> str:
        return next((theme.label for theme in self.themes if theme.code == code), code)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(theme.code for theme in self.themes)


def read_codebook(path: Path) -> Codebook:
    """`codebook.toml`: `[families]` and one `[[themes]]` a code. Codes are unique and belong to a family."""
    _, data = read_toml(path)
    try:
        book = Codebook.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ScriptError([Fault("schema", f"{key}: {first['msg']}.", str(path))]) from None
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
