"""Plans as plain data for one kind of reader; what the reader may not know is not even asked of the database."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from portfolio.enums import Stage
from roadmap.calc.plan import (
    QUARTER,
    Plan,
    PlanDependency,
    PlanGroup,
    PlanItem,
    PlanMilestone,
    coarser,
    first_day,
    horizon_of,
    last_day,
)
from roadmap.enums import Audience, ItemStatus, MilestoneKind, PublishedField
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.selectors.dependencies import violations
from roadmap.selectors.groupings import Lanes
from tenancy.actor import Actor

_STATUS_LABELS: dict[str, str] = dict(ItemStatus.choices)
_STAGE_LABELS: dict[str, str] = dict(Stage.choices)
_MILESTONE_LABELS: dict[str, str] = dict(MilestoneKind.choices)
_ALWAYS = ("pk", "title", "start_on", "end_on", "date_precision", "status", "position")
# The column behind each field a reader may be allowed.
_COLUMNS: dict[str, Any] = {
    PublishedField.PROGRESS: F("progress"),
    PublishedField.CONFIDENCE: F("confidence"),
    PublishedField.TEAM: Coalesce(F("owning_team__name"), F("initiative__owning_team__name")),
    PublishedField.LANE: F("lane"),
    PublishedField.THEME: F("initiative__theme__name"),
    PublishedField.INITIATIVE: F("initiative__title"),
    PublishedField.STAGE: F("initiative__stage"),
    PublishedField.RELEASE: F("release__name"),
    PublishedField.EXTERNAL_PARTY: F("external_party"),
    PublishedField.DESCRIPTION: F("description"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: whose rights count, which fields are told, how much of the dates.

    `rounds_dates` makes dates as coarse as people meant them; without it the stored days are told. Only an insider
    is told which dependencies the dates contradict.
    """

    actor: Actor
    fields: frozenset[str]
    audience: str = Audience.FULL
    is_insider: bool = False
    rounds_dates: bool = True


def insider(actor: Actor) -> Reader:
    """A member of the organization, who is told everything they may see."""
    return Reader(actor, frozenset(PublishedField.values), is_insider=True, rounds_dates=False)


def plan_for(
    reader: Reader,
    roadmap: Roadmap,
    *,
    items: QuerySet[RoadmapItem],
    lanes: Lanes | None,
    today: date,
    filter_text: str = "",
) -> Plan:
    """The chosen items of the roadmap as the reader may know them; `items` may hold more than the reader may see."""
    rows = _rows(reader, roadmap, items, lanes)
    dependencies = _dependencies(reader, roadmap, {row["pk"] for row in rows})
    waits_for = _titles_waited_for(dependencies, rows)
    told = [(row["told_group"], _item(reader, row, lanes, waits_for.get(row["pk"], ()), today)) for row in rows]
    if not reader.is_insider:
        told.sort(key=lambda each: _chronological(each[1]))
    return Plan(
        title=one_line(roadmap.name),
        organization=one_line(reader.actor.organization.name),
        as_of=today,
        groups=tuple(_groups(told, lanes)),
        milestones=tuple(_milestones(reader, roadmap)),
        dependencies=tuple(edge for edge, _, _ in dependencies),
        fields=reader.fields,
        grouping_label=one_line(lanes.label) if lanes else "",
        filter_text=one_line(filter_text),
    )


def one_line(text: str) -> str:
    """The text without control characters and line breaks: a title that fits any file."""
    kept = (" " if unicodedata.category(character) == "Cc" else character for character in text)
    return " ".join("".join(kept).split())


