"""From starting the process to the first question, and the memory it takes, as ratios to bare processes in one run.

Example: python benchmarks/start.py --quick
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
AIM_DEMO, AIM_CHAT, AIM_MEGABYTES = 3.0, 1.0, 120.0
PATIENCE = 30.0
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

BARE_SERVER = """
import sys
from aiohttp import web
async def hello(request): return web.Response(text="hello")
app = web.Application()
app.add_routes([web.get("/", hello)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""
BARE_ANSWER = "import sqlalchemy, pydantic; input(); print('hello', flush=True)"


@dataclass(frozen=True)
class Start:
    """Seconds until the first answer, and the most memory that the process ever held, in megabytes."""

    seconds: float
    megabytes: float


def words() -> dict[str, str]:
    with open(ROOT / "prompts" / "app.toml", "rb") as file:
        return tomllib.load(file)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def environment() -> dict[str, str]:
    """Nothing of a real installation: no keys, no databases, no settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AFTERWORD_")}
    return {**own, "PYTHONPATH": str(ROOT)}


def ended(child: subprocess.Popen[str]) -> float:
    """Ends the process politely; its peak of memory in megabytes."""
    child.send_signal(signal.SIGTERM)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def served(*command: str, port: int, page: str, holds: str) -> Start:
    """Asks for a page until it is there and holds these words. Raises RuntimeError."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *command], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    try:
        while not _asked(f"http://127.0.0.1:{port}{page}", holds):
            if child.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"{page} did not show its first question")
            time.sleep(0.002)
        seconds = time.perf_counter() - began
    except BaseException:
        child.kill()
        raise
    return Start(seconds, ended(child))


def _asked(url: str, holds: str) -> bool:
    try:
        with DIRECTLY.open(url, timeout=PATIENCE) as answer:
            return holds in answer.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return False


def piped(*command: str, given: str, holds: str) -> Start:
    """Sends a line and reads until the answer to it. Raises RuntimeError."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *command], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(f"{given}\n")
        child.stdin.flush()
        if not any(holds in line for line in iter(child.stdout.readline, "")):
            raise RuntimeError("the chat did not answer")
        return Start(time.perf_counter() - began, ended(child))


def bare_server() -> Start:
    port = free_port()
    return served("-c", BARE_SERVER, str(port), port=port, page="/", holds="hello")


def demo() -> Start:
    """Eli has opened Afterword and is asked what may be kept: the first page of the chat holds a question."""
    port, question = free_port(), words()["consent"].strip().split(".")[0]
    return served("-m", "bot", "demo", "--port", str(port), port=port, page="/chat/eli", holds=question)


def chat() -> Start:
    return piped("-m", "bot", "chat", "--plain", given="1", holds=words()["consent-thanks-keep"].split(".")[0])


def bare_answer() -> Start:
    return piped("-c", BARE_ANSWER, given="1", holds="hello")


#: Name: what is started, what it is compared with.
SERIES: dict[str, tuple[Callable[[], Start], Callable[[], Start]]] = {
    "demo, first question over HTTP": (demo, bare_server),
    "chat --plain, first answer": (chat, bare_answer),
}


def shown(name: str, starts: list[Start], bare: list[Start]) -> str:
    def row(get: Callable[[Start], float]) -> tuple[float, float]:
        each = [get(one) / get(other) for one, other in zip(starts, bare, strict=True)]
        return statistics.median(get(one) for one in starts), statistics.median(each)

    (seconds, slower), (megabytes, bigger) = row(lambda one: one.seconds), row(lambda one: one.megabytes)
    return f"{name:32}{seconds:8.2f}{slower:8.1f}{megabytes:8.0f}{bigger:8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three rounds")
    rounds = 3 if parser.parse_args().quick else 9
    for start in (one for pair in SERIES.values() for one in pair):
        start()  # once for the files that the system then has at hand
    print(f"{'':32}{'s':>8}{'ratio':>8}{'MB':>8}{'ratio':>8}")
    taken: dict[str, tuple[list[Start], list[Start]]] = {name: ([], []) for name in SERIES}
    for _ in range(rounds):
        for name, (start, bare) in SERIES.items():
            taken[name][0].append(start())
            taken[name][1].append(bare())
    for name, (starts, bares) in taken.items():
        print(shown(name, starts, bares))
        print(shown("  a bare process beside it", bares, bares))
    print(f"aims: {AIM_DEMO:.0f} s and {AIM_MEGABYTES:.0f} MB for the demo, {AIM_CHAT:.0f} s for the chat")


if __name__ == "__main__":
    main()
