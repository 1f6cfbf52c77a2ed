"""Re-staffing in tests: a draft that says what an item shall need, and what came of it."""

from roadmap.models import ResourceDemand
from roadmap.services.scenario_decisions import approve_scenario
from roadmap.services.scenario_demands import plan_demand
from roadmap.services.scenarios import submit_scenario
from tenancy.scope import tenant_scope
from tests.factories.roadmap_capacity import ResourceFactory

ONE = {"low": "1.000", "likely": "1.000", "high": "1.000"}
TWO = {"low": "2.000", "likely": "2.000", "high": "2.000"}
PLAIN = {"profile": "flat", "custom_shares": [], "note": ""}


def restaff(staffed, author, **values):
    return plan_demand(staffed.scenario, staffed.item, demand=staffed.demand.pk, values=values, actor=author)


def add(staffed, author, **values):
    other = ResourceFactory(name="Labellers")
    return other, plan_demand(
        staffed.scenario, staffed.item, resource=other, values={"likely": 3, **values}, actor=author
    )


def submitted(staffed, author):
    return submit_scenario(staffed.scenario, actor=author)


def approved(staffed, author, director, **how):
    submitted(staffed, author)
    with tenant_scope(director):
        return approve_scenario(staffed.scenario, actor=director, **how)


def live(staffed):
    """(team, low, likely, high) of what the item needs, by resource."""
    rows = ResourceDemand.objects.filter(item=staffed.item)
    return {row.resource.name: (row.team_id, row.low, row.likely, row.high) for row in rows.select_related("resource")}


def change_live(staffed, **values):
    ResourceDemand.objects.filter(pk=staffed.demand.pk).update(**values)
