"""Many workspaces and whole organizations, installed over OAuth and driven through the running app; and the socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aiohttp
import pytest
from conftest import AT, Pair
from fake_slack import Phone
from slack_hands import Hands
from slack_house import TEAM, TOKEN, House, house, in_a_loop
from talks import library
from test_slack_installing import PUBLIC, Browser, Seen

from adapters.slack import app, ids, socket_mode, tokens
from adapters.slack.outgoing import URGENT
from bot.config import Slack
from bot.conversation import Reply
from bot.events import Inbound
from bot.ports import Installation, InstallationGone
from storage.keyring import Keyring

Begin = Callable[[Phone], Awaitable[object]]


async def by_command(ada: Phone) -> None:
    await ada.command("/reflect")


async def by_shortcut(ada: Phone) -> None:
    await ada.shortcut(ids.SHORTCUT)


async def by_home(ada: Phone) -> None:
    await ada.open_home()
    await ada.tap("command:reflect" if "command:reflect" in acts(ada) else "begin:quick-visit", in_="home")


async def by_message(ada: Phone) -> None:
    await ada.say("hello")
    await ada.tap("choose:private", in_="message")


def acts(ada: Phone) -> str:
    return json.dumps(ada.slack.home(ada.user, ada.team))


BEGINS: dict[str, Begin] = {
    "command": by_command, "shortcut": by_shortcut, "home": by_home, "message": by_message,
}  # fmt: skip


@asynccontextmanager
async def many(pair: Pair, ring: Keyring, *, strict: bool = False) -> AsyncIterator[House]:
    """Installed nowhere yet: two workspaces of an organization and one by itself. An id is one person's in all of an
    organization, and may be somebody else's elsewhere."""
    async with house(pair, ring) as home:
        slack = home.slack
        for team, enterprise, user in (("T2", "E1", "UBEA"), ("T3", "E1", "UADA"), ("T4", "", "UADA")):
            slack.workspace(team, enterprise=enterprise)
            slack.person(team, user)
        home.public_url, home.strict = PUBLIC, strict
        home.settings = Slack(
            signing_secret=slack.signing_secret, client_id=slack.client_id, client_secret=slack.client_secret,
            api_url=slack.api_url,
        )  # fmt: skip
        at(home, AT)
        await home.again()
        yield home


def at(home: House, time: datetime) -> None:
    """Time goes by, for us and for Slack."""
    home.clock.time = time
    home.slack.clock.now = time.timestamp()


@asynccontextmanager
async def browser(home: House) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Browser(http, home.port)


async def install(home: House, owner: str, user: str = "UADMIN") -> Seen:
    async with browser(home) as window:
        begun = await window.begin()
        return await window.get(home.slack.approve(begun.location, owner, user))


def kept(home: House, tenant: str, user: str = "UADA") -> str:
    return json.dumps([one.model_dump(mode="json") for one in home.store.reflections(home.who(user, tenant))])


def stored(home: House, tenant: str) -> Installation | None:
    return home.store.installations.find("slack", tenant)


async def reminded_tomorrow(home: House, team: str) -> Hands:
    """Somebody who has asked for a line at the end of the next day."""
    hands = Hands(home.phone(team=team), prefer=("day-end",), words=lambda number: f"In {team} again, {number}.")
    await hands.phone.command("/reflect", "between-sites")
    await hands.finish()
    await home.settled()
    await hands.phone.close()
    return hands


def renewals(home: House) -> int:
    return sum(call.body.get("grant_type") == "refresh_token" for call in home.slack.called("oauth.v2.access"))


# Where it begins, and where it is installed


@pytest.mark.parametrize("begin", BEGINS)
@in_a_loop
async def test_a_whole_reflection_wherever_it_begins(sqlite_pair: Pair, ring: Keyring, begin: str) -> None:
    async with house(sqlite_pair, ring) as home:
        ada = home.phone()
        hands = Hands(ada)
        await BEGINS[begin](ada)
        await hands.finish()
        await home.settled()
        assert hands.said
        for words in hands.said:
            assert words in kept(home, TEAM)
        assert not ada.trouble


@pytest.mark.parametrize("enterprise_in_views", [False, True])
@pytest.mark.parametrize("begin", BEGINS)
@in_a_loop
async def test_a_whole_reflection_in_an_organization(
    sqlite_pair: Pair, ring: Keyring, begin: str, enterprise_in_views: bool
) -> None:
    """Installed once for all its workspaces, Slack names none of them in what it sends."""
    async with many(sqlite_pair, ring) as home:
        home.slack.org_in_views = enterprise_in_views
        assert (await install(home, "E1", "UORG")).status == 200
        ada = home.phone(team="T3")
        hands = Hands(ada)
        await BEGINS[begin](ada)
        await hands.finish()
        await ada.close()
        await ada.open_home()
        await home.settled()
        assert all(sent.payload["team"] is None for sent in home.slack.sent if "team" in sent.payload)
        assert hands.said
        for words in hands.said:
            assert words in kept(home, "E1")
        assert not ada.trouble
        assert ada.dm()[-1] == library().word("en", "goodbye")
        assert stored(home, "T3") is None


