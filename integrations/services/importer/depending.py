"""Enters the links between records as dependencies of the roadmap."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F

from core.errors import DomainError
from integrations.services.importer.directory import in_chunks
from integrations.services.importer.linking import Edge
from integrations.services.importer.problems import ProblemList
from portfolio.models import Initiative, Portfolio
from roadmap.models import Dependency, Roadmap, RoadmapItem
from roadmap.services.dependencies import NewDependency, create_dependencies
from roadmap.services.items import NewItem, create_items
from roadmap.services.roadmaps import create_roadmap
from tenancy.actor import Actor


class DependencyWriter:
    """Enters edges between roadmap items, one item for each linked initiative.

    The item stands on the roadmap that belongs to the initiative's portfolio and is named like it, and is
    unscheduled unless the initiative has both dates.
    """

    def __init__(self, *, system: str, problems: ProblemList, actor: Actor) -> None:
        self.system = system
        self.problems = problems
        self.actor = actor

    def write(self, edges: list[Edge]) -> int:
        """Enter what is not there yet; edges that close a cycle, or lead where one may not write, are reported.

        Returns how many dependencies are new.
        """
        items = self._items({pk for edge in edges for pk in (edge.predecessor_id, edge.successor_id)})
        present = set(Dependency.objects.values_list("predecessor__initiative", "successor__initiative"))
        news = [edge for edge in edges if (edge.predecessor_id, edge.successor_id) not in present]
        items |= self._new_items({pk for edge in news for pk in (edge.predecessor_id, edge.successor_id)} - set(items))
        by_pair: dict[int, Edge] = {}
        pairs = []
        for edge in news:
            if edge.predecessor_id not in items or edge.successor_id not in items:
                self._warn(edge, "No dependency: one of the two may not be changed by you.")
                continue
            note = f"{edge.link.field.label} ({self.system})"
            pairs.append(NewDependency(items[edge.predecessor_id], items[edge.successor_id], note=note))
            by_pair[id(pairs[-1])] = edge
        if not pairs:
            return 0
        created, refused = create_dependencies(pairs, actor=self.actor)
        for pair, reason in refused:
            self._warn(by_pair[id(pair)], f"No dependency: {reason}")
        return len(created)

    def _items(self, initiative_ids: Iterable[UUID]) -> dict[UUID, RoadmapItem]:
        """The item of each initiative that has one already, on its portfolio's own roadmap; the oldest of several."""
        own = {"roadmap__portfolio": F("initiative__portfolio"), "roadmap__name": F("initiative__portfolio__name")}
        found: dict[UUID, RoadmapItem] = {}
        for chunk in in_chunks(initiative_ids):
            for item in RoadmapItem.objects.filter(initiative__in=chunk, **own).order_by("created_at", "pk"):
                found.setdefault(item.initiative_id, item)
        return found

    def _new_items(self, initiative_ids: Iterable[UUID]) -> dict[UUID, RoadmapItem]:
        """A new item for each initiative the actor may change, if there is a roadmap for it."""
        roadmaps: dict[UUID, Roadmap | None] = {}
        rows: list[NewItem] = []
        changeable = Initiative.objects.permitted(self.actor, "change").select_related("portfolio")
        for chunk in in_chunks(sorted(initiative_ids)):
            for initiative in changeable.filter(pk__in=chunk).order_by("pk"):
                if initiative.portfolio_id not in roadmaps:
                    roadmaps[initiative.portfolio_id] = self._roadmap(initiative.portfolio)
                roadmap = roadmaps[initiative.portfolio_id]
                if roadmap is not None:
                    rows.append(_new_item(initiative, roadmap))
        created = create_items(rows, actor=self.actor) if rows else []
        return {item.initiative_id: item for item in created if item.initiative_id is not None}

    def _roadmap(self, portfolio: Portfolio) -> Roadmap | None:
        """The portfolio's own roadmap, made when it is missing; None, reported, when it cannot be."""
        found = Roadmap.objects.filter(portfolio=portfolio, name=portfolio.name).first()
        if found is not None:
            return found
        try:
            return create_roadmap(name=portfolio.name, portfolio=portfolio, actor=self.actor)
        except DomainError as refusal:
            reason = f"Dependencies of “{portfolio.name}” have no roadmap: {refusal.message}"
            self.problems.warning(None, reason)
            return None

    def _warn(self, edge: Edge, reason: str) -> None:
        self.problems.warning(edge.record.line, reason, column=edge.link.column, value=edge.link.text)


def _new_item(initiative: Initiative, roadmap: Roadmap) -> NewItem:
    is_dated = initiative.start_on is not None and initiative.end_on is not None
    return NewItem(
        roadmap=roadmap,
        title=initiative.title,
        initiative=initiative,
        start_on=initiative.start_on if is_dated else None,
        end_on=initiative.end_on if is_dated else None,
    )
