"""Writes many initiatives at once. One initiative is a batch of one, so that both obey the same rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from collaboration.services.custom_values import CustomFieldRules
from core.errors import DomainError, DuplicateError, InvalidInputError, NotPermittedError
from core.ids import uuid7
from portfolio.enums import Stage
from portfolio.hooks import after_dates_change
from portfolio.models import Initiative, Portfolio
from portfolio.services.access import PORTFOLIO_VIEW_ONLY, VIEW_ONLY
from portfolio.services.initiative_keys import key_holders, next_keys
from portfolio.services.initiative_tree import TreeImage, lock_tree
from portfolio.validators import require_date_order
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD, TenantForeignKey
from tenancy.scope import named_action
from tenancy.services.saving import assign, differing, refusing_taken

_DATES = frozenset({"start_on", "end_on"})
EDITABLE = frozenset(
    {
        "key",
        "title",
        "description",
        "portfolio",
        "theme",
        "parent",
        "level",
        "kind",
        "owning_team",
        "lead",
        "target_release",
        "start_on",
        "end_on",
        "custom_fields",
    }
)
KEY_TAKEN = "There is already an initiative with this key."
TAKEN = {"portfolio_initiative_key": ("key", KEY_TAKEN)}
# A change of one of these may break the tree.
_PLACE = frozenset({"portfolio", "parent", "level"})
_REFERENCES = [each for each in Initiative._meta.concrete_fields if isinstance(each, TenantForeignKey)]
# Portfolio and parent are looked at by rules of their own.
_PLAIN_REFERENCES = [each for each in _REFERENCES if each.name not in _PLACE]
_NOT_CLEANED = ["organization", *(each.name for each in _REFERENCES)]

Refusal = DomainError | ValidationError


class ParentRefusedError(InvalidInputError):
    """The row of the initiative's parent, earlier in the same batch, was refused."""

    code = "parent_refused"


@dataclass(frozen=True, slots=True)
class InitiativeRow:
    """One row of a batch: the fields of a new initiative, or those to change of `initiative`.

    Later rows may name a new one as their parent by its `id`. `stage` is for a new one only.
    """

    fields: Mapping[str, Any]
    initiative: Initiative | None = None
    stage: str = Stage.IDEA
    id: UUID = field(default_factory=uuid7)

    @property
    def key(self) -> UUID:
        """The id of the initiative the row is about."""
        return self.initiative.pk if self.initiative is not None else self.id

    @property
    def asks_for_place(self) -> bool:
        """Whether it is new or, as the caller knows it, would move in the tree."""
        return self.initiative is None or not _PLACE.isdisjoint(differing(self.initiative, self.fields))


@transaction.atomic
def write_initiatives(rows: Sequence[InitiativeRow], *, actor: Actor) -> list[Initiative | Refusal]:
    """Create and change many; the answer holds, row by row, the initiative or the reason it was refused.

    Each row is judged as if the accepted rows before it were written already. A refused row is left out, and with
    it every later one that names its initiative as parent. Costs the same few queries for any number of rows.
    Raises DuplicateError for the whole batch when somebody else takes one of its keys at the same moment.
    """
    if not rows:
        return []
    batch = _Batch(rows, actor)
    results = [batch.judge(row) for row in rows]
    batch.save()
    return results


def create_initiatives(rows: Sequence[InitiativeRow], *, actor: Actor) -> list[Initiative | Refusal]:
    """Create many, as `write_initiatives` does."""
    if any(row.initiative is not None for row in rows):
        raise TypeError("create_initiatives takes rows of new initiatives only.")
    return write_initiatives(rows, actor=actor)


