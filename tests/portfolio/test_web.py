"""Pages of the portfolio: query budgets, what is shown to whom, forms without JavaScript."""

import re
from decimal import Decimal

import pytest

from core.errors import DomainError
from portfolio import hooks
from portfolio.enums import Stage, Visibility
from portfolio.hooks import WaitingEntry
from portfolio.models import (
    Initiative,
    Kpi,
    Portfolio,
    PortfolioUserObjectPermission,
    Theme,
)
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
    KpiFactory,
    KpiObservationFactory,
    KpiRollupFactory,
    PortfolioFactory,
    ThemeFactory,
    ValuationFactory,
)
from tests.portfolio.page_text import text_of


def make_rows(count: int) -> None:
    for index in range(count):
        initiative = InitiativeFactory(
            theme=ThemeFactory(), lead=Membership.objects.first(), title=f"Initiative number {index}"
        )
        line = CashLineFactory(case=BusinessCaseFactory(initiative=initiative))
        CashPeriodFactory(line=line)
        ValuationFactory(case=line.case)
        kpi = KpiFactory(initiative=initiative, target=5)
        KpiRollupFactory(kpi=kpi)
        KpiObservationFactory(kpi=kpi)


# Session, person, scope, saved views and the menu of organizations are part of every page.
LISTS = [
    ("portfolios/", 10),
    ("themes/", 10),
    ("initiatives/", 15),
    ("business-cases/", 10),
    ("kpis/", 11),
    ("", 19),
]


@pytest.mark.parametrize(("path", "queries"), LISTS)
@pytest.mark.parametrize("rows", [1, 3, 30])
def test_pages_cost_the_same_for_any_number_of_rows(
    portfolio_page, product_manager, rows, path, queries, django_assert_num_queries
):
    with tenant_scope(product_manager):
        make_rows(rows)
    portfolio_page(path)

    with django_assert_num_queries(queries):
        response = portfolio_page(path)

    assert response.status_code == 200


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_tree_costs_the_same_for_any_number_of_rows(portfolio_page, product_manager, rows, django_assert_num_queries):
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory()
        InitiativeFactory.create_batch(rows, portfolio=portfolio)
    path = f"portfolios/{portfolio.pk}/tree/"
    portfolio_page(path)

    with django_assert_num_queries(10):
        response = portfolio_page(path)

    assert response.content.decode().count("tree__title") == rows


