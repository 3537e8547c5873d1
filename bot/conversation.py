"""Where a person stands: the value that the engine turns into its successor. Law: valid whatever has happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, NaiveDatetime

from bot.events import Frozen, Surface, Value
from bot.names import Listed
from bot.snapshot import Limits, Report
from prompts.phrases import Entry

Input = Literal["choice", "multi", "scale", "text", "none"]
Origin = Literal["person", "check-in"]
#: Where the name of a person goes in a line of ours.
PLACE: Final = "{person}"
#: What the weekly question of a room goes through, a week each.
Rotation = Literal["principles", "stance"]


class Answer(Frozen):
    """What a person answered. Empty values: skipped, or used inside the step and not kept."""

    values: tuple[Value, ...] = ()
    text: str = ""


class Session(Frozen):
    """One run of one script at one revision of it.

    `answers` by step, in the order in which they were given; the way through the script is derived from them
    (`bot.route`). `cursor`: the person went back to this step. `visit` counts changes of position.
    """

    id: UUID
    script: str
    revision: str
    origin: Origin = "person"
    first: bool = True  # the person had not agreed to anything before: their very first reflection
    started: AwareDatetime
    touched: AwareDatetime
    answers: Mapping[str, Answer] = Field(default_factory=dict)
    cursor: str | None = None
    visit: int = 0
    drafts: Mapping[str, str] = Field(default_factory=dict)  # typed and not yet sent, by step; "": for the next box
    ticks: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)  # chosen and not yet sent, by step
    held: str = ""  # the first parts of a text too long for one box
    doubted: str = ""  # the place and the word that was taken for a command there, and may have been an answer
    confirming: Literal["delete", "restart"] | None = None
    more: bool = False  # the last screen shows what is behind "More…"
    unchecked: tuple[str, ...] = ()  # codes that the person took out of the count
    checked: tuple[str, ...] = ()  # codes that their words suggest and that they added
    paused: bool = False  # the chat has been told so, and nothing has moved since
    told: AwareDatetime | None = None  # when the chat was last told, by a check-in, that one can go on
    here: bool = False  # the person chose to go on in chat messages; law 6 holds all the same
    read: bool = False  # the whole notice stands in the place of the short one
    use: int = 1  # the how-manieth of this script
    week: int = 1  # of a series
    last: Mapping[str, str] = Field(default_factory=dict)  # what was chosen at the last use, by the names of `recall`
    back: str = ""  # what the person wanted to try the last time, to be asked about


#: What a person agrees to, each apart: keeping their words, counting their themes, releasing passages.
Purpose = Literal["words", "counting", "excerpts"]
#: What ended by itself: after a year, or because the terms are others now.
Lapse = Literal["expired", "superseded"]
#: Why a choice is asked for anew; "restored": a backup was put back that lacks what they chose later.
Pause = Literal["expired", "superseded", "restored"]
ConsentEvent = Literal["given", "refused", "withdrawn", "superseded", "expired"]


class Agreement(Frozen):
    """The terms that a person agreed to for one purpose, and when: `since`, without a gap, and last `on` that day.

    `days`: the longest that the program let words be kept; `wording`: a hash of the notice in that language.
    """

    version: int
    recipients: tuple[str, ...]
    days: int
    wording: str = ""
    locale: str = ""
    since: AwareDatetime | None = None
    on: date | None = None


class Consents(Frozen):
    """What a person has agreed to. `words`: None until they chose; the others: None until they were asked, and when
    what they had agreed to has ended by itself."""

    words: Literal["keep", "nothing"] | None = None
    counting: Literal["ask", "always", "never"] | None = None
    counted_until: date | None = None  # a year after they agreed to it; from that day on nothing is counted
    excerpts: Literal["ask", "never"] | None = None
    excerpts_until: date | None = None
    version: int = 0  # of the notice that was shown
    agreed: Mapping[str, Agreement] = Field(default_factory=dict)  # by purpose; states of before have none
    lapsed: Mapping[str, Pause] = Field(default_factory=dict)  # by purpose, until they choose again
    untold: bool = False  # of what lapsed


#: What a check-in is for. `missed`: the line that something could not come; `nudge`: the one gentle reminder after a
#: check-in that was not answered.
Kind = Literal["visit", "day-end", "weekly", "supervision", "follow-up", "re-check", "consent", "missed", "nudge"]


class CheckIn(Frozen):
    """A rule of when to ask. Exactly one of `start`, on the wall clock where the person lives, and `at`, a moment.

    `rule`: RFC 5545 text, from `start` on; empty: once. `done`: until when a rule has had its turn. `session`: the one
    that a nudge is about, or in which a choice asked for it.
    """

    id: UUID
    kind: Kind
    script: str = ""
    rule: str = ""
    start: NaiveDatetime | None = None
    at: AwareDatetime | None = None
    done: AwareDatetime | None = None
    session: UUID | None = None


class Uses(Frozen):
    count: int = 0
    last: date | None = None


#: What became of a passage: it waits, was published, or is deleted and was not; known while a page is drawn.
Outcome = Literal["", "released", "gone"]


class Shared(Frozen):
    """What a person let out of their hands, and can take back until it is published: theme codes, or a passage, which
    stands in the shared row alone. The only thing anywhere that links that row to them; `id` is its id."""

    id: UUID
    kind: Literal["themes", "excerpt"]
    until: date | None = None  # the last day on which it can surely be taken back
    reflection: UUID
    title: str = ""
    on: date
    codes: tuple[str, ...] = ()
    outcome: Outcome = ""


class Memory(Frozen):
    """What is carried from one reflection to the next; of a person who keeps nothing only their settings, and what they
    shared until it can be taken back no more."""

    uses: Mapping[str, Uses] = Field(default_factory=dict)
    remembered: Mapping[str, str] = Field(default_factory=dict)  # step id -> choice id
    retention_days: int | None = None
    last_reflection: UUID | None = None
    recalled: Mapping[str, str] = Field(default_factory=dict)  # "script.name" -> choice id, of the last use
    returning: UUID | None = None  # the reflection whose small thing comes back in the next one
    look_back: bool = True  # it may come back
    ask_counting: tuple[str, ...] = ()  # codes of the reflection after which counting is being asked about
    put_away: bool = False  # a reflection was put away since the person was last here
    welcomed: bool = False  # they put the app there themselves, and were told what it is
    moved: AwareDatetime | None = None  # by the platform's clock, when they last put the app there or took it away
    quiet: tuple[str, str] | None = None  # nothing is sent from the first "HH:MM" to the second, where the person lives
    shared: tuple[Shared, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    working: tuple[int, ...] = (0, 1, 2, 3, 4)  # days of the week, 0: Monday
    holidays: bool = True  # nothing regular on public holidays
    away: tuple[date, date] | None = None  # first and last day of leave
    paused: bool = False  # no check-in comes until the person says so
    nudges: bool = True  # one gentle reminder where a check-in was not answered
    not_today: date | None = None  # nothing regular comes any more on this day
    silent: int = 0  # check-ins in a row that were not answered
    missed: date | None = None  # the day on which the person was told that check-ins could not come
    own_zone: bool = False  # said by the person, so that their profile does not change it
    followed: date | None = None  # the day on which they were told that their check-ins follow them to another zone
    themes: bool = True  # their page of themes by month, which nobody else has, is on
    asked: Mapping[str, date] = Field(default_factory=dict)  # supervisor -> when they were last asked for ten minutes


class Conversation(Frozen):
    """One row a participant, and the unit of compare-and-swap. `session` and `waiting` are sealed apart (`talk`)."""

    id: UUID
    revision: int = 0
    locale: str = "en"
    chosen_locale: bool = False  # by the person, not by the platform's profile
    consents: Consents = Consents()
    memory: Memory = Memory()
    session: Session | None = None
    waiting: tuple[Session, ...] = ()

    @property
    def sessions(self) -> tuple[Session, ...]:
        return (() if self.session is None else (self.session,)) + self.waiting


class Program(Frozen):
    """A program's own settings (`afterword.toml`)."""

    resources: Mapping[str, str] = Field(default_factory=dict)
    retention_ceiling: int = Field(default=365, ge=0, le=365)
    refuse_typed: bool = False  # what is typed into the chat is refused instead of taken
    deidentify: bool = True  # what tells who it is about is taken out before anything is sealed
    idle_days: int = Field(default=7, ge=1, le=90)
    grace_days: int = Field(default=30, ge=0, le=90)  # what is left of who went stays so long, should they come back
    default_script: str = "quick-visit"
    holidays: str | None = None  # whose public holidays: "US", "US-NC"; None: of the country that a zone lies in
    recheck_weeks: int = Field(default=3, ge=1, le=26)  # after so long a script's "look again" comes back
    day_end: str = Field(default="17:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    rotation: Rotation = "principles"
    thresholds: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)  # sets of answers that scripts ask for
    limits: Limits = Limits()  # from how many people on themes are shown; they can only be raised
    phrases: tuple[Entry, ...] = ()  # at which the safety card is shown to their writer, beside those of phrases.toml


