"""The first stage, on any Python 3.11: fills the environment, then hands over to its Python."""

import os
import sys
import time
from pathlib import Path
from typing import NoReturn

from launcher.console import chatter, progress
from launcher.environment import DEVELOPMENT_LOCK, RUNTIME_LOCK, ensure_environment
from launcher.errors import LauncherError
from launcher.locks import SERVICES_LOCK, FileLock, refuse_second_server
from launcher.state import StateFolder

_LOCK_FILES = {
    "server": RUNTIME_LOCK,
    "manage": RUNTIME_LOCK,
    "bench": DEVELOPMENT_LOCK,
    "test": DEVELOPMENT_LOCK,
    "check": DEVELOPMENT_LOCK,
    "cases": DEVELOPMENT_LOCK,
}


def main(arguments: list[str]) -> int:
    """The exit code of a start that failed; otherwise the environment's Python has taken this process over."""
    if not arguments or arguments[0] not in _LOCK_FILES:
        chatter().warn(f"usage: python3 -m launcher {{{','.join(_LOCK_FILES)}}} ...")
        return 2
    command = arguments[0]
    os.environ["FAIRLEAD_STARTED_AT"] = str(time.time())
    console = progress() if command == "server" else chatter()
    try:
        folder = StateFolder.from_environment()
        if command == "server":
            _refuse_running_server(folder)
            console.say(f"Starting Fairlead, state folder {folder.root}")
        python = ensure_environment(folder, _LOCK_FILES[command], console)
    except LauncherError as error:
        chatter().warn(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    os.environ["FAIRLEAD_HOME"] = str(folder.root)
    return _hand_over(python, arguments)


def _hand_over(python: Path, arguments: list[str]) -> NoReturn:
    os.execv(python, [str(python), "-m", "launcher.commands", *arguments])  # noqa: S606 - our own program


def _refuse_running_server(folder: StateFolder) -> None:
    # Before anything is installed under its feet.
    lock = FileLock(folder.run / SERVICES_LOCK)
    if lock.try_exclusive():
        lock.release()
    else:
        refuse_second_server(lock, folder.root)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
