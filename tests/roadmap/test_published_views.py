"""A public link that follows a saved view."""

import pytest
from django.test import Client

from collaboration.enums import ViewSharing
from collaboration.models import SavedView
from roadmap.enums import Audience
from roadmap.models import PublicLink
from roadmap.services.public_links import address_of, create_public_link
from roadmap.web.plan_state import SCREEN
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory


@pytest.fixture
def plan(owner):
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="Assistant")
        RoadmapItemFactory(roadmap=roadmap, title="Search", status="done")
        RoadmapItemFactory(roadmap=roadmap, title="Voice")
        return roadmap


def saved_view(actor, sharing, **query):
    """A view of plans with this query."""
    owner = Membership.objects.get(user=actor.user)
    return SavedView.objects.create(owner=owner, screen=SCREEN, name="For customers", sharing=sharing, query=query)


def titles(plan, owner, view):
    with tenant_scope(owner):
        link, secret = create_public_link(
            roadmap=plan, actor=owner, name="L", audience=Audience.FULL, filters={"view": [str(view)]}
        )
        address = address_of(link, secret)
    page = Client().get(address.partition("://")[2].partition("/")[2].join(("/", ""))).content.decode()
    return {title for title in ("Search", "Voice") if title in page}


def test_a_link_follows_its_view(plan, owner):
    with tenant_scope(owner):
        view = saved_view(owner, ViewSharing.PUBLIC, status=["done"], group=["team"])
    assert titles(plan, owner, view.pk) == {"Search"}
    with tenant_scope(owner):
        view.query = {"status": ["planned"]}
        view.save()
    assert titles(plan, owner, view.pk) == {"Voice"}


@pytest.mark.parametrize("sharing", [ViewSharing.PRIVATE, ViewSharing.TEAMS, ViewSharing.ORGANIZATION])
def test_a_view_that_is_not_meant_for_links_shows_nothing(plan, owner, sharing):
    with tenant_scope(owner):
        view = saved_view(owner, sharing, status=["done"])
    assert titles(plan, owner, view.pk) == set()


@pytest.mark.parametrize("key", ["gone", "01a20444-1ef0-7000-8000-000000000000", ""])
def test_a_view_that_is_gone_shows_nothing(plan, owner, key):
    assert titles(plan, owner, key) == set()


def test_views_for_links_are_offered_where_a_link_is_made(plan, owner, session_client):
    with tenant_scope(owner):
        view = saved_view(owner, ViewSharing.PUBLIC, status=["done"])
    client = session_client(owner).http
    client.handler.enforce_csrf_checks = False
    path = f"/acme/roadmap/roadmaps/{plan.pk}/publish/"
    assert "For customers" in client.get(path).content.decode()
    wanted = {"name": "L", "kind": "page", "audience": "full", "grouping": "none", "view": str(view.pk)}
    assert client.post(path, wanted).status_code == 200
    with tenant_scope(owner):
        link = PublicLink.objects.get()
        assert link.filters == {"view": [str(view.pk)]}
    assert "Saved view For customers" in client.get(f"/acme/roadmap/public-links/{link.pk}/").content.decode()
    assert client.post(path, {**wanted, "view": str(link.pk)}).status_code == 422
