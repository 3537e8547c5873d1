"""Sealing. Law: a sealed value opens with its own key in its own place, and an error never says what is inside.

Layout: version (1 byte), key id (4), nonce (12, random), AES-256-GCM ciphertext and tag. The plaintext is padded in
steps of 512 bytes, so that its length says little. The associated data names tenant, table, row, field and version.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.ports import Refusal

VERSION = b"\x01"
STEP = 512
KEY_BYTES = 32
_HEADER = 5
_NONCE = 12
_LENGTH = 4


class Unopened(Refusal):
    """A sealed value does not open: another key, another place, or damaged bytes."""

    def __init__(self) -> None:
        super().__init__("unopened", "Something that was sealed here cannot be opened with the keys at hand.")


class Key:
    """256 bits that seal and open. `id` stands in front of everything that it has sealed."""

    __slots__ = ("_aes", "id", "raw")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise Unopened
        self.raw = raw
        self.id = hashlib.sha256(raw).digest()[:4]
        self._aes = AESGCM(raw)

    def __repr__(self) -> str:
        return f"Key({self.id.hex()})"

    def seal(self, plain: bytes, place: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return b"".join((VERSION, self.id, nonce, self._aes.encrypt(nonce, _padded(plain), place)))

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Raises Unopened."""
        if len(sealed) < _HEADER + _NONCE or sealed[:1] != VERSION or key_id(sealed) != self.id:
            raise Unopened
        nonce = sealed[_HEADER : _HEADER + _NONCE]
        try:
            padded = self._aes.decrypt(nonce, sealed[_HEADER + _NONCE :], place)
        except InvalidTag:
            raise Unopened from None
        return padded[_LENGTH : _LENGTH + int.from_bytes(padded[:_LENGTH], "big")]

    def derived(self, label: bytes) -> bytes:
        """Another 256 bits for another purpose (HKDF, RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=label).derive(self.raw)


def fresh_key() -> Key:
    return Key(os.urandom(KEY_BYTES))


def key_id(sealed: bytes) -> bytes:
    return sealed[1:_HEADER]


def _padded(plain: bytes) -> bytes:
    framed = len(plain).to_bytes(_LENGTH, "big") + plain
    return framed + bytes(-len(framed) % STEP)


def place(*names: bytes | str | UUID) -> bytes:
    """The associated data of a value: each part behind its length, so that no two places read the same.

    Its names are those of tables and fields, the same few in every turn.
    """
    return VERSION + b"".join([_ID + name.bytes if isinstance(name, UUID) else _known(name) for name in names])


def fingerprint(key: bytes, *names: bytes | str | UUID) -> bytes:
    """A keyed hash: equal for equal names, and nothing without the key."""
    parts = [_ID + name.bytes if isinstance(name, UUID) else _framed(name) for name in names]
    return hmac.digest(key, VERSION + b"".join(parts), "sha256")


_ID = (16).to_bytes(2, "big")


def _framed(name: bytes | str) -> bytes:
    raw = name.encode() if isinstance(name, str) else name
    return len(raw).to_bytes(2, "big") + raw


_known = lru_cache(maxsize=256)(_framed)
