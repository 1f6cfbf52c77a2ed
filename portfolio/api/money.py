"""REST of business cases and their valuations; what a case holds is in case_parts."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils import timezone

from core.errors import InvalidInputError
from portfolio.api.case_parts import with_amounts, with_amounts_by_month
from portfolio.api.case_serializers import (
    ChangeSerializer,
    DiffInputSerializer,
    MoneyTableSerializer,
    NoteSerializer,
    OptionResultSerializer,
    PreviewInputSerializer,
    ReturnSerializer,
)
from portfolio.api.money_serializers import (
    BusinessCaseSerializer,
    CashLineSerializer,
    LinesInputSerializer,
    ValuationSerializer,
    WaitingCostSerializer,
    WaitingQuerySerializer,
)
from portfolio.filters import BusinessCaseFilterSet, ValuationFilterSet
from portfolio.models import BusinessCase, CashLine, Portfolio, Valuation
from portfolio.selectors.case_diff import diff_cases
from portfolio.selectors.case_money import Figures, money_of_case
from portfolio.selectors.waiting_costs import waiting_costs
from portfolio.services import business_cases, case_lifecycle
from portfolio.services.case_copies import new_draft
from portfolio.services.case_preview import CaseEdits, OptionPreview, preview_case
from portfolio.services.cash_lines import LineInput, replace_lines
from tenancy.api.actions import collection_action, record_action
from tenancy.api.serializers import JobSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet
from tenancy.models import Job


class BusinessCaseViewSet(TenantViewSet):
    """Business cases: why an initiative is worth its money."""

    model = BusinessCase
    serializer_class = BusinessCaseSerializer
    filterset_class = BusinessCaseFilterSet
    search_fields = ("name", "initiative__title", "initiative__key")
    ordering = ("-created_at",)
    ordering_fields = ("created_at", "updated_at")

    def get_queryset(self) -> Any:
        return super().get_queryset().with_valuation()

    def perform_create(self, serializer: Any) -> BusinessCase:
        return business_cases.create_business_case(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> BusinessCase:
        changes = {name: value for name, value in serializer.validated_data.items() if name != "initiative"}
        return business_cases.change_business_case(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: BusinessCase) -> None:
        business_cases.delete_business_case(instance, actor=self.actor)

    @record_action(
        "business_case.change",
        methods=["put"],
        input_serializer=LinesInputSerializer,
        output_serializer=CashLineSerializer,
        many=True,
    )
    def lines(self, instance: BusinessCase, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Make these the lines of an option, by default the recommended one, and have the case valued."""
        option = data.get("option")
        replace_lines(instance, option=option, lines=[_line(row) for row in data["lines"]], actor=self.actor)
        of_option = {"option__is_recommended": True} if option is None else {"option": option}
        lines = CashLine.objects.filter(case=instance, **of_option)
        written = with_amounts(lines).order_by("position", "pk")
        return list(CashLineSerializer(written, many=True, context=self.get_serializer_context()).data)

    @record_action("business_case.submit")
    def submit(self, instance: BusinessCase, data: dict[str, Any]) -> BusinessCase:
        """Ask for a decision; from here on the case stays as it is."""
        return case_lifecycle.submit_case(instance, actor=self.actor)

    @record_action("business_case.submit", input_serializer=NoteSerializer)
    def withdraw(self, instance: BusinessCase, data: dict[str, Any]) -> BusinessCase:
        """Take back what one has submitted oneself; it may then be changed and submitted again."""
        return case_lifecycle.withdraw_case(instance, actor=self.actor, note=data["reason"])

    @record_action("business_case.approve", input_serializer=NoteSerializer)
    def approve(self, instance: BusinessCase, data: dict[str, Any]) -> BusinessCase:
        """Decide for the case; it then counts for its initiative."""
        return case_lifecycle.approve_case(instance, actor=self.actor, note=data["reason"])

    @record_action("business_case.approve", input_serializer=ReturnSerializer, url_path="return")
    def give_back(self, instance: BusinessCase, data: dict[str, Any]) -> BusinessCase:
        """Give the case back for more work, and say why."""
        return case_lifecycle.return_case(instance, actor=self.actor, reason=data["reason"])

    @record_action("business_case.create", status=201)
    def new_draft(self, instance: BusinessCase, data: dict[str, Any]) -> BusinessCase:
        """Copy the case into the next revision, as a draft."""
        return new_draft(instance, actor=self.actor)

    @record_action(
        "business_case.view",
        methods=["get"],
        input_serializer=DiffInputSerializer,
        output_serializer=ChangeSerializer,
        many=True,
    )
    def diff(self, instance: BusinessCase, data: dict[str, Any]) -> list[dict[str, Any]]:
        """What differs from another case of the initiative, by default from the one this is based on."""
        return [asdict(change) for change in diff_cases(self._earlier(instance, data), instance).changes]

    def _earlier(self, instance: BusinessCase, data: dict[str, Any]) -> BusinessCase:
        wanted = data.get("against", instance.based_on_id)
        cases = BusinessCase.objects.permitted(self.actor).filter(initiative=instance.initiative_id)
        found: BusinessCase | None = cases.filter(pk=wanted).first()
        if found is None:
            raise InvalidInputError("There is no such business case of this initiative.", pointer="against")
        return found

    @record_action(
        "business_case.view",
        methods=["get"],
        output_serializer=OptionResultSerializer,
        many=True,
    )
    def compare_options(self, instance: BusinessCase, data: dict[str, Any]) -> list[dict[str, Any]]:
        """What each option costs, brings and is worth, as the case stands."""
        return [_preview_body(each, instance) for each in preview_case(instance, CaseEdits(), actor=self.actor)]

    @record_action(
        "business_case.view",
        input_serializer=PreviewInputSerializer,
        output_serializer=OptionResultSerializer,
        many=True,
    )
    def preview(self, instance: BusinessCase, data: dict[str, Any]) -> list[dict[str, Any]]:
        """What each option would be worth with unsaved edits; nothing is written."""
        return [_preview_body(each, instance) for each in preview_case(instance, _edits(data), actor=self.actor)]

    @record_action("cash_period.view", methods=["get"], output_serializer=MoneyTableSerializer)
    def money(self, instance: BusinessCase, data: dict[str, Any]) -> dict[str, Any]:
        """Plan, forecast and actual of what the case recommends, per month and in total."""
        table = money_of_case(instance)
        return {
            "currency": table.currency,
            "months": [
                {"month": each.month, "costs": _figures_body(each.costs), "benefits": _figures_body(each.benefits)}
                for each in table.months
            ],
            "costs": _figures_body(table.costs),
            "benefits": _figures_body(table.benefits),
        }

    @record_action("business_case.change")
    def make_current(self, instance: BusinessCase, data: dict[str, Any]) -> BusinessCase:
        """Let this case count for its initiative."""
        return business_cases.make_current(instance, actor=self.actor)

    @record_action("business_case.value", output_serializer=JobSerializer, status=202)
    def value(self, instance: BusinessCase, data: dict[str, Any]) -> Job:
        """Start a valuation of what the case holds now; the answer is the job to follow."""
        return business_cases.request_valuation(instance, actor=self.actor)

    @collection_action(
        "valuation.view",
        methods=["get"],
        input_serializer=WaitingQuerySerializer,
        output_serializer=WaitingCostSerializer,
        many=True,
    )
    def cost_of_waiting(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """What every month of waiting costs initiatives that are not launched yet, the dearest first."""
        portfolio = None
        if "portfolio" in data:
            portfolio = Portfolio.objects.permitted(self.actor).filter(pk=data["portfolio"]).first()
            if portfolio is None:
                raise InvalidInputError("There is no such portfolio in this organization.", pointer="portfolio")
        today = timezone.now().date()
        found = waiting_costs(self.actor, today=today, portfolio=portfolio, by_urgency=data["by_urgency"])
        return list(WaitingCostSerializer(found.rows, many=True).data)

    @record_action("valuation.view", methods=["get"], output_serializer=ValuationSerializer, many=True)
    def valuations(self, instance: BusinessCase, data: dict[str, Any]) -> list[Valuation]:
        """The newest hundred valuations of the case, newest first."""
        return list(Valuation.objects.filter(case=instance)[:100])


class ValuationViewSet(ReadOnlyTenantViewSet):
    """Valuations: what business cases were worth, never changed once computed."""

    model = Valuation
    serializer_class = ValuationSerializer
    filterset_class = ValuationFilterSet
    ordering = ("-computed_at",)
    ordering_fields = ("computed_at",)


def _line(row: dict[str, Any]) -> LineInput:
    return LineInput(
        id=row.get("id"),
        category=row["category"],
        name=row["name"],
        amounts={amount["month"]: amount["amount"] for amount in row["amounts"]},
    )


def _edits(data: dict[str, Any]) -> CaseEdits:
    return CaseEdits(
        case=data.get("case", {}),
        options=data.get("options", ()),
        drivers=data.get("drivers", ()),
        lines=[with_amounts_by_month(row) for row in data.get("lines", ())],
        removed=frozenset(data.get("removed", ())),
    )


def _preview_body(preview: OptionPreview, case: BusinessCase) -> dict[str, Any]:
    """As JSON: money as decimal text, months as dates."""
    return {
        "option": preview.option.pk,
        "name": preview.option.name,
        "kind": preview.option.kind,
        "is_recommended": preview.option.is_recommended,
        "currency": case.currency,
        "figures": {
            name: str(value) if isinstance(value, Decimal) else value for name, value in preview.figures.items()
        },
        "reasons": preview.reasons,
        "plans": {
            str(line): [{"month": month.isoformat(), "amount": str(amount)} for month, amount in months.items()]
            for line, months in preview.plans.items()
        },
        "problems": [asdict(problem) for problem in preview.problems],
    }


def _figures_body(figures: Figures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in ("plan", "forecast", "actual", "variance")}
