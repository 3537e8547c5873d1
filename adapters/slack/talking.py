"""From a payload to a turn, and from its reply to what the person sees. Law: a private reply is shown in a modal only,
and nothing of it waits anywhere: where it cannot be shown, the place is kept and one tap leads back to it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.drawing import Drawing
from adapters.slack.homes import Homes
from adapters.slack.lanes import Lanes
from adapters.slack.messenger import SlackMessenger
from adapters.slack.outgoing import REFUSALS, HashConflict, Outgoing, ViewGone
from adapters.slack.payload import Payload
from adapters.slack.profiles import Profiles
from adapters.slack.reading import Asked, read
from bot import logs
from bot.conversation import Reply
from bot.events import Choose, Event, Inbound, Submit, Who
from bot.ports import Installation, Refusal
from bot.turn import Shell
from prompts.script import SOURCE_LOCALE

log = logging.getLogger("afterword")

Body = Mapping[str, Any]
NOTHING: Body = {}


@dataclass
class Talking:
    shell: Shell
    drawing: Drawing
    outgoing: Outgoing
    profiles: Profiles
    homes: Homes
    messenger: SlackMessenger
    lanes: Lanes

    async def take(self, payload: Payload, installation: Installation) -> Body:
        """What the acknowledgement carries."""
        asked = read(self.shell.library, payload, self.shell.clock.now())
        if asked is None or not asked.user:
            return NOTHING
        who = Who(platform="slack", tenant=installation.tenant, user=asked.user)
        if not _ours(asked):
            return NOTHING
        async with self.lanes.lane(who):
            if asked.typing and not self.lanes.newest(asked.view or asked.ts, asked.action_ts):
                return NOTHING
            return await self._answered(asked, who, installation)

    async def _answered(self, asked: Asked, who: Who, installation: Installation) -> Body:
        try:
            if asked.draft is not None:
                await self._handle(asked.draft, f"{asked.key}:draft", who, installation)
            reply = await self._handle(asked.event, asked.key, who, installation)
        except Refusal as refusal:
            if asked.place == "chat" and not asked.trigger:
                raise  # a line in the chat comes again
            return await self._refused(asked, refusal, who, installation)
        if asked.typing:
            return NOTHING
        if isinstance(asked.event, Submit) and reply.closed:
            await self.homes.emptied(who, installation, reply)
        elif reply.closed or asked.place != "modal" or isinstance(asked.event, Submit):
            self.homes.touched(who, installation)
        return await self._shown(asked, reply, who, installation)

    async def _handle(self, event: Event, key: str, who: Who, installation: Installation) -> Reply:
        profile = await self.profiles.of(who, installation)
        inbound = Inbound(key=key, who=who, event=event, locale=profile.locale, zone=profile.zone)
        return await self.shell.handle(inbound)

    # Showing

    async def _shown(self, asked: Asked, reply: Reply, who: Who, installation: Installation) -> Body:
        private = reply.page is not None or reply.surface == "private"
        match asked.place:
            case "modal":
                return await self._in_modal(asked, reply, installation)
            case "home" if isinstance(asked.event, Submit):
                await self.homes.show(who, installation)
            case "home" | "command":
                return await self._opened(asked, reply, installation)
            case "chat" if private:
                return await self._opened(asked, reply, installation)
            case "chat":
                await self._said(asked, reply, who, installation)
        return NOTHING

    def _view(self, asked: Asked, reply: Reply) -> dict[str, Any]:
        page = reply.page
        return self.drawing.modal(reply) if page is None else self.drawing.page(page, reply.locale, asked.start)

    async def _in_modal(self, asked: Asked, reply: Reply, installation: Installation) -> Body:
        if asked.action == "sent":
            return {"response_action": "update", "view": self._view(asked, reply)}
        if asked.over:
            view = self.drawing.so_far(reply)
            await self._quietly(
                self.outgoing.call(installation, "views.push", trigger_id=asked.trigger, view=view, urgent=True)
            )
            return NOTHING
        view = self._view(asked, reply)

        async def update() -> None:
            await self.outgoing.call(
                installation, "views.update", view_id=asked.view, hash=asked.hash, view=view, urgent=True
            )

        await self._soon(f"view:{asked.view}", update)
        return NOTHING

    async def _opened(self, asked: Asked, reply: Reply, installation: Installation) -> Body:
        """A new modal. Where Slack does not open it in time, one line says how to get there."""
        try:
            view = self._view(asked, reply)
            await self.outgoing.call(installation, "views.open", trigger_id=asked.trigger, view=view, urgent=True)
        except REFUSALS as error:
            _note("modal not opened", error)
            return await self._sorry(asked, reply.locale, installation)
        return NOTHING

    async def _sorry(self, asked: Asked, locale: str, installation: Installation) -> Body:
        line = self.drawing.ephemeral(self.drawing.word(locale, "slack-open-again"), locale, private=True)
        if asked.place == "command":
            return {"response_type": "ephemeral", **line}
        if asked.place == "chat":
            await self._quietly(
                self.outgoing.call(
                    installation, "chat.postEphemeral", channel=asked.channel, user=asked.user, **line, urgent=True
                )
            )
        return NOTHING

    async def _said(self, asked: Asked, reply: Reply, who: Who, installation: Installation) -> None:
        """In the chat: the line that was tapped becomes the next one; a typed one gets an answer below it."""
        if reply.message is None:
            return
        message = self.drawing.message(reply.message, reply.locale)
        await self.messenger.met(who, asked.channel)

        async def say() -> None:
            if asked.ts:
                line = {name: value for name, value in message.items() if not name.startswith("unfurl")}
                await self.outgoing.call(installation, "chat.update", channel=asked.channel, ts=asked.ts, **line)
            else:
                await self.outgoing.call(installation, "chat.postMessage", channel=asked.channel, **message)

        await self._soon(f"chat:{asked.channel}", say)

    async def _refused(self, asked: Asked, refusal: Refusal, who: Who, installation: Installation) -> Body:
        """One kind sentence instead of an answer; what the person sees in the modal stays, their words with it."""
        profile = await self.profiles.of(who, installation)
        locale = profile.locale if profile.locale in self.shell.library.locales else SOURCE_LOCALE
        view = self.drawing.refusal(refusal.words, locale)
        if asked.typing or asked.place == "nowhere":
            return NOTHING
        if asked.place == "modal" and asked.action == "sent":
            return {"response_action": "push", "view": view}
        method = "views.push" if asked.place == "modal" else "views.open"
        await self._quietly(self.outgoing.call(installation, method, trigger_id=asked.trigger, view=view, urgent=True))
        return NOTHING

    async def _soon(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        """At once, or when Slack lets us; what has been overtaken or closed meanwhile needs nothing."""
        try:
            await self.outgoing.answer(key, work)
        except (HashConflict, ViewGone):
            pass
        except REFUSALS as error:
            _note("answer not shown", error)

    async def _quietly(self, work: Awaitable[Any]) -> None:
        try:
            await work
        except REFUSALS as error:
            _note("answer not shown", error)


def _note(what: str, error: Exception) -> None:
    log.warning(what, extra={"event": "slack-not-shown", **logs.fault(error)})


def _ours(asked: Asked) -> bool:
    """In a channel there is one thing to tap, which leads to the private box; nothing is ever answered there."""
    if asked.place != "chat" or asked.channel.startswith("D"):
        return True
    return isinstance(asked.event, Choose) and asked.event.values == ("private",)