class Reflection(Frozen):
    """A finished (or put away) session as the person keeps it.

    `themes`: what their taps stood for, in private steps too, and what they added: for the person alone, and never in
    any count.
    """

    id: UUID
    script: str
    revision: str
    title: str
    at: AwareDatetime
    on: date  # where the person lives
    finished: bool
    answers: tuple[tuple[str, str], ...]  # (question, answer) as they were read
    codes: tuple[str, ...] = ()  # those that may be counted
    receipt: UUID | None = None  # of the contribution, until its window is published
    themes: tuple[str, ...] = ()
    own: tuple[int, ...] = ()  # which of the answers are in the person's own words, by their number
    shareable: tuple[int, ...] = ()  # which of those may leave the person's hands at all
    term: int | None = None  # days for which its script lets it be kept; None: an earlier version did not note it
    for_supervision: bool = False  # to be brought along; it tells nobody
    returning: tuple[int, ...] = ()  # which of the answers comes back in the next reflection


class ConsentRecord(Frozen):
    """One link of a person's consent chain, as they read it. Links of before have no `shown`: only its hash."""

    purpose: Purpose
    event: ConsentEvent
    choice: str
    at: AwareDatetime
    until: date | None = None
    version: int = 1
    locale: str = "en"
    surface: str = ""
    platform: str = ""
    shown: str = ""
    recipients: tuple[str, ...] = ()
    retention: tuple[str, ...] = ()
    days: int | None = None  # the longest that the program let words be kept


