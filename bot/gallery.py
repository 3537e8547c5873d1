"""Everything that can be shown, of a script's steps and of the bot itself, at its fullest. Law: no platform and no I/O.

A platform draws all of it before anybody sees it, and tells the linter what it would refuse or cut (`check`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from typing import Final, get_args
from uuid import UUID

from babel.dates import get_day_names

from bot import screens
from bot.beginning import shortened
from bot.case import Case
from bot.checkins import MOST
from bot.consent import NOTICES
from bot.conversation import (
    CheckIn,
    ConsentEvent,
    ConsentRecord,
    Consents,
    Conversation,
    Exchange,
    Facts,
    FieldKind,
    Form,
    FormField,
    Look,
    Memory,
    Message,
    Option,
    Packet,
    Page,
    Program,
    Purpose,
    Reflection,
    Reply,
    Section,
    Session,
    Shared,
    TeamFacts,
)
from bot.effects import Need, Turn
from bot.engine import step as turned
from bot.events import Event, Found, Mark, Open, Say, Scanned, Submit
from bot.names import MOST as MOST_NAMES
from bot.names import TAG, Listed
from bot.notices import digest_of
from bot.packet import LONGEST as LONGEST_PACKET
from bot.packet import MOST as MOST_PACKETS
from bot.questions import PARAGRAPHS
from bot.scanning import text_hash
from bot.sharing import LONGEST
from bot.snapshot import SCHEMES, Report, Shown, Snapshot, Trend
from bot.typed import LIMIT_BYTES
from prompts.library import HOME, Library
from prompts.lint import Check
from prompts.resolve import card_names
from prompts.script import EndStep, InfoStep, Script, Step, card_lines, step_lines
from prompts.source import Fault, ScriptError

#: As long as an excerpt may be, with as many words in it that may be names as there can be.
PASSAGE: Final = ("Longest-Name-Of-All " * 30)[:LONGEST].strip()
PACKET: Final = ("Longest-Name-Of-All " * 101)[:LONGEST_PACKET].strip()
#: Every page, as `Open` names it.
PAGES: Final = (
    "home", "checkins", "data", f"reflection:{UUID(int=0)}", f"words:{UUID(int=0)}", f"excerpt:{UUID(int=0)}",
    f"packet:{UUID(int=0)}", "packet", "packet:5", "search", "themes", "looks", "copy", "shared", "consent", "receipt",
    "names", "report", "setup", "setup:+", "lead", "scripts",
)  # fmt: skip
#: Forms whose page cannot be opened as it is after they were sent.
SENT: Final[Mapping[str, dict[str, str | tuple[str, ...]]]] = {
    "search": {"words": "title"}, "find-script": {"words": "e"}, "copy-link": {}, "copy-code": {},
    "retention": {"days": "7"},
    "excerpt": {"reflection": str(UUID(int=0)), "text": PASSAGE},
    "excerpt-names": {"reflection": str(UUID(int=0)), "text": PASSAGE, "seen": text_hash(PASSAGE)},
}  # fmt: skip
#: A page that nobody can open: as many forms as there may be, with fields of every kind.
FORMS: Final = "forms"
MOST_FORMS: Final = 8
#: Words of the bot that stand in the chat on their own.
IN_THE_CHAT: Final = (
    "greeting", "masked", "goodbye", "pause", "safety-chat", "typed-notice", "check-in-missed", "check-in-ended",
    "check-ins-moved", "consent-ends",
)  # fmt: skip

#: What would be refused or cut of one step, and of what the bot itself says, in one language: ends of sentences.
OfStep = Callable[[Library, Script, Step, str], Iterable[str]]
OfBot = Callable[[Library, str], Iterable[str]]

_AT: Final = datetime(2026, 11, 2, 16, 40, tzinfo=UTC)
_ID: Final = UUID(int=0)
_END: Final = EndStep(type="end", id="gallery-end", text="…")
_LONG: Final = "A long answer, as somebody dictates it. " * 120
_BRACED: Final = re.compile(r"\{([a-z0-9-]+)\}")
_LOOKS: Final = Open(at=_AT, page="talk")
#: Long answers that stand before a question: more of them than any card or window holds.
MOST_TALK: Final = 8


# A script


def script_locales(script: Script) -> tuple[str, ...]:
    """The languages that a script speaks."""
    return tuple(locale for locale, lines in script.strings.items() if lines)


def of_step(library: Library, script: Script, step: Step, locale: str) -> Iterator[Reply]:
    """What a private surface can show at a step, at its fullest: in its longest wording, answered, with much said
    before; of the last screen also what is behind "More…"."""
    replies = [screens.show(_place(library, script, step, locale, use=use)) for use in _wordings(step)]
    case = _place(library, script, step, locale)
    session = case.conversation.session
    assert session is not None
    if isinstance(step, EndStep):
        yield screens.show(case.now(session=session.model_copy(update={"more": True})))
    longest = max((reply.message for reply in replies if reply.message), key=lambda one: len(one.text + one.hint))
    full = {
        "draft": _LONG if longest.input == "text" else "",
        "chosen": tuple(option.id for option in longest.choices),
        "progress": case.word("progress", n=MOST_TALK, total=MOST_TALK) if longest.minutes_left else "",
        "preface": max(_said(case, session, step), key=lambda lines: len("".join(lines)), default=()),
    }
    answered = Exchange(asked=longest.text or "…", answered=_LONG, reply="…")
    yield replies[0].model_copy(update={"message": longest.model_copy(update=full), "talk": (answered,) * MOST_TALK})


def _wordings(step: Step) -> range:
    return range(1, len(getattr(step, "variants", None) or ()) + 2)


def _said(case: Case, session: Session, step: Step) -> Iterator[tuple[str, ...]]:
    """What each answer is followed by."""
    for choice in getattr(step, "choices", ()):
        reply = case.say(session, f"{step.id}.{choice.id}.reply")
        card = getattr(choice, "card", None)
        yield (*filter(None, (reply,)), *(screens.step_card(case, session, card) if card else ()))


def in_chat(library: Library, script: Script, step: Step, locale: str) -> Message | None:
    """The step as a message in the chat, where it may stand there."""
    if step.sensitive or isinstance(step, EndStep | InfoStep):
        return None
    return screens.show(_place(library, script, step, locale, Say(at=_AT, text=""))).message


def behind_more(library: Library, script: Script, step: Step, locale: str) -> Iterator[Option]:
    """What the last screen makes of a step's choices: a setting to change, a theme to leave out."""
    for choice in getattr(step, "choices", ()):
        if getattr(step, "remember", False):
            words = script.say(locale, f"{step.id}.{choice.id}.label")
            yield Option(id=choice.id, label=library.word(locale, "change-setting", label=words))
        for code in choice.codes:
            for word in ("leave-out", "also-count"):
                yield Option(id=code, label=library.word(locale, word, theme=library.theme(locale, code)))


