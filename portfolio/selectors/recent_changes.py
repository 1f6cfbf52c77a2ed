"""What happened in a portfolio since a moment, read from the ledger: new, moved, decided, re-planned."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, UUIDField, Value, When
from django.db.models.functions import Coalesce

from portfolio.enums import CaseStatus, Stage
from portfolio.models import BusinessCase, Initiative, Portfolio
from tenancy.actor import Actor
from tenancy.models import LedgerBlock, LedgerEvent, User

# Beyond this many a list is no news; the figures then say that there is more.
MOST = 500


class ChangeKind(StrEnum):
    """What a person would call the change."""

    CREATED = "created"
    STAGE = "stage"
    CASE = "case"
    DATES = "dates"


@dataclass(frozen=True)
class Change:
    """One piece of news about an initiative; `days` is how far its end moved (positive: later), None otherwise."""

    kind: ChangeKind
    text: str
    at: datetime
    actor_name: str
    initiative_id: UUID
    initiative: str
    days: int | None = None


@dataclass(frozen=True)
class RecentChanges:
    """The news, newest first, and how many of each kind; `is_complete` is False when there were more than MOST."""

    since: datetime
    changes: tuple[Change, ...]
    counts: Mapping[ChangeKind, int]
    is_complete: bool

    @property
    def slipped(self) -> int:
        """How many ends moved to a later day."""
        return sum(1 for change in self.changes if (change.days or 0) > 0)

    @property
    def summary(self) -> str:
        """The counts in words, such as `2 new, 3 changed stage`."""
        words = {
            ChangeKind.CREATED: "new",
            ChangeKind.STAGE: "changed stage",
            ChangeKind.CASE: "business case steps",
        }
        parts = [f"{self.counts[kind]} {word}" for kind, word in words.items() if self.counts.get(kind)]
        if self.slipped:
            parts.append(f"{self.slipped} slipped")
        return ", ".join(parts)


def changes_since(since: datetime, *, actor: Actor, portfolio: Portfolio | None = None) -> RecentChanges:
    """News of the initiatives the actor may see, of one portfolio or of all; one query."""
    rows = list(_events(since, actor=actor, portfolio=portfolio)[: MOST + 1])
    found = tuple(change for row in rows[:MOST] for change in _changes(row))
    return RecentChanges(
        since=since,
        changes=found,
        counts=Counter(change.kind for change in found),
        is_complete=len(rows) <= MOST,
    )


def _events(since: datetime, *, actor: Actor, portfolio: Portfolio | None) -> Any:
    visible = Initiative.objects.permitted(actor).order_by()
    if portfolio is not None:
        visible = visible.filter(portfolio=portfolio)
    case = BusinessCase.objects.filter(pk=OuterRef("record_id")).order_by().values("initiative_id")
    about = Initiative.objects.filter(pk=OuterRef("about_id")).order_by()
    tables = [Initiative._meta.db_table, BusinessCase._meta.db_table]
    return (
        LedgerEvent.objects.filter(id__gt=_last_before(since), at__gte=since, table_name__in=tables)
        .exclude(operation="delete")
        .annotate(
            about_id=Case(
                When(table_name=tables[0], then=F("record_id")), default=Subquery(case), output_field=UUIDField()
            ),
        )
        .filter(about_id__in=visible.values("pk"))
        .annotate(
            about_key=Subquery(about.values("key")[:1]),
            about_title=Subquery(about.values("title")[:1]),
            actor_name=Subquery(User.objects.filter(pk=OuterRef("actor_id")).values("name")[:1]),
        )
        .order_by("-id")
    )


def _last_before(since: datetime) -> Any:
    """The last ledger row sealed before the moment: everything younger comes after it, so nothing older is read."""
    older = LedgerBlock.objects.filter(Q(sealed_at__lt=since)).order_by("-number").values("last_id")[:1]
    return Coalesce(Subquery(older, output_field=BigIntegerField()), Value(0, output_field=BigIntegerField()))


def _changes(row: Any) -> Iterator[Change]:
    content = json.loads(row.changes)
    before, after = content.get("before") or {}, content.get("after") or {}
    about = {
        "at": row.at,
        "actor_name": row.actor_name or "",
        "initiative_id": row.about_id,
        "initiative": f"{row.about_key} {row.about_title}",
    }
    if row.table_name == BusinessCase._meta.db_table:
        if "status" in after and after["status"] != CaseStatus.SUPERSEDED and row.operation == "update":
            yield Change(ChangeKind.CASE, f"Business case {CaseStatus(after['status']).label.lower()}", **about)
        return
    if row.operation == "insert":
        yield Change(ChangeKind.CREATED, "New", **about)
        return
    if "stage" in after:
        yield Change(ChangeKind.STAGE, f"{_stage(before.get('stage'))} → {_stage(after['stage'])}", **about)
    if after.get("end_on") and before.get("end_on"):
        days = (date.fromisoformat(after["end_on"]) - date.fromisoformat(before["end_on"])).days
        word = "later" if days > 0 else "earlier"
        yield Change(
            ChangeKind.DATES, f"Ends {abs(days)} day{'' if abs(days) == 1 else 's'} {word}", days=days, **about
        )


def _stage(value: Any) -> str:
    return Stage(value).label if value in Stage.values else str(value or "")
