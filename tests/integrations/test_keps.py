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


CSV_FILE, JSON_FILE = FILES


def reasons(run, column):
    return {(each["value"], each["reason"]) for each in run.problems if each["column"] == column}


def values(run, column):
    return {each["value"] for each in run.problems if each["column"] == column}


def ledger_rows():
    return LedgerEvent.objects.exclude(table_name="integrations_importrun").count()


def stage_of(external_id):
    reference = ExternalReference.objects.get(external_id=external_id, relation="same")
    return Initiative.objects.get(pk=reference.target_id).stage


def test_the_real_file_becomes_a_portfolio_and_again_nothing_new_from_csv_or_json(imported):
    started = time.monotonic()
    run = imported(CSV_FILE.read_bytes(), file_name=CSV_FILE.name)
    seconds = time.monotonic() - started

    assert (run.status, run.created_count, run.rejected_count) == (ImportStatus.SUCCEEDED, 655, 0)
    assert run.portfolio.name == "Kubernetes keps"
    assert Initiative.objects.count() == 655
    assert (Team.objects.count(), run.team_count) == (22, 22)
    assert run.dependency_count == Dependency.objects.count() > 200
    assert RoadmapItem.objects.filter(start_on=None, end_on=None).count() == RoadmapItem.objects.count() > 200
    assert ExternalReference.objects.exclude(relation="same").count() == run.reference_count > 100
    stages = {
        "127-user-namespaces": "ga",
        "281-dynamic-kubelet-configuration": "sunset",
        "2593-multiple-cluster-cidrs": "sunset",
        "2625-cpumanager-policies-thread-placement": "ga",
        "1753-logs-sanitization": "idea",
        "3156-http3": "alpha",
    }
    assert {external_id: stage_of(external_id) for external_id in stages} == stages
    before = ledger_rows()

    again = imported(CSV_FILE.read_bytes(), file_name=CSV_FILE.name)
    assert (again.created_count, again.changed_count, again.unchanged_count) == (0, 0, 655)
    assert (again.dependency_count, again.reference_count, again.team_count) == (0, 0, 0)
    assert again.problems == run.problems

    as_json = imported(JSON_FILE.read_bytes(), file_name=JSON_FILE.name)
    assert (as_json.created_count, as_json.changed_count, as_json.unchanged_count) == (0, 0, 655)
    assert (as_json.dependency_count, as_json.reference_count, as_json.team_count) == (0, 0, 0)

    assert ledger_rows() == before
    # Far above what it takes, so that only a change of order of magnitude fails.
    assert seconds < 120


def test_what_is_dirty_is_reported_and_not_guessed(imported):
    mapping = {"columns": {"created": None, "created_as_written": "start_on"}}

    run = imported(JSON_FILE.read_bytes(), file_name=JSON_FILE.name, mapping=mapping, is_dry_run=True)

    assert not Initiative.objects.exists()
    assert (run.status, run.created_count) == (ImportStatus.SUCCEEDED, 655)
    assert values(run, "created_as_written") == {
        "yyyy-mm-dd",
        "2023-14-05",
        "2025-30-01",
        "2023-9-18",
        "2024-2-1",
        "2025-10-9",
    }
    assert values(run, "last_updated") == {"2020-01-15", "2020-11-03", "2021-01-23"}
    assert values(run, "latest_milestone") == {"v0.0", "TBD"}
    assert reasons(run, "stage") == {
        ("alpha (deprecated)", "This is no known stage."),
        ("alpha|beta|stable", "This is no known stage."),
    }
    assert values(run, "status") == {
        "imlpemented",
        "implemented (alpha)",
        "provisional|implementable|implemented|deferred|rejected|withdrawn|replaced",
    }
    assert all(each["line"] for each in run.problems)
