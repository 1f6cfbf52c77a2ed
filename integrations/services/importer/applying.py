"""Enters rows as initiatives through the portfolio's own services, many at once, and remembers what was brought."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from core.errors import DomainError
from integrations.enums import ImportField, Relation
from integrations.models import ExternalReference
from integrations.services.importer.custom_cells import CustomCells
from integrations.services.importer.directory import Directory, in_chunks
from integrations.services.importer.interpreting import ImportRecord
from integrations.services.importer.mapping import ColumnMapping
from integrations.services.importer.problems import ProblemList
from integrations.services.importer.relations import Relations
from portfolio.enums import Stage
from portfolio.models import Initiative, Portfolio
from portfolio.services.initiative_batches import InitiativeRow, ParentRefusedError, Refusal, write_initiatives
from portfolio.services.initiatives import change_stages
from tenancy.actor import Actor

# Fields of the file that are plain columns of an initiative; the texts among them are empty, not NULL.
PLAIN = (
    ImportField.TITLE,
    ImportField.DESCRIPTION,
    ImportField.LEVEL,
    ImportField.KIND,
    ImportField.TARGET_RELEASE,
    ImportField.START_ON,
    ImportField.END_ON,
)
_TEXTS = frozenset({ImportField.DESCRIPTION, ImportField.TARGET_RELEASE})
# Rows written at once: more would keep the progress standing still for long.
BATCH = 500
# Kept on the reference, not on the initiative.
_OF_REFERENCE = (ImportField.URL, ImportField.SOURCE_UPDATED_ON)


@dataclass
class Written:
    """What came of the rows; `ids` tells where each external id went."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    ids: dict[str, UUID] = field(default_factory=dict)


@dataclass(slots=True)
class _Planned:
    """A row that waits to be written: its initiative, known or new, and the fields that differ (None: none do)."""

    record: ImportRecord
    reference: ExternalReference
    initiative: Initiative | None
    row: InitiativeRow | None
    stage: str | None = None


