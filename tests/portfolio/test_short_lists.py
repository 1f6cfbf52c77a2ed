"""What belongs to one record, on its page: ten rows read, and a link to the list that holds all of them."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.web.short_lists import ROWS_SHOWN, ShortList
from portfolio.models import BusinessCase
from tenancy.scope import tenant_scope
from tests.factories.collaboration import DocumentFactory
from tests.factories.experiments import ExperimentFactory, ExperimentMetricFactory, MetricFactory
from tests.factories.governance import LaunchFactory
from tests.factories.portfolio import BusinessCaseFactory, InitiativeFactory, KpiFactory, ThemeFactory
from tests.factories.portfolio_audience import (
    CapabilityDependencyFactory,
    CapabilityFactory,
    CapabilityInitiativeFactory,
    FeedbackFactory,
    FeedbackLinkFactory,
    StakeholderFactory,
)
from tests.factories.portfolio_objectives import ObjectiveFactory, ObjectiveInitiativeFactory
from tests.factories.portfolio_scoring import ScoringModelFactory, ScoringRoundFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory
from tests.factories.roadmap_schedule import MilestoneGateFactory, ReleaseFactory

INITIATIVE, CAPABILITY, ITEM = "portfolio/initiatives", "portfolio/capabilities", "roadmap/items"


def add_revision(initiative) -> None:
    revision = BusinessCase.objects.filter(initiative=initiative).count() + 1
    BusinessCaseFactory(initiative=initiative, revision=revision, is_current=False)


# Of the whole page; an item with dependencies asks for the calendars they count by.
QUERIES = {
    INITIATIVE: 29,
    CAPABILITY: 11,
    ITEM: 12,
    "demands": 11,
    "portfolio/themes": 10,
    "portfolio/objectives": 11,
    "portfolio/feedback": 9,
    "portfolio/scoring-models": 12,
    "roadmap/milestones": 10,
    "roadmap/releases": 10,
    "experiments/metrics": 9,
}

LISTS = {
    "cases": (INITIATIVE, InitiativeFactory, add_revision),
    "kpis": (INITIATIVE, InitiativeFactory, lambda one: KpiFactory(initiative=one)),
    "children": (INITIATIVE, InitiativeFactory, lambda one: InitiativeFactory(parent=one, portfolio=one.portfolio)),
    "documents": (INITIATIVE, InitiativeFactory, lambda one: DocumentFactory(target_id=one.pk)),
    "stakeholders": (INITIATIVE, InitiativeFactory, lambda one: StakeholderFactory(initiative=one)),
    "capabilities": (INITIATIVE, InitiativeFactory, lambda one: CapabilityInitiativeFactory(initiative=one)),
    "experiments": (INITIATIVE, InitiativeFactory, lambda one: ExperimentFactory(initiative=one)),
    "launches": (INITIATIVE, InitiativeFactory, lambda one: LaunchFactory(initiative=one, status="cancelled")),
    "items": (INITIATIVE, InitiativeFactory, lambda one: RoadmapItemFactory(initiative=one)),
    "milestones": (INITIATIVE, InitiativeFactory, lambda one: MilestoneFactory(initiative=one)),
    "theme": ("portfolio/themes", ThemeFactory, lambda one: InitiativeFactory(theme=one)),
    "objective": ("portfolio/objectives", ObjectiveFactory, lambda one: ObjectiveInitiativeFactory(objective=one)),
    "feedback": ("portfolio/feedback", FeedbackFactory, lambda one: FeedbackLinkFactory(feedback=one)),
    "builders": (CAPABILITY, CapabilityFactory, lambda one: CapabilityInitiativeFactory(capability=one)),
    "below": (CAPABILITY, CapabilityFactory, lambda one: CapabilityDependencyFactory(consumer=one)),
    "above": (CAPABILITY, CapabilityFactory, lambda one: CapabilityDependencyFactory(provider=one)),
    "waits for": (ITEM, RoadmapItemFactory, lambda one: DependencyFactory(successor=one)),
    "holds back": (ITEM, RoadmapItemFactory, lambda one: DependencyFactory(predecessor=one)),
    "demands": (ITEM, RoadmapItemFactory, lambda one: ResourceDemandFactory(item=one)),
    "gates": ("roadmap/milestones", MilestoneFactory, lambda one: MilestoneGateFactory(milestone=one)),
    "release": (
        "roadmap/releases",
        ReleaseFactory,
        lambda one: RoadmapItemFactory(release=one, roadmap=one.roadmap),
    ),
    "release milestones": (
        "roadmap/releases",
        ReleaseFactory,
        lambda one: MilestoneFactory(release=one, roadmap=one.roadmap),
    ),
    "rounds": ("portfolio/scoring-models", ScoringModelFactory, lambda one: ScoringRoundFactory(model=one)),
    "metric": ("experiments/metrics", MetricFactory, lambda one: ExperimentMetricFactory(metric=one)),
}


def lists_of(page) -> list[ShortList]:
    panels = [panel["context"].values() for panel in page.context["shown_panels"]]
    return [value for values in panels for value in values if isinstance(value, ShortList)]


@pytest.mark.parametrize("name", LISTS)
def test_more_than_ten_rows_lead_to_the_list_of_all(client_for, owner, name):
    path, make, add = LISTS[name]
    with tenant_scope(owner):
        record, other = make(), make()
        add(other)
        for _ in range(ROWS_SHOWN):
            add(record)
    client = client_for(owner)
    address = f"/acme/{path}/{record.pk}/"

    assert "Show all" not in client.get(address).content.decode()
    with tenant_scope(owner):
        for _ in range(20):
            add(record)
    page = client.get(address)
    (url,) = re.findall(r'<a href="([^"]+)">Show all 30</a>', page.content.decode())
    assert [len(rows) for rows in lists_of(page) if rows.total == 30] == [ROWS_SHOWN]
    assert client.get(unescape(url)).context["page"].total == 30


@pytest.mark.parametrize("name", LISTS)
def test_page_asks_the_same_of_the_database_for_any_number_of_rows(client_for, owner, name):
    path, make, add = LISTS[name]
    with tenant_scope(owner):
        record = make()
    client = client_for(owner)
    counts = []
    for more in (1, 2, 27):
        with tenant_scope(owner):
            for _ in range(more):
                add(record)
        client.get(f"/acme/{path}/{record.pk}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/acme/{path}/{record.pk}/")
        counts.append(len(asked))

    assert counts == [QUERIES[name if name in QUERIES else path]] * 3
