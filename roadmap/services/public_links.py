"""Public links: make, change, revoke."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError
from roadmap.enums import Audience, LinkKind, PlanGrouping, PublishedField
from roadmap.models import PublicLink, PublicLinkTally, Roadmap
from roadmap.models.public_link import MOST_ORIGINS
from roadmap.services.access import lock_permitted, save_permitted
from roadmap.services.link_visits import visitor
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import named_action
from tenancy.services.authentication import hash_token

START_LENGTH = 6
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
MOST_FILTERS, LONGEST_FILTER = 20, 200
# Scheme, host and port, as browsers send it; no path and no wildcard.
_ORIGIN = re.compile(
    r"^https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?::\d{1,5})?$"
)


class LinkSettings(TypedDict, total=False):
    """What can be said of a link, now and later; an empty password takes the present one away."""

    name: str
    audience: str
    allowed_fields: Iterable[str]
    grouping: str
    filters: Mapping[str, Sequence[str]]
    allowed_origins: Iterable[str]
    expires_at: datetime | None
    password: str


@transaction.atomic
def create_public_link(
    *, roadmap: Roadmap, actor: Actor, kind: str = LinkKind.PAGE, **wanted: Unpack[LinkSettings]
) -> tuple[PublicLink, str]:
    """Publish a roadmap; returns the link with its secret, which cannot be shown again.

    Refuses a roadmap of a restricted portfolio: a link shows only what every member may see.
    """
    actor.require("public_link.create")
    if not Roadmap.objects.permitted(visitor(actor.organization)).filter(pk=roadmap.pk).exists():
        raise InvalidInputError("A roadmap of a restricted portfolio cannot be published.", pointer="roadmap")
    secret = secrets.token_urlsafe(32)
    link = PublicLink(
        roadmap=roadmap,
        kind=kind,
        created_by=Membership.objects.filter(user_id=actor.user_id).first(),
        token_start=secret[:START_LENGTH],
        token_hash=hash_token(secret),
    )
    _apply(link, wanted)
    named_action("public_link.created")
    save_permitted(link, "create", actor=actor)
    PublicLinkTally.objects.create(link=link)
    return link, secret


@transaction.atomic
def change_public_link(link: PublicLink, *, actor: Actor, **wanted: Unpack[LinkSettings]) -> PublicLink:
    """Change what a link tells, or until when; its address stays."""
    locked = lock_permitted(link, "change", actor=actor)
    if locked.revoked_at is not None:
        raise DomainError("A revoked link cannot be changed. Make a new one.")
    _apply(locked, wanted)
    named_action("public_link.changed")
    return save_permitted(locked, "change", actor=actor)


@transaction.atomic
def revoke_public_link(link: PublicLink, *, actor: Actor) -> PublicLink:
    """Make a link worthless at once; revoking it again changes nothing."""
    locked = lock_permitted(link, "revoke", actor=actor)
    if locked.revoked_at is None:
        named_action("public_link.revoked")
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at", "updated_at"])
    return locked


def address_of(link: PublicLink, secret: str) -> str:
    """The link's whole address; only whoever has just made it knows the secret."""
    page = f"{settings.PUBLIC_URL}/published/{link.organization.slug}/{secret}/"
    return f"{page}roadmap.ics" if link.kind == LinkKind.CALENDAR else page


def _apply(link: PublicLink, wanted: LinkSettings) -> None:
    values: dict[str, Any] = {**wanted}
    password = values.pop("password", None)
    if "allowed_fields" in values:
        told = set(values["allowed_fields"])
        values["allowed_fields"] = [name for name in PublishedField.values if name in told] + sorted(
            told - set(PublishedField.values)
        )
    if "allowed_origins" in values:
        values["allowed_origins"] = _origins(values["allowed_origins"])
    if "filters" in values:
        values["filters"] = _filters(values["filters"])
    for name, value in values.items():
        setattr(link, name, value)
    if password is not None:
        link.password_hash = _hashed(link, password)
    _require_consistent(link, values)


def _require_consistent(link: PublicLink, values: Mapping[str, Any]) -> None:
    if link.kind == LinkKind.CALENDAR and link.audience == Audience.NO_DATES:
        raise InvalidInputError("A calendar feed needs dates.", pointer="audience")
    if link.kind != LinkKind.EMBED and link.allowed_origins:
        text = "Only an embedded page has sites that may embed it."
        raise InvalidInputError(text, pointer="allowed_origins")
    if link.grouping != PlanGrouping.NONE and link.grouping not in link.allowed_fields:
        text = "Groups tell the field they are made by: allow it too, or group by nothing."
        raise InvalidInputError(text, pointer="grouping")
    expires_at = values.get("expires_at")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInputError("The expiry must lie in the future.", pointer="expires_at")


def _hashed(link: PublicLink, password: str) -> str:
    if not password:
        return ""
    if link.kind != LinkKind.PAGE:
        text = "Only a page can ask for a password: calendars and frames cannot enter one."
        raise InvalidInputError(text, pointer="password")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        text = f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        raise InvalidInputError(text, pointer="password")
    return make_password(password)


def _origins(wanted: Iterable[str]) -> list[str]:
    origins = sorted({each.strip().lower().rstrip("/") for each in wanted if each.strip()})
    if len(origins) > MOST_ORIGINS:
        raise InvalidInputError(f"At most {MOST_ORIGINS} sites may embed it.", pointer="allowed_origins")
    for origin in origins:
        if not _ORIGIN.match(origin):
            text = "Name each site by scheme and host alone, such as https://intranet.example.com."
            raise InvalidInputError(text, pointer="allowed_origins")
    return origins


def _filters(wanted: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Query parameters with their values; which of them mean something the list of items decides."""
    filters = {str(name): [str(value) for value in values] for name, values in wanted.items() if values}
    texts = [*filters, *(value for values in filters.values() for value in values)]
    if len(texts) > 2 * MOST_FILTERS or any(len(text) > LONGEST_FILTER for text in texts):
        raise InvalidInputError("These are too many filters for a link.", pointer="filters")
    return filters
