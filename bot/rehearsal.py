"""Somebody invented, who is led to where an author wants to look. Law: every step goes through the same door as any
other; nothing is put into a store by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import uuid4

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bot.conversation import Message, Reply
from bot.events import Choose, Command, Event, Inbound, Open, Rate, Who, Write
from bot.turn import Shell
from prompts.script import ChoiceStep, FreeStep, Script

#: No script asks so much; what leads round and round ends in any case.
MOST_SCREENS = 60
#: Nobody has to look at more uses of a script than these.
MOST_USES = 60

#: How somebody finishes who keeps their words.
ENDINGS = ("done", "keep-mine")

Answered = Write | Choose | Rate | Command
_ANSWER: TypeAdapter[Answered] = TypeAdapter(
    Annotated[Answered, Field(discriminator="kind")], config=ConfigDict(hide_input_in_errors=True)
)


@dataclass
class Guest:
    """One invented person. `small`: what they write where an answer comes back the next time."""

    shell: Shell
    who: Who
    locale: str
    small: str
    seen: set[str] = field(default_factory=set)

    async def begin(self, slug: str, use: int) -> Reply:
        """At the first question of a script, for the how-manieth time it is used."""
        await self._does(Open(at=self._now(), page="talk"))
        await self._does(Command(at=self._now(), name="language", argument=self.locale))
        for _ in range(min(use, MOST_USES) - 1):
            await self._through(await self._begun(slug), self.shell.library.scripts[slug])
        return await self._begun(slug)

    async def again(self, reply: Reply, answers: Mapping[str, Mapping[str, Any]]) -> Reply:
        """As far as there are answers, by step, from an earlier version of the script."""
        for _ in range(MOST_SCREENS):
            message = reply.message
            if message is None or reply.closed or message.step in self.seen or message.step not in answers:
                return reply
            self.seen.add(message.step)
            event = self._answer(answers[message.step], message)
            if event is None:
                return reply
            shown = await self._does(event)
            if isinstance(event, Write | Choose) and not event.done:  # a draft: the question stays
                return await self._does(Open(at=self._now(), page="talk"))
            reply = shown
        return reply

    async def _begun(self, slug: str) -> Reply:
        reply = await self._does(Command(at=self._now(), name="reflect", argument=slug))
        if reply.message is not None and reply.message.step == "consent":
            return await self._taps(reply.message, "keep")
        return reply

    async def _through(self, reply: Reply, script: Script) -> None:
        """One whole use, in which as little is said as can be."""
        for _ in range(MOST_SCREENS):
            message = reply.message
            if reply.closed or message is None or message.script != script.slug:
                break
            reply = await self._said(message, script)
        await self._taps(reply.message, "never")  # once they are asked whether to be counted

    async def _said(self, message: Message, script: Script) -> Reply:
        offered = {option.id for option in message.choices}
        if ending := next((one for one in ENDINGS if one in offered), ""):
            return await self._taps(message, ending)
        match next((step for step in script.steps if step.id == message.step), None):
            case FreeStep(returns=True):
                return await self._does(Write(at=self._now(), text=self.small, prompt=message.prompt))
            case ChoiceStep(recall=str(), choices=choices):
                return await self._taps(message, choices[0].id)
            case _:
                return await self._does(Command(at=self._now(), name="skip", prompt=message.prompt))

    async def _taps(self, message: Message | None, choice: str) -> Reply:
        if message is None or choice not in {option.id for option in message.choices}:
            return await self._does(Open(at=self._now(), page="talk"))
        return await self._does(Choose(at=self._now(), values=(choice,), prompt=message.prompt))

    def _answer(self, given: Mapping[str, Any], message: Message) -> Answered | None:
        try:
            return _ANSWER.validate_python({**given, "at": self._now(), "surface": "private", "prompt": message.prompt})
        except ValidationError:
            return None

    async def _does(self, event: Event) -> Reply:
        reply = await self.shell.handle(Inbound(key=f"rehearsal:{uuid4()}", who=self.who, event=event))
        await self.shell.drained()
        return reply

    def _now(self) -> Any:
        return self.shell.clock.now()
