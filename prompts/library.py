"""Everything the bot can say, loaded once and never changed: scripts, cards, themes, resources and its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from babel.dates import format_skeleton
from pydantic import ConfigDict, TypeAdapter, ValidationError

from prompts.codebook import Codebook, read_codebook
from prompts.phrases import Phrases, read_phrases
from prompts.resolve import Thresholds, Translations, resolve
from prompts.script import SOURCE_LOCALE, Card, Frozen, Id, Line, Script, card_lines
from prompts.source import Fault, ScriptError, Source, read_block, read_card, read_script, read_toml
from prompts.translations import Catalogue, read_catalogue, translations

HOME = Path(__file__).parent
#: In braces it stands for the month in which the resources were last checked.
CHECKED = "checked"
#: In braces it stands for what the person wanted to try the last time.
SMALL_THING = "small-thing"
Read = TypeVar("Read")


class Resource(Frozen):
    """A place to turn to. `text` is what is shown; a program may replace it in its settings."""

    text: Line
    program: bool = False  # differs from place to place: the program is asked to set it


class Resources(Frozen):
    """`resources.toml`; `checked` is the day on which somebody last confirmed the numbers."""

    checked: date
    resources: Mapping[str, Resource]


_WORDS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, Line], config=ConfigDict(hide_input_in_errors=True))
_THRESHOLDS: TypeAdapter[dict[str, tuple[str, ...]]] = TypeAdapter(
    dict[Id, tuple[Id, ...]], config=ConfigDict(hide_input_in_errors=True)
)


@dataclass(frozen=True)
class Library:
    """`scripts` by slug, `pinned` by revision (for sessions that began with an older one)."""

    scripts: Mapping[str, Script]
    cards: Mapping[str, Card]
    codebook: Codebook
    resources: Resources
    languages: Mapping[str, Translations]
    app: Mapping[str, str]
    phrases: Phrases = field(default_factory=Phrases)
    pinned: Mapping[str, Script] = field(default_factory=dict)

    @property
    def locales(self) -> tuple[str, ...]:
        return (SOURCE_LOCALE, *sorted(self.languages))

    def script(self, revision: str) -> Script:
        """The script of that revision. Raises KeyError where the store has not handed it over yet."""
        return self.pinned[revision]

    def with_pinned(self, script: Script) -> Library:
        return replace(self, pinned={**self.pinned, script.revision: script})

    def with_script(self, script: Script) -> Library:
        """The library with one script more, or another in the place of one."""
        return replace(self, scripts={**self.scripts, script.slug: script}).with_pinned(script)

    def word(self, locale: str, name: str, **values: object) -> str:
        """A line of the bot's own (`app.toml`), with `{values}` filled in."""
        text = self._translated(locale, "app", f"app.{name}", self.app[name])
        return text.format_map({key: str(value) for key, value in values.items()}) if values else text

    def theme(self, locale: str, code: str) -> str:
        return self._translated(locale, "app", f"codebook.{code}", self.codebook.label(code))

    def family(self, locale: str, letter: str) -> str:
        """What the themes whose code begins with that letter have in common."""
        return self._translated(locale, "app", f"codebook.{letter}", self.codebook.families[letter])

    def card(self, locale: str, card_id: str, own: Mapping[str, str]) -> tuple[str, ...]:
        """Title and lines of a card, resources filled in; `own` are the program's resources."""
        return tuple(
            self.fill(locale, self._translated(locale, "cards", f"{card_id}.{name}", text), own)
            for name, text in card_lines(self.cards[card_id])
        )

    def fill(self, locale: str, text: str, own: Mapping[str, str]) -> str:
        """Puts resources into the `{names}` of a line at the moment it is shown."""
        return re.sub(r"\{([a-z0-9-]+)\}", lambda found: self.resource(locale, found[1], own), text)

    def resource(self, locale: str, name: str, own: Mapping[str, str]) -> str:
        if name == CHECKED:
            return format_skeleton("yMMMM", self.resources.checked, locale=locale)
        if name in own:
            return own[name]
        if name == SMALL_THING:
            return "…"  # where nobody's own words are to be shown
        return self._translated(locale, "app", f"resources.{name}", self.resources.resources[name].text)

    def _translated(self, locale: str, catalogue: str, context: str, english: str) -> str:
        source, text = self.languages.get(locale, {}).get((catalogue, context), ("", ""))
        return text if source == english else english


