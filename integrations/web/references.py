"""External references on pages: addresses and titles of the records they are on, and the panel of an initiative."""

from typing import Any

from django.db.models import Case, CharField, OuterRef, Subquery, Value, When
from django.urls import NoReverseMatch
from django.utils.text import capfirst

from core.web.urls import tenant_url
from integrations.models import ExternalReference
from integrations.querysets import linkable_models
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.scope import current_actor

SHOWN = 50


def record_type(reference: ExternalReference) -> str:
    """The target's kind in words."""
    model = linkable_models().get(reference.target_model)
    return capfirst(str(model._meta.verbose_name)) if model else reference.target_model


def record_url(reference: ExternalReference) -> str | None:
    """The target's page; None when its kind has none."""
    model = linkable_models().get(reference.target_model)
    if model is None:
        return None
    try:
        name = f"{model._meta.app_label}:{model.action_noun()}_detail"
        return tenant_url(current_actor(), name, pk=reference.target_id)
    except NoReverseMatch:
        return None


def record_title() -> Case:
    """The target's title or name as an expression; empty for records that have neither."""
    cases = []
    for label, model in linkable_models().items():
        names = {field.name for field in model._meta.concrete_fields}
        name = next((name for name in ("title", "name") if name in names), None)
        if name is not None:
            rows = model._base_manager.filter(pk=OuterRef("target_id")).values(name)
            cases.append(When(target_model=label, then=Subquery(rows[:1])))
    return Case(*cases, default=Value(""), output_field=CharField())


def references_panel(*, initiative: Initiative, actor: Actor) -> list[tuple[str, str, dict[str, Any]]]:
    """What the initiative is called elsewhere, and pages about it."""
    if not actor.can("external_reference.view"):
        return []
    references = list(ExternalReference.objects.of_record(initiative).order_by("relation", "label", "id")[: SHOWN + 1])
    context = {
        "is_empty": not references,
        "references": references[:SHOWN],
        "has_more": len(references) > SHOWN,
        "referenced": initiative,
        "target_model": initiative._meta.label_lower,
        "may_add": actor.can("external_reference.create"),
        "may_change": actor.can("external_reference.change"),
    }
    return [("External references", "integrations/_initiative_references.html", context)]
