"""Releases: create, change, delete."""

from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction

from roadmap.models import Release, Roadmap
from roadmap.services.access import apply_changes, lock_permitted, require_unlike, save_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action

NAME_TAKEN = "Another release of the roadmap has this name."


class ReleaseFields(TypedDict, total=False):
    """What can be said of a release besides its name; dates follow each other, unknown ones are None."""

    version_label: str
    alpha_on: date | None
    beta_on: date | None
    ga_on: date | None


class ReleaseChanges(ReleaseFields, total=False):
    """Fields to change; absent ones stay."""

    name: str


@transaction.atomic
def create_release(*, roadmap: Roadmap, name: str, actor: Actor, **fields: Unpack[ReleaseFields]) -> Release:
    """Put a release on a roadmap."""
    actor.require("release.create")
    release = Release(roadmap=roadmap, name=name, **fields)
    require_unlike(release, "roadmap", "name", message=NAME_TAKEN)
    named_action("release.created")
    return save_permitted(release, "create", actor=actor)


@transaction.atomic
def change_release(release: Release, *, actor: Actor, **changes: Unpack[ReleaseChanges]) -> Release:
    """Change a release."""
    locked = apply_changes(lock_permitted(release, "change", actor=actor), {**changes})
    require_unlike(locked, "roadmap", "name", message=NAME_TAKEN)
    named_action("release.changed")
    return save_permitted(locked, "change", actor=actor)


@transaction.atomic
def delete_release(release: Release, *, actor: Actor) -> None:
    """Delete a release; its items and milestones stay without one."""
    locked = lock_permitted(release, "delete", actor=actor)
    named_action("release.deleted")
    locked.delete()
