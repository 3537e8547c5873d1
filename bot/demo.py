"""The invented team of the local demo: the days before a visitor comes, and the weeks that can be skipped.

Law: every one of these days goes through the same door as any other, and the clock never runs backwards.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Awaitable, Callable, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, model_validator
from tzlocal import get_localzone_name

from bot.conversation import Message, Reply
from bot.deidentify import Known, Span
from bot.events import Choose, Command, Event, Frozen, Inbound, Joined, Open, Rate, Who, Write
from bot.ports import Clock, Delivery, Messenger, Refusal, Setup
from bot.turn import Shell
from prompts.script import SOURCE_LOCALE
from scheduler.recurrence import zone_named

DATA = Path(__file__).with_name("demo.toml")
TENANT = "north"

#: Between two taps of a lived talk.
PACE = timedelta(seconds=25)
#: No script asks so much; a lived talk ends in any case.
MOST_SCREENS = 40
#: When a day that is lived asks what is due: at its working end, and late. The first one that is skipped asks every
#: hour: only then can there be a reminder that the visitor asked for.
DAY_ENDS = (time(17), time(21))
HOURS = tuple(time(hour) for hour in range(24))
MORNING, HELLO = time(8, 30), time(9)

Tick = Callable[[Shell, datetime], Awaitable[None]]
Given = str | int | tuple[str, ...]


class Talk(Frozen):
    """One reflection of somebody's. `answers` by step id; `left_at`: the step at which it was left, else it is done.

    `day`: working days from the day of the start, before (negative) or after it; or so many `minutes_ago`.
    """

    script: str
    day: int = 0
    at: time = time(12)
    minutes_ago: int = Field(default=0, ge=0)
    answers: Mapping[str, Given] = Field(default_factory=dict)
    left_at: str = ""
    draft: str = ""
    paused: bool = False

    @model_validator(mode="after")
    def one_moment(self) -> Talk:
        if bool(self.day) == bool(self.minutes_ago):
            raise ValueError("a talk has either a day (not 0) or minutes_ago")
        return self


class Colleague(Frozen):
    """Somebody of the team. `hello`: the working day on which the bot greeted them in their chat."""

    user: str
    name: str
    about: Mapping[str, str]
    locale: str = SOURCE_LOCALE
    role: Literal["member", "supervisor"] = "member"
    hello: int | None = Field(default=None, lt=0)
    talks: tuple[Talk, ...] = ()


class Life(Frozen):
    """The team: since when it is there, and who is in it. `others`: members whom nobody can try."""

    team: str
    zone: str
    day: int = Field(lt=0)
    people: tuple[Colleague, ...]
    others: tuple[str, ...] = ()

    @property
    def setup(self) -> Setup:
        members, supervisors = (
            tuple(one.user for one in self.people if one.role == role) for role in ("member", "supervisor")
        )
        return Setup("local", TENANT, self.team, (*members, *self.others), supervisors, self.zone)


def read_life(path: Path) -> Life:
    """Raises Refusal with the place of the first mistake."""
    try:
        return Life.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refusal("demo", f"{path.name} cannot be read: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refusal("demo", f"{path.name}: {place}: {first['msg']}.") from None


@cache
def life() -> Life:
    """The team, in the zone of this machine where that is known: so its days and a visitor's have the same hours."""
    team = read_life(DATA)
    with suppress(ZoneInfoNotFoundError, OSError, ValueError):
        return team.model_copy(update={"zone": ZoneInfo(get_localzone_name()).key})
    return team


def who(user: str) -> Who:
    return Who(platform="local", tenant=TENANT, user=user)


# The clock


class DemoClock:
    """Real time, and as much more as was skipped. While other days are being lived it stands at their moments."""

    def __init__(self, real: Clock) -> None:
        self.began = real.now()
        self.turning = asyncio.Lock()
        self._real, self._ahead = real, timedelta()
        self._stands: datetime | None = None

    def now(self) -> datetime:
        return self._stands or self._real.now() + self._ahead

    def stand(self, at: datetime) -> None:
        self._stands = at if self._stands is None else max(at, self._stands)

    def go_on(self, further: timedelta = timedelta()) -> None:
        self._ahead, self._stands = self._ahead + further, None


@dataclass
class Once:
    """Before the messenger. A clock that jumps lets a lease run out while its message is on its way, and the message is
    sent again: what comes a second time is not shown again."""

    messenger: Messenger
    _sent: set[UUID] = field(default_factory=set)

    async def send(self, delivery: Delivery) -> None:
        if delivery.id not in self._sent:
            await self.messenger.send(delivery)
            self._sent.add(delivery.id)


