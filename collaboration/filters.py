"""Filters of collaboration's lists."""

from django_filters import BooleanFilter, CharFilter, FilterSet

from collaboration.models import SavedView


class SavedViewFilterSet(FilterSet):
    """Saved views by list and sharing."""

    screen = CharFilter()
    is_shared = BooleanFilter()

    class Meta:
        model = SavedView
        fields = ["screen", "is_shared"]
