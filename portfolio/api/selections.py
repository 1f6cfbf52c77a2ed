"""REST of portfolio selection: setup, search, results, comparison."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject

from portfolio.api.selection_serializers import (
    CompareSerializer,
    ComparisonSerializer,
    LimitsSerializer,
    MadeRecordSerializer,
    PlanNameSerializer,
    RulesSerializer,
    SelectionCandidateSerializer,
    SelectionChoiceSerializer,
    SelectionResourceSerializer,
    SelectionResultSerializer,
    SelectionRunSerializer,
    SelectionSetupSerializer,
    UnitsSerializer,
)
from portfolio.filters.selections import (
    SelectionCandidateFilterSet,
    SelectionChoiceFilterSet,
    SelectionResourceFilterSet,
    SelectionResultFilterSet,
    SelectionRunFilterSet,
)
from portfolio.models import (
    SelectionCandidate,
    SelectionChoice,
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionResource,
    SelectionResult,
    SelectionRun,
)
from portfolio.models.selection_enums import SelectionRule
from portfolio.selectors import selections as reads
from portfolio.services import selection_more, selection_setup, selection_solving, selections
from portfolio.services.selection_plans import plan_selection
from portfolio.services.selection_setup import AmountsInput
from tenancy.api.actions import collection_action, record_action
from tenancy.api.serializers import JobSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet
from tenancy.models import Job


class SelectionRunViewSet(TenantViewSet):
    """Selections: the most valuable set of initiatives that fits budgets and teams."""

    model = SelectionRun
    serializer_class = SelectionRunSerializer
    filterset_class = SelectionRunFilterSet
    search_fields = ("name",)
    ordering = ("-updated_at",)
    ordering_fields = ("updated_at", "name")

    def get_queryset(self) -> Any:
        return super().get_queryset().with_result()

    def perform_create(self, serializer: Any) -> SelectionRun:
        return selections.create_selection(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> SelectionRun:
        changes = {name: value for name, value in serializer.validated_data.items() if name != "currency"}
        return selections.change_selection(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: SelectionRun) -> None:
        selections.delete_selection(instance, actor=self.actor)

    @record_action("selection_run.view", methods=["get"], output_serializer=SelectionSetupSerializer)
    def setup(self, instance: SelectionRun, data: dict[str, Any]) -> dict[str, Any]:
        """Limits and rules of the selection."""
        return _setup_of(instance)

    @record_action("selection_run.change", methods=["put"], input_serializer=LimitsSerializer)
    def limits(self, instance: SelectionRun, data: dict[str, Any]) -> SelectionRun:
        """Make these the limits."""
        return selection_setup.set_limits(instance, _amounts(data["limits"]), actor=self.actor)

    @record_action("selection_run.change", methods=["put"], input_serializer=RulesSerializer)
    def rules(self, instance: SelectionRun, data: dict[str, Any]) -> SelectionRun:
        """Set must-dos, must-nots, prerequisites and exclusions."""
        if "rules" in data:
            rules = {row["initiative"]: row["rule"] for row in data["rules"]}
            selection_setup.set_rules(instance, rules, actor=self.actor)
        if "prerequisites" in data:
            pairs = [(row["dependent"], row["needed"]) for row in data["prerequisites"]]
            selection_setup.set_prerequisites(instance, pairs, actor=self.actor)
        if "exclusions" in data:
            groups = {row["name"]: row["initiatives"] for row in data["exclusions"]}
            selection_setup.set_exclusions(instance, groups, actor=self.actor)
        return instance

    @record_action("selection_run.change")
    def refresh(self, instance: SelectionRun, data: dict[str, Any]) -> SelectionRun:
        """Read candidates, values and demands again; what people entered stays."""
        return selections.refresh_candidates(instance, actor=self.actor)

    @record_action("selection_run.solve", output_serializer=JobSerializer, status=202)
    def solve(self, instance: SelectionRun, data: dict[str, Any]) -> Job:
        """Start a search; the answer is the job to follow, whose result names the selection result."""
        return selection_solving.request_search(instance, actor=self.actor)

    @record_action("selection_run.solve")
    def cancel(self, instance: SelectionRun, data: dict[str, Any]) -> SelectionRun:
        """End the search under way; an earlier result stays."""
        return selection_solving.cancel_search(instance, actor=self.actor)

    @collection_action("selection_run.view", input_serializer=CompareSerializer, output_serializer=ComparisonSerializer)
    def compare(self, data: dict[str, Any]) -> dict[str, Any]:
        """The newest results of two to five selections side by side."""
        comparison = reads.compare_runs(data["runs"], actor=self.actor)
        context = self.get_serializer_context()
        return {
            "results": SelectionResultSerializer(comparison.results, many=True, context=context).data,
            "common": comparison.common,
            "differences": [asdict(each) for each in comparison.differences],
            "uses": [_use(row) for row in comparison.uses],
        }


class SelectionCandidateViewSet(TenantViewSet):
    """Candidates of selections: what they are worth and take."""

    model = SelectionCandidate
    serializer_class = SelectionCandidateSerializer
    filterset_class = SelectionCandidateFilterSet
    search_fields = ("initiative__title", "initiative__key")

    def get_queryset(self) -> Any:
        demands = SelectionDemand.objects.filter(candidate=OuterRef("pk")).order_by("team")
        texts = Cast("amounts", ArrayField(TextField(null=True)))
        listed = demands.values_list(JSONObject(team="team_id", amounts=texts))
        return super().get_queryset().annotate(demand_rows=ArraySubquery(listed)).select_related("initiative", "run")

    def perform_update(self, serializer: Any) -> SelectionCandidate:
        changes = dict(serializer.validated_data)
        if "demands" in changes:
            changes["demands"] = _amounts(changes["demands"])
        if "value" in changes:
            changes.setdefault("is_value_entered", True)
        return selection_setup.change_candidate(serializer.instance, actor=self.actor, **changes)


class SelectionResultViewSet(ReadOnlyTenantViewSet):
    """Results of selections, never changed once found."""

    model = SelectionResult
    serializer_class = SelectionResultSerializer
    filterset_class = SelectionResultFilterSet
    ordering = ("-computed_at",)
    ordering_fields = ("computed_at",)

    @record_action(
        "selection_run.plan", input_serializer=PlanNameSerializer, output_serializer=MadeRecordSerializer, status=201
    )
    def plan(self, instance: SelectionResult, data: dict[str, Any]) -> dict[str, Any]:
        """Make a roadmap of the chosen initiatives."""
        return asdict(plan_selection(instance, name=data["name"], actor=self.actor))


class SelectionChoiceViewSet(ReadOnlyTenantViewSet):
    """Candidates of results: chosen or left out, and why."""

    model = SelectionChoice
    serializer_class = SelectionChoiceSerializer
    filterset_class = SelectionChoiceFilterSet
    search_fields = ("label",)


class SelectionResourceViewSet(ReadOnlyTenantViewSet):
    """Resources of results: used, limited, and what more is worth."""

    model = SelectionResource
    serializer_class = SelectionResourceSerializer
    filterset_class = SelectionResourceFilterSet

    @record_action("selection_run.solve", input_serializer=UnitsSerializer, output_serializer=JobSerializer, status=202)
    def value_more(self, instance: SelectionResource, data: dict[str, Any]) -> Job:
        """Find out by searching again what so many more units would add; the answer is the job to follow."""
        return selection_more.request_value_of_more(instance, units=data["units"], actor=self.actor)

    @record_action("selection_run.solve")
    def cancel(self, instance: SelectionResource, data: dict[str, Any]) -> SelectionResource:
        """End the search for what more is worth; an earlier answer stays."""
        return selection_more.cancel_value_of_more(instance, actor=self.actor)


def _amounts(rows: list[dict[str, Any]]) -> list[AmountsInput]:
    return [AmountsInput(row.get("team"), row["amounts"]) for row in rows]


def _setup_of(run: SelectionRun) -> dict[str, Any]:
    groups: dict[str, list[UUID]] = {}
    members = SelectionExclusion.objects.filter(run=run).values_list("name", "candidate__initiative_id")
    for name, initiative in members.order_by("name", "candidate__initiative_id"):
        groups.setdefault(name, []).append(initiative)
    candidates = SelectionCandidate.objects.filter(run=run).exclude(rule=SelectionRule.FREE)
    pairs = SelectionPrerequisite.objects.filter(run=run)
    return {
        "limits": [
            {"team": limit.team_id, "amounts": [None if each is None else f"{each:.2f}" for each in limit.amounts]}
            for limit in SelectionLimit.objects.filter(run=run)
        ],
        "rules": [
            {"initiative": initiative, "rule": rule}
            for initiative, rule in candidates.values_list("initiative_id", "rule")
        ],
        "prerequisites": [
            {"dependent": dependent, "needed": needed}
            for dependent, needed in pairs.values_list("dependent__initiative_id", "needed__initiative_id")
        ],
        "exclusions": [{"name": name, "initiatives": members} for name, members in groups.items()],
    }


def _use(row: reads.UseRow) -> dict[str, Any]:
    return {
        "label": row.label,
        "quarter": row.quarter,
        "is_budget": row.is_budget,
        "limits": [None if cell is None or cell.limit is None else f"{cell.limit:.2f}" for cell in row.cells],
        "used": [None if cell is None or cell.used is None else f"{cell.used:.2f}" for cell in row.cells],
    }
