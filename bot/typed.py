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

#: Letters and marks that are drawn as nothing.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def clean(text: str) -> str:
    """NFC, without control and bidi characters, without lone surrogates; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()


def seen(text: str) -> str:
    """Without signs that nobody sees (tags, fillers, joiners that join nothing): what is read is all there is."""
    kept = [sign for at, sign in enumerate(text) if not _unseen(sign) or _joins(text, at)]
    return unicodedata.normalize("NFC", "".join(kept))


def _unseen(sign: str) -> bool:
    return sign not in "\n\t" and (unicodedata.category(sign) in ("Cc", "Cf", "Cn", "Co", "Cs") or sign in _FILLERS)


def _joins(text: str, at: int) -> bool:
    """A joiner between letters of a script that needs it, or between pictures."""
    if text[at] not in "\u200c\u200d" or not 0 < at < len(text) - 1:
        return False
    return all(not text[beside].isascii() and not _unseen(text[beside]) for beside in (at - 1, at + 1))


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
