"""The SQL of the rollups: days from observations, longer periods from days, percentiles always from observations."""

# What each aggregation adds up, by observation. The weight of a weighted mean is the sample size where none is given.
_WEIGHT = "coalesce(o.weight, o.sample_size, 1)"
_NUMERATOR = f"""CASE kpi.aggregation WHEN 'ratio' THEN o.numerator
    WHEN 'weighted_mean' THEN o.value * {_WEIGHT} ELSE o.value END"""
_DENOMINATOR = f"""CASE kpi.aggregation WHEN 'ratio' THEN o.denominator
    WHEN 'weighted_mean' THEN {_WEIGHT} WHEN 'mean' THEN 1 END"""

_VALUE = """CASE kpi.aggregation WHEN 'sum' THEN sum({numerator})
        ELSE sum({numerator}) / nullif(sum({denominator}), 0) END"""
_PERCENTILES = {
    kind: f"percentile_cont({share}) WITHIN GROUP (ORDER BY o.value::float8)::numeric"
    for kind, share in (("median", 0.5), ("p95", 0.95))
}
_NOTHING = ("NULL::numeric", "NULL::numeric")


# What was touched, as a condition of the form (x IN (…)) IS TRUE: PostgreSQL then looks into a hash table, whereas
# a join could become a loop in a loop wherever its statistics do not know a new organization's rows yet.
_TOUCHED_PERIODS = """(({kpi}, {period}, {first}) IN (
        SELECT * FROM unnest(%(span_kpis)s::uuid[], %(periods)s::text[], %(firsts)s::date[]))) IS TRUE"""
_DAY = "(o.observed_at AT TIME ZONE 'UTC')::date"

# Few days of a month are looked up one by one; where many were touched the month is read as a whole.
_SPARSE = """unnest(%(run_kpis)s::uuid[], %(run_firsts)s::date[], %(run_pasts)s::date[]) span (kpi_id, first, past)
    JOIN portfolio_kpiobservation o ON o.organization_id = %(organization)s AND o.kpi_id = span.kpi_id
        AND o.observed_at >= span.first::timestamp AT TIME ZONE 'UTC'
        AND o.observed_at < span.past::timestamp AT TIME ZONE 'UTC'
        AND o.observed_at >= %(start)s AND o.observed_at < %(past)s
    JOIN portfolio_kpi kpi ON kpi.organization_id = %(organization)s AND kpi.id = o.kpi_id"""
_DENSE = """portfolio_kpiobservation o
    JOIN portfolio_kpi kpi ON kpi.organization_id = %(organization)s AND kpi.id = o.kpi_id
    WHERE o.organization_id = %(organization)s AND o.kpi_id = ANY (%(kpis)s::uuid[])
        AND o.observed_at >= %(start)s AND o.observed_at < %(past)s"""


def _day_figures(observations: str, value: str, numerator: str, denominator: str) -> str:
    return f"""
    SELECT o.kpi_id, 'day' AS period, {_DAY} AS first, round({value}, 6) AS value,
        round({numerator}, 12) AS numerator, round({denominator}, 12) AS denominator, count(*) AS count,
        max(o.observed_at) AS last_observed_at
    FROM {observations}
    GROUP BY o.kpi_id, {_DAY}, kpi.aggregation"""  # noqa: S608 - constants of this module


_DAY_VALUES = {
    "totals": (
        _VALUE.format(numerator=_NUMERATOR, denominator=_DENOMINATOR),
        f"sum({_NUMERATOR})",
        f"sum({_DENOMINATOR})",
    ),
    "min": ("min(o.value)", *_NOTHING),
    "max": ("max(o.value)", *_NOTHING),
    "last": ("(array_agg(o.value ORDER BY o.observed_at DESC, o.id DESC))[1]", *_NOTHING),
    **{kind: (value, *_NOTHING) for kind, value in _PERCENTILES.items()},
}


def _later_figures(value: str, numerator: str, denominator: str) -> str:
    """The days added up once for each period; what was not touched is dropped as a whole period."""
    touched = _TOUCHED_PERIODS.format(kpi="added.kpi_id", period="added.period", first="added.first")
    return f"""
    SELECT * FROM (
        SELECT day.kpi_id, CASE GROUPING(day.week, day.month) WHEN 1 THEN 'week' WHEN 2 THEN 'month' ELSE 'quarter' END
            AS period, coalesce(day.week, day.month, day.quarter) AS first, round({value}, 6) AS value,
            round({numerator}, 12) AS numerator, round({denominator}, 12) AS denominator, sum(day.count) AS count,
            max(day.last_observed_at) AS last_observed_at
        FROM (
            SELECT r.*, r.period_start - (r.period_start - date '0001-01-01') %% 7 AS week,
                date_trunc('month', r.period_start::timestamp)::date AS month,
                date_trunc('quarter', r.period_start::timestamp)::date AS quarter
            FROM portfolio_kpirollup r
            WHERE r.organization_id = %(organization)s AND r.kpi_id = ANY (%(kpis)s::uuid[]) AND r.period = 'day'
                AND r.period_start >= %(first)s AND r.period_start < %(end)s
        ) day
        GROUP BY GROUPING SETS ((day.kpi_id, day.week), (day.kpi_id, day.month), (day.kpi_id, day.quarter))
    ) added
    WHERE {touched}"""  # noqa: S608 - constants of this module


