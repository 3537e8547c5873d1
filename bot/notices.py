"""What a person is told unasked, and the ways that lead on from it. Law: fixed neutral words, the same for everybody;
no talk is touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot import screens
from bot.agenda import agenda, digest
from bot.case import Case
from bot.checkins import local_day, not_in_quiet, replanned
from bot.conversation import Memory, Message, Option, Reply
from bot.effects import Deliver, Effect, Turn
from bot.events import Joined, Left, Notice
from bot.outcome import quiet
from bot.places import UNKNOWN_ZONE
from bot.snapshot import Snapshot

#: What a button under a line is called that leads to a page, before the page's name.
PAGE = "page:"
#: Where those who are told something go on from there; everybody else to the private box.
GOES_TO = {"installed": "lead", "lead": "setup", "supervisor": "report"}
#: What is about a person, and where it leads, if anywhere.
ABOUT = {"supervisor-named": "", "brought": "packet", "ten-minutes": ""}
#: What the button to a page says, where that is not its title.
CALLED = {"home": "home-button", "consent": "consent-page-title"}
#: Lines of the welcome; the last one says how to begin.
WELCOME = ("welcome-1", "welcome-2", "welcome-3", "welcome-4")


def told(case: Case, event: Notice) -> Turn:
    """One line for the chat, whatever the person has agreed to: it is about the workspace, not about them."""
    if event.notice in ABOUT:
        # The engine knows nobody's name: the adapter puts it where the text says {person}.
        words, way = case.word(f"notice-{event.notice}", person="{person}"), ABOUT[event.notice]
        message = leading(case, words, way) if way else Message(text=words, prompt="greeting")
        message = message.model_copy(update={"person": event.person})
        return Turn(case.conversation, quiet(case), (Deliver(message),))
    if event.notice == "digest":
        return Turn(case.conversation, quiet(case), tuple(Deliver(message) for message in published(case, event)))
    page = GOES_TO.get(event.notice)
    if page is None:
        return Turn(case.conversation, quiet(case), (screens.neutral(case, f"notice-{event.notice}", "private"),))
    return Turn(case.conversation, quiet(case), (Deliver(leading(case, case.word(f"notice-{event.notice}"), page)),))


def published(case: Case, event: Notice) -> Iterator[Message]:
    """The digest of a window, for who may see it at this moment; the same for everybody who reads the language."""
    circle, _, window = event.person.rpartition("/")
    for report in case.facts.reports:
        for snapshot in report.snapshots:
            if (report.circle, snapshot.window) == (circle, window):
                yield digest_of(case, circle, snapshot)


def digest_of(case: Case, circle: str, snapshot: Snapshot) -> Message:
    """What was published, what a meeting can begin with, and last what themes never tell."""
    asked = (f"{one.label}: {one.question}" for one in agenda(case.library, snapshot, case.locale))
    told = (*digest(case.library, snapshot, circle, case.locale), case.word("agenda-title"), *asked)
    return leading(case, case.word("report-first-line"), "report").model_copy(update={"preface": told})


def overtaken(memory: Memory, event: Joined | Left) -> bool:
    """Whether it is known by now what became of it: platforms tell of comings and goings late, and in any order."""
    return event.happened is not None and memory.moved is not None and event.happened < memory.moved


def welcomed(case: Case, event: Joined) -> Turn:
    """Said once to whoever puts the app there, however often the platform says so; again to who comes back."""
    case = case.remember(moved=event.happened or case.memory.moved)
    if case.memory.welcomed:
        return Turn(case.conversation, quiet(case))
    *before, last = (case.word(name) for name in WELCOME)
    way = Option(id="private", label=case.word("continue-private"))
    message = Message(preface=tuple(before), text=last, input="choice", choices=(way,), prompt="greeting")
    return Turn(case.remember(welcomed=True).conversation, quiet(case), (Deliver(message),))


def way_to(case: Case, page: str, name: str = "not-private-page") -> Turn:
    """A page that was asked for in the chat: it opens in private only, and there is the way. `name`: of the words."""
    message = leading(case, case.word(name), page)
    return Turn(case.conversation, Reply(surface=case.surface, locale=case.locale, message=message))


def leading(case: Case, words: str, page: str) -> Message:
    way = Option(id=f"{PAGE}{page}", label=case.word(CALLED.get(page, f"{page}-title")))
    return Message(text=words, input="choice", choices=(way,), prompt="greeting")


def followed(case: Case, turn: Turn, before: str) -> Turn:
    """A turn of somebody whose profile says that they live elsewhere now (`before`: the old zone), or who is back
    within reach: their check-ins follow, and they are told of a move, once a day however often a profile changes."""
    after = replace(case, conversation=turn.conversation)
    if not after.memory.check_ins:
        return turn
    today = local_day(after, after.at)
    moved = before not in (UNKNOWN_ZONE, case.facts.zone) and any(one.start for one in after.memory.check_ins)
    told: tuple[Effect, ...] = ()
    loud = not after.memory.paused and not_in_quiet(after, after.at) == after.at
    if moved and loud and after.memory.followed != today:
        after = after.remember(followed=today)
        told = (Deliver(leading(after, after.word("check-ins-moved"), "checkins")),)
    return replace(turn, conversation=after.conversation, effects=(*turn.effects, *replanned(after), *told))


def zone_gone(case: Case, effects: tuple[Effect, ...]) -> Turn:
    """A turn of the clock's; who lives by a zone that is none any more is asked where they are."""
    lost = case.facts.zone_gone and case.memory.check_ins and not case.memory.paused
    told = (Deliver(leading(case, case.word("zone-gone"), "checkins")),) if lost else ()
    return Turn(case.conversation, quiet(case), (*effects, *told))
