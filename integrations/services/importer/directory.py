"""Where an id written in a file leads: to another row of it, or to a record that is here already."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar
from uuid import UUID

from integrations.enums import ImportField, Relation
from integrations.models import ExternalReference
from integrations.services.importer.interpreting import ImportRecord
from portfolio.models import Initiative
from tenancy.actor import Actor

# The external id of a row of the file, or the id of an initiative that is stored already.
Node = str | UUID
Item = TypeVar("Item")

CHUNK = 5_000


class UnknownTargetError(LookupError):
    """Nothing, or not exactly one thing, is known by this id; the message says which."""


class Directory:
    """Every id of the file, and of earlier imports from the same system, with what it names."""

    def __init__(self, records: Iterable[ImportRecord], *, system: str, actor: Actor) -> None:
        self.rows: dict[str, ImportRecord] = {}
        self._others: dict[str, list[str]] = {}
        self._titles: dict[str, list[str]] = {}
        for record in records:
            self.rows[record.external_id] = record
            self._titles.setdefault(record.title.casefold(), []).append(record.external_id)
            for other in record.other_ids:
                self._others.setdefault(other, []).append(record.external_id)
        wanted = {text for record in self.rows.values() for text in _mentioned(record)}
        self.references = _references({*self.rows, *wanted}, system=system)
        self._stored = _visible({found.target_id for found in self.references.values()}, actor)
        self._keys = _by_key(wanted, actor)

    def locate(self, text: str) -> Node:
        """What the id, key, path or address names; raises UnknownTargetError.

        Of a path or an address a whole segment must equal an external id. A segment of digits never
        counts: in .../issues/284 the number belongs to something else.
        """
        found = self._exactly(text)
        if found is not None:
            return found
        nodes = {node for segment in _segments(text) if (node := self._by_external_id(segment)) is not None}
        if len(nodes) > 1:
            raise UnknownTargetError("It names several rows; which one is meant is not guessed.")
        if not nodes:
            raise UnknownTargetError("No row of the file and no imported record has this id.")
        return nodes.pop()

    def locate_parent(self, text: str) -> Node:
        """As `locate`, but a title that only one row of the file has will do, too."""
        titled = self._titles.get(text.casefold(), [])
        try:
            return self.locate(text)
        except UnknownTargetError:
            if len(titled) != 1:
                raise
        return titled[0]

    def _exactly(self, text: str) -> Node | None:
        if text in self.rows:
            return text
        others = self._others.get(text, [])
        if len(others) > 1:
            raise UnknownTargetError(f"{len(others)} rows have this id; which one is meant is not guessed.")
        if others:
            return others[0]
        return self._by_external_id(text) or self._keys.get(text.upper())

    def _by_external_id(self, text: str) -> Node | None:
        if text in self.rows:
            return text
        reference = self.references.get(text)
        if reference is None or reference.target_id not in self._stored:
            return None
        return reference.target_id


def _mentioned(record: ImportRecord) -> Iterator[str]:
    """Every text of the row that could be an id of something else."""
    parent = record.values.get(ImportField.PARENT)
    if parent:
        yield parent
    for link in record.links:
        yield link.text
        yield from _segments(link.text)


def _segments(text: str) -> Iterator[str]:
    if "/" not in text:
        return
    for segment in re.split(r"[/#?]", text):
        if segment and not segment.isdigit():
            yield segment


def _references(external_ids: set[str], *, system: str) -> dict[str, ExternalReference]:
    same = ExternalReference.objects.filter(
        system=system, relation=Relation.SAME, target_model=Initiative._meta.label_lower
    )
    found = {}
    for chunk in in_chunks(external_ids):
        for reference in same.filter(external_id__in=chunk):
            found[reference.external_id] = reference
    return found


def _visible(initiative_ids: set[UUID], actor: Actor) -> set[UUID]:
    permitted = Initiative.objects.permitted(actor, "view")
    return {
        pk for chunk in in_chunks(initiative_ids) for pk in permitted.filter(pk__in=chunk).values_list("pk", flat=True)
    }


def _by_key(texts: set[str], actor: Actor) -> dict[str, UUID]:
    keys = {text.upper() for text in texts if len(text) <= 60 and "/" not in text}
    permitted = Initiative.objects.permitted(actor, "view")
    return {
        key: pk for chunk in in_chunks(keys) for key, pk in permitted.filter(key__in=chunk).values_list("key", "pk")
    }


def in_chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of at most `size`: a statement takes 65,535 parameters."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