# A sum is one; any other total is a quotient. The KPIs to sum come as a list, which costs no join a row.
_LATER_TOTAL = """CASE WHEN kpi_id = ANY (%(sums)s::uuid[]) THEN sum(numerator)
            ELSE sum(numerator) / nullif(sum(denominator), 0) END"""
_LATER_VALUES = {
    "totals": (
        _LATER_TOTAL,
        "sum(day.numerator)",
        "sum(day.denominator)",
    ),
    "min": ("min(day.value)", *_NOTHING),
    "max": ("max(day.value)", *_NOTHING),
    "last": ("(array_agg(day.value ORDER BY day.period_start DESC))[1]", *_NOTHING),
}
# A percentile of percentiles is not a percentile: these are made of observations whatever the period.
_LATER_PERCENTILES = {
    kind: f"""
    SELECT span.kpi_id, span.period, span.first, round({value}, 6) AS value, NULL::numeric AS numerator,
        NULL::numeric AS denominator, count(*) AS count, max(o.observed_at) AS last_observed_at
    FROM unnest(%(span_kpis)s::uuid[], %(periods)s::text[], %(firsts)s::date[], %(pasts)s::date[])
        span (kpi_id, period, first, past)
    JOIN portfolio_kpiobservation o ON o.organization_id = %(organization)s AND o.kpi_id = span.kpi_id
        AND o.observed_at >= span.first::timestamp AT TIME ZONE 'UTC'
        AND o.observed_at < span.past::timestamp AT TIME ZONE 'UTC'
        AND o.observed_at >= %(start)s AND o.observed_at < %(past)s
    GROUP BY span.kpi_id, span.period, span.first"""  # noqa: S608 - constants of this module
    for kind, value in _PERCENTILES.items()
}

# Inserts and changes rows until they are the figures, and tells which are left over. A FULL JOIN and the conflict by
# id, because neither is ever done by a nested loop, whatever the planner believes of the figures' number. Hardly ever
# is a row left over, and a DELETE here would be planned as a scan of the organization's rows all the same. New ids
# begin with the moment and new rows come by KPI and day, so that what changes together lies together.
_STORE = """
WITH stored AS MATERIALIZED ({stored}
), {made_of} figures AS MATERIALIZED ({figures}
), compared AS MATERIALIZED (
    SELECT f.kpi_id, f.period, f.first, f.value, f.numerator, f.denominator, f.count, f.last_observed_at,
        s.id AS stored_id,
        CASE WHEN s.id IS NOT NULL THEN (s.value, s.numerator, s.denominator, s.count, s.last_observed_at)
            IS DISTINCT FROM (f.value, f.numerator, f.denominator, f.count, f.last_observed_at) END AS is_different
    FROM figures f FULL JOIN stored s ON s.kpi_id = f.kpi_id AND s.period = f.period AND s.period_start = f.first
), added AS (
    INSERT INTO portfolio_kpirollup (id, organization_id, created_at, updated_at, version, kpi_id, period,
        period_start, value, numerator, denominator, count, last_observed_at)
    SELECT
        (%(id_start)s || lpad(to_hex(%(id_base)s + row_number() OVER (ORDER BY kpi_id, first)), 12, '0'))::uuid,
        %(organization)s, now(), now(), 1, kpi_id, period, first, value, numerator, denominator, count,
        last_observed_at
    FROM compared WHERE stored_id IS NULL AND {condition}
    RETURNING 1
), changed AS (
    INSERT INTO portfolio_kpirollup AS r (id, organization_id, created_at, updated_at, version, kpi_id, period,
        period_start, value, numerator, denominator, count, last_observed_at)
    SELECT stored_id, %(organization)s, now(), now(), 1, kpi_id, period, first, value, numerator, denominator, count,
        last_observed_at
    FROM compared WHERE stored_id IS NOT NULL AND kpi_id IS NOT NULL AND is_different AND {condition}
    ON CONFLICT (id) DO UPDATE SET value = excluded.value, numerator = excluded.numerator,
        denominator = excluded.denominator, count = excluded.count, last_observed_at = excluded.last_observed_at,
        updated_at = now()
    RETURNING 1
)
SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM changed),
    ARRAY(SELECT stored_id FROM compared WHERE kpi_id IS NULL AND {condition}), {condition}
"""
REMOVE = "DELETE FROM portfolio_kpirollup WHERE organization_id = %(organization)s AND id = ANY (%(ids)s::uuid[])"
_STORED = """
    SELECT r.id, r.kpi_id, r.period::text AS period, r.period_start, r.value, r.numerator, r.denominator, r.count,
        r.last_observed_at
    FROM portfolio_kpirollup r
    WHERE r.organization_id = %(organization)s AND r.kpi_id = ANY (%(kpis)s::uuid[]) AND """
