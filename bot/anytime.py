"""What a person may say or tap at any moment, whatever is being asked."""

from __future__ import annotations

from bot import answering, danger, ending, menu, position, screens
from bot.beginning import begun
from bot.case import Case
from bot.conversation import Origin, Session
from bot.effects import Effect, Turn
from bot.events import CheckInDue, Command
from bot.outcome import again, illegal, refused, settled, stale

#: At most so many reflections wait behind the active one; an older one is put with the finished ones.
MAX_WAITING = 3


def commanded(case: Case, command: Command) -> Turn:
    case = case.at_event(command)
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
        return refused(case, "nothing-open")
    if stale(case, command.prompt):
        return refused(case, "old-button")
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
            said = "stopped-let-go" if screens.lets_go(case, session) else "stopped"
            return closing(after, said, "goodbye", effects)
        case "delete" | "restart":
            return settled(case.now(session=position.moved(session, case.at, confirming=name)))
    raise AssertionError(name)


def reflect(case: Case, slug: str, week: int | None = None) -> Turn:
    """Begins a script, or goes on with it where it is open already; another one that is open waits. `week`: of a
    series, where it is not simply the next one."""
    if slug and slug not in case.library.scripts:
        found = menu.searched(case.library, slug)
        if len(found) != 1:
            names = ", ".join(menu.titled(case, script) for script in found) or case.word("script-menu")
            said = case.word("script-unknown", names=names)
            return Turn(case.conversation, screens.show(case, said), illegal="unknown")
        slug = found[0].slug
    current = case.conversation.session
    wanted = slug or (current.script if current else case.facts.program.default_script)
    if current is not None and current.script == wanted:
        return settled(case, case.word("resumed") if current.visit else "")
    waits = case.word("waiting") if current is not None and case.surface == "private" else ""
    case, effects = _parked(case, wanted, week)
    return settled(case, waits, effects=effects)


def _parked(case: Case, wanted: str, week: int | None) -> tuple[Case, tuple[Effect, ...]]:
    """The active session goes behind; the wanted one comes from there, or begins."""
    current, waiting = case.conversation.session, case.conversation.waiting
    again = next((session for session in waiting if session.script == wanted), None)
    left = (current,) if current and not position.unanswered(current) else ()
    behind = tuple(session for session in waiting if session is not again) + left
    effects: tuple[Effect, ...] = ()
    if len(behind) > MAX_WAITING:
        effects = ending.kept_unfinished(case, behind[0], 3)
        behind = behind[1:]
    if again is not None:
        return case.now(session=again, waiting=behind), effects
    case, _ = started(case.now(session=None, waiting=behind), wanted, week)
    return case, effects


def started(case: Case, slug: str, week: int | None = None) -> tuple[Case, Session]:
    script = case.library.scripts[slug]
    first = case.conversation.consents.words is None
    origin: Origin = "check-in" if isinstance(case.event, CheckInDue) else "person"
    session = begun(case, script, case.facts.fresh[0], first=first, origin=origin)
    if week and script.weeks:
        session = session.model_copy(update={"week": min(week, script.weeks)})
    case = case.now(session=session)
    return case.remember(ask_counting=()) if case.memory.ask_counting else case, session


def safety(case: Case) -> Turn:
    """The card is sensitive: in the chat there is only the way to it."""
    if case.surface != "private":
        return again(case, case.word("safety-chat"))
    return again(case, *case.card("safety"))


def resume(case: Case) -> Turn:
    """Where the person was. With nothing open, only a newcomer's button begins something; the chat looks the same
    whether or not the bot still has a question of its own (law 6)."""
    known = case.conversation.consents.words is not None and case.memory.uses
    idle = case.conversation.session is None and not case.memory.ask_counting
    if idle and case.surface == "private" and not known:
        return reflect(case, "")
    turn = settled(case, case.word("resume-chat") if screens.hidden(case) else "")
    return danger.waiting(case, turn)


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
        return refused(case, "first-question")
    return settled(case.now(session=after))


def pause(case: Case, session: Session) -> Turn:
    """The chat is told once where one can go on from, however often the talk is put down at the same place."""
    told = session.paused and case.surface == "private"
    after = case.now(session=session.model_copy(update={"touched": case.at, "paused": True}))
    turn = closing(after, "paused", "pause", (), "private")
    return Turn(turn.conversation, turn.reply) if told else turn


def closing(case: Case, here: str, there: str, effects: tuple[Effect, ...], *buttons: str) -> Turn:
    """One line where the person is; on a private surface also a neutral one for the chat."""
    if case.surface == "private":
        effects = (*effects, screens.neutral(case, there, *buttons))
    reply = screens.line(case, case.word(here if case.surface == "private" else there), closed=True)
    return Turn(case.conversation, reply, effects)
