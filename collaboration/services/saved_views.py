"""Writing saved views."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from collaboration.enums import ViewSharing
from collaboration.models import SavedView
from core.errors import DomainError, InvalidInputError, NotPermittedError
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import named_action

MAX_VIEWS = 200
FIELDS = ("name", "query", "sharing", "is_default")

Query = Mapping[str, Sequence[str]]


@transaction.atomic
def create_saved_view(
    *,
    actor: Actor,
    screen: str,
    name: str,
    query: Query | None = None,
    sharing: str = ViewSharing.PRIVATE,
    is_default: bool = False,
) -> SavedView:
    """Save a view of the actor's own; raises InvalidInputError for a name they already use on this list."""
    actor.require("saved_view.create")
    owner = _membership(actor)
    if SavedView.objects.filter(owner=owner, screen=screen).count() >= MAX_VIEWS:
        raise DomainError(f"You have {MAX_VIEWS} views of this list already; delete some first.")
    view = SavedView(owner=owner, screen=screen, name=name, query=query or {}, sharing=sharing, is_default=is_default)
    return _save(view, "saved_view.created")


@transaction.atomic
def change_saved_view(view: SavedView, *, actor: Actor, **changes: Any) -> SavedView:
    """Change name, query, sharing or default; raises NotPermittedError for somebody else's view."""
    actor.require("saved_view.change")
    locked = _locked(view, "change", actor=actor)
    for name in FIELDS:
        if name in changes:
            setattr(locked, name, changes[name])
    return _save(locked, "saved_view.changed")


@transaction.atomic
def save_view(
    *, actor: Actor, screen: str, name: str, query: Query, sharing: str = ViewSharing.PRIVATE, is_default: bool = False
) -> SavedView:
    """Create the view, or replace the actor's own view of that name."""
    own: SavedView | None = SavedView.objects.filter(owner__user_id=actor.user_id, screen=screen, name=name).first()
    fields: dict[str, Any] = {"query": query, "sharing": sharing, "is_default": is_default}
    if own is not None:
        return change_saved_view(own, actor=actor, **fields)
    return create_saved_view(actor=actor, screen=screen, name=name, **fields)


@transaction.atomic
def delete_saved_view(view: SavedView, *, actor: Actor) -> None:
    """Delete a view; somebody else's shared one only by those who manage shared views."""
    actor.require("saved_view.delete")
    locked = _locked(view, "delete", actor=actor)
    named_action("saved_view.deleted")
    locked.delete()


def _membership(actor: Actor) -> Membership:
    membership: Membership | None = Membership.objects.active().filter(user_id=actor.user_id).first()
    if membership is None:
        raise DomainError("Only members save views.")
    return membership


def _locked(view: SavedView, verb: str, *, actor: Actor) -> SavedView:
    locked: SavedView | None = SavedView.objects.permitted(actor, verb).for_update().filter(pk=view.pk).first()
    if locked is None:
        raise NotPermittedError("This view belongs to somebody else.")
    return locked


def _save(view: SavedView, action: str) -> SavedView:
    view.name = view.name.strip()
    view.full_clean(exclude=["organization", "owner"])
    named_action(action)
    if view.is_default:
        others = SavedView.objects.filter(owner_id=view.owner_id, screen=view.screen, is_default=True)
        others.exclude(pk=view.pk).update(is_default=False)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint != "collaboration_savedview_name":
            raise
        raise InvalidInputError("You have a view of this name already.", pointer="name") from error
    return view
