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

# Entries that say where a row belongs, in the words of the index that holds nothing else.
SAYS_WHERE = """operation <> 'insert' AND changes ~ '"(stage|roadmap_id|predecessor_id|successor_id)":'"""

# The rows that have one of the keys now, and those that had one when they were changed or deleted since; nobody else's
# entries are read. A row whose first entry since is its insertion was not there. One that was deleted is the last the
# ledger says of it. Of each column that changed since, the value is the one before its first change.
_ROWS = """
WITH since AS MATERIALIZED (
    SELECT record_id, id, operation, changes::jsonb -> 'before' AS before FROM tenancy_ledgerevent
    WHERE organization_id = %(organization)s AND table_name = '{table}' AND at > %(moment)s AND record_id IS NOT NULL
        AND {says_where}
), touched AS (
    SELECT live.id FROM {table} live WHERE live.organization_id = %(organization)s AND ({live})
    UNION SELECT record_id FROM since WHERE {before}
), ended AS (
    SELECT DISTINCT ON (record_id) record_id, id, before FROM since WHERE operation = 'delete' ORDER BY record_id, id
), state AS (
    SELECT coalesce(ended.before, to_jsonb(live)) || coalesce(past.cells, '{{}}'::jsonb) AS data
    FROM touched
    LEFT JOIN ended ON ended.record_id = touched.id
    LEFT JOIN {table} live ON live.organization_id = %(organization)s AND live.id = touched.id
    CROSS JOIN LATERAL (
        SELECT min(later.id) FILTER (WHERE operation = 'insert') AS begun,
            jsonb_object_agg(cell.key, cell.value ORDER BY later.id DESC)
                FILTER (WHERE cell.key IS NOT NULL AND (ended.id IS NULL OR later.id < ended.id)) AS cells
        FROM tenancy_ledgerevent later
        LEFT JOIN LATERAL jsonb_each(
            CASE operation WHEN 'update' THEN changes::jsonb -> 'before' END
        ) cell ON cell.key NOT IN ('version', 'updated_at')
        WHERE organization_id = %(organization)s AND record_id = touched.id AND table_name = '{table}'
            AND at > %(moment)s
    ) past
    WHERE past.begun IS NULL OR past.begun > ended.id
)
SELECT data::text FROM state WHERE {wanted}
"""


def rows_at(model: type[TenantOwned], moment: datetime, *, columns: Collection[str], keys: Collection[UUID]) -> Any:
    """Column values of the rows that then had one of `keys` in one of `columns`; one query.

    Values are as JSON has them: dates and ids as text, numbers as int or Decimal; `version` and `updated_at` are those
    of now. Columns that were added since may be missing. The ledger must hold the table row by row, and its indexes
    must know table and columns (roadmap/migrations/0006_plan_history_indexes.py).
    """

    def any_of(value: str) -> str:
        return " OR ".join(value.format(column=column) for column in columns)

    statement = _ROWS.format(
        table=model._meta.db_table,
        says_where=SAYS_WHERE,
        live=any_of("live.{column} = ANY(%(keys)s)"),
        before=any_of("(before ->> '{column}')::uuid = ANY(%(keys)s)"),
        wanted=any_of("(data ->> '{column}')::uuid = ANY(%(keys)s)"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organization": current_organization_id(), "moment": moment, "keys": list(keys)})
        return [json.loads(text, parse_float=Decimal) for (text,) in cursor.fetchall()]
