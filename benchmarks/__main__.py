"""`python -m benchmarks [names]`: run all benchmarks, or those named, and print their figures."""

import os
import sys
from collections.abc import Callable

import django

from benchmarks.report import Figure, write


def main(names: list[str]) -> int:
    """Exit code 1 when a limit is missed or a name unknown."""
    # The rate limit protects a server from its callers; here the caller is the measurement.
    os.environ["API_RATE"] = "1000000/min"
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - settings are ready only now

    available = _available()
    unknown = [name for name in names if name not in available]
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. Available: {', '.join(available)}.", file=sys.stderr)
        return 1
    figures: list[Figure] = []
    for name in names or available:
        print(f"{name} …", flush=True)
        measured = available[name]()
        for figure in measured:
            print("  " + figure.line(), flush=True)
        figures += measured
    path = settings.FAIRLEAD_HOME / "results.json"
    write(figures, path)
    print(f"Written to {path}")
    return 0 if all(figure.holds is not False for figure in figures) else 1


def _available() -> dict[str, Callable[[], list[Figure]]]:
    """Every benchmark by the name it is asked for with."""
    from benchmarks import (  # noqa: PLC0415 - they import models
        dashboard,
        date_forecast,
        kpi_ingest,
        kpi_rollup,
        ledger,
        monte_carlo,
        past_day,
        rest_list,
        schedule_pass,
        selection,
        startup,
        timeline,
    )

    return {
        "dashboard": dashboard.run,
        "date-forecast": date_forecast.run,
        "kpi-ingest": kpi_ingest.run,
        "kpi-rollup": kpi_rollup.run,
        "ledger-overhead": ledger.overhead,
        "monte-carlo": monte_carlo.run,
        "past-day": past_day.run,
        "rest-list": rest_list.run,
        "schedule-pass": schedule_pass.run,
        "selection": selection.run,
        "verify-audit": ledger.verification,
        "startup": startup.run,
        "timeline": timeline.run,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
