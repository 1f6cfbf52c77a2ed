"""REST of stakeholders, their pulse, and customer feedback."""

from typing import Any

from django.utils import timezone

from core.api.serializers import STAMPS, changes_of
from portfolio.filters.audience import (
    FeedbackFilterSet,
    FeedbackLinkFilterSet,
    PulseAnswerFilterSet,
    StakeholderFilterSet,
)
from portfolio.models import Feedback, FeedbackLink, PulseAnswer, Stakeholder
from portfolio.services import feedback, stakeholders
from tenancy.api.bulk import BulkCreateMixin
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField
from tenancy.api.viewsets import TenantViewSet


class StakeholderSerializer(TenantModelSerializer):
    """Somebody with an interest in an initiative, inside the organization or not."""

    class Meta:
        model = Stakeholder
        fields = ["id", "initiative", "name", "position", "member", "influence", "interest", "expectation", *STAMPS]


class PulseAnswerSerializer(TenantModelSerializer):
    """How content a stakeholder was on a day, 1 to 5; the same day again corrects it."""

    class Meta:
        model = PulseAnswer
        fields = ["id", "stakeholder", "answered_on", "score", "comment", *STAMPS]


class FeedbackSerializer(TenantModelSerializer):
    """Something a customer said; `initiatives` links new feedback to what it speaks for."""

    initiatives = TenantRelatedField(model="portfolio.Initiative", many=True, required=False, write_only=True)

    class Meta:
        model = Feedback
        fields = [
            "id",
            *feedback.EDITABLE,
            "initiatives",
            *STAMPS,
        ]


class FeedbackLinkSerializer(TenantModelSerializer):
    """A piece of feedback that speaks for an initiative."""

    class Meta:
        model = FeedbackLink
        fields = ["id", "feedback", "initiative", *STAMPS]


class StakeholderViewSet(BulkCreateMixin, TenantViewSet):
    """Stakeholders of initiatives."""

    model = Stakeholder
    serializer_class = StakeholderSerializer
    filterset_class = StakeholderFilterSet
    search_fields = ("name", "position")
    ordering = ("name",)
    ordering_fields = ("name", "updated_at")

    def perform_create(self, serializer: Any) -> Stakeholder:
        return stakeholders.create_stakeholder(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Stakeholder:
        return stakeholders.change_stakeholder(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Stakeholder) -> None:
        stakeholders.delete_stakeholder(instance, actor=self.actor)


class PulseAnswerViewSet(TenantViewSet):
    """How content stakeholders are."""

    model = PulseAnswer
    serializer_class = PulseAnswerSerializer
    filterset_class = PulseAnswerFilterSet

    def perform_create(self, serializer: Any) -> PulseAnswer:
        today = timezone.localdate()
        return stakeholders.answer_pulse(actor=self.actor, today=today, **serializer.validated_data)

    def perform_destroy(self, instance: PulseAnswer) -> None:
        stakeholders.delete_pulse_answer(instance, actor=self.actor)


class FeedbackViewSet(BulkCreateMixin, TenantViewSet):
    """What customers said, in tickets, calls and interviews."""

    model = Feedback
    serializer_class = FeedbackSerializer
    filterset_class = FeedbackFilterSet
    search_fields = ("title", "body", "customer")
    ordering = ("-received_on",)
    ordering_fields = ("received_on", "updated_at")

    def perform_create(self, serializer: Any) -> Feedback:
        return feedback.create_feedback(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Feedback:
        changes = changes_of(serializer, fixed=("initiatives",))
        return feedback.change_feedback(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: Feedback) -> None:
        feedback.delete_feedback(instance, actor=self.actor)


class FeedbackLinkViewSet(TenantViewSet):
    """Which initiatives feedback speaks for."""

    model = FeedbackLink
    serializer_class = FeedbackLinkSerializer
    filterset_class = FeedbackLinkFilterSet
    rights = {"create": "feedback.change", "destroy": "feedback.change"}

    def perform_create(self, serializer: Any) -> FeedbackLink:
        data = serializer.validated_data
        return feedback.link_feedback(data["feedback"], initiative=data["initiative"], actor=self.actor)

    def perform_destroy(self, instance: FeedbackLink) -> None:
        feedback.unlink_feedback(instance, actor=self.actor)
