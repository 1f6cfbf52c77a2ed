"""Database roles: the owner, who migrates, and the application, which owns nothing and cannot bypass row security."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql

from launcher.console import Console
from launcher.embedded_postgres import EmbeddedPostgres
from launcher.errors import LauncherError
from launcher.state import StateFolder
from launcher.urls import DatabaseUrls, database_name, login_name, socket_url, with_database, with_login

DATABASE = "fairlead"
OWNER = "fairlead_owner"
APPLICATION = "fairlead_app"
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")
_OWNER_ATTRIBUTES = sql.SQL("LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOBYPASSRLS")
_APPLICATION_ATTRIBUTES = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")

Connection = psycopg.Connection[tuple[Any, ...]]


def prepare_embedded(server: EmbeddedPostgres, folder: StateFolder) -> DatabaseUrls:
    """Both roles, the database and its extensions in the embedded server; safe to repeat."""
    passwords = {role: folder.password(role) for role in (OWNER, APPLICATION)}
    with _connect(server.superuser_url()) as administrator:
        _ensure_role(administrator, OWNER, passwords[OWNER], _OWNER_ATTRIBUTES)
        _ensure_role(administrator, APPLICATION, passwords[APPLICATION], _APPLICATION_ATTRIBUTES)
        _ensure_database(administrator, DATABASE, OWNER)
    with _connect(server.superuser_url(DATABASE)) as administrator:
        _run(administrator, "ALTER SCHEMA public OWNER TO {}", OWNER)
        _grant_application(administrator, DATABASE)
        create_extensions(administrator)
    return DatabaseUrls(
        application=socket_url(APPLICATION, passwords[APPLICATION], DATABASE, server.sockets),
        owner=socket_url(OWNER, passwords[OWNER], DATABASE, server.sockets),
    )


def prepare_external(url: str, owner_url: str | None, folder: StateFolder, console: Console) -> DatabaseUrls:
    """The two logins on a server of the user's own.

    With `owner_url` both are taken as they are. Without it `url` is the owner's: the database and the role
    `fairlead_app` are made when they are missing and that login may make them. Raises LauncherError with the SQL for
    an administrator when it may not.
    """
    if owner_url:
        _connect(owner_url).close()
        _connect(url).close()
        return DatabaseUrls(application=url, owner=owner_url)
    database = database_name(url)
    password = folder.password(APPLICATION)
    urls = DatabaseUrls(application=with_login(url, APPLICATION, password), owner=url)
    with _connect_or_create(url, database) as owner:
        create_extensions(owner, console)
        if not can_log_in(urls.application):
            _make_application(owner, database, password, console)
        elif _may_grant(owner):
            _grant_application(owner, database)
    _connect(urls.application).close()
    return urls


def is_new(owner_url: str) -> bool:
    """Whether no migration has ever run in the database."""
    with _connect(owner_url) as connection:
        row = connection.execute("SELECT to_regclass('django_migrations') IS NULL").fetchone()
        return bool(row and row[0])


def applied_migrations(owner_url: str) -> list[str]:
    """`app.name` of every migration the database has seen, in a stable order."""
    with _connect(owner_url) as connection:
        rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return [name for (name,) in rows]


def can_log_in(url: str) -> bool:
    """Whether the server accepts the URL's login for its database."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def create_extensions(connection: Connection, console: Console | None = None) -> None:
    """Installs what the server offers and the login may install; says through `console` what it may not."""
    known = connection.execute(
        "SELECT name FROM pg_available_extensions WHERE installed_version IS NULL AND name = ANY(%s) ORDER BY name",
        [list(EXTENSIONS)],
    ).fetchall()
    for (name,) in known:
        try:
            _run(connection, "CREATE EXTENSION IF NOT EXISTS {}", name)
        except errors.InsufficientPrivilege:
            if console is None:
                raise
            console.warn(f"An administrator should run in this database: CREATE EXTENSION {name};")


def administrator_sql(connection: Connection, database: str, password: str) -> str:
    """What an administrator has to run for the role this login may not make.

    It holds the password's SCRAM verifier, not the password, so it may be shown and sent.
    """
    statements = [
        _role_statement(
            "CREATE ROLE", APPLICATION, _verifier(connection, APPLICATION, password), _APPLICATION_ATTRIBUTES
        ),
        *_application_grants(database),
    ]
    return "\n".join(f"  {statement.as_string(connection)};" for statement in statements)