def _place(library: Library, script: Script, step: Step, locale: str, event: Event = _LOOKS, use: int = 1) -> Case:
    """Somebody who stands at this step, whatever leads there: in a script that has nothing else."""
    free = step.model_copy(update={"when": {}, "next": None if isinstance(step, EndStep) else _END.id})
    alone = script.model_copy(update={"steps": (free, _END)}).known_as("alone")  # working it out is slow
    session = Session(
        id=_ID, script=script.slug, revision=alone.revision, started=_AT, touched=_AT, here=event.surface == "message",
        use=use, back=shortened(_LONG),
    )  # fmt: skip
    conversation = Conversation(id=_ID, locale=locale, consents=Consents(words="keep", counting="ask"), session=session)
    facts = Facts(circle=True, program=Program(resources=_unknown(library, script, locale)))
    return Case(library.with_pinned(alone), conversation, facts, event)


def _unknown(library: Library, script: Script, locale: str) -> dict[str, str]:
    """Names in braces that stand for nothing, which is for another rule to say."""
    named = (name for line in script.strings[locale].values() for name in _BRACED.findall(line))
    return {name: name for name in named if name not in library.resources.resources}


# What the bot itself says, beside all scripts


def of_the_bot(library: Library, locale: str, people: Sequence[str] = ()) -> Iterator[Reply]:
    """The places that are no step of a script, and every page as it looks at its fullest.

    `people`: ids as the platform writes them; each is a member and a supervisor of every team.
    """
    codes = tuple(theme.code for theme in library.codebook.themes)[:12]
    script = next(iter(library.scripts.values()))
    session = Session(id=_ID, script=script.slug, revision=script.revision, started=_AT, touched=_AT)
    new = Conversation(id=_ID, locale=locale)
    known = new.model_copy(update={"consents": Consents(words="keep", counting="ask")})
    counting = Memory(ask_counting=codes, last_reflection=_ID)
    memory = Memory(check_ins=tuple(_check_ins(script.slug)), shared=tuple(_shared(codes)))
    arranged = new.model_copy(update={"consents": _every_choice(), "memory": memory})
    for conversation in (
        new,
        new.model_copy(update={"session": session}),
        known.model_copy(update={"session": session.model_copy(update={"confirming": "delete"})}),
        known.model_copy(update={"session": session.model_copy(update={"confirming": "restart"})}),
        known.model_copy(update={"memory": counting}),
    ):
        yield screens.show(Case(library, conversation, Facts(circle=True), _LOOKS))
    asked: list[Event] = [Open(at=_AT, page=name) for name in PAGES]
    asked += [Submit(at=_AT, form=form, values=values) for form, values in SENT.items()]
    asked += [Submit(at=_AT, form=form, values=values) for form, values in _packets_sent(people)]
    facts = _facts(library, tuple(people), tuple(_records(library, locale)))
    for event in asked:
        yield _answered(library, arranged, facts, event)
    yield _answered(library, known, facts, Open(at=_AT, page=f"excerpt:{_ID}"))  # asked about in general, once
    nothing_sent = facts.model_copy(update={"sent": (), "brought": ()})
    yield _answered(library, known, nothing_sent, Open(at=_AT, page="packet"))
    yield Reply(surface="private", locale=locale, page=forms_page(locale, people))


