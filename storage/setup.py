"""Teams, circles and roles, as an administrator sets them up. What is named is added; nothing is taken away here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.conversation import Program
from bot.events import Who
from bot.places import UNKNOWN_ZONE
from bot.ports import LostRace, Refusal, Setup
from bot.snapshot import Limits
from storage import tables as t
from storage.counting import count_in
from storage.keystore import KeyStore
from storage.ledger import Entry
from storage.place import Place, arrive, find, look, merge, tenant
from storage.prepared import Prepared, Wire
from storage.windows import monday_after

_LONGEST_NAME = 200

_TENANT = Prepared(
    select(t.tenants.c.grid_monday, t.tenants.c.settings)
    .where(t.tenants.c.id == bindparam("tenant"))
    .with_for_update(key_share=True)
)
_SET_TENANT = Prepared(
    update(t.tenants)
    .where(t.tenants.c.id == bindparam("tenant"))
    .values(grid_monday=bindparam("grid"), settings=bindparam("new_settings"))
)
_TEAMS = Prepared(select(func.count()).select_from(t.teams).where(t.teams.c.tenant_id == bindparam("tenant")))
_TEAM = Prepared(
    select(t.teams.c.id, t.teams.c.circle_id).where(
        t.teams.c.tenant_id == bindparam("tenant"), t.teams.c.name == bindparam("called")
    )
)
_ADD_TEAM = Prepared(insert(t.teams))
_MOVE_TEAM = Prepared(update(t.teams).where(t.teams.c.id == bindparam("team")).values(circle_id=bindparam("circle")))
_CIRCLE = Prepared(
    select(t.circles.c.id).where(t.circles.c.tenant_id == bindparam("tenant"), t.circles.c.name == bindparam("called"))
)
_ADD_CIRCLE = Prepared(insert(t.circles))
_ADD_ROLE = Prepared(insert(t.memberships), unless_there=True)
_DROP_ROLES = Prepared(
    delete(t.memberships).where(
        t.memberships.c.participant_id == bindparam("person"), t.memberships.c.team_id == bindparam("team")
    )
)
_EVERYBODY = Prepared(select(t.memberships.c.participant_id).where(t.memberships.c.team_id == bindparam("team")))
#: Who supervises a team that moves sees no window of its new circle that had begun: nobody there knew of them.
_NAMED_ANEW = Prepared(
    update(t.memberships)
    .where(t.memberships.c.team_id == bindparam("team"), t.memberships.c.role == "supervisor")
    .values(since=bindparam("today"))
)
_SET_ZONE = Prepared(
    update(t.participants).where(t.participants.c.id == bindparam("person")).values(zone=bindparam("new_zone"))
)


def set_up(
    wire: Wire,
    keys: KeyStore,
    program: Program,
    setup: Setup,
    made: list[UUID],
    noted: list[Entry],
    at: datetime,
    day: date,
) -> None:
    """Raises Refusal where a name, a zone or a setting is wrong. Adds the keys that it makes to `made`, and what is
    taken back to `noted`, for the key store's ledger."""
    check(setup)
    in_tenant = tenant(wire, setup.platform, setup.tenant, day)
    settle(wire, program, setup, in_tenant, day)
    team, moved = team_of(wire, setup, in_tenant, day)
    people = people_of(wire, keys, named_in(setup), made, at, day)
    for user in setup.supervisors:
        wire.run(_ADD_ROLE, participant_id=people[user].person, team_id=team, role="supervisor", since=day)
    for user in setup.members:
        wire.run(_ADD_ROLE, participant_id=people[user].person, team_id=team, role="member", since=day)
        wire.run(_SET_ZONE, person=people[user].person, new_zone=setup.zone)
    touched = {place.person for place in people.values()}
    if moved:
        wire.run(_NAMED_ANEW, team=team, today=day)
        touched |= {person for (person,) in wire.all(_EVERYBODY, team=team)}
    for person in touched:
        count_in(wire, keys, person, day, noted)


def leave_team(wire: Wire, keys: KeyStore, who: Who, team: str, day: date, noted: list[Entry]) -> bool:
    """Takes a person out of a team, whatever their role; False where either is unknown."""
    found = find(wire, keys, who)
    row = None if found is None else wire.one(_TEAM, tenant=found.tenant, called=team)
    if found is None or row is None or not wire.run(_DROP_ROLES, person=found.person, team=row[0]):
        return False
    count_in(wire, keys, found.person, day, noted)
    return True


def check(setup: Setup) -> None:
    """Raises Refusal; the sentence names the field, never what is in it."""
    check_names(
        {
            "The platform's name": (setup.platform,),
            "The workspace's id": (setup.tenant,),
            "The team's name": (setup.team,),
            "The circle's name": (setup.circle or "-",),
            "A member's id": setup.members,
            "A supervisor's id": setup.supervisors,
        }
    )
    try:
        ZoneInfo(setup.zone)
    except (KeyError, ValueError, OSError):
        raise Refusal("zone", "That time zone is not known. Use a name such as America/New_York.") from None


