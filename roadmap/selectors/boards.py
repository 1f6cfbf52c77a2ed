"""Items of a plan in columns: by how near they are, by their initiative's stage, by their status."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portfolio.enums import ALLOWED_TRANSITIONS, Stage
from roadmap.calc.horizons import horizon_of
from roadmap.enums import Horizon, ItemStatus
from roadmap.selectors.plan_rows import PlanRow

MOST_CARDS = 60

_HORIZON_NOTES = {
    Horizon.NOW: "Started, or starts this quarter",
    Horizon.NEXT: "Starts next quarter",
    Horizon.LATER: "Starts after that",
    Horizon.UNDATED: "Nobody has said when",
    Horizon.DONE: "",
}


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """`rows` are the first MOST_CARDS of `total`. `targets` are the columns a card of it may go to, as (key, label)."""

    key: str
    label: str
    note: str
    rows: Sequence[PlanRow]
    total: int
    targets: Sequence[tuple[str, str]] = ()

    @property
    def hidden(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.rows)


def horizon_board(rows: Sequence[PlanRow], *, today: date) -> list[BoardColumn]:
    """Now, next, later, without dates, and done; the earliest first."""
    found = _by(rows, lambda row: horizon_of(row.start_on, is_done=row.status == ItemStatus.DONE, today=today))
    columns = []
    for horizon in Horizon:
        inside = sorted(found.get(horizon, []), key=lambda row: (row.start_on or today, row.title))
        targets = [(str(to), str(to.label)) for to in Horizon if to != horizon]
        columns.append(_column(str(horizon), str(horizon.label), _HORIZON_NOTES[horizon], inside, targets))
    return columns


def stage_board(rows: Sequence[PlanRow]) -> list[BoardColumn]:
    """A column for each stage, with the stages an initiative may go to from it; items of no initiative come first."""
    found = _by(rows, lambda row: row.stage or "")
    columns = [_column("", "No initiative", "", found[""])] if "" in found else []
    for stage in Stage:
        targets = [(str(to), str(to.label)) for to in Stage if to in ALLOWED_TRANSITIONS[stage]]
        columns.append(_column(str(stage), str(stage.label), "", found.get(str(stage), []), targets))
    return columns


def status_board(rows: Sequence[PlanRow]) -> list[BoardColumn]:
    """Planned, in progress, done."""
    found = _by(rows, lambda row: row.status)
    return [
        _column(
            str(status),
            str(status.label),
            "",
            found.get(str(status), []),
            [(str(to), str(to.label)) for to in ItemStatus if to != status],
        )
        for status in ItemStatus
    ]


def _by(rows: Sequence[PlanRow], key: Callable[[PlanRow], str]) -> Mapping[str, list[PlanRow]]:
    found: dict[str, list[PlanRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _column(
    key: str, label: str, note: str, rows: Sequence[PlanRow], targets: Sequence[tuple[str, str]] = ()
) -> BoardColumn:
    return BoardColumn(key, label, note, rows[:MOST_CARDS], len(rows), targets)
