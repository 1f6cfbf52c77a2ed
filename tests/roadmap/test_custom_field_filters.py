"""Items filtered by the custom fields of their initiatives: pages, data, views, files, public links and REST."""

import csv
import io
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collaboration.enums import FieldType
from collaboration.models import SavedView
from collaboration.services.custom_fields import archive_custom_field
from roadmap.enums import Audience
from roadmap.models import PublicLink, RoadmapExport
from roadmap.services.public_links import create_public_link
from roadmap.services.roadmap_exports import file_of
from roadmap.web.published_filters import filtered_items
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.collaboration import CustomFieldFactory
from tests.factories.portfolio import InitiativeFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.roadmap.pages import url
from tests.roadmap.queries import own_queries
from tests.web_client import client_of

RISK = [{"key": "low", "label": "Low"}, {"key": "high", "label": "High"}]


@pytest.fixture
def fields(owner):
    """A class of risk, a cost, a day and a sponsor for initiatives."""
    with tenant_scope(owner):
        return {
            "risk": CustomFieldFactory(key="risk", label="Risk", type=FieldType.CHOICE, choices=RISK),
            "cost": CustomFieldFactory(key="cost", label="Cost", type=FieldType.DECIMAL),
            "review_on": CustomFieldFactory(key="review_on", label="Review", type=FieldType.DATE),
            "sponsor": CustomFieldFactory(key="sponsor", label="Sponsor", type=FieldType.PERSON),
        }


@pytest.fixture
def roadmap(owner, fields):
    """Data with high risk and cost 10, Model with low risk and cost 20, and Ideas of no initiative."""
    with tenant_scope(owner):
        plan = RoadmapFactory(name="AI platform")
        sponsor = str(Membership.objects.get(user=owner.user).pk)
        held = {
            "Data": {"risk": "high", "cost": "10", "review_on": "2026-03-01", "sponsor": sponsor},
            "Model": {"risk": "low", "cost": "20", "review_on": "2026-04-01"},
        }
        for title, values in held.items():
            RoadmapItemFactory(roadmap=plan, title=title, initiative=InitiativeFactory(custom_fields=values))
        RoadmapItemFactory(roadmap=plan, title="Ideas")
    return plan


@contextmanager
def definitions_read():
    """Yields a function that says how many queries so far read definitions of custom fields."""
    with CaptureQueriesContext(connection) as captured:
        yield lambda: sum("collaboration_customfield" in query["sql"] for query in captured.captured_queries)


def titles(page):
    return [title for title in ("Data", "Model", "Ideas") if title in page]


@pytest.mark.parametrize("display", ["table", "horizons", "kanban", "calendar"])
def test_every_display_is_narrowed_and_says_by_what(owner, roadmap, display):
    page = client_of(owner).get(url("roadmap_detail", pk=roadmap.pk), {"display": display, "cf_risk": "high"})

    text = page.content.decode()
    assert "Model" not in text
    assert [(chip.label, chip.text) for chip in page.context["plan"].chips] == [("Risk", "High")]


def test_the_filter_form_offers_the_fields_and_the_data_is_narrowed(owner, roadmap):
    client = client_of(owner)
    form = client.get(url("roadmap_filters", pk=roadmap.pk), {"cf_cost_min": "15"}).content.decode()
    data = client.get(url("roadmap_timeline", pk=roadmap.pk), {"cf_cost_min": "15"}).json()

    assert 'name="cf_cost_min" value="15"' in form
    assert "cf_sponsor" in form
    assert [row[1] for row in data["items"]] == ["Model"]


@pytest.mark.parametrize("name", ["roadmap_detail", "roadmap_timeline"])
def test_a_page_reads_the_definitions_once(owner, roadmap, name):
    client = client_of(owner)
    query = {"cf_risk": "high", "group": "cf_risk", "display": "table"}
    client.get(url(name, pk=roadmap.pk), query)

    with definitions_read() as count_reads:
        client.get(url(name, pk=roadmap.pk), query)

    assert count_reads() == 1


def test_a_link_made_of_a_page_keeps_the_ends_of_ranges(owner, roadmap):
    settings = {"name": "L", "kind": "page", "audience": "full", "grouping": "none", "allowed_fields": ["status"]}

    client_of(owner).post(f"{url('roadmap_publish', pk=roadmap.pk)}?cf_cost_min=15&cf_cost_max=&zoom=week", settings)

    with tenant_scope(owner):
        assert PublicLink.objects.get().filters == {"cf_cost_min": ["15"]}


@pytest.mark.parametrize("query", [{"cf_risk": "severe"}, {"cf_cost_min": "much"}, {"cf_gone": "x"}])
def test_a_wrong_or_unknown_value_is_no_error_of_the_page(owner, roadmap, query):
    for display in ("table", "timeline", "graph"):
        response = client_of(owner).get(url("roadmap_detail", pk=roadmap.pk), {"display": display, **query})
        assert response.status_code == 200