def _paragraphs(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(one_line(line) for line in lines).strip()


def _rows(reader: Reader, roadmap: Roadmap, items: QuerySet[RoadmapItem], lanes: Lanes | None) -> list[dict[str, Any]]:
    told = {f"told_{name}": column for name, column in _COLUMNS.items() if name in reader.fields}
    # A field the reader is not told groups nothing.
    is_grouped = lanes is not None and (reader.is_insider or lanes.key in reader.fields)
    told["told_group"] = lanes.column if lanes is not None and is_grouped else Value(None, CharField())
    visible = RoadmapItem.objects.permitted(reader.actor).filter(roadmap=roadmap, pk__in=items.order_by().values("pk"))
    ordered = visible.order_by("position", F("start_on").asc(nulls_last=True), "title", "id")
    return list(ordered.annotate(**told).values(*_ALWAYS, *told))


def _item(
    reader: Reader, row: dict[str, Any], lanes: Lanes | None, waits_for: tuple[str, ...], today: date
) -> PlanItem:
    start_on, end_on, precision = _dates(reader, row["start_on"], row["end_on"], row["date_precision"])
    tells_status = PublishedField.STATUS in reader.fields
    return PlanItem(
        uid=uid_of(row["pk"]),
        title=one_line(row["title"]),
        group=one_line(lanes.name(row["told_group"])) if lanes and row["told_group"] else "",
        start_on=start_on,
        end_on=end_on,
        precision=precision,
        horizon=horizon_of(row["start_on"], row["end_on"], status=row["status"], today=today),
        status=row["status"] if tells_status else None,
        status_label=_STATUS_LABELS[row["status"]] if tells_status else None,
        progress=_fraction(row, PublishedField.PROGRESS),
        confidence=_fraction(row, PublishedField.CONFIDENCE),
        team=_text(row, PublishedField.TEAM),
        lane=_text(row, PublishedField.LANE),
        theme=_text(row, PublishedField.THEME),
        initiative=_text(row, PublishedField.INITIATIVE),
        stage=_STAGE_LABELS.get(row.get("told_stage") or ""),
        release=_text(row, PublishedField.RELEASE),
        external_party=_text(row, PublishedField.EXTERNAL_PARTY),
        description=_paragraphs(row.get("told_description") or "") or None,
        waits_for=waits_for,
    )


def uid_of(key: UUID) -> str:
    """A name for a row that outsiders may keep: always the same, and it does not tell the id."""
    return salted_hmac("roadmap.plan_reading", str(key), algorithm="sha256").hexdigest()[:32]


def _text(row: dict[str, Any], field: str) -> str | None:
    return one_line(row.get(f"told_{field}") or "") or None


def _fraction(row: dict[str, Any], field: str) -> float | None:
    value: Decimal | None = row.get(f"told_{field}")
    return None if value is None else float(value)


def _dates(
    reader: Reader, start_on: date | None, end_on: date | None, precision: str
) -> tuple[date | None, date | None, str]:
    if reader.audience == Audience.NO_DATES or start_on is None or end_on is None:
        return None, None, precision
    if reader.audience == Audience.QUARTERS_ONLY:
        precision = coarser(precision, QUARTER)
    elif not reader.rounds_dates:
        return start_on, end_on, precision
    return first_day(start_on, precision), last_day(end_on, precision), precision


def _groups(told: Sequence[tuple[str | None, PlanItem]], lanes: Lanes | None) -> Iterator[PlanGroup]:
    """The items by lane; without lanes, and where none has a value, in one group without a name."""
    if lanes is None or not any(value for value, _ in told):
        if told:
            yield PlanGroup("", tuple(item for _, item in told))
        return
    for name, inside in lanes.split(told, lambda each: each[0]):
        yield PlanGroup(one_line(name), tuple(item for _, item in inside))


def _chronological(item: PlanItem) -> tuple[date, date, str]:
    return item.start_on or date.max, item.end_on or date.max, item.title.casefold()


def _milestones(reader: Reader, roadmap: Roadmap) -> Iterator[PlanMilestone]:
    if PublishedField.MILESTONES not in reader.fields:
        return
    rows = Milestone.objects.permitted(reader.actor).filter(roadmap=roadmap).values("pk", "title", "due_on", "kind")
    order = "title" if reader.audience == Audience.NO_DATES else "due_on"
    for row in rows.order_by(order, "title", "id"):
        _, on, precision = _dates(reader, row["due_on"], row["due_on"], "day")
        yield PlanMilestone(
            uid_of(row["pk"]), one_line(row["title"]), _MILESTONE_LABELS[row["kind"]], on=on, precision=precision
        )


def _dependencies(reader: Reader, roadmap: Roadmap, shown: set[UUID]) -> list[tuple[PlanDependency, UUID, UUID]]:
    """Those between two shown items, with both ids."""
    if PublishedField.DEPENDENCIES not in reader.fields:
        return []
    rows = Dependency.objects.permitted(reader.actor).touching(roadmap.pk).select_related("predecessor", "successor")
    inside = [row for row in rows.order_by("id") if row.predecessor_id in shown and row.successor_id in shown]
    broken = {each.dependency_id for each in violations(inside)} if reader.is_insider else set()
    return [
        (
            PlanDependency(
                uid_of(row.predecessor_id), uid_of(row.successor_id), row.kind, row.lag_days, row.pk in broken
            ),
            row.predecessor_id,
            row.successor_id,
        )
        for row in inside
    ]


def _titles_waited_for(
    dependencies: list[tuple[PlanDependency, UUID, UUID]], rows: list[dict[str, Any]]
) -> dict[UUID, tuple[str, ...]]:
    titles = {row["pk"]: one_line(row["title"]) for row in rows}
    found: dict[UUID, list[str]] = {}
    for _, predecessor, successor in dependencies:
        found.setdefault(successor, []).append(titles[predecessor])
    return {successor: tuple(sorted(names, key=str.casefold)) for successor, names in found.items()}
