"""Settings from the environment and from `afterword.toml`. Law: a wrong setting stops the start with one clear line."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from bot.conversation import Program
from bot.ports import Refusal
from bot.territory import holidays_of
from prompts.phrases import HOME, lists_of, read_phrases

DEFAULT_DATABASE = "sqlite:///afterword.db"
DEFAULT_PORT = 3978
SLACK_API = "https://slack.com/api/"
MICROSOFT_LOGIN = "https://login.microsoftonline.com"
BOTFRAMEWORK_OPENID = "https://login.botframework.com/v1/.well-known/openidconfiguration"

#: Files that a program's own folder cannot have.
NOT_OWN = ("app.toml", "codebook.toml", "phrases.toml")

#: How Microsoft names registrations and tenants.
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. `key_file` and `key` name the keyring; one of them is enough. `prompts`: the program's own
    folder of scripts, where it has one."""

    database_url: str
    keys_url: str
    key_file: str = ""
    key: str = ""
    program: Program = field(default_factory=Program)
    prompts: Path | None = None


@dataclass(frozen=True, slots=True)
class Slack:
    """One workspace (a bot token), or many by OAuth (a client id); by Socket Mode with an app token, else by HTTP."""

    signing_secret: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    api_url: str = SLACK_API

    @property
    def socket(self) -> bool:
        return bool(self.app_token)

    @property
    def many(self) -> bool:
        return bool(self.client_id)


@dataclass(frozen=True, slots=True)
class Teams:
    """The bot's registration, and the tenants that may install it: the registration's own where none are named.

    `anonymous`: no tokens are asked for or sent, on loopback only. `service_urls`: exact addresses of connectors beside
    Microsoft's own.
    """

    app_id: str = ""
    password: str = field(default="", repr=False)
    tenant: str = ""
    tenants: tuple[str, ...] = ()
    anonymous: bool = False
    login_url: str = MICROSOFT_LOGIN
    openid_url: str = BOTFRAMEWORK_OPENID
    service_urls: tuple[str, ...] = ()

    def may_install(self, tenant: str) -> bool:
        return self.anonymous or tenant in (self.tenants or (self.tenant,))


