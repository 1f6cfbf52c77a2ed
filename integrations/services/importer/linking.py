"""Links of a file: addresses become external references, links between records become dependencies."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from core.errors import DomainError
from integrations.enums import ImportField
from integrations.models import ExternalReference
from integrations.models.external_reference import WEB_ADDRESS
from integrations.services.importer.directory import Directory, UnknownTargetError, in_chunks
from integrations.services.importer.interpreting import ImportRecord, RecordLink
from integrations.services.importer.problems import ProblemList, shortened
from portfolio.models import Initiative
from roadmap.models import Dependency, Roadmap, RoadmapItem
from roadmap.services.dependencies import create_dependency
from roadmap.services.items import create_item
from roadmap.services.roadmaps import create_roadmap
from tenancy.actor import Actor

# Whether the other record is the predecessor; by the last two words the row itself comes first.
_OTHER_COMES_FIRST = {
    ImportField.DEPENDS_ON: True,
    ImportField.REPLACES: True,
    ImportField.SEE_ALSO: True,
    ImportField.BLOCKS: False,
    ImportField.SUPERSEDED_BY: False,
}


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency the file asks for, between two initiatives."""

    predecessor_id: UUID
    successor_id: UUID
    record: ImportRecord
    link: RecordLink


class Linker:
    """Turns the links of the entered rows into references and dependencies."""

    def __init__(
        self, *, directory: Directory, ids: dict[str, UUID], system: str, problems: ProblemList, actor: Actor
    ) -> None:
        self.directory = directory
        self.ids = ids
        self.system = system
        self.problems = problems
        self.actor = actor

    def new_references(self, records: list[ImportRecord]) -> list[ExternalReference]:
        """References for the addresses among the links that are not there yet; not saved."""
        known = self._known_references()
        found: dict[tuple[UUID, str, str], ExternalReference] = {}
        for record in records:
            for link in record.links:
                if not link.is_address or not self._is_usable(record, link):
                    continue
                key = (self.ids[record.external_id], str(link.field), _external_id(link.text))
                if key not in known and key not in found:
                    found[key] = self._reference(key, link)
        return list(found.values())

    def edges(self, records: list[ImportRecord]) -> list[Edge]:
        """Dependencies between entered or stored records, each pair once; what leads nowhere is reported."""
        found: dict[tuple[UUID, UUID], Edge] = {}
        ordered = [(link, record) for record in records for link in record.links]
        ordered.sort(key=lambda pair: pair[0].field == ImportField.SEE_ALSO)
        for link, record in ordered:
            other = self._other(record, link)
            if other is None:
                continue
            own = self.ids[record.external_id]
            ends = (other, own) if _OTHER_COMES_FIRST[link.field] else (own, other)
            found.setdefault(ends, Edge(*ends, record, link))
        return list(found.values())

    def _other(self, record: ImportRecord, link: RecordLink) -> UUID | None:
        try:
            node = self.directory.locate(link.text)
        except UnknownTargetError as error:
            if not link.is_address:
                self._warn(record, link, str(error))
            return None
        if node == record.external_id or node == self.ids[record.external_id]:
            self._warn(record, link, "The row links to itself.")
            return None
        if isinstance(node, UUID):
            return node
        if node not in self.ids:
            self._warn(record, link, f"The row on line {self.directory.rows[node].line} is not imported.")
        return self.ids.get(node)

    def _is_usable(self, record: ImportRecord, link: RecordLink) -> bool:
        try:
            WEB_ADDRESS(link.text)
        except ValidationError:
            self._warn(record, link, "This is no usable web address.")
            return False
        if len(link.text) > 2000:
            self._warn(record, link, "The address is longer than 2000 characters.")
            return False
        return True

    def _known_references(self) -> set[tuple[UUID, str, str]]:
        stored = ExternalReference.objects.filter(system=self.system, target_model=Initiative._meta.label_lower)
        return {
            (target, relation, external_id)
            for chunk in in_chunks(self.ids.values())
            for target, relation, external_id in stored.filter(target_id__in=chunk).values_list(
                "target_id", "relation", "external_id"
            )
        }

    def _reference(self, key: tuple[UUID, str, str], link: RecordLink) -> ExternalReference:
        target_id, relation, external_id = key
        return ExternalReference(
            system=self.system,
            external_id=external_id,
            relation=relation,
            label=shortened(link.label, 300),
            url=link.text,
            target_model=Initiative._meta.label_lower,
            target_id=target_id,
        )

    def _warn(self, record: ImportRecord, link: RecordLink, reason: str) -> None:
        self.problems.warning(record.line, reason, column=link.column, value=link.text)


