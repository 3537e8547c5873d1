"""From an activity to a turn, and from its reply to what the person sees. Law: a private reply is the answer to an
invoke, seen by whoever asked and kept nowhere; a card that the chat keeps is changed only into what the chat
may hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from adapters.teams import drawing as drawn
from adapters.teams.activity import Activity
from adapters.teams.comings import reference, who_of
from adapters.teams.drawing import Drawing
from adapters.teams.messenger import TeamsMessenger
from adapters.teams.outcomes import MessageGone
from adapters.teams.outgoing import REFUSALS, Outgoing
from adapters.teams.pen import Place
from adapters.teams.reading import Asked, read
from adapters.teams.reference import Reference
from adapters.teams.rosters import Rosters
from adapters.teams.sdk import Answer
from bot import logs
from bot.conversation import Message, Page, Reply
from bot.events import Command, Event, Inbound, Submit, Who
from bot.outward import leads_in
from bot.ports import Refusal
from bot.promptly import Promptly, deadline
from bot.soon import Soon, Work
from bot.turn import Shell
from prompts.script import SOURCE_LOCALE

log = logs.Log("teams-not-shown")

#: Refusals that are about what the person did; all others are about our machines, and Teams is asked to say it again.
SAYS_WHY = frozenset({"key-missing", "not-lead", "name", "settings"})
#: Closes a dialog; and says of an Execute that nothing changes.
NOTHING = Answer(200, None)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that was asked: by whom, where the chat is in which it was, and until when it is to be answered."""

    asked: Asked
    who: Who
    at: Reference
    locale: str
    zone: str
    names: tuple[str, ...]
    by: float


