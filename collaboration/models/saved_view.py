"""Saved views: a list as somebody wants to see it again."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from collaboration.enums import ViewSharing
from collaboration.querysets import SavedViewQuerySet
from collaboration.validators import SCREEN, validate_query
from core.web.saved_views import list_screens
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class SavedView(TenantOwned):
    """Filters, order and columns of one list under a name.

    `screen` is the list's URL name, `query` its query parameters as {name: [value, ...]}. `sharing` says who sees it:
    nobody else, those who are in a team with its owner, or the whole organization; one meant for public links is
    offered where such a link is made. Its owner alone changes it, and the default opens for its owner only.
    """

    owner = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+", editable=False)
    screen = models.CharField(max_length=120, validators=[SCREEN])
    name = models.CharField(max_length=80)
    query = models.JSONField(default=dict, blank=True, validators=[validate_query])
    sharing = models.CharField(max_length=12, choices=ViewSharing, default=ViewSharing.PRIVATE)
    is_default = models.BooleanField(default=False)

    objects = TenantManager.from_queryset(SavedViewQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "screen", "owner", "name", name="collaboration_savedview_name"),
            models.UniqueConstraint(
                fields=["organization", "screen", "owner"],
                condition=Q(is_default=True),
                name="collaboration_savedview_one_default",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-updated_at", "id"], name="collaboration_view_updated")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a new view of a list there is none; one whose list is gone can still be renamed."""
        if self._state.adding and self.screen not in list_screens():
            raise ValidationError({"screen": "There is no list of this name."})
