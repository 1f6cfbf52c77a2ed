"""REST of KPIs, observations and rollups."""

import pytest

from portfolio.enums import Visibility
from portfolio.models import KpiObservation, KpiRollup
from portfolio.services.kpi_rollups import roll_up
from portfolio.services.kpi_standings import refresh_standings
from tenancy.actor import Actor
from tenancy.scope import tenant_scope
from tests.api_client import pointers
from tests.factories.portfolio import (
    InitiativeFactory,
    KpiFactory,
    KpiObservationFactory,
    KpiRollupFactory,
    PortfolioFactory,
)

# Two of them are the savepoint that the request's transaction is inside the test's own.
QUERIES = 5


def row(kpi, value="1.5", source_id="a", observed_at="2026-01-05T12:00:00Z", **more) -> dict:
    return {"kpi": str(kpi.pk), "observed_at": observed_at, "value": value, "source_id": source_id, **more}


@pytest.fixture
def kpi(product_manager):
    with tenant_scope(product_manager):
        return KpiFactory(key="latency", target="2", direction="down")


def test_kpi_is_written_and_shows_unknown_before_it_is_observed(api_client, product_manager):
    client = api_client(product_manager)

    created = client.post("kpis/", {"key": "csat", "name": "Satisfaction", "target": "4.5"})

    assert created.status_code == 201
    assert (created.json()["latest_value"], created.json()["status"]) == (None, "unknown")
    assert client.patch(f"kpis/{created.json()['id']}/", {"unit": "points"}).json()["unit"] == "points"
    assert client.delete(f"kpis/{created.json()['id']}/").status_code == 204


def test_bulk_ingest_is_idempotent_and_corrects(api_client, product_manager, kpi):
    client = api_client(product_manager)
    rows = [row(kpi), row(kpi, "2", "b")]

    first = client.post("kpi-observations/bulk/", {"rows": rows})
    second = client.post("kpi-observations/bulk/", {"rows": rows})
    third = client.post("kpi-observations/bulk/", {"rows": [row(kpi, "9")]})

    assert [answer.json()["outcomes"] for answer in (first, second, third)] == [
        ["created", "created"],
        ["unchanged", "unchanged"],
        ["corrected"],
    ]
    assert first.json() == {
        "created": 2,
        "corrected": 0,
        "unchanged": 0,
        "refused": 0,
        "outcomes": ["created", "created"],
        "errors": [],
    }
    assert {entry["value"] for entry in client.get("kpi-observations/").json()["results"]} == {"9.000000", "2.000000"}


def test_ingest_reaches_the_rollups_and_the_status(api_client, product_manager, kpi):
    client = api_client(product_manager)
    client.post("kpi-observations/bulk/", {"rows": [row(kpi, "3", observed_at="2020-01-05T12:00:00Z")]})

    with tenant_scope(Actor.system(product_manager.organization)) as system:
        refresh_standings(actor=system, kpis=roll_up(actor=system).kpis)
    rollups = client.get(f"kpi-rollups/?kpi={kpi.pk}&period=month").json()["results"]
    shown = client.get(f"kpis/{kpi.pk}/").json()

    assert [(entry["period_start"], entry["value"], entry["count"]) for entry in rollups] == [
        ("2020-01-01", "3.000000", 1)
    ]
    assert (shown["latest_value"], shown["status"]) == ("3.000000", "stale")
    assert [entry["key"] for entry in client.get("kpis/?status=stale").json()["results"]] == ["latency"]
    assert client.get("kpis/?status=on_track").json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"value": "NaN"}, "/rows/1/value"),
        ({"value": "much"}, "/rows/1/value"),
        ({"value": None}, "/rows/1/value"),
        ({"observed_at": "2026-01-05T12:00:00"}, "/rows/1/observed_at"),
        ({"source_id": ""}, "/rows/1/source_id"),
        ({"source_id": "a"}, "/rows/1/source_id"),
        ({"kpi": "x"}, "/rows/1/kpi"),
        ({"kpi": "01990000-0000-7000-8000-000000000000"}, "/rows/1/kpi"),
        ({"colour": "red"}, "/rows/1/colour"),
    ],
)
def test_one_bad_row_refuses_all(api_client, product_manager, kpi, changes, pointer):
    response = api_client(product_manager).post(
        "kpi-observations/bulk/", {"rows": [row(kpi), {**row(kpi, source_id="b"), **changes}]}
    )

    assert (response.status_code, pointers(response)) == (400, [pointer])
    with tenant_scope(product_manager):
        assert KpiObservation.objects.count() == 0


def test_empty_ingest_is_refused(api_client, product_manager):
    assert api_client(product_manager).post("kpi-observations/bulk/", {"rows": []}).status_code == 400


def test_single_observation_answers_the_stored_record(api_client, product_manager, kpi):
    client = api_client(product_manager)

    first = client.post("kpi-observations/", row(kpi, source="probe"))
    again = client.post("kpi-observations/", row(kpi, "7", source="probe"))

    assert (first.status_code, first.json()["value"], first.json()["source"]) == (201, "1.500000", "probe")
    assert (again.json()["id"], again.json()["value"]) == (first.json()["id"], "7.000000")


