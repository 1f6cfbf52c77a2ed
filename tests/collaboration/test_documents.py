"""Documents: begun from templates, written section by section, scored, and seen with their record."""

import pytest

from collaboration.models import Document, DocumentSection
from collaboration.services import document_templates, documents
from collaboration.services.built_in_templates import BUILT_IN
from core.errors import InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.enums import Visibility
from portfolio.models import Initiative
from portfolio.services.initiatives import delete_initiative
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tenancy.services.saving import StillReferencedError
from tests.api_client import pointers
from tests.factories.collaboration import (
    DocumentFactory,
    DocumentSectionFactory,
    DocumentTemplateFactory,
)
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory, ThemeFactory

TARGET = "portfolio.initiative"
WORDS = "word " * 80


@pytest.mark.parametrize("key", sorted(BUILT_IN))
def test_built_in_templates_are_sound(scope, owner, key):
    template = document_templates.copy_built_in(key, actor=owner)
    document = documents.begin_document(actor=owner, record=InitiativeFactory(), built_in=key)

    assert template.sections == BUILT_IN[key].as_json()
    assert document.completeness == 0
    assert DocumentSection.objects.filter(document=document).count() == len(BUILT_IN[key].sections)
    assert document_templates.copy_built_in(key, actor=owner).name == f"{BUILT_IN[key].name} (copy 2)"


def test_prd_asks_for_what_an_ai_capability_needs():
    keys = [section.key for section in BUILT_IN["prd"].sections]

    wanted = [
        "evaluation",
        "data",
        "model",
        "telemetry",
        "guardrails",
        "failure_modes",
        "rollout",
        "rollback",
        "support",
    ]
    assert [key for key in keys if key in wanted] == wanted


def test_document_is_complete_when_its_sections_are(scope, product_manager):
    template = DocumentTemplateFactory(
        sections=[
            {"key": "why", "title": "Why", "min_words": 10},
            {"key": "how", "title": "How", "starter": "- [ ] Plan"},
            {"key": "notes", "title": "Notes", "is_required": False, "min_words": 0},
        ]
    )
    document = documents.begin_document(
        actor=product_manager, record=InitiativeFactory(title="Triage"), template=template
    )
    why, how, _ = DocumentSection.objects.filter(document=document)
    scores = []
    for section, text in ((why, WORDS), (how, f"- [x] Plan\n{WORDS}\r\n")):
        documents.write_section(section, actor=product_manager, text=text)
        scores.append(Document.objects.get(pk=document.pk).completeness)

    assert document.title == f"{template.name}: Triage"
    assert scores == [50, 100]
    assert DocumentSection.objects.get(pk=how.pk).text == f"- [x] Plan\n{WORDS}".rstrip()


def test_a_text_based_on_an_old_one_is_refused(scope, product_manager):
    section = DocumentSectionFactory()
    before = section.text_digest
    written = documents.write_section(section, actor=product_manager, text="First.", based_on=before)

    with pytest.raises(StaleVersionError):
        documents.write_section(section, actor=product_manager, text="Second.", based_on=before)

    assert DocumentSection.objects.get(pk=section.pk).text == "First."
    # The same text again is nothing to refuse, whatever it was based on.
    assert documents.write_section(section, actor=product_manager, text="First. ", based_on=before).version == 2
    later = documents.write_section(section, actor=product_manager, text="Second.", based_on=written.text_digest)
    assert later.version == 3


def order_of(document):
    return "".join(DocumentSection.objects.filter(document=document).values_list("key", flat=True))


@pytest.fixture
def arranged(scope):
    """A document whose sections are called a, b, c and d."""
    document = DocumentFactory()
    for position, key in enumerate("abcd", 1):
        DocumentSectionFactory(document=document, key=key, title=key, position=position)
    return document


@pytest.mark.parametrize(("key", "position", "order"), [("a", 3, "bcad"), ("d", 1, "dabc"), ("b", 2, "abcd")])
def test_section_moves_to_another_place(arranged, product_manager, key, position, order):
    section = DocumentSection.objects.get(document=arranged, key=key)

    documents.move_section(section, actor=product_manager, position=position)

    rows = DocumentSection.objects.filter(document=arranged)
    assert order_of(arranged) == order
    assert [row.position for row in rows] == [1, 2, 3, 4]
    moves = LedgerEvent.objects.filter(action="document_section.moved", record_id__in=[row.pk for row in rows])
    assert moves.count() == (0 if order == "abcd" else sum(a != b for a, b in zip("abcd", order, strict=True)))


@pytest.mark.parametrize("position", [0, 5, -1])
def test_section_does_not_move_to_a_place_there_is_not(arranged, product_manager, position):
    section = DocumentSection.objects.get(document=arranged, key="a")

    with pytest.raises(InvalidInputError, match="from 1 to 4"):
        documents.move_section(section, actor=product_manager, position=position)

    assert order_of(arranged) == "abcd"


