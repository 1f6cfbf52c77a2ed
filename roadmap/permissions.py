"""The roadmap's actions and who holds them."""

from tenancy.permissions import EDITORS, EVERYONE, MANAGERS, PLANNERS, declare_actions

declare_actions(
    "roadmap",
    reads={
        "roadmap.view": EVERYONE,
        "roadmap_item.view": EVERYONE,
        "milestone.view": EVERYONE,
        "dependency.view": EVERYONE,
    },
    writes={
        "roadmap.create": PLANNERS,
        "roadmap.change": PLANNERS,
        "roadmap.delete": MANAGERS,
        "roadmap_item.create": EDITORS,
        "roadmap_item.change": EDITORS,
        "roadmap_item.delete": EDITORS,
        "milestone.create": EDITORS,
        "milestone.change": EDITORS,
        "milestone.delete": EDITORS,
        "dependency.create": EDITORS,
        "dependency.change": EDITORS,
        "dependency.delete": EDITORS,
    },
)
