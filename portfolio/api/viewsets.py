"""REST of portfolios, themes and initiatives."""

from typing import Any

from collaboration.api.custom_fields import CustomFieldsViewMixin
from portfolio.api.serializers import (
    InitiativeSerializer,
    PortfolioSerializer,
    PortfolioShareSerializer,
    PortfolioUnshareSerializer,
    StageChangeSerializer,
    ThemeSerializer,
)
from portfolio.filters import InitiativeFilterSet, PortfolioFilterSet, ThemeFilterSet
from portfolio.models import Initiative, Portfolio, Theme
from portfolio.services import initiatives, portfolios, themes
from portfolio.services.initiative_batches import InitiativeRow, Refusal, create_initiatives
from tenancy.api.actions import record_action
from tenancy.api.bulk import BulkCreateMixin, BulkUpdateMixin
from tenancy.api.viewsets import TenantViewSet


class PortfolioViewSet(TenantViewSet):
    """Portfolios; a restricted one is seen only by those it is shared with."""

    model = Portfolio
    serializer_class = PortfolioSerializer
    filterset_class = PortfolioFilterSet
    search_fields = ("name", "description")
    ordering = ("name",)
    ordering_fields = ("name",)

    def perform_create(self, serializer: Any) -> Portfolio:
        return portfolios.create_portfolio(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Portfolio:
        return portfolios.change_portfolio(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Portfolio) -> None:
        portfolios.delete_portfolio(instance, actor=self.actor)

    @record_action("portfolio.share", input_serializer=PortfolioShareSerializer)
    def share(self, instance: Portfolio, data: dict[str, Any]) -> Portfolio:
        """Let a member see a restricted portfolio, and write in it if `may_change`."""
        portfolios.share_portfolio(instance, actor=self.actor, **data)
        return instance

    @record_action("portfolio.share", input_serializer=PortfolioUnshareSerializer)
    def unshare(self, instance: Portfolio, data: dict[str, Any]) -> Portfolio:
        """Take every grant on the portfolio from a member."""
        portfolios.unshare_portfolio(instance, actor=self.actor, **data)
        return instance


class ThemeViewSet(TenantViewSet):
    """Themes: strategic directions initiatives contribute to."""

    model = Theme
    serializer_class = ThemeSerializer
    filterset_class = ThemeFilterSet
    search_fields = ("name", "description")
    ordering = ("name",)
    ordering_fields = ("name",)

    def perform_create(self, serializer: Any) -> Theme:
        return themes.create_theme(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Theme:
        return themes.change_theme(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Theme) -> None:
        themes.delete_theme(instance, actor=self.actor)


class InitiativeViewSet(CustomFieldsViewMixin, BulkCreateMixin, BulkUpdateMixin, TenantViewSet):
    """Initiatives: programs, initiatives and features in one tree."""

    model = Initiative
    serializer_class = InitiativeSerializer
    filterset_class = InitiativeFilterSet
    search_fields = ("key", "title")
    ordering = ("-created_at",)
    ordering_fields = ("title", "created_at", "updated_at")

    def perform_create(self, serializer: Any) -> Initiative:
        return initiatives.create_initiative(actor=self.actor, **serializer.validated_data)

    def perform_bulk_create(self, rows: list[dict[str, Any]]) -> list[Initiative | Refusal]:
        return create_initiatives([InitiativeRow(row) for row in rows], actor=self.actor)

    def perform_update(self, serializer: Any) -> Initiative:
        return initiatives.change_initiative(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Initiative) -> None:
        initiatives.delete_initiative(instance, actor=self.actor)

    @record_action("initiative.change_stage", input_serializer=StageChangeSerializer)
    def change_stage(self, instance: Initiative, data: dict[str, Any]) -> Initiative:
        """Move the initiative to another stage; 409 with every reason when that is refused."""
        return initiatives.change_stage(instance, to=data["to"], reason=data["reason"], actor=self.actor)
