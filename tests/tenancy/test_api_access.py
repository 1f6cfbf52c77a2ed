"""Who gets in: tokens, sessions, CSRF, throttling, unknown paths and defects, all answered as problems."""

from datetime import timedelta

import pytest
from django.urls import path
from django.utils import timezone
from rest_framework.views import APIView

from core.api import handlers
from core.api.views import ApiViewMixin
from tenancy.actor import Actor
from tenancy.models import ApiToken, Team
from tenancy.scope import tenant_scope
from tests.api_client import ApiClient
from tests.tenancy.test_api_teams import pointers, problem, team_names


class BrokenView(ApiViewMixin, APIView):
    authentication_classes = []
    permission_classes = []

    def get(self, request):
        raise RuntimeError("secret detail")


urlpatterns = [path("api/v1/broken/", BrokenView.as_view())]
handler500 = handlers.server_error


def change_token(client: ApiClient, **changes) -> None:
    with tenant_scope(Actor.system(client.actor.organization)):
        ApiToken.objects.update(**changes)


def test_without_credentials_nothing_is_told_apart(organization, owner):
    client = ApiClient(owner)

    known = client.get("teams/")
    unknown = client.get("/api/v1/organizations/nobody/teams/")

    assert problem(known, 401) == problem(unknown, 401)
    assert known["WWW-Authenticate"] == 'Bearer realm="fairlead"'


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "The token has expired."),
        ({"revoked_at": timezone.now()}, "The token was revoked."),
    ],
)
def test_expired_and_revoked_tokens_are_refused(api_client, owner, changes, detail):
    client = api_client(owner)
    change_token(client, **changes)

    assert problem(client.post("teams/", {"name": "A"}), 401)["detail"] == detail
    assert team_names(owner) == []


def test_token_of_another_organization_is_unknown(api_client, owner, stranger):
    client = ApiClient(owner, bearer=api_client(stranger).bearer)

    assert problem(client.get("teams/"), 401)["detail"] == "The token is not valid here."
    assert problem(ApiClient(owner, bearer="fairlead_nonsense").get("teams/"), 401)["code"] == "not_authenticated"


def test_session_reads_and_writes_only_with_a_csrf_token(session_client, owner):
    client = session_client(owner)

    assert client.get("teams/").status_code == 200
    assert "CSRF" in problem(client.post("teams/", {"name": "A"}), 403)["detail"]
    assert team_names(owner) == []

    client.http.cookies["csrftoken"] = "a" * 32
    allowed = client.post("teams/", {"name": "A"}, X_CSRFToken="a" * 32)
    assert allowed.status_code == 201, allowed.content


def test_session_of_a_stranger_finds_nothing(session_client, stranger, owner):
    client = session_client(stranger)
    client.organization = owner.organization.slug

    problem(client.get("teams/"), 404)


def test_unrouted_paths_answer_a_problem(api_client, owner):
    client = api_client(owner)

    for address in ("nothing-here/", "/api/v1/nothing/", "/api/v1/", "/api/nothing"):
        assert problem(client.get(address), 404)["code"] == "not_found", address
    problem(client.post("/api/v1/nothing/", {"a": 1}), 404)


@pytest.mark.urls(__name__)
def test_defect_answers_the_request_id_and_nothing_else(owner):
    response = ApiClient(owner).get("/api/v1/broken/", X_Request_ID="request-12345")

    body = problem(response, 500)
    assert body["detail"] == "Something broke; the request id is request-12345."
    assert b"secret" not in response.content


def test_rate_is_limited_per_token_and_announced(api_client, owner, viewer, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"actor": "2/hour"}}
    client = api_client(owner)

    first, second, third = (client.post("teams/", {"name": name}) for name in "ABC")

    assert first["RateLimit-Policy"] == '"actor";q=2;w=3600'
    assert first["RateLimit"].startswith('"actor";r=1;t=')
    assert second.status_code == 201
    assert problem(third, 429)["code"] == "throttled"
    assert 0 < int(third["Retry-After"]) <= 3600
    assert third["RateLimit"].startswith('"actor";r=0;t=')
    assert api_client(viewer).get("teams/").status_code == 200
    assert team_names(owner) == ["A", "B"]


def test_own_organizations_are_for_people_only(session_client, api_client, owner, stranger):
    listed = session_client(owner).get("/api/v1/organizations/")

    assert [(row["slug"], row["role"]) for row in listed.json()["results"]] == [("acme", "owner")]
    problem(api_client(owner).get("/api/v1/organizations/"), 401)
    problem(ApiClient(owner).get("/api/v1/organizations/"), 401)


def test_organization_is_changed_by_managers_only(api_client, owner, viewer):
    client = api_client(owner)
    old = client.get("")["ETag"]

    changed = client.patch("", {"discount_rate": "0.0850"}, If_Match=old)

    assert changed.json()["discount_rate"] == "0.0850"
    problem(client.patch("", {"name": "Lost"}, If_Match=old), 412)
    problem(api_client(viewer).patch("", {"name": "Mine"}), 403)
    assert client.get("").json()["name"] == "Acme"


@pytest.mark.parametrize(
    "value",
    ["NaN", "Infinity", "-Infinity", "1e400", "9" * 1000, 1e300, "0.12345", "12345", True, [], {}, "", "\uff11", "0_1"],
)
def test_number_out_of_range_is_refused(api_client, owner, value):
    client = api_client(owner)

    body = problem(client.patch("", {"discount_rate": value}), 400)

    assert list(pointers(body)) == ["/discount_rate"]
    assert client.get("").json()["discount_rate"] == "0.1000"


@pytest.mark.parametrize("raw", ["1e400", "1" + "0" * 1000, "NaN", "-Infinity"])
def test_number_literal_out_of_range_is_refused(api_client, owner, raw):
    problem(api_client(owner).patch("", f'{{"discount_rate": {raw}}}'), 400)


def test_organization_slug_and_unknown_settings_cannot_be_set(api_client, owner):
    body = problem(api_client(owner).patch("", {"slug": "x", "colour": "red"}), 400)

    assert pointers(body) == {"/slug": "read_only", "/colour": "unknown_field"}


def test_nothing_is_left_of_a_refused_write(api_client, owner):
    client = api_client(owner)
    problem(client.post("teams/", {"name": ""}), 400)

    with tenant_scope(owner):
        assert not Team.objects.exists()
