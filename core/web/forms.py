"""Forms of the screens: one look for all fields, and choices limited to what the actor may see."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms import renderers
from django.template.backends.django import DjangoTemplates
from django.utils.functional import cached_property
from django.utils.text import capfirst

from core.days import require_known_day
from core.errors import DomainError
from core.numbers import plain_number
from core.web.choosers import with_chooser

# How a blank choice reads: one that may stay, and one that has to be replaced.
NO_CHOICE = "\N{EM DASH}"
TO_CHOOSE = "Choose\N{HORIZONTAL ELLIPSIS}"
MONEY_PLACES = 2


class FormRenderer(renderers.EngineMixin, renderers.BaseRenderer):
    """Renders fields with templates/components/field.html; widgets come from Django."""

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"
    backend = DjangoTemplates

    @cached_property
    def engine(self) -> Any:
        widgets = Path(renderers.__file__).parent / "templates"
        return DjangoTemplates(
            {
                "APP_DIRS": True,
                "DIRS": [*settings.TEMPLATES[0]["DIRS"], widgets],
                "NAME": "fairlead_forms",
                "OPTIONS": {"builtins": ["core.templatetags.fairlead"]},
            }
        )


ChoiceProvider = Callable[[Any], Any]

_choices: dict[str, ChoiceProvider] = {}


def register_choices(model: str, provider: ChoiceProvider) -> None:
    """Say which rows of a model without `permitted()` an actor may choose, e.g. the organization's people."""
    _choices[model.lower()] = provider


def permitted_choices(model: str, verb: str = "view") -> ChoiceProvider:
    """For `ModelChoiceFilter(queryset=...)`: rows of `app.Model` the request's actor may choose from."""
    return lambda request: choices_for(request.actor, model, verb)


def choices_for(actor: Any, model: Any, verb: str = "view") -> Any:
    """Rows an actor may choose; none at all of a model that neither is a tenant's nor has a provider."""
    resolved = apps.get_model(model) if isinstance(model, str) else model
    provider = _choices.get(resolved._meta.label_lower)
    if provider is not None:
        return provider(actor)
    tenant_rows = getattr(resolved.objects, "permitted", None)
    return tenant_rows(actor, verb) if tenant_rows else resolved._default_manager.none()


class _TenantChoices:
    """Choices of a tenant's model, looked up when the form is made: at import no organization is known."""

    def __init__(self, model: Any = None, *, verb: str = "view", queryset: Any = None, **kwargs: Any) -> None:
        self.tenant_model = model
        self.verb = verb
        if isinstance(self, forms.ModelChoiceField) and not isinstance(self, forms.ModelMultipleChoiceField):
            kwargs.setdefault("empty_label", TO_CHOOSE if kwargs.get("required", True) else NO_CHOICE)
        super().__init__(queryset=queryset, **kwargs)  # type: ignore[call-arg]  # the field this is mixed into takes them

    def bind_actor(self, actor: Any) -> None:
        """Limit the choices to rows on which the actor may do the verb."""
        if self.tenant_model is not None:
            self.queryset = choices_for(actor, self.tenant_model, self.verb)


class TenantChoiceField(_TenantChoices, forms.ModelChoiceField):
    """`TenantChoiceField("portfolio.Theme")`: one row of a tenant's model."""


class TenantMultipleChoiceField(_TenantChoices, forms.ModelMultipleChoiceField):
    """`TenantMultipleChoiceField("portfolio.Theme")`: several rows of a tenant's model."""


class PlainNumbersMixin:
    """Refuses in number fields, and at both ends of ranges, what Python reads as a number and nobody means: "1_0"."""

    def _clean_fields(self) -> None:
        super()._clean_fields()
        for name, field in self.fields.items():
            ends = field.fields if isinstance(field, forms.MultiValueField) else [field]
            if name in self.errors or not any(isinstance(end, forms.IntegerField) for end in ends):
                continue
            data = self[name].data  # type: ignore[index]  # the form this is mixed into is
            texts = data if isinstance(field, forms.MultiValueField) else [data]
            for end, text in zip(ends, texts or (), strict=False):
                if isinstance(end, forms.IntegerField) and not _is_plain(text):
                    self.add_error(name, end.error_messages["invalid"])
                    break


