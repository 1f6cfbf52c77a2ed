"""Pages of custom fields and documents, and custom fields on the pages of initiatives."""

import re
from hashlib import sha256

import pytest
from django.test import Client

from collaboration.enums import FieldType
from collaboration.models import CustomField, Document, DocumentSection, DocumentTemplate
from portfolio.models import Initiative
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.collaboration import (
    CustomFieldFactory,
    DocumentFactory,
    DocumentSectionFactory,
    DocumentTemplateFactory,
)
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.portfolio.page_text import text_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
RISK = [{"key": "low", "label": "Low", "tone": "success"}, {"key": "high", "label": "High", "tone": "danger"}]


def digest(text):
    return sha256(text.encode()).hexdigest()


@pytest.fixture
def signed_in():
    def make(actor) -> Client:
        client = Client()
        client.force_login(actor.user, backend=BACKEND)
        return client

    return make


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

    with django_assert_num_queries(17):
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


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_document_costs_the_same_for_any_number_of_sections(signed_in, owner, rows, django_assert_num_queries):
    with tenant_scope(owner):
        document = DocumentFactory()
        DocumentSectionFactory.create_batch(rows, document=document)
    client = signed_in(owner)
    client.get(f"/acme/documents/{document.pk}/")

    with django_assert_num_queries(11):
        response = client.get(f"/acme/documents/{document.pk}/")

    assert response.content.decode().count("One word more.") == rows


