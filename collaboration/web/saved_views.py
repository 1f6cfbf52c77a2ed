"""Answers the list layer's questions about saved views."""

from collections.abc import Sequence
from uuid import UUID

from django.http import QueryDict

from collaboration.models import SavedView
from collaboration.querysets import MANAGES_SHARED
from collaboration.selectors.saved_views import saved_views_for
from collaboration.services import saved_views
from core.errors import DomainError
from core.web.saved_views import SavedViewEntry
from tenancy.actor import Actor


class StoredSavedViews:
    """The provider core asks; see core.web.saved_views.SavedViewProvider."""

    def list(self, actor: Actor, screen: str) -> Sequence[SavedViewEntry]:
        """Own views first, then those of others, each by name; one query."""
        entries = [_entry(view, actor) for view in saved_views_for(actor, screen=screen)]
        return sorted(entries, key=lambda entry: bool(entry.owner_label))

    def save(
        self, actor: Actor, screen: str, *, name: str, query: str, sharing: str, is_default: bool
    ) -> SavedViewEntry:
        """Create the view, or replace the actor's own view of that name."""
        view = saved_views.save_view(
            actor=actor,
            screen=screen,
            name=name,
            query=dict(QueryDict(query).lists()),
            sharing=sharing,
            is_default=is_default,
        )
        return _entry(view, actor)

    def delete(self, actor: Actor, screen: str, key: str) -> None:
        """Delete a view of this list; raises DomainError when there is none the actor may delete."""
        view = SavedView.objects.permitted(actor).filter(screen=screen, pk=_id(key)).first()
        if view is None:
            raise DomainError("There is no such view.")
        saved_views.delete_saved_view(view, actor=actor)


def _entry(view: SavedView, actor: Actor) -> SavedViewEntry:
    query = QueryDict(mutable=True)
    for name, values in view.query.items():
        query.setlist(name, values)
    is_own = view.owner.user_id == actor.user_id
    return SavedViewEntry(
        key=str(view.pk),
        name=view.name,
        query=query.urlencode(),
        sharing=view.sharing,
        is_default=is_own and view.is_default,
        can_delete=is_own or actor.can(MANAGES_SHARED),
        owner_label="" if is_own else str(view.owner.user),
    )


def _id(key: str) -> UUID | None:
    """The id, or None (which no row has) for a key that is none."""
    try:
        return UUID(key)
    except ValueError:
        return None
