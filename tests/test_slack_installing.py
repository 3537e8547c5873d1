"""Installing over OAuth: a browser, our two addresses and Slack, for real but for the network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookies import Morsel, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from conftest import Pair, rows
from fake_slack import FakeSlack
from slack_house import in_a_loop
from slack_offices import SCRIPTS, Office, Street, street
from yarl import URL

from adapters.slack.install_page import language
from adapters.slack.installing import INSTALL_PATH, Installing
from adapters.slack.manifest import REDIRECT_PATH, scopes
from adapters.web.listening import listen
from adapters.web.server import build_server
from bot.config import Slack
from bot.logs import AllowList
from bot.ports import InstallationGone, Refusal
from storage import tables
from storage.keyring import Keyring

PUBLIC = "https://afterword.example"
COOKIE = "__Host-afterword-install"


@dataclass
class Seen:
    """A page as it came."""

    status: int
    text: str
    headers: Any
    cookies: dict[str, Morsel[str]] = field(default_factory=dict)

    @property
    def location(self) -> str:
        return str(self.headers["Location"])

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.location).query).items()}


@dataclass
class Browser:
    """It reaches our https address by the port that listens here, and keeps cookies as it is told to."""

    http: aiohttp.ClientSession
    port: int
    speaks: str = "en-US,en;q=0.9"
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, url: str, method: str = "GET") -> Seen:
        address = URL(url)
        assert str(address.origin()) == PUBLIC
        local = URL(f"http://127.0.0.1:{self.port}").join(address.relative())
        headers = {"Accept-Language": self.speaks}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        async with self.http.request(method, local, headers=headers, allow_redirects=False) as response:
            seen = Seen(response.status, await response.text(), response.headers)
        for header in response.headers.getall("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                seen.cookies[name] = morsel
                self._keep(name, morsel)
        return seen

    def _keep(self, name: str, morsel: Morsel[str]) -> None:
        if "1970" in morsel["expires"]:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = morsel.value

    async def begin(self) -> Seen:
        return await self.get(f"{PUBLIC}{INSTALL_PATH}")


@dataclass
class Desk:
    """The street, one office with its web server, and somebody's browser."""

    here: Street
    office: Office
    browser: Browser

    @property
    def slack(self) -> FakeSlack:
        return self.here.slack

    async def install(self, owner: str = "T1", user: str = "UADMIN") -> Seen:
        begun = await self.browser.begin()
        return await self.browser.get(self.slack.approve(begun.location, owner, user))

    def nothing_stored(self) -> bool:
        stored = rows(self.office.store, tables.installations)
        return not stored and not any(call.method == "oauth.v2.access" for call in self.slack.calls)

    def notices(self) -> int:
        return len(rows(self.office.store, tables.check_ins))


async def serving(office: Office, slack: FakeSlack, public: str, *, strict: bool = False) -> Any:
    settings = Slack(client_id=slack.client_id, client_secret=slack.client_secret, api_url=slack.api_url)
    installing = Installing(settings, public, office.tokens, office.shell, office.out, scopes(strict=strict))
    app = build_server(installing.routes(), lambda: office.shell.on_store(office.store.ready))
    return await listen(app, "127.0.0.1", 0, 0.5)


@asynccontextmanager
async def desk(pair: Pair, ring: Keyring) -> AsyncIterator[Desk]:
    async with street(pair, ring) as here, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        office = here.office()
        runner = await serving(office, here.slack, PUBLIC)
        try:
            yield Desk(here, office, Browser(http, runner.addresses[0][1]))
        finally:
            await runner.cleanup()


@in_a_loop
async def test_beginning_leads_to_slack_with_a_state_for_this_browser(sqlite_pair: Pair, ring: Keyring) -> None:
    async with desk(sqlite_pair, ring) as at:
        begun = await at.browser.begin()
        assert begun.status == 302
        assert begun.location.startswith(str(URL(at.slack.api_url).origin() / "oauth/v2/authorize"))
        state = begun.asked.pop("state")
        assert begun.asked == {
            "client_id": at.slack.client_id,
            "scope": "commands,chat:write,im:write,users:read,channels:read,groups:read,im:history",
            "redirect_uri": f"{PUBLIC}{REDIRECT_PATH}",
            "state": state,
        }
        cookie = begun.cookies[COOKIE]
        assert cookie.value == state
        assert cookie["secure"]
        assert cookie["httponly"]
        assert (cookie["path"], cookie["domain"], cookie["max-age"], cookie["samesite"]) == ("/", "", "600", "Lax")
        assert (await at.browser.begin()).asked["state"] != state


