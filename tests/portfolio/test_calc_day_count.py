"""Day-count conventions against the worked examples of the market definitions."""

from datetime import date

import pytest

from core.calc.errors import CalculationError
from portfolio.calc.day_count import DayCount, year_fraction


@pytest.mark.parametrize(
    ("day_count", "start", "end", "expected"),
    [
        ("act/365F", date(2007, 12, 28), date(2008, 2, 28), 62 / 365),
        ("act/365.25", date(2007, 12, 28), date(2008, 2, 28), 62 / 365.25),
        ("act/364", date(2007, 12, 28), date(2008, 2, 28), 62 / 364),
        ("act/360", date(2007, 12, 28), date(2008, 2, 28), 62 / 360),
        # ISDA memorandum of 1998: 61 days in 2003 and 121 days in 2004.
        ("act/act ISDA", date(2003, 11, 1), date(2004, 5, 1), 61 / 365 + 121 / 366),
        ("act/act ISDA", date(2004, 2, 1), date(2004, 5, 1), 90 / 366),
        ("act/act ISDA", date(2002, 7, 1), date(2005, 7, 1), 184 / 365 + 2 + 181 / 365),
        ("nl/365", date(2007, 12, 28), date(2008, 3, 1), 63 / 365),
        ("nl/365", date(2008, 2, 29), date(2008, 3, 1), 1 / 365),
        ("nl/360", date(2007, 12, 28), date(2012, 3, 1), 1523 / 360),
        # Examples of the convention table in the ISDA 30/360 comparison sheet.
        ("30/360 SIA", date(2007, 2, 28), date(2008, 2, 29), 360 / 360),
        ("30/360 SIA", date(2006, 8, 31), date(2007, 2, 28), 178 / 360),
        ("30/360 SIA", date(2008, 2, 29), date(2008, 8, 31), 180 / 360),
        ("30/360 ISDA", date(2006, 8, 31), date(2007, 2, 28), 178 / 360),
        ("30/360 ISDA", date(2007, 2, 28), date(2007, 8, 31), 183 / 360),
        ("30/360 ISDA", date(2007, 10, 31), date(2008, 11, 30), 390 / 360),
        ("30E/360", date(2007, 2, 28), date(2007, 8, 31), 182 / 360),
        ("30E/360 ISDA", date(2007, 2, 28), date(2007, 8, 31), 180 / 360),
        ("30E/360 ISDA", date(2006, 8, 31), date(2007, 2, 28), 180 / 360),
        ("30E+/360", date(2007, 2, 28), date(2007, 8, 31), 183 / 360),
    ],
)
def test_year_fraction_matches_worked_examples(day_count, start, end, expected):
    assert year_fraction(start, end, day_count) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("day_count", list(DayCount))
def test_year_fraction_of_no_time_is_zero_and_of_a_year_is_about_one(day_count):
    assert year_fraction(date(2023, 5, 15), date(2023, 5, 15), day_count) == 0.0
    assert year_fraction(date(2023, 5, 15), date(2024, 5, 15), day_count) == pytest.approx(1.0, abs=0.02)


def test_year_fraction_refuses_unknown_names_and_reversed_dates():
    with pytest.raises(CalculationError, match="Unknown day-count convention 'act/1'"):
        year_fraction(date(2023, 1, 1), date(2023, 1, 2), "act/1")
    with pytest.raises(CalculationError, match="end must not lie before start"):
        year_fraction(date(2023, 1, 2), date(2023, 1, 1), DayCount.ACTUAL_360)
