"""KPI observations from CSV files, by page and by command."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from core.errors import InvalidInputError, NotPermittedError
from portfolio.models import KpiObservation
from portfolio.services.kpi_files import load_observations_file
from portfolio.services.spend_files import FileProblem, FileResult
from tenancy.scope import tenant_scope
from tests.factories.portfolio import KpiFactory

GOOD = b"KPI;Observed at;Value;Source id\nlatency;2026-01-31;12.5;a\nLATENCY;2026-02-01T08:00:00+01:00;13;b\n"


@pytest.fixture
def latency(scope):
    return KpiFactory(key="latency")


def test_rows_are_stored_once_and_corrected(scope, latency):
    first = load_observations_file(GOOD, actor=scope)
    again = load_observations_file(GOOD.replace(b"12.5", b"12.75"), actor=scope)

    assert (first, again) == (FileResult(2, 2, []), FileResult(2, 1, []))
    stored = KpiObservation.objects.order_by("observed_at").values_list("observed_at", "value", "source")
    assert list(stored) == [
        (datetime(2026, 1, 31, 12, tzinfo=UTC), 12.75, "file"),
        (datetime(2026, 2, 1, 7, tzinfo=UTC), 13, "file"),
    ]


def test_row_without_source_id_is_known_by_its_time(scope, latency):
    rows = b"kpi,observed_at,value\nlatency,2026-01-31,1\n"
    load_observations_file(rows, actor=scope)

    assert load_observations_file(rows, actor=scope).stored == 0
    assert load_observations_file(rows.replace(b",1\n", b",2\n"), actor=scope).stored == 1


def test_every_bad_cell_is_named_and_nothing_is_stored(scope, latency):
    rows = (
        "kpi,observed_at,value,sample_size,source_id\nlatency,2026-01-31,1,,a\nspeed,yesterday,1e,-1,b\n"
        "latency,2026-01-31T12:00:00,\N{SUPERSCRIPT TWO},,c\nlatency,2126-01-31,1,,d\nlatency,2026-01-31,1,,a\n"
        "latency,2026-01-30,,,e\nlatency,2026-01-30," + "9" * 1000 + ",,f\nlatency,2026-01-30,NaN,,g\n"
    )

    result = load_observations_file(rows.encode(), actor=scope)

    assert (result.rows, result.stored, KpiObservation.objects.count()) == (8, 0, 0)
    assert [(problem.line, problem.column) for problem in result.problems] == [
        (3, "kpi"),
        (3, "observed_at"),
        (3, "value"),
        (3, "sample_size"),
        (4, "observed_at"),
        (4, "value"),
        (5, "observed_at"),
        (6, "source_id"),
        (7, "value"),
        (8, "value"),
        (9, "value"),
    ]


def test_share_needs_both_of_its_parts(scope):
    KpiFactory(key="share", aggregation="ratio")
    rows = b"kpi,observed_at,value,numerator,denominator\nshare,2026-01-31,,1,2\nshare,2026-02-01,0.5,,\n"

    result = load_observations_file(rows, actor=scope)

    message = "This KPI adds up numerators and denominators: send both instead of a value."
    assert result.problems == [FileProblem(3, "numerator", message)]


@pytest.mark.parametrize(
    "content", [b"", b"kpi\n", b"kpi,observed_at\n", b"kpi,colour,observed_at\na,b,c\n", b"\xff\xfe"]
)
def test_file_that_is_no_such_table_is_refused(scope, content):
    with pytest.raises(InvalidInputError) as refusal:
        load_observations_file(content, actor=scope)

    assert refusal.value.pointer == "file"


def test_viewer_may_not_upload(latency, viewer):
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        load_observations_file(GOOD, actor=viewer)


def test_page_stores_a_file_or_shows_its_bad_lines(client_for, product_manager):
    with tenant_scope(product_manager):
        KpiFactory(key="latency")
    client = client_for(product_manager)
    page = "/acme/portfolio/kpis/upload/"

    assert b"observed_at" in client.get(page).content
    bad = client.post(page, {"file": SimpleUploadedFile("a.csv", GOOD.replace(b"12.5", b"soon"))})
    good = client.post(page, {"file": SimpleUploadedFile("a.csv", GOOD)})

    assert (bad.status_code, good.status_code) == (422, 303)
    assert b"Give a number such as 1234.5." in bad.content
    with tenant_scope(product_manager):
        assert KpiObservation.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_command_stores_a_file_and_fails_with_its_bad_lines(owner, tmp_path):
    with tenant_scope(owner):
        KpiFactory(key="latency")
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(GOOD)
    bad.write_bytes(GOOD.replace(b"12.5", b"soon"))
    out, err = StringIO(), StringIO()

    call_command("import_kpi_observations", good, organization="acme", stdout=out)
    with pytest.raises(SystemExit):
        call_command("import_kpi_observations", bad, organization="acme", stderr=err)
    with pytest.raises(CommandError, match="no organization"):
        call_command("import_kpi_observations", good, organization="nobody")

    assert out.getvalue() == "2 rows read, 2 of them new or changed.\n"
    assert err.getvalue() == "line 2, value: Give a number such as 1234.5.\nNothing was stored.\n"
