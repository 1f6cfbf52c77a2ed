"""The roadmap's pages in the organization of the tests: their addresses, and what stands on a plan's own."""

from django.test import Client
from django.urls import reverse

from roadmap.models import Roadmap

DISPLAYS = ["timeline", "table", "horizons", "kanban", "calendar", "graph", "matrix"]


def url(name: str, **kwargs) -> str:
    """The address of a page by its name."""
    return reverse(f"roadmap:{name}", kwargs={"organization": "acme", **kwargs})


def page_of(client: Client, roadmap: Roadmap, **query: object) -> str:
    """The plan's page as the query asks for it."""
    response = client.get(url("roadmap_detail", pk=roadmap.pk), query)
    assert response.status_code == 200
    return response.content.decode()
