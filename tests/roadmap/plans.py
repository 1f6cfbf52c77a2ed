"""A plan with everything that makes files go wrong, as plain data."""

from datetime import date

from roadmap.calc.plan import Plan, PlanDependency, PlanGroup, PlanItem, PlanMilestone

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\tTab", '=HYPERLINK("http://x","y")')
LONG = "A title of five thousand characters. " * 136
ARABIC, HEBREW, CHINESE, EMOJI = (
    "نموذج التعرف على الكلام",
    "שיפור מנוע החיפוש",
    "中文路线图 한국어 日本語",
    "Launch 🚀 👩🏽‍💻",
)
THAI = "แผนงาน"
AS_OF = date(2026, 11, 22)


def item(number: int, title: str, **fields) -> PlanItem:
    """A bar of two months, a month after the one before."""
    dates = {"start_on": date(2026, 1 + number % 10, 5), "end_on": date(2026, 2 + number % 10, 20)}
    told = {"status": "planned", "status_label": "Planned", "team": "Search", "progress": 0.25}
    return PlanItem(uid=f"item{number}", title=title, **{**dates, **told, **fields})


def difficult_plan() -> Plan:
    """Formulas, a very long title, right-to-left, Chinese, emoji, a script without a font, imprecise and no dates."""
    titles = [*FORMULAS, LONG, ARABIC, HEBREW, CHINESE, EMOJI, THAI, "<b>&amp;</b> | pipe \\ *star*"]
    items = [item(number, title) for number, title in enumerate(titles)]
    items.append(item(20, "Roughly then", precision="quarter", status="in_progress", status_label="In progress"))
    items.append(item(21, "Some day", start_on=None, end_on=None, description="=1+1\nsecond line"))
    items.append(item(22, "By a vendor", external_party="=vendor", status="done", status_label="Done"))
    edges = (
        PlanDependency("item0", "item1"),
        PlanDependency("item1", "item2", "SS"),
        PlanDependency("item5", "item3", "FS", is_broken=True),
        PlanDependency("item6", "item7", "FF", lag_days=-2),
        PlanDependency("item8", "item9", "SF"),
    )
    milestones = (
        PlanMilestone("m1", "=Beta", "Beta", on=date(2026, 6, 1)),
        PlanMilestone("m2", ARABIC, "GA", on=date(2026, 6, 3)),
    )
    return Plan(
        "=Plan 2026", "Acme", AS_OF, (PlanGroup("+Group", tuple(items)),), milestones, edges, grouping_label="Team"
    )


def long_plan(count: int) -> Plan:
    """So many items in one group, each waiting for the one before."""
    items = tuple(item(number, f"Item {number}") for number in range(count))
    edges = tuple(PlanDependency(f"item{number}", f"item{number + 1}") for number in range(count - 1))
    return Plan("Long", "Acme", AS_OF, (PlanGroup("Team", items),), dependencies=edges)
