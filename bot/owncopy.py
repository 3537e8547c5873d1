"""A person's own copy of all that is kept of them: for programs (JSON), and to be read. Pure.

`docs/copy.schema.json` describes the JSON; `version` goes up when something in it changes its meaning or goes away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal
from uuid import UUID

from babel.dates import format_date
from pydantic import AwareDatetime

from bot import screens
from bot.case import Case
from bot.conversation import Consents, Conversation, Exchange, Facts, Memory, Page, Reflection, Section, Session
from bot.events import Frozen, Open
from bot.home import moment
from bot.kept import called, exchanges, looked_on
from bot.ports import Everything
from bot.questions import themes
from bot.receipt import one_record
from bot.shared import decided, still_shared
from prompts.library import Library
from prompts.script import Script

VERSION = 1


class Person(Frozen):
    """`address`: where their chat is, in the words of the platform's adapter."""

    platform: str
    workspace: str
    user: str
    joined: date
    left: date | None
    language: str
    time_zone: str
    address: str


class Team(Frozen):
    team: str
    circle: str
    role: str
    since: date


class Themes(Frozen):
    """What taps stood for: codes, and what they are called."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]


class Written(Frozen):
    """One reflection. `until`: the last day on which it is kept; `counted`: whether its themes wait to be published."""

    id: UUID
    script: str
    revision: str
    title: str
    at: AwareDatetime
    on: date
    finished: bool
    until: date
    answers: tuple[Exchange, ...]
    themes: Themes
    countable: Themes
    counted: bool


class Unfinished(Frozen):
    """A reflection that is not finished: what was answered, and what stands in a box or is ticked and was not sent."""

    id: UUID
    script: str
    revision: str
    title: str
    started: AwareDatetime
    touched: AwareDatetime
    answers: tuple[Exchange, ...]
    drafts: tuple[str, ...]
    ticks: dict[str, tuple[str, ...]]


class Next(Frozen):
    check_in: UUID
    due: AwareDatetime


class CountedThemes(Frozen):
    """`window`: its first week."""

    circle: str
    window: str
    themes: Themes


class Released(Frozen):
    """A passage: while it waits word for word, and for a time after it was published, or deleted and was not."""

    on: date
    title: str
    until: date | None
    text: str
    outcome: Literal["waits", "published", "deleted"]


class Brought(Frozen):
    """What the person brought to supervision and did not take back. `to`: the supervisor's id on the platform."""

    on: date
    until: date
    to: str
    title: str
    text: str


class Line(Frozen):
    day: date
    text: str


class Looked(Frozen):
    """`who`: by their id on the platform; empty where it was the person themselves, or whoever runs Afterword."""

    who: str
    circle: str
    day: date


class Copy(Frozen):
    """Everything. `consents` as they were recorded (ISO/IEC TS 27560), `consents_whole`: none is missing or changed."""

    version: Literal[1]
    made: AwareDatetime
    person: Person
    teams: tuple[Team, ...]
    retention_days: int
    agreed: Consents
    settings: Memory
    next_check_ins: tuple[Next, ...]
    consents: tuple[dict[str, Any], ...]
    consents_whole: bool
    reflections: tuple[Written, ...]
    open_reflections: tuple[Unfinished, ...]
    counted_not_published: tuple[CountedThemes, ...]
    released: tuple[Released, ...]
    brought_to_supervision: tuple[Brought, ...]
    names_never_kept: int  # how many were listed; which ones nobody can tell
    waiting_for_the_chat: tuple[Line, ...]
    who_looked: tuple[Looked, ...]
    looked_at: tuple[Looked, ...]

    def written(self) -> str:
        return self.model_dump_json(indent=2)