def test_foreign_kpis_are_refused_in_both_ways(api_client, product_manager, stranger):
    with tenant_scope(stranger):
        foreign = KpiFactory()
    client = api_client(product_manager)

    assert pointers(client.post("kpi-observations/", row(foreign))) == ["/kpi"]
    assert pointers(client.post("kpi-observations/bulk/", {"rows": [row(foreign)]})) == ["/rows/0/kpi"]
    with tenant_scope(stranger):
        assert KpiObservation.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(api_client, product_manager, rows, django_assert_num_queries):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        for _ in range(rows):
            kpi = KpiFactory()
            KpiObservationFactory(kpi=kpi)
            KpiRollupFactory(kpi=kpi)
    for noun in ("kpis", "kpi-observations", "kpi-rollups"):
        client.get(f"{noun}/")

        with django_assert_num_queries(QUERIES):
            response = client.get(f"{noun}/")

        assert len(response.json()["results"]) == rows


def test_restricted_portfolio_hides_its_kpis(api_client, owner, product_manager):
    with tenant_scope(owner):
        kpi = KpiFactory(initiative=InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED)))
        observation, rollup = KpiObservationFactory(kpi=kpi), KpiRollupFactory(kpi=kpi)
    client = api_client(product_manager)

    for noun, pk in (("kpis", kpi.pk), ("kpi-observations", observation.pk), ("kpi-rollups", rollup.pk)):
        assert client.get(f"{noun}/").json()["results"] == []
        assert client.get(f"{noun}/{pk}/").status_code == 404
    assert client.post("kpi-observations/", row(kpi)).status_code == 400


def test_roles(api_client, actor_with, viewer, kpi):
    assert api_client(actor_with("contributor")).post("kpi-observations/", row(kpi)).status_code == 201
    assert api_client(viewer).post("kpi-observations/bulk/", {"rows": [row(kpi)]}).status_code == 403
    assert api_client(viewer).post("kpis/", {"key": "x", "name": "X"}).status_code == 403


def test_library_is_listed_and_adopted(api_client, product_manager):
    client = api_client(product_manager)

    found = client.get("kpis/library/?q=calibration").json()
    adopted = client.post("kpis/adopt/", {"definition_key": "latency_p95", "target": "3"})
    again = client.post("kpis/adopt/", {"definition_key": "latency_p95"})
    unknown = client.post("kpis/adopt/", {"definition_key": "magic"})

    assert [row["key"] for row in found] == ["calibration_error"]
    assert adopted.status_code == 201
    shown = adopted.json()
    assert (shown["key"], shown["target"], shown["aggregation"]) == ("latency-p95", "3.000000", "p95")
    assert (again.status_code, unknown.status_code) == (409, 400)


def test_targets_are_set_changed_and_removed(api_client, product_manager, kpi):
    client = api_client(product_manager)
    row = {"kpi": str(kpi.pk), "target": "1.5", "valid_from": "2026-01-01"}

    no_reason = client.post("kpi-targets/", row)
    created = client.post("kpi-targets/", {**row, "reason": "Faster competitors."})
    twice = client.post("kpi-targets/", {**row, "reason": "Again."})
    changed = client.patch(f"kpi-targets/{created.json()['id']}/", {"target": "1.4", "reason": "Even faster ones."})
    silent = client.patch(f"kpi-targets/{created.json()['id']}/", {"target": "1.3"})
    through_the_kpi = client.patch(f"kpis/{kpi.pk}/", {"target": "1"})

    assert [answer.status_code for answer in (no_reason, created, twice, changed, silent, through_the_kpi)] == [
        400,
        201,
        409,
        200,
        400,
        400,
    ]
    assert len(client.get(f"kpi-targets/?kpi={kpi.pk}").json()["results"]) == 2
    assert client.get(f"kpis/{kpi.pk}/").json()["target"] == "1.400000"
    assert client.delete(f"kpi-targets/{created.json()['id']}/").status_code == 204


@pytest.mark.parametrize("value", ["NaN", "Infinity", "9" * 1000, "1e999", True, None, [], {}])
def test_targets_that_are_no_numbers_are_refused(api_client, product_manager, kpi, value):
    row = {"kpi": str(kpi.pk), "target": value, "reason": "Plan.", "valid_from": "2026-01-01"}

    assert api_client(product_manager).post("kpi-targets/", row).status_code == 400


def test_target_of_another_organizations_kpi_is_refused(api_client, product_manager, stranger):
    with tenant_scope(stranger):
        foreign = KpiFactory()

    answer = api_client(product_manager).post("kpi-targets/", {"kpi": str(foreign.pk), "target": "1", "reason": "a"})

    assert (answer.status_code, pointers(answer)) == (400, ["/kpi"])


