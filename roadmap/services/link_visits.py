"""What a visitor with a public link does: find it, open it, enter its password."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.hashers import check_password
from django.db.models import F, Q

from core.errors import DomainError
from roadmap.models import PublicLink, PublicLinkTally, Roadmap
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import tenant_scope
from tenancy.services.authentication import hash_token
from tenancy.services.ledger import record_event

RECORDED_EVERY = timedelta(hours=1)
MOST_WRONG_PASSWORDS = 10
LOCKED_FOR = timedelta(minutes=15)
LONGEST_TRY = 128
_TABLE = "roadmap_publiclink"


class LinkLockedError(DomainError):
    """Too many wrong passwords."""

    code = "link_locked"
    status = 429


def visitor(organization: Organization, *, request_id: str = "") -> Actor:
    """Whoever holds a link: no person, and allowed to read roadmaps alone; restricted portfolios stay hidden."""
    return Actor(
        organization=organization,
        role=Role.VIEWER,
        token_scopes=frozenset({"roadmap:read"}),
        source="link",
        request_id=request_id,
    )


@contextmanager
def link_scope(slug: str, secret: str, *, now: datetime, request_id: str) -> Iterator[PublicLink | None]:
    """The organization's scope as a visitor, with the link behind the secret.

    None when there is no such link, it is revoked or expired, or its roadmap has become restricted: a visitor cannot
    tell these apart. Looked up inside the organization of the address, so another one's secret is unknown here.
    """
    organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        yield None
        return
    with tenant_scope(visitor(organization, request_id=request_id)) as actor:
        link = (
            PublicLink.objects.filter(token_hash=hash_token(secret)).select_related("roadmap", "organization").first()
        )
        is_open = link is not None and link.is_open_at(now) and _is_visible(link, actor)
        yield link if is_open else None


def _is_visible(link: PublicLink, actor: Actor) -> bool:
    return Roadmap.objects.permitted(actor).filter(pk=link.roadmap_id).exists()


def record_opening(link: PublicLink, *, now: datetime) -> None:
    """Count the opening; the ledger gets the first one in every hour, with how many there were since the last."""
    tally = PublicLinkTally.objects.filter(link=link)
    tally.update(opening_count=F("opening_count") + 1, last_opened_at=now)
    due = tally.filter(Q(recorded_at=None) | Q(recorded_at__lte=now - RECORDED_EVERY))
    row = due.select_for_update(of=("self",)).values("opening_count", "recorded_count").first()
    if row is not None:
        tally.update(recorded_at=now, recorded_count=F("opening_count"))
        openings = row["opening_count"] - row["recorded_count"]
        record_event("public_link.opened", table=_TABLE, record_id=link.pk, openings=openings)


def try_password(link: PublicLink, password: str, *, now: datetime) -> bool:
    """Whether this is the link's password; after ten wrong ones nobody may try for a quarter of an hour.

    Tries at the same moment wait for each other. Raises LinkLockedError while the link is locked.
    """
    tally = PublicLinkTally.objects.for_update().get(link=link)
    if tally.locked_until is not None and tally.locked_until > now:
        raise LinkLockedError("Too many wrong passwords. Try again in a quarter of an hour.")
    if len(password) <= LONGEST_TRY and check_password(password, link.password_hash):
        PublicLinkTally.objects.filter(pk=tally.pk).update(failed_passwords=0, locked_until=None)
        return True
    failed = tally.failed_passwords + 1
    if failed >= MOST_WRONG_PASSWORDS:
        record_event("public_link.locked", table=_TABLE, record_id=link.pk, wrong_passwords=failed)
        PublicLinkTally.objects.filter(pk=tally.pk).update(failed_passwords=0, locked_until=now + LOCKED_FOR)
    else:
        PublicLinkTally.objects.filter(pk=tally.pk).update(failed_passwords=failed)
    return False


def key_of(link: PublicLink) -> str:
    """What a browser keeps, signed, once it knows the password: worthless for other links and other passwords."""
    return sha256(f"{link.pk}:{link.password_hash}".encode()).hexdigest()
