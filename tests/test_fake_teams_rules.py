"""The fake Teams as the bot meets it: it gives tokens, refuses what Teams refuses, and goes wrong to order."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import aiohttp
import pytest
from fake_teams import FakeTeams, stranger
from teams_toy import (
    TENANT,
    Json,
    awaited,
    boxes,
    card,
    entry,
    execute,
    fetch,
    message,
    refused,
    running,
    submit,
    text,
    welcomed,
)

# The connector.


@awaited
async def test_a_chat_is_opened_once_and_only_where_the_app_is_installed() -> None:
    async with running() as (bot, ada):
        no = await refused(bot.open(ada.person.aad))
        assert (no.status, no.body["error"]["code"]) == (403, "ForbiddenOperationException")
        assert (await refused(bot.open("29:nobody"))).status == 400
        assert (await refused(bot.open(ada.person.aad, "another-tenant"))).status == 400
        team = await welcomed(bot)
        place = await bot.open(ada.person.aad)
        assert place == await bot.open(ada.person.member_id)
        await ada.say("hello")
        assert bot.got[-1]["conversation"]["id"] == place
        await bot.say(place, {"type": "message", "text": "Hi"})
        await bot.call("POST", f"/{place}/activities/made-up", {"type": "message", "text": "A reply"})
        assert ada.chat() == ["hello", "Hi", "A reply"]
        await bot.teams.remove_from_team(team, by="ada")
        closed = await refused(bot.say(place, {"type": "message", "text": "Hi"}))
        assert (closed.status, closed.body["errorCode"]) == (403, 209)
        assert "MessageWritesBlocked" in closed.body["message"]
        assert (await refused(bot.say(team.id, {"type": "message", "text": "Hi"}))).status == 403
        await ada.install()
        ada.person.blocked = True
        blocked = await refused(bot.say(place, {"type": "message", "text": "Hi"}))
        assert blocked.body["error"]["code"] == "ConversationBlockedByUser"


@awaited
async def test_a_bot_may_change_only_what_is_there_and_its_own() -> None:
    async with running() as (bot, ada):
        await ada.install()
        await ada.say("hello")
        place, theirs = bot.got[-1]["conversation"]["id"], bot.got[-1]["id"]
        hi = {"type": "message", "text": "Hi"}
        assert (await refused(bot.change(place, theirs, hi))).status == 403
        assert (await refused(bot.change(place, "1", hi))).status == 404
        assert (await refused(bot.say("a:none", hi))).body["error"]["code"] == "ConversationNotFound"
        assert ada.chat() == ["hello"]


@awaited
async def test_members_come_in_pages() -> None:
    async with running() as (bot, ada):
        team = await welcomed(bot)
        for number in range(6):
            bot.teams.person(TENANT, f"p{number}", name=f"Person {number}")
            team.members.append(f"p{number}")
        found, token, pages = [], "", 0
        while pages == 0 or token:
            query = f"?pageSize=200&continuationToken={quote(token, safe='')}" if token else "?pageSize=200"
            page = await bot.call("GET", f"/{team.id}/pagedmembers", query=query)
            found += page["members"]
            token, pages = page.get("continuationToken", ""), pages + 1
        assert (pages, len(found)) == (3, 8)
        assert found[0]["aadObjectId"] == found[0]["objectId"] == ada.person.aad
        assert (found[0]["givenName"], found[0]["surname"], found[0]["tenantId"]) == ("Ada", "Lopez", TENANT)
        wrong = bot.call("GET", f"/{team.id}/pagedmembers", query="?continuationToken=x")
        assert (await refused(wrong)).status == 400
        one = await bot.call("GET", f"/{team.id}/members/{ada.person.aad}")
        assert one["id"] == ada.person.member_id
        assert (await refused(bot.call("GET", f"/{team.id}/members/29:x"))).status == 404
        await bot.teams.remove_from_team(team, by="ada")
        assert (await refused(bot.call("GET", f"/{team.id}/pagedmembers"))).status == 403


@awaited
async def test_what_the_rules_refuse_is_listed_and_not_stored() -> None:
    async with running() as (bot, ada):
        await ada.install()
        place = await bot.open(ada.person.aad)
        large = await refused(bot.say(place, {"type": "message", "text": "ä" * 60_000}))
        assert (large.status, large.body["error"]["code"]) == (413, "MessageSizeTooBig")
        await bot.say(place, {"type": "message", "text": "ä" * 50_000})
        for wrong in ({"type": "message"}, {"type": "invoke"}, message({"type": "AdaptiveCard"}), ["x"]):
            assert (await refused(bot.call("POST", f"/{place}/activities", wrong))).status == 400
        assert len(bot.teams.rejected) == 5
        assert len(bot.teams.everything_stored(TENANT)) == 1
        await bot.say(place, {"type": "typing"})
        assert len(ada.chat()) == 1


# Tokens and keys.


@awaited
async def test_the_login_gives_a_token_only_to_the_registration() -> None:
    async with running() as (bot, _):
        assert (await bot.login(client_secret="wrong"))[0] == 401
        assert (await bot.login(client_id="wrong"))[0] == 400
        assert (await bot.login(scope="https://graph.microsoft.com/.default"))[0] == 400
        assert (await bot.login(tenant="another"))[0] == 400
        bot.teams.expires_in = 600
        status, given = await bot.login()
        assert (status, given["token_type"], given["expires_in"]) == (200, "Bearer", 600)
        assert bot.teams.token_fetches == 5


@awaited
async def test_a_token_that_is_made_up_or_over_is_refused() -> None:
    async with running() as (bot, ada):
        await ada.install()
        bot.token = "made-up"
        assert (await refused(bot.open(ada.person.aad))).status == 401
        bot.token = ""
        await bot.open(ada.person.aad)
        bot.teams.clock.advance(3600)
        assert (await refused(bot.open(ada.person.aad))).status == 401
        bot.token = (await bot.login())[1]["access_token"]
        bot.teams.revoke_tokens()
        assert (await refused(bot.open(ada.person.aad))).status == 401
        bot.teams.anonymous, bot.token = True, ""
        await bot.open(ada.person.aad)
        assert (await ada.say("hello")).ok


@awaited
async def test_what_teams_signs_can_be_checked_and_what_others_sign_cannot() -> None:
    async with running() as (bot, ada):
        await ada.say("hello")
        activity, teams = bot.teams.sent[-1].activity, bot.teams
        assert (await teams.send(activity)).ok
        forged = [
            "",
            "rubbish",
            teams.signed(key=stranger()),
            teams.signed(aud="another"),
            teams.signed(iss="https://example.org"),
            teams.signed(serviceurl="https://example.org/"),
            teams.signed(exp=1),
            teams.signed(without=("exp",)),
            teams.signed(kid="unheard-of"),
            teams.signed(key="a secret that is long enough for it", algorithm="HS256"),
            teams.signed(key="", algorithm="none"),
        ]
        for token in forged:
            assert (await teams.send(activity, token=token)).status == 401
        assert (await teams.send(activity, {"Authorization": "Basic x"})).status == 401
        assert len(bot.got) == 2


@awaited
async def test_a_new_key_signs_once_the_keys_are_rolled() -> None:
    async with running() as (bot, ada):
        before = bot.teams.signed()
        bot.teams.roll_keys()
        assert (await ada.say("one")).ok
        activity = bot.teams.sent[-1].activity
        assert (await bot.teams.send(activity, token=before)).ok
        bot.teams.roll_keys(withdraw=True)
        assert (await ada.say("two")).ok
        assert (await bot.teams.send(activity, token=before)).status == 401
        async with bot.http.get(f"{bot.teams.base}/openid/keys") as found:
            (key,) = (await found.json())["keys"]
        assert key["endorsements"] == ["msteams"]


# What goes wrong when it is told to.


@awaited
async def test_too_many_requests_for_one_chat_a_tenant_or_all() -> None:
    async with running() as (bot, ada):
        await ada.install()
        place, hi = await bot.open(ada.person.aad), {"type": "message", "text": "Hi"}
        bot.teams.limit(times=2, retry_after=7)
        for _ in range(2):
            no = await refused(bot.say(place, hi))
            assert (no.status, no.headers["Retry-After"], no.body["error"]["code"]) == (429, "7", "Throttled")
        await bot.say(place, hi)
        bot.teams.limit(conversation="a:another")
        bot.teams.limit(tenant="another")
        await bot.say(place, hi)
        bot.teams.limit(tenant=TENANT, retry_after=None)
        assert "Retry-After" not in (await refused(bot.say(place, hi))).headers
        bot.teams.limit(times=None, method="update")
        await bot.say(place, hi)


@awaited
async def test_errors_lost_answers_and_slowness_come_to_order() -> None:
    async with running() as (bot, ada):
        await ada.install()
        place, hi = await bot.open(ada.person.aad), {"type": "message", "text": "Hi"}
        for status in (500, 502, 503, 504, 412, 404):
            bot.teams.fail(status)
            assert (await refused(bot.say(place, hi))).status == status
        bot.teams.fail(403, code="BotDisabledByAdmin", method="send")
        assert (await refused(bot.say(place, hi))).body["error"]["code"] == "BotDisabledByAdmin"
        bot.teams.fail(503, method="token")
        async with bot.http.post(f"{bot.teams.login_url}/x/oauth2/v2.0/token") as answer:
            assert answer.status == 503
        assert ada.chat() == []
        bot.teams.drop()
        with pytest.raises(aiohttp.ClientError):
            await bot.say(place, hi)
        assert ada.chat() == []
        bot.teams.lose()
        with pytest.raises(aiohttp.ClientError):
            await bot.say(place, hi)
        assert ada.chat() == ["Hi"]
        bot.teams.delay(5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bot.say(place, hi), 0.1)
        bot.teams.fail(500, None)
        bot.teams.lift()
        await bot.say(place, hi)
        assert len(bot.teams.called("send")) == 11


@awaited
async def test_teams_own_limits_hold_where_they_are_switched_on() -> None:
    async with running() as (bot, ada):
        await ada.install()
        bot.teams.throttling = True
        place, hi = await bot.open(ada.person.aad), {"type": "message", "text": "Hi"}
        for _ in range(7):
            await bot.say(place, hi)
        assert (await refused(bot.say(place, hi))).headers["Retry-After"] == "1"
        bot.teams.clock.advance(1)
        await bot.say(place, hi)
        assert (await refused(bot.say(place, hi))).status == 429
        bot.teams.clock.advance(1)
        await bot.say(place, hi)


# The rules of cards.

GOOD = card(text("Hi"), entry(), boxes("A", "B"), actions=(execute("Next"), fetch()), msteams={"width": "full"})


def test_a_good_card_has_no_faults() -> None:
    teams = FakeTeams()
    assert teams.card_faults(GOOD) == []
    assert teams.card_faults(card(entry(), actions=(submit("Next"),)), dialog=True) == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (card(text("Hi", colour="red")), "'colour' was unexpected"),
        (card({"type": "TextBlok", "text": "Hi"}), "nothing called 'TextBlok' may stand here"),
        (card({"type": "Container", "items": [{"type": "Input.Text", "label": "x"}]}), "'id' is a required property"),
        (card(actions=({"type": "Action.Http", "title": "x"},)), "nothing called 'Action.Http'"),
        (card(actions=({**execute("x"), "fallback": {"type": "Action.Submit", "titel": "x"}},)), "'titel'"),
        ({**card(), "version": "1.6"}, "newer than Teams shows"),
        ({"type": "AdaptiveCard", "body": []}, "version: missing"),
        (card(actions=tuple(submit(str(each)) for each in range(7))), "7 actions"),
        (card(entry(), entry()), "2 inputs have this id"),
        (card({"type": "Input.Text", "id": "x"}), "an input without a label"),
        (card({"type": "Image", "url": "https://example.org/a.png"}), "fetched from elsewhere"),
        (card(backgroundImage="https://example.org/a.png"), "fetched from elsewhere"),
        (card(boxes("A, B")), "a comma in a value"),
        (card(text("ä" * 60_000)), "card: too large"),
        ({"type": "message"}, "not an AdaptiveCard"),
    ],
)
def test_a_broken_card_has_a_fault(broken: Json, fault: str) -> None:
    assert fault in "; ".join(FakeTeams().card_faults(broken))


def test_an_execute_in_a_dialog_is_a_fault() -> None:
    assert FakeTeams().card_faults(GOOD, dialog=True) == ["Action.Execute: does nothing in a dialog"]


def test_pictures_may_come_with_the_card_or_from_where_a_test_says() -> None:
    own = card({"type": "Image", "url": "data:image/png;base64,AA=="}, {"type": "Image", "url": "https://own.test/a"})
    assert FakeTeams().card_faults(own) == ["Image: fetched from elsewhere"]
    assert FakeTeams(own_urls=("https://own.test/",)).card_faults(own) == []
