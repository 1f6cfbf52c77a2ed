"""Which items a public link shows: its filters, or those of a saved view that it follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from collaboration.models import SavedView
from collaboration.web.record_fields import PREFIX
from core.web import filtering
from roadmap.filters import RoadmapItemFilterSet, RoadmapItemPageFilterSet
from roadmap.models import RoadmapItem
from roadmap.web.plan_state import SCREEN
from tenancy.actor import Actor
from tenancy.enums import Role

# The filter that names a saved view instead of what to filter by.
VIEW = "view"
_SEARCHED = ["title", "initiative__title", "initiative__key"]

Filters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class _Asker:
    """What filters need of a request."""

    actor: Actor


def public_views() -> QuerySet[SavedView]:
    """Saved views of plans whose owners mean them to be published."""
    views: QuerySet[SavedView] = SavedView.objects.for_public_links().filter(screen=SCREEN).order_by("name", "pk")
    return views


def followed_view(filters: Filters) -> SavedView | None:
    """The view the filters name; None when they name none, or one that is gone or no longer for publishing."""
    try:
        key = UUID("".join(filters.get(VIEW, ())))
    except ValueError:
        return None
    return public_views().filter(pk=key).first()


def filtered_items(filters: Filters, *, roadmap_id: Any, reader: Actor) -> QuerySet[RoadmapItem]:
    """The roadmap's items the filters leave; none when they name something that is no more."""
    rows: QuerySet[RoadmapItem] = RoadmapItem.objects.permitted(reader).filter(roadmap=roadmap_id)
    wanted: Filters = filters
    if VIEW in filters:
        view = followed_view(filters)
        if view is None:
            return rows.none()
        wanted = view.query
    data = QueryDict(mutable=True)
    for name, values in wanted.items():
        data.setlist(name, [str(value) for value in values])
    # The teams and initiatives a filter names are looked up as a member: a visitor may read neither.
    member = Actor(reader.organization, Role.VIEWER, token_scopes=frozenset({"read"}), source=reader.source)
    custom = [name for name in data if name.startswith(PREFIX)]
    filterset = (RoadmapItemPageFilterSet if custom else RoadmapItemFilterSet)(
        data, queryset=rows, request=_Asker(member)
    )
    # A custom field may have been archived since; leaving it out would show more than was meant.
    if not filterset.form.is_valid() or not filtering.parameters_of(filterset.form).issuperset(custom):
        return rows.none()
    found: QuerySet[RoadmapItem] = filtering.search(filterset.qs, data.get("q", ""), fields=_SEARCHED, vector=None)
    return found
