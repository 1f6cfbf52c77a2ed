"""What the ledger and row security cost a bulk write, and how fast a ledger verifies."""

import statistics
import time

from django.db import transaction

from benchmarks.dataset import initiatives, organization, owner_connection
from benchmarks.report import Figure
from portfolio.models import Initiative, Portfolio
from tenancy.actor import Actor
from tenancy.models import LedgerEvent, Organization
from tenancy.scope import named_action, tenant_scope
from tenancy.services.ledger import seal
from tenancy.services.ledger_verification import verify

ROWS = 10_000
ROUNDS = 5
VERIFIED_ROWS = 100_000
MAX_OVERHEAD = 2
MIN_ROWS_A_SECOND = 30_000

_PLAIN = """
    ALTER TABLE portfolio_initiative DISABLE TRIGGER USER;
    ALTER TABLE portfolio_initiative NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE portfolio_initiative DISABLE ROW LEVEL SECURITY;
"""
_GUARDED = """
    ALTER TABLE portfolio_initiative ENABLE TRIGGER USER;
    ALTER TABLE portfolio_initiative ENABLE ROW LEVEL SECURITY;
    ALTER TABLE portfolio_initiative FORCE ROW LEVEL SECURITY;
"""


def overhead() -> list[Figure]:
    """Seconds of the same bulk write into the same table, with and without triggers, hash and row security."""
    tenant = organization("bench-overhead")
    with tenant_scope(Actor.system(tenant, source="command")):
        portfolio = Portfolio.objects.create(name="Bench")
    times: dict[str, list[float]] = {"plain": [], "guarded": []}
    with owner_connection() as owner:
        try:
            for _ in range(ROUNDS):
                owner.execute(_PLAIN)
                times["plain"].append(_insert(tenant, portfolio, expected_events=0))
                owner.execute(_GUARDED)
                times["guarded"].append(_insert(tenant, portfolio, expected_events=ROWS))
        finally:
            owner.execute(_GUARDED)
    plain, guarded = (statistics.median(times[name]) for name in ("plain", "guarded"))
    return [
        Figure(f"bulk write of {ROWS:,} initiatives, plain", plain, "s"),
        Figure(f"bulk write of {ROWS:,} initiatives, recorded and guarded", guarded, "s"),
        Figure("ratio", guarded / plain, "x", MAX_OVERHEAD),
    ]


def _insert(tenant: Organization, portfolio: Portfolio, *, expected_events: int) -> float:
    """Seconds of one bulk write that is rolled back, so that every round meets the same table."""
    with tenant_scope(Actor.system(tenant, source="command")):
        rows = initiatives(portfolio, ROWS, teams=[])
        before = LedgerEvent.objects.count()
        started = time.perf_counter()
        with transaction.atomic():
            named_action("bench.written")
            Initiative.objects.bulk_create(rows)
            seconds = time.perf_counter() - started
            events = LedgerEvent.objects.count() - before
            transaction.set_rollback(True)
    if events != expected_events:
        raise RuntimeError(f"expected {expected_events} ledger events, found {events}")
    return seconds


def verification() -> list[Figure]:
    """Rows a second of a full verification of a sealed ledger."""
    tenant = organization("bench-verify")
    with tenant_scope(Actor.system(tenant, source="command")):
        portfolio = Portfolio.objects.create(name="Bench")
    for offset in range(0, VERIFIED_ROWS, ROWS):
        with tenant_scope(Actor.system(tenant, source="command")):
            Initiative.objects.bulk_create(initiatives(portfolio, ROWS, teams=[], offset=offset))
        with tenant_scope(Actor.system(tenant, source="command")) as actor:
            seal(actor)
    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE tenancy_ledgerevent")
    with tenant_scope(Actor.system(tenant, source="command")) as actor:
        started = time.perf_counter()
        result = verify(actor)
        seconds = time.perf_counter() - started
    if result.problem is not None or result.sealed_rows < VERIFIED_ROWS:
        raise RuntimeError(f"the ledger did not verify: {result}")
    return [
        Figure("ledger rows verified", result.rows, "rows"),
        Figure("verification", result.rows / seconds, "rows/s", MIN_ROWS_A_SECOND, at_least=True),
    ]
