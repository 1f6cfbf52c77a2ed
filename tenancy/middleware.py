"""The edge: finds the organization and the actor of a request and opens the tenant scope around its view."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect

from core.api.errors import problem_response
from core.web.error_pages import page_not_found
from tenancy.actor import Actor
from tenancy.models.organization import RESERVED_SLUGS
from tenancy.scope import tenant_scope
from tenancy.services.authentication import InvalidTokenError, bearer_scope, member_scope

GetResponse = Callable[[HttpRequest], HttpResponse]


_API = re.compile(r"^/api/v1/organizations/(?P<slug>[-a-zA-Z0-9_]+)/")
_WEB = re.compile(r"^/(?P<slug>[-a-zA-Z0-9_]+)/")


class TenantMiddleware:
    """Every address below an organization is answered inside that organization's scope, or not at all.

    A stranger gets 404, whether or not the organization exists. The whole request is one
    transaction; an answer of 400 or above rolls it back, so that a refusal changes nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None
        slug = organization_slug(request.path_info)
        if slug is None:
            return self.get_response(request)
        is_api = request.path_info.startswith("/api/")
        bearer = _bearer(request) if is_api else None
        if bearer is None and not request.user.is_authenticated:
            if is_api:
                return _unauthorized("Send a bearer token, or sign in.")
            return _sign_in(request, slug)
        try:
            with _scope(request, slug, bearer, is_api) as actor:
                return _not_found(request, is_api) if actor is None else _respond(request, actor, self.get_response)
        except InvalidTokenError as error:
            return _unauthorized(str(error))


def _sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    """To the sign-in page, and from there back to a page: neither to what only takes a form, nor into a fragment."""
    is_fragment = request.headers.get("HX-Request") == "true"
    if request.method in {"GET", "HEAD"} and not is_fragment:
        return redirect_to_login(request.get_full_path())
    answer = redirect_to_login(_page_before(request, slug))
    return HttpResponseClientRedirect(answer["Location"]) if is_fragment else answer


def _page_before(request: HttpRequest, slug: str) -> str:
    """The page of the organization the request came from; its first one where the browser names none of them."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    except ValueError:  # a header may hold anything: "http://[" is no address
        return f"/{slug}/"
    is_here = page.netloc == request.get_host() and page.path.startswith(f"/{slug}/")
    return urlunsplit(("", "", page.path, page.query, "")) if is_here else f"/{slug}/"


def organization_slug(path: str) -> str | None:
    """The organization an address belongs to, or None: slugs that are paths of the installation are reserved."""
    match = _API.match(path) or (None if path.startswith("/api/") else _WEB.match(path))
    if match is None or match["slug"] in RESERVED_SLUGS:
        return None
    return match["slug"]


def _scope(request: HttpRequest, slug: str, bearer: str | None, is_api: bool) -> AbstractContextManager[Actor | None]:
    if bearer is not None:
        return bearer_scope(bearer, slug, request_id=request.request_id)
    source = "api" if is_api else "web"
    return member_scope(request.user, slug, source=source, request_id=request.request_id)


def _respond(request: HttpRequest, actor: Actor, get_response: GetResponse) -> HttpResponse:
    request.actor = actor
    request.organization = actor.organization
    request.open_scope = lambda: tenant_scope(actor)
    if actor.token_id is not None and actor.user is not None:
        request.user = actor.user
    response = get_response(request)
    if response.status_code >= 400:
        transaction.set_rollback(True)
    return response


def _bearer(request: HttpRequest) -> str | None:
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else None


def _unauthorized(detail: str) -> HttpResponse:
    response = problem_response(401, "not_authenticated", detail)
    response["WWW-Authenticate"] = 'Bearer realm="fairlead"'
    return response


def _not_found(request: HttpRequest, is_api: bool) -> HttpResponse:
    if is_api:
        return problem_response(404, "not_found", "There is nothing here.")
    return page_not_found(request, Http404())
