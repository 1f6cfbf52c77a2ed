"""Links of a file: addresses become external references, links between records become edges."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.core.exceptions import ValidationError

from integrations.enums import ImportField
from integrations.models import ExternalReference
from integrations.models.external_reference import WEB_ADDRESS
from integrations.services.importer.directory import Directory, UnknownTargetError, in_chunks
from integrations.services.importer.interpreting import ImportRecord, RecordLink
from integrations.services.importer.problems import ProblemList, shortened
from portfolio.models import Initiative
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
        if node in (record.external_id, self.ids[record.external_id]):
            if not link.is_address:
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


def _external_id(address: str) -> str:
    """The address itself, or a digest of one too long for the column."""
    return address if len(address) <= 300 else f"sha256:{sha256(address.encode()).hexdigest()}"
