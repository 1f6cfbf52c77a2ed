"""Writing a document in a real browser: saved while one types, nothing overwritten, sections put in order."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from collaboration.models import DocumentSection
from collaboration.services.documents import write_section
from tenancy.scope import tenant_scope
from tests.factories.collaboration import DocumentFactory, DocumentSectionFactory


@pytest.fixture
def sections(live_server, owner):
    with tenant_scope(owner):
        document = DocumentFactory(title="PRD")
        titles = ["Problem", "Outcome", "Risks"]
        return [
            DocumentSectionFactory(document=document, key=title.lower(), title=title, position=place, text="")
            for place, title in enumerate(titles, 1)
        ]


@pytest.fixture
def writer(page: Page, signed_in, product_manager):
    """A person who may write; fails on any error of the console but the refusals a test asks for."""
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield signed_in(page, product_manager)
    assert problems == []


def edit(page, section):
    page.goto(reverse("collaboration:document_section_edit", args=["acme", section.pk]))
    return page.locator("textarea[name=text]")


def stored(actor, section):
    with tenant_scope(actor):
        return DocumentSection.objects.get(pk=section.pk).text


def order_of(actor, section):
    with tenant_scope(actor):
        rows = DocumentSection.objects.filter(document=section.document_id)
        return list(rows.values_list("title", flat=True))


def test_what_is_typed_is_saved_at_a_pause(writer, sections, owner, assert_no_serious_violations):
    field = edit(writer, sections[0])
    field.press_sequentially("Agents wait for the right clause.")
    note = writer.locator("#autosave")

    expect(note).to_have_text("Not saved yet")
    expect(note).to_contain_text("Saved ")
    assert stored(owner, sections[0]) == "Agents wait for the right clause."
    expect(writer.get_by_text("Too short: 6 of at least 20 words.")).to_be_visible()
    assert_no_serious_violations(writer)

    field.press_sequentially(" Every day.")
    writer.get_by_role("button", name="Save", exact=True).click()
    writer.wait_for_url("**/documents/*/#problem")
    assert stored(owner, sections[0]) == "Agents wait for the right clause. Every day."


def test_neither_text_is_lost_when_two_people_write(writer, sections, owner):
    field = edit(writer, sections[0])
    with tenant_scope(owner):
        write_section(sections[0], actor=owner, text="Theirs.")

    field.press_sequentially("Mine.")
    expect(writer.get_by_role("alert")).to_contain_text("Somebody else changed this.")
    expect(field).to_have_value("Mine.")
    assert stored(owner, sections[0]) == "Theirs."

    writer.get_by_role("button", name="Compare").click()
    expect(writer.get_by_label("Their text")).to_have_value("Theirs.")
    writer.locator("textarea[name=text]").fill("Theirs. Mine.")
    writer.get_by_role("button", name="Save", exact=True).click()
    writer.wait_for_url("**/documents/*/#problem")
    assert stored(owner, sections[0]) == "Theirs. Mine."


def test_what_could_not_be_saved_is_said_and_tried_again(writer, sections, owner):
    field = edit(writer, sections[0])
    writer.route("**/autosave/", lambda route: route.abort())
    field.press_sequentially("On a train.")
    expect(writer.locator("#autosave")).to_contain_text("Not saved: the server does not answer.")
    assert stored(owner, sections[0]) == ""

    writer.unroute("**/autosave/")
    expect(writer.locator("#autosave")).to_contain_text("Saved ", timeout=10_000)
    assert stored(owner, sections[0]) == "On a train."


def test_sections_are_put_in_order_by_keyboard_and_by_dragging(writer, sections, owner, assert_no_serious_violations):
    writer.goto(reverse("collaboration:document_detail", args=["acme", sections[0].document_id]))
    grip = writer.get_by_role("button", name="Move Problem, with the arrow keys or by dragging")
    grip.focus()
    writer.keyboard.press("ArrowDown")
    expect(writer.locator("#announcer")).to_have_text("Problem: place 2 of 3")
    expect(grip).to_be_focused()
    assert order_of(owner, sections[0]) == ["Outcome", "Problem", "Risks"]
    expect(writer.locator(".document-section h2").first).to_have_text("Outcome")
    assert_no_serious_violations(writer)

    risks = writer.get_by_role("button", name="Move Risks, with")
    risks.drag_to(writer.locator(".document-outline li").first, target_position={"x": 20, "y": 2})
    expect(writer.locator("#announcer")).to_have_text("Risks: place 1 of 3")
    assert order_of(owner, sections[0]) == ["Risks", "Outcome", "Problem"]
