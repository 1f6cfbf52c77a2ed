"""Factories of the portfolio; they need an open scope."""

import factory

from portfolio.models import Initiative, Portfolio, Theme


class PortfolioFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Portfolio

    name = factory.Sequence(lambda n: f"Portfolio {n}")


class ThemeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Theme

    name = factory.Sequence(lambda n: f"Theme {n}")


class InitiativeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Initiative

    key = factory.Sequence(lambda n: f"AI-{n}")
    title = factory.Sequence(lambda n: f"Initiative {n}")
    portfolio = factory.SubFactory(PortfolioFactory)
