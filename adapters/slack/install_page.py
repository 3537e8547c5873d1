"""The pages that somebody sees who installs the app: plain, with nothing in them that came in. Pure."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape

from prompts.library import Library
from prompts.script import SOURCE_LOCALE

STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem}"
    "h1{font-size:1.5rem;line-height:1.3}"
)
_ALLOWED = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_ALLOWED}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Page:
    """Names of lines: what happened, what comes next, and where the link leads."""

    happened: str
    then: str
    link: str
    href: str

    def html(self, library: Library, locale: str) -> str:
        happened, then, link, app = (
            escape(library.word(locale, name)) for name in (self.happened, self.then, self.link, "name-of-app")
        )
        return (
            f'<!doctype html>\n<html lang="{escape(locale)}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta name="color-scheme" content="light dark">\n<title>{app}</title>\n<style>{STYLE}</style>\n</head>\n'
            f"<body>\n<main>\n<h1>{happened}</h1>\n<p>{then}</p>\n"
            f'<p><a href="{escape(self.href)}">{link}</a></p>\n</main>\n</body>\n</html>\n'
        )


def done(to_slack: str, organization: bool) -> Page:
    then = "slack-install-next-org" if organization else "slack-install-next"
    return Page("slack-install-done", then, "slack-install-open", to_slack)


def failed(reason: str, begin: str) -> Page:
    """`reason`: a word of Slack's or of Bolt's; only known ones make a difference."""
    match reason:
        case "access_denied":
            name = "slack-install-cancelled"
        case "invalid_browser" | "invalid_state" | "missing_code":
            name = "slack-install-old"
        case _:
            name = "slack-install-failed"
    return Page(name, f"{name}-next", "slack-install-again", begin)


def language(library: Library, accepted: str) -> str:
    """The first language of an Accept-Language header that is spoken here."""
    for part in accepted.lower().split(","):
        named = part.split(";")[0].strip().split("-")[0]
        if named in library.locales:
            return named
    return SOURCE_LOCALE