def test_a_moved_section_can_be_saved_by_whoever_is_writing_it(arranged, product_manager):
    section = DocumentSection.objects.get(document=arranged, key="a")
    based_on = section.text_digest
    documents.move_section(section, actor=product_manager, position=4)

    written = documents.write_section(section, actor=product_manager, text="Mine.", based_on=based_on)

    assert written.text == "Mine."


def test_section_is_moved_over_rest(arranged, api_client, product_manager, viewer):
    section = DocumentSection.objects.get(document=arranged, key="a")
    address = f"document-sections/{section.pk}/move/"
    client = api_client(product_manager)

    moved = client.post(address, {"position": 2}, If_Match='"1"')
    wrong = [client.post(address, {"position": value}, If_Match="*") for value in (9, 0, "2", None, 1.5, 10**30)]

    assert (moved.status_code, moved.json()["position"]) == (200, 2)
    assert [(answer.status_code, pointers(answer)) for answer in wrong] == [(400, ["/position"])] * 6
    assert client.post(address, {"position": 1}).status_code == 428
    assert api_client(viewer).post(address, {"position": 1}, If_Match="*").status_code == 403


def test_every_version_of_a_text_is_in_the_ledger(scope, product_manager):
    section = DocumentSectionFactory(text="Old.")

    documents.write_section(section, actor=product_manager, text="New.")

    event = LedgerEvent.objects.filter(record_id=section.pk, operation="update").get()
    assert event.action == "document_section.written"
    assert '"Old."' in event.changes
    assert '"New."' in event.changes


def test_document_needs_one_template_and_a_record_that_takes_documents(scope, owner):
    record, template = InitiativeFactory(), DocumentTemplateFactory()

    for arguments in ({}, {"template": template, "built_in": "prd"}, {"built_in": "none"}):
        with pytest.raises(InvalidInputError):
            documents.begin_document(actor=owner, record=record, **arguments)
    with pytest.raises(InvalidInputError) as refusal:
        documents.begin_document(actor=owner, record=ThemeFactory(), built_in="prd")
    assert refusal.value.pointer == "record"


def test_viewers_read_and_do_not_write(scope, viewer):
    section = DocumentSectionFactory()

    with pytest.raises(NotPermittedError):
        documents.begin_document(actor=viewer, record=InitiativeFactory(), built_in="prd")
    with pytest.raises(NotPermittedError):
        documents.write_section(section, actor=viewer, text="Mine.")
    with pytest.raises(NotPermittedError):
        documents.delete_document(section.document, actor=viewer)
    with pytest.raises(NotPermittedError):
        document_templates.copy_built_in("prd", actor=viewer)
    assert Document.objects.permitted(viewer).count() == 1


def test_documents_of_a_hidden_portfolio_are_hidden(scope, product_manager, owner):
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    section = DocumentSectionFactory(document=DocumentFactory(target_id=hidden.pk))

    assert not Document.objects.permitted(product_manager).exists()
    assert not DocumentSection.objects.permitted(product_manager).exists()
    assert Document.objects.permitted(owner).get() == section.document
    with pytest.raises(NotPermittedError):
        documents.begin_document(actor=product_manager, record=hidden, built_in="prd")
    with pytest.raises(NotPermittedError):
        documents.write_section(section, actor=product_manager, text="Mine.")


def test_an_initiative_with_documents_is_not_deleted(scope, owner):
    document = DocumentFactory()
    initiative = Initiative.objects.get(pk=document.target_id)

    with pytest.raises(StillReferencedError, match="1 document is about"):
        delete_initiative(initiative, actor=owner)

    documents.delete_document(document, actor=owner)
    delete_initiative(initiative, actor=owner)
    assert not Initiative.objects.filter(pk=initiative.pk).exists()


def test_document_over_rest(api_client, product_manager):
    with tenant_scope(product_manager):
        record = InitiativeFactory(title="Triage")
    client = api_client(product_manager)

    created = client.post("documents/", {"target_model": TARGET, "target_id": str(record.pk), "built_in": "prd"})
    address = f"documents/{created.json()['id']}/"
    sections = client.get("document-sections/", {"document": created.json()["id"]}).json()["results"]
    first = f"document-sections/{sections[0]['id']}/"
    tag = client.get(first)["ETag"]
    blind = client.patch(first, {"text": WORDS})
    written = client.patch(first, {"text": WORDS}, If_Match=tag)
    stale = client.patch(first, {"text": "Other"}, If_Match=tag)
    renamed = client.patch(address, {"title": "Triage PRD"})

    assert created.status_code == 201
    assert (created.json()["title"], created.json()["kind"], created.json()["completeness"]) == (
        "PRD: Triage",
        "prd",
        0,
    )
    assert [section["key"] for section in sections] == [section.key for section in BUILT_IN["prd"].sections]
    assert sections[0]["missing"] == ["Nothing is written yet."]
    assert (blind.status_code, stale.status_code) == (428, 412)
    assert (written.json()["score"], written.json()["missing"]) == (100, [])
    assert (renamed.json()["title"], renamed.json()["completeness"]) == ("Triage PRD", 8)
    assert client.delete(address).status_code == 204
    assert client.get(first).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"built_in": "none"}, "/built_in"),
        ({"built_in": None}, "/built_in"),
        ({"target_model": "portfolio.theme"}, "/target_model"),
        ({"target_model": 5}, "/target_model"),
        ({"target_id": "x"}, "/target_id"),
        ({"target_id": "01a20377-6977-743c-bd71-f5b091817bb2"}, "/target_id"),
        ({"template": "01a20377-6977-743c-bd71-f5b091817bb2"}, "/template"),
        ({"completeness": 100}, "/completeness"),
        ({"title": "x" * 201}, "/title"),
    ],
)
def test_bad_document_is_refused_at_its_field(api_client, owner, change, pointer):
    with tenant_scope(owner):
        record = InitiativeFactory()
    body = {"target_model": TARGET, "target_id": str(record.pk), "built_in": "prd", **change}

    response = api_client(owner).post("documents/", body)

    assert response.status_code == 400
    assert pointers(response) == [pointer]


