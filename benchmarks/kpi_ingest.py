"""Observations through the bulk REST call against a plain COPY into the same partitioned table, in turn."""

import http.client
import json
import os
import time
from itertools import islice

from benchmarks.dataset import owner_connection
from benchmarks.http import served
from benchmarks.kpi_data import GUARDED, PLAIN, copied, feed, new_organization, switch
from benchmarks.report import Figure
from core.ids import uuid7
from portfolio.models import Kpi, KpiObservation, KpiObservationKey
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import Membership, Organization, User
from tenancy.scope import tenant_scope
from tenancy.services.tokens import create_api_token

ROWS = int(os.environ.get("BENCH_INGEST_ROWS", "1_000_000"))
CALL = 10_000
# So many rows are written one way, then the other, so that a busy moment of the machine hits both.
TURN = 50_000
KPIS = 40
MIN_RATIO = 0.5


def run() -> list[Figure]:
    """Rows a second of both ways and their ratio."""
    mine, my_kpis = new_organization("bench-ingest", KPIS, ["sum", "mean"])
    plain, plain_kpis = new_organization("bench-copy", KPIS, ["sum", "mean"])
    secret = _token(mine)
    seconds = {"rest": 0.0, "copy": 0.0}
    sent, copied_rows = feed(my_kpis, ROWS), feed(plain_kpis, ROWS)
    with owner_connection() as owner, served("config.wsgi:application") as port:
        caller = _Caller(port, mine, secret)
        try:
            for _ in range(0, ROWS, TURN):
                seconds["rest"] += _send(caller, list(islice(sent, TURN)))
                lines = _lines(plain, list(islice(copied_rows, TURN)))
                switch(owner, PLAIN)
                started = time.perf_counter()
                copied(owner, lines)
                seconds["copy"] += time.perf_counter() - started
                switch(owner, GUARDED)
        finally:
            switch(owner, GUARDED)
    _require_stored(mine, ROWS)
    rates = {name: ROWS / each for name, each in seconds.items()}
    return [
        Figure(f"{ROWS:,} observations through the bulk call", rates["rest"], "rows/s"),
        Figure(f"{ROWS:,} observations by a plain COPY", rates["copy"], "rows/s"),
        Figure("ratio", rates["rest"] / rates["copy"], "x", MIN_RATIO, at_least=True),
    ]


def _token(tenant: Organization) -> str:
    with tenant_scope(Actor.system(tenant, source="command")) as actor:
        user, _ = User.objects.get_or_create(email="bench@example.com", defaults={"name": "Bench"})
        membership = Membership.objects.create(user=user, role=Role.PRODUCT_MANAGER)
        return create_api_token(membership=membership, name="bench", scopes=["write"], actor=actor)[1]


class _Caller:
    """One kept-alive connection of the feed."""

    def __init__(self, port: int, tenant: Organization, secret: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._path = f"/api/v1/organizations/{tenant.slug}/kpi-observations/bulk/"
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def post(self, body: bytes) -> dict[str, int]:
        """The answer; raises RuntimeError for anything but 200."""
        self._connection.request("POST", self._path, body=body, headers=self._headers)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"{self._path} answered {response.status}: {answer[:300]!r}")
        counts: dict[str, int] = json.loads(answer)
        return counts


def _send(caller: _Caller, rows: list[tuple[Kpi, object, str, str]]) -> float:
    """Seconds of the calls; what the feed needs to write its JSON is not measured."""
    bodies = []
    for start in range(0, len(rows), CALL):
        listed = [
            {"kpi": str(kpi.pk), "observed_at": str(moment).replace(" ", "T"), "value": value, "source_id": source_id}
            for kpi, moment, value, source_id in rows[start : start + CALL]
        ]
        bodies.append((len(listed), json.dumps({"rows": listed}).encode()))
    started = time.perf_counter()
    for count, body in bodies:
        if caller.post(body)["created"] != count:
            raise RuntimeError("the call did not store every row")
    return time.perf_counter() - started


def _lines(tenant: Organization, rows: list[tuple[Kpi, object, str, str]]) -> str:
    stamp = str(rows[0][1])
    return "".join(
        f"{uuid7()}\t{tenant.pk}\t{kpi.pk}\t{stamp}\t{stamp}\t1\t{moment}\t{value}\t\t\t{source_id}\n"
        for kpi, moment, value, source_id in rows
    )


def _require_stored(tenant: Organization, rows: int) -> None:
    with tenant_scope(Actor.system(tenant, source="command")):
        stored = (KpiObservation.objects.count(), KpiObservationKey.objects.count())
    if stored != (rows, rows):
        raise RuntimeError(f"expected {rows} observations and keys, found {stored}")
