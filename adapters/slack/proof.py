"""Slack's limits as a check for the linter. Law: whatever a script can show is drawn here first, in every language and
with long answers; and no label is left to be cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain, product
from typing import Final
from uuid import UUID

from adapters.slack import limits
from adapters.slack.blocks import Json
from adapters.slack.drawing import Drawing
from adapters.slack.faults import Kind, faults
from bot import screens
from bot.case import Case
from bot.conversation import (
    Consents,
    Conversation,
    Exchange,
    Facts,
    Memory,
    Message,
    Option,
    Page,
    Program,
    Reflection,
    Reply,
    Session,
    TeamFacts,
)
from bot.effects import Turn
from bot.engine import step as turned
from bot.events import Event, Open, Say
from bot.typed import LIMIT_BYTES
from prompts.library import HOME, Library
from prompts.lint import Check
from prompts.script import EndStep, InfoStep, Script, Step
from prompts.source import Fault, ScriptError

RULE: Final = "slack-limit"
PAGES: Final = ("home", "data", "consent", "report", "packet", "setup", "setup:+", "lead")
#: Words of the bar over and under a modal, which holds little.
IN_THE_BAR: Final = (
    "name-of-app",
    "last-screen",
    "pause-button",
    "next",
    "save",
    "back-button",
    "slack-close",
    "slack-so-far",
    "home-settings",
    "safety-button",
    "breathe-button",
)

_AT: Final = datetime(2026, 11, 2, 16, 40, tzinfo=UTC)
_ID: Final = UUID(int=0)
_END: Final = EndStep(type="end", id="proof-end", text="…")
_LONG: Final = "A long answer, as somebody dictates it. " * 120
_BRACED: Final = re.compile(r"\{([a-z0-9-]+)\}")
_LOOKS: Final = Open(at=_AT, page="talk")


def within_limits(read: Callable[[], Library]) -> Check:
    """`read`: gives what the bot itself says; where that cannot be read, the linter says so elsewhere."""

    @cache
    def known() -> tuple[Library, tuple[Fault, ...]] | None:
        try:
            library = read()
        except ScriptError:
            return None
        return library, tuple(of_the_bot(library))

    def check(script: Script) -> Iterable[Fault]:
        found = known()
        return () if found is None else chain(of_script(found[0], script), found[1])

    return check


# A script


def of_script(library: Library, script: Script) -> Iterator[Fault]:
    spoken = [locale for locale, lines in script.strings.items() if lines]
    for locale, step in product(spoken, script.steps):
        for words in sorted(set(_of_step(library.with_script(script), script, step, locale))):
            yield Fault(RULE, f"in {locale}, {words}.", "", step=step.id)


def _of_step(library: Library, script: Script, step: Step, locale: str) -> Iterator[str]:
    drawing = Drawing(library)
    for reply in shown(library, script, step, locale):
        yield from drawn(drawing.modal(reply), "modal")
        yield from labels(reply.message)
    if not step.sensitive and not isinstance(step, EndStep | InfoStep):
        message = screens.show(place(library, script, step, locale, Say(at=_AT, text=""))).message
        assert message is not None
        yield from drawn(drawing.message(message, locale), "message")
    yield from (words for option in behind_more(library, script, step, locale) for words in label(option))


def shown(library: Library, script: Script, step: Step, locale: str) -> Iterator[Reply]:
    """Everything that can be shown at a step: as it is asked, after it was answered, with much said before."""
    case = place(library, script, step, locale)
    session = case.conversation.session
    asked = screens.show(case)
    assert session is not None
    assert asked.message is not None
    yield asked
    yield screens.show(case.now(session=session.model_copy(update={"more": True})))
    number = len(script.steps)
    full = {
        "draft": _LONG if asked.message.input == "text" else "",
        "chosen": tuple(option.id for option in asked.message.choices),
        "progress": case.word("progress", n=number, total=number) if asked.message.minutes_left else "",
    }
    answered = Exchange(asked=asked.message.text or "…", answered=_LONG, reply="…")
    message = asked.message.model_copy(update=full)
    for choice in getattr(step, "choices", ()):
        reply = case.say(session, f"{step.id}.{choice.id}.reply")
        card = getattr(choice, "card", None)
        said = (*filter(None, (reply,)), *(screens.step_card(case, session, card) if card else ()))
        yield asked.model_copy(update={"message": message.model_copy(update={"preface": said})})
    yield asked.model_copy(update={"message": message, "talk": (answered,) * number})


def place(library: Library, script: Script, step: Step, locale: str, event: Event = _LOOKS) -> Case:
    """Somebody who stands at this step, whatever leads there: in a script that has nothing else."""
    free = step.model_copy(update={"when": {}, "next": None if isinstance(step, EndStep) else _END.id})
    alone = script.model_copy(update={"steps": (free, _END)})
    session = Session(
        id=_ID, script=script.slug, revision=alone.revision, started=_AT, touched=_AT, here=event.surface == "message"
    )
    conversation = Conversation(id=_ID, locale=locale, consents=Consents(words="keep", counting="ask"), session=session)
    facts = Facts(circle=True, program=Program(resources=_unknown(library, script, locale)))
    return Case(library.with_pinned(alone), conversation, facts, event)


def _unknown(library: Library, script: Script, locale: str) -> dict[str, str]:
    """Names in braces that stand for nothing, which is for another rule to say."""
    named = (name for line in script.strings[locale].values() for name in _BRACED.findall(line))
    return {name: name for name in named if name not in library.resources.resources}


def behind_more(library: Library, script: Script, step: Step, locale: str) -> Iterator[Option]:
    """What the last screen makes of a step's choices: a setting to change, a theme to leave out."""
    for choice in getattr(step, "choices", ()):
        if getattr(step, "remember", False):
            words = script.say(locale, f"{step.id}.{choice.id}.label")
            yield Option(id=choice.id, label=library.word(locale, "change-setting", label=words))
        for code in choice.codes:
            yield Option(id=code, label=library.word(locale, "leave-out", theme=library.theme(locale, code)))


