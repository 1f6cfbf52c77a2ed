"""Shares the services of one state folder between commands: one owns them, the others use them meanwhile."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launcher.console import Console
from launcher.locks import SERVICES_LOCK, FileLock
from launcher.processes import ProcessRecord, is_running
from launcher.state import StateFolder, write_private
from launcher.supervisor import StopSwitch, Supervisor


@dataclass
class Ownership:
    """The exclusive right to run the services of a state folder.

    The owner announces the environment of its services in `run/services.json`; other commands hold `users` while
    they use them, so that an owner that is finished can wait for them.
    """

    folder: StateFolder
    owner: FileLock = field(init=False)
    users: FileLock = field(init=False)
    announcement: Path = field(init=False)

    def __post_init__(self) -> None:
        self.owner = FileLock(self.folder.run / SERVICES_LOCK)
        self.users = FileLock(self.folder.run / "users.lock")
        self.announcement = self.folder.run / "services.json"

    def try_take(self, command: str, **details: Any) -> bool:
        """Becomes the owner; False when another command is."""
        if not self.owner.try_exclusive():
            return False
        self.announcement.unlink(missing_ok=True)
        self.owner.describe(command=command, **details)
        return True

    def announce(self, environment: dict[str, str]) -> None:
        """Tells other commands that the services are ready for use."""
        write_private(self.announcement, json.dumps({"pid": os.getpid(), "environment": environment}))

    def announced(self) -> dict[str, str] | None:
        """The environment of running services; None while there are none."""
        if not self.announcement.exists():
            return None
        try:
            found = json.loads(self.announcement.read_text())
        except FileNotFoundError:  # Its owner has just withdrawn it.
            return None
        # The file of an owner that was killed stays until the next one removes it.
        return dict(found["environment"]) if is_running(found["pid"]) else None

    def withdraw(self) -> None:
        """No new command may start to use the services."""
        self.announcement.unlink(missing_ok=True)

    def give_up(self) -> None:
        """Ends the ownership; the services must have stopped."""
        self.users.release()
        self.owner.release()


@contextmanager
def owned_services(folder: StateFolder, console: Console, switch: StopSwitch) -> Iterator[Supervisor]:
    """A supervisor whose services are all stopped at the end, whatever happened; the caller owns the folder."""
    record = ProcessRecord(folder.run / "processes.json")
    left = record.end_leftovers()
    if left:
        console.say(f"  Stopped what an interrupted run left behind: {', '.join(left)}.")
    supervisor = Supervisor(console, record, switch)
    try:
        yield supervisor
    finally:
        # From here on a stop signal only hurries what happens anyway.
        switch.requested = True
        supervisor.stop()


def wait_for_users(ownership: Ownership, console: Console) -> None:
    """Withdraws the services and waits until no other command uses them."""
    ownership.withdraw()
    if not ownership.users.try_exclusive():
        console.say("Waiting for another command that still uses the services.")
        ownership.users.exclusive()


def attach_or_own(ownership: Ownership, command: str, console: Console) -> dict[str, str] | None:
    """The environment of services that another command runs; None when this command has become their owner."""
    waiting = False
    while not ownership.try_take(command):
        ownership.users.shared()
        environment = ownership.announced()
        if environment is not None:
            return environment
        ownership.users.release()
        if not waiting:
            console.say("Waiting for another command that is starting or stopping the services.")
            waiting = True
        time.sleep(0.2)
    return None
