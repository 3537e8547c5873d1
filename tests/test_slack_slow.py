"""A slow or refusing Slack: everything is acknowledged in time, nothing is said twice, and no talk stands still."""

from __future__ import annotations

import pytest
from conftest import Pair
from slack_hands import Hands
from slack_house import TOKEN, house, in_a_loop, until
from talks import library

from adapters.slack import profiles
from bot import promptly
from bot.config import Slack
from bot.ports import Refusal
from storage.keyring import Keyring

#: So that no test waits for seconds: the budget of an answer, and how long Slack takes.
BUDGET, SLOW = 0.25, 0.7


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promptly, "BUDGET", BUDGET)
    monkeypatch.setattr(profiles, "PATIENCE", BUDGET / 2)


def word(name: str) -> str:
    return library().word("en", name)


@in_a_loop
async def test_a_modal_that_does_not_open_in_time_leaves_one_line_that_leads_to_it(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        home.slack.delay("users.info", SLOW)
        home.slack.delay("views.open", SLOW)
        answer = await ada.command("/reflect", "quick-visit", in_dm=True)
        assert answer.ms < 1000 * SLOW
        assert word("window-open-again") in str(home.slack.ephemeral("UADA"))
        await until(lambda: Hands(ada).asked)  # and the modal comes all the same


@in_a_loop
async def test_an_answer_in_the_chat_that_takes_long_is_said_once(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        home.slack.delay("chat.postMessage", SLOW)
        answer = await ada.say("hello")
        assert (answer.status, answer.ms < 1000 * SLOW) == (200, True)
        assert (await home.slack.repeat()).status == 200
        await until(lambda: len(home.slack.called("chat.postMessage")) > 0)
        await until(lambda: word("greeting") in ada.screen("message"))


@in_a_loop
async def test_a_slow_drawing_holds_up_nobody_s_next_tap(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        hands = Hands(ada)
        await ada.command("/reflect", "between-sites")
        home.slack.delay("views.update", SLOW, times=2)
        took = []
        for _ in range(2):
            answer = await ada.tap("choose:keep", in_="modal")
            assert answer is not None
            took.append(answer.ms)
        assert max(took) < 1000 * SLOW
        await until(lambda: "choose:keep" not in str(ada.modal and ada.modal.spec))
        await hands.finish()
        assert len(home.store.reflections(home.who())) == 1


@pytest.mark.parametrize("error", ["not_enabled", "account_inactive", "user_not_found", "invalid_arguments"])
@in_a_loop
async def test_a_home_that_slack_refuses_is_no_failure_of_the_event(files: Pair, ring: Keyring, error: str) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        home.slack.fail("views.publish", error)
        assert (await ada.open_home()).status == 200


@in_a_loop
async def test_a_language_that_slack_did_not_say_is_asked_for_again_soon(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        luz = home.phone("ULUZ")
        home.slack.limit("users.info", retry_after=0)
        await luz.say("hola")
        home.clock.time = home.clock.time.replace(hour=home.clock.time.hour + 1)
        await luz.command("/reflect")
        assert library().word("es", "consent-title") in luz.screen()


@in_a_loop
async def test_an_app_token_that_slack_does_not_take_stops_the_start(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        api = home.slack.api_url
        await home.close()
        home.settings = Slack(bot_token=TOKEN, app_token="xapp-wrong", api_url=api)
        with pytest.raises(Refusal, match="SLACK_APP_TOKEN"):
            await home.open()
        await home.app.close()
        await home.shell.close()
        home.settings = Slack(signing_secret=home.slack.signing_secret, bot_token=TOKEN, api_url=api)
        await home.open()