@in_a_loop
async def test_an_organization_that_closes_one_workspace_goes_on_in_the_other(pair: Pair, ring: Keyring) -> None:
    async with many(pair, ring) as home:
        await install(home, "E1", "UORG")
        await home.slack.team_access("revoked", "T2")
        assert stored(home, "E1") is not None
        ada = home.phone(team="T3")
        await ada.command("/reflect", "quick-visit")
        assert Hands(ada).asked


@in_a_loop
async def test_two_workspaces_go_their_own_ways(pair: Pair, ring: Keyring) -> None:
    """Each is acted in by its own token; where the app is removed there it ends, and comes back with what was kept."""
    async with many(pair, ring) as home:
        for team in (TEAM, "T4"):
            assert "app_redirect?app=A0FAKE&amp;team=" + team in (await install(home, team)).text
        here, there = [Hands(home.phone(team=team), words=lambda n, t=team: f"Of {t}, {n}.") for team in (TEAM, "T4")]  # type: ignore[misc]
        for hands in (here, there):
            await hands.phone.command("/reflect", "quick-visit")
            await hands.finish()
            await hands.phone.close()
        await home.settled()
        assert here.said[0] in kept(home, TEAM)
        assert here.said[0] not in kept(home, "T4")
        for call in home.slack.called("chat.postMessage", "conversations.open"):
            place = home.slack.dms.get(str(call.body.get("channel")))
            assert place is None or home.slack.tokens[call.token].owner == place.team
        await home.slack.uninstalled("T4")
        assert stored(home, "T4") is None
        await there.phone.command("/reflect")
        assert there.phone.modal is None
        await here.phone.command("/reflect")
        assert here.asked
        await install(home, "T4")
        await there.phone.command("/reflect", "my data")
        assert there.said[0] in there.phone.screen("modal")


@in_a_loop
async def test_a_word_of_leaving_that_comes_again_ends_no_new_installation(pair: Pair, ring: Keyring) -> None:
    async with many(pair, ring) as home:
        await install(home, "T4")
        assert (await home.slack.uninstalled("T4")).status == 200
        gone = home.slack.sent[-1]
        await install(home, "T4")
        assert (await home.slack.repeat(gone)).status == 200
        assert stored(home, "T4") is not None
        ada = home.phone(team="T4")
        await ada.command("/reflect", "quick-visit")
        assert Hands(ada).asked


@pytest.mark.parametrize("strict", [False, True])
@in_a_loop
async def test_leave_to_read_the_chat_is_asked_only_where_typed_words_are_taken(
    sqlite_pair: Pair, ring: Keyring, strict: bool
) -> None:
    async with many(sqlite_pair, ring, strict=strict) as home, browser(home) as window:
        asked = (await window.begin()).asked["scope"].split(",")
        assert ("im:history" in asked) is not strict
        assert {"commands", "chat:write", "im:write", "users:read"} <= set(asked)


# Tokens that are renewed, and tokens that are taken away


@pytest.mark.parametrize("late", [False, True])
@in_a_loop
async def test_a_line_of_the_next_day_goes_out_with_a_renewed_token(pair: Pair, ring: Keyring, late: bool) -> None:
    """Also where nobody has been here since it expired."""
    async with many(pair, ring) as home:
        await install(home, "T4")
        hands = await reminded_tomorrow(home, "T4")
        first = stored(home, "T4")
        assert first is not None
        if late:
            at(home, AT + timedelta(hours=13))
            home.slack.revoke(first.token, "token_expired")
        at(home, AT + timedelta(days=1))
        await home.tick()
        renewed = stored(home, "T4")
        assert renewed is not None
        assert renewed.token != first.token
        assert renewals(home) == 1
        assert "choose:private" in json.dumps(home.slack.history("T4", "UADA")[-1])
        await hands.phone.tap("choose:private", in_="message")
        assert hands.asked
        assert not hands.phone.trouble


