"""The sheet of an option on its page: shown, computed while somebody types, saved or refused with what was typed."""

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashLine, CashPeriod, StaffingPeriod
from portfolio.services.cash_lines import LineInput, replace_lines
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, CashLineFactory, CashPeriodFactory, recommended_option
from tests.factories.portfolio_cases import full_case
from tests.portfolio.page_text import text_of

JANUARY = date(2026, 1, 1)


@pytest.fixture
def case(product_manager) -> BusinessCase:
    with tenant_scope(product_manager):
        return BusinessCaseFactory()


def url_of(case, suffix="sheet/") -> str:
    return f"/acme/portfolio/business-cases/{case.pk}/{suffix}"


def typed(case, **fields) -> dict[str, str]:
    """A new driver, a benefit by formula and a cost by amount, as the empty sheet would send them."""
    return {
        "version": str(case.version),
        "window": "0",
        "measures": "0",
        "do": "save",
        **{f"new.{kind}": "1" for kind in ("cost", "benefit", "driver", "people")},
        "s.adoption_shape": "none",
        "s.adoption_start_month": "1",
        **_row("l.cost0", name="Team", category="engineering", kind="opex", every="1,000", anchor="none"),
        **_row("l.benefit0", name="Sales", category="revenue", kind="hard", every="= users * 2", anchor="none"),
        **_row("d.new0", key="users", likely="900", distribution="pert", confidence="high", scope="case"),
        **_row("p.new0", kind="opex"),
        **fields,
    }


def _row(prefix, **fields) -> dict[str, str]:
    return {f"{prefix}.{name}": text for name, text in fields.items()}


def computed(response) -> dict:
    found = re.search(r'data-sheet-computed value="([^"]*)"', response.content.decode())
    return json.loads(unescape(found[1]))


def test_sheet_saves_lines_formulas_drivers_and_fills(client_for, product_manager, case):
    response = client_for(product_manager).post(url_of(case), typed(case, **{"l.cost0.plan.2026-03": "1,500.50"}))

    assert response.status_code == 303
    assert response["Location"].startswith(url_of(case) + "?option=")
    with tenant_scope(product_manager):
        lines = {line.name: line for line in CashLine.objects.all()}
        team = CashPeriod.objects.filter(line=lines["Team"]).values_list("amount", flat=True)
        assert sorted(set(team)) == [1000, Decimal("1500.50")]
        assert (lines["Sales"].formula, lines["Sales"].benefit_kind) == ("users * 2", "hard")
        assert CashPeriod.objects.filter(line=lines["Sales"], amount=1800).count() == case.horizon_months
        driver = CaseDriver.objects.get()
        assert (driver.low, driver.likely, driver.high, driver.distribution) == (900, 900, 900, "pert")
        assert Job.objects.count() == 1


