"""What tests of the roadmap begin with."""

import pytest

from tenancy.scope import tenant_scope
from tests.factories.roadmap import RoadmapFactory
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
