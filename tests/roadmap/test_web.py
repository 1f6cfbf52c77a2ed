"""Screens of the roadmap: the timeline and its data, lists, forms, panels, search."""

from datetime import date

import pytest
from django.urls import reverse

from core.web.palette import search
from portfolio.hooks import initiative_panels
from roadmap.models import Dependency, RoadmapItem
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory
from tests.factories.roadmap import (
    DependencyFactory,
    MilestoneFactory,
    RoadmapFactory,
    RoadmapItemFactory,
    fill_roadmap,
)
from tests.roadmap.pages import url
from tests.roadmap.queries import warm_queries


@pytest.mark.parametrize(
    ("name", "cost"),
    [("roadmap_list", 3), ("roadmap_item_list", 7), ("milestone_list", 3), ("dependency_list", 3)],
)
@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(client, owner, roadmap, name, cost, count):
    with tenant_scope(owner):
        fill_roadmap(roadmap, count)
        RoadmapFactory.create_batch(count)

    assert warm_queries(client, url(name)) == cost


def test_a_roadmap_with_unscheduled_items_only_has_a_plan_and_no_dates(client, owner, roadmap):
    with tenant_scope(owner):
        RoadmapItemFactory(roadmap=roadmap, start_on=None, end_on=None)

    page = client.get(url("roadmap_detail", pk=roadmap.pk))
    rows = client.get(url("roadmap_list")).context["page"].rows

    assert page.context["is_empty"] is False
    assert [(row.obj.item_count, row.obj.first_on, row.obj.last_on) for row in rows] == [(1, None, None)]


def test_a_roadmaps_last_day_is_that_of_its_scheduled_items(client, owner, roadmap):
    with tenant_scope(owner):
        RoadmapItemFactory(roadmap=roadmap)
        RoadmapItemFactory(roadmap=roadmap, start_on=None, end_on=None)

    row = client.get(url("roadmap_list")).context["page"].rows[0]

    assert (row.obj.item_count, row.obj.first_on, row.obj.last_on) == (2, date(2026, 3, 2), date(2026, 3, 27))


def test_the_item_list_is_filtered_sorted_and_exported_with_unscheduled_items(client, owner, roadmap):
    with tenant_scope(owner):
        RoadmapItemFactory(roadmap=roadmap, title="Data")
        RoadmapItemFactory(roadmap=roadmap, title="Some day", start_on=None, end_on=None)

    def titles(**query):
        return [row.label for row in client.get(url("roadmap_item_list"), query).context["page"].rows]

    export = b"".join(client.get(url("roadmap_item_list") + "export.csv")).decode().splitlines()

    assert titles(is_scheduled="false") == ["Some day"]
    assert titles(is_scheduled="true") == ["Data"]
    assert titles(sort="start_on") == titles(sort="-start_on") == ["Data", "Some day"]
    assert [line.split(",")[:5] for line in export[1:]] == [
        ["Data", "AI platform", "Planned", "2026-03-02", "2026-03-27"],
        ["Some day", "AI platform", "Planned", "", ""],
    ]


def test_an_item_is_created_by_form_and_a_wrong_end_keeps_what_was_typed(client, owner, roadmap):
    typed = {
        "title": "Ranking",
        "roadmap": str(roadmap.pk),
        "start_on": "2026-05-01",
        "end_on": "2026-04-01",
        "status": "planned",
        "position": "0",
    }

    refused = client.post(url("roadmap_item_create"), typed)
    created = client.post(url("roadmap_item_create"), {**typed, "end_on": "2026-05-31"})

    assert refused.status_code == 422
    assert refused.context["form"].errors == {"end_on": ["The end must not lie before the start."]}
    assert 'value="Ranking"' in refused.content.decode()
    assert created.status_code == 303
    with tenant_scope(owner):
        assert RoadmapItem.objects.values_list("title", "end_on").get() == ("Ranking", date(2026, 5, 31))