def _packets_sent(people: Sequence[str]) -> Iterator[tuple[str, dict[str, str | tuple[str, ...]]]]:
    """What somebody brings, on each page of its way."""
    for user in people[:1]:
        values: dict[str, str | tuple[str, ...]] = {"reflection": str(UUID(int=0)), "to": user, "text": PACKET}
        yield "packet-to", values
        yield "packet", values
        yield "packet-names", {**values, "text": "Nothing"}


def _answered(library: Library, conversation: Conversation, facts: Facts, event: Event) -> Reply:
    """With every word of a passage in doubt."""
    turn = turned(library, conversation, facts, event)
    if isinstance(turn, Need):
        words = re.finditer(r"\w+", turn.work.text)
        marks = tuple(Mark(start=word.start(), end=word.end(), label="NAME", tier="ask") for word in words)
        found = (Found(text_hash=text_hash(turn.work.text), marks=marks),)
        turn = turned(library, conversation, facts, Scanned.model_validate({"at": _AT, "of": event, "found": found}))
    assert isinstance(turn, Turn)
    return turn.reply


def _every_choice() -> Consents:
    """Everything agreed to, and almost over; what was told of keeping words still stands there."""
    ends = _AT.date() + timedelta(days=7)
    return Consents(
        words="keep",
        counting="ask",
        counted_until=ends,
        excerpts="ask",
        excerpts_until=ends,
        lapsed={"words": "superseded"},
    )


def _records(library: Library, locale: str) -> Iterator[ConsentRecord]:
    """Of a person who has changed their mind very often, with the longest that can have stood on a screen."""
    shown = "\n\n".join(library.word(locale, f"consent-full-{number}") for number in range(1, PARAGRAPHS + 1))
    for number in range(40):
        purpose = get_args(Purpose)[number % 3]
        notice = NOTICES[purpose]
        yield ConsentRecord(
            purpose=purpose, event=get_args(ConsentEvent)[number % 5], choice="keep" if purpose == "words" else "ask",
            at=_AT, until=_AT.date(), locale=locale, surface="private", platform="teams", shown=shown,
            recipients=notice.recipients, retention=notice.retention, days=365,
        )  # fmt: skip


