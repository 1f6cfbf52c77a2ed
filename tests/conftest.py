"""The cast and the database of the suite: everything runs as the unprivileged application role."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import OperationalError, connection, connections
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from core.ids import uuid7
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import tenant_scope
from tests.api_client import api_client, session_client  # noqa: F401 - fixtures
from tests.factories.tenancy import MembershipFactory, OrganizationFactory

# Playwright's synchronous interface keeps an event loop running in this thread, which Django would refuse to work in.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# One connection a thread: under that loop Django would open a second one, which nobody closes before the database goes.
connections._connections = threading.local()

# The first example pays for imports, and another worker may have the processor: time says nothing about an example.
hypothesis_settings.register_profile("fairlead", deadline=None)
hypothesis_settings.load_profile("fairlead")

OWNER: dict[str, str] = {}
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}
CHANCES_TO_EMPTY = 3


def _connect_as(credentials: dict[str, str]) -> None:
    connection.close()
    connection.settings_dict.update(credentials)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """The owner has created and migrated the test database; tests then connect as the application."""
    OWNER.update({key: connection.settings_dict[key] for key in ("USER", "PASSWORD")})
    with django_db_blocker.unblock():
        _connect_as(settings.TEST_APP_CREDENTIALS)
        TransactionTestCase._fixture_teardown = _truncate_as_owner
        yield
        _end_abandoned_sessions()
        _connect_as(OWNER)


def _end_abandoned_sessions() -> None:
    """Cut off what a thread of the live server still answers to a closed page.

    Emptying its tables could deadlock with it, and a database with a session is not dropped.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
            """
        )


@contextmanager
def _as_owner() -> Iterator[None]:
    _connect_as(OWNER)
    try:
        yield
    finally:
        _connect_as(settings.TEST_APP_CREDENTIALS)


@pytest.fixture
def owner_connection(transactional_db: None):
    """A context manager in which the connection is the owner's."""
    return _as_owner


def _truncate_as_owner(self: TransactionTestCase) -> None:
    """Transactional tests end with a TRUNCATE, which neither the application nor the ledger allows."""
    for chance in reversed(range(CHANCES_TO_EMPTY)):
        _end_abandoned_sessions()
        try:
            with _as_owner():
                _truncate()
        except OperationalError:
            # A deadlock with a request of a page that was closed a moment ago, which came after the look above.
            if not chance:
                raise
        else:
            return


def _truncate() -> None:
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in KEPT_TABLES]
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'no_truncate'")
        guards = [name for (name,) in cursor.fetchall()]
        for name in guards:
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        cursor.execute("TRUNCATE {} RESTART IDENTITY CASCADE".format(", ".join(f'"{name}"' for name in tables)))
        for name in guards:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has keys of its own: the server is shared with the tests that run beside it."""
    monkeypatch.setattr(caches["default"], "key_prefix", uuid7().hex)


@pytest.fixture
def organization(db: None) -> Organization:
    """The organization most tests happen in."""
    return OrganizationFactory(slug="acme", name="Acme")


@pytest.fixture
def other_organization(db: None) -> Organization:
    """Somebody else's organization."""
    return OrganizationFactory(slug="rival", name="Rival")


def _actor(organization: Organization, role: str, *functions: str) -> Actor:
    with tenant_scope(Actor.system(organization)):
        membership = MembershipFactory(role=role, functions=list(functions))
    membership.organization = organization
    return Actor.from_membership(membership, source="web", request_id="test-request")


@pytest.fixture
def actor_with(organization: Organization):
    """actor_with(role, *functions): a new member of the organization, as an actor."""
    return lambda role, *functions: _actor(organization, role, *functions)


@pytest.fixture
def owner(organization: Organization) -> Actor:
    return _actor(organization, Role.OWNER)


@pytest.fixture
def director(organization: Organization) -> Actor:
    return _actor(organization, Role.DIRECTOR, "executive")


@pytest.fixture
def product_manager(organization: Organization) -> Actor:
    return _actor(organization, Role.PRODUCT_MANAGER, "product")


@pytest.fixture
def viewer(organization: Organization) -> Actor:
    return _actor(organization, Role.VIEWER)


@pytest.fixture
def stranger(other_organization: Organization) -> Actor:
    """An owner, but of another organization."""
    return _actor(other_organization, Role.OWNER)


@pytest.fixture
def scope(owner: Actor) -> Iterator[Actor]:
    """An open scope of the organization, as its owner."""
    with tenant_scope(owner):
        yield owner
