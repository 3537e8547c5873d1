"""Which service addresses Teams may name. Law: our own token goes where these say, so what is in doubt is refused.

An address is matched whole and raw, never taken apart first: the standard splitter reads `https://evil.com\\.botframework.com/`
as a host of botframework.com, and other readers do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Every address, from wherever: visible ASCII without a backslash, and not without end.
_PLAIN = re.compile(r"https?://[!-\[\]-~]{1,1000}", re.ASCII | re.IGNORECASE)

_LABEL = r"(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PATH = r"(?:/[a-z0-9._~!$&'()*+,;=:%/-]*)?"

#: Teams, Teams in the cloud of US state and local government, and other channels. Not the rest of trafficmanager.net,
#: nor what stands before this one name of it: there anybody may register.
_HOSTS = rf"smba\.trafficmanager\.net|smba\.infra\.gcc\.teams\.microsoft\.com|(?:{_LABEL}\.)+botframework\.com"
_MICROSOFT = re.compile(
    rf"https://(?:{_HOSTS})(?::443)?{_PATH}",
    re.ASCII | re.IGNORECASE,
)
_LOOPBACK = re.compile(
    rf"http://(?:127(?:\.{_OCTET}){{3}}|localhost|\[::1\])(?::(?P<port>[1-9][0-9]{{0,4}}))?{_PATH}",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ServiceUrls:
    """Microsoft's own, and `further` ones, character for character; `loopback`: this machine's too."""

    further: tuple[str, ...] = ()
    loopback: bool = False

    def admits(self, url: str) -> bool:
        if not _PLAIN.fullmatch(url):
            return False
        if _trimmed(url) in map(_trimmed, self.further):
            return True
        return on_loopback(url) if self.loopback else _MICROSOFT.fullmatch(url) is not None


def on_loopback(url: str) -> bool:
    """Whether this is a plain address of this very machine."""
    found = _LOOPBACK.fullmatch(url)
    return found is not None and int(found["port"] or 80) <= 65535


def _trimmed(url: str) -> str:
    return url.rstrip("/")
