"""What is typed. Law: it becomes an answer, a command or a draft, or is refused in words; it is never just lost."""

from __future__ import annotations

from dataclasses import replace

from bot import answering, asking, danger, notices, pages, position, screens
from bot.anytime import commanded, reflect, started
from bot.case import Case
from bot.commands import MAY_BE_WORDS, Said, pick, script_named, understand
from bot.consentpage import consent, without
from bot.conversation import Purpose, Session
from bot.effects import Turn
from bot.events import Command, Open, Say, Write
from bot.forms import saved
from bot.outcome import illegal, looked, quiet, refused, settled, stale
from bot.scanning import taken_out
from bot.typed import LIMIT_BYTES, clean, plain, size
from bot.wishes import wished


def typed(case: Case, event: Say | Write) -> Turn:
    turn = heard(case, event)
    if isinstance(event, Write):
        return danger.noticed(case, event, turn)
    return without_files(case, event, turn) if event.files else turn


def without_files(case: Case, event: Say, turn: Turn) -> Turn:
    """A file is declined in the same words wherever one stands; what was typed beside it is taken as ever."""
    words = case.word("files-declined")
    if clean(event.text):
        return _prefaced(turn, words)
    return Turn(case.conversation, screens.show(case, words, again=True))


def heard(case: Case, event: Say | Write) -> Turn:
    if size(event.text) > LIMIT_BYTES:
        return illegal(case, "too-large")
    text = clean(event.text)
    if isinstance(event, Write) and not event.done:
        return drafted(case, event, text)
    wish = wished(case, event, text)
    if wish is not None:
        return wish
    said = understand(case.library, text, chat=isinstance(event, Say))
    if said is not None and isinstance(event, Write) and (doubt := doubted(case, event, text)):
        return understood_in_doubt(case, event, said, text, doubt)
    if said is not None:
        return understood(case, event, said, text)
    if isinstance(event, Say):
        return in_chat(case, text)
    return in_private(case, event, text)


def understood(case: Case, event: Say | Write, said: Said, text: str) -> Turn:
    """A whole message that is a command, or asks for a page; pages open in private only."""
    case = without_draft(case, event, text) if isinstance(event, Write) else case
    if said.withdraws is not None:
        return withdrawn(case, event, said.withdraws)
    if said.page and event.surface != "private":
        return notices.way_to(case, said.page)
    if said.page:
        return pages.opened(case.at_event(Open(at=event.at, page=said.page)), said.page)
    name = said.name or "help"
    return commanded(case, Command(at=event.at, surface=event.surface, name=name, argument=said.argument))


def withdrawn(case: Case, event: Say | Write, purpose: Purpose) -> Turn:
    """At once, and confirmed in words that are the same whatever it was about and however things stood."""
    after, effects = without(case, purpose)
    if event.surface == "private":
        return saved(after, consent(after), *effects)
    turn = notices.way_to(after, "consent", "taken-back")
    return replace(turn, effects=effects)


def doubted(case: Case, event: Write, text: str) -> str:
    """The place and the word, where a command typed into the box may as well be somebody's answer of one word."""
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None or stale(case, event.prompt):
        return ""
    words = plain(text)
    offered = words in ("breathe", "respirar") and not case.route(session).asked
    doubtful = words in MAY_BE_WORDS and not offered and not session.confirming and screens.is_words(case, session)
    return f"{position.prompt_id(session)} {words}" if doubtful else ""


def understood_in_doubt(case: Case, event: Write, said: Said, text: str, doubt: str) -> Turn:
    """The command, and how to say the word as an answer: by sending it once more."""
    session = case.conversation.session
    assert session is not None
    if session.doubted == doubt:
        return in_private(case, event, text)
    case = case.now(session=session.model_copy(update={"doubted": doubt}))
    return _prefaced(understood(case, event, said, text), case.word("maybe-answer"))


def without_draft(case: Case, event: Write, text: str) -> Case:
    """A command was typed into the box: what of it was handed over as a draft is no draft. A surface that knows its
    box held that and nothing else."""
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None or stale(case, event.prompt):
        return case
    step_id = case.route(session).current.id
    draft = session.drafts.get(step_id, "")
    if not draft or not (event.prompt is not None or text.startswith(draft)):
        return case
    drafts = {key: value for key, value in session.drafts.items() if key != step_id}
    return case.now(session=session.model_copy(update={"drafts": drafts}))


