"""The page of themes and its digest: only what was published, for who supervises, and the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import AT, Pair, rows, who
from shells import Live, living
from sqlalchemy import bindparam, delete
from stored import change
from talks import Talk, library
from test_pages import LOCALES, opened, said, word
from test_publishing import DUE, WEEKS, Team

from bot.agenda import agenda, dates, not_enough
from bot.conversation import Page
from bot.effects import Deliver, NoteLook
from bot.events import Notice
from bot.gallery import reports_of
from bot.ports import Refusal, Setup
from bot.snapshot import Report, Shown, Snapshot
from storage import tables as t
from storage.keyring import Keyring
from storage.notices import tell_published
from storage.prepared import Prepared
from storage.store import SqlStore
from storage.windows import window_name


def window(number: int = 0, *themes: Shown, enough: bool = True) -> Snapshot:
    starts = date(2026, 11, 9) + number * WEEKS
    return Snapshot(
        window=window_name(starts), starts=starts, ends=starts + timedelta(days=27),
        published=starts + timedelta(days=31), enough=enough, people="8-11" if enough else "", bands=2 if enough else 0,
        themes=themes,
    )  # fmt: skip


def of(*snapshots: Snapshot, circle: str = "first") -> Report:
    return Report(circle=circle, teams=(circle,), since="2026-W46", next=date(2027, 1, 7), snapshots=snapshots)


def talk(*reports: Report, locale: str = "en", at: datetime = AT, **facts: object) -> Talk:
    made = Talk(at=at)
    made.facts = made.facts.model_copy(update={"supervises": True, "reports": reports, **facts})
    made.conversation = made.conversation.model_copy(update={"locale": locale})
    return made


def every_line(page: Page) -> list[str]:
    return [*page.lines, *(line for section in page.sections for line in (section.title, *section.lines) if line)]


FULL = window(0, Shown(code="L1", band="many"), Shown(code="A1", band="some", trend="up"))


# The page


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_tells_the_newest_window_in_words_with_questions_for_a_meeting(locale: str) -> None:
    page = opened(talk(of(FULL), locale=locale), "report")
    lines = every_line(page)
    assert lines[0] == word("report-first-line", locale)
    label = library().theme(locale, "L1")
    assert f"{word('band-many', locale)}: {label}" in lines
    assert any(word("trend-up", locale) in line and library().theme(locale, "A1") in line for line in lines)
    for one in agenda(library(), FULL, locale):
        assert f"{one.label}: {one.question}" in lines
    assert word("report-looked", locale) in page.lines
    assert "L1" not in "".join(lines), "a code is for programs"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_window_with_too_few_says_one_sentence_and_still_has_questions(locale: str) -> None:
    lines = every_line(opened(talk(of(window(enough=False)), locale=locale), "report"))
    assert not_enough(library(), locale) in lines
    assert sum(line.endswith("?") for line in lines) >= 3


def test_earlier_windows_are_short_lines_newest_first() -> None:
    earlier = [window(1, enough=False), FULL]
    page = opened(talk(of(window(2, Shown(code="L1", band="many")), *earlier)), "report")
    (section,) = [each for each in page.sections if each.title == word("report-earlier")]
    assert [line.startswith(dates(one, "en")) for line, one in zip(section.lines, earlier, strict=True)] == [True, True]
    assert section.lines[0].endswith(word("report-not-enough"))


def test_each_circle_has_a_part_of_its_own_and_one_without_a_window_says_when() -> None:
    lines = every_line(opened(talk(of(FULL, circle="east"), of(circle="west")), "report"))
    at = [lines.index(word("report-of").format(circle=name)) for name in ("east", "west")]
    assert at == sorted(at)
    assert "January 7, 2027" in lines[at[1] + 1]


@pytest.mark.parametrize("locale", LOCALES)
def test_before_anything_is_published_there_is_the_earliest_day_and_a_question_to_open_with(locale: str) -> None:
    page = opened(talk(of(), locale=locale, earliest_themes=date(2026, 12, 10)), "report")
    assert "2026" in page.lines[1]
    assert any(section.title == word("agenda-open", locale) and section.lines for section in page.sections)
    openers = {every_line(opened(talk(of(), at=AT + timedelta(weeks=week)), "report"))[-7] for week in range(10)}
    assert len(openers) == 10, "each week has its own"


def test_the_page_notes_the_look_and_shows_a_participant_nothing() -> None:
    seen = talk(of(FULL))
    opened(seen, "report")
    assert seen.effects == [NoteLook()]
    other = talk(of(FULL), supervises=False)
    assert said(opened(other, "report")).splitlines() == [word("report-first-line"), word("report-not-yours")]
    assert other.effects == []
    assert other.reply.page is not None
    ways = [way.id for section in other.reply.page.sections for way in section.pages]
    assert ways == ["themes", "looks"], "their own, and who looked at the group's"


def test_the_page_leads_to_the_browser_where_there_is_one() -> None:
    page = opened(talk(of(FULL), address="https://afterword.example.org"), "report")
    assert [form.id for section in page.sections for form in section.forms] == ["report-link"]


# The digest


def told(one: Talk, about: str) -> list[str]:
    turn = one.take(Notice(at=one.at, notice="digest", person=about))
    assert turn.reply.message is None
    return [
        "\n".join((*effect.message.preface, effect.message.text))
        for effect in turn.effects
        if isinstance(effect, Deliver)
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_digest_is_the_same_for_every_viewer_of_a_language(locale: str) -> None:
    one, other = talk(of(FULL), locale=locale), talk(of(window(1), FULL), of(circle="west"), locale=locale)
    (text,) = told(one, "first/2026-W46")
    assert [text] == told(other, "first/2026-W46")
    assert library().theme(locale, "L1") in text
    assert word("report-first-line", locale) in text


def test_a_digest_is_sent_for_a_window_with_too_few_and_never_for_one_that_is_not_theirs() -> None:
    assert word("report-not-enough") in told(talk(of(window(enough=False))), "first/2026-W46")[0]
    for about in ("first/2026-W50", "west/2026-W46", "", "2026-W46"):
        assert told(talk(of(FULL)), about) == []
    assert told(talk(), "first/2026-W46") == []


def test_a_circle_s_name_may_have_a_slash_in_it() -> None:
    assert len(told(talk(of(FULL, circle="a/b")), "a/b/2026-W46")) == 1


def test_the_gallery_shows_every_theme_there_is() -> None:
    (full,) = reports_of(library(), 1)
    assert {theme.code for theme in full.snapshots[0].themes} == library().codebook.codes


# Through the store


@pytest.fixture
def live(pair: Pair, ring: Keyring) -> Iterator[Live]:
    with living(pair, ring) as one:
        yield one


def published(live: Live, at: datetime = DUE, size: int = 6) -> None:
    Team(live.store, size).all_give("A1", "L2")
    live.store.publish(at, {"W1"})


_DROP = Prepared(delete(t.check_ins).where(t.check_ins.c.id == bindparam("row")))


def tells(store: SqlStore, at: datetime = DUE, name: str = "2026-W46") -> None:
    (circle,) = (row["id"] for row in rows(store, t.circles) if row["name"] == "first")
    with store.database.transaction() as wire:
        wire.run_many(_DROP, [{"row": row["id"]} for row in rows(store, t.check_ins) if row["due_at"] > DUE])
        tell_published(wire, store.keys, circle, "first", name, at)


def digests(live: Live) -> list[tuple[str, str]]:
    return [
        (each.who.user, "\n".join(each.message.preface))
        for each in live.post.sent
        if word("agenda-title") in each.message.preface
    ]


def test_who_supervises_gets_the_digest_once_and_nobody_else(live: Live) -> None:
    published(live)
    tells(live.store)
    for minutes in (1, 2, 3):
        live.tick(DUE + timedelta(minutes=minutes))
    ((user, text),) = digests(live)
    assert user == "sam"
    assert library().theme("en", "A1") in text


def test_a_digest_is_sealed_while_it_waits(live: Live) -> None:
    published(live)
    tells(live.store)
    waiting = [row["body"] for row in rows(live.store, t.check_ins)]
    assert waiting
    assert not any(b"W46" in bytes(body) or b"digest" in bytes(body) for body in waiting)


def test_who_was_named_after_the_window_opened_gets_no_digest_of_it(live: Live) -> None:
    published(live)
    live.store.set_up(Setup("local", "north", "first", supervisors=("zoe",)), datetime(2026, 11, 9, 8, tzinfo=UTC))
    tells(live.store)
    live.tick(DUE + timedelta(minutes=1))
    assert [user for user, _ in digests(live)] == ["sam"]


def test_who_supervises_no_more_when_it_is_told_gets_nothing(live: Live) -> None:
    published(live)
    tells(live.store)
    assert live.store.leave_team(who("sam"), "first", DUE)
    live.tick(DUE + timedelta(minutes=1))
    assert digests(live) == []


def test_a_digest_waits_for_the_end_of_quiet_hours(live: Live) -> None:
    published(live)
    memory = change(live.store, AT, person=who("sam")).memory.model_copy(update={"quiet": ("00:00", "07:00")})
    change(live.store, AT, person=who("sam"), memory=memory)
    tells(live.store)
    live.tick(DUE + timedelta(minutes=1))
    assert digests(live) == []
    live.tick(DUE.replace(hour=7, minute=1))
    assert [user for user, _ in digests(live)] == ["sam"]


# Limits


def set_limits(store: SqlStore, **limits: object) -> None:
    store.set_up(Setup("local", "north", "first", settings={"limits": limits}), AT)


def test_limits_are_raised_and_never_lowered(store: SqlStore) -> None:
    set_limits(store, contributors=5)
    for low in ({"contributors": 3}, {"persons": 2}, {"sensitive": 4}, {"contributors": "many"}, {"contributors": 101}):
        with pytest.raises(Refusal, match=rf"limits\.{next(iter(low))} is a number from [35] to 100"):
            set_limits(store, **low)
    set_limits(store, contributors=5)
    set_limits(store, contributors=7)
    with pytest.raises(Refusal, match=r"can only be raised: limits.contributors is 7"):
        set_limits(store, contributors=5)
    set_limits(store, persons=4)
    with pytest.raises(Refusal, match="contributors is 7"):
        set_limits(store, contributors=6)
    with pytest.raises(Refusal, match="limits"):
        set_limits(store, nothing=5)


def test_a_raised_limit_holds_for_what_is_published_next(team: Callable[[int], Team]) -> None:
    eight = team(8)
    set_limits(eight.store, contributors=7)
    eight.all_give("A1", only=6)
    eight.tick()
    (made,) = eight.seen()
    assert (made.enough, made.limits.contributors) == (False, 7)


@pytest.fixture
def team(store: SqlStore) -> Callable[[int], Team]:
    return lambda size: Team(store, size)
