"""What tests of the roadmap begin with."""

from types import SimpleNamespace

import pytest
from django.db import connection

from roadmap.services.scenarios import create_scenario
from tenancy.scope import tenant_scope
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory, ResourceFactory
from tests.factories.tenancy import TeamFactory
from tests.web_client import client_of


@pytest.fixture
def client(product_manager):
    """The product manager's browser."""
    return client_of(product_manager)


@pytest.fixture
def roadmap(owner):
    """An empty roadmap."""
    with tenant_scope(owner):
        return RoadmapFactory(name="AI platform")


@pytest.fixture
def author(product_manager):
    """Who makes scenarios; the scope stays open."""
    with tenant_scope(product_manager):
        yield product_manager


@pytest.fixture
def plan(author):
    """A roadmap with two items."""
    roadmap = RoadmapFactory(name="Assistant")
    return (
        roadmap,
        RoadmapItemFactory(roadmap=roadmap, title="Search", position=1),
        RoadmapItemFactory(roadmap=roadmap, title="Summaries", position=2),
    )


@pytest.fixture
def scenario(plan, author):
    """A draft about that roadmap."""
    return create_scenario(roadmap=plan[0], name="Search later", actor=author)


@pytest.fixture
def staffed(author):
    """An item of the team Search that needs one engineer's month, and a draft of a scenario of its roadmap."""
    search, platform = TeamFactory(name="Search"), TeamFactory(name="Platform")
    roadmap = RoadmapFactory(name="Assistant")
    item = RoadmapItemFactory(roadmap=roadmap, title="Ranking", owning_team=search)
    demand = ResourceDemandFactory(item=item, resource=ResourceFactory(name="ML engineers"))
    scenario = create_scenario(roadmap=roadmap, name="More people", actor=author)
    return SimpleNamespace(
        roadmap=roadmap, item=item, demand=demand, search=search, platform=platform, scenario=scenario
    )


@pytest.fixture
def history(organization, product_manager, transactional_db):
    """A plan whose every step is a transaction of its own, and the moments between them."""
    moments = []

    def step(work):
        with tenant_scope(product_manager):
            made = work()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moments.append(cursor.fetchone()[0])
        return made

    return step, moments
