"""Numbers as nobody writes them, wherever the platform reads a text: refused at their place, and nothing is stored."""

import re
from datetime import date
from html import unescape

import pytest

from core.errors import InvalidInputError
from portfolio.models import (
    BusinessCase,
    CashPeriod,
    Feedback,
    KpiObservation,
    ModelPrice,
    ScoreFactor,
    ScoreRating,
    ScoringItem,
    UsageRecord,
)
from portfolio.selectors.case_content import content_of, engine_option
from portfolio.services.feedback_file import load_feedback_file
from portfolio.services.kpi_files import load_observations_file
from portfolio.services.scoring_models import create_scoring_model
from portfolio.services.scoring_rounds import open_round
from portfolio.services.scoring_rules import checked_rubric
from portfolio.services.spend_files import load_prices_file, load_usage_file
from portfolio.services.usage_rows import parse_usage
from tenancy.scope import tenant_scope
from tests.factories.collaboration import CustomFieldFactory
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    InitiativeFactory,
    KpiFactory,
    PortfolioFactory,
    recommended_option,
)

TODAY = date(2026, 6, 1)
FULL_WIDTH = "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}"
pytestmark = pytest.mark.parametrize("text", ["1_0", FULL_WIDTH, "NaN", "Infinity"])


def test_cell_of_the_case_sheet_is_refused_by_preview_and_save(client_for, product_manager, text):
    with tenant_scope(product_manager):
        line = CashLineFactory(name="Team")
        case = BusinessCase.objects.get()
    cell = f"l.{line.pk}.plan.2026-01"
    page = client_for(product_manager).get(f"/acme/portfolio/business-cases/{case.pk}/sheet/").content.decode()
    filled = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page))
    typed = {name: unescape(value) for name, value in filled.items()} | {"do": "save", cell: text}
    address = f"/acme/portfolio/business-cases/{case.pk}/sheet/"

    shown = client_for(product_manager, HX_Request="true").post(f"{address}preview/", typed)
    saved = client_for(product_manager).post(address, typed)

    assert cell in unescape(shown.content.decode())
    assert "Write an amount" in shown.content.decode()
    assert saved.status_code == 422
    with tenant_scope(product_manager):
        assert not CashPeriod.objects.exists()


def test_ceiling_of_an_adoption_curve_names_no_number(scope, text):
    case = BusinessCaseFactory()
    option = recommended_option(case)
    option.adoption_shape, option.adoption_ceiling = "linear", text

    assert engine_option(content_of(case), option).adoption.ceiling == text


def test_cell_of_a_rating_grid_is_refused(client_for, product_manager, text):
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory()
        first, _ = InitiativeFactory.create_batch(2, portfolio=portfolio)
        model = create_scoring_model(actor=product_manager, name="Sum", framework="weighted")
        opened = open_round(actor=product_manager, name="Autumn", model=model, portfolio=portfolio)
        item = ScoringItem.objects.get(round=opened, initiative=first)
        factors = ScoreFactor.objects.filter(model=model)
        fields = {f"v.{item.pk}.{factor.pk}": text for factor in factors}

    refused = client_for(product_manager).post(f"/acme/portfolio/scoring-rounds/{opened.pk}/rate/", fields)

    assert refused.status_code == 422
    with tenant_scope(product_manager):
        assert not ScoreRating.objects.exists()


def test_row_of_a_rubric_is_refused(text):
    with pytest.raises(InvalidInputError, match="needs a value that is a number"):
        checked_rubric([{"value": text, "label": "High"}], "factors/0/rubric")


def test_line_of_an_observations_file_is_refused(scope, text):
    KpiFactory(key="latency")
    rows = f"kpi,observed_at,value,source_id\nlatency,2026-01-31,{text},a\n"

    told = load_observations_file(rows.encode(), actor=scope)

    assert [(each.line, each.column) for each in told.problems] == [(2, "value")]
    assert not KpiObservation.objects.exists()


def test_line_of_a_feedback_file_is_refused(owner, scope, text):
    rows = f"kind,title,received_on,customer,customer_value,currency\nticket,Slow,2026-05-02,Ada,{text},EUR\n"

    with pytest.raises(InvalidInputError) as refused:
        load_feedback_file(rows.encode(), actor=owner)

    assert refused.value.reasons == ("Line 2, customer_value: Give a number such as 12000.50.",)
    assert not Feedback.objects.exists()


def test_line_of_a_price_file_is_refused(scope, text):
    rows = f"provider,model,kind,amount,currency,valid_from\nacme,large,input,{text},EUR,2026-01-01\n"

    told = load_prices_file(rows.encode(), actor=scope, today=TODAY)

    assert [(each.line, each.column) for each in told.problems] == [(2, "amount")]
    assert not ModelPrice.objects.exists()


@pytest.mark.parametrize("column", ["gpu_hours", "input_tokens"])
def test_line_of_a_usage_file_is_refused(scope, column, text):
    InitiativeFactory(key="AI-7")
    rows = f"initiative,used_on,source_id,{column}\nAI-7,2026-05-02,a,{text}\n"

    told = load_usage_file(rows.encode(), actor=scope, today=TODAY)

    assert [(each.line, each.column) for each in told.problems] == [(2, column)]
    assert not UsageRecord.objects.exists()


def test_row_of_usage_sent_as_json_is_refused(scope, text):
    InitiativeFactory(key="AI-7")

    (refused,) = parse_usage(
        [{"initiative": "AI-7", "used_on": "2026-05-02", "source_id": "a", "gpu_hours": text}], actor=scope
    )

    assert (refused.pointer, refused.message) == ("gpu_hours", "Must be a number such as 1234.5.")


@pytest.mark.parametrize("path", ["documents/?completeness_min=", "initiatives/?cf_cap_max="])
def test_number_filter_of_the_interface_is_refused(api_client, product_manager, path, text):
    with tenant_scope(product_manager):
        CustomFieldFactory(key="cap", label="Cap", type="decimal")

    refused = api_client(product_manager).get(path + text)

    assert refused.status_code == 400
    assert api_client(product_manager).get(path + "10").status_code == 200


def test_number_filter_of_a_list_is_ignored_and_said_so(client_for, product_manager, text):
    with tenant_scope(product_manager):
        CustomFieldFactory(key="cap", label="Cap", type="decimal")
        InitiativeFactory(title="Bet")

    page = client_for(product_manager).get(f"/acme/portfolio/initiatives/?cf_cap_min={text}").content.decode()

    assert "not understood" in page
    assert "Bet" in page


@pytest.mark.parametrize("query", ["team-capacities/utilisation/?months=", "allocation-targets/actual/?quarters="])
def test_count_in_an_address_is_refused(api_client, product_manager, query, text):
    client = api_client(product_manager)

    assert client.get(f"{query}2").status_code == 200
    assert client.get(query + text).status_code == 400


@pytest.mark.parametrize("field", ["horizon_months", "discount_rate"])
def test_number_sent_as_json_is_refused(api_client, product_manager, field, text):
    with tenant_scope(product_manager):
        case = BusinessCaseFactory()

    refused = api_client(product_manager).patch(
        f"business-cases/{case.pk}/", {field: text}, If_Match=f'"{case.version}"'
    )

    assert refused.status_code == 400
    with tenant_scope(product_manager):
        assert BusinessCase.objects.get().version == case.version
