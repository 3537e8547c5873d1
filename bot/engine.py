"""The dialogue engine. Law: `step` is pure; an illegal event leaves the conversation as it was and says why."""

from __future__ import annotations

from typing import get_args

from bot import answering, asking, ending, pages, position, screens
from bot.case import Case
from bot.commands import Said, pick, understand
from bot.conversation import Conversation, Facts, Origin, Reply, Session
from bot.effects import Effect, Need, Turn
from bot.events import (
    CheckInDue,
    Choose,
    Command,
    CommandName,
    Event,
    Idled,
    Joined,
    Left,
    Open,
    Rate,
    Say,
    Submit,
    Write,
)
from bot.typed import LIMIT_BYTES, clean, size
from prompts.library import Library

#: At most so many reflections wait behind the active one; an older one is put with the finished ones.
MAX_WAITING = 3


def step(library: Library, conversation: Conversation, facts: Facts, event: Event) -> Turn | Need:
    """One event at one conversation: the next conversation, the reply, and what else is owed.

    Raises nothing for any event that can be built; `facts.fresh` must hold four unused uuids.
    """
    case = Case(library, conversation, facts, event)
    match event:
        case Say() | Write():
            return typed(case, event)
        case Choose() | Rate():
            return chose(case, event)
        case Command():
            return commanded(case, event)
        case Open():
            return opened(case, event)
        case Submit():
            return pages.submitted(case, event)
        case _:
            return unasked(case, event)


def unasked(case: Case, event: Event) -> Turn:
    """What nobody typed or tapped: clocks and rosters."""
    match event:
        case CheckInDue():
            return due(case, event)
        case Joined():
            return Turn(case.conversation, quiet(case), (screens.neutral(case, "greeting", "private"),))
        case Idled() | Left():
            after, effects = ending.put_away(case)
            return Turn(after.conversation, quiet(case), effects)
        case _:
            return Turn(case.conversation, quiet(case), illegal="nothing-asked")


def quiet(case: Case) -> Reply:
    return Reply(surface="none", locale=case.locale)


def settled(case: Case, *preface: str, effects: tuple[Effect, ...] = ()) -> Turn:
    """A turn that ends by showing where the conversation now stands."""
    if case.memory.put_away and case.surface == "private":
        preface = (*preface, case.word("idle-put-away"))
        case = case.remember(put_away=False)
    return Turn(case.conversation, screens.show(case, *preface), effects)


def illegal(case: Case, why: str, *preface: str) -> Turn:
    """A turn that changes nothing and says why."""
    return Turn(case.conversation, screens.show(case, case.word(why), *preface, again=True), illegal=why)


def again(case: Case, *preface: str) -> Turn:
    """A turn at a question that was shown before: something is said, and the question repeated without its notices."""
    return Turn(case.conversation, screens.show(case, *preface, again=True))


# What is typed


def typed(case: Case, event: Say | Write) -> Turn:
    if size(event.text) > LIMIT_BYTES:
        return illegal(case, "too-large")
    text = clean(event.text)
    if isinstance(event, Write) and not event.done:
        return drafted(case, event, text)
    said = understand(case.library, text, chat=isinstance(event, Say))
    if said is not None:
        return understood(case, event, said, text)
    if isinstance(event, Say):
        return in_chat(case, text)
    return in_private(case, event, text)


def understood(case: Case, event: Say | Write, said: Said, text: str) -> Turn:
    """A whole message that is a command, or asks for a page; pages open in private only."""
    case = without_draft(case, text) if isinstance(event, Write) else case
    if said.page and isinstance(event, Say):
        return again(case, case.word("not-private-page"))
    if said.page:
        return opened(case, Open(at=event.at, page=said.page))
    name = said.name or "help"
    return commanded(case, Command(at=event.at, surface=event.surface, name=name, argument=said.argument))


def without_draft(case: Case, text: str) -> Case:
    """A command was typed into the box: what of it was handed over as a draft is no draft."""
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None:
        return case
    step_id = case.route(session).current.id
    draft = session.drafts.get(step_id, "")
    if not draft or not text.startswith(draft):
        return case
    drafts = {key: value for key, value in session.drafts.items() if key != step_id}
    return case.now(session=session.model_copy(update={"drafts": drafts}))


def drafted(case: Case, event: Write, text: str) -> Turn:
    """A draft is put where it came from; it asks for no answer."""
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None:
        return Turn(case.conversation, quiet(case), illegal="nothing-open")
    if _stale(case, event.prompt):
        return Turn(case.conversation, quiet(case), illegal="old-button")
    step_id = case.route(session).current.id
    drafts = {key: value for key, value in session.drafts.items() if key not in ("", step_id)}
    after = session.model_copy(update={"drafts": {**drafts, step_id: text} if text else drafts, "touched": case.at})
    return Turn(case.now(session=after).conversation, quiet(case))


