"""Pages of KPIs: dashboard, library, the page of one KPI, targets."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portfolio.models import Kpi, KpiTarget
from portfolio.services.kpi_standings import refresh_standings
from portfolio.services.kpi_targets import set_target
from portfolio.web.kpi_figures import trend_of
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, KpiFactory, KpiRollupFactory, PortfolioFactory, ThemeFactory

DASHBOARD = "/acme/portfolio/kpis/dashboard/"
LIBRARY = "/acme/portfolio/kpis/library/"
# Counts, rows, rolled-up values (their KPIs and their rollups) and what every page asks.
DASHBOARD_QUERIES = 13


def last_month() -> date:
    return (datetime.now(UTC).date().replace(day=1) - timedelta(days=1)).replace(day=1)


def measured(value, *, numerator=None, denominator=None, **fields) -> Kpi:
    kpi = KpiFactory(frequency="monthly", **fields)
    KpiRollupFactory(
        kpi=kpi,
        period="month",
        period_start=last_month(),
        value=value,
        numerator=numerator,
        denominator=denominator,
        last_observed_at=datetime.now(UTC) - timedelta(days=1),
    )
    return kpi


@pytest.fixture
def placed(product_manager):
    """Two KPIs of one definition in one portfolio and theme, and one of the organization."""
    with tenant_scope(product_manager):
        portfolio, theme = PortfolioFactory(name="Assistants"), ThemeFactory(name="Less waiting")
        for title, numerator, denominator in (("Voice", 10, 100), ("Chat", 90, 100)):
            measured(
                Decimal(numerator) / denominator,
                numerator=numerator,
                denominator=denominator,
                name="Task success",
                unit="fraction",
                aggregation="ratio",
                definition_key="task_success_rate",
                target="0.5",
                initiative=InitiativeFactory(portfolio=portfolio, theme=theme, title=title),
            )
        measured(5, name="Incidents", direction="down", target=9)
        refresh_standings(actor=product_manager)
    return portfolio


def groups(response) -> dict:
    return {node.label: [row.kpi.name for row in rows] for node, rows in response.context["groups"]}


def test_dashboard_groups_and_counts(client_for, product_manager, placed):
    client = client_for(product_manager)

    by_portfolio, by_theme = client.get(DASHBOARD), client.get(f"{DASHBOARD}?by=theme")

    assert groups(by_portfolio) == {"Assistants": ["Task success", "Task success"], "Organization": ["Incidents"]}
    assert groups(by_theme) == {"Less waiting": ["Task success", "Task success"], "Without a theme": ["Incidents"]}
    assert by_portfolio.context["dashboard"].counts["on_track"] == 2
    assert by_portfolio.context["dashboard"].counts["off_track"] == 1


@pytest.mark.parametrize(
    ("unit", "before", "after", "change"),
    [
        ("fraction", "0.80", "0.84", "4\N{NO-BREAK SPACE}pp"),
        ("%", "80", "79.5", "0.5\N{NO-BREAK SPACE}pp"),
        ("ms", "80", "82", "2\N{NO-BREAK SPACE}ms"),
        ("", "80", "82", "2"),
    ],
)
def test_change_of_a_percentage_is_in_percentage_points(scope, unit, before, after, change):
    kpi = KpiFactory.build(unit=unit)
    kpi.latest_value, kpi.previous_value = Decimal(after), Decimal(before)

    assert trend_of(kpi)[1] == change


def test_dashboard_adds_up_numerators_and_denominators(client_for, product_manager, placed):
    response = client_for(product_manager).get(DASHBOARD)

    (combined,) = response.context["groups"][0][0].combined
    assert (combined.value, combined.expected, combined.month) == (Decimal("0.5"), 2, last_month())


def test_dashboard_filters(client_for, product_manager, placed):
    client = client_for(product_manager)

    assert groups(client.get(f"{DASHBOARD}?status=off_track")) == {"Assistants": ["Task success"]}
    assert groups(client.get(f"{DASHBOARD}?portfolio={placed.pk}")) == {"Assistants": ["Task success"] * 2}
    assert groups(client.get(f"{DASHBOARD}?q=incid")) == {"Organization": ["Incidents"]}
    assert client.get(f"{DASHBOARD}?status=magic").status_code == 422


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_dashboard_costs_the_same_for_any_number_of_kpis(client_for, product_manager, django_assert_num_queries, rows):
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory()
        for _ in range(rows):
            measured(5, definition_key="a", target=1, initiative=InitiativeFactory(portfolio=portfolio))
        refresh_standings(actor=product_manager)
    client = client_for(product_manager)
    client.get(DASHBOARD)

    with django_assert_num_queries(DASHBOARD_QUERIES):
        client.get(DASHBOARD)


def test_library_is_searched_and_adopted_with_one_click(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        initiative = InitiativeFactory(key="AST-1")

    found = client.get(f"{LIBRARY}?q=calibration&initiative={initiative.pk}")
    answer = client.post(f"{LIBRARY}adopt/", {"definition_key": "calibration_error", "initiative": initiative.pk})
    again = client.post(f"{LIBRARY}adopt/", {"definition_key": "calibration_error", "initiative": initiative.pk})

    assert (found.context["found"], found.context["total"]) == (1, 41)
    with tenant_scope(product_manager):
        kpi = Kpi.objects.get()
        assert (kpi.key, kpi.initiative) == ("ast-1-calibration-error", initiative)
    assert (answer.status_code, answer["Location"]) == (303, f"/acme/portfolio/kpis/{kpi.pk}/")
    assert again.status_code == 303
    assert "In use" in client.get(f"{LIBRARY}?initiative={initiative.pk}&q=calibration").content.decode()


def test_library_offers_no_button_without_the_right(client_for, viewer):
    client = client_for(viewer)

    assert "</form>" not in client.get(LIBRARY).content.decode().split("kpi-library", 1)[1].split("</ul>")[0]
    assert client.post(f"{LIBRARY}adopt/", {"definition_key": "recall"}).status_code == 403


def test_page_of_a_kpi_shows_course_targets_and_definition(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        kpi = measured("0.75", unit="fraction", definition_key="recall", name="Recall")
        set_target(kpi, actor=product_manager, target=Decimal("0.8"), reason="A miss costs a case.")

    page = client.get(f"/acme/portfolio/kpis/{kpi.pk}/")
    weekly = client.get(f"/acme/portfolio/kpis/{kpi.pk}/?period=week")

    course = page.context["shown_panels"][0]["context"]
    assert [name for name, _ in course["series"]] == ["Month", "Target"]
    assert [value for _, value in course["series"][0][1]][-2:] == [Decimal("75"), None]
    assert {value for _, value in course["series"][1][1]} == {Decimal(80)}
    assert [name for name, _ in weekly.context["shown_panels"][0]["context"]["series"]] == ["Week"]
    text = page.content.decode()
    assert "A miss costs a case." in text
    assert "True cases that the model found" in text


@pytest.mark.parametrize(
    ("frequency", "period", "name"),
    [
        ("daily", "day", "1 Sep 2025"),
        ("weekly", "week", "the week of 1 Sep 2025"),
        ("monthly", "month", "September 2025"),
        ("quarterly", "quarter", "Q3 2025"),
    ],
)
def test_page_of_a_kpi_names_the_period_of_its_newest_value(client_for, product_manager, frequency, period, name):
    with tenant_scope(product_manager):
        kpi = KpiFactory(frequency=frequency, aggregation="sum")
        start = date(2025, 7, 1) if period == "quarter" else date(2025, 9, 1)
        KpiRollupFactory(kpi=kpi, period=period, period_start=start, value=5)
        refresh_standings(actor=product_manager)

    page = client_for(product_manager).get(f"/acme/portfolio/kpis/{kpi.pk}/")

    assert page.context["headline"]["value_note"] == f"Sum of {name}"


def test_target_is_set_changed_and_removed_in_dialogs(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        kpi = KpiFactory()
    new = f"/acme/portfolio/kpis/{kpi.pk}/targets/new/"

    without_reason = client.post(new, {"target": "5"})
    created = client.post(new, {"target": "5", "reason": "Plan."})
    with tenant_scope(product_manager):
        target = KpiTarget.objects.get()
    changed = client.post(f"/acme/portfolio/kpi-targets/{target.pk}/edit/", {"target": "6", "reason": "Better."})
    with tenant_scope(product_manager):
        assert (KpiTarget.objects.get().target, KpiTarget.objects.get().valid_from) == (6, target.valid_from)
    removed = client.post(f"/acme/portfolio/kpi-targets/{target.pk}/remove/", {"reason": "No use."})

    answers = (without_reason, created, changed, removed)
    assert [answer.status_code for answer in answers] == [422, 303, 303, 303]
    with tenant_scope(product_manager):
        assert not KpiTarget.objects.exists()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "9" * 1000, "1e999", "abc", "0.1234567"])
def test_numbers_that_are_none_are_refused_at_their_field(client_for, product_manager, value):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        kpi = KpiFactory()

    answer = client.post(f"/acme/portfolio/kpis/{kpi.pk}/targets/new/", {"target": value, "reason": "Plan."})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["target"]
