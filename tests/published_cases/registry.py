"""Which function of the project answers which kind of case."""

from collections.abc import Callable, Mapping
from typing import Any

from core.errors import DomainError
from tests.published_cases.cases import Case
from tests.published_cases.comparison import Tolerance, differences

Check = Callable[[Case], list[str]]
Answer = Callable[[Case], Any]


class UnservedCaseError(Exception):
    """A case whose kind is served, but not with these inputs."""


_CHECKS: dict[tuple[str, str | None], Check] = {}


def serves(kind: str, *names: str) -> Callable[[Answer], Answer]:
    """Register a function that answers cases of these names; the answer is compared with `expected`.

    An answer of None, or a refusal of the input (DomainError), means undefined.
    """

    def register(answer: Answer) -> Answer:
        for name in names:
            _CHECKS[(kind, name)] = _comparing(answer)
        return answer

    return register


def serves_kind(kind: str, name: str | None = None) -> Callable[[Check], Check]:
    """Register a function that judges cases itself and returns what is wrong; no name means the whole kind."""

    def register(check: Check) -> Check:
        _CHECKS[(kind, name)] = check
        return check

    return register


def problems_of(case: Case) -> list[str]:
    """Return what is wrong with the project's answer to a case; an empty list means that it passed."""
    check = _CHECKS.get((case.kind, case.name)) or _CHECKS.get((case.kind, None))
    if check is None:
        return [f"no function of the project serves {case.kind} {case.name!r}"]
    try:
        return check(case)
    except UnservedCaseError as error:
        return [f"not served: {error}"]
    except Exception as error:  # a crash is a failed case, not the end of the run
        return [f"crashed with {type(error).__name__}: {error}"]


def expected_of(case: Case) -> Any:
    if "expected" not in case.content:
        raise KeyError("the case has no expected value")
    return case.content["expected"]


def _comparing(answer: Answer) -> Check:
    def check(case: Case) -> list[str]:
        refusal = ""
        try:
            got = answer(case)
        except DomainError as error:
            got, refusal = None, f"; refused: {error.message}"
        found = differences(expected_of(case), got, Tolerance.of_case(case.content))
        return [problem + refusal for problem in found]

    return check


def pick(inputs: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    """Return several inputs at once, in the order asked for."""
    return tuple(inputs[name] for name in names)
