"""From a payload to a turn, and from its reply to what the person sees. Law: a private reply is shown in a modal only,
and what Slack would not take waits in memory alone, for minutes: the place is kept, and one tap leads back to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.blocks import Json
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
from bot.events import Choose, Command, Event, Met, Submit, Who
from bot.outward import leads_in
from bot.ports import Installation, Refusal
from bot.promptly import Promptly, deadline
from bot.turn import Shell
from prompts.script import SOURCE_LOCALE

log = logs.Log("slack-not-shown")

Body = Mapping[str, Any]
NOTHING: Body = {}


#: Refusals that are about what the person did; all others are about our machines.
SAYS_WHY = frozenset({"key-missing", "not-lead", "name", "settings"})


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that was asked: by whom, in which workspace, and until when it is to be acknowledged."""

    asked: Asked
    who: Who
    at: Installation
    by: float


@dataclass
class Talking:
    shell: Shell
    drawing: Drawing
    outgoing: Outgoing
    profiles: Profiles
    homes: Homes
    messenger: SlackMessenger
    promptly: Promptly
    lanes: Lanes = field(default_factory=Lanes)

    async def take(self, payload: Payload, installation: Installation) -> Body:
        """What the acknowledgement carries. Raises Refusal where Slack should say it again."""
        asked = read(self.shell.library, payload, self.shell.clock.now())
        if asked is None or not asked.user or not _ours(asked):
            return NOTHING
        who = Who(platform="slack", tenant=installation.tenant, user=asked.user)
        moment = Moment(asked, who, installation, deadline())
        async with self.lanes.lane(who):
            if asked.typing and not self.lanes.newest(asked.view or asked.ts, asked.action_ts):
                return NOTHING
            if self.lanes.answered(f"{who.tenant}:{asked.key}") or await self._forgotten(moment):
                return NOTHING
            return await self._answered(moment)

    async def _forgotten(self, moment: Moment) -> bool:
        """Whether somebody who has erased everything types into an old modal, or closes it: that makes nobody known."""
        if not (moment.asked.typing or moment.asked.place == "nowhere"):
            return False
        known = await self.shell.on_store(lambda: self.shell.store.known(moment.who))
        return not known

    async def _answered(self, moment: Moment) -> Body:
        asked, event = moment.asked, moment.asked.event
        try:
            if asked.draft is not None:
                await self._handle(asked.draft, f"{asked.key}:draft", moment)
            reply = await self._handle(event, asked.key, moment)
            await self._meet(moment)
        except Refusal as refusal:
            if asked.place == "chat" and not asked.trigger:
                raise  # a line in the chat comes again
            return await self._refused(refusal, moment)
        if asked.typing:
            return NOTHING
        if isinstance(event, Submit) and reply.closed:
            await self.promptly.show(moment.by, self.homes.emptied(moment.who, moment.at, reply))
        elif reply.closed or asked.place != "modal" or isinstance(event, Submit):
            self.homes.touched(moment.who, moment.at)
        return await self._shown(reply, moment)

    async def _handle(self, event: Event, key: str, moment: Moment) -> Reply:
        profile = await self.profiles.of(moment.who, moment.at)
        return await self.shell.handle(profile.inbound(key, moment.who, event))

    async def _meet(self, moment: Moment) -> None:
        """Whoever was just named in a form is told of it in a moment, in the language of their own profile."""
        named = moment.asked.named
        if not named:
            return

        async def meet(user: str) -> None:
            who = moment.who.model_copy(update={"user": user})
            profile = await self.profiles.of(who, moment.at)
            known = await self.shell.on_store(lambda: self.shell.store.known(who))
            if known and profile.locale:
                met = Met(at=self.shell.clock.now())
                await self.shell.handle(profile.inbound(f"{moment.asked.key}:met", who, met))

        async def all_of_them() -> bool:
            await asyncio.gather(*(meet(user) for user in named), return_exceptions=True)
            return True

        await self.promptly.show(moment.by, all_of_them())

    # Showing

    async def _shown(self, reply: Reply, moment: Moment) -> Body:
        asked = moment.asked
        private = reply.page is not None or reply.surface == "private"
        match asked.place:
            case "modal" if asked.action == "sent":
                return {"response_action": "update", "view": self._view(reply, asked)}
            case "modal":
                await self._in_modal(reply, moment)
            case "home" | "command":
                return await self._opened(self._view(reply, asked), reply.locale, moment)
            case "chat" if private:
                return await self._opened(self._view(reply, asked), reply.locale, moment)
            case "chat" if not _before_others(asked):
                await self._said(reply, moment)
        return NOTHING

    def _view(self, reply: Reply, asked: Asked) -> Json:
        if reply.page is None:
            return self.drawing.modal(reply)
        return self.drawing.page(reply.page, reply.locale, asked.start, asked.form)

    async def _in_modal(self, reply: Reply, moment: Moment) -> None:
        asked = moment.asked
        if asked.over:
            over = self.drawing.card(reply) if isinstance(asked.event, Command) else self.drawing.so_far(reply)
            if await self._called(moment, "views.push", trigger_id=asked.trigger, view=over):
                return
        view = self._view(reply, asked)

        async def update() -> None:
            await self.outgoing.call(
                moment.at, "views.update", view_id=asked.view, hash=asked.hash, view=view, urgent=True
            )

        await self.promptly.show(moment.by, self._tried(f"view:{asked.view}", update))

    async def _opened(self, view: Json, locale: str, moment: Moment) -> Body:
        """A new modal. Where Slack does not open it in time, one line says how to get there."""
        asked = moment.asked
        if await self._called(moment, "views.open", trigger_id=asked.trigger, view=view):
            return NOTHING
        line = self.drawing.ephemeral(self.drawing.word(locale, "window-open-again"), locale, private=True)
        if asked.place == "command":
            return {"response_type": "ephemeral", **line}
        if asked.place == "chat":
            await self._called(moment, "chat.postEphemeral", channel=asked.channel, user=asked.user, **line)
        return NOTHING

    async def _said(self, reply: Reply, moment: Moment) -> None:
        """In the chat: the line that was tapped becomes the next one; a typed one gets an answer below it."""
        asked, channel = moment.asked, moment.asked.channel
        self.lanes.note_answer(f"{moment.who.tenant}:{asked.key}")
        if reply.message is None:
            return
        message = self.drawing.message(reply.message, reply.locale)
        line = {name: value for name, value in message.items() if not name.startswith("unfurl")}
        await self.messenger.met(moment.who, channel)

        async def say() -> None:
            if asked.ts:
                await self.outgoing.call(moment.at, "chat.update", channel=channel, ts=asked.ts, **line)
            else:
                await self.outgoing.call(moment.at, "chat.postMessage", channel=channel, **message)

        # Of two answers that wait for the same line the newer counts; two lines are two answers.
        key = f"line:{channel}:{asked.ts or asked.key}"
        await self.promptly.show(moment.by, self._tried(key, say))

    async def _refused(self, refusal: Refusal, moment: Moment) -> Body:
        """One kind sentence instead of an answer; what the person sees in the modal stays, their words with it."""
        asked = moment.asked
        profile = await self.profiles.of(moment.who, moment.at)
        locale = profile.locale if profile.locale in self.shell.library.locales else SOURCE_LOCALE
        words = refusal.words if refusal.code in SAYS_WHY else self.drawing.word(locale, "busy")
        view = self.drawing.refusal(words, locale)
        if asked.typing or asked.place == "nowhere":
            return NOTHING
        if asked.action == "sent":
            return {"response_action": "push", "view": view}
        method = "views.push" if asked.place == "modal" else "views.open"
        await self._called(moment, method, trigger_id=asked.trigger, view=view)
        return NOTHING

    # Calls that somebody waits for

    async def _called(self, moment: Moment, method: str, **body: Any) -> bool:
        """Whether Slack has done it in time."""
        return await self.promptly.show(moment.by, self._try(method, moment, **body))

    async def _try(self, method: str, moment: Moment, **body: Any) -> bool:
        try:
            await self.outgoing.call(moment.at, method, urgent=True, **body)
        except REFUSALS as error:
            _note(error)
            return False
        return True

    async def _tried(self, key: str, work: Any) -> bool:
        """At once, or when Slack lets us; what has been overtaken or closed meanwhile needs nothing."""
        try:
            return await self.outgoing.answer(key, work)
        except (HashConflict, ViewGone):
            return True
        except REFUSALS as error:
            _note(error)
            return False


def _note(error: Exception) -> None:
    log.warning("slack-not-shown", error=error)


def _ours(asked: Asked) -> bool:
    """In a channel there is one thing to tap, which leads to the private box; nothing is ever answered there."""
    if not _before_others(asked):
        return True
    return isinstance(asked.event, Choose) and [leads_in(value) for value in asked.event.values] == [True]


def _before_others(asked: Asked) -> bool:
    """Whether it was asked in a channel; a chat with one person alone begins with D."""
    return asked.place == "chat" and not asked.channel.startswith("D")
