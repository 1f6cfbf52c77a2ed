"""Reads about targets of KPIs: the one in force on a day, and how they changed."""

from collections.abc import Sequence
from datetime import date

from portfolio.models import Kpi, KpiTarget
from tenancy.models import LedgerEvent
from tenancy.selectors.history import ReadableEvent, readable

CHANGES_SHOWN = 20


def target_on(targets: Sequence[KpiTarget], day: date) -> KpiTarget | None:
    """The target in force on the day, of all targets of one KPI in order of `valid_from`; None before the first."""
    return next((each for each in reversed(targets) if each.valid_from <= day), None)


def targets_of(kpi: Kpi) -> list[KpiTarget]:
    """All targets of the KPI in order of `valid_from`."""
    return list(KpiTarget.objects.filter(kpi=kpi).order_by("valid_from"))


def target_changes(kpi: Kpi, targets: Sequence[KpiTarget]) -> list[ReadableEvent]:
    """Who set, changed and removed targets of the KPI, when and why, newest first."""
    events = LedgerEvent.objects.filter(
        record_id__in=[kpi.pk, *(target.pk for target in targets)], action__startswith="kpi_target."
    )
    return readable(events.order_by("-id")[:CHANGES_SHOWN])
