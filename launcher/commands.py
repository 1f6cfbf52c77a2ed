"""The commands behind the scripts, run by the environment's own Python once everything is installed."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from launcher.checks import run_checks
from launcher.console import Console, chatter, progress
from launcher.django_commands import migrate
from launcher.errors import LauncherError
from launcher.paths import caller_directory, resolve_paths
from launcher.processes import spawn
from launcher.server import serve
from launcher.services import PRODUCTION_SETTINGS, TEST_SETTINGS, Connections, django_environment, start_services
from launcher.session import Ownership, attach_or_own, owned_services, wait_for_users
from launcher.state import PROJECT_ROOT, StateFolder
from launcher.supervisor import StopRequested, StopSwitch

_INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended, as shells report it."""


def server(folder: StateFolder, arguments: list[str]) -> int:
    """`script/server`."""
    if arguments:
        raise LauncherError("script/server takes no arguments; set HOST, PORT and the like in the environment.")
    return serve(folder, progress(), started_at=float(os.environ["FAIRLEAD_STARTED_AT"]))


def manage(folder: StateFolder, arguments: list[str]) -> int:
    """`script/manage ...`: inside the running services, or with services of its own for the duration."""
    console = chatter(quiet=True)
    ownership = Ownership(folder)
    command = [sys.executable, str(PROJECT_ROOT / "manage.py"), *arguments]
    values = attach_or_own(ownership, "manage", chatter())
    if values is not None:
        try:
            environment = django_environment(folder, values, settings=PRODUCTION_SETTINGS)
            return _foreground(command, environment, caller_directory())
        finally:
            ownership.users.release()
    switch = StopSwitch()
    switch.install()
    try:
        with owned_services(folder, console, switch) as supervisor:
            connections = start_services(folder, supervisor, console)
            values = connections.environment() | {"SECRET_KEY": folder.secret_key()}
            environment = django_environment(folder, values, settings=PRODUCTION_SETTINGS)
            if connections.is_new and arguments[:1] != ["migrate"]:
                migrate(folder, connections, environment, chatter())
            ownership.announce(values)
            try:
                return _foreground(command, environment, caller_directory())
            finally:
                wait_for_users(ownership, chatter())
    finally:
        ownership.give_up()


def test(folder: StateFolder, arguments: list[str]) -> int:
    """`script/test [pytest arguments]`, with services of its own."""
    with _own_section(folder.section("test"), durable=False) as (section, connections):
        values = connections.environment() | {"SECRET_KEY": section.secret_key()}
        environment = django_environment(section, values, settings=TEST_SETTINGS)
        command = [sys.executable, "-m", "pytest", *_parallel(arguments), *resolve_paths(arguments, caller_directory())]
        return _foreground(command, environment, PROJECT_ROOT)


def bench(folder: StateFolder, arguments: list[str]) -> int:
    """`script/bench [names]`, with services of its own."""
    with _own_section(folder.section("bench"), durable=True) as (section, connections):
        values = connections.environment() | {"SECRET_KEY": section.secret_key()}
        environment = django_environment(section, values, settings=PRODUCTION_SETTINGS)
        migrate(section, connections, environment, chatter())
        return _foreground([sys.executable, "-m", "benchmarks", *arguments], environment, PROJECT_ROOT)


def cases(folder: StateFolder, arguments: list[str]) -> int:
    """`script/cases FILE...`: published cases, without services."""
    command = [sys.executable, "-m", "tests.published_cases", *resolve_paths(arguments, caller_directory())]
    return _foreground(command, django_environment(folder, {}, settings=TEST_SETTINGS), PROJECT_ROOT)


def check(folder: StateFolder, arguments: list[str]) -> int:
    """`script/check`: every gate, without services."""
    return run_checks(django_environment(folder, {}, settings=TEST_SETTINGS), arguments, progress())


COMMANDS: dict[str, Callable[[StateFolder, list[str]], int]] = {
    "server": server,
    "manage": manage,
    "test": test,
    "bench": bench,
    "cases": cases,
    "check": check,
}


@contextmanager
def _own_section(section: StateFolder, *, durable: bool) -> Iterator[tuple[StateFolder, Connections]]:
    console: Console = chatter(quiet=True)
    switch = StopSwitch()
    switch.install()
    ownership = Ownership(section)
    if not ownership.owner.try_exclusive():
        chatter().say(f"Waiting for another command that uses {section.root}.")
        ownership.owner.exclusive()
    try:
        with owned_services(section, console, switch) as supervisor:
            yield section, start_services(section, supervisor, console, embedded_only=True, durable=durable)
    finally:
        ownership.give_up()


def _parallel(arguments: list[str]) -> list[str]:
    """`-n CORES`, unless the caller has decided about processes or wants to debug in this one."""
    decided = ("-n", "--numprocesses", "--pdb", "--trace", "no:xdist", "-pno:xdist", "--dist")
    if any(argument.startswith(decided) for argument in arguments):
        return []
    return ["-n", str(os.cpu_count() or 2)]


def _foreground(command: Sequence[str | Path], environment: dict[str, str], directory: Path) -> int:
    """Runs a command at the terminal; its exit code. Ctrl-C is the command's to handle, SIGTERM is passed on."""
    process = spawn(command, own_group=False, environment=environment, directory=directory)
    earlier = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGINT, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: process.send_signal(received))
    try:
        code = process.wait()
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code


def main(arguments: list[str]) -> int:
    """Runs one command; the process's exit code."""
    try:
        return COMMANDS[arguments[0]](StateFolder.from_environment(), arguments[1:])
    except LauncherError as error:
        chatter().warn(str(error))
        return 1
    except (StopRequested, KeyboardInterrupt):
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
