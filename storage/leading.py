"""What a program's lead settles: who is in a team, who supervises it, who leads. Law: whoever is new there is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from bot.conversation import Program
from bot.effects import NameLead, SetTeam
from bot.events import NoticeName, Who
from bot.places import UNKNOWN_ZONE
from bot.ports import Refusal, Setup
from storage import setup as up
from storage import tables as t
from storage.counting import count_in
from storage.keystore import KeyStore
from storage.leaving import come_back
from storage.ledger import Entry
from storage.notices import News, tell
from storage.place import Place
from storage.prepared import Prepared, Wire

Membership = tuple[UUID, str]

_NAMED = Prepared(
    select(t.memberships.c.participant_id, t.memberships.c.role).where(
        t.memberships.c.team_id == bindparam("team"), t.memberships.c.role != "lead"
    )
)
_ADD = Prepared(insert(t.memberships), unless_there=True)
_DROP = Prepared(
    delete(t.memberships).where(
        and_(
            t.memberships.c.team_id == bindparam("team"),
            t.memberships.c.participant_id == bindparam("person"),
            t.memberships.c.role == bindparam("as_role"),
        )
    )
)
_LIVE = Prepared(
    update(t.participants).where(t.participants.c.id == bindparam("person")).values(zone=bindparam("new_zone"))
)
_LEAD = Prepared(
    update(t.participants)
    .where(t.participants.c.id == bindparam("person"), t.participants.c.leads_since.is_(None))
    .values(leads_since=bindparam("day"))
)
_INSTALLED = Prepared(
    update(t.participants)
    .where(t.participants.c.id == bindparam("person"), t.participants.c.installed_day.is_(None))
    .values(installed_day=bindparam("day"))
)
_LED = Prepared(
    select(t.participants.c.id)
    .select_from(t.participants.join(t.tenants))
    .where(
        t.tenants.c.platform == bindparam("of_platform"),
        t.tenants.c.external == bindparam("named"),
        t.participants.c.leads_since.is_not(None),
    )
    .limit(1)
)
_CIRCLE_TAKEN = Prepared(
    select(func.count())
    .select_from(t.circles.join(t.teams, t.teams.c.circle_id == t.circles.c.id))
    .where(t.circles.c.tenant_id == bindparam("tenant"), t.circles.c.name == bindparam("called"))
)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that settling needs. `made` grows by the keys of people who are new, for the case of a rollback; `noted` by
    what is taken back of whoever counts no more, for the key store's ledger."""

    wire: Wire
    keys: KeyStore
    program: Program
    made: list[UUID]
    noted: list[Entry]
    at: datetime
    day: date
    locale: str = "en"  # in which people whose profile is not known yet are spoken to
    zone: str = UNKNOWN_ZONE  # and where they are taken to live

    def met(self, people: Sequence[Who]) -> dict[str, Place]:
        """These people by their ids, made where they are new."""
        return up.people_of(self.wire, self.keys, people, self.made, self.at, self.day, self.zone, self.locale)


def live(wire: Wire, person: UUID, zone: str) -> None:
    wire.run(_LIVE, person=person, new_zone=zone)


# Who leads -----------------------------------------------------------------------------------------------------------


def name_lead(desk: Desk, by: Place, who: Who, effect: NameLead) -> None:
    """Raises Refusal where whoever says so has not installed the app."""
    if by.installed_day is None:
        raise Refusal("not-lead", "Only somebody who installed Afterword here can name who leads the program.")
    set_lead(desk, who.model_copy(update={"user": effect.user}))


def is_led(wire: Wire, platform: str, tenant: str) -> bool:
    """Whether somebody leads already: installing once more then gives nobody a say in who does."""
    return wire.one(_LED, of_platform=platform, named=tenant) is not None


def set_lead(desk: Desk, who: Who) -> None:
    """Names one more lead; who leads already is not told again."""
    up.check_names({"The id of who leads": (who.user,), "The workspace's id": (who.tenant,)})
    _mark(desk, who, _LEAD, "lead")


