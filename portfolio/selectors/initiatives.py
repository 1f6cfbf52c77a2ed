"""Reads about initiatives: their tree, what belongs to one of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from portfolio.models import BusinessCase, Initiative, Kpi, Portfolio
from portfolio.querysets import InitiativeQuerySet
from tenancy.actor import Actor

TREE_LIMIT = 2000


@dataclass
class TreeNode:
    """An initiative and those below it."""

    initiative: Initiative
    children: list["TreeNode"] = field(default_factory=list)

    @property
    def descendants(self) -> int:
        """How many initiatives stand below this one, at any depth."""
        return sum(1 + child.descendants for child in self.children)


@dataclass(frozen=True)
class Tree:
    """The roots of a portfolio's tree; `is_cut` when it holds more than TREE_LIMIT initiatives."""

    roots: list[TreeNode]
    count: int
    is_cut: bool


def initiative_tree(portfolio: Portfolio, *, actor: Actor) -> Tree:
    """The portfolio's initiatives as a tree, in one query; a row whose parent was cut off stands at the top."""
    rows = Initiative.objects.permitted(actor).filter(portfolio=portfolio).select_related("owning_team")
    listed = list(rows.order_by("level", "title", "pk")[: TREE_LIMIT + 1])
    is_cut = len(listed) > TREE_LIMIT
    nodes: dict[UUID, TreeNode] = {row.pk: TreeNode(row) for row in listed[:TREE_LIMIT]}
    roots: list[TreeNode] = []
    for node in nodes.values():
        parent_id = node.initiative.parent_id
        parent = nodes.get(parent_id) if parent_id else None
        (parent.children if parent else roots).append(node)
    return Tree(roots=_by_level(roots), count=len(nodes), is_cut=is_cut)


def _by_level(nodes: list[TreeNode]) -> list[TreeNode]:
    """Roots that hold others first, each group in its order."""
    return sorted(nodes, key=lambda node: not node.children)


def children_of(initiative: Initiative, *, actor: Actor) -> InitiativeQuerySet:
    """Initiatives directly below this one."""
    rows: InitiativeQuerySet = Initiative.objects.permitted(actor)
    return rows.filter(parent=initiative).select_related("lead__user").order_by("title", "pk")


def ancestors_of(initiative: Initiative, *, actor: Actor) -> list[Initiative]:
    """From the root down to the parent; at most as many as levels are allowed."""
    line: list[Initiative] = []
    seen = {initiative.pk}
    parent_id = initiative.parent_id
    while parent_id is not None and parent_id not in seen:
        parent = Initiative.objects.permitted(actor).only("key", "title", "parent_id").filter(pk=parent_id).first()
        if parent is None:
            break
        seen.add(parent.pk)
        line.insert(0, parent)
        parent_id = parent.parent_id
    return line


def cases_of(initiative: Initiative, *, actor: Actor) -> Any:
    """The initiative's business cases with the figures of what they hold now, the current one first."""
    rows = BusinessCase.objects.permitted(actor).filter(initiative=initiative).with_valuation()
    return rows.order_by("-is_current", "-revision", "pk")


def kpis_of(initiative: Initiative, *, actor: Actor, now: datetime) -> Any:
    """The initiative's KPIs with value and status, by name."""
    return Kpi.objects.permitted(actor).filter(initiative=initiative).with_status(now).order_by("name", "pk")
