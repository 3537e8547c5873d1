"""What is sent unasked in Teams: the question of the week, notices, reminders; and the pages that they lead to."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import AT, Pair, rows
from fake_teams import Client, MsTeam
from fake_teams_activities import executed, invoked, submitted
from slack_house import in_a_loop
from talks import library
from teams_hands import Hands, opened
from teams_house import TENANT, House, house, registered

from bot.events import Choose, Command, Inbound, Write
from storage import tables as t
from storage.keyring import Keyring

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
#: Nine in Chicago on the Monday after AT, and the end of the day on which AT is.
MONDAY = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 2, 23, 0, tzinfo=UTC)
OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
WROTE = "She looked up and I held still."


@asynccontextmanager
async def calm(pair: Pair, ring: Keyring, *tenants: str) -> AsyncIterator[House]:
    async with house(pair, ring) as home:
        home.settings = registered(home.teams, tenants=(TENANT, *tenants))
        await home.again()
        yield home


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


async def guest(home: House, *members: str, by: str = "ada", name: str = "Home visitors") -> MsTeam:
    """A team that the bot is put into."""
    team = home.teams.team(TENANT, name, members or ("ada", "ben", "luz", "sam"))
    await home.teams.add_to_team(team, by)
    return team


async def settled_in(home: House, handle: str = "ada") -> Client:
    """Somebody with the app, of whom it is known where they live."""
    client = home.client(handle)
    await client.install()
    await client.say("hello")
    await home.settled()
    return client


async def reminded_later(home: House, handle: str = "ada", tenant: str = TENANT) -> Client:
    """Somebody who has reflected, and wants to be asked again at the end of the day. Whole talks through the dialog are
    tested elsewhere; here only the first line comes by way of Teams."""
    client = home.teams.client(tenant, handle)
    await client.install()
    await client.say("hello")
    at = home.clock.time
    begins = Command(at=at, name="reflect", argument="between-sites")
    keeps, mixed, later = (Choose(at=at, values=(value,)) for value in ("keep", "mixed", "day-end"))
    for number, event in enumerate((begins, keeps, mixed, Write(at=at, text=WROTE), later)):
        await home.shell.handle(Inbound(key=f"done-{number}", who=home.who(handle, tenant), event=event))
    await home.settled()
    return client


async def wait(home: House, seconds: float) -> None:
    """By both clocks: that of what is due, and that of the pace."""
    home.hurry.skipped += seconds
    await home.tick(home.clock.time + timedelta(seconds=seconds))


async def a_week(home: House) -> None:
    """The round of the clock, often at first and then every few hours."""
    for seconds in (0, 2, 10, 60, 600, 3600, *([12 * 3600] * 14)):
        await wait(home, seconds)


def tried(home: House) -> int:
    return len(home.teams.called("create", "send", "reply", "update", "delete"))


def bots(home: House) -> str:
    """All that the bot ever wrote to anybody, and that Teams keeps."""
    kept = [one for one in home.teams.everything_stored(TENANT) if one["from"]["id"].startswith("28:")]
    return json.dumps(kept, ensure_ascii=False)


# The question of the week --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "locale"), [("ada", "en"), ("luz", "es")])
@in_a_loop
async def test_a_team_is_asked_one_question_on_monday_at_nine_in_its_language(
    files: Pair, ring: Keyring, by: str, locale: str
) -> None:
    async with house(files, ring) as home:
        team = await guest(home, by=by)
        second = await guest(home, "ada", "ben", name="Night shift")
        await settled_in(home)
        for now in (AT, MONDAY - SECOND):
            await home.tick(now)
        assert team.channel.posts == second.channel.posts == []
        for now in (MONDAY, MONDAY + SECOND, MONDAY + HOUR, MONDAY + 9 * HOUR, MONDAY + 6 * DAY):
            await home.tick(now)
        names = ("room-1", "room-1-question", "room-thread")
        asked = "\n".join([*(word(name, locale) for name in names), f"({word('room-reflect', locale)})"])
        (post,) = team.channel.posts
        assert home.client().channel_screen(team) == asked
        assert post.now["summary"] == word("chat-notice", locale)
        assert len(second.channel.posts) == 1
        await home.tick(MONDAY + WEEK)
        assert len(team.channel.posts) == 2
        assert word("room-2-question", locale) in home.client().channel_screen(team)


@in_a_loop
async def test_nothing_follows_the_question_in_its_channel_whatever_people_do(files: Pair, ring: Keyring) -> None:
    """Ada has the app; Ben has never talked to the bot, and has no chat with it."""
    async with house(files, ring) as home:
        team = await guest(home)
        await settled_in(home)
        await home.tick(MONDAY)
        ada, ben = home.client(old_client=True), home.client("ben")
        for client in (ada, ben):
            await client.tap_in_channel(team, word("room-reflect"))
            assert client.dialog_title == word("name-of-app")
            assert word("consent-title") in client.screen()
        both = [Hands(client, words=f"{client.person.name} looked up, marker {{}}.".format) for client in (ada, ben)]
        for hands in both:
            await hands.finish()
            await hands.client.tap(word("window-close"))
            assert hands.client.dialog is None
        await home.settled()
        for days in (0, 1, 6):
            await home.tick(MONDAY + days * DAY)
        (post,) = team.channel.posts
        assert len(post.versions) == 1
        assert "marker" not in bots(home)
        for hands, handle in zip(both, ("ada", "ben"), strict=True):
            (kept,) = home.store.reflections(home.who(handle))
            assert all(words in str(kept.answers) for words in hands.said)
            assert not any(words in str(kept.answers) for other in both if other is not hands for words in other.said)
            assert hands.client.chat()[-1] == word("goodbye")
            assert hands.client.conversation in home.store.references.find(home.who(handle))
            assert not hands.client.trouble


@in_a_loop
async def test_where_no_dialog_opens_the_question_turns_for_one_person_and_the_channel_keeps_it(
    files: Pair, ring: Keyring
) -> None:
    async with house(files, ring, anonymous=True) as home:
        team = await guest(home)
        await settled_in(home)
        ben = home.client("ben", no_dialogs=True)
        await home.tick(MONDAY)
        await ben.tap_in_channel(team, word("room-reflect"))
        assert word("consent-title") in ben.channel_screen(team)
        assert word("room-reflect") in home.client().channel_screen(team)
        for wanted in ("choose:keep", word("window-more"), "open:home"):
            await ben.tap_in_channel(team, wanted)
        assert word("home-title") in ben.channel_screen(team)
        await ben.tap_in_channel(team, "command:resume")
        await ben.tap_in_channel(team, "command:pause")
        assert word("paused") in ben.channel_screen(team)
        await home.settled()
        (post,) = team.channel.posts
        assert len(post.versions) == 1
        assert not ben.trouble


@in_a_loop
async def test_two_people_who_tap_at_once_see_each_their_own(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        team = await guest(home)
        hands = await opened(home.client(), "quick-visit")
        for _ in range(2):
            await hands.answer()
        await home.tick(MONDAY)
        ada, luz = home.client(device="desktop"), home.client("luz")
        await asyncio.gather(*(client.tap_in_channel(team, word("room-reflect")) for client in (ada, luz)))
        assert word("waiting") in ada.screen()
        assert word("consent-title", "es") in luz.screen()
        for wanted in (word("window-more"), "command:stop", "open:home", "command:resume"):
            await ada.tap(wanted)
        assert hands.said[0] in ada.screen()
        assert hands.said[0] not in luz.screen()
        (post,) = team.channel.posts
        assert len(post.versions) == 1


@in_a_loop
async def test_what_is_said_to_the_bot_before_others_gets_no_answer_and_is_nobodys_data(
    files: Pair, ring: Keyring
) -> None:
    async with house(files, ring) as home:
        team = await guest(home)
        await settled_in(home)
        await home.tick(MONDAY)
        calls, ben = tried(home), home.client("ben")
        for words in ("hello", "reflect quick-visit", "my data", "delete", "help", ""):
            assert (await ben.say_in_channel(team, words)).body == ""
            assert (await ben.say_in_group(words, "luz")).body == ""
        await home.settled()
        assert tried(home) == calls
        assert not home.store.known(home.who("ben"))
        assert not ben.trouble


@in_a_loop
async def test_a_button_that_leads_nowhere_private_does_nothing_before_others(files: Pair, ring: Keyring) -> None:
    """No card of ours in a channel or a group chat has such buttons; a client could send what they say all the same."""
    async with house(files, ring) as home:
        team = await guest(home)
        await settled_in(home)
        await home.tick(MONDAY)
        calls, ben, post = tried(home), home.teams.who(TENANT, "ben"), team.channel.posts[0]
        group = home.teams.group_chat(TENANT, "ben", "luz")
        for place in (team.channel, group):
            for do in ("choose:private", "choose:here", "command:safety", "write", "begin:quick-visit", "open:data"):
                data = {"do": do, "write": "She looked up."}
                given = (home.teams, place, ben, "phone")
                answer = await home.teams.send(submitted(*given, data, post.id))
                assert (answer.status, answer.body) == (200, "")
                value = executed({"verb": "afterword"}, {**data, "view": "card"})
                answer = await home.teams.send(invoked(*given, "adaptiveCard/action", value, post.id))
                assert answer.json is None
        await home.settled()
        assert tried(home) == calls
        assert not home.store.known(home.who("ben"))
        assert len(post.versions) == len(team.channel.posts) == 1


@in_a_loop
async def test_a_team_that_has_gone_without_a_word_is_tried_once(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        gone, there = await guest(home), await guest(home, "ada", "ben", name="Night shift")
        await settled_in(home)
        gone.installed = False
        calls = len(home.teams.called("send"))
        home.clock.time = MONDAY
        await a_week(home)
        assert (len(gone.channel.posts), len(there.channel.posts)) == (0, 2)
        sends = home.teams.called("send")[calls:]
        assert [call.conversation for call in sends].count(gone.id) == 1
        assert [room.name for room in home.store.rooms.all("teams", TENANT)] == [there.name]


@pytest.mark.parametrize("fault", ["limit", "fail"])
@in_a_loop
async def test_a_question_that_teams_would_not_take_comes_later_on_that_day(
    files: Pair, ring: Keyring, fault: str
) -> None:
    async with house(files, ring) as home:
        late, there = await guest(home), await guest(home, "ada", "ben", name="Night shift")
        await settled_in(home)
        match fault:
            case "limit":
                home.teams.limit(times=3, retry_after=20, method="send", conversation=late.id)
            case "fail":
                home.teams.fail(503, times=3, method="send", conversation=late.id)
        await home.tick(MONDAY)
        for _ in range(12):
            await wait(home, 30)
        assert [len(team.channel.posts) for team in (late, there)] == [1, 1]


@pytest.mark.parametrize(("fault", "posts"), [("lose", 2), ("drop", 1)])
@in_a_loop
async def test_a_question_of_which_nobody_knows_whether_it_was_taken_is_not_posted_twice(
    files: Pair, ring: Keyring, fault: str, posts: int
) -> None:
    async with house(files, ring) as home:
        team = await guest(home)
        await settled_in(home)
        getattr(home.teams, fault)(times=1, method="send")
        home.clock.time = MONDAY
        for seconds in (0, 60, 3600):
            await wait(home, seconds)
        assert len(team.channel.posts) == posts - 1
        await a_week(home)
        assert len(team.channel.posts) == posts


# Notices, to people who have never written ---------------------------------------------------------------------------


async def led(home: House, handle: str = "ada") -> Client:
    """Somebody leads the program, as an operator says from a shell, and is told."""
    await home.shell.on_store(lambda: home.store.set_lead(home.who(handle), home.clock.time))
    await wait(home, 10)
    return home.client(handle)


async def sets_up(home: House, lead: Client, members: tuple[str, ...], supervisor: str = "sam") -> None:
    """The four questions, in the dialog, people picked by name."""
    await lead.tap(word("setup-title"))
    await lead.choose("field/team/members", *(handle.title() for handle in members))
    await lead.choose("field/team/supervisors", supervisor.title())
    await lead.type("16:30", into="field/team/day-end")
    await lead.type("Questions or complaints: Ms. Ortiz, 555-0100", into="field/team/lines")
    await lead.tap("form:team")


@in_a_loop
async def test_four_questions_set_up_a_team_and_everybody_is_told_once_in_their_own_chat(
    files: Pair, ring: Keyring
) -> None:
    """None of them has ever written: each is found in the team's list, which comes in pages."""
    async with house(files, ring) as home:
        home.teams.page_most = 2
        team = await guest(home)
        ada = await led(home)
        assert ada.chat() == [f"{word('notice-lead')}\n({word('setup-title')})"]
        await sets_up(home, ada, ("ben", "luz"))
        assert word("setup-saved", team=word("setup-first-name")) in ada.screen()
        assert word("setup-small") in ada.screen()
        for _ in range(3):
            await wait(home, 60)
        ben, luz, sam = (home.client(handle) for handle in ("ben", "luz", "sam"))
        for client in (ben, luz):
            assert client.chat() == [
                f"{word('notice-invited')}\n({word('continue-private')})",
                word("notice-supervisor-named", person="Sam"),
            ]
        assert sam.chat() == [f"{word('notice-supervisor')}\n({word('report-title')})"]
        assert "mention" not in bots(home)
        assert "<at>" not in bots(home)
        made = [call.body["members"][0]["id"] for call in home.teams.called("create")]
        assert sorted(made) == sorted(client.person.member_id for client in (ada, ben, luz, sam))
        assert len(home.teams.called("members")) == 2, "two pages, read once"
        calls = tried(home)
        await a_week(home)
        assert tried(home) == calls + 1, "the question of the week"
        assert len(team.channel.posts) == 1
        await luz.tap("choose:private")
        assert word("consent-title", "es") in luz.screen()
        await sam.tap(word("report-title"))
        assert word("report-first-line") in sam.screen()
        for named in (ben.person, luz.person):
            assert named.aad not in json.dumps(sam.dialog)
            assert named.name not in sam.screen()


