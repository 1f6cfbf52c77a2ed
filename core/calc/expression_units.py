"""How operators and functions of a formula combine the units of what they are given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.calc.units import PLAIN, Unit


class UnitMismatchError(Exception):
    """The reason why these units do not go together; whoever knows the position turns it into an ExpressionError."""


@dataclass(frozen=True)
class Literal:
    """A number written into a formula: it takes the unit of whatever it is added to or compared with."""

    value: float


@dataclass(frozen=True)
class Unknown:
    """Something whose unit nobody stated: everything it touches is unknown, nothing is refused."""


UNKNOWN = Unknown()
Kind = Unit | Literal | Unknown
UnitRule = Callable[[str, Sequence[Kind]], Kind]
_SOME_NUMBER = Literal(float("nan"))


def same(name: str, kinds: Sequence[Kind]) -> Kind:
    """Operands of one and the same unit, which is the result's too."""
    units = [kind for kind in kinds if isinstance(kind, Unit)]
    if not units:
        return UNKNOWN if UNKNOWN in kinds else _SOME_NUMBER
    for unit in units[1:]:
        if not unit.is_like(units[0]):
            raise UnitMismatchError(f"{_text(units[0])} and {_text(unit)} do not go together in {name}")
    # 1 added to EUR/1000000 tokens: nobody can say whether it means one token or a million.
    numbers = [kind.value for kind in kinds if isinstance(kind, Literal) and kind.value]
    scaled = next((unit for unit in units if unit.scale != 1.0 and unit.dimensions), None)
    if numbers and scaled is not None:
        raise UnitMismatchError(f"the number in {name} has no unit; give it a name with a unit like the other's")
    return UNKNOWN if UNKNOWN in kinds else (units[0] if len(units) == 1 else _unscaled(units[0]))


def compared(name: str, kinds: Sequence[Kind]) -> Kind:
    """Operands of one unit; the result is a plain number, 1 or 0."""
    same(name, kinds)
    return PLAIN


def kept(name: str, kinds: Sequence[Kind]) -> Kind:
    """The unit of the first operand."""
    return kinds[0]


def plain(name: str, kinds: Sequence[Kind]) -> Kind:
    """Plain numbers in, a plain number out."""
    for kind in kinds:
        if isinstance(kind, Unit) and not kind.is_plain:
            raise UnitMismatchError(f"{name} needs a plain number, not {_text(kind)}")
    return PLAIN


def chosen(name: str, kinds: Sequence[Kind]) -> Kind:
    """The common unit of both branches of an `if`; the condition is a plain number."""
    plain(f"the condition of {name}", kinds[:1])
    return same(name, kinds[1:])


def multiplied(name: str, kinds: Sequence[Kind]) -> Kind:
    """The product of two units."""
    return _product(kinds[0], kinds[1], 1)


def divided(name: str, kinds: Sequence[Kind]) -> Kind:
    """The quotient of two units."""
    return _product(kinds[0], kinds[1], -1)


def raised(name: str, kinds: Sequence[Kind]) -> Kind:
    """A unit to a whole power that is written as a number; plain numbers to any power."""
    base, exponent = kinds
    plain("an exponent", [exponent])
    if not isinstance(base, Unit) or base.is_plain:
        return PLAIN if isinstance(base, Unit) else base
    if not isinstance(exponent, Literal) or not exponent.value.is_integer():
        raise UnitMismatchError(f"{_text(base)} can only be raised to a whole number that is written out")
    return _unscaled(base) ** int(exponent.value)


def rooted(name: str, kinds: Sequence[Kind]) -> Kind:
    """The square root of a unit."""
    kind = kinds[0]
    if not isinstance(kind, Unit):
        return kind
    root = _unscaled(kind).root()
    if root is None:
        raise UnitMismatchError(f"{_text(kind)} has no square root")
    return root


def negated(name: str, kinds: Sequence[Kind]) -> Kind:
    """The unit of the operand; a number stays a number."""
    kind = kinds[0]
    return Literal(-kind.value) if isinstance(kind, Literal) else kind


def _product(first: Kind, second: Kind, sign: int) -> Kind:
    if isinstance(first, Unknown) or isinstance(second, Unknown):
        return UNKNOWN
    # 5000 * share: a number and what has no unit make a number that still takes any unit.
    if all(isinstance(kind, Literal) or (isinstance(kind, Unit) and kind.is_plain) for kind in (first, second)):
        return _SOME_NUMBER if isinstance(first, Literal) or isinstance(second, Literal) else PLAIN
    above = _unscaled(first) if isinstance(first, Unit) else PLAIN
    below = _unscaled(second) if isinstance(second, Unit) else PLAIN
    return above * below if sign > 0 else above / below


def _unscaled(unit: Unit) -> Unit:
    """Amounts are scaled before they enter a formula, so that everything computed from them has a scale of one."""
    return Unit(unit.dimensions)


def _text(unit: Unit) -> str:
    return "a plain number" if unit.is_plain else str(unit)
