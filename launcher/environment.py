"""The virtual environment: created once, filled from a hashed lock file, and left alone while the lock is the same."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from launcher.console import Console
from launcher.errors import LauncherError
from launcher.locks import FileLock
from launcher.state import PROJECT_ROOT, StateFolder, digest

RUNTIME_LOCK = PROJECT_ROOT / "requirements.lock"
DEVELOPMENT_LOCK = PROJECT_ROOT / "requirements-dev.lock"
_INSTALLER_LOCK = Path(__file__).resolve().parent / "requirements-uv.lock"


def ensure_environment(folder: StateFolder, lock_file: Path, console: Console) -> Path:
    """The environment's Python, with every package of `lock_file` installed.

    Raises LauncherError when the environment cannot be created or filled. Two commands started at once wait for
    each other here.
    """
    guard = FileLock(folder.run / "install.lock")
    if not guard.try_exclusive():
        console.say("Waiting for another command that is installing packages.")
        guard.exclusive()
    try:
        if not _works(folder.venv_python):
            with console.step("create the Python environment"):
                _create(folder.venv_python.parent.parent)
        record = folder.root / "venv" / f"installed-{lock_file.name}"
        wanted = digest(lock_file)
        if not record.exists() or record.read_text() != wanted:
            with console.step(f"install packages of {lock_file.name}"):
                _install(folder.venv_python, lock_file, console)
            record.write_text(wanted)
    finally:
        guard.release()
    return folder.venv_python


def _works(python: Path) -> bool:
    """Whether the environment is whole; one that was interrupted, or whose base Python has gone, is not."""
    if not python.exists():
        return False
    # Isolated and without site packages, because this is asked before every command.
    probe = [str(python), "-ISc", "import sys; sys.exit(sys.version_info < (3, 11))"]
    with_pip = python.with_name("pip").exists()
    return with_pip and subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _create(target: Path) -> None:
    try:
        venv.create(target, with_pip=True, clear=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(target, ignore_errors=True)
        message = (
            f"Python {sys.version.split()[0]} could not create a virtual environment in {target} ({error}). "
            "On Debian and Ubuntu its venv module is a package of its own: apt-get install python3-venv"
        )
        raise LauncherError(message) from error


def _install(python: Path, lock_file: Path, console: Console) -> None:
    requirements = ["--require-hashes", "-r", str(lock_file)]
    if _run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", _INSTALLER_LOCK]) is None:
        with_uv: list[str | Path] = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, *requirements]
        failure = _run(with_uv)
        if failure is not None:
            # Behind a proxy that signs for itself, only the system knows whom to trust.
            failure = _run([*with_uv, "--system-certs"])
        if failure is None:
            return
        # uv reads no pip configuration, so a machine with a mirror of its own may only succeed with pip.
        console.warn(f"uv could not install the packages; trying pip, which is slower. uv said: {_last_line(failure)}")
    else:
        console.warn("uv could not be installed; installing with pip, which is slower.")
    failure = _run([python, "-m", "pip", "install", "--quiet", *requirements])
    if failure is not None:
        raise LauncherError(f"The packages of {lock_file.name} could not be installed:\n{failure}")


def _run(command: list[str | Path]) -> str | None:
    """None when the command succeeded, otherwise what it said."""
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return None if done.returncode == 0 else (done.stderr or done.stdout).strip()


def _last_line(text: str) -> str:
    return text.splitlines()[-1] if text else "nothing"
