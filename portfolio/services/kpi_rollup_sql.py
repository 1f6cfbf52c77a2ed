"""The SQL of the rollups: days from observations, longer periods from days, percentiles always from observations."""

# What each aggregation adds up, by observation. The weight of a weighted mean is the sample size where none is given.
_WEIGHT = "coalesce(o.weight, o.sample_size, 1)"
_NUMERATOR = f"""CASE kpi.aggregation WHEN 'ratio' THEN o.numerator
    WHEN 'weighted_mean' THEN o.value * {_WEIGHT} ELSE o.value END"""
_DENOMINATOR = f"""CASE kpi.aggregation WHEN 'ratio' THEN o.denominator
    WHEN 'weighted_mean' THEN {_WEIGHT} WHEN 'mean' THEN 1 END"""

_VALUE = """CASE kpi.aggregation WHEN 'sum' THEN sum({numerator})
        ELSE sum({numerator}) / nullif(sum({denominator}), 0) END"""
_PERCENTILE = "percentile_cont(0.95) WITHIN GROUP (ORDER BY o.value::float8)::numeric"
_NOTHING = ("NULL::numeric", "NULL::numeric")


def _day_figures(value: str, numerator: str, denominator: str) -> str:
    return f"""
    SELECT o.kpi_id, 'day' AS period, (o.observed_at AT TIME ZONE 'UTC')::date AS first, {value} AS value,
        {numerator} AS numerator, {denominator} AS denominator, count(*) AS count,
        max(o.observed_at) AS last_observed_at
    FROM unnest(%(kpis)s::uuid[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) span (kpi_id, start, past)
    JOIN portfolio_kpi kpi ON kpi.organization_id = %(organization)s AND kpi.id = span.kpi_id
    JOIN portfolio_kpiobservation o ON o.organization_id = %(organization)s AND o.kpi_id = span.kpi_id
        AND o.observed_at >= span.start AND o.observed_at < span.past
        AND o.observed_at >= %(start)s AND o.observed_at < %(past)s
    GROUP BY o.kpi_id, (o.observed_at AT TIME ZONE 'UTC')::date, kpi.aggregation"""  # noqa: S608 - of this module


DAYS = {
    "totals": _day_figures(
        _VALUE.format(numerator=_NUMERATOR, denominator=_DENOMINATOR), f"sum({_NUMERATOR})", f"sum({_DENOMINATOR})"
    ),
    "min": _day_figures("min(o.value)", *_NOTHING),
    "max": _day_figures("max(o.value)", *_NOTHING),
    "last": _day_figures("(array_agg(o.value ORDER BY o.observed_at DESC, o.id DESC))[1]", *_NOTHING),
    "p95": _day_figures(_PERCENTILE, *_NOTHING),
}

_LATER = """
    SELECT span.kpi_id, span.period, span.first, {value} AS value, {numerator} AS numerator,
        {denominator} AS denominator, sum(r.count) AS count, max(r.last_observed_at) AS last_observed_at
    FROM unnest(%(kpis)s::uuid[], %(periods)s::text[], %(firsts)s::date[], %(pasts)s::date[])
        span (kpi_id, period, first, past)
    JOIN portfolio_kpi kpi ON kpi.organization_id = %(organization)s AND kpi.id = span.kpi_id
    JOIN portfolio_kpirollup r ON r.organization_id = %(organization)s AND r.kpi_id = span.kpi_id
        AND r.period = 'day' AND r.period_start >= span.first AND r.period_start < span.past
    GROUP BY span.kpi_id, span.period, span.first, kpi.aggregation"""


def _later_figures(value: str, numerator: str, denominator: str) -> str:
    return _LATER.format(value=value, numerator=numerator, denominator=denominator)


LATER = {
    "totals": _later_figures(
        _VALUE.format(numerator="r.numerator", denominator="r.denominator"), "sum(r.numerator)", "sum(r.denominator)"
    ),
    "min": _later_figures("min(r.value)", *_NOTHING),
    "max": _later_figures("max(r.value)", *_NOTHING),
    "last": _later_figures("(array_agg(r.value ORDER BY r.period_start DESC))[1]", *_NOTHING),
    # A percentile of percentiles is not a percentile.
    "p95": f"""
    SELECT span.kpi_id, span.period, span.first, {_PERCENTILE} AS value, NULL::numeric AS numerator,
        NULL::numeric AS denominator, count(*) AS count, max(o.observed_at) AS last_observed_at
    FROM unnest(%(kpis)s::uuid[], %(periods)s::text[], %(firsts)s::date[], %(pasts)s::date[])
        span (kpi_id, period, first, past)
    JOIN portfolio_kpiobservation o ON o.organization_id = %(organization)s AND o.kpi_id = span.kpi_id
        AND o.observed_at >= span.first::timestamp AT TIME ZONE 'UTC'
        AND o.observed_at < span.past::timestamp AT TIME ZONE 'UTC'
        AND o.observed_at >= %(start)s AND o.observed_at < %(past)s
    GROUP BY span.kpi_id, span.period, span.first""",  # noqa: S608 - of this module
}

