"""What is shown where a conversation stands. Pure; the same place always looks the same (law 6 on message surfaces)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile

from bot import menu, position, suggested
from bot.case import Case
from bot.consent import counting, excerpts
from bot.conversation import Answer, Exchange, Message, Option, Reply, Session
from bot.effects import Deliver
from bot.questions import about_counting, about_words, themes
from bot.shared import waiting_passage
from prompts.route import Route
from prompts.script import (
    LAST,
    ChoiceStep,
    EndStep,
    FreeStep,
    InfoStep,
    MultiStep,
    Question,
    ScaleStep,
    Script,
    Step,
    card_lines,
)

HELD_CONTROLS = ("pause", "help", "safety", "language", "stop", "restart", "delete")


def show(case: Case, *preface: str, again: bool = False) -> Reply:
    """The place where the conversation stands, for the surface of the event. `again`: it was shown before, so what
    is said on arriving is not said anew."""
    place = _place(case)
    said = tuple(line for line in preface if line and line != place.text)
    arriving = () if again else place.preface
    changes: dict[str, object] = {"preface": (*said, *arriving)}
    if said and hidden(case):
        changes = {"preface": said[:-1], "text": said[-1]}  # an answer in the chat needs no greeting after it
        if said[-1] == case.word("typed-aside"):  # what waits for the private box is no reason to go on in the chat
            changes["choices"] = tuple(option for option in place.choices if option.id == "private")
    message = place.model_copy(update=changes)
    return Reply(surface=case.surface, locale=case.locale, message=message, talk=talk(case))


def _place(case: Case) -> Message:
    session, memory = case.conversation.session, case.memory
    if hidden(case):
        return _in_chat(case)
    if session is None:
        return _counting(case) if memory.ask_counting else _idle(case)
    if case.conversation.consents.words is None:
        return _consent(case, session)
    if session.confirming:
        return _confirming(case, session)
    way = case.route(session)
    if isinstance(way.current, EndStep):
        return _last(case, session, way.current)
    return _question(case, session, way, way.current)


def prompt(case: Case) -> str:
    """What every button and box of this place carries; it changes only when the position does."""
    session = case.conversation.session
    if hidden(case):
        return "greeting"
    if session is None:
        return f"counting.{case.memory.last_reflection}" if case.memory.ask_counting else "start"
    return f"consent.{session.id}" if case.conversation.consents.words is None else position.prompt_id(session)


def hidden(case: Case) -> bool:
    """Whether the event's surface shows the neutral line instead of where the conversation stands."""
    session = case.conversation.session
    return case.surface != "private" and not (session and in_the_open(case, session))


def in_the_open(case: Case, session: Session) -> bool:
    """Whether the current question may stand in the chat: the person asked for that (or a check-in just has), and
    nothing sensitive has been answered, is being asked or is being said."""
    if case.conversation.consents.words is None or session.confirming:
        return False
    way = case.route(session)
    asked_there = session.here or (session.origin == "check-in" and not way.asked)
    answered = (case.script(session).step(step) for step in session.answers)  # also those that somebody went back over
    steps = (*answered, *way.asked, *way.carried, *way.infos, way.current)
    if not session.here and depends_on_earlier(case.script(session), way.current):
        return False
    return asked_there and not isinstance(way.current, EndStep) and not any(step.sensitive for step in steps)


def depends_on_earlier(script: Script, current: Step) -> bool:
    """Whether a step up to here asks for what was written or chosen in an earlier reflection: whether it was there or
    not would tell that. Who goes on in the chat has left it behind."""
    before = takewhile(lambda step: step.id != current.id, script.steps)
    return any(key == "@back" or key.startswith(LAST) for step in before for key in step.when)


def _in_chat(case: Case) -> Message:
    """The neutral line that the chat holds, whatever the script, the question or the answer, and whether the bot still
    has something to ask."""
    session = case.conversation.session
    started = session is not None and bool(session.answers or session.held or session.confirming)
    stays = started or case.facts.program.refuse_typed or (session is not None and session.here)
    here = () if stays else (Option(id="here", label=case.word("continue-here")),)
    private = Option(id="private", label=case.word("continue-private"))
    text = case.word("masked" if started else "greeting")
    return Message(text=text, input="choice", choices=(private, *here), prompt=prompt(case))


