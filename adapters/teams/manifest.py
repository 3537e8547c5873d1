"""The app as Teams is told of it, in a package to upload. Law: the least that Afterword needs; more needs a reason.

Limits and fields: https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bot.config import GUID, public_url
from bot.ports import Refusal

#: The newest that Microsoft's public pages describe (2026); every field that we use is in it.
SCHEMA: Final = "1.22"
_ADDRESS: Final = f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}"

#: identity: who somebody is, by their id in the directory; messageTeamMembers: writing first to members of a team.
PERMISSIONS: Final = ("identity", "messageTeamMembers")
COLOUR: Final = "#2f5d50"
ICONS: Final = Path(__file__).with_name("icons")
DEFAULT_LANGUAGE: Final = "en"

#: What can be chosen beside the box to type in: the word that is sent, and what is said of it. Teams shows the first
#: few in an empty chat, so what people come for goes first.
COMMANDS: Final = (
    ("reflect-button", "teams-manifest-about-reflect"),
    ("resume-button", "teams-manifest-about-resume"),
    ("help-button", "teams-manifest-about-help"),
    ("teams-manifest-home", "teams-manifest-about-home"),
    ("data-title", "teams-manifest-about-data"),
    ("teams-manifest-consent", "teams-manifest-about-consent"),
    ("safety-button", "teams-manifest-about-safety"),
    ("language-button", "teams-manifest-about-language"),
)

#: Characters that Teams shows of whoever runs the app.
LONGEST_NAME: Final = 32

_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)

Word = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class App:
    """What differs from one installation to the next. `id`: of the bot's registration. `page`: where whoever runs it
    tells about it. `host`: ours, or an empty string. `developer`: who runs it; `strict`: nobody can type to the bot."""

    id: str
    page: str
    host: str
    developer: str
    version: str
    strict: bool = False


def checked(app_id: str, page: str, public: str, developer: str, version: str, *, strict: bool = False) -> App:
    """`page`: https, or empty for our own address; `public`: our own address, or empty. Raises Refusal."""
    page, public = public_url(page), public_url(public)
    ours = public if public.startswith("https:") else page
    page = page or ours
    for wrong, words in (
        (
            not GUID.fullmatch(app_id),
            "Teams needs the id of the bot's registration, such as 0f8fad5b-d9cb-469f-a165-70867728950e: give "
            "--app-id, or set MICROSOFT_APP_ID.",
        ),
        (
            not page.startswith("https:"),
            "Teams links to an https page as the app's website, privacy and terms: give --url, or set "
            "AFTERWORD_PUBLIC_URL. Any page of yours will do for a first try.",
        ),
        (len(developer) > LONGEST_NAME, f"--name has at most {LONGEST_NAME} characters, {len(developer)} were given."),
        (not _VERSION.fullmatch(version), "--version has three numbers, such as 1.0.0: Teams takes no other."),
    ):
        if wrong:
            raise Refusal("teams-manifest", words)
    return App(app_id.lower(), page, urlsplit(ours).hostname or "", developer, version, strict)


def three_numbers(version: str) -> str:
    """A Python package's version as Teams takes one: without what stands behind the numbers ("1.2rc1" is "1.2.0")."""
    numbers = re.match(r"\d+(\.\d+)*", version)
    parts = [*(numbers[0].split(".") if numbers else []), "0", "0", "0"]
    return ".".join(str(int(part)) for part in parts[:3])


def package(words: Mapping[str, Word], app: App) -> bytes:
    """The zip to upload, always the same bytes for the same app. `words`: the bot's own lines by name, by language."""
    others = {f"{lang}.json": word for lang, word in words.items() if lang != DEFAULT_LANGUAGE}
    texts = {"manifest.json": manifest(words[DEFAULT_LANGUAGE], app, sorted(others))}
    texts |= {name: translation(word, app) for name, word in others.items()}
    files = {name: (json.dumps(made, ensure_ascii=False, indent=2) + "\n").encode() for name, made in texts.items()}
    return _zip(files | {name: (ICONS / name).read_bytes() for name in ("color.png", "outline.png")})


def manifest(word: Word, app: App, translations: list[str]) -> dict[str, Any]:
    """`translations`: the names of the files that hold them, such as es.json."""
    return {
        "$schema": f"{_ADDRESS}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": app.version,
        # The registration's own id: one registration is one app in Teams, so a package made anew, anywhere, is taken
        # for the same app, and nobody has a second id to keep.
        "id": app.id,
        "localizationInfo": {
            "defaultLanguageTag": DEFAULT_LANGUAGE,
            "additionalLanguages": [{"languageTag": name.removesuffix(".json"), "file": name} for name in translations],
        },
        "developer": {
            "name": app.developer or word("teams-manifest-developer"),
            "websiteUrl": app.page,
            "privacyUrl": app.page,
            "termsOfUseUrl": app.page,
        },
        **_shown(word),
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": COLOUR,
        "bots": [_bot(word, app)],
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot"},
        "permissions": list(PERMISSIONS),
        **({"validDomains": [app.host]} if app.host else {}),
    }


def translation(word: Word, app: App) -> dict[str, str]:
    """The same texts in another language, each under its path in the manifest."""
    shown = {f"{part}.{size}": text for part, texts in _shown(word).items() for size, text in texts.items()}
    commands = {
        f"bots[0].commandLists[{place}].commands[{number}].{key}": text
        for place, a_list in enumerate(_bot(word, app).get("commandLists", []))
        for number, command in enumerate(a_list["commands"])
        for key, text in command.items()
    }
    return {"$schema": f"{_ADDRESS}/MicrosoftTeams.Localization.schema.json", **shown, **commands}


def _shown(word: Word) -> dict[str, dict[str, str]]:
    """Teams wants the long name in every translation, and another one than the short, whatever its schema says."""
    return {
        "name": {"short": word("name-of-app"), "full": word("teams-manifest-name")},
        "description": {"short": word("teams-manifest-short"), "full": word("teams-manifest-long")},
    }


def _bot(word: Word, app: App) -> dict[str, Any]:
    """`personal` to talk; `team` so that members of a team can be written to, who need not install anything."""
    commands = [{"title": word(title), "description": word(about)} for title, about in COMMANDS]
    lists = [{"scopes": ["personal"], "commands": commands}]
    return {
        "botId": app.id,
        "scopes": ["personal", "team"],
        "supportsFiles": False,
        # Then Teams has no box to type in and takes no @mention; the cards can still be tapped.
        # https://learn.microsoft.com/microsoftteams/platform/resources/bot-v3/bots-notification-only
        "isNotificationOnly": app.strict,
        **({} if app.strict else {"commandLists": lists}),
    }


def _zip(files: Mapping[str, bytes]) -> bytes:
    """At its root, as Teams wants it; with no clock and no machine in it, and stored, as not every zlib packs alike."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()
