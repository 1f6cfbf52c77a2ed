"""The whole thread by clicking: initiative, business case, experiment, launch, refusal, approval, beta and the ledger.

Every page it passes is put to axe, and an error in the browser's console (a script refused by the content security
policy is one) fails it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from experiments.enums import MetricRole
from governance.enums import CriterionKind, CriterionSource
from portfolio.models import Initiative
from portfolio.services.initiatives import change_stage
from tenancy.actor import Actor
from tenancy.scope import tenant_scope
from tests.factories.experiments import VariantResultFactory, arm_of, metric_of, running_experiment
from tests.factories.governance import GateCriterionFactory, StageGateFactory
from tests.factories.portfolio import PortfolioFactory
from tests.governance.plans import PLAN
from tests.threads.worker import Worker, worker  # noqa: F401 - a fixture

PASSWORD = "correct horse battery"
TITLE = "Answer assistant"
NAMED = "ASK-1 Answer assistant"
NO_LAUNCH = "There is no launch for Beta: prepare one and ask for its approval."
NOT_REHEARSED = "Rollback rehearsed: not confirmed yet."

pytestmark = pytest.mark.slow


@dataclass
class Visitor:
    """A person at the browser."""

    page: Page
    check: Callable[[Page], None]

    def arrive(self, heading: str) -> None:
        """Be on a page with this heading, and have axe find nothing serious on it."""
        expect(self.page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        self.check(self.page)

    def fill(self, **values: str) -> None:
        """Type into fields by their names."""
        for name, value in values.items():
            self.page.locator(f"main [name='{name}']").fill(value)

    def choose(self, label: str, row: str) -> None:
        """Find a row by its name in a chooser, and take the one option."""
        self.page.get_by_role("combobox", name=label).fill(row.split()[0])
        self.page.get_by_role("option", name=row).click()

    def press(self, name: str) -> None:
        """Press the button of this name on the page, or in the dialog while one is open."""
        self.page.locator("dialog[open], main").last.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Follow the first link of this name on the page."""
        self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()

    def sign_in(self, actor: Actor) -> None:
        """From any page of the organization to its home, through the sign-in page."""
        self.page.goto("/acme/")
        expect(self.page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
        self.check(self.page)
        self.page.get_by_label("Email").fill(actor.user.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).to_have_url("/acme/")
        self.check(self.page)

    def sign_out(self) -> None:
        """By the menu of one's account."""
        self.page.get_by_label("Your account").click()
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_label("Your account")).to_have_count(0)


@pytest.fixture
def visitor(page: Page, live_server: Any, assert_no_serious_violations: Any) -> Iterator[Visitor]:
    problems: list[str] = []
    page.set_default_timeout(10_000)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield Visitor(page, assert_no_serious_violations)
    # The browser itself reports the refused stage change, which is meant to be refused.
    assert [text for text in problems if "409" not in text] == []


@pytest.fixture
def gate(live_server: Any, owner: Actor) -> None:
    """Beta asks for a rehearsed rollback and for a won experiment."""
    with tenant_scope(owner):
        PortfolioFactory(name="Assistants", key_prefix="ASK")
        beta = StageGateFactory(name="Beta readiness")
        GateCriterionFactory(gate=beta, title="Rollback rehearsed", position=1)
        GateCriterionFactory(
            gate=beta,
            title="Experiment won",
            kind=CriterionKind.LIVE,
            source=CriterionSource.EXPERIMENT,
            max_age_days=30,
            position=2,
        )


def test_initiative_goes_by_clicks_from_sign_in_to_an_approved_launch(
    visitor,
    gate,
    worker: Worker,
    owner,
    product_manager,
    director,
):
    visitor.sign_in(product_manager)
    _create_initiative(visitor)
    initiative = _move_to_delivery(visitor, product_manager)
    _value_business_case(visitor, worker)
    _win_experiment(visitor, worker, owner, initiative)
    _see_refusal(visitor, initiative, NO_LAUNCH, NOT_REHEARSED)
    _prepare_launch(visitor)
    _see_refusal(visitor, initiative, "Director-level approval is missing.")
    visitor.sign_out()

    visitor.sign_in(director)
    _approve(visitor)
    _go_beta(visitor, initiative)
    _read_ledger(visitor)


def _create_initiative(visitor: Visitor) -> None:
    visitor.page.get_by_role("navigation").get_by_role("link", name="Initiatives", exact=True).click()
    visitor.arrive("Initiatives")
    visitor.follow("New initiative")
    visitor.arrive("New initiative")
    visitor.fill(title=TITLE, description="Because tickets wait for two days.")
    visitor.page.locator("[name=portfolio]").select_option(label="Assistants")
    visitor.press("Create initiative")
    visitor.arrive(TITLE)


def _move_to_delivery(visitor: Visitor, actor: Actor) -> Initiative:
    """The first step by the dialog, which axe sees too; the next two are the same."""
    visitor.follow("Change stage")
    dialog = visitor.page.locator("dialog[open]")
    dialog.get_by_label("Discovery").check()
    dialog.get_by_label("Reason").fill("Customers asked.")
    visitor.check(visitor.page)
    visitor.press("Change stage")
    expect(visitor.page.locator(".journey [aria-current=step]")).to_have_text("Discovery")
    with tenant_scope(actor):
        initiative = Initiative.objects.get()
        for stage in ("validated", "delivery"):
            initiative = change_stage(initiative, to=stage, actor=actor)
    return initiative


