"""Reads case files: which kind each case is of, and what of the file around it belongs to it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class CaseFileError(Exception):
    """A file that is not in the published format."""


@dataclass(frozen=True)
class Case:
    """One case. `kind` and `name` choose the function; `document` is the part of the file that all cases share."""

    id: str
    kind: str
    name: str
    content: Mapping[str, Any]
    document: Mapping[str, Any]

    @property
    def inputs(self) -> Mapping[str, Any]:
        return self.content.get("inputs", self.content.get("input", {}))

    @property
    def convention(self) -> str:
        return str(self.content.get("convention") or "")

    @property
    def erratum(self) -> str | None:
        """What the source prints wrongly; the expected value of the case is the corrected one."""
        slip = self.content.get("erratum", self.content.get("errata"))
        return None if slip is None else str(slip)


def load_cases(path: Path) -> list[Case]:
    """Return the cases of a file, in order; a file with versioned sections has the section's name in each id."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CaseFileError(f"{path}: {error}") from error
    cases = list(_cases_of(document, prefix=""))
    if not cases:
        raise CaseFileError(f"{path}: holds no cases.")
    return cases


def _cases_of(document: Any, prefix: str) -> Iterator[Case]:
    if isinstance(document, list):
        document = {"cases": document}
    if not isinstance(document, Mapping):
        return
    for number, content in enumerate(document.get("cases", ()), start=1):
        kind, name = _kind_of(content, version=prefix)
        identifier = str(content.get("id", f"case-{number:03d}"))
        yield Case(f"{prefix}/{identifier}" if prefix else identifier, kind, name, content, document)
    for section, part in document.items():
        if isinstance(part, Mapping) and "cases" in part:
            yield from _cases_of(part, prefix=section)


def _kind_of(content: Mapping[str, Any], version: str) -> tuple[str, str]:
    for key in ("metric", "framework", "category"):
        if key in content:
            return key, str(content[key])
    if "activities" in content:
        return "schedule", ""
    if "capacities" in content:
        return "knapsack", ""
    if "flag_key" in content:
        return "flag", version
    if "variations" in content:
        return "decision", ""
    return "unknown", ""
