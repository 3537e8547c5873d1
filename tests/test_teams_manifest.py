"""What Teams is told of the app: within its schemas, no more than the app uses, and always the same package."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator, Draft202012Validator
from local_chat import library

from adapters.slack.manifest import COLOUR as SLACK_COLOUR
from adapters.teams.manifest import COLOUR, COMMANDS, ICONS, SCHEMA, App, checked, package, three_numbers
from bot.cli import main
from bot.commands import Said, understand
from bot.ports import Refusal

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
URL = "https://afterword.example.org"
Files = dict[str, bytes]


def app(*, strict: bool = False, page: str = URL, public: str = "", developer: str = "", version: str = "1.2.3") -> App:
    return checked(ID, page, public, developer, version, strict=strict)


def packed(app: App) -> bytes:
    return package({lang: partial(library().word, lang) for lang in library().locales}, app)


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def made(**how: Any) -> dict[str, Any]:
    return json.loads(unpacked(packed(app(**how)))["manifest.json"])


def spanish(**how: Any) -> dict[str, str]:
    return json.loads(unpacked(packed(app(**how)))["es.json"])


# The schemas that Microsoft publishes: tests/schemas/README.md


def faults(content: Any, schema: str = "MicrosoftTeams") -> set[str]:
    """By the draft that the schemas name, and by a later one: they also use `const`, and limits beside a `$ref`, which
    that draft passes over."""
    path = Path(__file__).parent / "schemas" / f"{schema}.schema.json"
    rules = json.loads(path.read_text(encoding="utf-8"))
    Draft4Validator.check_schema(rules)
    checks = (Draft4Validator(rules), Draft202012Validator(rules))
    return {f"{fault.json_path}: {fault.message}" for check in checks for fault in check.iter_errors(content)}


def faults_of_translation(content: Any) -> set[str]:
    return faults(content, "MicrosoftTeams.Localization")


@pytest.mark.parametrize("strict", [True, False])
def test_manifest_and_translation_keep_to_microsofts_schemas(strict: bool) -> None:
    assert faults(made(strict=strict, developer="x" * 32)) == set()
    assert faults_of_translation(spanish(strict=strict)) == set()


@pytest.mark.parametrize(
    "break_it",
    [
        lambda given: given.update(colour="green"),
        lambda given: given.update(id="afterword"),
        lambda given: given.update(manifestVersion="1.21"),
        lambda given: given.update(permissions=["mail"]),
        lambda given: given.pop("icons"),
        lambda given: given["name"].update(short="x" * 31),
        lambda given: given["description"].update(short="x" * 81),
        lambda given: given["description"].update(full="x" * 4001),
        lambda given: given["developer"].update(name="x" * 33),
        lambda given: given["developer"].update(privacyUrl="afterword.example.org"),
        lambda given: given["bots"][0].update(scopes=["everybody"]),
        lambda given: given["bots"][0]["commandLists"][0].update(commands=[{"title": "x", "description": "y"}] * 11),
    ],
)
def test_the_schema_of_the_manifest_is_felt(break_it: Callable[[dict[str, Any]], object]) -> None:
    bad = made()
    break_it(bad)
    assert len(faults(bad)) == 1


@pytest.mark.parametrize(
    "break_it",
    [
        lambda given: given.pop("description.short"),
        lambda given: given.update({"description.short": "x" * 81}),
        lambda given: given.update({"bots[1].commandLists[0].commands[0].title": "Ayuda"}),
    ],
)
def test_the_schema_of_a_translation_is_felt(break_it: Callable[[dict[str, str]], object]) -> None:
    bad = spanish()
    break_it(bad)
    assert len(faults_of_translation(bad)) == 1


def test_manifest_and_translation_name_the_same_version_of_the_schema() -> None:
    assert made()["manifestVersion"] == SCHEMA
    assert f"/v{SCHEMA}/" in made()["$schema"]
    assert spanish()["$schema"] == made()["$schema"].replace("Teams.schema", "Teams.Localization.schema")


# What Teams' pages and people's reports say beyond the schemas


def texts(given: Any, at: str = "") -> dict[str, str]:
    """Every text, by its path as a translation names it."""
    match given:
        case dict():
            return {path: text for key, value in given.items() for path, text in texts(value, f"{at}.{key}").items()}
        case list():
            return {path: text for n, value in enumerate(given) for path, text in texts(value, f"{at}[{n}]").items()}
        case _:
            return {at.removeprefix("."): str(given)}


SHOWN = re.compile(r"(name|description)\.\w+|bots\[0\]\.commandLists.*\.(title|description)")


@pytest.mark.parametrize("strict", [True, False])
def test_every_text_that_people_see_is_translated_and_nothing_else(strict: bool) -> None:
    shown = {path for path in texts(made(strict=strict)) if SHOWN.fullmatch(path)}
    assert spanish(strict=strict).keys() - {"$schema"} == shown


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("read", [lambda how: texts(made(**how)), lambda how: spanish(**how)], ids=["en", "es"])
def test_texts_keep_to_limits_that_only_the_documents_name(read: Callable[[Any], dict[str, str]], strict: bool) -> None:
    said = read({"strict": strict})
    assert said["name.full"] not in ("", said["name.short"])
    assert said["description.short"] not in said["description.full"]
    assert all(len(text) <= 32 for path, text in said.items() if path.endswith(".title"))
    assert all(len(text) <= 128 for path, text in said.items() if "commands" in path)


def test_it_says_what_it_is_not() -> None:
    english, other = made()["description"]["full"], spanish()["description.full"]
    for words in ("not supervision", "not a record", "not a way to report"):
        assert words in english
    assert english.endswith("Afterword will never tell you that someone is in danger. Keep asking in person.")
    for words in ("No es supervisión", "ni un expediente", "ni una forma de hacer un reporte"):
        assert words in other
    assert other.endswith("Afterword nunca le dirá que alguien está en peligro. Siga preguntando en persona.")


@pytest.mark.parametrize(("lang", "other"), [("en", "es"), ("es", "en")])
def test_what_the_menu_sends_is_understood(lang: str, other: str) -> None:
    sent = [library().word(lang, title) for title, _ in COMMANDS]
    assert [understand(library(), words, chat=True) for words in sent] == [
        Said("reflect"),
        Said("resume"),
        Said("help"),
        Said(page="home"),
        Said(page="data"),
        Said(page="consent"),
        Said("safety"),
        Said("language", other),
    ]


def test_the_words_for_the_manifest_are_all_used() -> None:
    code = (ICONS.parent / "manifest.py").read_text(encoding="utf-8")
    assert [name for name in library().app if name.startswith("teams-manifest") and f'"{name}"' not in code] == []


# No more than the app uses


def test_one_registration_is_one_app() -> None:
    given = made()
    assert given["id"] == given["bots"][0]["botId"] == ID
    assert checked(ID.upper(), URL, "", "", "1.0.0") == app(version="1.0.0")


def test_it_asks_for_the_least() -> None:
    given = made()
    assert given["permissions"] == ["identity", "messageTeamMembers"]
    assert given["bots"][0]["scopes"] == ["personal", "team"]
    assert not given["bots"][0]["supportsFiles"]
    assert {"authorization", "devicePermissions", "webApplicationInfo", "staticTabs", "composeExtensions"}.isdisjoint(
        given
    )


def test_strictly_nobody_can_type_to_the_bot_and_no_menu_asks_anyone_to() -> None:
    (bot,) = made(strict=True)["bots"]
    assert bot["isNotificationOnly"]
    assert "commandLists" not in bot
    (bot,) = made()["bots"]
    assert not bot["isNotificationOnly"]
    assert [one["scopes"] for one in bot["commandLists"]] == [["personal"]]


@pytest.mark.parametrize(
    ("page", "public", "linked", "domains"),
    [
        (URL, "", URL, ["afterword.example.org"]),
        ("", f"{URL}:8443/", f"{URL}:8443", ["afterword.example.org"]),
        ("https://www.example.net/afterword", URL, "https://www.example.net/afterword", ["afterword.example.org"]),
        (URL, "http://localhost:3978", URL, ["afterword.example.org"]),
    ],
)
def test_every_link_goes_to_whoever_runs_it(page: str, public: str, linked: str, domains: list[str]) -> None:
    given = made(page=page, public=public)
    assert {given["developer"][key] for key in ("websiteUrl", "privacyUrl", "termsOfUseUrl")} == {linked}
    assert given["validDomains"] == domains
    found = {text for text in texts(given).values() if "://" in text}
    assert found == {linked, given["$schema"]}


def test_who_runs_it_is_named_or_left_open() -> None:
    assert made(developer="First Steps")["developer"]["name"] == "First Steps"
    assert made()["developer"]["name"] == "Your organization"


@pytest.mark.parametrize(
    ("version", "taken"),
    [("0.1.0", "0.1.0"), ("1.2", "1.2.0"), ("2", "2.0.0"), ("1.2rc1", "1.2.0"), ("1.02.3.dev4+local", "1.2.3")],
)
def test_a_python_version_becomes_three_numbers(version: str, taken: str) -> None:
    assert three_numbers(version) == taken
    assert made(version=taken)["version"] == taken


@pytest.mark.parametrize("version", ["1.0", "1.0.0-rc.1", "v1.0.0", "1.0.0\n", "01.0.0", "1.0.٣"])
def test_a_version_that_teams_would_not_take_is_refused(version: str) -> None:
    with pytest.raises(Refusal, match="three numbers"):
        app(version=version)


# The icons


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at = 8
    while at < len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + size]
        at += size + 12


def paeth(left: int, up: int, corner: int) -> int:
    """https://www.w3.org/TR/png-3/#9Filter-type-4-Paeth"""
    return min((left, up, corner), key=lambda one: abs(left + up - corner - one))


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """Rows of red, green, blue and alpha."""
    found = list(chunks(png))
    width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", dict(found)[b"IHDR"])
    assert (depth, interlaced) == (8, 0)
    each, opaque = {6: (4, ()), 2: (3, (255,))}[colour]
    data = zlib.decompress(b"".join(body for kind, body in found if kind == b"IDAT"))
    size, rows, above = each * width, [], bytearray(each * width)
    for start in range(0, len(data), size + 1):
        row = bytearray(data[start + 1 : start + 1 + size])
        for x in range(size):
            left, corner = (row[x - each], above[x - each]) if x >= each else (0, 0)
            guess = (0, left, above[x], (left + above[x]) // 2, paeth(left, above[x], corner))[data[start]]
            row[x] = (row[x] + guess) % 256
        rows.append([(*row[x : x + each], *opaque) for x in range(0, size, each)])
        above = row
    assert len(rows) == height
    return rows


def icon(name: str) -> list[list[tuple[int, ...]]]:
    return pixels(unpacked(packed(app()))[made()["icons"][name]])


def test_the_coloured_icon_fills_its_square_and_keeps_its_mark_where_no_mask_cuts() -> None:
    """https://learn.microsoft.com/microsoftteams/platform/concepts/design/design-teams-app-icon-store-appbar"""
    rows = icon("color")
    ground = (*bytes.fromhex(COLOUR.removeprefix("#")), 255)
    assert (len(rows), len(rows[0])) == (192, 192)
    mark = [(x, y) for y, row in enumerate(rows) for x, pixel in enumerate(row) if pixel != ground]
    assert all(36 <= x < 156 and 36 <= y < 156 for x, y in mark)
    assert len(mark) > 192 * 192 / 10
    assert {pixel[3] for row in rows for pixel in row} == {255}


def test_the_outline_is_white_on_nothing() -> None:
    rows = icon("outline")
    assert (len(rows), len(rows[0])) == (32, 32)
    drawn = [pixel for row in rows for pixel in row if pixel[3]]
    assert {pixel[:3] for pixel in drawn} == {(255, 255, 255)}
    assert 32 * 32 / 5 < len(drawn) < 32 * 32 / 2
    assert {rows[y][x][3] for x in (0, 31) for y in (0, 31)} == {0}


def test_the_colour_is_the_same_everywhere() -> None:
    assert COLOUR == made()["accentColor"] == SLACK_COLOUR
    assert COLOUR in (ICONS / "color.svg").read_text(encoding="utf-8")


# The package


def test_everything_that_the_manifest_names_is_at_the_root_of_the_package_and_nothing_else() -> None:
    given = made()
    named = [*given["icons"].values(), *(one["file"] for one in given["localizationInfo"]["additionalLanguages"])]
    assert sorted(unpacked(packed(app()))) == sorted(["manifest.json", *named]) == [
        "color.png", "es.json", "manifest.json", "outline.png"
    ]  # fmt: skip


def test_the_package_is_the_same_bytes_whenever_and_wherever_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    before = packed(app())
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("sys.platform", "win32")
    assert packed(app()) == before
    assert packed(app(strict=True)) != before


# From the command line


def run(*words: str, env: dict[str, str] | None = None) -> Any:
    nothing = {"AFTERWORD_PUBLIC_URL": "", "MICROSOFT_APP_ID": ""}
    return CliRunner().invoke(main, ["manifest", "teams", *words], env={**nothing, **(env or {})})


def test_the_command_writes_what_can_be_uploaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("--app-id", ID, "--url", f"{URL}/", "--version", "1.2.3")
    assert done.exit_code == 0
    assert len(done.output.splitlines()) == 1
    assert "afterword-teams.zip is written" in done.output
    assert (tmp_path / "afterword-teams.zip").read_bytes() == packed(app())


def test_what_the_environment_says_need_not_be_given(tmp_path: Path) -> None:
    out = tmp_path / "again.zip"
    set_up = {"MICROSOFT_APP_ID": f" {ID.upper()}", "AFTERWORD_PUBLIC_URL": URL}
    done = run("--strict", "--name", "First Steps", "--version", "1.2.3", "--out", str(out), env=set_up)
    assert str(out) in done.output
    assert out.read_bytes() == packed(app(strict=True, developer="First Steps"))


def test_the_version_is_our_own_unless_another_is_given(tmp_path: Path) -> None:
    out = tmp_path / "ours.zip"
    run("--app-id", ID, "--url", URL, "--out", str(out))
    ours = re.search(r"^version = \"(.*)\"", (Path(__file__).parent.parent / "pyproject.toml").read_text(), re.M)
    assert ours
    assert json.loads(unpacked(out.read_bytes())["manifest.json"])["version"] == three_numbers(ours[1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--app-id"),
        (("--app-id", "afterword", "--url", URL), "set MICROSOFT_APP_ID"),
        (("--app-id", ID), "set AFTERWORD_PUBLIC_URL"),
        (("--app-id", ID, "--url", "http://afterword.example.org"), "must be https"),
        (("--app-id", ID, "--url", "http://localhost:3978"), "https page"),
        (("--app-id", ID, "--url", URL, "--name", "x" * 33), "at most 32 characters"),
        (("--app-id", ID, "--url", URL, "--version", "1"), "three numbers"),
        (("--app-id", ID, "--url", URL, "--out", "/no/such/folder/teams.zip"), "cannot be written"),
    ],
)
def test_what_it_cannot_do_it_says(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.output
    assert len(done.output.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
