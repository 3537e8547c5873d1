"""What a payload asks of the bot: the event, where it was asked, and its dedupe key. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from adapters.slack import ids
from adapters.slack.boxes import together
from adapters.slack.filled import carried, fields
from adapters.slack.message import PERSON
from adapters.slack.payload import Payload, State, Tapped, View
from bot.commands import script_named, understand
from bot.conversation import form_key
from bot.events import BESIDE, Choose, Command, CommandName, Event, Open, Rate, Say, Submit, Surface, Write
from bot.when import read_wish
from prompts.library import Library

COMMANDS = frozenset(get_args(CommandName))

#: What shows a card: over the question, so that it and what stands in its box stay as they are.
CARDS = ("safety", "breathe")
#: So many words after the slash command are somebody's words, not a script's name.
FEW_WORDS = 4

#: A line that a person typed, alone or under a file; what was edited or deleted, or said by a program, has others.
TYPED = (None, "file_share", "thread_broadcast", "me_message")
_LINK = re.compile(r"<(?P<address>(?:https?|mailto|tel):[^|<>]*)(?:\|(?P<label>[^<>]*))?>")

#: Where something was asked, and so where the answer is shown.
Place = Literal["modal", "home", "chat", "command", "nowhere"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a person did. `draft`: what stood in the box when they did it, to be kept first.

    `trigger` opens a modal within three seconds; `view` and `hash` name the modal or home that was acted in, `channel`
    and `ts` the message. `over`: the answer goes on top of the modal instead of into it; `start`: where a long page
    begins; `form`: the key of the form that is filled in, of several on a page.
    """

    key: str
    user: str
    place: Place
    event: Event
    draft: Event | None = None
    trigger: str = ""
    view: str = ""
    hash: str = ""
    channel: str = ""
    ts: str = ""
    action: str = ""
    action_ts: str = ""
    over: bool = False
    start: int = 0
    form: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        """People who were picked in a form, each once."""
        values = self.event.values if isinstance(self.event, Submit) else {}
        each = (one for value in values.values() for one in ((value,) if isinstance(value, str) else value))
        return tuple(dict.fromkeys(one for one in each if PERSON.fullmatch(one)))

    @property
    def typing(self) -> bool:
        """Whether this is only a draft, which asks for no answer."""
        return isinstance(self.event, Write | Choose) and not self.event.done


def read(library: Library, payload: Payload, at: datetime) -> Asked | None:
    """None where nothing is asked of us: a link, somebody else's element, a message that no person wrote."""
    match payload.type:
        case "event_callback":
            return message(payload, at)
        case "shortcut" if payload.callback_id == ids.SHORTCUT:
            begin = Command(at=at, name="reflect")
            return Asked(f"trigger:{payload.trigger_id}", payload.person, "command", begin, trigger=payload.trigger_id)
        case "block_actions" if payload.actions:
            return tapped(payload, payload.actions[0], at)
        case "view_submission" if payload.view:
            return sent(payload, payload.view, at)
        case "view_closed" if payload.view:
            return closed(payload, payload.view, at)
        case "" if payload.command == ids.COMMAND:
            event = commanded(library, payload.text.strip(), at)
            return Asked(f"trigger:{payload.trigger_id}", payload.person, "command", event, trigger=payload.trigger_id)
    return None


# What is typed


def message(payload: Payload, at: datetime) -> Asked | None:
    """A line that a person typed into their chat with the bot, or a file that they put there, which is not fetched; not
    what was edited, deleted or said by a program."""
    said = payload.event
    if said is None or said.type != "message" or said.channel_type != "im" or said.bot_id:
        return None
    if said.subtype not in TYPED or not isinstance(said.user, str) or not isinstance(said.channel, str):
        return None
    files = bool(said.files) or said.subtype == "file_share"
    event = Say(at=at, text=unescaped(said.text or ""), files=files)
    return Asked(f"event:{payload.event_id}", said.user, "chat", event, channel=said.channel)


def unescaped(text: str) -> str:
    """As it was typed: Slack writes links and three characters in a way of its own.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    text = _LINK.sub(lambda link: link["label"] or link["address"], text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def commanded(library: Library, text: str, at: datetime) -> Event:
    """What stands behind the slash command: nothing, a script's name, or anything that can be said at any moment."""
    if not text:
        return Command(at=at, name="reflect")
    said = understand(library, text)
    if said is not None:
        command = Command(at=at, name=said.name or "help", argument=said.argument)
        return Open(at=at, page=said.page) if said.page else command
    if slug := script_named(library, text):
        return Command(at=at, name="reflect", argument=slug)
    if len(text.split()) < FEW_WORDS and read_wish(text, at, "UTC") is None:
        return Command(at=at, name="reflect", argument=text)
    return Write(at=at, text=text, prompt=BESIDE)


# What is tapped


def tapped(payload: Payload, tap: Tapped, at: datetime) -> Asked | None:
    view, container = payload.view, payload.container
    place: Place = "chat" if view is None else "home" if view.type == "home" else "modal"
    where = view.id if view else f"{container.channel_id}.{container.message_ts}" if container else ""
    act = ids.act(tap.action_id)
    if act is None or not where:
        return None
    asked = Asked(
        key=f"tap:{where}:{tap.action_ts}:{tap.action_id}",
        user=payload.person,
        place=place,
        event=Open(at=at, page="talk"),
        trigger=payload.trigger_id,
        view=view.id if view else "",
        hash=view.hash if view else "",
        channel=container.channel_id if container and not view else "",
        ts=container.message_ts if container and not view else "",
        action=act.verb,
        action_ts=tap.action_ts,
        over=act.verb == "so-far" or (act.verb == "command" and act.argument in CARDS),
        start=_start(tap) if act.verb == "open" else 0,
        form=_form(tap) if act.verb == "open" else "",
    )
    surface: Surface = "message" if place == "chat" else "private"
    prompt = ids.prompt_of(tap.block_id)
    event = meant(act, tap, at, surface, prompt, view.standing if view else payload.state)
    if event is None:
        return None
    draft = None if view is None or act.verb in ("write", "tick") else unsent(view.standing, at)
    return replace(asked, event=event, draft=draft)


