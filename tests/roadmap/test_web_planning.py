"""Screens of releases, notes, gates, calendars, applied changes, and the hand-shake on dependencies."""

from datetime import date

import pytest

from portfolio.enums import Visibility
from roadmap.enums import Agreement, PlanChangeKind
from roadmap.models import (
    CalendarHoliday,
    Dependency,
    MilestoneGate,
    PlanNote,
    Release,
    RoadmapItem,
    TeamCalendar,
    WorkingCalendar,
)
from roadmap.services.plan_changes import apply_changes_to_plan
from roadmap.services.planned_changes import PlannedChange
from roadmap.web.dependencies import dates_asked_for
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_schedule import (
    CalendarHolidayFactory,
    MilestoneGateFactory,
    PlanChangeFactory,
    PlanNoteFactory,
    ReleaseFactory,
    TeamCalendarFactory,
    WorkingCalendarFactory,
)
from tests.factories.tenancy import TeamFactory
from tests.roadmap.pages import url
from tests.roadmap.test_web import warm_queries
from tests.web_client import client_of

LISTS = {
    "release_list": (ReleaseFactory, 3),
    "plan_note_list": (PlanNoteFactory, 3),
    "milestone_gate_list": (MilestoneGateFactory, 2),
    "working_calendar_list": (WorkingCalendarFactory, 2),
    "calendar_holiday_list": (CalendarHolidayFactory, 3),
    "team_calendar_list": (TeamCalendarFactory, 4),
    "plan_change_list": (PlanChangeFactory, 3),
}


@pytest.fixture
def provider(director):
    return client_of(director)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(client, owner, name, count):
    factory, cost = LISTS[name]
    with tenant_scope(owner):
        factory.create_batch(count)

    assert warm_queries(client, url(name)) == cost


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_list_of_dependencies_reads_each_teams_calendar_with_the_row(client, owner, count):
    with tenant_scope(owner):
        calendar = WorkingCalendarFactory(working_weekdays=[1])
        team = TeamCalendarFactory(calendar=calendar).team
        successor = {"successor__owning_team": team, "successor__start_on": date(2026, 3, 23)}
        DependencyFactory.create_batch(count, **successor)

    assert warm_queries(client, url("dependency_list")) == 3
    page = client.get(url("dependency_list")).content.decode()
    # Each time as text and as its tooltip.
    assert page.count("30 Mar 2026 is the earliest") == 2 * count


def test_a_calendar_gets_holidays_and_teams_on_its_page(client, owner):
    with tenant_scope(owner):
        team = TeamFactory(name="Search")
    client.post(url("working_calendar_create"), {"name": "Gulf", "working_weekdays": ["7", "1", "2", "3", "4"]})
    with tenant_scope(owner):
        calendar = WorkingCalendar.objects.get()
    client.post(url("calendar_holiday_create"), {"calendar": calendar.pk, "on": "2026-12-02", "name": "National Day"})
    client.post(url("team_calendar_create"), {"team": team.pk, "calendar": calendar.pk})

    page = client.get(url("working_calendar_detail", pk=calendar.pk)).content.decode()

    assert "Mon, Tue, Wed, Thu, Sun" in page
    assert "National Day" in page
    assert "Search" in page
    with tenant_scope(owner):
        assert (CalendarHoliday.objects.count(), TeamCalendar.objects.count()) == (1, 1)


def test_a_calendar_without_weekdays_is_refused_in_the_form(client, owner):
    response = client.post(url("working_calendar_create"), {"name": "Never"})
    assert response.status_code == 422
    with tenant_scope(owner):
        assert not WorkingCalendar.objects.exists()


def test_a_release_shows_what_is_in_it_and_what_comes_too_late(client, owner):
    with tenant_scope(owner):
        roadmap = RoadmapFactory()
    answer = client.post(url("release_create"), {"roadmap": roadmap.pk, "name": "Answers", "ga_on": "2026-03-20"})
    assert answer.status_code == 303
    with tenant_scope(owner):
        release = Release.objects.get()
        RoadmapItemFactory(roadmap=roadmap, title="Ranking", release=release)
        MilestoneFactory(roadmap=roadmap, title="GA of answers", release=release)

    page = client.get(url("release_detail", pk=release.pk)).content.decode()

    assert "Ranking" in page
    assert "GA of answers" in page
    assert page.count("After GA") == 1