def made(library: Library, all_: Everything, at: AwareDatetime) -> Copy:
    conversation, facts = all_.loaded.conversation, all_.loaded.facts
    for script in all_.loaded.scripts:
        library = library.with_pinned(script)
    case = Case(library, conversation, facts, Open(at=at, page="data"))
    days = screens.DEFAULT_DAYS if case.memory.retention_days is None else case.memory.retention_days
    return Copy(
        version=VERSION,
        made=at,
        person=_person(all_, conversation, facts),
        teams=tuple(Team(team=one.team, circle=one.circle, role=one.role, since=one.since) for one in all_.roles),
        retention_days=min(days, facts.program.retention_ceiling),
        agreed=conversation.consents,
        settings=conversation.memory,
        next_check_ins=tuple(Next(check_in=check_in, due=due) for check_in, due in all_.planned),
        consents=all_.records,
        consents_whole=all_.whole,
        reflections=tuple(_reflections(case)),
        open_reflections=tuple(_open(case, session) for session in conversation.sessions),
        counted_not_published=tuple(
            CountedThemes(circle=one.circle, window=one.window, themes=_themes(case, one.codes)) for one in all_.counted
        ),
        released=tuple(_released(case)),
        brought_to_supervision=tuple(
            Brought(on=one.on, until=one.until, to=one.person, title=one.title, text=one.text) for one in facts.sent
        ),
        names_never_kept=len(facts.names.entries),
        waiting_for_the_chat=tuple(Line(day=one.day, text=one.text) for one in all_.owed),
        who_looked=tuple(Looked(who=look.viewer, circle="", day=look.day) for look in facts.looks),
        looked_at=tuple(Looked(who="", circle=circle, day=day) for circle, day in all_.looked),
    )


def _person(all_: Everything, conversation: Conversation, facts: Facts) -> Person:
    return Person(
        platform=all_.who.platform,
        workspace=all_.who.tenant,
        user=all_.who.user,
        joined=all_.joined,
        left=all_.left,
        language=conversation.locale,
        time_zone=facts.zone,
        address=all_.reference,
    )


def _themes(case: Case, codes: tuple[str, ...]) -> Themes:
    return Themes(codes=codes, labels=tuple(case.library.theme(case.locale, code) for code in codes))


def _released(case: Case) -> Iterator[Released]:
    for one in still_shared(case):
        if one.id in case.facts.passages:
            text = case.facts.passages[one.id]
            yield Released(on=one.on, title=one.title, until=one.until, text=text, outcome="waits")
    for one in decided(case):
        outcome = "published" if one.outcome == "released" else "deleted"
        yield Released(on=one.on, title=one.title, until=one.until, text="", outcome=outcome)


def _passage(case: Case, one: Released) -> str:
    return one.text or case.word("passage-released" if one.outcome == "published" else "passage-gone")


def _reflections(case: Case) -> Iterator[Written]:
    counted = {one.reflection for one in still_shared(case) if one.kind == "themes"}
    for kept in case.facts.reflections:
        yield Written(
            id=kept.id,
            script=kept.script,
            revision=kept.revision,
            title=kept.title,
            at=kept.at,
            on=kept.on,
            finished=kept.finished,
            until=case.facts.until[kept.id],
            answers=exchanges(kept),
            themes=_themes(case, kept.themes or kept.codes),
            countable=_themes(case, kept.codes),
            counted=kept.id in counted,
        )


def _open(case: Case, session: Session) -> Unfinished:
    there = case.now(session=session)
    return Unfinished(
        id=session.id,
        script=session.script,
        revision=session.revision,
        title=case.script(session).say(case.locale, "title"),
        started=session.started,
        touched=session.touched,
        answers=tuple(screens.exchange(there, session, step) for step in case.route(session).asked),
        drafts=tuple(filter(None, (session.held, *session.drafts.values()))),
        ticks=dict(session.ticks),
    )


# To be read


def readable(library: Library, all_: Everything, copy: Copy) -> Page:
    """The same as a page, in the person's language."""
    case = Case(library, all_.loaded.conversation, all_.loaded.facts, Open(at=copy.made, page="data"))
    day, time = moment(case, copy.made)
    parts = (
        _section(case, "copy-you", _you(case, all_.workspace, copy)),
        _section(case, "copy-settings", _settings(case, copy)),
        _section(case, "copy-check-ins", _check_ins(case, copy)),
        _section(case, "copy-consents", (case.word("receipt-whole" if copy.consents_whole else "receipt-broken"),)),
        *(one_record(case, record) for record in case.facts.consent_records),
        *([] if copy.reflections else [_section(case, "copy-reflections", (case.word("data-empty"),))]),
        *(_reflection(case, kept) for kept in case.facts.reflections),
        *(_unfinished(case, one) for one in copy.open_reflections),
        _section(case, "copy-counted", (
            case.word("copy-counted-line", window=one.window, themes="; ".join(one.themes.labels))
            for one in copy.counted_not_published
        )),
        _section(case, "copy-shared", (
            f"{_day(case, one.on)} · {one.title}: {_passage(case, one)}" for one in copy.released
        )),
        _section(case, "copy-sent", (
            f"{_day(case, one.on)} · {one.title} · {one.to}: {one.text}" for one in copy.brought_to_supervision
        )),
        _section(case, "copy-chat", _chat(case, copy)),
        _section(case, "looks-title", (looked_on(case, look.who, look.day) for look in copy.who_looked)),
    )  # fmt: skip
    return Page(
        name="copy",
        title=case.word("copy-heading"),
        lines=(case.word("copy-made", day=day, time=time),),
        sections=parts,
    )