def _idle(case: Case) -> Message:
    return Message(
        text=case.word("nothing-open"),
        hint=case.word("start-hint"),
        input="choice",
        choices=(*menu.few(case), option(f"page:{menu.ALL}", case.word("scripts-button"))),
        controls=options(case, "help", "safety", "language"),
        prompt=prompt(case),
    )


def _consent(case: Case, session: Session) -> Message:
    asked = about_words(case)
    return Message(
        title=asked.title,
        text=asked.text,
        input="choice",
        choices=asked.choices,
        controls=options(case, "help", "safety", "language"),
        prompt=prompt(case),
        step="consent",
        script=session.script,
    )


def _counting(case: Case) -> Message:
    asked = about_counting(case)
    return Message(
        title=asked.title,
        text=asked.text,
        input="choice",
        choices=asked.choices,
        controls=options(case, "help", "safety", "language"),
        prompt=prompt(case),
        step="counting",
    )


def _confirming(case: Case, session: Session) -> Message:
    what = session.confirming
    return Message(
        text=case.word(f"confirm-{what}"),
        input="choice",
        choices=(
            Option(id=f"yes-{what}", label=case.word(f"yes-{what}")),
            Option(id=f"no-{what}", label=case.word(f"no-{what}")),
        ),
        prompt=prompt(case),
        step="confirm",
        script=session.script,
    )


def _question(case: Case, session: Session, way: Route, step: Question) -> Message:
    in_chat = case.surface != "private"
    screens, minutes = position.ahead(case.script(session), session, case.memory)
    number = len(way.asked) + 1
    asked = _outward(case, session, way, step)
    return asked.model_copy(
        update={
            "controls": _controls(case, session, way),
            "progress": case.word("progress", n=number, total=number + screens - 1),
            "minutes_left": max(1, round(minutes)),
            "draft": "" if in_chat or not isinstance(step, FreeStep) else position.in_the_box(session, step.id),
            "chosen": () if in_chat else position.ticked(session, step.id),
        }
    )


def _outward(case: Case, session: Session, way: Route, step: Question) -> Message:
    """A question with its answers alone, as it may stand in a chat (`bot/outward.py`)."""
    extra = () if case.surface == "private" else (option("private", case.word("continue-private")),)
    return Message(
        preface=tuple(said(case, session, way)),
        text=case.asks(session, step),
        hint=case.asks(session, step, "hint"),
        input=_input(step),
        choices=(*step_options(case, session, step), *extra),
        prompt=prompt(case),
        low=case.say(session, f"{step.id}.low"),
        high=case.say(session, f"{step.id}.high"),
        step=step.id,
        script=session.script,
    )


def _input(step: Question) -> str:
    match step:
        case FreeStep():
            return "text"
        case ChoiceStep():
            return "choice"
        case MultiStep():
            return "multi"
        case ScaleStep():
            return "scale"


def step_options(case: Case, session: Session, step: Question | EndStep) -> tuple[Option, ...]:
    if isinstance(step, ScaleStep):
        return tuple(Option(id=str(number), label=str(number)) for number in range(1, 6))
    return tuple(
        option(choice.id, case.say(session, f"{step.id}.{choice.id}.label")) for choice in position.choices_of(step)
    )


def _controls(case: Case, session: Session, way: Route) -> tuple[Option, ...]:
    skip = option("skip", case.word("keep-as-is" if session.cursor else "skip"))
    back = options(case, "back") if way.asked else options(case, "breathe")
    return (skip, *back, *options(case, *HELD_CONTROLS))


def options(case: Case, *names: str) -> tuple[Option, ...]:
    return tuple(option(name, case.word(f"{name}-button")) for name in names)


@lru_cache(maxsize=4096)
def option(name: str, label: str) -> Option:
    """The same few stand under every question, and making one is slow."""
    return Option(id=name, label=label)


