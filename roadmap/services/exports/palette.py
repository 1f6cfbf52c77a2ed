"""Colours and words of drawn plans, the same on slides and pages."""

from roadmap.calc.plan import Plan, PlanItem

INK, MUTED, LINE, STRIPE, PAPER = "#14191D", "#626D76", "#E1E5E7", "#F5F6F6", "#FFFFFF"
PLANNED, IN_PROGRESS, DONE = "#8FA6B2", "#0E7F95", "#2F7D4F"
MILESTONE, DEPENDENCY, BROKEN, TODAY = "#6441A5", "#5D6770", "#B3261E", "#C06A10"
STATUS_COLOURS = {"planned": PLANNED, "in_progress": IN_PROGRESS, "done": DONE}
PALE_SHARE = 0.75

LEGEND = (
    ("bar", PLANNED, "Planned"),
    ("bar", IN_PROGRESS, "In progress"),
    ("bar", DONE, "Done"),
    ("fade", PLANNED, "Dates not exact"),
    ("diamond", MILESTONE, "Milestone"),
    ("arrow", DEPENDENCY, "Dependency"),
    ("arrow", BROKEN, "Broken dependency"),
    ("line", TODAY, "Today"),
)


def colour_of(item: PlanItem) -> str:
    """By its status."""
    return STATUS_COLOURS.get(item.status or "", PLANNED)


def paler(colour: str, share: float = PALE_SHARE) -> str:
    """The colour mixed with so much white, as a fraction."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02X}" for part in parts)


def subtitle_of(plan: Plan) -> str:
    """Whose plan it is, as of which day, and what was left out."""
    parts = [plan.organization, f"As of {plan.as_of.day} {plan.as_of:%B} {plan.as_of.year}"]
    if plan.grouping_label:
        parts.append(f"By {plan.grouping_label.lower()}")
    if plan.filter_text:
        parts.append(plan.filter_text)
    return " · ".join(parts)


def description_of(item: PlanItem) -> str:
    """A bar in words, for readers who hear it."""
    parts = (item.title, item.when, item.status_label, item.team)
    return ", ".join(part for part in parts if part)


def darker(colour: str, share: float = 0.35) -> str:
    """The colour mixed with so much black, as a fraction."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part * (1 - share)):02X}" for part in parts)


def reaching_elsewhere(count: int) -> str:
    """How many dependencies are not drawn on a page, and why."""
    noun = "dependency reaches" if count == 1 else "dependencies reach"
    return f"{count} {noun} other pages or unscheduled items"