def _section(case: Case, title: str, lines: Iterable[str]) -> Section:
    found = tuple(lines)
    return Section(title=case.word(title), lines=found or (case.word("copy-nothing"),))


def _day(case: Case, day: date) -> str:
    return format_date(day, "long", locale=case.locale)


def _you(case: Case, workspace: str, copy: Copy) -> Iterator[str]:
    person = copy.person
    yield case.word("copy-who", user=person.user, workspace=workspace or person.workspace, platform=person.platform)
    for team in copy.teams:
        yield case.word("copy-team", role=case.word(f"copy-{team.role}"), team=team.team)
    yield case.word("copy-since", day=_day(case, person.joined))


def _settings(case: Case, copy: Copy) -> Iterator[str]:
    memory = copy.settings
    yield case.word("copy-language", language=case.word(f"language-{copy.person.language}"))
    yield case.word("copy-zone", zone=copy.person.time_zone)
    yield case.word("copy-days", days=copy.retention_days)
    if memory.quiet:
        yield case.word("copy-quiet", start=memory.quiet[0], end=memory.quiet[1])
    if memory.away:
        yield case.word("copy-away", start=_day(case, memory.away[0]), end=_day(case, memory.away[1]))
    if memory.paused:
        yield case.word("copy-paused")
    if memory.remembered:
        yield case.word("copy-remembered", values="; ".join(_remembered(case)))
    for slug, uses in memory.uses.items():
        script = case.library.scripts.get(slug)
        title = script.say(case.locale, "title") if script else slug
        if uses.last:
            yield case.word("copy-uses", script=title, count=uses.count, day=_day(case, uses.last))


def _remembered(case: Case) -> Iterator[str]:
    """In the words of the scripts that are in use."""
    for step, choice in case.memory.remembered.items():
        key = f"{step}.{choice}.label"
        said = (script.say(case.locale, key) for script in case.library.scripts.values() if _has(script, step))
        yield next(filter(None, said), choice)


def _has(script: Script, step: str) -> bool:
    return any(one.id == step for one in script.steps)


def _check_ins(case: Case, copy: Copy) -> Iterator[str]:
    for check_in in copy.settings.check_ins:
        if check_in.kind in ("missed", "nudge"):
            continue
        due = [" ".join(moment(case, one.due)) for one in copy.next_check_ins if one.check_in == check_in.id]
        kind = case.word(f"check-in-{check_in.kind}")
        yield case.word("copy-check-in", kind=kind, moments="; ".join(due) or "–")


def _reflection(case: Case, kept: Reflection) -> Section:
    until = case.word("data-kept-until", date=_day(case, case.facts.until[kept.id]))
    touched = themes(case, kept.themes or kept.codes)
    answers = exchanges(kept)
    return Section(title=called(case, kept), lines=(until, *filter(None, (touched,))), exchanges=answers)


def _unfinished(case: Case, one: Unfinished) -> Section:
    lines = tuple(case.word("copy-draft", words=words) for words in one.drafts)
    return Section(title=f"{case.word('copy-open-ones')} · {one.title}", lines=lines, exchanges=one.answers)


def _chat(case: Case, copy: Copy) -> Iterator[str]:
    if copy.person.address:
        yield case.word("copy-chat-kept")
    for line in copy.waiting_for_the_chat:
        yield f"{_day(case, line.day)}: {line.text}"
