"""Filters of scenarios and the changes in them."""

from roadmap.models import Scenario, ScenarioChange
from tenancy.filters import TenantFilterSet


class ScenarioFilterSet(TenantFilterSet):
    """Scenarios by roadmap and by how far they have come."""

    class Meta:
        model = Scenario
        fields = ["roadmap", "status"]


class ScenarioChangeFilterSet(TenantFilterSet):
    """Changes by scenario and item."""

    class Meta:
        model = ScenarioChange
        fields = ["scenario", "item", "field"]