def test_a_milestone_shows_its_gates_and_whether_they_end_in_time(client, owner):
    with tenant_scope(owner):
        milestone = MilestoneFactory(due_on=date(2026, 3, 25))
        item = RoadmapItemFactory(title="Ranking")
    assert "waits for no item" in client.get(url("milestone_detail", pk=milestone.pk)).content.decode()

    client.post(url("milestone_gate_create"), {"milestone": milestone.pk, "item": item.pk})

    page = client.get(url("milestone_detail", pk=milestone.pk)).content.decode()
    assert "2 days after the milestone is due" in page
    with tenant_scope(owner):
        gate = MilestoneGate.objects.get()
    client.post(url("milestone_gate_delete", pk=gate.pk))
    with tenant_scope(owner):
        assert not MilestoneGate.objects.exists()


def test_a_risk_is_pinned_and_closed(client, owner):
    with tenant_scope(owner):
        item = RoadmapItemFactory()
    body = {"kind": "risk", "title": "Vendor slips", "roadmap": item.roadmap_id, "on": "2026-05-01", "item": item.pk}
    client.post(url("plan_note_create"), body)
    with tenant_scope(owner):
        note = PlanNote.objects.get()

    changed = {**body, "status": "closed", "version": note.version}
    assert client.post(url("plan_note_edit", pk=note.pk), changed).status_code == 303

    with tenant_scope(owner):
        assert PlanNote.objects.get().status == "closed"


def test_a_date_is_asked_for_and_promised(client, provider, owner):
    with tenant_scope(owner):
        dependency = DependencyFactory(predecessor__title="Index")

    asking = client.get(url("dependency_request", pk=dependency.pk)).content.decode()
    assert "When is “Index” needed?" in asking
    asked = client.post(url("dependency_request", pk=dependency.pk), {"needed_by": "2026-03-20", "note": "Beta."})
    assert asked.status_code == 303
    assert "Asked for by 20 Mar 2026" in client.get(url("dependency_detail", pk=dependency.pk)).content.decode()

    own = client.post(url("dependency_accept", pk=dependency.pk), {"agreed_on": "2026-03-20"})
    assert (own.status_code, "somebody else has to answer" in own.content.decode()) == (409, True)
    assert provider.post(url("dependency_accept", pk=dependency.pk), {"agreed_on": "2026-03-20"}).status_code == 303
    # The item is planned to end a week after the promise.
    page = provider.get(url("dependency_detail", pk=dependency.pk)).content.decode()
    assert "Promised for 20 Mar 2026, planned for 27 Mar 2026" in page


def test_whoever_leads_the_work_asked_for_has_it_on_the_home_page(client, owner, director, product_manager):
    with tenant_scope(owner):
        lead = Membership.objects.get(user=director.user)
        dependency = DependencyFactory(predecessor__title="Index", predecessor__initiative=InitiativeFactory(lead=lead))
        DependencyFactory(agreement=Agreement.REQUESTED, needed_by=date(2026, 5, 1))
    client.post(url("dependency_request", pk=dependency.pk), {"needed_by": "2026-03-20"})

    with tenant_scope(director):
        waiting = [(entry.title, entry.note) for entry in dates_asked_for(actor=director)]
    assert waiting == [
        ("Promise a date for Index", f"{dependency.successor.title} needs it by 20 Mar 2026"),
    ]
    with tenant_scope(product_manager):
        assert dates_asked_for(actor=product_manager) == []


def test_a_date_is_declined_with_a_reason_only(client, provider, owner):
    with tenant_scope(owner):
        dependency = DependencyFactory()
    client.post(url("dependency_request", pk=dependency.pk), {"needed_by": "2026-03-20"})

    assert provider.post(url("dependency_decline", pk=dependency.pk), {"note": ""}).status_code == 422
    assert provider.post(url("dependency_decline", pk=dependency.pk), {"note": "No people."}).status_code == 303
    with tenant_scope(owner):
        assert (Dependency.objects.get().agreement, Dependency.objects.get().note) == ("declined", "No people.")


