"""Querysets of the integrations: who sees which references and imports."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Case, CharField, F, Q, Value, When

from integrations.enums import ImportStatus
from portfolio.querysets import SEES_RESTRICTED, InPortfolioQuerySet
from tenancy.enums import JobStatus
from tenancy.permissions import all_actions
from tenancy.querysets import TenantQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor

# Bookkeeping of the platform and the references themselves: nothing outside corresponds to them.
_NOT_LINKABLE = frozenset({"tenancy", "integrations", "collaboration"})


@cache
def linkable_models() -> dict[str, Any]:
    """Models whose records may carry external references, by label (`portfolio.initiative`): all that can be viewed."""
    viewable = {action.name for action in all_actions()}
    found = {}
    for model in apps.get_models():
        noun = getattr(model, "action_noun", None)
        if noun is None or f"{noun()}.view" not in viewable:
            continue
        if model._meta.app_label not in _NOT_LINKABLE or model._meta.label_lower == "tenancy.team":
            found[model._meta.label_lower] = model
    return found


def _has_row_rule(model: Any) -> bool:
    return type(model.objects.none()).permitted is not TenantQuerySet.permitted


class ExternalReferenceQuerySet(TenantQuerySet):
    """External references; whoever may not see a record does not see its references."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = super().permitted(actor, verb)
        visible = Q()
        for label, model in linkable_models().items():
            if not actor.can(f"{model.action_noun()}.view"):
                continue
            if _has_row_rule(model):
                rows = model.objects.permitted(actor, "view").order_by().values("pk")
                visible |= Q(target_model=label, target_id__in=rows)
            else:
                visible |= Q(target_model=label)
        return permitted.filter(visible) if visible else permitted.none()

    def of_record(self, record: Any) -> Self:
        """References on one record."""
        return self.filter(target_model=record._meta.label_lower, target_id=record.pk)


class ImportRunQuerySet(InPortfolioQuerySet):
    """Imports; one that has not reached a portfolio yet is seen by who started it and by managers."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = super().permitted(actor, verb)
        if actor.can(SEES_RESTRICTED):
            return permitted
        return permitted.filter(Q(portfolio__isnull=False) | Q(requested_by_id=actor.user_id))

    def with_outcome(self) -> Self:
        """Annotate `outcome`, the status as it really is: a job that gave up cannot write the import's own row."""
        gave_up = Q(status=ImportStatus.WAITING, job__status=JobStatus.FAILED)
        return self.annotate(
            outcome=Case(
                When(gave_up, then=Value(ImportStatus.FAILED)),
                default=F("status"),
                output_field=CharField(choices=ImportStatus.choices),
            )
        )
