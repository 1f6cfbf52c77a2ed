"""What the portfolio announces and lets higher floors veto."""

from core.hooks import Collector, Hook

before_stage_change = Hook("portfolio.before_stage_change")
"""initiative, to, actor: raise a DomainError to refuse."""

after_stage_change = Hook("portfolio.after_stage_change")
"""initiative, old_stage, actor."""

initiative_blockers = Collector("portfolio.initiative_blockers")
"""initiative, actor -> list of texts that say what stands between the initiative and its next stage."""

initiative_panels = Collector("portfolio.initiative_panels")
"""initiative, actor -> list of (title, template name, context) shown on the initiative's page."""