@in_a_loop
async def test_a_form_with_a_fault_keeps_what_was_entered(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        await guest(home)
        ada = await led(home)
        await sets_up(home, ada, ("ben", "sam"))
        assert word("setup-both") in ada.screen()
        ben, sam = (home.teams.who(TENANT, handle).aad for handle in ("ben", "sam"))
        assert ada.value("field/team/members") == [ben, sam]
        assert ada.value("field/team/day-end") == "16:30"
        await ada.choose("field/team/members", "Ben")
        await ada.tap("form:team")
        assert word("setup-both") not in ada.screen()
        await wait(home, 60)
        await wait(home, 60)
        assert len(home.client("ben").chat()) == 2
        assert home.client("luz").chat() == []


@in_a_loop
async def test_who_does_not_lead_sets_up_nothing(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        await guest(home)
        ada = await led(home)
        await ada.tap(word("setup-title"))
        form = {"data": {"do": "form:team", "field/team/members": home.who("luz").user}}
        ben = await settled_in(home, "ben")
        for name in ("task/fetch", "task/submit"):
            answer = await ben.invoke(name, form)
            assert word("setup-not-yours") in json.dumps(answer.json, ensure_ascii=False)
        await wait(home, 60)
        assert home.client("luz").chat() == []
        assert not home.store.known(home.who("luz"))


@in_a_loop
async def test_who_comes_into_a_team_after_its_list_was_read_is_found(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        team = await guest(home, "ada", "ben")
        await led(home)
        await home.teams.member_added(team, "sam", by="ada")
        sam = await led(home, "sam")
        assert len(sam.chat()) == 1


@in_a_loop
async def test_a_list_that_is_old_or_cannot_be_had_now_ends_nobodys_conversation(files: Pair, ring: Keyring) -> None:
    """Ben's team does not answer just then. Of Sam's coming another process heard, and this one remembers a list
    without him."""
    async with house(files, ring) as home:
        team = await guest(home, "ada", "ben")
        home.teams.fail(503, times=2, method="members")
        ben = await led(home, "ben")
        assert ben.chat() == []
        for _ in range(3):
            await wait(home, 30)
        assert len(ben.chat()) == 1
        team.members.append("sam")
        await wait(home, 90)
        assert len((await led(home, "sam")).chat()) == 1


@in_a_loop
async def test_whoever_is_picked_is_the_person_who_writes_whatever_the_letters_of_the_id(
    files: Pair, ring: Keyring
) -> None:
    async with house(files, ring) as home:
        await guest(home)
        ada, luz = await led(home), home.client("luz")
        await ada.tap(word("setup-title"))
        team = {"name": "Nights", "members": luz.person.aad.upper(), "day-end": "16:30"}
        fields = {f"field/team/{name}": value for name, value in team.items()}
        assert (await ada.invoke("task/submit", {"data": {"do": "form:team", **fields}})).status == 200
        for _ in range(2):
            await wait(home, 60)
        assert len(luz.chat()) == 1
        assert home.store.known(home.who("luz"))


@pytest.mark.parametrize("why", ["in no team", "not let in", "bot is not there"])
@in_a_loop
async def test_who_cannot_be_reached_is_tried_once_and_not_again(files: Pair, ring: Keyring, why: str) -> None:
    async with house(files, ring) as home:
        team = await guest(home, "ada", "ben") if why == "in no team" else await guest(home)
        if why == "not let in":
            home.teams.fail(403, times=None, method="create", code="ForbiddenOperationException")
        team.installed = why != "bot is not there"
        await led(home, "sam")
        await a_week(home)
        asked, made = len(home.teams.called("members")), len(home.teams.called("create"))
        assert asked <= 4, "a list of two pages, and once more at the most"
        assert made == (1 if why == "not let in" else 0)
        assert {call.conversation for call in home.teams.called("send")} <= {team.id}
        assert {row["state"] for row in rows(home.store, t.deliveries)} == {"dead"}


# Reminders -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", [False, True])
@in_a_loop
async def test_a_reminder_is_a_card_that_can_be_answered_where_it_stands(files: Pair, ring: Keyring, old: bool) -> None:
    """`old`: by a client that knows no Action.Execute. What is asked next waits in the dialog."""
    async with house(files, ring) as home:
        await reminded_later(home)
        ada = home.client(device="web", old_client=old)
        before = len(ada.posts())
        await home.tick(EVENING - SECOND)
        assert len(ada.posts()) == before
        for seconds in range(3):
            await home.tick(EVENING + seconds * SECOND)
        assert len(ada.posts()) == before + 1
        later = ("Remind me in 30 minutes", "Remind me at day's end", "Tomorrow morning", "Not today")
        offers = ("Yes", *later, word("continue-private"))
        assert ada.screen().split("\n") == ["Are you parked and settled?", *(f"({offer})" for offer in offers)]
        await ada.tap("Remind me in 30 minutes")
        assert "I will ask again in half an hour." in ada.screen()
        assert ada.buttons() == []
        await ada.again()
        kept = len(ada.posts())
        await home.tick(EVENING + 29 * MINUTE)
        assert len(ada.posts()) == kept
        await home.tick(EVENING + 31 * MINUTE)
        assert len(ada.posts()) == kept + 1
        await ada.tap("Yes")
        assert word("masked") in ada.screen()
        await ada.tap("choose:private")
        assert "What is your inner weather right now?" in ada.screen()
        await Hands(ada).finish()
        assert len(home.store.reflections(home.who())) == 2
        assert not ada.trouble


@in_a_loop
async def test_a_reminder_can_be_taken_to_the_dialog(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = await reminded_later(home)
        await home.tick(EVENING)
        await ada.tap("choose:private")
        assert "Are you parked and settled?" in ada.screen()
        hands = Hands(ada, prefer=("yes",))
        await hands.finish()
        await home.settled()
        assert len(home.store.reflections(home.who())) == 2
        assert hands.said[0] not in bots(home)
        assert not ada.trouble


@in_a_loop
async def test_who_shut_the_bot_out_is_tried_once_and_without_alarm(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(files, ring) as home:
        ada = await reminded_later(home)
        lines, sends = ada.chat(), len(home.teams.called("send"))
        home.teams.fail(403, times=None, method="send", code="BotDisabledByUser")
        caplog.clear()
        home.clock.time = EVENING
        await home.shell.on_store(lambda: home.store.set_lead(home.who(), EVENING))
        await a_week(home)
        assert len(home.teams.called("send")) == sends + 1
        assert ada.chat() == lines
        assert "waiting" not in {row["state"] for row in rows(home.store, t.check_ins)}
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
        home.teams.lift()
        await ada.say("hello")
        assert len(ada.chat()) == len(lines) + 2, "who writes is answered"


@in_a_loop
async def test_a_chat_that_is_not_there_is_made_anew_once(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada, ben = await reminded_later(home), await reminded_later(home, "ben")
        before = [len(client.posts()) for client in (ada, ben)]
        home.teams.fail(404, times=1, method="send", conversation=ada.conversation)
        home.teams.fail(404, times=None, method="send", conversation=ben.conversation)
        calls = len(home.teams.calls)
        home.clock.time = EVENING
        await a_week(home)
        assert [len(client.posts()) for client in (ada, ben)] == [before[0] + 1, before[1]]
        since = [call for call in home.teams.calls[calls:] if call.method in ("create", "send")]
        for client in (ada, ben):
            theirs = (client.conversation, client.person.member_id)
            mine = [call.method for call in since if any(name in json.dumps(call.body) for name in theirs)]
            assert mine == ["send", "create", "send"]


# Not now -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["limit", "limit unsaid", "fail", "drop"])
@in_a_loop
async def test_what_teams_would_not_take_comes_later_once_and_in_order(files: Pair, ring: Keyring, fault: str) -> None:
    async with house(files, ring) as home:
        await guest(home)
        ada = await led(home)
        ben = home.client("ben")
        where: dict[str, Any] = {"times": 3, "method": "send", "conversation": ben.conversation}
        await sets_up(home, ada, ("ben", "luz"))
        match fault:
            case "limit":
                home.teams.limit(retry_after=30, **where)
            case "limit unsaid":
                home.teams.limit(retry_after=None, **where)
            case "fail":
                home.teams.fail(503, **where)
            case "drop":
                home.teams.drop(times=2, method="send")
        sends = len(home.teams.called("send"))
        await wait(home, 10)
        if fault == "limit":
            for _ in range(4):
                await wait(home, 7)
            assert [call.conversation for call in home.teams.called("send")[sends:]].count(ben.conversation) == 1
        for _ in range(20):
            await wait(home, 30)
        lines = [word("notice-invited"), word("notice-supervisor-named", person="Sam")]
        for handle in ("ben", "luz"):
            assert [line.split("\n")[0] for line in home.client(handle).chat()] == lines
        assert len(home.client("sam").chat()) == 1


@in_a_loop
async def test_a_tenant_that_is_held_up_holds_up_no_other(files: Pair, ring: Keyring) -> None:
    async with calm(files, ring, OTHER) as home:
        home.teams.person(home.teams.tenant(OTHER), "zoe", zone="America/Chicago")
        ada, ben = await reminded_later(home), await reminded_later(home, "ben")
        zoe = await reminded_later(home, "zoe", OTHER)
        before = [len(client.posts()) for client in (ada, ben, zoe)]
        home.teams.limit(times=None, retry_after=60, tenant=TENANT)
        await home.tick(EVENING)
        for _ in range(3):
            await wait(home, 5)
        assert [len(client.posts()) for client in (ada, ben, zoe)] == [before[0], before[1], before[2] + 1]
        home.teams.lift()
        for _ in range(6):
            await wait(home, 60)
        assert [len(client.posts()) for client in (ada, ben, zoe)] == [count + 1 for count in before]


@in_a_loop
async def test_what_was_taken_without_an_answer_is_the_only_thing_said_twice(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = await reminded_later(home)
        before = len(ada.posts())
        home.teams.lose(times=1, method="send")
        home.clock.time = EVENING
        await a_week(home)
        assert len(ada.posts()) == before + 2


@in_a_loop
async def test_two_processes_send_everything_once(pair: Pair, ring: Keyring) -> None:
    async with house(pair, ring) as home:
        team = await guest(home)
        ada, ben = await reminded_later(home), await reminded_later(home, "ben")
        other = House(home.teams, pair, ring, home.of, home.settings)
        await other.open()
        before = [len(client.posts()) for client in (ada, ben)]
        await home.shell.on_store(lambda: home.store.set_lead(home.who("sam"), EVENING))
        for now in (EVENING, EVENING + 10 * SECOND, MONDAY, MONDAY + MINUTE):
            await asyncio.gather(home.tick(now), other.tick(now))
        assert [len(client.posts()) for client in (ada, ben)] == [count + 1 for count in before]
        assert len(team.channel.posts) == len(home.client("sam").chat()) == 1
        await other.close()


# The Home in the dialog ----------------------------------------------------------------------------------------------


async def at_home(client: Client) -> None:
    if client.dialog is None:
        await client.tap("choose:private")
    if word("home-button") not in client.screen() and word("home-button", "es") not in client.screen():
        await client.tap(word("window-more"))
    await client.tap("open:home")


@in_a_loop
async def test_the_home_says_what_comes_next_and_keeps_what_is_set(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = await reminded_later(home)
        await ada.say("hello again")
        await at_home(ada)
        shown = ada.screen()
        for name in ("home-start", "home-who-sees", "data-title", "consent-page-title", "safety-button"):
            assert word(name) in shown
        assert "5:00 PM" in shown
        for name in ("report-title", "setup-title", "lead-title"):
            assert word(name) not in shown
        await ada.choose("field/quiet/hours", "20:00-07:00")
        await ada.tap("form:quiet")
        assert word("saved") in ada.screen()
        await ada.choose("field/quiet/hours", word("quiet-evening"))
        await ada.tap("form:quiet")
        assert ada.value("field/quiet/hours") == "18:00-08:00"
        await ada.choose("field/language/language", "es")
        await ada.tap("form:language")
        assert word("saved", "es") in ada.screen()
        assert word("home-who-sees", "es") in ada.screen()
        before = len(ada.posts())
        await ada.close_dialog()
        await home.tick(EVENING)
        assert len(ada.posts()) == before + 1
        assert word("continue-private", "es") in ada.screen()


@in_a_loop
async def test_a_reminder_waits_for_the_end_of_quiet_hours(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = await reminded_later(home)
        await ada.say("hello again")
        await at_home(ada)
        await ada.choose("field/quiet/hours", "18:00-08:00")
        await ada.tap("form:quiet")
        await ada.close_dialog()
        await home.tick(EVENING)
        await ada.tap("Remind me at day's end")
        before = len(ada.posts())
        await home.tick(EVENING + 14 * HOUR)
        assert len(ada.posts()) == before
        await home.tick(EVENING + 15 * HOUR)
        assert len(ada.posts()) == before + 1


@in_a_loop
async def test_my_data_are_read_and_one_reflection_is_deleted_where_they_stand(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = await reminded_later(home)
        home.clock.time += HOUR
        await ada.say("reflect between-sites")
        await ada.tap("choose:private")
        second = Hands(ada)
        await second.finish()
        await ada.tap(word("window-close"))
        await home.settled()
        calls = tried(home)
        await ada.say("my data")
        await ada.tap(word("data-title"))
        for words in (WROTE, *second.said):
            assert words in ada.screen()
        await ada.tap(word("delete-one"))
        assert word("window-sure") in ada.screen()
        await ada.tap(word("no-delete"))
        assert len(home.store.reflections(home.who())) == 2
        await ada.tap(word("delete-one"))
        await ada.tap(word("yes-delete"))
        assert word("deleted") in ada.screen()
        assert second.said[0] not in ada.screen()
        assert WROTE in ada.screen()
        (left,) = home.store.reflections(home.who())
        assert WROTE in str(left.answers)
        assert tried(home) == calls + 1
        assert not ada.trouble


@in_a_loop
async def test_what_i_agreed_to_can_be_changed(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = await reminded_later(home)
        await ada.say("hello again")
        await at_home(ada)
        await ada.tap("open:consent")
        assert word("consent-page-title") in ada.screen()
        assert ada.value("field/consent/words") == "keep"
        await ada.choose("field/consent/words", "nothing")
        await ada.tap("form:consent")
        assert word("saved") in ada.screen()
        assert ada.value("field/consent/words") == "nothing"
        await ada.tap("open:home")
        assert word("home-title") in ada.screen()
        assert not ada.trouble


@in_a_loop
async def test_everything_is_erased_from_the_home_and_the_chat_holds_nothing_new(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = await reminded_later(home)
        await ada.say("hello again")
        stored, calls = home.teams.everything_stored(TENANT), tried(home)
        await at_home(ada)
        await ada.tap("open:data")
        await ada.tick(word("erase-confirm"))
        await ada.tap("form:erase")
        assert word("erased") in ada.screen()
        assert not home.store.known(home.who())
        await ada.tap(word("window-close"))
        home.clock.time = EVENING
        await a_week(home)
        assert (home.teams.everything_stored(TENANT), tried(home)) == (stored, calls)
        assert rows(home.store, t.chat_references) == []
        await ada.tap("choose:private")
        assert word("consent-title") in ada.screen()
        assert not ada.trouble