def test_tree_shows_children_below_their_parents(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        top = InitiativeFactory(title="Top", level="program")
        InitiativeFactory(title="Below", portfolio=top.portfolio, parent=top)

    response = portfolio_page(f"portfolios/{top.portfolio_id}/tree/")

    tree = response.context["tree"]
    assert [(node.initiative.title, node.descendants) for node in tree.roots] == [("Top", 1)]
    assert [node.initiative.title for node in tree.roots[0].children] == ["Below"]


def test_initiative_is_created_changed_and_deleted_by_plain_forms(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory(key_prefix="AI")
    base = {"title": "Ticket triage", "portfolio": portfolio.pk, "level": "initiative", "kind": "feature"}

    created = client.post("/acme/portfolio/initiatives/new/", base)
    with tenant_scope(product_manager):
        initiative = Initiative.objects.get()
    changed = client.post(
        f"{created['Location']}edit/", {**base, "title": "Triage", "key": "", "version": initiative.version}
    )
    client.post(f"{created['Location']}delete/")

    assert (created.status_code, initiative.key) == (303, "AI-1")
    assert changed.status_code == 303
    with tenant_scope(product_manager):
        assert Initiative.objects.count() == 0


def test_refused_form_keeps_what_was_typed_and_names_the_field(client_for, product_manager):
    with tenant_scope(product_manager):
        top = InitiativeFactory(title="Top")
        below = InitiativeFactory(portfolio=top.portfolio, parent=top)

    response = client_for(product_manager).post(
        f"/acme/portfolio/initiatives/{top.pk}/edit/",
        {
            "title": "Renamed",
            "key": top.key,
            "portfolio": top.portfolio_id,
            "level": "initiative",
            "kind": "feature",
            "parent": below.pk,
            "version": top.version,
        },
    )

    assert response.status_code == 409
    assert response.context["form"].errors == {"parent": ["An initiative cannot stand below itself."]}
    assert 'value="Renamed"' in response.content.decode()


def test_bulk_edit_changes_the_selected_rows(client_for, product_manager):
    with tenant_scope(product_manager):
        first, second, _ = InitiativeFactory.create_batch(3)

    response = client_for(product_manager).post(
        "/acme/portfolio/initiatives/bulk/",
        {"intent": "apply", "ids": [first.pk, second.pk], "bulk-kind": "tech_debt", "bulk-target_release": "2.0"},
    )

    assert response.status_code == 303
    with tenant_scope(product_manager):
        changed = Initiative.objects.filter(kind="tech_debt", target_release="2.0")
        assert set(changed) == {first, second}


def test_filters_and_export_use_the_same_rows(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        InitiativeFactory(title="In", stage=Stage.BETA)
        InitiativeFactory(title="Out")

    listed = client.get("/acme/portfolio/initiatives/?stage=beta")
    exported = b"".join(client.get("/acme/portfolio/initiatives/export.csv?stage=beta").streaming_content).decode()

    assert re.findall(r'class="row-link"[^>]*>([^<]+)<', listed.content.decode()) == ["In"]
    assert [line.split(",")[0] for line in exported.splitlines()] == ["Title", "In"]


def test_initiative_page_answers_the_five_questions(portfolio_page, product_manager, monkeypatch):
    monkeypatch.setattr(hooks.initiative_blockers, "_providers", [lambda **facts: ["Security has not decided."]])
    monkeypatch.setattr(
        hooks.initiative_panels,
        "_providers",
        [lambda **facts: [("How risky", "portfolio/_initiative_why.html", {"initiative": facts["initiative"]})]],
    )
    with tenant_scope(product_manager):
        initiative = InitiativeFactory(description="Because tickets wait.", stage=Stage.BETA)
        ValuationFactory(case=BusinessCaseFactory(initiative=initiative), npv=Decimal(1234567))
        KpiFactory(initiative=initiative, name="Waiting time")

    words = text_of(portfolio_page(f"initiatives/{initiative.pk}/"))

    for expected in (
        "Why",
        "Because tickets wait.",
        "How much",
        "€1.23m",
        "What blocks the next stage",
        "Security has not decided.",
        "How risky",
        "Waiting time",
    ):
        assert expected in words


def test_initiative_without_a_case_says_unknown(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()

    assert "No business case yet, so its value is unknown." in text_of(portfolio_page(f"initiatives/{initiative.pk}/"))


def test_stage_is_changed_with_a_reason(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
    url = f"/acme/portfolio/initiatives/{initiative.pk}/stage/"

    shown = client.get(url)
    changed = client.post(url, {"to": "discovery", "reason": "Customers asked"})

    assert [value for value, _ in shown.context["form"].fields["to"].choices] == ["discovery", "sunset"]
    assert (changed.status_code, changed["Location"]) == (303, f"/acme/portfolio/initiatives/{initiative.pk}/")
    with tenant_scope(product_manager):
        initiative.refresh_from_db()
        assert initiative.stage == Stage.DISCOVERY


def test_refused_stage_change_shows_every_reason_and_keeps_the_text(client_for, product_manager, monkeypatch):
    def refuse(**facts):
        raise DomainError("Two approvals are missing.", reasons=["Security.", "Legal."])

    monkeypatch.setattr(hooks.before_stage_change, "_listeners", [refuse])
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()

    response = client_for(product_manager).post(
        f"/acme/portfolio/initiatives/{initiative.pk}/stage/", {"to": "discovery", "reason": "Please"}
    )

    assert response.status_code == 409
    assert response.context["form"].non_field_errors() == ["Two approvals are missing.", "Security.", "Legal."]
    assert "Please</textarea>" in response.content.decode()


def test_stage_dialog_answers_a_fragment_to_htmx(client_for, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()

    response = client_for(product_manager, HX_Request="true").get(f"/acme/portfolio/initiatives/{initiative.pk}/stage/")

    assert "<html" not in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_kpis_themes_and_portfolios_are_written_by_plain_forms(client_for, owner):
    client = client_for(owner)

    client.post("/acme/portfolio/themes/new/", {"name": "Trust"})
    client.post("/acme/portfolio/portfolios/new/", {"name": "Search", "visibility": "restricted"})
    kpi = {"name": "Latency", "key": "latency", "direction": "down", "aggregation": "mean", "frequency": "daily"}
    client.post("/acme/portfolio/kpis/new/", kpi)

    with tenant_scope(owner):
        assert (Theme.objects.get().name, Portfolio.objects.get().name, Kpi.objects.get().key) == (
            "Trust",
            "Search",
            "latency",
        )


def test_portfolio_is_shared_and_unshared_by_its_page(client_for, owner, viewer):
    client = client_for(owner)
    with tenant_scope(owner):
        portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
        member = Membership.objects.get(user=viewer.user)
    address = f"/acme/portfolio/portfolios/{portfolio.pk}/"
    assert client_for(viewer).get(address).status_code == 404

    client.post(f"{address}share/", {"membership": member.pk})
    assert client_for(viewer).get(address).status_code == 200
    assert str(viewer.user) in text_of(client.get(address))
    client.post(f"{address}share/{member.pk}/remove/")

    assert client_for(viewer).get(address).status_code == 404
    with tenant_scope(owner):
        assert PortfolioUserObjectPermission.objects.count() == 0


def test_home_of_an_empty_organization_knows_nothing_and_says_what_to_do(portfolio_page):
    response = portfolio_page("")

    assert response.context["money"].npv is None
    assert "No approved case yet" in text_of(response)
    assert "Import a portfolio, or write down the first idea." in text_of(response)
    assert "€0" not in text_of(response)


def test_home_lists_what_waits_for_the_person(portfolio_page, monkeypatch):
    entry = WaitingEntry("Approve the launch", "Ticket triage goes to beta", "/acme/somewhere/")
    monkeypatch.setattr(hooks.waiting_for_me, "_providers", [lambda *, actor: [entry]])

    response = portfolio_page("")

    assert 'href="/acme/somewhere/"' in response.content.decode()
    assert "Ticket triage goes to beta" in text_of(response)


def test_restricted_portfolio_is_nowhere_to_be_seen(client_for, owner, product_manager):
    with tenant_scope(owner):
        portfolio = PortfolioFactory(name="Hushhush", visibility=Visibility.RESTRICTED)
        initiative = InitiativeFactory(title="Hushhush bet", portfolio=portfolio)
        case = BusinessCaseFactory(initiative=initiative, name="Hushhush case")
        ValuationFactory(case=case, npv=Decimal(7777777))
        kpi = KpiFactory(name="Hushhush measure", initiative=initiative, target=1)
        KpiRollupFactory(kpi=kpi, value=0)
    client = client_for(product_manager)

    for path in ("", "portfolios/", "initiatives/", "business-cases/", "kpis/", "initiatives/new/", "kpis/new/"):
        response = client.get(f"/acme/portfolio/{path}")
        assert (response.status_code, "Hushhush" in response.content.decode()) == (200, False), path
    for path in (
        f"portfolios/{portfolio.pk}/",
        f"portfolios/{portfolio.pk}/tree/",
        f"portfolios/{portfolio.pk}/share/",
        f"initiatives/{initiative.pk}/",
        f"initiatives/{initiative.pk}/stage/",
        f"business-cases/{case.pk}/",
        f"business-cases/{case.pk}/lines/",
        f"business-cases/{case.pk}/results/",
        f"kpis/{kpi.pk}/",
        f"kpis/{kpi.pk}/observe/",
    ):
        assert client.get(f"/acme/portfolio/{path}").status_code == 404, path
    assert client.get("/acme/portfolio/").context["money"].npv is None
    assert "Hushhush" not in client.get("/acme/-/search/?q=bet").content.decode()


def test_search_finds_initiatives_by_key_and_title(client_for, product_manager):
    with tenant_scope(product_manager):
        InitiativeFactory(key="AI-77", title="Ticket triage")

    for words in ("ai-77", "triage"):
        assert "AI-77 Ticket triage" in text_of(client_for(product_manager).get(f"/acme/-/search/?q={words}"))


@pytest.mark.parametrize("step", ["stage/", "edit/", "delete/"])
def test_viewers_may_look_but_not_touch(client_for, viewer, product_manager, step):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
    client = client_for(viewer)

    assert client.get(f"/acme/portfolio/initiatives/{initiative.pk}/").status_code == 200
    assert client.post(f"/acme/portfolio/initiatives/{initiative.pk}/{step}", {"to": "discovery"}).status_code == 403
    with tenant_scope(product_manager):
        initiative.refresh_from_db()
        assert (initiative.version, initiative.stage) == (1, Stage.IDEA)


def test_strangers_find_nothing(client_for, stranger, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()

    for path in ("", "initiatives/", f"initiatives/{initiative.pk}/"):
        assert client_for(stranger).get(f"/acme/portfolio/{path}").status_code == 404


def test_filter_that_means_nothing_is_named_and_the_others_apply(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        InitiativeFactory(title="Latency", kind="tech_debt")
        InitiativeFactory(title="Ranking", kind="feature")

    words = text_of(portfolio_page("initiatives/?stage=galaxy&kind=feature"))

    assert "Stage: Select a valid choice. galaxy is not one of the available choices." in words
    assert "What is not understood narrows nothing." in words
    assert ("Ranking" in words, "Latency" in words) == (True, False)


def test_deleting_what_is_used_tells_who_loses_it(client_for, owner):
    with tenant_scope(owner):
        theme, other = ThemeFactory(), ThemeFactory()
        InitiativeFactory.create_batch(2, theme=theme)
    client = client_for(owner)

    used = text_of(client.get(f"/acme/portfolio/themes/{theme.pk}/delete/"))
    unused = text_of(client.get(f"/acme/portfolio/themes/{other.pk}/delete/"))

    assert "Still in use: 2 initiatives. They stay, without it." in used
    assert "Still in use" not in unused
