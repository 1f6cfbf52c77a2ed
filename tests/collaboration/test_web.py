"""Pages of custom fields, and custom fields on the pages of initiatives."""

import pytest

from collaboration.enums import FieldType
from collaboration.models import CustomField
from portfolio.models import Initiative
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.collaboration import (
    CustomFieldFactory,
    DocumentFactory,
    DocumentTemplateFactory,
)
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.portfolio.page_text import text_of

RISK = [{"key": "low", "label": "Low", "tone": "success"}, {"key": "high", "label": "High", "tone": "danger"}]


@pytest.fixture
def fields(owner):
    with tenant_scope(owner):
        return [
            CustomFieldFactory(key="risk", label="Risk class", type=FieldType.CHOICE, choices=RISK),
            CustomFieldFactory(key="cap", label="Cap", type=FieldType.MONEY, currency="EUR"),
            CustomFieldFactory(key="sponsor", label="Sponsor", type=FieldType.PERSON),
            CustomFieldFactory(key="live", label="Live", type=FieldType.BOOLEAN),
            CustomFieldFactory(key="regions", label="Regions", type=FieldType.MULTIPLE_CHOICE, choices=RISK),
            CustomFieldFactory(key="review_on", label="Review", type=FieldType.DATE),
            CustomFieldFactory(key="wiki", label="Wiki", type=FieldType.URL),
        ]


def held(member):
    return {
        "risk": "high",
        "cap": "1200.00",
        "sponsor": str(member.pk),
        "live": True,
        "regions": ["low", "high"],
        "review_on": "2026-03-01",
        "wiki": "https://wiki.example/a",
    }


def initiative_data(initiative, **more):
    plain = {name: getattr(initiative, name) for name in ("title", "key", "level", "kind", "version")}
    return {**plain, "portfolio": str(initiative.portfolio_id), **more}


def columns(*names):
    return "&".join(f"columns={name}" for name in ("title", *names))


ALL = columns("cf_risk", "cf_cap", "cf_sponsor", "cf_live", "cf_regions", "cf_review_on", "cf_wiki", "prd")


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_list_with_custom_columns_costs_the_same(signed_in, owner, fields, rows, django_assert_num_queries):
    with tenant_scope(owner):
        member = Membership.objects.first()
        InitiativeFactory.create_batch(rows, custom_fields=held(member))
    client = signed_in(owner)
    path = f"/acme/portfolio/initiatives/?{ALL}&sort=-cf_cap&cf_risk=high"
    client.get(path)

    with django_assert_num_queries(15):
        response = client.get(path)

    assert response.content.decode().count("wiki.example") == 2 * rows


TYPED = {
    "cf_risk": "high",
    "cf_cap": "1200",
    "cf_live": "true",
    "cf_regions": ["low", "high"],
    "cf_review_on": "2026-03-01",
    "cf_wiki": "https://wiki.example/a",
}


def test_custom_fields_are_typed_in_and_shown(signed_in, owner, fields):
    with tenant_scope(owner):
        member = Membership.objects.select_related("user").first()
        portfolio = PortfolioFactory()
    client = signed_in(owner)
    plain = {"title": "Triage", "portfolio": str(portfolio.pk), "level": "initiative", "kind": "feature"}

    created = client.post("/acme/portfolio/initiatives/new/", {**plain, **TYPED, "cf_sponsor": str(member.pk)})
    page = text_of(client.get(created["Location"]))

    assert created.status_code == 303
    with tenant_scope(owner):
        assert Initiative.objects.get().custom_fields == held(member)
    for text in (
        "Risk class High",
        "Cap €1,200.00",
        f"{member.user}",
        "Live Yes",
        "Review 1 Mar 2026",
        "wiki.example/a",
    ):
        assert text in page