def test_bulk_ingest_stores_the_sound_rows_when_asked_to(api_client, product_manager, kpi):
    rows = [row(kpi), row(kpi, "much", "b"), row(kpi, "2", "c", observed_at="2126-01-05T12:00:00Z"), row(kpi, "3", "d")]

    answer = api_client(product_manager).post("kpi-observations/bulk/", {"rows": rows, "atomic": False})

    assert (answer.status_code, answer.json()["outcomes"]) == (200, ["created", "refused", "refused", "created"])
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/rows/1/value", "/rows/2/observed_at"]


@pytest.mark.parametrize("odd", [{0}, {6}, {2, 5}, set(range(7)), set()], ids=["first", "last", "two", "all", "none"])
def test_rows_written_in_other_ways_are_stored_like_the_plain_ones(api_client, product_manager, kpi, odd):
    plain = [row(kpi, str(n), f"s{n}", f"2026-01-05T12:0{n}:00Z", source="ad", segment=f"g{n}") for n in range(7)]
    rows = [
        {**each, "value": float(n), "source_id": f" s{n} ", "sample_size": n} if n in odd else each
        for n, each in enumerate(plain)
    ]

    answer = api_client(product_manager).post("kpi-observations/bulk/", {"rows": rows})

    assert answer.status_code == 200
    with tenant_scope(product_manager):
        stored = KpiObservation.objects.order_by("observed_at").values_list(
            "observed_at__minute", "value", "source_id", "segment", "source", "sample_size"
        )
        assert list(stored) == [(n, n, f"s{n}", f"g{n}", "ad", n if n in odd else None) for n in range(7)]


@pytest.mark.parametrize(
    ("position", "changes", "pointer"),
    [(0, {"value": "1_0"}, "value"), (4, {"source_id": ""}, "source_id"), (6, {"observed_at": "now"}, "observed_at")],
)
def test_refused_row_is_named_by_its_place_among_plain_ones(
    api_client, product_manager, kpi, position, changes, pointer
):
    rows = [{**row(kpi, source_id=f"s{n}"), **(changes if n == position else {})} for n in range(7)]

    answer = api_client(product_manager).post("kpi-observations/bulk/", {"rows": rows})

    assert (answer.status_code, pointers(answer)) == (400, [f"/rows/{position}/{pointer}"])


def test_observation_of_another_century_is_refused_with_its_row(api_client, product_manager, kpi):
    rows = [
        row(kpi),
        row(kpi, "2", "b", observed_at="1999-12-31T23:59:59Z"),
        row(kpi, "3", "c", "2100-01-01T00:00:00Z"),
    ]

    answer = api_client(product_manager).post("kpi-observations/bulk/", {"rows": rows})

    assert (answer.status_code, pointers(answer)) == (400, ["/rows/1/observed_at", "/rows/2/observed_at"])
    with tenant_scope(product_manager):
        assert KpiObservation.objects.count() == 0


def test_share_is_sent_as_its_parts(api_client, product_manager):
    with tenant_scope(product_manager):
        share = KpiFactory(aggregation="ratio")
    client = api_client(product_manager)
    parts = {name: part for name, part in row(share).items() if name != "value"}

    stored = client.post("kpi-observations/", {**parts, "numerator": "1", "denominator": "3"})

    assert (stored.status_code, stored.json()["value"]) == (201, "0.333333")
    assert pointers(client.post("kpi-observations/", row(share))) == ["/numerator"]
    assert pointers(client.post("kpi-observations/", {**parts, "numerator": "1"})) == ["/denominator"]
    assert pointers(client.post("kpi-observations/", {**parts, "numerator": "1", "denominator": "0"})) == [
        "/denominator"
    ]
    assert pointers(client.post("kpi-observations/", parts)) == ["/value"]


def test_deleted_observation_leaves_the_rollups(api_client, product_manager, kpi):
    client = api_client(product_manager)
    created = client.post("kpi-observations/", row(kpi)).json()["id"]

    deleted = client.delete(f"kpi-observations/{created}/")

    assert deleted.status_code == 204
    with tenant_scope(Actor.system(product_manager.organization)) as system:
        roll_up(actor=system)
        assert (KpiObservation.objects.count(), KpiRollup.objects.count()) == (0, 0)
    assert client.post("kpi-observations/", row(kpi)).status_code == 201


def test_combined_values_are_served_with_what_is_unknown(api_client, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
        for value in (1, None):
            member = KpiFactory(initiative=initiative, aggregation="sum", definition_key="x")
            if value:
                KpiRollupFactory(kpi=member, period="month", period_start="2026-01-01", value=value, numerator=value)
    client = api_client(product_manager)

    answer = client.get("kpi-rollups/combined/?level=portfolio&period=month&first=2026-01-01&past=2026-02-01")

    (value,) = answer.json()
    assert (value["node_id"], value["value"], value["partial"]) == (str(initiative.portfolio_id), None, "1.000000")
    assert (value["known"], value["expected"], value["reason"]) == (1, 2, "incomplete")
    bad = client.get("kpi-rollups/combined/?level=planet&period=month&first=2026-01-01&past=2025-02-01")
    assert (bad.status_code, pointers(bad)) == (400, ["/level"])
