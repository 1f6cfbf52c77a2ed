"""A search in a process of its own, because HiGHS cannot be interrupted from within: whoever started it may end it.

`python -m portfolio.calc.selection_process` reads a question from its standard input and answers on its output.
"""

import json
import os
import sys
from dataclasses import asdict
from typing import Any

from portfolio.calc.selection import Candidate, Outcome, Problem, Selection, select


def question(problem: Problem, *, relative_gap: float, time_limit: float) -> str:
    """The problem and how long and how exactly to search, as text."""
    rules = {"required": sorted(problem.required), "forbidden": sorted(problem.forbidden)}
    asked = {**asdict(problem), **rules}
    return json.dumps({"problem": asked, "relative_gap": relative_gap, "time_limit": time_limit})


def answered(text: str) -> str:
    """The answer to a question, as text."""
    asked: dict[str, Any] = json.loads(text)
    problem: dict[str, Any] = asked.pop("problem")
    problem["candidates"] = [Candidate(**row) for row in problem["candidates"]]
    for name in ("required", "forbidden"):
        problem[name] = frozenset(problem[name])
    return json.dumps(asdict(select(Problem(**problem), **asked)))


def selection_of(text: str) -> Selection:
    """The answer, read."""
    fields: dict[str, Any] = json.loads(text)
    return Selection(**{**fields, "outcome": Outcome(fields["outcome"]), "chosen": tuple(fields["chosen"])})


def main() -> None:
    """Answer the question on the standard input."""
    # HiGHS sometimes writes to what is the standard output of C; that goes where complaints go.
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        out.write(answered(sys.stdin.read()))


if __name__ == "__main__":
    main()
