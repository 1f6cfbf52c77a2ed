"""Usage and its cost: idempotent rows, dated prices and rates, unknown instead of zero, nothing counted twice."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from portfolio.models import PricedModel, UnitCostDay, UnitCostMonth, UsageRecord, UsageTouchedDay
from portfolio.services import unit_costs
from portfolio.services.exchange_rates import change_exchange_rate, create_exchange_rate
from portfolio.services.price_book import change_model_price, create_model_price, delete_model_price
from portfolio.services.unit_costs import compute_unit_costs
from portfolio.services.usage_records import MAX_BATCH, RowOutcome, UsageInput, record_usage
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.connections import together
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory

TODAY = date(2026, 6, 30)
FIFTH = date(2026, 1, 5)
MILLION = 1_000_000


def used(initiative, source_id="a", **changes) -> UsageInput:
    fields = {"used_on": FIFTH, "source": "gateway", "provider": "Northlight", "model": "lumen-2"}
    return UsageInput(initiative_id=initiative.pk, source_id=source_id, **{**fields, **changes})


def record(actor, *rows, is_atomic=False):
    return record_usage(rows, actor=actor, today=TODAY, is_atomic=is_atomic)


def outcomes(results):
    return [str(result.outcome) for result in results]


def price(actor, kind="input", amount="2", valid_from=date(2025, 1, 1), **changes):
    fields = {"provider": "Northlight", "model": "lumen-2", "currency": "EUR", **changes}
    return create_model_price(actor=actor, kind=kind, amount=Decimal(amount), valid_from=valid_from, **fields)


def costs():
    return list(UnitCostDay.objects.order_by("day").values_list("day", "cost", "unknown_parts"))


def test_rows_are_created_corrected_passed_over_and_refused_one_by_one(scope):
    initiative = InitiativeFactory()
    first = record(scope, used(initiative, "a", input_tokens=5), used(initiative, "b", input_tokens=5))

    second = record(
        scope,
        used(initiative, "a", input_tokens=5),
        used(initiative, "b", input_tokens=7),
        used(initiative, "c", used_on=date(2126, 1, 1)),
        used(initiative, "d"),
    )

    assert outcomes(first) == ["created", "created"]
    assert outcomes(second) == ["unchanged", "corrected", "refused", "created"]
    assert second[2].error.pointer == "used_on"
    stored = UsageRecord.objects.order_by("source_id").values_list("source_id", "input_tokens")
    assert list(stored) == [("a", 5), ("b", 7), ("d", 0)]


def test_atomic_batch_with_a_refused_row_stores_nothing(scope):
    initiative = InitiativeFactory()

    results = record(scope, used(initiative, "a"), used(initiative, "b", input_tokens=-1), is_atomic=True)

    assert outcomes(results) == ["unchanged", "refused"]
    assert UsageRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"input_tokens": -1}, "input_tokens"),
        ({"output_tokens": 10**1000}, "output_tokens"),
        ({"gpu_hours": Decimal("NaN")}, "gpu_hours"),
        ({"gpu_hours": Decimal("Infinity")}, "gpu_hours"),
        ({"used_on": date(1999, 12, 31)}, "used_on"),
        ({"source_id": ""}, "source_id"),
        ({"source_id": "x" * 121}, "source_id"),
        ({"source": "a\x00"}, "source"),
        ({"provider": ""}, "provider"),
        ({"model": "m" * 121}, "model"),
        ({"provider": "", "model": "", "images": 1}, "model"),
        ({"active_users": -3}, "active_users"),
    ],
)
def test_impossible_rows_are_refused_at_their_field(scope, changes, pointer):
    row = {"source_id": "a", **changes}

    [result] = record(scope, used(InitiativeFactory(), **row))

    assert (result.outcome, result.error.pointer) == (RowOutcome.REFUSED, pointer)
    assert UsageRecord.objects.count() == 0


def test_source_id_twice_in_one_request_refuses_the_second(scope):
    initiative = InitiativeFactory()

    assert outcomes(record(scope, used(initiative), used(initiative, input_tokens=9))) == ["created", "refused"]


def test_initiatives_of_others_and_hidden_ones_do_not_exist(product_manager, scope):
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))

    with tenant_scope(product_manager):
        [result] = record(product_manager, used(hidden))

    assert result.error.message == "There is no such initiative in this organization."


def test_too_many_rows_are_refused(scope):
    row = used(InitiativeFactory())

    with pytest.raises(InvalidInputError):
        record(scope, *[row] * (MAX_BATCH + 1))


def test_viewer_records_nothing(scope, viewer):
    initiative = InitiativeFactory()

    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        record(viewer, used(initiative))


def test_cost_is_quantity_by_the_price_of_the_day(scope):
    initiative = InitiativeFactory()
    price(scope)
    price(scope, amount="1", valid_from=date(2026, 1, 6))
    price(scope, kind="cached_input", amount="0.5")
    price(scope, kind="output", amount="8")
    price(scope, kind="batch_input", amount="1")
    price(scope, kind="image", amount="0.04", unit_quantity=Decimal(1))
    price(scope, kind="gpu_hour", amount="3", unit_quantity=Decimal(1))
    record(
        scope,
        used(initiative, "a", input_tokens=3 * MILLION, cached_input_tokens=MILLION, output_tokens=MILLION // 2),
        used(initiative, "b", input_tokens=MILLION, is_batch=True, images=10, gpu_hours=Decimal("1.5")),
        used(initiative, "c", used_on=date(2026, 1, 6), input_tokens=MILLION),
    )

    compute_unit_costs(actor=scope)

    by_hand = 3 * 2 + 0.5 + 4 + 1 + 0.4 + 4.5
    assert costs() == [(FIFTH, Decimal(str(by_hand)), 0), (date(2026, 1, 6), Decimal(1), 0)]


def test_cost_in_another_currency_takes_the_rate_of_the_day(scope):
    initiative = InitiativeFactory()
    price(scope, currency="USD")
    create_exchange_rate(actor=scope, currency="USD", valid_on=date(2026, 1, 1), rate=Decimal("0.9"))
    rate = create_exchange_rate(actor=scope, currency="USD", valid_on=date(2026, 1, 6), rate=Decimal("0.8"))
    record(
        scope,
        used(initiative, "a", input_tokens=MILLION),
        used(initiative, "b", used_on=date(2026, 1, 6), input_tokens=MILLION),
    )
    compute_unit_costs(actor=scope)
    first = costs()

    change_exchange_rate(rate, actor=scope, rate=Decimal("0.7"))
    result = compute_unit_costs(actor=scope)

    assert first == [(FIFTH, Decimal("1.8"), 0), (date(2026, 1, 6), Decimal("1.6"), 0)]
    assert costs()[1] == (date(2026, 1, 6), Decimal("1.4"), 0)
    assert (result.days, result.months) == (1, {(initiative.pk, date(2026, 1, 1))})


def test_missing_price_or_rate_makes_the_cost_unknown_and_never_zero(scope):
    initiative = InitiativeFactory()
    price(scope)
    price(scope, kind="output", amount="8", currency="USD")
    record(
        scope,
        used(initiative, "a", input_tokens=MILLION, output_tokens=MILLION, cached_input_tokens=5),
        used(initiative, "b", used_on=date(2026, 1, 7), input_tokens=MILLION),
    )

    compute_unit_costs(actor=scope)

    assert costs() == [(FIFTH, None, 2), (date(2026, 1, 7), Decimal(2), 0)]
    [month] = UnitCostMonth.objects.all()
    assert (month.cost, month.known_cost, month.unknown_days, month.days) == (None, Decimal(4), 1, 2)


def test_price_that_comes_later_fills_the_days_it_is_valid_on(scope):
    initiative = InitiativeFactory()
    record(scope, used(initiative, "a", input_tokens=MILLION))
    compute_unit_costs(actor=scope)
    unknown = costs()

    late = price(scope, valid_until=date(2026, 1, 31))
    compute_unit_costs(actor=scope)
    known = costs()
    change_model_price(late, actor=scope, valid_until=date(2026, 1, 4))
    compute_unit_costs(actor=scope)
    ended = costs()
    delete_model_price(late, actor=scope)
    compute_unit_costs(actor=scope)

    assert unknown == ended == costs() == [(FIFTH, None, 1)]
    assert known == [(FIFTH, Decimal(2), 0)]


def test_month_divides_sums_and_takes_the_largest_number_of_active_users(scope):
    initiative = InitiativeFactory()
    price(scope)
    record(
        scope,
        used(initiative, "a", input_tokens=MILLION, requests=100, actions=40, active_users=10),
        used(initiative, "b", used_on=date(2026, 1, 9), input_tokens=MILLION, requests=300, active_users=16),
        used(initiative, "c", used_on=date(2026, 2, 1), input_tokens=MILLION),
    )

    compute_unit_costs(actor=scope)

    january, february = UnitCostMonth.objects.order_by("month")
    assert (january.cost, january.requests, january.actions, january.active_users) == (Decimal(4), 400, 40, 16)
    assert (january.cost_per_request, january.cost_per_active_user) == (Decimal("0.01"), Decimal("0.25"))
    assert january.cost_per_thousand_actions == Decimal(100)
    assert (february.cost_per_request, february.cost_per_active_user) == (None, None)


def test_activity_without_a_model_costs_nothing(scope):
    record(scope, used(InitiativeFactory(), provider="", model="", requests=7))

    compute_unit_costs(actor=scope)

    assert costs() == [(FIFTH, Decimal(0), 0)]
    assert PricedModel.objects.count() == 0


def test_corrected_day_leaves_no_cost_behind(scope):
    initiative, other = InitiativeFactory(), InitiativeFactory()
    price(scope)
    record(scope, used(initiative, input_tokens=MILLION))
    compute_unit_costs(actor=scope)

    record(scope, used(other, used_on=date(2026, 2, 3), input_tokens=MILLION))
    compute_unit_costs(actor=scope)

    assert list(UnitCostDay.objects.values_list("initiative", "day")) == [(other.pk, date(2026, 2, 3))]
    assert list(UnitCostMonth.objects.values_list("initiative", "month")) == [(other.pk, date(2026, 2, 1))]


def test_known_rows_touch_nothing_and_start_no_job(scope):
    row = used(InitiativeFactory(), input_tokens=1)
    record(scope, row)
    compute_unit_costs(actor=scope)
    Job.objects.all().delete()

    record(scope, row)

    assert (UsageTouchedDay.objects.count(), Job.objects.count()) == (0, 0)


def test_spike_is_marked_when_its_day_or_one_before_it_changes(scope):
    initiative = InitiativeFactory()
    price(scope)
    days = [FIFTH + timedelta(days=index) for index in range(20)]
    rows = [used(initiative, f"{day}", used_on=day, input_tokens=MILLION) for day in days]
    rows.append(used(initiative, "peak", used_on=days[-1], input_tokens=3 * MILLION))
    record(scope, *rows)

    compute_unit_costs(actor=scope)

    assert list(UnitCostDay.objects.filter(is_spike=True).values_list("day", "usual_cost")) == [(days[-1], Decimal(2))]
    assert UnitCostMonth.objects.get().spike_days == 1
    record(scope, *[used(initiative, f"{day}", used_on=day, input_tokens=5 * MILLION) for day in days[:-1]])
    compute_unit_costs(actor=scope)
    assert not UnitCostDay.objects.filter(is_spike=True).exists()
    assert UnitCostMonth.objects.get().spike_days == 0


def test_another_reporting_currency_computes_everything_anew(scope):
    price(scope)
    record(scope, used(InitiativeFactory(), input_tokens=MILLION))
    compute_unit_costs(actor=scope)
    scope.organization.currency = "USD"

    compute_unit_costs(actor=scope)

    assert costs() == [(FIFTH, None, 1)]
    create_exchange_rate(actor=scope, currency="EUR", valid_on=date(2026, 1, 1), rate=Decimal("1.1"))
    compute_unit_costs(actor=scope)
    assert costs() == [(FIFTH, Decimal("2.2"), 0)]


def test_small_batches_give_the_same_costs(scope, monkeypatch):
    initiative = InitiativeFactory()
    price(scope)
    record(
        scope,
        *[used(initiative, f"{n}", used_on=FIFTH + timedelta(days=n), input_tokens=MILLION) for n in range(9)],
    )
    monkeypatch.setattr(unit_costs, "BATCH", 2)

    result = compute_unit_costs(actor=scope)

    assert result.days == 9
    assert UnitCostMonth.objects.get().cost == Decimal(18)


class _KilledError(Exception):
    """Stands for a worker that dies in the middle of its work."""


def test_work_of_a_killed_worker_is_done_once_by_the_next(scope, monkeypatch):
    initiative = InitiativeFactory()
    price(scope)
    record(
        scope, *[used(initiative, f"{n}", used_on=FIFTH + timedelta(days=n), input_tokens=MILLION) for n in range(4)]
    )
    monkeypatch.setattr(unit_costs, "BATCH", 2)
    monkeypatch.setattr(unit_costs, "_mark_spikes", _dies)

    with pytest.raises(_KilledError), transaction.atomic():
        compute_unit_costs(actor=scope)
    after_the_death = (UnitCostDay.objects.count(), UsageTouchedDay.objects.count())
    monkeypatch.undo()
    compute_unit_costs(actor=scope)

    assert after_the_death == (0, 4)
    assert UnitCostMonth.objects.get().cost == Decimal(8)


def _dies(*_arguments):
    raise _KilledError


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_count_nothing_twice(owner):
    with tenant_scope(owner):
        initiative = InitiativeFactory()
        price(owner)
        rows = [used(initiative, f"{n}", used_on=FIFTH + timedelta(days=n), input_tokens=MILLION) for n in range(20)]
        record(owner, *rows)

    results = together(*[(owner, lambda actor: compute_unit_costs(actor=actor))] * 2)

    assert sorted(result.days for result in results) == [0, 20]
    with tenant_scope(owner):
        assert UnitCostMonth.objects.get().cost == Decimal(40)
