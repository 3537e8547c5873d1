"""The weekly question in a channel of Slack: the bot as a guest there, one message a week, and nothing after it. Over
HTTP, against the fake."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Pair, rows
from fake_slack import Phone
from fake_slack_state import Channel
from hypothesis import given
from hypothesis import strategies as st
from slack_hands import Hands
from slack_house import TEAM, TOKEN, House, house, in_a_loop
from talks import library
from test_slack_org import at, install, many

from adapters.slack.channels import moment
from adapters.slack.outgoing import Outgoing, Unsure
from bot.config import Slack
from bot.conversation import Reply
from bot.ports import Installation, Later, Refusal, Room
from storage import tables as t
from storage.keyring import Keyring

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
#: Nine in Chicago, on the Monday after the house's clock begins.
MONDAY = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
VIEWS = Path(__file__).parent / "slack_views"
ASKED = {
    "en": "This week: how babies and young children grow.\n"
    "What about the way young children grow still surprises you?\n"
    "Everybody in this channel can read replies here. Please leave children and families out of them.\n"
    "(Reflect privately)",
    "es": "Esta semana: cómo crecen las niñas y los niños en sus primeros años.\n"
    "¿Qué les sigue sorprendiendo de cómo se crece en los primeros años de vida?\n"
    "Todo el canal puede leer las respuestas. Por favor, no mencione en ellas a niñas, niños ni familias.\n"
    "(Reflexionar en privado)",
}


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def word(name: str, locale: str = "en") -> str:
    return library().word(locale, name)


def rooms(home: House) -> list[str]:
    return [room.external for room in home.store.rooms.all("slack", TEAM)]


def posts(channel: Channel) -> list[Any]:
    """What the bot has said there, for everybody."""
    return [each for each in channel.messages if "bot_id" in each.now and not each.ephemeral]


async def settled_in(home: House, user: str = "UADA") -> Phone:
    """Somebody of whom it is known where they live: in Chicago."""
    phone = home.phone(user)
    await phone.say("hello")
    await home.settled()
    return phone


async def wait(home: House, seconds: float) -> None:
    """By both clocks: that of what is due, and that of the pace."""
    home.hurry.skipped += seconds
    await home.tick(home.clock.time + timedelta(seconds=seconds))


async def a_week(home: House) -> None:
    """The round of the clock, often at first and then every few hours."""
    for seconds in (0, 2, 10, 60, 600, 3600, *([12 * 3600] * 14)):
        await wait(home, seconds)


# The question --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(("by", "locale"), [("UADA", "en"), ("ULUZ", "es")])
@in_a_loop
async def test_a_channel_is_asked_one_question_on_monday_at_nine_in_the_language_of_who_invited(
    files: Pair, ring: Keyring, by: str, locale: str, private: bool
) -> None:
    async with house(files, ring) as home:
        channel, second = home.slack.channel(TEAM, "visits", private=private), home.slack.channel(TEAM, "nights")
        for name in (channel.name, second.name):
            assert (await home.slack.invite(TEAM, by, name)).ok
        await settled_in(home)
        for now in (home.clock.time, MONDAY - SECOND):
            await home.tick(now)
        assert posts(channel) == posts(second) == []
        for now in (MONDAY, MONDAY + SECOND, MONDAY + HOUR, MONDAY + 9 * HOUR, MONDAY + 6 * DAY):
            await home.tick(now)
        (post,) = posts(channel)
        assert len(posts(second)) == len(post.versions) == 1
        assert home.phone("UBEN").screen("channel") == ASKED[locale]
        sent = next(call.body for call in home.slack.called("chat.postMessage") if call.body["channel"] == channel.id)
        assert {**sent, "channel": "CHANNEL"} == json.loads((VIEWS / f"weekly_{locale}.json").read_text("utf-8"))
        await home.tick(MONDAY + WEEK)
        assert len(posts(channel)) == 2
        assert word("room-2-question", locale) in home.phone("UBEN").screen("channel")


@in_a_loop
async def test_a_workspace_that_chose_the_stance_is_asked_about_the_stance(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        await home.slack.invite(TEAM, "UADA")
        ada = await settled_in(home)
        await home.shell.on_store(lambda: home.store.set_lead(home.who(), home.clock.time))
        await home.settled()
        await ada.open_home()
        await ada.tap(word("setup-title"), in_="home")
        await ada.type("North", into="field:name")
        await ada.pick_people("UBEN", "ULUZ", into="field:members")
        await ada.tick(word("setup-rotation-stance"), in_="modal")
        await ada.submit()
        await ada.close(everything=True)
        await home.tick(MONDAY)
        seen = home.phone("UBEN").screen("channel")
        assert [name for name in ("stance-1", "stance-1-question", "room-thread") if word(name) not in seen] == []
        assert not ada.trouble


# Nothing after it ----------------------------------------------------------------------------------------------------


@in_a_loop
async def test_nothing_follows_the_question_in_its_channel_whatever_people_do(files: Pair, ring: Keyring) -> None:
    """Ada is known; Ben has never talked to the bot. Both reflect, and both reply in the thread."""
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        await settled_in(home)
        await home.tick(MONDAY)
        (post,) = posts(channel)
        assert not home.store.known(home.who("UBEN"))
        for user in ("UADA", "UBEN"):
            hands = Hands(home.phone(user), words=f"{user} looked up, marker {{}}.".format)
            await hands.phone.tap(word("room-reflect"), in_="channel")
            assert word("consent-title") in hands.phone.screen()
            await hands.finish()
            await hands.phone.close()
            await home.settled()
            (kept,) = home.store.reflections(home.who(user))
            assert all(words in str(kept.answers) for words in hands.said)
            assert hands.phone.dm()[-1].startswith(word("goodbye"))
            assert not hands.phone.trouble
            answer = await home.slack.channel_message(TEAM, user, "For me it was …, reply-marker", thread_ts=post.ts)
            assert answer.ok
        for days in (0, 1, 6):
            await home.tick(MONDAY + days * DAY)
        assert len(posts(channel)) == len(post.versions) == 1
        said = [each.now for each in channel.messages if each is not post]
        assert [each["text"] for each in said] == ["For me it was …, reply-marker"] * 2
        assert "marker" not in json.dumps([m for m in home.slack.everything_stored(TEAM) if "bot_id" in m])
        assert "reply-marker" not in str([home.store.reflections(home.who(user)) for user in ("UADA", "UBEN")])


@in_a_loop
async def test_a_channel_is_never_taken_for_somebodys_chat(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        await home.slack.invite(TEAM, "UADA")
        await home.tick(MONDAY)
        ben = home.phone("UBEN")
        await ben.tap(word("room-reflect"), in_="channel")
        await home.settled()
        assert home.store.references.find(home.who("UBEN")) == ""
        await Hands(ben).finish()
        await ben.close()
        await home.settled()
        assert home.store.references.find(home.who("UBEN")) == home.slack.dm(TEAM, "UBEN").id


@in_a_loop
async def test_two_people_who_tap_at_once_see_each_their_own(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        await settled_in(home)
        await home.tick(MONDAY)
        ada, luz = home.phone("UADA"), home.phone("ULUZ")
        await asyncio.gather(*(phone.tap(word("room-reflect"), in_="channel") for phone in (ada, luz)))
        assert word("consent-title") in ada.screen()
        assert word("consent-title", "es") in luz.screen()
        assert [len(post.versions) for post in posts(channel)] == [1]


@in_a_loop
async def test_a_window_that_slack_does_not_open_is_said_to_that_person_alone(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        await home.tick(MONDAY)
        home.slack.fail("views.open", "expired_trigger_id")
        ben = home.phone("UBEN")
        await ben.tap(word("room-reflect"), in_="channel")
        assert word("window-open-again") in ben.screen("channel")
        assert word("window-open-again") not in home.phone("ULUZ").screen("channel")
        await ben.tap(word("continue-private"), in_="channel")
        assert word("consent-title") in ben.screen()
        assert [len(post.versions) for post in posts(channel)] == [1]
        assert json.dumps(home.slack.everything_stored(TEAM)).count("bot_id") == 1


@in_a_loop
async def test_whatever_the_answer_to_a_tap_would_be_the_message_stays_as_it_is(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Buttons that no message of ours has in a channel, and an answer that is no private one."""
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        await settled_in(home)
        await home.tick(MONDAY)
        (post,) = posts(channel)
        tap: dict[str, Any] = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": "UBEN", "team_id": TEAM}, "trigger_id": "1.2",
            "container": {"type": "message", "channel_id": channel.id, "message_ts": post.ts},
        }  # fmt: skip
        calls = len(home.slack.calls)
        for number, action in enumerate(("choose:here", "command:safety", "write", "begin:quick-visit", "open:data")):
            actions = [{"action_id": action, "block_id": "greeting#answer", "action_ts": f"2.{number}"}]
            assert (await home.slack.send("interactive", {**tap, "actions": actions})).ok
        assert len(home.slack.calls) == calls
        assert not home.store.known(home.who("UBEN"))

        async def neutral(_: object) -> Reply:
            return Reply(surface="message")

        with monkeypatch.context() as patched:
            patched.setattr(home.shell, "handle", neutral)
            await home.phone("UBEN").tap(word("room-reflect"), in_="channel")
        assert not home.slack.called("chat.update")
        assert len(posts(channel)) == len(post.versions) == 1


