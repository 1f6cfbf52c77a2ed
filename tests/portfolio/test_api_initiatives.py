"""REST of portfolios, themes and initiatives."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from core.errors import DomainError
from portfolio import hooks
from portfolio.enums import Stage, Visibility
from portfolio.models import Initiative, Portfolio
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.api_client import pointers
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory, ThemeFactory
from tests.factories.tenancy import TeamFactory

# Two of them are the savepoint that the request's transaction is inside the test's own.
QUERIES = 5


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_list_of_initiatives_costs_the_same_for_any_number_of_rows(
    api_client, product_manager, rows, django_assert_num_queries
):
    client = api_client(product_manager, scopes=["portfolio:read"])
    with tenant_scope(product_manager):
        InitiativeFactory.create_batch(rows)
    client.get("initiatives/")

    with django_assert_num_queries(QUERIES):
        response = client.get("initiatives/")

    assert len(response.json()["results"]) == rows


def test_initiative_is_created_read_changed_and_deleted(api_client, product_manager):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        portfolio, theme = PortfolioFactory(key_prefix="AI"), ThemeFactory()

    created = client.post(
        "initiatives/", {"title": "Ticket triage", "portfolio": str(portfolio.pk), "theme": str(theme.pk)}
    )
    address = f"initiatives/{created.json()['id']}/"
    read = client.get(address)
    changed = client.patch(address, {"title": "Triage"}, If_Match=read["ETag"])
    deleted = client.delete(address)

    assert created.status_code == 201
    assert (created.json()["key"], created.json()["stage"], created.json()["theme"]) == ("AI-1", "idea", str(theme.pk))
    assert read.json() == created.json()
    assert (changed.status_code, changed.json()["title"], changed.json()["version"]) == (200, "Triage", 2)
    assert (deleted.status_code, client.get(address).status_code) == (204, 404)


def test_stale_etag_is_refused_and_changes_nothing(api_client, product_manager):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        initiative = InitiativeFactory(title="First")
    etag = client.get(f"initiatives/{initiative.pk}/")["ETag"]
    client.patch(f"initiatives/{initiative.pk}/", {"title": "Second"})

    refused = client.patch(f"initiatives/{initiative.pk}/", {"title": "Third"}, If_Match=etag)

    assert refused.status_code == 412
    assert client.get(f"initiatives/{initiative.pk}/").json()["title"] == "Second"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": 5}, "/title"),
        ({"title": "x" * 301}, "/title"),
        ({"colour": "red"}, "/colour"),
        ({"stage": "ga"}, "/stage"),
        ({"level": "epic"}, "/level"),
        ({"portfolio": "not-an-id"}, "/portfolio"),
        ({"start_on": "2026-05-02", "end_on": "2026-05-01"}, "/end_on"),
        ({"start_on": "2 May"}, "/start_on"),
    ],
)
def test_bad_input_is_refused_at_its_field(api_client, product_manager, body, pointer):
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory()

    response = api_client(product_manager).post(
        "initiatives/", {"title": "Fine", "portfolio": str(portfolio.pk), **body}
    )

    assert (response.status_code, pointers(response)) == (400, [pointer])
    with tenant_scope(product_manager):
        assert Initiative.objects.count() == 0


@pytest.mark.parametrize("name", ["portfolio", "theme", "parent", "owning_team", "lead"])
def test_foreign_ids_are_refused_like_unknown_ones(api_client, product_manager, stranger, name):
    with tenant_scope(stranger):
        foreign = {
            "portfolio": PortfolioFactory,
            "theme": ThemeFactory,
            "parent": InitiativeFactory,
            "owning_team": TeamFactory,
            "lead": lambda: Membership.objects.get(),
        }[name]()
    with tenant_scope(product_manager):
        body = {"title": "Mix", "portfolio": str(PortfolioFactory().pk), name: str(foreign.pk)}
    client = api_client(product_manager)

    refused = client.post("initiatives/", body)
    unknown = client.post("initiatives/", {**body, name: "01990000-0000-7000-8000-000000000000"})

    assert (refused.status_code, pointers(refused)) == (400, [f"/{name}"])
    assert refused.json()["errors"] == unknown.json()["errors"]


def test_a_cycle_is_refused_at_the_parent(api_client, product_manager):
    with tenant_scope(product_manager):
        top = InitiativeFactory()
        below = InitiativeFactory(portfolio=top.portfolio, parent=top)

    response = api_client(product_manager).patch(f"initiatives/{top.pk}/", {"parent": str(below.pk)})

    assert (response.status_code, pointers(response)) == (400, ["/parent"])


def test_filters_narrow_the_list(api_client, product_manager):
    client = api_client(product_manager, scopes=["read"])
    with tenant_scope(product_manager):
        theme, team, lead = ThemeFactory(), TeamFactory(), Membership.objects.get(user=product_manager.user)
        top = InitiativeFactory(title="Alpha search", key="ZZ-1")
        wanted = InitiativeFactory(
            title="Beta ranking",
            portfolio=top.portfolio,
            theme=theme,
            parent=top,
            stage=Stage.BETA,
            kind="tech_debt",
            level="feature",
            owning_team=team,
            lead=lead,
            target_release="2.0",
        )
        cut = top.updated_at.isoformat()
    for query in (
        f"portfolio={top.portfolio_id}&stage=beta",
        f"theme={theme.pk}",
        f"parent={top.pk}",
        "stage=beta&stage=ga",
        "kind=tech_debt",
        "level=feature",
        f"owning_team={team.pk}",
        f"lead={lead.pk}",
        "target_release=2.0",
        f"updated_after={quote(cut)}",
        "q=rank",
    ):
        response = client.get(f"initiatives/?{query}")
        assert response.status_code == 200, (query, response.json())
        assert [row["id"] for row in response.json()["results"]] == [str(wanted.pk)], query


@pytest.mark.parametrize(
    ("query", "pointer"), [("stage=flying", "stage"), ("portfolio=x", "portfolio"), ("colour=red", "colour")]
)
def test_bad_filters_are_refused_by_name(api_client, product_manager, query, pointer):
    response = api_client(product_manager).get(f"initiatives/?{query}")

    assert response.status_code == 400
    assert any(pointer in str(error) for error in response.json()["errors"])


def test_pages_follow_each_other_without_gap_or_overlap(api_client, product_manager):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        keys = {row.key for row in InitiativeFactory.create_batch(7)}

    seen, address = [], "initiatives/?page_size=3&ordering=title"
    while address:
        body = client.get(address).json()
        seen += [row["key"] for row in body["results"]]
        address = body["next"] and body["next"].removeprefix("http://testserver")

    assert (len(seen), set(seen)) == (7, keys)


def test_stage_changes_by_its_action(api_client, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()

    response = api_client(product_manager).post(
        f"initiatives/{initiative.pk}/change-stage/", {"to": "discovery", "reason": "Asked for"}
    )

    assert (response.status_code, response.json()["stage"]) == (200, "discovery")


def test_refused_stage_change_answers_409_with_every_reason(api_client, product_manager, monkeypatch):
    def refuse(*, initiative, to, actor):
        raise DomainError("Two approvals are missing.", reasons=["Security has not decided.", "Legal has not decided."])

    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
    client = api_client(product_manager)

    impossible = client.post(f"initiatives/{initiative.pk}/change-stage/", {"to": "ga"})
    monkeypatch.setattr(hooks.before_stage_change, "_listeners", [refuse])
    guarded = client.post(f"initiatives/{initiative.pk}/change-stage/", {"to": "discovery"})

    assert (impossible.status_code, impossible.json()["code"]) == (409, "transition_not_allowed")
    assert "Allowed: Discovery." in str(impossible.json())
    assert guarded.status_code == 409
    assert "Security has not decided." in str(guarded.json())
    assert "Legal has not decided." in str(guarded.json())
    assert client.get(f"initiatives/{initiative.pk}/").json()["stage"] == "idea"


def test_bulk_create_and_update_answer_per_row(api_client, product_manager):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        portfolio = str(PortfolioFactory().pk)

    created = client.post(
        "initiatives/bulk/",
        {"rows": [{"title": "A", "portfolio": portfolio}, {"title": "", "portfolio": portfolio}]},
    ).json()["results"]
    changed = client.patch("initiatives/bulk/", {"rows": [{"id": created[0]["id"], "kind": "tech_debt"}]}).json()[
        "results"
    ]

    assert [entry["status"] for entry in created] == [201, 400]
    assert [entry["status"] for entry in changed] == [200]
    with tenant_scope(product_manager):
        assert list(Initiative.objects.values_list("title", "kind")) == [("A", "tech_debt")]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_bulk_create_costs_the_same_for_any_number_of_rows(
    api_client, product_manager, rows, django_assert_num_queries
):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        portfolio = str(PortfolioFactory().pk)
    body = {"rows": [{"title": f"New {number}", "portfolio": portfolio} for number in range(rows)]}
    client.post("initiatives/bulk/", body)

    with django_assert_num_queries(20):
        answer = client.post("initiatives/bulk/", body).json()

    assert (answer["succeeded"], answer["failed"]) == (rows, 0)


def test_bulk_create_answers_with_what_each_row_breaks(api_client, product_manager):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        parent = InitiativeFactory(key="AI-1", level="feature")
        fields = {"portfolio": str(parent.portfolio_id)}
    rows = [
        {"title": "A", **fields, "key": "ai-1"},
        {"title": "B", **fields, "parent": str(parent.pk), "level": "program"},
        {"title": "C", **fields},
    ]

    kept = client.post("initiatives/bulk/", {"rows": rows}).json()["results"]
    refused = client.post("initiatives/bulk/", {"rows": rows, "atomic": True})

    assert [entry["status"] for entry in kept] == [409, 400, 201]
    assert [entry["problem"]["errors"][0]["pointer"] for entry in kept[:2]] == ["/key", "/parent"]
    assert refused.status_code == 409
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/rows/0/key", "/rows/1/parent"]
    with tenant_scope(product_manager):
        assert sorted(Initiative.objects.values_list("title", flat=True)) == ["C", parent.title]


def test_roles_and_strangers(api_client, product_manager, viewer, stranger):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
    address = f"initiatives/{initiative.pk}/"

    assert api_client(viewer).get(address).status_code == 200
    assert api_client(viewer).patch(address, {"title": "No"}).status_code == 403
    assert api_client(viewer).post(f"{address}change-stage/", {"to": "discovery"}).status_code == 403
    assert api_client(product_manager, scopes=["portfolio:read"]).patch(address, {"title": "No"}).status_code == 403
    assert api_client(stranger).get(address).status_code == 404
    with tenant_scope(product_manager):
        initiative.refresh_from_db()
        assert (initiative.title != "No", initiative.version) == (True, 1)


def test_restricted_portfolio_does_not_exist_for_others(api_client, owner, product_manager):
    with tenant_scope(owner):
        hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        InitiativeFactory()
    client = api_client(product_manager)

    assert len(client.get("initiatives/").json()["results"]) == 1
    assert len(client.get("portfolios/").json()["results"]) == 1
    assert client.get(f"initiatives/{hidden.pk}/").status_code == 404
    assert client.get(f"portfolios/{hidden.portfolio_id}/").status_code == 404
    assert client.patch(f"initiatives/{hidden.pk}/", {"title": "No"}).status_code == 404
    assert client.get(f"initiatives/?portfolio={hidden.portfolio_id}").status_code == 400
    assert len(api_client(owner).get("initiatives/").json()["results"]) == 2


def test_portfolio_is_shared_and_unshared(api_client, owner, viewer):
    with tenant_scope(owner):
        portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
        body = {"membership": str(Membership.objects.get(user=viewer.user).pk)}
    client = api_client(viewer)
    address = f"portfolios/{portfolio.pk}/"

    assert client.get(address).status_code == 404
    assert api_client(owner).post(f"{address}share/", body).status_code == 200
    assert client.get(address).status_code == 200
    assert api_client(owner).post(f"{address}unshare/", body).status_code == 200
    assert client.get(address).status_code == 404


def test_portfolio_in_use_is_not_deleted(api_client, owner):
    with tenant_scope(owner):
        portfolio = InitiativeFactory().portfolio

    response = api_client(owner).delete(f"portfolios/{portfolio.pk}/")

    assert (response.status_code, response.json()["code"]) == (409, "still_referenced")


@pytest.mark.parametrize("noun", ["portfolios", "themes"])
def test_portfolios_and_themes_are_written(api_client, owner, noun):
    client = api_client(owner)

    created = client.post(f"{noun}/", {"name": "Search"})
    again = client.post(f"{noun}/", {"name": "Search"})
    changed = client.patch(f"{noun}/{created.json()['id']}/", {"name": "Find"})

    assert (created.status_code, changed.json()["name"]) == (201, "Find")
    assert (again.status_code, pointers(again)) == (409, ["/name"])
    assert client.delete(f"{noun}/{created.json()['id']}/").status_code == 204


@pytest.mark.parametrize("noun", ["portfolios", "themes"])
@pytest.mark.parametrize("rows", [1, 3, 30])
def test_lists_of_structure_cost_the_same(api_client, owner, noun, rows, django_assert_num_queries):
    client = api_client(owner)
    with tenant_scope(owner):
        {"portfolios": PortfolioFactory, "themes": ThemeFactory}[noun].create_batch(rows)
    client.get(f"{noun}/")

    with django_assert_num_queries(QUERIES):
        response = client.get(f"{noun}/")

    assert len(response.json()["results"]) == rows


def test_updated_after_is_exclusive(api_client, product_manager):
    with tenant_scope(product_manager):
        InitiativeFactory()
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()

    assert api_client(product_manager).get(f"initiatives/?updated_after={quote(later)}").json()["results"] == []


def test_key_prefix_is_checked(api_client, owner):
    response = api_client(owner).post("portfolios/", {"name": "Search", "key_prefix": "lower"})

    assert (response.status_code, pointers(response)) == (400, ["/key_prefix"])
    with tenant_scope(owner):
        assert Portfolio.objects.count() == 0
