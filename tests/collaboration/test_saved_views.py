"""Saved views: whose they are, who sees them, and what the list layer gets."""

import pytest
from django.core.exceptions import ValidationError

from collaboration.models import SavedView
from collaboration.services.saved_views import (
    change_saved_view,
    create_saved_view,
    delete_saved_view,
    save_view,
)
from collaboration.web.saved_views import StoredSavedViews
from core.errors import DomainError, InvalidInputError, NotPermittedError
from core.web.saved_views import list_screens, saved_view_provider
from tenancy.actor import Actor
from tenancy.models import LedgerEvent, Membership, TeamMembership
from tenancy.scope import tenant_scope
from tests.addresses import organization_addresses
from tests.factories.collaboration import SavedViewFactory
from tests.factories.tenancy import TeamFactory

SCREEN = "portfolio:initiative_list"


def own_view(actor, **fields) -> SavedView:
    return SavedViewFactory(owner=Membership.objects.get(user=actor.user), **fields)


def test_the_list_layer_asks_the_stored_views():
    assert isinstance(saved_view_provider(), StoredSavedViews)


def test_list_shows_own_views_first_and_of_others_only_the_shared_ones(scope, viewer, django_assert_num_queries):
    own_view(viewer, name="b mine", is_default=True)
    own_view(scope, name="a shared", sharing="organization", is_default=True)
    own_view(scope, name="private")
    own_view(viewer, name="elsewhere", screen="roadmap:item_list")

    with django_assert_num_queries(1):
        entries = StoredSavedViews().list(viewer, SCREEN)

    assert [(entry.name, entry.is_default, entry.can_delete) for entry in entries] == [
        ("b mine", True, True),
        ("a shared", False, False),
    ]
    assert [entry.owner_label for entry in entries] == ["", str(scope.user)]


def test_views_shared_with_teams_are_seen_by_teammates_only(scope, viewer, product_manager):
    team = TeamFactory()
    for actor in (scope, viewer):
        TeamMembership.objects.create(team=team, membership=Membership.objects.get(user=actor.user))
    TeamMembership.objects.create(team=TeamFactory(), membership=Membership.objects.get(user=product_manager.user))
    own_view(scope, name="ours", sharing="teams")

    seen = {
        actor: [entry.name for entry in StoredSavedViews().list(actor, SCREEN)] for actor in (viewer, product_manager)
    }

    assert seen == {viewer: ["ours"], product_manager: []}
    assert list(SavedView.objects.permitted(viewer, "change")) == []


def test_views_for_public_links_are_seen_by_everybody_and_found_by_their_purpose(scope, viewer):
    public = own_view(scope, name="b", sharing="public")
    own_view(scope, name="a", sharing="organization")

    assert [entry.name for entry in StoredSavedViews().list(viewer, SCREEN)] == ["a", "b"]
    assert list(SavedView.objects.for_public_links()) == [public]


def test_save_keeps_repeated_parameters_and_replaces_the_own_view_of_that_name(scope):
    provider = StoredSavedViews()

    first = provider.save(
        scope, SCREEN, name="Mine", query="stage=beta&stage=ga&q=a+b", sharing="private", is_default=True
    )
    second = provider.save(scope, SCREEN, name="Mine", query="stage=ga", sharing="organization", is_default=False)

    assert first.query == "stage=beta&stage=ga&q=a+b"
    assert (second.key, second.query, second.sharing, second.is_default) == (
        first.key,
        "stage=ga",
        "organization",
        False,
    )
    assert SavedView.objects.count() == 1
    assert list(LedgerEvent.objects.filter(table_name="collaboration_savedview").values_list("action", flat=True)) == [
        "saved_view.changed",
        "saved_view.created",
    ]


def test_save_leaves_a_shared_view_of_somebody_else_alone(scope, viewer):
    theirs = own_view(scope, name="Team", sharing="organization")

    with tenant_scope(viewer):
        save_view(actor=viewer, screen=SCREEN, name="Team", query={"q": ["x"]})

    assert SavedView.objects.get(pk=theirs.pk).query == {"stage": ["beta", "ga"]}
    assert SavedView.objects.count() == 2


