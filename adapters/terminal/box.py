"""The box for somebody's own words. Law: what stands in it is kept as a draft, and never only in it."""

from __future__ import annotations

import asyncio

from adapters.terminal.stage import Stage
from adapters.terminal.talk import Talk
from bot.conversation import Message
from bot.events import Write
from bot.ports import Refusal

#: Seconds without a key after which the box is kept as a draft.
PAUSE = 0.5


class Box:
    """`prompt`: the place that the box belongs to, "" where that is none; `saved`: what of it is a draft already."""

    def __init__(self, talk: Talk, stage: Stage) -> None:
        self.talk, self.stage = talk, stage
        self.prompt = self.saved = ""
        self._one_by_one = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._saving: asyncio.Task[None] | None = None

    def open(self, message: Message) -> None:
        """Another question brings what was written there before; at the same one the box stays as it is."""
        if message.input == "text" and message.prompt != self.prompt:
            self.prompt, self.saved = message.prompt, message.draft
            self.stage.fill(message.draft)

    def close(self) -> None:
        """What stands in it belongs nowhere any more."""
        self.prompt = ""

    def later(self) -> None:
        """Keeps what is typed as soon as the person stops to think."""
        self._rest()
        if self.prompt and self.stage.box.text != self.saved:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._soon)

    async def save(self) -> None:
        self._rest()
        async with self._one_by_one:
            text = self.stage.box.text
            if not self.prompt or text == self.saved:
                return
            draft = Write(at=self.talk.now(), text=text, done=False, prompt=self.prompt)
            elsewhere = (await self.talk.take(draft)).message is not None
            if elsewhere and text:  # the talk has gone on there, and the words wait in its next box
                await self.talk.take(draft.model_copy(update={"done": True}))
            self.saved = text

    async def settled(self) -> None:
        """Until a draft that is on its way has arrived."""
        self._rest()
        if self._saving is not None:
            await asyncio.wait((self._saving,))

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _soon(self) -> None:
        self._saving = asyncio.create_task(self._in_passing())

    async def _in_passing(self) -> None:
        try:
            await self.save()
        except Refusal as refusal:
            self.stage.notice(refusal.words)
        except Exception:  # the words are still in the box, and are kept before anything is done with them
            self.stage.notice(self.talk.word("busy"))
