"""What the pages of a case's results show: figures, spread, drivers, money by month, options side by side."""

from typing import Any

from django.utils import timezone

from portfolio.enums import CaseStatus
from portfolio.models import BusinessCase, CaseOption, Valuation
from portfolio.selectors import business_cases as reads
from portfolio.selectors.case_money import MoneyTable, money_of_option
from portfolio.web.case_figures import GROUPS, Figure, OptionFigures, best_of, histogram_of, swings_of
from tenancy.actor import Actor


def results_context(case: BusinessCase, option: CaseOption) -> dict[str, Any]:
    """The figures of one option, whether they are those of the present inputs, and whether to ask again."""
    found = reads.figures_of(case, now=timezone.now(), option=option)
    shown = found.shown
    context: dict[str, Any] = {"case": case, "option": option, "found": found, "shown": shown}
    return context | (_valued(shown) if shown else {})


def _valued(valuation: Valuation) -> dict[str, Any]:
    spread = histogram_of(valuation.distribution, valuation.currency)
    return {
        "figures": OptionFigures.of_valuation(valuation),
        "swings": swings_of(valuation),
        "spread": spread,
        "loss": valuation.probability_negative if spread else None,
    }


def money_context(case: BusinessCase, option: CaseOption) -> dict[str, Any]:
    """Cash flow, and plan, forecast and actual of one option by month and by line."""
    option.case = case
    table = money_of_option(option)
    per_period, running = reads.cash_flow_series(reads.monthly_flow(case, table))
    has_measures = any(line.total.actual is not None or line.total.forecast != line.total.plan for line in table.lines)
    return {
        "currency": case.currency,
        "is_planned": any(line.months for line in table.lines),
        "per_period": per_period,
        "running": running,
        "money": table,
        "cost_series": reads.measured_series(table, "costs") if has_measures else [],
        "sides": _sides(table),
    }


def _sides(table: MoneyTable) -> list[dict[str, Any]]:
    """Lines and total of each side; more than planned is bad for costs and good for benefits."""
    return [
        {
            "title": title,
            "lines": [line for line in table.lines if line.line.side == side],
            "total": total,
            "bad": bad,
        }
        for title, side, total, bad in (
            ("Costs", "cost", table.costs, "more"),
            ("Benefits", "benefit", table.benefits, "less"),
        )
    ]


def decision_context(case: BusinessCase, actor: Actor) -> dict[str, Any]:
    """Who may take which step next."""
    is_submitted = case.status == CaseStatus.SUBMITTED
    submitter = case.submitted_by.user_id if case.submitted_by else None
    is_own = is_submitted and submitter == actor.user_id
    may_decide = is_submitted and actor.can("business_case.approve")
    return {
        "may_decide": may_decide and not is_own,
        "is_own": may_decide and is_own,
        "may_withdraw": is_own and actor.can("business_case.submit"),
        "may_submit": case.is_open and bool(case.inputs_digest) and actor.can("business_case.submit"),
    }


def comparison_context(case: BusinessCase) -> dict[str, Any]:
    """Every figure of every option, the best of each marked."""
    options = list(CaseOption.objects.filter(case=case))
    valuations = reads.valuations_by_option(case)
    columns = [_column(valuations.get(option.pk)) for option in options]
    groups = [(title, [_row(figure, columns) for figure in figures]) for title, figures in GROUPS]
    known = [(option, column) for option, column in zip(options, columns, strict=True) if column is not None]
    return {
        "case": case,
        "options": list(zip(options, columns, strict=True)),
        "groups": groups,
        "npv_series": _series(known),
        "is_waiting": bool(case.inputs_digest) and not known,
    }


def _column(valuation: Valuation | None) -> OptionFigures | None:
    return OptionFigures.of_valuation(valuation) if valuation else None


def _row(figure: Figure, columns: list[OptionFigures | None]) -> dict[str, Any]:
    best = best_of(figure.name, columns)
    cells = [(column[figure.name] if column else None, index in best) for index, column in enumerate(columns)]
    return {"figure": figure, "cells": cells}


def _series(known: list[tuple[CaseOption, OptionFigures]]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """By option; without the percentiles where nothing was simulated."""
    names = (("NPV, P10", "npv_p10"), ("NPV", "npv"), ("NPV, P90", "npv_p90"))
    rows = [(label, [(option.name, column.values[name]) for option, column in known]) for label, name in names]
    return [(label, points) for label, points in rows if any(value is not None for _, value in points)]
