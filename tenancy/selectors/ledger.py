"""The ledger's rows, filtered and as exported."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from tenancy.models import LedgerEvent

CHUNK = 2000


def filtered_events(wanted: Mapping[str, Any], *, before_id: int | None = None) -> QuerySet[LedgerEvent]:
    """Events matching the filters person, table, action, since, until (whole days, UTC) and record, newest first."""
    events = LedgerEvent.objects.order_by("-id")
    if before_id is not None:
        events = events.filter(id__lt=before_id)
    if wanted.get("person"):
        events = events.filter(actor_id=wanted["person"].user_id)
    if wanted.get("table"):
        events = events.filter(table_name=wanted["table"])
    if wanted.get("action"):
        events = events.filter(action=wanted["action"])
    if wanted.get("since"):
        events = events.filter(at__gte=datetime.combine(wanted["since"], time(), UTC))
    if wanted.get("until"):
        events = events.filter(at__lt=datetime.combine(wanted["until"], time(), UTC) + timedelta(days=1))
    if wanted.get("record"):
        events = events.filter(record_id=wanted["record"])
    return events


def exported_lines(events: QuerySet[LedgerEvent]) -> Iterator[bytes]:
    """One JSON object a line; `changes_text` is what was hashed, `changes` the same parsed."""
    for event in events.iterator(chunk_size=CHUNK):
        line = {
            "id": event.id,
            "organization_id": event.organization_id,
            "xid": event.xid,
            "at": event.at.isoformat(),
            "actor_id": event.actor_id,
            "on_behalf_of_id": event.on_behalf_of_id,
            "db_user": event.db_user,
            "request_id": event.request_id,
            "source": event.source,
            "action": event.action,
            "reason": event.reason,
            "operation": event.operation,
            "table": event.table_name,
            "record_id": event.record_id,
            "changes": json.loads(event.changes),
            "changes_text": event.changes,
            "nonce": bytes(event.nonce).hex(),
            "leaf_hash": bytes(event.leaf_hash).hex(),
        }
        yield json.dumps(line, default=str, ensure_ascii=False).encode() + b"\n"