# Coming and going ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("private", [False, True])
@in_a_loop
async def test_the_bot_in_a_channel_is_a_room_until_it_goes(files: Pair, ring: Keyring, private: bool) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM, "visits", private=private)
        await home.slack.invite(TEAM, "UADA", "visits")
        (room,) = home.store.rooms.all("slack", TEAM)
        said = home.slack.sent[-1].payload["event"]["event_ts"]
        since = datetime.fromtimestamp(float(said), UTC)
        assert room == Room("slack", TEAM, channel.id, channel.id, "", "en", since)
        await home.slack.kick(TEAM, "UBEN", "visits")
        assert rooms(home) == []
        await home.slack.kick(TEAM, "UBEN", "visits")
        await home.slack.invite(TEAM, "ULUZ", "visits")
        (room,) = home.store.rooms.all("slack", TEAM)
        assert room.locale == "es"


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("end", ["archive", "delete_channel"])
@in_a_loop
async def test_a_channel_that_is_archived_or_deleted_is_no_room(
    files: Pair, ring: Keyring, end: str, private: bool
) -> None:
    async with house(files, ring) as home:
        home.slack.channel(TEAM, "visits", private=private)
        kept = home.slack.channel(TEAM, "nights")
        for name in ("visits", "nights"):
            await home.slack.invite(TEAM, "UADA", name)
        assert (await getattr(home.slack, end)(TEAM, "UBEN", "visits")).ok
        assert rooms(home) == [kept.id]


