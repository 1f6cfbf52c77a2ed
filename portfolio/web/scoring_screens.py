"""Lists, records and forms of scoring models and rounds."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery

from core.web.crud import Column, FieldGroup, Panel, RecordAction, TenantCRUDView
from core.web.formatting import badge, day_text
from core.web.short_lists import short_list
from core.web.urls import tenant_url
from portfolio.enums import ScoringModelStatus
from portfolio.filters.scoring import ScoringModelFilterSet, ScoringRoundFilterSet
from portfolio.hooks import WaitingEntry
from portfolio.models import ScoreFactor, ScoringItem, ScoringModel, ScoringRound
from portfolio.permissions import is_organizer, may_rate
from portfolio.selectors import scoring as reads
from portfolio.selectors.scoring_progress import RoundToRate, rating_progress, rounds_to_rate
from portfolio.services import scoring_models, scoring_rounds
from portfolio.web.factor_grid import FactorGrid
from portfolio.web.rating_grid import RatingGrid
from portfolio.web.scoring_figures import agreement_of, shown_results, shown_score, start_of
from portfolio.web.scoring_forms import ScoringModelForm, ScoringRoundChangeForm, ScoringRoundForm
from tenancy.actor import Actor
from tenancy.enums import Function, Role


class ScoringModelScreen(TenantCRUDView):
    model = ScoringModel
    icon = "scale"
    intro = "The methods by which initiatives are ranked. Once a round uses a revision, a change makes the next one."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("framework", "Framework", sort=True, formatter="choice"),
        Column("revision", "Revision", formatter="number"),
        "status",
        Column("description", "Description", width="xl", is_default=False),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    ordering = ["name"]
    search_fields = ["name", "description"]
    filterset_class = ScoringModelFilterSet
    form_class = ScoringModelForm
    form_intro = "A new model starts with the factors of its framework; change them afterwards."
    status_field = "status"
    detail_template = "portfolio/scoring_model_detail.html"
    field_groups = [FieldGroup("About", ["description", "framework", "formula", "revision"], is_aside=True)]
    panels = [
        Panel("Factors", "portfolio/_scoring_factors.html", context="factors_panel"),
        Panel("Try it", "portfolio/_scoring_trial.html", context="trial_panel"),
        Panel("Rounds", "portfolio/_scoring_model_rounds.html", context="rounds_panel", is_aside=True),
        Panel("Revisions", "portfolio/_scoring_revisions.html", context="revisions_panel", is_aside=True),
    ]
    record_actions = [
        RecordAction("Edit factors", "portfolio:scoring_model_factors", action="scoring_model.change", icon="pencil"),
        RecordAction(
            "Retire",
            "portfolio:scoring_model_retire",
            action="scoring_model.change",
            icon="archive",
            method="post",
            confirm="Retire this scoring model? No further round can use it.",
            condition=lambda obj: obj.status == ScoringModelStatus.ACTIVE,
        ),
        RecordAction(
            "Reactivate",
            "portfolio:scoring_model_reactivate",
            action="scoring_model.change",
            icon="refresh",
            method="post",
            condition=lambda obj: obj.status == ScoringModelStatus.RETIRED,
        ),
    ]
    empty_title = "No scoring models yet"
    empty_text = "RICE, WSJF, a weighted sum or a formula of your own: the same questions for every initiative."

    def list_queryset(self) -> Any:
        return super().list_queryset().newest()

    def perform_create(self, form: Any) -> ScoringModel:
        return scoring_models.create_scoring_model(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> ScoringModel:
        return scoring_models.change_scoring_model(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: ScoringModel) -> None:
        scoring_models.delete_scoring_model(obj, actor=self.actor)

    def title(self, obj: ScoringModel) -> str:
        return obj.name

    def subtitle(self, obj: ScoringModel) -> str:
        return f"{obj.get_framework_display()} · revision {obj.revision}"

    def factors_panel(self, obj: ScoringModel) -> dict[str, Any]:
        factors = ScoreFactor.objects.filter(model=obj)
        return {"factors": [(factor, _raters(factor)) for factor in factors], "scoring_model": obj}

    def trial_panel(self, obj: ScoringModel) -> dict[str, Any]:
        grid = FactorGrid.of(scoring_models.factor_inputs(obj), blank=0)
        return {"trial_rows": grid.rows, "scoring_model": obj, "trial": None}

    def rounds_panel(self, obj: ScoringModel) -> dict[str, Any]:
        rounds = ScoringRound.objects.permitted(self.actor).filter(model=obj)
        shown = short_list(rounds, self.actor, "portfolio:scoring_round_list", model=obj.pk)
        return {"rounds": shown, "may_open": self.actor.can("scoring_round.create"), "scoring_model": obj}

    def revisions_panel(self, obj: ScoringModel) -> dict[str, Any]:
        return {"revisions": ScoringModel.objects.filter(key=obj.key).order_by("-revision"), "scoring_model": obj}


def _raters(factor: ScoreFactor) -> str:
    """Who may rate the factor, in words; empty for everybody."""
    roles = ", ".join(Role(role).label for role in factor.rater_roles)
    functions = ", ".join(Function(function).label for function in factor.rater_functions)
    return " in ".join(filter(None, [roles, functions]))


def _round_state(obj: ScoringRound) -> str:
    if obj.is_open:
        return badge("Open", "info")
    return badge("Closed", "success") if obj.computed_at else badge("Being scored", "neutral")


class ScoringRoundScreen(TenantCRUDView):
    model = ScoringRound
    icon = "trophy"
    intro = "Initiatives rated together. Ratings are secret until the round closes, and frozen from then on."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("closed_at", "State", formatter=lambda value, obj, column: _round_state(obj)),
        Column("model", "Scoring model", accessor="model.name", sort="model__name", width="m"),
        Column("portfolio", "Portfolio", sort="portfolio__name", width="m"),
        Column("items", "Initiatives", formatter="number"),
        Column("due_on", "Due", sort=True, formatter="date", width="s"),
        Column("opened_at", "Opened", sort=True, formatter="ago", width="s"),
        Column("organizer", "Organizer", accessor="organizer.user", formatter="person", is_default=False),
    ]
    list_select_related = detail_select_related = ["model", "portfolio", "organizer__user"]
    ordering = ["-opened_at"]
    search_fields = ["name"]
    filterset_class = ScoringRoundFilterSet
    form_class = ScoringRoundForm
    detail_template = "portfolio/scoring_round_detail.html"
    record_actions = [
        RecordAction(
            "Close round",
            "portfolio:scoring_round_close",
            action="scoring_round.close",
            icon="lock",
            method="post",
            tone="primary",
            confirm="Close the round? Everybody will see all ratings, and nobody can change them any more.",
            condition=lambda obj: obj.is_open,
        ),
    ]
    empty_title = "No scoring rounds yet"
    empty_text = "Choose a scoring model and a portfolio; everybody rates on their own, then compare."

    def list_queryset(self) -> Any:
        counts = ScoringItem.objects.filter(round=OuterRef("pk")).order_by().values("round").annotate(n=Count("pk"))
        return super().list_queryset().annotate(items=Subquery(counts.values("n")))

    def get_form_class(self) -> Any:
        return ScoringRoundForm if self.operation == "create" else ScoringRoundChangeForm

    def perform_create(self, form: Any) -> ScoringRound:
        return scoring_rounds.open_round(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> ScoringRound:
        return scoring_rounds.change_round(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: ScoringRound) -> None:
        scoring_rounds.delete_round(obj, actor=self.actor)

    def may(self, verb: str, obj: Any = None) -> bool:
        """An open round is its organizer's to change; a closed one nobody's."""
        if obj is not None and verb in ("change", "delete") and not (obj.is_open and is_organizer(obj, self.actor)):
            return False
        return super().may(verb, obj)

    def shown_actions(self, obj: ScoringRound) -> Any:
        return super().shown_actions(obj) if is_organizer(obj, self.actor) else []

    def badges(self, obj: ScoringRound) -> list[str]:
        return [_round_state(obj)]

    def subtitle(self, obj: ScoringRound) -> str:
        parts = [obj.model.name, str(obj.portfolio or "All open portfolios")]
        if obj.normalisation != "none":
            parts.append(f"normalised: {obj.get_normalisation_display().lower()}")
        return " · ".join(parts)

    def detail_context(self, obj: ScoringRound) -> dict[str, Any]:
        if self.request.GET.get("tab") or not hasattr(obj, "model"):
            return {}
        return rating_context(self.request, obj) if obj.is_open else results_context(self.request, obj)


def rating_context(request: Any, obj: ScoringRound, *, grid: RatingGrid | None = None) -> dict[str, Any]:
    """The table one rates in, who has rated how much, and for the organizer where initiatives stand."""
    actor = request.actor
    factors = reads.factors_of_round(obj)
    mine = [factor for factor in factors if may_rate(factor, actor)] if actor.can("score_rating.create") else []
    shown = grid or RatingGrid(reads.own_rows(obj, actor=actor), mine, page=page_of(request))
    context = {
        "round": obj,
        "factors": factors,
        "grid": shown,
        "may_rate": bool(mine),
        "missing": [factor for factor in factors if factor not in mine],
        "progress": rating_progress(obj),
        "item_count": ScoringItem.objects.filter(round=obj).count(),
    }
    if actor.can("scoring_round.close") and is_organizer(obj, actor):
        context["preview"] = _named_preview(obj, actor)
    return context


def _named_preview(obj: ScoringRound, actor: Any) -> list[dict[str, Any]]:
    rows = [row for row in reads.organizer_preview(obj, actor=actor) if row.rank is not None]
    items = ScoringItem.objects.filter(round=obj, initiative__in=[row.initiative for row in rows[:10]])
    initiatives = {item.initiative_id: item.initiative for item in items.select_related("initiative")}
    return [
        {"rank": row.rank, "initiative": initiatives[row.initiative], "score": shown_score(row.score)}
        for row in rows[:10]
    ]


def results_context(request: Any, obj: ScoringRound) -> dict[str, Any]:
    """Ranks, bars, agreement and disagreement of a closed round."""
    order = request.GET.get("order", "rank")
    factors = reads.factors_of_round(obj)
    rows, zero = shown_results(reads.result_rows(obj, actor=request.actor, order=order))
    return {
        "round": obj,
        "factors": factors,
        "legend": [(index, factor.name) for index, factor in enumerate(factors)],
        "start": start_of(rows),
        "results": rows,
        "zero": zero,
        "order": order,
        "orders": [("rank", "Rank"), ("spread", "Disagreement"), ("title", "Name")],
        "agreement": agreement_of(obj, factors),
    }


def page_of(request: Any) -> int:
    """The page of the rating table the address asks for; 1 when it makes no sense."""
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def rounds_waiting(*, actor: Actor) -> list[WaitingEntry]:
    """Open rounds in which the person still has to rate, those due first at the top."""
    return [
        WaitingEntry(
            title=f"Rate {row.round.name}",
            note=_waiting_note(row),
            url=tenant_url(actor, "portfolio:scoring_round_detail", pk=row.round.pk),
            since=row.round.opened_at,
        )
        for row in rounds_to_rate(actor)
    ]


def _waiting_note(row: RoundToRate) -> str:
    parts = [row.round.model.name, f"{row.given} of {row.asked} answers given"]
    if row.round.due_on:
        parts.append(f"due {day_text(row.round.due_on)}")
    return " \N{MIDDLE DOT} ".join(parts)
