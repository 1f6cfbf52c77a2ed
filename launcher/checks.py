"""`script/check`: every gate, one line each, the output of those that fail, and one exit code."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher import size_budget, unfinished_work
from launcher.console import Console
from launcher.errors import LauncherError
from launcher.state import PROJECT_ROOT

# No gate needs a database; the address is one that refuses at once instead of waiting.
_NOWHERE = {
    "SECRET_KEY": "only-for-checks-0123456789-0123456789-0123456789",
    "DATABASE_URL": "postgresql://nobody:nothing@/nothing?host=/nonexistent",
    "DATABASE_OWNER_URL": "postgresql://nobody:nothing@/nothing?host=/nonexistent",
    "REDIS_URL": "unix:///nonexistent/valkey.sock",
}


@dataclass(frozen=True)
class Gate:
    """One thing that must hold: a command that exits with 0, or a function that finds no complaints."""

    name: str
    command: tuple[str, ...] = ()
    complaints: Callable[[Path], list[str]] | None = None


GATES = (
    Gate("format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    Gate("lint", ("-m", "ruff", "check", "--quiet", ".")),
    Gate("imports", ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")),
    Gate("types", ("-m", "mypy", ".")),
    Gate("size-budget", complaints=size_budget.complaints),
    Gate("unfinished-work", complaints=unfinished_work.complaints),
    Gate("migrations", ("-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run")),
    Gate("api-schema", ("manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")),
)


def run_checks(environment: dict[str, str], names: list[str], console: Console) -> int:
    """Runs all gates, or the named ones; 0 when every one holds, otherwise 1."""
    unknown = set(names) - {gate.name for gate in GATES}
    if unknown:
        known = ", ".join(gate.name for gate in GATES)
        raise LauncherError(f"No such check: {', '.join(sorted(unknown))}. There are: {known}.")
    failed = 0
    for gate in GATES:
        if not names or gate.name in names:
            failed += not _run(gate, environment | _NOWHERE, console)
    console.say("All checks hold." if not failed else f"{failed} checks failed.")
    return int(failed > 0)


def _run(gate: Gate, environment: dict[str, str], console: Console) -> bool:
    started = time.monotonic()
    if gate.complaints is not None:
        said = "\n".join(gate.complaints(PROJECT_ROOT))
        holds = not said
    else:
        done = subprocess.run(
            [sys.executable, *gate.command],
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said, holds = done.stdout.strip(), done.returncode == 0
    console.say(f"  {gate.name:<20}{'ok' if holds else 'FAILED':<8}{time.monotonic() - started:6.1f} s")
    if not holds:
        console.say(said)
    return holds
