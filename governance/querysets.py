"""Querysets of governance; what hangs on an initiative shares the visibility of its portfolio."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q

from governance.enums import LIVE_APPROVAL_STATUSES, OPEN_LAUNCH_STATUSES, ApprovalStatus, Verdict
from portfolio.querysets import InPortfolioQuerySet
from tenancy.querysets import TenantQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor


class StageGateQuerySet(TenantQuerySet):
    """Stage gates."""

    def active(self) -> Self:
        return self.filter(is_active=True)


class GateCriterionQuerySet(TenantQuerySet):
    """Criteria of gates."""

    def active(self) -> Self:
        return self.filter(is_active=True)


class LaunchQuerySet(InPortfolioQuerySet):
    """Launches."""

    portfolio_path = "initiative__portfolio"

    def open(self) -> Self:
        return self.filter(status__in=OPEN_LAUNCH_STATUSES)

    def matching(self, text: str) -> Self:
        """Rows whose title, or whose initiative's key, contains the text."""
        return self.filter(Q(title__icontains=text) | Q(initiative__key__iexact=text))


class OfLaunchQuerySet(InPortfolioQuerySet):
    """Rows that belong to one launch."""

    portfolio_path = "launch__initiative__portfolio"


class ApprovalRequestQuerySet(OfLaunchQuerySet):
    """Approval requests."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        """Whoever sees a request may decide on it if their role and standing allow: no right to edit is needed."""
        if not actor.can(f"approval_request.{verb}"):
            return self.none()
        return super().permitted(actor, "view")

    def live(self) -> Self:
        return self.filter(status__in=LIVE_APPROVAL_STATUSES)

    def undecided_by(self, membership_id: UUID, *, at: datetime) -> Self:
        """Pending requests in time that the person has neither asked for nor decided."""
        decisions = apps.get_model("governance", "Decision")
        own = decisions.objects.filter(
            request=OuterRef("pk"), actor=membership_id, verdict__in=[Verdict.APPROVE, Verdict.REFUSE]
        )
        pending = self.filter(status=ApprovalStatus.PENDING, expires_at__gt=at).exclude(requested_by=membership_id)
        return pending.filter(~Exists(own))

    def current(self) -> Self:
        """Requests bound to their launch's present content."""
        return self.filter(subject_digest=F("launch__digest"))


class DecisionQuerySet(InPortfolioQuerySet):
    """Decisions."""

    portfolio_path = "request__launch__initiative__portfolio"

    def on_subject(self, initiative_id: UUID, stage: str) -> Self:
        """All decisions ever made on bringing this initiative to this stage."""
        return self.filter(request__launch__initiative=initiative_id, request__launch__target_stage=stage)

    def about_vetoes(self) -> Self:
        return self.filter(verdict__in=[Verdict.VETO, Verdict.LIFT_VETO])
