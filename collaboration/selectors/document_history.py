"""When documents became what they are, as the ledger saw it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from collaboration.calc.completeness import FULL
from tenancy.models import TenantOwned
from tenancy.scope import current_organization_id

_COMPLETED = """
SELECT document.target_id, min(event.at) FROM collaboration_document document
JOIN tenancy_ledgerevent event ON event.organization_id = document.organization_id AND event.record_id = document.id
WHERE document.organization_id = %(organization)s AND document.target_id = ANY(%(records)s)
    AND document.target_model = %(model)s AND document.kind = %(kind)s
    AND event.table_name = 'collaboration_document' AND event.operation IN ('insert', 'update')
    AND (event.changes::jsonb #>> '{after,completeness}')::int = %(full)s
GROUP BY document.target_id
"""


def first_completed(model: type[TenantOwned], records: Collection[UUID], *, kind: str) -> dict[UUID, datetime]:
    """When the first document of a kind about each record was complete for the first time, by the record's id.

    Records without one are missing; documents that were deleted since do not count. Callers hand in records the actor
    may see. One query.
    """
    parameters: dict[str, Any] = {
        "organization": current_organization_id(),
        "records": list(records),
        "model": model._meta.label_lower,
        "kind": kind,
        "full": FULL,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETED, parameters)
        return dict(cursor.fetchall())