def test_a_document_is_begun_written_and_printed(signed_in, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory(title="Triage")
    client = signed_in(product_manager)

    panel = text_of(client.get(f"/acme/portfolio/initiatives/{initiative.pk}/"))
    begun = client.post("/acme/documents/new/", {"template": "built-in:prd", "record": str(initiative.pk)})
    with tenant_scope(product_manager):
        section = DocumentSection.objects.get(key="problem")
    based_on = section.text_digest
    address = f"/acme/documents/sections/{section.pk}/"
    written = client.post(address, {"text": "**Agents** " + "wait " * 60, "based_on": based_on, "then": "next"})
    page = client.get(begun["Location"]).content.decode()
    printed = client.get(f"{begun['Location']}print/").content.decode()

    assert "No PRD and no strategy memo yet." in panel
    assert begun.status_code == 303
    assert written["Location"].startswith("/acme/documents/sections/")
    for html in (page, printed):
        assert "<strong>Agents</strong> wait" in html
    with tenant_scope(product_manager):
        assert Document.objects.get().completeness == 8


def test_two_writers_see_both_texts(signed_in, product_manager):
    with tenant_scope(product_manager):
        section = DocumentSectionFactory(text="Old.")
    client, address = signed_in(product_manager), f"/acme/documents/sections/{section.pk}/"

    first = client.post(address, {"text": "Theirs.", "based_on": digest("Old.")})
    second = client.post(address, {"text": "Mine.", "based_on": digest("Old.")})
    third = client.post(address, {"text": "Mine and theirs.", "based_on": digest("Theirs.")})

    assert (first.status_code, second.status_code, third.status_code) == (303, 409, 303)
    page = second.content.decode()
    assert "Theirs." in page
    assert "Mine." in page
    assert f'id="based-on" value="{digest("Theirs.")}"' in page
    assert "data-autosave" not in page


def test_what_is_typed_is_saved_meanwhile(signed_in, product_manager):
    with tenant_scope(product_manager):
        section = DocumentSectionFactory(text="Old.", min_words=2)
    client, address = signed_in(product_manager), f"/acme/documents/sections/{section.pk}/"

    editor = client.get(address).content.decode()
    saved = client.post(f"{address}autosave/", {"text": "New text.\r\n", "based_on": digest("Old.")})
    again = client.post(f"{address}autosave/", {"text": "New text, longer", "based_on": digest("New text.")})

    assert f'hx-post="{address}autosave/"' in editor
    assert re.search(r"Saved <time [^>]*>\d\d:\d\d</time>", saved.content.decode())
    assert f'value="{digest("New text.")}" hx-swap-oob="true"' in saved.content.decode()
    assert again.status_code == 200
    with tenant_scope(product_manager):
        assert DocumentSection.objects.get(pk=section.pk).text == "New text, longer"


@pytest.mark.parametrize("based_on", [{"based_on": digest("Older.")}, {"based_on": ""}, {"based_on": "\x00"}, {}])
def test_saving_meanwhile_overwrites_nobody(signed_in, product_manager, based_on):
    with tenant_scope(product_manager):
        section = DocumentSectionFactory(text="Theirs.")

    refused = signed_in(product_manager).post(
        f"/acme/documents/sections/{section.pk}/autosave/", {"text": "Mine.", **based_on}
    )

    assert refused.status_code == 409
    assert "Somebody else changed this. Your text stays here, but is not saved." in refused.content.decode()
    assert "based-on" not in refused.content.decode()
    with tenant_scope(product_manager):
        assert DocumentSection.objects.get(pk=section.pk).text == "Theirs."


def test_saving_meanwhile_refuses_what_does_not_fit(signed_in, product_manager):
    with tenant_scope(product_manager):
        section = DocumentSectionFactory(text="Old.")
    data = {"text": "x" * 50_001, "based_on": digest("Old.")}

    refused = signed_in(product_manager).post(f"/acme/documents/sections/{section.pk}/autosave/", data)

    assert refused.status_code == 422
    assert "Not saved: Ensure this value has at most 50000 characters" in refused.content.decode()


def test_sections_are_moved_without_javascript(signed_in, product_manager):
    with tenant_scope(product_manager):
        first = DocumentSectionFactory(title="One", position=1)
        DocumentSectionFactory(document=first.document, title="Two", position=2)
    client = signed_in(product_manager)
    address = f"/acme/documents/sections/{first.pk}/move/"

    page = client.get(f"/acme/documents/{first.document_id}/").content.decode()
    moved = client.post(address, {"position": "2"})
    wrong = [client.post(address, {"position": value}).status_code for value in ("3", "", "-1", "1e3", "9" * 400)]

    assert 'aria-label="Move One down"' in page
    assert 'aria-label="Move One up"' not in page
    assert moved["Location"] == f"/acme/documents/{first.document_id}/#outline"
    assert wrong == [400] * 5
    with tenant_scope(product_manager):
        assert list(DocumentSection.objects.values_list("title", flat=True)) == ["Two", "One"]


def test_a_built_in_template_is_copied_and_changed(signed_in, director):
    client = signed_in(director)

    copied = client.post("/acme/settings/document-templates/copy/", {"built_in": "strategy_memo"})
    with tenant_scope(director):
        template = DocumentTemplate.objects.get()
    rows = {
        "sections_key": ["situation", ""],
        "sections_place": ["2", "1"],
        "sections_title": ["Situation", "Summary"],
        "sections_guidance": ["Say it.", ""],
        "sections_min_words": ["5", "10"],
        "sections_is_required": ["yes", "no"],
        "sections_starter": ["", ""],
    }
    data = {"name": "Memo", "kind": "strategy_memo", "description": "", "version": str(template.version), **rows}
    changed = client.post(copied["Location"], data)

    assert changed.status_code == 303
    with tenant_scope(director):
        sections = DocumentTemplate.objects.get().sections
    assert [(s["key"], s["min_words"], s["is_required"]) for s in sections] == [
        ("summary", 10, False),
        ("situation", 5, True),
    ]


def test_a_viewer_reads_and_is_offered_no_writing(signed_in, viewer):
    with tenant_scope(viewer):
        section = DocumentSectionFactory()
    client = signed_in(viewer)

    page = client.get(f"/acme/documents/{section.document_id}/").content.decode()

    assert "One word more." in page
    assert "/documents/sections/" not in page
    assert client.get(f"/acme/documents/sections/{section.pk}/").status_code == 403
    assert client.post("/acme/settings/document-templates/copy/", {"built_in": "prd"}).status_code == 403


def test_documents_are_found_from_every_page(signed_in, viewer, director):
    with tenant_scope(viewer):
        DocumentFactory(title="Triage PRD")

    page = signed_in(viewer).get("/acme/documents/").content.decode()
    found = signed_in(viewer).get("/acme/-/search/?q=triage").content.decode()

    assert re.search(r'href="/acme/documents/" aria-current="page"', page)
    assert "/acme/settings/document-templates/" not in page
    assert "/acme/settings/document-templates/" in signed_in(director).get("/acme/documents/").content.decode()
    assert "Triage PRD" in found
