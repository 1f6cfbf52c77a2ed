"""Schedule cases: early and late dates, floats and critical activities of published networks."""

from typing import Any

from roadmap.calc.critical_path import KIND_NUMBERS, CriticalPath, ScheduleGraph, critical_path
from tests.published_cases.cases import Case
from tests.published_cases.comparison import Tolerance, differences
from tests.published_cases.registry import serves_kind


@serves_kind("schedule")
def schedule(case: Case) -> list[str]:
    activities = case.content["activities"]
    names = [activity["id"] for activity in activities]
    result = critical_path(_graph(activities, {name: index for index, name in enumerate(names)}))
    expected = dict(case.content["expected"])
    # The order of the critical activities is the source's own.
    if "critical_activities" in expected:
        expected["critical_activities"] = sorted(expected["critical_activities"])
    return differences(expected, _as_published(result, names), Tolerance.of_case(case.content))


def _graph(activities: list[dict[str, Any]], index: dict[str, int]) -> ScheduleGraph:
    rows = [_edge(index[activity["id"]], index, link) for activity in activities for link in activity["predecessors"]]
    predecessors, successors, kinds, lags = zip(*rows, strict=True) if rows else ((), (), (), ())
    durations = [activity["duration"] for activity in activities]
    return ScheduleGraph(durations, predecessors, successors, kinds=kinds, lags=lags)


def _edge(successor: int, index: dict[str, int], link: Any) -> tuple[int, int, int, float]:
    """A predecessor is its name, or an object with a kind and a lag besides."""
    if isinstance(link, str):
        return index[link], successor, KIND_NUMBERS["FS"], 0.0
    return index[link["id"]], successor, KIND_NUMBERS[link.get("type", "FS")], float(link.get("lag", 0))


def _as_published(result: CriticalPath, names: list[str]) -> dict[str, Any]:
    def by_name(values: Any) -> dict[str, float]:
        return dict(zip(names, values.tolist(), strict=True))

    return {
        "duration": result.duration,
        "critical_activities": sorted(name for name, critical in by_name(result.critical).items() if critical),
        "ES": by_name(result.early_start),
        "EF": by_name(result.early_finish),
        "LS": by_name(result.late_start),
        "LF": by_name(result.late_finish),
        "total_float": by_name(result.total_float),
        "free_float": by_name(result.free_float),
    }
