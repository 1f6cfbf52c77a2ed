"""A business case by typing and clicking: options, what they may be worth, a decision, a change, the difference."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portfolio.models import BusinessCase
from tenancy.actor import Actor
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, InitiativeFactory
from tests.threads.worker import Worker, worker  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow


@dataclass
class Sheet:
    """The sheet of an option in the browser; `check` is axe."""

    page: Page
    check: Callable[[Page], None]

    def field(self, name: str) -> Any:
        return self.page.locator(f"#sheet [name='{name}']")

    def type(self, **values: str) -> None:
        for name, value in values.items():
            self.field(name).fill(value)

    def figure(self, name: str) -> Any:
        return self.page.locator(".sheet__figure", has_text=name).locator(".sheet__value").first

    def press(self, name: str) -> None:
        self.page.locator("dialog[open], main").last.get_by_role("button", name=name, exact=True).click()

    def save(self) -> None:
        self.press("Save")
        expect(self.page.locator("#toasts")).to_contain_text("Saved. The case is being valued.")
        expect(self.page.locator("[data-unsaved]")).to_be_hidden()

    def add_option(self, name: str, kind: str) -> None:
        self.page.get_by_role("navigation", name="Options").get_by_role("link", name="Option").click()
        dialog = self.page.locator("dialog[open]")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Kind").select_option(label=kind)
        self.press("Add option")
        self.open(name)

    def open(self, name: str) -> None:
        link = self.page.get_by_role("navigation", name="Options").get_by_role("link", name=name)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")


@pytest.fixture
def sheet(page: Page, live_server: Any, assert_no_serious_violations: Any) -> Iterator[Sheet]:
    problems: list[str] = []
    page.set_default_timeout(10_000)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield Sheet(page, assert_no_serious_violations)
    # The browser itself reports the sheet that was refused on purpose.
    assert [text for text in problems if "422" not in text] == []


@pytest.fixture
def case(live_server: Any, product_manager: Actor) -> BusinessCase:
    with tenant_scope(product_manager):
        return BusinessCaseFactory(name="Answers", initiative=InitiativeFactory(key="ASK-1", title="Answers"))


def test_case_is_built_valued_submitted_returned_changed_and_compared(
    sheet,
    case,
    signed_in,
    worker: Worker,
    product_manager,
    director,
):
    page = signed_in(sheet.page, product_manager)
    page.goto(f"/acme/portfolio/business-cases/{case.pk}/sheet/")
    _build(sheet)
    _buy_and_partner(sheet)
    assert worker.run().count("portfolio.value_business_case") >= 1
    _compare(sheet, case)
    _see_the_spread(sheet, case)
    sheet.press("Submit")
    sheet.press("Submit")
    expect(page.locator("main")).to_contain_text("Waiting for a decision.")

    signed_in(page, director)
    page.goto("/acme/")
    page.get_by_role("link", name="Decide on Answers").click()
    sheet.check(page)
    page.get_by_role("link", name="Approve…").click()
    page.locator("dialog[open]").get_by_label("Note").fill("Sound.")
    sheet.check(page)
    sheet.press("Approve")
    expect(page.locator("main")).to_contain_text("Sound.")

    signed_in(page, product_manager)
    page.goto(f"/acme/portfolio/business-cases/{case.pk}/")
    _change_a_driver(sheet)
    assert worker.run().count("portfolio.value_business_case") >= 1
    _see_the_difference(sheet, product_manager)


def _build(sheet: Sheet) -> None:
    """Drivers, a formula with a mistake shown where it is, figures while typing, and only then saved."""
    expect(sheet.page.locator("#sheet-figures")).to_contain_text("Nothing is planned yet.")
    sheet.type(**{"d.new0.key": "users", "d.new0.low": "500", "d.new0.likely": "900", "d.new0.high": "1500"})
    sheet.type(**{"l.cost0.name": "Team", "l.cost0.every": "12000"})
    sheet.type(**{"l.benefit0.name": "Time saved", "l.benefit0.every": "= users * prise"})
    expect(sheet.page.locator(".sheet__error")).to_have_text("Time saved: Character 9: prise is not known here.")
    sheet.check(sheet.page)
    sheet.press("Save")
    expect(sheet.page.locator("[data-sheet-notes]")).to_contain_text("Nothing was saved")
    expect(sheet.page.locator(".sheet__error")).to_have_count(1)
    expect(sheet.field("l.benefit0.every")).to_have_value("= users * prise")
    sheet.type(**{"l.benefit0.every": "= users * 16"})
    expect(sheet.field("l.benefit0.plan.2026-01")).to_have_value("14,400")
    expect(sheet.page.locator("[data-total='total-net-2026-01']")).to_have_text("2,400")
    expect(sheet.figure("P50")).to_be_visible()
    sheet.check(sheet.page)
    sheet.save()


def _buy_and_partner(sheet: Sheet) -> None:
    """A licence typed month by month with the keyboard, and a block pasted from a spreadsheet."""
    page = sheet.page
    sheet.add_option("Buy", "Buy")
    sheet.type(**{"l.cost0.name": "Licence", "l.benefit0.name": "Time saved", "l.benefit0.every": "= users * 15"})
    sheet.field("l.cost0.plan.2026-01").focus()
    page.keyboard.type("9000")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("8000")
    page.keyboard.press("Enter")
    expect(sheet.field("l.benefit0.plan.2026-02")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(sheet.field("l.cost0.plan.2026-02")).to_be_focused()
    sheet.save()

    sheet.add_option("Partner", "Partner")
    sheet.type(**{"l.cost0.name": "Share", "l.benefit0.name": "Time saved"})
    _paste(sheet.field("l.cost0.plan.2026-01"), "7000\t7100\t7200")
    _paste(sheet.field("l.benefit0.plan.2026-01"), "6000\t9000\t12,000\t15,000\n")
    expect(sheet.field("l.cost0.plan.2026-03")).to_have_value("7200")
    expect(sheet.field("l.benefit0.plan.2026-04")).to_have_value("15,000")
    expect(page.locator("[data-total='total-net-2026-04']")).to_have_text("15,000")
    sheet.save()


def _paste(field: Any, text: str) -> None:
    field.evaluate(
        """(field, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            field.focus();
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def _compare(sheet: Sheet, case: BusinessCase) -> None:
    sheet.page.goto(f"/acme/portfolio/business-cases/{case.pk}/compare/")
    names = [re.compile(name) for name in ("Figure", "Build", "Buy", "Partner")]
    expect(sheet.page.locator(".compare thead th")).to_have_text(names)
    expect(sheet.page.locator(".compare .is-best").first).to_be_visible()
    sheet.check(sheet.page)


def _see_the_spread(sheet: Sheet, case: BusinessCase) -> None:
    sheet.page.goto(f"/acme/portfolio/business-cases/{case.pk}/")
    figures = sheet.page.locator(".spread__figures")
    for name in ("P10", "P50", "P90"):
        expect(figures).to_contain_text(name)
    expect(sheet.page.locator("main")).to_contain_text("of 10,000 trials lose money")
    sheet.check(sheet.page)


def _change_a_driver(sheet: Sheet) -> None:
    """An approved case stays as it is: the change is a new draft."""
    sheet.press("New draft")
    expect(sheet.page.locator("#toasts")).to_contain_text("Revision 2 is a copy of revision 1")
    before = sheet.figure("NPV").inner_text()
    sheet.page.get_by_label("Likely value of users").fill("700")
    expect(sheet.figure("NPV")).not_to_have_text(before)
    sheet.save()


def _see_the_difference(sheet: Sheet, actor: Actor) -> None:
    with tenant_scope(actor):
        draft = BusinessCase.objects.get(revision=2)
    sheet.page.goto(f"/acme/portfolio/business-cases/{draft.pk}/")
    sheet.page.get_by_role("link", name="See what differs so far").click()
    drivers = sheet.page.locator("section.card", has=sheet.page.get_by_role("heading", name="Drivers"))
    expect(drivers.get_by_role("row", name="Likely")).to_have_text("Likely900700\N{MINUS SIGN}22.2%")
    money = sheet.page.locator("section.card", has=sheet.page.get_by_role("heading", name="What it means in money"))
    expect(money).to_contain_text("Net present value")
    sheet.check(sheet.page)
