"""Serializers of tenant rows, and tenancy's own."""

from __future__ import annotations

from typing import Any

import orjson
from django.apps import apps
from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.relations import MANY_RELATION_KWARGS

from core.api.serializers import STAMPS, StrictCharField, StrictModelSerializer, StrictSerializer
from core.ids import uuid_or_none
from tenancy.enums import JobStatus, Role
from tenancy.models import (
    ApiToken,
    Invitation,
    Job,
    LedgerEvent,
    Membership,
    Organization,
    Team,
    TenantOwned,
    User,
)


class TenantRelatedListField(serializers.ManyRelatedField):
    """Ids of several rows: one query for all, each bad id named by its place, repeated ones taken once."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if not self.allow_empty and not data:
            self.fail("empty")
        self.child_relation.remember(data)
        found, errors = {}, {}
        for index, value in enumerate(data):
            try:
                row = self.child_relation.run_validation(value)
                found[row.pk] = row
            except serializers.ValidationError as error:
                errors[str(index)] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return list(found.values())


@extend_schema_field(OpenApiTypes.UUID)
class TenantRelatedField(serializers.PrimaryKeyRelatedField):
    """The id of a row the actor may see; for a person, the user id of an active member.

    A foreign tenant's id, an invisible one and one that never existed are refused in the same words.
    """

    default_error_messages = {
        "required": "This field is required.",
        "does_not_exist": "There is no such record.",
        "incorrect_type": "Give an id as text.",
    }

    def __init__(self, *, model: Any = None, **kwargs: Any) -> None:
        self.related_model = model
        super().__init__(**kwargs)

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> TenantRelatedListField:
        """The field for `many=True`."""
        child = {name: kwargs[name] for name in ("model", "read_only") if name in kwargs}
        options = {name: value for name, value in kwargs.items() if name in MANY_RELATION_KWARGS}
        return TenantRelatedListField(child_relation=cls(*args, **child), **options)

    def get_queryset(self) -> Any:
        """Rows that may be named here; None for read-only fields."""
        if self.read_only:
            return None
        model = apps.get_model(self.related_model) if isinstance(self.related_model, str) else self.related_model
        if model is User:
            return User.objects.filter(pk__in=Membership.objects.active().values("user_id"))
        return model.objects.permitted(self.context["actor"], "view")

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("incorrect_type")
        key = uuid_or_none(data)
        if key is None:
            self.fail("does_not_exist")
        self.remember([data])
        found = self._known.get((self.related_model, key))
        if found is None:
            self.fail("does_not_exist")
        return found

    def remember(self, values: list[Any]) -> None:
        """Read the rows of these ids that are not known yet, at once."""
        keys = {key for value in values if isinstance(value, str) and (key := uuid_or_none(value)) is not None}
        missing = [key for key in keys if (self.related_model, key) not in self._known]
        if not missing:
            return
        rows = {row.pk: row for row in self.get_queryset().filter(pk__in=missing)}
        self._known.update({(self.related_model, key): rows.get(key) for key in missing})

    @property
    def _known(self) -> dict[Any, Any]:
        """Rows found so far in this request: a bulk of 1,000 rows names few different ones."""
        return self.context.setdefault("related_rows", {})


class TenantModelSerializer(StrictModelSerializer):
    """Input and output of one tenant model."""

    serializer_related_field = TenantRelatedField

    def build_relational_field(self, field_name: str, relation_info: Any) -> tuple[Any, dict[str, Any]]:
        """Name the model instead of a queryset: which rows may be named is known only with the actor."""
        model = relation_info.related_model
        if not (model is User or issubclass(model, TenantOwned)):
            return super().build_relational_field(field_name, relation_info)
        field_class, kwargs = super().build_relational_field(field_name, relation_info)
        kwargs.pop("queryset", None)
        if not kwargs.get("read_only"):
            kwargs["model"] = model
        return field_class, kwargs

    def build_standard_field(self, field_name: str, model_field: models.Field) -> tuple[Any, dict[str, Any]]:
        """Without single-column uniqueness checks: they ask the database what a constraint answers anyway."""
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if "validators" in kwargs:
            kept = [v for v in kwargs["validators"] if type(v).__name__ != "UniqueValidator"]
            kwargs["validators"] = kept
        return field_class, kwargs


class OrganizationSerializer(StrictModelSerializer):
    """The organization itself."""

    class Meta:
        model = Organization
        fields = ["id", "name", "slug", "currency", "discount_rate", "created_at"]
        read_only_fields = ["slug"]


class OwnOrganizationSerializer(StrictSerializer):
    """An organization a person belongs to, and as what."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)


