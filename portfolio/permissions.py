"""The portfolio's actions, subject by subject, and who holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenancy.enums import Role
from tenancy.permissions import EDITORS, EVERYONE, MANAGERS, PLANNERS, declare_actions

if TYPE_CHECKING:
    from portfolio.models import ScoreFactor, ScoringRound
    from tenancy.actor import Actor

FINANCIAL_EDITORS = EDITORS | {Role.FINANCE}
FINANCIAL_PLANNERS = PLANNERS | {Role.FINANCE}
# Those who answer for money: they approve cases and set how far spend may stray.
BUDGET_HOLDERS = MANAGERS | {Role.DIRECTOR, Role.FINANCE}
# Whoever knows an initiative may have an opinion on it; machines have none.
RATERS = (EDITORS | {Role.FINANCE, Role.REVIEWER}) - {Role.SERVICE_ACCOUNT}

declare_actions(
    "portfolio",
    reads={
        "portfolio.view": EVERYONE,
        "portfolio.view_restricted": MANAGERS | {Role.AUDITOR},
        "theme.view": EVERYONE,
        "initiative.view": EVERYONE,
    },
    writes={
        "portfolio.create": PLANNERS,
        "portfolio.change": PLANNERS,
        "portfolio.delete": MANAGERS,
        "portfolio.share": MANAGERS | {Role.DIRECTOR},
        "theme.create": PLANNERS,
        "theme.change": PLANNERS,
        "theme.delete": MANAGERS,
        "initiative.create": EDITORS,
        "initiative.change": EDITORS,
        "initiative.delete": PLANNERS,
        "initiative.change_stage": PLANNERS,
    },
)

declare_actions(
    "portfolio",
    reads={
        "business_case.view": EVERYONE,
        "case_option.view": EVERYONE,
        "case_driver.view": EVERYONE,
        "cash_line.view": EVERYONE,
        "cash_period.view": EVERYONE,
        "staffing_line.view": EVERYONE,
        "staffing_period.view": EVERYONE,
        "valuation.view": EVERYONE,
    },
    writes={
        "business_case.create": FINANCIAL_EDITORS,
        "business_case.change": FINANCIAL_EDITORS,
        "business_case.delete": FINANCIAL_PLANNERS,
        "business_case.value": FINANCIAL_EDITORS,
        "business_case.submit": FINANCIAL_EDITORS,
        "business_case.approve": BUDGET_HOLDERS,
        "case_option.create": FINANCIAL_EDITORS,
        "case_option.change": FINANCIAL_EDITORS,
        "case_option.delete": FINANCIAL_EDITORS,
        "case_driver.create": FINANCIAL_EDITORS,
        "case_driver.change": FINANCIAL_EDITORS,
        "case_driver.delete": FINANCIAL_EDITORS,
        "cash_line.create": FINANCIAL_EDITORS,
        "cash_line.change": FINANCIAL_EDITORS,
        "cash_line.delete": FINANCIAL_EDITORS,
        "cash_period.record": FINANCIAL_EDITORS,
        "staffing_line.create": FINANCIAL_EDITORS,
        "staffing_line.change": FINANCIAL_EDITORS,
        "staffing_line.delete": FINANCIAL_EDITORS,
    },
)

declare_actions(
    "portfolio",
    reads={
        "scoring_model.view": EVERYONE,
        "score_factor.view": EVERYONE,
        "scoring_round.view": EVERYONE,
        "scoring_item.view": EVERYONE,
        "score_rating.view": EVERYONE,
        "score_result.view": EVERYONE,
    },
    writes={
        "scoring_model.create": PLANNERS,
        "scoring_model.change": PLANNERS,
        "scoring_model.delete": PLANNERS,
        "scoring_round.create": PLANNERS,
        "scoring_round.change": PLANNERS,
        "scoring_round.close": PLANNERS,
        "scoring_round.delete": PLANNERS,
        "scoring_round.oversee": MANAGERS | {Role.DIRECTOR},
        "score_rating.create": RATERS,
    },
)

declare_actions(
    "portfolio",
    reads={
        "selection_run.view": EVERYONE,
        "selection_candidate.view": EVERYONE,
        "selection_demand.view": EVERYONE,
        "selection_limit.view": EVERYONE,
        "selection_prerequisite.view": EVERYONE,
        "selection_exclusion.view": EVERYONE,
        "selection_result.view": EVERYONE,
        "selection_choice.view": EVERYONE,
        "selection_resource.view": EVERYONE,
    },
    writes={
        "selection_run.create": FINANCIAL_PLANNERS,
        "selection_run.change": FINANCIAL_PLANNERS,
        "selection_run.delete": FINANCIAL_PLANNERS,
        "selection_run.solve": FINANCIAL_PLANNERS,
        "selection_run.plan": PLANNERS,
        "selection_candidate.change": FINANCIAL_PLANNERS,
    },
)

declare_actions(
    "portfolio",
    reads={
        "kpi.view": EVERYONE,
        "kpi_target.view": EVERYONE,
        "kpi_observation.view": EVERYONE,
        "kpi_rollup.view": EVERYONE,
        "kpi_standing.view": EVERYONE,
    },
    writes={
        "kpi.create": PLANNERS,
        "kpi.change": PLANNERS,
        "kpi.delete": PLANNERS,
        "kpi_target.create": PLANNERS,
        "kpi_target.change": PLANNERS,
        "kpi_target.delete": PLANNERS,
        "kpi_observation.create": FINANCIAL_EDITORS,
        "kpi_observation.delete": FINANCIAL_PLANNERS,
        "kpi_rollup.run": PLANNERS,
    },
)

declare_actions(
    "portfolio",
    reads={
        "objective.view": EVERYONE,
        "key_result.view": EVERYONE,
        "objective_initiative.view": EVERYONE,
    },
    writes={
        "objective.create": PLANNERS,
        "objective.change": PLANNERS,
        "objective.delete": PLANNERS,
        "key_result.create": EDITORS,
        "key_result.change": EDITORS,
        "key_result.delete": PLANNERS,
    },
)

declare_actions(
    "portfolio",
    reads={
        "exchange_rate.view": EVERYONE,
        "priced_model.view": EVERYONE,
        "model_price.view": EVERYONE,
        "usage_record.view": EVERYONE,
        "unit_cost_day.view": EVERYONE,
        "unit_cost_month.view": EVERYONE,
        "spend_guardrail.view": EVERYONE,
        "cost_optimization.view": EVERYONE,
        "money_rollup.view": EVERYONE,
    },
    writes={
        "exchange_rate.create": FINANCIAL_PLANNERS,
        "exchange_rate.change": FINANCIAL_PLANNERS,
        "exchange_rate.delete": FINANCIAL_PLANNERS,
        "model_price.create": FINANCIAL_PLANNERS,
        "model_price.change": FINANCIAL_PLANNERS,
        "model_price.delete": FINANCIAL_PLANNERS,
        "usage_record.create": FINANCIAL_EDITORS,
        "usage_record.delete": FINANCIAL_PLANNERS,
        "unit_cost.compute": FINANCIAL_PLANNERS,
        "spend_guardrail.create": BUDGET_HOLDERS,
        "spend_guardrail.change": BUDGET_HOLDERS,
        "spend_guardrail.delete": BUDGET_HOLDERS,
        "cost_optimization.create": FINANCIAL_EDITORS,
        "cost_optimization.change": FINANCIAL_EDITORS,
        "cost_optimization.delete": FINANCIAL_PLANNERS,
        "money_rollup.refresh": FINANCIAL_PLANNERS,
    },
)

declare_actions(
    "portfolio",
    reads={
        "capability.view": EVERYONE,
        "capability_dependency.view": EVERYONE,
        "capability_initiative.view": EVERYONE,
        "stakeholder.view": EVERYONE,
        "pulse_answer.view": EVERYONE,
        "feedback.view": EVERYONE,
        "feedback_link.view": EVERYONE,
    },
    writes={
        "capability.create": PLANNERS,
        "capability.change": PLANNERS,
        "capability.delete": PLANNERS,
        "stakeholder.create": EDITORS,
        "stakeholder.change": EDITORS,
        "stakeholder.delete": EDITORS,
        "pulse_answer.create": EDITORS,
        "pulse_answer.delete": EDITORS,
        "feedback.create": EDITORS,
        "feedback.change": EDITORS,
        "feedback.delete": PLANNERS,
    },
)


def may_rate(factor: ScoreFactor, actor: Actor) -> bool:
    """Whether the factor is open to the actor's role and functions."""
    is_role_meant = not factor.rater_roles or actor.role in factor.rater_roles
    is_function_meant = not factor.rater_functions or bool(actor.functions & set(factor.rater_functions))
    return is_role_meant and is_function_meant


def is_organizer(scoring_round: ScoringRound, actor: Actor) -> bool:
    """Whether the actor opened the round or oversees all; `organizer` should be loaded."""
    organizer = scoring_round.organizer
    return actor.can("scoring_round.oversee") or (organizer is not None and organizer.user_id == actor.user_id)
