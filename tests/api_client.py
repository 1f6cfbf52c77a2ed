"""REST clients for tests: a bearer token or a signed-in session, relative to the actor's organization."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tenancy.services.tokens import create_api_token


class ApiClient:
    """Sends JSON below /api/v1/organizations/{organization}/; a path with a leading slash is taken as it is."""

    def __init__(self, actor: Actor, *, bearer: str | None = None, organization: str | None = None) -> None:
        self.actor = actor
        self.bearer = bearer
        self.organization = organization or actor.organization.slug
        self.http = Client(enforce_csrf_checks=True, raise_request_exception=False)

    def url(self, path: str) -> str:
        """The full path of an address inside the organization."""
        return path if path.startswith("/") else f"/api/v1/organizations/{self.organization}/{path}"

    def request(self, method: str, path: str, data: Any = None, **headers: str) -> HttpResponse:
        """`headers` by name with underscores (`If_Match`); a str or bytes body is sent as it is."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.bearer is not None:
            sent.setdefault("Authorization", f"Bearer {self.bearer}")
        content_type = sent.pop("Content-Type", "application/json")
        send = getattr(self.http, method.lower())
        if method == "GET":
            return send(self.url(path), data or {}, headers=sent)
        body = {} if data is None else {"data": data}
        return send(self.url(path), content_type=content_type, headers=sent, **body)

    def get(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.request("GET", path, data, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.request("POST", path, data, **headers)

    def patch(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.request("PATCH", path, data, **headers)

    def put(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.request("PUT", path, data, **headers)

    def delete(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.request("DELETE", path, data, **headers)


def pointers(response: HttpResponse) -> list[str]:
    """The fields a refusal names, in its order."""
    return [error["pointer"] for error in response.json()["errors"]]


@pytest.fixture
def api_client():
    """api_client(actor, scopes=["write"]): a client with a fresh bearer token of the actor."""

    def make(actor: Actor, scopes: list[str] | None = None) -> ApiClient:
        with tenant_scope(Actor.system(actor.organization)) as system:
            membership = Membership.objects.get(user=actor.user)
            _, secret = create_api_token(
                membership=membership, name="test", scopes=["write"] if scopes is None else scopes, actor=system
            )
        return ApiClient(actor, bearer=secret)

    return make


@pytest.fixture
def session_client():
    """session_client(actor): a client signed in as the actor's person, with CSRF enforced."""

    def make(actor: Actor) -> ApiClient:
        client = ApiClient(actor)
        client.http.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make
