"""Lists, records and forms of the portfolio's structure: portfolios, themes, initiatives."""

from typing import Any

from django.utils import timezone

from collaboration.enums import DocumentKind
from collaboration.selectors.documents import completeness_of
from collaboration.web.document_screens import documents_panel
from collaboration.web.record_fields import CustomFieldsScreenMixin
from core.web.crud import Column, FieldGroup, Panel, RecordAction, TenantCRUDView
from core.web.short_lists import short_list
from core.web.urls import tenant_url
from portfolio import hooks
from portfolio.enums import ALLOWED_TRANSITIONS, Stage, Visibility
from portfolio.filters import InitiativePageFilterSet, PortfolioFilterSet
from portfolio.models import Initiative, Portfolio, Theme
from portfolio.selectors import initiatives as initiative_reads
from portfolio.selectors import overview
from portfolio.selectors.money_rollups import money_of_theme
from portfolio.selectors.scoring import newest_score, scores_of_initiative
from portfolio.services import initiatives, portfolios, themes
from portfolio.web.formatting import months, status_badge
from portfolio.web.forms import InitiativeForm, PortfolioForm, ThemeForm
from portfolio.web.headline import headline, money_notes, pictures
from portfolio.web.scoring_figures import ranked_score, shown_score

# Why, how much, when, how risky, for whom; what comes from elsewhere and is not named here stands behind.
PANEL_ORDER = (
    "Why",
    "How much",
    "When",
    "Launches",
    "Evidence",
    "KPIs",
    "For whom",
    "AI cost and budget",
    "Documents",
    "External references",
)


