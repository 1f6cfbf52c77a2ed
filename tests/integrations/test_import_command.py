"""The command: the same importer at the shell, with its table, its report file and its exit status."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from integrations.enums import ImportStatus
from integrations.models import ImportRun
from portfolio.models import Initiative, Portfolio
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope

FILES = Path(__file__).parent / "files"


@pytest.fixture
def run(organization):
    """run(file, ..., **options): (exit status, standard output)."""

    def call(file, *arguments, **options):
        out = io.StringIO()
        try:
            call_command(
                "import_portfolio",
                str(file),
                *arguments,
                organization="acme",
                stdout=out,
                stderr=io.StringIO(),
                **options,
            )
        except SystemExit as end:
            return end.code, out.getvalue()
        return 0, out.getvalue()

    return call


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "team_plans.csv"
    path.write_text("id,title,release,colour\n1,Search,v1,red\n2,Sort,TBD,blue\n")
    return path


def test_import_prints_problems_and_a_summary(run, good, owner):
    status, text = run(good, format="csv")

    lines = text.splitlines()
    assert status == 0
    assert lines[0].split() == ["line", "column", "value", "reason"]
    assert lines[1].split(maxsplit=4) == ["warn", "3", "release", "TBD", "This is a placeholder, not a release."]
    assert lines[3:] == [
        "2 rows: 2 created, 0 changed, 0 unchanged, 0 rejected; 1 warnings.",
        "Teams created: 0, dependencies: 0, links: 0.",
        "Imported into “Team plans”.",
    ]
    with tenant_scope(owner):
        assert Portfolio.objects.get().name == "Team plans"


def test_dry_run_changes_nothing_but_records_that_it_ran(run, good, owner):
    status, text = run(good, dry_run=True)

    assert status == 0
    assert text.splitlines()[-1] == "Nothing was changed: this was a dry run."
    with tenant_scope(owner):
        assert not Initiative.objects.exists()
        assert ImportRun.objects.get().is_dry_run


def test_the_second_run_adds_one_ledger_row_its_own(run, good, owner):
    run(good)
    with tenant_scope(owner):
        before = LedgerEvent.objects.count()

    status, text = run(good)

    assert (status, text.splitlines()[3]) == (0, "2 rows: 0 created, 0 changed, 2 unchanged, 0 rejected; 1 warnings.")
    with tenant_scope(owner):
        assert LedgerEvent.objects.count() == before + 1


def test_a_bad_row_is_exit_status_1_and_nothing_imported(run, owner):
    status, text = run(FILES / "platform_bad.csv")

    assert status == 1
    assert text.splitlines()[-1].startswith("Nothing was imported: correct the errors above")
    with tenant_scope(owner):
        assert not Initiative.objects.exists()
        assert ImportRun.objects.get().status == ImportStatus.REFUSED


def test_bad_rows_are_left_out_on_request(run, owner):
    status, _ = run(FILES / "platform_bad.csv", "--skip-bad-rows")

    assert status == 0
    with tenant_scope(owner):
        assert list(Initiative.objects.values_list("title", flat=True)) == ["First"]


def test_options_reach_the_import(run, good, tmp_path, owner):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"columns": {"release": None}, "values": {"kind": {"red": "tech_debt"}}}))

    status, _ = run(
        good, "--map", "colour=kind", mapping=mapping, portfolio="Plans", system="sheet", skip_bad_rows=True
    )

    assert status == 0
    with tenant_scope(owner):
        assert list(Initiative.objects.values_list("title", "kind", "target_release", "portfolio__name")) == [
            ("Search", "tech_debt", "", "Plans"),
            ("Sort", "feature", "", "Plans"),
        ]
        assert ImportRun.objects.get().system == "sheet"


def test_reports_are_written_as_csv_and_json(run, good, tmp_path):
    run(good, report=tmp_path / "report.csv")
    run(good, report=tmp_path / "report.json")

    rows = list(csv.reader(io.StringIO((tmp_path / "report.csv").read_text())))
    written = json.loads((tmp_path / "report.json").read_text())
    assert rows == [
        ["severity", "line", "column", "value", "reason"],
        ["warning", "3", "release", "TBD", "This is a placeholder, not a release."],
    ]
    assert (written["unchanged"], written["problems"][0]["line"]) == (2, 3)


def test_a_report_cell_cannot_become_a_formula(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,title,start\n1,A,=1+1\n")

    run(path, report=tmp_path / "report.csv")

    assert list(csv.reader(io.StringIO((tmp_path / "report.csv").read_text())))[1][3] == "'=1+1"


def test_the_person_named_by_email_acts(run, good, product_manager, viewer):
    run(good, email=product_manager.user.email)

    with tenant_scope(product_manager):
        assert ImportRun.objects.get().requested_by == product_manager.user
        assert LedgerEvent.objects.filter(action="initiative.created").first().actor_id == product_manager.user_id
    with pytest.raises(CommandError, match="Your role does not allow this"):
        run(good, email=viewer.user.email)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"email": "nobody@example.com"}, "nobody@example.com is no member of Acme."),
        ({"mapping": Path("missing.json")}, "missing.json cannot be read: No such file or directory."),
        ({"map": ["title"]}, "Write a mapping as column=field, not “title”."),
        ({"portfolio": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
    ],
)
def test_wrong_options_are_refused_in_one_line(run, good, options, message):
    with pytest.raises(CommandError) as refusal:
        run(good, **options)

    assert str(refusal.value) == message


def test_an_unknown_organization_is_refused(db, good):
    with pytest.raises(CommandError, match="There is no organization “nobody”"):
        call_command("import_portfolio", str(good), organization="nobody")


def test_a_missing_file_is_refused(run, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        run(tmp_path / "missing.csv")
