"""Taking an answer to the question that stands. Law: what is not understood is asked again kindly; nothing is lost."""

from __future__ import annotations

from bot import ending, position, screens, sharing
from bot.beginning import begun
from bot.case import Case
from bot.commands import pick, pick_several, rating
from bot.consent import counting
from bot.conversation import Answer, Session
from bot.effects import Deliver, Effect, Turn
from bot.events import Choose, Write
from bot.forms import shown
from bot.outcome import illegal, quiet, refused, stale
from bot.reminders import asked_again, said_to
from bot.scanning import has_placeholder, taken_out
from bot.shared import counted_until
from bot.typed import part
from prompts.script import Choice, ChoiceStep, EndStep, FreeStep, MultiStep, Question, ScaleStep


def typed(case: Case, session: Session, text: str) -> Turn:
    """A text at whatever is being asked: words, a number, a label, several of them."""
    if session.confirming:
        options = screens.show(case).message
        return confirmed(case, session, pick(options.choices if options else (), text) or "")
    step = case.route(session).current
    if isinstance(step, FreeStep):
        words = taken_out(case, text)
        return wrote(case, session, step, words, changed=words != text)
    if isinstance(step, ScaleStep):
        value = rating(text)
        return answered(case, session, step, Answer(values=(value,))) if value else ask_again(case, session, text)
    if isinstance(step, MultiStep):
        several = pick_several(screens.step_options(case, session, step), text)
        return chose(case, session, several) if several else ask_again(case, session, text)
    message = screens.show(case).message
    one = pick(message.choices if message else (), text)
    return chose(case, session, (one,)) if one and one not in ("private", "here") else ask_again(case, session, text)


def ask_again(case: Case, session: Session, text: str = "") -> Turn:
    """A kind re-ask. A text that was more than a slip of the finger waits in the next box."""
    kinds = {"choice": "reask-choice", "end": "reask-choice", "multi": "reask-multi", "scale": "reask-scale"}
    name = kinds.get(case.route(session).current.type, "reask-text")
    if len(text.split()) >= WORTH_KEEPING:
        case = case.now(session=position.aside(session, taken_out(case, text), case.at, box=False))
        return Turn(case.conversation, screens.show(case, case.word("reask-aside"), again=True))
    return refused(case, name)


WORTH_KEEPING = 4


def wrote(case: Case, session: Session, step: FreeStep, text: str, *, changed: bool) -> Turn:
    """Own words. What is longer than one box is taken in parts; the rest is offered back, never cut.

    `changed`: something that tells who it is about was taken out of them.
    """
    if not text and not session.held:
        withdrawn = session.cursor == step.id and step.id in session.answers
        return answered(case, session, step, Answer()) if withdrawn else ask_again(case, session)
    head, rest = part(text)
    if rest:
        drafts = {key: draft for key, draft in session.drafts.items() if key != step.id}
        after = session.model_copy(
            update={"held": session.held + head, "drafts": {**drafts, step.id: rest}, "touched": case.at}
        )
        after = position.moved(after, case.at)
        case = case.now(session=after)
        return Turn(case.conversation, screens.show(case, case.word("too-long"), again=True))
    boxed = isinstance(case.event, Write) and case.surface == "private"  # a box in the chat never holds a draft
    shown = boxed and isinstance(case.event, Write) and case.event.prompt is not None
    sent = position.emptied(session, step.id, text, shown=shown, boxed=boxed)
    said = (case.word("names-taken-out"),) if changed and _first_taken_out(case, session) else ()
    return answered(case, sent, step, Answer(text=session.held + text), *said)


def _first_taken_out(case: Case, session: Session) -> bool:
    """Whether it is to be said: once in a talk, and not where it would stay in the chat."""
    return case.surface == "private" and not any(has_placeholder(answer.text) for answer in session.answers.values())


def chose(case: Case, session: Session, values: tuple[str, ...]) -> Turn:
    """One or several choices, by id."""
    if session.confirming:
        return confirmed(case, session, values[0] if values else "")
    step = case.route(session).current
    if isinstance(step, EndStep):
        return at_the_end(case, session, step, values[0] if len(values) == 1 else "")
    if isinstance(step, ScaleStep):
        value = rating(values[0]) if len(values) == 1 else None
        return answered(case, session, step, Answer(values=(value,))) if value else ask_again(case, session)
    offered = [choice.id for choice in position.choices_of(step)]
    wanted = tuple(dict.fromkeys(values))
    if not wanted:
        return refused(case, "reask-none")
    if not set(wanted) <= set(offered) or (isinstance(step, ChoiceStep) and len(wanted) != 1):
        return ask_again(case, session)
    return answered(case, session, step, Answer(values=tuple(sorted(wanted, key=offered.index))))