# Inserts, changes and removes rows until they are the figures. A FULL JOIN, because it is never done by a nested
# loop, whatever the planner believes of the figures' number; no ON CONFLICT, because one worker at a time writes an
# organization's rollups. The ids begin with the moment, so that new rows lie beside each other in the index.
_STORE = """
WITH figures AS MATERIALIZED ({figures}
), stored AS MATERIALIZED (
    SELECT r.id, r.kpi_id, r.period::text AS period, r.period_start, r.value, r.numerator, r.denominator, r.count,
        r.last_observed_at
    FROM unnest(%(kpis)s::uuid[], {spans} JOIN portfolio_kpirollup r
        ON r.organization_id = %(organization)s AND r.kpi_id = span.kpi_id AND {matches}
), compared AS MATERIALIZED (
    SELECT f.kpi_id, f.period, f.first, round(f.value, 6) AS value, round(f.numerator, 12) AS numerator,
        round(f.denominator, 12) AS denominator, f.count, f.last_observed_at, s.id AS stored_id,
        (s.value, s.numerator, s.denominator, s.count, s.last_observed_at) IS DISTINCT FROM (round(f.value, 6),
            round(f.numerator, 12), round(f.denominator, 12), f.count, f.last_observed_at) AS is_different
    FROM figures f FULL JOIN stored s ON s.kpi_id = f.kpi_id AND s.period = f.period AND s.period_start = f.first
), emptied AS (
    DELETE FROM portfolio_kpirollup r USING compared c
    WHERE r.organization_id = %(organization)s AND r.id = c.stored_id AND c.kpi_id IS NULL
    RETURNING 1
), changed AS (
    UPDATE portfolio_kpirollup r SET value = c.value, numerator = c.numerator, denominator = c.denominator,
        count = c.count, last_observed_at = c.last_observed_at, updated_at = now()
    FROM compared c WHERE r.organization_id = %(organization)s AND r.id = c.stored_id AND c.kpi_id IS NOT NULL
        AND c.is_different
    RETURNING 1
), added AS (
    INSERT INTO portfolio_kpirollup (id, organization_id, created_at, updated_at, version, kpi_id, period,
        period_start, value, numerator, denominator, count, last_observed_at)
    SELECT (%(id_start)s || substr(gen_random_uuid()::text, 16))::uuid, %(organization)s, now(), now(), 1, kpi_id,
        period, first, value, numerator, denominator, count, last_observed_at
    FROM compared WHERE stored_id IS NULL
    RETURNING 1
)
SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM changed), (SELECT count(*) FROM emptied)
"""
_DAY_SPANS = "%(firsts)s::date[], %(pasts)s::date[]) span (kpi_id, first, past)"
_DAY_MATCHES = "r.period = 'day' AND r.period_start >= span.first AND r.period_start < span.past"
_LATER_SPANS = "%(periods)s::text[], %(firsts)s::date[], %(pasts)s::date[]) span (kpi_id, period, first, past)"
_LATER_MATCHES = "r.period = span.period AND r.period_start = span.first"

STORE_DAYS = {
    kind: _STORE.format(figures=figures, spans=_DAY_SPANS, matches=_DAY_MATCHES) for kind, figures in DAYS.items()
}
STORE_LATER = {
    kind: _STORE.format(figures=figures, spans=_LATER_SPANS, matches=_LATER_MATCHES) for kind, figures in LATER.items()
}

TAKE = """
WITH taken AS (
    DELETE FROM portfolio_kpitouchedmonth WHERE organization_id = %(organization)s AND id IN (
        SELECT id FROM portfolio_kpitouchedmonth WHERE organization_id = %(organization)s
        ORDER BY month, kpi_id LIMIT %(batch)s
    ) RETURNING kpi_id, month, days
)
SELECT kpi.aggregation, taken.month, taken.kpi_id, bit_or(taken.days) FROM taken
JOIN portfolio_kpi kpi ON kpi.organization_id = %(organization)s AND kpi.id = taken.kpi_id
GROUP BY kpi.aggregation, taken.month, taken.kpi_id ORDER BY taken.month
"""
