"""What is logged. Law: only fields on a list, with values on a list; never a sentence that others composed.

An exception's words may hold what somebody wrote, so of an exception stand here its class and the lines of our own code
that it came through, and the same of those behind it. What other libraries log is a line that they did, and no more.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import sys
import threading
from collections.abc import Coroutine, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final, TypeVar

#: Everything that may stand in a line beside its time, level and logger. `request`: which lines belong together, a
#: random word of one request; `kind`: a class; `where`, `through`: lines of our code; `behind`: classes.
FIELDS: Final = (
    "event", "request", "kind", "where", "through", "behind", "rule", "platform", "outcome", "status", "milliseconds",
    "count",
)  # fmt: skip
#: Words that any line may hold; the others are named where they are used.
PLATFORMS: Final = ("slack", "teams", "local")
#: A count is told as the highest of these that it reaches.
BANDS: Final = (0, 1, 10, 100, 1000)
#: So many of our lines, and so many exceptions behind one.
MOST: Final = 8

_HOME = Path(__file__).parent.parent
_OURS = frozenset({"adapters", "bot", "prompts", "scheduler", "storage"})
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,59}")
_LEVELS = ((50, "critical"), (40, "error"), (30, "warning"), (20, "info"))

_request: ContextVar[str] = ContextVar("request", default="")
T = TypeVar("T")


class Listed(dict[str, object]):
    """Fields that went over the list; nobody else makes one."""


class Log:
    """Where lines of ours come from. `words`: every word that they may hold; any other is told by its type alone."""

    def __init__(self, *words: str) -> None:
        assert all(map(_WORD.fullmatch, words)), words
        self.words = frozenset((*words, *PLATFORMS))

    def info(self, event: str, /, **fields: object) -> None:
        self._lines.info(event, **_known(fields))

    def warning(self, event: str, /, **fields: object) -> None:
        """`error`: an exception, told as its class and the lines of our code that it came through."""
        self._lines.warning(event, **_known(fields))

    def error(self, event: str, /, **fields: object) -> None:
        self._lines.error(event, **_known(fields))

    @cached_property
    def _lines(self) -> Any:
        import structlog  # a command that has nothing to log does not wait for it

        return structlog.wrap_logger(
            logging.getLogger("afterword"),
            processors=[structlog.stdlib.filter_by_level, self._over_the_list, _as_record],
            wrapper_class=structlog.stdlib.BoundLogger,
        )

    def _over_the_list(self, _: object, __: str, fields: MutableMapping[str, Any]) -> Listed:
        error = fields.pop("error", None)
        listed = Listed({name: self._shaped(name, fields[name]) for name in FIELDS if name in fields})
        if isinstance(error, BaseException):
            listed |= told(error)
        if request := _request.get():
            listed["request"] = request
        return listed

    def _shaped(self, name: str, value: object) -> object:
        """A value as it may stand in a line; the name of its type where it may not."""
        match name:
            case "event" | "rule" | "platform" | "outcome" | "kind" if type(value) is str and value in self.words:
                return value
            case "kind" if isinstance(value, type):
                return class_name(value)
            case "status" | "milliseconds" | "count" if type(value) in (int, float):
                return _number(name, value)  # type: ignore[arg-type]
        return class_name(type(value))


def _known(fields: Mapping[str, object]) -> dict[str, object]:
    """Names on the list. What is worked out here can be given by nobody."""
    worked_out = ("event", "request", "where", "through", "behind")
    names = ("error", *(name for name in FIELDS if name not in worked_out))
    return {name: fields[name] for name in names if name in fields}


def _number(name: str, value: float) -> object:
    """A number may be somebody's, such as a case's; so only small ones are told, and counts in bands."""
    if name == "count":
        return max((band for band in BANDS if band <= value), default=0)
    most = 599 if name == "status" else 600_000
    return round(value) if 0 <= value <= most else type(value).__name__


def _as_record(_: object, __: str, listed: MutableMapping[str, Any]) -> tuple[tuple[str], dict[str, object]]:
    """For the standard library's logger, so that whoever listens there hears us too."""
    return (str(listed["event"]),), {"extra": {**listed, "listed": listed}}


# Exceptions


