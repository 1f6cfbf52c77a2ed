"""What the KPI benchmarks measure with: organizations, KPIs and their observations, the same in every run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from benchmarks.dataset import organization
from portfolio.models import Kpi
from tenancy.actor import Actor
from tenancy.models import Organization
from tenancy.scope import tenant_scope

TABLE = "portfolio_kpiobservation"
YEARS = timedelta(days=730)
# COPY is refused on tables with row security, and plain means without anybody's triggers.
PLAIN = """
    ALTER TABLE {0} DISABLE TRIGGER USER;
    ALTER TABLE {0} NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE {0} DISABLE ROW LEVEL SECURITY;
"""
GUARDED = """
    ALTER TABLE {0} ENABLE TRIGGER USER;
    ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {0} FORCE ROW LEVEL SECURITY;
"""
COPY = """COPY portfolio_kpiobservation (id, organization_id, kpi_id, created_at, updated_at, version, observed_at,
    value, segment, source, source_id) FROM STDIN"""


def kpis(tenant: Organization, count: int, aggregations: list[str]) -> list[Kpi]:
    """New KPIs of the organization whose aggregations take turns."""
    with tenant_scope(Actor.system(tenant, source="command")):
        rows = [
            Kpi(key=f"k{number}", name=f"KPI {number}", aggregation=aggregations[number % len(aggregations)])
            for number in range(count)
        ]
        return list(Kpi.objects.bulk_create(rows))


def new_organization(slug: str, kpi_count: int, aggregations: list[str]) -> tuple[Organization, list[Kpi]]:
    """A fresh organization with its KPIs."""
    tenant = organization(slug)
    return tenant, kpis(tenant, kpi_count, aggregations)


def feed(series: list[Kpi], rows: int) -> Iterator[tuple[Kpi, datetime, str, str]]:
    """(KPI, moment, value, source id): all KPIs at one moment, then at the next, over two years up to yesterday."""
    steps = -(-rows // len(series))
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    for number in range(rows):
        step, index = divmod(number, len(series))
        moment = end - YEARS + YEARS * step / steps
        yield series[index], moment, f"{number * 7919 % 100_003 / 10:.1f}", f"feed/{step}"


def switch(owner: psycopg.Connection[Any], statements: LiteralString, table: str = TABLE) -> None:
    """Run PLAIN or GUARDED on a table."""
    for statement in statements.strip().rstrip(";").split(";"):
        owner.execute(sql.SQL(statement).format(sql.Identifier(table)))


def copied(owner: psycopg.Connection[Any], lines: str) -> None:
    """One COPY of prepared lines."""
    with owner.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(lines)
