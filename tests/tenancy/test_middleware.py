"""The edge: who gets in, who gets 404, and that a refusal changes nothing."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from tenancy.models import Team
from tenancy.scope import current_actor, tenant_scope


def _create_and_answer(request, organization, status):
    Team.objects.create(name=f"Made by {current_actor().label}")
    return HttpResponse(status=status)


def _break(request, organization):
    Team.objects.create(name="Before the error")
    raise RuntimeError("broken on purpose")


urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("core.web.routes")),
    path("<slug:organization>/answer/<int:status>/", _create_and_answer),
    path("<slug:organization>/break/", _break),
]
handler404 = "core.web.error_pages.page_not_found"


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def signed_in(owner):
    client = Client(raise_request_exception=False)
    client.force_login(owner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _teams(actor):
    with tenant_scope(actor):
        return list(Team.objects.values_list("name", flat=True))


def test_member_works_inside_the_scope(signed_in, owner):
    assert signed_in.get("/acme/answer/200/").status_code == 200
    assert _teams(owner) == [f"Made by {owner.label}"]


def test_refusal_is_rolled_back(signed_in, owner):
    assert signed_in.get("/acme/answer/422/").status_code == 422
    assert _teams(owner) == []


def test_error_is_rolled_back(signed_in, owner, caplog):
    assert signed_in.get("/acme/break/").status_code == 500
    assert _teams(owner) == []


def test_stranger_gets_the_same_answer_as_for_nothing(signed_in, other_organization):
    assert signed_in.get("/rival/answer/200/").status_code == 404
    assert signed_in.get("/no-such-organization/answer/200/").status_code == 404


def test_anonymous_is_asked_to_sign_in(organization):
    response = Client().get("/acme/answer/200/")

    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/acme/answer/200/"


def test_expired_session_leads_back_to_the_page_and_not_to_what_takes_only_a_form(organization):
    sent_from = {"Referer": "http://testserver/acme/answer/200/?tab=history"}
    posted = Client(headers=sent_from).post("/acme/answer/409/")
    elsewhere = [
        Client(headers={"Referer": referrer}).post("/acme/answer/409/")["Location"]
        for referrer in ("https://evil.example/acme/", "http://[", "")
    ]

    assert posted["Location"] == "/accounts/login/?next=/acme/answer/200/%3Ftab%3Dhistory"
    assert elsewhere == ["/accounts/login/?next=/acme/"] * 3


def test_expired_session_sends_the_page_to_the_sign_in_and_not_a_dialog(organization):
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/acme/answer/200/"}
    response = Client(headers=page).get("/acme/answer/409/")

    assert (response.status_code, response["HX-Redirect"]) == (200, "/accounts/login/?next=/acme/answer/200/")
    assert not response.content


def test_former_member_gets_404(signed_in, owner):
    with tenant_scope(owner):
        owner.user.is_active = False
        owner.user.save()

    assert signed_in.get("/acme/answer/200/").status_code in {302, 404}
