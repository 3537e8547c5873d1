"""What people type about when to be asked: "visit at 3pm", "in 20 minutes", "not today". Law: a whole message or
nothing; in a box that asks for somebody's own words, nothing. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot import arranging, screens
from bot.anytime import pause
from bot.arranging import Set
from bot.case import Case
from bot.checkins import morning
from bot.commands import pick
from bot.conversation import Kind, Reply, Session
from bot.effects import Turn
from bot.events import BESIDE, Say, Write
from bot.forms import shown
from bot.notices import leading, way_to
from bot.outcome import illegal, settled
from bot.position import unanswered
from bot.timepage import check_ins_page
from bot.when import Asked, Unread, Wanted, When, read_wish
from scheduler.recurrence import day_end

_KINDS: dict[Asked, Kind] = {"visit": "visit", "day-end": "day-end", "weekly": "weekly", "supervision": "supervision"}


def wished(case: Case, event: Say | Write, text: str) -> Turn | None:
    """None for all that is no wish."""
    beside = isinstance(event, Say) or event.prompt == BESIDE
    if _in_a_box(case, event) or _is_a_choice(case, event, text):
        return None
    wish = read_wish(text, case.at, case.facts.zone)
    if wish is None or (isinstance(wish, Unread) and not beside):
        return None
    if case.conversation.consents.words is None:
        return illegal(case, "check-ins-first")
    if isinstance(wish, Unread):
        return illegal(case, "time-unread")  # what was typed in the chat is not said back there
    return granted(case, wish)


def _in_a_box(case: Case, event: Say | Write) -> bool:
    """Whether somebody's own words are asked for, or a yes or no."""
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None:
        return False
    if isinstance(event, Say) and not screens.in_the_open(case, session):
        return False
    if isinstance(event, Write) and event.prompt == BESIDE:
        return False
    return bool(session.confirming) or screens.is_words(case, session)


def _is_a_choice(case: Case, event: Say | Write, text: str) -> bool:
    """Whether the question that stands offers just that: its own answer comes first."""
    session = case.conversation.session
    if session is None or (isinstance(event, Say) and not screens.in_the_open(case, session)):
        return False
    message = screens.show(case).message
    return message is not None and pick(message.choices, text) is not None


def granted(case: Case, wish: Wanted) -> Turn:
    session = case.conversation.session
    match wish.kind:
        case "list":
            return way_to(case, "checkins") if case.surface != "private" else shown(case, check_ins_page(case))
        case "pause-all":
            return _told(arranging.pause_all(case))
        case "resume-all":
            return _told(arranging.resume_all(case))
        case "away":
            assert wish.until is not None
            return _told(arranging.away(case, wish.first, wish.until))
        case "not-today":
            return _told(arranging.not_today(_without_unanswered(case, session)))
        case "snooze" | "remind":
            return _again(case, session, wish.when)
        case "day-end" if wish.when is None:
            at = day_end(case.at, case.facts.zone, case.facts.program.day_end)
            return _again(case, session, When(at=at), script=arranging.script_of(case, "day-end"))
    assert wish.when is not None
    when = replace(wish.when, rule=arranging.EVERY_DAY) if wish.kind == "day-end" and wish.when.rule else wish.when
    return _told(arranging.set_up(case, _KINDS[wish.kind], when))


def _again(case: Case, session: Session | None, when: When | None, script: str = "") -> Turn:
    """A check-in that was just asked comes later; a reflection that is open can be gone on with then."""
    when = when or When(start=morning(case, 1))
    if session is None:
        return _told(arranging.set_up(case, "follow-up", when, script))
    done = arranging.set_up(_without_unanswered(case, session), "follow-up", when, session.script)
    if done.why:
        return _told(Set(case, done.words, why=done.why))
    if unanswered(session):
        return _told(done)
    paused = pause(done.case, session)
    return Turn(paused.conversation, _reply(done), (*done.effects, *paused.effects))


def _without_unanswered(case: Case, session: Session | None) -> Case:
    """Without the check-in that was just asked, if nobody has answered it."""
    if session is None or not unanswered(session):
        return case
    return case.now(session=None)


def _told(done: Set) -> Turn:
    return Turn(done.case.conversation, _reply(done), done.effects, done.why)


def _reply(done: Set) -> Reply:
    case = done.case
    if case.surface == "private":
        return settled(case, done.words).reply
    message = leading(case, done.words, "checkins")
    return Reply(surface=case.surface, locale=case.locale, message=message)
