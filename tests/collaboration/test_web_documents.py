"""Pages of documents and their templates: written, saved meanwhile, put in order, printed, found."""

import re
from hashlib import sha256

import pytest

from collaboration.models import Document, DocumentSection, DocumentTemplate
from tenancy.scope import tenant_scope
from tests.factories.collaboration import DocumentFactory, DocumentSectionFactory
from tests.factories.portfolio import InitiativeFactory
from tests.portfolio.page_text import text_of


def digest(text):
    return sha256(text.encode()).hexdigest()


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
