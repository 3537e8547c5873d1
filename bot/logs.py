"""What is logged. Law: only fields on a list; never a message that others composed, it may hold what somebody wrote."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

#: Everything that may stand in a log line beside its time, level and logger.
FIELDS = ("event", "kind", "where", "rule", "platform", "outcome", "status", "milliseconds")


class AllowList(logging.Formatter):
    """One JSON object a line. Exceptions appear as the name of their class, and as nothing else."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line |= {field: getattr(record, field) for field in FIELDS if hasattr(record, field)}
        if record.exc_info and record.exc_info[0] is not None:
            line["kind"] = record.exc_info[0].__name__
        return json.dumps(line)


def fault(error: BaseException) -> dict[str, str]:
    """What happened and where, for a log line or a sentence; nothing of what the error says."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return {"kind": type(error).__name__, "where": f"{Path(last.filename).name}:{last.lineno}"}


def configure(level: int = logging.WARNING) -> None:
    """Every logger of the process writes to standard error through the list."""
    handler = logging.StreamHandler()
    handler.setFormatter(AllowList())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