@dataclass(frozen=True, slots=True)
class Server:
    """What `serve` needs beside the databases. A platform is on when its settings are there, None when they are not.

    `public_url`: where others reach this server, with no slash at its end; empty where nobody said.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    public_url: str = ""
    slack: Slack | None = None
    teams: Teams | None = None


def settings(env: Mapping[str, str], database_url: str = "") -> Settings:
    """From the environment; `database_url` (a command's --db) goes before it. Raises Refusal."""
    database = database_url or env.get("AFTERWORD_DATABASE_URL", DEFAULT_DATABASE)
    own_keys = "" if database_url else env.get("AFTERWORD_KEYS_URL", "")
    return Settings(
        database_url=database,
        keys_url=own_keys or keys_beside(database),
        key_file=env.get("AFTERWORD_KEY_FILE", ""),
        key=env.get("AFTERWORD_KEY", ""),
        program=program(env.get("AFTERWORD_CONFIG", "")),
        prompts=own_prompts(env),
    )


def existing(given: Settings) -> Settings:
    """The same settings, if their databases exist: a wrong path must not look like an empty installation.

    Raises Refusal.
    """
    for url in (given.database_url, given.keys_url):
        scheme, _, path = url.partition(":///")
        if scheme == "sqlite" and not Path(path).exists():
            raise Refusal("no-database", f"There is no database at {path}. Check --db or AFTERWORD_DATABASE_URL.")
    return given


def keys_beside(database_url: str) -> str:
    """The key store's default place: a second file beside the first, or one in the working folder."""
    scheme, _, path = database_url.partition(":///")
    if not scheme.startswith("sqlite") or not path:
        return "sqlite:///afterword-keys.db"
    file = Path(path)
    return f"{scheme}:///{file.with_name(f'{file.stem}-keys{file.suffix}')}"


def program(path: str) -> Program:
    """A program's own settings; the defaults where there is no file."""
    data = {key: value for key, value in _read(path).items() if key != "prompts"}
    try:
        return _with_known_lists(_with_known_holidays(Program.model_validate(data), path), path)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise Refusal("config", f"{path} (AFTERWORD_CONFIG): {key}: {first['msg']}.") from None


def own_prompts(env: Mapping[str, str]) -> Path | None:
    """The program's own folder: AFTERWORD_PROMPTS, else `prompts` in `afterword.toml`, seen from where that file is.

    Raises Refusal for one that is not there: nobody should wait for a script that was never read.
    """
    config = env.get("AFTERWORD_CONFIG", "")
    if named := _set(env, "AFTERWORD_PROMPTS"):
        return _folder(Path(named), "AFTERWORD_PROMPTS")
    named = _read(config).get("prompts", "")
    if not isinstance(named, str):
        raise Refusal("config", f'{config} (AFTERWORD_CONFIG): prompts: write such as prompts = "my-prompts".')
    return _folder(Path(config).parent / named, f"prompts in {config}") if named else None


def _folder(path: Path, whose: str) -> Path:
    if not path.is_dir():
        raise Refusal("prompts", f"{path} ({whose}) is no folder. Check the path, or begin one: afterword new.")
    for name in NOT_OWN:
        if (path / name).exists():
            words = "the bot's own words and themes are the same everywhere, and phrases go into afterword.toml"
            raise Refusal("prompts", f"{path / name} cannot stand in a program's own folder: {words}.")
    return path


def _read(path: str) -> dict[str, Any]:
    """`afterword.toml`; nothing where there is no file."""
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        words = f"{path} (AFTERWORD_CONFIG) cannot be read: {error.strerror}. Check the path."
        raise Refusal("config", words) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal("config", f"{path} (AFTERWORD_CONFIG) is not TOML: {error}.") from None


def _with_known_holidays(program: Program, path: str) -> Program:
    """Raises Refusal: a place that is mistyped must not mean that no holiday is kept."""
    if program.holidays and not holidays_of("UTC", program.holidays):
        raise Refusal(
            "config",
            f"{path} (AFTERWORD_CONFIG): holidays: no public holidays are known of that place. Write a country, such "
            'as "US", or a part of one, such as "US-NC"; "" for none.',
        )
    return program


def _with_known_lists(program: Program, path: str) -> Program:
    """Raises Refusal: a phrase with a mistyped list would never be found."""
    if program.phrases:
        known = read_phrases(HOME / "phrases.toml").sheet.words
        for entry in program.phrases:
            for name in (name for written in (*entry.any, *entry.unless) for name in lists_of(written)):
                if name not in known:
                    words = f"phrases: there is no list {{{name}}}; there is {', '.join(known)}."
                    raise Refusal("config", f"{path} (AFTERWORD_CONFIG): {words}")
    return program


# What `serve` adds


def server(env: Mapping[str, str], *, host: str = "", port: int = 0) -> Server:
    """From the environment; what a command was given goes before it. Raises Refusal."""
    public = public_url(_set(env, "AFTERWORD_PUBLIC_URL"))
    host = host or _set(env, "AFTERWORD_HOST") or "127.0.0.1"
    return Server(
        host=host,
        port=port or _port(_set(env, "AFTERWORD_PORT")),
        public_url=public,
        slack=slack(env, public),
        teams=teams(env, host, public),
    )


def slack(env: Mapping[str, str], public: str) -> Slack | None:
    """None where nothing of Slack is set. Raises Refusal for what cannot work together."""
    given = Slack(
        signing_secret=_set(env, "SLACK_SIGNING_SECRET"),
        bot_token=_set(env, "SLACK_BOT_TOKEN"),
        app_token=_set(env, "SLACK_APP_TOKEN"),
        client_id=_set(env, "SLACK_CLIENT_ID"),
        client_secret=_set(env, "SLACK_CLIENT_SECRET"),
        api_url=_slack_api(_set(env, "SLACK_API_URL")),
    )
    if not any((given.signing_secret, given.bot_token, given.app_token, given.client_id, given.client_secret)):
        return None
    for impossible, words in _slack_faults(given, public):
        if impossible:
            raise Refusal("slack-settings", words)
    return given


def _slack_faults(given: Slack, public: str) -> tuple[tuple[bool, str], ...]:
    bot, many = given.bot_token, given.many
    return (
        (many != bool(given.client_secret), "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET only work together: set both."),
        (
            bool(bot) and many,
            "SLACK_BOT_TOKEN is for one workspace and SLACK_CLIENT_ID for many: leave one of them out.",
        ),
        (
            not bot and not many,
            "Slack is set up in part: set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID and "
            "SLACK_CLIENT_SECRET for many.",
        ),
        (
            bot.startswith("xoxe."),
            "SLACK_BOT_TOKEN dies after twelve hours, because its app rotates tokens. Make the app anew without token "
            "rotation, or use SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.",
        ),
        (bool(bot) and not bot.startswith("xoxb-"), "SLACK_BOT_TOKEN must be a bot token; those begin with xoxb-."),
        (
            given.socket and not given.app_token.startswith("xapp-"),
            "SLACK_APP_TOKEN must be an app-level token; those begin with xapp-.",
        ),
        (
            not given.signing_secret and not given.socket,
            "Slack needs SLACK_SIGNING_SECRET (requests over HTTP) or SLACK_APP_TOKEN (Socket Mode).",
        ),
        (
            many and not public,
            "Installing by OAuth needs AFTERWORD_PUBLIC_URL, the https address that Slack leads people back to.",
        ),
    )


def teams(env: Mapping[str, str], host: str, public: str = "") -> Teams | None:
    """None where nothing of Teams is set. Raises Refusal for what cannot work together."""
    given = Teams(
        app_id=_set(env, "MICROSOFT_APP_ID").lower(),
        password=_set(env, "MICROSOFT_APP_PASSWORD"),
        tenant=_set(env, "MICROSOFT_APP_TENANT_ID").lower(),
        tenants=tuple(part.lower() for part in _parts(env, "AFTERWORD_TEAMS_TENANTS")),
        anonymous=_switch(env, "AFTERWORD_TEAMS_ANONYMOUS"),
        login_url=_set(env, "MICROSOFT_LOGIN_URL").rstrip("/") or MICROSOFT_LOGIN,
        openid_url=_set(env, "BOTFRAMEWORK_OPENID_URL") or BOTFRAMEWORK_OPENID,
        service_urls=_parts(env, "AFTERWORD_TEAMS_SERVICE_URLS"),
    )
    if not any((given.app_id, given.password, given.tenant, given.tenants, given.anonymous)):
        return None
    for impossible, words in _teams_faults(given, host, public):
        if impossible:
            raise Refusal("teams-settings", words)
    return given


def _teams_faults(given: Teams, host: str, public: str) -> tuple[tuple[bool, str], ...]:
    guids = (given.app_id, given.tenant, *given.tenants)
    urls = (given.login_url, given.openid_url, *given.service_urls)
    return (
        (
            given.anonymous and not is_loopback(host),
            "AFTERWORD_TEAMS_ANONYMOUS asks nobody who they are, so it works only while the server answers this "
            "computer alone: leave AFTERWORD_HOST at 127.0.0.1.",
        ),
        (
            given.anonymous and bool(public),
            "AFTERWORD_TEAMS_ANONYMOUS asks nobody who they are: leave out AFTERWORD_PUBLIC_URL, and put no proxy and "
            "no tunnel in front.",
        ),
        (
            given.anonymous and bool(given.app_id or given.password),
            "AFTERWORD_TEAMS_ANONYMOUS is for trying the bot without a registration: leave it out, or MICROSOFT_APP_ID "
            "and MICROSOFT_APP_PASSWORD.",
        ),
        (
            not given.anonymous and not (given.app_id and given.password and given.tenant),
            "Teams is set up in part: set MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD and MICROSOFT_APP_TENANT_ID.",
        ),
        (
            any(guid and not GUID.fullmatch(guid) for guid in guids),
            "MICROSOFT_APP_ID, MICROSOFT_APP_TENANT_ID and AFTERWORD_TEAMS_TENANTS hold ids such as "
            "0f8fad5b-d9cb-469f-a165-70867728950e, with commas between several.",
        ),
        (
            not all(map(_safe, urls)),
            "MICROSOFT_LOGIN_URL, BOTFRAMEWORK_OPENID_URL and AFTERWORD_TEAMS_SERVICE_URLS must be https addresses; "
            "http only for this computer.",
        ),
    )


def public_url(url: str) -> str:
    """An address of ours that others use, with no slash at its end. Raises Refusal."""
    if url and not _safe(url):
        raise Refusal(
            "public-url",
            "The public address (AFTERWORD_PUBLIC_URL) must be https, such as https://afterword.example.org; http only "
            "for this computer.",
        )
    return url.rstrip("/")


def _slack_api(url: str) -> str:
    """Bearer tokens go there: never in clear to another computer."""
    if url and not _safe(url):
        raise Refusal("slack-api", "SLACK_API_URL must be an https address; http only for this computer.")
    return f"{url.rstrip('/')}/" if url else SLACK_API


def _safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    odd = "\\" in url or not url.isascii() or not url.isprintable() or " " in url
    if not host or odd or parts.username is not None or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether only this computer is reached there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _port(value: str) -> int:
    if not value:
        return DEFAULT_PORT
    if value.isascii() and value.isdigit() and 1 <= int(value[:6]) <= 65535:
        return int(value)
    raise Refusal("port", "AFTERWORD_PORT must be a number from 1 to 65535.")


def _set(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()


def _parts(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(_set(env, name).replace(",", " ").split())


def _switch(env: Mapping[str, str], name: str) -> bool:
    """Raises Refusal for what is neither on nor off: whoever mistypes "off" must not have it on."""
    value = _set(env, name)
    if value not in ("", "0", "1"):
        raise Refusal("switch", f"{name} is 1 or left out.")
    return value == "1"
