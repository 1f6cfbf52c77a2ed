"""Runs case files and reports; what a case means to the project is in the registry."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.published_cases.cases import Case, load_cases
from tests.published_cases.kinds import problems_of

EXPLANATIONS = Path(__file__).with_name("explained.toml")


@dataclass
class Report:
    """How many cases passed and failed, and the lines to print about those that need a word."""

    passed: int = 0
    failed: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


def run_files(paths: Iterable[Path], explanations: Mapping[str, str] | None = None) -> Report:
    """Run every case of the files, in order; raises CaseFileError for a file that is not in the format."""
    known = read_explanations() if explanations is None else explanations
    report = Report()
    for path in paths:
        for case in load_cases(path):
            _record(report, case, known.get(case.id))
    return report


def read_explanations() -> dict[str, str]:
    """Return the reasons for known differences by case id."""
    return {key: str(reason) for key, reason in tomllib.loads(EXPLANATIONS.read_text(encoding="utf-8")).items()}


def _record(report: Report, case: Case, explanation: str | None) -> None:
    problems = problems_of(case)
    label = " ".join(part for part in (case.id, case.kind, case.name) if part)
    if not problems:
        report.passed += 1
        if explanation is not None:
            report.lines.append(f"NOTE {label}: passes, so its explanation can go")
        return
    report.failed += 1
    report.lines.append(f"FAIL {label}: {'; '.join(problems)}")
    if case.erratum is not None:
        report.lines.append(f"  erratum of the source: {case.erratum}")
    if explanation is not None:
        report.lines.append(f"  explained: {explanation}")
