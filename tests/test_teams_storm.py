"""Teams as it is on a bad day: everything comes twice, late or at once, from several devices, while the connector, the
store or both are away. Nothing is lost, nothing is said twice, and no tap waits for what Teams takes its time over."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from conftest import AT, Pair, key_rows, rows
from fake_teams import Answer, Client, FakeTeams
from slack_house import in_a_loop, until
from sqlalchemy.exc import OperationalError
from talks import library
from teams_hands import Hands, begun, dos, opened, uncovered
from teams_house import TENANT
from test_teams_door import (
    OTHER,
    Gate,
    client,
    fetch,
    gate,
    install,
    prompts,
    quoted,
    say,
    stored,
    talk_of,
    waved_through,
)

from bot import promptly
from bot.events import Inbound, Who
from bot.ports import LostRace, Refusal
from storage import keytables
from storage import tables as t
from storage.keyring import Keyring

Json = dict[str, Any]

#: Real seconds that a slow connector takes, where a test waits for it at all.
SLOW = 0.4
WEEK = timedelta(days=7)
ROUNDS = 24
SEED = 20261129
SOAK = 20


__all__ = ["waved_through"]


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(SEED, SEED + (SOAK if metafunc.config.getoption("soak") else 1)))


def word(name: str) -> str:
    return library().word("en", name)


def kept(home: Gate, handle: str = "ada") -> str:
    return json.dumps([one.model_dump(mode="json") for one in home.store.reflections(home.who(handle))])


def lines(home: Gate, handle: str = "ada") -> int:
    """Messages of ours in somebody's chat."""
    return len(client(home, handle).posts())


# Everything once more


async def a_day(home: Gate) -> Hands:
    """Something of every kind: installed, said, opened in a dialog, put off, answered in the chat, finished."""
    ada = client(home)
    hands = await opened(ada)
    await hands.answer()
    await ada.tap("command:pause")
    await home.settled()
    await ada.say("continue")
    await ada.tap("choose:here")
    await hands.answer()
    await ada.tap("choose:private")
    await hands.finish()
    await ada.close_dialog()
    await home.settled()
    return hands


def kind(activity: Json) -> str:
    return str(activity.get("name") or activity["type"])