def test_a_record_of_another_organization_takes_no_document(api_client, owner, stranger):
    with tenant_scope(stranger):
        foreign = InitiativeFactory()

    response = api_client(owner).post(
        "documents/", {"target_model": TARGET, "target_id": str(foreign.pk), "built_in": "prd"}
    )

    assert (response.status_code, pointers(response)) == (400, ["/target_id"])


@pytest.mark.parametrize("text", [5, None, "x" * 50_001, ["a"]])
def test_bad_text_is_refused(api_client, owner, text):
    with tenant_scope(owner):
        section = DocumentSectionFactory()

    response = api_client(owner).patch(f"document-sections/{section.pk}/", {"text": text}, If_Match='"1"')

    assert (response.status_code, pointers(response)) == (400, ["/text"])


@pytest.mark.parametrize(
    "sections",
    [
        [],
        {},
        "text",
        [{"title": "A"}],
        [{"key": "a", "title": " "}],
        [{"key": "a", "title": "A"}, {"key": "a", "title": "B"}],
        [{"key": "A b", "title": "A"}],
        [{"key": "a", "title": "A", "min_words": -1}],
        [{"key": "a", "title": "A", "min_words": 2001}],
        [{"key": "a", "title": "A", "min_words": True}],
        [{"key": "a", "title": "A", "min_words": "5"}],
        [{"key": "a", "title": "A", "is_required": 1}],
        [{"key": "a", "title": "A", "colour": "red"}],
        [{"key": f"a{number}", "title": "A"} for number in range(41)],
    ],
)
def test_bad_sections_are_refused(api_client, owner, sections):
    response = api_client(owner).post("document-templates/", {"name": "Own", "kind": "other", "sections": sections})

    assert (response.status_code, pointers(response)) == (400, ["/sections"])


def test_template_over_rest(api_client, owner):
    client = api_client(owner)
    sections = [{"key": "why", "title": "Why", "guidance": "Say why.", "is_required": False, "min_words": 5}]

    created = client.post("document-templates/", {"name": "Own", "kind": "other", "sections": sections})
    twice = client.post("document-templates/", {"name": "Own", "kind": "other", "sections": sections})
    copied = client.post("document-templates/copy-built-in/", {"built_in": "strategy_memo"})
    address = f"document-templates/{created.json()['id']}/"
    changed = client.patch(address, {"name": "Ours"}, If_Match=created["ETag"])

    assert created.json()["sections"] == sections
    assert (twice.status_code, pointers(twice)) == (409, ["/name"])
    assert (copied.status_code, copied.json()["name"]) == (200, "Strategy memo (copy)")
    assert changed.json()["name"] == "Ours"
    assert client.delete(address).status_code == 204


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize(
    ("path", "queries"), [("documents/", 5), ("document-sections/", 6), ("document-templates/", 5)]
)
def test_lists_cost_the_same_for_any_number_of_rows(api_client, viewer, rows, path, queries, django_assert_num_queries):
    client = api_client(viewer, scopes=["read"])
    with tenant_scope(viewer):
        DocumentSectionFactory.create_batch(rows)
        DocumentTemplateFactory.create_batch(rows)
    client.get(path)

    with django_assert_num_queries(queries):
        response = client.get(path)

    assert len(response.json()["results"]) == rows


def test_initiatives_are_found_by_their_documents(api_client, viewer):
    with tenant_scope(viewer):
        done, begun, none = (InitiativeFactory(title=title) for title in ("a", "b", "c"))
        DocumentFactory(target_id=done.pk, completeness=100)
        DocumentFactory(target_id=done.pk, completeness=10)
        DocumentFactory(target_id=begun.pk, completeness=99)
        DocumentFactory(target_id=none.pk, kind="strategy_memo")
    client = api_client(viewer)

    found = {
        state: [row["title"] for row in client.get("initiatives/", {"prd": state}).json()["results"]]
        for state in ("complete", "incomplete", "none")
    }

    assert found == {"complete": ["a"], "incomplete": ["b"], "none": ["c"]}
