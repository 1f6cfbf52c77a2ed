"""Bulk work on selected rows: one transaction, one result per row."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse

from core.errors import DomainError
from core.ids import uuid_or_none
from core.web.actor import may
from core.web.editing import EditScreen
from core.web.urls import safe_next

BULK_LIMIT = 500
UNCHANGED = "Leave unchanged"


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A button of the bulk bar; `handler` names a method of the screen that takes one object."""

    key: str
    label: str
    handler: str
    icon: str = ""
    action: str | None = None
    tone: str = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row; `error` is empty when it worked."""

    label: str
    url: str
    error: str = ""


class BulkScreen(EditScreen):
    """Declarations and behaviour of bulk edit; see docs/how-to/add-a-screen.md."""

    bulk_fields: ClassVar[Sequence[str]] = ()
    bulk_actions: ClassVar[Sequence[BulkAction]] = ()

    # A screen with `bulk_fields` writes `perform_bulk_update(obj, changes)`: it calls the service that applies the
    # changes, only the fields filled in, to one record.
    perform_bulk_update: Any = None

    def bulk_post(self) -> HttpResponse:
        intent = self.request.POST.get("intent", "edit")
        if intent in ("edit", "apply") and self.bulk_fields:
            self.require("change")
            return self._bulk_edit(is_applied=intent == "apply")
        action = next((action for action in self.shown_bulk_actions() if action.key == intent), None)
        if action is None:
            return self.render("crud/bulk.html", "crud/_bulk.html", {"refusal": "There is no such action."}, status=409)
        return self._run(getattr(self, action.handler), self.selected())

    def shown_bulk_actions(self) -> list[BulkAction]:
        return [action for action in self.bulk_actions if may(self.actor, action.action or self.action("change"))]

    def selected(self) -> list[Any]:
        """The selected rows the actor may see, at most BULK_LIMIT; ids that are none are passed over."""
        ids = [value for text in self.request.POST.getlist("ids")[:BULK_LIMIT] if (value := _identifier(text))]
        queryset = self.get_queryset().select_related(*self.list_select_related)
        return list(queryset.filter(pk__in=ids).order_by("pk"))

    def bulk_form(self, *, is_bound: bool) -> Any:
        """The declared fields of the form class, each optional: left empty means left as it is."""
        source = self.get_form()
        form = forms.Form(self.request.POST if is_bound else None, prefix="bulk")
        form.fields = {name: _optional(source.fields[name]) for name in self.bulk_fields}
        return form

    def _bulk_edit(self, *, is_applied: bool) -> HttpResponse:
        objects = self.selected()
        form = self.bulk_form(is_bound=is_applied)
        context = {"objects": objects, "form": form, "back_url": safe_next(self.request, self.url("list"))}
        if not is_applied:
            return self.render("crud/bulk.html", "crud/_bulk.html", context)
        if not form.is_valid():
            return self.render("crud/bulk.html", "crud/_bulk.html", context, status=422)
        changes = {name: value for name, value in form.cleaned_data.items() if not _is_empty(value)}
        if not changes:
            form.add_error(None, "Fill in at least one field to change.")
            return self.render("crud/bulk.html", "crud/_bulk.html", context, status=422)
        return self._run(lambda obj: self.perform_bulk_update(obj, changes), objects)

    def _run(self, work: Callable[[Any], Any], objects: Sequence[Any]) -> HttpResponse:
        """Refused rows are undone one by one and listed; any other error undoes all."""
        with transaction.atomic():
            results = [self._one(work, obj) for obj in objects]
        refused = [result for result in results if result.error]
        back = safe_next(self.request, self.url("list"))
        done = len(results) - len(refused)
        if refused or not results:
            context = {"results": refused, "done": done, "total": len(results), "back_url": back}
            # Not an error status while anything was done: the request's transaction is rolled back on one.
            return self.render("crud/bulk_result.html", "crud/_bulk_result.html", context, status=200 if done else 409)
        messages.success(self.request, f"{done} changed.")
        return self.redirect(back)

    def _one(self, work: Callable[[Any], Any], obj: Any) -> RowResult:
        label, url = str(obj), self.url("detail", obj)
        if not self.may("change", obj):
            return RowResult(label, url, "Your role does not allow you to change this record.")
        try:
            with transaction.atomic():
                work(obj)
        except DomainError as error:
            return RowResult(label, url, " ".join(dict.fromkeys((error.message, *error.reasons))))
        except ValidationError as error:
            return RowResult(label, url, " ".join(error.messages))
        except IntegrityError as error:
            return RowResult(label, url, self._refusal_of(error).message)
        return RowResult(label, url)


def _identifier(text: str) -> UUID | int | None:
    """A primary key as the address would hold it; None when it is neither a UUID nor a number."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return uuid_or_none(text)


def _optional(field: Any) -> Any:
    optional = deepcopy(field)
    optional.required = False
    optional.initial = None
    if isinstance(optional, forms.BooleanField) and not isinstance(optional, forms.NullBooleanField):
        choice = forms.NullBooleanField(label=field.label, help_text=field.help_text)
        choice.widget.choices = [("unknown", UNCHANGED), ("true", "Yes"), ("false", "No")]
        return choice
    if isinstance(optional, forms.ModelChoiceField):
        optional.empty_label = UNCHANGED
    elif isinstance(optional, forms.ChoiceField) and not isinstance(optional, forms.MultipleChoiceField):
        choices = [(value, label) for value, label in optional.choices if value != ""]
        optional.choices = [("", UNCHANGED), *choices]
    optional.widget.is_required = False
    return optional


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], ()) or (hasattr(value, "exists") and not value.exists())
