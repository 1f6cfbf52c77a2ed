"""Seconds from `script/server` to the first page, on the first and on the second start."""

import http.client
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from django.conf import settings

from benchmarks.http import free_port
from benchmarks.report import Figure

FIRST_LIMIT = 60
SECOND_LIMIT = 8
_STEP = re.compile(r"^\s*(?P<name>.+?)\s+(?P<seconds>\d+\.\d+)\s*s$")
_OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "HOST", "DJANGO_SETTINGS_MODULE")


def run() -> list[Figure]:
    """A first and a second start in an empty state folder whose packages are installed already."""
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as folder:
        packages, _ = _start(Path(folder), packages_only=True)
        first, first_steps = _start(Path(folder))
        second, second_steps = _start(Path(folder))
    return [
        Figure("packages, migrations and demo data, everything new", packages, "s"),
        *(Figure(f"first start: {name}", seconds, "s") for name, seconds in first_steps),
        Figure("first start to first page, packages there", first, "s", FIRST_LIMIT),
        *(Figure(f"second start: {name}", seconds, "s") for name, seconds in second_steps),
        Figure("second start to first page", second, "s", SECOND_LIMIT),
    ]


def _start(home: Path, *, packages_only: bool = False) -> tuple[float, list[tuple[str, float]]]:
    """Seconds until the sign-in page answers, and the steps the server printed; then stops it."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key not in _OURS}
    environment |= {"FAIRLEAD_HOME": str(home), "PORT": str(port)}
    command = [str(settings.BASE_DIR / "script" / "server")]
    started = time.perf_counter()
    log = home / "server.log"
    with log.open("w+") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - our own script, without input
        try:
            _wait_for_page(port, process, log)
            seconds = time.perf_counter() - started
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    if packages_only:
        _forget_state(home)
    steps = [
        (match["name"], float(match["seconds"])) for match in map(_STEP.match, log.read_text().splitlines()) if match
    ]
    return seconds, steps


def _forget_state(home: Path) -> None:
    """Keep the installed packages, drop everything else."""
    for entry in home.iterdir():
        if entry.name != "venv":
            subprocess.run(["rm", "-rf", "--", str(entry)], check=True)  # noqa: S603, S607 - a folder made above


def _wait_for_page(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"script/server stopped:\n{log.read_text()}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/accounts/login/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("script/server did not answer")
