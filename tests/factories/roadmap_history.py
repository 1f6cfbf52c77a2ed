"""Factories of baselines, re-scopes and imported history; they need an open scope."""

from datetime import UTC, date, datetime

import factory

from roadmap.enums import BaselineReason, HistoryField, RescopeReason
from roadmap.models import Baseline, BaselineItem, BaselineMilestone, ItemRescope, PlanHistoryEntry
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory


class BaselineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Baseline

    roadmap = factory.SubFactory(RoadmapFactory)
    name = factory.Sequence(lambda n: f"Baseline {n}")
    reason = BaselineReason.MANUAL
    taken_at = datetime(2026, 1, 1, tzinfo=UTC)
    currency = "EUR"


class BaselineItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BaselineItem

    baseline = factory.SubFactory(BaselineFactory)
    item_key = factory.Faker("uuid4", cast_to=None)
    title = factory.Sequence(lambda n: f"Item {n}")
    start_on = date(2026, 1, 5)
    end_on = date(2026, 2, 27)
    status = "planned"
    progress = 0


class BaselineMilestoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BaselineMilestone

    baseline = factory.SubFactory(BaselineFactory)
    milestone_key = factory.Faker("uuid4", cast_to=None)
    title = factory.Sequence(lambda n: f"Milestone {n}")
    due_on = date(2026, 2, 27)
    kind = "ga"


class ItemRescopeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ItemRescope

    item = factory.SubFactory(RoadmapItemFactory, is_committed=True)
    roadmap = factory.SelfAttribute("item.roadmap")
    item_key = factory.SelfAttribute("item.pk")
    title = factory.SelfAttribute("item.title")
    reason_code = RescopeReason.CAPACITY
    old_end_on = date(2026, 3, 27)
    new_end_on = date(2026, 4, 10)
    rescoped_at = datetime(2026, 2, 1, tzinfo=UTC)


class PlanHistoryEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PlanHistoryEntry

    system = "tracker"
    external_id = factory.Sequence(str)
    field = HistoryField.BETA
    changed_at = datetime(2026, 1, 10, tzinfo=UTC)
    old_value = "v1.30"
    new_value = "v1.31"
    releases_moved = 1
