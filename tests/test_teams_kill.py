"""The real command, killed at any moment of a talk in Teams: what was sent and put aside is there afterwards."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_teams import FakeTeams, fake_teams
from slack_house import in_a_loop
from teams_hands import Hands, opened
from test_serve import environment, free_port
from test_teams_cli import ada, settings

from storage.keyring import new_key

#: Each time with an open dialog that goes on at the next process, and with half a sentence put aside.
KILLS = 2


@asynccontextmanager
async def serving(teams: FakeTeams, folder: Path, key: str) -> AsyncIterator[None]:
    """`afterword serve`, once it listens; killed without a word at the end of the block."""
    port = free_port()
    given = {"AFTERWORD_KEY": key, "AFTERWORD_PORT": str(port), **settings(teams)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", stdout=subprocess.PIPE, cwd=folder, env=environment(folder, **given)
    )
    try:
        assert process.stdout
        assert f":{port}/api/messages" in (await process.stdout.readline()).decode()
        await process.stdout.readline()
        teams.bot_url = f"http://127.0.0.1:{port}/api/messages"
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        await process.communicate()


@pytest.mark.timeout(120)
@in_a_loop
async def test_a_talk_in_teams_goes_on_through_any_number_of_deaths(tmp_path: Path) -> None:
    key = new_key()
    async with fake_teams() as teams:
        phone = ada(teams)
        async with serving(teams, tmp_path, key):
            hands: Hands = await opened(phone, "quick-visit")
            await hands.answer()
        for number in range(KILLS):
            async with serving(teams, tmp_path, key):
                while "write" not in hands.verbs(hands.card):
                    await hands.answer()
                half = f"half a sentence {number}, and"
                await phone.type(half, into="write")
                await phone.tap("command:pause")
                assert phone.dialog is None
            async with serving(teams, tmp_path, key):
                await phone.tap("choose:private")
                assert phone.value("write") == half
                hands.said.append(half)
                await hands.answer()
        async with serving(teams, tmp_path, key):
            await hands.finish()
            await phone.tap("open:home")
            await phone.tap("open:data")
            for words in hands.said:
                assert words in phone.screen()
        assert not teams.rejected
        assert not phone.trouble
