"""Filters of baselines, changes of promises and imported history."""

from django_filters import CharFilter, MultipleChoiceFilter

from core.filters import day_filter
from roadmap.enums import HistoryField
from roadmap.models import Baseline, ItemRescope, PlanHistoryEntry
from tenancy.filters import TenantFilterSet


class BaselineFilterSet(TenantFilterSet):
    """Baselines by roadmap, reason and the day they show."""

    taken_from = day_filter("taken_at", "date__gte", "Shows this day or later")
    taken_until = day_filter("taken_at", "date__lte", "Shows this day or earlier")

    class Meta:
        model = Baseline
        fields = ["roadmap", "reason"]


class ItemRescopeFilterSet(TenantFilterSet):
    """Changes of promises by roadmap, item, reason and day."""

    rescoped_from = day_filter("rescoped_at", "date__gte", "On or after")
    rescoped_until = day_filter("rescoped_at", "date__lte", "On or before")

    class Meta:
        model = ItemRescope
        fields = ["roadmap", "item", "reason_code"]


class PlanHistoryEntryFilterSet(TenantFilterSet):
    """Imported history by initiative, system, target and day."""

    team_name = CharFilter(label="Team")
    field = MultipleChoiceFilter(choices=HistoryField.choices, label="Target")
    changed_from = day_filter("changed_at", "date__gte", "On or after")
    changed_until = day_filter("changed_at", "date__lte", "On or before")

    class Meta:
        model = PlanHistoryEntry
        fields = ["initiative", "system", "external_id", "team_name", "field"]
