"""What belongs to one record, on its page: ten rows read, and a link to the list that holds all of them."""

import re
from html import unescape

import pytest

from tenancy.scope import tenant_scope
from tests.factories.collaboration import DocumentFactory
from tests.factories.experiments import ExperimentFactory, ExperimentMetricFactory, MetricFactory
from tests.factories.governance import LaunchFactory
from tests.factories.portfolio import InitiativeFactory, KpiFactory, ThemeFactory
from tests.factories.portfolio_audience import (
    CapabilityDependencyFactory,
    CapabilityFactory,
    CapabilityInitiativeFactory,
    FeedbackFactory,
    FeedbackLinkFactory,
    StakeholderFactory,
)
from tests.factories.portfolio_objectives import ObjectiveFactory, ObjectiveInitiativeFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory
from tests.factories.roadmap_schedule import MilestoneGateFactory, ReleaseFactory

INITIATIVE, CAPABILITY, ITEM = "portfolio/initiatives", "portfolio/capabilities", "roadmap/items"

LISTS = {
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
    "metric": ("experiments/metrics", MetricFactory, lambda one: ExperimentMetricFactory(metric=one)),
}


@pytest.mark.parametrize("name", LISTS)
def test_more_than_ten_rows_lead_to_the_list_of_all(client_for, owner, name):
    path, make, add = LISTS[name]
    with tenant_scope(owner):
        record, other = make(), make()
        add(other)
        for _ in range(10):
            add(record)
    client = client_for(owner)
    address = f"/acme/{path}/{record.pk}/"

    assert "Show all" not in client.get(address).content.decode()
    with tenant_scope(owner):
        for _ in range(2):
            add(record)
    (url,) = re.findall(r'<a href="([^"]+)">Show all 12</a>', client.get(address).content.decode())
    assert client.get(unescape(url)).context["page"].total == 12
