"""The ledger as people read it: words, days and moments instead of stored values, steps instead of rows."""

from tenancy.models import LedgerEvent, Team
from tenancy.scope import named_action, tenant_scope
from tenancy.selectors.history import events_of_record, grouped, readable
from tests.factories.collaboration import SavedViewFactory
from tests.factories.portfolio import InitiativeFactory
from tests.factories.tenancy import MembershipFactory, TeamFactory


def _changes(record):
    return {change.label: change.after for change in events_of_record(record)[0].changes}


def test_days_and_moments_read_as_on_the_screens(scope):
    initiative = InitiativeFactory(start_on="2026-03-09", stage_changed_at="2026-03-09T10:05:33.123456Z")

    changes = _changes(initiative)

    assert (changes["Start on"], changes["Stage changed at"]) == ("9 Mar 2026", "9 Mar 2026, 10:05")


def test_lists_of_choices_are_told_in_words(scope):
    membership = MembershipFactory(functions=["responsible_ai", "legal"])

    assert _changes(membership)["Functions"] == "Responsible AI, Legal"


def test_columns_of_many_values_are_told_without_brackets(scope):
    view = SavedViewFactory(query={"stage": ["alpha", "beta"], "q": "", "is_mine": True})

    assert _changes(view)["Query"] == "Q: \N{EM DASH}; Stage: alpha, beta; Is mine: yes"


def test_summary_counts_the_fields_that_were_set_or_changed(scope):
    team = TeamFactory(name="Vision", description="")
    Team.objects.filter(pk=team.pk).update(name="Speech")
    team.delete()

    summaries = [event.summary for event in readable(LedgerEvent.objects.filter(table_name="tenancy_team"))]

    assert summaries == ["deleted", "1 field changed", "1 field set"]


def test_neighbouring_rows_of_one_step_are_one_group(owner):
    with tenant_scope(owner):
        named_action("team.created", reason="new")
        TeamFactory(name="A")
        TeamFactory(name="B")
        named_action("team.renamed")
        Team.objects.filter(name="A").update(name="C")

        groups = grouped(readable(LedgerEvent.objects.filter(table_name="tenancy_team")))

    assert [(group.action_label, group.reason, len(group.events)) for group in groups] == [
        ("team renamed", "", 1),
        ("team created", "new", 2),
    ]
    assert {group.actor_label for group in groups} == {str(owner.user)}


def test_acronyms_in_actions_keep_their_capitals(owner):
    with tenant_scope(owner):
        named_action("kpi.created")
        team = TeamFactory()

        assert events_of_record(team)[0].action_label == "KPI created"