def check_names(named: Mapping[str, Sequence[str]]) -> None:
    for what, names in named.items():
        if any(not name.strip() or len(name) > _LONGEST_NAME for name in names):
            raise Refusal("name", f"{what} has 1 to {_LONGEST_NAME} characters.")
        if any(not name.isprintable() or name in (".", "..") for name in names):
            raise Refusal("name", f"{what} has letters, figures and signs that can be seen, and is not “.” or “..”.")


def settle(wire: Wire, program: Program, setup: Setup, in_tenant: UUID, day: date) -> None:
    """The tenant's settings, and its grid where this is its first team."""
    row = wire.one(_TENANT, tenant=in_tenant)
    count = wire.one(_TEAMS, tenant=in_tenant)
    assert row is not None
    assert count is not None
    before = json.loads(row[1])
    try:
        settings = _merged(before, setup.settings)
        merge(program, settings)
        _only_raised(merge(program, before).limits, setup.settings.get("limits", {}))
        written = json.dumps(settings, sort_keys=True)
    except ValidationError as error:
        wrong = ", ".join(sorted({_named(problem["loc"]) for problem in error.errors() if problem["loc"]}))
        raise Refusal("settings", f"These settings cannot be used as they are: {wrong}.") from None
    except TypeError:
        raise Refusal("settings", "Settings are text, numbers, yes or no, and lists of these.") from None
    wire.run(_SET_TENANT, tenant=in_tenant, grid=row[0] if count[0] else monday_after(day), new_settings=written)


def _only_raised(before: Limits, named: Any) -> None:
    """What was published under one limit must not be compared with what a lower one would let through. Raises
    Refusal."""
    asked = Limits.model_validate(named)
    for name, least in before:
        if name in named and getattr(asked, name) < least:
            raise Refusal("limits", f"Limits can only be raised: limits.{name} is {least}, and stays at least that.")


def _named(loc: tuple[int | str, ...]) -> str:
    """A setting as it is written; of the limits, which one, and its floor."""
    if loc[0] != "limits" or len(loc) < 2 or loc[1] not in Limits.model_fields:
        return str(loc[0])
    return f"limits.{loc[1]} is a number from {getattr(Limits(), str(loc[1]))} to 100"


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What is named takes the old one's place; of the resources and the limits each by itself, and an empty resource is
    taken out."""
    merged = {**old, **new}
    if isinstance(new.get("limits"), Mapping):
        merged["limits"] = {**old.get("limits", {}), **new["limits"]}
    if isinstance(new.get("resources"), Mapping):
        every = {**old.get("resources", {}), **new["resources"]}
        merged["resources"] = {name: text for name, text in every.items() if text != ""}
    return merged


def has_team(wire: Wire, in_tenant: UUID, name: str) -> bool:
    return wire.one(_TEAM, tenant=in_tenant, called=name) is not None


def team_of(wire: Wire, setup: Setup, in_tenant: UUID, day: date) -> tuple[UUID, bool]:
    """The team, in its circle (alone: a circle of its own name), and whether it has moved there from another."""
    row = wire.one(_TEAM, tenant=in_tenant, called=setup.team)
    if row is not None and not setup.circle:
        return row[0], False
    circle = _circle(wire, in_tenant, setup.circle or setup.team, day)
    if row is None:
        team = uuid4()
        wire.run(_ADD_TEAM, id=team, tenant_id=in_tenant, circle_id=circle, name=setup.team)
        return team, False
    if row[1] != circle:
        wire.run(_MOVE_TEAM, team=row[0], circle=circle)
    return row[0], row[1] != circle


def _circle(wire: Wire, in_tenant: UUID, name: str, day: date) -> UUID:
    row = wire.one(_CIRCLE, tenant=in_tenant, called=name)
    if row is not None:
        found: UUID = row[0]
        return found
    made = uuid4()
    wire.run(_ADD_CIRCLE, id=made, tenant_id=in_tenant, name=name, since=day)
    return made


def named_in(setup: Setup) -> tuple[Who, ...]:
    users = dict.fromkeys((*setup.supervisors, *setup.members))
    return tuple(Who(platform=setup.platform, tenant=setup.tenant, user=user) for user in users)


def people_of(
    wire: Wire,
    keys: KeyStore,
    people: Sequence[Who],
    made: list[UUID],
    at: datetime,
    day: date,
    zone: str = UNKNOWN_ZONE,
    locale: str = "en",
) -> dict[str, Place]:
    """People by their ids, made where they are new: they may be named before they have said a word.

    They are not held: two leads who name each other would wait for one another.
    """
    new = [who for who in people if look(wire, keys, who) is None]
    fresh = keys.make_data_keys(len(new), at) if new else ()
    made += [key.id for key in fresh]
    for who, key in zip(new, fresh, strict=True):
        arrive(wire, keys, who, key, day, zone, locale)
    places = {who.user: place for who in people if (place := look(wire, keys, who)) is not None}
    if len(places) < len(people):
        raise LostRace  # one of them was erased this very moment
    return places
