"""Keyset pagination over every kind of order: complete, without repeats, in both directions."""

import random
import uuid

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import ValidationError

from core.api.pagination import KeysetPaginator
from tenancy.models import ApiToken, Membership, Team
from tenancy.scope import tenant_scope
from tests.factories.tenancy import TeamFactory


@pytest.fixture
def tokens(scope):
    """Thirty tokens with few names (ties) and, for a third of them, no expiry (NULL)."""
    membership = Membership.objects.get(user=scope.user)
    chance = random.Random(7)
    expiries = ["2031-01-01T00:00:00Z", "2032-01-01T00:00:00.000001Z", None]
    rows = [
        ApiToken(
            membership=membership,
            name=f"name {chance.randrange(4)}",
            prefix="x",
            token_hash=uuid.uuid4().bytes,
            scopes=["read"],
            expires_at=chance.choice(expiries),
        )
        for _ in range(30)
    ]
    return ApiToken.objects.bulk_create(rows)


def page(queryset, ordering, **parameters):
    request = RequestFactory().get("/tokens/", parameters)
    return KeysetPaginator(request, queryset, ordering, tenant="acme").page(["id", "name"])


def follow(queryset, ordering, size, *, backward=False):
    """Ids of all pages, forward from the first one or backward from the last."""
    seen, current = [], page(queryset, ordering, page_size=size)
    while True:
        seen.append([row[0] for row in current.rows])
        url = current.previous if backward else current.next
        if url is None:
            return seen, current
        cursor = dict(pair.split("=") for pair in url.split("?")[1].split("&"))["cursor"].replace("%3A", ":")
        current = page(queryset, ordering, page_size=size, cursor=cursor)


ORDERINGS = [
    (),
    ("name",),
    ("-name",),
    ("expires_at",),
    ("-expires_at",),
    ("name", "-expires_at"),
    ("-name", "expires_at"),
    ("expires_at", "name"),
    ("-expires_at", "-name", "-created_at"),
    ("membership__user__name", "-name"),
]


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("size", [1, 7, 30, 50])
def test_pages_hold_every_row_once_in_order(tokens, ordering, size):
    queryset = ApiToken.objects.all()
    whole = [row[0] for row in page(queryset, ordering, page_size=500).rows]

    pages, last = follow(queryset, ordering, size)

    assert len(whole) == 30
    assert [key for keys in pages for key in keys] == whole
    assert last.next is None


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_previous_pages_lead_back_over_the_same_rows(tokens, ordering):
    queryset = ApiToken.objects.all()
    forward, last = follow(queryset, ordering, 7)
    backward = []
    current = last
    while current.previous is not None:
        cursor = current.previous.split("cursor=")[1].split("&")[0].replace("%3A", ":")
        current = page(queryset, ordering, page_size=7, cursor=cursor)
        backward.insert(0, [row[0] for row in current.rows])

    assert backward == forward[:-1]


def test_page_after_a_deleted_row_goes_on_where_it_was(tokens):
    first = page(ApiToken.objects.all(), ("name",), page_size=5)
    cursor = first.next.split("cursor=")[1].split("&")[0].replace("%3A", ":")
    expected = page(ApiToken.objects.all(), ("name",), page_size=5, cursor=cursor).rows
    ApiToken.objects.filter(pk=first.rows[-1][0]).delete()

    assert page(ApiToken.objects.all(), ("name",), page_size=5, cursor=cursor).rows == expected


@pytest.mark.parametrize("change", [{"ordering": ("-name",)}, {"tenant": "rival"}, {"path": "/other/"}, {"q": "x"}])
def test_cursor_of_another_list_is_refused(tokens, change):
    cursor = page(ApiToken.objects.all(), ("name",), page_size=5).next.split("cursor=")[1].split("&")[0]
    parameters = {"cursor": cursor.replace("%3A", ":")} | ({"q": "x"} if "q" in change else {})
    request = RequestFactory().get(change.get("path", "/tokens/"), parameters)

    with pytest.raises(ValidationError, match="does not belong to this list"):
        KeysetPaginator(
            request, ApiToken.objects.all(), change.get("ordering", ("name",)), tenant=change.get("tenant", "acme")
        )


def test_cursor_changed_by_one_character_is_refused(api_client, owner):
    with tenant_scope(owner):
        TeamFactory.create_batch(3)
    client = api_client(owner)
    url = client.get("teams/?page_size=1").json()["next"]
    path = url.removeprefix("http://testserver")
    assert client.get(path).status_code == 200

    forged = client.get(path.replace("cursor=", "cursor=A"))

    assert forged.status_code == 400
    assert forged.json()["errors"][0]["pointer"] == "/cursor"


def test_filters_and_page_size_survive_in_the_addresses(api_client, owner):
    with tenant_scope(owner):
        TeamFactory.create_batch(5)
    client = api_client(owner)

    url = client.get("teams/?page_size=2&ordering=name&q=team").json()["next"]
    second = client.get(url.removeprefix("http://testserver")).json()

    assert "page_size=2" in url
    assert "q=team" in url
    assert len(second["results"]) == 2
    assert second["previous"] is not None


def test_later_page_is_read_by_an_index_condition(scope):
    Team.objects.bulk_create([Team(name=f"Team {n:05}") for n in range(3000)])
    first = page(Team.objects.all(), ("name",), page_size=50)
    cursor = first.next.split("cursor=")[1].split("&")[0].replace("%3A", ":")
    request = RequestFactory().get("/tokens/", {"cursor": cursor})
    paginator = KeysetPaginator(request, Team.objects.all(), ("name",), tenant="acme")
    (condition,) = paginator._segments()

    sql = str(Team.objects.filter(condition).order_by("name", "id").query)

    assert '("tenancy_team"."name", "tenancy_team"."id") > (' in sql
