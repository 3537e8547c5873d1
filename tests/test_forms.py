"""What comes with a form, whatever hands it over; and which of several forms it was."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.terminal.talk import doings
from bot import gallery
from bot.conversation import FieldKind, Form, FormField, Option, Page, Section, form_key
from bot.forms import a_date, a_time, several

ANYTHING = st.text() | st.lists(st.text(), max_size=3).map(tuple) | st.from_regex(r"\d{1,4}-\d{1,3}-\d{1,3}")
DATES = st.dates().map(date.isoformat)


@pytest.mark.parametrize("handed", ["2026-12-24", ("2026-12-24",), " 2026-12-24\n", "2026-12-24\u200f"])
def test_a_day_is_read_as_each_surface_hands_it_over(handed: str | tuple[str, ...]) -> None:
    assert a_date({"until": handed}, "until") == date(2026, 12, 24)


@pytest.mark.parametrize(
    "typed",
    [
        "", (), ("",), "12/24", "24 December", "2026-12-24T00:00", "20261224", "2026-W52-4", "2026-02-30", "2026-13-01",
        "0000-01-01", "٢٠٢٦-١٢-٢٤", "26-12-24", ("2026-12-24", "2026-12-25"), "2026-12-24 or so",
    ],
)  # fmt: skip
def test_what_is_no_day_is_none(typed: str | tuple[str, ...]) -> None:
    assert a_date({"until": typed}, "until") is None
    assert a_date({}, "until") is None


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("16:30", "16:30"), (("16:30",), "16:30"), ("16:30:00", "16:30"), ("7:05", "07:05"), (" 7.05 ", "07:05"),
        ("00:00", "00:00"), ("23:59", "23:59"), ("24:00", ""), ("16:60", ""), ("4 pm", ""), ("16", ""), ("16:3", ""),
        ("", ""), ((), ""), ("١٦:٣٠", ""), (("16:30", "17:00"), ""), ("16:30:99", ""),
    ],
)  # fmt: skip
def test_a_time_is_hours_and_minutes_or_nothing(typed: str | tuple[str, ...], time: str) -> None:
    assert a_time({"time": typed}, "time") == time
    assert a_time({}, "time") == ""


@given(DATES)
def test_every_day_that_there_is_can_be_handed_over(day: str) -> None:
    assert a_date({"until": day}, "until") == date.fromisoformat(day)


@given(ANYTHING)
def test_whatever_is_typed_is_read_without_falling_over(typed: str | tuple[str, ...]) -> None:
    found = a_date({"x": typed}, "x")
    assert found is None or isinstance(found, date)
    time = a_time({"x": typed}, "x")
    assert time == "" or a_time({"x": time}, "x") == time
    assert len(set(several({"x": typed}, "x"))) == len(several({"x": typed}, "x"))


@pytest.mark.parametrize("handed", [("0", "2", "4"), "0,2,4", "0, 2 4", ("0", "2", "2", "4")])
def test_what_is_ticked_is_read_as_each_surface_hands_it_over(handed: str | tuple[str, ...]) -> None:
    assert several({"days": handed}, "days") == ("0", "2", "4")
    for nothing in ("", (), ","):
        assert several({"days": nothing}, "days") == ()


# Forms


def form(which: str = "rule-1", title: str = "Change", **more: bool) -> Form:
    fields = (
        FormField(id="which", label="", value=(which,)),
        FormField(id="days", label="Days", kind="multi", options=(Option(id="0", label="Monday"),), value=("0",)),
        FormField(id="until", label="Until", kind="date"),
    )
    return Form(id="change", title=title, fields=fields, submit="Save", **more)


def test_a_field_without_a_label_is_carried_and_tells_one_form_from_another() -> None:
    one = form()
    assert [field.id for field in one.asked] == ["days", "until"]
    assert one.carried == {"which": "rule-1"}
    assert one.key == form_key("change", ["rule-1"]) != form("rule-2").key
    assert Form(id="change", title="", submit="Save").key == "change"


def test_forms_are_told_apart_where_all_are_in_one_list() -> None:
    def section(number: int, title: str, *lines: str) -> Section:
        which = form(f"rule-{number}").fields[:1]
        remove = Form(id="remove", title="", fields=which, submit="Remove", deletes=True)
        return Section(title=title, lines=lines, forms=(form(f"rule-{number}"), remove))

    choice = FormField(id="x", label="Quiet", options=(Option(id="0", label="None"),), value=("0",))
    other = Form(id="quiet", title="Quiet", fields=(choice,), submit="Save")
    pause = Form(id="pause", title="", submit="Pause all")
    rules = (section(1, "Rule", "On Mondays.", "Until May."), section(2, "Rule", "On Fridays."), section(3, "Third"))
    page = Page(name="p", title="P", sections=(*rules, Section(title="More", forms=(other, pause))))
    assert [name for name, _ in doings(page)] == [
        "Change: Rule: On Mondays.", "Remove: Rule: On Mondays.", "Change: Rule: On Fridays.",
        "Remove: Rule: On Fridays.", "Change: Third", "Remove: Third", "Quiet: None", "Pause all",
    ]  # fmt: skip


def test_forms_are_shut_only_where_there_is_much_to_fill_in() -> None:
    def page(*forms: Form) -> Page:
        return Page(name="p", title="P", sections=tuple(Section(forms=(form,)) for form in forms))

    short = Form(id="s", title="S", fields=form().asked[:1], submit="Save")
    typed = Form(id="t", title="T", fields=form().asked[1:], submit="Save")
    tap = Form(id="p", title="", submit="Pause")
    several = page(form("1"), form("2"), short, typed, tap)
    assert [several.shuts(one) for one in (form("1"), short, typed, tap)] == [True, False, True, False]
    assert not any(page(form("1"), short, typed, tap).shuts(one) for one in (form("1"), short, typed, tap))


def test_the_gallery_shows_every_kind_of_field() -> None:
    page = gallery.forms_page("es", ("someone",))
    assert len(page.sections) == gallery.MOST_FORMS
    kinds = {field.kind for section in page.sections for form in section.forms for field in form.asked}
    assert kinds == set(get_args(FieldKind))
    assert len({form.key for section in page.sections for form in section.forms}) == 3 * gallery.MOST_FORMS
