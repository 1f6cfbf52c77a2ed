"""Addresses inside an organization: every one starts with the organization's slug."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class SeeOther(HttpResponseRedirect):
    """After a POST: go there with GET (303), whatever the browser thinks of 302."""

    status_code = 303


def organization_slug(source: Any) -> str:
    """The slug of the organization behind a request or an actor."""
    actor = getattr(source, "actor", None) or source
    return str(actor.organization.slug)


def tenant_url(source: Any, name: str, **kwargs: Any) -> str:
    """Reverse `name` within the organization of a request or an actor."""
    return reverse(name, kwargs={"organization": organization_slug(source), **kwargs})


def safe_next(request: Any, fallback: str) -> str:
    """The address to return to, if the request names one on this host; otherwise `fallback`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and is_safe else fallback
