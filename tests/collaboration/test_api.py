"""Saved views over REST."""

import pytest

from collaboration.models import SavedView
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.collaboration import SavedViewFactory

SCREEN = "portfolio:initiative_list"


@pytest.fixture
def view(product_manager) -> SavedView:
    with tenant_scope(product_manager):
        return SavedViewFactory(owner=Membership.objects.get(user=product_manager.user), sharing="organization")


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_list_costs_the_same_for_any_number_of_rows(api_client, viewer, rows, django_assert_num_queries):
    client = api_client(viewer, scopes=["collaboration:read"])
    with tenant_scope(viewer):
        SavedViewFactory.create_batch(rows, sharing="organization")
        SavedViewFactory()
    client.get("saved-views/")

    with django_assert_num_queries(5):
        response = client.get("saved-views/", {"screen": SCREEN})

    assert len(response.json()["results"]) == rows


def test_a_view_is_created_read_changed_and_deleted(api_client, viewer):
    client = api_client(viewer)

    created = client.post("saved-views/", {"screen": SCREEN, "name": "Beta", "query": {"stage": ["beta"]}})
    address = f"saved-views/{created.json()['id']}/"
    read = client.get(address)
    changed = client.patch(address, {"sharing": "organization"}, If_Match=read["ETag"])
    stale = client.patch(address, {"name": "Late"}, If_Match=read["ETag"])
    deleted = client.delete(address)

    assert created.status_code == 201, created.content
    assert read.json()["query"] == {"stage": ["beta"]}
    assert (changed.status_code, changed.json()["sharing"]) == (200, "organization")
    assert stale.status_code == 412
    assert (deleted.status_code, client.get(address).status_code) == (204, 404)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"screen": "nowhere", "name": "x"}, "/screen"),
        ({"screen": "portfolio:nowhere_list", "name": "x"}, "/screen"),
        ({"screen": "portfolio:initiative_detail", "name": "x"}, "/screen"),
        ({"screen": SCREEN, "name": ""}, "/name"),
        ({"screen": SCREEN, "name": "x", "query": "stage=beta"}, "/query"),
        ({"screen": SCREEN, "name": "x", "owner": "01a20000-0000-7000-8000-000000000000"}, "/owner"),
        ({"screen": SCREEN, "name": "x", "colour": "red"}, "/colour"),
    ],
)
def test_bad_input_is_refused_at_its_field(api_client, viewer, body, pointer):
    response = api_client(viewer).post("saved-views/", body)

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    with tenant_scope(viewer):
        assert not SavedView.objects.exists()


def test_a_view_stays_on_its_list(api_client, product_manager, view):
    response = api_client(product_manager).patch(f"saved-views/{view.pk}/", {"screen": "roadmap:item_list"})

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/screen")


def test_others_read_a_shared_view_and_leave_it_alone(api_client, viewer, view):
    client = api_client(viewer)
    address = f"saved-views/{view.pk}/"

    assert client.get(address).status_code == 200
    assert client.patch(address, {"name": "Mine now"}).status_code == 403
    assert client.delete(address).status_code == 403
    with tenant_scope(viewer):
        assert SavedView.objects.get().name == view.name


def test_a_private_view_of_somebody_else_does_not_exist(api_client, viewer, product_manager):
    with tenant_scope(product_manager):
        private = SavedViewFactory(owner=Membership.objects.get(user=product_manager.user))

    assert api_client(viewer).get(f"saved-views/{private.pk}/").status_code == 404


def test_strangers_and_reading_tokens_get_nowhere(api_client, session_client, viewer, stranger, view):
    address = f"/api/v1/organizations/acme/saved-views/{view.pk}/"

    assert session_client(stranger).get(address).status_code == 404
    assert api_client(viewer, scopes=["portfolio:read"]).get(address).status_code == 403
    assert api_client(viewer, scopes=["collaboration:read"]).post("saved-views/", {}).status_code == 403
