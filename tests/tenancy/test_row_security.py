"""Every tenant table, found through the models, is sealed in PostgreSQL; a new one cannot be forgotten."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ForeignKey

from tenancy.enums import LedgerMode
from tenancy.models import Membership, TeamMembership, TenantForeignKey, tenant_models
from tenancy.row_security import seal_database
from tenancy.scope import tenant_scope
from tests.factories.tenancy import TeamFactory

# Bookkeeping that says nothing a person did: answers kept for replay, a counter, and months and days that
# wait for a rollup or for their cost: rows a worker removes once they are computed, from data that is recorded.
NOT_RECORDED = {
    "IdempotencyRecord",
    "InitiativeKeyCounter",
    "KpiObservationKey",
    "KpiTouchedMonth",
    "PublicLinkTally",
    "RoadmapExportFile",
    "UsageTouchedDay",
}

models = pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)


def _rows(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@models
def test_row_security_is_enabled_and_forced(db, model):
    query = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"
    assert _rows(query, model._meta.db_table) == [(True, True)]


@models
def test_floor_policy_is_restrictive_and_indexable(db, model):
    query = "SELECT permissive, qual FROM pg_policies WHERE tablename = %s AND policyname LIKE 'tenant_floor%%'"
    policies = _rows(query, model._meta.db_table)

    assert {permissive for permissive, _ in policies} == {"RESTRICTIVE"}
    readable = [qual for _, qual in policies if qual]
    assert all("NULLIF(current_setting('app.organization_id'::text, true), ''::text)" in qual for qual in readable)


@models
def test_references_between_tenant_rows_are_composite(db, model):
    expected = {field.column for field in model._meta.concrete_fields if isinstance(field, TenantForeignKey)}
    query = """
        SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = %s::regclass AND contype = 'f' AND array_length(conkey, 1) = 2
    """
    definitions = [definition for (definition,) in _rows(query, model._meta.db_table)]

    for column in expected:
        assert any(f"(organization_id, {column})" in definition.replace('"', "") for definition in definitions), column


@models
def test_every_reference_to_a_tenant_row_uses_the_tenant_key(model):
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.name != "organization" and field.related_model in tenant_models():
            assert isinstance(field, TenantForeignKey), field


@models
def test_an_index_starts_with_the_organization(db, model):
    query = "SELECT indexdef FROM pg_indexes WHERE tablename = %s"
    assert any("(organization_id" in definition for (definition,) in _rows(query, model._meta.db_table))


@models
def test_unique_constraints_start_with_the_organization(model):
    for constraint in model._meta.constraints:
        if type(constraint).__name__ == "UniqueConstraint":
            names = [getattr(part, "name", "") for part in constraint.expressions] or list(constraint.fields)
            assert names[0] == "organization", constraint.name


@models
def test_changes_are_recorded_by_triggers(db, model):
    query = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'ledger_%%' ORDER BY tgname"
    triggers = [name for (name,) in _rows(query, model._meta.db_table)]

    if model.__name__ in NOT_RECORDED:
        assert model.ledger_mode is None
        assert triggers == []
    else:
        assert model.ledger_mode in {LedgerMode.ROWS, LedgerMode.STATEMENTS}
        assert triggers == ["ledger_delete", "ledger_insert", "ledger_update"]


def test_row_pointing_into_another_organization_is_refused(owner, stranger):
    with tenant_scope(stranger):
        foreign = TeamFactory()
    with tenant_scope(owner):
        membership = Membership.objects.get(user=owner.user)
        with pytest.raises(ValidationError) as refusal:
            TeamMembership(team_id=foreign.pk, membership=membership).clean()
        assert list(refusal.value.error_dict) == ["team"]
        TeamMembership.objects.create(team_id=foreign.pk, membership=membership)
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


def test_application_role_owns_nothing_and_has_no_way_around(db):
    assert _rows("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole") == [(0,)]
    assert _rows("SELECT has_table_privilege('tenancy_team', 'TRUNCATE')") == [(False,)]
    assert _rows("SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]


@pytest.mark.django_db(transaction=True)
def test_sealing_again_changes_nothing(owner_connection):
    with owner_connection():
        assert seal_database() == 0
