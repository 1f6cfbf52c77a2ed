"""Usage records that should not be there: deleted, and their day costed again."""

from decimal import Decimal

import pytest

from core.errors import NotPermittedError
from portfolio.enums import Visibility
from portfolio.models import UnitCostMonth, UsageRecord
from portfolio.services.unit_costs import compute_unit_costs
from portfolio.services.usage_records import delete_usage
from tenancy.enums import Role
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.portfolio.test_unit_costs import FIFTH, MILLION, costs, price, record, used


def test_deleted_record_costs_nothing_any_more_and_sent_again_it_does(scope):
    price(scope)
    kept, gone = (
        used(initiative := InitiativeFactory(), input_tokens=MILLION),
        used(initiative, "b", input_tokens=MILLION),
    )
    record(scope, kept, gone)
    compute_unit_costs(actor=scope)
    both = costs()

    delete_usage(UsageRecord.objects.get(source_id="b"), actor=scope)
    compute_unit_costs(actor=scope)
    one = costs()
    delete_usage(UsageRecord.objects.get(source_id="a"), actor=scope)
    compute_unit_costs(actor=scope)
    none = (costs(), UnitCostMonth.objects.count())
    record(scope, gone)
    compute_unit_costs(actor=scope)

    assert (both, one, none) == ([(FIFTH, Decimal(4), 0)], [(FIFTH, Decimal(2), 0)], ([], 0))
    assert costs() == [(FIFTH, Decimal(2), 0)]


def test_who_loads_usage_may_not_always_delete_it(scope, actor_with, product_manager):
    hidden = PortfolioFactory(visibility=Visibility.RESTRICTED)
    record(scope, used(InitiativeFactory(portfolio=hidden), input_tokens=1))
    stored = UsageRecord.objects.get()

    for actor in (actor_with(Role.CONTRIBUTOR), product_manager):
        with tenant_scope(actor), pytest.raises(NotPermittedError):
            delete_usage(stored, actor=actor)

    assert UsageRecord.objects.count() == 1
