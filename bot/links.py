"""One-time links, from the browser's side: whether one is good, and what it is good for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot import owncopy
from bot.conversation import Page
from bot.ports import Everything
from bot.turn import Shell
from prompts.library import Library


@dataclass(frozen=True, slots=True)
class Made:
    """A copy: to be read, in the person's language, and for programs."""

    page: Page = field(repr=False)
    locale: str
    json: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Links:
    shell: Shell

    async def waits(self, token: str) -> bool:
        """Whether the link is good. Looking does not use it up: a preview of a link looks too."""
        now = self.shell.clock.now()
        return await self.shell.on_store(lambda: self.shell.store.holder("copy", token, now)) is not None

    async def copy(self, token: str) -> Made | None:
        """Uses the link up; None for one that is wrong, was used or is over."""
        return await self.shell.on_store(lambda: self._copy(token))

    def _copy(self, token: str) -> Made | None:
        now = self.shell.clock.now()
        who = self.shell.store.holder("copy", token, now)
        if who is None:
            return None
        return self.shell.store.used("copy", token, who, now, lambda found: made(self.shell.library, found, now))


def made(library: Library, found: Everything, at: datetime) -> Made:
    copy = owncopy.made(library, found, at)
    return Made(owncopy.readable(library, found, copy), copy.person.language, copy.written())
