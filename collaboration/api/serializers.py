"""JSON of collaboration."""

from rest_framework import serializers

from collaboration.models import SavedView
from core.api.serializers import STAMPS
from tenancy.api.serializers import TenantModelSerializer


class SavedViewSerializer(TenantModelSerializer):
    """A saved view; `query` holds the list's query parameters as `{"stage": ["beta", "ga"]}`."""

    owner_name = serializers.CharField(source="owner.user.name", read_only=True)

    class Meta:
        model = SavedView
        fields = ["id", "screen", "name", "query", "sharing", "is_default", "owner", "owner_name", *STAMPS]
        read_only_fields = ["owner"]