class OpenPortfolios:
    """Which of some portfolios the actor sees, and in which of them they may write."""

    def __init__(self, wanted: set[UUID], *, actor: Actor) -> None:
        self._seen: dict[UUID, Portfolio] = {}
        self._open: set[UUID] = set()
        if wanted:
            self._seen = Portfolio.objects.permitted(actor).in_bulk(wanted)
            self._open = set(
                Portfolio.objects.open_for_writing(actor).filter(pk__in=wanted).values_list("pk", flat=True)
            )

    def require(self, pk: UUID | None) -> Portfolio:
        """The portfolio; refused when it is empty, unknown to the actor, or open to them to view only."""
        if pk is None:
            raise InvalidInputError("Choose a portfolio.", pointer="portfolio")
        if pk not in self._seen:
            raise InvalidInputError(NO_SUCH_RECORD, pointer="portfolio")
        if pk not in self._open:
            raise NotPermittedError(PORTFOLIO_VIEW_ONLY, pointer="portfolio")
        return self._seen[pk]


class _Batch:
    """Everything the rules ask the database about some rows, asked at once, and what is to be written."""

    def __init__(self, rows: Sequence[InitiativeRow], actor: Actor) -> None:
        self.actor = actor
        self.new: list[Initiative] = []
        self.changed: dict[UUID, Initiative] = {}
        self.changed_fields: set[str] = set()
        self.rescheduled: list[Initiative] = []
        self.refused: set[UUID] = set()
        if any(row.asks_for_place for row in rows):
            lock_tree(actor)
        custom = [row.fields.get("custom_fields") for row in rows]
        self.custom = CustomFieldRules.for_rows(
            Initiative, custom, is_creating=any(row.initiative is None for row in rows)
        )
        self.locked = _locked({row.initiative.pk for row in rows if row.initiative is not None}, actor)
        self.portfolios = OpenPortfolios(_named(rows, "portfolio"), actor=actor)
        self.known = {each.name: _known(each, _named(rows, each.name)) for each in _PLAIN_REFERENCES}
        # A key given up by a row of the batch stays taken: one UPDATE could not hand it on.
        self.taken = key_holders(row.fields["key"].strip() for row in rows if row.fields.get("key"))
        self.tree = self._tree(rows)

    def judge(self, row: InitiativeRow) -> Initiative | Refusal:
        """The initiative as it will be written, or why it will not."""
        try:
            self._require_accepted_parent(row)
            return self._created(row) if row.initiative is None else self._changed(row, row.initiative)
        except (DomainError, ValidationError) as refusal:
            self.refused.add(row.key)
            return refusal

    def save(self) -> None:
        """Write what was accepted, and number the keys of new ones."""
        with refusing_taken(TAKEN):
            if self.new:
                named_action("initiative.created")
                self._number()
                Initiative.objects.bulk_create(self.new, batch_size=1000)
            if self.changed:
                named_action("initiative.changed")
                now = timezone.now()
                for initiative in self.changed.values():
                    initiative.updated_at = now
                names = [*sorted(self.changed_fields), "updated_at"]
                Initiative.objects.bulk_update(self.changed.values(), names, batch_size=1000)
        if self.rescheduled:
            after_dates_change.run(initiatives=self.rescheduled, actor=self.actor)

    def _tree(self, rows: Sequence[InitiativeRow]) -> TreeImage:
        moving = {
            pk
            for row in rows
            if row.initiative is not None and (pk := row.initiative.pk) in self.locked
            if not _PLACE.isdisjoint(differing(self.locked[pk], row.fields))
        }
        if moving:
            # Once more, for the row that another transaction moved since the caller read it.
            lock_tree(self.actor)
        return TreeImage(parents=_named(rows, "parent"), moving=moving, actor=self.actor)

    def _require_accepted_parent(self, row: InitiativeRow) -> None:
        parent = row.fields.get("parent")
        if parent is not None and parent.pk in self.refused:
            raise ParentRefusedError("The row of its parent was refused.", pointer="parent")

    def _created(self, row: InitiativeRow) -> Initiative:
        self.actor.require("initiative.create")
        if row.stage != Stage.IDEA:
            self.actor.require("initiative.change_stage")
        initiative = Initiative(pk=row.id, stage=row.stage)
        given = assign(initiative, self._with_custom_fields(row, initiative), editable=EDITABLE)
        initiative.key = initiative.key.strip()
        self._check(initiative, {*given, *_PLACE} - ({"key"} if not initiative.key else set()))
        self.new.append(initiative)
        return initiative

    def _changed(self, row: InitiativeRow, initiative: Initiative) -> Initiative:
        self.actor.require("initiative.change")
        locked = self.locked.get(initiative.pk)
        if locked is None:
            raise NotPermittedError(VIEW_ONLY)
        before = {each.attname: getattr(locked, each.attname) for each in Initiative._meta.concrete_fields}
        changed = assign(locked, self._with_custom_fields(row, locked), editable=EDITABLE)
        if changed:
            try:
                self._check(locked, set(changed))
            except (DomainError, ValidationError):
                for name, value in before.items():
                    setattr(locked, name, value)
                raise
            self.changed[locked.pk] = locked
            self.changed_fields.update(changed)
            if not _DATES.isdisjoint(changed):
                self.rescheduled.append(locked)
        return locked

    def _with_custom_fields(self, row: InitiativeRow, initiative: Initiative) -> Mapping[str, Any]:
        """The row's fields, with all custom fields the initiative will have in place of those it names."""
        given = row.fields.get("custom_fields")
        if self.custom is None or (row.initiative is not None and given is None):
            return {name: value for name, value in row.fields.items() if name != "custom_fields"}
        rules, stored = self.custom, initiative.custom_fields
        return {
            **row.fields,
            "custom_fields": rules.for_new(given) if row.initiative is None else rules.merged(stored, given),
        }

    def _check(self, initiative: Initiative, changed: set[str]) -> None:
        """Every rule one initiative can break; afterwards the batch counts on it."""
        if "portfolio" in changed:
            self.portfolios.require(initiative.portfolio_id)
        require_date_order(initiative.start_on, initiative.end_on)
        moves = not _PLACE.isdisjoint(changed)
        if moves:
            self.tree.require_place(initiative)
        is_numbered = initiative._state.adding and not initiative.key
        initiative.clean_fields(exclude=[*_NOT_CLEANED, "key"] if is_numbered else _NOT_CLEANED)
        self._require_known_references(initiative, changed)
        if "key" in changed and self.taken.setdefault(initiative.key.upper(), initiative.pk) != initiative.pk:
            raise DuplicateError(KEY_TAKEN, pointer="key")
        if moves:
            self.tree.put(initiative)

    def _require_known_references(self, initiative: Initiative, changed: set[str]) -> None:
        unknown = {
            each.name: NO_SUCH_RECORD
            for each in _PLAIN_REFERENCES
            if each.name in changed
            if getattr(initiative, each.attname) not in {None, *self.known[each.name]}
        }
        if unknown:
            raise ValidationError(unknown)

    def _number(self) -> None:
        """Give new initiatives without a key the next numbers of their portfolios."""
        unnumbered = [(initiative, self._prefix(initiative)) for initiative in self.new if not initiative.key]
        wanted = Counter(prefix for _, prefix in unnumbered)
        given = [initiative.key for initiative in self.new if initiative.key]
        keys = {prefix: iter(found) for prefix, found in next_keys(wanted, actor=self.actor, reserved=given).items()}
        for initiative, prefix in unnumbered:
            initiative.key = next(keys[prefix])

    def _prefix(self, initiative: Initiative) -> str:
        return self.portfolios.require(initiative.portfolio_id).key_prefix


def _named(rows: Sequence[InitiativeRow], name: str) -> set[UUID]:
    """The ids the rows give for a reference."""
    return {row.fields[name].pk for row in rows if row.fields.get(name) is not None}


def _known(reference: TenantForeignKey, wanted: set[UUID]) -> set[UUID]:
    model: Any = reference.remote_field.model
    return set(model.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()


def _locked(wanted: set[UUID], actor: Actor) -> dict[UUID, Initiative]:
    """The initiatives the actor may change, as they are now, locked in one order for every batch."""
    if not wanted:
        return {}
    changeable = Initiative.objects.permitted(actor, "change").for_update()
    return {found.pk: found for found in changeable.filter(pk__in=wanted).order_by("pk")}
