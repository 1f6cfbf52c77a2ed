"""Services of dependencies: cycles, repetition, rights, and two writers at once."""

import pytest
from django.db import IntegrityError, transaction

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from roadmap.models import Dependency
from roadmap.services.dependencies import (
    UNSEEN,
    CycleError,
    change_dependency,
    create_dependency,
    delete_dependency,
)
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.connections import PATIENCE_S, begin
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, RoadmapFactory, RoadmapItemFactory


def item(title, **kwargs):
    return RoadmapItemFactory(title=title, **kwargs)


def test_create_dependency_stores_it_with_its_defaults(scope):
    first, second = item("A"), item("B")

    dependency = create_dependency(predecessor=first, successor=second, actor=scope)

    stored = Dependency.objects.get()
    assert (stored.pk, stored.kind, stored.lag_days, stored.version) == (dependency.pk, "FS", 0, 1)
    assert LedgerEvent.objects.get(table_name="roadmap_dependency").action == "dependency.created"


def test_a_cycle_through_three_items_of_three_roadmaps_is_refused_and_named(scope):
    first, second, third = item("A"), item("B"), item("C")
    create_dependency(predecessor=first, successor=second, actor=scope)
    create_dependency(predecessor=second, successor=third, kind="SS", actor=scope)

    with pytest.raises(CycleError) as refused:
        create_dependency(predecessor=third, successor=first, actor=scope)

    assert refused.value.message == "This would close a cycle: “C” → “A” → “B” → “C”."
    assert refused.value.reasons == ("“C”", "“A”", "“B”", "“C”")
    assert (refused.value.status, refused.value.pointer) == (409, "successor")
    assert Dependency.objects.count() == 2


def test_a_cycle_through_a_restricted_portfolio_is_refused_without_telling_its_titles(scope, product_manager):
    hidden = item("Secret", initiative=InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED)))
    first, last = item("A"), item("C")
    create_dependency(predecessor=first, successor=hidden, actor=scope)
    create_dependency(predecessor=hidden, successor=last, actor=scope)

    with pytest.raises(CycleError) as refused:
        create_dependency(predecessor=last, successor=first, actor=product_manager)

    assert refused.value.message == f"This would close a cycle: “C” → “A” → {UNSEEN} → “C”."


def test_a_diamond_is_no_cycle(scope):
    top, left, right, bottom = (item(name) for name in "TLRB")

    for predecessor, successor in ((top, left), (top, right), (left, bottom), (right, bottom), (top, bottom)):
        create_dependency(predecessor=predecessor, successor=successor, actor=scope)

    assert Dependency.objects.count() == 5


def test_an_item_cannot_depend_on_itself(scope):
    only = item("A")

    with pytest.raises(InvalidInputError, match=r"^An item cannot depend on itself\.$"):
        create_dependency(predecessor=only, successor=only, actor=scope)
    with pytest.raises(IntegrityError, match="roadmap_dependency_not_self"), transaction.atomic():
        DependencyFactory(predecessor=only, successor=only)


def test_the_same_dependency_twice_is_refused_another_kind_is_not(scope):
    first, second = item("A"), item("B")
    create_dependency(predecessor=first, successor=second, actor=scope)
    create_dependency(predecessor=first, successor=second, kind="SS", actor=scope)

    with pytest.raises(InvalidInputError, match=r"^This dependency exists already\.$"):
        create_dependency(predecessor=first, successor=second, lag_days=5, actor=scope)

    assert sorted(Dependency.objects.values_list("kind", flat=True)) == ["FS", "SS"]


def test_change_dependency_changes_kind_lag_and_note(scope):
    dependency = DependencyFactory()

    changed = change_dependency(dependency, kind="FF", lag_days=-3, note="Shared rig", actor=scope)

    assert (changed.kind, changed.lag_days, changed.note, changed.version) == ("FF", -3, "Shared rig", 2)


def test_change_dependency_refuses_a_kind_that_exists(scope):
    first = DependencyFactory(kind="FS")
    second = DependencyFactory(predecessor=first.predecessor, successor=first.successor, kind="SS")

    with pytest.raises(InvalidInputError) as refused:
        change_dependency(second, kind="FS", actor=scope)

    assert (refused.value.pointer, refused.value.message) == (
        "kind",
        "Between these items there is already a dependency of this kind.",
    )


def test_dependency_writes_need_the_right(scope, viewer):
    dependency = DependencyFactory()

    for write in (
        lambda: create_dependency(predecessor=dependency.successor, successor=item("C"), actor=viewer),
        lambda: change_dependency(dependency, lag_days=1, actor=viewer),
        lambda: delete_dependency(dependency, actor=viewer),
    ):
        with pytest.raises(NotPermittedError):
            write()

    assert list(Dependency.objects.values_list("pk", "lag_days")) == [(dependency.pk, 0)]


def test_delete_dependency_opens_the_way_for_its_reverse(scope):
    dependency = DependencyFactory()

    delete_dependency(dependency, actor=scope)
    create_dependency(predecessor=dependency.successor, successor=dependency.predecessor, actor=scope)

    assert Dependency.objects.get().predecessor_id == dependency.successor_id


@pytest.mark.django_db(transaction=True)
def test_two_connections_cannot_close_a_cycle_together(owner):
    """Each adds one half of A → B → A; the second waits for the first's commit, sees it, and is refused."""
    with tenant_scope(owner):
        roadmap = RoadmapFactory()
        first, second = item("A", roadmap=roadmap), item("B", roadmap=roadmap)

    def add_the_reverse():
        with tenant_scope(owner):
            create_dependency(predecessor=second, successor=first, actor=owner)

    with tenant_scope(owner):
        create_dependency(predecessor=first, successor=second, actor=owner)
        other = begin(add_the_reverse)
        with pytest.raises(TimeoutError):
            other.result(0.5)

    with pytest.raises(CycleError, match="This would close a cycle: “B” → “A” → “B”"):
        other.result(PATIENCE_S)
    with tenant_scope(owner):
        assert list(Dependency.objects.values_list("predecessor__title", "successor__title")) == [("A", "B")]
