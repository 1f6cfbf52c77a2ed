"""Choosing one initiative among many: in forms, filters and bulk edit, with and without the script."""

import re

import pytest

from portfolio.enums import Visibility
from portfolio.models import Initiative
from roadmap.models import RoadmapItem
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, InitiativeFactory, KpiFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapItemFactory
from tests.factories.tenancy import MembershipFactory

NEW = "/acme/portfolio/initiatives/new/"
CHOICES = "/acme/-/choices/initiative/"


@pytest.fixture
def client(client_for, product_manager):
    return client_for(product_manager)


@pytest.fixture
def parent(product_manager) -> Initiative:
    """AI-7 “Search”, beside “Search assistant” and “Ranking”."""
    with tenant_scope(product_manager):
        row = InitiativeFactory(key="AI-7", title="Search")
        InitiativeFactory(key="AI-71", title="Search assistant", portfolio=row.portfolio)
        InitiativeFactory(key="AI-8", title="Ranking", portfolio=row.portfolio)
    return row


def labels(response) -> list[str]:
    return re.findall(r'data-label="([^"]*)"', response.content.decode())


def create(client, sibling: Initiative, **given):
    base = {"title": "Child", "portfolio": str(sibling.portfolio_id), "level": "initiative", "kind": "feature"}
    return client.post(NEW, {**base, **given})


def child_of(actor) -> Initiative | None:
    with tenant_scope(actor):
        return Initiative.objects.get(title="Child").parent


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("search", ["AI-7 Search", "AI-71 Search assistant"]),
        ("ai-8", ["AI-8 Ranking"]),
        ("ai-7 sea", ["AI-7 Search"]),
        ("", ["AI-8 Ranking", "AI-7 Search", "AI-71 Search assistant"]),
        ("nothing like it", []),
    ],
)
def test_options_are_rows_by_key_or_title(client, parent, text, found):
    response = client.get(CHOICES, {"q": text})

    assert labels(response) == found
    assert ("Nothing found" in response.content.decode()) is (not found)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_options_cost_the_same_for_any_number_of_rows_and_are_few(
    client, product_manager, rows, django_assert_num_queries
):
    with tenant_scope(product_manager):
        InitiativeFactory.create_batch(rows)
    client.get(CHOICES)

    with django_assert_num_queries(7):
        response = client.get(CHOICES)

    assert len(labels(response)) == min(rows, 20)


