"""What the home page and a portfolio's dashboard have in common: the figures on top and the pictures below."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core.web.bubbles import Point
from core.web.urls import tenant_url
from portfolio.enums import KpiStatus, SpendStatus
from portfolio.models import Portfolio
from portfolio.selectors import dashboard, money_rollups, overview
from portfolio.selectors.recent_changes import changes_since
from tenancy.actor import Actor

NEWS_DAYS = 7
NEWS_SHOWN = 6
_SPEND_TONES = {SpendStatus.OVER: "danger", SpendStatus.UNDER: "warning", SpendStatus.WITHIN: "success"}


def headline(actor: Actor, *, now: datetime, portfolio: Portfolio | None = None) -> dict[str, Any]:
    """Money, KPIs by status and initiatives by stage, of one portfolio or of all the actor sees."""
    kpis = overview.kpi_counts(actor, now=now, portfolio=portfolio)
    money = _money(actor, portfolio)
    threshold = money_rollups.guardrails(actor).threshold_of(portfolio.pk if portfolio else None)
    initiatives_url = tenant_url(actor, "portfolio:initiative_list")
    kpis_url = tenant_url(actor, "portfolio:kpi_list")
    return {
        "money": money,
        "notes": money_notes(money),
        "threshold": threshold,
        "spend_tone": _SPEND_TONES.get(money_rollups.spend_status(money, threshold), ""),
        "stages": overview.stage_counts(actor, portfolio=portfolio),
        "list_url": f"{initiatives_url}?{f'portfolio={portfolio.pk}&' if portfolio else ''}",
        "initiatives_url": initiatives_url,
        "kpis_url": kpis_url,
        "kpis": kpis,
        "kpis_on_track": f"{kpis[KpiStatus.ON_TRACK]} of {sum(kpis.values())}",
        "kpis_note": _kpis_note(kpis),
        "kpis_tone": "danger" if kpis[KpiStatus.OFF_TRACK] else "",
    }


def pictures(actor: Actor, *, now: datetime, headline: dict[str, Any], portfolio: Portfolio | None) -> dict[str, Any]:
    """Value against risk, overruns, and what happened in the last week."""
    news = changes_since(now - timedelta(days=NEWS_DAYS), actor=actor, portfolio=portfolio)
    return {
        "points": [_point(actor, position) for position in dashboard.positions(actor, portfolio=portfolio)],
        "overruns": dashboard.overruns(actor, threshold=headline["threshold"], portfolio=portfolio),
        "news": news,
        "news_shown": news.changes[:NEWS_SHOWN],
        "ledger_url": f"{tenant_url(actor, 'tenancy:ledger')}?since={news.since:%Y-%m-%d}"
        if actor.can("ledger.view")
        else "",
        "currency": actor.organization.currency,
    }


def _money(actor: Actor, portfolio: Portfolio | None) -> money_rollups.MoneyFigures:
    if portfolio is None:
        return money_rollups.money_of_organization(actor)
    return money_rollups.money_of_portfolio(portfolio, actor=actor)


def money_notes(money: money_rollups.MoneyFigures) -> dict[str, str]:
    """What stands small below each figure, as plain text."""
    cases = f"{money.cases} approved case{'' if money.cases == 1 else 's'}" if money.cases else "No approved case yet"
    gaps = [(money.unvalued, "not valued"), (money.unconverted, "without an exchange rate")]
    rate, realised = money.variance_rate, money.realised_roi
    return {
        "cases": ", ".join([cases, *(f"{count} {words}" for count, words in gaps if count)]),
        "realised": "" if realised is None else f"{_signed(realised)} return so far",
        "variance": "" if rate is None else f"{abs(rate):.1%} {'over' if rate > 0 else 'under'} the budget",
        "benefit": _share(money.actual_benefit, money.plan_benefit),
    }


def _signed(rate: Decimal) -> str:
    return f"{rate:.0%}".replace("-", "\N{MINUS SIGN}")


def _share(realised: Decimal | None, planned: Decimal | None) -> str:
    return "" if realised is None or not planned else f"{realised / planned:.0%} of the whole plan"


def _kpis_note(kpis: dict[str, int]) -> str:
    silent = kpis[KpiStatus.STALE] + kpis[KpiStatus.UNKNOWN]
    parts = [(kpis[KpiStatus.OFF_TRACK], "off track"), (silent, "without news")]
    return ", ".join(f"{count} {words}" for count, words in parts if count) or "all on track"


def _point(actor: Actor, position: dashboard.Position) -> Point:
    return Point(
        label=position.title,
        x=round(position.risk * 100, 1),
        y=position.value,
        size=position.cost,
        group=position.stage.label,
        url=tenant_url(actor, "portfolio:initiative_detail", pk=position.initiative_id),
        note=f"{position.key}, {position.risk:.0%} risk of a loss",
    )