def forms_page(locale: str, people: Sequence[str], count: int = MOST_FORMS) -> Page:
    """Each form in a section of its own, with buttons that say unseen what they are about."""
    return Page(
        name=FORMS, title="Forms", lines=("Saved.",), sections=tuple(_form(locale, people, n) for n in range(count))
    )


def _form(locale: str, people: Sequence[str], number: int) -> Section:
    unseen = FormField(id="which", label="", value=(str(UUID(int=number)),))
    fields = tuple(_field(locale, people, kind) for kind in get_args(FieldKind))
    return Section(
        title=f"Section {number + 1}, with words about what is set there",
        lines=("What is set there now, in a line.", "And when it is next."),
        forms=(
            Form(id="change", title="Change this", fields=(unseen, *fields), submit="Save"),
            Form(id="pause", title="", fields=(unseen,), submit="Pause"),
            Form(id="remove", title="", fields=(unseen,), submit="Remove", deletes=True),
        ),
    )


def _field(locale: str, people: Sequence[str], kind: FieldKind) -> FormField:
    """With a value, and with the days of the week to choose from."""
    names = get_day_names("wide", "stand-alone", locale)
    days = tuple(Option(id=str(day), label=names[day]) for day in sorted(names))
    values = {
        "choice": ("0",), "multi": ("0", "2", "4"), "text": ("A name",), "lines": ("A line", "Another line"),
        "person": people[:1], "people": people, "time": ("16:30",), "date": ("2026-12-24",),
    }  # fmt: skip
    return FormField(
        id=kind, label=f"A field: {kind}", kind=kind, hint="How it is to be filled in.", options=days,
        value=tuple(values[kind]), optional=True,
    )  # fmt: skip


def _shared(codes: tuple[str, ...]) -> Iterator[Shared]:
    for number, text in enumerate(("", PASSAGE, "", PASSAGE)):
        yield Shared(
            id=UUID(int=number), kind="excerpt" if text else "themes", until=date(2026, 11, 20), reflection=_ID,
            title="A title", on=_AT.date(), codes=() if text else codes,
        )  # fmt: skip


def _check_ins(script: str) -> Iterator[CheckIn]:
    for number in range(MOST):
        start = _AT.replace(day=3, hour=8 + number, tzinfo=None)
        rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
        yield CheckIn(id=UUID(int=number), kind="supervision", script=script, rule=rule, start=start)


def lines(library: Library, locale: str) -> Iterator[Message]:
    """What stands in the chat on its own, whatever the script."""
    for name in IN_THE_CHAT:
        yield Message(text=library.word(locale, name))
    (full,) = reports_of(library, 1)
    case = Case(library, Conversation(id=_ID, locale=locale), Facts(supervises=True), _LOOKS)
    yield digest_of(case, full.circle, full.snapshots[0])


def reports_of(library: Library, circles: int) -> tuple[Report, ...]:
    """Of many windows, each with every theme there is, in all bands and with a trend."""
    themes = tuple(
        Shown(code=theme.code, band=SCHEMES[3][number % 3], trend=get_args(Trend)[number % 3])
        for number, theme in enumerate(library.codebook.themes)
    )
    windows = tuple(
        Snapshot(
            window=f"{2026 - number}-W46", starts=date(2026 - number, 11, 9), ends=date(2026 - number, 12, 6),
            published=date(2026 - number, 12, 10), enough=True, people="12+", bands=3, themes=themes,
        )
        for number in range(8)
    )  # fmt: skip
    return tuple(
        Report(circle=f"{'A long name ' * 4}{number}", since="2019-W46", next=date(2027, 1, 7), snapshots=windows)
        for number in range(circles)
    )