def _value_business_case(visitor: Visitor, worker: Worker) -> None:
    visitor.page.goto("/acme/portfolio/business-cases/new/")
    visitor.arrive("New business case")
    visitor.choose("Initiative", NAMED)
    visitor.fill(start_month="2026-01-01", horizon_months="24")
    visitor.press("Create business case")
    visitor.arrive(TITLE)
    visitor.follow("Open sheet")
    visitor.fill(**{"l.cost0.name": "Build", "l.cost0.plan.2026-01": "1000", "l.benefit0.name": "Tickets answered"})
    visitor.fill(**{"l.benefit0.every": "200"})
    visitor.press("Save")
    expect(visitor.page.locator("#toasts")).to_contain_text("Saved.")
    visitor.page.go_back()
    expect(visitor.page.locator("#case-results")).to_contain_text("The valuation is on its way.")
    assert worker.run() == ["portfolio.value_business_case"]
    expect(visitor.page.locator("#case-results")).to_contain_text("Net present value")
    visitor.check(visitor.page)


def _win_experiment(
    visitor: Visitor,
    worker: Worker,
    owner: Actor,
    initiative: Initiative,
) -> None:
    with tenant_scope(owner):
        experiment = running_experiment(name="Reranking", initiative=initiative)
        clicks, latency = (metric_of(experiment, role) for role in (MetricRole.PRIMARY, MetricRole.GUARDRAIL))
        for key, conversions in (("control", 1000), ("treatment", 1300)):
            arm = arm_of(experiment, key)
            VariantResultFactory(variant=arm, metric=clicks, units=10_000, conversions=conversions)
            sums = {"conversions": None, "sum": 2_000_000.0, "sum_of_squares": 401_000_000.0}
            VariantResultFactory(variant=arm, metric=latency, units=10_000, **sums)
    visitor.page.goto(f"/acme/experiments/experiments/{experiment.pk}/")
    visitor.arrive("Reranking")
    visitor.follow("Stop…")
    visitor.page.locator("dialog[open]").get_by_label("Reason").fill("It has run for two weeks.")
    visitor.check(visitor.page)
    visitor.press("Stop")
    expect(visitor.page.locator("main")).to_contain_text("Stopped, and waiting for a decision")
    assert worker.run() == ["experiments.compute_readout"]
    visitor.page.reload()
    expect(visitor.page.locator("main")).to_contain_text("The figures speak for shipping")
    visitor.check(visitor.page)


def _see_refusal(visitor: Visitor, initiative: Initiative, *reasons: str) -> None:
    visitor.page.goto(f"/acme/portfolio/initiatives/{initiative.pk}/")
    visitor.arrive(TITLE)
    visitor.follow("Change stage")
    dialog = visitor.page.locator("dialog[open]")
    dialog.get_by_label("Beta").check()
    dialog.get_by_label("Reason").fill("It is time.")
    visitor.press("Change stage")
    for reason in reasons:
        expect(dialog).to_contain_text(reason)
    expect(dialog.get_by_label("Reason")).to_have_value("It is time.")
    visitor.check(visitor.page)
    visitor.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def _prepare_launch(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/acme/governance/launches/new/")
    visitor.arrive("New launch")
    visitor.choose("Initiative", NAMED)
    page.locator("[name=target_stage]").select_option(label="Beta")
    visitor.fill(
        title="Assistant to beta",
        **PLAN,
    )
    visitor.press("Create launch")
    visitor.arrive("Assistant to beta")
    page.get_by_label("Rollback rehearsed", exact=True).check()
    visitor.press("Save checklist")
    expect(page.locator("main")).to_contain_text("2 of 2 pass")
    visitor.press("Request approval")
    visitor.arrive("Assistant to beta")


def _approve(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/acme/governance/inbox/")
    visitor.check(page)
    page.locator("main").get_by_role("link", name="Assistant to beta").first.click()
    visitor.check(page)
    page.get_by_label("Reason").fill("The evidence is good.")
    visitor.press("Approve")
    expect(page.locator("main")).to_contain_text("The evidence is good.")
    visitor.check(page)


def _go_beta(visitor: Visitor, initiative: Initiative) -> None:
    visitor.page.goto(f"/acme/portfolio/initiatives/{initiative.pk}/")
    visitor.follow("Change stage")
    dialog = visitor.page.locator("dialog[open]")
    dialog.get_by_label("Beta").check()
    visitor.press("Change stage")
    expect(visitor.page.locator(".journey [aria-current=step]")).to_have_text("Beta")
    visitor.check(visitor.page)


def _read_ledger(visitor: Visitor) -> None:
    visitor.page.goto("/acme/settings/audit/")
    visitor.arrive("Audit ledger")
    for told in (
        "launch launched",
        "initiative stage changed",
        "approval used",
        "approval approved",
        "The evidence is good.",
    ):
        expect(visitor.page.locator("main")).to_contain_text(told, ignore_case=True)
