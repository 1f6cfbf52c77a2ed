"""Connection URLs survive every character a password or a path may hold."""

from pathlib import Path

import psycopg.conninfo
import pytest

from config import env
from launcher.errors import LauncherError
from launcher.urls import database_name, login_name, socket_url, valkey_url, with_database, with_login

ODD_FOLDER = Path("/srv/a b/ö%/sock")
ODD_PASSWORD = "p@ss:w/or?d#%&"


def test_socket_url_is_understood_by_libpq():
    url = socket_url("fairlead_app", ODD_PASSWORD, "fairlead", ODD_FOLDER)

    assert psycopg.conninfo.conninfo_to_dict(url) == {
        "user": "fairlead_app",
        "password": ODD_PASSWORD,
        "dbname": "fairlead",
        "host": str(ODD_FOLDER),
        "port": "5432",
    }


def test_socket_url_is_understood_by_the_settings():
    found = env.database(socket_url("fairlead_app", ODD_PASSWORD, "fairlead", ODD_FOLDER))

    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("fairlead_app", ODD_PASSWORD, str(ODD_FOLDER))


def test_valkey_url_is_understood_by_the_settings():
    broker, cache = env.redis_urls(valkey_url(Path("/srv/run/valkey.sock")))

    assert broker == "redis+socket:///srv/run/valkey.sock?virtual_host=0"
    assert cache == "unix:///srv/run/valkey.sock?db=2"


def test_with_login_keeps_server_database_and_options():
    url = "postgresql://owner:secret@db.example:6543/plans?sslmode=require"

    assert with_login(url, "app", "a@b") == "postgresql://app:a%40b@db.example:6543/plans?sslmode=require"


def test_with_login_gives_a_login_to_a_url_without_one():
    assert with_login("postgresql:///plans?host=/run", "app", "x") == "postgresql://app:x@/plans?host=/run"


def test_with_database_keeps_login_and_options():
    url = "postgresql://owner:secret@db.example/plans?sslmode=require"

    assert with_database(url, "postgres") == "postgresql://owner:secret@db.example/postgres?sslmode=require"


def test_names_are_decoded():
    url = "postgres://an%40owner@db.example/my%20plans"

    assert (login_name(url), database_name(url)) == ("an@owner", "my plans")


@pytest.mark.parametrize("url", ["mysql://u@h/d", "postgresql://u@h", "postgresql://u@h/", "fairlead"])
def test_database_name_refuses_what_names_no_postgresql_database(url):
    with pytest.raises(LauncherError, match="DATABASE_URL must"):
        database_name(url)
