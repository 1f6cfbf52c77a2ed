"""Portfolios and themes: names, sharing, deletion, rights."""

import pytest

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from portfolio.models import Portfolio, PortfolioUserObjectPermission, Theme
from portfolio.services.portfolios import (
    change_portfolio,
    create_portfolio,
    delete_portfolio,
    share_portfolio,
    shared_with,
    unshare_portfolio,
)
from portfolio.services.themes import change_theme, create_theme, delete_theme
from tenancy.models import LedgerEvent, Membership
from tenancy.scope import tenant_scope
from tenancy.services.saving import StillReferencedError
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory, ThemeFactory


def test_create_portfolio_keeps_a_restricted_one_in_its_creators_sight(scope, product_manager, director):
    portfolio = create_portfolio(actor=product_manager, name="Secret", visibility=Visibility.RESTRICTED)

    assert list(Portfolio.objects.permitted(product_manager)) == [portfolio]
    assert list(Portfolio.objects.permitted(product_manager, "change")) == [portfolio]
    assert list(Portfolio.objects.permitted(director)) == []


def test_create_portfolio_refuses_a_taken_name_at_the_name(scope):
    PortfolioFactory(name="Search")

    with pytest.raises(InvalidInputError) as refusal:
        create_portfolio(actor=scope, name="Search")

    assert (refusal.value.pointer, refusal.value.message) == ("name", "There is already a portfolio of this name.")


def test_same_name_in_two_organizations(product_manager, stranger):
    with tenant_scope(product_manager):
        create_portfolio(actor=product_manager, name="Search")
    with tenant_scope(stranger):
        create_portfolio(actor=stranger, name="Search")

        assert Portfolio.objects.count() == 1


def test_change_portfolio_needs_the_change_grant_on_a_restricted_one(scope, product_manager):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
    member = Membership.objects.get(user=product_manager.user)
    share_portfolio(portfolio, membership=member, actor=scope)

    with pytest.raises(NotPermittedError):
        change_portfolio(portfolio, actor=product_manager, name="No")
    share_portfolio(portfolio, membership=member, actor=scope, may_change=True)

    assert change_portfolio(portfolio, actor=product_manager, name="Yes").name == "Yes"


def test_unshare_portfolio_takes_every_grant(scope, product_manager):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
    member = Membership.objects.get(user=product_manager.user)
    share_portfolio(portfolio, membership=member, actor=scope, may_change=True)
    assert shared_with(portfolio) == [(member, True)]

    unshare_portfolio(portfolio, membership=member, actor=scope)

    assert shared_with(portfolio) == []
    assert PortfolioUserObjectPermission.objects.count() == 0
    assert not Portfolio.objects.permitted(product_manager).exists()


def test_share_portfolio_twice_makes_one_grant_and_lowering_takes_the_right_to_change(scope, viewer):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
    member = Membership.objects.get(user=viewer.user)

    share_portfolio(portfolio, membership=member, actor=scope, may_change=True)
    share_portfolio(portfolio, membership=member, actor=scope)

    assert shared_with(portfolio) == [(member, False)]


def test_share_portfolio_is_recorded_with_its_name(scope, viewer):
    portfolio = PortfolioFactory()

    share_portfolio(portfolio, membership=Membership.objects.get(user=viewer.user), actor=scope)

    table = "portfolio_portfoliouserobjectpermission"
    assert LedgerEvent.objects.get(table_name=table).action == "portfolio.shared"


def test_share_portfolio_is_not_for_product_managers(scope, product_manager, viewer):
    with pytest.raises(NotPermittedError):
        share_portfolio(PortfolioFactory(), membership=Membership.objects.get(user=viewer.user), actor=product_manager)


def test_delete_portfolio_refuses_while_it_holds_initiatives(scope):
    portfolio = InitiativeFactory().portfolio

    with pytest.raises(StillReferencedError, match=r"1 . initiative"):
        delete_portfolio(portfolio, actor=scope)

    assert Portfolio.objects.filter(pk=portfolio.pk).exists()


def test_delete_portfolio_removes_an_empty_one(scope):
    portfolio = PortfolioFactory()

    delete_portfolio(portfolio, actor=scope)

    assert Portfolio.objects.count() == 0


def test_delete_theme_leaves_its_initiatives_without_one(scope):
    theme = ThemeFactory()
    initiative = InitiativeFactory(theme=theme)

    delete_theme(theme, actor=scope)

    initiative.refresh_from_db()
    assert initiative.theme_id is None


def test_theme_names_are_unique(scope):
    create_theme(actor=scope, name="Trust")
    other = create_theme(actor=scope, name="Speed")

    with pytest.raises(InvalidInputError) as refusal:
        change_theme(other, actor=scope, name="Trust")

    assert refusal.value.pointer == "name"
    assert sorted(Theme.objects.values_list("name", flat=True)) == ["Speed", "Trust"]


def test_themes_are_not_for_viewers_to_write(scope, viewer):
    with pytest.raises(NotPermittedError):
        create_theme(actor=viewer, name="No")
    with pytest.raises(NotPermittedError):
        delete_theme(ThemeFactory(), actor=viewer)
