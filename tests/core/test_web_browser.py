"""The screens in a real browser: keyboard, fragments, content security policy, accessibility, narrow windows."""

import os
from pathlib import Path

import pytest

from tests.core.web_client import sample_url
from tests.web_client import client_of

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.core.web_screens"),
    pytest.mark.usefixtures("without_other_apps"),
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("FAIRLEAD_REQUIRE_BROWSER") != "1",
        reason=f"no browser: {CHROMIUM} is missing (apt-get install chromium)",
    ),
]


@pytest.fixture(scope="module")
def chromium(playwright):
    # pytest-playwright's own process: a second one cannot start in the thread the first keeps its loop in.
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium, live_server, owner):
    """open_page(path, width=..., scheme=...): a signed-in page that records what the console complains about."""
    session = client_of(owner).cookies["sessionid"].value
    contexts = []

    def open_at(path, *, width=1440, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_the_window(open_page, make_teams, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    team, *_ = make_teams("Alpha", "Beta with a rather long name that has to find its place", description="x " * 40)

    for path in (sample_url("list") + "?q=a", sample_url("detail", team), sample_url("edit", team)):
        page = open_page(path, width=width, scheme=scheme)
        violations = axe.run(page).response["violations"]
        assert [(found["id"], found["nodes"][0]["target"]) for found in violations] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.complaints == []


def test_typing_in_the_search_field_narrows_the_list_and_the_address(open_page, make_teams):
    make_teams("Alpha", "Beta")
    page = open_page(sample_url("list") + "?sort=-name")

    page.fill("#list-q", "alp")
    page.wait_for_url("**?q=alp&sort=-name")

    assert page.locator("tbody .row-link").all_inner_texts() == ["Alpha"]
    assert page.get_attribute("#export-link", "href").endswith("?q=alp&sort=-name")
    assert page.inner_text("#announcer") == "1 team"
    assert page.complaints == []


def test_rows_are_walked_selected_and_previewed_with_keys(open_page, make_teams):
    make_teams("Alpha", "Beta")
    page = open_page(sample_url("list"))

    for key in ("j", "j", "x", "o"):
        page.keyboard.press(key)

    page.wait_for_selector("#side-panel h1")
    assert page.inner_text("#side-panel h1") == "Beta"
    assert page.inner_text("[data-selected-count]") == "1 selected"
    page.keyboard.press("Escape")
    assert page.is_hidden("#side-panel")
    assert page.evaluate("document.activeElement.textContent") == "Beta"


def test_palette_opens_by_key_and_leads_to_the_chosen_option(open_page):
    page = open_page(sample_url("list"))

    page.keyboard.press("Control+k")
    page.keyboard.type("new team")
    page.wait_for_selector("#palette-results [aria-selected=true]")
    assert page.get_attribute("#palette-input", "aria-activedescendant") == "palette-hit-1-1"
    page.keyboard.press("Enter")

    page.wait_for_url("**/teams/new/")


def test_refused_delete_is_explained_inside_the_dialog(open_page, make_teams):
    (team,) = make_teams("needed")
    page = open_page(sample_url("detail", team))

    page.click("summary[aria-label='More actions']")
    page.click("a[data-dialog]:has-text('Delete')")
    page.click("dialog[open] button.button--danger")

    page.wait_for_selector("dialog[open] [role=alert]")
    assert "Two initiatives belong to it." in page.inner_text("dialog[open]")


def test_theme_changes_without_a_reload_and_stays(open_page):
    page = open_page(sample_url("list"))

    page.click("summary[aria-label=Theme]")
    page.click("button[name=theme][value=dark]")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload()

    assert page.get_attribute("html", "data-theme") == "dark"


def test_drawer_opens_on_a_narrow_window_and_gives_the_focus_back(open_page):
    page = open_page(sample_url("list"), width=390)

    page.click("[data-drawer]")
    assert page.evaluate("document.activeElement.hasAttribute('data-drawer-close')")
    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.hasAttribute('data-drawer')")