def _facts(library: Library, people: tuple[str, ...], records: tuple[ConsentRecord, ...]) -> Facts:
    answers = (("What moment stays with you?", "x" * LIMIT_BYTES), *((("A question?", _LONG),) * 12))
    kept = Reflection(
        id=_ID, script="", revision="", title="A title", at=_AT, on=_AT.date(), finished=True, answers=answers,
        themes=("A1", "A2", "P1", "S1", "S2", "W2", "N1"), own=(0, 1, 2), shareable=(0, 1, 2), term=365,
        for_supervision=True,
    )  # fmt: skip
    teams = tuple(
        TeamFacts(name=name, members=people, supervisors=people, earliest=date(2026, 12, 1))
        for name in ("North", "South", "West")
    )
    brought = tuple(
        Packet(id=UUID(int=n), person=person, title="A title", on=_AT.date(), until=_AT.date(), text=PACKET)
        for n, person in enumerate(people[:1] * MOST_PACKETS)
    )
    return Facts(
        supervisors=people,
        sent=brought[1:],
        brought=brought * 2,
        fresh=(_ID,) * 4,
        circle=True,
        circle_size=100,
        shared_until=date(2026, 12, 2),
        excerpt_until=date(2026, 12, 30),
        supervises=True,
        leads=True,
        names_lead=True,
        reflections=tuple(kept.model_copy(update={"id": UUID(int=n)}) for n in range(5)),
        until={_ID: date(2027, 1, 31)},
        looks=tuple(Look(viewer=viewer, day=date(2026, 10, day)) for day in range(31, 0, -1) for viewer in people),
        passages={one.id: PASSAGE for one in _shared(())},
        reports=reports_of(library, 3),
        secret="a" * 43,
        address=f"https://{'a' * 63}.example.org",
        teams=teams,
        names=Listed(entries=frozenset(number.to_bytes(TAG, "big") for number in range(MOST_NAMES))),
        consent_records=records,
        program=Program(resources={"crisis": "988"}),
    )


def options(reply: Reply) -> Iterator[Option]:
    """Everything with a label that can be tapped or ticked in a reply, of its question and of its page."""
    if reply.message is not None:
        yield from (*reply.message.choices, *reply.message.controls)
    for section in reply.page.sections if reply.page else ():
        yield from (*section.scripts, *section.pages)
        yield from (option for form in section.forms for field in form.fields for option in field.options)


# As a check for the linter


def check(rule: str, read: Callable[[], Library], of_step: OfStep, of_bot: OfBot | None) -> Check:
    """A platform's limits, as the rule of that name: each script in all its languages, and the bot itself once.

    `read`: gives what the bot itself says; where that cannot be read, the linter says so elsewhere. `of_bot`: None
    where it is somebody else's to mend.
    """

    drawn: dict[object, tuple[str, ...]] = {}

    @cache
    def known() -> tuple[Library, tuple[Fault, ...]] | None:
        try:
            library = read()
        except ScriptError:
            return None
        return library, tuple(_faults_of_bot(rule, library, of_bot)) if of_bot else ()

    def checked(script: Script) -> Iterator[Fault]:
        if found := known():
            yield from _faults_of_script(rule, found[0], script, of_step, drawn)
            yield from found[1]

    return checked


def _faults_of_script(
    rule: str, library: Library, script: Script, told: OfStep, drawn: dict[object, tuple[str, ...]]
) -> Iterator[Fault]:
    """`drawn`: what was said of a step before; the same block stands in many scripts."""
    there = library.with_script(script)
    for locale, step in product(script_locales(script), script.steps):
        look = look_of(script, step, locale)
        if look not in drawn:
            drawn[look] = tuple(sorted(set(told(there, script, step, locale))))
        for words in drawn[look]:
            yield Fault(rule, f"in {locale}, {words}.", "", step=step.id)


def look_of(script: Script, step: Step, locale: str) -> object:
    """All that a step can show: the same for another step, the same drawn. What leads to it and from it shows not."""
    cards = tuple(
        (f"card:{name}.{line}", name) for name in card_names(step) for line, _ in card_lines(script.cards[name])
    )
    keys = [*(f"{step.id}.{name}" for name, _ in step_lines(step)), *(key for key, _ in cards)]
    bare = step.model_copy(update={"when": {}, "next": None})
    return locale, bare.model_dump_json(), script.ending, tuple(script.say(locale, key) for key in keys)


def _faults_of_bot(rule: str, library: Library, told: OfBot) -> Iterator[Fault]:
    for locale in library.locales:
        for words in sorted(set(told(library, locale))):
            yield Fault(rule, f"in {locale}, {words}.", str(HOME / "app.toml"))
