"""What is wrong with an imported file, to the line, column and value."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from core.errors import InvalidInputError
from integrations.enums import Severity

MAX_PROBLEMS = 10_000
MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong; `line` is that of the file (None: the file as a whole), `column` and `value` may be empty."""

    severity: str
    line: int | None
    column: str
    value: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class UnreadableFileError(InvalidInputError):
    """The file is not what it says it is; `line` is where, None when it concerns all of it."""

    code = "unreadable_file"

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"Line {line}: {reason}", pointer="file")
        self.line = line
        self.reason = reason


@dataclass
class ProblemList:
    """Problems in the order they were met. Beyond MAX_PROBLEMS they are only counted."""

    kept: list[Problem] = field(default_factory=list)
    rejected_lines: set[int | None] = field(default_factory=set)
    error_count: int = 0
    warning_count: int = 0

    def error(self, line: int | None, reason: str, *, column: str = "", value: str = "") -> None:
        """The row at `line` cannot be imported."""
        self.error_count += 1
        self.rejected_lines.add(line)
        self._keep(Severity.ERROR, line, column, value, reason)

    def warning(self, line: int | None, reason: str, *, column: str = "", value: str = "") -> None:
        """One value was left out."""
        self.warning_count += 1
        self._keep(Severity.WARNING, line, column, value, reason)

    def is_rejected(self, line: int | None) -> bool:
        return line in self.rejected_lines

    def in_order(self) -> list[Problem]:
        """By line, errors before warnings on the same one; what concerns the whole file first."""
        return sorted(self.kept, key=lambda each: (each.line or 0, each.severity))

    def _keep(self, severity: str, line: int | None, column: str, value: str, reason: str) -> None:
        if len(self.kept) < MAX_PROBLEMS:
            self.kept.append(Problem(str(severity), line, column, shortened(value), shortened(reason, 500)))


def shortened(text: str, limit: int = MAX_SHOWN) -> str:
    """The text, cut with an ellipsis when it is too long to show."""
    return text if len(text) <= limit else f"{text[: limit - 1]}\N{HORIZONTAL ELLIPSIS}"


def listed(numbers: Iterable[int]) -> str:
    """`3, 5 and 9`."""
    words = [str(number) for number in sorted(numbers)]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
