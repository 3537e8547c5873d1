"""A voice message, a picture or a file in the chat: declined kindly, never fetched, kept nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import slack_hands
import slack_house
import teams_hands
import teams_house
from aiohttp import web
from conftest import Pair
from hypothesis import given
from hypothesis import strategies as st
from searching import found, stored
from slack_house import in_a_loop
from talks import AT, Talk, library
from test_engine import begun
from test_slack_reading import message
from test_teams_reading import sent

from adapters.teams.reading import read
from bot.conversation import Program
from bot.events import Say
from storage.keyring import Keyring

DECLINED = {locale: library().word(locale, "files-declined") for locale in ("en", "es")}
LANGUAGES = {"en": "UADA", "es": "ULUZ"}
NAME = "zqvoice-quillfeather"
WORDS = "She would not let go of the door today"

VOICE = {"id": "F1", "name": f"{NAME}.webm", "mimetype": "audio/webm", "subtype": "slack_audio"}
PICTURE = {"id": "F2", "name": f"{NAME}.jpg", "mimetype": "image/jpeg"}
TEXT = {"contentType": "text/html", "content": "<p>hello</p>"}
FILE = "application/vnd.microsoft.teams.file.download.info"


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


# What the engine does with it ----------------------------------------------------------------------------------------


def in_every_place() -> dict[str, Talk]:
    """Conversations as they may stand when a file comes."""
    fresh, open_, idle, here = Talk(), begun(), begun(), begun()
    idle.write("stop")
    here.say("continue")
    here.tap("here", surface="message")
    strict = begun()
    strict.facts = strict.facts.model_copy(update={"program": Program(refuse_typed=True)})
    return {"nobody yet": fresh, "open": open_, "nothing open": idle, "in the chat": here, "nothing typed": strict}


@pytest.mark.parametrize("place", in_every_place())
def test_a_file_alone_is_declined_in_one_sentence_and_changes_nothing(place: str) -> None:
    talk = in_every_place()[place]
    before = talk.conversation
    turn = talk.take(Say(at=talk.at, text="", files=True))
    assert (talk.conversation, turn.effects) == (before, ())
    assert DECLINED["en"] in (*talk.message.preface, talk.message.text)


@pytest.mark.parametrize("place", in_every_place())
def test_words_beside_a_file_are_taken_as_ever(place: str) -> None:
    with_it, without = in_every_place()[place], in_every_place()[place]
    with_it.take(Say(at=AT, text=WORDS, files=True))
    without.take(Say(at=AT, text=WORDS))
    assert with_it.message.preface == (DECLINED["en"], *without.message.preface)
    assert with_it.message.text == without.message.text
    assert texts(with_it) == texts(without)


def texts(talk: Talk) -> list[object]:
    session = talk.conversation.session
    return [] if session is None else [dict(session.answers), dict(session.drafts)]


def test_a_file_is_declined_in_the_same_words_whatever_was_answered() -> None:
    """Two people who answered a sensitive question differently, and each drop a picture into the chat."""
    told = []
    for answer in ("none", "much"):
        talk = begun()
        talk.through(["yes", 2, answer])
        talk.take(Say(at=AT, text="", files=True))
        told.append((talk.message.text, talk.message.choices, talk.message.prompt))
    assert told[0] == told[1]


# How it comes in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [VOICE, PICTURE, {}])
def test_slack_tells_of_a_file_and_nothing_of_it_is_read(one: dict[str, Any]) -> None:
    for more in ({"subtype": "file_share", "files": [one]}, {"files": [one]}, {"subtype": "file_share"}):
        read = message(text="", **more)
        assert read is not None
        assert read.event == Say(at=AT, text="", files=True)
        assert NAME not in repr(read)
    assert message(text=WORDS, files=[]).event == Say(at=AT, text=WORDS)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kinds", "file"),
    [
        (["text/html"], False),
        (["text/html", "audio/mp4"], True),
        (["image/*"], True),
        (["IMAGE/PNG"], True),
        (["video/mp4"], True),
        ([FILE], True),
        (["text/html", "messageReference"], False),
        (["application/vnd.microsoft.card.adaptive", "application/vnd.microsoft.card.hero"], False),
        (["application/vnd.microsoft.card.audio"], True),
        ([], False),
    ],
)
def test_teams_tells_of_a_file_by_its_kind(kinds: list[str], file: bool) -> None:
    made = [{"contentType": kind, "name": NAME, "contentUrl": f"https://x.example/{NAME}"} for kind in kinds]
    asked = read(sent(text=None, attachments=made), AT)
    assert asked is not None
    assert asked.event == Say(at=AT, text="", files=file)
    assert NAME not in repr(asked)


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.dictionaries(st.text(max_size=9), st.none())


@given(st.none() | st.lists(ODD | st.builds(lambda kind: {"contentType": kind}, ODD), max_size=3))
def test_whatever_stands_where_files_would_nothing_breaks(attachments: Any) -> None:
    asked = read(sent(text="hello", attachments=attachments), AT)
    assert asked is not None
    assert isinstance(asked.event, Say)
    heard = message(files=attachments)
    assert heard is not None
    assert isinstance(heard.event, Say)


# Over the platforms --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def shelf() -> AsyncIterator[tuple[str, list[str]]]:
    """Where a file would lie, and who came for it."""
    fetched: list[str] = []

    async def fetch(request: web.Request) -> web.Response:
        fetched.append(request.path)
        return web.Response(body=NAME.encode())

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fetch)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/{NAME}", fetched
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("locale", LANGUAGES)
@in_a_loop
async def test_a_voice_message_in_slack_is_declined_and_never_fetched(
    files: Pair, ring: Keyring, tmp_path: Path, locale: str
) -> None:
    user = LANGUAGES[locale]
    async with slack_house.house(files, ring) as home, shelf() as (url, fetched):
        ada = home.phone(user)
        await slack_hands.begun(ada)
        await ada.close()
        await home.settled()
        voice = [{**VOICE, "url_private": url, "url_private_download": url}]
        await home.slack.message(slack_house.TEAM, user, "", subtype="file_share", files=voice)
        await home.settled()
        assert DECLINED[locale] in ada.screen("message")
        await home.slack.message(slack_house.TEAM, user, WORDS, subtype="file_share", files=voice)
        await home.settled()
        assert DECLINED[locale] in ada.screen("message")
        assert library().word(locale, "typed-aside") in ada.screen("message")
        await ada.tap("choose:private", in_="message")
        assert ada.value() == WORDS
        assert not ada.trouble
        assert fetched == []
        assert found(NAME, stored(files, tmp_path)) == []


@pytest.mark.parametrize("locale", LANGUAGES)
@in_a_loop
async def test_a_voice_message_in_teams_is_declined_and_never_fetched(
    files: Pair, ring: Keyring, tmp_path: Path, locale: str
) -> None:
    async with teams_house.house(files, ring) as home, shelf() as (url, fetched):
        ada = home.client({"en": "ada", "es": "luz"}[locale])
        await teams_hands.begun(ada)
        await ada.close_dialog()
        voice = [TEXT, {"contentType": "audio/mp4", "contentUrl": url, "name": NAME}]
        download = [TEXT, {"contentType": FILE, "content": {"downloadUrl": url}, "name": NAME}]
        await ada.say("", attachments=voice)
        await ada.say(WORDS, attachments=download)
        await home.settled()
        lines = [line for line in ada.chat() if DECLINED[locale] in line]
        assert len(lines) == 2
        assert library().word(locale, "typed-aside") in lines[1]
        await ada.tap("choose:private")
        assert ada.value("write") == WORDS
        assert fetched == []
        assert found(NAME, stored(files, tmp_path)) == []
