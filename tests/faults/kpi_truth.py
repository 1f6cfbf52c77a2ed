"""What the rollups must be, computed from the observations by statements that share nothing with ours."""

from django.db import connection

_PERIODS = "(VALUES ('day'), ('week'), ('month'), ('quarter')) period (name)"
_WEIGHT = "coalesce(o.weight, o.sample_size, 1)"
_TRUTH = f"""
SELECT o.kpi_id, period.name, date_trunc(period.name, o.observed_at AT TIME ZONE 'UTC')::date,
    round(CASE kpi.aggregation
        WHEN 'sum' THEN sum(o.value)
        WHEN 'mean' THEN avg(o.value)
        WHEN 'weighted_mean' THEN sum(o.value * {_WEIGHT}) / nullif(sum({_WEIGHT}), 0)
        WHEN 'ratio' THEN sum(o.numerator) / sum(o.denominator)
        WHEN 'min' THEN min(o.value)
        WHEN 'max' THEN max(o.value)
        WHEN 'last' THEN (array_agg(o.value ORDER BY o.observed_at DESC, o.id DESC))[1]
        WHEN 'median' THEN (percentile_cont(0.5) WITHIN GROUP (ORDER BY o.value::float8))::numeric
        WHEN 'p95' THEN (percentile_cont(0.95) WITHIN GROUP (ORDER BY o.value::float8))::numeric
    END, 6), count(*), max(o.observed_at)
FROM portfolio_kpiobservation o JOIN portfolio_kpi kpi ON kpi.id = o.kpi_id CROSS JOIN {_PERIODS}
GROUP BY 1, 2, 3, kpi.aggregation
"""
_STORED = "SELECT kpi_id, period::text, period_start, value, count, last_observed_at FROM portfolio_kpirollup"


def differences() -> tuple[int, int]:
    """(missing, wrong) rollups of the open scope's organization."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH truth AS ({_TRUTH}), stored AS ({_STORED})
            SELECT (SELECT count(*) FROM (SELECT * FROM truth EXCEPT ALL SELECT * FROM stored) missing),
                (SELECT count(*) FROM (SELECT * FROM stored EXCEPT ALL SELECT * FROM truth) wrong)
            """
        )
        missing, wrong = cursor.fetchone()
        return missing, wrong
