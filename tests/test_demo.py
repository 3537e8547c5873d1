"""The demo's team: what it has lived fits the scripts, time goes by once, and no chat or page tells on anybody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner
from local_chat import library
from shells import Wristwatch, inbound

from adapters.web.chat_log import ChatLog, Kept
from bot import demo
from bot.cli import main
from bot.cli.attacking import attack
from bot.conversation import Page, Reply
from bot.deidentify.known import known_hash
from bot.demo import DemoClock, Once, life, read_life, settle, skip, who
from bot.events import Choose, Command, Event, Open, Submit, Write
from bot.ports import Delivery, Refusal
from bot.turn import Shell
from prompts.script import ChoiceStep, EndStep, MultiStep
from scheduler import ticker
from scheduler.ticker import tick
from storage.store import SqlStore, temporary_store
from storage.windows import earliest_themes, monday_after

#: A Wednesday morning where the team lives.
START = datetime(2026, 11, 18, 15, 10, tzinfo=UTC)
WEEKS = timedelta(days=28)
T = TypeVar("T")


@dataclass
class Post:
    """A chat that also counts what it was given."""

    chat: ChatLog
    given: list[Delivery] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> None:
        self.given.append(delivery)
        await self.chat.send(delivery)


@dataclass
class Stage:
    """A demo that runs, without its page."""

    shell: Shell
    store: SqlStore
    clock: DemoClock
    chat: ChatLog
    post: Post

    async def does(self, user: str, event: Event) -> Reply:
        reply = await self.shell.handle(inbound(who(user), event))
        await self.shell.drained()
        return reply

    async def page(self, user: str, name: str = "report") -> Page:
        page = (await self.does(user, Open(at=self.clock.now(), page=name))).page
        assert page is not None
        return page

    async def begins(self, user: str, *answers: str, script: str = "between-sites") -> Reply:
        """A reflection from its first question: words, or the ids of choices."""
        reply = await self.does(user, Command(at=self.clock.now(), name="reflect", argument=script))
        for answer in answers:
            at, message = self.clock.now(), reply.message
            assert message is not None
            text = message.input == "text"
            reply = await self.does(user, Write(at=at, text=answer) if text else Choose(at=at, values=(answer,)))
        return reply

    def lines(self) -> list[Kept]:
        return [line for one in life().people for line in self.chat.lines(who(one.user))]


@pytest.fixture(autouse=True)
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wherever the tests are run."""
    monkeypatch.setattr("bot.demo.get_localzone_name", lambda: "America/New_York")
    life.cache_clear()
    yield
    life.cache_clear()


@contextmanager
def stage(start: datetime = START) -> Iterator[Stage]:
    with temporary_store(scripts=library().scripts.values()) as store:
        clock = DemoClock(Wristwatch(start))
        chat = ChatLog(clock)
        post = Post(chat)
        yield Stage(Shell(library(), store, Once(post), 1, clock), store, clock, chat, post)


def played(work: Callable[[Stage], Awaitable[T]], start: datetime = START) -> T:
    async def through(here: Stage) -> T:
        try:
            return await work(here)
        finally:
            await here.shell.close()

    with stage(start) as here:
        return asyncio.run(through(here))


async def settled(here: Stage) -> Any:
    return await settle(here.shell, here.clock, tick)


async def skipped(here: Stage, left: Any = None) -> None:
    await skip(here.shell, here.clock, tick, left=left)


# The data and the scripts