_STORED_MONTH = f"{_STORED} r.period = 'day' AND r.period_start >= %(first_day)s AND r.period_start < %(past_day)s"
_STORED_DAYS = f"""{_STORED_MONTH} AND ((r.kpi_id, r.period_start) IN (
        SELECT * FROM unnest(%(day_kpis)s::uuid[], %(days)s::date[]))) IS TRUE"""  # noqa: S608 - constants of this module
_STORED_PERIODS = f"""{_STORED} r.period IN ('week', 'month', 'quarter')
        AND r.period_start >= %(first)s AND r.period_start < %(end)s
        AND {_TOUCHED_PERIODS.format(kpi="r.kpi_id", period="r.period::text", first="r.period_start")}"""


def _store(stored: str, figures: str, made_of: str = "", condition: str = "true") -> str:
    return _STORE.format(stored=stored, figures=figures, made_of=made_of, condition=condition)


# By whether the whole month is read, and the kind of the aggregation.
STORE_DAYS = {
    (is_dense, kind): _store(
        _STORED_MONTH if is_dense else _STORED_DAYS, _day_figures(_DENSE if is_dense else _SPARSE, *values)
    )
    for is_dense in (True, False)
    for kind, values in _DAY_VALUES.items()
}
STORE_LATER = {
    **{kind: _store(_STORED_PERIODS, _later_figures(*values)) for kind, values in _LATER_VALUES.items()},
    **{kind: _store(_STORED_PERIODS, figures) for kind, figures in _LATER_PERCENTILES.items()},
}

# Few changed days add their differences to the totals they lie in, so that no quarter is read for them. A day that is
# gone, lost its latest observation or is aggregated differently cannot be added: then nothing is written.
_DIFFERENCES = f"""days AS MATERIALIZED ({_day_figures(_SPARSE, *_DAY_VALUES["totals"])}
), differences AS MATERIALIZED (
    SELECT d.kpi_id, d.first, d.numerator - coalesce(s.numerator, 0) AS numerator,
        d.denominator - coalesce(s.denominator, 0) AS denominator, d.count - coalesce(s.count, 0) AS count,
        d.last_observed_at,
        (s.id IS NULL OR s.last_observed_at <= d.last_observed_at AND (s.numerator IS NULL, s.denominator IS NULL)
            = (d.numerator IS NULL, d.denominator IS NULL)) IS TRUE AS can_be_added
    FROM days d FULL JOIN (SELECT * FROM stored WHERE period = 'day') s
        ON s.kpi_id = d.kpi_id AND s.period_start = d.first
), judged AS MATERIALIZED (SELECT bool_and(can_be_added) AS can_all_be_added FROM differences
),"""  # noqa: S608 - constants of this module
_ADDED_FIGURES = f"""
    SELECT * FROM days
    UNION ALL
    SELECT kpi_id, period, first, round({_LATER_TOTAL}, 6), sum(numerator), sum(denominator), sum(count),
        max(last_observed_at)
    FROM (
        SELECT kpi_id, period, period_start AS first, numerator, denominator, count, last_observed_at
        FROM stored WHERE period <> 'day'
        UNION ALL
        SELECT d.kpi_id, later.period, later.first, d.numerator, d.denominator, d.count, d.last_observed_at
        FROM differences d CROSS JOIN LATERAL (VALUES
            ('week', d.first - (d.first - date '0001-01-01') %% 7),
            ('month', date_trunc('month', d.first::timestamp)::date),
            ('quarter', date_trunc('quarter', d.first::timestamp)::date)
        ) later (period, first)
    ) added
    GROUP BY kpi_id, period, first"""  # noqa: S608 - constants of this module
ADD_DAYS = _store(
    f"{_STORED_DAYS} UNION ALL {_STORED_PERIODS}", _ADDED_FIGURES, _DIFFERENCES, "(SELECT can_all_be_added FROM judged)"
)

TAKE = """
WITH taken AS (
    DELETE FROM portfolio_kpitouchedmonth WHERE organization_id = %(organization)s AND id IN (
        SELECT id FROM portfolio_kpitouchedmonth WHERE organization_id = %(organization)s
        ORDER BY month, kpi_id LIMIT %(batch)s
    ) RETURNING kpi_id, month, days
)
SELECT kpi.aggregation, taken.month, taken.kpi_id::text, bit_or(taken.days), count(*) FROM taken
JOIN portfolio_kpi kpi ON kpi.organization_id = %(organization)s AND kpi.id = taken.kpi_id
GROUP BY kpi.aggregation, taken.month, taken.kpi_id ORDER BY taken.month
"""
