"""Selections: what they read, who may, and how people change them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.errors import InvalidInputError, NotPermittedError
from portfolio.models import (
    SelectionCandidate,
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionResult,
    SelectionRun,
)
from portfolio.services.selection_setup import (
    AmountsInput,
    change_candidate,
    set_exclusions,
    set_limits,
    set_prerequisites,
    set_rules,
)
from portfolio.services.selection_solving import (
    request_search,
    search,
)
from portfolio.services.selections import (
    change_selection,
    create_selection,
    delete_selection,
    refresh_candidates,
    shifted,
)
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
    PortfolioFactory,
    ThemeFactory,
    ValuationFactory,
)
from tests.factories.portfolio_selection import (
    SelectionRunFactory,
)
from tests.factories.roadmap import DependencyFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory
from tests.portfolio.selection_cases import candidate

JULY = date(2026, 7, 1)


def valued_initiative(npv: str, *costs: str, currency: str = "EUR", **fields):
    """An initiative whose business case starts in July 2026, is worth `npv` and costs so much in its first months."""
    initiative = InitiativeFactory(**fields)
    case = BusinessCaseFactory(
        initiative=initiative, currency=currency, start_month=JULY, horizon_months=6, inputs_digest=f"of {npv}"
    )
    line = CashLineFactory(case=case)
    for index, cost in enumerate(costs):
        CashPeriodFactory(line=line, month=date(2026, 7 + index, 1), amount=Decimal(cost))
    ValuationFactory(case=case, npv=Decimal(npv), currency=currency)
    return initiative


def test_create_reads_candidates_values_and_costs(scope):
    chosen = valued_initiative("500", "10", "20", "30", "5")
    InitiativeFactory(stage="operating")
    bare = InitiativeFactory()

    run = create_selection(name="Next year", first_quarter=date(2026, 8, 15), quarter_count=3, actor=scope)

    rows = {row.initiative_id: row for row in SelectionCandidate.objects.filter(run=run)}
    assert (run.first_quarter, run.currency, run.stages) == (JULY, "EUR", ["idea", "discovery", "validated"])
    assert set(rows) == {chosen.pk, bare.pk}
    assert (rows[chosen.pk].value, rows[chosen.pk].value_note) == (Decimal(500), "Draft business case, revision 1.")
    assert (rows[bare.pk].value, rows[bare.pk].value_note) == (None, "It has no business case.")
    costs = SelectionDemand.objects.get(candidate=rows[chosen.pk])
    assert costs.amounts == [Decimal(60), Decimal(5), None]
    assert costs.note == "Draft business case, revision 1; it ends in December 2026."
    assert SelectionDemand.objects.get(candidate=rows[bare.pk]).amounts == [None, None, None]


def test_create_narrows_candidates_by_portfolio_theme_stage_and_level(scope):
    portfolio, theme = PortfolioFactory(), ThemeFactory()
    fitting = InitiativeFactory(portfolio=portfolio, theme=theme, stage="beta", level="feature")
    InitiativeFactory(portfolio=portfolio, stage="beta", level="feature")
    InitiativeFactory(theme=theme, stage="beta", level="feature")
    InitiativeFactory(portfolio=portfolio, theme=theme, stage="idea", level="feature")
    InitiativeFactory(portfolio=portfolio, theme=theme, stage="beta", level="program")

    run = create_selection(
        name="Narrow", portfolio=portfolio, theme=theme, stages=["beta"], levels=["feature"], actor=scope
    )

    assert list(SelectionCandidate.objects.filter(run=run).values_list("initiative_id", flat=True)) == [fitting.pk]


def test_create_leaves_amounts_in_a_currency_without_a_rate_unknown(scope):
    valued_initiative("500", "10", currency="JPY")

    run = create_selection(name="Yen", first_quarter=JULY, quarter_count=1, actor=scope)

    row = SelectionCandidate.objects.get(run=run)
    assert row.value is None
    assert row.value_note.startswith("There is no exchange rate for JPY on or before")
    assert SelectionDemand.objects.get(candidate=row).amounts == [None]


def test_create_takes_dependencies_of_roadmap_items_as_prerequisites(scope):
    first, second = InitiativeFactory(), InitiativeFactory()
    DependencyFactory(predecessor=RoadmapItemFactory(initiative=first), successor=RoadmapItemFactory(initiative=second))

    run = create_selection(name="Roadmap knows", actor=scope)

    found = SelectionPrerequisite.objects.get(run=run)
    assert (found.dependent.initiative, found.needed.initiative, found.source) == (second, first, "roadmap")


@pytest.mark.parametrize(
    ("fields", "pointer", "message"),
    [
        ({"value_source": "score"}, "scoring_round", "Choose the scoring round whose scores count."),
        (
            {"value_source": "custom_field", "value_field": "nothing"},
            "value_field",
            "Initiatives have no number field with this key.",
        ),
        ({"first_quarter": date(9999, 1, 1)}, "first_quarter", "The first quarter is too far away."),
    ],
)
def test_create_refuses_questions_without_an_answer(scope, fields, pointer, message):
    with pytest.raises(InvalidInputError) as refusal:
        create_selection(name="Refused", actor=scope, **fields)

    assert (refusal.value.pointer, refusal.value.message) == (pointer, message)
    assert SelectionRun.objects.count() == 0


def test_viewers_read_and_contributors_do_not_select(actor_with, viewer, scope):
    run = SelectionRunFactory()

    for actor in (viewer, actor_with("contributor"), actor_with("auditor")):
        with pytest.raises(NotPermittedError):
            create_selection(name="No", actor=actor)
        with pytest.raises(NotPermittedError):
            request_search(run, actor=actor)
        assert list(SelectionRun.objects.permitted(actor)) == [run]


@pytest.mark.parametrize("role", ["director", "finance", "product_manager"])
def test_directors_finance_and_product_managers_select(actor_with, scope, role):
    actor = actor_with(role)

    run = create_selection(name="Ours", actor=actor)

    assert list(SelectionRun.objects.permitted(actor, "change")) == [run]


def test_create_takes_only_initiatives_the_actor_sees(product_manager, scope):
    InitiativeFactory(portfolio=PortfolioFactory(visibility="restricted"))
    seen = InitiativeFactory()

    run = create_selection(name="Mine", actor=product_manager)

    assert [row.initiative for row in SelectionCandidate.objects.filter(run=run)] == [seen]


def test_changing_the_window_moves_entered_amounts_and_limits(scope):
    valued_initiative("500", "10", "20", "30", "5")
    run = create_selection(name="Moving", first_quarter=JULY, quarter_count=2, actor=scope)
    row = SelectionCandidate.objects.get(run=run)
    change_candidate(row, demands=[AmountsInput(None, [Decimal(1), Decimal(2)])], actor=scope)
    set_limits(run, [AmountsInput(None, [Decimal(100), Decimal(200)])], actor=scope)

    change_selection(run, first_quarter=date(2026, 10, 1), quarter_count=3, actor=scope)

    assert SelectionDemand.objects.get(candidate=row).amounts == [Decimal(2), None, None]
    assert SelectionLimit.objects.get(run=run).amounts == [Decimal(200), None, None]
    assert shifted([Decimal(1), Decimal(2)], -1, 2) == [None, Decimal(1)]


def test_reading_again_keeps_what_people_entered_and_lets_go_what_no_longer_fits(scope):
    kept, gone = valued_initiative("500", "10"), valued_initiative("300", "10")
    run = create_selection(name="Again", first_quarter=JULY, quarter_count=1, actor=scope)
    row = SelectionCandidate.objects.get(run=run, initiative=kept)
    change_candidate(
        row,
        rule="must_do",
        value=Decimal(7),
        is_value_entered=True,
        demands=[AmountsInput(None, [Decimal(3)]), AmountsInput(TeamFactory(), [Decimal(4)])],
        actor=scope,
    )
    gone.stage = "sunset"
    gone.save()
    added = InitiativeFactory()

    refresh_candidates(run, actor=scope)

    row.refresh_from_db()
    assert set(SelectionCandidate.objects.filter(run=run).values_list("initiative_id", flat=True)) == {
        kept.pk,
        added.pk,
    }
    assert (row.rule, row.value, row.value_note) == ("must_do", Decimal(7), "Entered.")
    assert sorted(SelectionDemand.objects.filter(candidate=row).values_list("amounts", flat=True)) == [[3], [4]]
    change_candidate(row, is_value_entered=False, actor=scope)
    refresh_candidates(run, actor=scope)
    row.refresh_from_db()
    assert row.value == Decimal(500)


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e15", "1" * 1000])
def test_amounts_that_are_none_are_refused(scope, amount):
    run = SelectionRunFactory(quarter_count=1)

    with pytest.raises(InvalidInputError, match="an amount is a number from 0"):
        set_limits(run, [AmountsInput(None, [Decimal(amount)])], actor=scope)


def test_setup_refuses_what_does_not_fit_together(scope):
    run, other = SelectionRunFactory(), SelectionRunFactory()
    one, two, foreign = candidate(run, 1, 1, 1), candidate(run, 1, 1, 1), candidate(other, 1, 1, 1)
    team = TeamFactory()
    budget = AmountsInput(None, [None, Decimal(1)])

    for call in (
        lambda: set_limits(run, [AmountsInput(None, [Decimal(1)])], actor=scope),
        lambda: set_limits(run, [budget, budget], actor=scope),
        lambda: set_limits(run, [replace(budget, team=team), replace(budget, team=team)], actor=scope),
        lambda: set_rules(run, {one.initiative_id: "perhaps"}, actor=scope),
        lambda: set_rules(run, {foreign.initiative_id: "must_do"}, actor=scope),
        lambda: set_prerequisites(run, [(one.initiative_id, one.initiative_id)], actor=scope),
        lambda: set_prerequisites(run, [(one.initiative_id, foreign.initiative_id)], actor=scope),
        lambda: set_exclusions(run, {"Alone": [one.initiative_id]}, actor=scope),
        lambda: set_exclusions(run, {" ": [one.initiative_id, two.initiative_id]}, actor=scope),
        lambda: set_exclusions(run, {"x" * 81: [one.initiative_id, two.initiative_id]}, actor=scope),
        lambda: change_candidate(one, value=Decimal("NaN"), is_value_entered=True, actor=scope),
        lambda: change_candidate(one, value=Decimal("1e18"), is_value_entered=True, actor=scope),
    ):
        with pytest.raises(InvalidInputError):
            call()
    assert not SelectionLimit.objects.exists()
    assert not SelectionPrerequisite.objects.exists()
    assert not SelectionExclusion.objects.exists()


def test_prerequisites_set_again_keep_their_source(scope):
    run = SelectionRunFactory()
    one, two, three = (candidate(run, 1, 1, 1) for _ in range(3))
    SelectionPrerequisite.objects.create(run=run, dependent=one, needed=two, source="roadmap")
    known = (one.initiative_id, two.initiative_id)

    set_prerequisites(run, [known, (two.initiative_id, three.initiative_id), known], actor=scope)

    rows = SelectionPrerequisite.objects.filter(run=run).values_list("dependent", "needed", "source")
    assert set(rows) == {(one.pk, two.pk, "roadmap"), (two.pk, three.pk, "")}


def test_deleting_a_selection_deletes_its_results(scope):
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1)
    search(run.pk, actor=scope)

    delete_selection(run, actor=scope)

    assert not SelectionRun.objects.exists()
    assert not SelectionResult.objects.exists()
