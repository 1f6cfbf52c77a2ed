"""The tenant scope: both walls, nesting, and what they do outside a scope."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tenancy.actor import Actor
from tenancy.models import Team
from tenancy.scope import ScopeError, current_organization_id, tenant_scope
from tests.factories.tenancy import TeamFactory


@pytest.fixture
def foreign_team(stranger):
    with tenant_scope(stranger):
        return TeamFactory(name="Foreign")


def test_manager_raises_outside_a_scope(db):
    with pytest.raises(ScopeError):
        Team.objects.all()


def test_manager_hides_rows_of_another_organization(owner, foreign_team):
    with tenant_scope(owner):
        assert list(Team.objects.all()) == []


def test_row_security_hides_rows_without_the_managers_filter(owner, foreign_team):
    with tenant_scope(owner):
        assert list(Team.unscoped(reason="this test removes the first wall")) == []


def test_row_security_shows_nothing_without_a_scope(foreign_team):
    assert list(Team.unscoped(reason="this test removes the first wall")) == []


def test_row_security_refuses_to_write_into_another_organization(owner, other_organization):
    with tenant_scope(owner), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        TeamFactory(organization=other_organization)


def test_suite_runs_as_a_role_that_cannot_bypass_row_security(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


def test_scope_does_not_switch_organizations_midway(owner, stranger):
    with tenant_scope(owner), pytest.raises(ScopeError), tenant_scope(stranger):
        pass


def test_nested_scope_restores_the_outer_actor(owner):
    with tenant_scope(owner):
        with tenant_scope(Actor.system(owner.organization)):
            TeamFactory(name="By the system")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.actor_id')")
            assert cursor.fetchone() == (str(owner.user_id),)
        assert current_organization_id() == owner.organization_id


def test_scope_is_closed_in_python_and_in_postgresql_after_an_error(owner):
    with pytest.raises(ZeroDivisionError), tenant_scope(owner):
        1 / 0  # noqa: B018 - the error is the point

    with pytest.raises(ScopeError):
        current_organization_id()
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.organization_id', true), '')")
        assert cursor.fetchone() == ("",)
