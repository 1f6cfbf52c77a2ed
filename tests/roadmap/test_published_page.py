"""Places on the published page: what a reader would read from them must be what they are told."""

from datetime import date

import pytest

from roadmap.calc.plan import Plan, PlanGroup, PlanItem, PlanMilestone
from roadmap.enums import Audience
from roadmap.web.published_page import page_of

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def plan_of(*milestones, start_on=YEAR[0], end_on=YEAR[1]):
    item = PlanItem("1", "Data", "", start_on, end_on, "quarter", "now", None, None)
    return Plan("Plan", "Acme", date(2026, 6, 1), (PlanGroup("", (item,)),), milestones)


def test_a_milestone_told_by_its_quarter_stands_in_the_middle_of_it():
    exact = PlanMilestone("2", "Beta", "Beta", on=date(2026, 3, 31))
    rough = PlanMilestone("3", "GA", "GA", on=date(2026, 3, 31), precision="quarter")

    places = [float(mark.x.rstrip("%")) for mark in page_of(plan_of(exact, rough), Audience.FULL).marks]

    assert places == pytest.approx([89.5 / 365 * 100, 45 / 365 * 100], abs=0.01)


def test_a_quarter_that_begins_before_the_axis_does_not_leave_it():
    rough = PlanMilestone("3", "GA", "GA", on=date(2026, 3, 31), precision="quarter")
    marks = page_of(plan_of(rough, start_on=date(2026, 3, 1), end_on=date(2026, 3, 31)), Audience.QUARTERS_ONLY).marks
    assert marks[0].x == "50.00%"


def test_labels_without_room_on_a_phone_are_marked():
    page = page_of(plan_of(start_on=date(2026, 6, 1), end_on=date(2027, 12, 31)), Audience.FULL)

    majors = [(tick.label, tick.is_tight) for tick in page.ticks if tick.is_major]

    assert majors[:3] == [("Q2 2026", True), ("Q3 2026", False), ("Q4 2026", False)]
    crowded = page_of(plan_of(start_on=date(2026, 1, 1), end_on=date(2028, 12, 31)), Audience.FULL)
    assert [tick.is_tight for tick in crowded.ticks if tick.is_major][:4] == [False, True, False, True]
