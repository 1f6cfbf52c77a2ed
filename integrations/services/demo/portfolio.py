"""The demo's portfolios, themes and tree of initiatives."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from integrations.services.demo.content import first_day_of_month, last_day_of_month, read, release_of
from integrations.services.demo.people import Cast
from portfolio.enums import InitiativeKind, InitiativeLevel, Visibility
from portfolio.models import Initiative, Portfolio, Theme
from portfolio.services.initiatives import create_initiative
from portfolio.services.portfolios import create_portfolio, share_portfolio
from portfolio.services.themes import create_theme
from tenancy.scope import named_action


def create_initiatives(cast: Cast, today: date) -> dict[str, Initiative]:
    """All initiatives by key, parents before children, each created by the product manager who leads it or its area."""
    content = read("portfolios")
    portfolios = _create_portfolios(cast, content["portfolio"])
    with cast.acting("director") as actor:
        themes = {row["name"]: create_theme(actor=actor, **row) for row in content["theme"]}
    initiatives: dict[str, Initiative] = {}
    for row in content["initiative"]:
        portfolio = portfolios[row["key"].partition("-")[0]]
        initiatives[row["key"]] = _create_initiative(row, portfolio, themes, initiatives, cast, today)
    _place_in_time(content["initiative"], initiatives)
    return initiatives


def _create_portfolios(cast: Cast, rows: list[dict[str, Any]]) -> dict[str, Portfolio]:
    portfolios = {}
    with cast.acting("owner") as actor:
        for row in rows:
            portfolio = create_portfolio(
                actor=actor,
                name=row["name"],
                key_prefix=row["key_prefix"],
                description=row["description"],
                visibility=row.get("visibility", Visibility.ORGANIZATION),
            )
            for handle in row.get("shared_with", ()):
                share_portfolio(portfolio, membership=cast.members[handle], actor=actor, may_change=True)
            portfolios[portfolio.key_prefix] = portfolio
    return portfolios


def _create_initiative(
    row: dict[str, Any],
    portfolio: Portfolio,
    themes: dict[str, Theme],
    known: dict[str, Initiative],
    cast: Cast,
    today: date,
) -> Initiative:
    dates: dict[str, Any] = {}
    if "months" in row:
        first, last = row["months"]
        end_on = last_day_of_month(today, last)
        start_on = first_day_of_month(today, first)
        dates = {"start_on": start_on, "end_on": end_on, "target_release": release_of(end_on)}
    with cast.acting("pm") as actor:
        return create_initiative(
            actor=actor,
            key=row["key"],
            title=row["title"],
            description=row["description"].strip(),
            portfolio=portfolio,
            theme=themes.get(row.get("theme", "")),
            parent=known[row["parent"]] if "parent" in row else None,
            level=row.get("level", InitiativeLevel.INITIATIVE),
            kind=row.get("kind", InitiativeKind.FEATURE),
            stage=row["stage"],
            owning_team=cast.teams.get(row.get("team", "")),
            lead=cast.members[row["lead"]] if "lead" in row else None,
            **dates,
        )


def _place_in_time(rows: list[dict[str, Any]], initiatives: dict[str, Initiative]) -> None:
    now = timezone.now()
    for row in rows:
        initiatives[row["key"]].stage_changed_at = now - timedelta(days=row["days_in_stage"])
    named_action("demo.loaded")
    Initiative.objects.bulk_update(initiatives.values(), ["stage_changed_at"])