@in_a_loop
async def test_a_channel_by_another_name_keeps_its_day_and_its_question(files: Pair, ring: Keyring) -> None:
    """Its name is not asked for and not kept: what is kept is where it is."""
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM, "visits")
        await home.slack.invite(TEAM, "UADA", "visits")
        await settled_in(home)
        await home.tick(MONDAY)
        before = rows(home.store, t.rooms)
        assert (await home.slack.rename(TEAM, "visits", "home-visits")).ok
        assert (await home.slack.rename(TEAM, "general", "nights")).ok, "of every public channel Slack could tell"
        assert rows(home.store, t.rooms) == before
        await home.tick(MONDAY + WEEK)
        assert len(posts(channel)) == 2
        assert word("room-2-question") in home.phone().screen("channel")
        assert not home.slack.called("conversations.info", "conversations.list")


@in_a_loop
async def test_what_is_said_twice_or_late_comes_to_the_same(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        await home.slack.invite(TEAM, "UADA")
        first = home.slack.sent[-1]
        before = rows(home.store, t.rooms)
        await home.slack.repeat(first)
        assert rows(home.store, t.rooms) == before
        await home.slack.kick(TEAM, "UADA")
        gone = home.slack.sent[-1]
        await home.slack.repeat(first)
        assert rooms(home) == []
        await home.slack.invite(TEAM, "UADA")
        await home.slack.repeat(gone)
        assert len(rooms(home)) == 1


@in_a_loop
async def test_an_old_going_that_comes_after_a_new_coming_takes_nothing_away(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        early = home.slack.ts()
        await home.slack.invite(TEAM, "UADA")
        await home.slack.of_channel(channel, {"type": "channel_left", "actor_id": "UBEN", "event_ts": early})
        assert rooms(home) == [channel.id]
        await home.slack.kick(TEAM, "UBEN")
        assert rooms(home) == []


@in_a_loop
async def test_a_coming_that_is_heard_after_the_going_is_found_out_by_one_try(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        joined = {"type": "member_joined_channel", "user": "UBOT", "team": TEAM, "inviter": "UADA"}
        early = home.slack.ts()
        await home.slack.kick(TEAM, "UBEN")
        await home.slack.of_channel(channel, {**joined, "event_ts": early})
        await settled_in(home)
        home.clock.time = MONDAY
        await a_week(home)
        assert [call.body["channel"] for call in home.slack.called("chat.postMessage")].count(channel.id) == 1
        assert posts(channel) == []
        assert rows(home.store, t.rooms) == []


@in_a_loop
async def test_other_people_in_a_channel_are_told_nothing_and_are_nobodys_data(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        calls, tables = len(home.slack.calls), (t.rooms, t.participants, t.inbox)
        before = [rows(home.store, table) for table in tables]
        for user in ("UBEN", "ULUZ", "USAM"):
            assert (await home.slack.join(TEAM, user, by="UADA")).ok
        left = {"type": "member_left_channel", "user": "UBEN", "channel_type": "C", "team": TEAM}
        assert (await home.slack.of_channel(channel, left)).ok
        assert [rows(home.store, table) for table in tables] == before
        assert len(home.slack.calls) == calls
        assert before[1] == [], "whoever invited is nobody's data either"


@in_a_loop
async def test_of_channels_in_which_the_bot_is_not_nothing_is_kept(files: Pair, ring: Keyring) -> None:
    """Slack tells of every public channel of a workspace that is archived, deleted or shared."""
    async with house(files, ring) as home:
        for tell in (home.slack.archive, home.slack.delete_channel):
            assert (await tell(TEAM, "UBEN", "elsewhere")).ok
        assert (await home.slack.share(TEAM, "elsewhere")).ok
        assert [rows(home.store, table) for table in (t.rooms, t.inbox, t.tenants)] == [[], [], []]


@in_a_loop
async def test_a_channel_that_others_read_is_not_asked(files: Pair, ring: Keyring) -> None:
    """Slack Connect: people of another organization are in it, from the beginning or from some day on."""
    async with house(files, ring) as home:
        shared, later = home.slack.channel(TEAM, "shared"), home.slack.channel(TEAM, "later")
        shared.shared = True
        for name in ("shared", "later"):
            assert (await home.slack.invite(TEAM, "UADA", name)).ok
        assert rooms(home) == [later.id]
        assert (await home.slack.share(TEAM, "later")).ok
        await settled_in(home)
        await home.tick(MONDAY)
        assert rooms(home) == posts(shared) == posts(later) == []


@in_a_loop
async def test_news_that_cannot_be_stored_is_said_again(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(files, ring) as home:

        def away(*_: object) -> None:
            raise Refusal("database", "The database went away.")

        with monkeypatch.context() as broken:
            broken.setattr(home.store.rooms, "save", away)
            assert (await home.slack.invite(TEAM, "UADA")).status == 500
        assert (await home.slack.repeat()).ok
        assert len(rooms(home)) == 1


@pytest.mark.parametrize(
    "channel", [None, "", "UADA", "DT1UADA", "C", "c1general", {"id": "CT1GENERAL"}, ["C1"], "C" * 90]
)
@in_a_loop
async def test_what_is_no_channel_is_no_room(files: Pair, ring: Keyring, channel: object) -> None:
    async with house(files, ring) as home:
        event = {"type": "member_joined_channel", "user": "UBOT", "team": TEAM, "inviter": ["UADA"], "channel": channel}
        assert (await home.slack.event(TEAM, event)).ok
        assert rows(home.store, t.rooms) == []


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.none(), st.from_regex(r"\d{10}\.\d{1,9}")))
def test_a_moment_is_one_of_slacks_or_none(event_ts: object) -> None:
    found = moment(event_ts)
    assert found is None or abs(found.timestamp() - float(str(event_ts))) < 0.001
    assert moment("1648070466.000300") == datetime(2022, 3, 23, 21, 21, 6, 300, tzinfo=UTC)


# Workspaces and processes --------------------------------------------------------------------------------------------


@in_a_loop
async def test_an_app_that_is_taken_off_asks_nothing_more(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        await settled_in(home)
        await home.slack.uninstalled(TEAM)
        home.clock.time = MONDAY
        await a_week(home)
        assert posts(channel) == []
        assert not [call for call in home.slack.called("chat.postMessage") if call.body["channel"] == channel.id]


@in_a_loop
async def test_two_processes_post_a_question_once(pair: Pair, ring: Keyring) -> None:
    async with house(pair, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        await home.slack.repeat()
        await settled_in(home)
        other = House(home.slack, pair, ring, home.of, home.settings)
        await other.open()
        try:
            await home.slack.repeat()
            for seconds in (0, 1, 2, 60, 3600):
                now = MONDAY + timedelta(seconds=seconds)
                await asyncio.gather(*(each.tick(now) for each in (home, other)))
        finally:
            await other.close()
        assert len(posts(channel)) == 1


@in_a_loop
async def test_a_workspace_whose_token_another_process_has_is_left_to_it(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        await settled_in(home)
        home.slack.workspace("T7", bot_token="xoxb-seven")
        settings = Slack(signing_secret="s", bot_token="xoxb-seven", api_url=home.slack.api_url)
        other = House(home.slack, files, ring, home.of, settings)
        ours = home.slack.app_url
        await other.open()
        home.slack.app_url = ours
        try:
            await other.tick(MONDAY)
            assert posts(channel) == []
            assert len(rooms(home)) == 1
            for minutes in range(60):
                await home.tick(MONDAY + timedelta(minutes=minutes))
        finally:
            await other.close()
        assert len(posts(channel)) == 1


@in_a_loop
async def test_every_workspace_that_is_installed_is_asked_with_its_own_token(files: Pair, ring: Keyring) -> None:
    """One by itself, and two of an organization, which has one token for both."""
    async with many(files, ring) as home:
        slack = home.slack
        for owner in ("T4", "E1"):
            await install(home, owner)
        for team in ("T2", "T3", "T4"):
            assert (await slack.invite(team, "UADA")).ok
            assert (await slack.join(team, "UBOT")).ok, "another workspace's bot is nobody here"
        at(home, datetime(2026, 11, 9, 9, 0, tzinfo=UTC))
        await home.tick(home.clock.time)
        assert [len(posts(slack.channel(team))) for team in ("T2", "T3", "T4")] == [1, 1, 1]
        used = {call.body["channel"]: slack.tokens[call.token].owner for call in slack.called("chat.postMessage")}
        assert [used[slack.channel(team).id] for team in ("T2", "T3", "T4")] == ["E1", "E1", "T4"]
        bea = home.phone("UBEA", "T2")
        await bea.tap(word("room-reflect"), in_="channel")
        assert word("consent-title") in bea.screen()
        assert len(posts(slack.channel("T2"))[0].versions) == 1


# When posting fails --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["limit", "fail"])
@in_a_loop
async def test_a_question_that_slack_would_not_take_comes_later_on_that_day(
    files: Pair, ring: Keyring, how: str
) -> None:
    async with house(files, ring) as home:
        late, there = home.slack.channel(TEAM, "late"), home.slack.channel(TEAM, "there")
        for name in ("late", "there"):
            await home.slack.invite(TEAM, "UADA", name)
        await settled_in(home)
        if how == "limit":
            home.slack.limit("chat.postMessage", 20, times=3, channel=late.id)
        else:
            home.slack.fail("chat.postMessage", 503, times=3)
        await home.tick(MONDAY)
        for _ in range(20):
            await wait(home, 30)
        assert [len(posts(channel)) for channel in (late, there)] == [1, 1]


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived"])
@in_a_loop
async def test_a_channel_that_has_gone_without_a_word_is_tried_once(files: Pair, ring: Keyring, error: str) -> None:
    async with house(files, ring) as home:
        gone, there = home.slack.channel(TEAM, "gone"), home.slack.channel(TEAM, "there")
        for name in ("gone", "there"):
            await home.slack.invite(TEAM, "UADA", name)
        await settled_in(home)
        gone.archived, gone.app = error == "is_archived", error == "is_archived"
        gone.deleted = error == "channel_not_found"
        home.clock.time = MONDAY
        await a_week(home)
        assert [len(posts(channel)) for channel in (gone, there)] == [0, 2]
        tries = [call.body["channel"] for call in home.slack.called("chat.postMessage")]
        assert tries.count(gone.id) == 1
        assert rooms(home) == [there.id]


@pytest.mark.parametrize(
    ("order", "posted"),
    [
        (lambda slack: slack.lose("chat.postMessage"), 1),
        (lambda slack: slack.fail("chat.postMessage", "internal_error"), 0),
        (lambda slack: slack.answer("chat.postMessage", b'{"ok": tr'), 0),
    ],
    ids=["lost", "internal-error", "half-an-answer"],
)
@in_a_loop
async def test_a_question_of_which_nobody_knows_whether_slack_took_it_is_not_posted_twice(
    files: Pair, ring: Keyring, order: Any, posted: int
) -> None:
    async with house(files, ring) as home:
        channel = home.slack.channel(TEAM)
        await home.slack.invite(TEAM, "UADA")
        await settled_in(home)
        order(home.slack)
        home.clock.time = MONDAY
        for seconds in (0, 60, 3600):
            await wait(home, seconds)
        assert len(posts(channel)) == posted
        await a_week(home)
        assert len(posts(channel)) == posted + 1


@in_a_loop
async def test_channels_are_asked_in_the_pace_of_their_workspace(files: Pair, ring: Keyring) -> None:
    """One a fifth of a second, as every other message."""
    async with house(files, ring) as home:
        names = [f"room{number}" for number in range(12)]
        for name in names:
            await home.slack.invite(TEAM, "UADA", name)
        await settled_in(home)
        before = home.hurry.skipped
        await home.tick(MONDAY)
        for _ in range(5):
            await wait(home, 5)
        assert home.hurry.skipped - before - 25 >= 0.2 * (len(names) - 1) - 0.1
        assert [len(posts(home.slack.channel(TEAM, name))) for name in names] == [1] * len(names)


@in_a_loop
async def test_a_slack_that_cannot_be_reached_is_asked_later_on_that_day() -> None:
    out = Outgoing("http://127.0.0.1:9/api/")
    with pytest.raises(Later) as caught:
        await out.call(Installation("slack", TEAM, "UBOT", TOKEN), "chat.postMessage", channel="C1")
    assert not isinstance(caught.value, Unsure)
    await out.close()
