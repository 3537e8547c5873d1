"""Who comes and who goes: the app in somebody's chat, the bot in a team, people in that team. Over HTTP, and all of it
said twice, late and in any order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from conftest import AT, Pair, key_rows, rows
from fake_teams import Client, MsTeam
from fake_teams_activities import said
from fake_teams_sending import BOTH
from fake_teams_state import Conversation
from searching import found, stored
from slack_house import in_a_loop
from talks import library
from teams_hands import Hands, parts
from teams_house import TENANT, House, house, registered

from adapters.teams.reference import read
from bot.events import Choose, Command, Inbound, Who, Write
from storage import keytables
from storage import tables as t
from storage.keyring import Keyring

DAY = timedelta(days=1)
ORDERS = [*permutations(BOTH), ("installationUpdate",)]
WROTE = "She looked up and I held still."
WELCOME = ("welcome-1", "welcome-2", "welcome-3", "welcome-4")


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


def welcome(locale: str = "en") -> str:
    lines = [word(name, locale) for name in WELCOME]
    return "\n".join([*lines, f"({word('continue-private', locale)})"])


async def everything_again(home: House) -> None:
    """Teams says once more who came, the newest first: whoever answered it may not have been heard."""
    for sent in reversed(tuple(home.teams.sent)):
        if sent.activity["type"] in BOTH:
            await home.teams.repeat(sent)
    await home.settled()


def outward(home: House) -> int:
    """How often somebody was written to, or tried to be."""
    return len(home.teams.called("create", "send", "reply", "update", "delete"))


def reference(home: House, who: Who) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(home.store.references.find(who) or "{}")
    return found


def rooms(home: House) -> list[str]:
    return [room.name for room in home.store.rooms.all("teams", TENANT)]


async def reminded_later(home: House, client: Client, *, owed: bool = False) -> None:
    """Somebody who has reflected, and wants to be asked again at the end of the day. `owed`: their last line cannot be
    sent yet. What they did in the dialog is taken as Teams would have brought it."""
    await client.install()
    await client.say("hello")
    await home.settled()
    if owed:
        home.teams.fail(503, times=None, method="send", conversation=client.conversation)
    at = home.clock.time
    begins = Command(at=at, name="reflect", argument="between-sites")
    keeps, mixed, later = (Choose(at=at, values=(value,)) for value in ("keep", "mixed", "day-end"))
    for number, event in enumerate((begins, keeps, mixed, Write(at=at, text=WROTE), later)):
        who = home.who(client.person.handle)
        await home.shell.handle(Inbound(key=f"done-{number}", who=who, event=event))
    await home.settled()


# The app in somebody's chat ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("handle", ["ada", "luz"])
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@in_a_loop
async def test_whoever_puts_the_app_there_is_welcomed_once(
    pair: Pair, ring: Keyring, order: Sequence[str], handle: str
) -> None:
    """On PostgreSQL too, where several threads see at once what is stored."""
    async with house(pair, ring) as home:
        locale = {"ada": "en", "luz": "es"}[handle]
        here = home.client(handle)
        answers = dict(zip(order, await here.install(order=order), strict=True))
        assert answers["installationUpdate"].status == 200
        await home.settled()
        assert here.chat() == [welcome(locale)]
        await everything_again(home)
        await home.again()
        await everything_again(home)
        assert here.chat() == [welcome(locale)]
        assert here.notifications() == [word("chat-notice", locale)]
        assert not here.trouble


@in_a_loop
async def test_the_welcome_says_nothing_about_anybody_and_opens_the_private_box(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada, ben = home.client(), home.client("ben")
        for client in (ada, ben):
            await client.install()
        await home.settled()
        first, second = (client.posts()[-1].now for client in (ada, ben))
        assert {**first, "id": "", "conversation": ""} == {**second, "id": "", "conversation": ""}
        assert "mention" not in json.dumps(first)
        await ada.tap(word("continue-private"))
        assert ada.dialog_title == word("name-of-app")
        assert Hands(ada).asked
        assert len(ada.posts()) == 1
        assert not ada.trouble


@in_a_loop
async def test_a_newer_version_of_the_app_says_nothing(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        await reminded_later(home, ada)
        before, calls = ada.chat(), outward(home)
        for order in ORDERS:
            await ada.uninstall(action="remove-upgrade", order=order)
            await ada.install(action="add-upgrade", order=order)
        await everything_again(home)
        await home.tick()
        assert (ada.chat(), outward(home)) == (before, calls)
        assert WROTE in json.dumps([one.answers for one in home.store.reflections(home.who())])
        await home.tick(AT + DAY)
        assert len(ada.chat()) == len(before) + 1, "the reminder comes as it was asked for"


@pytest.mark.parametrize("days", [0, 1, 29])
@in_a_loop
async def test_whoever_puts_the_app_back_is_welcomed_again(files: Pair, ring: Keyring, days: int) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        for number, order in enumerate(ORDERS, 1):
            await ada.install(order=order)
            await home.settled()
            assert ada.chat() == [welcome()] * number
            await ada.uninstall(order=order)
            await home.tick(home.clock.time + days * DAY / len(ORDERS))
        assert len(ada.chat()) == len(ORDERS)


@in_a_loop
async def test_who_comes_and_goes_unknown_is_nobody(files: Pair, ring: Keyring) -> None:
    """Somebody who erased everything, or never said a word, takes the app away."""
    async with house(files, ring) as home:
        await home.client("ben").install()
        ada = home.client()
        for _ in range(2):
            assert (await ada.uninstall(order=("installationUpdate",)))[0].status == 200
        assert not home.store.known(home.who())
        assert ada.chat() == []


@in_a_loop
async def test_who_erased_everything_is_made_known_by_nothing_that_teams_says_again(files: Pair, ring: Keyring) -> None:
    """Not by the invoke that erased, nor by their own coming or a newer version of the app."""
    async with house(files, ring) as home:
        ada = home.client()
        await ada.install()
        await ada.say("my data")
        await ada.tap(word("data-title"))
        await ada.tick(word("erase-confirm"))
        await ada.tap(word("erase-title"))
        chat = ada.chat()
        answer = await home.teams.repeat()
        assert word("erased") in json.dumps(answer.json, ensure_ascii=False)
        await everything_again(home)
        await ada.install(action="add-upgrade")
        await home.settled()
        assert ada.chat() == chat
        assert not home.store.known(home.who())
        assert rows(home.store, t.chat_references) == []


@in_a_loop
async def test_what_is_of_no_chat_and_no_team_comes_to_nothing(files: Pair, ring: Keyring) -> None:
    """Somebody without an account; a group chat that the app is put into; a tenant that may not install."""
    async with house(files, ring) as home:
        home.teams.person(TENANT, "guest", aad="")
        other = home.teams.tenant("bbbbbbbb-0000-4000-8000-000000000002")
        zoe = home.teams.person(other, "zoe")
        await home.client("ben").install()
        await home.settled()
        calls = outward(home)
        answers = await home.client("guest").install()
        assert [answer.status for answer in answers] == [200, 200]
        group, ada = home.teams.group_chat(TENANT, "ada", "ben"), home.teams.who(TENANT, "ada")
        for kind, more in (
            ("installationUpdate", {"action": "add"}),
            ("conversationUpdate", {"membersAdded": [home.teams.bot_account]}),
        ):
            activity = said(home.teams, group, ada, "phone", "")
            assert (await home.teams.send({**activity, "type": kind, "id": f"f:{kind}", **more})).status == 200
        assert [answer.status for answer in await home.teams.install_for(zoe)] == [403, 403]
        await home.tick(AT + DAY)
        assert outward(home) == calls
        assert rooms(home) == []
        assert [who.user for who, _ in home.store.people()] == [home.who("ben").user]


# The app is taken away -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@in_a_loop
async def test_nothing_more_is_sent_to_who_took_the_app_away(files: Pair, ring: Keyring, order: Sequence[str]) -> None:
    """A reminder that comes due, a line that is owed; though the team they are in would be a way to them."""
    async with house(files, ring) as home:
        await home.teams.add_to_team(home.teams.team(TENANT, "Home visitors", ("ada", "ben")), "ben")
        ada = home.client()
        await reminded_later(home, ada, owed=True)
        assert "pending" in [row["state"] for row in rows(home.store, t.deliveries)]
        await ada.uninstall(order=order)
        home.teams.lift()
        calls, before = outward(home), ada.chat()
        for hours in (0, 1, 8, 24, 24 * 6):
            await home.tick(AT + timedelta(hours=hours))
        assert (outward(home), ada.chat()) == (calls, before)
        assert {row["state"] for row in rows(home.store, t.check_ins)} <= {"stopped"}
        assert "pending" not in [row["state"] for row in rows(home.store, t.deliveries)]
        assert not ada.trouble


@in_a_loop
async def test_after_the_grace_everything_of_who_went_is_gone_and_nothing_of_another(
    files: Pair, ring: Keyring
) -> None:
    async with house(files, ring) as home:
        ada, ben = home.client(), home.client("ben")
        for client in (ada, ben):
            await reminded_later(home, client)
        await ada.uninstall()
        await home.tick(AT + 29 * DAY)
        assert home.store.known(home.who())
        await home.tick(AT + 30 * DAY)
        assert not home.store.known(home.who())
        assert home.store.known(home.who("ben"))
        assert len(rows(home.store, t.chat_references)) == len(rows(home.store, t.participants)) == 1
        assert len(key_rows(home.store, keytables.data_keys)) == 1
        calls = outward(home)
        await ada.uninstall()
        await home.tick(AT + 60 * DAY)
        assert outward(home) == calls
        await ada.install()
        await home.settled()
        assert ada.chat()[-1] == welcome()
        await ada.tap(word("continue-private"))
        assert word("consent-title") in ada.screen()
        assert reference(home, home.who())["conversation"] == ada.conversation


@in_a_loop
async def test_who_comes_back_within_the_grace_finds_everything(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        await reminded_later(home, ada)
        await ada.uninstall()
        await home.tick(AT + 6 * DAY)
        assert (await ada.install())[-1].status == 200
        await home.tick(AT + 6 * DAY)
        assert ada.chat()[-1] == welcome()
        assert reference(home, home.who())["conversation"] == ada.conversation
        await ada.say("my data")
        await ada.tap(word("data-title"))
        assert WROTE in ada.screen()
        assert not ada.trouble


# Where a chat is -----------------------------------------------------------------------------------------------------


@in_a_loop
async def test_where_a_chat_is_is_kept_in_our_own_words_and_stands_nowhere_in_clear(
    files: Pair, ring: Keyring, tmp_path: Path
) -> None:
    async with house(files, ring) as home:
        team = home.teams.team(TENANT, "Quillfeather home visitors", ("ada", "ben"))
        await home.teams.add_to_team(team, "ada")
        ada = home.client()
        await reminded_later(home, ada)
        who = ada.person
        assert reference(home, home.who()) == {
            "service_url": home.teams.service_url,
            "tenant": TENANT,
            "bot": home.teams.bot_id,
            "conversation": ada.conversation,
            "user": who.aad,
            "member": who.member_id,
        }
        places = stored(files, tmp_path)
        named = (home.teams.service_url, ada.conversation, who.aad, who.member_id, team.id, team.name, "Quillfeather")
        for name in named:
            assert not found(name, places), name


@in_a_loop
async def test_the_reference_follows_the_chat(files: Pair, ring: Keyring) -> None:
    """Teams may move a tenant to another address, or a chat to another id."""
    async with house(files, ring) as home:
        elsewhere = home.teams.service_url.replace("127.0.0.1", "localhost")
        home.settings = registered(home.teams, service_urls=(home.teams.service_url, elsewhere))
        await home.again()
        ada = home.client()
        await reminded_later(home, ada)
        moved = Conversation("a:1moved_elsewhere", TENANT, "personal", ("ada",))
        home.teams.conversations[moved.id] = moved
        activity = said(home.teams, moved, ada.person, "phone", "hello")
        token = home.teams.signed(serviceurl=elsewhere)
        assert (await home.teams.send({**activity, "serviceUrl": elsewhere}, token=token)).status == 200
        assert len(moved.posts) == 1, "it is answered where it was said"
        now = reference(home, home.who())
        assert (now["service_url"], now["conversation"]) == (elsewhere, moved.id)
        await home.again()
        before = len(ada.posts())
        await home.tick(AT + DAY)
        assert (len(moved.posts), len(ada.posts())) == (2, before)


@in_a_loop
async def test_who_is_not_known_has_no_reference_and_one_is_kept_for_each_person(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        for handle in ("ada", "ben"):
            client = home.client(handle)
            await client.install()
            for words in ("hello", "help"):
                await client.say(words)
        await home.settled()
        assert len(rows(home.store, t.chat_references)) == 2
        assert reference(home, home.who("luz")) == {}
        for handle in ("ada", "ben"):
            kept = read(home.store.references.find(home.who(handle)))
            assert kept is not None
            assert kept.conversation == home.client(handle).conversation


@in_a_loop
async def test_an_old_goodbye_that_is_said_again_forgets_no_chat(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        await ada.install()
        await ada.uninstall(order=("installationUpdate",))
        gone = home.teams.sent[-1]
        await ada.install()
        await home.teams.repeat(gone)
        assert reference(home, home.who())["conversation"] == ada.conversation
        await ada.uninstall()
        await home.tick(AT + 30 * DAY)
        assert not home.store.known(home.who())


@in_a_loop
async def test_whoever_is_erased_by_an_operator_is_found_again_when_they_write(files: Pair, ring: Keyring) -> None:
    """That is another process: what this one remembers of them is not what is stored."""
    async with house(files, ring) as home:
        ada = home.client()
        await ada.install()
        await ada.say("hello")
        home.store.erase(home.who(), AT)
        await ada.say("hello")
        assert reference(home, home.who())["conversation"] == ada.conversation


@in_a_loop
async def test_who_went_at_one_process_and_comes_back_at_another_is_found_by_all(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada, first = home.client(), home.teams.bot_url
        other = House(home.teams, files, ring, home.of, home.settings)
        await other.open()
        second = home.teams.bot_url
        for url, does in ((first, ada.install), (second, ada.uninstall), (first, ada.install)):
            home.teams.bot_url = url
            await does()
            await home.settled()
        assert reference(other, home.who())["conversation"] == ada.conversation
        await other.close()
        home.teams.bot_url = first


@in_a_loop
async def test_erasing_forgets_where_the_chat_is_and_writing_is_a_new_beginning(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        await reminded_later(home, ada)
        before, calls = ada.chat(), outward(home)
        await ada.say("my data")
        await ada.tap(word("data-title"))
        await ada.tap(word("erase-title"))
        assert word("erase-unticked") in ada.screen()
        await ada.tick(word("erase-confirm"))
        await ada.tap(word("erase-title"))
        assert word("erased") in ada.screen()
        await ada.tap(word("window-close"))
        assert ada.dialog is None
        for days in (0, 1, 8):
            await home.tick(AT + days * DAY)
        assert len(ada.chat()) == len(before) + 2, "what was typed, and the way to the page"
        assert outward(home) == calls + 1
        assert rows(home.store, t.chat_references) == []
        assert not home.store.known(home.who())
        await ada.say("reflect quick-visit")
        assert reference(home, home.who())["conversation"] == ada.conversation
        await ada.tap("choose:private")
        assert word("consent-title") in ada.screen()
        assert WROTE not in ada.screen()
        assert not ada.trouble


# The bot in a team ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@in_a_loop
async def test_the_bot_in_a_team_is_a_room_until_it_goes(files: Pair, ring: Keyring, order: Sequence[str]) -> None:
    async with house(files, ring) as home:
        teams = home.teams
        first, second = (teams.team(TENANT, name, ("ada", "ben")) for name in ("Home visitors", "Night shift"))
        for team in (first, second):
            assert (await teams.add_to_team(team, "ada", order=order))[-1].status == 200
            await teams.add_to_team(team, "ben", action="add-upgrade", order=order)
        await everything_again(home)
        assert rooms(home) == ["Home visitors", "Night shift"]
        for room, team in zip(home.store.rooms.all("teams", TENANT), (first, second), strict=True):
            at = read(room.reference)
            assert at is not None
            assert (room.external, at.conversation, at.service_url) == (team.id, team.id, teams.service_url)
            assert (at.user, at.member) == ("", "")
        await teams.remove_from_team(second, "ben", order=order)
        assert rooms(home) == ["Home visitors"]
        await teams.remove_from_team(first, "ada", order=order)
        await teams.remove_from_team(first, "ada", order=order)
        assert rooms(home) == []
        assert outward(home) == 0


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@in_a_loop
async def test_a_room_speaks_the_language_of_who_put_the_bot_there_whatever_it_is_called(
    files: Pair, ring: Keyring, order: Sequence[str]
) -> None:
    """conversationUpdate does not say in which language anybody reads."""
    async with house(files, ring) as home:
        team = home.teams.team(TENANT, "Visitadoras", ("luz", "ada"))
        await home.teams.add_to_team(team, "luz", order=order)
        await home.teams.rename_team(team, "Visitadoras del norte", by="ada")
        await home.teams.team_event(team, "teamDeleted")
        assert rooms(home) == []
        await home.teams.add_to_team(team, "luz", order=order)
        (room,) = home.store.rooms.all("teams", TENANT)
        assert (room.name, room.locale) == ("Visitadoras del norte", "es")


@in_a_loop
async def test_a_team_that_is_restored_is_a_room_again(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        team = await guest(home)
        for event in ("teamDeleted", "teamRestored"):
            await home.teams.team_event(team, event)
        assert rooms(home) == [team.name]


@pytest.mark.parametrize("event", ["teamDeleted", "teamHardDeleted"])
@in_a_loop
async def test_a_team_that_is_deleted_is_no_room(files: Pair, ring: Keyring, event: str) -> None:
    async with house(files, ring) as home:
        team = await guest(home)
        kept = await guest(home, "Night shift")
        answer = await home.teams.team_event(team, event)
        assert answer is not None
        assert answer.status == 200
        assert rooms(home) == [kept.name]


@in_a_loop
async def test_a_team_by_another_name_keeps_its_day(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        team = await guest(home)
        (before,) = rows(home.store, t.rooms)
        home.clock.time = AT + 3 * DAY
        for _ in range(2):
            await home.teams.rename_team(team, "Family visitors", by="ben")
        (after,) = rows(home.store, t.rooms)
        assert rooms(home) == ["Family visitors"]
        assert {**before, "body": b""} == {**after, "body": b""}


@in_a_loop
async def test_what_else_happens_in_a_team_changes_no_room(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        team = await guest(home)
        before = rows(home.store, t.rooms)
        for event in ("channelCreated", "channelRenamed", "channelDeleted", "teamArchived", "teamUnarchived", "new"):
            answer = await home.teams.team_event(team, event)
            assert answer is not None
            assert answer.status == 200
        assert rows(home.store, t.rooms) == before
        assert outward(home) == 0


@in_a_loop
async def test_people_who_come_into_a_team_or_go_are_told_nothing_and_are_nobodys_data(
    files: Pair, ring: Keyring
) -> None:
    async with house(files, ring) as home:
        team = await guest(home)
        for handle in ("luz", "sam"):
            await home.teams.member_added(team, handle, by="ada")
        await home.teams.member_removed(team, "ben", by="ada")
        await home.teams.member_removed(team, "luz")
        await everything_again(home)
        for days in (0, 1, 3):
            await home.tick(AT + days * DAY)
        assert home.teams.called("create", "send", "update", "members", "member") == []
        assert home.store.people() == ()
        assert rows(home.store, t.participants) == []
        assert rooms(home) == [team.name]


@in_a_loop
async def test_the_first_team_of_a_tenant_makes_it_known_and_gives_nobody_a_say(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        assert (await ada.say("hello")).status == 403
        await guest(home)
        ada.trouble.clear()
        assert (await ada.say("hello")).status == 200
        await home.tick(AT + DAY)
        assert "page:" not in json.dumps([post.now for post in ada.posts()])
        assert [part for post in ada.posts() for part in parts(post.cards)]


async def guest(home: House, name: str = "Home visitors", *members: str) -> MsTeam:
    """A team that the bot is put into."""
    team = home.teams.team(TENANT, name, members or ("ada", "ben"))
    await home.teams.add_to_team(team, "ada")
    return team
