"""Names that are never kept: a person's own list, and the people of their workspace, known by keyed hashes alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import AT, Pair, rows, who
from fake_teams import MsTeam
from hypothesis import example, given
from hypothesis import strategies as st
from searching import found, said, stored
from shells import Live, inbound, living
from slack_house import TEAM, in_a_loop
from slack_house import house as in_slack
from talks import library
from teams_house import TENANT
from teams_house import house as in_teams
from test_pages import LOCALES, at_home, fields, forms, illegal, opened, sent, word
from test_privacy import broken, failure, logged

from bot import names
from bot.commands import understand
from bot.conversation import Page
from bot.deidentify.known import Known, known_hash
from bot.effects import ForgetNames, NameNever
from bot.events import Command, Event, Open, Say, Submit, Who, Write
from bot.ports import Installation, Refusal
from storage import names as stored_names
from storage import tables as t
from storage.keyring import Keyring, from_file, new_key
from storage.place import tenant
from storage.rotation import rotate
from storage.store import SqlStore

ADA, BEN, ZOE = who("ada"), who("ben"), who("zoe", "south")
CANARY = "Zqcanary Quillfeather"
KEY = b"a key of thirty-two bytes, or so"


@pytest.fixture
def live(pair: Pair, tmp_path: Path) -> Any:
    """Its key file stands beside the databases, and is searched with them."""
    path = tmp_path / "afterword.key"
    path.touch(mode=0o600)
    path.write_text(new_key() + "\n")
    with living(pair, from_file(path)) as one:
        yield one


def send(live: Live, person: Who, form: str, **values: str) -> Page:
    page = live.do(person, Submit(at=AT, form=form, values=dict(values))).page
    assert page is not None
    return page


def known(store: SqlStore, person: Who, *, certain: bool) -> Known | None:
    with store.transaction() as tx:
        return next((one for one in tx.names(person) if one.certain is certain), None)


def takes_out(store: SqlStore, person: Who, words: str, *, certain: bool = True) -> bool:
    one = known(store, person, certain=certain)
    return one is not None and known_hash(one.key, words) in one.hashes


# The page ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_says_what_it_does_and_shows_no_name(locale: str) -> None:
    talk = at_home(locale)
    page = opened(talk, "names")
    assert page.title == word("names-title", locale)
    assert page.lines == tuple(word(name, locale) for name in ("names-intro", "names-mark", "names-none"))
    assert list(forms(page)) == ["names-add"]
    page = sent(talk, "names-add", names="Mina, Jo\nTía Lu")
    assert page.lines[0] == word("names-added", locale)
    assert page.lines[-1] == word("names-count", locale, count=3)
    assert list(forms(page)) == ["names-add", "names-forget", "names-clear"]
    assert forms(page)["names-clear"].deletes, "it asks once more"
    assert "Mina" not in page.model_dump_json()
    assert talk.effects == [NameNever(("Mina", "Jo", "Tía Lu"))]
    assert "Mina" not in repr(talk.effects)


FAULTS = {
    "names-nothing": ("", " , \n;", "“” …"),
    "names-short": ("J", "Mina\nÁ.", "1234"),
    "names-long": ("one two three four five six", "Mina, " + "a" * 61),
    "names-full": ("\n".join(f"Name{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(61)),),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("why", "typed"), [(why, typed) for why, several in FAULTS.items() for typed in several])
def test_what_cannot_be_taken_is_said_and_stays_in_the_box(locale: str, why: str, typed: str) -> None:
    talk = at_home(locale)
    page = sent(talk, "names-add", names=typed)
    said = word(why, locale, words=5, signs=60, most=60, count=0)
    assert (illegal(talk), page.lines[0], talk.effects) == (why, said, [])
    assert fields(page, "names-add")["names"].value == names.entries({"names": typed}, "names")


def test_sixty_names_fit_and_a_name_that_is_listed_already_takes_no_room() -> None:
    many = "\n".join(f"Name{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60))
    talk = at_home()
    talk.facts = talk.facts.model_copy(update={"names": names.Listed().with_names(many.split("\n")[:59])})
    assert word("names-count", count=60) in sent(talk, "names-add", names=many).lines
    talk.facts = talk.facts.model_copy(update={"names": names.Listed().with_names(many.split("\n"))})
    assert word("names-count", count=60) in sent(talk, "names-add", names="NAMEAA").lines
    assert word("names-full", most=60, count=60) in sent(talk, "names-add", names="Mina").lines


def test_a_box_is_another_one_after_its_names_were_taken() -> None:
    """A surface that keeps what stands in a box would go on showing them there."""
    talk = at_home()
    before, faulty = forms(opened(talk, "names"))["names-add"], forms(sent(talk, "names-add", names="J"))["names-add"]
    assert forms(sent(talk, "names-add", names="Mina"))["names-add"].key != before.key == faulty.key


@pytest.mark.parametrize("locale", LOCALES)
def test_a_name_is_taken_off_by_typing_it_again_and_a_wrong_one_changes_nothing(locale: str) -> None:
    talk = at_home(locale)
    talk.facts = talk.facts.model_copy(update={"names": names.Listed().with_names(["María Elena", "Jo"])})
    page = sent(talk, "names-forget", names="Maria")
    assert (illegal(talk), page.lines[0]) == ("names-not-listed", word("names-not-listed", locale))
    assert fields(page, "names-forget")["names"].value == ("Maria",)
    assert sent(talk, "names-forget", names="").lines[0] == word("names-nothing", locale)
    assert talk.effects == []
    page = sent(talk, "names-forget", names=" maria  ELENA ")
    assert (page.lines[0], page.lines[-1]) == (word("names-forgotten", locale), word("names-count", locale, count=1))
    assert sent(talk, "names-clear").lines[0] == word("names-cleared", locale)
    assert talk.effects == [ForgetNames(("maria ELENA",)), ForgetNames()]


@pytest.mark.parametrize("words", ["names", "Nombres", "my names", "mis nombres", "never store", "/names"])
def test_the_page_is_asked_for_in_words(words: str) -> None:
    said = understand(library(), words)
    assert said is not None
    assert said.page == "names"


def test_in_the_chat_the_page_is_a_tap_away_and_no_name_is_taken_there(live: Live) -> None:
    message = live.say(ADA, "nombres")
    assert [choice.id for choice in message.choices] == ["page:names"]
    live.say(ADA, "never store Mina")
    live.write(ADA, "never store Mina")
    assert rows(live.store, t.own_names) == []


# What is stored ------------------------------------------------------------------------------------------------------


def test_names_are_listed_taken_off_and_cleared(live: Live) -> None:
    page = send(live, ADA, "names-add", names="María Elena Gutiérrez\nMina Elena")
    assert page.lines[-1] == word("names-count", count=2)
    assert live.do(ADA, Open(at=AT, page="names")).page is not None
    for words in ("maría elena gutiérrez", "Maria  Elena\nGutierrez", "MARÍA", "Gutierrez", "mina", "Elena"):
        assert takes_out(live.store, ADA, words), words
    assert not takes_out(live.store, ADA, "Rosa")
    assert word("names-not-listed") in send(live, ADA, "names-forget", names="Mina").lines
    assert send(live, ADA, "names-forget", names="maria elena gutierrez").lines[0] == word("names-forgotten")
    assert not takes_out(live.store, ADA, "Gutiérrez")
    assert takes_out(live.store, ADA, "Elena"), "it is of another name, too"
    assert send(live, ADA, "names-clear").lines[-1] == word("names-none")
    assert rows(live.store, t.own_names) == []
    assert known(live.store, ADA, certain=True) is None


def test_a_list_is_its_persons_alone(live: Live) -> None:
    for person in (ADA, BEN):
        send(live, person, "names-add", names="Mina")
    ours, theirs = (known(live.store, person, certain=True) for person in (ADA, BEN))
    assert ours is not None
    assert theirs is not None
    assert not ours.hashes & theirs.hashes, "nobody can see that two have listed the same name"
    send(live, ADA, "names-clear")
    assert takes_out(live.store, BEN, "Mina")
    assert not takes_out(live.store, ADA, "Mina")


def test_a_form_that_comes_twice_is_taken_once(live: Live) -> None:
    add = Submit(at=AT, form="names-add", values={"names": "Mina"})
    live.do(ADA, add, key="once")
    send(live, ADA, "names-clear")
    live.do(ADA, add, key="once")
    assert rows(live.store, t.own_names) == []


def test_who_keeps_nothing_has_a_list_all_the_same(live: Live) -> None:
    live.begin(ADA, words="nothing")
    send(live, ADA, "names-add", names="Mina")
    assert takes_out(live.store, ADA, "Mina")


def test_a_list_goes_with_its_person(live: Live) -> None:
    for person in (ADA, BEN):
        send(live, person, "names-add", names="Mina")
    assert live.do(ADA, Submit(at=AT, form="erase", values={"confirm": "erase"})).closed
    assert len({row["participant_id"] for row in rows(live.store, t.own_names)}) == 1
    assert not takes_out(live.store, ADA, "Mina")
    page = live.do(ADA, Open(at=AT, page="names")).page
    assert page is not None
    assert page.lines[-1] == word("names-none")
    assert takes_out(live.store, BEN, "Mina")


def names_at_every_door() -> list[Event]:
    """A name where it is taken, and where it cannot be."""
    submits = [
        ("names-add", CANARY),
        ("names-add", f"{CANARY} one two three four"),
        ("names-add", f"{CANARY}, J"),
        ("names-forget", f"{CANARY} one"),
        ("names-clear", CANARY),
        ("names-add", CANARY),
    ]
    sent = [Submit(at=AT, form=form, values={"names": typed, "listed": typed, typed: typed}) for form, typed in submits]
    return [*sent, Say(at=AT, text=f"names {CANARY}"), Write(at=AT, text=f"names {CANARY}")]


def test_no_name_stands_in_clear_anywhere(live: Live, pair: Pair, tmp_path: Path) -> None:
    with logged() as log:
        live.begin(ADA)
        for number, event in enumerate(names_at_every_door()):
            live.take(
                inbound(ADA, event, f"{CANARY}-{number}").model_copy(update={"names": (CANARY, "Ada Quillfeather")})
            )
        assert takes_out(live.store, ADA, CANARY)
        assert takes_out(live.store, ADA, CANARY, certain=False)
        held = stored(pair, tmp_path)
        broken(pair, "own_names")
        adding = Submit(at=AT, form="names-add", values={"names": CANARY})
        error = failure(lambda: live.do(ADA, adding))
    assert isinstance(error, Refusal)
    assert CANARY not in said(error)
    places = {**held, "log": log.getvalue().encode()}
    for name in (CANARY, "Quillfeather", CANARY.casefold(), "quillfeather"):
        assert found(name, places) == []
    if pair.main.startswith("postgresql"):
        restored(pair)


def restored(pair: Pair) -> None:
    import psycopg

    with psycopg.connect(pair.main, autocommit=True) as connection:
        connection.execute("ALTER TABLE own_names_gone RENAME TO own_names")


# Ways of saying a name -----------------------------------------------------------------------------------------------

LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyzáéíóúñçßøłđşğıəăơưöüъжщαβאבفاनक金")
WORDS = st.text(LETTERS, min_size=2, max_size=9)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join).filter(lambda name: len(name) <= 60)
CASES: tuple[Callable[[str], str], ...] = (str.lower, str.upper, str.title, str.casefold, str.swapcase, str)
GAPS = st.sampled_from([" ", "  ", "\t", "\n", "\u00a0", " \n "])


@given(NAMES, st.data())
@example("maría elena gutiérrez", None)
def test_a_listed_name_is_known_however_it_is_written(name: str, data: Any) -> None:
    """In any case, with any space, composed or not, and with or without accents on each of its words."""
    hashes = {known_hash(KEY, form) for form in names.forms(name)}
    written = ["MARIA", "Elena", "Gutie\u0301rrez"] if data is None else [drawn(data, each) for each in name.split()]
    gap = "  " if data is None else data.draw(GAPS)
    assert known_hash(KEY, gap.join(written)) in hashes
    assert names.tag(KEY, gap.join(written)) == names.tag(KEY, name)
    for part in written:
        if names.letters(part) >= names.PART and names.unaccented(part) not in names.NO_NAME:
            assert known_hash(KEY, part) in hashes


def drawn(data: Any, part: str) -> str:
    if data.draw(st.booleans()):
        part = names.unaccented(part)
    part = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), part)
    return str(data.draw(st.sampled_from(CASES))(part))


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_without_falling_over(typed: str) -> None:
    for name in names.entries({"names": typed}, "names"):
        assert names.entries({"names": name}, "names") == (name,)
        assert {names.tag(KEY, form) for form in names.forms(name)} >= {names.tag(KEY, name)}
    for form in names.forms_of_account(typed):
        assert names.letters(form)
        known_hash(KEY, form)


def test_particles_and_titles_are_no_names_by_themselves() -> None:
    assert names.forms("Doña Ana de la Cruz") == {
        "doña ana de la cruz",
        "dona ana de la cruz",
        "ana",
        "cruz",
    }
    assert names.forms("Van") == {"van"}, "unless they are all that was listed"


@pytest.mark.parametrize(
    ("account", "ways"),
    [
        ("Ada Pérez (she/her)", {"ada pérez", "ada perez", "ada", "pérez", "perez"}),
        ("Pérez, Ada | North team", {"pérez ada", "perez ada", "ada", "pérez", "perez"}),
        ("Dr. Ana de la Cruz, LCSW", {"ana de la cruz", "ana", "cruz"}),
        ("ada.perez", {"ada perez", "ada", "perez"}),
        ("Anne-Marie Roe", {"anne-marie roe", "anne-marie", "anne", "marie", "roe"}),
        ("O'Neil", {"o'neil", "o’neil", "neil"}),
        ("Jo", set()),
        ("", set()),
        ("🌻", set()),
    ],
)  # fmt: skip
def test_of_an_account_only_the_name_is_taken(account: str, ways: set[str]) -> None:
    """Two letters by themselves are words more often than they are somebody of the team."""
    assert names.forms_of_account(account) == ways


# The people of a workspace -------------------------------------------------------------------------------------------


def say_hello(live: Live, person: Who, *called: str, key: str = "") -> None:
    event = Open(at=AT, page="home")
    live.take(inbound(person, event, key).model_copy(update={"names": called}))


def test_people_of_the_workspace_are_known_to_everybody_there_and_nobody_elsewhere(live: Live) -> None:
    for person in (ADA, BEN, ZOE):
        say_hello(live, person)
    assert known(live.store, BEN, certain=False) is None
    say_hello(live, ADA, "Ada Pérez", "adita")
    for words in ("ADA", "ada perez", "Pérez", "Adita"):
        assert takes_out(live.store, BEN, words, certain=False)
        assert not takes_out(live.store, ZOE, words, certain=False)
    say_hello(live, ZOE, "Ada Pérez")
    one, other = (known(live.store, person, certain=False) for person in (BEN, ZOE))
    assert one is not None
    assert other is not None
    assert not one.hashes & other.hashes, "workspaces cannot be compared"
    assert set(rows(live.store, t.roster_names)[0]) == {"tenant_id", "hash"}, "nobody's in particular"


def test_names_that_are_known_cost_a_turn_nothing(live: Live) -> None:
    say_hello(live, ADA, "Ada Pérez")
    before = rows(live.store, t.roster_names)
    with live.store.transaction() as tx:
        tx.load(ADA, AT)
        tx.wire = None  # type: ignore[assignment]  # whatever it asks of the database falls over
        tx.heard("local", "north", ("Ada Pérez",))
    say_hello(live, BEN, "Ada Pérez")
    assert rows(live.store, t.roster_names) == before


def test_names_of_a_turn_that_was_undone_are_heard_of_again(live: Live) -> None:
    def fails() -> None:
        with live.store.transaction() as tx:
            tx.load(ADA, AT)
            tx.heard("local", "north", ("Ada Pérez",))
            raise Refusal("no", "No.")

    say_hello(live, ADA, key="seen")
    assert isinstance(failure(fails), Refusal)
    say_hello(live, ADA, "Ada Pérez", key="seen")
    assert rows(live.store, t.roster_names) == []
    say_hello(live, ADA, "Ada Pérez")
    assert takes_out(live.store, ADA, "Pérez", certain=False)


def test_what_another_process_heard_of_is_known_here(opened: Callable[[], SqlStore]) -> None:
    here, there = opened(), opened()
    with here.transaction() as tx:
        tx.load(ADA, AT)
        tx.heard("local", "north", ("Ada",))
    assert takes_out(here, ADA, "Ada", certain=False)
    with there.transaction() as tx:
        tx.heard("local", "north", ("Ada", "Benjamín"))
        tx.heard("local", "nowhere", ("Zoe",))
    assert takes_out(here, ADA, "benjamin", certain=False)
    assert len({row["tenant_id"] for row in rows(here, t.roster_names)}) == 1


def test_what_people_can_write_into_their_profiles_has_an_end(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_names, "_MOST", 10)
    for number in range(30):
        say_hello(live, ADA, f"Name{chr(97 + number)}")
    assert len(rows(live.store, t.roster_names)) == 10


def test_names_go_with_their_workspace_and_are_known_again_when_it_comes_back(live: Live) -> None:
    store = live.store
    store.installations.save(Installation("local", "north", "UBOT", "xoxb"), AT)
    for person in (ADA, ZOE):
        say_hello(live, person, "Ada Pérez")
    store.installations.remove("local", "north", AT)
    store.sweep(AT + timedelta(days=30))
    assert len({row["tenant_id"] for row in rows(store, t.roster_names)}) == 1
    assert takes_out(store, ZOE, "Ada", certain=False)
    say_hello(live, ADA, "Ada Pérez")
    assert takes_out(store, ADA, "Ada", certain=False)


def test_a_key_for_names_that_is_made_later_is_wrapped_anew_like_the_others(live: Live, tmp_path: Path) -> None:
    say_hello(live, ADA, "Ada Pérez")
    path = tmp_path / "afterword.key"
    path.write_text(new_key() + "\n" + path.read_text())
    live.store.keys.heartbeat()
    assert rotate(live.store.keys) > 0
    path.write_text(path.read_text().split("\n")[0] + "\n")
    live.store.keys._purposes.clear()  # as a process that begins now
    live.store.keys.heartbeat()
    assert takes_out(live.store, ADA, "Pérez", certain=False)


# Where names come from -----------------------------------------------------------------------------------------------


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


@in_a_loop
async def test_slack_tells_the_names_of_profiles_that_are_read_anyway(files: Pair, ring: Keyring) -> None:
    async with in_slack(files, ring) as home:
        for user, name in (("UADA", "ada quillfeather"), ("UBEN", "benjamín moss"), ("ULUZ", "luz marina ríos")):
            home.slack.workspaces[TEAM].people[user].name = name
        await home.phone().open_home()
        assert takes_out(home.store, home.who(), "Quillfeather", certain=False)
        assert not takes_out(home.store, home.who(), "Moss", certain=False), "nobody's profile is read for this alone"
        await home.shell.on_store(lambda: home.store.set_lead(home.who(), home.clock.time))
        ada = home.phone()
        await ada.open_home()
        await ada.tap("open:setup", in_="home")
        await ada.pick_people("UBEN", "ULUZ", into="field:members")
        await ada.submit()
        for words in ("Moss", "benjamin", "Luz Marina Rios"):
            assert takes_out(home.store, home.who(), words, certain=False), words
        home.slack.workspaces[TEAM].people["UADA"].name = "ada feathermoss"
        await home.slack.user_changed(TEAM, "UADA")
        await ada.open_home()
        assert takes_out(home.store, home.who(), "Feathermoss", certain=False), "married, or divorced"


@in_a_loop
async def test_a_program_of_slacks_is_nobody(files: Pair, ring: Keyring) -> None:
    async with in_slack(files, ring) as home:
        person = home.slack.workspaces[TEAM].people["UADA"]
        person.name, person.bot = "quillfeather", True
        await home.phone().open_home()
        assert rows(home.store, t.roster_names) == []


@in_a_loop
async def test_in_slack_a_list_is_made_in_a_window_and_its_names_are_not_seen_again(files: Pair, ring: Keyring) -> None:
    async with in_slack(files, ring) as home:
        ada = home.phone()
        await ada.command("/reflect", "names")
        await ada.type("Mina Quillfeather", into="field:names")
        await ada.submit()
        assert word("names-added") in ada.screen("modal")
        await ada.tap(word("names-add-title"), in_="modal")
        assert "Quillfeather" not in ada.screen("modal")
        assert "Quillfeather" not in repr(ada.top.spec)
        await ada.type("J", into="field:names")
        await ada.submit()
        assert word("names-short") in ada.screen("modal")
        assert takes_out(home.store, home.who(), "quillfeather")
        assert "Quillfeather" not in repr(home.slack.dms)


@in_a_loop
async def test_teams_tells_the_name_of_whoever_acts_and_of_a_roster_that_is_read(files: Pair, ring: Keyring) -> None:
    async with in_teams(files, ring) as home:
        for handle, name in (("ada", "Ada Quillfeather"), ("ben", "Moss, Benjamín (External)")):
            home.teams.who(TENANT, handle).name = name
        ada = home.client()
        await ada.install()
        await ada.say("hello")
        assert takes_out(home.store, home.who(), "ada quillfeather", certain=False)
        assert not takes_out(home.store, home.who(), "Moss", certain=False)
        team: MsTeam = home.teams.team(TENANT, "Home visitors", ("ada", "ben"))
        await home.teams.add_to_team(team, "ada")
        await home.app._rosters.names(TENANT)  # as a form with people in it does
        for words in ("Moss", "benjamin"):
            assert takes_out(home.store, home.who(), words, certain=False), words
        assert not takes_out(home.store, home.who(), "External", certain=False)


def test_a_workspace_is_not_made_known_by_its_names(live: Live) -> None:
    live.run(lambda: live.shell.heard("teams", "nowhere", ["Ada Pérez"]))
    assert rows(live.store, t.tenants) == []
    with live.store.transaction() as tx:
        tenant(tx.wire, "teams", "somewhere", AT.date())
    many = [f"Person{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(450)]
    live.run(lambda: live.shell.heard("teams", "somewhere", many))
    assert len(rows(live.store, t.roster_names)) == 450


def test_a_stranger_has_no_names(live: Live) -> None:
    with live.store.transaction() as tx:
        assert tx.names(ADA) == ()
    live.do(ADA, Command(at=AT, name="help"))
    with live.store.transaction() as tx:
        assert tx.names(ADA) == ()
