"""Runs manage.py for the launcher: migrations, demo data, static files."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from launcher.console import Console
from launcher.database import applied_migrations
from launcher.errors import LauncherError
from launcher.processes import spawn
from launcher.services import Connections
from launcher.source_files import source_files
from launcher.state import PROJECT_ROOT, StateFolder, digest

_DEMO_PENDING = "demo-pending"


class ManageCommand:
    """A manage.py command at work beside the launcher."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self._name = f"manage.py {' '.join(arguments)}"
        command = [sys.executable, str(PROJECT_ROOT / "manage.py"), *arguments]
        self._process = spawn(command, environment=environment, directory=PROJECT_ROOT, output=subprocess.PIPE)

    def output(self) -> str:
        """Waits for the end; raises LauncherError with what the command said when it fails."""
        said, _ = self._process.communicate()
        text = said.decode(errors="replace").strip()
        if self._process.returncode != 0:
            raise LauncherError(f"{self._name} failed:\n{text}")
        return text


def provides(command: str) -> bool:
    """Whether one of the project's applications has this manage.py command."""
    return any(PROJECT_ROOT.glob(f"*/management/commands/{command}.py"))


def migrate(folder: StateFolder, connections: Connections, environment: dict[str, str], console: Console) -> None:
    """Applies migrations as the owner, unless code and database are the same as after the last time.

    Remembers that a new database still waits for the demo organization.
    """
    if connections.is_new:
        (folder.root / _DEMO_PENDING).touch()
    record = folder.root / "migrated"
    owner_url = connections.database.owner
    if not connections.is_new and record.exists() and record.read_text() == _migration_digest(owner_url):
        return
    with console.step("migrate the database"):
        ManageCommand(environment | {"DATABASE_ROLE": "owner"}, "migrate", "--noinput", "--verbosity", "0").output()
    record.write_text(_migration_digest(owner_url))


def load_demo(folder: StateFolder, environment: dict[str, str], console: Console) -> None:
    """Loads the demo organization into a database that was new; a start that failed here tries again."""
    pending = folder.root / _DEMO_PENDING
    if not pending.exists() or os.environ.get("FAIRLEAD_DEMO") == "0" or not provides("load_demo"):
        return
    with console.step("load the demo organization"):
        ManageCommand(environment, "load_demo").output()
    pending.unlink()


class StaticFiles:
    """Gathers static files beside other work, when one of them, a package or the settings have changed."""

    # The Redoc half of the API documentation's package: large, slow to compress, and referred to by nothing.
    _UNUSED = ("redoc",)

    def __init__(self, folder: StateFolder, environment: dict[str, str]) -> None:
        self._record = folder.root / "static-collected"
        self._wanted = _static_digest()
        self._command: ManageCommand | None = None
        target = Path(environment.get("STATIC_ROOT") or folder.root / "static")
        if not (target.exists() and self._record.exists() and self._record.read_text() == self._wanted):
            options = ["--noinput", "--clear", "--verbosity", "0"]
            ignored = [word for name in self._UNUSED for word in ("--ignore", name)]
            self._command = ManageCommand(environment, "collectstatic", *options, *ignored)

    def finish(self, console: Console) -> None:
        """Waits until the files are there; raises LauncherError when they could not be gathered."""
        if self._command is not None:
            with console.step("collect static files"):
                self._command.output()
            self._record.write_text(self._wanted)


def _migration_digest(owner_url: str) -> str:
    # All code counts, not only migrations: what runs after them may live anywhere. What the database has seen
    # counts too, because another one may have been restored in its place.
    total = hashlib.sha256(digest(PROJECT_ROOT / "requirements.lock").encode())
    for path in source_files(PROJECT_ROOT, ".py", ".sql"):
        total.update(_fingerprint(path))
    total.update("\n".join(applied_migrations(owner_url)).encode())
    return total.hexdigest()


def _fingerprint(path: Path) -> bytes:
    found = path.stat()
    return f"{path.relative_to(PROJECT_ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode()


def _static_digest() -> str:
    applications = sorted(PROJECT_ROOT.glob("*/apps.py"))
    roots = [PROJECT_ROOT / "static", *(application.with_name("static") for application in applications)]
    files = sorted(path for root in roots for path in root.rglob("*") if path.is_file())
    total = hashlib.sha256(digest(PROJECT_ROOT / "requirements.lock").encode())
    for path in [*files, *sorted((PROJECT_ROOT / "config" / "settings").glob("*.py"))]:
        total.update(_fingerprint(path))
    return total.hexdigest()
