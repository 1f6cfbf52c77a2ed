"""The business cases behind a plan, as scenarios are compared by them."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery, Sum
from django.utils import timezone

from portfolio.enums import CaseStatus, CashSide, Measure
from portfolio.models import CaseOption, CashPeriod, Valuation
from portfolio.selectors.exchange_rates import rate_table
from roadmap.calc.capacity import month_number
from roadmap.calc.scenario_figures import CaseMoney, Flow
from tenancy.actor import Actor


def case_money(initiatives: Collection[UUID], *, actor: Actor) -> dict[UUID, CaseMoney]:
    """Recommended option of the current case of each initiative that has one, in the organization's currency.

    Two queries, three with foreign currencies. A case whose currency has no rate today is left out.
    """
    options = _options(initiatives, actor)
    if not options:
        return {}
    flows = _flows([row["pk"] for row in options], actor)
    pivot = actor.organization.currency
    foreign = {row["currency"] for row in options} - {pivot}
    rates = rate_table(actor, foreign) if foreign else None
    found: dict[UUID, CaseMoney] = {}
    for row in options:
        rate = 1 if rates is None else rates.find(row["currency"], timezone.localdate())
        if rate is not None:
            found[row["initiative"]] = _case(row, flows[row["pk"]], float(rate))
    return found


def _options(initiatives: Collection[UUID], actor: Actor) -> list[dict[str, Any]]:
    valuations = Valuation.objects.filter(option=OuterRef("pk"), inputs_digest=OuterRef("case__inputs_digest"))
    rows = CaseOption.objects.permitted(actor).filter(
        is_recommended=True, case__is_current=True, case__initiative__in=list(initiatives)
    )
    return list(
        rows.order_by().values(
            "pk",
            initiative=F("case__initiative_id"),
            currency=F("case__currency"),
            discount_rate=F("case__discount_rate"),
            start_month=F("case__start_month"),
            status=F("case__status"),
            npv=Subquery(valuations.values("npv")[:1]),
            chance=Subquery(valuations.values("probability_negative")[:1]),
        )
    )


def _flows(options: Collection[UUID], actor: Actor) -> dict[UUID, list[Flow]]:
    rows = CashPeriod.objects.permitted(actor).filter(line__option__in=options, measure=Measure.PLAN)
    sums = rows.order_by().values_list("line__option_id", "line__side", "line__anchor", "month").annotate(Sum("amount"))
    found: dict[UUID, list[Flow]] = defaultdict(list)
    for option, side, anchor, month, amount in sums:
        found[option].append(Flow(month_number(month), float(amount), side == CashSide.COST, anchor))
    return found


def _case(row: dict[str, Any], flows: list[Flow], rate: float) -> CaseMoney:
    return CaseMoney(
        npv=None if row["npv"] is None else float(row["npv"]) * rate,
        chance_negative=row["chance"],
        discount_rate=float(row["discount_rate"]),
        first_month=month_number(row["start_month"]),
        flows=[flow._replace(amount=flow.amount * rate) for flow in flows],
        is_approved=row["status"] == CaseStatus.APPROVED,
    )
