"""The import itself: what it makes of a file, what it refuses, and that it can be done again."""

from datetime import date

import pytest
from django.db import connection

from core.errors import DomainError, NotPermittedError
from integrations.enums import ImportStatus
from integrations.models import ImportRun
from integrations.services.importer.naming import portfolio_named_by, system_named_by
from integrations.services.imports import carry_out, new_run
from portfolio.enums import Visibility
from portfolio.hooks import before_stage_change
from portfolio.models import Initiative, Portfolio
from portfolio.services.initiatives import change_initiative, change_stage
from tenancy.enums import Role
from tenancy.models import LedgerEvent, Team
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.integrations.outcomes import by_id, counts, problems, state


def test_a_dirty_file_becomes_a_portfolio(imported, platform):
    run = imported(platform)

    assert (run.status, counts(run)) == (ImportStatus.SUCCEEDED, (5, 0, 0, 0))
    assert run.portfolio.name == "Platform"
    first, third, fourth, fifth = (by_id(name) for name in ("P-1", "P-3", "P-4", "P-5"))
    assert (first.title, first.stage, first.target_release) == ("Feature store", "ga", "v2.1")
    assert (first.start_on, first.end_on) == (date(2026, 1, 5), date(2026, 3, 31))
    assert (third.stage, third.start_on, third.end_on) == ("sunset", None, date(2026, 4, 30))
    assert (fourth.stage, fourth.owning_team, fourth.end_on) == ("idea", first.owning_team, None)
    assert (fifth.parent, fifth.stage, fifth.owning_team) == (first, "discovery", None)
    assert sorted(Team.objects.values_list("name", flat=True)) == ["Data platform", "Search"]


def test_what_is_not_understood_is_reported_with_line_column_and_value(imported, platform):
    run = imported(platform)

    assert problems(run) == [
        (3, "Target version", "TBD", "This is a placeholder, not a release."),
        (3, "Status", "imlpemented", "This is no known status."),
        (5, "Start date", "2026-02-30", "This is not a date; dates are written 2026-03-31."),
        (6, "Target version", "v0.0", "This is a placeholder, not a release."),
        (6, "Stage", "alpha|beta", "This is no known stage."),
        (6, "End date", "2026-05-01", "This lies before “Start date”, 2026-06-01."),
        (6, "See also", "gone/P-77", "No row of the file and no imported record has this id."),
        (7, "Link", "ftp://example.com/x", "This is not a web address."),
        (7, "See also", "P-5", "The row links to itself."),
    ]
    assert run.warning_count == 9


def test_importing_again_changes_nothing(imported, platform):
    imported(platform)
    before = state()

    run = imported(platform)

    assert counts(run) == (0, 0, 5, 0)
    assert (run.team_count, run.reference_count, run.dependency_count) == (0, 0, 0)
    assert state() == before


def test_a_check_changes_nothing_and_counts_the_same(imported, platform):
    before = state()

    check = imported(platform, is_dry_run=True)

    assert state() == before
    assert (check.status, check.portfolio) == (ImportStatus.SUCCEEDED, None)
    assert check.content is not None
    run = imported(platform)
    assert problems(check) == problems(run)
    names = ("created_count", "team_count", "dependency_count", "reference_count", "warning_count")
    assert [getattr(check, name) for name in names] == [getattr(run, name) for name in names]
    assert run.content is None


def test_the_ledger_names_what_happened_and_not_the_content(imported, platform):
    run = imported(platform)

    actions = set(LedgerEvent.objects.values_list("action", flat=True))
    assert {
        "initiative.created",
        "team.created",
        "external_reference.created",
        "dependency.created",
        "import_run.finished",
    } <= actions
    recorded = LedgerEvent.objects.get(record_id=run.pk)
    assert "content" not in str(recorded.changes)
    assert "Vector search" not in str(recorded.changes)


def test_a_changed_file_changes_only_what_changed(imported, platform):
    imported(platform)
    untouched = Initiative.objects.exclude(pk=by_id("P-1").pk).values_list("pk", "version")
    before = sorted(untouched)

    run = imported(platform.replace(b"Feature store,", b"Feature shop,").replace(b",v2.1,", b",v2.2,"))

    assert counts(run) == (0, 1, 4, 0)
    assert (by_id("P-1").title, by_id("P-1").target_release) == ("Feature shop", "v2.2")
    assert sorted(untouched) == before


