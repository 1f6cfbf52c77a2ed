"""`script/server`: everything Fairlead needs, in the foreground, until Ctrl-C."""

import errno
import http.client
import os
import socket
import subprocess
import sys
import time
from functools import partial

from launcher.console import Console
from launcher.django_commands import ManageCommand, StaticFiles, load_demo, migrate, provides
from launcher.errors import LauncherError
from launcher.locks import refuse_second_server
from launcher.processes import spawn
from launcher.services import PRODUCTION_SETTINGS, django_environment, start_services
from launcher.session import Ownership, owned_services
from launcher.state import PROJECT_ROOT, StateFolder
from launcher.supervisor import Service, StopRequested, StopSwitch, Supervisor

QUEUES = "interactive,rollups,sync,bulk"
WEB = "web"
WORKER = "worker"
BEAT = "beat"
_WEB_START_SECONDS = 60.0
_WEB_WORKERS = 2
_MOST_THREADS = 8
"""Per web worker; each thread holds a database connection, and PostgreSQL allows 100 in all."""


def serve(folder: StateFolder, console: Console, *, started_at: float) -> int:
    """Runs the server; 0 after an orderly stop.

    `started_at` is the epoch second at which the command began. Raises LauncherError when a server is already
    running on this state folder, when the port is taken, and when a step fails.
    """
    switch = StopSwitch()
    switch.install()
    ownership = Ownership(folder)
    host, port = listening_address()
    try:
        _take_ownership(ownership, console, url=public_address(host, port))
        with owned_services(folder, console, switch) as supervisor:
            # Only now: what an interrupted run left behind has been stopped and no longer holds the port.
            require_free_port(host, port)
            try:
                _start_everything(folder, supervisor, ownership, console)
                _say_ready(console, host, port, started_at)
                supervisor.watch()
            finally:
                ownership.withdraw()
                _stop_applications(supervisor, switch, console)
    except StopRequested:
        console.say("Stopped.")
        return 0
    finally:
        ownership.give_up()


def listening_address() -> tuple[str, int]:
    """HOST and PORT; raises LauncherError when PORT is not a port number."""
    host = os.environ.get("HOST") or "127.0.0.1"
    raw = os.environ.get("PORT") or "8000"
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        raise LauncherError(f"PORT must be a number from 1 to 65535, not {raw!r}.")
    return host, int(raw)


def public_address(host: str, port: int) -> str:
    """The URL to open in a browser on this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, not listened on
    shown = everywhere.get(host) or (f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def require_free_port(host: str, port: int) -> None:
    """Raises LauncherError when the address cannot be listened on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except socket.gaierror as error:
        raise LauncherError(f"HOST={host} is not an address of this machine ({error.strerror}).") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} on {host} is taken by another program; set PORT (or HOST) to another one."
        else:
            message = f"Cannot listen on HOST={host} PORT={port}: {error.strerror}."
        raise LauncherError(message) from error


def _take_ownership(ownership: Ownership, console: Console, url: str) -> None:
    waiting = False
    while not ownership.try_take("server", url=url):
        refuse_second_server(ownership.owner, ownership.folder.root)
        if not waiting:
            console.say("Waiting for a script/manage that is using this state folder.")
            waiting = True
        time.sleep(0.2)


def _start_everything(folder: StateFolder, supervisor: Supervisor, ownership: Ownership, console: Console) -> None:
    connections = start_services(folder, supervisor, console)
    values = connections.environment() | {"SECRET_KEY": folder.secret_key()}
    environment = django_environment(folder, values, settings=PRODUCTION_SETTINGS)
    static_files = StaticFiles(folder, environment)
    migrate(folder, connections, environment, console)
    load_demo(folder, environment, console)
    static_files.finish(console)
    ownership.announce(values | {name: environment[name] for name in ("HOST", "PORT")})
    web, *workers = _applications(folder, environment)
    with console.step("start web, worker and beat"):
        # The web process first: all at once would only make a small machine slower to answer.
        supervisor.start(web)
        logins = ManageCommand(environment, "print_demo_logins") if provides("print_demo_logins") else None
        _wait_for_web(*listening_address(), supervisor)
        for service in workers:
            supervisor.start(service)
    if logins is not None:
        console.say(logins.output())


def _applications(folder: StateFolder, environment: dict[str, str]) -> list[Service]:
    host, port = listening_address()
    schedule = folder.run / "beat-schedule"
    threads = min(_MOST_THREADS, 2 * (os.cpu_count() or 1) + 1)
    # Celery warns at length against root, who in a container is all there is.
    celery = ("-W", "ignore::Warning:celery.platforms", "-m", "celery", "--quiet", "-A", "config")
    commands = {
        WEB: [
            *("-m", "granian", "--interface", "wsgi", "config.wsgi:application", "--host", host, "--port", str(port)),
            *("--workers", str(_WEB_WORKERS), "--blocking-threads", str(threads), "--respawn-failed-workers"),
            *("--no-ws", "--no-access-log", "--log-level", "warning", "--workers-kill-timeout", "10"),
        ],
        WORKER: [
            *(*celery, "worker", "-Q", QUEUES, "-c", "2"),
            *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
        ],
        BEAT: [*celery, "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "WARNING"],
    }

    def start(command: list[str]) -> "subprocess.Popen[bytes]":
        return spawn([sys.executable, *command], environment=environment, directory=PROJECT_ROOT)

    return [Service(name, partial(start, command), recorded=True) for name, command in commands.items()]


def _wait_for_web(host: str, port: int, supervisor: Supervisor) -> None:
    """Returns when the web process answers HTTP; raises LauncherError when it ends or stays silent."""
    target = public_address(host, port).removeprefix("http://").rpartition(":")[0].strip("[]")
    deadline = time.monotonic() + _WEB_START_SECONDS
    while not _answers(target, port):
        if supervisor.has_ended(WEB):
            raise LauncherError("The web process ended while starting; its last lines are above.")
        if time.monotonic() > deadline:
            raise LauncherError(f"The web process does not answer on {host}:{port}.")
        time.sleep(0.1)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _say_ready(console: Console, host: str, port: int, started_at: float) -> None:
    console.say(f"  {'in all':<44}{time.time() - started_at:6.1f} s")
    listening = "" if public_address(host, port).endswith(f"{host}:{port}") else f" (listening on {host})"
    console.say(f"Fairlead runs at {public_address(host, port)}{listening}. Ctrl-C stops it.")


def _stop_applications(supervisor: Supervisor, switch: StopSwitch, console: Console) -> None:
    switch.requested = True
    console.say("Stopping.")
    supervisor.stop(WEB, WORKER, BEAT)
