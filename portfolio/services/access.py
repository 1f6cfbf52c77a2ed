"""The checks writes of the portfolio share: the row locked, and the place it is put in open for writing."""

from typing import TypeVar
from uuid import UUID

from core.errors import InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.models import Initiative, Portfolio
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD, TenantOwned

VIEW_ONLY = "Its portfolio is shared with you to view only."
PORTFOLIO_VIEW_ONLY = "This portfolio is shared with you to view only."

Row = TypeVar("Row", bound=TenantOwned)


def lock_permitted(row: Row, verb: str, *, actor: Actor, expected_version: int | None = None) -> Row:
    """The row as it is now, locked; refused when its portfolio is shared with the actor to view only.

    Raises StaleVersionError when it is not at the expected version; None stands for any.
    """
    found: Row | None = type(row).objects.permitted(actor, verb).for_update().filter(pk=row.pk).first()
    if found is None:
        raise NotPermittedError(VIEW_ONLY)
    if expected_version is not None and found.version != expected_version:
        raise StaleVersionError(f"Somebody else changed this {row._meta.verbose_name} after you opened it.")
    return found


def require_writable_initiative(initiative_id: UUID | None, *, actor: Actor) -> None:
    """Raise unless the actor sees the initiative and may write in its portfolio; the pointer is `initiative`."""
    initiative = Initiative.objects.permitted(actor).filter(pk=initiative_id).first()
    if initiative is None:
        raise InvalidInputError(NO_SUCH_RECORD, pointer="initiative")
    if not Portfolio.objects.open_for_writing(actor).filter(pk=initiative.portfolio_id).exists():
        raise NotPermittedError(VIEW_ONLY, pointer="initiative")


def require_writable_portfolio(portfolio_id: UUID | None, *, actor: Actor) -> None:
    """Raise unless the actor sees the portfolio and may write in it; the pointer is `portfolio`."""
    if not Portfolio.objects.permitted(actor).filter(pk=portfolio_id).exists():
        raise InvalidInputError(NO_SUCH_RECORD, pointer="portfolio")
    if not Portfolio.objects.open_for_writing(actor).filter(pk=portfolio_id).exists():
        raise NotPermittedError(VIEW_ONLY, pointer="portfolio")
