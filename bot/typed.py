"""What people type, made safe and comparable. Law: their words are never changed, only what cannot be seen in them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

#: A text longer than one box holds is taken in parts; more than this at once is refused.
BOX_BYTES = 4096
LIMIT_BYTES = 65536

#: Directions that change how the rest of a screen reads; letters of every script need none of them to be stored.
#: Then control characters other than tab and line break, and halves of characters (the categories Cc and Cs).
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def clean(text: str) -> str:
    """NFC, without control and bidi characters, without lone surrogates; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()


def size(text: str) -> int:
    """Bytes in UTF-8, lone surrogates included."""
    return len(text.encode("utf-8", "surrogatepass"))


def part(text: str, limit: int = BOX_BYTES) -> tuple[str, str]:
    """What fits into one box, and the rest; cut between paragraphs, sentences or words where that can be done."""
    if size(text) <= limit:
        return text, ""
    head = text.encode()[:limit].decode(errors="ignore")
    for gap in ("\n", ". ", " "):
        cut = head.rfind(gap)
        if cut > len(head) // 2:
            head = head[: cut + len(gap)]
            break
    return head, text[len(head) :]


def day(text: str) -> date | None:
    """A day as ISO 8601 writes it, and in no other way: 12/24 is another day in another country."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def plain(text: str) -> str:
    """For comparing: without case, accents and punctuation, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = decomposed
    if not decomposed.isascii():
        letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s-]|_", " ", letters).split())