class TeamFacts(Frozen):
    """A team as its program's lead set it up. People are ids on the platform; `earliest`: of its themes."""

    name: str
    members: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    earliest: date | None = None


class Look(Frozen):
    """Somebody opened the page of the person's group on that day. `viewer`: an id on the platform; empty for whoever
    runs Afterword here."""

    viewer: str
    day: date


class Packet(Frozen):
    """What a person brings to supervision under their own name. `person`: an id on the platform: of the supervisor it
    names, for who sent it; and of who sent it, for that supervisor. `until`: its last day."""

    id: UUID
    person: str
    title: str = Field(repr=False)
    on: date
    until: date
    text: str = Field(repr=False)
    reflection: UUID | None = None  # it comes from, for who sent it


class Facts(Frozen):
    """Loaded with the conversation, never changed by a step. `circle`: themes can be counted for this person.

    `names_lead`: the person installed the app here, and may say who leads the program.
    """

    program: Program = Program()
    fresh: tuple[UUID, ...] = ()  # four unused random ids: the engine makes none of its own
    zone: str = "UTC"
    zone_gone: bool = False  # their zone is one no more: nothing is asked until they say where they are
    circle: bool = False
    circle_size: int = 0  # people who can be counted there; only while a page or the last screen asks for it
    shared_until: date | None = None  # what is shared today can surely be taken back until then
    excerpt_until: date | None = None  # and a passage until then: it waits for longer
    supervises: bool = False
    team: str = ""
    earliest_themes: date | None = None
    leads: bool = False
    names_lead: bool = False
    back: str = Field(default="", repr=False)  # what comes back; only while nothing has been answered yet
    # Only while a page asks for them:
    reflections: tuple[Reflection, ...] = ()
    passages: Mapping[UUID, str] = Field(default_factory=dict)  # released and not published, by their receipts
    preview_key: bytes = Field(default=b"", repr=False)  # of this person, circle and window: marks what they were shown
    until: Mapping[UUID, date] = Field(default_factory=dict)  # the last day of each of them
    teams: tuple[TeamFacts, ...] = ()  # for who leads
    names: Listed = Listed()  # that are never kept
    looks: tuple[Look, ...] = ()  # newest first
    secret: str = Field(default="", repr=False)  # an unused random token of 256 bits
    address: str = ""  # where links of ours lead; empty where people can open none
    consent_records: tuple[ConsentRecord, ...] = ()  # newest first
    consents_whole: bool = True  # the chain of them verifies, to its last link
    reports: tuple[Report, ...] = Field(default=(), repr=False)  # for who supervises, a circle each, by name
    supervisors: tuple[str, ...] = ()  # of the person's own teams, other people: ids on the platform
    sent: tuple[Packet, ...] = Field(default=(), repr=False)  # newest first
    brought: tuple[Packet, ...] = Field(default=(), repr=False)  # to them by people whom they supervise, newest first


