"""Portfolios: create, change, delete, share."""

from typing import Any

from django.db import transaction
from guardian.shortcuts import assign_perm, remove_perm

from core.errors import InvalidInputError, NotPermittedError
from portfolio.models import Portfolio, PortfolioUserObjectPermission
from portfolio.querysets import CHANGE_GRANT, VIEW_GRANT
from portfolio.services.access import PORTFOLIO_VIEW_ONLY
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"name", "key_prefix", "description", "visibility"})
TAKEN = {"portfolio_portfolio_name": ("name", "There is already a portfolio of this name.")}


@transaction.atomic
def create_portfolio(*, actor: Actor, **fields: Any) -> Portfolio:
    """A new portfolio; its creator keeps sight of it when it is restricted."""
    actor.require("portfolio.create")
    named_action("portfolio.created")
    portfolio = Portfolio()
    assign(portfolio, fields, editable=EDITABLE)
    save_checked(portfolio, taken=TAKEN)
    if actor.user is not None:
        _grant(portfolio, actor.user, may_change=True)
    return portfolio


@transaction.atomic
def change_portfolio(portfolio: Portfolio, *, actor: Actor, **changes: Any) -> Portfolio:
    """Change name, key prefix, description or visibility."""
    actor.require("portfolio.change")
    locked = _locked(portfolio, actor, "change")
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        named_action("portfolio.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def delete_portfolio(portfolio: Portfolio, *, actor: Actor) -> None:
    """Delete an empty portfolio; one that still holds initiatives is refused."""
    actor.require("portfolio.delete")
    locked = _locked(portfolio, actor, "delete")
    named_action("portfolio.deleted")
    delete_checked(locked)


@transaction.atomic
def share_portfolio(portfolio: Portfolio, *, membership: Membership, actor: Actor, may_change: bool = False) -> None:
    """Let a member see a restricted portfolio, with `may_change` also write in it as far as their role goes."""
    actor.require("portfolio.share")
    locked = _locked(portfolio, actor, "share")
    known = Membership.objects.active().select_related("user").filter(pk=membership.pk).first()
    if known is None:
        raise InvalidInputError("This person is not an active member of the organization.", pointer="membership")
    named_action("portfolio.shared")
    _grant(locked, known.user, may_change=may_change)


@transaction.atomic
def unshare_portfolio(portfolio: Portfolio, *, membership: Membership, actor: Actor) -> None:
    """Take every grant on the portfolio from a member."""
    actor.require("portfolio.share")
    locked = _locked(portfolio, actor, "share")
    named_action("portfolio.unshared")
    for grant in (VIEW_GRANT, CHANGE_GRANT):
        remove_perm(grant, membership.user, locked)


def shared_with(portfolio: Portfolio) -> list[tuple[Membership, bool]]:
    """Members the portfolio is shared with, and whether they may change what is in it."""
    grants = PortfolioUserObjectPermission.objects.filter(content_object=portfolio)
    codenames: dict[Any, set[str]] = {}
    for user_id, codename in grants.values_list("user_id", "permission__codename"):
        codenames.setdefault(user_id, set()).add(codename)
    members = Membership.objects.select_related("user").filter(user__in=codenames).order_by("user__name", "pk")
    return [(member, CHANGE_GRANT in codenames[member.user_id]) for member in members]


def _grant(portfolio: Portfolio, user: Any, *, may_change: bool) -> None:
    assign_perm(VIEW_GRANT, user, portfolio)
    if may_change:
        assign_perm(CHANGE_GRANT, user, portfolio)
    else:
        remove_perm(CHANGE_GRANT, user, portfolio)


def _locked(portfolio: Portfolio, actor: Actor, verb: str) -> Portfolio:
    found = Portfolio.objects.permitted(actor, verb).for_update().filter(pk=portfolio.pk).first()
    if found is None:
        raise NotPermittedError(PORTFOLIO_VIEW_ONLY)
    return found
