"""What came of an imported file."""

from dataclasses import dataclass, field

from integrations.services.importer.problems import ProblemList
from portfolio.models import Portfolio


@dataclass
class Outcome:
    """What came of a file. Counts of a check, and of nothing else, say what would be."""

    is_refused: bool = False
    row_count: int = 0
    rejected_count: int = 0
    created_count: int = 0
    changed_count: int = 0
    unchanged_count: int = 0
    team_count: int = 0
    reference_count: int = 0
    dependency_count: int = 0
    portfolio: Portfolio | None = None
    problems: ProblemList = field(default_factory=ProblemList)
