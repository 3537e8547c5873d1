"""Reads what authors write, and keeps the line of everything, so that a fault can be named by file, step and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from prompts.script import Card, EndStep, Frozen, Id, InfoStep, Line, Step, Value

#: A script is a few kilobytes; reading far more would only slow down whoever opens the wrong file.
MOST_BYTES = 500_000

_STEP: TypeAdapter[Step] = TypeAdapter(Step)
_ID: TypeAdapter[str] = TypeAdapter(Id)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place. `rule` names a page of `docs/lint.md`."""

    rule: str
    words: str
    file: str
    line: int = 1
    step: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" + (f" step '{self.step}'" if self.step else "")
        return f"{where}: {self.severity} {self.rule}: {self.words}"


class ScriptError(Exception):
    """What an author wrote cannot be used; `faults` says what, where and what to do."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class Use(Frozen):
    """Stands for the steps of a block. `when` is added to each of them; `next` is where the block's end leads."""

    use: Id
    next: Id | None = None
    when: Mapping[str, tuple[Value, ...]] = Field(default_factory=dict)


class ScriptHead(Frozen):
    title: Line
    summary: Line
    minutes: Annotated[int, Field(gt=0, le=30)]
    retention_days: Annotated[int, Field(ge=0, le=365)] | None = None
    aliases: tuple[str, ...] = ()


class BlockHead(Frozen):
    about: Line


@dataclass(frozen=True)
class Source:
    """A script or a block as written: `lines[i]` is the line on which `steps[i]` begins."""

    file: str
    name: str
    head: ScriptHead | BlockHead
    steps: tuple[Step | Use, ...]
    lines: tuple[int, ...]
    text: str = field(default="", repr=False)

    def line_with(self, pattern: str, start: int = 1) -> int:
        """The first line from `start` on, before the next step begins, in which `pattern` is found; else `start`."""
        stop = next((line for line in self.lines if line > start), None)
        written = self.text.splitlines()[start - 1 : stop and stop - 1]
        found = re.compile(pattern)
        return next((number for number, line in enumerate(written, start) if found.search(line)), start)

    def line_of(self, step_id: str) -> int:
        for step, line in zip(self.steps, self.lines, strict=True):
            if getattr(step, "id", None) == step_id or getattr(step, "use", None) == step_id:
                return line
        return 1


def read_script(path: Path) -> Source:
    return _read(path, ScriptHead)


def read_block(path: Path) -> Source:
    return _read(path, BlockHead)


def read_card(path: Path) -> Card:
    text, data = read_toml(path)
    faults = [] if (fault := _name_fault(path)) is None else [fault]
    try:
        card = Card.model_validate(data)
    except ValidationError as error:
        raise ScriptError(faults + _schema_faults(error, path, text, ())) from None
    if faults:
        raise ScriptError(faults)
    return card


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and its data; a `ScriptError` with rule `not-toml` where it is neither text nor TOML."""
    try:
        if path.stat().st_size > MOST_BYTES:
            words = f"this file has more than {MOST_BYTES // 1000} kB, which no script needs; split it."
            raise ScriptError([Fault("not-toml", words, str(path))])
        text = path.read_text(encoding="utf-8-sig")  # with the mark that some editors on Windows put in front
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        words = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise ScriptError([Fault("not-toml", f"{words}.", str(path), line)]) from None
    except UnicodeDecodeError:
        raise ScriptError([Fault("not-toml", "this file is not UTF-8 text; save it as UTF-8.", str(path))]) from None
    except RecursionError:
        words = "the brackets in this file are nested too deep; a script needs three levels at most."
        raise ScriptError([Fault("not-toml", words, str(path))]) from None
    except (OSError, ValueError) as error:
        words = f"this file cannot be read ({getattr(error, 'strerror', error)}); check the path."
        raise ScriptError([Fault("not-toml", words, str(path))]) from None


def _read(path: Path, head_model: type[ScriptHead] | type[BlockHead]) -> Source:
    text, data = read_toml(path)
    raw_steps = data.pop("steps", [])
    faults: list[Fault] = [] if (fault := _name_fault(path)) is None else [fault]
    head: ScriptHead | BlockHead | None = None
    try:
        head = head_model.model_validate(data)
    except ValidationError as error:
        faults += _schema_faults(error, path, text, ())
    steps: list[Step | Use] = []
    if not isinstance(raw_steps, list) or not raw_steps:
        faults.append(Fault("schema", "there are no steps; write at least one [[steps]].", str(path)))
        raw_steps = []
    for index, raw in enumerate(raw_steps):
        try:
            steps.append(_read_step(raw))
        except ValidationError as error:
            step = raw.get("id", raw.get("use", "")) if isinstance(raw, dict) else ""
            faults += _schema_faults(error, path, text, ("steps", index), str(step))
    if faults or head is None:
        raise ScriptError(faults)
    lines = tuple(find_line(text, ("steps", index)) for index in range(len(steps)))
    return Source(str(path), path.stem, head, tuple(steps), lines, text)


def _read_step(raw: object) -> Step | Use:
    if isinstance(raw, dict) and "use" in raw:
        return Use.model_validate(raw)
    return _STEP.validate_python(raw)


def _name_fault(path: Path) -> Fault | None:
    try:
        _ID.validate_python(path.stem)
    except ValidationError:
        words = f"'{path.stem}' cannot be a name; use small letters, digits and '-', beginning with a letter."
        return Fault("schema", words, str(path))
    return None


def _schema_faults(
    error: ValidationError, path: Path, text: str, prefix: tuple[str | int, ...], step: str = ""
) -> list[Fault]:
    faults = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        loc = tuple(part for part in problem["loc"] if part not in STEP_TYPES)
        key = ".".join(str(part) for part in loc)
        message = problem["msg"].removesuffix(".")
        known = "this key is not part of the language" if problem["type"] == "extra_forbidden" else message
        words = f"{key}: {known}." if key else f"{known}."
        faults.append(Fault("schema", words, str(path), find_line(text, prefix + loc), step))
    return faults


STEP_TYPES = frozenset({"info", "free", "choice", "multi", "scale", "end"})

_TABLE = re.compile(r"^\s*\[\[([\w.-]+)\]\]\s*(?:#.*)?$")


def find_line(text: str, loc: Sequence[str | int]) -> int:
    """The line (from 1) of a place in a TOML text, given as keys and indexes: as near as the text lets us come."""
    wanted = _tables_on_the_way(loc)
    counts: dict[str, int] = {}
    found, depth = 1, 0
    key = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            name = header[1]
            if depth == len(wanted):
                return found
            counts = {seen: count for seen, count in counts.items() if not seen.startswith(f"{name}.")}
            counts[name] = counts.get(name, -1) + 1
            if wanted[depth] == (name, counts[name]):
                found, depth = number, depth + 1
        elif depth == len(wanted) and key and re.match(rf"\s*{re.escape(key)}\s*[=.]", line):
            return number
    return found


def _tables_on_the_way(loc: Sequence[str | int]) -> list[tuple[str, int]]:
    tables, name = [], ""
    for part in loc:
        if isinstance(part, str):
            name = f"{name}.{part}" if name else part
        else:
            tables.append((name, part))
    return [table for table in tables if table[0] in {"steps", "steps.choices"}]


__all__ = [
    "BlockHead", "EndStep", "Fault", "InfoStep", "ScriptError", "ScriptHead", "Source", "Use",
    "find_line", "read_block", "read_card", "read_script", "read_toml",
]  # fmt: skip