@in_a_loop
async def test_what_comes_again_byte_for_byte_changes_nothing(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        await a_day(home)
        before, sent = stored(home), list(home.teams.sent)
        kinds = {kind(one.activity) for one in sent}
        assert kinds >= {"message", "task/fetch", "task/submit", "adaptiveCard/action", "installationUpdate"}
        for one in (*sent, *reversed(sent)):
            answer = await home.teams.repeat(one)
            assert answer.status == 200
        await home.settled()
        assert stored(home) == before
        assert len(home.store.reflections(home.who())) == 1


@in_a_loop
async def test_an_invoke_that_comes_again_gets_the_place_that_is_now(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        for _ in range(3):
            asked = home.teams.sent[-1]
            assert kind(asked.activity) == "task/submit"
            again = await home.teams.repeat(asked)
            assert prompts(again.json) == prompts(hands.client.dialog)
            await hands.answer()
            late = await home.teams.repeat(asked)  # the answer to it is another by now
            assert prompts(late.json) == prompts(hands.client.dialog)
        first = next(one for one in home.teams.sent if kind(one.activity) == "task/fetch")
        assert prompts((await home.teams.repeat(first)).json) == prompts(hands.client.dialog)


@in_a_loop
async def test_an_action_on_a_card_that_comes_again_gets_the_place_that_is_now(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        ada = hands.client
        await ada.close_dialog()
        await ada.say("continue")
        await ada.tap("choose:here")
        chosen = home.teams.sent[-1]
        assert prompts((await home.teams.repeat(chosen)).json) == prompts(hands.card)
        await hands.answer()
        for late in (chosen, home.teams.sent[-1]):
            again = await home.teams.repeat(late)
            assert prompts(again.json) == prompts(hands.card)
            assert "marker" not in again.body
        assert not ada.trouble


@in_a_loop
async def test_a_repetition_that_comes_while_the_first_is_being_answered_changes_nothing(
    files: Pair, ring: Keyring
) -> None:
    async with gate(files, ring) as home:
        activities = [install(home), say(home, "reflect quick-visit"), fetch(home, {"do": "choose:private"})]
        for activity in activities:
            answers = await asyncio.gather(*(home.teams.send(activity) for _ in range(3)))
            assert {answer.status for answer in answers} == {200}
            assert len({json.dumps(sorted(prompts(answer.json))) for answer in answers}) == 1
        await home.settled()
        assert len(rows(home.store, t.participants)) == 1
        (welcome,) = rows(home.store, t.deliveries)
        assert (welcome["state"], welcome["attempts"]) == ("sent", 0)


@in_a_loop
async def test_a_line_that_comes_again_is_not_answered_again(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        ada = client(home)
        await ada.install()
        await home.settled()
        await ada.say("hello")
        said = lines(home)
        assert (await home.teams.repeat()).status == 200
        assert lines(home) == said


@in_a_loop
async def test_a_line_that_comes_again_while_its_answer_waits_is_answered_once(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        ada = client(home)
        await ada.install()
        await home.settled()
        said = lines(home)
        home.teams.limit(1, retry_after=30)
        await ada.say("hello")
        assert (await home.teams.repeat()).status == 200
        await by_and_by(home, lambda: lines(home) > said)
        home.hurry.let(600)
        await home.tick(AT + timedelta(hours=1))
        assert lines(home) == said + 1


@in_a_loop
async def test_a_line_that_comes_three_times_at_once_is_answered_once(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        await home.teams.send(install(home))
        await home.settled()
        said, activity = lines(home), say(home)
        answers = await asyncio.gather(*(home.teams.send(activity) for _ in range(3)))
        assert {answer.status for answer in answers} == {200}
        assert lines(home) == said + 1


def dos_of(cards: list[Json]) -> list[str]:
    return sorted(do for card in cards for do in dos(card))


def doubled(ada: Client) -> Client:
    """A finger that trembles: every tap is two."""
    tap = ada.tap

    async def twice(wanted: str, on: str = "") -> Answer | None:
        first, second = await asyncio.gather(tap(wanted, on), tap(wanted, on))
        for answer in (first, second):
            assert answer is None or answer.ok
        return first

    ada.tap = twice  # type: ignore[method-assign]
    return ada


@pytest.mark.parametrize("script", ["everything", "between-sites"])
@in_a_loop
async def test_a_finger_that_trembles_answers_each_question_once(files: Pair, ring: Keyring, script: str) -> None:
    async with gate(files, ring) as home:
        once = await begun(client(home, "ben"), script)
        await once.finish()
        hands = await begun(doubled(client(home)), script)
        await hands.finish()
        assert hands.said == once.said
        assert questions(home, "ada") == questions(home, "ben")
        assert word("late-words") not in json.dumps([one.answer.json for one in home.teams.sent])
        assert not hands.client.trouble
        await home.settled()
        assert lines(home, "ada") == lines(home, "ben")


def questions(home: Gate, handle: str) -> list[Any]:
    """All that somebody keeps, but for its ids."""
    return [(one.script, one.finished, one.answers) for one in home.store.reflections(home.who(handle))]


@in_a_loop
async def test_a_finger_that_trembles_on_a_card_in_the_chat_chooses_once(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        places = []
        for ada in (client(home, "ben"), doubled(client(home))):
            hands = await begun(ada, "between-sites")
            await ada.close_dialog()
            await ada.say("continue")
            await ada.tap("choose:here")
            while await hands.answer_here():
                pass
            (talk,) = talk_of(home, home.who(ada.person.handle))
            session = talk["talk"].session
            assert session is not None
            places.append((session.cursor, session.visit, {name: one.values for name, one in session.answers.items()}))
            assert not ada.trouble
        assert places[0] == places[1]


@pytest.mark.parametrize("way", ["command:skip", "command:back", "command:safety", "command:pause"])
@in_a_loop
async def test_a_finger_that_trembles_on_a_way_out_takes_it_once(files: Pair, ring: Keyring, way: str) -> None:
    async with gate(files, ring) as home:
        places = []
        for ada in (client(home, "ben"), doubled(client(home))):
            hands = await begun(ada, "everything")
            for _ in range(3):
                await hands.answer()
            await ada.tap(way)
            (talk,) = talk_of(home, home.who(ada.person.handle))
            session = talk["talk"].session
            assert session is not None
            places.append((session.cursor, session.visit, session.paused, len(session.answers)))
            assert not ada.trouble
        assert places[0] == places[1]


# Something else than Teams sends


NOISE: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, float("nan"), "", "x" * 5000, "\u0000", "\ud800", "🜂", "personal", "clientInfo", [], {},
    [[]], {"id": {}}, ["a", 1], {"type": "clientInfo", "locale": 1}, {"do": "write", "write": 1}, 10**30, "../..",
)  # fmt: skip


def spoiled(payload: Any, chance: Random) -> Any:
    """The same activity with one part of it replaced, left out or doubled."""
    if not isinstance(payload, dict | list) or not payload or chance.random() < 0.15:
        return chance.choice(NOISE)
    if isinstance(payload, list):
        at = chance.randrange(len(payload))
        return [*payload[:at], spoiled(payload[at], chance), *payload[at + 1 :]]
    name = chance.choice(sorted(payload))
    if chance.random() < 0.1:
        return {key: value for key, value in payload.items() if key != name}
    return {**payload, name: spoiled(payload[name], chance)}


@in_a_loop
async def test_no_activity_however_odd_makes_the_server_fail(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    """Each of them well signed, with the address that it says."""
    caplog.set_level(logging.DEBUG)
    async with gate(files, ring) as home:
        team = home.teams.team(TENANT, "Home visitors", members=("ada", "ben"))
        await a_day(home)
        await home.teams.add_to_team(team, "ada")
        await home.teams.remove_from_team(team, "ada")
        sound = [one.activity for one in home.teams.sent]
        assert {kind(each) for each in sound} >= {"task/fetch", "task/submit", "adaptiveCard/action", "message"}
        chance, answers = Random(7), []
        for _ in range(400):
            odd = spoiled(chance.choice(sound), chance)
            url = odd.get("serviceUrl") if isinstance(odd, dict) else None
            token = home.teams.signed(serviceurl=url) if isinstance(url, str) else None
            answers.append((await home.teams.send(json.dumps(odd).encode(), token=token), odd))
        for answer, odd in answers:
            assert answer.status in (200, 400, 401, 403, 501), (answer, odd)
            assert "Traceback" not in answer.body
        assert quoted(caplog, "marker") == []
        assert not [record for record in caplog.records if record.exc_info]
        home.teams.rejected.clear()


# Several devices


@in_a_loop
async def test_what_is_written_on_two_devices_at_once_is_not_lost(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        phone, desk = hands.client, home.teams.client(TENANT, "ada", "desktop")
        await desk.say("continue")
        await desk.tap("choose:private")
        await phone.type("From the phone, marker", into="write")
        await desk.type("From the desk, marker", into="write")
        answers = await asyncio.gather(phone.tap("write"), desk.tap("write"))
        assert all(answer is not None and answer.ok for answer in answers)
        assert prompts(phone.dialog) == prompts(desk.dialog)
        await hands.finish()
        for words in ("From the phone, marker", "From the desk, marker"):
            assert kept(home).count(words) == 1
        assert not phone.trouble + desk.trouble


@in_a_loop
async def test_the_same_words_from_two_devices_are_two_answers_only_where_two_were_asked(
    files: Pair, ring: Keyring
) -> None:
    """Each device has a drawing of its own, so the second is late: it waits in the box, and answers nothing."""
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        desk = home.teams.client(TENANT, "ada", "desktop")
        await desk.say("continue")
        await desk.tap("choose:private")
        for device in (hands.client, desk):
            await device.type("Word for word, marker", into="write")
            await device.tap("write")
        (talk,) = talk_of(home, home.who())
        session = talk["talk"].session
        assert session is not None
        assert len(session.answers) == 1


# Old cards, and cards of others


@in_a_loop
async def test_a_dialog_of_last_week_leads_to_where_the_person_is(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        phone, desk = hands.client, home.teams.client(TENANT, "ada", "desktop")
        await phone.type("What I typed a week ago, marker", into="write")
        await desk.say("continue")
        await desk.tap("choose:private")
        await Hands(desk).finish()
        await home.tick(AT + WEEK)
        (kept_before,) = home.store.reflections(home.who())
        answer = await phone.tap("write")
        assert answer is not None
        assert answer.status == 200
        assert word("begun-aside") in phone.screen()  # a new reflection holds the words
        assert phone.value("write") == "What I typed a week ago, marker"
        assert home.store.reflections(home.who()) == (kept_before,)
        assert not phone.trouble


def taps(home: Gate) -> Iterator[Json]:
    """Every tap that Teams has ever sent, as one that has not been seen yet."""
    for number, one in enumerate(list(home.teams.sent)):
        if kind(one.activity) in ("task/fetch", "task/submit", "adaptiveCard/action"):
            yield {**one.activity, "id": f"f:old-{number}"}


@in_a_loop
async def test_no_card_of_last_week_does_any_harm(files: Pair, ring: Keyring) -> None:
    """Each of its buttons, tapped anew: what is kept stays, and the answer is where the person is."""
    async with gate(files, ring) as home:
        await a_day(home)
        await home.tick(AT + WEEK)
        hands = await begun(client(home), "everything")
        await hands.answer()
        reflections, here = home.store.reflections(home.who()), prompts(hands.client.dialog)
        answers = [await home.teams.send(activity) for activity in taps(home)]
        assert {answer.status for answer in answers} == {200}
        assert home.store.reflections(home.who()) == reflections
        for answer in answers:
            if "task" in (answer.json or {}):
                assert prompts(answer.json) <= here
        await hands.finish()
        assert len(home.store.reflections(home.who())) == 2
        assert not hands.client.trouble


@in_a_loop
async def test_every_card_in_the_chat_can_be_tapped_a_week_later(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        await a_day(home)
        await home.tick(AT + WEEK)
        ada, reflections = client(home), home.store.reflections(home.who())
        for post in ada.posts():
            for do in dos_of(post.cards):
                await ada.tap(do, on=post.id)
                if ada.dialog is not None:
                    assert dos(ada.dialog)
                    await ada.close_dialog()
        assert home.store.reflections(home.who()) == reflections
        assert not ada.trouble


@in_a_loop
async def test_a_button_of_somebody_else_s_card_answers_nothing_of_theirs(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home), "everything")
        for _ in range(3):
            await hands.answer()
        ben = client(home, "ben")
        await ben.install()
        before, mine = talk_of(home, home.who()), home.teams.personal(ben.person)
        account = {"id": ben.person.member_id, "aadObjectId": ben.person.aad}
        for activity in list(taps(home)):
            value = {**activity["value"], "data": {**activity["value"]["data"], "write": ""}}
            place = {**activity["conversation"], "id": mine.id}
            answer = await home.teams.send({**activity, "from": account, "conversation": place, "value": value})
            assert answer.status == 200
            assert "marker" not in answer.body
        assert talk_of(home, home.who()) == before
        await hands.finish()
        assert not hands.client.trouble


# Our own store is away


def away(kind: str) -> Callable[..., Any]:
    errors: dict[str, Exception] = {
        "database": Refusal("database", "away"),
        "race": LostRace(),
        "driver": OperationalError("SELECT canary-4711", {}, Exception("canary-4711")),
        "bug": RuntimeError("canary-4711"),
    }

    def fails(*_: Any, **__: Any) -> Any:
        raise errors[kind]

    return fails


AWAY = ("database", "race", "driver", "bug")


@pytest.mark.parametrize("how", AWAY)
@in_a_loop
async def test_while_the_store_is_away_what_was_typed_stays_in_the_dialog(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        ada, before = hands.client, stored(home)
        await ada.type("Typed on a bad day, marker", into="write")
        with monkeypatch.context() as patch:
            patch.setattr(home.store, "transaction", away(how))
            answer = await ada.tap("write")
        assert answer is not None
        assert (answer.status, answer.body) == (500, "")
        assert ada.trouble == ["something went wrong: 500"]
        assert ada.value("write") == "Typed on a bad day, marker"
        assert stored(home) == before
        assert quoted(caplog, "canary-4711", "marker") == []
        assert not [record for record in caplog.records if record.exc_info]
        assert (await ada.again()).status == 200
        await hands.finish()
        assert kept(home).count("Typed on a bad day, marker") == 1


@in_a_loop
async def test_while_the_store_is_away_every_kind_is_asked_for_again_and_then_taken(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gate(files, ring) as home:
        ada = client(home)
        steps: tuple[Callable[[], Awaitable[Any]], ...] = (
            lambda: ada.install(order=("installationUpdate",)),
            lambda: ada.say("reflect quick-visit"),
            lambda: ada.tap("choose:private"),
            lambda: ada.tap("choose:keep"),
            lambda: ada.tap("command:pause"),
            lambda: ada.tap("choose:here"),
        )
        for step in steps:
            with monkeypatch.context() as patch:
                patch.setattr(home.store, "transaction", away("database"))
                patch.setattr(home.store.installations, "find", away("database"))
                await step()
            assert home.teams.sent[-1].answer.status == 500
            await step_again(home, ada)
            await home.settled()
        (talk,) = talk_of(home, home.who())
        assert talk["talk"].session is not None
        assert talk["talk"].session.here


async def step_again(home: Gate, ada: Client) -> None:
    """As Teams does: the same once more, and the person sees what comes of it."""
    if kind(home.teams.sent[-1].activity) == "installationUpdate":
        answer = await home.teams.repeat()
    else:
        answer = await ada.again()
    assert answer.status == 200


@in_a_loop
async def test_what_fails_after_the_commit_is_not_done_twice(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was taken, and then what comes next could not be drawn."""
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        ada = hands.client
        await ada.type("Typed on a bad day, marker", into="write")
        with monkeypatch.context() as patch:
            patch.setattr(home.app._talking.drawing, "private", lambda *_, **__: 1 / 0)
            answer = await ada.tap("write")
        assert answer is not None
        assert answer.status == 500
        assert (await ada.again()).status == 200
        assert Hands(ada).verbs(ada.dialog or {}) != {"write"}
        await hands.finish()
        assert kept(home).count("Typed on a bad day, marker") == 1


@pytest.mark.parametrize("code", ["key-missing", "name", "not-lead", "settings"])
@in_a_loop
async def test_what_cannot_be_done_is_said_in_one_kind_sentence_in_the_dialog(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        ada = hands.client

        def refused(inbound: Inbound, found: Any) -> Any:
            raise Refusal(code, "Only who leads the program can set up a team.")

        with monkeypatch.context() as patch:
            patch.setattr(home.shell, "take", refused)
            answer = await ada.tap("command:skip")
        assert answer is not None
        assert answer.status == 200
        assert "Only who leads the program can set up a team." in ada.screen()
        await ada.tap(word("resume-button"))
        assert hands.asked
        assert not ada.trouble


# Teams' connector is away


#: What is ordered of the connector for so many calls.
FAULTS: dict[str, Callable[[FakeTeams, int | None], None]] = {
    "too many": lambda teams, times: teams.limit(times, retry_after=30),
    "too many, without a number": lambda teams, times: teams.limit(times, retry_after=None),
    "412": lambda teams, times: teams.fail(412, times),
    "500": lambda teams, times: teams.fail(500, times),
    "502 of a gateway": lambda teams, times: teams.fail(502, times, body=b"<html>bad gateway</html>"),
    "504": lambda teams, times: teams.fail(504, times),
    "a broken connection": lambda teams, times: teams.drop(times),
}


#: One of each class, where nothing depends on more.
SOME = ("too many", "502 of a gateway", "a broken connection")


async def by_and_by(home: Gate, there: Callable[[], bool]) -> None:
    """Until it is there; half a minute goes by in each round, and at most some minutes."""
    for _ in range(12):
        for _ in range(20):
            if there():
                return
            await asyncio.sleep(0.005)
        home.hurry.let(31)
    raise AssertionError("it has not come in minutes")


@in_a_loop
async def test_a_dialog_does_not_care_what_the_connector_does(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        home.teams.delay(SLOW, None)
        home.teams.drop(None)
        calls, sent = len(home.teams.calls), len(home.teams.sent)
        await hands.finish()
        assert len(home.teams.calls) - calls <= 1  # the goodbye, which is owed and not waited for
        assert max(one.answer.ms for one in home.teams.sent[sent:]) < 1000 * SLOW
        assert kept(home).count("marker") == len(hands.said)
        home.teams.lift()


@pytest.mark.parametrize("how", FAULTS)
@in_a_loop
async def test_a_typed_line_is_acknowledged_at_once_and_answered_once_when_teams_lets_us(
    files: Pair, ring: Keyring, how: str
) -> None:
    async with gate(files, ring) as home:
        ada = client(home)
        await ada.install()
        await home.settled()
        before, calls = lines(home), len(home.teams.called("send"))
        FAULTS[how](home.teams, 2)
        answer = await ada.say("hello")
        assert (answer.status, lines(home)) == (200, before)
        assert answer.ms < 1000 * SLOW
        await by_and_by(home, lambda: lines(home) > before)
        assert word("greeting") in ada.screen()
        home.hurry.let(600)
        await home.tick()
        assert lines(home) == before + 1
        assert len(home.teams.called("send")) - calls <= 3


@pytest.mark.parametrize("how", SOME)
@in_a_loop
async def test_a_card_in_the_chat_turns_at_once_and_the_stored_one_by_and_by(
    files: Pair, ring: Keyring, how: str
) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        ada = hands.client
        await ada.close_dialog()
        await ada.say("continue")
        stored_before = ada.chat()[-1]
        FAULTS[how](home.teams, 2)
        answer = await ada.tap("choose:here")
        assert answer is not None
        assert answer.ok
        assert answer.ms < 1000 * SLOW
        assert ada.view is not None
        assert "write" in dos(ada.view)
        assert ada.chat()[-1] == stored_before
        await by_and_by(home, lambda: ada.chat()[-1] != stored_before)
        assert "write" in dos(ada.posts()[-1].cards[0])
        assert len(home.teams.called("update")) <= 3
        assert not ada.trouble


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no test waits for seconds."""
    monkeypatch.setattr(promptly, "BUDGET", SLOW / 4)


@pytest.mark.usefixtures("impatient")
@in_a_loop
async def test_an_action_on_a_card_is_answered_before_a_slow_connector_has_stored_the_next(
    files: Pair, ring: Keyring
) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        ada = hands.client
        await ada.close_dialog()
        await ada.say("continue")
        before = ada.chat()[-1]
        home.teams.delay(SLOW, method="update")
        answer = await ada.tap("choose:here")
        assert answer is not None
        assert answer.ms < 1000 * SLOW
        assert (ada.chat()[-1], ada.view is not None) == (before, True)
        await until(lambda: ada.chat()[-1] != before)
        assert len(home.teams.called("update")) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("old", [False, True])
@in_a_loop
async def test_a_line_is_acknowledged_before_a_slow_connector_has_taken_the_answer(
    files: Pair, ring: Keyring, old: bool
) -> None:
    """`old`: a client whose taps are messages."""
    async with gate(files, ring) as home:
        ada = home.teams.client(TENANT, "ada", "phone", old_client=old)
        await begun(ada)
        await ada.close_dialog()
        await ada.say("continue")
        before, calls = ada.chat(), len(home.teams.called("send", "update"))
        home.teams.delay(SLOW)
        answer = await (ada.tap("choose:here") if old else home.teams.send(say(home)))
        assert answer is not None
        assert answer.ms < 1000 * SLOW
        assert ada.chat() == before
        await until(lambda: ada.chat() != before)
        assert len(home.teams.called("send", "update")) == calls + 1


@in_a_loop
async def test_of_two_changes_that_wait_for_one_card_the_newer_is_stored(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        ada = hands.client
        await ada.close_dialog()
        await ada.say("continue")
        home.teams.limit(None, retry_after=30, method="update")
        await ada.tap("choose:here")
        await hands.answer()
        newest = ada.view
        home.teams.lift()
        before = ada.posts()[-1].versions[-1]
        await by_and_by(home, lambda: ada.posts()[-1].versions[-1] != before)
        home.hurry.let(600)
        await home.tick()
        assert ada.posts()[-1].cards[0] == newest
        assert len(ada.posts()[-1].versions) == 2


@pytest.mark.parametrize("how", SOME)
@in_a_loop
async def test_what_is_owed_to_a_chat_arrives_once_and_in_order(files: Pair, ring: Keyring, how: str) -> None:
    async with gate(files, ring) as home:
        ada = client(home)
        await ada.install()
        await home.settled()
        (welcome,) = ada.posts()
        FAULTS[how](home.teams, None)
        await put_off_and_finished(home, ada, welcome.id)
        assert len(ada.posts()) == 1
        calls = len(home.teams.called("send"))
        home.teams.lift()
        for hour in range(1, 6):
            home.hurry.let(3600)
            await home.tick(AT + timedelta(hours=hour))
        heads = [screen.partition("\n")[0] for screen in ada.chat()[1:]]
        assert heads == [word("pause"), word("goodbye")]
        assert len(home.teams.called("send")) - calls == 2


async def put_off_and_finished(home: Gate, ada: Client, welcome: str) -> None:
    """Two messages are owed to the chat then. The way in is the first card of all."""
    await ada.tap("choose:private", on=welcome)
    hands = Hands(ada)
    await hands.answer()
    await ada.tap("command:pause")
    await home.settled()
    await ada.tap("choose:private", on=welcome)
    await hands.finish()
    await ada.close_dialog()
    await home.settled()
    assert not ada.trouble


# Everything at once


SAID = (
    "reflect", "reflect everything", "help", "stop", "continue", "my data", "español", "delete", "yes", "1", "skip",
    "What stayed with me, marker, was the small hand on the blanket.", "word " * 500,
)  # fmt: skip


ONWARD = ("choose:keep", "choose:done", "choose:never", "choose:private", "choose:one", "tick")


async def one_thing(chance: Random, device: Client, number: int) -> None:
    """Mostly what leads onward, else anything that can be done at a device."""
    if device.dialog is None and chance.random() < 0.3:
        await device.say(chance.choice(SAID))
        return
    if device.dialog is not None and chance.random() < 0.05:
        await device.close_dialog()
        return
    await uncovered(device)
    card, offered = Hands(device).card, device.buttons()
    onward = sorted(do for do in dos(card) if do in ONWARD or do.startswith("rate:"))
    if onward and chance.random() < 0.6:
        offered = onward
    elif "write" in dos(card) and chance.random() < 0.7:
        await device.type(f"My own words, marker {number}.", into="write")
        offered = ["write"]
    elif device.dialog is None and chance.random() < 0.3:
        post = chance.choice(device.posts())
        offered = dos_of(post.cards)
    if offered:
        await device.tap(chance.choice(offered))


def something_goes_wrong(home: Gate, chance: Random) -> None:
    match chance.randrange(8):
        case 0:
            home.teams.roll_keys(withdraw=True)
            home.hurry.let(300)
        case 1:
            home.teams.revoke_tokens()
            home.hurry.let(10)
        case 2:
            home.teams.lose(1, method="update")
        case 3:
            home.teams.lift()
        case _:
            FAULTS[chance.choice(tuple(FAULTS))](home.teams, chance.randint(1, 3))


@in_a_loop
async def test_whatever_comes_at_once_nobody_sees_an_error_and_rows_and_keys_belong_together(
    files: Pair, ring: Keyring, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = Random(seed)
    async with gate(files, ring) as home:
        people = [(TENANT, "ada"), (TENANT, "ben"), (OTHER, "ada")]
        devices = [home.teams.client(*one, device) for one in people for device in ("phone", "desktop")]
        await asyncio.gather(*(device.install(order=("installationUpdate",)) for device in devices))
        await home.settled()
        for number in range(ROUNDS):
            if number % 3 == 0:
                something_goes_wrong(home, chance)
            if number == ROUNDS // 2:
                await home.again()
            await asyncio.gather(*(one_thing(chance, device, number) for device in devices))
            await home.teams.repeat(chance.choice(home.teams.sent[-12:]))
            home.hurry.let(chance.choice((1, 5, 60)))
            await home.tick(home.clock.time + timedelta(seconds=chance.choice((1, 60, 3600))))
        assert {one.answer.status for one in home.teams.sent} <= {200, 401}  # for what comes again with an old key
        assert not [trouble for device in devices for trouble in device.trouble]
        bots = [each for tenant in (TENANT, OTHER) for each in home.teams.everything_stored(tenant)]
        assert "marker" not in json.dumps([each for each in bots if each["from"]["id"].startswith("28:")])
        assert quoted(caplog, "marker") == []
        belongs_together(home, [home.who(handle, tenant) for tenant, handle in people])


def belongs_together(home: Gate, people: list[Who]) -> None:
    store = home.store
    named = {row["key_id"] for row in rows(store, t.participants)}
    named |= {row["talk_key_id"] for row in rows(store, t.conversations) if row["talk_key_id"]}
    assert {row["id"] for row in key_rows(store, keytables.data_keys)} == named
    for person in people:
        assert store.verify_consents(person)
