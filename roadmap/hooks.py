"""What the roadmap announces and lets other rooms and floors veto."""

from core.hooks import Hook

before_plan_change = Hook("roadmap.before_plan_change")
"""roadmap, kind, items (id -> locked item as stored), changes (list of PlannedChange), reason_code, actor.

Raise a DomainError to refuse the whole set.
"""

after_plan_change = Hook("roadmap.after_plan_change")
"""plan_change, items (id -> item as it is now), actor."""
