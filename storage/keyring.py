"""The installation's keyring, as the operator hands it over: one key a line, newest first."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.ports import Refusal
from storage.vault import KEY_BYTES, Key

HOW = "`afterword keys new` prints one; put it on the first line."


@dataclass(frozen=True)
class Keyring:
    """`source`: the file it came from, which a running process reads again when it has changed."""

    keys: tuple[Key, ...]
    source: Path | None = None

    @property
    def newest(self) -> Key:
        return self.keys[0]

    def key(self, key_id: bytes) -> Key | None:
        return next((key for key in self.keys if key.id == key_id), None)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(key.id.hex() for key in self.keys)

    def reread(self) -> Keyring:
        """The ring as its file holds it now. Raises Refusal where the file has become unreadable."""
        return self if self.source is None else from_file(self.source)


def new_key() -> str:
    """A new key as the operator keeps it: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def from_text(text: str, source: Path | None = None) -> Keyring:
    """Raises Refusal; the sentence names the line, never what is on it."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    keys = tuple(_key(number, line) for number, line in lines if line and not line.startswith("#"))
    if not keys:
        raise Refusal("no-key", f"The keyring is empty. {HOW}")
    return Keyring(keys, source)


def _key(number: int, line: str) -> Key:
    try:
        raw = base64.b64decode(line + "=" * (-len(line) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise Refusal("key-file", f"Line {number} of the keyring is not 32 bytes in URL-safe base64. {HOW}")
    return Key(raw)


def from_file(path: Path) -> Keyring:
    """Raises Refusal where the file is missing, or readable by others."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise Refusal("key-file", f"There is no key file at {path}. {HOW}") from None
    except (OSError, UnicodeError):
        raise Refusal("key-file", f"The key file {path} cannot be read. Check its owner and what is in it.") from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise Refusal("key-file", f"The key file {path} can be read by others. Run: chmod 600 {path}")
    return from_text(text, path)


def from_environment(environment: Mapping[str, str]) -> Keyring:
    """AFTERWORD_KEY_FILE, else AFTERWORD_KEY. Raises Refusal where neither is set."""
    if path := environment.get("AFTERWORD_KEY_FILE"):
        return from_file(Path(path))
    if text := environment.get("AFTERWORD_KEY"):
        return from_text(text)
    raise Refusal("no-key", f"Set AFTERWORD_KEY_FILE (or AFTERWORD_KEY) to a keyring. {HOW}")
