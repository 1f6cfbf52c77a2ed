"""Units of measurement: read from text, multiplied, divided and compared, so that formulas can be checked."""

import re
from dataclasses import dataclass
from math import isfinite

from core.calc.errors import CalculationError

MAX_UNIT_LENGTH = 100
_MAX_EXPONENT = 9
_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*|%)|(?P<sign>[/*^-]))", re.ASCII)
_WORD_NUMBERS = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
# What other units are made of: base unit (empty for a plain number) and how many of it.
_DERIVED = {
    "%": ("", 0.01),
    "percent": ("", 0.01),
    "fraction": ("", 1.0),
    "share": ("", 1.0),
    "ratio": ("", 1.0),
    "number": ("", 1.0),
    "minute": ("hour", 1.0 / 60.0),
    "second": ("hour", 1.0 / 3600.0),
    "quarter": ("month", 3.0),
    "year": ("month", 12.0),
    "week": ("day", 7.0),
}


class UnitError(CalculationError):
    """A unit that cannot be read."""


@dataclass(frozen=True)
class Unit:
    """A product of powers of base units, such as EUR / token.

    `dimensions` holds (base unit, exponent) in alphabetical order, empty for a plain number. `scale` is how many of
    that product one unit stands for: EUR/1000000 tokens has a scale of 0.000001, percent of 0.01. Amounts are
    multiplied by it before they enter a formula.
    """

    dimensions: tuple[tuple[str, int], ...] = ()
    scale: float = 1.0

    def __mul__(self, other: "Unit") -> "Unit":
        return _combined(self, other, 1)

    def __truediv__(self, other: "Unit") -> "Unit":
        return _combined(self, other, -1)

    def __pow__(self, exponent: int) -> "Unit":
        if not exponent:
            return Unit()
        powers = tuple((name, power * exponent) for name, power in self.dimensions)
        return _checked(Unit(powers, self.scale**exponent))

    def root(self) -> "Unit | None":
        """The unit whose square this is; None where there is none."""
        if any(power % 2 for _, power in self.dimensions):
            return None
        return Unit(tuple((name, power // 2) for name, power in self.dimensions), self.scale**0.5)

    def is_like(self, other: "Unit") -> bool:
        """Whether amounts in both units may be added once they are scaled."""
        return self.dimensions == other.dimensions

    @property
    def is_plain(self) -> bool:
        return not self.dimensions

    def __str__(self) -> str:
        """As people write it, without the scale: EUR/token, actions per user and month as action/month/user."""
        above = [_power(name, power) for name, power in self.dimensions if power > 0]
        below = [_power(name, -power) for name, power in self.dimensions if power < 0]
        return "/".join(["*".join(above) or "1", *below])


PLAIN = Unit()


def parse_unit(text: str) -> Unit:
    """Read a unit such as EUR, percent, actions/user/month, EUR/1000000 tokens, EUR per million tokens, GPU-hours.

    What stands side by side belongs together, so that everything behind a slash up to the next sign is divided by.
    Any word is a unit; plurals equal their singular. Empty text is a plain number. Raises UnitError.
    """
    if len(text) > MAX_UNIT_LENGTH:
        raise UnitError(f"A unit has at most {MAX_UNIT_LENGTH} characters.", code="too_long")
    result, group, sign = Unit(), Unit(), 1
    is_group_empty = True
    tokens = _tokens(text)
    position = 0
    while position < len(tokens):
        part = tokens[position]
        position += 1
        if part in ("/", "*"):
            if is_group_empty:
                raise _unreadable(text, f"something is missing before {part}")
            result, group, is_group_empty = result * group**sign, Unit(), True
            sign = -1 if part == "/" else 1
            continue
        if part == "-" and not is_group_empty and position < len(tokens):
            continue
        factor = _factor(text, part)
        if tokens[position : position + 1] == ["^"]:
            factor **= _exponent(text, tokens[position + 1 : position + 2])
            position += 2
        group, is_group_empty = group * factor, False
    if is_group_empty and tokens:
        raise _unreadable(text, "something is missing at the end")
    return result * group**sign


def _tokens(text: str) -> list[str]:
    tokens, position, stripped = [], 0, text.strip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise _unreadable(text, f"{stripped[position:].strip()[:1]!r} has no meaning here")
        tokens.append("/" if match["name"] == "per" else match[0].strip())
        position = match.end()
    return tokens


def _factor(text: str, part: str) -> Unit:
    if part[0].isdigit():
        number = float(part)
        if not 0.0 < number <= 1e15:
            raise _unreadable(text, f"{part} is not a possible number of units")
        return Unit((), number)
    if part in "^-":
        raise _unreadable(text, f"something is missing before {part}")
    if len(part) == 3 and part.isupper():
        return Unit(((part, 1),))
    name = _singular(part.lower())
    if name in _WORD_NUMBERS:
        return Unit((), _WORD_NUMBERS[name])
    base, scale = _DERIVED.get(name, (name, 1.0))
    return Unit(((base, 1),) if base else (), scale)


def _singular(name: str) -> str:
    if len(name) > 4 and name.endswith("ies"):
        return name[:-3] + "y"
    if len(name) > 4 and name.endswith(("xes", "ches", "shes", "sses")):
        return name[:-2]
    return name[:-1] if len(name) > 2 and name.endswith("s") and not name.endswith("ss") else name


def _exponent(text: str, tokens: list[str]) -> int:
    if not tokens or not tokens[0].isdigit() or not 1 <= int(tokens[0]) <= _MAX_EXPONENT:
        raise _unreadable(text, f"an exponent is a whole number from 1 to {_MAX_EXPONENT}")
    return int(tokens[0])


def _combined(first: Unit, second: Unit, sign: int) -> Unit:
    powers = dict(first.dimensions)
    for name, power in second.dimensions:
        powers[name] = powers.get(name, 0) + sign * power
    dimensions = tuple(sorted((name, power) for name, power in powers.items() if power))
    return _checked(Unit(dimensions, first.scale * second.scale**sign))


def _checked(unit: Unit) -> Unit:
    too_high = any(abs(power) > _MAX_EXPONENT for _, power in unit.dimensions)
    if too_high or not isfinite(unit.scale) or unit.scale <= 0.0:
        raise UnitError("This unit has too high powers or too large numbers.", code="unit_out_of_range")
    return unit


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


def _unreadable(text: str, reason: str) -> UnitError:
    return UnitError(f"{text!r} is not a unit: {reason}.", code="unit_syntax")
