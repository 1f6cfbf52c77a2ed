"""Addresses of the roadmap's pages in the organization of the tests."""

from django.urls import reverse


def url(name: str, **kwargs) -> str:
    """The address of a page by its name."""
    return reverse(f"roadmap:{name}", kwargs={"organization": "acme", **kwargs})
