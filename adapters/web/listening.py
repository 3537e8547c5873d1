"""How a web application of ours listens. Law: what it cannot read is neither quoted back nor logged."""

from __future__ import annotations

import errno
import logging
import socket
from functools import partial
from typing import Any

from aiohttp import web

from bot import logs
from bot.ports import Refusal

MAX_BODY = 256 * 1024

#: Seconds for what is being answered when the server ends, and for a body that nobody reads.
PATIENCE = 5.0
LINGER = 2.0

#: For every answer; https://owasp.org/www-project-secure-headers/
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

log = logs.Log("unreadable-request")


async def listen(app: web.Application, host: str, port: int, patience: float = PATIENCE) -> web.AppRunner:
    """Starts answering; `runner.addresses` says where, `await runner.cleanup()` ends it. Raises Refusal."""
    runner = Runner(
        app,
        access_log=None,
        logger=_quiet(logging.getLogger("afterword.http")),
        shutdown_timeout=patience,
        lingering_time=LINGER,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, OverflowError) as error:
        await runner.cleanup()
        raise Refusal("port", _why_not(host, port, error)) from None
    return runner


def _why_not(host: str, port: int, error: Exception) -> str:
    if not 0 <= port <= 65535:
        return f"There is no port {port}; a port is a number up to 65535."
    if isinstance(error, PermissionError):
        return f"Port {port} may only be used by administrators. Choose one above 1023, such as --port 8080."
    if isinstance(error, socket.gaierror) or getattr(error, "errno", None) == errno.EADDRNOTAVAIL:
        return f"This computer has no address {host}."
    return f"Port {port} on {host} is in use by another program. Choose another one, such as --port {port % 65000 + 1}."


def dress(response: web.StreamResponse, headers: dict[str, str]) -> None:
    """Puts on what an answer lacks, and takes off what names our software."""
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    response.headers.popall("Server", None)


async def healthy(_: web.Request) -> web.StreamResponse:
    return web.Response(text="ok\n")


class Unquoting(web.RequestHandler):
    """aiohttp answers bytes that are not HTTP with the bytes; we answer with a sentence."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError
        # Not a warning: whoever scans the internet could fill the log.
        log.info("unreadable-request", status=status)
        answer = web.Response(status=status, text="This could not be read.\n", headers={**HEADERS, "Server": ""})
        answer.force_close()
        return answer


class Runner(web.AppRunner):
    @property
    def server(self) -> Any:
        made = super().server
        return made and partial(_unquoting, made)


def _unquoting(server: web.Server) -> web.RequestHandler:
    protocol = server()
    protocol.__class__ = Unquoting
    return protocol


def _quiet(logger: logging.Logger) -> logging.Logger:
    """For aiohttp's own complaints: an exception there can quote the bytes that it could not read."""
    logger.addFilter(_without_details)
    return logger


def _without_details(record: logging.LogRecord) -> bool:
    record.msg, record.args, record.exc_info = "a request could not be read", (), None
    return True
