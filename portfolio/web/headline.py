"""The figures at the top of the home page and of a portfolio's page."""

from datetime import datetime
from typing import Any

from core.web.urls import tenant_url
from portfolio.enums import KpiStatus
from portfolio.models import Portfolio
from portfolio.selectors import overview
from tenancy.actor import Actor


def headline(actor: Actor, *, now: datetime, portfolio: Portfolio | None = None) -> dict[str, Any]:
    """Value, KPIs by status and initiatives by stage, of one portfolio or of all the actor sees."""
    kpis = overview.kpi_counts(actor, now=now, portfolio=portfolio)
    initiatives_url = tenant_url(actor, "portfolio:initiative_list")
    kpis_url = tenant_url(actor, "portfolio:kpi_list")
    off_track, silent = kpis[KpiStatus.OFF_TRACK], kpis[KpiStatus.STALE] + kpis[KpiStatus.UNKNOWN]
    # The list of KPIs knows no portfolio, so tiles of one portfolio do not link to it.
    kpi_list = f"{kpis_url}?status=" if portfolio is None else ""
    return {
        "value": overview.portfolio_value(actor, portfolio=portfolio),
        "stages": overview.stage_counts(actor, portfolio=portfolio),
        "list_url": f"{initiatives_url}?{f'portfolio={portfolio.pk}&' if portfolio else ''}",
        "initiatives_url": initiatives_url,
        "kpis_url": kpis_url,
        "kpis": kpis,
        "kpis_silent": silent,
        "kpis_silent_note": f"{kpis[KpiStatus.STALE]} stale, {kpis[KpiStatus.UNKNOWN]} unknown",
        "off_track_note": "miss their target" if off_track else "none",
        "off_track_tone": "danger" if off_track else "",
        "kpis_on_track_url": f"{kpi_list}on_track" if kpi_list else "",
        "kpis_off_track_url": f"{kpi_list}off_track" if kpi_list else "",
        "kpis_silent_url": f"{kpi_list}stale&status=unknown" if kpi_list else "",
    }