class RecordWriter:
    """Plans one row after another and writes BATCH of them at once; a refused row is reported and leaves nothing.

    `finish()` writes what is left. Only then does `written` hold every row.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        relations: Relations,
        portfolio: Portfolio | None,
        system: str,
        mapping: ColumnMapping,
        problems: ProblemList,
        actor: Actor,
    ) -> None:
        self.directory = directory
        self.relations = relations
        self.portfolio = portfolio
        self.system = system
        self.mapping = mapping
        self.problems = problems
        self.actor = actor
        self.written = Written()
        self.new_references: list[ExternalReference] = []
        self.changed_references: list[ExternalReference] = []
        self._custom = CustomCells(mapping=mapping, relations=relations, problems=problems)
        self._stored = _stored_initiatives(directory)
        self._planned: list[_Planned] = []
        # Where each row that is not refused has its initiative, planned or written.
        self._places: dict[str, UUID] = {}
        self._lookups: dict[ImportField, Callable[[ImportRecord], Any]] = {
            ImportField.PORTFOLIO: relations.portfolio_of,
            ImportField.THEME: relations.theme_of,
            ImportField.OWNING_TEAM: relations.team_of,
            ImportField.LEAD: relations.lead_of,
            ImportField.PARENT: self._parent,
        }

    def write(self, record: ImportRecord) -> None:
        """Plan to create or change the initiative of the row, or to leave it as it is."""
        reference = self.directory.references.get(record.external_id)
        initiative = self._stored.get(reference.target_id) if reference else None
        try:
            if reference is None or initiative is None:
                planned = self._new(record, reference or _new_reference(record, self.system))
            else:
                planned = self._change(record, reference, initiative)
        except (DomainError, ValidationError) as refusal:
            self._refuse(record, refusal)
            return
        self._planned.append(planned)
        self._places[record.external_id] = planned.row.key if planned.row else planned.reference.target_id
        if len(self._planned) >= BATCH:
            self.finish()

    def finish(self) -> None:
        """Write everything planned."""
        planned, self._planned = self._planned, []
        rows = [each.row for each in planned if each.row is not None]
        results = iter(write_initiatives(rows, actor=self.actor))
        accepted = []
        for each in planned:
            result = each.initiative if each.row is None else next(results)
            if isinstance(result, Initiative):
                accepted.append((each, result))
            elif result is not None:
                del self._places[each.record.external_id]
                is_for_parent = isinstance(result, ParentRefusedError)
                self._refuse(each.record, self._parent_missing(each.record) if is_for_parent else result)
        moved = self._change_stages(accepted)
        for each, initiative in accepted:
            self._count(each, has_new_stage=initiative.pk in moved)
            self._remember(each, initiative)

    def _new(self, record: ImportRecord, reference: ExternalReference) -> _Planned:
        wanted = self._model_values(record)
        given = {name: value for name, value in wanted.items() if value is not None}
        given.setdefault("portfolio", self.portfolio)
        row = InitiativeRow(given, stage=record.values.get(ImportField.STAGE) or Stage.IDEA)
        return _Planned(record, reference, None, row)

    def _change(self, record: ImportRecord, reference: ExternalReference, initiative: Initiative) -> _Planned:
        known = reference.imported_digests
        news = {name for name, digest in _digests(record).items() if known.get(name) != digest}
        # Emptied cells clear a value only when an import brought it: what people entered here stays.
        news -= {name for name in news if record.values[name] is None and name not in known}
        wanted = self._model_values(record, only=news)
        changes = {name: value for name, value in wanted.items() if _differs(initiative, name, value)}
        self._keep_date_order(record, initiative, changes)
        stage = record.values.get(ImportField.STAGE) if ImportField.STAGE in news else None
        row = InitiativeRow(changes, initiative) if changes else None
        return _Planned(record, reference, initiative, row, stage if stage != initiative.stage else None)

    def _change_stages(self, accepted: list[tuple[_Planned, Initiative]]) -> set[UUID]:
        """Move to the rows' stages where table and guards allow it; otherwise say why not. The ids of those moved."""
        moves = [(each, initiative) for each, initiative in accepted if each.stage]
        if not moves:
            return set()
        wanted = [(initiative, str(each.stage)) for each, initiative in moves]
        results = change_stages(wanted, actor=self.actor, reason=f"Imported from {self.system}")
        moved = set()
        for (each, initiative), result in zip(moves, results, strict=True):
            if isinstance(result, Initiative):
                moved.add(result.pk)
            else:
                self._report_stage(each, initiative, result)
        return moved

    def _report_stage(self, planned: _Planned, initiative: Initiative, refusal: DomainError) -> None:
        column = self.mapping.column_of(ImportField.STAGE) or self.mapping.column_of(ImportField.STATUS)
        reasons = " ".join(reason for reason in refusal.reasons if not reason.startswith("Allowed:"))
        text = f"The stage stays {initiative.get_stage_display()}: {refusal.message} {reasons}".strip()
        self.problems.warning(planned.record.line, text, column=column, value=str(planned.stage))
        # Not remembered as brought, so that the next import tries again.
        del planned.record.values[ImportField.STAGE]

    def _count(self, planned: _Planned, *, has_new_stage: bool) -> None:
        if planned.initiative is None:
            self.written.created += 1
        elif planned.row is not None or has_new_stage:
            self.written.changed += 1
        else:
            self.written.unchanged += 1

    def _model_values(self, record: ImportRecord, only: set[str] | None = None) -> dict[str, Any]:
        """Values by the initiative's field names, of the fields in `only` (None: of all the row gave)."""
        values: dict[str, Any] = {}
        for wanted in [name for name in record.values if only is None or name in only]:
            if wanted in PLAIN:
                value = record.values[wanted]
                values[str(wanted)] = "" if value is None and wanted in _TEXTS else value
            elif wanted in self._lookups or wanted in self._custom:
                try:
                    self._look_up(record, wanted, values)
                except LookupError:
                    # Reported; and not remembered as brought, so that the next import looks again.
                    del record.values[wanted]
        return values

    def _look_up(self, record: ImportRecord, wanted: ImportField | str, values: dict[str, Any]) -> None:
        if wanted in self._custom:
            value = self._custom.value_of(record, wanted)
            values.setdefault("custom_fields", {})[self._custom.key_of(wanted)] = value
        else:
            values[str(wanted)] = self._lookups[ImportField(wanted)](record)

    def _parent(self, record: ImportRecord) -> Initiative | None:
        text = record.values[ImportField.PARENT]
        if text is None:
            return None
        node = self.directory.locate_parent(text)
        if isinstance(node, UUID):
            return Initiative(pk=node)
        if node not in self._places:
            raise self._parent_missing(record)
        return Initiative(pk=self._places[node])

    def _parent_missing(self, record: ImportRecord) -> DomainError:
        node = self.directory.locate_parent(record.values[ImportField.PARENT])
        line = self.directory.rows[str(node)].line
        return DomainError(f"Its parent on line {line} is not imported.", pointer=ImportField.PARENT)

    def _keep_date_order(self, record: ImportRecord, initiative: Initiative, changes: dict[str, Any]) -> None:
        """Leave out dates that contradict the one that stays here."""
        start = changes.get("start_on", initiative.start_on)
        end = changes.get("end_on", initiative.end_on)
        if start is None or end is None or start <= end:
            return
        for wanted in (ImportField.START_ON, ImportField.END_ON):
            if str(wanted) in changes:
                value = changes.pop(str(wanted))
                reason = f"With this the end, {end.isoformat()}, would lie before the start, {start.isoformat()}."
                column = self.mapping.column_of(wanted)
                self.problems.warning(record.line, reason, column=column, value=value.isoformat())
                record.values.pop(wanted)

    def _remember(self, planned: _Planned, initiative: Initiative) -> None:
        record, reference = planned.record, planned.reference
        digests = ({} if planned.initiative is None else reference.imported_digests) | _digests(record)
        is_new = reference._state.adding
        before = (reference.target_id, reference.imported_digests, reference.url, reference.source_updated_on)
        reference.target_id = initiative.pk
        reference.imported_digests = {name: digests[name] for name in sorted(digests)}
        if ImportField.URL in record.values:
            reference.url = record.values[ImportField.URL] or ""
        if ImportField.SOURCE_UPDATED_ON in record.values:
            reference.source_updated_on = record.values[ImportField.SOURCE_UPDATED_ON]
        after = (reference.target_id, reference.imported_digests, reference.url, reference.source_updated_on)
        if is_new:
            self.new_references.append(reference)
        elif before != after:
            self.changed_references.append(reference)
        self.written.ids[record.external_id] = initiative.pk

    def _refuse(self, record: ImportRecord, refusal: Refusal) -> None:
        for name, reason in _reasons(refusal):
            column, value = self.mapping.column_of_pointer(name), record.values.get(name)
            self.problems.error(record.line, reason, column=column, value="" if value is None else str(value))