def test_options_are_what_the_actor_may_see_in_this_organization(client_for, owner, viewer, stranger):
    with tenant_scope(stranger):
        InitiativeFactory(title="Theirs")
    with tenant_scope(owner):
        hidden = InitiativeFactory(title="Hidden", portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        InitiativeFactory(key="AI-1", title="Open")

    assert labels(client_for(viewer).get(CHOICES)) == ["AI-1 Open"]
    assert str(hidden) in labels(client_for(owner).get(CHOICES))
    assert client_for(stranger).get(CHOICES).status_code == 404
    assert client_for(viewer).get("/acme/-/choices/theme/").status_code == 404


@pytest.mark.parametrize("noun", ["initiative", "business_case", "kpi", "experiment", "launch", "roadmap_item"])
def test_every_chooser_answers(client, product_manager, noun):
    with tenant_scope(product_manager):
        KpiFactory(initiative=BusinessCaseFactory().initiative)
        KpiFactory()

    assert client.get(f"/acme/-/choices/{noun}/", {"q": "a"}).status_code == 200
    assert client.get(f"/acme/-/choices/{noun}/").status_code == 200


def test_form_shows_the_row_it_has_and_loads_no_others(client, parent):
    prefilled = client.get(f"{NEW}?parent={parent.pk}").content.decode()
    empty = client.get(NEW).content.decode()

    assert f'name="parent" value="{parent.pk}"' in prefilled
    assert 'name="parent_text" value="AI-7 Search"' in prefilled
    assert 'name="parent_text" value="" placeholder="Type to search"' in empty
    assert "Ranking" not in prefilled + empty


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_form_costs_the_same_for_any_number_of_rows(client, parent, product_manager, rows, django_assert_num_queries):
    with tenant_scope(product_manager):
        InitiativeFactory.create_batch(rows, portfolio=parent.portfolio)
    client.get(f"{NEW}?parent={parent.pk}")

    with django_assert_num_queries(12):
        client.get(f"{NEW}?parent={parent.pk}")


def test_row_is_given_by_id_by_key_or_by_a_text_only_it_fits(client, parent, product_manager):
    for given in (
        {"parent": str(parent.pk)},
        {"parent": "ai-7"},
        {"parent": "", "parent_text": " AI-7 "},
        {"parent": "", "parent_text": "ai-7 search"},
        {"parent": str(parent.pk), "parent_text": "AI-7 Search"},
    ):
        assert create(client, parent, **given).status_code == 303, given
        assert child_of(product_manager) == parent
        with tenant_scope(product_manager):
            Initiative.objects.get(title="Child").delete()


def test_text_typed_over_a_row_counts_more_than_the_row(client, parent, product_manager):
    changed = create(client, parent, parent=str(parent.pk), parent_text="rank")

    assert changed.status_code == 303
    assert child_of(product_manager).key == "AI-8"


def test_emptied_text_takes_the_row_away(client, parent, product_manager):
    assert create(client, parent, parent=str(parent.pk), parent_text="").status_code == 303
    assert child_of(product_manager) is None


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("AI-99", "Nothing found for “AI-99”."),
        ("sea", "Several fit “sea”: AI-7 Search, AI-71 Search assistant. Be more exact."),
        ("01a20000-0000-7000-8000-000000000000", "Nothing found for “01a20000-0000-7000-8000-000000000000”."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_text_that_does_not_mean_one_row_is_refused_and_kept(client, parent, text, refusal):
    response = create(client, parent, parent_text=text)

    assert response.status_code == 422
    assert response.context["form"].errors == {"parent": [refusal]}
    assert 'name="parent" value=""' in response.content.decode()


def test_row_the_actor_may_not_see_cannot_be_chosen(client, parent, owner):
    with tenant_scope(owner):
        hidden = InitiativeFactory(title="Hidden", portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))

    for given in (str(hidden.pk), hidden.key, "Hidden"):
        response = create(client, parent, parent=given)
        assert response.context["form"].errors == {"parent": [f"Nothing found for “{given}”."]}


def test_list_is_filtered_by_the_row_and_says_so(client, parent, product_manager):
    with tenant_scope(product_manager):
        KpiFactory(name="Inside", initiative=parent)
        KpiFactory(name="Outside")

    for query in ({"initiative": str(parent.pk)}, {"initiative": "", "initiative_text": "ai-7"}):
        page = client.get("/acme/portfolio/kpis/", query).content.decode()
        assert ("Inside" in page, "Outside" in page) == (True, False)
        assert "AI-7 Search" in page


def test_row_is_chosen_for_many_at_once(client, parent, product_manager):
    with tenant_scope(product_manager):
        ids = [str(item.pk) for item in RoadmapItemFactory.create_batch(2)]

    form = client.post("/acme/roadmap/items/bulk/", {"ids": ids}).content.decode()
    done = client.post(
        "/acme/roadmap/items/bulk/",
        {"ids": ids, "intent": "apply", "bulk-initiative": "", "bulk-initiative_text": "AI-7"},
    )

    assert 'name="bulk-initiative_text" value="" placeholder="Leave unchanged"' in form
    assert done.status_code == 303
    with tenant_scope(product_manager):
        assert RoadmapItem.objects.filter(initiative=parent).count() == 2


def test_person_is_found_by_name_and_only_active_ones_are_taken(client, parent, product_manager):
    with tenant_scope(product_manager):
        lead = MembershipFactory(user__name="Ada Lovelace")
        gone = MembershipFactory(user__name="Ada Gone", is_active=False)

    found = labels(client.get("/acme/-/choices/membership/", {"q": "ada"}))
    taken = create(client, parent, lead="", lead_text="lovelace")
    refused = create(client, parent, lead=str(gone.pk), lead_text=str(gone))
    listed = client.get("/acme/portfolio/initiatives/", {"lead": str(lead.pk)}).content.decode()

    assert found == [str(lead), str(gone)]
    assert taken.status_code == 303
    assert "lead" in refused.context["form"].errors
    assert "Child" in listed
    assert "Ranking" not in listed
