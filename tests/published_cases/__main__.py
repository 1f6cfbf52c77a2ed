"""Command line of the published cases: `python -m tests.published_cases FILE...`."""

import argparse
import sys
from pathlib import Path

from tests.published_cases.cases import CaseFileError
from tests.published_cases.runner import run_files


def main(arguments: list[str] | None = None) -> int:
    """Print each failure and the totals; 0 when all passed, 1 when any failed, 2 for a file that cannot be read."""
    parser = argparse.ArgumentParser(prog="script/cases", description="Run published cases through Fairlead.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        report = run_files(options.files)
    except CaseFileError as error:
        print(error, file=sys.stderr)
        return 2
    for line in report.lines:
        print(line)
    print(report.summary)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
