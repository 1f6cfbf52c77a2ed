"""The dashboard of a portfolio with 5,000 initiatives, against its own statements run bare."""

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.test import Client as TestClient
from django.utils import timezone

from benchmarks.dataset import BATCH, initiatives, organization, owner_connection
from benchmarks.http import Client, medians, served
from benchmarks.report import Figure
from benchmarks.statements import statements_of
from portfolio.enums import OptionKind, RollupPeriod, RollupScope
from portfolio.models import (
    BusinessCase,
    CaseOption,
    Initiative,
    Kpi,
    KpiRollup,
    MoneyRollup,
    Portfolio,
    Valuation,
)
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import Membership, Organization, Team, User
from tenancy.scope import named_action, tenant_scope

INITIATIVES, KPIS, ROUNDS = 5000, 500, 60
MAX_QUERIES, MAX_RATIO = 12, 3
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TABLES = (Initiative, BusinessCase, CaseOption, Valuation, MoneyRollup, Kpi, KpiRollup)


def run() -> list[Figure]:
    """Number of statements, and the time against the floor."""
    # Pages name static files by their digest; the server of script/server has collected them.
    call_command("collectstatic", interactive=False, verbosity=0)
    tenant, user, portfolio = large_portfolio()
    path = f"/{tenant.slug}/portfolio/portfolios/{portfolio.pk}/"
    browser = TestClient(headers={"Host": "localhost"})
    browser.force_login(user, backend=BACKEND)
    statements = statements_of(browser, path)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    with TemporaryDirectory() as folder:
        file = Path(folder, "statements.json")
        file.write_text(json.dumps([text for text in statements if "portfolio_" in text or "ledger" in text]))
        floor = {"BENCH_STATEMENTS": str(file), "BENCH_ORGANIZATION": str(tenant.pk)}
        with (
            served("config.wsgi:application") as port,
            served("benchmarks.statements_floor:application", **floor) as bare,
        ):
            page, plain = Client(port, {"Cookie": cookie}), Client(bare)
            measured = medians({"page": (page, path), "floor": (plain, "/")}, rounds=ROUNDS)
    name = f"dashboard of {INITIATIVES:,} initiatives"
    return [
        Figure(f"{name}: SQL statements", len(statements), "", MAX_QUERIES),
        Figure(name, measured["page"], "ms"),
        Figure(f"{name}: floor", measured["floor"], "ms"),
        Figure(f"{name}: ratio", measured["page"] / measured["floor"], "x", MAX_RATIO),
    ]


def large_portfolio() -> tuple[Organization, User, Portfolio]:
    """A portfolio whose every initiative has a simulated case and rolled-up money, with KPIs on a tenth of them."""
    tenant = organization("bench-dashboard")
    with tenant_scope(Actor.system(tenant, source="command")):
        named_action("bench.filled")
        user, _ = User.objects.get_or_create(email="bench@example.com", defaults={"name": "Bench"})
        Membership.objects.create(user=user, role=Role.DIRECTOR)
        portfolio = Portfolio.objects.create(name="Bench")
        teams = [Team.objects.create(name=f"Team {number}") for number in range(20)]
        rows = Initiative.objects.bulk_create(initiatives(portfolio, INITIATIVES, teams=teams), batch_size=BATCH)
        _cases(rows, random.Random(7))  # noqa: S311 - figures to measure with, not secrets
        _kpis(rows[:KPIS])
    with owner_connection() as owner:
        for model in TABLES:
            owner.execute(f'VACUUM ANALYZE "{model._meta.db_table}"')
    return tenant, user, portfolio


def _cases(rows: list[Initiative], chance: random.Random) -> None:
    cases = BusinessCase.objects.bulk_create(
        BusinessCase(
            initiative=row, name="Case", is_current=True, currency="EUR", discount_rate=Decimal("0.1"),
            start_month=date(2026, 1, 1), inputs_digest="bench",
        )
        for row in rows
    )  # fmt: skip
    options = CaseOption.objects.bulk_create(
        CaseOption(case=case, kind=OptionKind.BUILD, name="Build", is_recommended=True) for case in cases
    )
    Valuation.objects.bulk_create(_valuation(option, chance) for option in options)
    MoneyRollup.objects.bulk_create(
        MoneyRollup(
            initiative=row, scope=RollupScope.OWN, as_of=date(2026, 6, 1), currency="EUR", cases=1,
            plan_cost=1000, estimate_at_completion=chance.randint(800, 1300), npv=chance.randint(-500, 5000),
            pv_costs=900, pv_benefits=1400, actual_benefit=10, plan_benefit=100,
        )
        for row in rows
    )  # fmt: skip


def _valuation(option: CaseOption, chance: random.Random) -> Valuation:
    value = Decimal(chance.randint(-50_000, 900_000))
    return Valuation(
        case=option.case, option=option, case_version=1, inputs_digest="bench", currency="EUR",
        discount_rate=Decimal("0.1"), npv=value, npv_p50=value, probability_negative=chance.random(),
        total_costs=chance.randint(10_000, 400_000), total_benefits=1, pv_costs=1, pv_benefits=1,
        engine_version="bench", computed_at=timezone.now(),
    )  # fmt: skip


def _kpis(rows: list[Initiative]) -> None:
    kpis = Kpi.objects.bulk_create(
        Kpi(key=f"bench-{number}", name=f"KPI {number}", initiative=row) for number, row in enumerate(rows)
    )
    today = timezone.now().date()
    KpiRollup.objects.bulk_create(
        KpiRollup(
            kpi=kpi, period=RollupPeriod.DAY, period_start=today, value=number % 10, count=1,
            last_observed_at=timezone.now(),
        )
        for number, kpi in enumerate(kpis)
    )  # fmt: skip
