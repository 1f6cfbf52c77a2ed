"""Fixtures of the pages of collaboration."""

import pytest
from django.test import Client

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def signed_in():
    def make(actor) -> Client:
        client = Client()
        client.force_login(actor.user, backend=BACKEND)
        return client

    return make