def told(error: BaseException) -> dict[str, object]:
    """Class, lines of our code, classes behind it; nothing of what any of them says."""
    through = tuple(_lines_of_ours(error.__traceback__))
    behind = [class_name(type(one)) for one in _behind(error)]
    line: dict[str, object] = {"kind": class_name(type(error))}
    if through:
        line["where"] = through[-1]
    if len(through) > 1:
        line["through"] = list(through[-MOST:-1])
    if behind:
        line["behind"] = behind
    return line


def fault(error: BaseException) -> dict[str, str]:
    """What happened and where, for a sentence."""
    line = told(error)
    return {"kind": str(line["kind"]), "where": str(line.get("where", "?"))}


def class_name(kind: type) -> str:
    """Of the class, or the nearest above it, that stands in a module: a name that a program wrote, not a person."""
    for one in kind.__mro__:
        where, name = getattr(one, "__module__", None), one.__qualname__
        if isinstance(where, str) and getattr(sys.modules.get(where), name, None) is one:
            return name
    return "object"


def _lines_of_ours(traceback: TracebackType | None) -> Iterator[str]:
    for frame, line in walk_tb(traceback):
        file = frame.f_code.co_filename
        if file.startswith(str(_HOME)) and file.endswith(".py"):
            inside = Path(file).relative_to(_HOME)
            if inside.parts[0] in _OURS:
                yield f"{inside.as_posix()}:{line}"


def _behind(error: BaseException) -> Iterator[BaseException]:
    """What an exception came from and what a group holds, each once, as far as the list goes."""
    waiting, seen = [error], {id(error)}
    while waiting and len(seen) <= MOST:
        one = waiting.pop(0)
        held = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        context = None if one.__suppress_context__ else one.__context__
        for other in (one.__cause__, context, *held):
            if other is not None and id(other) not in seen and len(seen) <= MOST:
                seen.add(id(other))
                waiting.append(other)
                yield other


# Requests


@contextmanager
def request() -> Iterator[None]:
    """Whatever is logged inside, also by tasks begun there, carries one random word; inside another, that one's."""
    before = _request.set(_request.get() or secrets.token_hex(4))
    try:
        yield
    finally:
        _request.reset(before)


# The process


class AllowList(logging.Formatter):
    """One JSON object a line, whoever logs."""

    def format(self, record: logging.LogRecord) -> str:
        listed = getattr(record, "listed", None)
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": next((name for least, name in _LEVELS if record.levelno >= least), "debug"),
            "logger": logger_name(record.name),
        }
        if isinstance(listed, Listed):
            line |= listed
        elif isinstance(record.exc_info, tuple) and isinstance(record.exc_info[1], BaseException):
            line |= told(record.exc_info[1])
        return json.dumps(line)


def logger_name(name: object) -> str:
    """The library that logs, by the name under which it was imported."""
    first = str(name).partition(".")[0]
    if first == "py":
        return "warnings"  # so Python calls the logger of its warnings
    return first if first == "afterword" or (first.isidentifier() and first in sys.modules) else "other"


class Funnel(logging.StreamHandler[Any]):
    """Standard error. A line that cannot be written is lost: to say why would be to quote it."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def configure(level: int = logging.WARNING) -> None:
    """Every logger of the process writes to standard error through the list, and so does whatever nobody catches."""
    handler = Funnel()
    handler.setLevel(level)
    handler.setFormatter(AllowList())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    sys.excepthook = lambda _, error, __: _uncaught("crashed", error)
    sys.unraisablehook = lambda caught: _uncaught("ignored", caught.exc_value)
    threading.excepthook = lambda caught: _uncaught("thread-ended", caught.exc_value)


log = Log("crashed", "ignored", "thread-ended", "loop")


def _uncaught(event: str, error: BaseException | None) -> None:
    """A hook that failed would have Python print what it was given."""
    with suppress(Exception):
        if not isinstance(error, KeyboardInterrupt):
            log.error(event, error=error)


async def watched(work: Coroutine[Any, Any, T]) -> T:
    """The same work, in a loop that tells of what nobody waits for without quoting it."""
    asyncio.get_running_loop().set_exception_handler(lambda _, seen: _uncaught("loop", seen.get("exception")))
    return await work
