"""Words of KPIs, and how often they are looked at."""

from django.db.models import TextChoices


class KpiDirection(TextChoices):
    """Which way is better."""

    UP = "up", "Higher is better"
    DOWN = "down", "Lower is better"
    BAND = "band", "Within a band is better"


class KpiAggregation(TextChoices):
    """How observations of one period become its value."""

    SUM = "sum", "Sum"
    MEAN = "mean", "Mean"
    WEIGHTED_MEAN = "weighted_mean", "Weighted mean"
    LAST = "last", "Last"
    MEDIAN = "median", "Median"
    P95 = "p95", "95th percentile"
    RATIO = "ratio", "Ratio of sums"
    MINIMUM = "min", "Minimum"
    MAXIMUM = "max", "Maximum"


class KpiFrequency(TextChoices):
    """How often an observation is expected."""

    DAILY = "daily", "Daily"
    WEEKLY = "weekly", "Weekly"
    MONTHLY = "monthly", "Monthly"
    QUARTERLY = "quarterly", "Quarterly"


class RollupPeriod(TextChoices):
    """Length of a rollup, in UTC calendar days; weeks are those of ISO 8601 and start on Monday."""

    DAY = "day", "Day"
    WEEK = "week", "Week"
    MONTH = "month", "Month"
    QUARTER = "quarter", "Quarter"


class KpiStatus(TextChoices):
    """How a KPI stands against its target; stale and unknown are answers of their own, never zero."""

    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"
    OFF_TRACK = "off_track", "Off track"
    STALE = "stale", "Stale"
    UNKNOWN = "unknown", "Unknown"


# Days without an observation after which a KPI is stale: two of its periods.
STALE_AFTER_DAYS: dict[str, int] = {
    KpiFrequency.DAILY: 2,
    KpiFrequency.WEEKLY: 14,
    KpiFrequency.MONTHLY: 62,
    KpiFrequency.QUARTERLY: 184,
}
# The rollup a KPI's target is compared with.
TARGET_PERIODS: dict[str, str] = {
    KpiFrequency.DAILY: RollupPeriod.DAY,
    KpiFrequency.WEEKLY: RollupPeriod.WEEK,
    KpiFrequency.MONTHLY: RollupPeriod.MONTH,
    KpiFrequency.QUARTERLY: RollupPeriod.QUARTER,
}
