"""The record's page: header, tabs, fields, panels, history; and the same record in the side panel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import Http404, HttpResponse

from core.web.formatting import badge
from core.web.history import history_of
from core.web.screen import Screen
from core.web.tables import Column, resolve_columns
from core.web.tones import tone_of
from core.web.urls import tenant_url


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """A titled group of fields; `is_aside` puts it into the narrow column beside the panels."""

    title: str
    fields: Sequence[Column | str]
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """An included template. `context` names a method of the screen that takes the object and returns a dict."""

    title: str
    template: str
    context: str = ""
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """A further tab of the record's page, shown at `?tab=key`. `count` names a method giving a number or None."""

    key: str
    label: str
    template: str
    context: str = ""
    count: str = ""
    verb: str = "view"


@dataclass(frozen=True, slots=True)
class RecordAction:
    """A button in the record's header. POST actions are forms; `confirm` asks first.

    `action` is the full action name to ask for (None: always), `condition` a predicate on the object, `shortcut` the
    key that follows the link.
    """

    label: str
    url_name: str
    action: str | None = None
    icon: str = ""
    method: str = "get"
    tone: str = ""
    confirm: str = ""
    condition: Callable[[Any], bool] | None = None
    shortcut: str = ""


@dataclass(frozen=True, slots=True)
class TabLink:
    label: str
    url: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ShownAction:
    action: RecordAction
    url: str


@dataclass(frozen=True, slots=True)
class ShownField:
    label: str
    html: str
    url: str | None


class DetailScreen(Screen):
    """Declarations and behaviour of the record's page; see docs/how-to/add-a-screen.md."""

    field_groups: ClassVar[Sequence[FieldGroup]] = ()
    panels: ClassVar[Sequence[Panel]] = ()
    tabs: ClassVar[Sequence[Tab]] = ()
    record_actions: ClassVar[Sequence[RecordAction]] = ()
    detail_template: ClassVar[str] = "crud/detail.html"
    status_field: ClassVar[str | None] = None

    def detail_get(self, pk: Any) -> HttpResponse:
        obj = self.get_object(pk)
        key = self.request.GET.get("tab", "")
        tab = next((tab for tab in self.tabs if tab.key == key and self.may(tab.verb, obj)), None)
        if key and tab is None:
            raise Http404(f"No tab {key}")
        if tab is not None:
            extra = {"tab_template": tab.template, **self._extra(tab.context, obj)}
        else:
            groups, panels = self.shown_groups(obj), self.shown_panels(obj)
            has_aside = any(part["is_aside"] for part in (*groups, *panels))
            extra = {"groups": groups, "shown_panels": panels, "has_aside": has_aside}
        context = {**self.header_context(obj, key), **extra, **self.detail_context(obj)}
        return self.render(self.detail_template, "crud/_panel.html", context)

    def history_get(self, pk: Any) -> HttpResponse:
        obj = self.get_object(pk)
        context = {**self.header_context(obj, "history"), "history": history_of(self.actor, obj)}
        return self.render("crud/detail.html", "crud/_history.html", context)

    def title(self, obj: Any) -> str:
        return str(obj)

    def subtitle(self, obj: Any) -> str:
        """A short line under the title; empty for none."""
        return ""

    def badges(self, obj: Any) -> list[str]:
        """Badges beside the title: that of `status_field` unless overridden; make them with `formatting.badge`."""
        if self.status_field is None:
            return []
        value = getattr(obj, self.status_field)
        return [badge(getattr(obj, f"get_{self.status_field}_display")(), tone_of(value))]

    def detail_context(self, obj: Any) -> dict[str, Any]:
        """Extra context of the record's page; override freely."""
        return {}

    def header_context(self, obj: Any, tab: str) -> dict[str, Any]:
        return {
            "object": obj,
            "title": self.title(obj),
            "subtitle": self.subtitle(obj),
            "badges": self.badges(obj),
            "tab_links": self.tab_links(obj, tab),
            "record_actions": self.shown_actions(obj),
            "may_change": self.may("change", obj),
            "may_delete": self.may("delete", obj),
        }

    def tab_links(self, obj: Any, current: str) -> list[TabLink]:
        url = self.url("detail", obj)
        links = [TabLink("Overview", url, current == "")]
        for tab in self.tabs:
            if self.may(tab.verb, obj):
                count = getattr(self, tab.count)(obj) if tab.count else None
                links.append(TabLink(tab.label, f"{url}?tab={tab.key}", current == tab.key, count))
        return [*links, TabLink("History", self.url("history", obj), current == "history")]

    def shown_actions(self, obj: Any) -> list[ShownAction]:
        return [
            ShownAction(action, tenant_url(self.actor, action.url_name, pk=obj.pk))
            for action in self.record_actions
            if (action.action is None or self.actor.can(action.action, obj))
            and (action.condition is None or action.condition(obj))
        ]

    def shown_groups(self, obj: Any) -> list[dict[str, Any]]:
        groups = self.field_groups or [FieldGroup("Details", _plain_fields(self.model))]
        return [
            {
                "title": group.title,
                "is_aside": group.is_aside,
                "fields": [_shown(column, obj) for column in resolve_columns(self.model, group.fields)],
            }
            for group in groups
        ]

    def shown_panels(self, obj: Any) -> list[dict[str, Any]]:
        return [
            {
                "title": panel.title,
                "template": panel.template,
                "is_aside": panel.is_aside,
                "context": self._extra(panel.context, obj),
            }
            for panel in self.panels
        ]

    def _extra(self, method: str, obj: Any) -> dict[str, Any]:
        return getattr(self, method)(obj) if method else {}


def _shown(column: Column, obj: Any) -> ShownField:
    return ShownField(column.heading, column.html(obj), column.link(obj) if callable(column.link) else None)


def _plain_fields(model: Any) -> list[str]:
    """Editable columns of the model, in order."""
    return [field.name for field in model._meta.concrete_fields if field.editable and not field.primary_key]