def _last(case: Case, session: Session, step: EndStep) -> Message:
    """The last screen: one tap finishes; the rest is behind "More…"."""
    codes, add = countable(case, session), addable(case, session) if session.more else ()
    more = case.word("themes-more") if add else ""
    return Message(
        preface=tuple(said(case, session, case.route(session))),
        text=case.say(session, f"{step.id}.text"),
        hint=" ".join(filter(None, (_themes_line(case, codes), more))),
        input="choice",
        choices=_endings(case, session, step, codes, add),
        controls=options(case, "back", *HELD_CONTROLS),
        prompt=prompt(case),
        progress=case.word("last-screen"),
        minutes_left=None,
        step=step.id,
        script=session.script,
    )


def _endings(
    case: Case, session: Session, step: EndStep, codes: tuple[str, ...], add: tuple[str, ...]
) -> tuple[Option, ...]:
    own = step_options(case, session, step)
    if lets_go(case, session):
        return (option("done", case.word("let-go-first")), option(KEEP_MINE, case.word("done-keep")), *own)
    done = option("done", case.word("done-keep" if keeps_words(case, session) else "done-nothing"))
    count = (option("count", case.word("done-count")),) if offers_count(case, session) else ()
    drop = codes if counting(case) in ("ask", "always") else ()
    return (done, *count, *own, *_more(case, session, drop, add))


#: Keeps what would be let go otherwise.
KEEP_MINE = "keep-mine"


def lets_go(case: Case, session: Session) -> bool:
    """Whether this reflection is kept only if its person says so."""
    return case.script(session).ending == "let-go" and keeps_words(case, session)


def offers_count(case: Case, session: Session) -> bool:
    """Whether this person agreed to be asked each time, and there is something to be counted."""
    return counting(case) == "ask" and bool(countable(case, session))


def _themes_line(case: Case, codes: tuple[str, ...]) -> str:
    agreed = counting(case)
    if not codes or agreed not in ("ask", "always"):
        return ""
    return case.word("themes-intro" if agreed == "ask" else "themes-always", themes=themes(case, codes))


#: People who can be counted in a circle, before a passage of anybody's can be read there.
EXCERPT_CIRCLE = 8


def may_release(case: Case) -> bool:
    """Whether a passage could lead anywhere: it is not offered otherwise."""
    agreed = case.conversation.consents.words == "keep" and excerpts(case) != "never"
    room = case.facts.circle and case.facts.circle_size >= EXCERPT_CIRCLE
    return agreed and room and waiting_passage(case) is None


def shareable(case: Case, session: Session) -> bool:
    """Whether there are own words that may leave the person's hands at all."""
    return any(suggested.shareable_words(case, session))


def ways_out(case: Case, session: Session) -> Iterator[Option]:
    """Other ends of a reflection of which something is kept."""
    if keeps_words(case, session) and position.worth_keeping(session):
        yield Option(id="bring", label=case.word("bring"))
        if may_release(case) and shareable(case, session):
            yield Option(id="excerpt", label=case.word("excerpt-way"))


def _more(case: Case, session: Session, codes: tuple[str, ...], add: tuple[str, ...]) -> tuple[Option, ...]:
    """What changes something, the way back, and at the very end what takes everything away."""
    if not session.more:
        return (Option(id="more", label=case.word("more")),)
    changes = tuple(
        Option(id=f"change:{step.id}", label=case.word("change-setting", label=_carried(case, session, step)))
        for step in case.route(session).carried
    )
    themed = (*_themed(case, "without", "leave-out", codes), *_themed(case, "with", "also-count", add))
    letting_go = (Option(id="let-go", label=case.word("let-go")),) if keeps_words(case, session) else ()
    return (*changes, *themed, *ways_out(case, session), Option(id="less", label=case.word("less")), *letting_go)


def _themed(case: Case, what: str, word: str, codes: tuple[str, ...]) -> Iterator[Option]:
    for code in codes:
        yield Option(id=f"{what}:{code}", label=case.word(word, theme=case.library.theme(case.locale, code)))


def _carried(case: Case, session: Session, step: ChoiceStep) -> str:
    return case.say(session, f"{step.id}.{case.memory.remembered.get(step.id, '')}.label")


