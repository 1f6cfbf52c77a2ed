"""The edge: finds the organization and the actor of a request and opens the tenant scope around its view."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from core.api.errors import problem_response
from core.web.error_pages import page_not_found
from tenancy.actor import Actor
from tenancy.models import Organization
from tenancy.scope import act_as, tenant_scope
from tenancy.services.authentication import InvalidTokenError, actor_of_member, actor_of_token

GetResponse = Callable[[HttpRequest], HttpResponse]


class TenantMiddleware:
    """Every view with an `organization` in its URL runs inside that organization's scope, or not at all.

    A stranger gets 404, whether or not the organization exists. The whole request is one
    transaction; an answer of 400 or above rolls it back, so that a refusal changes nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None
        match = _resolve(request)
        if match is None or "organization" not in match.kwargs or getattr(match.func, "opens_own_scope", False):
            return self.get_response(request)
        is_api = request.path.startswith("/api/")
        bearer = _bearer(request) if is_api else None
        if bearer is None and not request.user.is_authenticated:
            if is_api:
                return _unauthorized("Send a bearer token, or sign in.")
            return redirect_to_login(request.get_full_path())
        organization = Organization.objects.filter(slug=match.kwargs["organization"]).first()
        if organization is None:
            return _unauthorized("The token is not valid here.") if bearer else _not_found(request, is_api)
        with tenant_scope(Actor.system(organization, source="api" if is_api else "web")):
            try:
                actor = _actor(request, organization, bearer)
            except InvalidTokenError as error:
                return _unauthorized(str(error))
            if actor is None:
                return _not_found(request, is_api)
            return _respond(request, actor, self.get_response)


def _resolve(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _actor(request: HttpRequest, organization: Organization, bearer: str | None) -> Actor | None:
    if bearer is not None:
        return actor_of_token(bearer, organization=organization, request_id=request.request_id)
    source = "api" if request.path.startswith("/api/") else "web"
    return actor_of_member(request.user, organization=organization, source=source, request_id=request.request_id)


def _respond(request: HttpRequest, actor: Actor, get_response: GetResponse) -> HttpResponse:
    request.actor = actor
    request.organization = actor.organization
    request.open_scope = lambda: tenant_scope(actor)
    if actor.token_id is not None and actor.user is not None:
        request.user = actor.user
    act_as(actor)
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
