"""The state folder (FAIRLEAD_HOME): where things lie in it, its secrets, and its location."""

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import LauncherError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
_HIDDEN_FILE = 0o600


@dataclass(frozen=True)
class StateFolder:
    """One FAIRLEAD_HOME, or a separate set of services below it (`test`, `bench`)."""

    root: Path

    @classmethod
    def from_environment(cls) -> "StateFolder":
        """FAIRLEAD_HOME, by default `.fairlead` in the checkout; the folder exists afterwards."""
        folder = cls(Path(os.environ.get("FAIRLEAD_HOME") or PROJECT_ROOT / ".fairlead").expanduser().absolute())
        folder.create()
        return folder

    def section(self, name: str) -> "StateFolder":
        """A folder below this one with services of its own."""
        folder = StateFolder(self.root / name)
        folder.create()
        return folder

    def create(self) -> None:
        """Makes the folder; others may pass through it only where PostgreSQL must run as another user."""
        try:
            if not self.root.exists():
                self.root.mkdir(parents=True)
                self.root.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for name in ("run", "logs"):
                make_private(self.root / name)
        except OSError as error:
            message = f"The state folder {self.root} cannot be used ({error}); set FAIRLEAD_HOME to a writable folder."
            raise LauncherError(message) from error

    @property
    def venv_python(self) -> Path:
        return self.root / "venv" / "bin" / "python"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def secret_key(self) -> str:
        """Django's SECRET_KEY: the environment's, or one generated once and kept."""
        return os.environ.get("SECRET_KEY") or stored_secret(self.root / "secret_key")

    def password(self, role: str) -> str:
        """The password of one database role, generated once and kept."""
        make_private(self.root / "secrets")
        return stored_secret(self.root / "secrets" / role)


def make_private(folder: Path) -> None:
    """Makes a folder only its owner may enter; leaves an existing one as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def stored_secret(path: Path) -> str:
    """The secret in `path`, generated (50 random bytes, URL-safe) and stored with mode 0600 when missing."""
    if path.exists() and (value := path.read_text().strip()):
        return value
    value = secrets.token_urlsafe(50)
    write_private(path, value + "\n")
    return value


def write_private(path: Path, text: str) -> None:
    """Replaces a file in one step, readable by its owner only."""
    # mkstemp creates with mode 0600, so the text is never visible to others, not even for a moment.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    Path(name).chmod(_HIDDEN_FILE)
    Path(name).replace(path)


def digest(*paths: Path) -> str:
    """A SHA-256 over the contents of files; a missing file counts as empty."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes() if path.exists() else b"")
        total.update(b"\0")
    return total.hexdigest()