def _is_plain(data: Any) -> bool:
    text = "" if data is None else str(data).strip()
    return not text or plain_number(text) is not None


class ActorFormMixin(PlainNumbersMixin):
    """Gives a form `self.actor`; limits its choices to what the actor may see, and its dates to known days."""

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.DecimalField):
                self.initial[name] = _without_padding(self.get_initial_for_field(field, name), field.decimal_places)
            if isinstance(field, forms.DateField):
                field.validators.append(require_known_day)
            if isinstance(field, SimpleArrayField):
                field.error_messages["item_invalid"] = "Entry %(nth)s:"
            if isinstance(field, _TenantChoices):
                field.bind_actor(actor)
                self.fields[name] = with_chooser(field, actor)


def _without_padding(value: Any, places: int | None) -> Any:
    """A stored number as people write it: 0.1 and not 0.1000; money keeps its two decimals."""
    if not isinstance(value, Decimal) or not value.is_finite() or places is None or places <= MONEY_PLACES:
        return value
    return Decimal(f"{value.normalize():f}")


class TenantForm(ActorFormMixin, forms.Form):
    """A plain form that knows the actor."""


class _ColumnDecimalField(forms.DecimalField):
    """A number of a column: what is out of its range is called that, and not a number of too many digits."""

    range_validators: tuple[Any, ...] = ()

    def run_validators(self, value: Any) -> None:
        if value not in self.empty_values:
            for validate in self.range_validators:
                validate(value)
        super().run_validators(value)


def _column_decimal(field: Any, **kwargs: Any) -> Any:
    made = field.formfield(**{"form_class": _ColumnDecimalField, **kwargs})
    bounds = (MinValueValidator, MaxValueValidator)
    made.range_validators = tuple(check for check in field.validators if isinstance(check, bounds))
    return made


def tenant_formfield(field: Any, **kwargs: Any) -> Any:
    """The form field of a model field: tenant choices for relations, native pickers for dates."""
    if field.is_relation:
        form_class = TenantMultipleChoiceField if field.many_to_many else TenantChoiceField
        return form_class(
            field.remote_field.model,
            required=not field.blank,
            label=kwargs.get("label") or capfirst(str(field.verbose_name)),
            help_text=kwargs.get("help_text") or field.help_text,
        )
    if isinstance(field, models.DateTimeField):
        kwargs.setdefault("widget", forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    elif isinstance(field, models.DateField):
        kwargs.setdefault("widget", forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    if field.choices:
        empty = NO_CHOICE if field.blank else TO_CHOOSE
        made = field.formfield(**kwargs)
        made.choices = [(value, empty if value in ("", None) else label) for value, label in made.choices]
        return made
    if isinstance(field, models.DecimalField):
        return _column_decimal(field, **kwargs)
    if isinstance(field, ArrayField):
        kwargs.setdefault("base_field", tenant_formfield(field.base_field))
    return field.formfield(**kwargs)


class _TenantModelFormMetaclass(forms.models.ModelFormMetaclass):
    """Makes `tenant_formfield` the default way from a model field to a form field."""

    def __new__(cls, name: str, bases: Any, attrs: dict[str, Any]) -> Any:
        meta = attrs.get("Meta")
        if meta is not None and not hasattr(meta, "formfield_callback"):
            meta.formfield_callback = staticmethod(tenant_formfield)
        return super().__new__(cls, name, bases, attrs)


class TenantModelForm(ActorFormMixin, forms.ModelForm, metaclass=_TenantModelFormMetaclass):
    """A model form for input only: hand `cleaned_data` to a service, do not call `save()`."""


def add_refusal(form: Any, error: DomainError | ValidationError) -> None:
    """Show a service's refusal at the field it names, or above the form."""
    if isinstance(error, ValidationError):
        known = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for name, messages in known.items():
            form.add_error(name if name in form.fields else None, messages)
        return
    pointer = error.pointer if error.pointer in form.fields else None
    form.add_error(pointer, [error.message, *(reason for reason in error.reasons if reason != error.message)])
