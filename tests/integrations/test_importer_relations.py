"""Parents, names and links of a file: what they lead to, and what is reported when they lead nowhere."""

from datetime import date

import pytest

from integrations.enums import Relation
from integrations.models import ExternalReference
from roadmap.models import Dependency, Roadmap, RoadmapItem
from tests.factories.portfolio import PortfolioFactory, ThemeFactory
from tests.factories.tenancy import TeamFactory
from tests.integrations.outcomes import by_id, counts, problems


def test_addresses_become_references_and_links_dependencies(imported, platform):
    run = imported(platform)

    same = ExternalReference.objects.get(external_id="P-1")
    assert (same.system, same.url, same.relation) == ("platform", "https://tracker.example.com/P-1", "same")
    link = ExternalReference.objects.get(relation=Relation.SEE_ALSO)
    assert (link.target_id, link.url) == (same.target_id, "https://example.com/feature-store")
    pairs = Dependency.objects.values_list("predecessor__initiative__title", "successor__initiative__title")
    assert set(pairs) == {
        ("Feature store", "Vector search\nfor tickets"),
        ("Old ranking", "Evaluation harness"),
        ("Vector search\nfor tickets", "Old ranking"),
    }
    assert (run.reference_count, run.dependency_count) == (1, 3)
    assert Roadmap.objects.get().name == "Platform"
    assert RoadmapItem.objects.count() == 4


def test_only_an_initiative_with_both_dates_gets_a_dated_item(imported, platform):
    imported(platform)

    dated = RoadmapItem.objects.get(initiative=by_id("P-1"))
    undated = RoadmapItem.objects.get(initiative=by_id("P-3"))
    assert (dated.start_on, dated.end_on) == (date(2026, 1, 5), date(2026, 3, 31))
    assert (undated.start_on, undated.end_on) == (None, None)


def test_parents_come_before_children_wherever_they_stand(imported):
    imported("id,title,parent\n3,C,2\n2,B,Top\n1,Top,\n")

    assert (by_id("3").parent, by_id("2").parent) == (by_id("2"), by_id("1"))


def test_a_parent_may_be_a_record_of_an_earlier_import_or_a_key(imported):
    imported("id,title\n1,Top\n")
    key = by_id("1").key

    imported(f"id,title,parent\n2,B,1\n3,C,{key}\n")

    assert by_id("2").parent == by_id("3").parent == by_id("1")


def test_a_level_that_does_not_fit_its_parent_is_an_error_of_its_row(imported):
    run = imported("id,title,level,parent\n1,Top,feature,\n2,Below,program,1\n")

    assert problems(run) == [(3, "parent", "1", "A feature cannot hold a program.")]


def test_two_parents_can_change_places(imported):
    imported("id,title,parent\n1,A,\n2,B,1\n")

    run = imported("id,title,parent\n1,A,2\n2,B,\n")

    assert (counts(run), by_id("1").parent, by_id("2").parent) == ((0, 2, 0, 0), by_id("2"), None)


def test_a_row_may_name_its_portfolio_but_not_an_unknown_one(imported, scope):
    PortfolioFactory(name="Labs")

    run = imported("id,title,portfolio\n1,A,labs\n2,B,Nowhere\n3,C,\n", skips_bad_rows=True)

    assert by_id("1").portfolio.name == "Labs"
    assert by_id("3").portfolio.name == "Platform"
    assert problems(run) == [(3, "portfolio", "Nowhere", "There is no portfolio of this name.")]


def test_themes_and_leads_are_looked_up_and_never_made(imported, scope):
    theme = ThemeFactory(name="Trust")

    run = imported(f"id,title,theme,lead\n1,A,trust,{scope.user.email.upper()}\n2,B,Magic,nobody@example.com\n")

    assert (by_id("1").theme, by_id("1").lead.user) == (theme, scope.user)
    assert (by_id("2").theme, by_id("2").lead) == (None, None)
    assert problems(run) == [
        (3, "theme", "Magic", "There is no theme of this name."),
        (3, "lead", "nobody@example.com", "Nobody in the organization has this address."),
    ]


def test_a_theme_made_later_is_found_by_the_next_import(imported):
    imported("id,title,theme\n1,A,Trust\n")
    theme = ThemeFactory(name="Trust")

    run = imported("id,title,theme\n1,A,Trust\n")

    assert (counts(run), by_id("1").theme) == ((0, 1, 0, 0), theme)


def test_a_team_is_found_whatever_its_case(imported):
    team = TeamFactory(name="Search")

    run = imported("id,title,team\n1,A,SEARCH\n")

    assert (by_id("1").owning_team, run.team_count) == (team, 0)


def test_a_link_that_would_close_a_cycle_is_reported_and_skipped(imported):
    content = "id,title,start,end,depends_on,see_also\n1,A,2026-01-01,2026-02-01,,2\n2,B,2026-01-01,2026-02-01,1,\n"

    for expected in (1, 0):
        run = imported(content)

        assert run.dependency_count == expected
        assert problems(run) == [(2, "see_also", "2", "No dependency: This would close a cycle: “B” → “A” → “B”.")]
    assert Dependency.objects.count() == 1


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("depends_on", ("B", "A")),
        ("blocks", ("A", "B")),
        ("replaces", ("B", "A")),
        ("superseded_by", ("A", "B")),
        ("see_also", ("B", "A")),
    ],
)
def test_each_kind_of_link_has_its_direction(imported, column, expected):
    imported(f"id,title,start,end,{column}\n1,A,2026-01-01,2026-02-01,2\n2,B,2026-01-01,2026-02-01,\n")

    pair = Dependency.objects.values_list("predecessor__title", "successor__title")
    assert list(pair) == [expected]


def test_a_link_finds_a_row_by_path_and_by_another_id_unless_that_is_ambiguous(imported):
    run = imported(
        "id,slug,title,start,end,see_also\n"
        "7,seven,Seven,2026-01-01,2026-02-01,docs/eight/README.md\n"
        "8,eight,Eight,2026-01-01,2026-02-01,9\n"
        "9,nine,Nine,2026-01-01,2026-02-01,8\n"
        "8,ten,Ten,2026-01-01,2026-02-01,https://example.com/issues/9\n"
    )

    pairs = Dependency.objects.values_list("predecessor__title", "successor__title")
    assert set(pairs) == {("Eight", "Seven"), ("Nine", "Eight")}
    assert problems(run) == [(4, "see_also", "8", "2 rows have this id; which one is meant is not guessed.")]
