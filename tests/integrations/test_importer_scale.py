"""Files of any size and any shape of tree: a fixed number of queries, and always an answer with line and column."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import DomainError
from integrations.enums import ImportStatus
from integrations.services.importer import applying
from portfolio.hooks import before_stage_change
from portfolio.models import Initiative
from portfolio.services.initiatives import change_initiative
from tenancy.models import LedgerEvent
from tests.integrations.outcomes import by_id, counts, problems, state

HEADER = "id,title,team,level,parent,release,stage,start,end,url,see_also\n"


def rows_of(count, *, release="v1", stage="alpha"):
    """A program over `count` features of few teams, each with an address."""
    tops = "top,Everything,Search,program,,,,,,,\n"
    return (HEADER + tops).encode() + "".join(
        f"{n},Feature {n},Team {n % 7},feature,top,{release},{stage},2026-01-05,2026-02-05,https://example.com/{n},\n"
        for n in range(count)
    ).encode()


def chain(length):
    """Rows each below the one before."""
    return [f"{n},Level {n},{n - 1 if n else ''}\n" for n in range(length)]


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        ({}, "unchanged"),
        ({"release": "v2"}, "changed"),
        # A stage the table does not allow is refused without a guard's look.
        ({"stage": "stable"}, "unchanged"),
    ],
)
def test_an_import_costs_the_same_for_any_number_of_rows(imported, again, expected):
    # Creates the teams, and asks what the process remembers from then on.
    imported(rows_of(30), system="warm-up", portfolio_name="warm-up")
    costs = []
    for count in (30, 300):
        system = f"tracker-{count}"
        with CaptureQueriesContext(connection) as creating:
            created = imported(rows_of(count), system=system, portfolio_name=system)
        with CaptureQueriesContext(connection) as repeating:
            repeated = imported(rows_of(count, **again), system=system, portfolio_name=system)
        assert (created.created_count, created.rejected_count) == (count + 1, 0)
        assert getattr(repeated, f"{expected}_count") >= count
        costs.append((len(creating), len(repeating)))

    (first_creating, first_repeating), (second_creating, second_repeating) = costs
    assert first_creating == second_creating < 90
    assert first_repeating == second_repeating < 70


def test_each_new_team_costs_nothing_of_its_own(imported):
    costs = []
    for count in (30, 300):
        content = "id,title,team\n" + "".join(f"{count}-{n},T{n},Team {count}-{n}\n" for n in range(count))
        with CaptureQueriesContext(connection) as queries:
            assert imported(content).team_count == count
        costs.append(len(queries))

    # The first one also creates the portfolio.
    assert costs[1] <= costs[0]


def test_more_rows_than_a_batch_are_one_import(imported, monkeypatch):
    monkeypatch.setattr(applying, "BATCH", 7)
    content = "id,title,parent\n" + "".join(random.Random(5).sample(chain(40), 40))

    run = imported(content)

    assert (run.status, counts(run)) == (ImportStatus.SUCCEEDED, (40, 0, 0, 0))
    assert [by_id(str(n)).parent for n in range(1, 40)] == [by_id(str(n)) for n in range(39)]
    before = state()
    assert counts(imported(content)) == (0, 0, 40, 0)
    assert state() == before


@pytest.mark.parametrize("batch", [500, 20])
@pytest.mark.parametrize("order", ["parents first", "children first", "shuffled"])
def test_three_hundred_levels_are_refused_from_the_fifty_first(imported, monkeypatch, order, batch):
    monkeypatch.setattr(applying, "BATCH", batch)
    lines = chain(300)
    if order == "children first":
        lines.reverse()
    elif order == "shuffled":
        random.Random(7).shuffle(lines)
    line_of = {int(text.split(",")[0]): number for number, text in enumerate(lines, start=2)}
    before = state()

    run = imported("id,title,parent\n" + "".join(lines))

    assert (run.status, counts(run)) == (ImportStatus.REFUSED, (0, 0, 0, 250))
    expected = [(line_of[50], "parent", "49", "The tree would be deeper than 50 levels.")]
    expected += [
        (line_of[n], "parent", str(n - 1), f"Its parent on line {line_of[n - 1]} is not imported.")
        for n in range(51, 300)
    ]
    assert problems(run) == sorted(expected)
    assert state() == before


def test_three_hundred_levels_with_bad_rows_left_out_become_fifty(imported):
    run = imported("id,title,parent\n" + "".join(chain(300)), skips_bad_rows=True)

    assert (run.status, counts(run)) == (ImportStatus.SUCCEEDED, (50, 0, 0, 250))
    assert by_id("49").parent == by_id("48")


def test_a_branch_below_a_stored_one_counts_from_the_root(imported):
    imported("id,title,parent\n" + "".join(chain(30)))

    run = imported("id,title,parent\n" + "".join(f"b{n},B{n},{f'b{n - 1}' if n else '29'}\n" for n in range(21)))

    assert problems(run) == [(22, "parent", "b19", "The tree would be deeper than 50 levels.")]


def test_a_cycle_of_three_hundred_rows_names_every_row(imported):
    lines = [f"{n},Level {n},{(n - 1) % 300}\n" for n in range(300)]

    run = imported("id,title,parent\n" + "".join([*lines, "below,Below,7\n", "free,Free,\n"]))

    assert (run.status, run.rejected_count) == (ImportStatus.REFUSED, 301)
    found = problems(run)
    assert [(line, column) for line, column, _, _ in found] == [(line, "parent") for line in range(2, 303)]
    assert all(reason.startswith("The row would stand below itself: “") for _, _, _, reason in found[:300])
    assert found[300] == (302, "parent", "7", "Its parent on line 9 is not imported.")


def test_an_unknown_parent_takes_down_its_branch_by_name(imported):
    run = imported("id,title,parent\nc,C,b\nb,B,a\na,A,gone\nd,D,\n", skips_bad_rows=True)

    assert counts(run) == (1, 0, 0, 3)
    assert problems(run) == [
        (2, "parent", "b", "Its parent on line 3 is not imported."),
        (3, "parent", "a", "Its parent on line 4 is not imported."),
        (4, "parent", "gone", "No row of the file and no imported record has this id."),
    ]


def test_a_file_that_would_close_a_cycle_with_what_is_stored_is_refused(imported, scope):
    imported("id,title,parent\n1,A,\n2,B,1\n3,C,2\n")
    change_initiative(by_id("1"), actor=scope, parent=None, title="A")

    run = imported("id,title,parent\n1,A,3\n")

    assert problems(run) == [(2, "parent", "3", "An initiative cannot stand below itself.")]
    assert by_id("1").parent is None


def test_what_is_refused_here_takes_its_branch_with_it_whatever_the_batch(imported, monkeypatch):
    content = "id,title,level,parent\n1,A,feature,\n2,B,program,1\n3,C,feature,2\n4,D,feature,3\n5,E,feature,1\n"
    for batch in (500, 1):
        monkeypatch.setattr(applying, "BATCH", batch)

        run = imported(content, skips_bad_rows=True, system=f"s{batch}")

        assert counts(run) == (2, 0, 0, 3)
        assert problems(run) == [
            (3, "parent", "1", "A feature cannot hold a program."),
            (4, "parent", "2", "Its parent on line 3 is not imported."),
            (5, "parent", "3", "Its parent on line 4 is not imported."),
        ]


def test_guards_are_asked_for_each_stage_that_moves_and_a_refused_one_stops_no_other(imported, monkeypatch):
    def refuse(*, initiative, to, actor):
        if initiative.title == "B":
            raise DomainError("Not approved.")

    imported("id,title,stage\n1,A,alpha\n2,B,alpha\n3,C,alpha\n")
    monkeypatch.setattr(before_stage_change, "_listeners", [refuse])

    run = imported("id,title,stage\n1,A2,beta\n2,B,beta\n3,C,beta\n")

    assert counts(run) == (0, 2, 1, 0)
    assert problems(run) == [(3, "stage", "beta", "The stage stays Alpha: Not approved.")]
    assert [by_id(each).stage for each in "123"] == ["beta", "alpha", "beta"]
    moved = LedgerEvent.objects.filter(action="initiative.stage_changed")
    assert {event.reason for event in moved} == {"Imported from platform"}
    assert Initiative.objects.count() == 3
