"""The portfolio's actions and who holds them."""

from tenancy.enums import Role
from tenancy.permissions import EDITORS, EVERYONE, MANAGERS, PLANNERS, declare_actions

FINANCIAL_EDITORS = EDITORS | {Role.FINANCE}
PRICE_KEEPERS = PLANNERS | {Role.FINANCE}

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
        "exchange_rate.create": PRICE_KEEPERS,
        "exchange_rate.change": PRICE_KEEPERS,
        "exchange_rate.delete": PRICE_KEEPERS,
        "model_price.create": PRICE_KEEPERS,
        "model_price.change": PRICE_KEEPERS,
        "model_price.delete": PRICE_KEEPERS,
        "usage_record.create": FINANCIAL_EDITORS,
        "unit_cost.compute": PRICE_KEEPERS,
        "spend_guardrail.create": MANAGERS | {Role.DIRECTOR, Role.FINANCE},
        "spend_guardrail.change": MANAGERS | {Role.DIRECTOR, Role.FINANCE},
        "spend_guardrail.delete": MANAGERS | {Role.DIRECTOR, Role.FINANCE},
        "cost_optimization.create": FINANCIAL_EDITORS,
        "cost_optimization.change": FINANCIAL_EDITORS,
        "cost_optimization.delete": PLANNERS | {Role.FINANCE},
        "money_rollup.refresh": PRICE_KEEPERS,
    },
)

declare_actions(
    "portfolio",
    reads={
        "portfolio.view": EVERYONE,
        "portfolio.view_restricted": MANAGERS | {Role.AUDITOR},
        "theme.view": EVERYONE,
        "initiative.view": EVERYONE,
        "business_case.view": EVERYONE,
        "cash_line.view": EVERYONE,
        "cash_period.view": EVERYONE,
        "valuation.view": EVERYONE,
        "kpi.view": EVERYONE,
        "kpi_observation.view": EVERYONE,
        "kpi_rollup.view": EVERYONE,
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
        "business_case.create": FINANCIAL_EDITORS,
        "business_case.change": FINANCIAL_EDITORS,
        "business_case.delete": PLANNERS | {Role.FINANCE},
        "business_case.value": FINANCIAL_EDITORS,
        "cash_line.create": FINANCIAL_EDITORS,
        "cash_line.change": FINANCIAL_EDITORS,
        "cash_line.delete": FINANCIAL_EDITORS,
        "kpi.create": PLANNERS,
        "kpi.change": PLANNERS,
        "kpi.delete": PLANNERS,
        "kpi_observation.create": EDITORS | {Role.FINANCE},
        "kpi_rollup.run": PLANNERS,
    },
)