def test_custom_fields_are_changed_emptied_and_told_in_the_history(signed_in, owner, fields):
    with tenant_scope(owner):
        member = Membership.objects.first()
        initiative = InitiativeFactory(custom_fields=held(member))
    client, address = signed_in(owner), f"/acme/portfolio/initiatives/{initiative.pk}/"
    typed = {**TYPED, "cf_sponsor": str(member.pk), "cf_risk": "low", "cf_live": "", "cf_regions": []}

    form = client.get(f"{address}edit/").content.decode()
    changed = client.post(f"{address}edit/", initiative_data(initiative, **typed))
    history = text_of(client.get(f"{address}history/"))

    assert '<option value="high" selected>' in form
    assert changed.status_code == 303
    with tenant_scope(owner):
        stored = Initiative.objects.get().custom_fields
    assert stored == {k: v for k, v in {**held(member), "risk": "low"}.items() if k not in {"live", "regions"}}
    for text in ("Risk class before: High after: Low", "Live before: Yes", "Cap after: 1,200.00 EUR"):
        assert text in history


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cf_risk", "none"),
        ("cf_cap", "NaN"),
        ("cf_cap", "1" * 1000),
        ("cf_sponsor", "01a20377-6977-743c-bd71-f5b091817bb2"),
        ("cf_review_on", "2026-02-30"),
        ("cf_wiki", "javascript:alert(1)"),
        ("cf_regions", ["none"]),
    ],
)
def test_bad_value_is_refused_in_the_form(signed_in, owner, fields, name, value):
    with tenant_scope(owner):
        initiative = InitiativeFactory()

    response = signed_in(owner).post(
        f"/acme/portfolio/initiatives/{initiative.pk}/edit/", initiative_data(initiative, **{name: value})
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]


def test_custom_fields_are_edited_in_bulk(signed_in, owner, fields):
    with tenant_scope(owner):
        first, second = InitiativeFactory(custom_fields={"cap": "5.00"}), InitiativeFactory()
    client = signed_in(owner)
    ids = [str(first.pk), str(second.pk)]

    form = client.post("/acme/portfolio/initiatives/bulk/", {"intent": "edit", "ids": ids}).content.decode()
    applied = client.post(
        "/acme/portfolio/initiatives/bulk/",
        {"intent": "apply", "ids": ids, "bulk-cf_risk": "low", "bulk-cf_regions": ["high"], "bulk-cf_live": "false"},
    )

    assert 'name="bulk-cf_risk"' in form
    assert applied.status_code == 303
    with tenant_scope(owner):
        stored = {row.pk: row.custom_fields for row in Initiative.objects.all()}
    given = {"risk": "low", "regions": ["high"], "live": False}
    assert stored == {first.pk: {"cap": "5.00", **given}, second.pk: given}


def test_custom_fields_are_exported(signed_in, owner, fields):
    with tenant_scope(owner):
        member = Membership.objects.select_related("user").first()
        InitiativeFactory(title="Triage", custom_fields=held(member))
        InitiativeFactory(title="Other")

    response = signed_in(owner).get(f"/acme/portfolio/initiatives/export.csv?{ALL}&sort=title")

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines == [
        "Title,PRD,Risk class,Cap,Sponsor,Live,Regions,Review,Wiki",
        "Other,,,,,,,,",
        f'Triage,,High,1200.00,{member.user},yes,"Low, High",2026-03-01,https://wiki.example/a',
    ]


def test_a_field_is_defined_on_the_settings_screen(signed_in, owner):
    client = signed_in(owner)
    rows = {
        "choices_key": ["", "", ""],
        "choices_place": ["2", "1", "3"],
        "choices_label": ["Very high", "Low", ""],
        "choices_tone": ["danger", "success", "neutral"],
    }
    data = {"target_model": "portfolio.initiative", "label": "Risk class", "type": "choice", "help_text": "", **rows}

    created = client.post("/acme/settings/custom-fields/new/", data)
    refused = client.post("/acme/settings/custom-fields/new/", {**data, "choices_label": ["", "", ""], "key": "b"})
    with tenant_scope(owner):
        field = CustomField.objects.get()
    shown = text_of(client.get(f"/acme/settings/custom-fields/{field.pk}/"))
    archived = client.post(f"/acme/settings/custom-fields/{field.pk}/archive/")

    assert created.status_code == 303
    assert (field.key, field.choices) == (
        "risk_class",
        [
            {"key": "low", "label": "Low", "tone": "success"},
            {"key": "very_high", "label": "Very high", "tone": "danger"},
        ],
    )
    assert refused.status_code == 422
    assert "cf_risk_class" in shown
    assert archived.status_code == 303
    with tenant_scope(owner):
        assert CustomField.objects.get().is_archived


PAGES = [("documents/", 10), ("settings/custom-fields/", 10), ("settings/document-templates/", 10)]


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize(("path", "queries"), PAGES)
def test_lists_cost_the_same_for_any_number_of_rows(signed_in, owner, rows, path, queries, django_assert_num_queries):
    with tenant_scope(owner):
        DocumentFactory.create_batch(rows)
        CustomFieldFactory.create_batch(rows)
        DocumentTemplateFactory.create_batch(rows)
    client = signed_in(owner)
    client.get(f"/acme/{path}")

    with django_assert_num_queries(queries):
        assert client.get(f"/acme/{path}").status_code == 200
