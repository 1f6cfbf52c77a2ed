"""Forms of calendars, releases, notes, gates and the hand-shake."""

from typing import Any

from django import forms

from core.web.forms import TenantForm, TenantModelForm
from roadmap.enums import Weekday
from roadmap.models import CalendarHoliday, MilestoneGate, PlanNote, Release, TeamCalendar, WorkingCalendar
from roadmap.services.agreements import LONGEST_NOTE

_DAY = forms.DateInput(attrs={"type": "date"})
_LONG = forms.Textarea(attrs={"rows": 3})


class WorkingCalendarForm(TenantModelForm):
    working_weekdays = forms.TypedMultipleChoiceField(
        label="Working days", choices=Weekday.choices, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = WorkingCalendar
        fields = ["name", "working_weekdays", "is_default"]


class CalendarHolidayForm(TenantModelForm):
    class Meta:
        model = CalendarHoliday
        fields = ["calendar", "on", "name"]


class CalendarHolidayChangeForm(TenantModelForm):
    class Meta:
        model = CalendarHoliday
        fields = ["on", "name"]


class TeamCalendarForm(TenantModelForm):
    class Meta:
        model = TeamCalendar
        fields = ["team", "calendar"]


class TeamCalendarChangeForm(TenantModelForm):
    class Meta:
        model = TeamCalendar
        fields = ["calendar"]


class ReleaseForm(TenantModelForm):
    class Meta:
        model = Release
        fields = ["roadmap", "name", "version_label", "alpha_on", "beta_on", "ga_on"]


class ReleaseChangeForm(TenantModelForm):
    class Meta:
        model = Release
        fields = ["name", "version_label", "alpha_on", "beta_on", "ga_on"]


class PlanNoteForm(TenantModelForm):
    class Meta:
        model = PlanNote
        fields = ["kind", "title", "roadmap", "on", "item", "body"]
        widgets = {"body": _LONG}


class PlanNoteChangeForm(TenantModelForm):
    class Meta:
        model = PlanNote
        fields = ["kind", "title", "on", "status", "item", "body"]
        widgets = {"body": _LONG}


class MilestoneGateForm(TenantModelForm):
    class Meta:
        model = MilestoneGate
        fields = ["milestone", "item"]


class AgreementRequestForm(TenantForm):
    needed_by = forms.DateField(label="Needed by", widget=_DAY)
    note = forms.CharField(max_length=LONGEST_NOTE, required=False, widget=_LONG, help_text="What it is needed for.")


class AgreementAcceptForm(TenantForm):
    agreed_on = forms.DateField(label="Promised for", widget=_DAY)


class AgreementDeclineForm(TenantForm):
    note = forms.CharField(label="Why not", max_length=LONGEST_NOTE, widget=_LONG)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].help_text = "Say what would have to change, or from when it would be possible."
