"""Reads what authors write, and keeps the line of everything, so that a fault can be named by file, step and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from prompts.script import Because, Card, Ending, EndStep, Frozen, Id, InfoStep, Line, Moment, Step, Value

#: A script is a few kilobytes; reading far more would only slow down whoever opens the wrong file.
MOST_BYTES = 500_000

_STEP: TypeAdapter[Step] = TypeAdapter(Step, config=ConfigDict(hide_input_in_errors=True))
_ID: TypeAdapter[str] = TypeAdapter(Id, config=ConfigDict(hide_input_in_errors=True))


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
    moments: tuple[Moment, ...] = ()
    weeks: Annotated[int, Field(ge=2, le=52)] | None = None
    ending: Ending = "usual"
    screens: Annotated[int, Field(ge=1, le=60)] | None = None  # budgets of a returning person
    taps: Annotated[int, Field(ge=1, le=120)] | None = None
    gate: Literal["anytime"] | None = None  # no case comes up in it: the safety question is no step of it
    because: Because = Field(default_factory=dict)


#: Keys that are for the linter alone, and no part of what a session is pinned to.
FOR_AUTHORS = frozenset({"screens", "taps", "gate", "because"})


class BlockHead(Frozen):
    about: Line
    because: Because = Field(default_factory=dict)


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
        reason = re.sub(r"\s*\(at .*\)$", "", str(error))
        words = f"this is not TOML from here on ({reason}); is a quote or a bracket missing, or a quote curly (“ ”)?"
        raise ScriptError([Fault("not-toml", words, str(path), line)]) from None
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
    problems = error.errors(include_url=False, include_input=False)
    for problem in problems:
        if problem["type"] == "too_short" and any(_inside(other["loc"], problem["loc"]) for other in problems):
            continue  # a list is also called too short where one of its items is wrong
        loc = tuple(part for part in problem["loc"] if part not in STEP_TYPES)
        loc += ("type",) if problem["type"].startswith("union_tag") else ()
        key = ".".join(str(part) for part in loc)
        words = f"{key}: {_problem(problem)}." if key else f"{_problem(problem)}."
        faults.append(Fault("schema", words, str(path), find_line(text, prefix + loc), step))
    return faults


def _inside(loc: tuple[str | int, ...], outer: tuple[str | int, ...]) -> bool:
    return len(loc) > len(outer) and loc[: len(outer)] == outer


_PROBLEMS: Mapping[str, str] = {
    "extra_forbidden": "this key is not part of the language",
    "missing": "this key is missing",
    "too_short": "there are too few, at least {min_length} are needed",
    "too_long": "there are too many, at most {max_length} are allowed",
    "string_type": "this must be a text in quotes",
    "string_too_short": "this text is empty",
    "string_too_long": "this text is too long, at most {max_length} characters are allowed",
    "string_pattern_mismatch": "this is not written as a name of its kind, which is {pattern}",
    "literal_error": "this must be {expected}",
    "bool_type": "this must be true or false",
    "tuple_type": "this must be a list in square brackets",
    "union_tag_invalid": "there is no such type of step, there are {expected_tags}",
    "union_tag_not_found": "a step needs one of info, free, choice, multi, scale, end",
    "model_attributes_type": "this must be a table of keys; a step is written under [[steps]]",
    "model_type": "this must be a table of keys",
    "dict_type": 'this must be a table, such as {{ pull = ["hurry"] }}',
    "none_required": "this key is not part of the language yet",
}


def _problem(problem: ErrorDetails) -> str:
    words = _PROBLEMS.get(problem["type"], problem["msg"].removesuffix(".").lower())
    return words.format_map(problem.get("ctx", {})) if problem["type"] in _PROBLEMS else words


STEP_TYPES = frozenset({"info", "free", "choice", "multi", "scale", "end"})

_TABLE = re.compile(r"^\s*\[\[([\w.-]+)\]\]\s*(?:#.*)?$")


def find_line(text: str, loc: Sequence[str | int]) -> int:
    """The line (from 1) of a place in a TOML text, given as keys and indexes: as near as the text lets us come."""
    lines = text.splitlines()
    found, stop, rest = _table(lines, loc)
    for part in rest:
        if isinstance(part, str):
            key = re.compile(rf"(?:^|[{{,\[])\s*['\"]?{re.escape(part)}['\"]?\s*[=.]")
            found = next((number for number in range(found, stop) if key.search(lines[number - 1])), found)
        else:
            found = _inline(lines, found, stop, part)
    return found


def _table(lines: Sequence[str], loc: Sequence[str | int]) -> tuple[int, int, Sequence[str | int]]:
    """The line of the innermost [[table]] on the way to a place, the line after it, and the rest of the way."""
    counts: dict[str, int] = {}
    found, depth, stop = 1, 0, len(lines) + 1
    wanted = _tables_on_the_way(loc)
    for number, line in enumerate(lines, start=1):
        if not (header := _TABLE.match(line)):
            continue
        name = header[1]
        counts = {seen: count for seen, count in counts.items() if not seen.startswith(f"{name}.")}
        counts[name] = counts.get(name, -1) + 1
        if depth < len(wanted) and wanted[depth] == (name, counts[name]):
            found, depth = number, depth + 1
        elif depth == len(wanted) or (depth and wanted[depth - 1][0] == name):
            stop = number
            break
    return found, stop, loc[2 * depth :]


def _tables_on_the_way(loc: Sequence[str | int]) -> list[tuple[str, int]]:
    """A [[table]] is a key and an index: ("steps", 2, "choices", 0) is the first [[steps.choices]] of a step."""
    tables, name = [], ""
    for key, index in zip(loc[::2], loc[1::2], strict=False):
        if not isinstance(key, str) or not isinstance(index, int):
            break
        name = f"{name}.{key}" if name else key
        tables.append((name, index))
    return tables


def _inline(lines: Sequence[str], start: int, stop: int, index: int) -> int:
    """The line of one of several { inline tables }."""
    seen = 0
    for number in range(start, stop):
        seen += lines[number - 1].split("#", 1)[0].count("{")
        if seen > index:
            return number
    return start


__all__ = [
    "BlockHead", "EndStep", "Fault", "InfoStep", "ScriptError", "ScriptHead", "Source", "Use",
    "find_line", "read_block", "read_card", "read_script", "read_toml",
]  # fmt: skip