@in_a_loop
async def test_a_token_that_is_revoked_in_the_middle_ends_that_workspace_alone(pair: Pair, ring: Keyring) -> None:
    async with many(pair, ring) as home:
        for team in (TEAM, "T4"):
            await install(home, team)
        here, there = [await reminded_tomorrow(home, team) for team in (TEAM, "T4")]
        lines = there.phone.dm()
        await there.phone.command("/reflect", "quick-visit")
        for token in home.slack.tokens.values():
            token.dead = token.dead or ("token_revoked" if token.owner == "T4" else "")
        for refresh in home.slack.refreshes.values():
            refresh.dead = refresh.dead or refresh.owner == "T4"
        assert await there.phone.close() is not None  # it is taken; nothing can be said
        at(home, AT + timedelta(days=1))
        await home.tick()
        assert there.phone.dm() == lines
        assert "choose:private" in json.dumps(home.slack.history(TEAM, "UADA")[-1])
        await home.slack.tokens_revoked("T4")
        assert stored(home, "T4") is None
        with pytest.raises(InstallationGone):
            await home.app._tokens.of("T4")
        await install(home, "T4")
        await there.phone.command("/reflect", "my data")
        assert there.said[0] in there.phone.screen("modal")
        assert here.phone.trouble == there.phone.trouble == []


# The socket


@asynccontextmanager
async def by_socket(pair: Pair, ring: Keyring) -> AsyncIterator[House]:
    async with house(pair, ring) as home:
        home.slack.app_token("xapp-1")
        home.slack.transport = "socket"
        home.settings = Slack(bot_token=TOKEN, app_token="xapp-1", api_url=home.slack.api_url)
        await home.again()
        yield home


@pytest.mark.parametrize("begin", BEGINS)
@in_a_loop
async def test_a_whole_reflection_over_the_socket(sqlite_pair: Pair, ring: Keyring, begin: str) -> None:
    async with by_socket(sqlite_pair, ring) as home:
        ada = home.phone()
        hands = Hands(ada)
        await BEGINS[begin](ada)
        await hands.answer()
        await ada.type("Half a sentence,")
        await ada.close()
        await home.settled()
        await ada.say("and the rest of it")
        await ada.tap("choose:private", in_="message")
        await hands.finish()
        await home.settled()
        for words in (*hands.said, "Half a sentence", "and the rest of it"):
            assert words in kept(home, TEAM)
        assert not ada.trouble
        assert not [sent for sent in home.slack.sent if sent.answer.status != 200]


@in_a_loop
async def test_a_socket_that_slack_replaces_loses_nobody(sqlite_pair: Pair, ring: Keyring) -> None:
    async with by_socket(sqlite_pair, ring) as home:
        ada = home.phone()
        await ada.command("/reflect", "quick-visit")
        await home.slack.socket_mode.disconnect()
        await home.slack.socket_mode.connected()
        await Hands(ada).finish()
        assert kept(home, TEAM) != "[]"
        assert {call.token for call in home.slack.called("apps.connections.open")} == {"xapp-1"}


def held(home: House) -> tuple[asyncio.Event, asyncio.Event]:
    """Every turn from now on waits: that one has begun, and that it may go on."""
    reached, go_on, handle = asyncio.Event(), asyncio.Event(), home.shell.handle

    async def waiting(inbound: Inbound) -> Reply:
        reached.set()
        await go_on.wait()
        return await handle(inbound)

    home.shell.handle = waiting  # type: ignore[method-assign]
    return reached, go_on


@in_a_loop
async def test_a_socket_that_closes_answers_what_it_has_taken_and_takes_nothing_new(
    sqlite_pair: Pair, ring: Keyring
) -> None:
    async with by_socket(sqlite_pair, ring) as home:
        ada, ben = home.phone(), home.phone("UBEN")
        reached, go_on = held(home)
        asked = asyncio.create_task(ada.command("/reflect", "quick-visit"))
        await reached.wait()
        closing = asyncio.create_task(home.app.close())
        await asyncio.sleep(0)
        home.slack.patience = 0.2
        assert (await ben.command("/reflect", "quick-visit")).status == 0
        assert not closing.done()
        go_on.set()
        assert (await asked).status == 200
        assert ada.modal is not None
        await closing
        assert not home.slack.socket_mode.connections
        assert not home.store.known(home.who("UBEN"))


@in_a_loop
async def test_closing_takes_seconds_whatever_slack_and_the_store_do(
    sqlite_pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert socket_mode.ANSWERING + 2 * socket_mode.GOODBYE + app.SENDING + tokens.CLOSING <= 10.0
    assert socket_mode.ANSWERING >= URGENT
    for module, name in ((socket_mode, "ANSWERING"), (socket_mode, "GOODBYE"), (app, "SENDING")):
        monkeypatch.setattr(module, name, 0.05)
    async with by_socket(sqlite_pair, ring) as home:
        reached, go_on = held(home)
        asked = asyncio.create_task(home.phone().command("/reflect", "quick-visit"))
        await reached.wait()
        assert home.app._socket is not None
        with monkeypatch.context() as hanging:
            hanging.setattr(home.app._socket, "close_async", asyncio.Event().wait)
            async with asyncio.timeout(2):
                await home.app.close()
        go_on.set()
        await home.app.close()
        await asked
