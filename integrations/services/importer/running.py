"""One run of the importer: everything of a file, or nothing of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from collaboration.selectors.custom_fields import fields_in_use
from core.errors import DomainError, InvalidInputError
from integrations.enums import ImportField
from integrations.models import ExternalReference
from integrations.services.importer.applying import RecordWriter
from integrations.services.importer.depending import DependencyWriter
from integrations.services.importer.directory import Directory
from integrations.services.importer.interpreting import ImportRecord, interpret
from integrations.services.importer.linking import Edge, Linker
from integrations.services.importer.mapping import ColumnMapping, Columns, Values, map_columns
from integrations.services.importer.ordering import in_tree_order
from integrations.services.importer.outcome import Outcome
from integrations.services.importer.problems import UnreadableFileError
from integrations.services.importer.reading import read_table
from integrations.services.importer.relations import Relations
from portfolio.models import Initiative, Portfolio
from tenancy.actor import Actor
from tenancy.scope import named_action

Progress = Callable[[int, int, str], None]

REPORT_EVERY = 20


@dataclass(frozen=True)
class ImportOrder:
    """What is asked for: a file, where its rows go, and how it is read."""

    content: bytes
    file_format: str
    portfolio_name: str
    system: str
    columns: Columns = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    is_dry_run: bool = False
    skips_bad_rows: bool = False


def run_order(order: ImportOrder, *, actor: Actor, progress: Progress) -> Outcome:
    """Import the file, or check it, inside the caller's transaction.

    A check does everything an import does and then takes it back, so that it sees exactly what the import
    would. With an error in any row everything is taken back, unless bad rows are to be left out.
    """
    run = _Run(order, actor, progress)
    try:
        table = read_table(order.content, file_format=order.file_format)
        custom = fields_in_use(Initiative)
        mapping = map_columns(table, columns=order.columns, values=order.values, custom=custom)
    except UnreadableFileError as refusal:
        return run.refused(refusal.reason, refusal.line)
    except InvalidInputError as refusal:
        return run.refused(refusal.message, None)
    run.outcome.row_count = table.row_count
    records = interpret(table, mapping, run.outcome.problems)
    try:
        with transaction.atomic():
            run.apply(records, mapping)
            run.outcome.is_refused = run.outcome.problems.error_count > 0 and not order.skips_bad_rows
            if order.is_dry_run or run.outcome.is_refused:
                transaction.set_rollback(True)
    except DomainError as refusal:
        return run.refused(refusal.message, None)
    run.outcome.portfolio = _still_there(run.outcome.portfolio)
    return run.counted()


def _still_there(portfolio: Portfolio | None) -> Portfolio | None:
    """The portfolio itself may have been one of the things taken back."""
    return Portfolio.objects.filter(pk=portfolio.pk).first() if portfolio else None


class _Run:
    """One order being carried out."""

    def __init__(self, order: ImportOrder, actor: Actor, progress: Progress) -> None:
        self.order = order
        self.actor = actor
        self.progress = progress
        self.outcome = Outcome()

    def apply(self, records: list[ImportRecord], mapping: ColumnMapping) -> None:
        """Enter everything that can be entered; problems are collected, not raised."""
        _one_import_at_a_time(self.actor)
        problems, system, actor = self.outcome.problems, self.order.system, self.actor
        directory = Directory(records, system=system, actor=actor)
        ordered = in_tree_order(directory, mapping, problems)
        relations = Relations(ordered, mapping=mapping, problems=problems, actor=actor)
        if any(not record.values.get(ImportField.PORTFOLIO) for record in records):
            self.outcome.portfolio = relations.own_portfolio(self.order.portfolio_name)
        writer = RecordWriter(
            directory=directory,
            relations=relations,
            portfolio=self.outcome.portfolio,
            system=system,
            mapping=mapping,
            problems=problems,
            actor=actor,
        )
        entered = self._write_rows(ordered, writer)
        linker = Linker(directory=directory, ids=writer.written.ids, system=system, problems=problems, actor=actor)
        links = linker.new_references(entered)
        _save_references([*writer.new_references, *links], writer.changed_references)
        self._write_edges(linker.edges(entered), done=len(ordered))
        self.outcome.team_count = relations.created_teams
        self.outcome.reference_count = len(links)
        self.outcome.created_count = writer.written.created
        self.outcome.changed_count = writer.written.changed
        self.outcome.unchanged_count = writer.written.unchanged

    def _write_rows(self, ordered: list[ImportRecord], writer: RecordWriter) -> list[ImportRecord]:
        total = len(ordered) + sum(len(record.links) for record in ordered)
        for number, record in enumerate(ordered):
            if number % REPORT_EVERY == 0:
                self.progress(number, total, f"Row {number + 1} of {len(ordered)}")
            writer.write(record)
        writer.finish()
        return [record for record in ordered if record.external_id in writer.written.ids]

    def _write_edges(self, edges: list[Edge], *, done: int) -> None:
        total = done + len(edges)
        if edges:
            self.progress(done, total, f"{len(edges)} links")
            writer = DependencyWriter(system=self.order.system, problems=self.outcome.problems, actor=self.actor)
            self.outcome.dependency_count = writer.write(edges)
        self.progress(total, total, "Finishing")

    def refused(self, reason: str, line: int | None) -> Outcome:
        """The outcome of a file that could not even be tried; what was counted until then is not true."""
        problems = self.outcome.problems
        problems.error(line, reason)
        self.outcome = Outcome(is_refused=True, row_count=self.outcome.row_count, problems=problems)
        return self.counted()

    def counted(self) -> Outcome:
        """Also count what was rejected; of an import that was taken back nothing else is left to count."""
        rejected = len([line for line in self.outcome.problems.rejected_lines if line is not None])
        self.outcome.rejected_count = min(rejected, self.outcome.row_count)
        if self.outcome.is_refused and not self.order.is_dry_run:
            kept = self.outcome
            self.outcome = Outcome(
                is_refused=True,
                row_count=kept.row_count,
                rejected_count=kept.rejected_count,
                portfolio=kept.portfolio,
                problems=kept.problems,
            )
        return self.outcome


def _one_import_at_a_time(actor: Actor) -> None:
    # Two imports of one file at once would both find nothing and both create; the second waits for the first.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('integrations.import:' || %s, 0))",
            [str(actor.organization_id)],
        )


def _save_references(new: list[ExternalReference], changed: list[ExternalReference]) -> None:
    if new:
        named_action("external_reference.created")
        ExternalReference.objects.bulk_create(new, batch_size=1000)
    if changed:
        named_action("external_reference.changed")
        for reference in changed:
            reference.updated_at = timezone.now()
        names = ["target_id", "imported_digests", "url", "source_updated_on", "updated_at"]
        ExternalReference.objects.bulk_update(changed, names, batch_size=1000)
