"""What people settle outside a reflection: at home, in quiet hours, and where a workspace is set up."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, get_args
from uuid import uuid4

import pytest
from talks import AT, Talk, came_due, library

from bot.conversation import CheckIn, Conversation, Facts, Form, FormField, Page, Program, TeamFacts
from bot.effects import Deliver, Keep, Leave, NameLead, Plan, SetTeam, Turn
from bot.events import Choose, Joined, Left, Notice, NoticeName, Open, Submit
from bot.home import QUIET
from bot.menu import FEW
from bot.notices import ABOUT
from bot.setup import LOCAL_LINES
from scheduler.recurrence import zone_named

NEW_YORK = "America/New_York"
MEMBERS = ("ada", "ben", "cleo", "dan", "eve", "finn")
NORTH = TeamFacts(name="North", members=MEMBERS, supervisors=("sam",), earliest=date(2026, 12, 10))
SOUTH = TeamFacts(name="South", members=("gil", "hana"))
LOCALES = ("en", "es")
#: The moments of a script that is only for those who supervise.
SUPERVISES = ("supervising",)
#: Whose words are fixed; a digest tells what was published.
NOTICES: tuple[NoticeName, ...] = tuple(name for name in get_args(NoticeName) if name != "digest")


def at_home(locale: str = "en", **facts: Any) -> Talk:
    talk = Talk(facts=Facts(zone=NEW_YORK, **facts))
    talk.conversation = talk.conversation.model_copy(update={"locale": locale})
    return talk


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


def opened(talk: Talk, name: str) -> Page:
    talk.take(Open(at=talk.at, page=name))
    assert talk.reply.page is not None
    return talk.reply.page


def sent(talk: Talk, form: str, **values: str | tuple[str, ...]) -> Page:
    named = {field.replace("_", "-"): value for field, value in values.items()}
    talk.take(Submit(at=talk.at, form=form, values=named))
    assert talk.reply.page is not None
    return talk.reply.page


def forms(page: Page) -> dict[str, Form]:
    return {form.id: form for section in page.sections for form in section.forms}


def fields(page: Page, form: str) -> dict[str, FormField]:
    return {field.id: field for field in forms(page)[form].fields}


def scripts(page: Page) -> dict[str, str]:
    """The labels of the scripts that can be begun on a page."""
    return {option.id: option.label for section in page.sections for option in section.scripts}


def ways(page: Page) -> list[str]:
    return [option.id for section in page.sections for option in section.pages]


def said(page: Page) -> str:
    return "\n".join(page.lines)


def illegal(talk: Talk) -> str:
    assert talk.turn is not None
    return talk.turn.illegal


# Home


def test_home_leads_everybody_to_their_own_pages_and_nobody_to_others() -> None:
    own = ["scripts", "checkins", "data", "consent", "names"]
    assert ways(opened(at_home(), "home")) == own
    assert ways(opened(at_home(supervises=True), "home")) == [*own, "report", "packet"]
    assert ways(opened(at_home(leads=True), "home")) == [*own, "setup"]
    assert ways(opened(at_home(names_lead=True), "home")) == [*own, "lead"]


def test_every_page_that_home_leads_to_opens_under_the_name_of_its_button() -> None:
    talk = at_home(supervises=True, leads=True, names_lead=True, teams=(NORTH,))
    page = opened(talk, "home")
    for option in (option for section in page.sections for option in section.pages):
        assert opened(talk, option.id).title == option.label.removesuffix("…")


@pytest.mark.parametrize("supervises", [False, True])
def test_home_offers_a_script_for_each_moment_and_all_of_them_on_a_page(supervises: bool) -> None:
    talk = at_home(supervises=supervises)
    few = scripts(opened(talk, "home"))
    offered = [moment for moment in FEW if supervises or moment != "supervising"]
    assert list(few.values()) == [word(f"moment-{moment}") for moment in offered]
    assert all(moment in library().scripts[slug].moments for slug, moment in zip(few, offered, strict=True))
    every = [option.id for section in opened(talk, "scripts").sections for option in section.scripts]
    hidden = [] if supervises else [slug for slug in library().scripts if library().scripts[slug].moments == SUPERVISES]
    assert sorted([*every, *hidden]) == sorted(library().scripts), "each of them once"
    assert set(few) <= set(every)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_script_is_found_by_words_of_any_language_and_begins_there(locale: str) -> None:
    talk = at_home(locale)
    for typed in ("visit quick", "Después de una visíta", "quick-visit"):
        page = sent(talk, "find-script", words=typed)
        assert page.sections[0].title == word("scripts-found", locale)
        assert page.sections[0].scripts[0].id == "quick-visit"
    page = sent(talk, "find-script", words="xylophone")
    assert page.lines == (word("scripts-none", locale, words="xylophone"),)
    assert scripts(page) == scripts(opened(talk, "scripts")), "and all of them stand below"
    sent(talk, "find-script", words=" ")
    assert illegal(talk) == "form-incomplete"


def test_home_has_what_can_be_set() -> None:
    talk = at_home()
    assert set(forms(opened(talk, "home"))) == {"language", "quiet"}
    talk.agree()
    assert set(forms(opened(talk, "home"))) == {"language", "quiet"}, "what was agreed to has its own page"
    assert set(forms(opened(talk, "consent"))) == {"consent", "withdraw"}


@pytest.mark.parametrize("locale", LOCALES)
def test_home_says_in_two_sentences_who_can_see_what(locale: str) -> None:
    line = word("home-who-sees", locale)
    assert line in opened(at_home(locale), "home").lines
    assert len(re.findall(r"[.!?](?:\s|$)", line)) == 2


def arranged_at(moment: str, locale: str = "en") -> Talk:
    """Somebody who is asked again at that moment."""
    talk = at_home(locale)
    again = CheckIn(id=uuid4(), kind="follow-up", script="between-sites", at=datetime.fromisoformat(moment))
    memory = talk.conversation.memory.model_copy(update={"check_ins": (again,)})
    talk.conversation = talk.conversation.model_copy(update={"memory": memory})
    return talk


@pytest.mark.parametrize(
    ("locale", "said_so"),
    [("en", "Tuesday, November 3, 2026, 5:00 PM"), ("es", "martes, 3 de noviembre de 2026, 17:00")],
)
def test_home_says_when_somebody_is_asked_next_on_their_own_clock(locale: str, said_so: str) -> None:
    assert said_so in said(opened(arranged_at("2026-11-03T22:00Z", locale), "home"))
    assert word("home-next", locale, day="", time="")[:12] not in said(opened(at_home(locale), "home"))


def test_home_knows_that_quiet_hours_put_a_check_in_off() -> None:
    talk = arranged_at("2026-11-03T23:30Z")
    assert "8:00 AM" in said(sent(talk, "quiet", hours="18:00-08:00"))
    assert "6:30 PM" in said(sent(talk, "quiet", hours="none"))


# Quiet hours


def test_quiet_hours_are_kept_and_can_be_given_up() -> None:
    talk = at_home()
    page = sent(talk, "quiet", hours="20:00-07:00")
    assert talk.conversation.memory.quiet == ("20:00", "07:00")
    assert fields(page, "quiet")["hours"].value == ("20:00-07:00",)
    sent(talk, "quiet", hours="none")
    assert talk.conversation.memory.quiet is None


@pytest.mark.parametrize("hours", ["", "07:00-20:00", "25:00-08:00", "18:00-", "-", "always"])
def test_hours_that_are_not_offered_change_nothing(hours: str) -> None:
    talk = at_home()
    before = talk.conversation
    sent(talk, "quiet", hours=hours)
    assert illegal(talk) == "form-incomplete"
    assert talk.conversation == before


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("zone", [NEW_YORK, "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"])
def test_quiet_hours_say_whose_clock_they_go_by(zone: str, locale: str) -> None:
    talk = at_home(locale)
    talk.facts = talk.facts.model_copy(update={"zone": zone})
    assert fields(opened(talk, "home"), "quiet")["hours"].hint
    assert "Buenos Aires" in fields(opened(talk, "home"), "quiet")["hours"].hint or "Buenos" not in zone


def asked(hour: str, quiet: str = "18:00-08:00") -> Talk:
    """A check-in has asked, at an hour in New York, somebody who wants their evenings quiet."""
    talk = at_home()
    talk.agree("between-sites")
    talk.write("stop")
    talk.at = datetime.fromisoformat(f"2026-11-03T{hour}-05:00")
    talk.take(came_due(talk.at))
    sent(talk, "quiet", hours=quiet)
    talk.effects.clear()
    return talk


def reminded(talk: Talk) -> str:
    [plan] = talk.effects_of(Plan)
    assert isinstance(plan, Plan)
    assert plan.due is not None
    return plan.due.astimezone(zone_named(NEW_YORK)).strftime("%d %H:%M")


def test_a_reminder_that_would_fall_into_quiet_hours_comes_at_their_end_and_is_not_promised_sooner() -> None:
    talk = asked("17:40")
    message = talk.tap("half-hour", surface="message")
    assert reminded(talk) == "04 08:00"
    assert word("reminder-after-quiet") in (*message.preface, message.text)
    assert not [line for line in message.preface if "half an hour" in line]


def test_a_reminder_before_quiet_hours_comes_when_it_was_asked_for() -> None:
    talk = asked("17:20")
    message = talk.tap("half-hour", surface="message")
    assert reminded(talk) == "03 17:50"
    assert "I will ask again in half an hour." in message.preface


def test_an_end_that_asks_again_keeps_to_quiet_hours_too() -> None:
    talk = asked("17:40")
    talk.tap("private")
    talk.through(["yes", "mixed", "A word."])
    message = talk.tap("day-end")
    assert reminded(talk) == "04 08:00"
    assert message.text == word("reminder-after-quiet")


def test_a_check_in_that_comes_due_in_quiet_hours_waits_for_their_end() -> None:
    talk = asked("17:40")
    talk.tap("not-today", surface="message")
    talk.effects.clear()
    talk.at = datetime.fromisoformat("2026-11-03T21:00-05:00")
    due = came_due(talk.at)
    turn = talk.take(due)
    assert (turn.illegal, turn.reply.message) == ("", None)
    [plan] = turn.effects
    assert isinstance(plan, Plan)
    assert plan.due == datetime.fromisoformat("2026-11-04T13:00Z")
    talk.at = datetime.fromisoformat("2026-11-04T08:00-05:00")
    turn = talk.take(due.model_copy(update={"at": talk.at}))
    assert [type(effect) for effect in turn.effects if not isinstance(effect, Plan)] == [Deliver]


def test_every_choice_of_quiet_hours_has_its_words() -> None:
    for locale in LOCALES:
        field = fields(opened(at_home(locale), "home"), "quiet")["hours"]
        assert tuple(option.id for option in field.options) == tuple(QUIET)
        assert len({option.label for option in field.options}) == len(QUIET)


# What a person is told that others did


def people_of_every_kind(locale: str) -> list[Talk]:
    """A newcomer, somebody in the middle of a talk, and one who keeps nothing."""
    new, talking, silent = at_home(locale), at_home(), at_home()
    talking.agree("quick-visit")
    talking.write("The blue cup.")
    silent.agree("between-sites", words="nothing")
    for talk in (talking, silent):
        talk.conversation = talk.conversation.model_copy(update={"locale": locale})
    return [new, talking, silent]


def told(talk: Talk, notice: NoticeName) -> Turn:
    return talk.take(Notice(at=talk.at, notice=notice, person="U07SAM"))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_is_one_line_the_same_for_everybody_and_disturbs_nothing(notice: NoticeName, locale: str) -> None:
    messages = []
    for talk in people_of_every_kind(locale):
        before = talk.conversation
        turn = told(talk, notice)
        assert (turn.conversation, turn.illegal, turn.reply.message) == (before, "", None)
        [effect] = turn.effects
        assert isinstance(effect, Deliver)
        messages.append(effect.message)
    assert messages[0] == messages[1] == messages[2]
    assert (messages[0].script, messages[0].step, messages[0].preface) == ("", "", ())
    assert ("{person}" in messages[0].text) is (notice in ABOUT)
    ways = {"private", "page:lead", "page:setup", "page:report", "page:packet"}
    assert {option.id for option in messages[0].choices} <= ways


@pytest.mark.parametrize(("notice", "page"), [("installed", "lead"), ("lead", "setup"), ("supervisor", "report")])
def test_a_notice_s_button_leads_to_the_page_in_private(notice: NoticeName, page: str) -> None:
    for talk in people_of_every_kind("en"):
        before = talk.conversation
        [effect] = told(talk, notice).effects
        assert isinstance(effect, Deliver)
        [button] = effect.message.choices
        turn = talk.take(Choose(at=talk.at, values=(button.id,), surface="message", prompt=effect.message.prompt))
        assert turn.conversation == before
        assert turn.reply.page is not None
        assert (turn.reply.surface, turn.reply.page.name) == ("private", page)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_notice_names_the_page_by_its_title(locale: str) -> None:
    for notice, title in (("installed", "lead-title"), ("lead", "setup-title"), ("supervisor", "report-title")):
        assert f"“{word(title, locale)}”" in word(f"notice-{notice}", locale)
    assert f"“{word('continue-private', locale)}”" in word("notice-invited", locale)


def test_the_invitation_opens_in_private_and_asks_first_what_may_be_kept() -> None:
    talk = at_home()
    [effect] = told(talk, "invited").effects
    assert isinstance(effect, Deliver)
    [button] = effect.message.choices
    talk.take(Choose(at=talk.at, values=(button.id,), surface="message", prompt=effect.message.prompt))
    assert (talk.reply.surface, talk.message.step) == ("private", "consent")


def test_who_joins_is_greeted_and_who_leaves_is_let_go() -> None:
    talk = at_home()
    assert [type(effect) for effect in talk.take(Joined(at=talk.at)).effects] == [Deliver]
    assert talk.take(Left(at=talk.at)).effects == (Leave(),)
    talk.agree("quick-visit")
    talk.write("The blue cup.")
    turn = talk.take(Left(at=talk.at))
    assert [type(effect) for effect in turn.effects] == [Keep, Leave]
    assert turn.conversation.sessions == ()


# Who leads


@pytest.mark.parametrize("locale", LOCALES)
def test_whoever_installed_it_names_a_lead_and_is_told_that_neither_reads_anything(locale: str) -> None:
    talk = at_home(locale, names_lead=True)
    page = opened(talk, "lead")
    assert page.lines == (word("lead-intro", locale),)
    assert fields(page, "lead")["person"].kind == "person"
    once, again = sent(talk, "lead", person="U07LEA"), sent(talk, "lead", person=("U07LEA",))
    assert once == again
    assert once.lines[0] == word("lead-named", locale)
    assert talk.effects == [NameLead("U07LEA"), NameLead("U07LEA")]
    assert fields(once, "lead")["person"].value == ("U07LEA",)


@pytest.mark.parametrize("person", ["", "  ", (), ("U1", "U2"), "U1, U2"])
def test_a_lead_is_one_person(person: str | tuple[str, ...]) -> None:
    talk = at_home(names_lead=True)
    assert word("lead-nobody") in sent(talk, "lead", person=person).lines
    assert (illegal(talk), talk.effects) == ("lead-nobody", [])


def test_nobody_else_names_a_lead() -> None:
    talk = at_home(leads=True, supervises=True)
    assert opened(talk, "lead").sections == ()
    assert sent(talk, "lead", person="U07LEA").lines == (word("lead-not-yours"),)
    assert (illegal(talk), talk.effects) == ("lead-not-yours", [])


# Teams


ANSWERS: dict[str, str | tuple[str, ...]] = {
    "name": "North", "members": MEMBERS, "supervisors": ("sam",), "day_end": "16:30", "lines": "",
}  # fmt: skip


def leading(locale: str = "en", **facts: Any) -> Talk:
    return at_home(locale, leads=True, **facts)


def one_team(talk: Talk) -> SetTeam:
    [effect] = talk.effects
    assert isinstance(effect, SetTeam)
    return effect


def test_four_questions_set_up_the_first_team() -> None:
    talk = leading()
    form = fields(opened(talk, "setup"), "team")
    assert [(field.id, field.kind) for field in form.values()] == [
        ("name", "text"), ("members", "people"), ("supervisors", "people"), ("day-end", "time"), ("lines", "lines"),
        ("rotation", "choice"),
    ]  # fmt: skip
    assert (form["name"].value, form["day-end"].value) == (("Our team",), ("17:00",))
    assert [field.label[0] for field in form.values()] == ["N", "1", "2", "3", "4", "W"]
    sent(talk, "team", **ANSWERS)
    assert one_team(talk) == SetTeam("North", MEMBERS, ("sam",), {"day_end": "16:30"})


@pytest.mark.parametrize("locale", LOCALES)
def test_after_it_the_lead_knows_what_happens_now_and_from_when_there_can_be_themes(locale: str) -> None:
    talk = leading(locale)
    page = sent(talk, "team", **ANSWERS)
    day = {"en": "December 10, 2026", "es": "10 de diciembre de 2026"}[locale]
    assert page.lines == (
        word("setup-saved", locale, team="North"),
        word("setup-invites", locale),
        word("setup-earliest", locale, date=day),
        word("setup-never", locale),
    )
    assert fields(page, "team")["members"].value == MEMBERS
    assert sent(talk, "team", **ANSWERS) == page, "saying it twice says the same"


def test_a_small_team_is_told_that_it_sees_no_themes_alone() -> None:
    talk = leading()
    page = sent(talk, "team", **(ANSWERS | {"members": MEMBERS[:5]}))
    assert word("setup-small") in page.lines
    assert "2026" not in said(page)
    assert word("setup-small") in opened(leading(teams=(SOUTH,)), "setup").lines


def test_a_small_team_in_a_circle_has_a_day() -> None:
    circled = SOUTH.model_copy(update={"earliest": date(2026, 12, 10)})
    talk = leading(teams=(NORTH, circled))
    assert word("setup-small") not in opened(talk, "setup:South").lines
    assert word("setup-small") not in sent(talk, "team", **(ANSWERS | {"name": "South", "members": ("gil",)})).lines
    assert word("setup-small") in sent(talk, "team", **(ANSWERS | {"members": MEMBERS[:5]})).lines


def test_who_supervises_can_be_named_later() -> None:
    talk = leading()
    page = sent(talk, "team", **(ANSWERS | {"supervisors": ()}))
    assert one_team(talk).supervisors == ()
    assert word("setup-no-supervisor") in page.lines


def test_a_name_that_is_there_changes_that_team_and_a_new_one_adds_a_team() -> None:
    talk = leading(teams=(NORTH, SOUTH))
    sent(talk, "team", **(ANSWERS | {"name": " north "}))
    assert one_team(talk).team == "North"
    talk.effects.clear()
    page = sent(talk, "team", **(ANSWERS | {"name": "West"}))
    assert one_team(talk).team == "West"
    assert ways(page) == ["setup:North", "setup:South", "setup:+"], "the one that is shown needs no button"
    assert word("setup-earliest", date="December 10, 2026") in page.lines, "the grid is that of the other teams"


def test_where_there_are_several_teams_each_opens_by_its_name() -> None:
    talk = leading(teams=(NORTH, SOUTH))
    page = opened(talk, "setup")
    assert ways(page) == ["setup:South", "setup:+"]
    assert fields(page, "team")["members"].value == MEMBERS
    south = opened(talk, "setup:South")
    assert (south.name, fields(south, "team")["members"].value) == ("setup", ("gil", "hana"))
    new = fields(opened(talk, "setup:+"), "team")
    assert (new["name"].value, new["members"].value) == (("",), ())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"name": " "}, "setup-no-name"),
        ({"name": "x" * 61}, "setup-no-name"),
        ({"members": ()}, "setup-nobody"),
        ({"members": ("ada", "sam")}, "setup-both"),
        ({"day_end": "after lunch"}, "setup-no-time"),
        ({"day_end": "25:00"}, "setup-no-time"),
        ({"day_end": ""}, "setup-no-time"),
        ({"lines": "Child protection: 1-800-555-0100\n" * 13}, "setup-long"),
        ({"lines": f"Child protection: {'5' * 200}"}, "setup-long"),
        ({"lines": "Somebody nice: 555-0100"}, "setup-unnamed"),
        ({"lines": "Child protection 555-0100"}, "setup-unnamed"),
    ],
)
def test_a_fault_is_said_kindly_and_nothing_that_was_entered_is_lost(
    fault: dict[str, Any], why: str, locale: str
) -> None:
    talk = leading(locale, teams=(SOUTH,))
    entered = ANSWERS | fault
    page = sent(talk, "team", **entered)
    assert (illegal(talk), talk.effects) == (why, [])
    assert word("setup-unchanged", locale) in page.lines
    form = fields(page, "team")
    assert form["members"].value == entered["members"]
    assert form["name"].value == (str(entered["name"]).strip(),)
    assert form["day-end"].value == (entered["day_end"],)
    assert "\n".join(form["lines"].value) == str(entered["lines"]).strip()


def test_all_faults_are_said_at_once() -> None:
    talk = leading()
    page = sent(talk, "team")
    assert (illegal(talk), len(page.lines)) == ("setup-no-name", 5)


def test_people_who_cannot_be_picked_can_be_typed() -> None:
    talk = leading()
    sent(talk, "team", **(ANSWERS | {"members": "ada, ben\ncleo dan eve,finn ada"}))
    assert one_team(talk).members == MEMBERS


@pytest.mark.parametrize(("typed", "kept"), [("9:05", "09:05"), ("16.30", "16:30"), (" 00:00 ", "00:00")])
def test_a_time_is_kept_as_a_clock_shows_it(typed: str, kept: str) -> None:
    talk = leading()
    sent(talk, "team", **(ANSWERS | {"day_end": typed}))
    assert one_team(talk).settings == {"day_end": kept}


def test_what_stays_as_it_was_is_no_setting_of_the_team() -> None:
    program = Program(day_end="16:30", resources={"child-protection": "1-800-555-0100", "crisis": "112"})
    talk = leading(program=program)
    form = fields(opened(talk, "setup"), "team")
    assert form["lines"].value[0] == "Child protection: 1-800-555-0100"
    sent(talk, "team", **(ANSWERS | {"lines": form["lines"].value}))
    assert one_team(talk).settings == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_lead_chooses_what_the_weekly_question_goes_through(locale: str) -> None:
    talk = leading(locale)
    field = fields(opened(talk, "setup"), "team")["rotation"]
    labels = {name: word(f"setup-rotation-{name}", locale) for name in ("principles", "stance")}
    assert {option.id: option.label for option in field.options} == labels
    assert field.value == ("principles",)
    page = sent(talk, "team", **(ANSWERS | {"rotation": "stance"}))
    assert one_team(talk).settings == {"day_end": "16:30", "rotation": "stance"}
    assert fields(page, "team")["rotation"].value == ("stance",)


@pytest.mark.parametrize("chosen", [{}, {"rotation": ""}, {"rotation": "weekly"}, {"rotation": "stance"}])
def test_a_weekly_question_that_was_not_chosen_anew_stays_as_it_was(chosen: dict[str, str]) -> None:
    talk = leading(program=Program(day_end="16:30", rotation="stance"))
    sent(talk, "team", **(ANSWERS | chosen))
    assert one_team(talk).settings == {}
    page = sent(talk, "team", **(ANSWERS | {"name": "", "rotation": "principles"}))
    assert fields(page, "team")["rotation"].value == ("principles",), "a fault elsewhere keeps what was chosen"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_lines_that_were_set_up_stand_on_the_safety_card_and_in_the_notice(locale: str) -> None:
    talk = leading(locale, program=Program(resources={"crisis": "112", "questions": "old"}))
    lines = (
        "Child protection: County line, 1-800-555-0100",
        "CHILD PROTECTION: at night 1-800-555-0199",
        "Protección infantil: otra, 555-0111",
        "Employee assistance: 555-0122",
        "Questions or complaints:",
    )
    page = sent(talk, "team", **(ANSWERS | {"lines": "\n".join(lines)}))
    resources = one_team(talk).settings["resources"]
    protection = "County line, 1-800-555-0100; at night 1-800-555-0199; otra, 555-0111"
    assert resources == {"child-protection": protection, "employee-assistance": "555-0122", "questions": ""}
    assert isinstance(resources, dict)
    talk.facts = talk.facts.model_copy(update={"program": Program(resources=resources)})
    card = " ".join(talk.write("safety").preface)
    assert protection in card
    assert "555-0122" in card
    name = word("setup-line-child-protection", locale)
    assert f"{name}: {protection}" in fields(page, "team")["lines"].value


def test_the_lines_to_call_are_those_that_differ_from_place_to_place() -> None:
    resources = library().resources.resources
    assert set(LOCAL_LINES) == {key for key, resource in resources.items() if resource.program}


@pytest.mark.parametrize("page", ["setup", "setup:North", "setup:+"])
def test_nobody_but_a_lead_sees_or_sets_up_a_team(page: str) -> None:
    talk = at_home(supervises=True, names_lead=True, teams=(NORTH,))
    shown = opened(talk, page)
    assert (shown.lines, shown.sections) == ((word("setup-not-yours"),), ())
    assert sent(talk, "team", **ANSWERS).sections == ()
    assert (illegal(talk), talk.effects) == ("setup-not-yours", [])


def test_no_page_of_a_lead_tells_whether_anybody_has_answered() -> None:
    """The same page whatever the members do: it is built from the roster alone."""
    shown = [opened(leading(teams=(NORTH,), circle=circle), "setup") for circle in (True, False)]
    assert shown[0] == shown[1]
    assert word("setup-never") in shown[0].lines
    assert AT.date().isoformat() not in shown[0].model_dump_json()


def test_setting_up_leaves_an_open_talk_as_it_is() -> None:
    talk = leading()
    talk.agree("quick-visit")
    before: Conversation = talk.conversation
    sent(talk, "team", **ANSWERS)
    assert talk.conversation == before


@pytest.mark.parametrize("locale", LOCALES)
def test_a_team_of_more_people_than_a_form_holds_is_not_cut_in_silence(locale: str) -> None:
    many = " ".join(f"U{number:04}" for number in range(101))
    talk = leading(locale)
    page = sent(talk, "team", **(ANSWERS | {"members": many}))
    assert page.lines[0] == word("setup-too-many", locale, people=100)
    assert word("setup-unchanged", locale) not in page.lines
    assert len(fields(page, "team")["members"].value) == 100
    assert not talk.effects_of(SetTeam)
    large = leading(locale, teams=(TeamFacts(name="Large", members=tuple(many.split())),))
    page = opened(large, "setup")
    assert word("setup-too-large", locale, people=100) in [line for part in page.sections for line in part.lines]
    assert not forms(page)