@in_a_loop
async def test_an_installation_is_kept_and_whoever_installed_is_told_what_comes_next(pair: Pair, ring: Keyring) -> None:
    async with desk(pair, ring) as at:
        seen = await at.install("T1", "UADMIN")
        assert seen.status == 200
        assert "Afterword is now in Slack." in seen.text
        assert "app_redirect?app=A0FAKE&amp;team=T1" in seen.text
        stored = at.office.stored("T1")
        assert stored is not None
        assert (stored.installer, stored.organization) == ("UADMIN", False)
        assert stored.expires is not None
        assert (await at.office.out.call(await at.office.tokens.of("T1"), "auth.test"))["team_id"] == "T1"
        assert at.notices() == 1
        assert not at.browser.cookies, "what began it is over"


@in_a_loop
async def test_the_page_speaks_spanish_to_who_reads_it(sqlite_pair: Pair, ring: Keyring) -> None:
    async with desk(sqlite_pair, ring) as at:
        at.browser.speaks = "es-MX,es;q=0.9,en;q=0.5"
        seen = await at.install()
        assert '<html lang="es">' in seen.text
        assert "Afterword ya está en Slack." in seen.text
        assert "Volver a Slack" in seen.text


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [("", "en"), ("fr, es;q=0.8", "es"), ("ES-us", "es"), ("de", "en"), (";;,,\x00", "en"), ("en, es", "en")],
)
def test_the_first_language_that_is_spoken_here_is_taken(accepted: str, locale: str) -> None:
    assert language(SCRIPTS(), accepted) == locale


@in_a_loop
async def test_pages_allow_nothing_and_are_kept_nowhere(sqlite_pair: Pair, ring: Keyring) -> None:
    async with desk(sqlite_pair, ring) as at:
        for seen in (await at.install(), await at.browser.get(f"{PUBLIC}{REDIRECT_PATH}?error=access_denied")):
            assert seen.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
            assert seen.headers["Cache-Control"] == "no-store"
            assert seen.headers["Referrer-Policy"] == "no-referrer"
            assert seen.headers["Content-Type"] == "text/html; charset=utf-8"
            assert "<script" not in seen.text


@in_a_loop
async def test_an_installation_for_a_whole_organization_says_what_comes_first(pair: Pair, ring: Keyring) -> None:
    async with desk(pair, ring) as at:
        seen = await at.install("E1", "UORG")
        assert "settings of your organization" in seen.text
        assert 'app_redirect?app=A0FAKE"' in seen.text, "no workspace is named"
        stored = at.office.stored("E1")
        assert stored is not None
        assert (stored.organization, stored.installer) == (True, "UORG")
        for team in ("T1", "T2"):
            assert await at.office.tokens.find("E1", team, False) == stored


@in_a_loop
async def test_installing_again_renews_the_token_and_tells_only_who_has_not_been_told(
    pair: Pair, ring: Keyring
) -> None:
    async with desk(pair, ring) as at:
        await at.install("T1", "UADMIN")
        first = await at.office.tokens.of("T1")
        await at.install("T1", "UADMIN")
        second = await at.office.tokens.of("T1")
        assert second.token != first.token
        assert at.notices() == 1
        await at.install("T1", "UOTHER")
        assert (await at.office.tokens.of("T1")).installer == "UOTHER"
        assert at.notices() == 2
        assert len(rows(at.office.store, tables.installations)) == 1


@in_a_loop
async def test_an_app_that_comes_back_is_used_again_at_once(pair: Pair, ring: Keyring) -> None:
    async with desk(pair, ring) as at:
        await at.install()
        await at.office.tokens.remove("T1")
        with pytest.raises(InstallationGone):
            await at.office.tokens.of("T1")
        await at.install()
        assert (await at.office.tokens.of("T1")) == at.office.stored("T1")
        assert [row["gone_day"] for row in rows(at.office.store, tables.tenants)] == [None]


# What stores nothing


