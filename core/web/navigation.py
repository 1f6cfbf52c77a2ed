"""The left navigation. Apps declare sections and items in `apps.ready()`; the shell shows what the actor may open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.web.actor import may
from core.web.urls import tenant_url


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    label: str
    icon: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    section: str
    label: str
    url_name: str
    icon: str
    action: str | None = None
    order: int = 0
    pages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An item as one actor sees it."""

    label: str
    icon: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class NavigationSection:
    key: str
    label: str
    icon: str
    items: Sequence[NavigationItem] = field(default_factory=tuple)

    @property
    def is_current(self) -> bool:
        return any(item.is_current for item in self.items)


_sections: dict[str, Section] = {}
_items: dict[tuple[str, str], Item] = {}


def register_section(key: str, label: str, icon: str, order: int = 0) -> None:
    """Declare a group of the navigation. Items may be registered before their section."""
    _sections[key] = Section(key, label, icon, order)


def register_item(
    section: str,
    label: str,
    url_name: str,
    icon: str,
    action: str | None = None,
    order: int = 0,
    pages: Sequence[str] = (),
) -> None:
    """Declare an item; it is hidden from actors who may not do `action`.

    It is current on every page below its address, or, where `pages` names some, on these alone.
    """
    _items[section, url_name] = Item(section, label, url_name, icon, action, order, pages)


def navigation_for(actor: Any, path: str) -> list[NavigationSection]:
    """Sections with the items open to `actor`, in order; the item whose address is the longest prefix is current."""
    allowed = [
        (item, tenant_url(actor, item.url_name))
        for item in sorted(_items.values(), key=lambda item: (item.order, item.label))
        if may(actor, item.action)
    ]
    current = max((url for item, url in allowed if _leads_to(item, url, actor, path)), key=len, default=None)
    sections = []
    for section in sorted(_sections.values(), key=lambda section: (section.order, section.label)):
        items = tuple(
            NavigationItem(item.label, item.icon, url, url == current)
            for item, url in allowed
            if item.section == section.key
        )
        if items:
            sections.append(NavigationSection(section.key, section.label, section.icon, items))
    return sections


def _leads_to(item: Item, url: str, actor: Any, path: str) -> bool:
    if item.pages:
        return any(path == tenant_url(actor, name) for name in item.pages)
    return path.startswith(url)
