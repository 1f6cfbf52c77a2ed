"""Seals every tenant table in PostgreSQL: row security, composite keys, audit triggers, grants.

Runs as the owner after every migrate and derives everything from the models, so that a new table
cannot be forgotten; until it has run, the application's role has no right on the table at all.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models

from tenancy.enums import LedgerMode
from tenancy.models import TenantForeignKey, TenantOwned, tenant_models

SCOPE = "organization_id = nullif(current_setting('app.organization_id', true), '')::uuid"
APPEND_ONLY_TABLES = frozenset({"tenancy_ledgerevent", "tenancy_ledgerblock"})
_SQL = Path(__file__).parent / "sql"


def seal_database(using: str = "default") -> int:
    """Bring every tenant table up to the current rules; returns how many tables changed.

    A table already sealed by the same statements (their digest is kept as the table's comment)
    is left alone, so that a migrate without changes takes no lock.
    """
    connection = connections[using]
    names = {"app": connection.ops.quote_name(settings.DATABASE_APP_ROLE), "owner": "CURRENT_USER"}
    _refuse_unscoped_relations()
    changed = 0
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if "tenancy_ledgerevent" not in existing:
            return 0
        for script in ("functions.sql", "authentication.sql"):
            cursor.execute((_SQL / script).read_text())
        _grant_tables(cursor, existing, names["app"])
        cursor.execute((_SQL / "ledger.sql").read_text().format(**names))
        tables = [(model._meta.db_table, list(_statements(model, names["app"]))) for model in tenant_models()]
        tables.append(("tenancy_ledgerblock", list(_floor("tenancy_ledgerblock", SCOPE, names["app"]))))
        tables.append(("tenancy_organization", list(_ledger_triggers("tenancy_organization", "id", ()))))
        # Keys first: a foreign key needs the referenced table's unique key.
        for model in tenant_models():
            if model._meta.managed and model.is_referable and model._meta.db_table in existing:
                cursor.execute(_unique_key(model._meta.db_table))
        for table, statements in tables:
            changed += table in existing and _apply(cursor, table, statements)
        _seal_partitions(cursor, [model._meta.db_table for model in tenant_models()])
    return changed


def _refuse_unscoped_relations() -> None:
    for model in tenant_models():
        for field in model._meta.concrete_fields:
            if field.name == "organization" or not isinstance(field, models.ForeignKey):
                continue
            if issubclass(field.remote_field.model, TenantOwned) and not isinstance(field, TenantForeignKey):
                raise ImproperlyConfigured(f"{model.__name__}.{field.name} must be a TenantForeignKey.")
        for relation in model._meta.local_many_to_many:
            through = relation.remote_field.through
            if through is not None and through._meta.auto_created:
                raise ImproperlyConfigured(f"{model.__name__}.{relation.name} needs a through model of its own.")


def _unique_key(table: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = '{table}_tenant_key') THEN"
        f' ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant_key" UNIQUE (organization_id, id);'
        f" END IF; END $$"
    )


def _apply(cursor: Any, table: str, statements: list[str]) -> bool:
    digest = "sealed " + hashlib.sha256("\n".join(statements).encode()).hexdigest()
    cursor.execute("SELECT obj_description(%s::regclass, 'pg_class')", [table])
    if cursor.fetchone()[0] == digest:
        return False
    for statement in statements:
        cursor.execute(statement)
    cursor.execute(f"COMMENT ON TABLE \"{table}\" IS '{digest}'")
    return True


def _seal_partitions(cursor: Any, tables: list[str]) -> None:
    """Row security of partitions that have none yet, so that they show nothing when they are asked directly."""
    cursor.execute(
        """
        SELECT tenancy_seal_partition(partition.oid) FROM pg_inherits
        JOIN pg_class parent ON parent.oid = inhparent JOIN pg_class partition ON partition.oid = inhrelid
        WHERE parent.relname = ANY (%s) AND parent.relkind = 'p' AND partition.relkind = 'r'
            AND NOT partition.relforcerowsecurity
        """,
        [tables],
    )


def _statements(model: type[TenantOwned], app_role: str) -> Iterator[str]:
    table = model._meta.db_table
    yield from _floor(table, SCOPE, app_role, also_visible=model.row_security_also_visible)
    for field in model._meta.concrete_fields:
        if isinstance(field, TenantForeignKey):
            yield from _foreign_key(table, field, has_index=_has_index(model, field))
    if any(field.name == "version" for field in model._meta.concrete_fields):
        yield (
            f'CREATE OR REPLACE TRIGGER raise_version BEFORE UPDATE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION tenancy_raise_version()"
        )
    if model.ledger_mode is None:
        for operation in ("insert", "update", "delete"):
            yield f'DROP TRIGGER IF EXISTS ledger_{operation} ON "{table}"'
    else:
        yield from _ledger_triggers(table, "organization_id", model.ledger_hidden, mode=model.ledger_mode)


def _floor(table: str, scope: str, app_role: str, *, also_visible: str | None = None) -> Iterator[str]:
    visible = f"{scope} OR {also_visible}" if also_visible else scope
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    for policy in ("tenant_floor", "tenant_floor_read", "app_all"):
        yield f'DROP POLICY IF EXISTS {policy} ON "{table}"'
    if also_visible:
        yield f'CREATE POLICY tenant_floor_read ON "{table}" AS RESTRICTIVE FOR SELECT USING ({visible})'
        for command, clause in (("INSERT", "WITH CHECK"), ("UPDATE", "USING"), ("DELETE", "USING")):
            name = f"tenant_floor_{command.lower()}"
            yield f'DROP POLICY IF EXISTS {name} ON "{table}"'
            yield f'CREATE POLICY {name} ON "{table}" AS RESTRICTIVE FOR {command} {clause} ({scope})'
    else:
        yield (f'CREATE POLICY tenant_floor ON "{table}" AS RESTRICTIVE FOR ALL USING ({scope}) WITH CHECK ({scope})')
    yield f'CREATE POLICY app_all ON "{table}" FOR ALL TO {app_role} USING (true) WITH CHECK (true)'


def _has_index(model: type[TenantOwned], field: models.ForeignKey[Any, Any]) -> bool:
    """Whether an unconditional index of the table's own starts with (organization, field)."""
    plain = [list(index.fields) for index in model._meta.indexes if index.condition is None]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None:
            plain.append(list(constraint.fields))
    return any(fields[:2] == ["organization", field.name] for fields in plain)


def _foreign_key(table: str, field: models.ForeignKey[Any, Any], *, has_index: bool) -> Iterator[str]:
    name = f"{table}_{field.column}"[:48]
    target = field.remote_field.model._meta.db_table
    if has_index:
        yield f'DROP INDEX IF EXISTS "{name}_tenant_idx"'
    else:
        yield f'CREATE INDEX IF NOT EXISTS "{name}_tenant_idx" ON "{table}" (organization_id, "{field.column}")'
    yield f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}_tenant_fk"'
    yield (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}_tenant_fk" FOREIGN KEY (organization_id, "{field.column}")'
        f' REFERENCES "{target}" (organization_id, id) DEFERRABLE INITIALLY DEFERRED'
    )


def _ledger_triggers(
    table: str, organization_column: str, hidden: tuple[str, ...], *, mode: str = LedgerMode.ROWS
) -> Iterator[str]:
    arguments = ", ".join(f"'{name}'" for name in (organization_column, *hidden))
    function = "tenancy_record_rows" if mode == LedgerMode.ROWS else "tenancy_record_statement"
    for operation, tables in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
    ):
        yield (
            f'CREATE OR REPLACE TRIGGER ledger_{operation.lower()} AFTER {operation} ON "{table}"'
            f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {function}({arguments})"
        )


def _grant_tables(cursor: Any, existing: set[str], app_role: str) -> None:
    wanted = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    tables = sorted((wanted & existing) - APPEND_ONLY_TABLES)
    listing = ", ".join(f'"{table}"' for table in tables)
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {listing} TO {app_role}")
    cursor.execute(f"GRANT SELECT ON django_migrations TO {app_role}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app_role}")
