"""What an activity asks of the bot: the event, where it was asked, and its dedupe key. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from adapters.teams import ids
from adapters.teams.activity import Activity
from bot.conversation import form_key
from bot.events import Choose, Command, CommandName, Event, Open, Rate, Say, Submit, Surface, Write

COMMANDS = frozenset(get_args(CommandName))

#: How it was asked, and so how it is answered: in a dialog; on a card that is answered in place, or by a client that
#: can only send a message; typed into the chat.
How = Literal["dialog", "execute", "submit", "say"]

_MENTION = re.compile(r"^\s*<at[^>]*>.*?</at>", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a person did. `draft`: what stood in the box when they did it, to be kept first.

    `view`: in this person's own view of a card; `card`: the activity that holds the card; `start`: where a long page
    begins; `form`: the key of the form that was sent; `closes`: the dialog is over, and nothing is asked.
    """

    key: str
    how: How
    event: Event
    draft: Event | None = None
    view: bool = False
    card: str = ""
    stamp: str = ""
    start: int = 0
    form: str = ""
    closes: bool = False

    @property
    def private(self) -> bool:
        """Whether what is shown in answer is seen by this person alone, and kept nowhere."""
        return self.how == "dialog" or (self.how == "execute" and self.view)


def read(activity: Activity, at: datetime) -> Asked | None:
    """None where nothing is asked of us: a reaction, somebody else's button, an event."""
    match activity.type, activity.name:
        case "message", _ if activity.tapped:
            return tapped(activity, "submit", at)
        case "message", _:
            event = Say(at=at, text=said(activity.text or ""), files=activity.files)
            return Asked(f"activity:{activity.id}", "say", event)
        case "invoke", "adaptiveCard/action":
            return tapped(activity, "execute", at)
        case "invoke", "task/fetch" | "task/submit":
            return tapped(activity, "dialog", at)
    return None


def said(text: str) -> str:
    """As it was typed, without the bot's own name before it."""
    return _MENTION.sub("", text).replace("\u00a0", " ").strip()


# What is tapped


def tapped(activity: Activity, how: How, at: datetime) -> Asked | None:
    data = activity.tapped
    act = ids.act(data.get(ids.DO))
    if act is None:
        return None
    view = data.get(ids.VIEW) == ids.CARD_VIEW
    surface: Surface = "private" if how == "dialog" or view else "message"
    asked = Asked(
        key=f"activity:{activity.id}",
        how=how,
        event=Open(at=at, page="talk"),
        view=view,
        card=activity.reply_to_id or "",
        stamp=hashlib.sha256(activity.id.encode()).hexdigest()[:12],
        start=_number(data, ids.START) if act.verb == "open" else 0,
        form=form_key(act.argument, carried(data).values()) if act.verb == "form" else "",
        closes=act.verb == "close",
    )
    event = meant(act, data, at, surface)
    if event is None:
        return None
    answers = isinstance(event, Write) or (isinstance(event, Choose | Rate) and surface == "private")
    once = _once(data) if answers else ""
    draft = unsent(data, at) if surface == "private" and act.verb not in ("write", "tick") else None
    return replace(asked, event=event, draft=draft, key=once or asked.key)


def meant(act: ids.Act, data: Mapping[str, Any], at: datetime, surface: Surface) -> Event | None:
    """The event of one tap; None for one that asks nothing."""
    prompt = _text(data, ids.PROMPT) or None
    match act.verb:
        case "choose":
            return Choose(at=at, values=(act.argument,), surface=surface, prompt=prompt)
        case "rate" if _NUMBER.fullmatch(act.argument):
            return Rate(at=at, value=int(act.argument), surface=surface, prompt=prompt)
        case "write":
            return Write(at=at, text=_text(data, ids.WRITE), surface=surface, prompt=prompt)
        case "tick":
            return Choose(at=at, values=_ticked(data), surface=surface, prompt=prompt)
        case "command" if act.argument in COMMANDS:
            return Command(at=at, name=act.argument, surface=surface, prompt=prompt)
    return opened(act, data, at) if surface == "private" else None


def opened(act: ids.Act, data: Mapping[str, Any], at: datetime) -> Event | None:
    """The event of a tap beside the questions: a script, a page, a form."""
    match act.verb:
        case "begin":
            return Command(at=at, name="reflect", argument=act.argument)
        case "open":
            return Open(at=at, page=act.argument)
        case "form":
            name = ids.numbered(act.argument, _number(data, ids.NUMBER))
            return Submit(at=at, form=act.argument, values=fields(name, data))
        case "close":
            return Open(at=at, page="talk")
    return None


def unsent(data: Mapping[str, Any], at: datetime) -> Event | None:
    """What stands in the question's own box, as a draft; nothing where it is empty."""
    prompt = _text(data, ids.PROMPT) or None
    if text := _text(data, ids.WRITE):
        return Write(at=at, text=text, prompt=prompt, done=False)
    ticked = _ticked(data)
    return Choose(at=at, values=ticked, prompt=prompt, done=False) if ticked else None


def fields(form: str, data: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """A form's values by field. Of several values Teams makes one text, with commas between; where nothing is entered,
    some clients send an empty text and others nothing."""
    typed = {
        field: people(value)
        for name, value in data.items()
        if (field := ids.field_of(name, form)) and isinstance(value, str)
    }
    return {**typed, **carried(data)}


def carried(data: Mapping[str, Any]) -> dict[str, str]:
    """What goes along with a form unseen, by field."""
    given = data.get(ids.VALUES)
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


def people(value: str) -> str:
    """Ids of people in small letters, as they are everywhere here; anything else as it is."""
    small = value.lower()
    return small if all(ids.PERSON.fullmatch(part) for part in small.split(",")) else value


def _once(data: Mapping[str, Any]) -> str:
    """Two taps on one drawing, with the same in its inputs, are one answer."""
    if not _text(data, ids.STAMP):
        return ""
    whole = json.dumps(data, sort_keys=True, default=str)
    return f"drawn:{hashlib.sha256(whole.encode(errors='replace')).hexdigest()[:32]}"


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _ticked(data: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(filter(None, _text(data, ids.TICKS).split(",")))


def _number(data: Mapping[str, Any], name: str) -> int:
    number = str(data.get(name, ""))
    return int(number) if _NUMBER.fullmatch(number) else 0