class OwnOrganizationsSerializer(StrictSerializer):
    """All of a person's organizations, in the shape of every list; there is always one page."""

    results = OwnOrganizationSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class MembershipSerializer(TenantModelSerializer):
    """A person or service account in the organization."""

    name = serializers.CharField(source="user.name", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    is_service_account = serializers.BooleanField(source="user.is_service_account", read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "user", "name", "email", "role", "functions", "is_active", "is_service_account", *STAMPS]
        read_only_fields = ["user"]


class ServiceAccountSerializer(TenantModelSerializer):
    """A member that is no person."""

    name = StrictCharField(source="user.name", max_length=150)

    class Meta:
        model = Membership
        fields = ["id", "user", "name", "role", "is_active", *STAMPS]
        read_only_fields = ["user", "role", "is_active"]


class TeamSerializer(TenantModelSerializer):
    """A team; `members` are ids of memberships."""

    members = TenantRelatedField(model="tenancy.Membership", many=True, required=False)

    class Meta:
        model = Team
        fields = ["id", "name", "description", "members", *STAMPS]
        columns = {"members": "member_ids"}


class InvitationSerializer(TenantModelSerializer):
    """An offer of membership; its link goes by e-mail only."""

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "functions", "expires_at", "accepted_at", "revoked_at", *STAMPS]
        read_only_fields = ["expires_at"]
        extra_kwargs = {"role": {"required": True}}


class ApiTokenSerializer(TenantModelSerializer):
    """A bearer token without its secret; `membership` defaults to one's own."""

    class Meta:
        model = ApiToken
        fields = [
            "id",
            "membership",
            "name",
            "prefix",
            "scopes",
            "expires_at",
            "revoked_at",
            "last_used_at",
            *STAMPS,
        ]
        extra_kwargs = {"membership": {"required": False}, "scopes": {"allow_empty": False}}


class CreatedApiTokenSerializer(ApiTokenSerializer):
    """The answer to a creation, the only one that holds the secret."""

    secret = serializers.CharField(read_only=True, help_text="Shown once.")

    class Meta(ApiTokenSerializer.Meta):
        fields = [*ApiTokenSerializer.Meta.fields, "secret"]


class JobSerializer(TenantModelSerializer):
    """Background work and what came of it."""

    class Meta:
        model = Job
        fields = [
            "id",
            "name",
            "title",
            "status",
            "attempts",
            "result",
            "error",
            "created_by",
            "request_id",
            "finished_at",
            *STAMPS,
        ]
        read_only_fields = fields


class JobProgressSerializer(StrictSerializer):
    """How far a job is, as last reported; `total` is 0 while unknown."""

    status = serializers.ChoiceField(choices=JobStatus.choices)
    current = serializers.IntegerField()
    total = serializers.IntegerField()
    message = serializers.CharField()


class LedgerEventSerializer(StrictModelSerializer):
    """One row of the audit ledger; `changes` is {"before": …, "after": …}."""

    changes = serializers.JSONField()

    class Meta:
        model = LedgerEvent
        fields = [
            "id",
            "at",
            "action",
            "reason",
            "operation",
            "table_name",
            "record_id",
            "actor_id",
            "on_behalf_of_id",
            "source",
            "request_id",
            "changes",
        ]
        read_only_fields = fields
        converters = {"changes": orjson.Fragment}