@dataclass(frozen=True)
class Sources:
    """A folder of prompts as written, before anything is resolved. `borrowed`: parts that another folder lent
    ("blocks", "codebook.toml" …); `unread`: what could not be read, as "blocks/gate", "codebook.toml/codebook";
    `elsewhere`: scripts of the lender, which may be opened from here."""

    scripts: Mapping[str, Source]
    blocks: Mapping[str, Source]
    cards: Mapping[str, Card]
    catalogues: tuple[Catalogue, ...]
    app: Mapping[str, str]
    codebook: Codebook
    resources: Resources
    phrases: Phrases = field(default_factory=Phrases)
    thresholds: Thresholds = field(default_factory=dict)
    borrowed: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    @property
    def languages(self) -> dict[str, Translations]:
        return translations(self.catalogues)


def read_sources(home: Path = HOME) -> Sources:
    """Reads a whole folder of prompts. Raises `ScriptError` with every fault of every file at once."""
    sources, faults = read_all(home)
    if faults:
        raise ScriptError(faults)
    return sources


def read_all(home: Path, lender: Path | None = None) -> tuple[Sources, tuple[Fault, ...]]:
    """What can be read of a folder, and what is wrong with the rest. `lender` lends the parts that `home` lacks."""
    reading = _Reading(home, lender)
    sources = Sources(
        scripts=reading.folder("scripts", read_script),
        blocks=reading.folder("blocks", read_block),
        cards=reading.folder("cards", read_card),
        catalogues=tuple(
            reading.each(sorted(home.glob("locales/*/LC_MESSAGES/*.po")), read_catalogue, "locales").values()
        ),
        app=reading.file("app.toml", read_app, {}),
        codebook=reading.file("codebook.toml", read_codebook, Codebook(families={}, themes=())),
        resources=reading.file("resources.toml", read_resources, Resources(checked=date.min, resources={})),
        phrases=reading.file("phrases.toml", read_phrases, Phrases()),
        thresholds=reading.file("thresholds.toml", read_thresholds, {}),
        borrowed=frozenset(reading.borrowed),
        unread=frozenset(reading.unread),
        elsewhere=frozenset(path.stem for path in lender.glob("scripts/*.toml")) if lender else frozenset(),
    )
    return sources, tuple(reading.faults)


class _Reading:
    def __init__(self, home: Path, lender: Path | None) -> None:
        self.home = home
        self.lender = lender
        self.faults: list[Fault] = []
        self.borrowed: set[str] = set()
        self.unread: set[str] = set()

    def folder(self, name: str, read: Callable[[Path], Read]) -> dict[str, Read]:
        return self.each(sorted((self._where(name) / name).glob("*.toml")), read, name)

    def file(self, name: str, read: Callable[[Path], Read], nothing: Read) -> Read:
        found = self.each([self._where(name) / name], read, name)
        return next(iter(found.values()), nothing)

    def each(self, paths: Sequence[Path], read: Callable[[Path], Read], part: str) -> dict[str, Read]:
        found: dict[str, Read] = {}
        for path in paths:
            try:
                found[path.stem if path.suffix == ".toml" else str(path)] = read(path)
            except ScriptError as error:
                # What is wrong with a lender's file is the lender's to mend.
                self.faults += error.faults if part not in self.borrowed else ()
                self.unread.add(f"{part}/{path.stem}")
        return found

    def _where(self, name: str) -> Path:
        if self.lender is None or name == "scripts" or (self.home / name).exists():
            return self.home
        self.borrowed.add(name)
        return self.lender


def build(sources: Sources) -> Library:
    """Resolves every script. Raises `ScriptError`; the checks of `prompts.lint` come on top of it."""
    languages = sources.languages
    scripts = {
        name: resolve(source, sources.blocks, sources.cards, languages, sources.thresholds)
        for name, source in sources.scripts.items()
    }
    return Library(
        scripts=scripts,
        cards=sources.cards,
        codebook=sources.codebook,
        resources=sources.resources,
        languages=languages,
        app=sources.app,
        phrases=sources.phrases,
        pinned={script.revision: script for script in scripts.values()},
    )


def read_app(path: Path) -> dict[str, str]:
    _, data = read_toml(path)
    try:
        return _WORDS.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ScriptError([Fault("schema", f"{first['loc'][0]}: {first['msg']}.", str(path))]) from None


def read_thresholds(path: Path) -> dict[str, tuple[str, ...]]:
    """`thresholds.toml`: named sets of answers that a `when` may ask for."""
    _, data = read_toml(path)
    try:
        return _THRESHOLDS.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ScriptError([Fault("schema", f"{first['loc'][0]}: {first['msg']}.", str(path))]) from None


def read_resources(path: Path) -> Resources:
    _, data = read_toml(path)
    try:
        return Resources.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ScriptError([Fault("schema", f"{key}: {first['msg']}.", str(path))]) from None
