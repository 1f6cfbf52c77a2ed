"""Two servers of the same kind side by side, asked in turn over kept-alive connections."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

WARM_UP = 30


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(target: str, **environment: str) -> Iterator[int]:
    """granian with one worker and one thread serving a WSGI application; yields its port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", target, "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "1", "--no-access-log", "--no-ws"]
    command += ["--log-level", "warning"]
    process = subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603 - built above, no input
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


class Client:
    """One kept-alive connection."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = dict(headers or {})

    def get(self, path: str) -> bytes:
        """The body; raises RuntimeError for anything but 200."""
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {body[:300]!r}")
        return body


def medians(requests: Mapping[str, tuple[Client, str]], *, rounds: int) -> dict[str, float]:
    """Median milliseconds of each request; asked in turn, so that a busy moment hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in requests}
    for number in range(WARM_UP + rounds):
        for name, (client, path) in requests.items():
            started = time.perf_counter()
            client.get(path)
            if number >= WARM_UP:
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}
