"""A chooser in a real browser: by keyboard and pointer, inside a dialog, and what assistive technology is told."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from portfolio.models import Initiative
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, KpiFactory


@pytest.fixture
def initiatives(live_server, owner):
    with tenant_scope(owner):
        first = InitiativeFactory(key="AI-1", title="Search")
        return first, InitiativeFactory(key="AI-2", title="Search assistant", portfolio=first.portfolio)


@pytest.fixture
def form(page: Page, signed_in, product_manager, initiatives):
    """The form of a new initiative; fails on any error of the console."""
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    signed_in(page, product_manager).goto(reverse("portfolio:initiative_create", args=["acme"]))
    yield page
    page.wait_for_load_state("networkidle")
    assert problems == []


def parent_of(actor, title):
    with tenant_scope(actor):
        return Initiative.objects.select_related("parent").get(title=title).parent


def test_row_is_found_and_chosen_with_the_keyboard(form, product_manager, initiatives, assert_no_serious_violations):
    field = form.get_by_role("combobox", name="Below")
    expect(field).to_have_attribute("aria-expanded", "false")

    field.focus()
    form.keyboard.type("search")
    options = form.locator(f"[id='{field.get_attribute('aria-controls')}'] [role=option]")
    expect(options).to_have_count(2)
    form.keyboard.press("ArrowDown")
    form.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id"))
    expect(form.locator("#announcer")).to_have_text("2 found")
    assert_no_serious_violations(form)
    form.keyboard.press("Enter")

    expect(field).to_have_value("AI-2 Search assistant")
    expect(field).to_have_attribute("aria-expanded", "false")
    form.get_by_label("Title").fill("Child")
    form.get_by_label("Portfolio").select_option(index=1)
    form.get_by_role("button", name="Create initiative").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("Child")
    assert parent_of(product_manager, "Child") == initiatives[1]


def test_escape_closes_the_list_and_keeps_what_was_typed(form):
    field = form.get_by_role("combobox", name="Below")

    field.click()
    expect(form.get_by_role("option", name="AI-1 Search Idea")).to_be_visible()
    form.keyboard.type("nothing like it")
    expect(form.get_by_role("option", name="Nothing found for “nothing like it”.")).to_be_visible()
    form.keyboard.press("Escape")

    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("nothing like it")


def test_filter_reloads_the_list_when_a_row_is_chosen(page, signed_in, product_manager, initiatives):
    with tenant_scope(product_manager):
        KpiFactory(name="Inside", initiative=initiatives[0])
        KpiFactory(name="Outside")
    signed_in(page, product_manager).goto(reverse("portfolio:kpi_list", args=["acme"]))

    page.locator("summary", has_text="Filter").click()
    page.get_by_role("combobox", name="Initiative").fill("ai-1")
    page.get_by_role("option", name="AI-1 Search").click()

    expect(page.get_by_role("link", name="Outside", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Inside", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/kpis/\?initiative={initiatives[0].pk}$"))
    page.wait_for_load_state("networkidle")
