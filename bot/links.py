"""One-time links, from the browser's side: what each is good for, and what it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot import owncopy
from bot.conversation import Page
from bot.effects import LinkPurpose
from bot.ports import Everything
from bot.turn import Shell
from prompts.library import Library

#: What a browser can do with one. A code is typed elsewhere.
IN_A_BROWSER: tuple[LinkPurpose, ...] = ("copy", "themes")


@dataclass(frozen=True, slots=True)
class Made:
    """A copy: to be read, in the person's language, and for programs."""

    page: Page = field(repr=False)
    locale: str
    json: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Links:
    shell: Shell

    @property
    def address(self) -> str:
        """Where people's browsers find us; empty where nobody has said that."""
        return self.shell.address

    async def waits(self, token: str) -> LinkPurpose | None:
        """What the link is good for, if it is. Looking does not use it up: a preview of a link looks too."""
        return await self.shell.on_store(lambda: self._waits(token))

    def _waits(self, token: str) -> LinkPurpose | None:
        now = self.shell.clock.now()
        good = (purpose for purpose in IN_A_BROWSER if self.shell.store.holder(purpose, token, now) is not None)
        return next(good, None)

    async def copy(self, token: str) -> Made | None:
        """Uses the link up; None for one that is wrong, was used or is over."""
        return await self.shell.on_store(lambda: self._copy(token))

    def _copy(self, token: str) -> Made | None:
        now = self.shell.clock.now()
        who = self.shell.store.holder("copy", token, now)
        if who is None:
            return None
        return self.shell.store.used("copy", token, who, now, lambda found: made(self.shell.library, found, now))

    async def enter(self, token: str, before: str) -> str | None:
        """Uses the link up for a cookie, in the place of the one that the browser had before."""
        shell = self.shell
        return await shell.on_store(lambda: shell.store.sessions.enter(token, shell.clock.now(), before))


def made(library: Library, found: Everything, at: datetime) -> Made:
    copy = owncopy.made(library, found, at)
    return Made(owncopy.readable(library, found, copy), copy.person.language, copy.written())
