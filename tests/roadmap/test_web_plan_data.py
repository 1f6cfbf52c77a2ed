"""The data a roadmap's script asks for: the plan, its schedule, and whether anything changed meanwhile."""

from datetime import date

import pytest

from portfolio.enums import Visibility
from portfolio.models import Initiative, ObjectiveInitiative, Portfolio
from roadmap.models import CalendarHoliday, Dependency, PlanNote, Release, RoadmapItem, WorkingCalendar
from roadmap.services import presence
from tenancy.scope import tenant_scope
from tests.factories.collaboration import CustomFieldFactory
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory, ThemeFactory
from tests.factories.portfolio_objectives import ObjectiveFactory
from tests.factories.roadmap import (
    DependencyFactory,
    MilestoneFactory,
    RoadmapFactory,
    RoadmapItemFactory,
    fill_roadmap,
)
from tests.factories.roadmap_schedule import (
    CalendarHolidayFactory,
    MilestoneGateFactory,
    TeamCalendarFactory,
    WorkingCalendarFactory,
)
from tests.factories.tenancy import TeamFactory
from tests.roadmap.pages import DISPLAYS, page_of, url
from tests.roadmap.queries import warm_queries
from tests.web_client import client_of


@pytest.fixture
def read(client, roadmap):
    """read(**query): the plan's data, rows as dictionaries by kind."""

    def read_data(asked=client, **query):
        body = asked.get(url("roadmap_timeline", pk=roadmap.pk), query).json()
        return {
            kind: [dict(zip(columns, row, strict=True)) for row in body[kind]]
            for kind, columns in body["columns"].items()
        }

    return read_data


@pytest.mark.parametrize(("name", "cost"), [("roadmap_timeline", 5), ("roadmap_live", 1)])
@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_data_costs_the_same_for_any_number_of_items(client, owner, roadmap, count, name, cost):
    with tenant_scope(owner):
        fill_roadmap(roadmap, count)

    assert warm_queries(client, url(name, pk=roadmap.pk)) == cost


def test_data_holds_items_with_what_they_hang_on(read, owner, roadmap):
    with tenant_scope(owner):
        team, theme = TeamFactory(name="Search"), ThemeFactory(name="Quality")
        initiative = InitiativeFactory(key="AI-7", theme=theme, owning_team=team)
        item = RoadmapItemFactory(roadmap=roadmap, title="Data", initiative=initiative, lane="H1", confidence="0.5")

    assert read()["items"] == [
        {
            "id": str(item.pk),
            "title": "Data",
            "start_on": "2026-03-02",
            "end_on": "2026-03-27",
            "status": "planned",
            "kind": "work",
            "date_precision": "day",
            "scheduling": "automatic",
            "is_committed": False,
            "confidence_share": 0.5,
            "progress_share": 0.0,
            "version": 1,
            "lane": "H1",
            "team": "Search",
            "key": "AI-7",
            "stage": "idea",
            "theme": "Quality",
            "release": None,
            "group": None,
        }
    ]


def test_data_pins_milestones_releases_risks_and_decisions_to_their_dates(read, owner, roadmap):
    with tenant_scope(owner):
        item = RoadmapItemFactory(roadmap=roadmap)
        MilestoneFactory(roadmap=roadmap, title="Beta", kind="beta", due_on=date(2026, 5, 1))
        Release.objects.create(roadmap=roadmap, name="Assist", version_label="2.0", ga_on=date(2026, 6, 1))
        PlanNote.objects.create(roadmap=roadmap, item=item, kind="risk", title="GPUs late", on=date(2026, 4, 1))

    marks = [(row["type"], row["title"], row["on"], row["kind"], row["item"]) for row in read()["marks"]]

    assert marks == [
        ("note", "GPUs late", "2026-04-01", "risk", str(item.pk)),
        ("milestone", "Beta", "2026-05-01", "beta", None),
        ("release", "Assist 2.0", "2026-06-01", "ga", None),
    ]


def test_data_names_the_ends_that_lie_on_other_roadmaps(read, owner, roadmap):
    with tenant_scope(owner):
        item = RoadmapItemFactory(roadmap=roadmap)
        elsewhere = RoadmapItemFactory(roadmap=RoadmapFactory(name="Platform"), title="Gateway")
        DependencyFactory(predecessor=elsewhere, successor=item, lag_days=2)

    found = read()

    assert [(row["id"], row["title"], row["roadmap"]) for row in found["outside"]] == [
        (str(elsewhere.pk), "Gateway", "Platform")
    ]
    assert [(row["predecessor"], row["successor"], row["lag_days"]) for row in found["dependencies"]] == [
        (str(elsewhere.pk), str(item.pk), 2)
    ]


