"""What people type about times is understood as a whole and in one way, in English and Spanish, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from talks import library
from when_phrases import NOW, SAID, TIRED, ZONE, gone

from bot import commands
from bot.when import Asked, Unread, Wanted, When, read_time, read_wish


def starts(wall: str, rule: str = "") -> When:
    return When(start=datetime.fromisoformat(wall), rule=rule)


@pytest.mark.parametrize(
    ("phrase", "meant"), [(phrase, meant) for meant, phrases in (*SAID, *TIRED) for phrase in phrases.split("; ")]
)
def test_a_wish_is_understood(phrase: str, meant: Wanted) -> None:
    assert read_wish(phrase, NOW, ZONE) == meant


#: Begun like a wish; what two people could read differently, what has passed, and what is on no calendar or clock.
UNREAD = (
    ("visit at half three-ish", "visit", "half three-ish"),
    ("Visit at 25:00, please", "visit", "25:00"),
    ("visit at 3/4", "visit", "3/4"),
    ("visit on 3/4 at 3", "visit", "3/4 at 3"),
    ("visit on 12.12 at 3", "visit", "12.12 at 3"),
    ("visit at 9-10", "visit", "9-10"),
    ("visit at 9 10", "visit", "9 10"),
    ("visit at 3 or 4", "visit", "3 or 4"),
    ("visit at half three", "visit", "half three"),
    ("visit at midnight", "visit", "midnight"),
    ("visit at 12 at night", "visit", "12 at night"),
    ("visit tomorrow morning at 3pm", "visit", "tomorrow morning at 3pm"),
    ("visit at 3h30", "visit", "3h30"),
    ("visit in 0 minutes", "visit", "0 minutes"),
    ("visit in 31 days", "visit", "31 days"),
    ("visit in a while, say 20 minutes", "visit", "a while, say 20 minutes"),
    ("visit 3", "visit", "3"),
    ("visit Tuesday 3", "visit", "Tuesday 3"),
    ("visit tomorrow", "visit", "tomorrow"),
    ("visit every Tuesday", "visit", "Tuesday"),
    ("visit today at 9", "visit", "today at 9"),
    ("visit on 5 November at 3", "visit", "5 November at 3"),
    ("visit on 30 February at 3", "visit", "30 February at 3"),
    ("visit on 4 November 2026 at 3", "visit", "4 November 2026 at 3"),
    ("visit Thursday 12 December at 10", "visit", "Thursday 12 December at 10"),
    ("visit next Friday at 2", "visit", "next Friday at 2"),
    ("visit Monday and Wednesday at 4", "visit", "Monday and Wednesday at 4"),
    ("visits Tuesday at 3", "visit", "Tuesday at 3"),
    ("visits every blue moon", "visit", "blue moon"),
    ("visit at", "visit", ""),
    ("remind me", "remind", ""),
    ("remind me in 9999 hours", "remind", "9999 hours"),
    ("Remind me later.", "remind", "later"),
    ("remind me after lunch", "remind", "after lunch"),
    ("in 0 minutes", "snooze", "0 minutes"),
    ("in 9999 hours", "snooze", "9999 hours"),
    ("supervision on Thursday", "supervision", "Thursday"),
    ("supervision every second Tuesday at 10", "supervision", "second Tuesday at 10"),
    ("supervision biweekly on Tuesday at 10", "supervision", "biweekly on Tuesday at 10"),
    ("supervision first Monday of the month at 9", "supervision", "first Monday of the month at 9"),
    ("weekly on Friday", "weekly", "Friday"),
    ("end of day at 26", "day-end", "26"),
    ("away until firday", "away", "firday"),
    ("on leave until 3/4", "away", "3/4"),
    ("away from tomorrow until Friday", "away", "tomorrow until Friday"),
    ("away from 20 December to 19 December", "away", "20 December to 19 December"),
    ("I won't be here until Monday", "away", "Monday"),
    ("back today", "away", "today"),
    ("visita a las 25", "visit", "25"),
    ("visita a las 12 de la mañana", "visit", "12 de la mañana"),
    ("visita en quince días", "visit", "quince días"),
    ("visitas el martes a las 3", "visit", "martes a las 3"),
    ("visita el próximo viernes a las 2", "visit", "próximo viernes a las 2"),
    ("visita martes 3 a las 2", "visit", "martes 3 a las 2"),
    ("visitas los días pares", "visit", "días pares"),
    ("recuérdame en un ratito", "remind", "un ratito"),
    ("¡Recuérdamelo más tarde!", "remind", "más tarde"),
    ("en 0 minutos", "snooze", "0 minutos"),
    ("supervisión el juevez a las 10", "supervision", "juevez a las 10"),
    ("supervisión cada segundo martes a las 10", "supervision", "segundo martes a las 10"),
    ("de vacaciones hasta nuevo aviso", "away", "nuevo aviso"),
    ("no voy a estar hasta el viernes", "away", "el viernes"),
    ("remind me at lunch", "remind", "lunch"),
    ("remind me in 30", "remind", "30"),
    ("on vacation next week", "away", "next week"),
    ("estoy de vacaciones la próxima semana", "away", "la próxima semana"),
    ("pause reminders for a week", "away", "a week"),
    ("supervisión todos los primeros martes a las 10", "supervision", "primeros martes a las 10"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "part"), UNREAD)
def test_a_wish_whose_time_cannot_be_read_says_which_words_those_are(text: str, kind: Asked, part: str) -> None:
    assert read_wish(text, NOW, ZONE) == Unread(kind, part)


NO_WISH = (
    "visit", "visita", "supervision", "weekly", "at 4", "3pm", "every other Tuesday at 3", "pause", "stop", "back",
    "visit was hard today", "visita muy difícil", "visit on Tuesday was hard", "visita el lunes fue difícil",
    "visit at Maria's house", "visita en casa de María", "visit on the stairs", "visita a la abuela",
    "visit at Maria's house was loud and I felt lost the whole time", "visit at 3 was loud and I felt lost there too",
    "she said visit at 3pm", "visit at 3pm and then home to write it all down for once",
    "remind me why I do this", "remind me to breathe", "Remind me of her", "recuérdame por qué hago esto",
    "in 20 minutes she had not said a word", "20 minutes of silence", "tomorrow I go back there", "mañana es otro día",
    "not today but soon", "away from the children", "back on the stairs", "fuera de mí", "out of breath",
    "supervision on Thursday was good", "every Friday at 10 she cries", "check-ins are hard", "end of day tiredness",
    "in twenty", "en un ratito", "just finished at 3", "supervision with sam thursday at 10", "later", "luego",
    "visita mañana temprano", "give me strength", "dame fuerzas", "3 days", "half three", "", " ", "...", "please",
    "gracias", "ask me on public holidays, too", "🙂", "a", "m", "h", "15h30 15h30",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_WISH)
def test_what_merely_holds_a_time_is_no_wish(text: str) -> None:
    assert read_wish(text, NOW, ZONE) is None


def test_no_command_and_no_name_of_a_script_is_a_wish() -> None:
    scripts = library().scripts.values()
    names = {
        name for script in scripts for name in (*script.aliases, script.say("en", "title"), script.say("es", "title"))
    }
    for phrase in {*commands._SAID, *names}:
        assert read_wish(phrase, NOW, ZONE) is None, phrase


TIMES = (
    ("2026-11-06 15:00", "3pm; 3; three; 15; at 3; tomorrow at 15:00; a las 3 de la tarde; las tres; mañana a las 15"),
    ("2026-11-05 15:30", "15:30; 3:30; 15h30; half past 3; today at 3:30; las 3 y media; 3 y media; 3 30"),
    ("2026-11-06 09:00", "9; nine; 9am; tomorrow at 9; tomorrow 9; mañana a las 9; mañana 9; nueve"),
    ("2026-12-12 10:00", "12 December at 10; at 10 on December 12; el 12 de diciembre a las 10"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "start"), [(text, start) for start, texts in TIMES for text in texts.split("; ")])
def test_a_time_alone_is_read_where_one_was_asked_for(text: str, start: str) -> None:
    assert read_time(text, NOW, ZONE) == starts(start)


@pytest.mark.parametrize(
    "text", ["in 20 minutes", "20 minutes", "en veinte minutos", "20 min", "Dentro de 20 minutos."]
)
def test_a_span_alone_is_read_where_a_time_was_asked_for(text: str) -> None:
    assert read_time(text, NOW, ZONE) == When(at=NOW.astimezone(UTC) + timedelta(minutes=20))


@pytest.mark.parametrize("text", ["every Tuesday at 3pm", "Tuesdays at 3", "cada martes a las 15", "los martes 3 pm"])
def test_a_rule_alone_is_read_where_a_time_was_asked_for(text: str) -> None:
    assert read_time(text, NOW, ZONE) == starts("2026-11-10 15:00", "FREQ=WEEKLY;BYDAY=TU")


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "Tuesday", "25", "3/4", "Tuesday 3", "Monday and Tuesday at 3", "visit at 3", "now", "24:00"],
)
def test_what_is_no_time_is_not_read(text: str) -> None:
    assert read_time(text, NOW, ZONE) is None


def test_the_day_that_was_asked_about_is_the_day_unless_another_is_said() -> None:
    day = date(2026, 11, 10)
    assert read_time("9", NOW, ZONE, day) == starts("2026-11-10 09:00")
    assert read_time("tomorrow at 9", NOW, ZONE, day) == starts("2026-11-06 09:00")
    assert read_time("every Friday at 9", NOW, ZONE, day) == starts("2026-11-06 09:00", "FREQ=WEEKLY;BYDAY=FR")
    assert read_time("at 3", NOW, ZONE, NOW.date()) is None, "that has passed"
    assert read_time("at 4", NOW, ZONE, NOW.date()) == starts("2026-11-05 16:00")


#: The wall clock, the zone, what is said, and the start on the wall clock or the moment in UTC.
ELSEWHEN = (
    ("2026-11-05 23:50", ZONE, "visit in 20 minutes", "2026-11-06T05:10Z"),
    ("2026-11-05 23:50", ZONE, "visit at 11:55pm", "2026-11-05 23:55"),
    ("2026-11-05 23:50", ZONE, "visit at 00:10", "2026-11-06 00:10"),
    ("2026-11-05 23:50", ZONE, "visit tomorrow at 9", "2026-11-06 09:00"),
    ("2026-11-06 00:10", ZONE, "visit tomorrow at 9", "2026-11-07 09:00"),
    ("2026-11-06 00:10", ZONE, "remind me at 9", "2026-11-06 09:00"),
    ("2026-11-05 09:00", ZONE, "visit at 9", "2026-11-06 09:00"),
    ("2026-11-05 08:59", ZONE, "visit on Thursday at 9", "2026-11-05 09:00"),
    ("2026-11-05 09:00", ZONE, "visit on Thursday at 9", "2026-11-12 09:00"),
    ("2026-11-05 09:00", ZONE, "visits every Thursday at 9", "2026-11-12 09:00"),
    ("2026-11-01 12:00", ZONE, "visit this Sunday at 3", "2026-11-01 15:00"),
    ("2026-11-06 17:30", ZONE, "end of day at 5", "2026-11-09 17:00"),
    # The clocks go back at two on 1 November 2026, and forward at two on 8 March 2026.
    ("2026-11-01 00:30", ZONE, "in 2 hours", "2026-11-01T06:30Z"),
    ("2026-10-31 12:00", ZONE, "in 1 day", "2026-11-01T17:00Z"),
    ("2026-10-31 12:00", ZONE, "in 24 hours", "2026-11-01T16:00Z"),
    ("2026-03-08 01:30", ZONE, "in an hour", "2026-03-08T07:30Z"),
    ("2026-03-07 02:30", ZONE, "in 1 day", "2026-03-08T07:30Z"),
    ("2026-03-07 22:00", ZONE, "visit tomorrow at 02:30", "2026-03-08 02:30"),
    ("2026-12-31 16:00", ZONE, "visit tomorrow at 9", "2027-01-01 09:00"),
    ("2026-12-31 16:00", ZONE, "visit at 3", "2027-01-01 15:00"),
    ("2026-12-31 16:00", ZONE, "supervision on 2 January at 10", "2027-01-02 10:00"),
    ("2026-12-31 16:00", ZONE, "supervision every first Friday at 10", "2027-01-01 10:00"),
    ("2026-01-30 12:00", ZONE, "visit on the 30th at 1", "2026-01-30 13:00"),
    ("2026-01-31 12:00", ZONE, "visit on the 30th at 1", "2026-03-30 13:00"),
    ("2026-11-05 12:00", ZONE, "visit on 29 February at 10", "2028-02-29 10:00"),
    ("2028-02-29 12:00", ZONE, "visit on 29 February at 3", "2028-02-29 15:00"),
    ("2028-03-01 12:00", ZONE, "visit on 29 February at 3", "2032-02-29 15:00"),
    ("2026-11-05 23:30", "Asia/Kolkata", "in half an hour", "2026-11-05T18:30Z"),
    ("2026-11-05 15:20", "Pacific/Auckland", "visita a las 3", "2026-11-06 15:00"),
    ("2026-03-29 01:00", "Europe/Madrid", "en una hora", "2026-03-29T01:00Z"),
)  # fmt: skip


@pytest.mark.parametrize(("wall", "zone", "text", "expected"), ELSEWHEN)
def test_near_midnight_on_days_of_clock_changes_and_at_year_ends(
    wall: str, zone: str, text: str, expected: str
) -> None:
    wanted = read_wish(text, datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)), zone)
    assert isinstance(wanted, Wanted)
    assert wanted.when is not None
    assert datetime.fromisoformat(expected) in (wanted.when.at, wanted.when.start)


@pytest.mark.parametrize(
    ("wall", "text", "first", "until"),
    [
        ("2026-11-06 09:00", "away until Friday", None, "2026-11-13"),
        ("2026-11-06 09:00", "away until 6 November", None, "2026-11-06"),
        ("2026-12-31 09:00", "away until 2 January", None, "2027-01-02"),
        ("2027-01-01 09:00", "away from 20 December to 2 January", None, "2027-01-02"),
        ("2026-12-28 09:00", "away until 29 February", None, "2028-02-29"),
        ("2027-01-01 09:00", "back on 2 January", None, "2027-01-01"),
        ("2027-01-01 09:00", "back on 1 March", None, "2027-02-28"),
        ("2026-11-07 09:00", "away from Monday until 2 January", "2026-11-09", "2027-01-02"),
    ],
)
def test_days_away_at_other_times(wall: str, text: str, first: str | None, until: str) -> None:
    assert read_wish(text, datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(ZONE)), ZONE) == gone(until, first)


def test_a_place_that_is_no_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="Atlantis"):
        read_wish("visit at 3", NOW, "Atlantis")