def test_what_people_changed_here_stays_while_the_file_says_the_same(imported, platform, scope):
    imported(platform)
    change_initiative(by_id("P-1"), actor=scope, title="Renamed here", target_release="")

    run = imported(platform.replace(b"Evaluation harness", b"Evaluation suite"))

    assert counts(run) == (0, 1, 4, 0)
    assert by_id("P-1").title == "Renamed here"
    assert by_id("P-5").title == "Evaluation suite"


def test_an_emptied_cell_clears_what_an_import_brought_and_nothing_else(imported, scope):
    imported("id,title,team,release\n1,A,Search,v1\n2,B,,\n")
    change_initiative(by_id("2"), actor=scope, target_release="ours")

    run = imported("id,title,team,release\n1,A,,\n2,B,,\n")

    assert counts(run) == (0, 1, 1, 0)
    assert (by_id("1").owning_team, by_id("1").target_release) == (None, "")
    assert by_id("2").target_release == "ours"


def test_a_stage_moves_one_allowed_step(imported):
    imported("id,title,stage\n1,A,alpha\n")

    run = imported("id,title,stage\n1,A,beta\n")

    assert (counts(run), by_id("1").stage, run.problems) == ((0, 1, 0, 0), "beta", [])
    event = LedgerEvent.objects.get(action="initiative.stage_changed")
    assert event.reason == "Imported from platform"


def test_a_stage_that_cannot_be_reached_stays_and_is_reported_each_time(imported):
    imported("id,title,stage\n1,A,idea\n")

    for _ in range(2):
        run = imported("id,title,stage\n1,A,stable\n")

        assert (run.status, counts(run), by_id("1").stage) == (ImportStatus.SUCCEEDED, (0, 0, 1, 0), "idea")
        assert problems(run) == [
            (
                2,
                "stage",
                "ga",
                "The stage stays Idea: From Idea an initiative can go only to Discovery, Sunset; not to GA.",
            )
        ]


def test_a_guarded_gate_holds(imported, monkeypatch):
    def refuse(*, initiative, to, actor):
        raise DomainError("A launch must be approved first.", reasons=["No approval."])

    imported("id,title,stage\n1,A,alpha\n")
    monkeypatch.setattr(before_stage_change, "_listeners", [refuse])

    run = imported("id,title,stage\n1,A,beta\n")

    assert by_id("1").stage == "alpha"
    assert problems(run) == [
        (2, "stage", "beta", "The stage stays Alpha: A launch must be approved first. No approval.")
    ]


def test_a_stage_moved_here_is_not_moved_back(imported, scope):
    imported("id,title,stage\n1,A,alpha\n")
    change_stage(by_id("1"), to="delivery", actor=scope)

    imported("id,title,stage\n1,B,alpha\n")

    assert (by_id("1").title, by_id("1").stage) == ("B", "delivery")


def test_one_bad_row_stops_the_file_and_every_one_is_reported(imported, platform_bad):
    before = state()

    run = imported(platform_bad)

    assert (run.status, counts(run)) == (ImportStatus.REFUSED, (0, 0, 0, 9))
    assert state() == before
    assert problems(run) == [
        (3, "title", "", "The row has no title."),
        (4, "parent", "B-4", "The row would stand below itself: “B-3” → “B-4” → “B-3”."),
        (5, "parent", "B-3", "The row would stand below itself: “B-3” → “B-4” → “B-3”."),
        (6, "parent", "B-99", "No row of the file and no imported record has this id."),
        (7, "id", "", "The row has no external id."),
        (8, "", "", "The row has 2 cells, the header 3."),
        (9, "id", "B-8", "The same external id stands on line 10; which row is meant is not guessed."),
        (10, "id", "B-8", "The same external id stands on line 9; which row is meant is not guessed."),
        (11, "parent", "B-5", "Its parent on line 6 is not imported."),
    ]


def test_bad_rows_can_be_left_out(imported, platform_bad):
    run = imported(platform_bad, skips_bad_rows=True)

    assert (run.status, counts(run)) == (ImportStatus.SUCCEEDED, (1, 0, 0, 9))
    assert list(Initiative.objects.values_list("title", flat=True)) == ["First"]


