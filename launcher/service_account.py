"""Which system user runs PostgreSQL, which refuses to run as root, and which folders that user can reach."""

import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

from launcher.console import Console
from launcher.errors import LauncherError
from launcher.processes import Account

_OWN_NAME = "fairlead"
_OTHERS = ("postgres", "nobody")
_SHARED_PARENT = Path("/var/lib/fairlead")


def service_account(base: Path, console: Console) -> Account | None:
    """None for an ordinary user, who runs PostgreSQL himself; for root the user that does so instead.

    `base` is the folder that holds, or will hold, the data folder; the owner of existing data keeps it. The user
    `fairlead` is created when missing and possible. Raises LauncherError when no suitable user is there.
    """
    if os.geteuid() != 0:
        return None
    data = base / "data"
    if data.exists() and data.stat().st_uid != 0:
        return _account_of(pwd.getpwuid(data.stat().st_uid))
    found = _lookup(_OWN_NAME) or _create(console)
    for name in _OTHERS:
        found = found or _lookup(name)
    if found is None:
        raise LauncherError("PostgreSQL refuses to run as root; create a user for it: useradd --system fairlead")
    return found


def database_folder(preferred: Path, console: Console) -> Path:
    """`preferred`, or a folder below /var/lib/fairlead when the user of PostgreSQL cannot pass through to it.

    The choice is recorded beside `preferred`, so that it stays the same.
    """
    record = preferred.with_name("postgres-location")
    if record.exists():
        return Path(record.read_text().strip())
    if not preferred.exists():
        preferred.mkdir(parents=True)
        preferred.chmod(0o711)
    account = service_account(preferred, console)
    if account is None or _can_enter(account, preferred):
        return preferred
    chosen = _SHARED_PARENT / secrets.token_hex(6)
    for folder in (_SHARED_PARENT, chosen):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
    if not _can_enter(account, chosen):
        raise LauncherError(f"The user {account.name} can reach neither {preferred} nor {chosen}; set FAIRLEAD_HOME.")
    record.write_text(f"{chosen}\n")
    console.say(f"  PostgreSQL's user {account.name} cannot enter {preferred}; its data lies in {chosen}.")
    return chosen


def _can_enter(account: Account, folder: Path) -> bool:
    command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    done = subprocess.run(
        command, capture_output=True, check=False, cwd="/", user=account.uid, group=account.gid, extra_groups=[]
    )
    return done.returncode == 0


def _create(console: Console) -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    shell = "/usr/sbin/nologin" if Path("/usr/sbin/nologin").exists() else "/bin/false"
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", shell, _OWN_NAME]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        console.warn(f"The system user {_OWN_NAME} could not be created: {done.stderr.strip()}")
        return None
    console.say(f"  Created the system user {_OWN_NAME}, because PostgreSQL refuses to run as root.")
    return _lookup(_OWN_NAME)


def _lookup(name: str) -> Account | None:
    try:
        return _account_of(pwd.getpwnam(name))
    except KeyError:
        return None


def _account_of(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
