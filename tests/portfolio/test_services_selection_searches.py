"""Searches: what is chosen and why, once for the same inputs, what more is worth, and what comes of a result."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from core.errors import InvalidInputError, NotPermittedError
from portfolio.models import (
    SelectionCandidate,
    SelectionChoice,
    SelectionDemand,
    SelectionResource,
    SelectionResult,
    SelectionRun,
)
from portfolio.services.selection_more import (
    NotProvenError,
    request_value_of_more,
    value_more,
)
from portfolio.services.selection_plans import NothingToPlanError, plan_selection
from portfolio.services.selection_problem import digest_of, freeze
from portfolio.services.selection_setup import (
    change_candidate,
    set_exclusions,
    set_prerequisites,
    set_rules,
)
from portfolio.services.selection_solving import (
    NothingToSelectError,
    request_search,
    search,
)
from roadmap.models import Roadmap, RoadmapItem
from tenancy.enums import JobStatus
from tenancy.models import LedgerEvent
from tests.factories.portfolio import (
    InitiativeFactory,
    PortfolioFactory,
)
from tests.factories.portfolio_selection import (
    SelectionLimitFactory,
    SelectionRunFactory,
)
from tests.factories.tenancy import TeamFactory
from tests.portfolio.selection_cases import candidate, choices, run_job

JULY = date(2026, 7, 1)


def test_run_with_a_candidate_in_a_hidden_portfolio_is_hidden_with_everything_in_it(product_manager, scope):
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility="restricted"))
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1, initiative=hidden)
    candidate(run, 5, 1, 1)
    search(run.pk, actor=scope)

    for model in (
        SelectionRun,
        SelectionCandidate,
        SelectionDemand,
        SelectionResult,
        SelectionChoice,
        SelectionResource,
    ):
        assert model.objects.permitted(scope).exists()
        assert not model.objects.permitted(product_manager).exists()


def test_run_stays_hidden_when_the_hidden_candidate_has_left_but_a_result_names_it(product_manager, scope):
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility="restricted"))
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1, initiative=hidden)
    search(run.pk, actor=scope)
    SelectionCandidate.objects.filter(run=run).delete()

    assert not SelectionRun.objects.permitted(product_manager).exists()


def test_search_chooses_the_best_set_and_says_why_the_others_are_out(scope):
    run = SelectionRunFactory()
    team = TeamFactory(name="Search")
    best = candidate(run, 60, 60, 0, team=team, people=[2, 0])
    second = candidate(run, 50, 40, 0, team=team, people=[2, 0])
    no_room = candidate(run, 30, 30, 0, team=team, people=[1, 0])
    large = candidate(run, 90, 500, 0, team=team, people=[1, 0])
    worthless = candidate(run, -5, 1, 0, team=team, people=[0, 0])
    unknown = candidate(run, 80, None, 0, team=team, people=[1, 0])
    teamless = candidate(run, 70, 1, 0)
    valueless = candidate(run, None, 1, 0, team=team, people=[0, 0])
    SelectionLimitFactory(run=run, amounts=[Decimal(100), None])
    SelectionLimitFactory(run=run, team=team, amounts=[Decimal(4), Decimal(4)])
    set_rules(run, {worthless.initiative_id: "free"}, actor=scope)

    result = search(run.pk, actor=scope)

    key = {row.pk: row.initiative.key for row in SelectionCandidate.objects.filter(run=run)}
    assert (result.outcome, result.value, result.gap, result.unit) == ("optimal", Decimal(110), 0.0, "")
    assert (result.chosen_count, result.candidate_count, result.unknown_count) == (2, 8, 3)
    assert result.value_of_all == Decimal(375)
    assert choices(result) == {
        key[best.pk]: (True, "Part of the most valuable set."),
        key[second.pk]: (True, "Part of the most valuable set."),
        key[no_room.pk]: (
            False,
            "No room beside what is worth more: Budget in Q3 2026 is short by 30 EUR;"
            " Search in Q3 2026 is short by 1 person-months.",
        ),
        key[large.pk]: (False, "Alone it takes more than there is: Budget in Q3 2026 is short by 400 EUR."),
        key[worthless.pk]: (False, "It is worth \N{MINUS SIGN}5 and would not add to the total."),
        key[unknown.pk]: (False, "Cannot be chosen. Not known: its cost in Q3 2026."),
        key[teamless.pk]: (
            False,
            "Cannot be chosen. Not known: which team does it, and how many person-months it takes.",
        ),
        key[valueless.pk]: (False, "Cannot be chosen. Not known: its value."),
    }


def test_result_tells_what_is_used_and_asked_of_each_resource_and_when(scope):
    run, team = SelectionRunFactory(), TeamFactory(name="Search")
    candidate(run, 60, 60, 0, team=team, people=[2, 0])
    candidate(run, 50, 40, 0, team=team, people=[2, 0])
    candidate(run, 30, 30, 0, team=team, people=[1, 0])
    SelectionLimitFactory(run=run, amounts=[Decimal(100), None])
    SelectionLimitFactory(run=run, team=team, amounts=[Decimal(4), Decimal(4)])

    result = search(run.pk, actor=scope)

    run.refresh_from_db()
    assert run.status == "solved"
    rows = SelectionResource.objects.filter(result=result).values_list("label", "quarter", "limit", "used", "asked")
    assert list(rows) == [
        ("Budget", JULY, Decimal(100), Decimal(100), Decimal(130)),
        ("Budget", date(2026, 10, 1), None, Decimal(0), Decimal(0)),
        ("Search", JULY, Decimal(4), Decimal(4), Decimal(5)),
        ("Search", date(2026, 10, 1), Decimal(4), Decimal(0), Decimal(0)),
    ]
    first = SelectionChoice.objects.get(result=result, position=0)
    assert (first.cost, first.person_months) == (Decimal(60), Decimal(2))
    assert (first.start_on, first.end_on) == (JULY, date(2026, 9, 30))


def test_search_keeps_to_rules_and_names_them(scope):
    run = SelectionRunFactory()
    needed = candidate(run, -1, 10, 0)
    dependent = candidate(run, 40, 10, 0)
    must = candidate(run, 1, 60, 0, rule="must_do")
    must_not = candidate(run, 99, 1, 0, rule="must_not")
    rival = candidate(run, 20, 5, 0)
    lonely = candidate(run, 15, 1, 0)
    SelectionLimitFactory(run=run, amounts=[Decimal(100), None])
    set_prerequisites(
        run,
        [(dependent.initiative_id, needed.initiative_id), (lonely.initiative_id, must_not.initiative_id)],
        actor=scope,
    )
    set_exclusions(run, {"One search": [rival.initiative_id, dependent.initiative_id]}, actor=scope)

    result = search(run.pk, actor=scope)

    label = {row.pk: str(row.initiative) for row in SelectionCandidate.objects.filter(run=run)}
    key = {row.pk: row.initiative.key for row in SelectionCandidate.objects.filter(run=run)}
    assert choices(result) == {
        key[needed.pk]: (True, f"Needed by {label[dependent.pk]}."),
        key[dependent.pk]: (True, "Part of the most valuable set."),
        key[must.pk]: (True, "Must do."),
        key[must_not.pk]: (False, "Somebody decided against it beforehand."),
        key[rival.pk]: (False, f"{label[dependent.pk]} was chosen, and only one of them can be."),
        key[lonely.pk]: (False, f"It needs {label[must_not.pk]}, which was not chosen."),
    }


def test_search_explains_why_nothing_fits(scope):
    run = SelectionRunFactory()
    big = candidate(run, 5, 80, 0, rule="must_do")
    bigger = candidate(run, 5, 70, 0, rule="must_do")
    blank = candidate(run, None, 1, 0, rule="must_do")
    SelectionLimitFactory(run=run, amounts=[Decimal(100), None])
    set_exclusions(run, {"Either": [big.initiative_id, bigger.initiative_id]}, actor=scope)

    result = search(run.pk, actor=scope)

    first, second = sorted([big, bigger], key=lambda row: str(row.initiative_id))
    assert (result.outcome, result.value, result.chosen_count) == ("infeasible", None, 0)
    assert result.explanation == [
        f"{blank.initiative} is a must-do. Cannot be chosen. Not known: its value.",
        f"{first.initiative}, {second.initiative} are required but exclude each other.",
        "The must-dos, with what they need, take more than there is: Budget in Q3 2026 is short by 50 EUR.",
    ]
    assert choices(result)[big.initiative.key] == (False, "Nothing was chosen, because no selection was found.")
    assert SelectionResource.objects.filter(result=result, used=None).count() == 2


def test_same_inputs_have_one_result_and_a_change_makes_another(scope):
    run = SelectionRunFactory()
    row = candidate(run, 5, 1, 1)
    first = search(run.pk, actor=scope)

    again = search(run.pk, actor=scope)
    change_candidate(row, value=Decimal(6), is_value_entered=True, actor=scope)
    run.refresh_from_db()
    status = run.status
    other = search(run.pk, actor=scope)

    assert again.pk == first.pk
    assert status == "changed"
    assert other.pk != first.pk
    assert (first.value, other.value) == (Decimal(5), Decimal(6))


def test_job_searches_once_and_a_second_request_follows_the_first(scope):
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1)

    job, second = request_search(run, actor=scope), request_search(run, actor=scope)
    run_job(run_job(job))

    result = SelectionResult.objects.get()
    run.refresh_from_db()
    assert second.pk == job.pk
    assert (job.status, job.result) == (JobStatus.SUCCEEDED, {"result_id": str(result.pk)})
    assert (result.job_id, run.status) == (job.pk, "solved")


def test_search_of_a_selection_changed_meanwhile_is_marked_as_changed(scope, monkeypatch):
    run = SelectionRunFactory()
    row = candidate(run, 5, 1, 1)
    frozen = freeze(run.pk)
    change_candidate(row, value=Decimal(9), is_value_entered=True, actor=scope)
    monkeypatch.setattr("portfolio.services.selection_solving.freeze", lambda run_id: frozen)

    result = search(run.pk, actor=scope)

    run.refresh_from_db()
    assert (result.value, run.status) == (Decimal(5), "changed")


def test_search_without_candidates_is_refused(scope):
    with pytest.raises(NothingToSelectError):
        request_search(SelectionRunFactory(), actor=scope)


def test_result_is_never_changed_but_survives_its_initiatives(scope):
    run = SelectionRunFactory()
    row = candidate(run, 5, 1, 1)
    result = search(run.pk, actor=scope)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        SelectionResult.objects.filter(pk=result.pk).update(value=1)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        SelectionChoice.objects.filter(result=result).update(is_chosen=False)
    initiative, label = row.initiative, str(row.initiative)
    row.delete()
    initiative.delete()

    choice = SelectionChoice.objects.get(result=result)
    assert (choice.initiative, choice.label) == (None, label)


def test_more_of_a_resource_is_valued_exactly(scope):
    run = SelectionRunFactory()
    candidate(run, 60, 60, 0)
    candidate(run, 50, 50, 0)
    SelectionLimitFactory(run=run, amounts=[Decimal(100), None])
    result = search(run.pk, actor=scope)
    budget, unlimited = SelectionResource.objects.filter(result=result)

    job = run_job(request_value_of_more(budget, units=Decimal(10), actor=scope))

    budget.refresh_from_db()
    assert job.status == JobStatus.SUCCEEDED
    assert (budget.exact, budget.exact_units) == (50.0, Decimal(10))
    assert budget.marginal == pytest.approx(1.0)
    with pytest.raises(InvalidInputError, match="not limited"):
        request_value_of_more(unlimited, units=Decimal(1), actor=scope)
    for units in ("0", "-1", "NaN", "Infinity", "1e12"):
        with pytest.raises(InvalidInputError, match="above 0"):
            request_value_of_more(budget, units=Decimal(units), actor=scope)


def test_more_of_a_resource_is_unknown_while_the_set_is_not_proven(scope):
    run = SelectionRunFactory()
    result = search(candidate(run, 5, 1, 1).run_id, actor=scope)
    resource = SelectionResource.objects.filter(result=result).first()
    resource.limit, resource.result.outcome = Decimal(1), "within_gap"

    with pytest.raises(NotProvenError):
        request_value_of_more(resource, units=Decimal(1), actor=scope)


def test_value_more_of_a_result_that_has_gone_is_nothing(scope):
    assert value_more(SelectionRunFactory().pk, Decimal(1), actor=scope) is None


def test_chosen_initiatives_become_a_roadmap(scope):
    run = SelectionRunFactory(portfolio=PortfolioFactory(), name="Year")
    team = TeamFactory()
    early = candidate(run, 60, 60, 0, initiative=InitiativeFactory(owning_team=team))
    late = candidate(run, 50, 0, 50)
    candidate(run, 1, 999, 0)
    SelectionLimitFactory(run=run)
    result = search(run.pk, actor=scope)

    made = plan_selection(result, name="Plan of the year", actor=scope)

    roadmap = Roadmap.objects.get()
    rows = RoadmapItem.objects.values_list("initiative", "start_on", "end_on", "owning_team").order_by("position")
    assert (made.id, made.label) == (roadmap.pk, "Plan of the year")
    assert made.url.endswith(f"/roadmap/roadmaps/{roadmap.pk}/")
    assert roadmap.portfolio == run.portfolio
    assert list(rows) == [
        (early.initiative_id, JULY, date(2026, 9, 30), team.pk),
        (late.initiative_id, date(2026, 10, 1), date(2026, 12, 31), None),
    ]
    with pytest.raises(InvalidInputError, match="this name"):
        plan_selection(result, name="Plan of the year", actor=scope)
    with pytest.raises(InvalidInputError, match="name"):
        plan_selection(result, name=" ", actor=scope)


def test_planning_needs_something_chosen_and_the_right(scope, actor_with):
    run = SelectionRunFactory()
    candidate(run, -1, 1, 1)
    result = search(run.pk, actor=scope)

    with pytest.raises(NothingToPlanError):
        plan_selection(result, name="Empty", actor=scope)
    with pytest.raises(NotPermittedError):
        plan_selection(result, name="Finance plans", actor=actor_with("finance"))


def test_search_is_in_the_ledger_under_its_name(scope):
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1)
    before = set(LedgerEvent.objects.values_list("pk", flat=True))

    search(run.pk, actor=scope)

    actions = set(LedgerEvent.objects.exclude(pk__in=before).values_list("action", flat=True))
    assert actions == {"selection_run.searched"}


def test_digest_of_equal_inputs_is_equal(scope):
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1)

    assert digest_of(freeze(run.pk)[1]) == digest_of(freeze(run.pk)[1])
