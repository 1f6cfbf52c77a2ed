"""Factories of forecasts; they need an open scope."""

from datetime import date, timedelta

import factory

from roadmap.calc.date_forecast import ENGINE_VERSION
from roadmap.models import ForecastDate, ScheduleForecast
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory

DAYS = [date(2026, 6, 1) + timedelta(days=5 * step) for step in range(21)]


class ScheduleForecastFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScheduleForecast

    roadmap = factory.SubFactory(RoadmapFactory)
    as_of = date(2026, 5, 1)
    trials = 1000
    seed = 7
    engine_version = ENGINE_VERSION
    end_quantiles = DAYS
    item_count = 3
    uncertain_count = 2


class ForecastDateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ForecastDate

    forecast = factory.SubFactory(ScheduleForecastFactory)
    item = factory.SubFactory(RoadmapItemFactory, roadmap=factory.SelfAttribute("..forecast.roadmap"))
    planned_on = date(2026, 7, 1)
    p50 = DAYS[10]
    p80 = DAYS[16]
    p95 = DAYS[19]
    chance = "0.3"
    criticality = "0.6"
    quantiles = DAYS
