"""REST of calendars, releases, notes and gates, and of the hand-shake on dependencies."""

from typing import Any

from core.api.serializers import STAMPS, StrictCharField, StrictDateField, StrictSerializer
from roadmap.filters import (
    CalendarHolidayFilterSet,
    MilestoneGateFilterSet,
    PlanNoteFilterSet,
    ReleaseFilterSet,
    TeamCalendarFilterSet,
)
from roadmap.models import CalendarHoliday, MilestoneGate, PlanNote, Release, TeamCalendar, WorkingCalendar
from roadmap.services.agreements import LONGEST_NOTE, accept_agreement, decline_agreement, request_agreement
from roadmap.services.calendars import (
    assign_calendar,
    change_calendar,
    change_holiday,
    change_team_calendar,
    create_calendar,
    create_holiday,
    delete_calendar,
    delete_holiday,
    release_calendar,
)
from roadmap.services.milestone_gates import create_milestone_gate, delete_milestone_gate
from roadmap.services.plan_notes import change_plan_note, create_plan_note, delete_plan_note
from roadmap.services.releases import change_release, create_release, delete_release
from tenancy.api.actions import record_action
from tenancy.api.bulk import BulkCreateMixin
from tenancy.api.serializers import TenantModelSerializer
from tenancy.api.viewsets import TenantViewSet


class WorkingCalendarSerializer(TenantModelSerializer):
    """A calendar; weekdays by ISO 8601 number, 1 is Monday."""

    class Meta:
        model = WorkingCalendar
        fields = ["id", "name", "working_weekdays", "is_default", *STAMPS]


class _FixedOwnerSerializer(TenantModelSerializer):
    """What a row hangs on is said when it is made and stays."""

    fixed: tuple[str, ...] = ()

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if self.instance is not None:
            for name in self.fixed:
                fields[name].read_only = True
        return fields


class CalendarHolidaySerializer(_FixedOwnerSerializer):
    fixed = ("calendar",)

    class Meta:
        model = CalendarHoliday
        fields = ["id", "calendar", "on", "name", *STAMPS]


class TeamCalendarSerializer(_FixedOwnerSerializer):
    fixed = ("team",)

    class Meta:
        model = TeamCalendar
        fields = ["id", "team", "calendar", *STAMPS]


class ReleaseSerializer(_FixedOwnerSerializer):
    fixed = ("roadmap",)

    class Meta:
        model = Release
        fields = ["id", "roadmap", "name", "version_label", "alpha_on", "beta_on", "ga_on", *STAMPS]


class PlanNoteSerializer(_FixedOwnerSerializer):
    fixed = ("roadmap",)

    class Meta:
        model = PlanNote
        fields = ["id", "roadmap", "item", "kind", "title", "body", "on", "status", *STAMPS]


class MilestoneGateSerializer(TenantModelSerializer):
    class Meta:
        model = MilestoneGate
        fields = ["id", "milestone", "item", *STAMPS]


class AgreementRequestSerializer(StrictSerializer):
    """The date needed, and what to say with it."""

    needed_by = StrictDateField()
    note = StrictCharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class AgreementAcceptSerializer(StrictSerializer):
    """The date promised; the one asked for where none is given."""

    agreed_on = StrictDateField(required=False)


class AgreementDeclineSerializer(StrictSerializer):
    """Why the date cannot be promised."""

    note = StrictCharField(max_length=LONGEST_NOTE)


class AgreementActions:
    """Operations of the dependencies' endpoint."""

    actor: Any

    @record_action("dependency.request", input_serializer=AgreementRequestSerializer)
    def request_date(self, instance, data):
        """Ask the predecessor's side for a date; asking again replaces the request and its answer."""
        return request_agreement(instance, actor=self.actor, **data)

    @record_action("dependency.answer", input_serializer=AgreementAcceptSerializer)
    def accept(self, instance, data):
        """Promise a date to the side that waits; not for whoever asked."""
        return accept_agreement(instance, actor=self.actor, **data)

    @record_action("dependency.answer", input_serializer=AgreementDeclineSerializer)
    def decline(self, instance, data):
        """Say that the date cannot be promised, and why."""
        return decline_agreement(instance, actor=self.actor, **data)


class WorkingCalendarViewSet(TenantViewSet):
    """Working calendars: weekdays people work on. Without any, everybody works Monday to Friday."""

    model = WorkingCalendar
    serializer_class = WorkingCalendarSerializer
    ordering = ("name",)
    ordering_fields = ("name",)
    search_fields = ("name",)

    def perform_create(self, serializer):
        return create_calendar(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return change_calendar(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_calendar(instance, actor=self.actor)


class CalendarHolidayViewSet(BulkCreateMixin, TenantViewSet):
    """Holidays: days on which nobody of a calendar works."""

    model = CalendarHoliday
    serializer_class = CalendarHolidaySerializer
    filterset_class = CalendarHolidayFilterSet
    ordering = ("on",)
    ordering_fields = ("on",)

    def perform_create(self, serializer):
        return create_holiday(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return change_holiday(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_holiday(instance, actor=self.actor)


class TeamCalendarViewSet(TenantViewSet):
    """Which calendar a team works by; teams without one work by the default."""

    model = TeamCalendar
    serializer_class = TeamCalendarSerializer
    filterset_class = TeamCalendarFilterSet

    def perform_create(self, serializer):
        return assign_calendar(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        calendar = serializer.validated_data.get("calendar", serializer.instance.calendar)
        return change_team_calendar(serializer.instance, calendar=calendar, actor=self.actor)

    def perform_destroy(self, instance):
        release_calendar(instance, actor=self.actor)


class ReleaseViewSet(TenantViewSet):
    """Releases: versions with the dates of alpha, beta and general availability."""

    model = Release
    serializer_class = ReleaseSerializer
    filterset_class = ReleaseFilterSet
    ordering = ("ga_on",)
    ordering_fields = ("ga_on",)
    search_fields = ("name", "version_label")

    def perform_create(self, serializer):
        return create_release(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return change_release(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_release(instance, actor=self.actor)


class PlanNoteViewSet(TenantViewSet):
    """Risks and decisions pinned to the dates of a plan."""

    model = PlanNote
    serializer_class = PlanNoteSerializer
    filterset_class = PlanNoteFilterSet
    ordering = ("on",)
    ordering_fields = ("on", "title", "updated_at")
    search_fields = ("title", "body")

    def perform_create(self, serializer):
        return create_plan_note(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return change_plan_note(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_plan_note(instance, actor=self.actor)


class MilestoneGateViewSet(BulkCreateMixin, TenantViewSet):
    """Gates: items a milestone waits for."""

    model = MilestoneGate
    serializer_class = MilestoneGateSerializer
    filterset_class = MilestoneGateFilterSet

    def perform_create(self, serializer):
        return create_milestone_gate(actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_milestone_gate(instance, actor=self.actor)
