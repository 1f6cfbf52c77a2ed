"""Scoring models: create, change (a used one becomes a new revision), retire, delete."""

from collections.abc import Sequence
from dataclasses import fields as dataclass_fields
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from core.errors import InvalidInputError, StaleVersionError
from portfolio.enums import ScoringFramework, ScoringModelStatus
from portfolio.models import ScoreFactor, ScoringModel, ScoringRound
from portfolio.services.scoring_rules import checked_rubric, require_sound, standard_part
from portfolio.services.scoring_templates import FactorInput, factors_of
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"name", "description", "framework", "formula"})
_FACTOR_FIELDS = tuple(field.name for field in dataclass_fields(FactorInput))


@transaction.atomic
def create_scoring_model(*, actor: Actor, factors: Sequence[FactorInput] | None = None, **fields: Any) -> ScoringModel:
    """A new method in its first revision; without factors it starts with those of its framework."""
    actor.require("scoring_model.create")
    model = ScoringModel()
    assign(model, fields, editable=EDITABLE)
    if model.framework not in ScoringFramework.values:
        raise InvalidInputError("There is no such framework.", pointer="framework")
    model.key = _free_key(model.name)
    named_action("scoring_model.created")
    return _saved(model, factors_of(model.framework) if factors is None else factors)


@transaction.atomic
def change_scoring_model(
    model: ScoringModel, *, actor: Actor, factors: Sequence[FactorInput] | None = None, **changes: Any
) -> ScoringModel:
    """Change the method. Once a round uses this revision the change makes the next one, and that is returned."""
    actor.require("scoring_model.change")
    locked = locked_model(model)
    _require_latest(locked)
    kept = factor_inputs(locked)
    changed = assign(locked, changes, editable=EDITABLE)
    wanted = list(factors) if factors is not None else kept
    if factors is None and "framework" in changed:
        wanted = factors_of(locked.framework)
    if not changed and wanted == kept:
        return locked
    if ScoringRound.objects.filter(model=locked).exists():
        return _next_revision(locked, wanted)
    named_action("scoring_model.changed")
    ScoreFactor.objects.filter(model=locked).delete()
    return _saved(locked, wanted)


@transaction.atomic
def set_status(model: ScoringModel, status: str, *, actor: Actor) -> ScoringModel:
    """Retire a revision, so that no round is opened with it any more, or bring it back."""
    actor.require("scoring_model.change")
    locked = locked_model(model)
    if locked.status == status:
        return locked
    named_action("scoring_model.retired" if status == ScoringModelStatus.RETIRED else "scoring_model.reactivated")
    locked.status = status
    return save_checked(locked, update_fields=["status"])


@transaction.atomic
def delete_scoring_model(model: ScoringModel, *, actor: Actor) -> None:
    """Delete a revision no round uses."""
    actor.require("scoring_model.delete")
    locked = locked_model(model)
    named_action("scoring_model.deleted")
    delete_checked(locked)


def locked_model(model: ScoringModel) -> ScoringModel:
    """The model as it is now, locked against a round being opened with it meanwhile."""
    return ScoringModel.objects.for_update().get(pk=model.pk)


def factor_inputs(model: ScoringModel) -> list[FactorInput]:
    """The factors of a stored model, as they can be given again."""
    return [_as_input(factor) for factor in ScoreFactor.objects.filter(model=model)]


def _as_input(factor: ScoreFactor) -> FactorInput:
    values: dict[str, Any] = {name: getattr(factor, name) for name in _FACTOR_FIELDS}
    listed = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return FactorInput(**{**values, **listed})


def _require_latest(model: ScoringModel) -> None:
    if ScoringModel.objects.filter(key=model.key, revision__gt=model.revision).exists():
        raise StaleVersionError("There is a newer revision of this scoring model; change that one.")


def _next_revision(model: ScoringModel, factors: Sequence[FactorInput]) -> ScoringModel:
    named_action("scoring_model.revised")
    last = ScoringModel.objects.filter(key=model.key).aggregate(last=Max("revision"))["last"]
    names = (*sorted(EDITABLE), "key")
    return _saved(ScoringModel(revision=last + 1, **{name: getattr(model, name) for name in names}), factors)


def _saved(model: ScoringModel, factors: Sequence[FactorInput]) -> ScoringModel:
    """Save model and factors; a refusal takes back all of it, for the caller's transaction ends with it."""
    model.formula = (model.formula or "").strip()
    save_checked(model)
    rows = [_row(model, factor, index) for index, factor in enumerate(factors)]
    require_sound(model, rows)
    ScoreFactor.objects.bulk_create(rows)
    return model


def _row(model: ScoringModel, given: FactorInput, index: int) -> ScoreFactor:
    values = {name: getattr(given, name) for name in _FACTOR_FIELDS}
    values["part"] = standard_part(model.framework, given.key, given.part)
    values["rubric"] = checked_rubric(given.rubric, f"factors/{index}/rubric")
    values |= {name: list(values[name]) for name in ("rater_roles", "rater_functions")}
    factor = ScoreFactor(model=model, position=index, **values)
    try:
        # That keys differ is the method's to judge.
        factor.full_clean(exclude=["organization", "model"], validate_unique=False)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        place = f"factors/{index}" if field == "__all__" else f"factors/{index}/{field}"
        raise InvalidInputError(f"{given.name or given.key}: {messages[0]}", pointer=place) from error
    return factor


def _free_key(name: str) -> str:
    base = slugify(name)[:50].strip("-_") or "model"
    base = base.replace("_", "-") if base[0].isalpha() else f"model-{base}".replace("_", "-")
    taken = set(ScoringModel.objects.filter(key__startswith=base).values_list("key", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{number}" for number in range(2, len(taken) + 3) if f"{base}-{number}" not in taken)