@dataclass
class Talking:
    """`dialogs`: clients here can open them; where they cannot, the private talk is shown in a person's own view of a
    card."""

    shell: Shell
    drawing: Drawing
    outgoing: Outgoing
    messenger: TeamsMessenger
    rosters: Rosters
    soon: Soon
    promptly: Promptly
    dialogs: bool = True

    async def take(self, activity: Activity) -> Answer | None:
        """The answer to an invoke; None for anything else. Raises Refusal where Teams should say it again."""
        asked = read(activity, self.shell.clock.now())
        if asked is None or not activity.person or not (activity.personal or self._in_channel(asked)):
            return None
        if asked.closes:
            return NOTHING
        who = who_of(activity)
        said = (activity.language, activity.zone, activity.names)
        moment = Moment(asked, who, reference(activity), *said, deadline())
        try:
            reply = await self._turn(moment, activity)
        except Refusal as refusal:
            return await self._refused(refusal, moment)
        return await self._shown(reply, moment)

    def _in_channel(self, asked: Asked) -> bool:
        """In a channel there is one thing to tap, which leads to the private surface; nothing is answered there."""
        return asked.how == "dialog" or (asked.how == "execute" and not self.dialogs and self._private(asked))

    def _private(self, asked: Asked) -> bool:
        return asked.private or [leads_in(value) for value in getattr(asked.event, "values", ())] == [True]

    async def _turn(self, moment: Moment, activity: Activity) -> Reply:
        asked = moment.asked
        if activity.personal:
            self.messenger.heard(moment.who, moment.at)
        if asked.draft is not None:
            await self._handle(asked.draft, f"{asked.key}:draft", moment)
        reply = await self._handle(asked.event, asked.key, moment)
        if isinstance(asked.event, Submit) and reply.closed:
            self.messenger.forget(moment.who)  # everything of theirs is erased
        elif activity.personal and activity.name != "task/submit":  # a dialog was opened before, from that chat
            await self.messenger.met(moment.who, moment.at)
        return reply

    async def _handle(self, event: Event, key: str, moment: Moment) -> Reply:
        return await self.shell.handle(
            Inbound(key=key, who=moment.who, event=event, locale=moment.locale, zone=moment.zone, names=moment.names)
        )

    # Showing

    async def _shown(self, reply: Reply, moment: Moment) -> Answer | None:
        match moment.asked.how:
            case "dialog":
                return await self._in_dialog(reply, moment)
            case "execute":
                return await self._in_place(reply, moment)
            case "submit":
                await self._changed(await self._for_the_chat(reply, moment), reply.locale, moment)
            case "say" if not reply.again:
                await self._said(await self._for_the_chat(reply, moment), reply.locale, moment)
        return None

    async def _in_dialog(self, reply: Reply, moment: Moment) -> Answer:
        """The next card. Leaving for later needs no last word: it stands in the chat."""
        asked = moment.asked
        if reply.closed and isinstance(asked.event, Command) and asked.event.name == "pause":
            return NOTHING
        card = await self._card(reply, "dialog", moment)
        return Answer(200, drawn.dialog(card, self.drawing.title(reply)))

    async def _in_place(self, reply: Reply, moment: Moment) -> Answer:
        """The card that was tapped becomes the next one; what the chat keeps of it, only what the chat may hold."""
        if is_private(reply) and (moment.asked.view or not self.dialogs):
            return Answer(200, drawn.turned(await self._card(reply, "view", moment)))
        message = await self._for_the_chat(reply, moment)
        await self._changed(message, reply.locale, moment)
        return Answer(200, drawn.turned(self.drawing.chat(message, reply.locale, stamp=moment.asked.stamp)))

    async def _card(self, reply: Reply, place: Place, moment: Moment) -> dict[str, Any]:
        roster = await self.rosters.names(moment.who.tenant) if names_people(reply.page) else ()
        asked = moment.asked
        return self.drawing.private(reply, place, asked.stamp, roster=roster, start=asked.start, form=asked.form)

    async def _for_the_chat(self, reply: Reply, moment: Moment) -> Message:
        """What may stand in the chat; for a private reply that has no private surface, where it waits."""
        if not is_private(reply) and reply.message is not None:
            return reply.message
        resume = Command(at=moment.asked.event.at, name="resume", surface="message")
        other = await self._handle(resume, f"{moment.asked.key}:chat", moment)
        return other.message or Message(text=self.drawing.word(reply.locale, "greeting"))

    async def _said(self, message: Message, locale: str, moment: Moment) -> None:
        """Typed lines get an answer below them."""
        stamp = hashlib.sha256(moment.asked.key.encode()).hexdigest()[:12]
        activity = self.drawing.activity(message, locale, stamp=stamp)

        async def say() -> None:
            await self.outgoing.send(moment.at, activity)

        await self.promptly.show(moment.by, self._tried(f"line:{moment.asked.key}", say))

    async def _changed(self, message: Message, locale: str, moment: Moment) -> None:
        """What the chat keeps of the card that was tapped, before the answer that turns it: a change that came after it
        would take away what somebody has typed there by then. Of two that wait for one card the newer counts."""
        activity, card = self.drawing.activity(message, locale, stamp=moment.asked.stamp), moment.asked.card

        async def change() -> None:
            await self.outgoing.update(moment.at, card, activity)

        if card:
            await self.promptly.show(moment.by, self._tried(f"card:{moment.at.conversation}:{card}", change))

    async def _tried(self, key: str, work: Work) -> bool:
        """At once, or when Teams lets us; a card that is gone needs nothing."""
        try:
            return await self.soon.now(key, work)
        except MessageGone:
            return True
        except REFUSALS as error:
            log.warning("teams-not-shown", error=error)
            return False

    async def _refused(self, refusal: Refusal, moment: Moment) -> Answer | None:
        """One kind sentence instead of an answer. Where our machines are at fault Teams says so itself, and leaves what
        stands in the dialog as it is: nothing that was typed is lost. Raises it for that."""
        if refusal.code not in SAYS_WHY:
            raise refusal
        locale = moment.locale if moment.locale in self.shell.library.locales else SOURCE_LOCALE
        match moment.asked.how:
            case "dialog":
                card = self.drawing.refusal(refusal.words, locale, "dialog")
                return Answer(200, drawn.dialog(card, self.drawing.word(locale, "name-of-app")))
            case "execute" if moment.asked.view:
                return Answer(200, drawn.turned(self.drawing.refusal(refusal.words, locale, "view")))
            case "execute":
                return Answer(200, drawn.told(refusal.words))
        await self._said(Message(text=refusal.words), locale, moment)
        return None


def is_private(reply: Reply) -> bool:
    return reply.page is not None or reply.surface == "private"


def names_people(page: Page | None) -> bool:
    sections = page.sections if page else ()
    fields = (field for section in sections for form in section.forms for field in form.fields)
    return any(section.people for section in sections) or any(field.kind in ("person", "people") for field in fields)
