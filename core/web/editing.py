"""Create, edit and delete pages. They take input and call hooks; the hooks call services."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from core.errors import DomainError
from core.web.forms import ActorFormMixin, add_refusal
from core.web.integrity import left_without, refusal_of
from core.web.screen import Screen
from core.web.urls import safe_next

STALE = (
    "Somebody else saved this record after you opened it. Your entries are kept below: compare them with the"
    " current record, then save again to replace what they wrote."
)


class EditScreen(Screen):
    """Declarations and behaviour of forms; see docs/how-to/add-a-screen.md."""

    form_class: ClassVar[Any] = None
    form_template: ClassVar[str] = "crud/form.html"
    form_intro: ClassVar[str] = ""

    # Methods a screen writes, each calls a service: `perform_create(form)` and `perform_update(form)`, which changes
    # `self.object`, return the record, `perform_delete(obj)` nothing. An operation without its method has no page.
    perform_create: Any = None
    perform_update: Any = None
    perform_delete: Any = None

    def get_form_class(self) -> Any:
        return self.form_class

    def get_form(self, *, obj: Any = None, is_bound: bool = False) -> Any:
        """A form for `obj`, or for a new record; bound to the posted data if asked."""
        form_class = self.get_form_class()
        kwargs: dict[str, Any] = {"initial": self.form_initial(obj)}
        if is_bound:
            kwargs |= {"data": self.request.POST, "files": self.request.FILES}
        if issubclass(form_class, ActorFormMixin):
            kwargs["actor"] = self.actor
        if obj is not None and issubclass(form_class, forms.ModelForm):
            # A second instance: validating a model form writes to its instance, and the service must get a clean one.
            kwargs["instance"] = self.model.from_db(obj._state.db, *_loaded(obj))
        return form_class(**kwargs)

    def form_initial(self, obj: Any) -> dict[str, Any]:
        """Initial values; of a new record those in the query string, so that links can prefill a form."""
        if obj is None:
            return self.request.GET.dict()
        return {}

    def success_url(self, obj: Any) -> str:
        """Where to go after saving."""
        return self.url("detail", obj)

    def create_get(self) -> HttpResponse:
        self.require("create")
        return self.render_form(self.get_form())

    def create_post(self) -> HttpResponse:
        self.require("create")
        form = self.get_form(is_bound=True)
        return self._attempt(form, None, self.perform_create, "created")

    def edit_get(self, pk: Any) -> HttpResponse:
        obj = self.get_object(pk)
        self.require("change", obj)
        return self.render_form(self.get_form(obj=obj), obj)

    @transaction.atomic
    def edit_post(self, pk: Any) -> HttpResponse:
        self.get_object(pk)
        obj = get_object_or_404(self.get_queryset().select_for_update(of=("self",)), pk=pk)
        self.require("change", obj)
        self.object = obj
        form = self.get_form(obj=obj, is_bound=True)
        if self.request.POST.get("version", "") != version_of(obj):
            form.full_clean()
            form.add_error(None, STALE)
            return self.render_form(form, obj, status=409)
        return self._attempt(form, obj, self.perform_update, "saved")

    def _attempt(self, form: Any, obj: Any, perform: Any, done: str) -> HttpResponse:
        if not form.is_valid():
            return self.render_form(form, obj, status=422)
        try:
            with transaction.atomic():
                saved = perform(form)
                self._require_visible(saved)
        except (DomainError, ValidationError) as error:
            add_refusal(form, error)
            return self.render_form(form, obj, status=422 if isinstance(error, ValidationError) else 409)
        except IntegrityError as error:
            add_refusal(form, self._refusal_of(error))
            return self.render_form(form, obj, status=409)
        messages.success(
            self.request,
            f"{self.names()['singular']} \N{LEFT DOUBLE QUOTATION MARK}{saved}\N{RIGHT DOUBLE QUOTATION MARK} {done}.",
        )
        return self.redirect(safe_next(self.request, self.success_url(saved)))

    def _refusal_of(self, error: IntegrityError) -> DomainError:
        """The error in words; one that no input explains is raised again."""
        refusal = refusal_of(error, self.model)
        if refusal is None:
            raise error
        return refusal

    def _require_visible(self, saved: Any) -> None:
        """Roll back a write that would put the row out of the actor's own sight."""
        if not self.get_queryset().filter(pk=saved.pk).exists():
            raise PermissionDenied("You would no longer see this record; nothing was saved.")

    def render_form(self, form: Any, obj: Any = None, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "object": obj,
            "version": version_of(obj),
            "cancel_url": safe_next(self.request, self.url("list") if obj is None else self.url("detail", obj)),
            "next": safe_next(self.request, ""),
            **self.form_context(form, obj),
        }
        return self.render(self.form_template, "crud/_form.html", context, status=status)

    def form_context(self, form: Any, obj: Any) -> dict[str, Any]:
        """Extra context of the form page; override freely."""
        return {}

    def delete_get(self, pk: Any) -> HttpResponse:
        obj = self.get_object(pk)
        self.require("delete", obj)
        context = {"object": obj, "back_url": self.url("detail", obj), "left_without": left_without(obj, self.actor)}
        return self.render("crud/delete.html", "crud/_delete.html", context)

    def delete_post(self, pk: Any) -> HttpResponse:
        obj = self.get_object(pk)
        self.require("delete", obj)
        label = str(obj)
        try:
            with transaction.atomic():
                self.perform_delete(obj)
        except (DomainError, IntegrityError) as error:
            refusal = error if isinstance(error, DomainError) else self._refusal_of(error)
            context = {"object": obj, "back_url": self.url("detail", obj), "refusal": refusal}
            return self.render("crud/delete.html", "crud/_delete.html", context, status=409)
        messages.success(
            self.request,
            f"{self.names()['singular']} \N{LEFT DOUBLE QUOTATION MARK}{label}\N{RIGHT DOUBLE QUOTATION MARK} deleted.",
        )
        return self.redirect(self.url("list"))


def version_of(obj: Any) -> str:
    """What tells two states of a record apart; empty for a new one."""
    return "" if obj is None else str(obj.version)


def _loaded(obj: Any) -> tuple[list[str], list[Any]]:
    """Names and values of the loaded columns."""
    loaded = [field for field in obj._meta.concrete_fields if field.attname not in obj.get_deferred_fields()]
    return [field.attname for field in loaded], [getattr(obj, field.attname) for field in loaded]