@pytest.mark.parametrize("grouping", ["objective", "release", "cf_product"])
def test_data_brings_the_lanes_that_take_a_look_up(read, owner, roadmap, grouping):
    with tenant_scope(owner):
        initiative = InitiativeFactory(custom_fields={"product": "Assist"})
        ObjectiveInitiative.objects.create(objective=ObjectiveFactory(title="Assist"), initiative=initiative)
        release = Release.objects.create(roadmap=roadmap, name="Assist")
        RoadmapItemFactory(roadmap=roadmap, initiative=initiative, release=release)
        RoadmapItemFactory(roadmap=roadmap)
        field = {"target_model": "portfolio.initiative", "key": "product", "label": "Product", "type": "text"}
        CustomFieldFactory(**field)

    assert sorted((row["group"] or "") for row in read(group=grouping)["items"]) == ["", "Assist"]


def test_data_hides_what_belongs_to_a_restricted_portfolio(read, client, owner, roadmap):
    with tenant_scope(owner):
        secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        hidden = RoadmapItemFactory(roadmap=roadmap, title="Hidden bet", initiative=secret)
        seen = RoadmapItemFactory(roadmap=roadmap, title="Open bet")
        DependencyFactory(predecessor=hidden, successor=seen, lag_days=90)

    found = read()

    assert [row["title"] for row in found["items"]] == ["Open bet"]
    assert (found["dependencies"], found["outside"]) == ([], [])
    for display in DISPLAYS:
        assert "Hidden bet" not in page_of(client, roadmap, display=display)


def test_large_data_is_compressed_for_whoever_takes_that(client, owner, roadmap):
    with tenant_scope(owner):
        RoadmapItemFactory.create_batch(40, roadmap=roadmap)
    address = url("roadmap_timeline", pk=roadmap.pk)

    packed, plain = client.get(address, headers={"Accept-Encoding": "gzip, br"}), client.get(address)

    assert (packed["Content-Encoding"], packed.content[:2]) == ("gzip", b"\x1f\x8b")
    assert not plain.has_header("Content-Encoding")
    assert len(packed.content) < len(plain.content) / 2
    assert packed["Vary"] == plain["Vary"] == "Accept-Encoding, Cookie" or "Accept-Encoding" in packed["Vary"]


def test_the_schedule_names_broken_dependencies_and_the_critical_path(client, owner, roadmap):
    with tenant_scope(owner):
        first = RoadmapItemFactory(roadmap=roadmap, title="Data")
        second = RoadmapItemFactory(
            roadmap=roadmap, title="Model", start_on=date(2026, 3, 25), end_on=date(2026, 4, 10)
        )
        link = DependencyFactory(predecessor=first, successor=second)

    body = client.get(url("roadmap_schedule", pk=roadmap.pk)).json()

    assert [each["dependency_id"] for each in body["violations"]] == [str(link.pk)]
    assert body["critical"] == [str(first.pk), str(second.pk)]
    assert body["floats"] == {str(first.pk): 0, str(second.pk): 0}
    assert body["problem"] is None


def test_filters_apply_to_the_data_too(read, owner, roadmap):
    with tenant_scope(owner):
        objective = ObjectiveFactory()
        bound = InitiativeFactory()
        ObjectiveInitiative.objects.create(objective=objective, initiative=bound)
        RoadmapItemFactory(roadmap=roadmap, title="Bound", initiative=bound, is_committed=True)
        RoadmapItemFactory(roadmap=roadmap, title="Vendor model", kind="external")

    def titles(**query):
        return [row["title"] for row in read(**query)["items"]]

    assert titles(objective=str(objective.pk)) == titles(is_committed="true") == titles(q="boun") == ["Bound"]
    assert titles(kind="external") == ["Vendor model"]
    assert titles(roadmap=str(objective.pk)) == ["Bound", "Vendor model"]


def test_the_schedule_is_computed_once_for_a_plan_that_has_not_changed(client, owner, roadmap):
    with tenant_scope(owner):
        item = RoadmapItemFactory(roadmap=roadmap)
    address = url("roadmap_schedule", pk=roadmap.pk)

    first = warm_queries(client, address)
    with tenant_scope(owner):
        other = RoadmapItemFactory(roadmap=roadmap)

    assert first == 3
    assert set(client.get(address).json()["floats"]) == {str(item.pk), str(other.pk)}


