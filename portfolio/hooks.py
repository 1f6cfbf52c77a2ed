"""What the portfolio announces and lets higher floors veto."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from core.hooks import Collector, Hook

before_stage_change = Hook("portfolio.before_stage_change")
"""initiative, to, actor: raise a DomainError to refuse."""

after_stage_change = Hook("portfolio.after_stage_change")
"""initiative, old_stage, actor."""

after_dates_change = Hook("portfolio.after_dates_change")
"""initiatives, actor: the start or end of each is another one now."""

initiative_blockers = Collector("portfolio.initiative_blockers")
"""initiative, actor -> list of texts that say what stands between the initiative and its next stage."""

initiative_panels = Collector("portfolio.initiative_panels")
"""initiative, actor -> list of (title, template name, context) shown on the initiative's page.

A context with a true `is_empty` is shown as one line below the panels that have something to say.
"""

waiting_for_me = Collector("portfolio.waiting_for_me")
"""actor -> list of WaitingEntry shown on the organization's home page, most urgent first."""


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """Something one person has to do: what, for which record, where, and since when (None: unknown)."""

    title: str
    note: str
    url: str
    since: datetime | None = None


initiative_dependencies = Collector("portfolio.initiative_dependencies")
"""initiative_ids (a set), actor -> list of InitiativeDependency between these initiatives."""

plan_initiatives = Collector("portfolio.plan_initiatives")
"""name, description, portfolio (or None), initiatives (list of PlannedInitiative), actor -> list of MadeRecord.

Makes a plan in the caller's transaction; without a provider nothing is offered.
"""


selection_uses = Collector("portfolio.selection_uses")
"""result, actor -> list of FurtherStep: what else can be made of a selection's result."""


@dataclass(frozen=True, slots=True)
class FurtherStep:
    """Something another floor offers to do with a record, in a dialog at the address."""

    label: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class InitiativeDependency:
    """An initiative that waits for another; `source` names who knows, in a word."""

    dependent_id: UUID
    needed_id: UUID
    source: str


@dataclass(frozen=True, slots=True)
class PlannedInitiative:
    """An initiative and the days, both included, in which it is to be worked on."""

    initiative_id: UUID
    title: str
    start_on: date
    end_on: date
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class MadeRecord:
    """A record another floor made, and where people find it."""

    id: UUID
    label: str
    url: str