class PortfolioScreen(TenantCRUDView):
    model = Portfolio
    icon = "briefcase"
    detail_template = "portfolio/portfolio_detail.html"
    intro = "Bodies of investment, each with its own audience."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("initiatives", "Initiatives", formatter="number"),
        "visibility",
        Column("key_prefix", "Key prefix", width="s"),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    ordering = ["name"]
    search_fields = ["name", "description"]
    filterset_class = PortfolioFilterSet
    form_class = PortfolioForm
    field_groups = [FieldGroup("About", ["description", "visibility", "key_prefix"], is_aside=True)]
    panels = [
        Panel("Shared with", "portfolio/_portfolio_shares.html", context="shares_panel", is_aside=True),
    ]
    record_actions = [
        RecordAction("Tree", "portfolio:portfolio_tree", icon="sitemap"),
        RecordAction("Share", "portfolio:portfolio_share", action="portfolio.share", icon="share"),
    ]
    empty_title = "No portfolios yet"
    empty_text = "A portfolio gathers the initiatives of one budget. Start with one; split it when audiences differ."

    def list_queryset(self) -> Any:
        return overview.with_initiative_count(super().list_queryset(), "portfolio", actor=self.actor)

    def perform_create(self, form: Any) -> Portfolio:
        return portfolios.create_portfolio(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Portfolio:
        return portfolios.change_portfolio(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Portfolio) -> None:
        portfolios.delete_portfolio(obj, actor=self.actor)

    def detail_context(self, obj: Portfolio) -> dict[str, Any]:
        now = timezone.now()
        top = headline(self.actor, now=now, portfolio=obj)
        return {**top, **pictures(self.actor, now=now, headline=top, portfolio=obj)}

    def shares_panel(self, obj: Portfolio) -> dict[str, Any]:
        # An open portfolio needs no grants, so nobody is asked for them.
        shares = portfolios.shared_with(obj) if obj.visibility == Visibility.RESTRICTED else []
        return {"shares": shares, "portfolio": obj, "may_share": self.may("share", obj)}


class ThemeScreen(TenantCRUDView):
    model = Theme
    icon = "target"
    intro = "Strategic directions that initiatives contribute to."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("initiatives", "Initiatives", formatter="number"),
        Column("description", "Description", width="xl"),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    ordering = ["name"]
    search_fields = ["name", "description"]
    form_class = ThemeForm
    field_groups = [FieldGroup("About", ["description"])]
    panels = [
        Panel("Money", "portfolio/_theme_money.html", context="money_panel"),
        Panel("Initiatives", "portfolio/_theme_initiatives.html", context="initiatives_panel"),
    ]
    empty_title = "No themes yet"
    empty_text = "A theme is a direction, such as trustworthy answers. It says why initiatives belong together."

    def list_queryset(self) -> Any:
        return overview.with_initiative_count(super().list_queryset(), "theme", actor=self.actor)

    def perform_create(self, form: Any) -> Theme:
        return themes.create_theme(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Theme:
        return themes.change_theme(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Theme) -> None:
        themes.delete_theme(obj, actor=self.actor)

    def money_panel(self, obj: Theme) -> dict[str, Any]:
        money = money_of_theme(obj, actor=self.actor)
        return {"money": money, "notes": money_notes(money)}

    def initiatives_panel(self, obj: Theme) -> dict[str, Any]:
        rows = Initiative.objects.permitted(self.actor).filter(theme=obj).select_related("lead__user")
        newest = rows.order_by("-updated_at", "pk")
        return {"initiatives": short_list(newest, self.actor, "portfolio:initiative_list", theme=obj.pk)}


class InitiativeScreen(CustomFieldsScreenMixin, TenantCRUDView):
    model = Initiative
    icon = "bulb"
    columns = [
        Column("title", "Title", sort=True, link=True, width="l"),
        Column("key", "Key", sort=True, width="s"),
        "stage",
        Column("kind", "Kind", sort=True, formatter="choice", width="s"),
        Column("level", "Level", sort=True, formatter="choice", is_default=False),
        Column("portfolio", "Portfolio", sort="portfolio__name", is_default=False),
        Column("theme", "Theme", sort="theme__name", width="m"),
        Column("owning_team", "Team", sort="owning_team__name", is_default=False),
        Column("lead", "Lead", accessor="lead.user", sort="lead__user__name", formatter="person"),
        Column("npv", "Value (NPV)", formatter="money", currency="npv_currency", is_compact=True),
        Column("score", "Score", formatter=ranked_score, align="end", sort=True),
        Column("target_release", "Target release", sort=True, is_default=False),
        Column("start_on", "Start", sort=True, formatter="date", is_default=False),
        Column("end_on", "End", sort=True, formatter="date", is_default=False),
        Column(
            "prd",
            "PRD",
            annotate=completeness_of(DocumentKind.PRD),
            sort=True,
            formatter="progress",
            width="s",
            is_default=False,
        ),
        Column(
            "strategy_memo",
            "Strategy memo",
            annotate=completeness_of(DocumentKind.STRATEGY_MEMO),
            sort=True,
            formatter="progress",
            width="s",
            is_default=False,
        ),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    list_select_related = detail_select_related = ["portfolio", "theme", "owning_team", "lead__user", "parent"]
    ordering = ["-updated_at"]
    search_fields = ["title", "key"]
    filterset_class = InitiativePageFilterSet
    form_class = InitiativeForm
    bulk_fields = ["kind", "theme", "owning_team", "lead", "target_release"]
    status_field = "stage"
    detail_template = "portfolio/initiative_detail.html"
    list_template = "portfolio/initiative_list.html"
    field_groups = [
        FieldGroup(
            "Facts",
            [
                Column("portfolio", "Portfolio", link=lambda obj: None),
                "theme",
                "kind",
                "level",
                "owning_team",
                Column("lead", "Lead", accessor="lead.user", formatter="person"),
                "target_release",
                Column("start_on", "Start", formatter="date"),
                Column("end_on", "End", formatter="date"),
            ],
            is_aside=True,
        ),
    ]
    panels = [
        Panel("Why", "portfolio/_initiative_why.html", context="why_panel"),
        Panel("How much", "portfolio/_initiative_money.html", context="money_panel"),
        Panel("KPIs", "portfolio/_initiative_kpis.html", context="kpis_panel"),
        Panel("Documents", "collaboration/_documents_panel.html", context="documents_panel"),
        Panel("Scores", "portfolio/_initiative_scores.html", context="scores_panel", is_aside=True),
        Panel("Below this", "portfolio/_initiative_children.html", context="children_panel", is_aside=True),
    ]
    empty_title = "No initiatives yet"
    empty_text = "An initiative is something you consider, build or run. Write down the idea; value and dates follow."

    def list_queryset(self) -> Any:
        return super().list_queryset().with_net_present_value().annotate(**newest_score())

    def list_context(self, page: Any) -> dict[str, Any]:
        """The tree is one portfolio's; the first one is shown, the others are a step away."""
        first = Portfolio.objects.permitted(self.actor).values_list("pk", flat=True).first()
        return {"tree_url": tenant_url(self.actor, "portfolio:portfolio_tree", pk=first) if first else ""}

    def perform_create(self, form: Any) -> Initiative:
        return initiatives.create_initiative(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Initiative:
        # The form offers to leave the key to us when creating; an emptied one keeps what it was.
        changes = {**form.cleaned_data, "key": form.cleaned_data["key"] or self.object.key}
        return initiatives.change_initiative(self.object, actor=self.actor, **changes)

    def perform_delete(self, obj: Initiative) -> None:
        initiatives.delete_initiative(obj, actor=self.actor)

    def perform_bulk_update(self, obj: Initiative, changes: dict[str, Any]) -> None:
        initiatives.change_initiative(obj, actor=self.actor, **self.bulk_changes(changes))

    def title(self, obj: Initiative) -> str:
        return obj.title

    def subtitle(self, obj: Initiative) -> str:
        return f"{obj.key} · {obj.get_kind_display()} · {obj.portfolio}"

    def detail_context(self, obj: Initiative) -> dict[str, Any]:
        """The way from idea to sunset, and what stands on it."""
        order = list(Stage)
        here = order.index(Stage(obj.stage))
        return {
            "steps": [
                {"stage": stage, "is_past": index < here, "is_here": index == here} for index, stage in enumerate(order)
            ],
            "may_change_stage": self.may("change_stage", obj) and bool(ALLOWED_TRANSITIONS[obj.stage]),
            "blockers": hooks.initiative_blockers.collect(initiative=obj, actor=self.actor),
            "ancestors": initiative_reads.ancestors_of(obj, actor=self.actor),
        }

    def shown_panels(self, obj: Initiative) -> list[dict[str, Any]]:
        """Our own panels and those of higher floors, in the order people ask."""
        others = hooks.initiative_panels.collect(initiative=obj, actor=self.actor)
        panels = super().shown_panels(obj) + [
            {"title": title, "template": template, "is_aside": False, "context": context}
            for title, template, context in others
        ]
        return sorted(panels, key=lambda panel: _place(panel["title"]))

    def why_panel(self, obj: Initiative) -> dict[str, Any]:
        return {"initiative": obj, "may_change": self.may("change", obj), "is_empty": not obj.description}

    def money_panel(self, obj: Initiative) -> dict[str, Any]:
        rows = initiative_reads.cases_of(obj, actor=self.actor)
        cases = short_list(rows, self.actor, "portfolio:business_case_list", initiative=obj.pk)
        return {
            "is_empty": not cases,
            "initiative": obj,
            "current": next((case for case in cases if case.is_current), None),
            "current_payback": next((months(case.payback_months) for case in cases if case.is_current), None),
            "cases": cases,
            "others": [case for case in cases if not case.is_current],
            "may_create": self.actor.can("business_case.create"),
        }

    def kpis_panel(self, obj: Initiative) -> dict[str, Any]:
        rows = initiative_reads.kpis_of(obj, actor=self.actor, now=timezone.now())
        kpis = short_list(rows, self.actor, "portfolio:kpi_list", initiative=obj.pk)
        return {
            "initiative": obj,
            "is_empty": not kpis,
            "kpis": kpis.each(lambda kpi: (kpi, status_badge(kpi.status, kpi, None))),
            "may_create": self.actor.can("kpi.create"),
        }

    def documents_panel(self, obj: Initiative) -> dict[str, Any]:
        shown = documents_panel(obj, actor=self.actor)
        return {**shown, "is_empty": not shown["documents"]}

    def scores_panel(self, obj: Initiative) -> dict[str, Any]:
        results = scores_of_initiative(obj, actor=self.actor)
        return {"scores": [(result, shown_score(result.score)) for result in results]}

    def children_panel(self, obj: Initiative) -> dict[str, Any]:
        rows = initiative_reads.children_of(obj, actor=self.actor)
        return {
            "initiative": obj,
            "children": short_list(rows, self.actor, "portfolio:initiative_list", parent=obj.pk),
            "may_create": self.may("create"),
        }


def _place(title: str) -> int:
    return PANEL_ORDER.index(title) if title in PANEL_ORDER else len(PANEL_ORDER)
