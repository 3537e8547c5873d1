"""Messages owed to people's chats, and questions to rooms. Law: raises what the port names, and nothing else."""

from __future__ import annotations

from collections import OrderedDict

from adapters.slack.drawing import Drawing
from adapters.slack.outgoing import Outgoing, SlackError, Unsure
from adapters.slack.tokens import Tokens
from bot.events import Who
from bot.ports import ConversationGone, Delivery, Installation, InstallationGone, Later, OurBug, References, RoomPost
from bot.turn import Shell

#: Chats whose channel is remembered beside the store.
REMEMBERED = 20_000
#: Seconds after which a question to a workspace without a token here is tried again.
ELSEWHERE = 900.0


class SlackMessenger:
    def __init__(
        self, shell: Shell, drawing: Drawing, outgoing: Outgoing, tokens: Tokens, references: References
    ) -> None:
        self._shell = shell
        self._drawing = drawing
        self._outgoing = outgoing
        self._tokens = tokens
        self._references = references
        self._channels: OrderedDict[Who, str] = OrderedDict()

    async def send(self, delivery: Delivery) -> None:
        try:
            await self._send(delivery)
        except SlackError:
            raise OurBug from None

    async def _send(self, delivery: Delivery) -> None:
        who, installation = delivery.who, await self._tokens.of(delivery.who.tenant)
        message = self._drawing.message(delivery.message, delivery.locale)
        channel = self._channels.get(who) or await self._shell.on_store(lambda: self._references.find(who))
        if channel:
            try:
                await self._outgoing.call(installation, "chat.postMessage", channel=channel, **message)
            except ConversationGone:
                channel = ""  # what was remembered may be out of date
            else:
                return self._note(who, channel)
        channel = await self._open(who, installation)
        await self._outgoing.call(installation, "chat.postMessage", channel=channel, **message)

    async def post(self, post: RoomPost) -> None:
        try:
            installation = await self._tokens.of(post.room.tenant)
        except InstallationGone:  # where the app was removed no question is due: another process has this one's token
            raise Later(ELSEWHERE) from None
        message = self._drawing.message(post.message, post.locale)
        try:
            await self._outgoing.call(installation, "chat.postMessage", channel=post.room.reference, **message)
        except Unsure:
            return  # a question that is missing harms nobody; one that stands there twice is read by a whole team
        except SlackError:
            raise OurBug from None

    async def _open(self, who: Who, installation: Installation) -> str:
        answer = await self._outgoing.call(installation, "conversations.open", users=who.user)
        match answer:
            case {"channel": {"id": str(channel)}} if channel:
                await self.met(who, channel)
                return channel
        raise ConversationGone

    async def met(self, who: Who, channel: str) -> None:
        """Remembers where somebody's chat with the bot is."""
        if self._channels.get(who) != channel:
            await self._shell.on_store(lambda: self._references.save(who, channel))
            self._note(who, channel)

    def _note(self, who: Who, channel: str) -> None:
        self._channels[who] = channel
        self._channels.move_to_end(who)
        if len(self._channels) > REMEMBERED:
            self._channels.popitem(last=False)
