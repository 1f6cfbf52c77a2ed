"""Rows of a table as they were at a moment, put together from what they are now and what the ledger recorded since."""

import json
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from tenancy.models import TenantOwned
from tenancy.scope import current_organization_id

# A row that was inserted after the moment was not there. One that was deleted is the last the ledger says of it. Of
# each column that changed since, the value is the one before its first change.
_ROWS = """
WITH later AS MATERIALIZED (
    SELECT record_id, id, operation, changes::jsonb -> 'before' AS before FROM tenancy_ledgerevent
    WHERE organization_id = %(organization)s AND table_name = '{table}' AND at > %(moment)s AND record_id IS NOT NULL
        AND operation IN ('insert', 'update', 'delete')
), opening AS (
    SELECT DISTINCT ON (record_id) record_id, operation FROM later ORDER BY record_id, id
), ended AS (
    SELECT DISTINCT ON (record_id) record_id, id, before FROM later WHERE operation = 'delete' ORDER BY record_id, id
), changed AS (
    SELECT later.record_id, jsonb_object_agg(cell.key, cell.value ORDER BY later.id DESC) AS before
    FROM later LEFT JOIN ended ON ended.record_id = later.record_id, jsonb_each(later.before) cell
    WHERE later.operation = 'update' AND (ended.id IS NULL OR later.id < ended.id)
    GROUP BY later.record_id
), base AS (
    SELECT live.id AS record_id, to_jsonb(live) AS data FROM {table} live
    WHERE live.organization_id = %(organization)s
        AND ({live} OR EXISTS (SELECT FROM changed WHERE changed.record_id = live.id))
        AND NOT EXISTS (SELECT FROM ended WHERE ended.record_id = live.id)
    UNION ALL
    SELECT record_id, before FROM ended
), state AS (
    SELECT base.data || coalesce(changed.before, '{{}}'::jsonb) AS data FROM base
    LEFT JOIN opening ON opening.record_id = base.record_id
    LEFT JOIN changed ON changed.record_id = base.record_id
    WHERE opening.operation IS DISTINCT FROM 'insert'
)
SELECT data::text FROM state WHERE {wanted}
"""


def rows_at(model: type[TenantOwned], moment: datetime, *, columns: Collection[str], keys: Collection[UUID]) -> Any:
    """Column values of the rows that then had one of `keys` in one of `columns`; one query.

    Values are as JSON has them: dates and ids as text, numbers as int or Decimal. Columns that were added since may
    be missing. The ledger must hold the table row by row.
    """
    live = " OR ".join(f"live.{column} = ANY(%(keys)s)" for column in columns)
    wanted = " OR ".join(f"(data ->> '{column}')::uuid = ANY(%(keys)s)" for column in columns)
    statement = _ROWS.format(table=model._meta.db_table, live=live, wanted=wanted)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organization": current_organization_id(), "moment": moment, "keys": list(keys)})
        return [json.loads(text, parse_float=Decimal) for (text,) in cursor.fetchall()]
