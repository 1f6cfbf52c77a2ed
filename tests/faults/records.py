"""One good body for every endpoint that creates something; the tests spoil them."""

from typing import Any

from portfolio.enums import Stage
from tenancy.models import tenant_models
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_audience import CapabilityFactory
from tests.factories.portfolio_scoring import ScoreFactorFactory
from tests.rows import make_row

PLAN = {"scope": "All.", "rollout_plan": "Slowly.", "risk_summary": "Few.", "rollback_plan": "A flag."}

# A value such as @initiative stands for the id of a record of that noun.
BODIES: dict[str, dict[str, Any]] = {
    "teams/": {"name": "New team"},
    "saved-views/": {"screen": "portfolio:initiative_list", "name": "Mine", "query": {"stage": ["beta"]}},
    "custom-fields/": {
        "target_model": "portfolio.initiative",
        "key": "risk_class",
        "label": "Risk class",
        "type": "choice",
        "help_text": "As the AI Act names it.",
        "is_required": False,
        "choices": [{"key": "low", "label": "Low", "tone": "success"}, {"key": "high", "label": "High"}],
    },
    "document-templates/": {
        "name": "New template",
        "kind": "other",
        "description": "For decisions.",
        "sections": [{"key": "why", "title": "Why", "guidance": "Say why.", "min_words": 5, "is_required": True}],
    },
    "documents/": {
        "title": "New document",
        "target_model": "portfolio.initiative",
        "target_id": "@initiative",
        "template": "@document_template",
    },
    "portfolios/": {"name": "New portfolio", "key_prefix": "NEW"},
    "themes/": {"name": "New theme"},
    "initiatives/": {
        "title": "New initiative",
        "portfolio": "@portfolio",
        "theme": "@theme",
        "owning_team": "@team",
        "lead": "@membership",
        "level": "initiative",
        "kind": "feature",
        "start_on": "2026-02-01",
        "end_on": "2026-03-01",
    },
    "business-cases/": {
        "initiative": "@initiative",
        "currency": "EUR",
        "discount_rate": "0.1000",
        "start_month": "2026-01-01",
        "horizon_months": 12,
    },
    "case-options/": {"case": "@business_case", "kind": "buy", "name": "Buy it", "adoption_start_month": 2},
    "case-drivers/": {
        "case": "@business_case",
        "key": "price",
        "unit": "EUR",
        "low": "1",
        "likely": "2",
        "high": "3",
        "owner": "@membership",
    },
    "cash-lines/": {"option": "@case_option", "category": "engineering", "name": "Team", "duration_months": 3},
    "cash-periods/": {"line": "@cash_line", "measure": "actual", "month": "2026-01-01", "amount": "10.00"},
    "staffing-lines/": {"option": "@case_option", "role": "ML engineer", "monthly_rate": "9000.00"},
    "kpis/": {"initiative": "@initiative", "key": "success", "name": "Success", "target": "0.9"},
    "kpi-observations/": {
        "kpi": "@kpi",
        "observed_at": "2026-02-01T00:00:00Z",
        "value": "0.5",
        "source_id": "first",
    },
    "kpi-targets/": {
        "kpi": "@kpi",
        "valid_from": "2026-04-01",
        "target": "0.95",
        "tolerance": "0.01",
        "reason": "Customers expect more.",
    },
    "exchange-rates/": {"currency": "USD", "valid_on": "2026-02-01", "rate": "0.92"},
    "model-prices/": {
        "provider": "Northlight",
        "model": "lumen-2",
        "kind": "output",
        "valid_from": "2026-02-01",
        "unit_quantity": "1000000",
        "amount": "12.5",
        "currency": "USD",
    },
    "usage-records/": {
        "initiative": "@initiative",
        "provider": "Northlight",
        "model": "lumen-2",
        "used_on": "2026-02-01",
        "input_tokens": 1200,
        "requests": 3,
        "source": "gateway",
        "source_id": "first",
    },
    "spend-guardrails/": {"portfolio": "@portfolio", "threshold": "0.2000"},
    "cost-optimizations/": {
        "initiative": "@initiative",
        "name": "Cache answers",
        "lever": "caching",
        "owner": "@membership",
        "expected_monthly_saving": "1200.00",
        "currency": "EUR",
    },
    "scoring-models/": {
        "name": "New method",
        "description": "What matters to us.",
        "framework": "custom",
        "formula": "value * 2",
        "factors": [
            {
                "key": "value",
                "name": "Value",
                "scale": "linear",
                "minimum": "1",
                "maximum": "10",
                "rater_roles": ["director"],
                "rater_functions": ["product"],
                "rubric": [{"value": "10", "label": "High", "text": "A reason to stay."}],
            }
        ],
    },
    "scoring-rounds/": {
        "name": "New round",
        "model": "@usable_scoring_model",
        "portfolio": "@portfolio_with_initiatives",
        "normalisation": "none",
        "due_on": "2026-12-01",
    },
    "selection-runs/": {
        "name": "New selection",
        "portfolio": "@portfolio",
        "theme": "@theme",
        "value_source": "own",
        "currency": "EUR",
        "first_quarter": "2026-07-01",
        "quarter_count": 2,
        "relative_gap": "0.00100",
        "time_limit_seconds": 5,
    },
    "objectives/": {
        "title": "Answers people trust",
        "portfolio": "@portfolio",
        "theme": "@theme",
        "owner": "@membership",
        "weight": "2.00",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
    },
    "key-results/": {
        "objective": "@objective",
        "title": "Complaints halved",
        "kpi": "@kpi",
        "unit": "complaints",
        "start_value": "8",
        "target_value": "4",
        "weight": "1.00",
    },
    "objective-initiatives/": {"objective": "@objective", "initiative": "@initiative"},
    "capabilities/": {"name": "Search", "kind": "feature", "maturity": "live", "owning_team": "@team"},
    "capability-dependencies/": {"consumer": "@capability", "provider": "@other_capability"},
    "capability-initiatives/": {"capability": "@capability", "initiative": "@initiative"},
    "stakeholders/": {
        "initiative": "@initiative",
        "name": "Head of claims",
        "member": "@membership",
        "influence": "high",
    },
    "pulse-answers/": {"stakeholder": "@stakeholder", "answered_on": "2026-02-01", "score": 4},
    "feedback/": {
        "kind": "call",
        "title": "Cites the wrong clause",
        "customer": "Ada",
        "customer_value": "1200.50",
        "currency": "EUR",
        "received_on": "2026-02-01",
    },
    "feedback-links/": {"feedback": "@feedback", "initiative": "@initiative"},
    "roadmaps/": {"name": "New roadmap", "portfolio": "@portfolio"},
    "baselines/": {"roadmap": "@roadmap", "name": "Board of March", "note": "As shown."},
    "roadmap-items/": {
        "roadmap": "@roadmap",
        "initiative": "@initiative",
        "owning_team": "@team",
        "title": "New item",
        "start_on": "2026-02-01",
        "end_on": "2026-03-01",
        "confidence": "0.50",
        "duration_low": 5,
        "duration_likely": 10,
        "duration_high": 20,
        "progress": "0.25",
    },
    "roadmap-exports/": {"roadmap": "@roadmap", "file_format": "csv"},
    "milestones/": {"roadmap": "@roadmap", "initiative": "@initiative", "title": "Beta", "due_on": "2026-02-01"},
    "releases/": {
        "roadmap": "@roadmap",
        "name": "New release",
        "version_label": "2.0",
        "alpha_on": "2026-02-01",
        "beta_on": "2026-03-01",
        "ga_on": "2026-04-01",
    },
    "plan-notes/": {
        "roadmap": "@roadmap",
        "kind": "risk",
        "title": "The vendor slips",
        "body": "Their beta is late.",
        "on": "2026-02-01",
    },
    "scenarios/": {"roadmap": "@roadmap", "name": "Start later", "description": "What if?"},
    "milestone-gates/": {"milestone": "@milestone", "item": "@roadmap_item"},
    "working-calendars/": {"name": "New calendar", "working_weekdays": [1, 2, 3, 4]},
    "calendar-holidays/": {"calendar": "@working_calendar", "on": "2026-02-01", "name": "Day off"},
    "resources/": {"name": "ML engineer", "kind": "role", "unit": "FTE"},
    "team-capacities/": {"team": "@team", "resource": "@resource", "month": "2026-02-01", "amount": "2.500"},
    "resource-demands/": {
        "item": "@roadmap_item",
        "resource": "@resource",
        "team": "@team",
        "low": "1.000",
        "likely": "2.000",
        "high": "4.000",
        "profile": "custom",
        "custom_shares": ["0.250000", "0.750000"],
        "note": "Two people.",
    },
    "allocation-targets/": {
        "portfolio": "@portfolio",
        "quarter": "2026-04-01",
        "kind": "tech_debt",
        "share": "0.2000",
    },
    "team-calendars/": {"team": "@team", "calendar": "@working_calendar"},
    "metrics/": {"key": "clicks", "name": "Clicks", "kind": "proportion", "direction": "up"},
    "experiments/": {"key": "ranking", "name": "Ranking", "initiative": "@initiative", "hypothesis": "Better."},
    "stage-gates/": {"to_stage": "ga", "name": "GA readiness", "approvals_required": 1, "approval_valid_days": 14},
    "gate-criteria/": {"gate": "@stage_gate", "title": "Load test passed", "kind": "checklist", "position": 9},
    "launches/": {
        "initiative": "@launchable_initiative",
        "target_stage": "beta",
        "title": "To beta",
        "planned_on": "2027-03-01",
        **PLAN,
    },
    "external-references/": {
        "system": "jira",
        "external_id": "AI-7",
        "target_model": "portfolio.initiative",
        "target_id": "@initiative",
    },
    "imports/": {"file_name": "small.csv", "content": "id,title\n1,Search\n", "is_dry_run": True},
}

