"""Settings from the environment and from `afterword.toml`. Law: a wrong setting stops the start with one clear line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from bot.conversation import Program
from bot.ports import Refusal

DEFAULT_DATABASE = "sqlite:///afterword.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. `key_file` and `key` name the keyring; one of them is enough."""

    database_url: str
    keys_url: str
    key_file: str = ""
    key: str = ""
    program: Program = field(default_factory=Program)


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
    if not path:
        return Program()
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        return Program.model_validate(data)
    except OSError as error:
        words = f"{path} (AFTERWORD_CONFIG) cannot be read: {error.strerror}. Check the path."
        raise Refusal("config", words) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal("config", f"{path} (AFTERWORD_CONFIG) is not TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise Refusal("config", f"{path} (AFTERWORD_CONFIG): {key}: {first['msg']}.") from None
