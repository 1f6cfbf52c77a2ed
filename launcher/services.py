"""Brings up what the application stands on, PostgreSQL and Valkey, and says how to reach it."""

import os
import signal
from dataclasses import dataclass
from typing import Any

from launcher import database
from launcher.console import Console
from launcher.embedded_postgres import EmbeddedPostgres
from launcher.embedded_valkey import EmbeddedValkey
from launcher.errors import LauncherError
from launcher.state import StateFolder
from launcher.supervisor import Service, Supervisor
from launcher.urls import DatabaseUrls, valkey_url

PRODUCTION_SETTINGS = "config.settings.prod"
TEST_SETTINGS = "config.settings.test"
POSTGRES = "PostgreSQL"
VALKEY = "Valkey"


@dataclass(frozen=True)
class Connections:
    """How to reach the services, and whether the database has no tables yet."""

    database: DatabaseUrls
    redis_url: str
    is_new: bool

    def environment(self) -> dict[str, str]:
        """The environment variables that hand the connections to Django."""
        return {
            "DATABASE_URL": self.database.application,
            "DATABASE_OWNER_URL": self.database.owner,
            "REDIS_URL": self.redis_url,
        }


def start_services(
    folder: StateFolder,
    supervisor: Supervisor,
    console: Console,
    *,
    embedded_only: bool = False,
    durable: bool = True,
) -> Connections:
    """Starts the embedded servers that DATABASE_URL and REDIS_URL do not replace, and prepares the roles.

    `embedded_only` leaves the user's own servers alone; tests and benchmarks must never touch them.
    """
    named: dict[str, str] = {} if embedded_only else dict(os.environ)
    if named.get("DATABASE_URL"):
        with console.step("prepare the roles of the named database"):
            urls = database.prepare_external(named["DATABASE_URL"], named.get("DATABASE_OWNER_URL"), folder, console)
    elif named.get("DATABASE_OWNER_URL"):
        raise LauncherError("DATABASE_OWNER_URL is set without DATABASE_URL; set both or neither.")
    else:
        urls = _start_postgres(folder, supervisor, console, durable=durable)
    redis_url = named.get("REDIS_URL") or _start_valkey(folder, supervisor, console)
    return Connections(database=urls, redis_url=redis_url, is_new=database.is_new(urls.owner))


def django_environment(folder: StateFolder, values: dict[str, str], *, settings: str) -> dict[str, str]:
    """The whole environment of a Django process: the caller's own, with the launcher's `values` on top."""
    environment = dict(os.environ)
    environment.setdefault("HOST", "127.0.0.1")
    environment.setdefault("PORT", "8000")
    own: dict[str, Any] = {
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE") or settings,
        "FAIRLEAD_HOME": str(folder.root),
        "PYTHONUNBUFFERED": "1",
    }
    return environment | own | values


def _start_postgres(folder: StateFolder, supervisor: Supervisor, console: Console, *, durable: bool) -> DatabaseUrls:
    server = EmbeddedPostgres(folder, console, durable=durable)
    server.prepare()
    with console.step("start PostgreSQL"):
        service = Service(POSTGRES, server.spawn, stop_signal=signal.SIGINT, stop_seconds=60)
        server.wait_until_ready(supervisor.start(service))
    with console.step("prepare roles and database"):
        return database.prepare_embedded(server, folder)


def _start_valkey(folder: StateFolder, supervisor: Supervisor, console: Console) -> str:
    server = EmbeddedValkey(folder, console)
    server.prepare()
    with console.step("start Valkey"):
        server.wait_until_ready(supervisor.start(Service(VALKEY, server.spawn, stop_seconds=20)))
    return valkey_url(server.socket)