def in_chat(case: Case, text: str) -> Turn:
    """Typed where the platform keeps it: taken with one plain notice, and never said back (law 5)."""
    session = case.conversation.session
    if case.conversation.consents.words is None:
        return illegal(case, "typed-refused") if len(text.split()) >= FEWEST_WORDS else settled(case)
    in_the_open = session is not None and screens.in_the_open(case, session)
    words = session is not None and screens.is_words(case, session)
    if case.facts.program.refuse_typed and (words or not in_the_open):
        return illegal(case, "typed-refused")
    if session is not None and in_the_open:
        turn = answering.typed(case, session, text)
        answered = turn.conversation.session is None or turn.conversation.session.visit != session.visit
        return _prefaced(turn, case.word("typed-notice")) if answered and words else turn
    if session is None:
        if len(text.split()) < FEWEST_WORDS:
            return settled(case)
        case, _ = started(case, case.facts.program.default_script)
        session = case.conversation.session
    assert session is not None
    return settled(put_aside(case, session, text), case.word("typed-aside"))


#: What is typed into the chat while nothing is open is a greeting up to this length, and somebody's words beyond it.
FEWEST_WORDS = 5


def in_private(case: Case, event: Write, text: str) -> Turn:
    session = case.conversation.session
    if session is None:
        return with_nothing_open(case, text)
    if case.conversation.consents.words is None:
        return asking.typed(case, text)
    if _stale(case, event.prompt):
        if not text:
            return illegal(case, "old-button")
        return settled(put_aside(case, session, text), case.word("late-words"))
    return answering.typed(case, session, text)


def with_nothing_open(case: Case, text: str) -> Turn:
    """The name or number of a script begins it; somebody's words begin a reflection that holds them."""
    message = screens.show(case).message
    choice = pick(message.choices if message else (), text)
    if choice is None and len(text.split()) >= FEWEST_WORDS and case.conversation.consents.words is not None:
        case, session = started(case, case.facts.program.default_script)
        return settled(put_aside(case, session, text), case.word("begun-aside"))
    if case.memory.ask_counting or choice is None:
        return asking.typed(case, text)
    return reflect(case, choice)


def put_aside(case: Case, session: Session, text: str) -> Case:
    return case.now(session=position.aside(session, text, case.at, box=screens.is_words(case, session)))


def _prefaced(turn: Turn, words: str) -> Turn:
    message = turn.reply.message
    if message is None:
        return turn
    message = message.model_copy(update={"preface": (words, *message.preface)})
    return Turn(turn.conversation, turn.reply.model_copy(update={"message": message}), turn.effects, turn.illegal)


def _stale(case: Case, prompt: str | None) -> bool:
    return prompt is not None and prompt != screens.prompt(case)


# What is tapped


def chose(case: Case, event: Choose | Rate) -> Turn:
    values = (str(event.value),) if isinstance(event, Rate) else event.values
    only = values[0] if len(values) == 1 else ""
    if only == "private":
        return commanded(case, Command(at=event.at, surface="private", name="resume"))
    if only == "here":
        return here(case)
    if only in COMMANDS:
        return commanded(case, Command(at=event.at, surface=event.surface, prompt=event.prompt, name=COMMANDS[only]))
    if _stale(case, event.prompt):
        return illegal(case, "old-button")
    if only in case.library.scripts and case.conversation.session is None and not case.memory.ask_counting:
        return commanded(case, Command(at=event.at, surface=event.surface, name="reflect", argument=only))
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None:
        return asking.chose(case, only)
    if event.surface != "private" and not screens.in_the_open(case, session):
        return illegal(case, "old-button")
    return answering.chose(case, session, values)


COMMANDS: dict[str, CommandName] = {name: name for name in get_args(CommandName) if name != "reflect"}


def here(case: Case) -> Turn:
    """The person goes on in chat messages; what is sensitive still waits in the private box."""
    session = case.conversation.session
    if session is None:
        case, session = started(case, case.facts.program.default_script)
    if case.conversation.consents.words is None:
        return settled(case)
    return settled(case.now(session=session.model_copy(update={"here": True})), case.word("here-notice"))


# What can be said at any moment


def commanded(case: Case, command: Command) -> Turn:
    case = Case(case.library, case.conversation, case.facts, command)
    match command.name:
        case "reflect":
            return reflect(case, command.argument)
        case "help":
            return again(case, case.word("help"))
        case "safety":
            return safety(case)
        case "breathe":
            return again(case, *case.card("breathing"))
        case "language":
            return language(case, command.argument)
        case "resume":
            return resume(case)
    session = case.conversation.session
    if session is None or (case.conversation.consents.words is None and command.name in ("back", "skip", "restart")):
        return illegal(case, "nothing-open")
    if _stale(case, command.prompt):
        return illegal(case, "old-button")
    return on_session(case, session, command.name)


