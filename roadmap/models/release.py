"""Releases: versions with the dates of their alpha, beta and general availability."""

from django.db import models

from roadmap.models.roadmap import Roadmap
from roadmap.querysets import ReleaseQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Release(TenantOwned):
    """A version of something, with up to three dates in their order; a date nobody has set yet is None."""

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    version_label = models.CharField("version label", max_length=60, blank=True)
    alpha_on = models.DateField("alpha", null=True, blank=True)
    beta_on = models.DateField("beta", null=True, blank=True)
    ga_on = models.DateField("general availability", null=True, blank=True)

    objects = TenantManager.from_queryset(ReleaseQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                "roadmap",
                "name",
                name="roadmap_release_name",
                violation_error_message="Another release of the roadmap has this name.",
            ),
            models.CheckConstraint(
                condition=(
                    (models.Q(alpha_on=None) | models.Q(beta_on=None) | models.Q(beta_on__gte=models.F("alpha_on")))
                    & (models.Q(beta_on=None) | models.Q(ga_on=None) | models.Q(ga_on__gte=models.F("beta_on")))
                    & (models.Q(alpha_on=None) | models.Q(ga_on=None) | models.Q(ga_on__gte=models.F("alpha_on")))
                ),
                name="roadmap_release_dates",
                violation_error_message="Alpha, beta and general availability must follow each other.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "ga_on", "id"], name="roadmap_release_by_ga")]
        ordering = ["ga_on", "name", "id"]

    def __str__(self) -> str:
        return f"{self.name} {self.version_label}".rstrip()
