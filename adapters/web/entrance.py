"""How a browser is let in and known again. Law: a cookie is ours, and new at each entrance; what a page of somebody
else's sends does nothing."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bot.config import is_loopback

#: A browser takes one of the second name only from us, for all of our addresses, and over https.
NAME, SECURE_NAME = "afterword", "__Host-afterword"
#: Longer is no cookie of ours.
LONGEST: Final = 100


def cookie(request: web.Request, address: str) -> str:
    """What the browser was given; empty where it was given nothing."""
    found = request.cookies.get(SECURE_NAME if _is_secure(request, address) else NAME, "")
    return found if found.isascii() and len(found) <= LONGEST else ""


def give(response: web.Response, request: web.Request, address: str, value: str) -> None:
    """Without an age: it goes with the browser's window, and in any case when its session is over."""
    secure = _is_secure(request, address)
    response.set_cookie(
        SECURE_NAME if secure else NAME, value, path="/", secure=secure, httponly=True, samesite="Lax"
    )  # fmt: skip


def take(response: web.Response, request: web.Request, address: str) -> None:
    secure = _is_secure(request, address)
    response.del_cookie(
        SECURE_NAME if secure else NAME, path="/", secure=secure, httponly=True, samesite="Lax"
    )  # fmt: skip


def _is_secure(request: web.Request, address: str) -> bool:
    """A public address is https, whatever name a proxy gives us; only this computer goes without."""
    if address:
        return not address.startswith("http://")
    return not is_loopback(request.url.host or "")


def is_from_here(request: web.Request, address: str) -> bool:
    """Whether a form came from a page of ours, by what the browser says of it. One of a page that sends no referrer has
    no origin; the browser says all the same whose it is (https://www.w3.org/TR/fetch-metadata/)."""
    site = request.headers.get("Sec-Fetch-Site", "").lower()
    origin = request.headers.get("Origin", "").lower()
    if site not in ("", "same-origin"):
        return False
    return origin in ("", *_own(request, address)) or (origin == "null" and site == "same-origin")


def _own(request: web.Request, address: str) -> tuple[str, ...]:
    """Behind a proxy that speaks https for us the name is the same, or the one that we were told."""
    parts, host = urlsplit(address.lower()), request.headers.get("Host", "").lower()
    told = (f"{parts.scheme}://{parts.netloc}",) if address else ()
    return (*told, f"http://{host}", f"https://{host}")


def under(address: str, path: str) -> str:
    """A path of ours as browsers see it: a proxy may have us below another one."""
    return urlsplit(address).path.rstrip("/") + path
