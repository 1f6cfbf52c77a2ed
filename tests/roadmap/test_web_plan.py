"""A roadmap's page: its displays, the filters they share, saved views."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from collaboration.models import SavedView
from portfolio.enums import RollupScope, Stage
from portfolio.models import MoneyRollup
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, ThemeFactory
from tests.factories.roadmap import DependencyFactory, RoadmapItemFactory, fill_roadmap
from tests.roadmap.pages import DISPLAYS, page_of, url
from tests.roadmap.queries import warm_queries
from tests.web_client import client_of


@pytest.mark.parametrize(
    ("display", "cost"),
    [("timeline", 3), ("table", 6), ("horizons", 3), ("kanban", 3), ("calendar", 4), ("graph", 5), ("matrix", 4)],
)
@pytest.mark.parametrize("count", [1, 3, 30])
def test_displays_cost_the_same_for_any_number_of_items(client, owner, roadmap, count, display, cost):
    with tenant_scope(owner):
        fill_roadmap(roadmap, count)

    assert warm_queries(client, url("roadmap_detail", pk=roadmap.pk), {"display": display}) == cost


@pytest.mark.parametrize("display", DISPLAYS[1:])
def test_every_display_shows_what_the_filters_leave(client, owner, roadmap, display):
    with tenant_scope(owner):
        today = timezone.localdate()
        dates = {"start_on": today, "end_on": today + timedelta(days=5), "confidence": "0.7"}
        data = RoadmapItemFactory(roadmap=roadmap, title="Data pipeline", status="in_progress", **dates)
        model = RoadmapItemFactory(roadmap=roadmap, title="Model card", status="in_progress", **dates)
        DependencyFactory(predecessor=data, successor=model)
        other = RoadmapItemFactory(roadmap=roadmap, title="Old plan", status="done", **dates)
        DependencyFactory(predecessor=data, successor=other)

    page = page_of(client, roadmap, display=display, status="in_progress", y="confidence", x="effort")
    searched = page_of(client, roadmap, display=display, q="nothing like it", y="confidence", x="effort")

    assert ("Data pipeline" in page, "Model card" in page, "Old plan" in page) == (True, True, False)
    assert "Data pipeline" not in searched
    assert "Remove filter Text" in searched


def test_the_table_puts_items_into_lanes_and_pages(client, owner, roadmap):
    with tenant_scope(owner):
        RoadmapItemFactory.create_batch(201, roadmap=roadmap, lane="H1")
        RoadmapItemFactory(roadmap=roadmap, title="Last", lane="H2", start_on=None, end_on=None)

    first = page_of(client, roadmap, display="table", group="lane")
    second = page_of(client, roadmap, display="table", group="lane", page=2)

    assert ("<h2>H1</h2>" in first, "<h2>H2</h2>" in first) == (True, False)
    assert "Page 1 of 2, 202 items" in first
    assert "<h2>H2</h2>" in second
    assert '<td colspan="3" class="muted">Unscheduled</td>' in second


def test_the_board_offers_the_stages_an_initiative_may_go_to(client, owner, roadmap):
    with tenant_scope(owner):
        RoadmapItemFactory(roadmap=roadmap, initiative=InitiativeFactory(stage=Stage.IDEA))
        RoadmapItemFactory(roadmap=roadmap, title="Loose")

    response = client.get(url("roadmap_detail", pk=roadmap.pk), {"display": "kanban"})

    board = {column.label: (column.total, [key for key, _ in column.targets]) for column in response.context["board"]}
    assert board["No initiative"] == (1, [])
    assert board["Idea"] == (1, ["discovery", "sunset"])
    assert 'data-move-to="discovery"' in response.content.decode()


def test_a_viewer_gets_a_board_without_moves_and_a_timeline_without_drag(owner, viewer, roadmap):
    with tenant_scope(owner):
        item = RoadmapItemFactory(roadmap=roadmap, initiative=InitiativeFactory())
    client = client_of(viewer)

    board, timeline, table = (page_of(client, roadmap, display=display) for display in ("kanban", "timeline", "table"))

    assert "data-move-to" not in board
    assert 'data-may-move="false"' in timeline
    assert "data-undo" not in timeline
    assert url("roadmap_item_detail", pk=item.pk) in table
    assert url("roadmap_item_edit", pk=item.pk) not in table


def test_each_column_of_now_next_later_says_where_its_cards_may_go(client, owner, viewer, roadmap):
    with tenant_scope(owner):
        RoadmapItemFactory(roadmap=roadmap, title="Ideas", start_on=None, end_on=None)

    response = client.get(url("roadmap_detail", pk=roadmap.pk), {"display": "horizons"})

    board = {column.key: (column.total, [key for key, _ in column.targets]) for column in response.context["board"]}
    assert list(board) == ["now", "next", "later", "undated", "done"]
    assert board["undated"] == (1, ["now", "next", "later", "done"])
    assert 'data-move-to="next"' in response.content.decode()
    assert "data-move-to" not in page_of(client_of(viewer), roadmap, display="horizons")


def test_the_graph_shows_items_without_dependencies_when_asked(client, owner, roadmap):
    with tenant_scope(owner):
        data, model, _ = (RoadmapItemFactory(roadmap=roadmap, title=title) for title in ("Data", "Model", "Ideas"))
        DependencyFactory(predecessor=data, successor=model)

    linked, everything = (
        client.get(url("roadmap_detail", pk=roadmap.pk), {"display": "graph", **query}).context["picture"]
        for query in ({}, {"alone": "1"})
    )

    assert ([box.row.title for box in linked.boxes], linked.alone) == (["Data", "Model"], 1)
    assert [box.row.title for box in everything.boxes] == ["Data", "Model", "Ideas"]
    assert everything.boxes[2].y > max(box.y for box in linked.boxes)
    assert (everything.lines, everything.hidden) == (linked.lines, 0)


def test_the_graph_says_kind_lag_and_strength_of_a_dependency(client, owner, roadmap):
    with tenant_scope(owner):
        data, model, ideas = (RoadmapItemFactory(roadmap=roadmap, title=title) for title in ("Data", "Model", "Ideas"))
        DependencyFactory(predecessor=data, successor=model)
        eased = DependencyFactory(predecessor=data, successor=ideas, kind="SF", lag_days=-3, strength="soft")

    response = client.get(url("roadmap_detail", pk=roadmap.pk), {"display": "graph"})

    labels = {line.dependency.successor.title: line.label for line in response.context["picture"].lines}
    assert labels == {"Model": "", "Ideas": "SF \N{MINUS SIGN}3"}
    page = response.content.decode()
    assert f'href="{url("dependency_detail", pk=eased.pk)}"' in page
    assert "Ideas waits for Data, start to finish, 3 working days lead, soft" in page


def test_the_matrix_divides_at_the_medians_and_counts_what_has_no_figure(client, owner, roadmap):
    with tenant_scope(owner):
        for npv in (10, 30, 200):
            initiative = InitiativeFactory()
            MoneyRollup.objects.create(
                initiative=initiative, scope=RollupScope.OWN, as_of=date(2026, 6, 1), currency="EUR", npv=npv
            )
            RoadmapItemFactory(roadmap=roadmap, initiative=initiative)
        RoadmapItemFactory(roadmap=roadmap)

    response = client.get(url("roadmap_detail", pk=roadmap.pk), {"display": "matrix", "y": "value", "x": "effort"})

    matrix = response.context["matrix"]
    assert ([point.y for point in matrix.points], matrix.middle_y, matrix.unmeasured) == ([10, 30, 200], 30, 1)
    assert "Quick wins" in response.content.decode()


@pytest.mark.parametrize("month", ["2026-03", "2026-13", "x", "9999-12", "0001-01", "٢٠٢٦-03"])
def test_the_calendar_takes_any_month_and_shows_this_one_for_nonsense(client, owner, roadmap, month):
    with tenant_scope(owner):
        RoadmapItemFactory(roadmap=roadmap, title="Corpus cleaning")

    page = page_of(client, roadmap, display="calendar", month=month)

    assert ("Corpus cleaning" in page) == (month == "2026-03")


def test_unknown_words_fall_back_to_the_defaults(client, roadmap):
    query = {"group": "mood", "zoom": "decade", "display": "3d", "x": "luck", "by": "mood", "page": "x"}

    plan = client.get(url("roadmap_detail", pk=roadmap.pk), query).context["plan"]

    assert (plan.grouping, plan.zoom, plan.display) == ("team", "quarter", "timeline")


def test_strangers_get_404_from_page_and_data(stranger, roadmap):
    client = client_of(stranger)
    names = ("roadmap_detail", "roadmap_timeline", "roadmap_schedule", "roadmap_live")

    assert [client.get(url(name, pk=roadmap.pk)).status_code for name in names] == [404] * 4


def test_a_view_is_saved_with_its_display_filters_and_sharing_and_opens_by_default(client, owner, roadmap):
    address = url("roadmap_save_view", pk=roadmap.pk)
    query = "display=kanban&by=status&status=planned&group=theme"

    saved = client.post(address, {"name": "Mine", "query": query, "sharing": "public", "is_default": "on"})

    with tenant_scope(owner):
        view = SavedView.objects.get()
    assert (view.screen, view.sharing, view.is_default) == ("roadmap:roadmap_detail", "public", True)
    assert view.query == {"display": ["kanban"], "by": ["status"], "status": ["planned"], "group": ["theme"]}
    assert saved["Location"].startswith(url("roadmap_detail", pk=roadmap.pk) + "?display=kanban")
    assert client.get(url("roadmap_detail", pk=roadmap.pk)).context["plan"].display == "kanban"
    assert client.get(url("roadmap_detail", pk=roadmap.pk), {"view": "all"}).context["plan"].display == "timeline"

    client.post(address, {"intent": "delete", "key": str(view.pk)})

    with tenant_scope(owner):
        assert not SavedView.objects.exists()


def test_the_fields_of_the_filter_come_when_they_are_opened_and_hold_what_narrows(client, owner, roadmap):
    with tenant_scope(owner):
        theme = ThemeFactory(name="Trust")
        RoadmapItemFactory(roadmap=roadmap)
    query = {"theme": str(theme.pk)}

    closed = page_of(client, roadmap, **query)
    opened = page_of(client, roadmap, **query, filters="open")
    fields = client.get(url("roadmap_filters", pk=roadmap.pk), query).content.decode()

    assert f'<input type="hidden" name="theme" value="{theme.pk}">' in closed
    for text in (opened, fields):
        assert f'<option value="{theme.pk}" selected>Trust</option>' in text


def test_links_leave_out_filters_that_say_nothing(client, roadmap):
    query = {"q": "x", "status": "planned", "is_committed": "unknown", "works_from": ""}

    page = page_of(client, roadmap, **query)

    assert "?q=x&amp;status=planned&amp;display=table" in page