def ticked(case: Case, event: Choose) -> Turn:
    """Ticks before the person goes on are a draft, and ask for no answer; where they fit nothing, it says so."""
    session = case.conversation.session
    if session is None or case.conversation.consents.words is None or session.confirming:
        return illegal(case, "nothing-open")
    step = case.route(session).current
    if stale(case, event.prompt) or event.surface != "private" or not isinstance(step, MultiStep):
        return refused(case, "old-button")
    if not step.keep:
        return Turn(case.conversation, quiet(case))
    values = tuple(choice.id for choice in step.choices if choice.id in event.values)
    if step.id not in session.ticks and values == position.ticked(session, step.id):
        return Turn(case.conversation, quiet(case))  # drawn with the answer that stands, and handed over with a tap
    after = session.model_copy(update={"ticks": {**session.ticks, step.id: values}, "touched": case.at})
    return Turn(case.now(session=after).conversation, quiet(case))


def skip(case: Case, session: Session) -> Turn:
    """Any question can be passed; whatever stands in its box stays there for coming back."""
    if session.confirming:
        return ask_again(case, session)
    step = case.route(session).current
    if isinstance(step, EndStep):
        return at_the_end(case, session, step, "")
    if session.held:
        return answered(case, session, step, Answer(text=session.held))
    after = position.skipped(case.script(session), session, case.memory, case.at)
    return _arrived(case.now(session=after))


def answered(case: Case, session: Session, step: Question, answer: Answer, *said: str) -> Turn:
    """Goes on from an answer, saying the choice's reply and card first. `said`: what is said before all else."""
    choice = next((one for one in position.choices_of(step) if one.id in answer.values), None)
    preface = said_after(case, session, step, choice if isinstance(choice, Choice) else None)
    kept = answer if step.keep else Answer()
    after, way = position.answered(case.script(session), session, case.memory, step.id, kept, case.at)
    # Where an answer leads back to a question, the infos on the way round are not on the way to it.
    looped = screens.said(case, after, way) if way.looped else ()
    case, effects = asked_again(case, session, choice) if isinstance(choice, Choice) else (case, ())
    there = case.now(session=after) if way.looped else case.moved(after, way)
    return _arrived(there, *said, *preface, *looped, effects=effects)


def said_after(case: Case, session: Session, step: Question, choice: Choice | None) -> tuple[str, ...]:
    """A choice's reply and its card; in the chat, which keeps them, only that one is asked again later."""
    if choice is None or (case.surface != "private" and (step.sensitive or not choice.remind)):
        return ()
    reply = said_to(case, session, step, choice)
    return (reply, *(screens.step_card(case, session, choice.card) if choice.card else ()))


def _arrived(case: Case, *preface: str, effects: tuple[Effect, ...] = ()) -> Turn:
    """Shows where the session now stands; a quiet end ends it without a screen and without keeping anything."""
    session = case.conversation.session
    assert session is not None
    end = case.route(session).current
    if isinstance(end, EndStep) and end.quiet:
        reply = screens.line(case, case.say(session, f"{end.id}.text"), *preface, closed=True)
        return Turn(ending.leave(case).conversation, reply, effects)
    return Turn(case.conversation, screens.show(case, *preface), effects)


def confirmed(case: Case, session: Session, choice: str) -> Turn:
    what = session.confirming
    if choice == "yes-delete" and what == "delete":
        return over(ending.leave(ending.used(case, session)), case.word("deleted"), ending.deleted(case, session))
    if choice == "yes-restart" and what == "restart":
        script = case.library.scripts.get(session.script, case.script(session))
        again = begun(case, script, case.facts.fresh[0], first=session.first)
        again = again.model_copy(update={"back": session.back})  # loaded only while nothing is answered
        gone = ending.deleted(case, session)
        case = case.now(session=again)
        return Turn(case.conversation, screens.show(case, case.word("restarted")), gone)
    if choice in ("no-delete", "no-restart"):
        case = case.now(session=position.moved(session, case.at, confirming=None))
        return Turn(case.conversation, screens.show(case))
    return Turn(case.conversation, screens.show(case, case.word("reask-choice")), illegal="reask-choice")