def test_the_schedule_follows_calendars_teams_gates_and_other_roadmaps_at_once(client, owner, roadmap):
    address = url("roadmap_schedule", pk=roadmap.pk)
    with tenant_scope(owner):
        initiative, team = InitiativeFactory(), TeamFactory()
        first = RoadmapItemFactory(roadmap=roadmap, start_on=date(2026, 3, 2), end_on=date(2026, 3, 6))
        second = RoadmapItemFactory(
            roadmap=roadmap, initiative=initiative, start_on=date(2026, 3, 9), end_on=date(2026, 3, 13)
        )
        elsewhere = RoadmapItemFactory(start_on=date(2026, 3, 16), end_on=date(2026, 3, 20))
        DependencyFactory(predecessor=first, successor=second)
        link = DependencyFactory(predecessor=second, successor=elsewhere, lag_days=1)
        milestone = MilestoneFactory(roadmap=roadmap, due_on=date(2026, 3, 12))

    def after(change):
        with tenant_scope(owner):
            change()
        body = client.get(address).json()
        return (
            [each["days"] for each in body["violations"]],
            body["floats"][str(first.pk)],
            list(body["late"].values()),
        )

    assert after(lambda: None) == ([1], 0, [])
    calendar = []
    assert after(lambda: calendar.append(WorkingCalendarFactory(working_weekdays=[1, 2, 3, 4, 5, 6]))) == ([1], 0, [])
    assert after(lambda: WorkingCalendar.objects.all().update(is_default=True)) == ([], 0, [])
    assert after(lambda: CalendarHolidayFactory(calendar=calendar[0], on=date(2026, 3, 14))) == ([1], 0, [])
    assert after(lambda: CalendarHoliday.objects.all().delete()) == ([], 0, [])
    # The team does not work on Saturday the 7th, which the item before may then take.
    own = WorkingCalendarFactory
    assert after(lambda: TeamCalendarFactory(team=team, calendar=own(working_weekdays=[7, 1, 2, 3, 4]))) == ([], 0, [])
    assert after(lambda: Initiative.objects.filter(pk=initiative.pk).update(owning_team=team)) == ([], 1, [])
    assert after(lambda: RoadmapItem.objects.filter(pk=elsewhere.pk).update(start_on=date(2026, 3, 13)))[0] == [2]
    assert after(lambda: Dependency.objects.filter(pk=link.pk).delete()) == ([], 1, [])
    assert after(lambda: MilestoneGateFactory(milestone=milestone, item=second)) == ([], 1, [1])


def test_the_schedule_forgets_at_once_what_was_hidden(client, owner, roadmap):
    address = url("roadmap_schedule", pk=roadmap.pk)
    with tenant_scope(owner):
        portfolio = PortfolioFactory()
        item = RoadmapItemFactory(roadmap=roadmap, initiative=InitiativeFactory(portfolio=portfolio))
    assert str(item.pk) in client.get(address).json()["floats"]

    with tenant_scope(owner):
        Portfolio.objects.filter(pk=portfolio.pk).update(visibility=Visibility.RESTRICTED)

    assert client.get(address).json()["floats"] == {}


class TestLive:
    """The address every open page asks each moment."""

    @pytest.fixture
    def ask(self, roadmap):
        def ask_live(client, etag=None, **query):
            headers = {"If-None-Match": etag} if etag else {}
            return client.get(url("roadmap_live", pk=roadmap.pk), query, headers=headers)

        return ask_live

    def test_nothing_new_answers_304_without_a_body(self, ask, client):
        etag = ask(client)["ETag"]

        again = ask(client, etag)

        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)

    def test_every_kind_of_change_makes_a_new_version(self, ask, client, owner, roadmap):
        with tenant_scope(owner):
            item = RoadmapItemFactory(roadmap=roadmap)
        versions = [ask(client).json()["version"]]

        def after(change):
            with tenant_scope(owner):
                change()
            versions.append(ask(client).json()["version"])

        after(lambda: RoadmapItem.objects.filter(pk=item.pk).update(title="Renamed"))
        after(lambda: DependencyFactory(predecessor=item, successor=RoadmapItemFactory()))
        after(lambda: Dependency.objects.all().update(lag_days=3))
        after(lambda: MilestoneFactory(roadmap=roadmap))
        after(lambda: PlanNote.objects.create(roadmap=roadmap, kind="risk", title="x", on=date(2026, 1, 1)))
        after(lambda: Release.objects.create(roadmap=roadmap, name="x"))
        after(lambda: WorkingCalendarFactory())
        after(lambda: item.delete())

        assert len(set(versions)) == len(versions) == 9

    def test_a_change_elsewhere_makes_none(self, ask, client, owner):
        etag = ask(client)["ETag"]

        with tenant_scope(owner):
            RoadmapItemFactory()

        assert ask(client, etag).status_code == 304

    def test_people_see_who_else_is_here_and_what_they_hold(self, ask, client, viewer, product_manager, roadmap):
        other = client_of(viewer)

        alone = ask(client).json()["people"]
        theirs = ask(other, holding="item-1").json()["people"]
        mine = ask(client).json()["people"]

        assert alone == []
        assert [person["name"] for person in theirs] == [str(product_manager.user)]
        assert [(person["name"], person["holding"]) for person in mine] == [(str(viewer.user), "item-1")]

    def test_whoever_stops_asking_is_gone_after_a_while(self, ask, client, viewer, monkeypatch):
        other = client_of(viewer)
        ask(other)
        now = presence.time.time()

        monkeypatch.setattr(presence.time, "time", lambda: now + presence.LEFT_AFTER_S + 1)

        assert ask(client).json()["people"] == []
