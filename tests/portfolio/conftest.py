"""Browsers without JavaScript for the tests of the portfolio's pages."""

import pytest
from django.test import Client

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def client_for():
    """client_for(actor): a signed-in browser without JavaScript."""

    def make(actor, **headers) -> Client:
        client = Client(headers=headers)
        client.force_login(actor.user, backend=BACKEND)
        return client

    return make


@pytest.fixture
def portfolio_page(client_for, product_manager):
    """portfolio_page(path): what the product manager sees below /acme/portfolio/."""
    client = client_for(product_manager)
    return lambda path: client.get(f"/acme/portfolio/{path}")
