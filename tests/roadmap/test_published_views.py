"""A public link that follows a saved view."""

from html import unescape

import pytest
from django.test import Client

from collaboration.enums import ViewSharing
from collaboration.models import SavedView
from roadmap.enums import Audience, PlanGrouping, PublishedField
from roadmap.models import PublicLink
from roadmap.services.public_links import address_of, create_public_link
from roadmap.web.plan_state import SCREEN
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.collaboration import CustomFieldFactory
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


def test_a_link_is_grouped_by_what_it_may_tell_and_by_nothing_else(plan, owner, session_client):
    page = session_client(owner).http.get(f"/acme/roadmap/roadmaps/{plan.pk}/publish/")

    offered = {key for key, _ in page.context["form"].fields["grouping"].choices}
    assert offered == {"none", "team", "stage", "theme", "lane", "release"}
    assert offered - {PlanGrouping.NONE} <= set(PublishedField.values)
    assert "no objectives, no fields of your own" in page.content.decode()


@pytest.mark.parametrize(("group", "untold"), [("objective", "objective"), ("cf_region", "region"), ("team", "")])
def test_groups_no_link_may_tell_are_spoken_of_when_a_view_is_published(plan, owner, session_client, group, untold):
    with tenant_scope(owner):
        CustomFieldFactory(key="region", label="Region")
        view = saved_view(owner, ViewSharing.PUBLIC, status=["done"], group=[group])
    client = session_client(owner).http
    client.handler.enforce_csrf_checks = False
    path = f"/acme/roadmap/roadmaps/{plan.pk}/publish/"
    wanted = {"name": "L", "kind": "page", "audience": "full", "grouping": "none", "view": str(view.pk)}

    offered, here = (unescape(client.get(f"{path}{query}").content.decode()) for query in ("", f"?group={group}"))
    made = unescape(client.post(path, wanted).content.decode())

    told = f"“For customers” is grouped by {untold}, which a link cannot show."
    assert (f"For customers (without its groups: {untold})" in offered) == bool(untold)
    assert (f"You look at the plan grouped by {untold}. A link cannot show that" in here) == bool(untold)
    assert (told in made) == bool(untold)
    assert "Copy the address now" in made
