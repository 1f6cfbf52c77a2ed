"""Compares what a function answered with what a case expects, within the case's tolerance."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Bounds instead of values: `payback_months_lt: 6` asks for a `payback_months` below 6.
_BOUNDS = {"_lt": (lambda got, bound: got < bound, "below"), "_gt": (lambda got, bound: got > bound, "above")}


@dataclass(frozen=True)
class Tolerance:
    """Allowed distance: |got - expected| <= absolute + relative * |expected|."""

    absolute: float = 0.0
    relative: float = 0.0

    @classmethod
    def of_case(cls, content: Mapping[str, Any]) -> "Tolerance":
        """`abs_tol`, or `tolerance` with `rel` and `abs`, or `rel_tol`; 1e-9 relative where a case names none."""
        if content.get("abs_tol") is not None:
            return cls(absolute=float(content["abs_tol"]))
        if isinstance(content.get("tolerance"), Mapping):
            pair = content["tolerance"]
            return cls(absolute=float(pair.get("abs") or 0.0), relative=float(pair.get("rel") or 0.0))
        return cls(relative=float(content.get("rel_tol") or 1e-9))

    def __str__(self) -> str:
        return f"abs {self.absolute:g}, rel {self.relative:g}"


def differences(expected: Any, got: Any, tolerance: Tolerance, *, name: str = "") -> list[str]:
    """Return one sentence per value that is off; an empty list means agreement. Only expected keys are looked at."""
    if expected is None:
        return [] if got is None else [_off(name, "undefined (null)", got, tolerance)]
    if isinstance(expected, Mapping):
        return _mapping_differences(expected, got, tolerance, name)
    if isinstance(expected, bool | str):
        return [] if type(got) is type(expected) and got == expected else [_off(name, expected, got, tolerance)]
    if isinstance(expected, Sequence):
        return _sequence_differences(expected, got, tolerance, name)
    if isinstance(got, bool) or not isinstance(got, int | float) or not math.isfinite(got):
        return [_off(name, expected, got, tolerance)]
    allowed = tolerance.absolute + tolerance.relative * abs(expected)
    return [] if abs(got - expected) <= allowed else [_off(name, expected, got, tolerance)]


def _mapping_differences(expected: Mapping[str, Any], got: Any, tolerance: Tolerance, name: str) -> list[str]:
    if not isinstance(got, Mapping):
        return [_off(name, dict(expected), got, tolerance)]
    found: list[str] = []
    for key, value in expected.items():
        path = f"{name}.{key}" if name else str(key)
        suffix = key[-3:]
        if key in got:
            found += differences(value, got[key], tolerance, name=path)
        elif suffix in _BOUNDS and key[:-3] in got:
            holds, word = _BOUNDS[suffix]
            measured = got[key[:-3]]
            if measured is None or not holds(measured, value):
                found.append(f"{path}: expected {word} {value!r}, got {measured!r}")
        else:
            found.append(f"{path}: expected {value!r}, but the project's answer has no such figure")
    return found


def _sequence_differences(expected: Sequence[Any], got: Any, tolerance: Tolerance, name: str) -> list[str]:
    if isinstance(got, str) or not isinstance(got, Sequence) or len(got) != len(expected):
        return [_off(name, list(expected), got, tolerance)]
    found: list[str] = []
    for index, (want, have) in enumerate(zip(expected, got, strict=True)):
        found += differences(want, have, tolerance, name=f"{name}[{index}]")
    return found


def _off(name: str, expected: Any, got: Any, tolerance: Tolerance) -> str:
    answer = "undefined (None)" if got is None else repr(got)
    return f"{name + ': ' if name else ''}expected {expected!r}, got {answer} (tolerance {tolerance})"
