"""Messages owed to people's chats, and questions to rooms. Law: what Teams does not take is raised
as the port names it."""

from __future__ import annotations

from collections import OrderedDict

from adapters.teams.drawing import Drawing
from adapters.teams.outcomes import MessageGone, NotThere, Unsure
from adapters.teams.outgoing import Outgoing
from adapters.teams.reference import Reference, read
from adapters.teams.rosters import Rosters
from bot.conversation import Message
from bot.events import Who
from bot.ports import ConversationGone, Delivery, Later, OurBug, References, RoomPost
from bot.turn import Shell

#: Chats that were heard of last.
REMEMBERED = 1000


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
        except Unsure:
            return  # a question that is missing harms nobody; one that stands there twice is read by a whole team
        except MessageGone:
            raise OurBug from None

    def heard(self, who: Who, at: Reference) -> None:
        """Somebody is writing to us there: what is owed to them goes there at once, before it is stored."""
        self._chats[who] = at
        self._chats.move_to_end(who)
        if len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)

    async def met(self, who: Who, at: Reference) -> None:
        """Stores where somebody's chat with the bot is, unless nothing is known of them. Another process may have
        stored something else."""
        self.heard(who, at)
        await self._shell.on_store(lambda: self._references.save(who, at.written()))

    def forget(self, who: Who) -> None:
        """They are gone, and where their chat was is stored no more. It is made anew when they come back."""
        self._chats.pop(who, None)

    async def _known(self, who: Who) -> Reference | None:
        """As it is stored: another process may know better. Until it is stored, as this one heard it."""
        stored = read(await self._shell.on_store(lambda: self._references.find(who)))
        return stored or self._chats.get(who)

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
        try:
            known = await self._rosters.find(who.tenant, message.person)
        except Later:
            return ""
        return known.name if known else ""
