"""Reads about one KPI: its newest observations."""

from portfolio.models import Kpi, KpiObservation


def newest_observations(kpi: Kpi, *, limit: int = 10) -> list[KpiObservation]:
    """The KPI's last observations, newest first."""
    return list(KpiObservation.objects.filter(kpi=kpi).order_by("-observed_at", "pk")[:limit])