def test_a_check_of_a_bad_file_counts_what_would_be(imported, platform_bad):
    run = imported(platform_bad, is_dry_run=True)

    assert (run.status, counts(run)) == (ImportStatus.REFUSED, (1, 0, 0, 9))
    assert not Initiative.objects.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "The file is empty."),
        ("a,b\n1,2\n", "No column of the file is the title. Say which one: column=title."),
    ],
)
def test_a_file_that_cannot_be_tried_is_refused_as_a_whole(imported, content, reason):
    run = imported(content)

    assert (run.status, problems(run)) == (ImportStatus.REFUSED, [(None, "", "", reason)])


def test_an_id_of_a_deleted_record_makes_a_new_one(imported):
    imported("id,title\n1,A\n")
    by_id("1").delete()

    run = imported("id,title\n1,A\n")

    assert (counts(run), by_id("1").title) == ((1, 0, 0, 0), "A")


def test_two_systems_with_the_same_ids_do_not_meet(imported):
    imported("id,title\n1,A\n", system="jira")

    imported("id,title\n1,A\n", system="github")

    assert Initiative.objects.count() == 2


def test_only_planners_import(imported, actor_with):
    contributor = actor_with(Role.CONTRIBUTOR)

    with tenant_scope(contributor), pytest.raises(NotPermittedError):
        imported("id,title\n1,A\n", actor=contributor)

    assert not Initiative.objects.exists()


def test_a_portfolio_shared_to_view_or_hidden_refuses_the_file(imported, product_manager):
    PortfolioFactory(name="Secret", visibility=Visibility.RESTRICTED)

    with tenant_scope(product_manager):
        run = imported("id,title\n1,A\n", actor=product_manager, portfolio_name="Secret")

    assert problems(run) == [(None, "", "", "There is already a portfolio of this name.")]
    assert not Initiative.objects.exists()


def test_a_record_in_a_portfolio_closed_to_the_actor_is_an_error_of_its_row(imported, product_manager):
    imported("id,title\n1,A\n")
    Portfolio.objects.update(visibility=Visibility.RESTRICTED)

    with tenant_scope(product_manager):
        run = imported("id,title\n1,B\n", actor=product_manager, portfolio_name="Mine")

    assert problems(run) == [(2, "", "", "Its portfolio is shared with you to view only.")]
    assert by_id("1").title == "A"


def test_an_import_of_another_organization_knows_nothing_of_ours(stranger):
    with tenant_scope(stranger):
        InitiativeFactory(title="Theirs")
        run = new_run(actor=stranger, file_name="platform.csv", content=b"id,title,parent\n1,A,\n")
        run.is_dry_run = False
        carry_out(run, actor=stranger, progress=lambda *step: None)

        assert Initiative.objects.count() == 2
        assert ImportRun.objects.count() == 1


def test_a_break_in_the_middle_leaves_nothing(imported, scope):
    class PowerCutError(Exception):
        pass

    def cut(current, total, message):
        if message.startswith("Row 21"):
            raise PowerCutError

    content = "id,title,team\n" + "".join(f"{n},T{n},Search\n" for n in range(60))
    before = state()

    with pytest.raises(PowerCutError):
        imported(content, progress=cut)

    assert state() == before
    assert counts(imported(content)) == (60, 0, 0, 0)


def test_progress_never_runs_backwards_and_ends_complete(imported, platform):
    steps = []

    imported(platform, progress=lambda current, total, message: steps.append((current / total, message)))

    shares = [share for share, _ in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_an_unchanged_row_costs_no_statement(imported, django_assert_max_num_queries):
    content = "id,title,team\n" + "".join(f"{n},T{n},Search\n" for n in range(50))
    imported(content)

    with django_assert_max_num_queries(40):
        imported(content)

    assert connection.in_atomic_block


@pytest.mark.parametrize(
    ("name", "portfolio", "system"),
    [
        ("ml_platform-2026.csv", "Ml platform 2026", "ml_platform_2026"),
        ("Üben.json", "Üben", "üben"),
    ],
)
def test_names_come_from_the_file(name, portfolio, system):
    assert portfolio_named_by(name) == portfolio
    assert system_named_by(name) == system
