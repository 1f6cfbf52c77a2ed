"""Targets that moved: how many target releases of imported history, by how many releases, and for which teams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum

from roadmap.enums import RELEASE_FIELDS, STAGE_TARGETS, HistoryField
from roadmap.models import PlanHistoryEntry
from tenancy.actor import Actor

NO_TEAM = "No team"


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """Moves of target releases of one team (or one kind of target).

    `changes` are all entries that replaced one release by another; `later`, `earlier` and `same` (written in another
    way) are those that can be counted in releases. `releases` adds the later ones up, `records` counts what they are
    about. `added`, `removed` and `unclear` are entries in which one side, or both, named no release.
    """

    label: str
    later: int
    earlier: int
    same: int
    releases: int
    worst: int
    added: int
    removed: int
    unclear: int
    records: int

    @property
    def moved(self) -> int:
        """Changes from one release to another."""
        return self.later + self.earlier

    @property
    def mean_releases(self) -> float | None:
        return self.releases / self.later if self.later else None


@dataclass(frozen=True, slots=True)
class TargetSlippage:
    """Imported history of target releases: in all, by team, by kind of target, and by number of releases."""

    total: TargetGroup
    by_team: Sequence[TargetGroup]
    by_target: Sequence[TargetGroup]
    by_distance: Sequence[tuple[int, int]]
    first_at: datetime | None
    last_at: datetime | None

    @property
    def is_empty(self) -> bool:
        return self.first_at is None


def target_slippage(
    actor: Actor, *, fields: Sequence[str] = STAGE_TARGETS, since: date | None = None, system: str = ""
) -> TargetSlippage:
    """How many target releases moved, by how many releases and for which teams; four queries.

    A target is counted for the team that owned it when it moved.
    """
    rows = PlanHistoryEntry.objects.permitted(actor).filter(field__in=fields).order_by()
    if since is not None:
        rows = rows.filter(changed_at__date__gte=since)
    if system:
        rows = rows.filter(system=system)
    whole = rows.aggregate(**_counts(), first_at=Min("changed_at"), last_at=Max("changed_at"))
    by_team = [_group(row["team_name"] or NO_TEAM, row) for row in rows.values("team_name").annotate(**_counts())]
    labels = dict(HistoryField.choices)
    by_target = {row["field"]: row for row in rows.values("field").annotate(**_counts())}
    distances = rows.exclude(releases_moved=None).exclude(releases_moved=0).values("releases_moved")
    return TargetSlippage(
        total=_group("All", whole),
        by_team=sorted(by_team, key=lambda group: (-group.later, group.label)),
        by_target=[_group(labels[field], by_target[field]) for field in RELEASE_FIELDS if field in by_target],
        by_distance=sorted((row["releases_moved"], row["count"]) for row in distances.annotate(count=Count("pk"))),
        first_at=whole["first_at"],
        last_at=whole["last_at"],
    )


def _counts() -> dict[str, Any]:
    later = Q(releases_moved__gt=0)
    unknown = Q(releases_moved=None)
    return {
        "later": Count("pk", filter=later),
        "earlier": Count("pk", filter=Q(releases_moved__lt=0)),
        "same": Count("pk", filter=Q(releases_moved=0)),
        "worst": Max("releases_moved", filter=later),
        "added": Count("pk", filter=unknown & Q(old_value="") & ~Q(new_value="")),
        "removed": Count("pk", filter=unknown & ~Q(old_value="") & Q(new_value="")),
        "unclear": Count("pk", filter=unknown & ~Q(old_value="") & ~Q(new_value="")),
        "releases": Sum("releases_moved", filter=later),
        "records": Count("external_id", distinct=True, filter=later),
    }


def _group(label: str, row: dict[str, Any]) -> TargetGroup:
    return TargetGroup(
        label=label,
        **{name: row[name] or 0 for name in ("later", "earlier", "same", "releases", "worst")},
        **{name: row[name] for name in ("added", "removed", "unclear", "records")},
    )