def drafted(case: Case, event: Write, text: str) -> Turn:
    """A draft is put where it came from, and asks for no answer; where it can be put nowhere, the answer says so."""
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None:
        return illegal(case, "nothing-open")
    text = taken_out(case, text)
    if event.prompt is not None and stale(case, event.prompt):
        kept = case.now(session=position.overtaken(session, event.prompt, text, case.at))
        return Turn(kept.conversation, refused(kept, "old-button").reply)
    if not screens.is_words(case, session):
        return Turn((put_aside(case, session, text) if text else case).conversation, quiet(case))
    step_id, waits = case.route(session).current.id, session.drafts.get("", "")
    if not waits and position.unchanged(session, step_id, text):
        return Turn(case.conversation, quiet(case))
    shown = {step_id, ""} if event.prompt is not None or waits in text else {step_id}
    drafts = {key: value for key, value in session.drafts.items() if key not in shown}
    after = session.model_copy(update={"drafts": {**drafts, step_id: text} if text else drafts, "touched": case.at})
    return Turn(case.now(session=after).conversation, quiet(case))


def in_chat(case: Case, text: str) -> Turn:
    """Typed where the platform keeps it: taken with one plain notice, and never said back (law 5)."""
    session = case.conversation.session
    if not text:
        return looked(case)  # nobody has said anything
    if case.conversation.consents.words is None:
        return illegal(case, "typed-refused") if len(text.split()) >= FEWEST_WORDS else settled(case)
    in_the_open = session is not None and screens.in_the_open(case, session)
    words = session is not None and screens.is_words(case, session)
    if case.facts.program.refuse_typed and (words or not in_the_open):
        return illegal(case, "typed-refused")
    if session is not None and in_the_open:
        turn = answering.typed(case, session, text)
        answered = turn.conversation.session is None or turn.conversation.session.visit != session.visit
        if not answered and len(text.split()) >= answering.WORTH_KEEPING:
            return _kept_aside(case, turn)
        return _prefaced(turn, case.word("typed-notice")) if answered and words else turn
    if session is None:
        if len(text.split()) < FEWEST_WORDS:
            return settled(case)
        case, _ = started(case, case.facts.program.default_script)
        session = case.conversation.session
    assert session is not None
    return settled(put_aside(case, session, text), case.word("typed-aside"))


def _kept_aside(case: Case, turn: Turn) -> Turn:
    """Somebody's words where a tap was wanted: they wait in private, and stand in the chat's history as well."""
    after = replace(case, conversation=turn.conversation)
    shown = screens.show(after, case.word("typed-aside"), again=True)
    return Turn(turn.conversation, shown, turn.effects, turn.illegal)


#: What is typed into the chat while nothing is open is a greeting up to this length, and somebody's words beyond it.
FEWEST_WORDS = 5


def in_private(case: Case, event: Write, text: str) -> Turn:
    session = case.conversation.session
    if session is None:
        return with_nothing_open(case, text)
    if case.conversation.consents.words is None:
        return asking.typed(case, text)
    if stale(case, event.prompt):
        if not text:
            return refused(case, "old-button")
        late = "late-words" if screens.is_words(case, session) else "reask-aside"
        session = position.overtaken(session, event.prompt or "", "", case.at)  # the draft of the same words
        return settled(put_aside(case, session, text), case.word(late))
    return answering.typed(case, session, text)


def with_nothing_open(case: Case, text: str) -> Turn:
    """The name or number of a script begins it; somebody's words begin a reflection that holds them."""
    message = screens.show(case).message
    choice = pick(message.choices if message else (), text) or script_named(case.library, text) or None
    if choice is not None and choice.startswith(notices.PAGE):
        page = choice.removeprefix(notices.PAGE)
        return pages.opened(case.at_event(Open(at=case.at, page=page)), page)
    if choice is None and len(text.split()) >= FEWEST_WORDS and case.conversation.consents.words is not None:
        case, session = started(case, case.facts.program.default_script)
        return settled(put_aside(case, session, text), case.word("begun-aside"))
    if case.memory.ask_counting or choice is None:
        return asking.typed(case, text)
    return reflect(case, choice)


def put_aside(case: Case, session: Session, text: str) -> Case:
    words = taken_out(case, text)
    return case.now(session=position.aside(session, words, case.at, box=screens.is_words(case, session)))


def _prefaced(turn: Turn, words: str) -> Turn:
    message, page = turn.reply.message, turn.reply.page
    if page is not None:
        page = page.model_copy(update={"lines": (words, *page.lines)})
    if message is not None:
        message = message.model_copy(update={"preface": (words, *message.preface)})
    return replace(turn, reply=turn.reply.model_copy(update={"message": message, "page": page}))
