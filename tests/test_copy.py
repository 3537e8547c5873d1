"""A copy of everything: by a link that is good once and for a quarter of an hour, or a code for whoever runs it."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import stat
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession
from click.testing import CliRunner
from conftest import AT, Pair, backed_up, put_back, rows, who
from shells import Live, living
from talks import library

from adapters.web.drawing import Drawing
from adapters.web.links import LinkPages
from adapters.web.listening import listen
from adapters.web.server import build_server
from bot import owncopy
from bot.cli import main
from bot.conversation import Page
from bot.copypage import LIFETIME
from bot.events import Open, Submit, Who
from bot.links import Links
from bot.owncopy import Copy
from bot.ports import Setup
from storage import tables as t
from storage.keyring import Keyring, from_file, from_text, new_key

ADA, BEN, SAM = who("ada"), who("ben"), who("sam")
CANARY, DRAFT = "zqcanary of hers", "zqdraft of hers"
ADDRESS = "https://afterword.example.org"
SCHEMA = Path(__file__).parent.parent / "docs" / "copy.schema.json"


@pytest.fixture
def live(pair: Pair, ring: Keyring) -> Iterator[Live]:
    with living(pair, ring) as one:
        one.shell.address = ADDRESS
        yield one


def lived(live: Live, person: Who = ADA) -> None:
    """Something of everything that can be kept of a person: in a group, counted, arranged, open."""
    live.store.set_up(Setup("local", "north", "First Steps", members=("ada", "ben"), supervisors=("sam",)), AT)
    live.store.references.save(person, "zqwhere their chat is")
    live.begin(person)
    live.write(person, CANARY)
    while live.tap(person, "skip").step != "end":
        pass
    live.tap(person, "done")
    live.do(person, Submit(at=AT, form="consent", values={"counting": "always"}))
    live.finish(person)
    live.do(person, Submit(at=AT, form="check-in-day-end", values={"time": "16:30"}))
    live.do(person, Submit(at=AT, form="quiet", values={"hours": "20:00-07:00"}))
    live.do(SAM, Open(at=AT, page="report"))
    live.begin(person)
    live.write(person, DRAFT)


def asked(live: Live, form: str, person: Who = ADA) -> Page:
    reply = live.do(person, Submit(at=live.clock.time, form=form))
    assert reply.page is not None
    assert reply.surface == "private"
    return reply.page


def link(live: Live, person: Who = ADA) -> str:
    [one] = [link.id for section in asked(live, "copy-link", person).sections for link in section.links]
    assert one.startswith(f"{ADDRESS}/link/")
    return one.removeprefix(ADDRESS)


def code(live: Live, person: Who = ADA) -> str:
    lines = [line for section in asked(live, "copy-code", person).sections for line in section.lines]
    [found] = [line for line in lines if re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){2}", line)]
    return found


def browse(live: Live, work: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """With a browser at the server's pages of links."""

    async def through() -> Any:
        routes = LinkPages(Links(live.shell), Drawing(library())).routes()

        async def ready() -> None: ...

        runner = await listen(build_server(routes, ready), "127.0.0.1", 0)
        try:
            async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
                return await work(client)
        finally:
            await runner.cleanup()

    return asyncio.run(through())


def use(live: Live, address: str, method: str = "POST", **sent: Any) -> tuple[ClientResponse, str]:
    async def work(client: ClientSession) -> tuple[ClientResponse, str]:
        answer = await client.request(method, address, **sent)
        return answer, await answer.text()

    found: tuple[ClientResponse, str] = browse(live, work)
    return found


def for_programs(live: Live, person: Who = ADA) -> dict[str, Any]:
    answer, text = use(live, link(live, person), data={"as": "json"})
    assert answer.content_type == "application/json"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    copy: dict[str, Any] = json.loads(text)
    return copy


# The link


def test_a_link_is_looked_at_as_often_as_one_likes_and_used_once(live: Live) -> None:
    lived(live)
    address = link(live)
    for method in ("GET", "HEAD", "GET"):
        answer, text = use(live, address, method)
        assert answer.status == 200
        assert CANARY not in text
    assert "Show my copy" in use(live, address, "GET")[1]
    answer, text = use(live, address, data={"as": "page"})
    assert answer.status == 200
    assert CANARY in text
    assert use(live, address)[0].status == use(live, address, "GET")[0].status == 404