def test_the_form_names_the_missing_date_and_takes_none_at_all(client, owner, roadmap):
    with tenant_scope(owner):
        item = RoadmapItemFactory(roadmap=roadmap, title="Ranking")
    address = url("roadmap_item_edit", pk=item.pk)
    typed = {"title": "Ranking", "roadmap": str(roadmap.pk), "status": "planned", "position": "0", "version": "1"}

    half = client.post(address, {**typed, "start_on": "2026-05-01", "end_on": ""})
    unreadable = client.post(address, {**typed, "start_on": "soon", "end_on": "2026-05-31"})
    none = client.post(address, {**typed, "start_on": "", "end_on": ""})

    assert (half.status_code, half.context["form"].errors) == (
        422,
        {"end_on": ["The end is missing: give it too, or take the start away."]},
    )
    assert (unreadable.status_code, unreadable.context["form"].errors) == (422, {"start_on": ["Enter a valid date."]})
    assert none.status_code == 303
    with tenant_scope(owner):
        assert RoadmapItem.objects.values_list("start_on", "end_on").get() == (None, None)


def test_pages_beside_the_timeline_say_unscheduled(client, owner, roadmap):
    with tenant_scope(owner):
        initiative = InitiativeFactory()
        item = RoadmapItemFactory(roadmap=roadmap, title="Ranking", initiative=initiative, start_on=None, end_on=None)
        hits = [hit.sublabel for group in search(owner, "ranking", 5) for hit in group.hits]

    choices = client.get("/acme/-/choices/roadmap_item/?q=rank").content.decode()
    detail = client.get(url("roadmap_item_detail", pk=item.pk))
    when = client.get(reverse("portfolio:initiative_detail", kwargs={"organization": "acme", "pk": initiative.pk}))

    assert hits == ["AI platform · unscheduled"]
    assert "<span>Ranking</span><small>AI platform · unscheduled</small>" in choices
    assert detail.status_code == 200
    assert "<p>Unscheduled on <a" in when.content.decode()


def test_the_form_says_which_items_a_dependency_would_tie_into_a_cycle(client, owner, roadmap):
    with tenant_scope(owner):
        dependency = DependencyFactory(
            predecessor=RoadmapItemFactory(roadmap=roadmap, title="Data"),
            successor=RoadmapItemFactory(roadmap=roadmap, title="Model"),
        )

    response = client.post(
        url("dependency_create"),
        {
            "predecessor": str(dependency.successor_id),
            "successor": str(dependency.predecessor_id),
            "kind": "FS",
            "lag_days": "0",
        },
    )

    assert response.status_code == 409
    assert response.context["form"].errors["successor"][0] == "This would close a cycle: “Model” → “Data” → “Model”."
    with tenant_scope(owner):
        assert Dependency.objects.count() == 1


def test_an_items_page_says_what_it_waits_for(client, owner, roadmap):
    with tenant_scope(owner):
        data = RoadmapItemFactory(roadmap=roadmap, title="Data")
        model = RoadmapItemFactory(roadmap=roadmap, title="Model")
        DependencyFactory(predecessor=data, successor=model)

    page = client.get(url("roadmap_item_detail", pk=model.pk)).content.decode()

    assert "Waits for <a" in page
    assert "“Model” starts 20 working days too early" in page


def test_the_when_panel_of_an_initiative_lists_its_items_and_milestones(scope):
    initiative = InitiativeFactory()
    item = RoadmapItemFactory(initiative=initiative)
    milestone = MilestoneFactory(initiative=initiative)
    RoadmapItemFactory()

    panels = {title: context for title, _, context in initiative_panels.collect(initiative=initiative, actor=scope)}

    assert (panels["When"]["items"], panels["When"]["milestones"]) == ([item], [milestone])


def test_search_finds_roadmaps_and_items_of_this_organization_only(owner, stranger):
    with tenant_scope(stranger):
        RoadmapItemFactory(title="Ranking of rivals")
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="Ranking 2026")
        RoadmapItemFactory(title="Ranking model", roadmap=roadmap)

        found = {group.label: [hit.label for hit in group.hits] for group in search(owner, "ranking", 5)}

    assert (found["Roadmap"], found["Roadmap item"]) == (["Ranking 2026"], ["Ranking model"])
