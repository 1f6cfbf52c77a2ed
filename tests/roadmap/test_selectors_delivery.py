"""Promises, cycle times and gates, from baselines, the ledger and imported history."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from collaboration.enums import DocumentKind
from collaboration.models import Document
from collaboration.selectors.document_history import first_completed
from portfolio.enums import Stage, Visibility
from portfolio.models import Initiative
from portfolio.services.initiatives import change_stage
from roadmap.calc.quarters import Quarter
from roadmap.enums import HistoryField
from roadmap.selectors.delivery import delivery
from roadmap.selectors.stage_entries import stage_entries
from roadmap.services.items import change_item
from tenancy.scope import tenant_scope
from tests.factories.collaboration import DocumentFactory
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_history import (
    BaselineFactory,
    BaselineItemFactory,
    BaselineMilestoneFactory,
    PlanHistoryEntryFactory,
)

TODAY = timezone.now().date()
RUNNING = Quarter.of(TODAY)
LAST = RUNNING.preceding


def promise(baseline, quarter, **fields):
    dates = {"start_on": quarter.first_day, "end_on": quarter.last_day}
    return BaselineItemFactory(baseline=baseline, is_committed=True, **{**dates, **fields})


def entered(initiative, stage, days_ago, field=HistoryField.STAGE, **fields):
    return PlanHistoryEntryFactory(
        initiative=initiative,
        external_id=initiative.key if initiative else "elsewhere",
        field=field,
        old_value="",
        new_value=stage,
        releases_moved=None,
        changed_at=datetime.now(UTC) - timedelta(days=days_ago),
        **fields,
    )


def test_done_here_counts_from_the_day_it_was_said_and_reopened_does_not(product_manager, scope):
    roadmap = RoadmapFactory()
    baseline = BaselineFactory(roadmap=roadmap, taken_at=RUNNING.begins_at)
    done, reopened = RoadmapItemFactory(roadmap=roadmap), RoadmapItemFactory(roadmap=roadmap)
    for item in (done, reopened):
        promise(baseline, RUNNING, item_key=item.pk)
        change_item(item, actor=product_manager, status="done")
    change_item(reopened, actor=product_manager, status="in_progress")

    found = delivery(product_manager, today=TODAY).quarters[-1]

    assert {each.key: each.delivered_on for each in found.promised} == {done.pk: TODAY, reopened.pk: None}
    assert (found.figures.committed, found.figures.delivered) == (2, 1)
    assert not found.is_over


def test_baseline_of_the_quarters_start_wins_over_an_earlier_one_by_hand(product_manager, scope):
    roadmap = RoadmapFactory()
    by_hand = BaselineFactory(roadmap=roadmap, taken_at=LAST.begins_at - timedelta(days=2))
    of_quarter = BaselineFactory(roadmap=roadmap, taken_at=LAST.begins_at, reason="quarter_start")
    late = BaselineFactory(roadmap=roadmap, taken_at=LAST.begins_at + timedelta(days=40))
    for baseline, title in ((by_hand, "By hand"), (of_quarter, "Of the quarter"), (late, "Too late")):
        promise(baseline, LAST, title=title)

    found = delivery(product_manager, today=TODAY).quarters[-2]

    assert [each.title for each in found.promised] == ["Of the quarter"]
    assert (found.figures.rate, found.figures.missed, found.is_over) == (0.0, 1, True)
    assert delivery(product_manager, today=TODAY, roadmap=RoadmapFactory()).last_judged is None


def test_cycle_time_is_from_validated_to_ga_of_what_the_reader_may_see(product_manager, owner, scope):
    initiative = InitiativeFactory()
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    for each, days in ((initiative, 30), (secret, 50)):
        entered(each, Stage.VALIDATED, days + 10)
        entered(each, Stage.GA, 10)
    entered(None, Stage.VALIDATED, 20)
    entered(None, Stage.GA, 0)
    entered(InitiativeFactory(), Stage.GA, 0)

    found = delivery(product_manager, today=TODAY).cycle
    assert (found.days.count, found.from_prd, found.from_stage) == (2, 0, 2)
    assert found.days.median == pytest.approx(25, abs=0.01)
    assert delivery(owner, today=TODAY).cycle.days.count == 3


def prd(initiative, completeness, **fields):
    """A PRD that came so far a moment ago."""
    document = DocumentFactory(kind=DocumentKind.PRD, target_id=initiative.pk, **fields)
    Document.objects.filter(pk=document.pk).update(completeness=completeness)
    return document


def test_cycle_begins_when_the_prd_was_complete_else_with_validated(product_manager, owner, scope):
    complete, drafted_again, imported, unfinished, too_late, unvalidated, memo = (InitiativeFactory() for _ in range(7))
    for each in (complete, too_late, unvalidated):
        prd(each, 100)
    again = prd(drafted_again, 100)
    Document.objects.filter(pk=again.pk).update(completeness=60)
    DocumentFactory(kind=DocumentKind.PRD, target_id=imported.pk, completeness=100)
    prd(unfinished, 99)
    memo_document = prd(memo, 100)
    Document.objects.filter(pk=memo_document.pk).update(kind=DocumentKind.STRATEGY_MEMO)
    for each in (complete, drafted_again, imported, unfinished, too_late, memo):
        entered(each, Stage.VALIDATED, 30)
    for each, days in (
        (complete, 10),
        (drafted_again, 20),
        (imported, 40),
        (unvalidated, 50),
        (unfinished, 1),
        (memo, 2),
    ):
        entered(each, Stage.GA, -days)
    entered(too_late, Stage.GA, 3)

    found = delivery(product_manager, today=TODAY).cycle

    # 10, 20, 40 and 50 days from the PRD; 31, 32 and 27 from the stage.
    assert (found.days.count, found.from_prd, found.from_stage) == (7, 4, 3)
    assert found.days.median == pytest.approx(31, abs=0.01)
    assert found.days.p85 == pytest.approx(41, abs=0.01)


def test_a_prd_that_was_complete_in_another_tool_begins_the_cycle_too(product_manager, scope):
    told, drafted, here_later = (InitiativeFactory() for _ in range(3))
    prd(here_later, 100)
    for each in (told, drafted, here_later, None):
        entered(each, Stage.VALIDATED, 90)
        entered(each, Stage.GA, 10)
    for each, value in ((told, "complete"), (drafted, ""), (here_later, "complete"), (None, "complete")):
        entered(each, value, 70, field=HistoryField.PRD)
        entered(each, value, 60, field=HistoryField.PRD)

    found = delivery(product_manager, today=TODAY).cycle

    # Three of 60 days from the PRD, one of 80 from the stage.
    assert (found.days.count, found.from_prd, found.from_stage) == (4, 3, 1)
    assert found.days.median == pytest.approx(60, abs=0.01)


def test_a_prd_counts_from_the_first_time_it_was_complete(product_manager, history):
    step, moments = history
    initiative = step(InitiativeFactory)
    document = step(lambda: prd(initiative, 50))
    later = step(lambda: prd(initiative, 0))
    for pk, completeness in ((document.pk, 100), (document.pk, 90), (later.pk, 100), (document.pk, 100)):
        step(lambda pk=pk, completeness=completeness: Document.objects.filter(pk=pk).update(completeness=completeness))

    with tenant_scope(product_manager):
        found = first_completed(Initiative, [initiative.pk], kind=DocumentKind.PRD)
        assert first_completed(Initiative, [initiative.pk], kind=DocumentKind.EVALUATION) == {}
    assert moments[2] < found[initiative.pk] < moments[3]


def test_stage_reached_here_counts_and_the_one_it_was_made_in_does_not(product_manager, scope):
    initiative = InitiativeFactory(stage=Stage.DISCOVERY)
    InitiativeFactory(stage=Stage.VALIDATED)
    change_stage(initiative, to=Stage.VALIDATED, actor=product_manager)

    assert set(stage_entries([Stage.VALIDATED], actor=product_manager)) == {initiative.pk}


def test_gate_is_in_time_when_its_stage_or_a_later_one_was_entered_by_then(product_manager, scope):
    baseline = BaselineFactory(taken_at=LAST.begins_at, reason="quarter_start")
    due = LAST.first_day + timedelta(days=30)
    early, late, never = (InitiativeFactory() for _ in range(3))
    for initiative in (early, late, never):
        BaselineMilestoneFactory(baseline=baseline, kind="beta", due_on=due, initiative_ref=initiative.pk)
    BaselineMilestoneFactory(baseline=baseline, kind="other", due_on=due, initiative_ref=early.pk)
    BaselineMilestoneFactory(baseline=baseline, kind="beta", due_on=due)
    entered(early, Stage.GA, (TODAY - due).days + 1)
    entered(late, Stage.BETA, (TODAY - due).days - 1)

    found = delivery(product_manager, today=TODAY)

    assert (found.gates_in_time, found.gates_due) == (1, 3)
    assert (found.quarters[-2].gates_in_time, found.quarters[-2].gates_due) == (1, 3)
    assert found.gate_rate == pytest.approx(1 / 3)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_delivery_costs_the_same_for_any_number_of_promises(product_manager, scope, count, django_assert_num_queries):
    for _ in range(count):
        initiative = InitiativeFactory()
        baseline = BaselineFactory(taken_at=LAST.begins_at)
        promise(baseline, LAST)
        BaselineMilestoneFactory(baseline=baseline, kind="ga", due_on=LAST.last_day, initiative_ref=initiative.pk)
        entered(initiative, Stage.GA, 5)

    with django_assert_num_queries(10):
        found = delivery(product_manager, today=TODAY)

    assert found.quarters[-2].figures.committed == count
