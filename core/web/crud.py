"""Declarative screens: a class of five to fifteen lines gives list, detail, forms, history, bulk edit and export.

The contract with an example is docs/how-to/add-a-screen.md. What is not CRUD is a plain function view.
"""

from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, path

from core.web.bulk import BulkAction, BulkScreen
from core.web.details import DetailScreen, FieldGroup, Panel, RecordAction, Tab
from core.web.exports import ExportScreen
from core.web.lists import ListPage
from core.web.saved_views import register_list_screen
from core.web.tables import Column

__all__ = [
    "BulkAction",
    "Column",
    "FieldGroup",
    "ListPage",
    "Panel",
    "RecordAction",
    "Tab",
    "TenantCRUDView",
]

_ROUTES = {
    "list": "",
    "views": "views/",
    "export": "export.csv",
    "bulk": "bulk/",
    "create": "new/",
    "detail": "{pk}/",
    "edit": "{pk}/edit/",
    "delete": "{pk}/delete/",
    "history": "{pk}/history/",
}
# What a write needs written to have a page.
_WRITES = {"create": "perform_create", "edit": "perform_update", "delete": "perform_delete"}


class TenantCRUDView(ExportScreen, DetailScreen, BulkScreen):
    """All pages of one tenant-owned model."""

    excluded_operations: ClassVar[frozenset[str]] = frozenset()
    pk_converter: ClassVar[str] = "uuid"

    @classmethod
    def operations(cls) -> list[str]:
        """Operations with an address: a write exists when its method is written."""
        missing = set(cls.excluded_operations)
        missing |= {operation for operation, method in _WRITES.items() if getattr(cls, method) is None}
        if not cls.bulk_fields and not cls.bulk_actions:
            missing.add("bulk")
        return [operation for operation in _ROUTES if operation not in missing]

    @classmethod
    def get_urls(cls, prefix: str) -> list[URLPattern]:
        """Addresses under `prefix` ("initiatives"), to put into the app's `urlpatterns`.

        Raises ImproperlyConfigured, naming the screen, when it offers what it has not written.
        """
        cls.require_complete()
        if "views" in cls.operations():
            register_list_screen(cls.url_name("list"))
        return [
            path(
                f"{prefix}/{_ROUTES[operation].format(pk=f'<{cls.pk_converter}:pk>')}",
                cls.as_view(operation=operation),
                name=cls.url_name(operation).partition(":")[2],
            )
            for operation in cls.operations()
        ]

    @classmethod
    def require_complete(cls) -> None:
        """Refuse a screen with forms but no form class, or with bulk fields but nothing that applies them."""
        has_forms = not {"create", "edit"}.isdisjoint(cls.operations())
        if has_forms and cls.form_class is None and cls.get_form_class is TenantCRUDView.get_form_class:
            raise ImproperlyConfigured(f"{cls.__name__} has create or edit pages, but no form_class.")
        if cls.bulk_fields and cls.perform_bulk_update is None:
            raise ImproperlyConfigured(f"{cls.__name__} has bulk_fields, but no perform_bulk_update.")

    def has(self, operation: str) -> bool:
        return operation in self.operations()

    def may_do(self) -> dict[str, Any]:
        """What the templates may offer: operation to True or False."""
        return {
            "create": self.has("create") and self.may("create"),
            "edit": self.has("edit"),
            "delete": self.has("delete"),
            "export": self.has("export"),
            "bulk_edit": self._may_bulk_edit(),
            "bulk": self.has("bulk") and (bool(self.shown_bulk_actions()) or self._may_bulk_edit()),
        }

    def _may_bulk_edit(self) -> bool:
        return bool(self.bulk_fields) and self.may("change")

    def first_address(self) -> str:
        """Where the first record of an empty list is made; "" where this actor makes none. Override freely."""
        return self.url("create") if self.has("create") and self.may("create") else ""

    def addresses(self) -> dict[str, str]:
        """Addresses of the operations on no record, for templates."""
        plain = ("list", "views", "export", "bulk", "create")
        return {operation: self.url(operation) for operation in plain if self.has(operation)}
