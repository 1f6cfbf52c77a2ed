"""Selections: what they read, how people change it, the search and what it says, and what comes of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from celery import current_app
from django.db import DatabaseError, transaction

from core.errors import InvalidInputError, NotPermittedError
from portfolio.models import (
    SelectionCandidate,
    SelectionChoice,
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionResource,
    SelectionResult,
    SelectionRun,
)
from portfolio.services.selection_plans import NothingToPlanError, plan_selection
from portfolio.services.selection_problem import digest_of, freeze
from portfolio.services.selection_setup import (
    AmountsInput,
    change_candidate,
    set_exclusions,
    set_limits,
    set_prerequisites,
    set_rules,
)
from portfolio.services.selection_solving import (
    NothingToSelectError,
    NotProvenError,
    request_search,
    request_value_of_more,
    search,
    value_more,
)
from portfolio.services.selections import (
    change_selection,
    create_selection,
    delete_selection,
    refresh_candidates,
    shifted,
)
from roadmap.models import Roadmap, RoadmapItem
from tenancy.enums import JobStatus
from tenancy.models import Job, LedgerEvent
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
    SelectionCandidateFactory,
    SelectionDemandFactory,
    SelectionLimitFactory,
    SelectionRunFactory,
)
from tests.factories.roadmap import DependencyFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory

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


def candidate(run, value, *amounts, team=None, people=None, **fields):
    """A candidate worth `value` that costs `amounts` a quarter."""
    row = SelectionCandidateFactory(run=run, value=None if value is None else Decimal(value), **fields)
    SelectionDemandFactory(candidate=row, amounts=[None if each is None else Decimal(each) for each in amounts])
    if team is not None:
        SelectionDemandFactory(candidate=row, team=team, amounts=[Decimal(each) for each in people])
    return row


def choices(result) -> dict[str, tuple[bool, str]]:
    rows = SelectionChoice.objects.filter(result=result).select_related("initiative")
    return {row.initiative.key: (row.is_chosen, row.reason_text) for row in rows}


def run_job(job: Job) -> Job:
    """Deliver the job's message as the broker would; twice is allowed."""
    headers = {"organization_id": str(job.organization_id), "job_id": str(job.pk)}
    current_app.tasks[job.name].apply(headers=headers, throw=True)
    job.refresh_from_db()
    return job


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


def test_create_takes_only_initiatives_the_actor_sees(product_manager, scope):
    InitiativeFactory(portfolio=PortfolioFactory(visibility="restricted"))
    seen = InitiativeFactory()

    run = create_selection(name="Mine", actor=product_manager)

    assert [row.initiative for row in SelectionCandidate.objects.filter(run=run)] == [seen]


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
    run.refresh_from_db()
    assert run.status == "solved"
    rows = SelectionResource.objects.filter(result=result).values_list("label", "quarter", "limit", "used", "asked")
    assert list(rows) == [
        ("Budget", JULY, Decimal(100), Decimal(100), Decimal(633)),
        ("Budget", date(2026, 10, 1), None, Decimal(0), Decimal(0)),
        ("Search", JULY, Decimal(4), Decimal(4), Decimal(7)),
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


def test_deleting_a_selection_deletes_its_results(scope):
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1)
    search(run.pk, actor=scope)

    delete_selection(run, actor=scope)

    assert not SelectionRun.objects.exists()
    assert not SelectionResult.objects.exists()


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