def keeps_words(case: Case, session: Session) -> bool:
    return case.conversation.consents.words == "keep" and retention(case, case.script(session)) > 0


def retention(case: Case, script: Script) -> int:
    """Days; the shortest of what the person, the script and the program want."""
    wanted = case.memory.retention_days
    terms = [DEFAULT_DAYS if wanted is None else wanted, case.facts.program.retention_ceiling]
    return min(terms if script.retention_days is None else [*terms, script.retention_days])


DEFAULT_DAYS, LONGEST_DAYS = 90, 365


def countable(case: Case, session: Session) -> tuple[str, ...]:
    """Codes that could go into a count, if the person wants that and there is a circle to count in."""
    if not _may_count(case, session):
        return ()
    codes = {*position.codes(case.script(session), session, case.memory), *suggested.added(case, session)}
    return position.in_order(codes.difference(session.unchecked))


def _may_count(case: Case, session: Session) -> bool:
    return case.facts.circle and keeps_words(case, session) and not lets_go(case, session)


def addable(case: Case, session: Session) -> tuple[str, ...]:
    """Codes that own words suggest, for somebody who agreed to be counted."""
    if counting(case) not in ("ask", "always") or not _may_count(case, session):
        return ()
    return suggested.offered(case, session)


def said(case: Case, session: Session, way: Route) -> Iterator[str]:
    """What infos and their cards say before the current question."""
    for info in way.infos:
        yield from info_lines(case, session, info)


def info_lines(case: Case, session: Session, info: InfoStep) -> Iterator[str]:
    if info.text:
        yield case.say(session, f"{info.id}.text")
    if info.card:
        yield from step_card(case, session, info.card)


def step_card(case: Case, session: Session, name: str) -> Iterator[str]:
    for line, _ in card_lines(case.script(session).cards[name]):
        yield case.say(session, f"card:{name}.{line}")


def talk(case: Case) -> tuple[Exchange, ...]:
    """The talk so far, own words included; on a private surface only."""
    session = case.conversation.session
    if case.surface != "private" or session is None or case.conversation.consents.words is None:
        return ()
    return tuple(exchange(case, session, step) for step in case.route(session).asked)


def exchange(case: Case, session: Session, step: Question) -> Exchange:
    answer = session.answers.get(step.id, Answer())
    return Exchange(
        asked=case.asks(session, step),
        answered=in_words(case, session, step, answer) or case.word("skipped" if step.keep else "not-kept"),
        reply=reply_line(case, session, step, answer),
    )


def in_words(case: Case, session: Session, step: Question, answer: Answer) -> str:
    if answer.text:
        return answer.text
    if isinstance(step, ScaleStep):
        return "".join(str(value) for value in answer.values)
    return "; ".join(case.say(session, f"{step.id}.{value}.label") for value in answer.values)


def reply_line(case: Case, session: Session, step: Question, answer: Answer) -> str:
    if isinstance(step, ChoiceStep) and answer.values:
        return case.say(session, f"{step.id}.{answer.values[0]}.reply")
    return ""


def is_words(case: Case, session: Session) -> bool:
    """Whether the current question asks for somebody's own words."""
    return isinstance(case.route(session).current, FreeStep)


def asked(case: Case) -> Message:
    """The current place as the chat may hold it, for a delivery: nobody is there to be answered."""
    session = case.conversation.session
    if session is None or not in_the_open(case, session):
        return _place(case)
    way = case.route(session)
    return _place(case) if isinstance(way.current, EndStep) else _outward(case, session, way, way.current)


def neutral(case: Case, name: str, *choices: str) -> Deliver:
    """A line for the chat, the same for every script; `choices` are buttons under it."""
    buttons = tuple(Option(id=choice, label=case.word("continue-private")) for choice in choices)
    return Deliver(
        Message(text=case.word(name), input="choice" if buttons else "none", choices=buttons, prompt="greeting")
    )


def line(case: Case, words: str, *preface: str, closed: bool = False) -> Reply:
    """A reply that asks nothing."""
    message = Message(preface=tuple(filter(None, preface)), text=words)
    return Reply(surface=case.surface, locale=case.locale, message=message, closed=closed)
