"""From a stored scoring model to the method that computes it, and the rules a model must keep."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from core.calc.errors import CalculationError
from core.calc.expressions import ExpressionError, parse
from core.errors import InvalidInputError
from portfolio.calc.rating_scales import Scale
from portfolio.calc.scoring import ADDEND, DIVISOR, FRAMEWORKS, MAX_FACTORS, VARIABLE, Factor, Method
from portfolio.enums import FactorDirection, FactorScale, ScoringFramework
from portfolio.models import ScoreFactor, ScoringModel

_LARGEST = Decimal(10**13)


def method_for(model: ScoringModel, factors: Sequence[ScoreFactor]) -> Method:
    """The method of a model; InvalidInputError with the pointer of the field when it cannot be computed."""
    try:
        formula = parse(model.formula) if model.framework == ScoringFramework.CUSTOM else None
        return Method(tuple(_factor(factor) for factor in factors), formula)
    except ExpressionError as error:
        raise InvalidInputError(error.message, pointer="formula") from error
    except CalculationError as error:
        raise InvalidInputError(error.message, pointer="factors") from error


def scale_of(factor: ScoreFactor) -> Scale:
    """The values the factor may be rated with."""
    choices = tuple(Decimal(row["value"]) for row in factor.rubric) if factor.scale == FactorScale.CHOICE else ()
    return Scale(factor.scale, factor.minimum, factor.maximum, factor.step, choices)


def require_sound(model: ScoringModel, factors: Sequence[ScoreFactor]) -> None:
    """Refuse factors that do not make up the framework, scales without values and formulas that cannot be read."""
    if not 1 <= len(factors) <= MAX_FACTORS:
        raise InvalidInputError(f"A scoring model needs 1 to {MAX_FACTORS} factors.", pointer="factors")
    for index, factor in enumerate(factors):
        _require_scale(factor, f"factors/{index}")
    _require_parts(model, factors)
    method_for(model, factors)


def checked_rubric(rubric: Iterable[Any], pointer: str) -> list[dict[str, str]]:
    """Rows of {value, label, text} with distinct values that are numbers, as text."""
    rows: list[dict[str, str]] = []
    seen: set[Decimal] = set()
    for row in rubric:
        try:
            value = Decimal(str(row["value"]))
        except (KeyError, TypeError, InvalidOperation) as error:
            raise InvalidInputError("Every row of a rubric needs a value that is a number.", pointer=pointer) from error
        if not value.is_finite() or abs(value) > _LARGEST or value in seen:
            raise InvalidInputError("The values of a rubric must be finite, and each only once.", pointer=pointer)
        seen.add(value)
        label, text = str(row.get("label", "")).strip()[:80], str(row.get("text", "")).strip()[:500]
        rows.append({"value": f"{value.normalize():f}", "label": label, "text": text})
    return rows


def standard_part(framework: str, key: str, part: str) -> str:
    """Where a factor of this key stands in the framework: given by it, or as chosen where it leaves the choice."""
    if framework == ScoringFramework.WEIGHTED:
        return ADDEND
    if framework == ScoringFramework.CUSTOM:
        return VARIABLE
    if framework == ScoringFramework.VALUE_EFFORT:
        return part
    return FRAMEWORKS.get(framework, {}).get(key, part or ADDEND)


def _factor(factor: ScoreFactor) -> Factor:
    return Factor(
        key=factor.key,
        part=factor.part,
        name=factor.name,
        weight=float(factor.weight),
        is_lower_better=factor.direction == FactorDirection.DOWN,
        is_required=factor.is_required,
        width=scale_of(factor).width,
    )


def _require_scale(factor: ScoreFactor, pointer: str) -> None:
    if factor.scale == FactorScale.CHOICE and len(factor.rubric) < 2:
        raise InvalidInputError("A choice needs at least two rows in its rubric.", pointer=f"{pointer}/rubric")
    if factor.scale == FactorScale.LINEAR and (factor.minimum is None or factor.maximum is None):
        raise InvalidInputError("A linear scale needs a lowest and a highest value.", pointer=f"{pointer}/minimum")
    if factor.scale == FactorScale.PERCENT and not _are_fractions(factor.minimum, factor.maximum):
        raise InvalidInputError("A percent scale lies between 0 and 1.", pointer=f"{pointer}/minimum")
    if factor.scale in (FactorScale.FIBONACCI, FactorScale.POWERS_OF_TWO) and len(scale_of(factor).options()) < 2:
        raise InvalidInputError("Between these limits lie fewer than two values.", pointer=f"{pointer}/maximum")


def _are_fractions(*limits: Decimal | None) -> bool:
    return all(limit is None or 0 <= limit <= 1 for limit in limits)


def _require_parts(model: ScoringModel, factors: Sequence[ScoreFactor]) -> None:
    framework = ScoringFramework(model.framework)
    if framework == ScoringFramework.VALUE_EFFORT:
        if {factor.part for factor in factors} != {ADDEND, DIVISOR}:
            raise InvalidInputError("Value / effort needs factors added and factors divided by.", pointer="factors")
        return
    expected = FRAMEWORKS.get(framework)
    if expected is None:
        return
    if {factor.key for factor in factors} != set(expected):
        raise InvalidInputError(
            f"{framework.label} has exactly these factors: {', '.join(expected)}.", pointer="factors"
        )
    if not all(factor.is_required for factor in factors):
        raise InvalidInputError(f"{framework.label} needs every one of its factors.", pointer="factors")