def test_applied_changes_are_shown_in_words_and_undone(client, owner):
    with tenant_scope(owner):
        item, team = RoadmapItemFactory(title="Ranking"), TeamFactory(name="Search")
        secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        changes = [
            PlannedChange(item.pk, "end_on", item.end_on, date(2026, 4, 3)),
            PlannedChange(item.pk, "owning_team", None, team.pk),
            PlannedChange(item.pk, "scheduling", "automatic", "manual"),
        ]
        change = apply_changes_to_plan(
            item.roadmap, changes, kind=PlanChangeKind.MOVE, summary="Moved “Ranking”", actor=owner
        )
        hidden = apply_changes_to_plan(
            item.roadmap,
            [PlannedChange(RoadmapItemFactory(initiative=secret).pk, "lane", "", "Other")],
            kind=PlanChangeKind.MOVE,
            summary="Hidden",
            actor=owner,
        )

    page = client.get(url("plan_change_detail", pk=change.pk)).content.decode()
    assert all(word in page for word in ("Ranking", "2026-04-03", "Search", "By hand", "Undo"))
    assert client.get(url("plan_change_detail", pk=hidden.pk)).status_code == 404
    assert client.post(url("plan_change_undo", pk=hidden.pk)).status_code == 404
    assert client.post(url("plan_change_undo", pk=change.pk)).status_code == 303

    with tenant_scope(owner):
        assert RoadmapItem.objects.get(pk=item.pk).owning_team is None
    assert client.post(url("plan_change_undo", pk=change.pk)).status_code == 409


def test_the_form_of_an_item_takes_what_schedules_need(client, owner):
    with tenant_scope(owner):
        release = ReleaseFactory()
    body = {
        "title": "Vendor model",
        "roadmap": release.roadmap_id,
        "start_on": "2026-03-02",
        "end_on": "2026-03-27",
        "status": "planned",
        "kind": "external",
        "external_party": "Northlight",
        "date_precision": "quarter",
        "scheduling": "manual",
        "duration_low": "10",
        "duration_likely": "15",
        "duration_high": "30",
        "progress": "0.25",
        "release": release.pk,
        "position": "0",
    }
    assert client.post(url("roadmap_item_create"), body).status_code == 303

    with tenant_scope(owner):
        item = RoadmapItem.objects.get()
    page = client.get(url("roadmap_item_detail", pk=item.pk)).content.decode()
    assert all(word in page for word in ("Northlight", "Quarter", "By hand", "10 to 30, likely 15"))
    refused = client.post(url("roadmap_item_create"), {**body, "duration_low": "16"})
    assert refused.status_code == 422
    assert "in this order and at least one day each" in refused.content.decode()


def test_the_form_of_a_promised_item_asks_why_its_dates_move(client, owner):
    with tenant_scope(owner):
        item = RoadmapItemFactory(is_committed=True)
    body = {
        "title": item.title,
        "roadmap": item.roadmap_id,
        "start_on": "2026-03-02",
        "end_on": "2026-04-10",
        "status": "planned",
        "is_committed": "on",
        "position": "0",
        "version": item.version,
    }

    refused = client.post(url("roadmap_item_edit", pk=item.pk), body)
    assert (refused.status_code, "say why the promise changes" in refused.content.decode()) == (409, True)
    moved = client.post(url("roadmap_item_edit", pk=item.pk), {**body, "reason_code": "vendor"})
    assert moved.status_code == 303


def test_viewers_are_offered_no_step(viewer, owner):
    with tenant_scope(owner):
        dependency = DependencyFactory()
    looking = client_of(viewer)

    assert "Ask for a date" not in looking.get(url("dependency_detail", pk=dependency.pk)).content.decode()
    for name in ("dependency_request", "dependency_accept", "dependency_decline"):
        assert looking.get(url(name, pk=dependency.pk)).status_code == 403