def test_sheet_keeps_months_it_does_not_show_and_removes_ticked_rows(client_for, product_manager, case):
    with tenant_scope(product_manager):
        kept, gone = CashLineFactory(case=case, name="Kept"), CashLineFactory(case=case, name="Gone")
        CashPeriodFactory(line=kept, month=JANUARY, amount=5)
        CashPeriodFactory(line=kept, month=date(2027, 1, 1), amount=7)
    rows = {
        **_row(f"l.{kept.pk}", name="Kept", category="vendor", kind="opex", anchor="none"),
        f"l.{kept.pk}.plan.kept": '{"2027-01": "7"}',
        **_row(f"l.{gone.pk}", name="Gone", category="engineering", kind="opex", anchor="none", remove="on"),
    }

    client_for(product_manager).post(url_of(case), typed(case, **rows))

    with tenant_scope(product_manager):
        names = set(CashLine.objects.values_list("name", "category"))
        assert names == {("Kept", "vendor"), ("Team", "engineering"), ("Sales", "revenue")}
        assert list(CashPeriod.objects.filter(line=kept).values_list("month", "amount")) == [(date(2027, 1, 1), 7)]


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("l.cost0.plan.2026-03", "-5", "An amount must not be negative; the side says whether it is paid or gained."),
        ("l.cost0.plan.2026-03", "lots", "Write an amount such as 1200 or 1,200.50."),
        ("l.cost0.plan.2026-03", "1,5", "Write an amount such as 1200 or 1,200.50."),
        ("l.cost0.plan.2026-03", "NaN", "Write an amount such as 1200 or 1,200.50."),
        ("l.cost0.plan.2026-03", "9" * 1000, "Write an amount such as 1200 or 1,200.50."),
        ("l.cost0.plan.2026-03", "1.234", "An amount has at most two decimal places."),
        ("l.cost0.every", "many", "Write an amount for every empty month, or = and a formula."),
        ("l.cost0.offset", "1.5", "Write a whole number of months."),
        ("l.cost0.anchor", "moon", "There is no such choice."),
        ("l.benefit0.every", "=", "Write a formula after the equals sign."),
        ("l.benefit0.every", "= users * prise", "Sales: Character 9: prise is not known here."),
        (
            "l.benefit0.every",
            "= users * ",
            "Sales: Character 8: the formula ends where a number, a name or ( is expected.",
        ),
        ("d.new0.likely", "Infinity", "Write a number such as 12 or 0.5."),
        ("d.new0.owner", "Nobody at all", "There is no active member of this name."),
        ("d.new0.key", "Not a key", "Use small letters, digits and underscores, beginning with a letter."),
        ("s.adoption_start_month", "soon", "Write a whole number of months."),
    ],
)
def test_sheet_shows_what_is_wrong_at_its_field_and_keeps_what_was_typed(
    client_for, product_manager, case, field, text, message
):
    response = client_for(product_manager).post(url_of(case), typed(case, **{field: text}))

    assert response.status_code == 422
    assert computed(response)["errors"][field] == message
    sheet = response.context["sheet"]
    assert sheet.lines[0]["name"] == "Team"
    assert unescape(response.content.decode()).count(text) >= 1
    with tenant_scope(product_manager):
        assert (CashLine.objects.count(), CaseDriver.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("low", "likely", "high", "errors"),
    [
        ("1000", "900", "", {"d.new0.low": "users: low (1000) is above likely (900)."}),
        ("", "900", "10", {"d.new0.high": "users: likely (900) is above high (10)."}),
        ("1000", "lots", "", {"d.new0.likely": "Write a number such as 12 or 0.5."}),
        ("", "900", "1e999", {"d.new0.high": "Write a number such as 12 or 0.5."}),
    ],
)
def test_range_of_a_driver_is_judged_once_it_can_be_read(client_for, product_manager, case, low, likely, high, errors):
    data = typed(case, **_row("d.new0", low=low, likely=likely, high=high))

    response = client_for(product_manager).post(url_of(case, "sheet/preview/"), data)

    assert computed(response)["errors"] == errors


def test_text_that_cannot_be_stored_is_refused_and_nothing_is_saved(client_for, product_manager, case):
    refused = client_for(product_manager).post(url_of(case), typed(case, **{"l.cost0.name": "Te\0am"}))

    assert refused.status_code == 400
    assert "cannot be stored. Nothing was saved." in refused.content.decode()
    with tenant_scope(product_manager):
        assert not CashLine.objects.exists()


def test_stale_sheet_is_refused_and_keeps_what_was_typed(client_for, product_manager, case):
    data = typed(case, **{"l.cost0.name": "Mine"})
    with tenant_scope(product_manager):
        replace_lines(case, actor=product_manager, lines=[LineInput("vendor", "Theirs", {JANUARY: Decimal(2)})])

    response = client_for(product_manager).post(url_of(case), data)

    assert response.status_code == 409
    assert 'value="Mine"' in response.content.decode()
    assert "Somebody else changed this business case after you opened it." in text_of(response)
    with tenant_scope(product_manager):
        assert CashLine.objects.get().name == "Theirs"


def test_preview_computes_cells_sums_and_figures_and_saves_nothing(client_for, product_manager, case):
    client = client_for(product_manager, HX_Request="true")

    response = client.post(url_of(case, "sheet/preview/"), typed(case, **{"d.new0.low": "100", "d.new0.high": "2000"}))
    spread = client.post(
        url_of(case, "sheet/preview/?simulated=1"), typed(case, **{"d.new0.low": "100", "d.new0.high": "2000"})
    )

    told = computed(response)
    assert told["values"]["l.benefit0.plan.2026-01"] == "1,800"
    assert told["totals"]["total-net-2026-01"] == "800"
    assert told["totals"]["total-cost"] == "24,000"
    assert told["errors"] == {}
    assert "NPV" in text_of(response)
    assert all(word in text_of(spread) for word in ("P10", "P50", "P90", "Loss in"))
    with tenant_scope(product_manager):
        assert CashLine.objects.count() == 0


def test_another_row_another_year_and_measures_keep_what_was_typed(client_for, product_manager, case):
    client = client_for(product_manager)

    more = client.post(url_of(case), typed(case, do="add.cost"))
    later = client.post(url_of(case), typed(case, do="show.1", **{"l.cost0.plan.2026-03": "7"}))
    measures = client.post(url_of(case), typed(case, do="measures.1"))

    assert [row.prefix for row in more.context["sheet"].lines][:2] == ["l.cost0", "l.cost1"]
    assert later.context["sheet"].months[0] == date(2027, 1, 1)
    assert "&quot;2026-03&quot;: &quot;7&quot;" in later.content.decode()
    assert measures.context["sheet"].lines[0].actual is not None
    with tenant_scope(product_manager):
        assert CashLine.objects.count() == 0


