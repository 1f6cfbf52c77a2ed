"""Browsers without JavaScript for the tests of the portfolio's pages."""

import pytest

from tests.web_client import client_of


@pytest.fixture
def client_for():
    """client_for(actor): a signed-in browser without JavaScript."""

    return client_of


@pytest.fixture
def portfolio_page(client_for, product_manager):
    """portfolio_page(path): what the product manager sees below /acme/portfolio/."""
    client = client_for(product_manager)
    return lambda path: client.get(f"/acme/portfolio/{path}")
