"""Addresses and what a page says, for the tests of the CRUD layer."""

import re

from django.urls import reverse

from tenancy.models import Team
from tenancy.scope import tenant_scope

HTMX = {"HX-Request": "true"}


def sample_url(operation, team=None):
    return reverse(f"sample:team_{operation}", args=["acme", *([team.pk] if team else [])])


def teams_of(actor):
    with tenant_scope(actor):
        return dict(Team.objects.order_by("name").values_list("name", "description"))


def names_in(response):
    return re.findall(r'class="row-link" href="[^"]*">([^<]*)<', response.content.decode())
