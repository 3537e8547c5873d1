"""A card as it stands in front of somebody: what is filled in, what is opened, and what an action takes with it.

https://learn.microsoft.com/adaptive-cards/authoring-cards/input-validation
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fake_teams_parts import every_input, first_value, inputs_of, is_multi
from fake_teams_state import Json


@dataclass
class Surface:
    """`old`: of a client that knows no Action.Execute. `sends_empty`: whether inputs that hold nothing are sent as
    empty texts or left out; clients differ [unverified]."""

    card: Json
    old: bool = False
    sends_empty: bool = False
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    #: What was shown or hidden since, by id; and the buttons whose cards are open.
    toggled: dict[str, bool] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.values = {each["id"]: first_value(each) for each in every_input(self.card)}

    def is_shown(self, element: Json) -> bool:
        return self.toggled.get(str(element.get("id", "")), element.get("isVisible", True))

    # What a person does here, with nothing sent.

    def write(self, element: Json, text: str) -> None:
        """A field takes no more than it says that it holds."""
        most = element.get("maxLength")
        self.values[element["id"]] = text[:most] if most else text

    def pick(self, element: Json, *wanted: str) -> None:
        """Exactly these, by title or value; they are sent in the order in which they are offered."""
        named = [each for each in element.get("choices", []) if each["title"] in wanted or each["value"] in wanted]
        assert len(named) >= len(set(wanted)), f"not all of {wanted} are offered"
        assert is_multi(element) or len(named) < 2, "only one can be chosen here"
        self.values[element["id"]] = ",".join(each["value"] for each in named)

    def flip(self, element: Json, wanted: str) -> None:
        """A tick made or taken back."""
        if element["type"] == "Input.Toggle":
            on, off = element.get("valueOn", "true"), element.get("valueOff", "false")
            self.values[element["id"]] = off if self.values[element["id"]] == on else on
            return
        value = next(each["value"] for each in element["choices"] if wanted in (each["title"], each["value"]))
        chosen = self.chosen(element)
        self.pick(element, *([each for each in chosen if each != value] if value in chosen else [*chosen, value]))

    def chosen(self, element: Json) -> list[str]:
        return [each for each in self.values[element["id"]].split(",") if each]

    def toggle(self, action: Json) -> None:
        """Action.ToggleVisibility: only what is seen changes."""
        for target in action["targetElements"]:
            name = target if isinstance(target, str) else target["elementId"]
            wanted = None if isinstance(target, str) else target.get("isVisible")
            now = next((self.is_shown(each) for each in self._named(name)), False)
            self.toggled[name] = (not now) if wanted is None else wanted

    def _named(self, name: str) -> list[Json]:
        found: list[Json] = []
        _collect(self.card, name, found)
        return found

    def open(self, action: Json) -> None:
        """Action.ShowCard: a second tap closes it."""
        self.opened ^= {id(action)}

    # What an action takes with it.

    def check(self, action: Json, cards: tuple[Json, ...]) -> bool:
        """Whether the inputs let it go; what is wrong is shown beside them. Hidden ones count too [unverified]."""
        wrong = {each["id"]: _error(each, self.values[each["id"]]) for each in self._taken(action, cards)}
        self.errors = {name: error for name, error in wrong.items() if error}
        return not self.errors

    def gathered(self, action: Json, cards: tuple[Json, ...]) -> Any:
        """What the action carries, with the inputs of its card and of those that it was opened from."""
        data = action.get("data", {})
        taken = {each["id"]: self.values[each["id"]] for each in self._taken(action, cards)}
        kept = {name: value for name, value in taken.items() if value or self.sends_empty}
        if isinstance(data, str):
            assert not kept, "inputs cannot be added to a text"
            return data
        return {**data, **kept}

    def _taken(self, action: Json, cards: tuple[Json, ...]) -> list[Json]:
        if str(action.get("associatedInputs", "auto")).lower() == "none":
            return []
        return [each for card in cards for each in inputs_of(card)]


def _collect(part: Any, name: str, found: list[Json]) -> None:
    if isinstance(part, list):
        for each in part:
            _collect(each, name, found)
    elif isinstance(part, dict):
        if part.get("id") == name and "type" in part:
            found.append(part)
        _collect([value for key, value in part.items() if key != "data"], name, found)


def _error(element: Json, value: str) -> str:
    """What stands beside an input that will not do. Without a message of its own it is only marked."""
    told = str(element.get("errorMessage") or "This will not do.")
    if element["type"] == "Input.Toggle":
        return told if element.get("isRequired") and value != element.get("valueOn", "true") else ""
    if not value:
        return told if element.get("isRequired") else ""
    return "" if _fits(element, value) else told


def _fits(element: Json, value: str) -> bool:
    match element["type"]:
        case "Input.Text":
            return re.fullmatch(element["regex"], value) is not None if element.get("regex") else True
        case "Input.Number":
            number = re.fullmatch(r"-?\d+(\.\d+)?", value)
            return number is not None and element.get("min", -1e99) <= float(value) <= element.get("max", 1e99)
        case "Input.Time":
            timely = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None
            return timely and element.get("min", "") <= value <= element.get("max", "24:00")
        case "Input.Date":
            dated = re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
            return dated and element.get("min", "") <= value <= element.get("max", "9999-12-31")
    return True
