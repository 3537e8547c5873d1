"""The fake Teams in use: people install a small bot, talk to it, tap and fill in, and Teams behaves as it does."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from teams_toy import (
    TENANT,
    Bot,
    Json,
    answering,
    awaited,
    boxes,
    card,
    entry,
    execute,
    fetch,
    going_on,
    message,
    offering,
    running,
    submit,
    text,
    view,
    welcomed,
)

# Coming, going and speaking.


@awaited
async def test_an_installation_comes_as_two_activities_in_the_order_that_was_asked_for() -> None:
    async with running() as (bot, ada):
        await ada.install()
        update, installation = bot.got
        assert (update["type"], installation["type"], installation["action"]) == (
            "conversationUpdate",
            "installationUpdate",
            "add",
        )
        assert [each["id"] for each in update["membersAdded"]] == [bot.teams.bot_id, ada.person.member_id]
        assert update["conversation"]["conversationType"] == "personal"
        assert update["channelData"] == {"tenant": {"id": TENANT}}
        await ada.uninstall(order=("installationUpdate", "conversationUpdate"))
        assert [each["type"] for each in bot.got[2:]] == ["installationUpdate", "conversationUpdate"]
        assert bot.got[2]["action"] == "remove"
        assert bot.got[3]["membersRemoved"] == [{"id": bot.teams.bot_id}]
        await ada.install("add-upgrade", order=("installationUpdate",))
        assert bot.got[-1]["action"] == "add-upgrade"


@awaited
async def test_what_somebody_says_is_stored_and_comes_as_teams_sends_it() -> None:
    async with running() as (bot, ada):
        await ada.install()
        assert (await ada.say("hola")).ok
        said = bot.got[-1]
        assert (said["type"], said["text"], said["channelId"], said["locale"]) == (
            "message",
            "hola",
            "msteams",
            "es-MX",
        )
        assert said["from"] == {"id": ada.person.member_id, "name": "Ada Lopez", "aadObjectId": ada.person.aad}
        assert said["recipient"] == {"id": f"28:{bot.teams.app_id}", "name": "Afterword"}
        assert said["conversation"]["tenantId"] == said["channelData"]["tenant"]["id"] == TENANT
        client = {"locale": "es-MX", "country": "MX", "platform": "iOS", "timezone": "America/Chicago"}
        assert said["entities"] == [{**client, "type": "clientInfo"}]
        assert said["serviceUrl"] == bot.teams.service_url
        assert said["localTimezone"] == "America/Chicago"
        assert ada.chat() == ["hola"]
        assert ada.screen() == "hola"
        assert [each["text"] for each in bot.teams.everything_stored(TENANT)] == ["hola"]


@awaited
async def test_somebody_without_an_account_has_no_id_of_the_directory() -> None:
    async with running() as (bot, _):
        bot.teams.person(TENANT, "guest", aad="")
        await bot.teams.client(TENANT, "guest").say("hello")
        assert "aadObjectId" not in bot.got[-1]["from"]


@awaited
async def test_an_own_message_can_be_edited_and_deleted_and_stays_stored() -> None:
    async with running() as (bot, ada):
        await ada.say("one")
        await ada.edit("two")
        assert (bot.got[-1]["type"], bot.got[-1]["text"]) == ("messageUpdate", "two")
        assert bot.got[-1]["channelData"]["eventType"] == "editMessage"
        await ada.erase()
        assert bot.got[-1]["type"] == "messageDelete"
        assert ada.chat() == []
        assert [each["text"] for each in bot.teams.everything_stored(TENANT)] == ["one", "two"]


@awaited
async def test_oddities_arrive_too() -> None:
    async with running() as (bot, ada):
        answers = await ada.oddities()
        assert all(each.ok for each in answers.values())
        assert len(bot.got) == len(answers)
        assert {"messageReaction", "typing", "event", "invoke"} <= {each["type"] for each in bot.got}
        assert len({each["id"] for each in bot.got}) == len(bot.got)


@awaited
async def test_an_activity_can_be_repeated_byte_for_byte() -> None:
    async with running() as (bot, ada):
        await ada.say("hello")
        await bot.teams.repeat()
        first, second = bot.teams.sent[-2:]
        assert (first.body, first.headers) == (second.body, second.headers)
        assert bot.got[0] == bot.got[1]
        assert ada.chat() == ["hello"]


# Dialogs.


@awaited
async def test_a_talk_of_three_cards_in_a_dialog() -> None:
    first = card(text("How was it?"), boxes("Calm", "Worry or fear"), actions=(submit("Next", "one"),))
    second = card(
        text("What happened?"), entry(isRequired=True, errorMessage="Say something"), actions=(submit("Next"),)
    )
    third = card(text("Thank you."), entry(value="She hummed."), actions=(submit("Done"),))
    talk = (going_on(first, "One"), going_on(second, "Two"), going_on(third), web.Response())
    async with running(answering(card(text("A visit"), actions=(fetch(),)), *talk)) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        assert ada.buttons() == ["Continue privately"]
        await ada.tap("Continue privately")
        opened = bot.got[-1]
        assert (opened["name"], opened["value"]["context"]) == ("task/fetch", {"theme": "default"})
        assert opened["value"]["data"]["do"] == "open"
        assert opened["replyToId"] == ada.posts()[-1].id
        assert ada.screen() == "# One\nHow was it?\nWhat was there\n[ ] Calm\n[ ] Worry or fear\n(Next)"
        await ada.tick("Worry or fear", "calm")
        assert ada.value("ticks") == ["calm", "worry or fear"]
        await ada.tap("one")
        assert bot.got[-1]["value"]["data"] == {"do": "one", "ticks": "calm,worry or fear"}
        assert bot.got[-1]["name"] == "task/submit"
        assert await ada.tap("Next") is None  # a required input is empty
        assert "! Say something" in ada.screen()
        await ada.type("She looked up.", into="write")
        await ada.tap("Next")
        assert ada.value("write") == "She hummed."
        await ada.tap("Done")
        assert ada.dialog is None
        assert "She looked up." not in json.dumps(bot.teams.everything_stored(TENANT))
        assert not ada.trouble
        assert not bot.teams.rejected


@awaited
async def test_closing_a_dialog_sends_nothing_and_the_words_are_gone() -> None:
    asked = going_on(card(entry(), actions=(submit("Next"),)))
    async with running(answering(card(text("A visit"), actions=(fetch(),)), asked, asked)) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        await ada.tap("Continue privately")
        await ada.type("mine")
        count = len(bot.got)
        await ada.close_dialog()
        assert len(bot.got) == count
        assert ada.screen() == "A visit\n(Continue privately)"
        await ada.tap("Continue privately")
        assert ada.value() == ""


@awaited
async def test_a_dialog_can_show_a_text() -> None:
    said = {"task": {"type": "message", "value": "That was all."}}
    async with running(answering(card(text("A visit"), actions=(fetch(),)), said)) as (_, ada):
        await ada.install()
        await ada.say("hello")
        await ada.tap("Continue privately")
        assert ada.screen() == "That was all."
        assert ada.buttons() == []


@awaited
async def test_a_bad_answer_leaves_the_dialog_as_it_was_with_what_was_typed() -> None:
    bad: tuple[Any, ...] = (
        web.Response(status=500),
        {"task": {"type": "continue", "value": {"card": {"contentType": "text/plain"}}}},
        {"anything": "else"},
        going_on(card(text("Hm", colour="red"))),
        going_on(card(entry(), actions=(execute("Next"),))),
    )
    first = going_on(card(entry(), actions=(submit("Next"),)))
    async with running(answering(card(text("A visit"), actions=(fetch(),)), first, *bad)) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        await ada.tap("Continue privately")
        await ada.type("mine")
        for number, _ in enumerate(bad, 1):
            await ada.tap("Next")
            assert len(ada.trouble) == number
            assert ada.value() == "mine"
        assert len(bot.teams.rejected) == len(bad) - 1
        assert ada.trouble[0] == "something went wrong: 500"


@awaited
async def test_a_slow_answer_is_trouble_and_the_next_answer_to_the_same_is_shown() -> None:
    waiting = asyncio.Event()

    async def handler(bot: Bot, activity: Json) -> Any:
        if activity["type"] != "invoke":
            return await offering(card(text("A visit"), actions=(fetch(),)))(bot, activity)
        await waiting.wait()
        return going_on(card(text("Here")))

    async with running(handler) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        bot.teams.patience = 0.1
        await ada.tap("Continue privately")
        assert ada.trouble == ["unable to reach app"]
        assert ada.dialog is None
        waiting.set()
        bot.teams.patience = 10
        await ada.again()
        assert ada.screen() == "# A talk\nHere"


# Cards in the chat.


@awaited
async def test_an_answer_with_a_card_is_seen_at_one_device_and_stored_nowhere() -> None:
    asked = card(text("How was it?"), entry(), actions=(execute("Next", "go"),))
    answers = (view(card(text("Only for you"), entry("more"))), {"statusCode": 200, "type": "x", "value": 1})
    async with running(answering(asked, *answers)) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        desktop = bot.teams.client(TENANT, "ada")
        await ada.type("mine")
        await ada.tap("go")
        sent = bot.got[-1]
        action = {"type": "Action.Execute", "title": "Next", "verb": "answer", "data": {"do": "go", "write": "mine"}}
        assert (sent["name"], sent["value"]) == ("adaptiveCard/action", {"action": action, "trigger": "manual"})
        assert ada.view == answers[0]["value"]
        assert ada.screen().startswith("Only for you")
        assert desktop.screen() == ada.chat()[-1] == "How was it?\nYour words\n<>\n(Next)"
        assert "Only for you" not in json.dumps(bot.teams.everything_stored(TENANT))
        await desktop.tap("Next")
        assert desktop.trouble
        assert bot.teams.rejected[-1].where == "adaptiveCard/action"


@pytest.mark.parametrize("overrides", [True, False])
@awaited
async def test_a_stored_change_reaches_everybody_and_a_view_of_ones_own_as_told(overrides: bool) -> None:
    asked = card(text("How was it?"), actions=(execute("Next"),))
    async with running(answering(asked, view(card(text("Only for you"))))) as (bot, ada):
        ada.updates_override = overrides
        await ada.install()
        await ada.say("hello")
        await ada.tap("Next")
        place, post = bot.got[-1]["conversation"]["id"], ada.posts()[-1]
        await bot.change(place, post.id, message(card(text("It is over."))))
        assert ada.screen() == ("It is over." if overrides else "Only for you")
        assert bot.teams.client(TENANT, "ada").screen() == "It is over."
        assert len(bot.teams.everything_stored(TENANT)) == 3
        await bot.call("DELETE", f"/{place}/activities/{post.id}")
        assert ada.screen() == "hello"
        assert len(bot.teams.everything_stored(TENANT)) == 3


@awaited
async def test_an_old_client_takes_the_fallback_which_comes_as_a_message() -> None:
    async with running(offering(card(entry(), actions=(execute("Next", "go"),)))) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        old = bot.teams.client(TENANT, "ada", old_client=True, sends_empty=True)
        assert old.buttons() == ["Next"]
        await old.tap("Next")
        sent = bot.got[-1]
        assert (sent["type"], sent["value"]) == ("message", {"do": "go", "write": ""})
        assert "text" not in sent
        assert sent["replyToId"] == ada.posts()[-1].id
        assert len(ada.chat()) == 2


@awaited
async def test_a_client_without_dialogs_swallows_the_tap() -> None:
    async with running(offering(card(text("A visit"), actions=(fetch(),)))) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        playground = bot.teams.client(TENANT, "ada", no_dialogs=True)
        assert await playground.tap("Continue privately") is None
        assert playground.swallowed == ["Continue privately"]
        assert len(bot.got) == 3


@awaited
async def test_hiding_showing_and_opening_sends_nothing() -> None:
    hidden = {"type": "Container", "id": "more", "isVisible": False, "items": [text("More of it")]}
    more = {"type": "Action.ToggleVisibility", "title": "More", "targetElements": ["more"]}
    inner = card(entry("inner", "Inside"), actions=(submit("Send"),))
    fields = (entry("outer", "Outside", maxLength=5), {"type": "Input.Time", "id": "at", "label": "At"})
    days: Json = {"type": "Input.ChoiceSet", "id": "field.days", "label": "Days", "value": "7"}
    days["choices"] = [{"title": "A week", "value": "7"}, {"title": "A month", "value": "30"}]
    toggle = {"type": "Input.Toggle", "id": "on", "title": "On"}
    opening = {"type": "Action.ShowCard", "title": "Open", "card": inner}
    shown = card(hidden, *fields, days, toggle, actions=(more, opening, submit("Plain")))
    async with running(offering(shown)) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        count = len(bot.got)
        assert "More of it" not in ada.screen()
        await ada.tap("More")
        assert "More of it" in ada.screen()
        await ada.tap("Open")
        assert ada.buttons() == ["More", "Open", "Send", "Plain"]
        await ada.type("inside", into="Inside")
        await ada.type("outside", into="outer")
        await ada.type("25:00", into="at")
        await ada.choose("field.days", "30")
        await ada.tick("On")
        assert "<A month>\n[x] On" in ada.screen()
        assert len(bot.got) == count
        assert await ada.tap("Send") is None
        assert ada.errors() == {"at": "This will not do."}
        await ada.type("08:30", into="at")
        await ada.tap("Send")
        wanted = {"outer": "outsi", "at": "08:30", "field.days": "30", "on": "true"}
        assert bot.got[-1]["value"] == {"do": "send", "inner": "inside", **wanted}
        await ada.tap("Plain")
        assert bot.got[-1]["value"] == {"do": "plain", **wanted}


@awaited
async def test_a_lock_screen_shows_the_summary_as_it_was_posted() -> None:
    async with running(offering(card(text("Secret")), summary="A question waits.")) as (bot, ada):
        await ada.install()
        await ada.say("hello")
        await bot.change(ada.conversation, ada.posts()[-1].id, message(card(text("Changed")), summary="Changed"))
        assert ada.notifications() == ["A question waits."]


# Teams and channels.


@awaited
async def test_a_team_tells_of_who_comes_and_goes_while_the_app_is_in_it() -> None:
    async with running() as (bot, _):
        teams = bot.teams
        team = teams.team(TENANT, "Home visitors", members=("ada",))
        assert await teams.member_added(team, "ben") is None
        await teams.add_to_team(team, by="ada")
        added, installed = bot.got
        assert added["channelData"]["team"] == {"id": team.id, "aadGroupId": team.group, "name": "Home visitors"}
        assert added["channelData"]["eventType"] == "teamMemberAdded"
        assert added["conversation"]["conversationType"] == "channel"
        assert (installed["type"], installed["channelData"]["settings"]["selectedChannel"]["id"]) == (
            "installationUpdate",
            team.id,
        )
        await teams.rename_team(team, "Visitors")
        assert bot.got[-1]["channelData"]["team"]["name"] == "Visitors"
        await teams.member_removed(team, "ben")
        ben = teams.who(TENANT, "ben")
        assert bot.got[-1]["membersRemoved"] == [{"id": ben.member_id, "aadObjectId": ben.aad}]
        await teams.team_event(team, "teamArchived")
        assert bot.got[-1]["channelData"]["eventType"] == "teamArchived"
        await teams.remove_from_team(team, by="ada")
        assert bot.got[-2]["membersRemoved"] == [{"id": teams.bot_id}]
        assert await teams.rename_team(team, "Home visitors") is None


@awaited
async def test_a_button_in_a_channel_opens_a_dialog_for_the_one_who_taps() -> None:
    async with running(answering(card(), going_on(card(text("Just you"))))) as (bot, ada):
        team = await welcomed(bot)
        made = await bot.say(team.id, message(card(text("Hello all"), actions=(fetch("Reflect privately"),))))
        ben = bot.teams.client(TENANT, "ben")
        await ada.tap_in_channel(team, "Reflect privately")
        assert bot.got[-1]["conversation"]["id"] == f"{team.id};messageid={made}"
        assert ada.screen() == "# A talk\nJust you"
        assert ben.dialog is None
        assert ben.channel_screen(team) == "Hello all\n(Reflect privately)"


@awaited
async def test_what_is_said_in_a_channel_or_a_group_is_said_to_the_bot_by_name() -> None:
    async with running() as (bot, ada):
        team = await welcomed(bot)
        await ada.say_in_channel(team, "hello")
        assert bot.got[-1]["text"] == "<at>Afterword</at> hello"
        assert bot.got[-1]["channelData"]["team"]["id"] == team.id
        await ada.say_in_group("hello", "ben")
        assert bot.got[-1]["conversation"]["conversationType"] == "groupChat"
        assert ada.chat() == []
        assert len(bot.teams.everything_stored(TENANT)) == 2
