"""The portfolio's entries in the navigation, the palette and search."""

from collections.abc import Iterator

from core.web.choosers import register_chooser
from core.web.navigation import register_item, register_section
from core.web.palette import SearchHit, register_command, register_search
from core.web.tones import register_tones
from core.web.urls import tenant_url
from portfolio.hooks import waiting_for_me
from portfolio.selectors import search
from portfolio.web.audience_registration import register as register_audience
from portfolio.web.case_registration import register as register_cases
from portfolio.web.scoring_screens import rounds_waiting
from portfolio.web.spend_registration import register as register_spend
from tenancy.actor import Actor

_ITEMS = (
    ("Initiatives", "initiative", "bulb", ("bets", "epics", "features")),
    ("Portfolios", "portfolio", "briefcase", ("programs",)),
    ("Themes", "theme", "target", ("strategy", "goals")),
    ("Objectives", "objective", "trophy", ("okr", "goals", "key results")),
    ("Business cases", "business_case", "report-money", ("money", "npv", "irr", "roi")),
    ("KPIs", "kpi", "list-details", ("metrics", "targets")),
    ("Scoring rounds", "scoring_round", "trophy", ("rice", "wsjf", "prioritisation", "rank")),
    ("Scoring models", "scoring_model", "scale", ("rice", "wsjf", "factors")),
)
_NEW = (
    ("New initiative", "initiative", ("add", "idea")),
    ("New portfolio", "portfolio", ("add",)),
    ("New theme", "theme", ("add",)),
    ("New business case", "business_case", ("add", "npv", "roi")),
    ("New KPI", "kpi", ("add", "metric")),
    ("Open a scoring round", "scoring_round", ("add", "rate", "rice", "wsjf")),
    ("New scoring model", "scoring_model", ("add", "rice", "wsjf")),
)
_TONES = {
    "idea": "neutral",
    "discovery": "info",
    "validated": "info",
    "delivery": "accent",
    "alpha": "violet",
    "beta": "violet",
    "ga": "success",
    "operating": "success",
    "sunset": "neutral",
    "draft": "neutral",
    "submitted": "accent",
    "returned": "warning",
    "withdrawn": "neutral",
    "approved": "success",
    "superseded": "neutral",
    "restricted": "warning",
    "active": "success",
    "retired": "neutral",
}


def register() -> None:
    """Called once when the app is ready."""
    register_section("home", "Home", icon="home", order=10)
    register_item(
        "home",
        "Overview",
        "portfolio:home",
        icon="layout-dashboard",
        order=10,
        pages=("portfolio:home", "organization_home"),
    )
    register_section("portfolio", "Portfolio", icon="briefcase", order=20)
    for order, (label, noun, icon, words) in enumerate(_ITEMS, 1):
        register_item("portfolio", label, f"portfolio:{noun}_list", icon=icon, action=f"{noun}.view", order=order * 10)
        register_command(label, f"portfolio:{noun}_list", action=f"{noun}.view", keywords=words, icon=icon)
    register_item("portfolio", "Goals", "portfolio:goals", icon="flag", action="objective.view", order=35)
    register_command("Goals", "portfolio:goals", action="objective.view", keywords=("okr", "progress"), icon="flag")
    for label, noun, words in _NEW:
        register_command(label, f"portfolio:{noun}_create", action=f"{noun}.create", keywords=words, icon="plus")
    register_command(
        "New objective", "portfolio:objective_create", action="objective.create", keywords=("okr",), icon="plus"
    )
    register_command("Overview", "portfolio:home", keywords=("home", "dashboard"), icon="layout-dashboard")
    register_audience()
    register_cases()
    register_spend()
    waiting_for_me.register(rounds_waiting)
    register_search(find)
    register_tones(_TONES)
    _register_choosers()


def _register_choosers() -> None:
    register_chooser(
        "portfolio.Initiative",
        key="key",
        ordering=["title", "pk"],
        related=["portfolio"],
        note=lambda row: f"{row.get_stage_display()} · {row.portfolio}",
    )
    register_chooser(
        "portfolio.BusinessCase",
        ordering=["name", "pk"],
        related=["initiative"],
        note=lambda row: f"{row.initiative.key} · {row.get_status_display()}",
    )
    register_chooser(
        "portfolio.Kpi",
        key="key",
        ordering=["name", "pk"],
        related=["initiative"],
        note=lambda row: " · ".join(filter(None, [row.key, row.initiative and row.initiative.key])),
    )


def find(actor: Actor, text: str, limit: int) -> Iterator[SearchHit]:
    """Initiatives by key or title, portfolios and KPIs by name; only what the actor may see."""
    for initiative in search.initiatives_matching(actor, text, limit=limit):
        url = tenant_url(actor, "portfolio:initiative_detail", pk=initiative.pk)
        note = f"{initiative.get_stage_display()} · {initiative.portfolio}"
        yield SearchHit(str(initiative), note, url, "bulb", "Initiative")
    for portfolio in search.portfolios_matching(actor, text, limit=limit):
        url = tenant_url(actor, "portfolio:portfolio_detail", pk=portfolio.pk)
        yield SearchHit(portfolio.name, "", url, "briefcase", "Portfolio")
    for kpi in search.kpis_matching(actor, text, limit=limit):
        url = tenant_url(actor, "portfolio:kpi_detail", pk=kpi.pk)
        yield SearchHit(kpi.name, kpi.unit, url, "gauge", "KPI")