@in_a_loop
async def test_somebody_who_cancels_is_told_that_nothing_was_installed(sqlite_pair: Pair, ring: Keyring) -> None:
    async with desk(sqlite_pair, ring) as at:
        begun = await at.browser.begin()
        seen = await at.browser.get(at.slack.decline(begun.location))
        assert seen.status == 400
        assert "It was cancelled in Slack, so nothing was installed." in seen.text
        assert f'href="{PUBLIC}{INSTALL_PATH}"' in seen.text
        assert at.nothing_stored()
        assert not at.browser.cookies


@pytest.mark.parametrize("forged", ["other", "changed", "empty", "long", "none", "used", "old", "twice"])
@in_a_loop
async def test_a_state_that_is_not_this_browser_s_own_stores_nothing(
    sqlite_pair: Pair, ring: Keyring, forged: str
) -> None:
    async with desk(sqlite_pair, ring) as at:
        begun = await at.browser.begin()
        back = URL(at.slack.approve(begun.location, "T1", "UMALLORY"))
        state = begun.asked["state"]
        match forged:
            case "used":
                assert await at.office.tokens.use_state(state)
            case "old":
                at.here.later(minutes=11)
            case "none":
                back = back.without_query_params("state")
            case "twice":
                back = back.extend_query(state="x").with_query([("state", "x"), *back.query.items()])
            case _:
                value = {"other": "A" * 88, "changed": state[:-3] + "AAA", "empty": "", "long": "A" * 3000}[forged]
                at.browser.cookies[COOKIE] = value
                back = back.update_query(state=value)
        seen = await at.browser.get(str(back))
        assert 400 <= seen.status < 500
        assert "was begun in another browser" in seen.text
        assert at.nothing_stored()


@pytest.mark.parametrize("cookie", ["", "A" * 88])
@in_a_loop
async def test_another_browser_cannot_end_what_this_one_began(sqlite_pair: Pair, ring: Keyring, cookie: str) -> None:
    async with desk(sqlite_pair, ring) as at:
        begun = await at.browser.begin()
        back = at.slack.approve(begun.location, "T1", "UMALLORY")
        victim = Browser(at.browser.http, at.browser.port, cookies={COOKIE: cookie} if cookie else {})
        assert (await victim.get(back)).status == 400
        assert at.nothing_stored()
        assert (await at.browser.get(back)).status == 200, "its own browser still can"


@in_a_loop
async def test_the_same_way_back_taken_twice_at_once_is_one_installation(pair: Pair, ring: Keyring) -> None:
    async with desk(pair, ring) as at:
        begun = await at.browser.begin()
        back = at.slack.approve(begun.location, "T1", "UADMIN")
        twin = Browser(at.browser.http, at.browser.port, cookies=dict(at.browser.cookies))
        seen = await asyncio.gather(at.browser.get(back), twin.get(back))
        assert sorted(each.status for each in seen) == [200, 401]
        assert len(rows(at.office.store, tables.installations)) == 1
        assert (await at.browser.get(back)).status in (400, 401)


@in_a_loop
async def test_another_process_may_end_what_one_began(pair: Pair, ring: Keyring) -> None:
    async with desk(pair, ring) as at:
        other = await serving(at.here.office(), at.slack, PUBLIC)
        begun = await at.browser.begin()
        at.browser.port = other.addresses[0][1]
        assert (await at.browser.get(at.slack.approve(begun.location, "T1", "UADMIN"))).status == 200
        assert at.office.stored("T1") is not None
        await other.cleanup()


@pytest.mark.parametrize(
    "fault",
    [
        500, "invalid_code", "bad_client_secret", b"<html>no</html>", b'{"ok": true}',
        b'{"ok": true, "access_token": "xoxp-1", "token_type": "user", "team": {"id": "T1"}, "bot_user_id": "U1"}',
        b'{"ok": true, "access_token": "xoxb-1", "token_type": "bot", "team": null, "bot_user_id": "U1"}',
    ],
)  # fmt: skip
@in_a_loop
async def test_what_slack_does_not_grant_whole_stores_nothing(sqlite_pair: Pair, ring: Keyring, fault: Any) -> None:
    async with desk(sqlite_pair, ring) as at:
        if isinstance(fault, bytes):
            at.slack.answer("oauth.v2.access", fault)
        else:
            at.slack.fail("oauth.v2.access", fault)
        seen = await at.install()
        assert seen.status == 401
        assert "could not finish this together" in seen.text
        assert not rows(at.office.store, tables.installations)


