"""The dialogue engine. Law: `step` is pure; an illegal event leaves the conversation as it was and says why."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

from bot import answering, asking, ending, lapsing, notices, pages, position, screens
from bot.anytime import commanded, reflect, started
from bot.beginning import refreshed
from bot.case import Case
from bot.checkins import planned_anew
from bot.conversation import Conversation, Facts, Memory
from bot.due import due
from bot.effects import Leave, LetGo, Need, Recall, Scan, Turn
from bot.events import (
    CheckInDue,
    Choose,
    Command,
    CommandName,
    Event,
    Idled,
    Joined,
    Left,
    Met,
    Notice,
    Open,
    Rate,
    Replan,
    Say,
    Scanned,
    Submit,
    Write,
)
from bot.hearing import typed
from bot.outcome import quiet, refused, settled, stale
from bot.outward import leads_in
from bot.scanning import NotScanned
from prompts.library import Library


def step(library: Library, conversation: Conversation, facts: Facts, event: Event) -> Turn | Need:
    """One event at one conversation: the next conversation, the reply, and what else is owed.

    Raises nothing for any event that can be built; `facts.fresh` must hold four unused uuids.
    """
    event, scans = (event.of, event.found) if isinstance(event, Scanned) else (event, ())
    case = Case(library, conversation, facts, event, scans)
    try:
        return unasked(case, event) if event.surface == "none" else asked(case, event)
    except NotScanned as wanted:
        return Need(Scan(wanted.text))


def asked(case: Case, event: Event) -> Turn:
    """What somebody typed or tapped; what they agreed to may have ended since, which is written down with it."""
    before = case.conversation
    case, ended = lapsing.noticed(refreshed(case))
    turn = forgotten(case, taken(case, event))
    if turn.illegal:
        return replace(turn, conversation=before)
    return recalled(before, lapsing.told(case, replace(turn, effects=(*ended, *turn.effects))))


def forgotten(case: Case, turn: Turn) -> Turn:
    """What was known of a reflection goes with it."""
    gone = {effect.reflection for effect in turn.effects if isinstance(effect, LetGo)}
    if not gone:
        return turn
    after = replace(case, conversation=turn.conversation)
    if after.memory.returning in gone:
        after = after.remember(returning=None).each_session(position.without_earlier)
    scripts = {kept.script for kept in case.facts.reflections if kept.id in gone}
    left = {name: value for name, value in after.memory.recalled.items() if name.rpartition(".")[0] not in scripts}
    if len(left) != len(after.memory.recalled):
        after = after.remember(recalled=left)
    return replace(turn, conversation=after.conversation)


def recalled(before: Conversation, turn: Turn) -> Turn:
    """What a clock asked is not sent after it was answered, or once it is not welcome any more."""
    after = turn.conversation
    session, memory = before.session, after.memory
    answered = session is not None and position.unanswered(session) and after.session != session
    at_peace = _peace(memory) != _peace(before.memory) or after.consents.words != before.consents.words
    return replace(turn, effects=(Recall(), *turn.effects)) if answered or at_peace else turn


def _peace(memory: Memory) -> tuple[object, ...]:
    return memory.paused, memory.away, memory.not_today, memory.quiet


def taken(case: Case, event: Event) -> Turn:
    match event:
        case Say() | Write():
            return typed(case, event)
        case Choose() | Rate():
            return chose(case, event)
        case Command():
            return commanded(case, event)
        case Open():
            return pages.opened(case, event.page)
        case Submit():
            return pages.submitted(case, event)
        case _:
            return unasked(case, event)


def unasked(case: Case, event: Event) -> Turn:
    """What nobody typed or tapped: clocks and rosters."""
    match event:
        case CheckInDue():
            return due(case, event)
        case Replan():
            return notices.zone_gone(case, planned_anew(case))
        case Met():
            return Turn(case.conversation, quiet(case))
        case Joined() | Left() if notices.overtaken(case.memory, event):
            return Turn(case.conversation, quiet(case))
        case Joined():
            return notices.welcomed(case, event)
        case Notice():
            return notices.told(case, event)
        case Idled():
            after, effects = ending.put_away(case)
            return Turn(after.conversation, quiet(case), effects)
        case Left():
            after, effects = ending.put_away(case, everything=True)
            after = after.remember(welcomed=False, moved=event.happened)
            return Turn(after.conversation, quiet(case), (*effects, Leave()))
        case _:
            return Turn(case.conversation, quiet(case), illegal="nothing-asked")


# What is tapped


def chose(case: Case, event: Choose | Rate) -> Turn:
    if isinstance(event, Choose) and not event.done:
        return answering.ticked(case, event)
    values = (str(event.value),) if isinstance(event, Rate) else event.values
    only = values[0] if len(values) == 1 else ""
    if leads_in(only):
        return gone_in(case, event, only)
    if only == "here":
        return here(case)
    if only.startswith(notices.PAGE):
        page = only.removeprefix(notices.PAGE)
        return pages.opened(case.at_event(Open(at=event.at, page=page)), page)
    if only in COMMANDS:
        return commanded(case, Command(at=event.at, surface=event.surface, prompt=event.prompt, name=COMMANDS[only]))
    if stale(case, event.prompt):
        return refused(case, "old-button")
    if only in case.library.scripts and case.conversation.session is None and not case.memory.ask_counting:
        return commanded(case, Command(at=event.at, surface=event.surface, name="reflect", argument=only))
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None:
        return asking.chose(case, only)
    if event.surface != "private" and not screens.in_the_open(case, session):
        return refused(case, "old-button")
    return answering.chose(case, session, values)


def gone_in(case: Case, event: Choose | Rate, way: str) -> Turn:
    """To the private box: where the person was, or to the script of a room's question in the week of that question."""
    _, _, named = way.partition(":")
    slug, _, week = named.partition(":")
    if slug not in case.library.scripts:
        return commanded(case, Command(at=event.at, surface="private", name="resume"))
    there = case.at_event(Command(at=event.at, surface="private", name="reflect", argument=slug))
    return reflect(there, slug, week=int(week) if re.fullmatch("[1-9][0-9]?", week, re.ASCII) else None)


COMMANDS: dict[str, CommandName] = {name: name for name in get_args(CommandName) if name != "reflect"}


def here(case: Case) -> Turn:
    """The person goes on in chat messages; what is sensitive still waits in the private box."""
    session = case.conversation.session
    if session is None:
        case, session = started(case, case.facts.program.default_script)
    if case.conversation.consents.words is None:
        return settled(case, case.word("here-first"))
    there = position.without_earlier(session).model_copy(update={"here": True})
    return settled(case.now(session=there), case.word("here-notice"))
