"""The report of an import as a file: CSV for a spreadsheet, JSON for a program."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

COLUMNS = ("severity", "line", "column", "value", "reason")
# A cell that starts like this would be run as a formula by a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def report_csv(problems: Sequence[dict[str, Any]]) -> str:
    """One problem a line, with a header."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(problem[name]) for name in COLUMNS] for problem in problems)
    return stream.getvalue()


def report_json(summary: dict[str, Any], problems: Sequence[dict[str, Any]]) -> str:
    """The counts and the problems."""
    return json.dumps({**summary, "problems": list(problems)}, indent=2, ensure_ascii=False) + "\n"


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
