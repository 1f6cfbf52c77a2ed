"""Targets of KPIs by period, and the status that follows from value, target and age."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.errors import DuplicateError, InvalidInputError, NotPermittedError
from portfolio.enums import KpiStatus, Visibility
from portfolio.models import Kpi, KpiStanding, KpiTarget
from portfolio.models.kpi_target import FROM_THE_START
from portfolio.selectors.kpi_targets import target_changes, targets_of
from portfolio.services.kpi_standings import refresh_standings
from portfolio.services.kpi_targets import change_target, delete_target, set_target
from portfolio.services.kpis import change_kpi, create_kpi
from portfolio.services.portfolios import share_portfolio
from tenancy.models import Membership
from tests.factories.portfolio import (
    InitiativeFactory,
    KpiFactory,
    KpiRollupFactory,
    KpiTargetFactory,
    PortfolioFactory,
)

FIFTH = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOW = datetime(2026, 1, 6, 9, tzinfo=UTC)
SIXTH = NOW.date()


def shown(kpi, now=NOW) -> Kpi:
    return Kpi.objects.with_status(now).get(pk=kpi.pk)


def refreshed(kpi, scope, today=SIXTH) -> Kpi:
    refresh_standings(actor=scope, kpis=[kpi.pk], today=today)
    return shown(kpi)


@pytest.mark.parametrize(
    ("direction", "value", "target", "expected"),
    [
        ("up", 10, 10, KpiStatus.ON_TRACK),
        ("up", 9, 10, KpiStatus.AT_RISK),
        ("up", 7, 10, KpiStatus.OFF_TRACK),
        ("down", 10, 10, KpiStatus.ON_TRACK),
        ("down", 12, 10, KpiStatus.AT_RISK),
        ("down", 13, 10, KpiStatus.OFF_TRACK),
        ("up", 10, None, KpiStatus.UNKNOWN),
    ],
)
def test_status_compares_the_newest_value_with_the_target(scope, direction, value, target, expected):
    kpi = KpiFactory(direction=direction)
    if target is not None:
        KpiTargetFactory(kpi=kpi, target=target, tolerance=2)
    KpiRollupFactory(kpi=kpi, value=value)
    KpiRollupFactory(kpi=kpi, value=0, period_start=date(2026, 1, 4), last_observed_at=FIFTH - timedelta(days=1))

    assert refreshed(kpi, scope).status == expected


@pytest.mark.parametrize(("value", "expected"), [(9, "on_track"), (7, "at_risk"), (12, "off_track")])
def test_band_is_judged_on_both_sides(scope, value, expected):
    kpi = KpiFactory(direction="band")
    KpiRollupFactory(kpi=kpi, value=value)

    set_target(kpi, actor=scope, low=Decimal(8), high=Decimal(10), tolerance=Decimal(1), reason="Contract.")

    assert (refreshed(kpi, scope).status, shown(kpi).low, shown(kpi).high) == (expected, 8, 10)


def test_kpi_without_observations_is_unknown_even_with_target_zero(scope):
    kpi = KpiFactory(direction="down", target=0)

    found = refreshed(kpi, scope)

    assert (found.status, found.latest_value, found.last_observed_at, found.target) == ("unknown", None, None, 0)


def test_kpi_whose_standing_was_never_made_is_unknown(scope):
    assert shown(KpiFactory()).status == KpiStatus.UNKNOWN


@pytest.mark.parametrize(("frequency", "days"), [("daily", 2), ("weekly", 14), ("monthly", 62), ("quarterly", 184)])
def test_kpi_is_stale_after_two_of_its_periods_without_a_job(scope, frequency, days):
    kpi = KpiFactory(frequency=frequency, target=1)
    for period, start in (("day", 5), ("week", 5), ("month", 1), ("quarter", 1)):
        KpiRollupFactory(kpi=kpi, period=period, period_start=date(2026, 1, start))
    refresh_standings(actor=scope, kpis=[kpi.pk], today=SIXTH)

    in_time = shown(kpi, FIFTH + timedelta(days=days))
    too_late = shown(kpi, FIFTH + timedelta(days=days, seconds=1))

    assert (in_time.status, too_late.status) == (KpiStatus.ON_TRACK, KpiStatus.STALE)


def test_sum_of_a_running_period_is_not_compared_until_time_has_closed_it(scope):
    kpi = KpiFactory(aggregation="sum", frequency="monthly", target=100)
    KpiRollupFactory(kpi=kpi, period="month", period_start=date(2025, 12, 1), value=120)
    KpiRollupFactory(kpi=kpi, period="month", period_start=date(2026, 1, 1), value=3)

    running = refreshed(kpi, scope)
    assert (running.latest_value, running.latest_start, running.status) == (120, date(2025, 12, 1), "on_track")
    assert refresh_standings(actor=scope, today=date(2026, 1, 31)) == 0
    assert refresh_standings(actor=scope, today=date(2026, 2, 1)) == 1
    assert (shown(kpi).latest_value, shown(kpi).status) == (3, "off_track")


def test_period_is_judged_by_the_target_in_force_on_its_last_day(scope):
    kpi = KpiFactory(frequency="monthly", target=100)
    KpiRollupFactory(kpi=kpi, period="month", period_start=date(2025, 12, 1), value=120)
    KpiTargetFactory(kpi=kpi, target=150, valid_from=date(2026, 1, 1))
    before = refreshed(kpi, scope)
    KpiRollupFactory(kpi=kpi, period="month", period_start=date(2026, 1, 1), value=120)

    after = refreshed(kpi, scope)

    assert (before.target, before.status) == (100, "on_track")
    assert (after.target, after.status, after.previous_value) == (150, "off_track", 120)


def test_anomaly_is_flagged_and_the_recent_values_are_kept(scope):
    kpi = KpiFactory(frequency="monthly")
    values = [10, 11, 10, 12, 11, 10, 11, 12, 10, 11, 12, 11, 10, 11, None, 10, 30]
    for number, value in enumerate(values):
        if value is not None:
            start = date(2024 + (7 + number) // 12, (7 + number) % 12 + 1, 1)
            KpiRollupFactory(kpi=kpi, period="month", period_start=start, value=value)

    found = refreshed(kpi, scope)

    assert (found.latest_start, found.is_anomaly, found.recent) == (date(2025, 12, 1), True, values[-13:])


def test_first_target_judges_all_that_was_observed_and_later_ones_the_running_period(scope):
    kpi = create_kpi(actor=scope, key="csat", name="CSAT", frequency="monthly")

    first = set_target(kpi, actor=scope, target=Decimal(4), reason="Benchmark of the trade.")
    second = set_target(kpi, actor=scope, target=Decimal(5), reason="Reached four.")

    assert (first.valid_from, second.valid_from) == (FROM_THE_START, datetime.now(UTC).date().replace(day=1))


def test_two_targets_cannot_be_in_force_at_once(scope):
    kpi = KpiFactory(target=1)

    with pytest.raises(DuplicateError) as refusal:
        set_target(kpi, actor=scope, target=Decimal(2), valid_from=FROM_THE_START, reason="Again.")

    assert refusal.value.pointer == "valid_from"


@pytest.mark.parametrize(
    ("direction", "goal", "pointer"),
    [
        ("up", {}, "target"),
        ("up", {"target": Decimal(1), "low": Decimal(0)}, "low"),
        ("up", {"target": Decimal(1), "tolerance": Decimal(-1)}, "tolerance"),
        ("up", {"target": Decimal(1), "valid_from": date(1999, 12, 31)}, "valid_from"),
        ("up", {"target": Decimal(1), "valid_from": date(3000, 1, 1)}, "valid_from"),
        ("up", {"target": Decimal(1), "reason": "  "}, "reason"),
        ("band", {"target": Decimal(1)}, "target"),
        ("band", {"low": Decimal(1)}, "high"),
        ("band", {"low": Decimal(2), "high": Decimal(1)}, "high"),
    ],
)
def test_targets_that_make_no_sense_are_refused_at_their_field(scope, direction, goal, pointer):
    kpi = KpiFactory(direction=direction)

    with pytest.raises(InvalidInputError) as refusal:
        set_target(kpi, actor=scope, **{"reason": "Plan.", **goal})

    assert (refusal.value.pointer, KpiTarget.objects.count()) == (pointer, 0)


def test_change_of_a_target_is_explained_and_judged_at_once(scope):
    kpi = create_kpi(actor=scope, key="csat", name="CSAT", target=Decimal(12))
    KpiRollupFactory(kpi=kpi, value=10)
    target = KpiTarget.objects.get()

    change_target(target, actor=scope, target=Decimal(10), reason="The pilot showed what is possible.")

    changes = target_changes(kpi, targets_of(kpi))
    assert shown(kpi).latest_value == 10
    assert KpiStanding.objects.get().status == KpiStatus.ON_TRACK
    assert [(change.action_label, change.reason) for change in changes] == [
        ("KPI target changed", "The pilot showed what is possible."),
        ("KPI target set", "First target."),
    ]
    assert {change.label for change in changes[0].changes} == {"Target", "Reason"}


def test_removed_target_stays_in_the_history_of_the_kpi(scope):
    kpi = create_kpi(actor=scope, key="csat", name="CSAT", target=Decimal(12))

    delete_target(KpiTarget.objects.get(), actor=scope, reason="Measured nowhere.")

    changes = target_changes(kpi, targets_of(kpi))
    assert (KpiTarget.objects.count(), shown(kpi).target) == (0, None)
    assert (changes[0].action_label, changes[0].reason) == ("KPI target removed", "Measured nowhere.")


def test_direction_that_the_targets_do_not_fit_is_refused(scope):
    kpi = create_kpi(actor=scope, key="csat", name="CSAT", target=Decimal(12))

    with pytest.raises(InvalidInputError, match="single values") as refusal:
        change_kpi(kpi, actor=scope, direction="band")

    assert refusal.value.pointer == "direction"


def test_new_direction_is_judged_at_once(scope):
    kpi = create_kpi(actor=scope, key="csat", name="CSAT", target=Decimal(12))
    KpiRollupFactory(kpi=kpi, value=10)

    change_kpi(kpi, actor=scope, direction="down")

    assert KpiStanding.objects.get().status == KpiStatus.ON_TRACK


@pytest.mark.parametrize(("role", "may"), [("product_manager", True), ("finance", False), ("viewer", False)])
def test_rights_to_set_targets(scope, actor_with, role, may):
    actor, kpi = actor_with(role), KpiFactory()

    if may:
        assert set_target(kpi, actor=actor, target=Decimal(1), reason="Plan.").target == 1
    else:
        with pytest.raises(NotPermittedError):
            set_target(kpi, actor=actor, target=Decimal(1), reason="Plan.")


def test_kpi_of_a_restricted_portfolio_is_hidden_with_all_its_rows(scope, product_manager):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
    kpi = KpiFactory(portfolio=portfolio, target=5)
    KpiRollupFactory(kpi=kpi)
    member = Membership.objects.get(user=product_manager.user)

    with pytest.raises(NotPermittedError):
        set_target(kpi, actor=product_manager, target=Decimal(1), reason="Plan.")
    assert not Kpi.objects.permitted(product_manager).exists()
    assert not KpiTarget.objects.permitted(product_manager).exists()
    share_portfolio(portfolio, membership=member, actor=scope)
    assert KpiTarget.objects.permitted(product_manager).exists()
    with pytest.raises(NotPermittedError):
        set_target(kpi, actor=product_manager, target=Decimal(1), reason="Plan.")
    share_portfolio(portfolio, membership=member, actor=scope, may_change=True)
    assert set_target(kpi, actor=product_manager, target=Decimal(1), reason="Plan.").target == 1


def test_kpi_is_not_of_an_initiative_and_a_portfolio(scope):
    kpi = KpiFactory(portfolio=PortfolioFactory())

    with pytest.raises(InvalidInputError) as refusal:
        change_kpi(kpi, actor=scope, initiative=InitiativeFactory())

    assert refusal.value.pointer == "portfolio"


def test_refresh_costs_the_same_for_any_number_of_kpis(scope, django_assert_num_queries):
    for number in (1, 3, 30):
        kpis = [KpiFactory(target=1) for _ in range(number)]
        for kpi in kpis:
            KpiRollupFactory(kpi=kpi)
        with django_assert_num_queries(REFRESH_QUERIES):
            refresh_standings(actor=scope, kpis=[kpi.pk for kpi in kpis], today=SIXTH)


# Lock, KPIs, the name of the action, rollups, targets, the write and the two statements of its savepoint.
REFRESH_QUERIES = 8
