"""Organizations and people, the two things that exist outside a tenant."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from core.ids import uuid7

CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Use a three-letter ISO 4217 code such as EUR.")
SLUG = RegexValidator(r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", "Use lower-case letters, digits and inner hyphens.")
RESERVED_SLUGS = frozenset(
    {
        "api",
        "accounts",
        "static",
        "media",
        "ofrep",
        "mcp",
        "scim",
        "healthz",
        "invitations",
        "published",
        "organizations",
        "-",
    }
)


class Organization(models.Model):
    """A tenant: everything it owns is invisible to every other one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    slug = models.CharField(max_length=63, unique=True, validators=[SLUG])
    currency = models.CharField(max_length=3, default="EUR", validators=[CURRENCY], help_text="Reporting currency.")
    discount_rate = models.DecimalField(
        max_digits=6, decimal_places=4, default="0.1000", help_text="Yearly, as a fraction: 0.10 is 10%."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(discount_rate__gt=-1), name="tenancy_organization_discount_rate")
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """A person; without a password they can sign in only after setting one by e-mail."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """An operator of the installation; holds no right inside any organization."""
        return self.create_user(email, password, is_superuser=True, is_staff=True, **extra)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email or "")


class User(AbstractBaseUser, PermissionsMixin):
    """A person or a service account; rights come only from memberships, never from Django permissions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_service_account = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="tenancy_user_email")]

    def __str__(self) -> str:
        return self.name or self.email
