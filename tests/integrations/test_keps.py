"""655 real enhancement proposals, dirty as they are, as CSV and as JSON."""

import time
from pathlib import Path

import pytest

from integrations.enums import ImportStatus
from integrations.models import ExternalReference
from portfolio.models import Initiative
from roadmap.models import Dependency, RoadmapItem
from tenancy.models import LedgerEvent, Team

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = [DATA / "kubernetes_keps.csv", DATA / "kubernetes_keps.json"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(path.exists() for path in FILES), reason="../shared/data/kubernetes_keps.* is not beside the project"
    ),
]


@pytest.fixture(params=FILES, ids=["csv", "json"])
def keps(request, imported):
    """keps(**options): imports the file; both have the same content, so both must give the same."""

    def run(**options):
        path = request.param
        return imported(path.read_bytes(), file_name=path.name, file_format=path.suffix[1:], **options)

    return run


def reasons(run, column):
    return {(each["value"], each["reason"]) for each in run.problems if each["column"] == column}


def test_the_real_file_becomes_a_portfolio_and_again_nothing_new(keps):
    started = time.monotonic()
    run = keps()
    seconds = time.monotonic() - started

    assert (run.status, run.created_count, run.rejected_count) == (ImportStatus.SUCCEEDED, 655, 0)
    assert run.portfolio.name == "Kubernetes keps"
    assert Initiative.objects.count() == 655
    assert (Team.objects.count(), run.team_count) == (22, 22)
    assert run.dependency_count == Dependency.objects.count() > 200
    assert RoadmapItem.objects.filter(start_on=None, end_on=None).count() == RoadmapItem.objects.count() > 250
    assert ExternalReference.objects.filter(relation="same", external_id="24-apparmor").exists()
    before = LedgerEvent.objects.exclude(table_name="integrations_importrun").count()

    again = keps()

    assert (again.created_count, again.changed_count, again.unchanged_count) == (0, 0, 655)
    assert (again.dependency_count, again.reference_count, again.team_count) == (0, 0, 0)
    assert LedgerEvent.objects.exclude(table_name="integrations_importrun").count() == before
    assert again.problems == run.problems
    # Far above what it takes, so that only a change of order of magnitude fails.
    assert seconds < 120


def test_what_is_dirty_is_reported_and_not_guessed(keps):
    run = keps(is_dry_run=True)

    assert not Initiative.objects.exists()
    assert reasons(run, "stage") == {
        ("alpha (deprecated)", "This is no known stage."),
        ("alpha|beta|stable", "This is no known stage."),
    }
    assert {value for value, _ in reasons(run, "status")} == {
        "imlpemented",
        "implemented (alpha)",
        "provisional|implementable|implemented|deferred|rejected|withdrawn|replaced",
    }
    assert {value for value, _ in reasons(run, "latest_milestone")} == {"v0.0", "TBD"}
    assert {value for value, _ in reasons(run, "last_updated")} == {"2020-01-15", "2020-11-03", "2021-01-23"}
    assert all(each["line"] for each in run.problems)


def test_stages_follow_the_table(keps):
    keps()

    stages = {
        "127-user-namespaces": "ga",
        "281-dynamic-kubelet-configuration": "sunset",
        "2593-multiple-cluster-cidrs": "sunset",
        "2625-cpumanager-policies-thread-placement": "ga",
        "1753-logs-sanitization": "idea",
        "3156-http3": "alpha",
    }
    for external_id, stage in stages.items():
        reference = ExternalReference.objects.get(external_id=external_id, relation="same")
        assert (external_id, Initiative.objects.get(pk=reference.target_id).stage) == (external_id, stage)


def test_csv_and_json_are_the_same_source(imported):
    csv_file, json_file = FILES
    imported(csv_file.read_bytes(), file_name=csv_file.name)

    run = imported(json_file.read_bytes(), file_name=json_file.name)

    assert (run.created_count, run.changed_count, run.unchanged_count) == (0, 0, 655)
    assert (run.dependency_count, run.reference_count) == (0, 0)


def test_dates_as_they_were_written_are_reported(imported):
    path = FILES[1]
    mapping = {"columns": {"created": None, "created_as_written": "start_on"}}

    run = imported(path.read_bytes(), file_name=path.name, mapping=mapping, is_dry_run=True)

    wrong = {value for value, _ in reasons(run, "created_as_written")}
    assert wrong == {"yyyy-mm-dd", "2023-14-05", "2025-30-01", "2023-9-18", "2024-2-1", "2025-10-9"}
