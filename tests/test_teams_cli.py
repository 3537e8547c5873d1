"""Teams from the command line: what the environment says of it, what the doctor and the linter say, and the real
command beside a fake of Teams."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fake_teams import Client, FakeTeams, fake_teams
from slack_house import in_a_loop
from talks import library
from teams_house import TENANT, registered
from test_serve import afterword, environment, free_port

from adapters.teams import limits
from adapters.teams.checking import NAME, SLOW, check
from adapters.teams.login import REFUSED, UNREACHED
from bot.cli import main, serving
from bot.config import BOTFRAMEWORK_OPENID, MICROSOFT_LOGIN, Server, Teams, server
from bot.doctor import Finding, platforms
from bot.ports import Refusal

APP, OWN = "7c9e6679-7425-40de-944b-e07fc1f90ae7", "0f8fad5b-d9cb-469f-a165-70867728950e"
CANARY = "canary-7431"
OTHER = "0f8fad5b-d9cb-469f-a165-708677289501"
ONE = {"MICROSOFT_APP_ID": APP, "MICROSOFT_APP_PASSWORD": "secret-1", "MICROSOFT_APP_TENANT_ID": OWN}
ANONYMOUS = {"AFTERWORD_TEAMS_ANONYMOUS": "1"}
PUBLIC = {"AFTERWORD_PUBLIC_URL": "https://afterword.example.org"}


# What the environment says


def given(env: dict[str, str], host: str = "") -> Teams:
    teams = server(env, host=host).teams
    assert teams is not None
    return teams


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in ONE.items() if name not in names}


def test_nothing_is_on_by_itself() -> None:
    for env in (
        {}, {"AFTERWORD_TEAMS_ANONYMOUS": "0"},
        {"MICROSOFT_APP_ID": "  ", "MICROSOFT_LOGIN_URL": "https://login.example.org"},
    ):  # fmt: skip
        assert server(env).teams is None


def test_a_registration_is_three_values_and_the_rest_is_microsofts_own() -> None:
    teams = given(ONE)
    assert teams == Teams(app_id=APP, password="secret-1", tenant=OWN)
    assert (teams.login_url, teams.openid_url) == (MICROSOFT_LOGIN, BOTFRAMEWORK_OPENID)
    assert not teams.anonymous


def test_what_is_set_is_taken_without_what_copying_brings_along() -> None:
    env = {name: f" {value.upper() if 'PASS' not in name else value}\n" for name, value in ONE.items()}
    more = {
        "AFTERWORD_TEAMS_TENANTS": f" {OTHER.upper()},{OWN} ",
        "MICROSOFT_LOGIN_URL": "https://login.example.org/",
        "AFTERWORD_TEAMS_SERVICE_URLS": "https://a.example/,  https://b.example/teams/",
    }
    teams = given({**env, **more})
    assert (teams.app_id, teams.password, teams.tenant, teams.tenants) == (APP, "secret-1", OWN, (OTHER, OWN))
    assert teams.login_url == "https://login.example.org"
    assert teams.service_urls == ("https://a.example/", "https://b.example/teams/")


def test_the_registrations_own_tenant_may_install_it_where_no_others_are_named() -> None:
    assert [given(ONE).may_install(tenant) for tenant in (OWN, OTHER, "")] == [True, False, False]
    named = given({**ONE, "AFTERWORD_TEAMS_TENANTS": OTHER})
    assert [named.may_install(tenant) for tenant in (OWN, OTHER)] == [False, True]
    assert given(ANONYMOUS).may_install(OTHER)


@pytest.mark.parametrize("host", ["", "127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"])
def test_without_a_registration_it_is_on_for_this_computer(host: str) -> None:
    assert given(ANONYMOUS, host) == Teams(anonymous=True)


@pytest.mark.parametrize(
    ("env", "named"),
    [
        *[(without(name), name) for name in ONE],
        (without("MICROSOFT_APP_ID", "MICROSOFT_APP_TENANT_ID"), "MICROSOFT_APP_ID"),
        (without("MICROSOFT_APP_PASSWORD", "MICROSOFT_APP_TENANT_ID"), "MICROSOFT_APP_PASSWORD"),
        ({"MICROSOFT_APP_TENANT_ID": OWN}, "set up in part"),
        ({"AFTERWORD_TEAMS_TENANTS": OWN}, "set up in part"),
        ({**ONE, **ANONYMOUS}, "AFTERWORD_TEAMS_ANONYMOUS"),
        ({**ANONYMOUS, "MICROSOFT_APP_PASSWORD": "secret"}, "leave it out"),
        ({**ANONYMOUS, "MICROSOFT_APP_ID": APP}, "leave it out"),
        ({**ANONYMOUS, "AFTERWORD_HOST": "0.0.0.0"}, "AFTERWORD_HOST"),
        ({**ANONYMOUS, "AFTERWORD_HOST": "::"}, "AFTERWORD_HOST"),
        ({**ANONYMOUS, "AFTERWORD_HOST": "10.0.0.1"}, "AFTERWORD_HOST"),
        ({**ANONYMOUS, "AFTERWORD_HOST": "secret.example.org"}, "AFTERWORD_HOST"),
        ({**ANONYMOUS, "AFTERWORD_HOST": "127.0.0.1.example.org"}, "AFTERWORD_HOST"),
        ({**ANONYMOUS, "AFTERWORD_TEAMS_TENANTS": "secret"}, "AFTERWORD_TEAMS_TENANTS"),
        ({**ONE, "MICROSOFT_APP_ID": "secret"}, "MICROSOFT_APP_ID"),
        ({**ONE, "MICROSOFT_APP_ID": f"{{{APP}}}"}, "MICROSOFT_APP_ID"),
        ({**ONE, "MICROSOFT_APP_ID": APP[:-1]}, "MICROSOFT_APP_ID"),
        ({**ONE, "MICROSOFT_APP_TENANT_ID": "secret.onmicrosoft.com"}, "MICROSOFT_APP_TENANT_ID"),
        ({**ONE, "AFTERWORD_TEAMS_TENANTS": f"{OTHER};{OWN}"}, "with commas"),
        ({**ONE, "AFTERWORD_TEAMS_TENANTS": f"{OTHER}, secret"}, "AFTERWORD_TEAMS_TENANTS"),
        ({**ONE, "MICROSOFT_LOGIN_URL": "http://login.secret.example"}, "MICROSOFT_LOGIN_URL"),
        ({**ONE, "MICROSOFT_LOGIN_URL": "login.secret.example"}, "MICROSOFT_LOGIN_URL"),
        ({**ONE, "MICROSOFT_LOGIN_URL": "https://me:secret@login.example"}, "MICROSOFT_LOGIN_URL"),
        ({**ONE, "BOTFRAMEWORK_OPENID_URL": "http://keys.secret.example/a"}, "BOTFRAMEWORK_OPENID_URL"),
        ({**ONE, "BOTFRAMEWORK_OPENID_URL": "https://[secret"}, "BOTFRAMEWORK_OPENID_URL"),
        ({**ONE, "AFTERWORD_TEAMS_SERVICE_URLS": "https://a.example http://secret.example"}, "SERVICE_URLS"),
        ({**ONE, "AFTERWORD_TEAMS_SERVICE_URLS": "https://a.example?secret=1"}, "SERVICE_URLS"),
        *[({"AFTERWORD_TEAMS_ANONYMOUS": value}, "AFTERWORD_TEAMS_ANONYMOUS") for value in (
            "true", "yes", "on", "off", "false", "no", "2", "secret",
        )],
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_in_one_line_that_quotes_no_secret(env: dict[str, str], named: str) -> None:
    with pytest.raises(Refusal) as refused:
        server(env)
    words = refused.value.words
    assert named in words
    assert "secret" not in words
    assert "\n" not in words


def test_the_host_that_a_command_is_given_counts() -> None:
    with pytest.raises(Refusal, match="AFTERWORD_HOST"):
        server({**ANONYMOUS, "AFTERWORD_HOST": "127.0.0.1"}, host="0.0.0.0")
    assert given({**ANONYMOUS, "AFTERWORD_HOST": "0.0.0.0"}, "127.0.0.1").anonymous


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/login", "http://localhost", "http://[::1]:9/a"])
def test_addresses_may_be_in_clear_on_this_computer_only(url: str) -> None:
    names = ("MICROSOFT_LOGIN_URL", "BOTFRAMEWORK_OPENID_URL", "AFTERWORD_TEAMS_SERVICE_URLS")
    teams = given({**ONE, **dict.fromkeys(names, url)})
    assert (teams.login_url, teams.openid_url, teams.service_urls) == (url, url, (url,))


def test_no_secret_is_in_what_settings_look_like() -> None:
    assert "secret-1" not in repr(server(ONE)) + repr(given(ONE))


# What the doctor says


def said(**env: str) -> list[tuple[str, bool, str]]:
    return [(name, one.fine, one.words) for name, one in platforms(lambda: server(env), None)]


def test_the_doctor_says_how_teams_is_set_up() -> None:
    assert [name for name, *_ in said()] == ["Slack", "Teams"], "there are no tokens to be tried"
    assert said()[1] == ("Teams", True, "not set up; docs/teams.md says how")
    assert [name for name, *_ in said(**ONE)] == ["Slack", "Teams", "tokens"]
    assert "AFTERWORD_PUBLIC_URL" in said(**ONE)[1][2]
    assert said(**ONE, **PUBLIC)[1][2].endswith("https://afterword.example.org/api/messages, for its own tenant")
    assert said(**ONE, AFTERWORD_TEAMS_TENANTS=f"{OTHER},{OWN}")[1][2].endswith("for 2 tenants")
    assert "Agents Playground" in said(**ANONYMOUS)[1][2]
    assert "--online" in said(**ONE)[2][2]
    assert "secret" not in json.dumps(said(**ONE))


def test_the_doctor_names_what_cannot_work_and_looks_no_further() -> None:
    ((name, fine, words),) = said(**without("MICROSOFT_APP_PASSWORD"))
    assert (name, fine) == ("platforms", False)
    assert "MICROSOFT_APP_PASSWORD" in words


def test_the_doctor_asks_only_where_it_is_told_to() -> None:
    asked: list[Server] = []

    def ask(of: Server) -> tuple[tuple[str, Finding], ...]:
        asked.append(of)
        return ((NAME, Finding(True, "fine")),)

    found = list(platforms(lambda: server(ONE), ask))
    assert [name for name, _ in found] == ["Slack", "Teams", NAME]
    assert [of.teams for of in asked] == [given(ONE)]


async def tried(teams: FakeTeams, seconds: float = 20.0, **more: Any) -> Finding:
    """By the doctor's own thread, while the fake answers on this one."""
    ((name, finding),) = await asyncio.to_thread(check, registered(teams, **more), seconds)
    assert name == NAME
    assert "\n" not in finding.words
    assert not any(password in finding.words for password in (teams.password, CANARY))
    return finding