def test_a_new_default_takes_the_place_of_the_old_one_of_the_same_list(scope):
    old = own_view(scope, is_default=True)
    elsewhere = own_view(scope, screen="roadmap:item_list", is_default=True)

    new = create_saved_view(actor=scope, screen=SCREEN, name="New", is_default=True)

    assert set(SavedView.objects.filter(is_default=True)) == {new, elsewhere}
    assert not SavedView.objects.get(pk=old.pk).is_default


def test_create_refuses_a_second_view_of_the_same_name(scope):
    own_view(scope, name="Mine")

    with pytest.raises(InvalidInputError) as refusal:
        create_saved_view(actor=scope, screen=SCREEN, name=" Mine ")

    assert refusal.value.pointer == "name"


@pytest.mark.parametrize(
    "query",
    [
        ["stage"],
        {"stage": "beta"},
        {"stage": [1]},
        {"stage": [None]},
        {"q": ["x" * 9000]},
        {"q": ["\x00"]},
        "stage=beta",
    ],
)
def test_create_refuses_what_is_no_query(scope, query):
    with pytest.raises(ValidationError) as refusal:
        create_saved_view(actor=scope, screen=SCREEN, name="Mine", query=query)

    assert list(refusal.value.message_dict) == ["query"]


@pytest.mark.parametrize(
    "screen", ["", "initiatives", "a:b/../c", "portfolio:initiative_list\n", "portfolio:nowhere_list"]
)
def test_create_refuses_what_names_no_screen(scope, screen):
    with pytest.raises(ValidationError) as refusal:
        create_saved_view(actor=scope, screen=screen, name="Mine")

    assert list(refusal.value.message_dict) == ["screen"]


def test_others_neither_change_nor_delete_a_shared_view(scope, viewer):
    view = own_view(scope, sharing="organization")

    with tenant_scope(viewer):
        with pytest.raises(NotPermittedError):
            change_saved_view(view, actor=viewer, name="Taken over")
        with pytest.raises(NotPermittedError):
            delete_saved_view(view, actor=viewer)

    assert SavedView.objects.get().name == view.name


def test_owners_remove_shared_views_of_others_but_not_private_ones(scope, viewer):
    shared, private = own_view(viewer, sharing="organization"), own_view(viewer)

    StoredSavedViews().delete(scope, SCREEN, str(shared.pk))
    with pytest.raises(DomainError, match="no such view"):
        StoredSavedViews().delete(scope, SCREEN, str(private.pk))

    assert list(SavedView.objects.all()) == [private]


@pytest.mark.parametrize("key", ["", "x", "01a20000-0000-7000-8000-000000000000"])
def test_delete_of_an_unknown_view_is_refused(scope, key):
    with pytest.raises(DomainError, match="no such view"):
        StoredSavedViews().delete(scope, SCREEN, key)


def test_delete_keeps_to_its_own_list(scope):
    view = own_view(scope, screen="roadmap:item_list")

    with pytest.raises(DomainError, match="no such view"):
        StoredSavedViews().delete(scope, SCREEN, str(view.pk))


def test_the_system_sees_shared_views_and_saves_none(scope):
    own_view(scope, sharing="organization")
    own_view(scope)
    system = Actor.system(scope.organization)

    assert len(StoredSavedViews().list(system, SCREEN)) == 1
    with pytest.raises(DomainError, match="Only members"):
        create_saved_view(actor=system, screen=SCREEN, name="x")


def test_views_of_another_organization_do_not_exist(viewer, stranger):
    with tenant_scope(stranger):
        foreign = own_view(stranger, sharing="organization")

    with tenant_scope(viewer):
        assert StoredSavedViews().list(viewer, SCREEN) == []
        with pytest.raises(DomainError, match="no such view"):
            StoredSavedViews().delete(viewer, SCREEN, str(foreign.pk))


def test_every_list_with_a_place_for_views_can_have_one():
    addresses = [address.name for address in organization_addresses() if ":" in address.name]
    lists = {name.removesuffix("_views") + "_list" for name in addresses if name.endswith("_views")}

    assert lists <= list_screens()
    assert "portfolio:initiative_list" in list_screens()


def test_view_whose_list_is_gone_can_still_be_renamed(scope):
    view = own_view(scope, screen="portfolio:gone_list")

    assert change_saved_view(view, actor=scope, name="Kept").name == "Kept"