@pytest.mark.parametrize(
    "error", [Refusal("database", "The database sqlite:///canary reports: no."), RuntimeError("canary")]
)
@in_a_loop
async def test_what_cannot_be_stored_is_one_kind_sentence(
    sqlite_pair: Pair, ring: Keyring, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(sqlite_pair, ring) as at:

        def away(*_: Any) -> None:
            raise error

        monkeypatch.setattr(at.office.store.installations, "save", away)
        seen = await at.install()
        assert seen.status == 500
        assert "could not finish this together" in seen.text
        assert "canary" not in seen.text


@pytest.mark.parametrize(
    "query", ["", "code=1", "state=&code=1", "error=%3Cscript%3E", "error=a&error=b", "%ff=%zz", "code=%00", "a;b=c"]
)
@in_a_loop
async def test_any_other_way_back_is_a_page_of_ours(sqlite_pair: Pair, ring: Keyring, query: str) -> None:
    async with desk(sqlite_pair, ring) as at:
        await at.browser.begin()
        local = URL(f"http://127.0.0.1:{at.browser.port}{REDIRECT_PATH}?{query}", encoded=True)
        async with at.browser.http.get(local) as response:
            assert response.status == 400
            assert "<script" not in await response.text()
        assert at.nothing_stored()


@pytest.mark.parametrize("method", ["HEAD", "POST"])
@in_a_loop
async def test_looking_at_the_way_back_does_not_use_it_up(sqlite_pair: Pair, ring: Keyring, method: str) -> None:
    async with desk(sqlite_pair, ring) as at:
        begun = await at.browser.begin()
        back = at.slack.approve(begun.location, "T1", "UADMIN")
        assert (await at.browser.get(back, method)).status == 405
        assert (await at.browser.get(back)).status == 200


@pytest.mark.parametrize(
    ("team", "taken"), [("T123", True), ("E123", True), ("T1&redirect_uri=https://evil", False), ("T1\r\nX: y", False)]
)
@in_a_loop
async def test_only_a_workspace_may_be_named_beforehand(
    sqlite_pair: Pair, ring: Keyring, team: str, taken: bool
) -> None:
    async with desk(sqlite_pair, ring) as at:
        begun = await at.browser.get(str(URL(f"{PUBLIC}{INSTALL_PATH}").with_query(team=team)))
        assert begun.status == 302
        assert begun.asked.get("team") == (team if taken else None)
        assert begun.asked["redirect_uri"] == f"{PUBLIC}{REDIRECT_PATH}"
        assert begun.location.count("redirect_uri") == 1


@in_a_loop
async def test_it_works_on_this_computer_without_https(sqlite_pair: Pair, ring: Keyring) -> None:
    """A browser takes this computer for safe enough to keep a Secure cookie; so does this one."""
    async with street(sqlite_pair, ring) as here:
        office, port = here.office(), 0
        runner = await serving(office, here.slack, "http://127.0.0.1:1")
        port = runner.addresses[0][1]
        at = URL(f"http://127.0.0.1:{port}")
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=at)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            async with http.get(at / INSTALL_PATH[1:], allow_redirects=False) as begun:
                location = begun.headers["Location"]
            assert {cookie.key for cookie in jar} == {"afterword-install"}
            back = URL(here.slack.approve(location, "T1", "UADMIN")).with_port(port)
            async with http.get(back) as done:
                assert done.status == 200
        assert office.stored("T1") is not None
        await runner.cleanup()


@in_a_loop
async def test_no_code_no_state_and_no_token_is_logged_or_shown(
    sqlite_pair: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    async with desk(sqlite_pair, ring) as at:
        shown += [(await at.install()).text, (await at.install("E1", "UORG")).text]
        at.slack.fail("oauth.v2.access", "invalid_code")
        shown.append((await at.install()).text)
        begun = await at.browser.begin()
        secrets = {*at.slack.tokens, *at.slack.refreshes, *at.slack.codes, at.slack.client_secret, begun.asked["state"]}
        format = AllowList().format
        ours = [record for record in caplog.records if record.name.startswith(("afterword", "slack", "aiohttp"))]
        logged = "".join(f"{record.getMessage()} {record.__dict__} {format(record)}" for record in ours)
        for secret in secrets:
            assert secret not in logged + "".join(shown)
