"""Fixtures of the pages of collaboration."""

import pytest

from tests.web_client import client_of


@pytest.fixture
def signed_in():
    return client_of
