"""Connection URLs of PostgreSQL and Valkey, over sockets and networks."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from launcher.errors import LauncherError

POSTGRES_PORT = 5432
"""Names the socket file; nothing listens on a network."""


@dataclass(frozen=True)
class DatabaseUrls:
    """The application's login, which owns nothing, and the owner's, which migrates."""

    application: str
    owner: str


def socket_url(user: str, password: str, database: str, directory: Path) -> str:
    """A PostgreSQL URL through the socket in `directory`."""
    host = quote(str(directory), safe="/")
    return (
        f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@/{database}?host={host}&port={POSTGRES_PORT}"
    )


def with_login(url: str, user: str, password: str) -> str:
    """The same server and database for another login."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{address}"))


def with_database(url: str, database: str) -> str:
    """The same server and login for another database."""
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(database, safe="")))


def database_name(url: str) -> str:
    """The database a URL names; raises LauncherError when it names none or is not PostgreSQL's."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise LauncherError("DATABASE_URL must start with postgresql://")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise LauncherError("DATABASE_URL must name a database: postgresql://user:password@host:5432/fairlead")
    return name


def login_name(url: str) -> str:
    """The user a URL names; empty when it names none."""
    return unquote(urlsplit(url).username or "")


def valkey_url(socket: Path) -> str:
    """The URL of a Valkey or Redis server on a socket."""
    return f"unix://{socket}"