def test_every_talk_of_the_team_fits_its_script_and_ends_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    lived: list[tuple[str, int]] = []
    faults: list[tuple[str, str, int, str]] = []
    talked = demo.talked

    async def noted(hand: demo.Hand, talk: demo.Talk) -> tuple[str, ...]:
        found = await talked(hand, talk)
        lived.append((hand.colleague.user, talk.day))
        faults.extend((hand.colleague.user, talk.script, talk.day, fault) for fault in found)
        return found

    async def work(here: Stage) -> None:
        await skipped(here, await settled(here))

    monkeypatch.setattr(demo, "talked", noted)
    played(work)
    assert not faults
    assert sorted(lived) == sorted((one.user, talk.day) for one in life().people for talk in one.talks)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"answers": {"weather": "sunny", "word": "w", "pull": "fix"}}, "pull: never came up"),
        ({"answers": {"weather": "foggy", "word": "w"}}, "weather: no such answer"),
        ({"answers": {"weather": "sunny"}}, "word: no such answer"),
        ({"answers": {"weather": "sunny", "word": "w"}, "left_at": "load"}, "load: it did not end there"),
        ({"answers": {"weather": "sunny", "word": "w", "end": "go-on"}}, "it did not end"),
    ],
)
def test_what_is_out_of_step_with_its_script_is_named(changes: dict[str, Any], fault: str) -> None:
    async def work(here: Stage) -> tuple[str, ...]:
        hand = demo.Hand(here.shell, here.clock, life().people[0], START)
        answers = {"consent": "keep", **changes["answers"]}
        return await demo.talked(hand, demo.Talk(script="between-sites", day=-1, **{**changes, "answers": answers}))

    assert fault in played(work)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("team = ", "cannot be read"),
        ('team = "A"', "zone: Field required"),
        ('team = "A"\nzone = "UTC"\nday = 3\npeople = []', "day: Input should be less than 0"),
        (
            'team = "A"\nzone = "UTC"\nday = -3\n[[people]]\nuser = "x"\nname = "X"\nabout = {}\n'
            '[[people.talks]]\nscript = "s"\nday = -2\nminutes_ago = 3\n',
            "people.0.talks.0: Value error, a talk has either a day",
        ),
    ],
)
def test_a_mistake_in_the_data_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "team.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal, match=r"team\.toml") as refused:
        read_life(path)
    assert words in refused.value.words


def test_everybody_is_described_in_both_languages_and_one_supervises() -> None:
    assert all(set(one.about) == {"en", "es"} and all(one.about.values()) for one in life().people)
    assert life().setup.supervisors == ("sam",)
    assert len(life().setup.members) == 8


@pytest.mark.parametrize("weekday", range(7))
def test_no_two_talks_are_at_the_same_time_and_none_at_a_weekend(weekday: int) -> None:
    began = START + timedelta(days=weekday)
    planned = sorted(one.at for one in demo.moments(began) if one.talk and one.talk.day)
    longest = demo.PACE * 20
    assert all(later - earlier > longest for earlier, later in pairwise(planned))
    assert all(at.weekday() < 5 for at in planned)
    assert planned[-1] < began + WEEKS


# The days before


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_the_earliest_day_for_themes_is_within_four_weeks_of_any_start(weekday: int, hour: int) -> None:
    began = datetime(2026, 11, 16 + weekday, hour, 30, tzinfo=UTC)
    day = demo.on(demo._day(began, life().day), demo.MORNING).date()
    earliest = earliest_themes(monday_after(day), day, day)
    assert earliest is not None
    assert began.date() < earliest < (began + WEEKS).date()


def test_settling_twice_is_settling_once() -> None:
    async def work(here: Stage) -> None:
        first, lines = await settled(here), here.lines()
        assert here.clock.now() == START
        assert await settled(here) == first
        assert here.lines() == lines

    played(work)


def test_a_team_that_was_left_half_way_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stopped(*_: object) -> None:
        raise KeyError

    async def work(here: Stage) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(demo, "_lived", stopped)
            with pytest.raises(KeyError):
                await settled(here)
        with pytest.raises(Refusal, match="stopped here before its team was there"):
            await settled(here)

    played(work)


def test_a_team_whose_supervisor_has_erased_herself_is_there() -> None:
    async def work(here: Stage) -> None:
        await settled(here)
        here.store.erase(who("sam"), here.clock.now())
        assert set(await settled(here)) == {one.user for one in life().people} - {"sam"}

    played(work)


