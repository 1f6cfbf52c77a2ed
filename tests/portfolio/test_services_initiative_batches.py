"""Many initiatives at once: the rules of one, judged row by row, for a fixed number of queries."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import DomainError, DuplicateError, InvalidInputError, NotPermittedError
from portfolio import hooks
from portfolio.enums import InitiativeLevel, Stage, Visibility
from portfolio.models import Initiative
from portfolio.services.initiative_batches import (
    InitiativeRow,
    ParentRefusedError,
    create_initiatives,
    write_initiatives,
)
from portfolio.services.initiatives import change_stages, create_initiative
from tenancy.models import LedgerEvent
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory, ThemeFactory
from tests.factories.tenancy import TeamFactory


def refusals(results):
    """By row, what was refused: the field and the words."""
    found = {}
    for index, result in enumerate(results):
        if isinstance(result, DomainError):
            found[index] = (result.pointer, result.message)
        elif isinstance(result, ValidationError):
            found[index] = (next(iter(result.message_dict)), result.messages[0])
    return found


def test_create_initiatives_numbers_each_prefix_and_passes_over_keys_given_by_hand(scope):
    ai, other = PortfolioFactory(key_prefix="AI"), PortfolioFactory()
    create_initiative(actor=scope, title="First", portfolio=ai)
    InitiativeFactory(key="ai-3")
    fields = [
        {"title": "A", "portfolio": ai},
        {"title": "B", "portfolio": other},
        {"title": "C", "portfolio": ai},
        {"title": "D", "portfolio": other, "key": " I-1 "},
        {"title": "E", "portfolio": other},
    ]

    created = create_initiatives([InitiativeRow(row) for row in fields], actor=scope)
    next_one = create_initiative(actor=scope, title="Next", portfolio=other)

    assert [row.key for row in created] == ["AI-4", "I-3", "AI-5", "I-1", "I-4"]
    assert next_one.key == "I-5"


def test_a_row_may_stand_below_an_earlier_row_and_is_refused_with_it(scope):
    portfolio = PortfolioFactory()
    top = InitiativeRow({"title": "Top", "portfolio": portfolio, "level": InitiativeLevel.PROGRAM})
    middle = InitiativeRow({"title": "", "portfolio": portfolio, "parent": Initiative(pk=top.id)})
    below = InitiativeRow({"title": "Below", "portfolio": portfolio, "parent": Initiative(pk=middle.id)})
    beside = InitiativeRow({"title": "Beside", "portfolio": portfolio, "parent": Initiative(pk=top.id)})

    results = create_initiatives([top, middle, below, beside], actor=scope)

    assert refusals(results) == {
        1: ("title", "This field cannot be blank."),
        2: ("parent", "The row of its parent was refused."),
    }
    assert isinstance(results[2], ParentRefusedError)
    assert set(Initiative.objects.values_list("title", "parent")) == {("Top", None), ("Beside", top.id)}


def test_every_rule_of_one_holds_for_each_of_many(scope):
    portfolio, elsewhere = PortfolioFactory(), PortfolioFactory()
    feature = InitiativeFactory(portfolio=portfolio, level=InitiativeLevel.FEATURE, key="AI-1")
    good = {"title": "Good", "portfolio": portfolio}
    rows = [
        {"title": "Nowhere"},
        {**good, "start_on": date(2026, 5, 1), "end_on": date(2026, 4, 30)},
        {**good, "parent": feature, "level": InitiativeLevel.PROGRAM},
        {**good, "parent": InitiativeFactory(portfolio=elsewhere)},
        {**good, "parent": Initiative(pk=scope.user_id)},
        {**good, "key": "ai-1"},
        {**good, "key": "AI-2"},
        {**good, "key": "Ai-2"},
        {**good, "title": "x" * 301},
        {**good, "kind": "miracle"},
        {**good, "theme": ThemeFactory.build(organization=scope.organization)},
        {**good, "owning_team": TeamFactory.build(organization=scope.organization)},
        good,
    ]
    before = Initiative.objects.count()

    results = create_initiatives([InitiativeRow(row) for row in rows], actor=scope)

    assert refusals(results) == {
        0: ("portfolio", "Choose a portfolio."),
        1: ("end_on", "The end must not lie before the start."),
        2: ("parent", "A feature cannot hold a program."),
        3: ("parent", "The parent must be in the same portfolio."),
        4: ("parent", "There is no such record in this organization."),
        5: ("key", "There is already an initiative with this key."),
        7: ("key", "There is already an initiative with this key."),
        8: ("title", "Ensure this value has at most 300 characters (it has 301)."),
        9: ("kind", "Value 'miracle' is not a valid choice."),
        10: ("theme", "There is no such record in this organization."),
        11: ("owning_team", "There is no such record in this organization."),
    }
    assert Initiative.objects.count() == before + 2


def test_rows_are_judged_as_if_those_before_were_written(scope):
    portfolio = PortfolioFactory()
    top = InitiativeFactory(portfolio=portfolio, level=InitiativeLevel.INITIATIVE)
    below = InitiativeFactory(portfolio=portfolio, parent=top, level=InitiativeLevel.INITIATIVE)
    alone = InitiativeFactory(portfolio=portfolio, level=InitiativeLevel.INITIATIVE)
    rows = [
        InitiativeRow({"parent": alone}, top),
        InitiativeRow({"parent": below}, alone),
        InitiativeRow({"level": InitiativeLevel.FEATURE}, alone),
        InitiativeRow({"parent": None}, below),
        InitiativeRow({"title": "New", "portfolio": portfolio, "parent": below}),
        InitiativeRow({"parent": below}, alone),
    ]

    results = write_initiatives(rows, actor=scope)

    assert refusals(results) == {
        1: ("parent", "An initiative cannot stand below itself."),
        2: ("level", "A feature cannot hold an initiative."),
    }
    top.refresh_from_db()
    below.refresh_from_db()
    alone.refresh_from_db()
    assert (top.parent, below.parent, alone.parent) == (alone, None, below)


def test_three_hundred_levels_in_one_batch_are_refused_from_the_fifty_first(scope):
    portfolio = PortfolioFactory()
    rows = []
    for level in range(300):
        parent = {"parent": Initiative(pk=rows[-1].id)} if rows else {}
        rows.append(InitiativeRow({"title": f"Level {level}", "portfolio": portfolio, **parent}))

    results = create_initiatives(rows, actor=scope)

    assert Initiative.objects.count() == 50
    assert refusals(results)[50] == ("parent", "The tree would be deeper than 50 levels.")
    assert set(refusals(results)) == set(range(50, 300))


def test_what_the_actor_may_not_do_is_refused_row_by_row(scope, actor_with):
    contributor, viewer = actor_with("contributor"), actor_with("viewer")
    portfolio, hidden = PortfolioFactory(), PortfolioFactory(visibility=Visibility.RESTRICTED)
    secret = InitiativeFactory(portfolio=hidden)
    rows = [
        InitiativeRow({"title": "A", "portfolio": portfolio}),
        InitiativeRow({"title": "B", "portfolio": portfolio}, stage=Stage.GA),
        InitiativeRow({"title": "C", "portfolio": hidden}),
        InitiativeRow({"title": "D"}, secret),
    ]

    results = write_initiatives(rows, actor=contributor)

    assert refusals(results) == {
        1: (None, "Your role does not allow this (initiative.change_stage)."),
        2: ("portfolio", "There is no such record in this organization."),
        3: (None, "Its portfolio is shared with you to view only."),
    }
    refused = write_initiatives([InitiativeRow({"title": "No"}, secret), rows[0]], actor=viewer)
    assert all(isinstance(each, NotPermittedError) for each in refused)


def test_the_ledger_names_creations_and_changes_by_their_own_action(scope):
    known = InitiativeFactory(title="Before")
    same = InitiativeFactory(title="Same")
    rows = [
        InitiativeRow({"title": "New", "portfolio": known.portfolio}),
        InitiativeRow({"title": "After"}, known),
        InitiativeRow({"title": "Same"}, same),
    ]
    seen = set(LedgerEvent.objects.values_list("pk", flat=True))

    write_initiatives(rows, actor=scope)

    news = LedgerEvent.objects.exclude(pk__in=seen).filter(table_name="portfolio_initiative")
    assert set(news.values_list("action", "record_id")) == {
        ("initiative.created", rows[0].id),
        ("initiative.changed", known.pk),
    }
    known.refresh_from_db()
    assert (known.version, known.updated_at > known.created_at) == (2, True)


def test_a_key_taken_at_the_same_moment_refuses_the_batch_and_leaves_nothing(scope, monkeypatch):
    portfolio = InitiativeFactory(key="AI-1").portfolio
    monkeypatch.setattr("portfolio.services.initiative_batches.key_holders", lambda keys: {})
    rows = [{"title": "A", "portfolio": portfolio}, {"title": "B", "portfolio": portfolio, "key": "AI-1"}]

    with pytest.raises(DuplicateError, match="already an initiative with this key"):
        create_initiatives([InitiativeRow(row) for row in rows], actor=scope)

    assert Initiative.objects.count() == 1


def test_create_initiatives_takes_no_known_initiative(scope):
    with pytest.raises(TypeError, match="new initiatives only"):
        create_initiatives([InitiativeRow({"title": "X"}, InitiativeFactory())], actor=scope)


def test_a_batch_costs_the_same_for_any_number_of_rows(scope):
    portfolio, theme, team = PortfolioFactory(), ThemeFactory(), TeamFactory()
    costs = []
    for count in (30, 300):
        known = [InitiativeFactory(portfolio=portfolio) for _ in range(count)]
        top = InitiativeRow({"title": "Top", "portfolio": portfolio, "level": InitiativeLevel.PROGRAM})
        fields = {"portfolio": portfolio, "theme": theme, "owning_team": team, "parent": Initiative(pk=top.id)}
        news = [InitiativeRow({"title": f"New {n}", **fields}) for n in range(count)]
        changes = [InitiativeRow({"title": "Moved", "parent": Initiative(pk=top.id)}, each) for each in known]
        with CaptureQueriesContext(connection) as queries:
            results = write_initiatives([top, *news, *changes], actor=scope)
        assert refusals(results) == {}
        costs.append(len(queries))

    assert costs[0] == costs[1] < 30


def test_change_stages_moves_what_table_and_guards_allow(scope, monkeypatch):
    told = []

    def refuse(*, initiative, to, actor):
        if initiative.title == "Guarded":
            raise InvalidInputError("Not yet.")

    monkeypatch.setattr(hooks.before_stage_change, "_listeners", [refuse])
    monkeypatch.setattr(hooks.after_stage_change, "_listeners", [lambda **facts: told.append(facts["old_stage"])])
    first, guarded, far = (InitiativeFactory(title=title) for title in ("First", "Guarded", "Far"))

    results = change_stages(
        [(first, Stage.DISCOVERY), (guarded, Stage.DISCOVERY), (far, Stage.GA)], actor=scope, reason="Plan"
    )

    assert [getattr(each, "stage", None) for each in results] == [Stage.DISCOVERY, None, None]
    assert refusals(results) == {
        1: (None, "Not yet."),
        2: ("to", "From Idea an initiative can go only to Discovery, Sunset; not to GA."),
    }
    assert told == [Stage.IDEA]
    event = LedgerEvent.objects.get(action="initiative.stage_changed")
    assert (event.record_id, event.reason) == (first.pk, "Plan")
