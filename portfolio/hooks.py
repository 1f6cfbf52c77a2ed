"""What the portfolio announces and lets higher floors veto."""

from dataclasses import dataclass
from datetime import datetime

from core.hooks import Collector, Hook

before_stage_change = Hook("portfolio.before_stage_change")
"""initiative, to, actor: raise a DomainError to refuse."""

after_stage_change = Hook("portfolio.after_stage_change")
"""initiative, old_stage, actor."""

initiative_blockers = Collector("portfolio.initiative_blockers")
"""initiative, actor -> list of texts that say what stands between the initiative and its next stage."""

initiative_panels = Collector("portfolio.initiative_panels")
"""initiative, actor -> list of (title, template name, context) shown on the initiative's page."""

waiting_for_me = Collector("portfolio.waiting_for_me")
"""actor -> list of WaitingEntry shown on the organization's home page, most urgent first."""


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """Something one person has to do: what, for which record, where, and since when (None: unknown)."""

    title: str
    note: str
    url: str
    since: datetime | None = None
