"""Fixtures of the tests of the CRUD layer."""

import pytest

from core.web import navigation, saved_views
from tenancy.scope import tenant_scope
from tests.factories.tenancy import TeamFactory
from tests.web_client import client_of


@pytest.fixture
def without_other_apps(monkeypatch):
    """What higher apps register would lead outside this module's addresses, and add queries."""
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(saved_views, "_registered", {})


@pytest.fixture
def web(owner):
    return client_of(owner)


@pytest.fixture
def make_teams(owner):
    def make(*names, **values):
        with tenant_scope(owner):
            return [TeamFactory(name=name, **values) for name in names]

    return make
