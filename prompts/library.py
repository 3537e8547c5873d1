"""Everything the bot can say, loaded once and never changed: scripts, cards, themes, resources and its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po
from pydantic import TypeAdapter, ValidationError

from prompts.codebook import Codebook, read_codebook
from prompts.resolve import Translations, resolve
from prompts.script import SOURCE_LOCALE, Card, Frozen, Line, Script, card_lines
from prompts.source import Fault, ScriptError, Source, read_block, read_card, read_script, read_toml

HOME = Path(__file__).parent


class Resource(Frozen):
    """A place to turn to. `text` is what is shown; a program may replace it in its settings."""

    text: Line
    program: bool = False  # differs from place to place: the program is asked to set it


class Resources(Frozen):
    """`resources.toml`; `checked` is the day on which somebody last confirmed the numbers."""

    checked: date
    resources: Mapping[str, Resource]


_WORDS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, Line])


@dataclass(frozen=True)
class Library:
    """`scripts` by slug, `pinned` by revision (for sessions that began with an older one)."""

    scripts: Mapping[str, Script]
    cards: Mapping[str, Card]
    codebook: Codebook
    resources: Resources
    languages: Mapping[str, Translations]
    app: Mapping[str, str]
    pinned: Mapping[str, Script] = field(default_factory=dict)

    @property
    def locales(self) -> tuple[str, ...]:
        return (SOURCE_LOCALE, *sorted(self.languages))

    def script(self, revision: str) -> Script:
        """The script of that revision. Raises KeyError where the store has not handed it over yet."""
        return self.pinned[revision]

    def with_pinned(self, script: Script) -> Library:
        return replace(self, pinned={**self.pinned, script.revision: script})

    def word(self, locale: str, name: str, **values: object) -> str:
        """A line of the bot's own (`app.toml`), with `{values}` filled in."""
        text = self._translated(locale, "app", f"app.{name}", self.app[name])
        return text.format_map({key: str(value) for key, value in values.items()}) if values else text

    def theme(self, locale: str, code: str) -> str:
        return self._translated(locale, "app", f"codebook.{code}", self.codebook.label(code))

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
        if name in own:
            return own[name]
        return self._translated(locale, "app", f"resources.{name}", self.resources.resources[name].text)

    def _translated(self, locale: str, catalogue: str, context: str, english: str) -> str:
        source, text = self.languages.get(locale, {}).get((catalogue, context), ("", ""))
        return text if source == english else english


@dataclass(frozen=True)
class Sources:
    """A folder of prompts as written, before anything is resolved."""

    scripts: Mapping[str, Source]
    blocks: Mapping[str, Source]
    cards: Mapping[str, Card]
    languages: Mapping[str, Translations]
    app: Mapping[str, str]
    codebook: Codebook
    resources: Resources


def read_sources(home: Path = HOME) -> Sources:
    """Reads a whole folder of prompts. Raises `ScriptError` with every fault of every file at once."""
    faults: list[Fault] = []

    def gather(folder: str, read: object) -> dict[str, object]:
        found: dict[str, object] = {}
        for path in sorted((home / folder).glob("*.toml")):
            try:
                found[path.stem] = read(path)  # type: ignore[operator]
            except ScriptError as error:
                faults.extend(error.faults)
        return found

    scripts, blocks, cards = gather("scripts", read_script), gather("blocks", read_block), gather("cards", read_card)
    if faults:
        raise ScriptError(faults)
    return Sources(
        scripts,  # type: ignore[arg-type]
        blocks,  # type: ignore[arg-type]
        cards,  # type: ignore[arg-type]
        read_languages(home),
        read_app(home / "app.toml"),
        read_codebook(home / "codebook.toml"),
        read_resources(home / "resources.toml"),
    )


def build(sources: Sources) -> Library:
    """Resolves every script. Raises `ScriptError`; the checks of `prompts.lint` come on top of it."""
    scripts = {
        name: resolve(source, sources.blocks, sources.cards, sources.languages)
        for name, source in sources.scripts.items()
    }
    return Library(
        scripts=scripts,
        cards=sources.cards,
        codebook=sources.codebook,
        resources=sources.resources,
        languages=sources.languages,
        app=sources.app,
        pinned={script.revision: script for script in scripts.values()},
    )


def read_languages(home: Path) -> dict[str, Translations]:
    """Every `locales/<language>/LC_MESSAGES/*.po`. Fuzzy entries are not used, only reported by the linter."""
    languages: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}
    for path in sorted((home / "locales").glob("*/LC_MESSAGES/*.po")):
        known = languages.setdefault(path.parent.parent.name, {})
        try:
            with path.open("rb") as file:
                catalog = read_po(file, abort_invalid=True)
        except (PoFileError, UnicodeDecodeError, ValueError) as error:
            raise ScriptError([Fault("not-po", f"this catalogue cannot be read ({error}).", str(path))]) from None
        for message in catalog:
            if message.id and message.context and message.string and not message.fuzzy:
                known[(path.stem, message.context)] = (str(message.id), str(message.string))
    return dict(languages)


def read_app(path: Path) -> dict[str, str]:
    _, data = read_toml(path)
    try:
        return _WORDS.validate_python(data)
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
