"""Where Unix sockets lie: the kernel limits their paths to about a hundred bytes."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from launcher.errors import LauncherError
from launcher.processes import Account

LONGEST_SOCKET_PATH = 100
"""Bytes; Linux allows 107 and macOS 103, both without the closing NUL."""


def socket_directory(preferred: Path, longest_name: str, account: Account | None = None) -> Path:
    """A private folder (mode 0700) in which a socket of that name has a path short enough.

    `preferred` itself when it fits, otherwise one named by its hash in XDG_RUNTIME_DIR or the temporary folder.
    `account` is who has to own it when that is another user. Raises LauncherError when a folder of that name
    belongs to somebody else.
    """
    chosen = preferred if _fits(preferred / longest_name) else _short_directory(preferred, account)
    chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = account.uid if account else os.geteuid()
    found = chosen.lstat()
    if account and found.st_uid == os.geteuid():
        os.chown(chosen, account.uid, account.gid)
    elif not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise LauncherError(f"{chosen} is needed for sockets but belongs to another user; remove it.")
    chosen.chmod(0o700)
    return chosen


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH


def _short_directory(preferred: Path, account: Account | None) -> Path:
    name = f"fairlead-{hashlib.sha256(os.fsencode(preferred)).hexdigest()[:16]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    # Another user may not pass through this user's runtime folder.
    if runtime and account is None and Path(runtime).is_dir() and _fits(Path(runtime) / name / ("x" * 20)):
        return Path(runtime) / name
    usual = Path(tempfile.gettempdir()) / name
    return usual if _fits(usual) else Path("/tmp") / name  # noqa: S108 - the shortest there is, where TMPDIR is too long