def test_forecast_and_actual_of_a_decided_case_are_recorded_and_guarded(client_for, product_manager, case):
    with tenant_scope(product_manager):
        line = CashLineFactory(case=case, name="Kept")
        BusinessCase.objects.filter(pk=case.pk).update(status="approved")
    client = client_for(product_manager)
    page = client.get(url_of(case, "sheet/?measures=1"))
    data = {
        "do": "save",
        "measures": "1",
        "window": "0",
        "seen": page.context["seen"],
        f"l.{line.pk}.forecast.2026-05": "12",
        f"l.{line.pk}.actual.2026-01": "9",
    }

    saved = client.post(url_of(case), data)
    again = client.post(url_of(case), data)

    assert (saved.status_code, again.status_code) == (303, 409)
    with tenant_scope(product_manager):
        assert set(CashPeriod.objects.values_list("measure", "amount")) == {("forecast", 12), ("actual", 9)}


@pytest.mark.parametrize(("status", "is_shown"), [("draft", True), ("approved", False)])
def test_tables_without_a_row_are_shown_only_to_add_one(client_for, product_manager, case, status, is_shown):
    with tenant_scope(product_manager):
        BusinessCase.objects.filter(pk=case.pk).update(status=status)

    page = client_for(product_manager).get(url_of(case)).content.decode()

    assert ['id="drivers-title"' in page, 'id="people-title"' in page] == [is_shown, is_shown]


def test_sheet_is_read_only_without_the_right(client_for, viewer, product_manager, case):
    with tenant_scope(product_manager):
        full_case(case, actor=product_manager)
    client = client_for(viewer)

    page = client.get(url_of(case))

    assert 'class="sheet__amount"' not in page.content.decode()
    assert "Model calls" in text_of(page)
    assert client.post(url_of(case), typed(case)).status_code == 403


def test_sheet_of_an_unknown_option_or_another_organization_is_not_found(client_for, product_manager, stranger, case):
    assert client_for(product_manager).get(url_of(case, "sheet/?option=nonsense")).status_code == 404
    with tenant_scope(stranger):
        foreign = BusinessCaseFactory()
    assert client_for(product_manager).get(url_of(foreign)).status_code == 404


def test_people_are_planned_in_person_months(client_for, product_manager, case):
    people = _row("p.new0", role="Engineer", rate="10,000", kind="capex")

    client_for(product_manager).post(url_of(case), typed(case, **people, **{"p.new0.2026-02": "1.5"}))

    with tenant_scope(product_manager):
        assert StaffingPeriod.objects.get().person_months == Decimal("1.5")
        assert CashPeriod.objects.get(line__name="Engineer").amount == 15000


@pytest.mark.parametrize("count", [1, 3, 30])
def test_sheet_and_preview_cost_the_same_queries_however_many_lines(
    client_for, product_manager, case, count, django_assert_num_queries
):
    with tenant_scope(product_manager):
        option = recommended_option(case)
        for number in range(count):
            CashPeriodFactory(line=CashLineFactory(case=case, option=option, name=f"Line {number}"))
            CaseDriver.objects.create(case=case, key=f"driver_{number}", name="A driver")
    client = client_for(product_manager)
    client.get(url_of(case))

    with django_assert_num_queries(16):
        client.get(url_of(case))
    with django_assert_num_queries(15):
        client.post(url_of(case, "sheet/preview/"), typed(case))


def test_option_is_added_recommended_renamed_and_removed(client_for, product_manager, case):
    client = client_for(product_manager)
    added = client.post(url_of(case, "options/new/"), {"name": "Buy", "kind": "buy", "description": ""})
    with tenant_scope(product_manager):
        build, buy = CaseOption.objects.order_by("position")

    for pk, step, data in (
        (buy.pk, "recommend", {}),
        (buy.pk, "edit", {"name": "Licence", "kind": "buy"}),
        (build.pk, "delete", {}),
    ):
        response = client.post(f"/acme/portfolio/case-options/{pk}/{step}/", data)
        assert response.status_code == 303
    kept = client.post(f"/acme/portfolio/case-options/{buy.pk}/delete/")

    assert (added.status_code, kept.status_code) == (303, 303)
    with tenant_scope(product_manager):
        assert list(CaseOption.objects.values_list("name", "is_recommended")) == [("Licence", True)]
