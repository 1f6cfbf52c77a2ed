"""Portfolios and themes: how an organization groups what it invests in."""

from django.core.validators import RegexValidator
from django.db import models
from guardian.models import UserObjectPermissionBase

from portfolio.enums import Visibility
from portfolio.querysets import PortfolioQuerySet, PortfolioSharingManager
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

KEY_PREFIX = RegexValidator(r"^[A-Z][A-Z0-9]{0,9}$", "Use up to ten capital letters and digits, a letter first.")


class Portfolio(TenantOwned):
    """A body of investment with one budget and one audience."""

    name = models.CharField(max_length=200)
    key_prefix = models.CharField(
        max_length=10,
        blank=True,
        validators=[KEY_PREFIX],
        help_text="Keys of new initiatives start with it: AI gives AI-1, AI-2. Empty: I-1, I-2.",
    )
    description = models.TextField(blank=True)
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.ORGANIZATION)

    objects = TenantManager.from_queryset(PortfolioQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint("organization", "name", name="portfolio_portfolio_name")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class PortfolioUserObjectPermission(TenantOwned, UserObjectPermissionBase):
    """A restricted portfolio shared with one person, to view or to change (django-guardian, direct foreign key)."""

    content_object = TenantForeignKey(Portfolio, on_delete=models.CASCADE, related_name="user_permissions")

    objects = PortfolioSharingManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", "user", "permission", "content_object", name="portfolio_sharing_grant"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.permission_id} {self.content_object_id}"


class Theme(TenantOwned):
    """A strategic direction initiatives contribute to."""

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("organization", "name", name="portfolio_theme_name")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
