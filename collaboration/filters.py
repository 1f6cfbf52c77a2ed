"""Filters of collaboration's lists."""

from django_filters import BooleanFilter, CharFilter

from collaboration.models import SavedView
from tenancy.filters import TenantFilterSet


class SavedViewFilterSet(TenantFilterSet):
    """Saved views by list and sharing."""

    screen = CharFilter()
    is_shared = BooleanFilter()

    class Meta:
        model = SavedView
        fields = ["screen", "is_shared"]