def at_the_end(case: Case, session: Session, step: EndStep, choice: str) -> Turn:
    """The last screen: done, done and counted, another way to finish, or something behind "More…"."""
    if choice in ("more", "less"):
        return _stay(case, session, more=choice == "more")
    if (other := _other_themes(case, session, choice)) is not None:
        return other
    if choice.startswith("change:") and choice.removeprefix("change:") in _carried(case, session):
        after = position.moved(session, case.at, cursor=choice.removeprefix("change:"), more=False)
        case = case.now(session=after)
        return Turn(case.conversation, screens.show(case))
    if choice == "let-go" and screens.keeps_words(case, session):
        gone = ending.leave(ending.used(case, session))
        return over(gone, case.word("let-go-done"), ending.deleted(case, session))
    own = next((one for one in step.choices if one.id == choice), None)
    if screens.lets_go(case, session) and (own or choice in ("done", screens.KEEP_MINE)):
        return _gently(case, session, step, own, keep=choice == screens.KEEP_MINE)
    if screens.lets_go(case, session):
        return ask_again(case, session)
    if own is None and choice not in ("done", "count", *(one.id for one in screens.ways_out(case, session))):
        return ask_again(case, session)
    if choice == "count" and not screens.offers_count(case, session):
        return refused(case, "old-button")
    always = counting(case) == "always"
    if own is None and choice == "excerpt":
        return _to_excerpt(case, session, count=always)
    return finished(case, session, step, own, count=always or choice == "count", bring=choice == "bring")


def _other_themes(case: Case, session: Session, choice: str) -> Turn | None:
    """A theme left out, or one added that own words suggest; None where the choice is about none that stands there."""
    what, _, code = choice.partition(":")
    checked = tuple(one for one in session.checked if one != code)
    unchecked = tuple(one for one in session.unchecked if one != code)
    if what == "without" and code in screens.countable(case, session):
        return _stay(case, session, checked=checked, unchecked=(*unchecked, code))
    if what == "with" and code in screens.addable(case, session):
        return _stay(case, session, checked=(*checked, code), unchecked=unchecked)
    return None


def _gently(case: Case, session: Session, step: EndStep, own: Choice | None, *, keep: bool) -> Turn:
    """Where letting go is the usual end, keeping is the other one, and nothing more is asked."""
    if keep:
        return finished(case, session, step, None, count=False)
    effects: tuple[Effect, ...] = ending.deleted(case, session)
    after, word = ending.leave(ending.used(case, session)), case.word("let-go-done")
    if own is not None:
        after, again = asked_again(after, session, own)
        effects += again
    if own is not None and own.open and own.open in case.library.scripts:
        return _then(after, own.open, word, effects)
    return over(after, word, effects)


def _carried(case: Case, session: Session) -> set[str]:
    return {step.id for step in case.route(session).carried}


def _stay(case: Case, session: Session, **changes: object) -> Turn:
    case = case.now(session=session.model_copy(update={**changes, "touched": case.at}))
    return Turn(case.conversation, screens.show(case, again=True))


def finished(
    case: Case, session: Session, step: EndStep, own: Choice | None, *, count: bool, bring: bool = False
) -> Turn:
    days = screens.retention(case, case.script(session))
    after, effects, kept = ending.finish(case, session, count=count, bring=bring)
    word = case.word("finished-nothing") if kept is None else case.word("finished-private", days=days)
    if own is not None:
        word = said_to(case, session, step, own) or word
        after, again = asked_again(after, session, own)
        effects += again
    counted = () if kept is None else counted_until(after, kept.id)
    word = " ".join((word, *counted, *((case.word("brought"),) * (bring and kept is not None))))
    if own is not None and own.open and own.open in case.library.scripts:
        return _then(after, own.open, word, effects)
    return over(after, word, effects)


def _to_excerpt(case: Case, session: Session, *, count: bool) -> Turn:
    """Done and kept; then the page on which a passage of it is looked at."""
    after, effects, kept = ending.finish(case, session, count=count)
    assert kept is not None  # it is offered only where something is kept
    after = after.remember(ask_counting=())
    return shown(after, sharing.excerpt_page(after, kept), effects=(*effects, *goodbye(case)))


def _then(case: Case, slug: str, word: str, effects: tuple[Effect, ...]) -> Turn:
    """Finishing with another script: it begins at once. The chat says goodbye as after any other end."""
    script = case.library.scripts[slug]
    waiting = case.conversation.waiting + ((case.conversation.session,) if case.conversation.session else ())
    session = begun(case, script, case.facts.fresh[0])
    case = case.now(session=session, waiting=waiting).remember(ask_counting=())
    return Turn(case.conversation, screens.show(case, word), (*effects, *goodbye(case)))


def goodbye(case: Case) -> tuple[Deliver, ...]:
    return (screens.neutral(case, "goodbye"),) if case.surface == "private" else ()


def over(case: Case, word: str, effects: tuple[Effect, ...]) -> Turn:
    """After the end of a session: a word where the person is, a neutral goodbye in the chat, what is still open."""
    effects = (*effects, *goodbye(case))
    if case.conversation.session is not None and case.surface == "private":
        return Turn(case.conversation, screens.show(case, word, case.word("waiting-back")), effects)
    if case.memory.ask_counting and case.surface == "private":
        return Turn(case.conversation, screens.show(case, word), effects)
    words = word if case.surface == "private" else case.word("goodbye")
    return Turn(case.conversation, screens.line(case, words, closed=True), effects)