class Option(Frozen):
    id: str
    label: str


class Exchange(Frozen):
    """One question and what was answered, as the talk so far shows it; private surfaces only."""

    asked: str
    answered: str
    reply: str = ""


class Message(Frozen):
    """At most one a conversation and turn. `title`: over a question that is a whole text; `controls`: what can be done
    beside answering; `chosen`: ticked already, or answered before, by id."""

    preface: tuple[str, ...] = ()
    title: str = ""
    text: str
    hint: str = ""
    input: Input = "none"
    choices: tuple[Option, ...] = ()
    controls: tuple[Option, ...] = ()
    prompt: str = ""
    progress: str = ""
    minutes_left: int | None = None
    draft: str = ""
    chosen: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    step: str = ""
    script: str = ""
    person: str = ""  # an id on the platform: that person's name goes where the text says {person}


FieldKind = Literal["choice", "multi", "text", "lines", "person", "people", "time", "date"]


class FormField(Frozen):
    """A field of a form. `person` and `people`: picked from those of the workspace, by their ids; `time`: "HH:MM";
    `date`: "YYYY-MM-DD". One without a label is not shown: what it holds goes along."""

    id: str
    label: str
    kind: FieldKind = "choice"
    hint: str = ""
    options: tuple[Option, ...] = ()
    value: tuple[str, ...] = ()
    optional: bool = False


class Form(Frozen):
    """Sent as a whole; where nothing is asked, it is one button. `deletes`: it asks once more before it is done.

    Several of one id on a page differ in what they carry.
    """

    id: str
    title: str
    fields: tuple[FormField, ...] = ()
    submit: str
    deletes: bool = False

    @property
    def asked(self) -> tuple[FormField, ...]:
        return tuple(field for field in self.fields if field.label)

    @property
    def carried(self) -> dict[str, str]:
        """What goes along unseen, by field."""
        return {field.id: ",".join(field.value) for field in self.fields if not field.label}

    @property
    def key(self) -> str:
        """Which of the forms of its page it is."""
        return form_key(self.id, self.carried.values())


def form_key(form: str, carried: Iterable[str]) -> str:
    return "/".join((form, *carried))


class Section(Frozen):
    """`people`: ids on the platform, one a line: that person's name goes where the line says {person}."""

    title: str = ""
    lines: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    forms: tuple[Form, ...] = ()
    scripts: tuple[Option, ...] = ()  # buttons that start a script
    pages: tuple[Option, ...] = ()  # buttons that open another page
    links: tuple[Option, ...] = ()  # addresses that open in a browser, each as the id of an option

    def named(self, name: Callable[[str], str]) -> Section:
        """With names in the lines. `name`: what a person is called, by their id."""
        if not self.people:
            return self
        pairs = zip(self.lines, self.people, strict=True)
        lines = tuple(line.replace(PLACE, name(person)) for line, person in pairs)
        return self.model_copy(update={"lines": lines, "people": ()})


class Page(Frozen):
    """`resumes`: a reflection is open, and the way back to the talk leads there."""

    name: str
    title: str
    resumes: bool = False
    lines: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()

    def named(self, name: Callable[[str], str]) -> Page:
        """With people's names in it. `name`: what somebody is called, by their id."""
        if not any(section.people for section in self.sections):
            return self
        return self.model_copy(update={"sections": tuple(section.named(name) for section in self.sections)})

    def shuts(self, form: Form) -> bool:
        """Whether it waits behind its title until it is wanted. Where several have more than one field, only what is to
        be chosen at once is in sight."""
        several = sum(len(form.asked) > 1 for section in self.sections for form in section.forms) > 1
        at_once = len(form.asked) < 2 and all(field.kind in ("choice", "multi") for field in form.asked)
        return several and not at_once


class Reply(Frozen):
    """The immediate answer on the surface that asked; rendered after the commit, never queued, never stored."""

    surface: Surface
    locale: str = "en"
    message: Message | None = None
    page: Page | None = None
    talk: tuple[Exchange, ...] = ()
    closed: bool = False  # the private surface may close
    again: bool = False  # what asked for it was taken before, and is answered once more

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The lines before the question without the one that the talk so far already ends with."""
        preface = self.message.preface if self.message else ()
        last = self.talk[-1].reply if self.talk else ""
        return tuple(line for line in preface if line != last)