def installed(desk: Desk, who: Who) -> None:
    """Whoever installed the app is there, and is told, once, what comes next."""
    come_back(desk.wire, _mark(desk, who, _INSTALLED, "installed"))


def _mark(desk: Desk, who: Who, mark: Prepared, notice: NoticeName) -> UUID:
    place = desk.met([who])[who.user]
    if desk.wire.run(mark, person=place.person, day=desk.day):
        tell(desk.wire, desk.keys, [News(place, notice)], desk.at)
    return place.person


# A team --------------------------------------------------------------------------------------------------------------


def set_team(desk: Desk, lead: Place, who: Who, effect: SetTeam) -> None:
    """The lists are the whole team from now on. Raises Refusal, in words that name the field."""
    if lead.leads_since is None:
        raise Refusal("not-lead", "Only who leads the program can set up a team.")
    setup = Setup(
        platform=who.platform,
        tenant=who.tenant,
        team=effect.team.strip(),
        members=tuple(dict.fromkeys(effect.members)),
        supervisors=tuple(dict.fromkeys(effect.supervisors)),
        settings=dict(effect.settings),
    )
    up.check(setup)
    up.settle(desk.wire, desk.program, setup, lead.tenant, desk.day)
    team = _team(desk, lead, setup)
    people = desk.met(up.named_in(setup))
    before = {(person, role) for person, role in desk.wire.all(_NAMED, team=team)}
    wanted = {(people[user].person, "member") for user in setup.members}
    wanted |= {(people[user].person, "supervisor") for user in setup.supervisors}
    _follow(desk, lead, team, before, wanted)
    _house(desk, [people[user] for user in setup.members if (people[user].person, "member") not in before])
    tell(desk.wire, desk.keys, _news(setup, people, before), desk.at)


def _team(desk: Desk, lead: Place, setup: Setup) -> UUID:
    """The lead's own choice is a team; a circle of that name, with others in it, is not joined by accident."""
    if not up.has_team(desk.wire, lead.tenant, setup.team):
        taken = desk.wire.one(_CIRCLE_TAKEN, tenant=lead.tenant, called=setup.team)
        if taken is not None and taken[0]:
            raise Refusal("name", "The team's name is the name of a circle already. Choose another one.")
    team, _ = up.team_of(desk.wire, setup, lead.tenant, desk.day)
    return team


def _follow(desk: Desk, lead: Place, team: UUID, before: set[Membership], wanted: set[Membership]) -> None:
    """Lets the memberships be what is wanted; whoever set the team up leads it, and never counts in its circle."""
    gone, new = before - wanted, wanted - before
    desk.wire.run_many(_DROP, [{"team": team, "person": person, "as_role": role} for person, role in gone])
    rows = [
        {"participant_id": person, "team_id": team, "role": role, "since": desk.day}
        for person, role in (*new, (lead.person, "lead"))
    ]
    desk.wire.run_many(_ADD, rows)
    for person in {person for person, _ in gone | new} | {lead.person}:
        count_in(desk.wire, desk.keys, person, desk.day, desk.noted)


def _house(desk: Desk, new: Sequence[Place]) -> None:
    """A new member lives where the lead does, until their profile says otherwise."""
    desk.wire.run_many(
        _LIVE, [{"person": place.person, "new_zone": desk.zone} for place in new if place.zone == UNKNOWN_ZONE]
    )


def _news(setup: Setup, people: dict[str, Place], before: set[Membership]) -> Iterator[News]:
    """Everybody new is told, and every member who supervises: of a new supervisor, and whoever joins, of all."""
    asked_in = [user for user in setup.members if (people[user].person, "member") not in before]
    named = [user for user in setup.supervisors if (people[user].person, "supervisor") not in before]
    yield from (News(people[user], "supervisor") for user in named)
    yield from (News(people[user], "invited") for user in asked_in)
    for user in setup.members:
        others = [one for one in setup.supervisors if one != user and (one in named or user in asked_in)]
        yield from (News(people[user], "supervisor-named", one) for one in others)
