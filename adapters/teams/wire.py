"""HTTP to Microsoft. Law: no cookie, no proxy of the environment, and nothing is unpacked or read without a bound."""

from __future__ import annotations

import aiohttp


def plain_session(timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
    """Unpacking is off: a small body may hold a huge one."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=timeout,
    )


async def read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The answer's body. Raises ValueError where it is of more bytes than these."""
    got = bytearray()
    async for part in response.content.iter_any():
        got += part
        if len(got) > most:
            raise ValueError("the answer is too long")
    return bytes(got)
