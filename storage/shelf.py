"""Script revisions that sessions are pinned to: in memory where this process has met them, else in their table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import bindparam, insert, select

from bot.ports import Refusal
from prompts.script import Script
from storage import tables as t
from storage.prepared import Prepared, Wire

_SCRIPT = Prepared(select(t.script_revisions.c.body).where(t.script_revisions.c.revision == bindparam("revision")))
_ADD = Prepared(insert(t.script_revisions), unless_there=True)


class Shelf:
    """A script is never changed, so what was read once is right for ever."""

    def __init__(self, scripts: Iterable[Script]) -> None:
        self._scripts = {script.revision: script for script in scripts}
        self._stored: set[str] = set()

    def pinned(self, wire: Wire, revision: str) -> Script:
        """Raises Refusal where nobody has kept that revision."""
        if (known := self._scripts.get(revision)) is not None:
            return known
        row = wire.one(_SCRIPT, revision=revision)
        if row is None:
            raise Refusal("script-gone", "The questions that this reflection began with are no longer stored here.")
        return self._scripts.setdefault(revision, Script.model_validate_json(row[0]).known_as(revision))

    def keep(self, wire: Wire, script: Script, day: date) -> str:
        """Stores the revision unless it is known to be stored; `stored` must follow once that is committed."""
        if script.revision not in self._stored:
            wire.run(_ADD, revision=script.revision, slug=script.slug, body=script.model_dump_json(), day_added=day)
        return script.revision

    def stored(self, revisions: Iterable[str]) -> None:
        self._stored.update(revisions)
