"""The real command, killed at any moment of a talk in Slack: what was typed and answered is there afterwards."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_slack import FakeSlack, Phone, fake_slack
from slack_hands import Hands, elements
from slack_house import TEAM, in_a_loop
from test_serve import environment, free_port

from storage.keyring import new_key

#: Twice each: once with a sentence half typed, once with nothing done since.
KILLS = 2


@asynccontextmanager
async def serving(slack: FakeSlack, folder: Path, key: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`afterword serve`, once it listens; killed without a word at the end of the block."""
    port = free_port()
    settings = {
        "AFTERWORD_KEY": key, "AFTERWORD_PORT": str(port), "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": slack.signing_secret,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", stdout=subprocess.PIPE, cwd=folder, env=environment(folder, **settings)
    )
    try:
        assert process.stdout
        assert f":{port}" in (await process.stdout.readline()).decode()
        await process.stdout.readline()
        slack.app_url = f"http://127.0.0.1:{port}/slack/events"
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        await process.communicate()


def offers(phone: Phone) -> set[str]:
    assert phone.modal
    return {element.get("action_id", "") for element in elements(phone.modal.spec)}


@pytest.mark.timeout(120)
@in_a_loop
async def test_a_talk_goes_on_through_any_number_of_deaths(tmp_path: Path) -> None:
    key = new_key()
    async with fake_slack() as slack:
        slack.workspace(TEAM, bot_token="xoxb-1", bot_user="UBOT", bot_id="BBOT")
        slack.person(TEAM, "UADA", "ada")
        ada = Phone(slack, TEAM, "UADA")
        hands = Hands(ada)
        async with serving(slack, tmp_path, key):
            await ada.command("/reflect", "quick-visit")
            await hands.answer()
        ada.put_away()
        for number in range(KILLS):
            async with serving(slack, tmp_path, key):
                await ada.command("/reflect")
                await hands.answer()
                while "write" not in offers(ada):
                    await hands.answer()
                half = f"half a sentence {number}, and"
                await ada.type(half, "write")
            ada.put_away()  # and the phone dies with it
            async with serving(slack, tmp_path, key):
                await ada.command("/reflect")
                assert ada.value("write") == half
            ada.put_away()
            hands.said.append(half)  # what is written next goes behind it
        async with serving(slack, tmp_path, key):
            await ada.command("/reflect")
            await hands.finish()
            await ada.close()
            await ada.command("/reflect", "my data")
            for words in hands.said:
                assert words in ada.screen("modal")
        assert not slack.rejected
