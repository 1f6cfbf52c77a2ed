"""Clients, addresses and what a page says, for the tests of the CRUD layer."""

import re

from django.test import Client
from django.urls import reverse

from tenancy.models import Team
from tenancy.scope import tenant_scope

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HTMX = {"HX-Request": "true"}


def client_of(actor, **headers):
    client = Client(headers=headers)
    client.force_login(actor.user, backend=BACKEND)
    return client


def sample_url(operation, team=None):
    return reverse(f"sample:team_{operation}", args=["acme", *([team.pk] if team else [])])


def teams_of(actor):
    with tenant_scope(actor):
        return dict(Team.objects.order_by("name").values_list("name", "description"))


def names_in(response):
    return re.findall(r'class="row-link" href="[^"]*">([^<]*)<', response.content.decode())
