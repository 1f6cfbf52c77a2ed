"""REST of scenarios: plan one, compare them with the live plan, decide."""

from typing import Any

from roadmap.api.scenario_shapes import (
    ComparedScenariosSerializer,
    ScenarioApprovalSerializer,
    ScenarioChangeSerializer,
    ScenarioComparisonSerializer,
    ScenarioDemandValuesSerializer,
    ScenarioItemValuesSerializer,
    ScenarioNameSerializer,
    ScenarioOfSelectionSerializer,
    ScenarioPlanSerializer,
    ScenarioRefusalSerializer,
    ScenarioResolutionSerializer,
    ScenarioSerializer,
    comparison_as_json,
    plan_as_json,
)
from roadmap.filters import ScenarioChangeFilterSet, ScenarioFilterSet
from roadmap.models import Scenario, ScenarioChange
from roadmap.selectors.scenario_figures import compare, scenarios_to_compare
from roadmap.selectors.scenarios import plan_with
from roadmap.services import scenario_decisions, scenarios
from roadmap.services.scenario_changes import plan_item, remove_change, resolve_change
from roadmap.services.scenario_demands import plan_demand
from roadmap.services.scenario_selections import scenario_of_selection
from tenancy.api.actions import collection_action, record_action
from tenancy.api.viewsets import TenantViewSet

Data = dict[str, Any]


class ScenarioViewSet(TenantViewSet):
    """Scenarios: other plans of a roadmap, laid over the live one until somebody decides."""

    model = Scenario
    serializer_class = ScenarioSerializer
    filterset_class = ScenarioFilterSet
    ordering = ("-updated_at",)
    ordering_fields = ("updated_at", "name")
    search_fields = ("name", "description")

    def get_queryset(self) -> Any:
        return super().get_queryset().with_change_count(self.actor)

    def perform_create(self, serializer: Any) -> Scenario:
        return scenarios.create_scenario(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Scenario:
        return scenarios.change_scenario(serializer.instance, actor=self.actor, **serializer.validated_data)

    @record_action("scenario.view", methods=["get"], output_serializer=ScenarioPlanSerializer)
    def plan(self, instance: Scenario, data: Data) -> Data:
        """The roadmap with the scenario laid over it, and where the live plan moved meanwhile."""
        return plan_as_json(plan_with(instance, actor=self.actor))

    @record_action(
        "scenario.change",
        input_serializer=ScenarioItemValuesSerializer,
        output_serializer=ScenarioChangeSerializer,
        many=True,
    )
    def plan_item(self, instance: Scenario, data: Data) -> list[ScenarioChange]:
        """Say what an item shall be; the answer is everything the scenario changes of it."""
        reason = data.pop("reason", "")
        return plan_item(instance, data.pop("item"), values=data, reason=reason, actor=self.actor)

    @record_action(
        "scenario.change",
        input_serializer=ScenarioDemandValuesSerializer,
        output_serializer=ScenarioChangeSerializer,
        many=True,
    )
    def plan_demand(self, instance: Scenario, data: Data) -> list[ScenarioChange]:
        """Say what an item shall need; the answer is everything the scenario changes of this demand."""
        named = {name: data.pop(name) for name in ("demand", "resource", "reason") if name in data}
        return plan_demand(instance, data.pop("item"), values=data, actor=self.actor, **named)

    @record_action("scenario.submit")
    def submit(self, instance: Scenario, data: Data) -> Scenario:
        """Ask for a decision; from here on the changes stay as they are."""
        return scenarios.submit_scenario(instance, actor=self.actor)

    @record_action("scenario.submit")
    def withdraw(self, instance: Scenario, data: Data) -> Scenario:
        """Take a submitted scenario back to work on it."""
        return scenarios.withdraw_scenario(instance, actor=self.actor)

    @record_action("scenario.change")
    def discard(self, instance: Scenario, data: Data) -> Scenario:
        """Give a draft up."""
        return scenarios.discard_scenario(instance, actor=self.actor)

    @record_action("scenario.create", input_serializer=ScenarioNameSerializer, status=201)
    def copy(self, instance: Scenario, data: Data) -> Scenario:
        """A new draft of what the scenario would still change."""
        return scenarios.copy_scenario(instance, actor=self.actor, **data)

    @record_action("scenario.decide", input_serializer=ScenarioApprovalSerializer)
    def approve(self, instance: Scenario, data: Data) -> Scenario:
        """Make it, or the picked changes, the live plan and keep a baseline; 409 while a conflict is unresolved."""
        return scenario_decisions.approve_scenario(instance, actor=self.actor, **data)

    @record_action("scenario.decide", input_serializer=ScenarioRefusalSerializer)
    def refuse(self, instance: Scenario, data: Data) -> Scenario:
        """Decide against it, and say why."""
        return scenario_decisions.refuse_scenario(instance, actor=self.actor, **data)

    @collection_action(
        "scenario.view", input_serializer=ComparedScenariosSerializer, output_serializer=ScenarioComparisonSerializer
    )
    def compare(self, data: Data) -> Data:
        """The live plan and up to five scenarios of it side by side."""
        found = scenarios_to_compare(data["scenarios"], actor=self.actor)
        return comparison_as_json(compare(found[0].roadmap, found, actor=self.actor))

    @collection_action("scenario.create", input_serializer=ScenarioOfSelectionSerializer, status=201)
    def from_selection(self, data: Data) -> Scenario:
        """A scenario of a selection's result: chosen initiatives in their quarters, the other candidates left out."""
        return scenario_of_selection(data["roadmap"], data["result"], name=data["name"], actor=self.actor)


class ScenarioChangeViewSet(TenantViewSet):
    """What scenarios want otherwise, field by field."""

    model = ScenarioChange
    serializer_class = ScenarioChangeSerializer
    filterset_class = ScenarioChangeFilterSet

    def perform_destroy(self, instance: ScenarioChange) -> None:
        remove_change(instance, actor=self.actor)

    @record_action("scenario_change.resolve", input_serializer=ScenarioResolutionSerializer)
    def resolve(self, instance: ScenarioChange, data: Data) -> ScenarioChange:
        """Decide where scenario and live plan both moved; it holds until the live plan says something else again."""
        return resolve_change(instance, actor=self.actor, **data)
