"""Services of roadmaps, items and milestones: success and refusal."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from guardian.shortcuts import assign_perm

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from portfolio.models import PortfolioUserObjectPermission
from roadmap.enums import ItemStatus
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.services.access import GoneError
from roadmap.services.items import change_item, create_item, delete_item
from roadmap.services.milestones import change_milestone, create_milestone, delete_milestone
from roadmap.services.roadmaps import change_roadmap, create_roadmap, delete_roadmap
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory

MARCH_2, MARCH_9, MARCH_27 = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 27)


def ledger_actions(table: str) -> list[str]:
    return list(LedgerEvent.objects.filter(table_name=table).order_by("id").values_list("action", flat=True))


def restricted_portfolio():
    return PortfolioFactory(visibility=Visibility.RESTRICTED)


def test_create_item_stores_every_field_and_names_the_action(scope):
    roadmap, initiative = RoadmapFactory(), InitiativeFactory()

    item = create_item(
        roadmap=roadmap,
        title="Ranking model",
        start_on=MARCH_2,
        end_on=MARCH_27,
        initiative=initiative,
        lane="Search",
        confidence=Decimal("0.80"),
        actor=scope,
    )

    stored = RoadmapItem.objects.get(pk=item.pk)
    assert (stored.title, stored.start_on, stored.end_on, stored.initiative, stored.lane, stored.confidence) == (
        "Ranking model",
        MARCH_2,
        MARCH_27,
        initiative,
        "Search",
        Decimal("0.80"),
    )
    assert (stored.status, stored.version, stored.duration_days) == (ItemStatus.PLANNED, 1, 26)
    assert ledger_actions("roadmap_roadmapitem") == ["roadmap_item.created"]


def test_create_item_refuses_an_end_before_the_start_and_names_the_field(scope):
    with pytest.raises(InvalidInputError, match=r"^The end must not lie before the start\.$") as refused:
        create_item(roadmap=RoadmapFactory(), title="A", start_on=MARCH_9, end_on=MARCH_2, actor=scope)

    assert refused.value.pointer == "end_on"
    assert RoadmapItem.objects.count() == 0


def test_item_dates_in_the_wrong_order_are_refused_by_the_database_too(scope):
    with pytest.raises(IntegrityError, match="roadmap_item_dates"), transaction.atomic():
        RoadmapItemFactory(start_on=MARCH_9, end_on=MARCH_2)


def test_an_item_without_dates_is_unscheduled(scope):
    item = create_item(roadmap=RoadmapFactory(), title="Some day", actor=scope)

    stored = RoadmapItem.objects.get(pk=item.pk)
    assert (stored.start_on, stored.end_on, stored.duration_days, stored.is_scheduled) == (None, None, None, False)


@pytest.mark.parametrize(
    ("dates", "field", "reason"),
    [
        ({"start_on": MARCH_2}, "end_on", "The end is missing: give it too, or take the start away."),
        ({"end_on": MARCH_2}, "start_on", "The start is missing: give it too, or take the end away."),
    ],
)
def test_one_date_without_the_other_is_refused_at_the_missing_one(scope, dates, field, reason):
    item = RoadmapItemFactory(start_on=None, end_on=None)

    for write in (
        lambda: create_item(roadmap=item.roadmap, title="A", actor=scope, **dates),
        lambda: change_item(item, actor=scope, **dates),
    ):
        with pytest.raises(InvalidInputError) as refused:
            write()
        assert (refused.value.pointer, refused.value.message) == (field, reason)

    assert list(RoadmapItem.objects.values_list("start_on", "end_on", "version")) == [(None, None, 1)]


def test_taking_one_date_away_is_refused_and_taking_both_unschedules(scope):
    item = RoadmapItemFactory()

    with pytest.raises(InvalidInputError) as refused:
        change_item(item, end_on=None, actor=scope)
    moved = change_item(item, start_on=None, end_on=None, actor=scope)

    assert refused.value.pointer == "end_on"
    assert (moved.start_on, moved.end_on, moved.version) == (None, None, 2)
    assert ledger_actions("roadmap_roadmapitem")[-1] == "roadmap_item.moved"
    assert change_item(moved, start_on=MARCH_2, end_on=MARCH_27, actor=scope).duration_days == 26


@pytest.mark.parametrize("dates", [(MARCH_2, None), (None, MARCH_2)])
def test_half_a_schedule_is_refused_by_the_model_and_by_the_database(scope, dates):
    item = RoadmapItemFactory.build(roadmap=RoadmapFactory(), start_on=dates[0], end_on=dates[1])

    with pytest.raises(ValidationError, match="Give the missing start or end too, or neither of them"):
        item.full_clean(exclude=["organization"])
    with pytest.raises(IntegrityError, match="roadmap_item_scheduled"), transaction.atomic():
        item.save()


def test_create_item_refuses_a_confidence_above_one(scope):
    with pytest.raises(ValidationError) as refused:
        create_item(
            roadmap=RoadmapFactory(),
            title="A",
            start_on=MARCH_2,
            end_on=MARCH_9,
            confidence=Decimal("1.5"),
            actor=scope,
        )

    assert "confidence" in refused.value.message_dict


def test_change_of_dates_alone_is_recorded_as_a_move(scope):
    item = RoadmapItemFactory()

    moved = change_item(item, start_on=MARCH_9, end_on=MARCH_27, actor=scope)

    assert (moved.start_on, moved.end_on, moved.version) == (MARCH_9, MARCH_27, 2)
    assert ledger_actions("roadmap_roadmapitem")[-1] == "roadmap_item.moved"


def test_change_item_leaves_absent_fields_alone(scope):
    item = RoadmapItemFactory(lane="Search")

    changed = change_item(item, status=ItemStatus.DONE, actor=scope)

    assert (changed.status, changed.lane, changed.start_on) == (ItemStatus.DONE, "Search", MARCH_2)
    assert ledger_actions("roadmap_roadmapitem")[-1] == "roadmap_item.changed"


def test_change_item_says_that_somebody_deleted_it(scope):
    item = RoadmapItemFactory()
    RoadmapItem.objects.filter(pk=item.pk).delete()

    with pytest.raises(GoneError, match=r"^Somebody deleted this meanwhile\.$"):
        change_item(item, title="Late", actor=scope)


def test_delete_item_takes_its_dependencies_along(scope):
    dependency = DependencyFactory()

    delete_item(dependency.predecessor, actor=scope)

    assert Dependency.objects.count() == 0
    assert list(RoadmapItem.objects.values_list("pk", flat=True)) == [dependency.successor_id]


@pytest.mark.parametrize("role", ["viewer", "auditor", "finance", "reviewer"])
def test_item_writes_need_the_right(actor_with, scope, role):
    item, reader = RoadmapItemFactory(), actor_with(role)

    for write in (
        lambda: create_item(roadmap=item.roadmap, title="A", start_on=MARCH_2, end_on=MARCH_9, actor=reader),
        lambda: change_item(item, title="B", actor=reader),
        lambda: delete_item(item, actor=reader),
    ):
        with pytest.raises(NotPermittedError, match="Your role does not allow this"):
            write()

    assert [(each.title, each.start_on) for each in RoadmapItem.objects.all()] == [(item.title, MARCH_2)]


def test_items_of_a_restricted_portfolio_are_hidden_with_their_roadmap_and_by_their_initiative(scope, product_manager):
    hidden = restricted_portfolio()
    open_roadmap = RoadmapFactory()
    in_hidden_roadmap = RoadmapItemFactory(roadmap=RoadmapFactory(portfolio=hidden))
    of_hidden_initiative = RoadmapItemFactory(roadmap=open_roadmap, initiative=InitiativeFactory(portfolio=hidden))
    without_initiative = RoadmapItemFactory(roadmap=open_roadmap)

    assert set(RoadmapItem.objects.permitted(product_manager)) == {without_initiative}
    assert set(Roadmap.objects.permitted(product_manager)) == {open_roadmap}
    assert set(RoadmapItem.objects.permitted(scope)) == {
        in_hidden_roadmap,
        of_hidden_initiative,
        without_initiative,
    }


def test_dependencies_are_hidden_when_one_end_is(scope, product_manager):
    hidden_end = RoadmapItemFactory(initiative=InitiativeFactory(portfolio=restricted_portfolio()))
    DependencyFactory(successor=hidden_end)
    visible = DependencyFactory()

    assert list(Dependency.objects.permitted(product_manager)) == [visible]


def test_whoever_a_portfolio_is_shared_with_to_view_cannot_write_in_it(scope, product_manager):
    hidden = restricted_portfolio()
    roadmap = RoadmapFactory(portfolio=hidden)
    item = RoadmapItemFactory(roadmap=roadmap)
    assign_perm("portfolio.view_portfolio", product_manager.user, hidden)

    assert list(RoadmapItem.objects.permitted(product_manager)) == [item]
    with pytest.raises(NotPermittedError, match=r"^This belongs to a portfolio you may not change\.$"):
        change_item(item, title="Mine", actor=product_manager)
    with pytest.raises(NotPermittedError, match=r"^This would belong to a portfolio you may not change\.$"):
        create_item(roadmap=roadmap, title="A", start_on=MARCH_2, end_on=MARCH_9, actor=product_manager)
    assert list(RoadmapItem.objects.values_list("title", flat=True)) == [item.title]

    assign_perm("portfolio.change_portfolio", product_manager.user, hidden)
    assert PortfolioUserObjectPermission.objects.count() == 2
    assert change_item(item, title="Mine", actor=product_manager).title == "Mine"


def test_an_item_cannot_refer_to_another_organizations_initiative(owner, stranger):
    with tenant_scope(stranger):
        foreign = InitiativeFactory()

    with tenant_scope(owner):
        roadmap = RoadmapFactory()
        with pytest.raises(ValidationError) as refused:
            create_item(roadmap=roadmap, title="A", start_on=MARCH_2, end_on=MARCH_9, initiative=foreign, actor=owner)

        assert refused.value.message_dict["initiative"][-1] == "There is no such record in this organization."
        assert RoadmapItem.objects.count() == 0


def test_milestones_are_created_changed_and_deleted(scope):
    roadmap = RoadmapFactory()

    milestone = create_milestone(roadmap=roadmap, title="Beta", due_on=MARCH_27, kind="beta", actor=scope)
    changed = change_milestone(milestone, due_on=MARCH_9, actor=scope)
    delete_milestone(changed, actor=scope)

    assert (changed.due_on, changed.kind, changed.version) == (MARCH_9, "beta", 2)
    assert Milestone.objects.count() == 0
    assert ledger_actions("roadmap_milestone") == ["milestone.created", "milestone.changed", "milestone.deleted"]


def test_milestone_writes_need_the_right(scope, viewer):
    milestone = MilestoneFactory()

    for write in (
        lambda: create_milestone(roadmap=milestone.roadmap, title="Beta", due_on=MARCH_27, actor=viewer),
        lambda: change_milestone(milestone, due_on=MARCH_9, actor=viewer),
        lambda: delete_milestone(milestone, actor=viewer),
    ):
        with pytest.raises(NotPermittedError):
            write()

    assert Milestone.objects.get().due_on == date(2026, 6, 30)


def test_roadmap_names_are_unique_in_the_organization(scope):
    create_roadmap(name="2026", actor=scope)
    other = create_roadmap(name="2027", actor=scope)

    with pytest.raises(InvalidInputError, match=r"^Another roadmap has this name\.$") as refused:
        create_roadmap(name="2026", actor=scope)
    with pytest.raises(InvalidInputError):
        change_roadmap(other, name="2026", actor=scope)

    assert refused.value.pointer == "name"
    assert sorted(Roadmap.objects.values_list("name", flat=True)) == ["2026", "2027"]


def test_roadmaps_of_two_organizations_may_share_a_name_and_never_meet(owner, stranger):
    with tenant_scope(stranger):
        create_roadmap(name="2026", actor=stranger)

    with tenant_scope(owner):
        mine = create_roadmap(name="2026", actor=owner)
        assert list(Roadmap.objects.all()) == [mine]


def test_delete_roadmap_takes_items_milestones_and_dependencies_along(scope):
    dependency = DependencyFactory()
    MilestoneFactory(roadmap=dependency.predecessor.roadmap)

    delete_roadmap(dependency.predecessor.roadmap, actor=scope)

    assert [model.objects.count() for model in (Roadmap, RoadmapItem, Milestone, Dependency)] == [0, 0, 0, 0]


def test_only_managers_delete_roadmaps(scope, product_manager):
    roadmap = RoadmapFactory()

    with pytest.raises(NotPermittedError):
        delete_roadmap(roadmap, actor=product_manager)

    assert Roadmap.objects.count() == 1
