"""The receipt and the chain of records behind it: what a person can read, and what holds whatever they choose."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from conftest import Pair, rows, who
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shells import Live, living
from sqlalchemy import update
from stored import KEEPS, change
from talks import AT, Talk
from test_cli import line, replayed
from test_consent import (
    LOCALES,
    PURPOSES,
    another,
    case_of,
    finished,
    keeper,
    opened,
    records,
    release_asked,
    send,
    talk_in,
    word,
)

from bot.consent import GIVES, NOTICES, SHARING, counting, excerpts
from bot.conversation import ConsentRecord, Consents, Page, Program, Purpose
from bot.effects import Contribute, RecordConsent, TakeBack
from bot.events import Open, Say, Submit, Who, Write
from bot.ports import Setup
from storage import consents as chain
from storage import tables as t
from storage.keyring import Keyring
from storage.prepared import Prepared
from storage.store import SqlStore

ADA, BEN, SAM, LEE = who("ada"), who("ben"), who("sam"), who("lee")
DAY = timedelta(days=1)


# The receipt


def link(number: int = 0, **fields: Any) -> ConsentRecord:
    told = {"purpose": "counting", "event": "given", "choice": "always", "at": AT, "until": date(2027, 11, 2)}
    return ConsentRecord(**{**told, "shown": f"Shown {number}", **fields})


def with_records(talk: Talk, *found: ConsentRecord, whole: bool = True) -> Page:
    talk.facts = talk.facts.model_copy(update={"consent_records": found, "consents_whole": whole})
    return opened(talk, "receipt")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_receipt_says_what_when_where_who_how_long_and_what_cannot_be_recalled(locale: str) -> None:
    notice = NOTICES["counting"]
    one = ConsentRecord(
        purpose="counting", event="given", choice="always", at=AT, until=date(2027, 11, 2), surface="private",
        platform="slack", shown="May they\nbe counted?", recipients=notice.recipients, retention=notice.retention,
        days=90,
    )  # fmt: skip
    page = with_records(talk_in(locale), one)
    assert page.lines == (word("receipt-intro", locale), word("receipt-whole", locale))
    [way, section] = page.sections
    assert [option.id for option in way.pages] == ["consent"]
    said = "\n".join((section.title, *section.lines))
    days = {
        "en": ("November 2, 2026", "November 2, 2027"),
        "es": ("2 de noviembre de 2026", "2 de noviembre de 2027"),
    }
    for part in (*days[locale], "Slack", "May they\nbe counted?", "90", word("counting-title", locale)):
        assert part in said
    for name in ("recipient-circle-supervisors", "retention-published-24-months", "receipt-back-counting"):
        assert word(name, locale) in said
    assert word("receipt-chose-counting-always", locale) in section.lines
    assert sha256(one.shown.encode()).hexdigest()[:12] in said


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("event", ["given", "refused", "withdrawn", "superseded", "expired"])
@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_kind_of_record_can_be_read(purpose: Purpose, event: Any, locale: str) -> None:
    choice = {"given": "keep" if purpose == "words" else "ask"}.get(event, "nothing" if purpose == "words" else "never")
    [_, section] = with_records(talk_in(locale), link(purpose=purpose, event=event, choice=choice)).sections
    assert section.title == f"{word(f'{purpose}-title', locale)}: {word(f'receipt-{event}', locale)}"
    until = word("receipt-until", locale, date="")[:8]
    assert any(line.startswith(until) for line in section.lines) is (event == "given" and purpose != "words")


def test_a_record_of_before_says_that_it_does_not_hold_the_words() -> None:
    [_, section] = with_records(talk_in(), link(shown="", recipients=(), retention=())).sections
    assert section.lines[-1] == word("receipt-nothing-shown")
    assert any(word("recipient-unnamed") in line for line in section.lines)


def test_codes_and_choices_that_this_version_does_not_know_do_no_harm() -> None:
    [_, section] = with_records(
        talk_in(), link(choice="later", recipients=("auditor",), retention=("a-week",))
    ).sections
    assert any("auditor" in line for line in section.lines)
    assert any("a-week" in line for line in section.lines)


def test_a_long_chain_shows_its_newest_dozen_and_how_many_more_there_are() -> None:
    found = tuple(link(number, at=AT - timedelta(days=number)) for number in range(40))
    page = with_records(talk_in(), *found)
    assert len(page.sections) == 1 + 12
    assert any("Shown 0" in line for line in page.sections[1].lines)
    assert word("receipt-more", count=28) in page.lines


def test_a_chain_that_does_not_verify_says_so() -> None:
    assert word("receipt-broken") in with_records(talk_in(), link(), whole=False).lines
    assert word("receipt-empty") in with_records(talk_in()).lines


def test_the_page_of_consent_leads_to_the_receipt_and_the_words_do() -> None:
    talk = keeper()
    assert [option.id for section in opened(talk).sections for option in section.pages] == ["receipt"]
    for typed in ("my receipt", "mi constancia"):
        talk.take(Write(at=talk.at, text=typed))
        assert talk.reply.page is not None
        assert talk.reply.page.name == "receipt"


# The chain


def receipt_of(live: Live, person: Who) -> Page:
    page = live.do(person, Open(at=live.clock.time, page="receipt")).page
    assert page is not None
    return page


def test_a_receipt_is_read_from_the_sealed_chain(pair: Pair, ring: Keyring) -> None:
    with living(pair, ring) as live:
        live.begin(ADA)
        shown = live.store.consents(ADA)[0]["processing"]["notice"]["text"]
        assert word("consent") in shown
        live.do(ADA, Submit(at=AT, form="consent", values={"counting": "always"}))
        live.do(ADA, Submit(at=AT, form="withdraw", values={"purpose": "counting"}))
        page = receipt_of(live, ADA)
        assert word("receipt-whole") in page.lines
        titles = [section.title for section in page.sections[1:]]
        assert titles == [
            f"{word('counting-title')}: {word('receipt-withdrawn')}",
            f"{word('counting-title')}: {word('receipt-given')}",
            f"{word('words-title')}: {word('receipt-given')}",
        ]
        assert f"{word('receipt-shown')}\n{shown}" in page.sections[3].lines
        assert receipt_of(live, BEN).sections[1:] == ()
        stored = repr([rows(live.store, table) for table in t.metadata.sorted_tables])
        assert word("counting-title") not in stored
        assert "withdrawn" not in stored


def test_a_record_that_is_missing_shows_on_the_receipt_and_breaks_no_other_page(pair: Pair, ring: Keyring) -> None:
    with living(pair, ring) as live:
        live.begin(ADA)
        live.do(ADA, Submit(at=AT, form="consent", values={"counting": "always"}))
        (first, _) = sorted(rows(live.store, t.consents), key=lambda row: row["n"])
        with live.store.database.transaction() as wire:
            wire.run(Prepared(update(t.consents).where(t.consents.c.n == 2).values(body=first["body"])))
        page = receipt_of(live, ADA)
        assert word("receipt-broken") in page.lines
        assert len(page.sections) == 2, "what can be read is shown"
        assert live.do(ADA, Open(at=AT, page="home")).page is not None


def test_an_exported_record_has_the_four_parts_of_27560(store: SqlStore, at: datetime) -> None:
    talk = keeper()
    send(talk, "consent", counting="always")
    change(store, at, *records(talk))
    [record] = store.consents(ADA)
    assert set(record) == {"@context", "@type", "header", "processing", "party", "event"}
    notice = record["processing"]["notice"]
    assert notice["sha256"] == sha256(notice["text"].encode()).hexdigest()
    assert (notice["id"], notice["version"], notice["locale"]) == ("afterword-counting", 1, "en")
    [purpose] = record["processing"]["purposes"]
    assert (purpose["id"], purpose["granted"], purpose["choice"]) == ("counting", True, "always")
    assert purpose["since"] == at.isoformat()
    assert record["processing"]["storage"]["conditions"] == ["until-published", "published-24-months"]
    assert record["party"] == {"pii_controller": "program", "recipients": ["circle-supervisors"]}
    event = {"type": "given", "status": "dpv:ConsentGiven", "time": at.isoformat(), "expires": "2027-11-02"}
    assert event.items() <= record["event"].items()
    assert (record["event"]["actor"], record["event"]["platform"]) == ("person", "local")
    assert record["header"]["schema"] == chain.SCHEMA
    assert json.loads(json.dumps(record)) == record


def a_link_of_before(store: SqlStore, at: datetime) -> None:
    """As the first version wrote it: without the words, the schema, and who receives what."""
    fields = chain._fields

    def older(found: Any, row: Any, n: int, effect: RecordConsent, at: datetime, platform: str) -> dict[str, Any]:
        full = fields(found, row, n, effect, at, platform)
        purpose = {name: full["purposes"][0][name] for name in ("id", "granted", "choice")}
        names = (
            "person", "n", "notice_id", "notice_version", "notice_sha256", "locale", "surface", "event", "time",
            "actor", "salt",
        )  # fmt: skip
        return {**{name: full[name] for name in names}, "purposes": [purpose], "expires": "2027-11-02"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "_fields", older)
        given_then = RecordConsent("words", "given", "keep", 1, "a" * 64, "en", "private")
        change(store, at, given_then, consents=Consents(words="keep", version=1))


def test_links_of_before_stay_in_the_chain_and_can_be_read(pair: Pair, ring: Keyring) -> None:
    with living(pair, ring) as live:
        a_link_of_before(live.store, AT)
        live.do(ADA, Submit(at=AT, form="consent", values={"counting": "always"}))
        assert live.store.verify_consents(ADA)
        page = receipt_of(live, ADA)
        assert word("receipt-nothing-shown") in page.sections[2].lines
        assert word("receipt-whole") in page.lines
        older, newer = live.store.consents(ADA)
        assert (older["header"]["schema"], newer["header"]["schema"]) == ("afterword-consent-1", chain.SCHEMA)
        assert "text" not in older["processing"]["notice"]


def test_consent_and_receipt_open_in_a_replay() -> None:
    rows_out = replayed(
        line(say="reflect"), line(choose="private"), line(choose="keep"), line(open="consent"), line(open="receipt"),
        line(submit={"form": "withdraw", "values": {"purpose": "words"}}), line(open="receipt"),
    )  # fmt: skip
    pages = [row["page"] for row in rows_out if "page" in row]
    assert [page["name"] for page in pages] == ["consent", "receipt", "consent", "receipt"]
    titles = [[section["title"] for section in page["sections"][1:]] for page in pages]
    kept, gone = (f"{word('words-title')}: {word(f'receipt-{event}')}" for event in ("given", "withdrawn"))
    assert (titles[1], titles[3]) == ([kept], [gone, kept])


# Whatever is chosen

DOINGS = st.one_of(
    st.tuples(st.just("choose"), st.sampled_from(["words"]), st.sampled_from(["keep", "nothing"])),
    st.tuples(st.just("choose"), st.sampled_from(["counting"]), st.sampled_from(["ask", "always", "never"])),
    st.tuples(st.just("choose"), st.sampled_from(["excerpts"]), st.sampled_from(["ask", "never"])),
    st.tuples(st.just("asked"), st.just("excerpts"), st.sampled_from(["ask", "never"])),
    st.tuples(st.just("withdraw"), st.sampled_from(PURPOSES), st.just("")),
    st.tuples(st.just("agree-again"), st.sampled_from(PURPOSES), st.just("")),
    st.tuples(st.just("say"), st.sampled_from(["stop counting", "deja de contar", "stop excerpts"]), st.just("")),
    st.tuples(st.just("finish"), st.just(""), st.just("")),
    st.tuples(st.just("wait"), st.sampled_from([1, 100, 360, 400]), st.just("")),
    st.tuples(st.just("ceiling"), st.sampled_from([7, 90, 365]), st.just("")),
    st.tuples(st.just("version"), st.sampled_from(SHARING), st.sampled_from([1, 2])),
)


@pytest.fixture
def sqlite_store(sqlite_pair: Pair, ring: Keyring) -> SqlStore:
    return sqlite_pair.open(ring)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(doings=st.lists(DOINGS, min_size=3, max_size=16))
def test_whatever_is_chosen_the_chain_verifies_and_nothing_is_shared_without_a_live_yes(
    sqlite_store: SqlStore, doings: list[tuple[str, Any, Any]]
) -> None:
    talk, somebody = keeper(retention_ceiling=90), who(uuid4().hex)
    written = [RecordConsent("words", "given", "keep", 1, "", "en", "private")]
    with pytest.MonkeyPatch.context() as patch:
        for doing in doings:
            talk.effects.clear()
            counts = done(talk, doing, patch)
            new = records(talk)
            written += new
            if new:
                change(sqlite_store, talk.at, *new, person=somebody)
            agrees(talk, written)
            assert not counts or live_yes(talk, written, "counting")
    assert sqlite_store.verify_consents(somebody)
    stored = [one["event"]["type"] for one in sqlite_store.consents(somebody)]
    assert stored == [one.event for one in written[1:]]
    sqlite_store.after_commit()


def done(talk: Talk, doing: tuple[str, Any, Any], patch: pytest.MonkeyPatch) -> int:
    """Does it; how often something was counted."""
    match doing:
        case ("choose", purpose, choice):
            send(talk, "consent", **{purpose: choice})
        case ("asked", _, choice):
            release_asked(talk, choice)
        case ("withdraw" | "agree-again" as form, purpose, _):
            send(talk, form, purpose=purpose)
        case ("say", words, _):
            talk.take(Say(at=talk.at, text=words))
        case ("finish", _, _):
            return finished(talk)
        case ("wait", days, _):
            talk.later(days=days)
        case ("ceiling", days, _):
            talk.facts = talk.facts.model_copy(update={"program": Program(retention_ceiling=days)})
        case ("version", purpose, version):
            another(patch, purpose, version=version)
    return 0


def last_of(written: list[RecordConsent], purpose: str) -> RecordConsent | None:
    return next((one for one in reversed(written) if one.purpose == purpose), None)


def live_yes(talk: Talk, written: list[RecordConsent], purpose: Any) -> bool:
    last = last_of(written, purpose)
    if last is None or last.event != "given" or last.until is None:
        return False
    same = last.notice_version == NOTICES[purpose].version
    longest = talk.facts.program.retention_ceiling
    return same and last.days is not None and longest <= last.days and talk.at.date() < last.until


def agrees(talk: Talk, written: list[RecordConsent]) -> None:
    """What the state says of each purpose is what its last record says."""
    state = talk.conversation.consents
    assert last_of(written, "words") is not None
    for purpose, chosen in (("words", state.words), ("counting", state.counting), ("excerpts", state.excerpts)):
        last = last_of(written, purpose)
        said = None if last is None or last.event in ("superseded", "expired") else last.choice
        assert chosen == said, purpose
    for sharing_, holds in (("counting", counting(case_of(talk))), ("excerpts", excerpts(case_of(talk)))):
        assert holds not in GIVES or live_yes(talk, written, sharing_)
        assert holds in GIVES or not live_yes(talk, written, sharing_), "and a live yes holds"


# What others see


def two_worlds(pair: Pair, ring: Keyring, *doings: Any) -> tuple[list[str], list[str], int]:
    """What everybody else sees and every line of the chats, in a world in which Ada does this; and what is counted."""
    with living(pair, ring) as live:
        team = Setup("local", "north", "north", members=("ada", "ben"), supervisors=("sam",), circle="all")
        live.store.set_up(team, AT - DAY)
        live.store.set_lead(LEE, AT - DAY)
        for person in (ADA, BEN):
            live.finish(person)
            live.do(person, Submit(at=AT, form="consent", values={"counting": "always"}))
            live.finish(person)
        live.tick(AT + timedelta(minutes=1))
        before = len(live.post.sent)
        for doing in doings:
            live.do(ADA, doing)
        live.tick(AT + timedelta(hours=2))
        pages = [
            live.do(person, Open(at=live.clock.time, page=page)).model_dump_json()
            for person in (SAM, LEE, BEN)
            for page in ("home", "report", "packet", "setup", "consent", "receipt", "talk")
        ]
        sent = [delivery.message.model_dump_json() for delivery in live.post.sent[before:]]
        return pages, sent, len(rows(live.store, t.contributions))


@pytest.mark.parametrize("how", ["tap", "command"])
def test_who_stops_counting_is_counted_no_more_and_nobody_else_sees_it(
    sqlite_pair: Pair, ring: Keyring, tmp_path_factory: pytest.TempPathFactory, empty_files: Any, how: str
) -> None:
    folder = tmp_path_factory.mktemp("other")
    for name in ("main.db", "keys.db"):
        shutil.copy(empty_files / name, folder / name)
    other = Pair(f"sqlite:///{folder / 'main.db'}", f"sqlite:///{folder / 'keys.db'}")
    stops = {
        "tap": Submit(at=AT, form="withdraw", values={"purpose": "counting"}),
        "command": Write(at=AT, text="stop counting"),
    }
    pages, sent, counted = two_worlds(sqlite_pair, ring, stops[how])
    same_pages, same_sent, all_counted = two_worlds(other, ring)
    assert pages == same_pages
    assert sent == same_sent == []
    assert (counted, all_counted) == (1, 2), "what was not published is gone at once, and Ben's is not"


def test_taking_back_reaches_what_was_counted_and_what_was_not_kept(store: SqlStore, at: datetime) -> None:
    store.set_up(Setup("local", "north", "north", members=("ada", "ben")), at - DAY)
    for person in (ADA, BEN):
        for _ in range(2):
            change(store, at, Contribute(uuid4(), ("A1",), uuid4()), person=person, consents=KEEPS)
    change(store, at, TakeBack("excerpts"))
    assert len(rows(store, t.contributions)) == 4
    change(store, at, TakeBack("counting"))
    assert len(rows(store, t.contributions)) == 2
    change(store, at, TakeBack("counting"))
    change(store, at, TakeBack("counting"), person=BEN)
    assert rows(store, t.contributions) == []