def _start(tap: Tapped) -> int:
    """Where a long page goes on, as its button says."""
    number = tap.value or ""
    return int(number) if re.fullmatch("[0-9]{1,4}", number) else 0


def _form(tap: Tapped) -> str:
    """Which of the page's forms is to be filled in, as its button says."""
    value = tap.value or ""
    return value.removeprefix(ids.FORM) if value.startswith(ids.FORM) else ""


def meant(
    act: ids.Act, tap: Tapped, at: datetime, surface: Surface, prompt: str | None, state: State | None
) -> Event | None:
    """The event of one tap; None for one that asks nothing."""
    match act.verb:
        case "choose":
            return Choose(at=at, values=(act.argument,), surface=surface, prompt=prompt)
        case "rate":
            return _rated(act.argument, at, surface, prompt)
        case "write":
            return Write(at=at, text=_typed(tap, state), prompt=prompt, done=False)
        case "tick":
            return Choose(at=at, values=tap.chosen(), surface=surface, prompt=prompt, done=False)
        case "next":
            return Choose(at=at, values=_ticked(state), surface=surface, prompt=prompt)
        case "command" | "commands":
            return _named(act.argument or next(iter(tap.chosen()), ""), at, surface, prompt)
    return opened(act, tap, at)


def opened(act: ids.Act, tap: Tapped, at: datetime) -> Event | None:
    """The event of a tap beside the questions: a script, a page, a form."""
    match act.verb:
        case "begin":
            return Command(at=at, name="reflect", argument=act.argument)
        case "open":
            return Open(at=at, page=act.argument)
        case "so-far":
            return Open(at=at, page="talk")
        case "form":
            form, _, field = act.argument.partition("/")
            value = tap.value or ""
            return Submit(at=at, form=form, values={field: tap.chosen() or value} if field else carried(value))
    return None


def _typed(tap: Tapped, state: State | None) -> str:
    """The words of all boxes, the one that was just typed into among them."""
    boxes = {block: value.value or "" for block, action, value in (state or State()).inputs() if action == "write"}
    return together({**boxes, tap.block_id: tap.value or ""}.items())


def _rated(number: str, at: datetime, surface: Surface, prompt: str | None) -> Event | None:
    known = number.isascii() and number.isdecimal() and len(number) < 3
    return Rate(at=at, value=int(number), surface=surface, prompt=prompt) if known else None


def _named(name: str, at: datetime, surface: Surface, prompt: str | None) -> Event | None:
    if name not in COMMANDS:
        return None
    return Command(at=at, name=name, surface=surface, prompt=prompt)


def _ticked(state: State | None) -> tuple[str, ...]:
    found = (value.chosen() for _, action, value in (state or State()).inputs() if action == "tick")
    return next(found, ())


# Modals that are sent or closed


def sent(payload: Payload, view: View, at: datetime) -> Asked | None:
    """Next, or a form as a whole. The key knows what was written: sent again after a lost answer it is the same, but
    words that were changed in between are new."""
    asked = Asked(
        key=f"sent:{view.id}:{view.hash}:{_digest(view.standing)}",
        user=payload.person,
        place="modal",
        event=Open(at=at, page="talk"),
        view=view.id,
        hash=view.hash,
        action="sent",
    )
    if view.callback_id.startswith(ids.FORM):
        form, unseen = view.callback_id.removeprefix(ids.FORM), carried(view.private_metadata)
        submit = Submit(at=at, form=form, values={**fields(view.standing), **unseen})
        return replace(asked, event=submit, form=form_key(form, unseen.values()))
    if view.callback_id != ids.TALK:
        return None
    answer = unsent(view.standing, at, done=True)
    return replace(asked, event=answer) if answer is not None else asked


def closed(payload: Payload, view: View, at: datetime) -> Asked | None:
    """Closing the talk is a pause; what stood in the box is kept, where Slack says it: what was drawn is older."""
    if view.callback_id != ids.TALK or not view.private_metadata:
        return None
    pause = Command(at=at, name="pause", prompt=view.private_metadata)
    draft = unsent(view.state, at)
    return Asked(f"closed:{view.id}:{view.hash}", payload.person, "nowhere", pause, draft, view=view.id)


def unsent(state: State, at: datetime, *, done: bool = False) -> Event | None:
    """What stands in the question's own box or boxes; as a draft, nothing where they are empty."""
    written = [(block, value.value or "") for block, action, value in state.inputs() if action == "write"]
    text = together(written)
    if written and (done or text):
        return Write(at=at, text=text, prompt=ids.prompt_of(written[0][0]), done=done)
    for block, action, value in state.inputs():
        if action == "tick" and (done or value.chosen()):
            return Choose(at=at, values=value.chosen(), prompt=ids.prompt_of(block), done=done)
    return None


def _digest(state: State) -> str:
    return hashlib.sha256(state.model_dump_json().encode()).hexdigest()[:16]