@in_a_loop
async def test_a_registration_that_microsoft_takes_is_said_to_work() -> None:
    async with fake_teams() as teams:
        assert await tried(teams) == Finding(True, "Microsoft's login takes it")
        assert teams.token_fetches == 1


@pytest.mark.parametrize("wrong", [{"password": CANARY}, {"tenant": OWN}, {"app_id": APP}])
@in_a_loop
async def test_one_that_it_does_not_take_is_named_by_its_settings(
    wrong: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with fake_teams() as teams:
        assert await tried(teams, **wrong) == Finding(False, REFUSED)
        assert teams.password not in caplog.text
    assert CANARY not in caplog.text


@in_a_loop
async def test_a_login_that_is_down_or_nobody_there_is_a_finding_too() -> None:
    async with fake_teams() as teams:
        teams.fail(503, method="token")
        assert await tried(teams) == Finding(False, UNREACHED)
        assert await tried(teams, login_url=f"http://127.0.0.1:{free_port()}") == Finding(False, UNREACHED)


def test_who_does_not_answer_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        teams = Teams(APP, "secret-1", OWN, login_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        assert check(teams, 0.2) == ((NAME, Finding(False, SLOW)),)
        assert time.monotonic() - began < 30


def test_where_nobody_is_asked_who_they_are_there_is_nothing_to_try() -> None:
    assert check(Teams(anonymous=True)) == ()


@in_a_loop
async def test_the_real_doctor_asks_microsoft(tmp_path: Path) -> None:
    async with fake_teams() as teams:
        for password, wanted in ((teams.password, "ok   "), (CANARY, "FAULT")):
            env = {**settings(teams), "MICROSOFT_APP_PASSWORD": password}
            done = await asyncio.to_thread(afterword, "doctor", "--online", tmp_path=tmp_path, **env)
            lines = done.stdout.splitlines()
            (line,) = [line for line in lines if NAME in line and not line.startswith("ok     Teams")]
            assert line.startswith(f"{wanted}  {NAME}: ")
            assert any(one.startswith("ok     Teams: one registration") for one in lines)
            assert not any(secret in done.stdout + done.stderr for secret in (password, "Traceback"))


# What the linter says


SCRIPT = """
title = "After a visit"
summary = "One moment of a visit."
minutes = 5

[[steps]]
id = "place"
type = "choice"
text = "Where was it?"
remember = true
choices = [{ id = "house", label = "A home" }, { id = "clinic", label = "LABEL" }]

[[steps]]
id = "end"
type = "end"
text = "Thank you for these minutes."
"""


def linted(file: Path, label: str) -> list[dict[str, Any]]:
    file.write_text(SCRIPT.replace("LABEL", label), encoding="utf-8")
    done = CliRunner().invoke(main, ["lint", str(file), "--format", "json"])
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert done.exit_code == any(fault["severity"] == "error" for fault in found)
    return [fault for fault in found if fault["rule"] == "teams-limit"]


def test_the_linter_names_a_label_that_is_too_long_for_teams(tmp_path: Path) -> None:
    longest = "y" * (limits.TITLE - len("Change “”"))
    assert linted(tmp_path / "visit.toml", longest) == []
    (fault,) = linted(tmp_path / "visit.toml", f"{longest}y")
    assert (fault["step"], fault["severity"], fault["line"]) == ("place", "error", 6)
    assert f"the label “Change “{longest}y”” has {limits.TITLE + 1} characters" in fault["words"]


# What `serve` says


def welcome(teams: Teams, public: str = "", host: str = "127.0.0.1") -> list[str]:
    return list(serving.welcome(Server(host=host, public_url=public, teams=teams)))


def test_it_says_where_teams_is_to_be_pointed() -> None:
    at = "https://afterword.example.org"
    assert welcome(Teams(APP, "secret", OWN), at) == [
        f"Teams: its messaging endpoint is {at}/api/messages.",
        "Afterword answers at http://127.0.0.1:3978. Stop it with Ctrl-C.",
    ]
    assert "http://127.0.0.1:3978/api/messages, behind an https address" in welcome(Teams(APP, "secret", OWN))[0]
    assert "http://[::1]:3978/api/messages" in welcome(Teams(anonymous=True), host="::1")[0]
    assert "Agents Playground" in welcome(Teams(anonymous=True))[0]


@pytest.mark.parametrize(
    ("words", "env", "named"),
    [
        ((), without("MICROSOFT_APP_TENANT_ID"), "MICROSOFT_APP_TENANT_ID"),
        (("--host", "0.0.0.0"), ANONYMOUS, "AFTERWORD_HOST"),
        ((), ONE, "AFTERWORD_KEY_FILE"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(
    tmp_path: Path, words: tuple[str, ...], env: dict[str, str], named: str
) -> None:
    done = afterword("serve", *words, tmp_path=tmp_path, **env)
    assert done.returncode == 2
    assert named in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr
    assert not list(tmp_path.iterdir())


# The real command


def settings(teams: FakeTeams) -> dict[str, str]:
    if teams.anonymous:
        return ANONYMOUS
    return {
        "MICROSOFT_APP_ID": teams.app_id, "MICROSOFT_APP_PASSWORD": teams.password,
        "MICROSOFT_APP_TENANT_ID": teams.bot_tenant, "AFTERWORD_TEAMS_TENANTS": TENANT,
        "MICROSOFT_LOGIN_URL": teams.login_url, "BOTFRAMEWORK_OPENID_URL": teams.openid_url,
        "AFTERWORD_TEAMS_SERVICE_URLS": teams.service_url,
    }  # fmt: skip


@asynccontextmanager
async def running(teams: FakeTeams, tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real command on databases of its own; ended politely, it exits with 0 and has said nothing."""
    ring = (await asyncio.to_thread(afterword, "keys", "new", tmp_path=tmp_path)).stdout.strip()
    port = free_port()
    more = {"AFTERWORD_KEY": ring, "AFTERWORD_PORT": str(port), **settings(teams)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(tmp_path, **more),
    )  # fmt: skip
    assert process.stdout
    try:
        assert f"http://127.0.0.1:{port}/api/messages" in (await process.stdout.readline()).decode()
        assert "answers at" in (await process.stdout.readline()).decode()
        teams.bot_url = f"http://127.0.0.1:{port}/api/messages"
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        _, told = await process.communicate()
    assert (process.returncode, told) == (0, b"")


def ada(teams: FakeTeams, **kind: bool) -> Client:
    teams.tenant(TENANT)
    teams.person(TENANT, "ada", name="Ada Lopez", locale="es-MX", zone="America/Denver")
    return teams.client(TENANT, "ada", "phone", **kind)


@pytest.mark.parametrize("by", ["a registration", "nobody"])
@in_a_loop
async def test_the_real_command_takes_a_person_from_teams_to_the_first_question(tmp_path: Path, by: str) -> None:
    """In a dialog; or, for who tries it without a registration, on the card."""
    async with fake_teams() as teams:
        teams.anonymous = by == "nobody"
        phone = ada(teams, no_dialogs=teams.anonymous)
        async with running(teams, tmp_path):
            await phone.install(order=("installationUpdate", "conversationUpdate"))
            await phone.say("reflect quick-visit")
            await phone.tap("choose:private")
            assert library().word("es", "consent-title") in phone.screen()
            await phone.tap("choose:keep")
            assert library().scripts["quick-visit"].say("es", "moment.text") in phone.screen()
            assert (phone.dialog is None) == teams.anonymous
        assert not teams.rejected
        assert not phone.trouble


@in_a_loop
async def test_a_registration_that_microsoft_does_not_take_is_said_in_one_line(tmp_path: Path) -> None:
    async with fake_teams() as teams:
        ring = (await asyncio.to_thread(afterword, "keys", "new", tmp_path=tmp_path)).stdout.strip()
        env = {**settings(teams), "MICROSOFT_APP_PASSWORD": CANARY, "AFTERWORD_PORT": str(free_port())}
        done = await asyncio.to_thread(afterword, "serve", tmp_path=tmp_path, AFTERWORD_KEY=ring, **env)
    assert done.returncode == 2
    assert done.stderr.endswith(f"afterword: {REFUSED}\n")
    assert CANARY not in done.stdout + done.stderr