class DependencyWriter:
    """Enters edges between roadmap items, one item for each linked initiative.

    The item stands on the roadmap that is named like the initiative's portfolio and belongs to it.
    """

    def __init__(self, *, system: str, problems: ProblemList, actor: Actor) -> None:
        self.system = system
        self.problems = problems
        self.actor = actor
        self.roadmaps: dict[UUID, Roadmap] = {}
        own = {"roadmap__portfolio": F("initiative__portfolio"), "roadmap__name": F("initiative__portfolio__name")}
        self.items: dict[UUID, RoadmapItem] = {}
        for item in RoadmapItem.objects.filter(**own).order_by("created_at"):
            self.items.setdefault(item.initiative_id, item)
        self.pairs = set(Dependency.objects.values_list("predecessor", "successor"))

    def write(self, edge: Edge) -> bool:
        """Enter the dependency unless it is there already; one that would close a cycle is reported. True when new."""
        known = [self.items.get(edge.predecessor_id), self.items.get(edge.successor_id)]
        pair = tuple(item.pk for item in known if item is not None)
        if len(pair) == 2 and pair in self.pairs:
            return False
        try:
            initiatives = [Initiative.objects.get(pk=pk) for pk in (edge.predecessor_id, edge.successor_id)]
            roadmaps = [self._roadmap_of(initiative) for initiative in initiatives]
            with transaction.atomic():
                predecessor, successor = (
                    item or self._new_item(initiative, roadmap)
                    for item, initiative, roadmap in zip(known, initiatives, roadmaps, strict=True)
                )
                note = f"{edge.link.field.label} ({self.system})"
                create_dependency(predecessor=predecessor, successor=successor, note=note, actor=self.actor)
        except DomainError as refusal:
            column, value = edge.link.column, edge.link.text
            self.problems.warning(edge.record.line, f"No dependency: {refusal.message}", column=column, value=value)
            return False
        self.items |= {edge.predecessor_id: predecessor, edge.successor_id: successor}
        self.pairs.add((predecessor.pk, successor.pk))
        return True

    def _new_item(self, initiative: Initiative, roadmap: Roadmap) -> RoadmapItem:
        is_dated = initiative.start_on is not None and initiative.end_on is not None
        return create_item(
            roadmap=roadmap,
            title=initiative.title,
            start_on=initiative.start_on if is_dated else None,
            end_on=initiative.end_on if is_dated else None,
            initiative=initiative,
            actor=self.actor,
        )

    def _roadmap_of(self, initiative: Initiative) -> Roadmap:
        """Made outside the dependency's savepoint: it stays even when the first dependency is refused."""
        if initiative.portfolio_id not in self.roadmaps:
            portfolio = initiative.portfolio
            found = Roadmap.objects.filter(portfolio=portfolio, name=portfolio.name).first()
            made = found or create_roadmap(name=portfolio.name, portfolio=portfolio, actor=self.actor)
            self.roadmaps[initiative.portfolio_id] = made
        return self.roadmaps[initiative.portfolio_id]


def _external_id(address: str) -> str:
    """The address itself, or a digest of one too long for the column."""
    return address if len(address) <= 300 else f"sha256:{sha256(address.encode()).hexdigest()}"