def on_session(case: Case, session: Session, name: str) -> Turn:
    match name:
        case "back":
            return back(case, session)
        case "skip":
            return answering.skip(case, session)
        case "pause":
            return pause(case, session)
        case "stop":
            after, effects = ending.stop(case, session)
            return closing(after, "stopped", "goodbye", effects)
        case "delete" | "restart":
            return settled(case.now(session=position.moved(session, case.at, confirming=name)))
    raise AssertionError(name)


def reflect(case: Case, slug: str) -> Turn:
    """Begins a script, or goes on with it where it is open already; another one that is open waits."""
    if slug and slug not in case.library.scripts:
        names = ", ".join(script.say(case.locale, "title") for script in case.library.scripts.values())
        return Turn(case.conversation, screens.show(case, case.word("script-unknown", names=names)), illegal="unknown")
    current = case.conversation.session
    wanted = slug or (current.script if current else case.facts.program.default_script)
    if current is not None and current.script == wanted:
        return settled(case, case.word("resumed") if current.visit else "")
    waits = case.word("waiting") if current is not None and case.surface == "private" else ""
    case, effects = _parked(case, wanted)
    return settled(case, waits, effects=effects)


def _parked(case: Case, wanted: str) -> tuple[Case, tuple[Effect, ...]]:
    """The active session goes behind; the wanted one comes from there, or begins."""
    current, waiting = case.conversation.session, case.conversation.waiting
    again = next((session for session in waiting if session.script == wanted), None)
    behind = tuple(session for session in waiting if session is not again) + ((current,) if current else ())
    effects: tuple[Effect, ...] = ()
    if len(behind) > MAX_WAITING:
        effects = ending.kept_unfinished(case, behind[0], 3)
        behind = behind[1:]
    if again is not None:
        return case.now(session=again, waiting=behind), effects
    case, _ = started(case.now(session=None, waiting=behind), wanted)
    return case, effects


def started(case: Case, slug: str) -> tuple[Case, Session]:
    script = case.library.scripts[slug]
    first = case.conversation.consents.words is None
    origin: Origin = "check-in" if isinstance(case.event, CheckInDue) else "person"
    session = position.begin(script, case.facts.fresh[0], case.at, first=first, origin=origin)
    return case.now(session=session).remember(ask_counting=()), session


def safety(case: Case) -> Turn:
    """The card is sensitive: in the chat there is only the way to it."""
    if case.surface != "private":
        return again(case, case.word("safety-chat"))
    return again(case, *case.card("safety"))


def resume(case: Case) -> Turn:
    session = case.conversation.session
    if session is None and not case.memory.ask_counting:
        if case.surface == "private" and case.conversation.consents.words is not None and case.memory.uses:
            return settled(case)
        return reflect(case, "")
    return settled(case)


def language(case: Case, wanted: str) -> Turn:
    locales = case.library.locales
    if not wanted:
        wanted = locales[(locales.index(case.locale) + 1) % len(locales)]
    if wanted not in locales:
        return illegal(case, "language-unknown")
    after = case.now(locale=wanted, chosen_locale=True)
    return again(after, after.word("language-now"))


def back(case: Case, session: Session) -> Turn:
    if session.confirming:
        return settled(case.now(session=position.moved(session, case.at, confirming=None)))
    after = position.gone_back(case.script(session), session, case.memory, case.at)
    if after is None:
        return illegal(case, "first-question")
    return settled(case.now(session=after))


def pause(case: Case, session: Session) -> Turn:
    after = case.now(session=session.model_copy(update={"touched": case.at}))
    return closing(after, "pause", "pause", (), "private")


def closing(case: Case, here: str, there: str, effects: tuple[Effect, ...], *buttons: str) -> Turn:
    """One line where the person is; on a private surface also a neutral one for the chat."""
    if case.surface == "private":
        effects = (*effects, screens.neutral(case, there, *buttons))
    reply = screens.line(case, case.word(here if case.surface == "private" else there), closed=True)
    return Turn(case.conversation, reply, effects)


# What nobody typed


def due(case: Case, event: CheckInDue) -> Turn:
    """A check-in asks in the chat; while another reflection is open it only says that one can go on."""
    if event.script not in case.library.scripts or case.conversation.consents.words is None:
        return Turn(case.conversation, quiet(case), illegal="unknown")
    if case.conversation.session is not None:
        return Turn(case.conversation, quiet(case), (screens.neutral(case, "pause", "private"),))
    case, _ = started(case, event.script)
    return Turn(case.conversation, quiet(case), (screens.asked(case),))


def opened(case: Case, event: Open) -> Turn:
    return pages.opened(Case(case.library, case.conversation, case.facts, event), event.page)
