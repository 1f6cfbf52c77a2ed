"""Runs services side by side: starts them in order, restarts what dies, and stops all in the reverse order."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from launcher.console import Console
from launcher.processes import ProcessRecord, signal_group

_LONGEST_PAUSE = 30.0
_STABLE_AFTER = 60.0
_LOOK_EVERY = 0.2
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Ctrl-C or a signal asked the launcher to stop."""


class StopSwitch:
    """Turns the first stop signal into StopRequested; later ones only say that the stop should hurry."""

    def __init__(self) -> None:
        self.requested = False
        self.hurry = False

    def install(self) -> None:
        """Takes over the stop signals of this process."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            # Raising again would break into the orderly stop that is under way.
            self.hurry = True
            return
        self.requested = True
        raise StopRequested


@dataclass
class Service:
    """One long-running process: how to start it and how to ask it to end."""

    name: str
    spawn: Callable[[], "subprocess.Popen[bytes]"]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 30.0
    recorded: bool = False
    """Whether the next start has to look for it by its process number after a crash."""
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    failures: int = field(default=0, init=False)
    restart_at: float | None = field(default=None, init=False)


class Supervisor:
    """The services of one launcher, in the order in which they were started."""

    def __init__(self, console: Console, record: ProcessRecord, switch: StopSwitch) -> None:
        self._console = console
        self._record = record
        self._switch = switch
        self._services: list[Service] = []

    def start(self, service: Service) -> "subprocess.Popen[bytes]":
        """Starts a service and takes it into care."""
        self._services.append(service)
        return self._launch(service)

    def watch(self) -> NoReturn:
        """Restarts services that end by themselves, with growing pauses; ends only by StopRequested."""
        while True:
            for service in self._services:
                self._look_after(service)
            time.sleep(_LOOK_EVERY)

    def has_ended(self, name: str) -> bool:
        """Whether a service that was started runs no longer."""
        return any(s.name == name and s.process is not None and s.process.poll() is not None for s in self._services)

    def stop(self, *names: str) -> None:
        """Asks the named services to end together and waits; without names every one, last started first."""
        if not names:
            for service in reversed(list(self._services)):
                self.stop(service.name)
            return
        chosen = [service for service in self._services if service.name in names]
        for service in chosen:
            if service.process is not None and service.process.poll() is None:
                service.process.send_signal(service.stop_signal)
        for service in chosen:
            self._await_end(service)
            self._services.remove(service)

    def _launch(self, service: Service) -> "subprocess.Popen[bytes]":
        service.process = service.spawn()
        service.started_at = time.monotonic()
        service.restart_at = None
        if service.recorded:
            self._record.note(service.name, service.process.pid)
        return service.process

    def _look_after(self, service: Service) -> None:
        if service.restart_at is not None:
            if time.monotonic() >= service.restart_at:
                self._launch(service)
            return
        if service.process is None or (code := service.process.poll()) is None:
            return
        # What the dead process started itself would hold on to ports and files.
        signal_group(service.process.pid, signal.SIGKILL)
        if time.monotonic() - service.started_at > _STABLE_AFTER:
            service.failures = 0
        pause = min(_LONGEST_PAUSE, 0.5 * 2**service.failures)
        service.failures += 1
        service.restart_at = time.monotonic() + pause
        self._console.warn(f"{service.name} ended unexpectedly ({describe_exit(code)}); restarting it in {pause:g} s.")

    def _await_end(self, service: Service) -> None:
        process = service.process
        if process is None:
            return
        deadline = time.monotonic() + service.stop_seconds
        while process.poll() is None and time.monotonic() < deadline and not self._switch.hurry:
            time.sleep(0.02)
        if process.poll() is None:
            self._force(service, process)
        signal_group(process.pid, signal.SIGKILL)
        self._record.forget(service.name)

    def _force(self, service: Service, process: "subprocess.Popen[bytes]") -> None:
        if service.stop_signal is signal.SIGINT:
            # PostgreSQL: an immediate stop loses nothing, the next start replays its log.
            process.send_signal(signal.SIGQUIT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        else:
            signal_group(process.pid, signal.SIGKILL)
        process.wait()
        self._console.warn(f"{service.name} did not stop in time and was ended by force.")


def describe_exit(code: int) -> str:
    """A process's exit code in words; negative codes are signals."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
