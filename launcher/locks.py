"""Advisory file locks: who runs the services of a state folder, and who uses them."""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from launcher.errors import LauncherError

SERVICES_LOCK = "services.lock"
"""Below `run/`; its holder runs the services of the state folder."""


class FileLock:
    """A flock on a file; the kernel gives it back when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_exclusive(self) -> bool:
        """Takes the lock for this process alone; False when anyone else holds it."""
        return self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def exclusive(self) -> None:
        """Waits until this process holds the lock alone."""
        self._take(fcntl.LOCK_EX)

    def shared(self) -> None:
        """Waits until no process holds the lock alone, then holds it beside others."""
        self._take(fcntl.LOCK_SH)

    def release(self) -> None:
        """Gives the lock back; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def describe(self, **holder: Any) -> None:
        """Writes into the locked file who holds it, for `holder`."""
        if self._descriptor is None:
            raise ValueError("Only the holder of a lock may describe itself.")
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(holder | {"pid": os.getpid()}).encode(), 0)

    def holder(self, *, patience: float = 2.0) -> dict[str, Any]:
        """What the holder wrote about itself; empty when it wrote nothing within `patience` seconds."""
        deadline = time.monotonic() + patience
        while True:
            text = self.path.read_text() if self.path.exists() else ""
            if text:
                return dict(json.loads(text))
            if time.monotonic() > deadline:
                return {}
            time.sleep(0.05)

    def _take(self, operation: int) -> bool:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, operation)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        self.release()
        self._descriptor = descriptor
        return True


def refuse_second_server(services: FileLock, state_folder: Path) -> None:
    """Raises LauncherError when the holder of the services lock is a server; returns when it is another command."""
    holder = services.holder()
    if holder.get("command") == "server":
        message = f"A server is already running on {state_folder}: process {holder['pid']}, {holder['url']}"
        raise LauncherError(message)