# Days


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens: a talk of somebody's; without one they are greeted; with nobody it is a tick."""

    at: datetime
    colleague: Colleague | None = None
    talk: Talk | None = None


def working_day(start: date, count: int) -> date:
    """So many working days after a day, or before it; nobody here visits at weekends."""
    step = timedelta(days=1 if count > 0 else -1)
    left, day = abs(count), start
    while left:
        day += step
        left -= day.weekday() < 5
    return day


def on(day: date, wall: time) -> datetime:
    """That time of the team's clock."""
    return datetime.combine(day, wall, tzinfo=zone_named(life().zone)).astimezone(UTC)


def _day(began: datetime, count: int) -> date:
    return working_day(began.astimezone(zone_named(life().zone)).date(), count)


def moments(began: datetime) -> Iterator[Moment]:
    """Everything that anybody of the team does, seen from the start of the demo."""
    for one in life().people:
        if one.hello is not None:
            yield Moment(on(_day(began, one.hello), HELLO), one)
        for talk in one.talks:
            ago = began - timedelta(minutes=talk.minutes_ago)
            yield Moment(on(_day(began, talk.day), talk.at) if talk.day else ago, one, talk)


def ticks(start: datetime, end: datetime, walls: Iterable[time]) -> Iterator[Moment]:
    zone = zone_named(life().zone)
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        yield from (Moment(at) for wall in walls if start < (at := on(day, wall)) < end)
        day += timedelta(days=1)


async def settle(shell: Shell, clock: DemoClock, tick: Tick) -> Mapping[str, int]:
    """The team, and all that it has lived until now; nothing where it is there already. Gives `left` for `skip`.

    Its supervisors are known first and named last: a team that lacks one who is known was left half-way by a demo that
    was stopped, and is refused.
    """
    people = await shell.on_store(shell.store.people)
    there = {found for found, team in people if (found.tenant, team) == (TENANT, life().team)}
    if not there:
        await _settle(shell, clock, tick)
    elif any(who(user) in dict(people) and who(user) not in there for user in life().setup.supervisors):
        words = "The demo was stopped here before its team was there. Delete this database, or name another one."
        raise Refusal("half-lived", words)
    await shell.heard("local", TENANT, [one.name for one in life().people])
    return await shell.on_store(lambda: _revisions(shell, clock.now()))


async def _settle(shell: Shell, clock: DemoClock, tick: Tick) -> None:
    start, end = on(_day(clock.began, life().day), MORNING), clock.now()
    unled, finder = replace(life().setup, supervisors=()), shell.finder
    try:
        clock.stand(start)
        shell.finder = Invented()
        await shell.on_store(lambda: _known(shell, life().setup.supervisors, start))
        await shell.on_store(lambda: shell.store.set_up(unled, start))
        past = (moment for moment in moments(clock.began) if moment.at < end)
        await _lived(shell, clock, tick, (*past, *ticks(start, end, DAY_ENDS)))
        await shell.on_store(lambda: shell.store.set_up(life().setup, start))
    finally:
        shell.finder = finder
        clock.go_on()


class Invented:
    """What is lived before a visitor comes was written for this, and names nobody: a start need not wait for a look."""

    def find(self, text: str, known: tuple[Known, ...] = ()) -> tuple[Span, ...]:
        return ()

    def foreign(self, text: str) -> bool:
        return False


async def skip(
    shell: Shell, clock: DemoClock, tick: Tick, days: int = 28, *, left: Mapping[str, int] | None = None
) -> None:
    """Lets so many days go by. What the team does meanwhile is lived too, but by nobody who has changed since they were
    `left`: somebody else is being that person now."""
    async with clock.turning:
        start, further = clock.now(), timedelta(days=days)
        now = await shell.on_store(lambda: _revisions(shell, start))
        free = {user for user in now if left is None or left.get(user) == now[user]}
        try:
            await _lived(shell, clock, tick, meanwhile(clock.began, free, start, start + further))
        finally:
            clock.go_on(clock.now() - start)  # as far as it came: what was lived is never in the future


def meanwhile(began: datetime, free: Container[str], start: datetime, end: datetime) -> Iterator[Moment]:
    """What happens in days that are skipped: the talks of those who are free to have them, and ticks."""
    for one in moments(began):
        if start < one.at < end and one.colleague is not None and one.colleague.user in free:
            yield one
    yield from ticks(start, end, DAY_ENDS)
    yield from ticks(start, min(end, start + timedelta(days=1)), HOURS)
    yield Moment(end)