def test_what_was_not_understood_is_said_and_the_other_filters_hold(owner, roadmap):
    query = {"display": "table", "cf_cost_min": "much", "theme": "x", "cf_risk": "high"}
    page = client_of(owner).get(url("roadmap_detail", pk=roadmap.pk), query)

    chips = [(chip.label, chip.text, chip.is_ignored) for chip in page.context["plan"].chips]
    assert titles(page.content.decode()) == ["Data"]
    assert chips == [
        ("Risk", "High", False),
        ("Theme", "not understood", True),
        ("Cost", "not understood", True),
    ]
    settings = {"name": "L", "kind": "page", "audience": "full", "grouping": "none", "allowed_fields": ["status"]}
    client_of(owner).post(f"{url('roadmap_publish', pk=roadmap.pk)}?theme=x&cf_cost_min=much&cf_risk=high", settings)
    with tenant_scope(owner):
        assert PublicLink.objects.get().filters == {"cf_risk": ["high"]}


def test_the_list_of_items_is_narrowed_too(owner, roadmap):
    response = client_of(owner).get(url("roadmap_item_list"), {"cf_risk": ["low", "high"]})
    assert sorted(row.label for row in response.context["page"].rows) == ["Data", "Model"]


def test_a_view_keeps_it_and_a_file_holds_what_it_leaves(owner, roadmap):
    client = client_of(owner)
    client.post(url("roadmap_save_view", pk=roadmap.pk), {"name": "Risky", "query": "display=table&cf_risk=high"})
    with tenant_scope(owner):
        view = SavedView.objects.get()
    assert view.query["cf_risk"] == ["high"]
    shown = client.get(url("roadmap_detail", pk=roadmap.pk), {**view.query, "view": view.pk})
    assert titles(shown.content.decode()) == ["Data"]

    client.post(f"{url('roadmap_file', pk=roadmap.pk)}?cf_risk=high", {"file_format": "csv"})

    with tenant_scope(owner):
        export = RoadmapExport.objects.get()
        rows = list(csv.DictReader(io.StringIO(file_of(export).content.decode("utf-8-sig"))))
    assert [row["Title"] for row in rows] == ["Data"]
    assert export.filter_text == "Risk: High"


def test_a_public_link_is_narrowed_and_shows_nothing_once_the_field_is_gone(owner, roadmap, fields):
    with tenant_scope(owner):
        link, _ = create_public_link(
            roadmap=roadmap, actor=owner, name="L", audience=Audience.FULL, filters={"cf_risk": ["high"]}
        )

        def told(**filters):
            found = filtered_items(filters, roadmap_id=roadmap.pk, reader=owner)
            return sorted(found.values_list("title", flat=True))

        assert told(**link.filters) == ["Data"]
        assert told(cf_cost_max=["15"]) == ["Data"]
        assert told(cf_risk_class=["high"]) == []
        archive_custom_field(fields["risk"], actor=owner)
        assert told(**link.filters) == []


class TestRest:
    @pytest.fixture
    def listed(self, api_client, owner, roadmap):
        client = api_client(owner)

        def ask(**query):
            response = client.get("roadmap-items/", query)
            return response.status_code, [row["title"] for row in response.json().get("results", ())]

        return ask

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"cf_risk": "high"}, ["Data"]),
            ({"cf_cost_min": "15"}, ["Model"]),
            ({"cf_review_on_before": "2026-03-15"}, ["Data"]),
            ({"cf_risk": ["low", "high"], "ordering": "-cf_cost"}, ["Model", "Data"]),
        ],
    )
    def test_items_are_narrowed_and_ordered(self, listed, query, found):
        assert listed(**query) == (200, found)

    def test_items_are_narrowed_by_person(self, listed, owner):
        with tenant_scope(owner):
            sponsor = Membership.objects.get(user=owner.user).pk
        assert listed(cf_sponsor=str(sponsor)) == (200, ["Data"])

    @pytest.mark.parametrize("query", [{"cf_gone": "x"}, {"cf_risk": "severe"}, {"cf_cost": "10"}])
    def test_bad_questions_are_refused(self, listed, query):
        assert listed(**query)[0] == 400

    @pytest.mark.parametrize("count", [1, 3, 30])
    def test_a_narrowed_list_costs_one_query_more(self, api_client, owner, roadmap, count):
        with tenant_scope(owner):
            for _ in range(count):
                RoadmapItemFactory(roadmap=roadmap, initiative=InitiativeFactory(custom_fields={"risk": "high"}))
        client = api_client(owner)
        query = {"cf_risk": "high", "page_size": "50"}
        client.get("roadmap-items/", query)

        with own_queries() as count_queries, definitions_read() as count_reads:
            rows = client.get("roadmap-items/", query).json()["results"]

        assert (len(rows), count_queries(), count_reads()) == (count + 1, 1, 1)
