"""Querysets of portfolio selection: a selection is seen by whoever sees every initiative in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Subquery

from portfolio.querysets import SEES_RESTRICTED, VIEW_GRANT, InPortfolioQuerySet, OutsideHiddenPortfolios
from tenancy.querysets import TenantQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor


def _in_hidden(actor: Actor, model: str, run_path: str) -> Exists:
    """Whether a run has a row of `model` whose initiative lies in a portfolio the actor does not see."""
    visible = OutsideHiddenPortfolios("initiative__portfolio", actor.user_id, VIEW_GRANT)
    rows = apps.get_model("portfolio", model).objects.filter(**{run_path: OuterRef("pk")})
    return Exists(rows.exclude(models.Q(visible)))


class SelectionRunQuerySet(InPortfolioQuerySet):
    """Selections. Totals and reasons would give away what is hidden, so one hidden candidate hides the whole."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = super().permitted(actor, verb)
        if actor.can(SEES_RESTRICTED):
            return permitted
        return permitted.filter(
            ~_in_hidden(actor, "SelectionCandidate", "run"), ~_in_hidden(actor, "SelectionChoice", "result__run")
        )

    def matching(self, text: str) -> Self:
        """Rows whose name contains the text."""
        return self.filter(name__icontains=text)

    def with_result(self) -> Self:
        """Annotate the newest result's `result_value`, `chosen_count`, `outcome` and `solved_at`."""
        results = apps.get_model("portfolio", "SelectionResult").objects.filter(run=OuterRef("pk"))
        newest = results.order_by("-computed_at", "-pk")
        return self.annotate(
            result_value=Subquery(newest.values("value")[:1]),
            chosen_count=Subquery(newest.values("chosen_count")[:1]),
            outcome=Subquery(newest.values("outcome")[:1]),
            solved_at=Subquery(newest.values("computed_at")[:1]),
        )


class OfSelectionQuerySet(TenantQuerySet):
    """Rows of one selection, found through `run_path`."""

    run_path = "run"

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = super().permitted(actor, verb)
        if actor.can(SEES_RESTRICTED):
            return permitted
        runs = apps.get_model("portfolio", "SelectionRun").objects.permitted(
            actor, "view" if verb == "view" else "change"
        )
        return permitted.filter(**{f"{self.run_path}__in": runs.values("pk")})


class SelectionCandidateQuerySet(OfSelectionQuerySet):
    """Candidates."""

    def matching(self, text: str) -> Self:
        """Rows whose initiative's title contains the text, or has it as key."""
        return self.filter(models.Q(initiative__title__icontains=text) | models.Q(initiative__key__iexact=text))


class OfCandidateQuerySet(OfSelectionQuerySet):
    """Rows of one candidate."""

    run_path = "candidate__run"


class OfSelectionResultQuerySet(OfSelectionQuerySet):
    """Rows of one result."""

    run_path = "result__run"