async def _lived(shell: Shell, clock: DemoClock, tick: Tick, all_of_it: Iterable[Moment]) -> None:
    """In order of time, whoever it is. What is out of step with a script is passed over here: tests look at it."""
    for moment in sorted(all_of_it, key=lambda one: one.at):
        clock.stand(moment.at)
        if moment.colleague is None:
            await tick(shell, moment.at)
        elif moment.talk is None:
            await greeted(Hand(shell, clock, moment.colleague, moment.at))
        else:
            await talked(Hand(shell, clock, moment.colleague, moment.at), moment.talk)


def _known(shell: Shell, users: Iterable[str], at: datetime) -> None:
    with shell.store.transaction() as tx:
        for user in users:
            tx.load(who(user), at)


def _revisions(shell: Shell, at: datetime) -> dict[str, int]:
    """How often everybody's conversation has changed; without those who have erased themselves."""
    known = {found for found, _ in shell.store.people()}
    with shell.store.transaction() as tx:
        return {
            one.user: tx.load(who(one.user), at).conversation.revision
            for one in life().people
            if who(one.user) in known
        }


# Talks


@dataclass
class Hand:
    """Somebody's hand at the private box: one tap after another."""

    shell: Shell
    clock: DemoClock
    colleague: Colleague
    at: datetime

    def next(self) -> datetime:
        self.at += PACE
        return self.at

    async def does(self, event: Event) -> Reply:
        """Takes the event, and waits until what it owes is sent: the clock is about to move."""
        self.clock.stand(event.at)
        one = self.colleague
        inbound = Inbound(key=f"demo:{uuid4()}", who=who(one.user), event=event, locale=one.locale, names=(one.name,))
        reply = await self.shell.handle(inbound)
        await self.shell.drained()
        return reply


async def greeted(hand: Hand) -> None:
    """The bot says hello in the chat; who speaks another language says so, so that no browser's changes it."""
    await hand.does(Joined(at=hand.at))
    if hand.colleague.locale != SOURCE_LOCALE:
        await hand.does(Command(at=hand.next(), name="language", argument=hand.colleague.locale))


async def talked(hand: Hand, talk: Talk) -> tuple[str, ...]:
    """One talk from its first question to where it ends; what of it does not fit its script, by step id.

    Nothing is done where something is open already: somebody else may be at it.
    """
    reply = await hand.does(Open(at=hand.at, page="talk"))
    if reply.message is None or reply.message.prompt != "start":
        return ("something was open already",)
    reply = await hand.does(Command(at=hand.next(), name="reflect", argument=talk.script))
    asked: list[str] = []
    faults: list[str] = []
    while (message := reply.message) and message.step and message.step != talk.left_at and len(asked) < MOST_SCREENS:
        asked.append(message.step)
        event = answer(message, talk.answers.get(message.step), hand.next())
        faults += () if event else (f"{message.step}: no such answer",)
        reply = await hand.does(event or Command(at=hand.at, name="skip"))
    faults += (f"{step}: never came up" for step in talk.answers if step not in asked)
    if talk.left_at:
        return (*faults, *await _leave(hand, talk, reply.message))
    return (*faults, *(() if reply.closed else ("it did not end",)))


def answer(message: Message, given: Given | None, at: datetime) -> Event | None:
    """What somebody does about a question; None where their answer does not fit it. Without one, the last is done."""
    offered = {option.id for option in message.choices}
    match message.input, given:
        case "text", str():
            return Write(at=at, text=given, prompt=message.prompt)
        case "scale", int():
            return Rate(at=at, value=given, prompt=message.prompt)
        case "choice", str() if given in offered:
            return Choose(at=at, values=(given,), prompt=message.prompt)
        case "choice", None if "done" in offered:
            return Choose(at=at, values=("done",), prompt=message.prompt)
        case "multi", tuple() if set(given) <= offered:
            return Choose(at=at, values=given, prompt=message.prompt)
        case _:
            return None


async def _leave(hand: Hand, talk: Talk, message: Message | None) -> tuple[str, ...]:
    if message is None or message.step != talk.left_at:
        return (f"{talk.left_at}: it did not end there",)
    if talk.draft:
        await hand.does(Write(at=hand.next(), text=talk.draft, done=False, prompt=message.prompt))
    if talk.paused:
        await hand.does(Command(at=hand.next(), name="pause"))
    return ()
