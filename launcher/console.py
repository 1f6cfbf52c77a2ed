"""What the launcher says while it works: plain lines, and steps with their duration in seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Console:
    """Writes lines to one stream; `quiet` keeps everything but warnings back."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet

    def say(self, message: str) -> None:
        """One line of progress."""
        if not self._quiet:
            self._write(message)

    def warn(self, message: str) -> None:
        """One line that is shown even when quiet."""
        self._write(message)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Times a step and says its seconds when it has succeeded."""
        started = time.monotonic()
        yield
        self.say(f"  {title:<44}{time.monotonic() - started:6.1f} s")

    def _write(self, message: str) -> None:
        try:
            print(message, file=self._stream, flush=True)
        except OSError:
            # The terminal or pipe is gone; services must still be stopped in order, so go on in silence.
            self._quiet = True
            self._stream = sys.__stderr__ or self._stream


def progress() -> Console:
    """The console of `script/server`, whose own output this is."""
    return Console(sys.stdout)


def chatter(*, quiet: bool = False) -> Console:
    """The console of commands whose standard output belongs to the command they run."""
    return Console(sys.stderr, quiet=quiet)
