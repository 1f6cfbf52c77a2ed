"""The lanes of a plan: the table and every file put items into the same ones, in the same order."""

import re

import pytest

from collaboration.enums import FieldType
from core.errors import InvalidInputError
from portfolio.models import ObjectiveInitiative
from roadmap.models import Release, RoadmapExport
from roadmap.selectors.groupings import Lanes, lanes_named
from roadmap.services.roadmap_exports import file_of, request_export
from tenancy.scope import tenant_scope
from tests.factories.collaboration import CustomFieldFactory
from tests.factories.portfolio import InitiativeFactory, ThemeFactory
from tests.factories.portfolio_objectives import ObjectiveFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory
from tests.roadmap.pages import url
from tests.web_client import client_of

RISK = [{"key": "b_low", "label": "Low"}, {"key": "a_high", "label": "High"}]
LANES = {
    "team": ["Data", "Search", "No team"],
    "theme": ["Data", "Search", "No theme"],
    "objective": ["Data", "Search", "No objective"],
    "stage": ["Idea", "Beta", "No initiative"],
    "release": ["Data", "Search", "No release"],
    "lane": ["Data", "Search", "No lane"],
    "cf_product": ["Data", "Search", "Not set"],
    "cf_risk": ["Low", "High", "Not set"],
}


@pytest.fixture
def roadmap(owner):
    """One item for Search, one for Data, and one that hangs on nothing."""
    with tenant_scope(owner):
        CustomFieldFactory(key="product", label="Product", type=FieldType.TEXT)
        CustomFieldFactory(key="risk", label="Risk", type=FieldType.CHOICE, choices=RISK)
        CustomFieldFactory(key="cost", label="Cost", type=FieldType.DECIMAL)
        plan = RoadmapFactory(name="Assistant")
        for name, stage, risk in (("Search", "idea", "b_low"), ("Data", "beta", "a_high")):
            initiative = InitiativeFactory(
                theme=ThemeFactory(name=name), stage=stage, custom_fields={"product": name, "risk": risk}
            )
            ObjectiveInitiative.objects.create(objective=ObjectiveFactory(title=name), initiative=initiative)
            release = Release.objects.create(roadmap=plan, name=name)
            RoadmapItemFactory(
                roadmap=plan, initiative=initiative, release=release, lane=name, owning_team=TeamFactory(name=name)
            )
        RoadmapItemFactory(roadmap=plan, lane="", owning_team=None)
    return plan


@pytest.mark.parametrize("grouping", LANES)
def test_the_table_and_a_file_have_the_same_lanes(owner, roadmap, grouping):
    client = client_of(owner)
    table = client.get(url("roadmap_detail", pk=roadmap.pk), {"display": "table", "group": grouping})
    client.post(f"{url('roadmap_file', pk=roadmap.pk)}?group={grouping}", {"file_format": "md"})

    with tenant_scope(owner):
        text = file_of(RoadmapExport.objects.get()).content.decode()
    assert [label for label, _ in table.context["lanes"]] == LANES[grouping]
    headings = re.findall("^## (.+)$", text, re.MULTILINE)
    assert [heading for heading in headings if heading in LANES[grouping]] == LANES[grouping]


def test_a_file_has_no_lanes_when_none_are_wanted(owner, roadmap):
    with tenant_scope(owner):
        text = file_of(request_export(roadmap=roadmap, file_format="md", actor=owner, grouping="none")).content.decode()
    assert not {"Data", "Search", "No team"} & set(re.findall("^## (.+)$", text, re.MULTILINE))


@pytest.mark.parametrize("grouping", ["cf_cost", "cf_gone", "owner", ""])
def test_what_is_no_lane_is_refused(owner, roadmap, api_client, grouping):
    with tenant_scope(owner), pytest.raises(InvalidInputError):
        request_export(roadmap=roadmap, file_format="md", actor=owner, grouping=grouping)
    body = {"roadmap": str(roadmap.pk), "file_format": "md", "grouping": grouping}
    assert api_client(owner).post("roadmap-exports/", body).status_code == 400


def test_rest_groups_a_file_by_a_custom_field(owner, roadmap, api_client):
    body = {"roadmap": str(roadmap.pk), "file_format": "md", "grouping": "cf_risk"}
    made = api_client(owner).post("roadmap-exports/", body)
    assert (made.status_code, made.json()["grouping"]) == (201, "cf_risk")


def test_lanes_without_words_are_sorted_by_name_and_blanks_are_none():
    lanes = Lanes("lane", "Lane")
    assert lanes.split(["b", None, " ", "A", "b"], lambda value: value) == [
        ("A", ["A"]),
        ("b", ["b", "b"]),
        ("No lane", [None, " "]),
    ]
    assert lanes_named("none", ()) is None
