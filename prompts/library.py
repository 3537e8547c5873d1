"""Everything the bot can say, loaded once and never changed: scripts, cards, themes, resources and its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
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
#: Of a folder of prompts; each file of them is one script, block or card.
FOLDERS = ("scripts", "blocks", "cards")
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
    """`scripts` by slug, `pinned` by revision (for sessions that began with an older one); `own`: slugs of those that
    the program itself wrote, beside ours or in the place of ours."""

    scripts: Mapping[str, Script]
    cards: Mapping[str, Card]
    codebook: Codebook
    resources: Resources
    languages: Mapping[str, Translations]
    app: Mapping[str, str]
    phrases: Phrases = field(default_factory=Phrases)
    thresholds: Thresholds = field(default_factory=dict)
    pinned: Mapping[str, Script] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()  # of those, the ones that stand in nobody's place

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

    def question(self, locale: str, code: str) -> str:
        """What a supervisor can ask a whole team about a theme."""
        return self._translated(locale, "app", f"codebook.{code}.question", self.codebook.theme(code).question)

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
    `elsewhere`: scripts of the lender, which may be opened from here; `files`: where each part was read, by names such
    as "cards/safety"; `own`: of a folder laid over another one, the parts that are its own; None: all of them."""

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
    files: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] | None = None

    def owns(self, part: str) -> bool:
        """Whether a part, such as "scripts/quick-visit", stands in the folder itself."""
        return self.own is None or part in self.own

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
    return _read(_Reading(home, lender))


def read_over(home: Path, beneath: Path = HOME) -> tuple[Sources, tuple[Fault, ...]]:
    """As `read_all`, of a program's own folder laid over another one: a file of it takes the place of the one of the
    same name, whole; a catalogue adds its lines to the one of the same name."""
    return _read(_Over(home, beneath))


def _read(reading: _Reading) -> tuple[Sources, tuple[Fault, ...]]:
    sources = Sources(
        scripts=reading.folder("scripts", read_script),
        blocks=reading.folder("blocks", read_block),
        cards=reading.folder("cards", read_card),
        catalogues=reading.catalogues(),
        app=reading.file("app.toml", read_app, {}),
        codebook=reading.file("codebook.toml", read_codebook, Codebook(families={}, themes=())),
        resources=reading.file("resources.toml", read_resources, Resources(checked=date.min, resources={})),
        phrases=reading.file("phrases.toml", read_phrases, Phrases()),
        thresholds=reading.file("thresholds.toml", read_thresholds, {}),
        borrowed=frozenset(reading.borrowed),
        unread=frozenset(reading.unread),
        elsewhere=reading.elsewhere(),
        files=reading.files,
        own=reading.own,
    )
    return sources, tuple(reading.faults)


class _Reading:
    def __init__(self, home: Path, lender: Path | None) -> None:
        self.home = home
        self.lender = lender
        self.faults: list[Fault] = []
        self.borrowed: set[str] = set()
        self.unread: set[str] = set()
        self.files: dict[str, str] = {}
        self.own: frozenset[str] | None = None

    def elsewhere(self) -> frozenset[str]:
        return frozenset(path.stem for path in self.lender.glob("scripts/*.toml")) if self.lender else frozenset()

    def catalogues(self) -> tuple[Catalogue, ...]:
        return self.catalogues_of(self.home)

    def catalogues_of(self, home: Path) -> tuple[Catalogue, ...]:
        return tuple(self.each(sorted(home.glob("locales/*/LC_MESSAGES/*.po")), read_catalogue, "locales").values())

    def folder(self, name: str, read: Callable[[Path], Read]) -> dict[str, Read]:
        return self.each(sorted((self._where(name) / name).glob("*.toml")), read, name)

    def file(self, name: str, read: Callable[[Path], Read], nothing: Read) -> Read:
        found = self.each([self._where(name) / name], read, name)
        return next(iter(found.values()), nothing)

    def each(self, paths: Sequence[Path], read: Callable[[Path], Read], part: str) -> dict[str, Read]:
        found: dict[str, Read] = {}
        for path in paths:
            self.files[f"{part}/{path.stem}"] = str(path)
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


class _Over(_Reading):
    def __init__(self, home: Path, beneath: Path) -> None:
        super().__init__(home, beneath)
        self.beneath = beneath
        self.own = frozenset(f"{folder}/{path.stem}" for folder in FOLDERS for path in (home / folder).glob("*.toml"))

    def elsewhere(self) -> frozenset[str]:
        return frozenset()

    def catalogues(self) -> tuple[Catalogue, ...]:
        """Those beneath first: what the program translates is said in the place of it."""
        lent = tuple(replace(one, lent=True) for one in self.catalogues_of(self.beneath))
        spoken = {one.locale for one in lent}
        return (*lent, *(one for one in self.catalogues_of(self.home) if self._speaks(one, spoken)))

    def _speaks(self, catalogue: Catalogue, spoken: Container[str]) -> bool:
        if catalogue.locale in spoken:
            return True
        words = f"the bot itself does not speak '{catalogue.locale}', so nothing of this is ever said."
        self.faults.append(Fault("orphan-translation", words, catalogue.file, severity="warning"))
        return False

    def folder(self, name: str, read: Callable[[Path], Read]) -> dict[str, Read]:
        if name != "scripts":
            self._where(name)
        own = {path.name: path for path in sorted((self.home / name).glob("*.toml"))}
        lent = [path for path in sorted((self.beneath / name).glob("*.toml")) if path.name not in own]
        return self.each([*own.values(), *lent], read, name)  # a program's own names go before ours


def stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes whenever a file of a folder is saved, added or taken away, or a single file is."""
    files = sorted(found for kind in ("toml", "po") for found in path.rglob(f"*.{kind}")) if path.is_dir() else [path]
    return tuple(_stamped(file) for file in files)


def _stamped(file: Path) -> tuple[str, int, int]:
    try:
        status = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), status.st_mtime_ns, status.st_size


def build(sources: Sources) -> Library:
    """Resolves every script. Raises `ScriptError`; the checks of `prompts.lint` come on top of it."""
    languages = sources.languages
    scripts = {
        name: resolve(source, sources.blocks, sources.cards, languages, sources.thresholds)
        for name, source in sources.scripts.items()
    }
    own = frozenset(slug for slug in scripts if sources.own is not None and sources.owns(f"scripts/{slug}"))
    return Library(
        scripts=scripts,
        cards=sources.cards,
        codebook=sources.codebook,
        resources=sources.resources,
        languages=languages,
        app=sources.app,
        phrases=sources.phrases,
        thresholds=sources.thresholds,
        pinned={script.revision: script for script in scripts.values()},
        own=own,
        added=frozenset(slug for slug in own if not (HOME / "scripts" / f"{slug}.toml").exists()),
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


def lacking(own: Resources, ours: Resources) -> str:
    """What is wrong with resources that take the place of others: the bot itself names all of those."""
    missing = sorted(set(ours.resources) - set(own.resources))
    return f"this takes the place of our resources.toml, so it needs {', '.join(missing)} as well." if missing else ""


def read_resources(path: Path) -> Resources:
    _, data = read_toml(path)
    try:
        return Resources.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ScriptError([Fault("schema", f"{key}: {first['msg']}.", str(path))]) from None
