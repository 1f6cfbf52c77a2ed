"""Filters of public links and exported files."""

from roadmap.models import PublicLink, RoadmapExport
from tenancy.filters import TenantFilterSet


class PublicLinkFilterSet(TenantFilterSet):
    """Public links by roadmap and by what they open."""

    class Meta:
        model = PublicLink
        fields = ["roadmap", "kind"]


class RoadmapExportFilterSet(TenantFilterSet):
    """Files by roadmap and format."""

    class Meta:
        model = RoadmapExport
        fields = ["roadmap", "file_format"]