def _make_application(owner: Connection, database: str, password: str, console: Console) -> None:
    existed = _role_exists(owner, APPLICATION)
    try:
        _ensure_role(owner, APPLICATION, password, _APPLICATION_ATTRIBUTES)
        _grant_application(owner, database)
    except errors.InsufficientPrivilege as error:
        message = (
            f"The login of DATABASE_URL may not make the role {APPLICATION}, with which Fairlead runs. "
            f"Have an administrator run this in the database {database}, then start again:\n"
            f"{administrator_sql(owner, database, password)}\n"
            "Or set DATABASE_URL to a login of your own for the application and DATABASE_OWNER_URL to this one."
        )
        raise LauncherError(message) from error
    if existed:
        console.warn(
            f"Gave the existing role {APPLICATION} this installation's password. Another installation on the same "
            "server needs DATABASE_URL and DATABASE_OWNER_URL with logins of its own."
        )


def _ensure_role(connection: Connection, role: str, password: str, attributes: sql.SQL) -> None:
    verb: LiteralString = "ALTER ROLE" if _role_exists(connection, role) else "CREATE ROLE"
    if verb == "ALTER ROLE" and not _is_superuser(connection):
        # Only a superuser may name SUPERUSER or BYPASSRLS in ALTER ROLE, even to take them away.
        attributes = sql.SQL("LOGIN")
    connection.execute(_role_statement(verb, role, _verifier(connection, role, password), attributes))


def _role_statement(verb: LiteralString, role: str, verifier: str, attributes: sql.SQL) -> sql.Composed:
    words = sql.SQL(verb + " {} {} PASSWORD {}")
    return words.format(sql.Identifier(role), attributes, sql.Literal(verifier))


def _verifier(connection: Connection, role: str, password: str) -> str:
    # Computed here, so that the password itself never stands in a statement the server might log.
    encrypted = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return encrypted.decode()


def _application_grants(database: str) -> list[sql.Composed]:
    words = (
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}"),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {role}"),
    )
    names = {"database": sql.Identifier(database), "role": sql.Identifier(APPLICATION)}
    return [statement.format(**names) for statement in words]


def _grant_application(connection: Connection, database: str) -> None:
    for statement in _application_grants(database):
        connection.execute(statement)


def _may_grant(connection: Connection) -> bool:
    row = connection.execute(
        "SELECT pg_has_role(datdba, 'USAGE') AND pg_has_role(nspowner, 'USAGE') "
        "FROM pg_database, pg_namespace WHERE datname = current_database() AND nspname = 'public'"
    ).fetchone()
    return bool(row and row[0])


def _is_superuser(connection: Connection) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _role_exists(connection: Connection, role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def _ensure_database(connection: Connection, database: str, owner: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        _run(connection, "CREATE DATABASE {} OWNER {}", database, owner)
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)


def _run(connection: Connection, words: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(words).format(*map(sql.Identifier, names)))


@contextmanager
def _connect_or_create(url: str, database: str) -> Iterator[Connection]:
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        if f'database "{database}" does not exist' not in str(error):
            raise _unreachable(url, error) from error
        with _connect(with_database(url, "postgres")) as maintenance:
            _create_missing(maintenance, database, login_name(url))
        connection = _connect(url)
    with connection:
        yield connection


def _create_missing(maintenance: Connection, database: str, login: str) -> None:
    try:
        _run(maintenance, "CREATE DATABASE {}", database)
    except errors.InsufficientPrivilege as error:
        statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(login))
        message = f"The database {database} does not exist and {login} may not create it. Have an administrator run:"
        raise LauncherError(f"{message}\n  {statement.as_string(maintenance)};") from error


def _connect(url: str) -> Connection:
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise _unreachable(url, error) from error


def _unreachable(url: str, error: psycopg.OperationalError) -> LauncherError:
    # libpq's message names host, port and user, never the password.
    return LauncherError(f"The database {database_name(url)} cannot be reached as {login_name(url)}: {error}")
