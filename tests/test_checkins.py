"""When people are asked, as they arranged it, and when they are left in peace."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from lives import MONDAY, Life, kinds, settled, word
from talks import library

from bot.case import Case
from bot.conversation import CheckIn, Conversation, Program
from bot.effects import Deliver, Keep, Recall
from bot.events import BESIDE, Replan
from bot.notices import followed

PARKED = "Are you parked and settled?"
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


# After a visit


def test_a_visit_is_asked_about_at_its_end_once() -> None:
    ada = settled()
    assert ada.say("visit at 3pm").text == "I will ask: today, 3:00 PM."
    ada.until(MONDAY + DAY)
    assert ada.seen()[0] == ("Mon 02 15:00", PARKED)
    ada.until(MONDAY + 2 * WEEK)
    assert ada.moments() == ["Mon 02 15:00", "Mon 02 17:00"], "once, and one gentle reminder"
    assert list(kinds(ada)) == []


def test_in_twenty_minutes_is_twenty_minutes_from_now_in_either_language() -> None:
    for words in ("in 20 minutes", "en 20 minutos"):
        ada = settled()
        ada.say(words)
        ada.until(MONDAY + HOUR)
        assert ada.moments() == ["Mon 02 09:20"]


def test_visits_repeat_by_the_wall_clock_across_a_clock_change() -> None:
    ada = settled(at=MONDAY - 2 * DAY)  # the Saturday before the clocks go back
    ada.say("visits every Monday at 3pm")
    ada.conversation = with_memory(ada, nudges=False)
    ada.until(MONDAY + 2 * WEEK)
    assert ada.moments() == ["Mon 02 15:00", "Mon 09 15:00"]


def test_a_time_can_be_picked_or_written_in_the_form() -> None:
    ada = settled()
    page = ada.send("check-in-visit", time="15:00", day="next", words="")
    assert page.lines[0] == "I will ask: today, 3:00 PM."
    ada.send("check-in-visit", time="16:00", day="workdays", words="")
    ada.send("check-in-visit", time="", day="next", words="in 20 minutes")
    assert [one.rule for one in ada.conversation.memory.check_ins] == ["", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", ""]
    ada.until(MONDAY + DAY)
    assert "Mon 02 09:20" in ada.moments()


def test_what_is_no_time_is_refused_in_clear_words_and_changes_nothing() -> None:
    ada = settled()
    before = ada.conversation
    page = ada.send("check-in-visit", words="half three-ish")
    assert page.lines[0] == word("time-unread-part", part="half three-ish")
    assert ada.say("visit at half three-ish").text == word("time-unread")
    assert ada.turn is not None
    assert ada.turn.illegal == "time-unread"
    assert ada.conversation == before


def test_a_refusal_in_the_chat_says_nothing_back_of_what_was_typed() -> None:
    ada = settled()
    ada.say("visit at quillfeather house")
    assert "quill" not in repr(ada.reply).casefold()


def test_nothing_is_arranged_before_somebody_has_agreed_to_anything() -> None:
    ada = Life()
    assert word("check-ins-first") in repr(ada.say("visit at 3pm"))
    assert ada.waiting == {}
    assert ada.conversation.memory.check_ins == ()


def test_nothing_is_arranged_in_a_form_before_somebody_has_agreed_either() -> None:
    ada = Life()
    assert ada.send("check-in-day-end", time="17:00").lines[0] == word("check-ins-first")
    assert ada.conversation.memory.check_ins == ()


def test_a_sentence_in_a_box_is_an_answer_and_no_wish() -> None:
    ada = settled()
    ada.say("reflect quick-visit")
    ada.tap("private")
    ada.write("in 20 minutes")
    assert ada.waiting == {}
    assert ada.reply.talk[-1].answered == "in 20 minutes"


def test_a_wish_beside_an_open_box_is_a_wish() -> None:
    """Behind a slash command, say, while a question stands in the window."""
    ada = settled()
    ada.agree("quick-visit")
    ada.write("visit at 3pm", prompt=BESIDE)
    assert len(ada.waiting) == 1
    assert ada.conversation.session is not None
    assert not ada.conversation.session.answers
    ada.write("visit at half three-ish", prompt=BESIDE)
    assert word("time-unread") in ada.message.preface


def test_a_choice_that_says_the_same_is_the_choice() -> None:
    ada = settled()
    ada.agree("look-again")
    ada.write("tomorrow")
    assert ada.conversation.session is not None
    assert ada.conversation.session.answers["when"].values == ("tomorrow",)


# Other kinds


def test_the_end_of_the_day_is_asked_about_on_working_days_only() -> None:
    ada = settled(at=MONDAY + 2 * DAY)
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:30")
    ada.until(MONDAY + WEEK)
    assert ada.moments() == ["Wed 04 17:30", "Thu 05 17:30", "Fri 06 17:30"]


def test_there_is_one_end_of_a_day() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:30")
    ada.send("check-in-day-end", time="18:00")
    assert list(kinds(ada)) == ["day-end"]
    assert len(ada.waiting) == 1


def test_a_public_holiday_moves_the_weekly_question_and_drops_the_end_of_the_day() -> None:
    ada = settled(at=MONDAY + 3 * WEEK)  # Thanksgiving is on Thursday
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-weekly", day="TH", time="09:00", script="quick-visit")
    ada.send("check-in-day-end", time="17:00")
    ada.until(MONDAY + 4 * WEEK)
    assert ada.moments() == ["Mon 23 17:00", "Tue 24 17:00", "Wed 25 17:00", "Fri 27 09:00", "Fri 27 17:00"]


def test_who_works_on_holidays_is_asked_on_holidays() -> None:
    ada = settled(at=MONDAY + 3 * WEEK)
    ada.send("check-in-days", working=("MO", "TU", "WE", "TH", "FR"), holidays="yes", nudges="no")
    ada.send("check-in-weekly", day="TH", time="09:00", script="quick-visit")
    ada.until(MONDAY + 4 * WEEK)
    assert ada.moments() == ["Thu 26 09:00"]


@pytest.mark.parametrize(
    ("holidays", "asked"),
    [(None, "Fri 27 09:00"), ("", "Thu 26 09:00"), ("MX", "Thu 26 09:00"), ("US", "Fri 27 09:00")],
)
def test_a_program_says_whose_holidays_are_kept(holidays: str | None, asked: str) -> None:
    ada = settled(at=MONDAY + 3 * WEEK, program=Program(holidays=holidays))
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-weekly", day="TH", time="09:00", script="quick-visit")
    ada.until(MONDAY + 4 * WEEK)
    assert ada.moments() == [asked]


def test_supervision_is_prepared_two_days_before_it() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-supervision", date="2026-11-05", time="10:00", every="two-weeks")
    ada.until(MONDAY + 4 * WEEK)
    assert ada.moments() == ["Tue 03 10:00", "Tue 17 10:00"]


def test_two_days_before_a_monday_is_a_friday() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.say("supervision every Monday at 10")
    ada.until(MONDAY + 2 * WEEK)
    assert ada.moments() == ["Fri 06 10:00", "Fri 13 10:00"]


def test_a_meeting_that_is_too_near_is_refused() -> None:
    ada = settled()
    page = ada.send("check-in-supervision", date="2026-11-03", time="10:00", every="once")
    assert page.lines[0] == word("check-in-too-soon")
    assert ada.waiting == {}


@pytest.mark.parametrize(
    ("date_", "every", "following"),
    [("2026-11-10", "month", "FREQ=MONTHLY;BYDAY=2TU"), ("2026-11-27", "month", "FREQ=MONTHLY;BYDAY=-1FR"),
     ("2026-11-20", "week", "FREQ=WEEKLY;BYDAY=FR"), ("2026-11-20", "once", "")],
)  # fmt: skip
def test_meetings_of_a_month_fall_on_the_same_weekday(date_: str, every: str, following: str) -> None:
    ada = settled()
    ada.send("check-in-supervision", date=date_, time="10:00", every=every)
    assert [one.rule for one in ada.conversation.memory.check_ins] == [following]


def test_a_script_can_ask_to_look_again_after_the_weeks_that_the_program_says() -> None:
    ada = settled(program=Program(recheck_weeks=2))
    ada.agree("look-again")
    ada.tap("re-check")
    assert list(kinds(ada)) == ["re-check"]
    ada.chat.clear()
    ada.until(MONDAY + 4 * WEEK)
    assert ada.moments() == ["Mon 16 09:00"]


@pytest.mark.parametrize(("choice", "asked"), [("four-weeks", "Mon 30 09:00"), ("ten-days", "Thu 12 09:00")])
def test_a_script_can_name_a_day_on_which_to_follow_up(choice: str, asked: str) -> None:
    ada = settled()
    ada.agree("look-again")
    ada.tap(choice)
    ada.chat.clear()
    ada.until(MONDAY + 8 * WEEK)
    assert ada.moments() == [asked]


def test_who_goes_back_and_chooses_another_day_is_asked_on_that_day_alone() -> None:
    ada = settled()
    ada.agree("look-again")
    ada.tap("four-weeks")
    ada.write("back")
    ada.tap("tomorrow")
    assert list(ada.waiting.values()) == [ada.on("2026-11-03 09:00")]


def test_being_counted_lasts_a_year_and_two_weeks_before_its_end_one_is_told() -> None:
    ada = settled()
    ada.send("consent", words="keep", counting="always")
    assert ada.conversation.consents.counted_until == date(2027, 11, 2)
    ada.until(MONDAY + 400 * DAY)
    assert ada.seen() == [("Tue 19 09:00", word("consent-ends"))]
    assert [option.id for option in ada.chat[0][1].choices] == ["page:consent"]


def test_after_the_year_nothing_is_counted_until_one_agrees_again() -> None:
    ada = settled()
    ada.send("consent", words="keep", counting="always")
    ada.until(MONDAY + 366 * DAY)
    assert counted(ada) == 0
    ada.send("consent", words="keep", counting="always")
    assert counted(ada) == 1


@pytest.mark.parametrize("choice", ["ask", "always", "never"])
def test_a_year_later_the_chat_does_not_tell_what_was_chosen(choice: str) -> None:
    ada = settled()
    ada.send("consent", words="keep", counting=choice)
    ada.until(MONDAY + 400 * DAY)
    assert ada.seen() == [("Tue 19 09:00", word("consent-ends"))]
    over = word("lapsed-counting-expired")
    assert (over in ada.page("consent").lines) == (choice != "never"), "only the page says it, in private"


def counted(ada: Life) -> int:
    ada.effects.clear()
    ada.agree("everything")
    ada.through(WHOLE)
    ada.tap("done")
    return sum(type(effect).__name__ == "Contribute" for effect in ada.effects)


WHOLE = ("yes", 2, "somewhat", ("worry", "anger"), "no", "home-visit")


def with_memory(ada: Life, **changes: object) -> Conversation:
    return ada.conversation.model_copy(update={"memory": ada.conversation.memory.model_copy(update=changes)})


# Manners: put off, and not at all


@pytest.mark.parametrize(
    ("choice", "words", "asked"),
    [("half-hour", "in 30 minutes", "Mon 02 15:30"), ("day-end", "at the end of my day", "Mon 02 17:00"),
     ("tomorrow", "tomorrow", "Tue 03 09:00")],
)  # fmt: skip
def test_a_check_in_is_put_off_by_a_tap_or_by_words(choice: str, words: str, asked: str) -> None:
    for typed in (False, True):
        ada = settled()
        ada.say("visit at 3pm")
        ada.until(ada.on("2026-11-02 15:00"))
        if typed:
            ada.say(words)
        else:
            ada.tap(choice, surface="message")
        ada.chat.clear()
        ada.until(MONDAY + 2 * DAY)
        assert ada.moments() == [asked], "and who asked to be asked again is reminded no more"


def test_not_today_is_for_the_whole_day_and_for_no_other() -> None:
    for words in ("", "not today", "hoy no"):
        ada = settled()
        ada.conversation = with_memory(ada, nudges=False)
        ada.send("check-in-day-end", time="17:00")
        ada.say("visit at 3pm")
        ada.until(ada.on("2026-11-02 15:00"))
        ada.say(words) if words else ada.tap("not-today", surface="message")
        ada.chat.clear()
        ada.until(MONDAY + 2 * DAY)
        assert ada.moments() == ["Tue 03 17:00"]


def test_who_says_not_today_and_then_names_a_visit_is_asked_about_it() -> None:
    ada = settled()
    ada.say("not today")
    ada.say("visit at 3pm")
    ada.until(ada.on("2026-11-02 15:00"))
    assert ada.moments() == ["Mon 02 15:00"]


def test_one_gentle_reminder_and_then_silence_until_the_next() -> None:
    ada = settled()
    ada.send("check-in-weekly", day="TU", time="10:00", script="quick-visit")
    ada.until(MONDAY + 2 * WEEK)
    assert ada.moments() == ["Tue 03 10:00", "Tue 03 12:00", "Tue 10 10:00", "Tue 10 12:00"]
    assert word("check-in-nudge") in ada.chat[1][1].preface


def test_who_does_not_answer_for_days_is_reminded_no_more() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="15:00")
    ada.until(MONDAY + 9 * DAY)
    nudged = [when for when, message in ada.chat if word("check-in-nudge") in message.preface]
    assert len(nudged) == 3
    assert len(ada.chat) == 7 + 3
    ada.tap("private")
    ada.tap("yes")
    ada.until(MONDAY + 12 * DAY)
    assert word("check-in-nudge") in ada.chat[-1][1].preface, "and again after an answer"


def test_who_answers_is_not_reminded() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.until(ada.on("2026-11-02 15:00"))
    ada.tap("yes", surface="message")
    ada.chat.clear()
    ada.until(MONDAY + DAY)
    assert ada.chat == []


def test_reminders_can_be_switched_off() -> None:
    ada = settled()
    ada.send("check-in-days", working=("MO", "TU"), holidays="no", nudges="no")
    ada.say("visit at 3pm")
    ada.until(MONDAY + DAY)
    assert ada.moments() == ["Mon 02 15:00"]


def test_the_reminder_does_not_come_into_quiet_hours_or_another_day() -> None:
    for hour, quiet in (("17:00", ("18:00", "08:00")), ("22:30", None)):
        ada = settled()
        ada.conversation = with_memory(ada, quiet=quiet)
        ada.say(f"visit at {hour}")
        ada.until(MONDAY + DAY)
        assert ada.moments() == [f"Mon 02 {hour}"]


def test_what_is_wanted_in_quiet_hours_comes_at_their_end_and_is_promised_then() -> None:
    ada = settled()
    ada.send("quiet", hours="18:00-08:00")
    assert "tomorrow, 8:00" in ada.say("visit at 7pm").text
    ada.until(MONDAY + DAY)
    assert ada.moments()[0] == "Tue 03 08:00"


def test_the_end_of_a_day_that_lies_in_quiet_hours_lapses() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:30")
    ada.send("quiet", hours="18:00-08:00")
    assert len(ada.waiting) == 1
    ada.send("check-in-day-end", time="18:30")
    assert word("check-in-never") in ada.reply.page.lines if ada.reply.page else False
    assert [one.start and one.start.hour for one in ada.conversation.memory.check_ins] == [17]


def test_what_comes_late_into_quiet_hours_waits_or_lapses_by_its_kind() -> None:
    for kind, following in (("visit", ["Tue 03 08:00"]), ("day-end", [])):
        ada = settled()
        ada.conversation = with_memory(ada, nudges=False, quiet=("18:00", "08:00"))
        ada.send(f"check-in-{kind}", time="17:50", day="next")
        ada.down_until(ada.on("2026-11-02 18:05"))
        assert ada.chat == []
        ada.until(ada.on("2026-11-03 12:00"))
        assert ada.moments() == following


def test_a_message_that_is_held_up_is_not_sent_into_quiet_hours() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False, quiet=("18:00", "08:00"))
    ada.say("visit at 17:50")
    ada.effects.clear()
    ada.until(ada.on("2026-11-02 17:50"))
    (owed,) = (effect for effect in ada.effects if isinstance(effect, Deliver))
    assert owed.until == ada.on("2026-11-02 18:00")


def test_on_leave_nothing_regular_comes_and_what_was_asked_for_waits() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.say("visit tomorrow at 3pm")
    ada.say("remind me tomorrow at 10")
    ada.say("away until Thursday")
    ada.until(MONDAY + WEEK)
    assert ada.moments() == ["Fri 06 09:00", "Fri 06 17:00", "Mon 09 17:00"][: len(ada.moments())]
    assert ada.moments()[0] == "Fri 06 09:00"


def test_what_was_put_off_is_kept_whatever_is_saved_meanwhile() -> None:
    for wish in ("in 20 minutes", "remind me at 17:55", "visit at 17:50"):
        ada = settled(at=MONDAY + 8 * HOUR + 39 * MINUTE)
        ada.conversation = with_memory(ada, nudges=False, quiet=("18:00", "08:00"))
        ada.say(wish)
        ada.down_until(ada.on("2026-11-02 18:00"))
        ada.send("check-in-days", working=("MO", "TU"), holidays="no", nudges="no")
        ada.until(ada.on("2026-11-03 12:00"))
        assert ada.moments() == ["Tue 03 08:00"], wish


def test_what_is_put_off_does_not_come_on_a_day_off_or_on_leave() -> None:
    ada = settled(at=MONDAY + 4 * DAY)
    ada.conversation = with_memory(ada, nudges=False, quiet=("18:00", "08:00"))
    ada.say("visits every weekday at 17:50")
    ada.down_until(ada.on("2026-11-06 18:05"))
    ada.until(ada.on("2026-11-08 20:00"))
    assert ada.moments() == []


def test_the_end_of_a_day_does_not_come_on_the_next() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="23:00")
    ada.down_until(ada.on("2026-11-03 01:30"))
    assert PARKED not in repr(ada.seen())


def test_quiet_hours_that_lead_into_a_leave_promise_the_day_after_it() -> None:
    ada = settled(at=MONDAY + 8 * HOUR + 50 * MINUTE)
    ada.conversation = with_memory(
        ada, nudges=False, quiet=("18:00", "08:00"), away=(date(2026, 11, 3), date(2026, 11, 4))
    )
    assert "Thu, Nov 5, 9:00" in ada.say("in 20 minutes").text
    ada.until(MONDAY + WEEK)
    assert ada.moments() == ["Thu 05 09:00"]


def test_planning_anew_does_not_ask_for_what_lies_in_a_leave_to_come() -> None:
    ada = settled()
    ada.say("visit on November 10 at 3pm")
    ada.send("check-in-away", first="2026-11-09", last="2026-11-13")
    ada.take(Replan(at=ada.at))
    ada.until(MONDAY + DAY)
    assert ada.chat == []


def test_a_visit_that_falls_into_a_leave_is_taken_out_and_that_is_said() -> None:
    ada = settled()
    ada.say("visit on Thursday at 3pm")
    assert word("away-visits") in ada.say("away until Friday").text
    assert (ada.conversation.memory.check_ins, ada.waiting) == ((), {})


def test_what_failed_once_is_made_up_for_where_it_truly_was_due() -> None:
    ada = settled(at=MONDAY - DAY)
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-supervision", date="2026-11-04", time="10:00", every="once")
    ada.waiting.clear()  # its turn failed, on Monday at ten
    ada.at = ada.on("2026-11-02 11:00")
    ada.take(Replan(at=ada.at))
    ada.tick()
    assert ada.moments() == ["Mon 02 11:00"]
    ada = settled()
    ada.send("check-in-supervision", date="2026-11-05", time="10:00", every="once")
    ada.waiting.clear()
    ada.at = ada.on("2026-11-05 11:00")  # after the meeting
    ada.take(Replan(at=ada.at))
    ada.tick()
    assert ada.chat == []


def test_new_quiet_hours_take_back_what_is_on_its_way() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.until(ada.on("2026-11-02 15:00"))
    ada.effects.clear()
    ada.send("check-in-quiet", hours="18:00-08:00")
    assert any(isinstance(effect, Recall) for effect in ada.effects)


def test_a_script_says_the_day_on_which_it_comes_back_where_another_was_wanted() -> None:
    ada = settled(at=MONDAY - 2 * DAY)
    ada.agree("look-again")
    assert "Mon, Nov 30" in repr(ada.tap("four-weeks").preface), "four weeks from a Saturday is one"


def test_one_leave_takes_the_place_of_another_and_says_so() -> None:
    ada = settled()
    ada.say("away until Friday")
    said = ada.say("away on December 24").text
    assert word("away-instead", first="Monday, November 2, 2026", last="Friday, November 6, 2026") in said


def test_going_on_leaves_a_leave_that_is_still_to_come() -> None:
    ada = settled()
    ada.send("check-in-away", first="2026-11-09", last="2026-11-13")
    ada.say("pause check-ins")
    ada.say("resume check-ins")
    assert ada.conversation.memory.away == (date(2026, 11, 9), date(2026, 11, 13))
    ada.send("check-in-away", first="", last="2026-11-13")
    ada.say("resume check-ins")
    assert ada.conversation.memory.away is None


def test_not_today_holds_though_tomorrow_is_planned() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.say("not today")
    ada.say("visit tomorrow at 3pm")
    assert "today" not in repr(ada.page().sections[0].lines)
    ada.until(MONDAY + DAY)
    assert ada.chat == []


def test_a_reminder_that_was_switched_off_meanwhile_does_not_come() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.until(ada.on("2026-11-02 15:05"))
    ada.send("check-in-days", working=("MO", "TU"), holidays="no", nudges="no")
    ada.until(MONDAY + DAY)
    assert ada.moments() == ["Mon 02 15:00"]


def test_leave_is_taken_and_ended_in_the_form() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    page = ada.send("check-in-away", first="", last="2026-11-04")
    assert word("away-is", first="Monday, November 2, 2026", last="Wednesday, November 4, 2026") in page.lines
    assert ada.waiting == {ada.conversation.memory.check_ins[0].id: ada.on("2026-11-05 17:00")}
    page = ada.send("check-in-away", first="", last="")
    assert page.lines[0] == word("away-none")
    assert ada.waiting == {ada.conversation.memory.check_ins[0].id: ada.on("2026-11-02 17:00")}


def test_who_is_back_says_so_with_one_tap() -> None:
    ada = settled()
    ada.send("check-in-away", first="", last="2026-11-20")
    assert "check-in-back" in {form.id for section in ada.page().sections for form in section.forms}
    assert ada.send("check-in-back").lines[0] == word("away-none")
    assert "check-in-back" not in {form.id for section in ada.page().sections for form in section.forms}


def test_leave_that_is_over_is_refused() -> None:
    ada = settled()
    page = ada.send("check-in-away", first="2026-10-01", last="2026-10-04")
    assert page.lines[0] == word("away-over")
    assert ada.conversation.memory.away is None


def test_everything_can_be_paused_and_goes_on_where_it_would_be_by_then() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.say("visit at 3pm")
    assert ada.say("pause check-ins").text == word("check-ins-paused")
    assert ada.waiting == {}
    ada.until(MONDAY + 2 * DAY)
    assert ada.chat == []
    ada.say("resume check-ins")
    ada.until(MONDAY + 3 * DAY)
    assert ada.moments() == ["Wed 04 17:00"]


def test_while_all_is_paused_nothing_new_is_set_and_that_is_said() -> None:
    ada = settled()
    ada.send("check-ins-pause")
    assert ada.say("visit at 3pm").text == word("paused-first")
    ada.say("resume check-ins")
    ada.say("visit at 3pm")
    ada.until(MONDAY + 8 * HOUR)
    assert ada.moments()[0] == "Mon 02 15:00"


def test_a_script_promises_nothing_while_all_is_paused() -> None:
    ada = settled()
    ada.send("check-ins-pause")
    ada.agree("look-again")
    assert word("check-ins-are-paused") in ada.tap("tomorrow").preface
    assert ada.waiting == {}


def test_words_typed_at_a_check_in_wait_in_private_and_are_said_to_stand_in_the_chat() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.until(ada.on("2026-11-02 15:00"))
    said = ada.say("I can't today, the little one was sick and his mom cried")
    assert word("typed-aside") in said.preface
    assert "little one" not in repr(ada.reply)
    assert "little one" in ada.conversation.model_dump_json()


def test_a_wish_that_is_refused_leaves_the_check_in_where_it_stands() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.until(ada.on("2026-11-02 15:00"))
    ada.send("check-ins-pause")
    before = ada.conversation
    assert ada.say("in 20 minutes").text == word("paused-first")
    assert ada.conversation == before


# Manners: together, early and late


def test_several_that_are_due_at_once_make_one_message() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-weekly", day="MO", time="17:00", script="quick-visit")
    ada.send("check-in-day-end", time="17:00")
    ada.say("visit at 5pm")
    ada.until(MONDAY + DAY)
    assert ada.moments() == ["Mon 02 17:00"]
    assert ada.conversation.session is not None
    assert ada.conversation.session.script == "quick-visit"
    assert ada.conversation.waiting == (), "a rule comes again by itself"


def test_a_reminder_that_is_due_at_once_with_another_waits_behind_it() -> None:
    ada = settled()
    ada.agree("look-again")
    ada.tap("tomorrow")
    ada.write("stop")
    ada.say("visit tomorrow at 9am")
    ada.chat.clear()
    ada.until(MONDAY + DAY)
    assert ada.moments() == ["Tue 03 09:00"]
    assert [session.script for session in ada.conversation.sessions] == ["quick-visit", "look-again"]


def test_what_comes_shortly_after_an_unanswered_one_makes_no_second_message() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.say("visit at 4:50pm")
    ada.until(MONDAY + DAY)
    assert ada.moments() == ["Mon 02 16:50"]


def test_whatever_was_asked_for_once_waits_behind_what_asks_first() -> None:
    """A single supervision, a visit and a reminder; also where the first of them is gone on with."""
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-supervision", date="2026-11-04", time="10:00", every="once")
    ada.agree("look-again")
    ada.tap("tomorrow")
    ada.write("stop")
    ada.say("visit at 10am")
    ada.until(ada.on("2026-11-02 10:00"))
    assert [session.script for session in ada.conversation.sessions] == ["quick-visit", "supervision-prep"]
    ada = settled()
    ada.agree("look-again")
    ada.tap("tomorrow")
    ada.agree("between-sites")
    ada.say("remind me tomorrow at 9am")
    ada.until(ada.on("2026-11-03 09:00"))
    assert {session.script for session in ada.conversation.sessions} == {"between-sites", "look-again"}


def test_a_late_answer_is_taken_until_the_next_of_its_kind() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    ada.until(ada.on("2026-11-03 10:00"))
    assert ada.conversation.session is not None
    assert ada.tap("private").step == "parked"
    ada.until(ada.on("2026-11-03 17:00"))
    assert ada.moments() == ["Mon 02 17:00", "Mon 02 19:00", "Tue 03 17:00"]
    assert len(ada.conversation.sessions) == 1, "the one that nobody answered has made room"


def test_an_early_answer_is_an_answer() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    ada.until(ada.on("2026-11-02 15:00"))
    finish_between_sites(ada)
    ada.chat.clear()
    ada.until(ada.on("2026-11-03 17:00"))
    assert ada.moments() == ["Tue 03 17:00"]


def test_an_answer_in_the_morning_is_not_one_for_the_evening() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    finish_between_sites(ada)
    ada.chat.clear()
    ada.until(ada.on("2026-11-02 17:00"))
    assert ada.moments() == ["Mon 02 17:00"]


def test_an_early_answer_counts_whatever_is_saved_afterwards() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    ada.until(ada.on("2026-11-02 15:00"))
    finish_between_sites(ada)
    ada.send("check-in-days", working=("MO", "TU", "WE"), holidays="no", nudges="no")
    assert "today" not in repr(ada.page().sections[0].lines)
    ada.chat.clear()
    ada.until(ada.on("2026-11-03 17:00"))
    assert ada.moments() == ["Tue 03 17:00"]


def finish_between_sites(ada: Life) -> None:
    ada.say("reflect between sites")
    ada.tap("private")
    ada.through(["mixed", "a word"])
    ada.tap("done")


def test_who_is_in_the_middle_of_a_reflection_is_not_disturbed_by_a_rule() -> None:
    ada = settled(at=MONDAY + 7 * HOUR + 50 * MINUTE)
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.agree("everything")
    ada.through(["yes", 2])
    ada.chat.clear()
    ada.until(MONDAY + 12 * HOUR)
    assert ada.chat == []
    assert [session.script for session in ada.conversation.sessions] == ["everything"]


def test_what_somebody_named_is_a_line_in_the_chat_while_they_are_in_the_middle_of_another() -> None:
    ada = settled(at=MONDAY + 5 * HOUR + 50 * MINUTE)
    ada.say("visit at 3pm")
    ada.say("visit at 3:20pm")
    ada.agree("everything")
    ada.through(["yes", 2])
    ada.chat.clear()
    ada.until(ada.on("2026-11-02 15:30"))
    assert ada.seen() == [("Mon 02 15:00", word("check-in-open"))]
    assert [session.script for session in ada.conversation.sessions] == ["everything", "quick-visit"]


def test_a_reflection_that_was_left_for_longer_waits_behind_what_comes() -> None:
    """Also one of which only the last tap was missing."""
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.agree("everything")
    ada.through(WHOLE)
    ada.chat.clear()
    ada.until(MONDAY + DAY)
    assert ada.seen() == [("Mon 02 17:00", PARKED)]
    assert [session.script for session in ada.conversation.sessions] == ["between-sites", "everything"]


def test_no_word_is_lost_where_no_more_reflections_can_wait() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    for number, script in enumerate(("quick-visit", "everything", "look-again", "between-sites")):
        ada.say(f"reflect {script}")
        ada.tap("private")
        ada.draft(f"words {number}")
    ada.effects.clear()
    ada.say("visit at 3pm")
    ada.until(ada.on("2026-11-02 15:00"))
    assert len(ada.conversation.sessions) == 4
    held = repr(ada.conversation.sessions) + repr([one for one in ada.effects if isinstance(one, Keep)])
    assert all(f"words {number}" in held for number in range(4))


def test_in_twenty_minutes_puts_an_open_reflection_down_and_comes_back_to_it() -> None:
    ada = settled()
    ada.agree("everything")
    ada.through(["yes", 2])
    ada.chat.clear()
    ada.say("in 20 minutes")
    ada.until(MONDAY + HOUR)
    assert "everything" in [session.script for session in ada.conversation.sessions]
    assert len(ada.chat) <= 1


def test_in_twenty_minutes_on_an_open_reflection_is_kept() -> None:
    ada = settled()
    ada.agree("quick-visit")
    ada.through(["A look."])
    ada.chat.clear()
    assert "9:20" in ada.say("in 20 minutes").text
    ada.until(MONDAY + DAY)
    assert ada.seen() == [("Mon 02 09:20", word("check-in-open"))]


def test_a_reflection_that_was_put_down_does_not_swallow_what_comes() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.agree("quick-visit")
    ada.through(["A look."])
    ada.write("pause")
    ada.chat.clear()
    ada.send("check-in-day-end", time="17:00")
    ada.say("visit at 3pm")
    ada.until(MONDAY + DAY)
    assert ada.moments() == ["Mon 02 15:00", "Mon 02 17:00"]


def test_somebody_elses_choice_of_script_does_not_wait_behind_an_unanswered_check_in() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.until(ada.on("2026-11-02 15:00"))
    ada.say("reflect everything")
    assert [session.script for session in ada.conversation.sessions] == ["everything"]


# The process and the clock


def test_a_process_down_for_three_days_makes_one_message_not_nine() -> None:
    ada = settled()
    ada.send("check-in-weekly", day="TU", time="10:00", script="quick-visit")
    ada.send("check-in-day-end", time="17:00")
    ada.say("visits every weekday at 3pm")
    ada.down_until(ada.on("2026-11-05 11:00"))
    assert ada.seen() == [("Thu 05 11:00", word("check-in-missed"))]
    ada.chat.clear()
    ada.until(ada.on("2026-11-05 15:00"))
    assert ada.moments() == ["Thu 05 15:00"]


def test_after_three_days_what_is_due_now_is_asked_and_nothing_else() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    ada.send("check-in-weekly", day="TU", time="10:00", script="quick-visit")
    ada.down_until(ada.on("2026-11-05 17:10"))
    assert ada.seen() == [("Thu 05 17:10", PARKED)]


def test_what_is_too_late_for_today_is_no_reproach() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.down_until(ada.on("2026-11-02 20:00"))
    assert ada.seen() == [("Mon 02 20:00", word("check-in-missed"))]
    assert list(kinds(ada)) == []


@pytest.mark.parametrize(
    ("back", "said"),
    [("2026-11-03 03:10", "Tue 03 09:00"), ("2026-11-07 06:10", "Mon 09 09:00"), ("2026-11-03 21:30", "Wed 04 09:00")],
)
def test_the_line_that_something_could_not_come_comes_by_day_on_a_working_day(back: str, said: str) -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.down_until(ada.on(back))
    assert ada.chat == []
    ada.until(MONDAY + WEEK + DAY)
    assert ada.seen() == [(said, word("check-in-missed"))]


def test_a_reminder_that_was_asked_for_still_comes_hours_later() -> None:
    ada = settled()
    ada.say("remind me at 10")
    ada.down_until(ada.on("2026-11-02 20:00"))
    assert ada.seen() == [("Mon 02 20:00", PARKED)]


def test_a_clock_that_jumps_on_and_back_asks_nothing_twice() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.down_until(ada.on("2026-11-03 17:00"))
    ada.at = MONDAY
    ada.until(ada.on("2026-11-03 17:30"))
    assert ada.moments() == ["Tue 03 17:00"]
    ada.until(ada.on("2026-11-04 17:30"))
    assert ada.moments() == ["Tue 03 17:00", "Wed 04 17:00"]


def test_a_clock_that_went_ahead_kills_no_rule_when_something_is_saved_meanwhile() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.down_until(ada.on("2026-11-03 17:00"))
    ada.at = MONDAY
    ada.send("quiet", hours="20:00-07:00")
    ada.until(ada.on("2026-11-05 17:30"))
    assert ada.moments() == ["Tue 03 17:00", "Wed 04 17:00", "Thu 05 17:00"]


# Who moves, and clocks that change


def test_who_moves_is_followed_and_told() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.say("remind me in 2 hours")
    instant = ada.at + 2 * HOUR
    moved(ada, "America/Los_Angeles")
    assert ada.seen() == [("Mon 02 06:00", word("check-ins-moved"))]
    assert sorted(ada.waiting.values()) == [instant, ada.on("2026-11-02 17:00")], "the wall clock moves, a moment stays"
    ada.chat.clear()
    ada.until(MONDAY + DAY)
    assert ada.moments() == ["Mon 02 08:00", "Mon 02 17:00"]


def test_who_has_set_nothing_is_told_of_no_move() -> None:
    ada = settled()
    moved(ada, "America/Los_Angeles")
    assert ada.chat == []


def test_the_first_news_of_where_somebody_lives_is_no_move() -> None:
    ada = settled(zone="UTC")
    assert word("zone-unknown") in ada.say("visit at 3pm").text
    moved(ada, "America/New_York")
    assert ada.chat == []
    assert list(ada.waiting.values()) == [ada.on("2026-11-02 15:00")]


def moved(ada: Life, zone: str) -> None:
    """As the shell does with a profile that names another zone."""
    before = ada.facts.zone
    ada.facts = ada.facts.model_copy(update={"zone": zone})
    event = Replan(at=ada.at)
    turn = ada.take(event)
    after = followed(Case(library(), ada.conversation, ada.facts, event), turn, before)
    ada.conversation = after.conversation
    for effect in after.effects:
        if isinstance(effect, Deliver):
            ada.chat.append((ada.at, effect.message))


def test_a_profile_that_goes_to_and_fro_is_told_of_once_a_day() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    for zone in ("America/Los_Angeles", "America/New_York") * 3:
        moved(ada, zone)
    assert len(ada.chat) == 1


def test_who_moves_west_in_the_evening_has_had_the_end_of_that_day() -> None:
    ada = settled()
    ada.conversation = with_memory(ada, nudges=False)
    ada.send("check-in-day-end", time="17:00")
    ada.until(ada.on("2026-11-02 17:30"))
    moved(ada, "America/Los_Angeles")
    ada.chat.clear()
    ada.until(MONDAY + 2 * DAY)
    assert ada.moments() == ["Tue 03 17:00"]


def test_who_lives_by_a_zone_that_is_gone_is_asked_nothing_and_promised_nothing() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    ada.facts = ada.facts.model_copy(update={"zone": "UTC", "zone_gone": True})
    ada.take(Replan(at=ada.at))
    assert ada.say("visit at 3pm").text == word("zone-gone")
    ada.until(MONDAY + WEEK)
    assert [text for _, text in ada.seen()] == [word("zone-gone")]


@pytest.mark.parametrize("place", ["America/Los_Angeles", "los angeles", "Los Angeles", "LOS_ANGELES"])
def test_one_can_say_where_one_is(place: str) -> None:
    ada = settled(zone="UTC")
    ada.send("check-in-day-end", time="17:00")
    page = ada.send("zone", zone=place)
    assert page.lines[0] == word("zone-set", place="Los Angeles")
    assert ada.conversation.memory.own_zone
    assert list(ada.waiting.values()) == [ada.on("2026-11-02 17:00") + 8 * HOUR - 0 * HOUR]


def test_a_place_that_is_not_known_changes_nothing() -> None:
    ada = settled()
    before = ada.conversation
    for place in ("", "Atlantis", "Springfield", "EST5EDT-ish", "a" * 3000):
        assert ada.send("zone", zone=place).lines[0] == word("zone-unread")
    assert ada.conversation == before


def test_what_failed_once_is_due_again_when_all_is_planned_anew() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.waiting.clear()  # its turn failed
    ada.at = ada.on("2026-11-02 16:00")
    ada.take(Replan(at=ada.at))
    ada.tick()
    assert ada.moments() == ["Mon 02 16:00"]


# The page


def test_the_page_says_what_comes_and_when() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    page = ada.page()
    (section,) = [one for one in page.sections if one.title == word("check-in-day-end")]
    assert section.lines == ("Next: today, 5:00 PM · tomorrow, 5:00 PM · Wed, Nov 4, 5:00 PM",)


def test_each_can_be_removed() -> None:
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    wanted = str(ada.conversation.memory.check_ins[0].id)
    assert ada.send("check-in-remove", **{"check-in": wanted}).lines[0] == word("checkins-removed")
    assert (ada.waiting, ada.conversation.memory.check_ins) == ({}, ())
    ada.send("check-in-remove", **{"check-in": wanted})
    assert ada.turn is not None
    assert ada.turn.illegal == "form-incomplete"


def test_days_that_are_far_away_are_slips_and_change_nothing() -> None:
    ada = settled()
    before = ada.conversation
    for day in ("0001-01-01", "1899-12-31", "2029-06-01", "9990-01-01", "9999-12-31"):
        ada.send("check-in-supervision", date=day, time="10:00", every="month")
        ada.send("check-in-away", first=day, last=day)
    for text in ("visit on 9995-01-01 at 3pm", "away on 9995-01-01", "away until 9995-01-01"):
        ada.say(text)
    assert ada.conversation.memory == before.memory


def test_there_is_room_for_twelve() -> None:
    ada = settled()
    for hour in range(10, 22):
        ada.say(f"visit at {hour}:05")
    assert len(ada.conversation.memory.check_ins) == 12
    assert ada.say("visit at 22:05").text == word("check-ins-full", most=12)
    assert len(ada.waiting) == 12
    ada.send("consent", words="keep", counting="ask")
    assert len(ada.waiting) == 13, "the look at one's choices takes nobody's place"
    assert "I will ask" in ada.say("visit at 10:05").text, "the same once more takes its own place"


@pytest.mark.parametrize("form", ["check-in-visit", "check-in-day-end", "check-in-weekly", "check-in-supervision",
                                  "check-in-days", "check-in-remove", "zone"])  # fmt: skip
def test_an_empty_form_changes_nothing_and_says_what_is_missing(form: str) -> None:
    ada = settled()
    before = ada.conversation
    ada.send(form)
    assert ada.turn is not None
    assert ada.turn.illegal
    assert ada.conversation == before


def test_the_chat_shows_the_same_whatever_asks() -> None:
    """Law 6: which script, which kind and what else was due are not to be read from the message."""
    seen = set()
    for wish in ("visit at 5pm", "every Monday at 5pm"):
        ada = settled()
        ada.say(wish)
        ada.until(ada.on("2026-11-02 17:00"))
        seen.add(ada.chat[0][1].model_copy(update={"prompt": "", "script": "", "progress": "", "minutes_left": None}))
    ada = settled()
    ada.send("check-in-day-end", time="17:00")
    ada.until(ada.on("2026-11-02 17:00"))
    seen.add(ada.chat[0][1].model_copy(update={"prompt": "", "script": "", "progress": "", "minutes_left": None}))
    assert len(seen) == 1


def test_where_a_script_is_gone_the_usual_one_stands_in_for_it() -> None:
    ada = settled()
    gone = CheckIn(id=uuid4(), kind="follow-up", script="no-such-script", at=ada.at + HOUR)
    ada.conversation = with_memory(ada, check_ins=(gone,))
    ada.waiting[gone.id] = ada.at + HOUR
    ada.until(MONDAY + DAY)
    assert ada.moments() == ["Mon 02 10:00"]
    assert ada.conversation.session is not None
    assert ada.conversation.session.script == "quick-visit"


def test_what_was_asked_for_once_comes_before_a_reflection_that_was_left() -> None:
    ada = settled()
    ada.agree("look-again")
    ada.tap("tomorrow")
    ada.agree("everything")
    ada.through(["yes", 2])
    ada.until(MONDAY + 2 * DAY)
    assert [session.script for session in ada.conversation.sessions] == ["look-again", "everything"]


def test_a_year_that_ends_is_told_of_also_when_something_else_asks_or_is_open() -> None:
    for open_ in (False, True):
        ada = settled(at=MONDAY - 351 * DAY)
        ada.send("consent", words="keep", counting="always")
        ada.until(MONDAY - DAY)
        ada.chat.clear()
        ada.send("check-in-weekly", day="MO", time="09:00", script="quick-visit")
        if open_:
            ada.agree("everything")
            ada.through(["yes", 2])
            ada.chat.clear()
        ada.until(MONDAY + 1 * DAY)
        assert word("consent-ends") in ada.chat[0][1].preface
        assert ada.moments()[0] == "Mon 02 09:00"


def test_leave_of_more_than_a_year_is_a_pause() -> None:
    ada = settled()
    page = ada.send("check-in-away", first="", last="2028-06-01")
    assert page.lines[0] == word("away-long")
    assert ada.conversation.memory.away is None


def test_what_was_for_a_day_of_a_pause_is_gone_when_all_goes_on() -> None:
    ada = settled()
    ada.say("visit at 3pm")
    ada.say("pause check-ins")
    ada.until(MONDAY + 2 * DAY)
    ada.say("resume check-ins")
    assert (ada.conversation.memory.check_ins, ada.waiting) == ((), {})
