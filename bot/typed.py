"""What people type, made safe and comparable. Law: their words are never changed, only what cannot be seen in them."""

from __future__ import annotations

import re
import unicodedata

#: A text longer than one box holds is taken in parts; more than this at once is refused.
BOX_BYTES = 4096
LIMIT_BYTES = 65536

#: Directions that change how the rest of a screen reads; letters of every script need none of them to be stored.
_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])


def clean(text: str) -> str:
    """NFC, without control and bidi characters, without lone surrogates; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BIDI)
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", "".join(kept)).strip()


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


def plain(text: str) -> str:
    """For comparing: without case, accents and punctuation, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s-]|_", " ", letters).split())
