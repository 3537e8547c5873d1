"""Many forms on one page: whatever surface somebody is at, the bot reads the same of what they fill in and tap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from conftest import Pair
from fake_slack import Phone
from fake_teams import Client
from forms_drawn import HINT, WANTED, Forms
from forms_drawn import forms as forms
from local_chat import open_shell
from screens import Sitting
from slack_house import house as slack_house
from slack_house import in_a_loop
from teams_house import house as teams_house
from test_terminal import Screen
from test_terminal_screen import sat
from test_web import Tab, now, tab

from storage.keyring import Keyring


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


# Slack


@in_a_loop
async def test_forms_in_slack(files: Pair, ring: Keyring, forms: Forms) -> None:
    async with slack_house(files, ring) as home:
        ada = home.phone()
        await ada.command("/reflect", "my data")
        for number in range(1, 9):
            assert {f"Change {number}", f"Pause {number}", f"Remove {number}"} <= set(ada.buttons())
        assert "Days" not in ada.screen()
        await change_in_slack(ada)
        await ada.tap("Pause 6")
        assert await ada.tap("Remove 7", confirm=False) is None
        await ada.tap("Remove 7")
        assert not ada.trouble
    assert forms.taken == WANTED


async def change_in_slack(ada: Phone) -> None:
    await ada.tap("Change 3")
    assert {"Rule 3", HINT} <= set(ada.screen().replace("*", "").splitlines())
    assert "Rule 4" not in ada.screen()
    assert (ada.value("Days"), ada.value("Time"), ada.value("Until")) == (["0", "2", "4"], "16:30", "2026-12-24")
    await ada.tick("Monday", "Sunday")
    await ada.pick_time("")
    await ada.pick_date("2027-01-02")
    await ada.type("Lunch", into="Name")
    await ada.submit()
    assert "Saved." in ada.screen(), "and the same form is still there, with the way back"
    await ada.tap("Back")
    assert "Rule 4" in ada.screen().replace("*", "")
    await ada.tap("Change 5")
    await ada.pick_time("07:05")
    await ada.pick_date("")
    await ada.submit()
    await ada.tap("Back")


# Teams


@pytest.mark.parametrize("dialogs", [True, False])
@pytest.mark.parametrize("sends_empty", [True, False])
@in_a_loop
async def test_forms_in_teams(files: Pair, ring: Keyring, forms: Forms, dialogs: bool, sends_empty: bool) -> None:
    async with teams_house(files, ring, anonymous=not dialogs) as home:
        ada = home.client(no_dialogs=not dialogs, sends_empty=sends_empty)
        await ada.install()
        await ada.say("reflect quick-visit")
        await ada.tap("choose:private")
        await ada.tap("choose:keep")
        await ada.tap("More")
        await ada.tap("open:home")
        await ada.tap("open:data")
        assert "Days" not in ada.screen()
        await change_in_teams(ada)
        await ada.tap("Pause 6")
        for button in ("Remove 7", "No, keep it", "Remove 7", "Yes, delete"):
            await ada.tap(button)
        assert not ada.trouble
    assert forms.taken == WANTED


async def change_in_teams(ada: Client) -> None:
    await ada.tap("Change 3")
    assert HINT in ada.screen()
    assert (ada.value("Days"), ada.value("Time"), ada.value("Until")) == (["0", "2", "4"], "16:30", "2026-12-24")
    await ada.tick("Monday", "Sunday")
    await ada.type("", into="Time")
    await ada.type("2027-01-02", into="Until")
    await ada.type("Lunch", into="Name")
    await ada.tap("Save")
    assert "Saved." in ada.screen()
    assert ada.value("Name") == "North", "what was sent is still in sight, as the bot has it now"
    await ada.tap("Change 3")
    await ada.tap("Change 5")
    await ada.type("07:05", into="Time")
    await ada.type("", into="Until")
    await ada.tap("Save")
    await ada.tap("Change 5")


# The web


class Read(HTMLParser):
    """Forms of a page by what opens or sends them, each with its id and with what a browser would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, tuple[str, dict[str, Any]]] = {}
        self._form, self._values, self._title, self._within = "", dict[str, Any](), "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._within = tag
        if tag == "form":
            self._form, self._values = given["data-form"] or "", {}
        name, value = given.get("data-field"), given.get("value") or ""
        if name and given.get("type") == "checkbox":
            self._values.setdefault(name, []).extend([value] if "checked" in given else [])
        elif name:
            self._values[name] = value

    def handle_data(self, data: str) -> None:
        if self._within == "summary" and data.strip():
            self._title = data.strip()
        elif self._within == "button" and self._form and data.strip():
            self.forms[self._title or data.strip()] = (self._form, self._values)

    def handle_endtag(self, tag: str) -> None:
        self._within = ""
        if tag == "form":
            self._form = self._title = ""


async def sent(ada: Tab, title: str, changes: Mapping[str, Any] | None = None) -> None:
    form, values = Read(ada.html).forms[title]
    await ada.act({"kind": "submit", "form": form, "values": {**values, **(changes or {})}})
    assert ada.status == 200


@now
async def test_forms_on_the_web(forms: Forms) -> None:
    async with tab() as ada:
        await ada.load()
        await ada.act({"kind": "open", "page": "data"})
        assert '<input type="date" data-field="until" value="2026-12-24"' in ada.html
        assert HINT in ada.html
        named = re.findall(r'\bid="([^"]+)"', ada.html)
        assert len(named) == len(set(named))
        described = re.findall(r'aria-describedby="([^"]+)"', ada.html)
        assert set(" ".join(described).split()) <= set(named)
        changed = {"days": ["2", "4", "6"], "time": "", "until": "2027-01-02", "name": "Lunch"}
        await sent(ada, "Change 3", changed)
        await sent(ada, "Change 5", {"time": "07:05", "until": ""})
        await sent(ada, "Pause 6")
        await sent(ada, "Remove 7")
        sure = re.findall(r'<form data-form="(\w+)" class="tap" data-sure="Yes, delete for good">', ada.html)
        assert sure == ["remove"] * 8
    assert forms.taken == WANTED


# The terminal


def test_forms_in_a_terminal_line_by_line(forms: Forms) -> None:
    change = ("7", "3, 5, 7", "-", "2027-01-02", "Lunch")
    other = ("13", "", "07:05", "-", "")
    with open_shell() as (shell, _):
        typed = ("1", "my data", *change, *other, "17", "21", "2", "my data", "21", "1")
        said = Screen(typed).talk(shell, "between-sites")
    assert "7  Change 3\n" in said
    assert "Type the day as year-month-day, such as 2026-12-24." in said
    assert f"Name\n{HINT}\n" in said
    assert "Nothing was changed." in said
    assert forms.taken == WANTED


def test_forms_on_a_whole_screen(forms: Forms) -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "my data", "Enter")
        await sitting.press("7", "1", "7", "Enter")
        await sitting.sees("Time", "such as 16:30.")
        await sitting.press(*["Backspace"] * 5, "Enter")
        await sitting.sees("Until", "such as 2026-12-24.")
        await sitting.press(*["Backspace"] * 10, "2027-01-02", "Enter")
        await sitting.press(*["Backspace"] * 5, "Lunch", "Enter")
        await sitting.press("1", "3", "Enter", "Enter", *["Backspace"] * 5, "07:05", "Enter")
        await sitting.press(*["Backspace"] * 10, "Enter", "Enter")
        await sitting.press("1", "7", "Enter")
        await sitting.press("2", "1", "Enter", "2", "2", "1", "Enter", "1")

    sat(talk, size=(80, 60))
    assert forms.taken == WANTED
