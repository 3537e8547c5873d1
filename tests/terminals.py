"""A program with a terminal of its own, for tests that need a real one."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class Terminal:
    """A program with a terminal of its own."""

    def __init__(self, *command: str, cwd: Path | None = None, **environment: str) -> None:
        self.said, self._seen = "", 0
        self._fd, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(child)
        env = {**os.environ, "TERM": "xterm", "NO_COLOR": "1", **environment}
        self._process = subprocess.Popen(
            command, stdin=child, stdout=child, stderr=child, env=env, cwd=cwd, start_new_session=True,
            preexec_fn=_own_terminal(child),
        )  # fmt: skip
        os.close(child)

    def until(self, words: str, seconds: float = 10) -> None:
        """Waits for words that come after those waited for last."""
        over = time.monotonic() + seconds
        while words not in self.said[self._seen :]:
            assert time.monotonic() < over, f"{words!r} did not come: {self.said[self._seen :]!r}"
            if select.select([self._fd], [], [], 0.1)[0]:
                with suppress(OSError):
                    self.said += os.read(self._fd, 65536).decode(errors="replace")
        self._seen = self.said.index(words, self._seen) + len(words)

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def interrupt(self, words: str) -> None:
        """Ctrl-C, and once more where it fell between two keys: readline then waits on, and a person presses again."""
        self.type("\x03")
        try:
            self.until(words, seconds=3)
        except AssertionError:
            self.type("\x03")
            self.until(words)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def stopped(self, seconds: float = 10) -> None:
        """Until it has stopped, as by Ctrl-Z."""
        over, found = time.monotonic() + seconds, (0, 0)
        while not found[0]:
            assert time.monotonic() < over, "it did not stop"
            select.select([], [], [], 0.02)
            found = os.waitpid(self._process.pid, os.WUNTRACED | os.WNOHANG)
        assert os.WIFSTOPPED(found[1])

    def over(self, seconds: float = 10) -> int:
        """Reads on until the program has ended; its exit code."""
        end = time.monotonic() + seconds
        with suppress(OSError):  # the terminal is closed when the last who has it open is gone
            while time.monotonic() < end:
                if select.select([self._fd], [], [], 0.1)[0]:
                    self.said += os.read(self._fd, 65536).decode(errors="replace")
        return self._process.wait(max(end - time.monotonic(), 0.1))

    @property
    def as_before(self) -> bool:
        """Whether the terminal has the settings that it had."""
        return termios.tcgetattr(self._fd) == self.before

    @property
    def echoes(self) -> bool:
        """Whether what is typed into the terminal is taken line by line and shown, as a shell expects."""
        modes = termios.tcgetattr(self._fd)[3]
        return bool(modes & termios.ECHO and modes & termios.ICANON and modes & termios.ISIG)

    def hang_up(self) -> int:
        os.close(self._fd)
        self._fd = -1
        return self._process.wait(10)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._fd >= 0:
            os.close(self._fd)


def _own_terminal(fd: int) -> Callable[[], None]:
    def take() -> None:
        fcntl.ioctl(fd, termios.TIOCSCTTY, 0)

    return take