def test_whatever_is_wrong_with_a_link_is_answered_alike(live: Live) -> None:
    lived(live)
    used, over, other = link(live), link(live), code(live)
    use(live, used)
    live.clock.time = AT + LIFETIME
    wrong = ("/link/" + "a" * 43, "/link/x", f"/link/{other}", "/link/" + "y" * 5000, used, over)
    answers = [use(live, address, method) for address in wrong for method in ("GET", "POST")]
    assert {answer.status for answer, _ in answers} == {404}
    assert len({text for _, text in answers}) == 1
    assert "Nothing is lost" in answers[0][1]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=zzz", b"\xff\xfe broken"),
        ("multipart/form-data", b"--zzz"),
        ("multipart/form-data; boundary=zzz", b"--zzz\r\nContent-Disposition: form-data\r\n\r\npage\r\n--zzz--\r\n"),
        ("application/x-www-form-urlencoded; charset=nowhere", b"as=page"),
        ("application/x-www-form-urlencoded", b"as=page&other=" + b"\xff"),
    ],
)
def test_a_form_that_cannot_be_read_uses_no_link_up(live: Live, kind: str, body: bytes) -> None:
    lived(live)
    address = link(live)
    answer, text = use(live, address, data=body, headers={"Content-Type": kind})
    assert answer.status == 400
    assert "Show my copy" in text, "the button once more"
    assert use(live, address, data={"as": "page"})[0].status == 200
    assert use(live, address, data=body, headers={"Content-Type": kind})[0].status == 404, "as whatever is wrong"


def test_a_link_holds_for_a_quarter_of_an_hour(live: Live) -> None:
    address = link(live)
    live.clock.time = AT + LIFETIME - timedelta(seconds=1)
    assert use(live, address, "GET")[0].status == 200
    live.clock.time = AT + LIFETIME
    assert use(live, address)[0].status == 404
    live.tick(AT + timedelta(days=1))
    assert rows(live.store, t.links) == []


def test_only_a_hash_of_a_link_is_stored_and_few_are_good_at_once(live: Live) -> None:
    addresses = [link(live) for _ in range(5)]
    stored = rows(live.store, t.links)
    assert len(stored) == 3
    assert not any(address.rpartition("/")[2] in repr(stored) for address in addresses)
    assert [use(live, address, "GET")[0].status for address in addresses].count(200) == 3
    assert use(live, addresses[-1], "GET")[0].status == 200
    assert len(addresses[0].rpartition("/")[2]) >= 43, "256 bits"


def test_no_link_and_no_code_ever_stands_in_a_chat_message(live: Live) -> None:
    live.begin(ADA)
    before = len(live.post.sent)
    link(live)
    code(live)
    assert len(live.post.sent) == before
    assert not any(row["payload"] for row in rows(live.store, t.deliveries))


def test_where_people_reach_no_address_of_ours_there_is_a_code_alone(live: Live) -> None:
    live.shell.address = ""
    forms = [form.id for section in asked(live, "copy-link").sections for form in section.forms]
    assert forms == ["copy-code"]
    assert rows(live.store, t.links) == []


def test_the_pages_of_a_link_are_kept_nowhere_and_run_nothing(live: Live) -> None:
    address = link(live)
    for method in ("GET", "POST", "GET"):
        answer, text = use(live, address, method)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "<script" not in text
        assert 'style="' not in text
        assert not re.findall(r'(?:src|href)="(?!data:application/json)', text), "nothing is fetched from anywhere"
        assert "Set-Cookie" not in answer.headers


def test_two_who_are_equally_fast_get_one_copy(live: Live) -> None:
    lived(live)
    address = link(live)

    async def both(client: ClientSession) -> list[int]:
        answers = await asyncio.gather(*(client.post(address) for _ in range(4)))
        return sorted(answer.status for answer in answers)

    assert browse(live, both) == [200, 404, 404, 404]


# The copy


def test_it_holds_everything_that_is_kept(live: Live) -> None:
    lived(live)
    copy = for_programs(live)
    assert copy["version"] == 1
    person = copy["person"]
    assert (person["platform"], person["workspace"], person["user"]) == ("local", "north", "ada")
    assert person["address"] == "zqwhere their chat is"
    assert [(team["team"], team["role"]) for team in copy["teams"]] == [("First Steps", "member")]
    assert CANARY in json.dumps(copy["reflections"])
    assert DRAFT in json.dumps(copy["open_reflections"])
    agreed = [record["processing"]["purposes"][0]["id"] for record in copy["consents"]]
    assert agreed == ["words", "counting"]
    assert copy["consents_whole"] is True
    assert copy["settings"]["quiet"] == ["20:00", "07:00"]
    assert [one["kind"] for one in copy["settings"]["check_ins"] if one["kind"] == "day-end"] == ["day-end"]
    assert copy["next_check_ins"]
    assert copy["counted_not_published"][0]["themes"]["labels"]
    assert [look["who"] for look in copy["who_looked"]] == ["sam"]
    assert copy["retention_days"] == 90
    stored = {str(row["id"]) for row in rows(live.store, t.reflections)}
    assert {one["id"] for one in copy["reflections"]} == stored


def test_what_can_be_read_holds_the_same_and_the_data_for_programs(live: Live) -> None:
    lived(live)
    _, page = use(live, link(live))
    text = unescape(re.sub(r"<[^>]+>", " ", page))
    for words in (CANARY, DRAFT, "First Steps", "UTC", "sam", "Kept until"):
        assert words in text
    [encoded] = re.findall(r'href="data:application/json;charset=utf-8;base64,([^"]+)"', page)
    copy = Copy.model_validate_json(base64.b64decode(encoded))
    assert CANARY in copy.written()


