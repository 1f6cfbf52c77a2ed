"""Moves applied as they were previewed, or not at all."""

from datetime import date

import pytest

from core.errors import InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.enums import Visibility
from roadmap.enums import CascadePolicy, PlanChangeKind, RescopeReason
from roadmap.models import Dependency, PlanChange, RoadmapItem
from roadmap.services.items import change_item
from roadmap.services.moves import move_with_cascade, preview_move
from roadmap.services.plan_changes import undo
from roadmap.services.rescopes import RescopeReasonRequiredError
from tenancy.scope import tenant_scope
from tests.factories.portfolio import PortfolioFactory
from tests.factories.roadmap import DependencyFactory, RoadmapFactory, RoadmapItemFactory

WEEK_2 = {"start_on": date(2026, 3, 9), "end_on": date(2026, 3, 13)}


@pytest.fixture
def pair(scope):
    """Data takes the first week of March, Model the second."""
    roadmap = RoadmapFactory()
    data = RoadmapItemFactory(roadmap=roadmap, title="Data", start_on=date(2026, 3, 2), end_on=date(2026, 3, 6))
    model = RoadmapItemFactory(roadmap=roadmap, title="Model", **WEEK_2)
    DependencyFactory(predecessor=data, successor=model)
    return data, model


def starts():
    return dict(RoadmapItem.objects.values_list("title", "start_on"))


def test_move_applies_what_the_preview_said_and_undo_takes_all_of_it_back(pair, scope):
    data, _ = pair
    before = starts()
    preview = preview_move(data, **WEEK_2, actor=scope)

    applied = move_with_cascade(data, **WEEK_2, versions=preview.versions, actor=scope)

    assert starts() == {"Data": date(2026, 3, 9), "Model": date(2026, 3, 16)}
    assert (applied.kind, applied.summary) == (
        PlanChangeKind.CASCADE,
        "Moved “Data” to 9 Mar 2026 to 13 Mar 2026, and 1 more",
    )
    undo(applied, actor=scope)
    assert starts() == before


def test_move_of_one_item_alone_is_a_move(pair, scope):
    _, model = pair
    applied = move_with_cascade(model, start_on=date(2026, 3, 10), end_on=date(2026, 3, 16), actor=scope)
    assert (applied.kind, len(applied.changes)) == (PlanChangeKind.MOVE, 2)


def test_move_by_another_policy_than_the_roadmaps(pair, scope):
    data, _ = pair
    move_with_cascade(data, **WEEK_2, policy=CascadePolicy.WARN, actor=scope)
    assert starts()["Model"] == date(2026, 3, 9)


def test_move_is_refused_when_other_items_would_move_by_now(pair, scope):
    data, model = pair
    preview = preview_move(data, **WEEK_2, actor=scope)
    DependencyFactory(predecessor=model, successor__roadmap=data.roadmap, successor__start_on=date(2026, 3, 16))

    with pytest.raises(StaleVersionError, match="other items would move now"):
        move_with_cascade(data, **WEEK_2, versions=preview.versions, actor=scope)
    assert not PlanChange.objects.exists()


def test_move_is_refused_when_one_of_the_items_was_changed_meanwhile(pair, scope):
    data, model = pair
    preview = preview_move(data, **WEEK_2, actor=scope)
    change_item(model, actor=scope, lane="Search")

    with pytest.raises(StaleVersionError) as refusal:
        move_with_cascade(data, **WEEK_2, versions=preview.versions, actor=scope)
    assert refusal.value.reasons == ("“Model” was changed meanwhile.",)


def test_move_is_refused_when_the_same_items_would_move_elsewhere_by_now(pair, scope):
    data, _ = pair
    preview = preview_move(data, **WEEK_2, actor=scope)
    Dependency.objects.update(lag_days=2)

    seen = {"versions": preview.versions, "fingerprint": preview.fingerprint}
    with pytest.raises(StaleVersionError, match="to other dates now"):
        move_with_cascade(data, **WEEK_2, **seen, actor=scope)
    assert not PlanChange.objects.exists()


def test_a_cascade_cannot_move_a_promise_without_a_reason(pair, scope):
    data, model = pair
    model.is_committed = True
    model.save()

    with pytest.raises(RescopeReasonRequiredError):
        move_with_cascade(data, **WEEK_2, actor=scope)
    assert move_with_cascade(data, **WEEK_2, reason_code=RescopeReason.VENDOR, actor=scope).reason_code == "vendor"


def test_move_refuses_impossible_dates_viewers_and_closed_portfolios(pair, scope, viewer, product_manager):
    data, _ = pair
    closed = RoadmapItemFactory(roadmap__portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))

    with pytest.raises(InvalidInputError, match="The end must not lie before the start"):
        preview_move(data, start_on=date(2026, 3, 9), end_on=date(2026, 3, 8), actor=scope)
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        preview_move(data, **WEEK_2, actor=viewer)
    with tenant_scope(product_manager), pytest.raises(NotPermittedError):
        move_with_cascade(closed, **WEEK_2, actor=product_manager)
