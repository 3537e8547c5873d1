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
from slack_hands import Hands
from slack_house import TEAM, in_a_loop
from test_serve import environment, free_port

from storage.keyring import new_key

KILLS = 4


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
        for number in range(KILLS):
            async with serving(slack, tmp_path, key):
                if ada.modal is None:
                    await ada.command("/reflect")
                if any("write" in str(block) for block in ada.modal.spec["blocks"]):
                    assert hands.words(number) not in (ada.value("write") or "")
                await hands.answer()
                if hands.asked and "tick" not in str(ada.modal.spec) and "choose" not in str(ada.modal.spec):
                    await ada.type(f"half a sentence {number}", "write")
            ada.put_away()  # and the phone dies with it
        async with serving(slack, tmp_path, key):
            await ada.command("/reflect")
            await hands.finish()
            await ada.close()
            await ada.command("/reflect", "my data")
            for words in hands.said:
                assert words in ada.screen("modal")
        assert not slack.rejected