def test_it_speaks_the_person_s_language(live: Live) -> None:
    lived(live)
    live.do(ADA, Submit(at=AT, form="language", values={"language": "es"}))
    address = link(live)
    _, waits = use(live, address, "GET", headers={"Accept-Language": "es-MX"})
    assert "Mostrar mi copia" in waits
    _, page = use(live, address)
    assert '<html lang="es">' in page
    assert "Lo que Afterword guarda de usted" in page


def test_nothing_in_it_can_break_out_of_the_page(live: Live) -> None:
    live.begin(ADA)
    live.write(ADA, '</dd><script>alert("x")</script>')
    _, page = use(live, link(live))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_nobody_else_is_in_it(live: Live) -> None:
    lived(live, BEN)
    live.finish(ADA)
    copy = json.dumps(for_programs(live))
    assert not any(words in copy for words in (CANARY, DRAFT, "ben"))


def test_who_keeps_nothing_has_a_copy_too(live: Live) -> None:
    live.begin(ADA, words="nothing")
    copy = for_programs(live)
    assert copy["reflections"] == []
    assert copy["agreed"]["words"] == "nothing"


def test_the_schema_in_the_docs_is_that_of_the_copy() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == Copy.model_json_schema(mode="serialization")


# By whoever runs it


@pytest.fixture
def kept(tmp_path: Path, sqlite_pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """An installation beside a shell; now is now, for the command knows no other time."""
    path = tmp_path / "afterword.key"
    path.touch(mode=0o600)
    path.write_text(new_key() + "\n")
    monkeypatch.setenv("AFTERWORD_KEY_FILE", str(path))
    monkeypatch.setenv("AFTERWORD_DATABASE_URL", sqlite_pair.main)
    monkeypatch.setenv("AFTERWORD_KEYS_URL", sqlite_pair.keys)
    with living(sqlite_pair, from_file(path)) as one:
        one.clock.time = datetime.now(UTC)
        one.begin(ADA)
        one.write(ADA, CANARY)
        yield one


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["export", *arguments])


def test_export_needs_the_code_that_the_person_got(kept: Live, tmp_path: Path) -> None:
    hers, bens = code(kept), code(kept, BEN)
    out = tmp_path / "ada.json"
    for wrong in ("AAAA-AAAA-AAAA", bens, "x"):
        done = run("north/ada", "--code", wrong, "--out", str(out))
        assert (done.exit_code, out.exists()) == (2, False)
        assert "That code is not good" in done.output
    out.write_text("what was there before")
    out.chmod(0o644)
    done = run("north/ada", "--code", hers.lower().replace("-", " "), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert CANARY in json.dumps(json.loads(out.read_text(encoding="utf-8")))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert run("north/ada", "--code", hers).exit_code == 2, "it was used"
    assert run("north/ben", "--code", bens).exit_code == 0, "trying it for another person did not use it up"


def test_a_copy_that_cannot_be_made_leaves_the_code_and_the_link_as_good_as_before(
    kept: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers = code(kept)
    done = run("ada", "--code", hers, "--out", str(tmp_path / "nowhere" / "ada.json"))
    assert done.exit_code == 2
    assert "as good as before" in done.output
    kept.shell.address = ADDRESS
    address = link(kept)
    with monkeypatch.context() as broken:
        broken.setattr(owncopy, "readable", lambda *_: 1 / 0)
        assert use(kept, address)[0].status == 500
    assert use(kept, address)[0].status == 200
    assert run("ada", "--code", hers).exit_code == 0


def test_export_writes_a_page_too_and_asks_for_the_code(kept: Live) -> None:
    done = CliRunner().invoke(main, ["export", "ada", "--format", "html"], input=code(kept) + "\n")
    assert done.exit_code == 0, done.output
    assert CANARY in done.stdout
    assert "<!doctype html>" in done.stdout
    assert CANARY not in done.stderr


def test_a_code_is_over_after_a_quarter_of_an_hour(kept: Live) -> None:
    kept.clock.time = datetime.now(UTC) - LIFETIME
    assert run("ada", "--code", code(kept)).exit_code == 2


def test_a_link_that_was_used_comes_back_with_no_backup(pair: Pair, ring: Keyring) -> None:
    with living(pair, ring) as live:
        live.shell.address = ADDRESS
        used, unused = link(live), link(live)
        backup = backed_up(live.store)
        assert use(live, used)[0].status == 200
        put_back(live.store, backup)
        with living(pair, ring) as again:
            assert [use(again, one, "GET")[0].status for one in (used, unused)] == [404, 200]


def test_a_link_of_one_installation_is_none_in_another(live: Live, tmp_path: Path) -> None:
    address = link(live)
    (tmp_path / "other").mkdir()
    other = Pair(*(f"sqlite:///{tmp_path / 'other' / name}" for name in ("main.db", "keys.db")))
    with living(other, from_text(new_key())) as elsewhere:
        asked(elsewhere, "copy-code")
        assert use(elsewhere, address, "GET")[0].status == 404
    assert use(live, address, "GET")[0].status == 200
