"""The roles on a real PostgreSQL server: the application owns nothing and cannot bypass row security."""

import io
import os
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from launcher import database
from launcher.console import Console
from launcher.embedded_postgres import SUPERUSER
from launcher.errors import LauncherError
from launcher.state import StateFolder
from launcher.urls import with_database, with_login


@pytest.fixture(scope="module")
def superuser_url():
    """The administrator of the server that script/test has started for the suite."""
    secret = Path(os.environ.get("FAIRLEAD_HOME", "/nonexistent")) / "secrets" / SUPERUSER
    if not secret.exists():
        pytest.skip("needs the PostgreSQL server that script/test starts, to administer it")
    return with_database(with_login(os.environ["DATABASE_URL"], SUPERUSER, secret.read_text().strip()), "postgres")


@pytest.fixture
def server(superuser_url):
    """A connection as administrator."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def name(server, monkeypatch):
    """A name for a database and, with endings, for roles of this test alone; all are removed at the end."""
    name = f"launcher_{uuid.uuid4().hex[:12]}"
    monkeypatch.setattr(database, "APPLICATION", f"{name}_app")
    yield name
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    for role in (f"{name}_app", f"{name}_owner"):
        server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@pytest.fixture
def make_owner(server, superuser_url, name):
    """Makes the login of DATABASE_URL with the given attributes; its URL."""

    def make(attributes: str, *, with_database_of_its_own: bool = True) -> str:
        role = sql.Identifier(f"{name}_owner")
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'pw' " + attributes).format(role))
        if with_database_of_its_own:
            server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), role))
        return with_database(with_login(superuser_url, f"{name}_owner", "pw"), name)

    return make


@pytest.fixture
def folder(tmp_path):
    return StateFolder(tmp_path)


@pytest.fixture
def said():
    return io.StringIO()


def refuses(url: str, statement: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(statement)
        except errors.InsufficientPrivilege:
            return True
    return False


def test_a_login_that_may_make_roles_gets_an_application_role(make_owner, name, folder, said):
    url = make_owner("CREATEROLE")

    urls = database.prepare_external(url, None, folder, Console(said))

    assert urls.owner == url
    with psycopg.connect(urls.application) as connection:
        row = connection.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (f"{name}_app", False, False, False, False)


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (id int)", "CREATE SCHEMA mine", "CREATE ROLE other", "CREATE DATABASE other"],
)
def test_the_application_role_may_create_nothing(make_owner, folder, said, statement):
    urls = database.prepare_external(make_owner("CREATEROLE"), None, folder, Console(said))

    assert refuses(urls.application, statement)
    assert not refuses(urls.owner, "CREATE TABLE mine (id int)")


def test_the_application_role_sees_only_rows_its_policies_allow(make_owner, name, folder, said):
    urls = database.prepare_external(make_owner("CREATEROLE"), None, folder, Console(said))
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE plans (tenant int); INSERT INTO plans VALUES (1), (2)")
        owner.execute("ALTER TABLE plans ENABLE ROW LEVEL SECURITY; ALTER TABLE plans FORCE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY one ON plans USING (tenant = 1)")
        owner.execute(sql.SQL("GRANT SELECT ON plans TO {}").format(sql.Identifier(f"{name}_app")))

    with psycopg.connect(urls.application) as connection:
        assert connection.execute("SELECT tenant FROM plans").fetchall() == [(1,)]


def test_preparing_twice_changes_nothing(make_owner, folder, said):
    url = make_owner("CREATEROLE")
    first = database.prepare_external(url, None, folder, Console(said))

    assert database.prepare_external(url, None, folder, Console(said)) == first
    assert said.getvalue() == ""


def test_an_installation_without_its_secrets_gives_the_role_a_new_password_and_says_so(
    make_owner, name, folder, said, tmp_path
):
    url = make_owner("CREATEROLE")
    lost = database.prepare_external(url, None, StateFolder(tmp_path / "lost"), Console(said))

    urls = database.prepare_external(url, None, folder, Console(said))

    assert database.can_log_in(urls.application)
    assert not database.can_log_in(lost.application)
    assert said.getvalue().startswith(f"Gave the existing role {name}_app this installation's password.")


def test_a_login_that_may_not_make_roles_gets_the_sql_an_administrator_needs(
    make_owner, server, name, folder, said, superuser_url
):
    url = make_owner("NOCREATEROLE")

    with pytest.raises(LauncherError) as refusal:
        database.prepare_external(url, None, folder, Console(said))

    message = str(refusal.value)
    assert folder.password(f"{name}_app") not in message
    statements = "\n".join(line for line in message.splitlines() if line.startswith("  "))
    with psycopg.connect(with_database(superuser_url, name), autocommit=True) as administrator:
        administrator.execute(statements)
    urls = database.prepare_external(url, None, folder, Console(said))
    assert database.can_log_in(urls.application)
    assert refuses(urls.application, "CREATE TABLE mine (id int)")


def test_a_missing_database_is_created_when_the_login_may(make_owner, folder, said):
    url = make_owner("CREATEROLE CREATEDB", with_database_of_its_own=False)

    urls = database.prepare_external(url, None, folder, Console(said))

    assert database.is_new(urls.owner)


def test_a_missing_database_that_may_not_be_created_names_the_sql(make_owner, name, folder, said):
    url = make_owner("CREATEROLE", with_database_of_its_own=False)

    with pytest.raises(LauncherError, match=f'CREATE DATABASE "{name}" OWNER "{name}_owner";'):
        database.prepare_external(url, None, folder, Console(said))


def test_two_given_logins_are_used_as_they_are(make_owner, superuser_url, name, folder, said):
    owner = make_owner("NOCREATEROLE")
    application = with_database(superuser_url, name)

    urls = database.prepare_external(application, owner, folder, Console(said))

    assert (urls.application, urls.owner) == (application, owner)


def test_a_wrong_password_is_reported_without_it(make_owner, folder, said):
    url = make_owner("CREATEROLE").replace(":pw@", ":wrong-secret@")

    with pytest.raises(LauncherError, match="cannot be reached as") as refusal:
        database.prepare_external(url, None, folder, Console(said))
    assert "wrong-secret" not in str(refusal.value)


def test_extensions_are_installed_for_the_owner(make_owner, folder, said):
    urls = database.prepare_external(make_owner("CREATEROLE"), None, folder, Console(said))

    with psycopg.connect(urls.owner) as connection:
        rows = connection.execute(
            "SELECT extname FROM pg_extension WHERE extname = ANY(%s)", [list(database.EXTENSIONS)]
        )
        assert {extension for (extension,) in rows} == set(database.EXTENSIONS)


def test_a_database_is_new_until_a_migration_has_run(make_owner, folder, said):
    urls = database.prepare_external(make_owner("CREATEROLE"), None, folder, Console(said))
    assert database.is_new(urls.owner)

    with psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE django_migrations (app text, name text)")
        connection.execute("INSERT INTO django_migrations VALUES ('b', '0001'), ('a', '0002')")

    assert not database.is_new(urls.owner)
    assert database.applied_migrations(urls.owner) == ["a.0002", "b.0001"]


def test_the_suites_own_application_role_is_unprivileged(server):
    row = server.execute(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, "
        "(SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid) "
        "FROM pg_roles WHERE rolname = 'fairlead_app'"
    ).fetchone()

    assert row == (False, False, False, False, 0)