# What the bot itself says


def of_the_bot(library: Library) -> Iterator[Fault]:
    """Consent, counting, pages and the small words, beside all scripts."""
    for locale in library.locales:
        for words in sorted(set(_of_the_bot(library, locale))):
            yield Fault(RULE, f"in {locale}, {words}.", str(HOME / "app.toml"))


def _of_the_bot(library: Library, locale: str) -> Iterator[str]:
    drawing = Drawing(library)
    for name in IN_THE_BAR:
        yield from too_long(f"the word '{name}'", library.word(locale, name), limits.VIEW_TITLE)
    for reply in moments(library, locale):
        yield from drawn(drawing.modal(reply), "modal")
        yield from drawn(drawing.so_far(reply), "modal")
        yield from drawn(drawing.card(reply), "modal")
        yield from labels(reply.message)
        yield from page_labels(reply.page)
        if reply.page is not None and reply.page.name == "home":
            yield from drawn(drawing.home(reply.page, locale), "home")
    for name in ("greeting", "masked", "goodbye", "pause", "safety-chat", "typed-notice"):
        yield from drawn(drawing.message(Message(text=library.word(locale, name)), locale, private=True), "message")
        yield from drawn(drawing.refusal(library.word(locale, name), locale), "modal")


def moments(library: Library, locale: str) -> Iterator[Reply]:
    """The places that are no step of a script, and every page as it looks at its fullest."""
    codes = tuple(theme.code for theme in library.codebook.themes)[:12]
    script = next(iter(library.scripts.values()))
    session = Session(id=_ID, script=script.slug, revision=script.revision, started=_AT, touched=_AT)
    new = Conversation(id=_ID, locale=locale)
    known = new.model_copy(update={"consents": Consents(words="keep", counting="ask")})
    asked = Memory(ask_counting=codes, last_reflection=_ID)
    for conversation in (
        new,
        new.model_copy(update={"session": session}),
        known.model_copy(update={"session": session.model_copy(update={"confirming": "delete"})}),
        known.model_copy(update={"session": session.model_copy(update={"confirming": "restart"})}),
        known.model_copy(update={"memory": asked}),
    ):
        yield screens.show(Case(library, conversation, Facts(circle=True), _LOOKS))
    for name in PAGES:
        turn = turned(library, known, _facts(), Open(at=_AT, page=name))
        assert isinstance(turn, Turn)
        yield turn.reply


def _facts() -> Facts:
    answers = (("What moment stays with you?", "x" * LIMIT_BYTES), *((("A question?", _LONG),) * 12))
    kept = Reflection(
        id=_ID, script="", revision="", title="A title", at=_AT, on=_AT.date(), finished=True, answers=answers
    )
    teams = tuple(
        TeamFacts(name=name, members=("U2AAAAAAA",), supervisors=("U3AAAAAAA",), earliest=date(2026, 12, 1))
        for name in ("North", "South", "West")
    )
    return Facts(
        fresh=(_ID,) * 4,
        circle=True,
        supervises=True,
        leads=True,
        names_lead=True,
        reflections=(kept,) * 5,
        teams=teams,
        program=Program(resources={"crisis": "988"}),
        next_check_in=_AT,
    )


# What is wrong


def drawn(payload: Json, kind: Kind) -> Iterator[str]:
    for where, what in faults(payload, kind):
        yield f"Slack would refuse the {kind}: {where or 'it'} {what}"


def labels(message: Message | None) -> Iterator[str]:
    for option in (*message.choices, *message.controls) if message else ():
        yield from label(option)


def page_labels(page: Page | None) -> Iterator[str]:
    for section in page.sections if page else ():
        for option in (*section.scripts, *section.pages):
            yield from label(option)
        for field in (field for form in section.forms for field in form.fields):
            yield from (words for option in field.options for words in label(option))


def label(option: Option) -> Iterator[str]:
    yield from too_long(f"the label “{option.label}”", option.label, limits.BUTTON)


def too_long(what: str, text: str, limit: int) -> Iterator[str]:
    if limits.length(text) > limit:
        yield f"{what} has {limits.length(text)} characters, and Slack shows {limit} of them"
