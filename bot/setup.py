"""The pages of those who set up a workspace: who leads it, who is in a team. Law: nothing here shows who takes part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import get_args

from babel.dates import format_date
from babel.lists import format_list

from bot.case import Case
from bot.conversation import Form, FormField, Option, Page, Program, Rotation, Section, TeamFacts
from bot.effects import NameLead, SetTeam, Turn
from bot.forms import Values, lines, one, people, saved, shown, text
from bot.typed import plain
from scheduler.recurrence import first_themes

#: Lines to call that differ from place to place (`resources.toml`); cards and the notice name them.
LOCAL_LINES = (
    "child-protection", "employee-assistance", "questions", "program-contact", "discrimination-contact",
    "pregnancy-loss", "local-services",
)  # fmt: skip
MOST_LINES, LONGEST_LINE, LONGEST_NAME = 12, 200, 60
#: Members, and supervisors: no more can be picked in one form (adapters/slack/limits.py).
MOST_PEOPLE = 100
#: Fewer never see themes of their own: five have to be counted, and nobody may know that all were.
SMALLEST_TEAM = 6
NEW_TEAM = "+"

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


# Who leads


def lead(case: Case, chosen: tuple[str, ...] = ()) -> Page:
    title = case.word("lead-title")
    if not case.facts.names_lead:
        return Page(name="lead", title=title, lines=(case.word("lead-not-yours"),))
    field = FormField(id="person", label=case.word("lead-person"), kind="person", value=chosen)
    form = Form(id="lead", title=title, fields=(field,), submit=case.word("save"))
    return Page(name="lead", title=title, lines=(case.word("lead-intro"),), sections=(Section(forms=(form,)),))


def take_lead(case: Case, values: Values) -> Turn:
    chosen = people(values, "person")
    if not case.facts.names_lead:
        return replace(shown(case, lead(case)), illegal="lead-not-yours")
    if len(chosen) != 1:
        return replace(shown(case, lead(case), case.word("lead-nobody")), illegal="lead-nobody")
    return saved(case, lead(case, chosen), NameLead(chosen[0]), said="lead-named")


# Teams


@dataclass(frozen=True, slots=True)
class Draft:
    """A team as it stands in the form."""

    name: str
    members: tuple[str, ...]
    supervisors: tuple[str, ...]
    day_end: str
    lines: tuple[str, ...]
    rotation: str

    @property
    def too_large(self) -> bool:
        return max(len(self.members), len(self.supervisors)) > MOST_PEOPLE

    def first(self) -> Draft:
        """With so many people as a form holds."""
        return replace(self, members=self.members[:MOST_PEOPLE], supervisors=self.supervisors[:MOST_PEOPLE])


def setup(case: Case, wanted: str = "") -> Page:
    """The form with the team of that name in it, or with the first one; `NEW_TEAM`: with none."""
    if not case.facts.leads:
        return Page(name="setup", title=case.word("setup-title"), lines=(case.word("setup-not-yours"),))
    teams = () if wanted == NEW_TEAM else case.facts.teams
    team = next((team for team in teams if team.name == wanted), teams[0] if teams else None)
    expected = () if team is None else expect(case, team)
    return setup_page(case, as_set_up(case, team), case.word("setup-intro"), *expected)


def setup_page(case: Case, draft: Draft, *said: str) -> Page:
    names = [team.name for team in case.facts.teams]
    others = tuple(Option(id=f"setup:{name}", label=name) for name in names if name != draft.name)
    another = Option(id=f"setup:{NEW_TEAM}", label=case.word("setup-another"))
    teams = (Section(title=case.word("setup-teams"), pages=(*others, another)),) if names else ()
    form = (Section(lines=(case.word("setup-too-large", people=MOST_PEOPLE),)),)
    if not draft.too_large:
        form = (Section(forms=(team_form(case, draft),)),)
    lines = (*said, case.word("setup-never"))
    return Page(name="setup", title=case.word("setup-title"), lines=lines, sections=(*teams, *form))


def as_set_up(case: Case, team: TeamFacts | None) -> Draft:
    program = case.facts.program
    local = tuple(f"{line_name(case, key)}: {program.resources.get(key, '')}".strip() for key in LOCAL_LINES)
    if team is None:
        name = "" if case.facts.teams else case.word("setup-first-name")
        return Draft(name, (), (), program.day_end, local, program.rotation)
    return Draft(team.name, team.members, team.supervisors, program.day_end, local, program.rotation)


def line_name(case: Case, key: str) -> str:
    return case.word(f"setup-line-{key}")


def line_names(case: Case) -> str:
    names = [f"“{line_name(case, key)}”" for key in LOCAL_LINES]
    return format_list(names, "or", locale=case.locale)


def team_form(case: Case, draft: Draft) -> Form:
    fields = (
        FormField(id="name", label=case.word("setup-name"), kind="text", value=(draft.name,)),
        FormField(id="members", label=case.word("setup-members"), kind="people", value=draft.members),
        FormField(
            id="supervisors",
            label=case.word("setup-supervisors"),
            kind="people",
            value=draft.supervisors,
            optional=True,
        ),
        FormField(id="day-end", label=case.word("setup-day-end"), kind="time", value=(draft.day_end,)),
        FormField(id="lines", label=case.word("setup-lines"), kind="lines", value=draft.lines, optional=True),
        FormField(
            id="rotation",
            label=case.word("setup-rotation"),
            options=tuple(Option(id=name, label=case.word(f"setup-rotation-{name}")) for name in get_args(Rotation)),
            value=(draft.rotation,),
        ),
    )
    names = line_names(case)
    hints = {field.id: case.word(f"setup-{field.id}-hint", names=names) for field in fields}
    if not case.facts.teams:
        hints["name"] = ""  # there is no other team that the name could be of
    hinted = tuple(field.model_copy(update={"hint": hints[field.id]}) for field in fields)
    return Form(id="team", title=case.word("setup-form"), fields=hinted, submit=case.word("save"))


def take_team(case: Case, values: Values) -> Turn:
    """A fault changes nothing and shows what was entered again."""
    if not case.facts.leads:
        return replace(shown(case, setup(case)), illegal="setup-not-yours")
    draft = Draft(
        name=text(values, "name"),
        members=people(values, "members"),
        supervisors=people(values, "supervisors"),
        day_end=text(values, "day-end"),
        lines=lines(values, "lines"),
        rotation=rotation(case, values),
    )
    if why := wrong(case, draft):
        unchanged = () if draft.too_large else (case.word("setup-unchanged"),)
        said = (*(words for _, words in why), *unchanged)
        return replace(shown(case, setup_page(case, draft.first(), *said)), illegal=why[0][0])
    return set_up(case, draft)


def rotation(case: Case, values: Values) -> str:
    """The one that was chosen; a form that was drawn before there was a choice leaves it as it is."""
    chosen = one(values, "rotation")
    return chosen if chosen in get_args(Rotation) else case.facts.program.rotation


def wrong(case: Case, draft: Draft) -> list[tuple[str, str]]:
    """What cannot be taken as it stands, each with the words for it."""
    found = {
        "setup-no-name": not 0 < len(draft.name) <= LONGEST_NAME,
        "setup-nobody": not draft.members,
        "setup-too-many": draft.too_large,
        "setup-both": bool({*draft.members} & {*draft.supervisors}),
        "setup-no-time": not _TIME.fullmatch(draft.day_end),
        "setup-long": len(draft.lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in draft.lines),
        "setup-unnamed": local_lines(case, draft.lines) is None,
    }
    counts = {"most": MOST_LINES, "longest": LONGEST_LINE, "letters": LONGEST_NAME, "people": MOST_PEOPLE}
    values = {**counts, "names": line_names(case)}
    return [(why, case.word(why, **values)) for why, is_so in found.items() if is_so]


def local_lines(case: Case, typed: tuple[str, ...]) -> dict[str, str] | None:
    """What to call by its key; None where a line does not begin with a name that is known, in any language."""
    keys = {
        plain(case.library.word(locale, f"setup-line-{key}")): key
        for key in LOCAL_LINES
        for locale in case.library.locales
    }
    found: dict[str, str] = {}
    for line in typed:
        name, colon, number = line.partition(":")
        key = keys.get(plain(name))
        if key is None or not colon:
            return None
        found[key] = "; ".join(filter(None, (found.get(key, ""), number.strip())))
    return {key: number for key, number in found.items() if number}


def set_up(case: Case, draft: Draft) -> Turn:
    facts = case.facts
    known = next((team for team in facts.teams if team.name.casefold() == draft.name.casefold()), None)
    local = local_lines(case, draft.lines) or {}
    team = TeamFacts(
        name=known.name if known else draft.name,
        members=draft.members,
        supervisors=draft.supervisors,
        earliest=first_day(case, known, draft),
    )
    others = tuple(one for one in facts.teams if one is not known)
    program = settled(facts.program, draft, local)
    after = replace(case, facts=facts.model_copy(update={"teams": (*others, team), "program": program}))
    said = (case.word("setup-saved", team=team.name), case.word("setup-invites"), *expect(after, team))
    page = setup_page(after, as_set_up(after, team), *said)
    settings = changed(facts.program, draft, local)
    return shown(case, page, effects=(SetTeam(team.name, team.members, team.supervisors, settings),))


def changed(program: Program, draft: Draft, local: Mapping[str, str]) -> dict[str, object]:
    """Settings of the whole workspace that are other than before. A line that is empty is one no more."""
    hour, _, minute = draft.day_end.replace(".", ":").partition(":")
    day_end = f"{int(hour):02}:{minute}"
    lines = {key: local.get(key, "") for key in LOCAL_LINES if local.get(key, "") != program.resources.get(key, "")}
    named = {"day_end": day_end, "rotation": draft.rotation}
    return {name: value for name, value in named.items() if value != getattr(program, name)} | (
        {"resources": lines} if lines else {}
    )


def settled(program: Program, draft: Draft, local: Mapping[str, str]) -> Program:
    """The program with these settings."""
    settings = changed(program, draft, local)
    others = {key: line for key, line in program.resources.items() if key not in LOCAL_LINES}
    return program.model_copy(update={**settings, "resources": {**others, **local}})


def first_day(case: Case, before: TeamFacts | None, draft: Draft) -> date | None:
    """When themes of the team can appear, as far as that can be known here. A small team has a day in a circle only."""
    small = len(draft.members) < SMALLEST_TEAM
    if before is not None and before.earliest and (not small or len(before.members) < SMALLEST_TEAM):
        return before.earliest
    known = [team.earliest for team in case.facts.teams if team.earliest]
    if small or (case.facts.teams and not known):
        return None
    return first_themes(case.at.astimezone(UTC).date(), known)


def expect(case: Case, team: TeamFacts) -> tuple[str, ...]:
    """What a team may expect of themes; the same whoever takes part."""
    alone = () if team.supervisors else (case.word("setup-no-supervisor"),)
    if team.earliest is not None:
        return case.word("setup-earliest", date=format_date(team.earliest, "long", locale=case.locale)), *alone
    return case.word("setup-small" if len(team.members) < SMALLEST_TEAM else "setup-no-date"), *alone
