"""Messages owed to people's chats, and questions to rooms. Law: raises what the port names, and nothing else."""

from __future__ import annotations

from collections import OrderedDict

from adapters.teams.drawing import Drawing
from adapters.teams.outcomes import MessageGone, NotThere
from adapters.teams.outgoing import Outgoing
from adapters.teams.reference import Reference, read
from adapters.teams.rosters import Rosters
from bot.conversation import Message
from bot.events import Who
from bot.ports import ConversationGone, Delivery, OurBug, References, RoomPost
from bot.turn import Shell

#: Chats whose reference is remembered beside the store.
REMEMBERED = 20_000


class TeamsMessenger:
    def __init__(
        self, shell: Shell, drawing: Drawing, outgoing: Outgoing, references: References, rosters: Rosters
    ) -> None:
        self._shell = shell
        self._drawing = drawing
        self._outgoing = outgoing
        self._references = references
        self._rosters = rosters
        self._chats: OrderedDict[Who, Reference] = OrderedDict()

    async def send(self, delivery: Delivery) -> None:
        who, message = delivery.who, delivery.message
        activity = self._drawing.activity(message, delivery.locale, await self._name(who, message))
        at = await self._known(who)
        try:
            await self._outgoing.send(at or await self._opened(who), activity)
        except NotThere:
            if at is None:
                raise
            await self._outgoing.send(await self._opened(who, at), activity)
        except MessageGone:
            raise OurBug from None

    async def post(self, post: RoomPost) -> None:
        at = read(post.room.reference)
        if at is None:
            raise ConversationGone
        try:
            await self._outgoing.send(at, self._drawing.activity(post.message, post.locale))
        except MessageGone:
            raise OurBug from None

    async def met(self, who: Who, at: Reference) -> None:
        """Remembers where somebody's chat with the bot is, as it is now."""
        if self._chats.get(who) != at:
            await self._shell.on_store(lambda: self._references.save(who, at.written()))
            self._note(who, at)

    async def parted(self, who: Who) -> None:
        """The chat is closed to us: it is tried no more. It is made anew when they come back."""
        self.forget(who)
        await self._shell.on_store(lambda: self._references.save(who, ""))

    def forget(self, who: Who) -> None:
        self._chats.pop(who, None)

    async def _known(self, who: Who) -> Reference | None:
        found = self._chats.get(who)
        if found is None:
            found = read(await self._shell.on_store(lambda: self._references.find(who)))
        if found is not None:
            self._note(who, found)
        return found

    async def _opened(self, who: Who, old: Reference | None = None) -> Reference:
        """A chat with somebody who has not written yet, or whose chat is there no more: by a team that they are in.

        Raises ConversationGone where there is none.
        """
        known = None if old is not None else await self._rosters.find(who.tenant, who.user)
        at = old or (known.at if known else None)
        if at is None:
            raise ConversationGone
        made = at.model_copy(update={"conversation": await self._outgoing.create_personal(at)})
        await self.met(who, made)
        return made

    async def _name(self, who: Who, message: Message) -> str:
        """Of the person whom a message is about; where Teams does not say it, the message does without."""
        if not message.person:
            return ""
        known = await self._rosters.find(who.tenant, message.person)
        return known.name if known else ""

    def _note(self, who: Who, at: Reference) -> None:
        self._chats[who] = at
        self._chats.move_to_end(who)
        if len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)
