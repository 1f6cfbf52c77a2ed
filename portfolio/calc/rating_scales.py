"""Which values a factor may be rated with, and how wide its scale is."""

from dataclasses import dataclass
from decimal import Decimal

_MOST_OPTIONS = 40
_FIBONACCI = tuple(Decimal(n) for n in (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987))
_POWERS_OF_TWO = tuple(Decimal(2**n) for n in range(17))
_SERIES = {"fibonacci": _FIBONACCI, "powers_of_two": _POWERS_OF_TWO}
_DEFAULTS: dict[str, tuple[Decimal | None, Decimal | None]] = {
    "fibonacci": (Decimal(1), Decimal(21)),
    "powers_of_two": (Decimal(1), Decimal(64)),
    "percent": (Decimal(0), Decimal(1)),
    "money": (Decimal(0), None),
    "days": (Decimal(0), None),
}


@dataclass(frozen=True)
class Scale:
    """The values a rating may take. `choices` are those of a choice scale; a limit of None is that of the kind."""

    kind: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    step: Decimal | None = None
    choices: tuple[Decimal, ...] = ()

    @property
    def width(self) -> float | None:
        """Distance between the lowest and the highest value; None for amounts, whose limits only catch slips."""
        if self.kind in ("money", "days") or (self.kind == "linear" and not self.step):
            return None
        if self.kind == "choice":
            return float(max(self.choices) - min(self.choices)) if len(self.choices) > 1 else None
        low, high = self.limits
        return None if low is None or high is None else float(high - low)

    @property
    def limits(self) -> tuple[Decimal | None, Decimal | None]:
        """Lowest and highest value, as the kind of scale has them where nothing else is said; None is open."""
        low, high = _DEFAULTS.get(self.kind, (None, None))
        return low if self.minimum is None else self.minimum, high if self.maximum is None else self.maximum

    def options(self) -> tuple[Decimal, ...]:
        """All values there are, lowest first; empty when there are too many to choose from."""
        if self.kind == "choice":
            return tuple(sorted(self.choices))
        low, high = self.limits
        if low is None or high is None:
            return ()
        if self.kind in _SERIES:
            return tuple(value for value in _SERIES[self.kind] if low <= value <= high)
        if self.kind != "linear" or not self.step or (high - low) / self.step >= _MOST_OPTIONS:
            return ()
        return tuple(low + self.step * index for index in range(int((high - low) / self.step) + 1))

    def refusal(self, value: Decimal) -> str:
        """What is wrong with a value, as a sentence; empty when it is on the scale."""
        low, high = self.limits
        if not value.is_finite():
            return "Write a finite number."
        if self.kind == "choice" or self.kind in _SERIES:
            return "" if value in self.options() else f"Choose one of {', '.join(map(_plain, self.options()))}."
        if (low is not None and value < low) or (high is not None and value > high):
            return f"The value must lie {_range(low, high)}."
        if self.step and (value - (low or Decimal(0))) % self.step:
            return f"The value must be a multiple of {_plain(self.step)}{f' from {_plain(low)}' if low else ''}."
        return ""


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _range(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"between {_plain(low)} and {_plain(high)}"
    return f"at or above {_plain(low)}" if low is not None else f"at or below {_plain(high or Decimal(0))}"