def _new_reference(record: ImportRecord, system: str) -> ExternalReference:
    return ExternalReference(
        system=system,
        external_id=record.external_id,
        relation=Relation.SAME,
        target_model=Initiative._meta.label_lower,
    )


def _reasons(refusal: Refusal) -> list[tuple[str, str]]:
    if isinstance(refusal, DomainError):
        return [(str(refusal.pointer or ""), refusal.message)]
    if hasattr(refusal, "error_dict"):
        return [(name, message) for name, messages in refusal.message_dict.items() for message in messages]
    return [("", message) for message in refusal.messages]


def _digests(record: ImportRecord) -> dict[str, str]:
    """A short digest of each value the row gave, by field name."""
    return {
        str(name): blake2b(_as_text(value).encode(), digest_size=8).hexdigest()
        for name, value in record.values.items()
        if name not in _OF_REFERENCE
    }


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _differs(initiative: Initiative, name: str, value: Any) -> bool:
    if name == "custom_fields":
        return any(initiative.custom_fields.get(key) != wanted for key, wanted in value.items())
    if isinstance(value, models.Model):
        return bool(getattr(initiative, f"{name}_id") != value.pk)
    return bool(getattr(initiative, name) != value)


def _stored_initiatives(directory: Directory) -> dict[UUID, Initiative]:
    wanted = {found.target_id for key, found in directory.references.items() if key in directory.rows}
    return {row.pk: row for chunk in in_chunks(wanted) for row in Initiative.objects.filter(pk__in=chunk)}
