"""The audit ledger: what is recorded, that it cannot be changed, and that verification finds what was."""

import json
import time

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from config.settings.base import _OWNER_DATABASE
from tenancy.models import LedgerBlock, LedgerEvent, Membership, Team
from tenancy.scope import named_action, tenant_scope
from tenancy.services import ledger
from tenancy.services.ledger import record_event, seal, sign_checkpoint
from tenancy.services.ledger_verification import verify
from tenancy.services.tokens import create_api_token
from tests.factories.tenancy import TeamFactory


@pytest.fixture(autouse=True)
def _state(settings, tmp_path):
    settings.LEDGER_SIGNING_KEY = tmp_path / "key.pem"
    settings.LEDGER_CHECKPOINTS = tmp_path / "checkpoints"


def _events(**filters):
    return LedgerEvent.objects.filter(table_name="tenancy_team", **filters).order_by("id")


def test_insert_update_delete_are_recorded_with_actor_action_and_reason(owner):
    with tenant_scope(owner):
        named_action("team.created", reason="because")
        team = TeamFactory(name="Vision")
        named_action("team.renamed")
        Team.objects.filter(pk=team.pk).update(name="Speech")
        named_action("team.deleted")
        Team.objects.filter(pk=team.pk).delete()

        created, changed, deleted = _events()

    assert (created.operation, created.action, created.reason) == ("insert", "team.created", "because")
    assert created.actor_id == owner.user_id
    assert created.request_id == "test-request"
    assert json.loads(created.changes)["after"]["name"] == "Vision"
    assert json.loads(changed.changes) == {
        "before": {"name": "Vision", "version": 1},
        "after": {"name": "Speech", "version": 2},
    }
    assert json.loads(deleted.changes)["before"]["name"] == "Speech"


def test_bulk_and_raw_sql_are_recorded_row_by_row(scope):
    Team.objects.bulk_create([Team(name=f"Team {n}") for n in range(3)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tenancy_team SET description = 'raw'")

    assert _events(operation="insert").count() == 3
    assert _events(operation="update").count() == 3


def test_save_without_a_change_is_not_recorded(scope):
    team = TeamFactory()
    before = _events().count()

    team.save()

    assert _events().count() == before


def test_hidden_columns_never_reach_the_ledger(owner):
    with tenant_scope(owner):
        create_api_token(membership=Membership.objects.get(), name="x", scopes=["read"], actor=owner)
        event = LedgerEvent.objects.get(table_name="tenancy_apitoken")

    assert "token_hash" not in event.changes
    assert event.action == "api_token.created"


def test_application_cannot_change_or_insert_ledger_rows(scope):
    TeamFactory()
    for statement in (
        "UPDATE tenancy_ledgerevent SET reason = 'x'",
        "DELETE FROM tenancy_ledgerevent",
        "TRUNCATE tenancy_ledgerevent",
        "INSERT INTO tenancy_ledgerevent (organization_id) VALUES (gen_random_uuid())",
        "SELECT tenancy_write_event(gen_random_uuid(), 'insert', 't', NULL, '{}')",
        "ALTER TABLE tenancy_team DISABLE TRIGGER ALL",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_ledger_of_another_organization_is_invisible(owner, stranger):
    with tenant_scope(stranger):
        TeamFactory()
    with tenant_scope(owner):
        assert not _events().exists()


def _edit_as_owner(settings, statement):
    """What the application cannot do, the database's owner can after switching the guard off."""
    database = connection.settings_dict
    with psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        dbname=database["NAME"],
        user=_OWNER_DATABASE["USER"],
        password=_OWNER_DATABASE["PASSWORD"],
        autocommit=True,
    ) as raw:
        raw.execute("ALTER TABLE tenancy_ledgerevent DISABLE TRIGGER USER")
        raw.execute("ALTER TABLE tenancy_ledgerevent NO FORCE ROW LEVEL SECURITY")
        try:
            raw.execute(statement)
        finally:
            raw.execute("ALTER TABLE tenancy_ledgerevent FORCE ROW LEVEL SECURITY")
            raw.execute("ALTER TABLE tenancy_ledgerevent ENABLE TRIGGER USER")


def sealed_when_possible(actor):
    """A block; the horizon is the server's, so tests that run beside this one hold it back for a moment."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with tenant_scope(actor):
            newest = LedgerEvent.objects.order_by("-xid").values_list("xid", flat=True).first()
            if newest < ledger._horizon() and (block := seal(actor)):
                return block
        time.sleep(0.05)
    raise TimeoutError("a transaction elsewhere holds the horizon back")


@pytest.fixture
def sealed(transactional_db, organization, owner):
    with tenant_scope(owner):
        for number in range(5):
            TeamFactory(name=f"Sealed {number}")
    sealed_when_possible(owner)
    with tenant_scope(owner):
        sign_checkpoint(owner)
    with tenant_scope(owner):
        TeamFactory(name="After the seal")
    return owner


def _problem(actor):
    with tenant_scope(actor):
        return verify(actor).problem


def test_untouched_ledger_verifies(sealed):
    with tenant_scope(sealed):
        result = verify(sealed)

    assert result.problem is None
    assert (result.blocks, result.checkpoints) == (1, 1)
    assert result.rows == result.sealed_rows + 1


def test_changed_row_is_named(sealed, settings):
    with tenant_scope(sealed):
        victim = _events().first().id

    _edit_as_owner(settings, f"UPDATE tenancy_ledgerevent SET reason = 'forged' WHERE id = {victim}")

    assert _problem(sealed) == f"row {victim} was changed"


def test_missing_row_is_found(sealed, settings):
    with tenant_scope(sealed):
        victim = _events().first().id

    _edit_as_owner(settings, f"DELETE FROM tenancy_ledgerevent WHERE id = {victim}")

    assert "sealed" in _problem(sealed)


def test_chain_behind_its_signed_checkpoint_is_found(sealed, settings):
    checkpoint = next(settings.LEDGER_CHECKPOINTS.glob("*.jsonl"))
    line = json.loads(checkpoint.read_text())
    checkpoint.write_text(json.dumps({**line, "number": 2}) + "\n")

    assert _problem(sealed) == "the checkpoint of block 2 has no valid signature"


def test_second_seal_chains_to_the_first(sealed):
    second = sealed_when_possible(sealed)
    with tenant_scope(sealed):
        assert bytes(second.previous_hash) == bytes(LedgerBlock.objects.get(number=1).block_hash)

    assert _problem(sealed) is None


def test_named_event_is_recorded_without_a_row(scope):
    record_event("ledger.exported", table="tenancy_ledgerevent", rows=3)

    event = LedgerEvent.objects.get(operation="event")
    assert (event.action, json.loads(event.changes)) == ("ledger.exported", {"rows": 3})
