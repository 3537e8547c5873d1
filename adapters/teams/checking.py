"""Whether Microsoft takes the registration that is set. Law: no secret in a sentence; an answer within seconds."""

from __future__ import annotations

import asyncio
import threading

from adapters.teams.login import Login
from bot.config import Teams
from bot.doctor import Finding
from bot.ports import Refusal

SECONDS = 5.0
NAME = "MICROSOFT_APP_ID"

SLOW = "Microsoft's login did not answer in time; is there a way to it from here?"


def check(teams: Teams, seconds: float = SECONDS) -> tuple[tuple[str, Finding], ...]:
    """One finding; none where nobody is asked who they are. On a thread that nobody waits for: looking a name up cannot
    be cut short."""
    if teams.anonymous:
        return ()
    found = [Finding(False, SLOW)]

    def work() -> None:
        found[0] = asyncio.run(_asked(teams, seconds))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return ((NAME, found[0]),)


async def _asked(teams: Teams, seconds: float) -> Finding:
    login = Login(teams.login_url, teams.tenant, teams.app_id, teams.password)
    try:
        async with asyncio.timeout(seconds):
            await login.start()
    except Refusal as refusal:
        return Finding(False, refusal.words)
    except TimeoutError:
        return Finding(False, SLOW)
    finally:
        await login.close()
    return Finding(True, "Microsoft's login takes it")
