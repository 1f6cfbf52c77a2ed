"""Starting, recognizing and ending operating-system processes."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from launcher.state import write_private

_SET_PARENT_DEATH_SIGNAL = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """The system user a process runs as."""

    name: str
    uid: int
    gid: int


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    own_group: bool = True,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    output: IO[Any] | int | None = None,
) -> "subprocess.Popen[bytes]":
    """Starts a process that gets `death_signal` when this one dies (Linux).

    With `own_group`, Ctrl-C at the terminal reaches only the launcher, which then stops its processes in order;
    such a process reads nothing from the terminal.
    """
    identity: dict[str, Any] = {}
    if account is not None:
        identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
    return subprocess.Popen(
        list(map(str, command)),
        stdin=subprocess.DEVNULL if own_group else None,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=environment,
        cwd=directory,
        process_group=0 if own_group else None,
        preexec_fn=_die_with(os.getpid(), death_signal),
        **identity,
    )


def _die_with(parent: int, death_signal: signal.Signals) -> Callable[[], None] | None:
    # Runs in the child after the change of user, which would clear the setting.
    if _LIBC is None:
        return None
    libc = _LIBC

    def prepare() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(death_signal))
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def is_running(pid: int) -> bool:
    """Whether a process exists and still executes; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "?"


def command_line(pid: int) -> str:
    """The command a process was started with; empty when it is gone, a zombie, or not ours to see."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return _from_ps(pid, "command=")


def processes_in(folder: Path) -> list[int]:
    """Processes whose working directory is the folder, as far as they are ours to see; none outside Linux."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if entry.samefile(folder):
                found.append(int(entry.parent.name))
    return found


def birth(pid: int) -> str:
    """What tells a process from a later one with the same number: its start time. Empty when it is gone."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return _from_ps(pid, "lstart=")


def _from_ps(pid: int, column: str) -> str:
    if sys.platform == "linux":
        return ""
    command = ["/bin/ps", "-ww", "-o", column, "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def wait_until(condition: Callable[[], bool], seconds: float, *, every: float = 0.05) -> bool:
    """Whether the condition came true within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def signal_group(group: int, number: signal.Signals) -> bool:
    """Sends a signal to every process of a group; False when the group has none left."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # macOS answers PermissionError when only zombies are left in the group.
        return False
    return True


class ProcessRecord:
    """A file with the processes the launcher started, so that the next start can end those a crash left behind."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}

    def note(self, name: str, pid: int) -> None:
        """Remembers the running process of a service."""
        self._entries[name] = {"pid": pid, "birth": birth(pid), "command": command_line(pid)}
        write_private(self._path, json.dumps(self._entries))

    def forget(self, name: str) -> None:
        """The service has ended."""
        if self._entries.pop(name, None) is not None:
            write_private(self._path, json.dumps(self._entries))

    def end_leftovers(self, seconds: float = 10.0) -> list[str]:
        """Ends what an earlier launcher left running; the names of the services that were."""
        found = {name: entry["pid"] for name, entry in self._entries.items() if _is_leftover(entry)}
        for group in found.values():
            signal_group(group, signal.SIGTERM)
        for group in found.values():
            wait_until(partial(_has_ended, group), seconds)
            # Also ends what the first process of a group may have left behind itself.
            signal_group(group, signal.SIGKILL)
            wait_until(partial(_has_ended, group), seconds)
        for name in list(self._entries):
            self.forget(name)
        return sorted(found)


def _has_ended(group: int) -> bool:
    return not is_running(group) and not _members(group)


def _is_leftover(entry: dict[str, Any]) -> bool:
    """Whether the process still runs, or processes it forked, which keep its group and its command line."""
    if is_running(entry["pid"]):
        return bool(entry["birth"]) and birth(entry["pid"]) == entry["birth"]
    return any(command_line(pid) == entry["command"] for pid in _members(entry["pid"]))


def _members(group: int) -> list[int]:
    """The running processes of a group; empty where the system does not list processes as files."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, its_group = entry.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(int(entry.parent.name))
    return found
