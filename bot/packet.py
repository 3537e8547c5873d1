"""What a person brings to supervision under their own name. Law: only the text that they saw goes, only to the
supervisor whom they saw named, and they alone take it back. Pure; themes of a group have nothing to do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Final

from babel.dates import format_date

from bot.asktime import MOST as MOST_NAMED
from bot.asktime import ask_sections, asked, asked_today
from bot.case import Case
from bot.checkins import local_day
from bot.conversation import Facts, Form, Option, Packet, Page, Reflection, Section
from bot.effects import Rewrite, SendPacket, Turn, WithdrawPacket
from bot.forms import Values, not_understood, one, saved, shown
from bot.home import home
from bot.kept import called, exchanges, hidden
from bot.passing import Way, begun, in_a_box, look, named, not_as_shown, typed, unseen
from bot.scanning import text_hash

#: Characters; every platform's box and card holds as many, twice on a page.
LONGEST: Final = 2000
#: What is out at once, and what a supervisor sees of it on one page.
MOST, A_PAGE = 5, 5
KEPT: Final = timedelta(days=30)


# The page


def packet(case: Case, start: int = 0) -> Page:
    """What was brought to this person, what they brought themselves, and what they marked to bring. `start`: how many
    newer ones come before those brought to them that are listed."""
    facts = case.facts
    start = start if 0 < start < len(facts.brought) else 0
    marked = tuple(_marked(case, one) for one in facts.reflections if one.for_supervision)
    return Page(
        name=f"packet:{start}" if start else "packet",
        title=case.word("packet-title"),
        resumes=case.conversation.session is not None,
        lines=tuple(case.word(name) for name in _said(facts, bool(marked))),
        sections=(
            *_brought(case, start),
            *(section for each in facts.sent for section in _sent(case, each)),
            *marked,
            *ask_sections(case, "packet"),
        ),
    )


def _said(facts: Facts, marked: bool) -> Iterator[str]:
    if facts.supervises:
        yield "packet-brought-intro" if facts.brought else "packet-none"
    if marked:
        yield "packet-own"
    elif not facts.supervises:
        yield "packet-own-none"
    if not facts.supervisors and (marked or not facts.supervises):
        yield "packet-nobody"
    if facts.sent:
        yield "packet-sent-intro"


def _brought(case: Case, start: int) -> Iterator[Section]:
    """By whom, when, and the very words."""
    there = case.facts.brought
    for each in there[start : start + A_PAGE]:
        line = case.word("packet-from", person="{person}", date=_day(case, each.on), until=_day(case, each.until))
        yield Section(title=each.title, lines=(line,), people=(each.person,))
        yield Section(lines=_lines(each))
    ways = (
        ("packet" if start <= A_PAGE else f"packet:{start - A_PAGE}", "packet-newer", start > 0),
        (f"packet:{start + A_PAGE}", "packet-older", start + A_PAGE < len(there)),
    )
    pages = tuple(Option(id=page, label=case.word(word)) for page, word, is_there in ways if is_there)
    if pages:
        yield Section(pages=pages)


def _sent(case: Case, each: Packet) -> Iterator[Section]:
    """Whether it was opened is told to nobody."""
    open_still = each.person in case.facts.supervisors
    words = "packet-to-then" if open_still else "packet-to-closed"
    line = case.word(words, person="{person}", date=_day(case, each.on), until=_day(case, each.until))
    yield Section(title=each.title, lines=(line,), people=(each.person,))
    form = Form(id="packet-back", title="", fields=(unseen("packet", each.id),), submit=case.word("take-back"))
    yield Section(lines=_lines(each), forms=(form,))


def _lines(each: Packet) -> tuple[str, ...]:
    return tuple(filter(str.strip, each.text.split("\n")))


def _day(case: Case, day: date) -> str:
    return format_date(day, "long", locale=case.locale)


def _marked(case: Case, reflection: Reflection) -> Section:
    off = Form(id="brought", title="", fields=(hidden(reflection),), submit=case.word("packet-done"))
    way = Form(id="packet-way", title="", fields=(hidden(reflection),), submit=case.word("packet-way"))
    beside = bool(case.facts.brought or case.facts.sent)  # one page does not hold both word for word
    read = Option(id=f"reflection:{reflection.id}", label=case.word("packet-read"))
    return Section(
        title=called(case, reflection),
        exchanges=() if beside else exchanges(reflection),
        forms=(way, off) if case.facts.supervisors else (off,),
        pages=(read,) if beside else (),
    )


def take_brought(case: Case, values: Values) -> Turn:
    """Off the list; the reflection stays."""
    kept = _of(case, values)
    if kept is None:
        return not_understood(case, packet(case))
    off = kept.model_copy(update={"for_supervision": False})
    left = tuple(off if each is kept else each for each in case.facts.reflections)
    page = packet(replace(case, facts=case.facts.model_copy(update={"reflections": left})))
    return saved(case, page, Rewrite(off))


def _of(case: Case, values: Values) -> Reflection | None:
    return _found(case, one(values, "reflection"))


def _found(case: Case, named_so: str) -> Reflection | None:
    return next((each for each in case.facts.reflections if str(each.id) == named_so), None)


# One on its way


def packet_of(case: Case, which: str) -> Page:
    """Older ones that were brought; or where one begins, by the id of its reflection."""
    reflection = _found(case, which)
    if reflection is None:
        return packet(case, int(which) if which.isascii() and which.isdigit() and len(which) <= 6 else 0)
    supervisors = case.facts.supervisors
    if len(supervisors) == 1:
        return _begun(case, reflection, supervisors[0])
    if not supervisors:
        return packet(case)
    return _whom(case, reflection, supervisors)


def _whom(case: Case, reflection: Reflection, supervisors: Sequence[str]) -> Page:
    sections = []
    for user in supervisors[:MOST_NAMED]:
        fields = (unseen("reflection", reflection.id), unseen("to", user))
        form = Form(id="packet-to", title="", fields=fields, submit=case.word("packet-whom"))
        sections.append(Section(lines=("{person}",), people=(user,), forms=(form,)))
    return Page(
        name="packet",
        title=case.word("packet-title"),
        lines=(case.word("packet-to-whom"),),
        sections=tuple(sections),
    )


def _begun(case: Case, reflection: Reflection, user: str) -> Page:
    """Answers that no step keeps private; what does not fit is said to be left out."""
    words, over = in_a_box(reflection.answers[number][1] for number in reflection.shareable)
    said = () if words else (case.word("packet-no-words"),)
    if over or len(words) > LONGEST:
        said = (case.word("packet-cut", longest=LONGEST),)
    return begun(case, _way(case, reflection, user), words[:LONGEST], *said)


def _way(case: Case, reflection: Reflection, user: str) -> Way:
    to = Section(lines=(case.word("packet-to", person="{person}"),), people=(user,))
    return Way(
        name="packet",
        about=(str(reflection.id), user),
        carried=(unseen("reflection", reflection.id), unseen("to", user)),
        longest=LONGEST,
        intro=(case.word("packet-intro"),),
        told=(case.word("packet-when", until=_day(case, _until(case))),),
        above=(to,),
    )


def _until(case: Case) -> date:
    return case.at.astimezone(UTC).date() + KEPT  # retention is counted in UTC


def take_way(case: Case, values: Values) -> Turn:
    return shown(case, packet_of(case, one(values, "reflection")))


def take_whom(case: Case, values: Values) -> Turn:
    return _on_the_way(case, values, lambda reflection, user: shown(case, _begun(case, reflection, user)))


def take_packet(case: Case, values: Values) -> Turn:
    """A text, to be looked through."""
    return _on_the_way(case, values, lambda reflection, user: look(case, _way(case, reflection, user), typed(values)))


def take_names(case: Case, values: Values) -> Turn:
    return _on_the_way(case, values, lambda reflection, user: named(case, _way(case, reflection, user), values))


def take_release(case: Case, values: Values) -> Turn:
    return _on_the_way(case, values, lambda reflection, user: _released(case, reflection, user, values))


def _on_the_way(case: Case, values: Values, go: Callable[[Reflection, str], Turn]) -> Turn:
    """Only to somebody who supervises them now, whatever the page was drawn with."""
    reflection, user = _of(case, values), one(values, "to")
    if reflection is None or user not in case.facts.supervisors:
        return not_understood(case, packet(case), "packet-nowhere")
    if len(case.facts.sent) >= MOST:
        full = shown(case, packet(case), case.word("packet-enough", most=MOST))
        return replace(full, illegal="packet-enough")
    return go(reflection, user)


def _released(case: Case, reflection: Reflection, user: str, values: Values) -> Turn:
    """Only the text that was shown, and once it was looked through."""
    way, text = _way(case, reflection, user), typed(values)
    if other := not_as_shown(case, way, text, values, "release"):
        return other
    what = Packet(
        id=case.facts.fresh[2],
        person=user,
        title=reflection.title,
        on=local_day(case, case.at),
        until=_until(case),
        text=text,
        reflection=reflection.id,
    )
    there = _with_sent(case, (what, *case.facts.sent))
    effect = SendPacket(what.id, user, what.title, what.on, what.until, text, text_hash(text), reflection.id)
    return saved(there, packet(there), effect, said="packet-sent")


def _with_sent(case: Case, sent: tuple[Packet, ...]) -> Case:
    return replace(case, facts=case.facts.model_copy(update={"sent": sent}))


# And back


def take_back(case: Case, values: Values) -> Turn:
    """One tap, at once."""
    wanted = one(values, "packet")
    back = tuple(each for each in case.facts.sent if str(each.id) == wanted)
    after = _with_sent(case, tuple(each for each in case.facts.sent if each not in back))
    effects = tuple(WithdrawPacket(each.id) for each in back)
    return saved(after, packet(after), *effects, said="packet-withdrawn" if effects else "unshared-before")


def take_time(case: Case, values: Values) -> Turn:
    """The sentence goes to the supervisor's chat; that it went is said here alone."""
    user, there = one(values, "to"), home if one(values, "page") == "home" else packet
    if user not in case.facts.supervisors:
        return not_understood(case, there(case), "packet-nowhere")
    if asked_today(case, user):
        return not_understood(case, there(case), "time-once")
    after, effect = asked(case, user)
    return saved(after, there(after), effect, said="time-sent")


TAKERS: Mapping[str, Callable[[Case, Values], Turn]] = {
    "brought": take_brought,
    "packet-way": take_way,
    "packet-to": take_whom,
    "packet": take_packet,
    "packet-names": take_names,
    "packet-release": take_release,
    "packet-back": take_back,
    "ask-time": take_time,
}
