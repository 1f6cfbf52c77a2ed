"""The rules a scoring model must keep: factors that make up its framework, scales with values, rubrics of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.errors import InvalidInputError
from core.numbers import plain_number
from portfolio.calc.scoring import ADDEND, DIVISOR, FRAMEWORKS, MAX_FACTORS, VARIABLE
from portfolio.enums import FactorScale, ScoringFramework
from portfolio.models import ScoreFactor, ScoringModel
from portfolio.permissions import RATERS
from portfolio.selectors.scoring_methods import method_for, scale_of
from tenancy.enums import Role

_LARGEST = Decimal(10**13)


def require_sound(model: ScoringModel, factors: Sequence[ScoreFactor]) -> None:
    """Refuse factors that do not make up the framework, scales without values and formulas that cannot be read."""
    if not 1 <= len(factors) <= MAX_FACTORS:
        raise InvalidInputError(f"A scoring model needs 1 to {MAX_FACTORS} factors.", pointer="factors")
    for index, factor in enumerate(factors):
        _require_scale(factor, f"factors/{index}")
        _require_raters(factor, f"factors/{index}/rater_roles")
    _require_parts(model, factors)
    method_for(model, factors)


def checked_rubric(rubric: Iterable[Any], pointer: str) -> list[dict[str, str]]:
    """Rows of {value, label, text} with distinct values that are numbers, as text."""
    rows: list[dict[str, str]] = []
    seen: set[Decimal] = set()
    for row in rubric:
        value = plain_number(str(row.get("value", ""))) if isinstance(row, Mapping) else None
        if value is None:
            raise InvalidInputError("Every row of a rubric needs a value that is a number.", pointer=pointer)
        if abs(value) > _LARGEST or value in seen:
            raise InvalidInputError("The values of a rubric may not be huge, and each comes once.", pointer=pointer)
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


def _require_scale(factor: ScoreFactor, pointer: str) -> None:
    if factor.scale == FactorScale.CHOICE and len(factor.rubric) < 2:
        raise InvalidInputError("A choice needs at least two rows in its rubric.", pointer=f"{pointer}/rubric")
    if factor.scale == FactorScale.LINEAR and (factor.minimum is None or factor.maximum is None):
        raise InvalidInputError("A linear scale needs a lowest and a highest value.", pointer=f"{pointer}/minimum")
    if factor.scale == FactorScale.PERCENT and not _are_fractions(factor.minimum, factor.maximum):
        raise InvalidInputError("A percent scale lies between 0 and 1.", pointer=f"{pointer}/minimum")
    if factor.scale in (FactorScale.FIBONACCI, FactorScale.POWERS_OF_TWO) and len(scale_of(factor).options()) < 2:
        raise InvalidInputError("Between these limits lie fewer than two values.", pointer=f"{pointer}/maximum")


def _require_raters(factor: ScoreFactor, pointer: str) -> None:
    barred = [Role(role).label for role in factor.rater_roles if role not in RATERS]
    if barred:
        raise InvalidInputError(f"{factor.name}: no rating is open to the role {barred[0].lower()}.", pointer=pointer)


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