MODELS = {model.action_noun(): model for model in tenant_models()}


def references(body: dict[str, Any]) -> dict[str, str]:
    """{field: noun} of the fields that hold the id of another record."""
    return {name: value[1:] for name, value in body.items() if isinstance(value, str) and value.startswith("@")}


def records_for(endpoint: str) -> dict[str, str]:
    """The ids of the records a body of the endpoint refers to, made in the open scope."""
    return {noun: str(_record(noun).pk) for noun in sorted(set(references(BODIES[endpoint]).values()))}


def _portfolio_with_initiatives() -> Any:
    portfolio = PortfolioFactory()
    InitiativeFactory.create_batch(2, portfolio=portfolio)
    return portfolio


# Records of which any one of their kind would not do.
_SPECIAL: dict[str, Any] = {
    "launchable_initiative": lambda: InitiativeFactory(stage=Stage.DELIVERY),
    "portfolio_with_initiatives": _portfolio_with_initiatives,
    "usable_scoring_model": lambda: ScoreFactorFactory().model,
    "other_capability": CapabilityFactory,
}


def _record(noun: str) -> Any:
    if noun in _SPECIAL:
        return _SPECIAL[noun]()
    return MODELS[noun].objects.first() or make_row(MODELS[noun])


def body_of(endpoint: str, records: dict[str, str]) -> dict[str, Any]:
    """The good body, with the ids of these records."""
    body = BODIES[endpoint]
    return {**body, **{name: records[noun] for name, noun in references(body).items()}}