@pytest.mark.parametrize(
    ("said", "zone"), [("Pacific/Kiritimati", "Pacific/Kiritimati"), ("no/zone", "America/New_York")]
)
def test_the_team_lives_where_the_visitor_is(said: str, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.demo.get_localzone_name", lambda: said)
    life.cache_clear()
    assert life().zone == zone


def test_each_of_them_shows_something() -> None:
    async def work(here: Stage) -> None:
        await settled(here)
        kept = {one.user: here.store.reflections(who(one.user)) for one in life().people}
        counts = {user: len(reflections) for user, reflections in kept.items()}
        some = {"ben": 5, "carmen": 1, "fatima": 3, "grace": 2, "gil": 1}
        assert counts == {one.user: some.get(one.user, 0) for one in life().people}
        assert all(one.at < START for reflections in kept.values() for one in reflections)
        places = {one.user: (await here.does(one.user, Open(at=START, page="talk"))) for one in life().people}
        shown = {user: reply.message for user, reply in places.items() if reply.message is not None}
        assert (shown["eli"].step, shown["carmen"].step, shown["ada"].prompt) == ("consent", "now", "start")
        assert shown["carmen"].draft == next(talk.draft for talk in life().people[2].talks if talk.draft)
        assert (places["carmen"].locale, places["fatima"].locale, places["ben"].locale) == ("es", "es", "en")
        with here.store.transaction() as tx:
            (known,) = tx.names(who("ada"))
        assert {known_hash(known.key, one.name) for one in life().people} <= known.hashes, "colleagues are known"

    played(work)


# The weeks that are skipped


def test_skipping_moves_the_clock_by_four_weeks_however_often() -> None:
    async def work(here: Stage) -> None:
        left = await settled(here)
        for times in (1, 2, 3):
            await skipped(here, left)
            assert here.clock.now() == START + times * WEEKS

    played(work)


def test_two_skips_at_once_come_one_after_the_other() -> None:
    async def work(here: Stage) -> None:
        await settled(here)
        await asyncio.gather(skipped(here), skipped(here))
        assert here.clock.now() == START + 2 * WEEKS
        for one in life().people:
            times = [line.at for line in here.chat.lines(who(one.user))]
            assert times == sorted(times)

    played(work)


def test_a_reminder_arrives_at_the_end_of_the_day_and_once() -> None:
    async def work(here: Stage) -> None:
        left = await settled(here)
        await here.begins("ada", "keep", "mixed", "a word", "day-end")
        await skipped(here, left)
        parked = library().script(library().scripts["between-sites"].revision).say("en", "parked.text")
        for user in ("ada", "grace"):
            asked = [line.at for line in here.chat.lines(who(user)) if line.text == parked]
            assert asked == [datetime(2026, 11, 18, 22, 0, tzinfo=UTC)]

    played(work)


def test_what_was_left_alone_is_put_away_and_nothing_else_of_the_visitor_changes() -> None:
    async def work(here: Stage) -> None:
        left = await settled(here)
        await here.begins("ada", "keep", "one moment", script="quick-visit")
        await skipped(here, left)
        (kept,) = here.store.reflections(who("ada"))
        assert not kept.finished
        assert [answered for _, answered in kept.answers] == ["one moment"]
        assert START + timedelta(days=7) <= kept.at < START + timedelta(days=9)
        place = (await here.does("ada", Open(at=here.clock.now(), page="talk"))).message
        assert place is not None
        assert place.prompt == "start"
        assert any(not one.finished for one in here.store.reflections(who("carmen")))

    played(work)


def test_nobody_lives_on_as_somebody_else_has_left_them() -> None:
    """The visitor has been Ben, and erased Fátima: neither writes anything in the weeks that go by."""

    async def work(here: Stage) -> None:
        left = await settled(here)
        await here.begins("ben", "mixed", "mine", "done")
        await here.does("fatima", Submit(at=START, form="erase", values={"confirm": "erase"}))
        before = {one.id for one in here.store.reflections(who("ben"))}
        await skipped(here, left)
        assert {one.id for one in here.store.reflections(who("ben"))} <= before
        assert here.store.reflections(who("fatima")) == ()
        assert here.store.reflections(who("grace"))[0].on > START.date()

    played(work)


def test_nothing_is_sent_twice_while_the_ticker_runs() -> None:
    async def work(here: Stage) -> None:
        left = await settled(here)
        clockwork = ticker.start(here.shell, here.clock, seconds=0.003)
        try:
            await asyncio.gather(skipped(here, left), here.begins("ada", "keep", "mixed", "a word", "day-end"))
            await skipped(here, left)
        finally:
            clockwork.shutdown(wait=False)
        ids = [delivery.id for delivery in here.post.given]
        assert len(ids) == len(set(ids))
        assert here.clock.now() == START + 2 * WEEKS

    played(work)


def test_a_message_that_is_sent_again_is_shown_once() -> None:
    async def work(here: Stage) -> None:
        await settled(here)
        again = here.post.given[0]
        before = len(here.post.given)
        await here.shell.messenger.send(again)
        assert len(here.post.given) == before

    played(work)


# What others see of it


def welcomes() -> set[str]:
    return {" ".join(library().word(one, f"welcome-{number}") for number in range(1, 5)) for one in library().locales}


def allowed() -> tuple[set[str], set[str]]:
    """Every line that a chat may hold, and every button."""
    texts, buttons = set(), set()
    for locale in library().locales:
        texts |= {library().word(locale, name) for name in ("greeting", "pause", "goodbye")}
        buttons.add(library().word(locale, "continue-private"))
        script = library().scripts["between-sites"]
        texts.add(script.say(locale, "parked.text"))
        buttons |= {
            script.say(locale, f"parked.{one}.label")
            for one in ("yes", "half-hour", "day-end", "tomorrow", "not-today")
        }
    return texts, buttons


def written() -> set[str]:
    """Everything that anybody writes or chooses in the data, the labels in both languages."""
    found: set[str] = set()
    for talk in (talk for one in life().people for talk in one.talks):
        script = library().scripts[talk.script]
        found |= {talk.draft} - {""}
        for step in script.steps:
            given = talk.answers.get(step.id, ())
            values = given if isinstance(given, tuple) else (given,)
            if isinstance(step, ChoiceStep | MultiStep | EndStep):
                own = [value for value in values if f"{step.id}.{value}.label" in script.strings["en"]]
                found |= {script.say(locale, f"{step.id}.{value}.label") for value in own for locale in ("en", "es")}
            else:
                found |= {value for value in values if isinstance(value, str)}
    return found


def test_the_chat_of_the_team_holds_neutral_lines_and_nothing_of_any_talk() -> None:
    async def work(here: Stage) -> None:
        await skipped(here, await settled(here))
        texts, buttons = allowed()
        members = (who(user) for user in life().setup.members)  # who supervises is sent what was published
        lines = [line for one in members for line in here.chat.lines(one) if line.text not in welcomes()]
        assert len(lines) > 20
        assert {line.text for line in lines} <= texts
        assert {option.label for line in lines for option in line.buttons} <= buttons
        told = written()
        assert len(told) > 80
        assert not [words for words in told for line in lines if words in line.text]

    played(work)


def test_the_page_of_the_supervisor_says_when_and_then_themes_and_nothing_of_people() -> None:
    async def work(here: Stage) -> tuple[Page, Page]:
        left = await settled(here)
        first = await here.page("sam")
        await skipped(here, left)
        return first, await here.page("sam")

    first, later = played(work)
    assert first.lines[0] == later.lines[0] == library().word("en", "report-first-line")
    assert "December 10, 2026" in first.lines[1]
    shown = json.dumps(later.model_dump(mode="json"), ensure_ascii=False)
    assert all(library().theme("en", code) in shown for code in ("A6", "L1", "S9"))
    assert not any(one.name in shown for one in life().people)


@pytest.mark.parametrize("weekday", range(7))
def test_one_skip_publishes_themes_and_nobody_is_found_in_them(weekday: int) -> None:
    async def work(here: Stage) -> None:
        left = await settled(here)
        sam = who("sam")
        assert attack(here.shell, here.store, sam, who("ada"), here.clock.now()) is None
        for enough in (True, False):
            await skipped(here, left)
            page = here.store.reports.of(sam, here.clock.now())[0].snapshots[0]
            assert page.enough == enough
            for one in ("ada", "ben", "eli"):
                found = attack(here.shell, here.store, sam, who(one), here.clock.now())
                assert found is not None
                assert not found.found
                assert {question.code for question in found.questions} == {"", *(theme.code for theme in page.themes)}
                worlds = [world for asked in found.questions for world in (asked.yes, asked.no)]
                assert {world.digest for world in worlds if world} == {page.digest}

    played(work, START + timedelta(days=weekday))


def test_the_page_gives_the_day_in_the_language_of_its_reader() -> None:
    async def work(here: Stage) -> Page:
        await settled(here)
        await here.does("sam", Command(at=START, name="language", argument="es"))
        return await here.page("sam")

    assert "10 de diciembre de 2026" in played(work).lines[1]


# The command


@pytest.mark.parametrize("kept", [False, True])
def test_weeks_are_skipped_only_where_nothing_is_kept(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def build(*_: Any, **named: Any) -> None:
        given.update(named)
        raise Refusal("enough", "That is enough.")

    monkeypatch.setattr("adapters.web.app.build_app", build)
    words = ["--db", f"sqlite:///{tmp_path}/a.db"] if kept else []
    done = CliRunner().invoke(main, ["demo", *words])
    assert done.exit_code == 2, done.output
    assert given["supervisor"].name == "Sam"
    assert (given["skip"] is None) == kept
