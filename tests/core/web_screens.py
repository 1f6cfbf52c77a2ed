"""A small screen and its addresses, for the tests of the CRUD layer; teams stand in for any tenant's model."""

from typing import Any

from django.http import HttpResponse
from django.urls import include, path
from django_filters import CharFilter, FilterSet, RangeFilter

from core.errors import DomainError
from core.web.crud import BulkAction, Column, FieldGroup, RecordAction, Tab, TenantCRUDView
from core.web.forms import TenantModelForm
from tenancy.models import Team


class TeamFilterSet(FilterSet):
    described = CharFilter(field_name="description", lookup_expr="icontains", label="Description")
    saves = RangeFilter(field_name="version", label="Saves")

    class Meta:
        model = Team
        fields: list[str] = []


class TeamForm(TenantModelForm):
    class Meta:
        model = Team
        fields = ["name", "description"]


class SampleScreen(TenantCRUDView):
    model = Team
    namespace = "sample"
    columns = [
        Column("name", "Name", sort=True),
        "description",
        Column("version", "Saves", formatter="number", sort=True),
        Column("updated_at", "Updated", formatter="ago", is_default=False),
    ]
    ordering = ["name"]
    search_fields = ["name", "description"]
    filterset_class = TeamFilterSet
    form_class = TeamForm
    bulk_fields = ["description"]
    bulk_actions = [BulkAction("touch", "Touch", "touch_one")]
    field_groups = [FieldGroup("About", ["name", "description"], is_aside=True)]
    tabs = [Tab("more", "More", "components/_shortcut_list.html")]
    record_actions = [RecordAction("Ping", "sample:ping", method="post", condition=lambda team: team.name != "quiet")]

    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(name="hidden")

    def perform_create(self, form: Any) -> Team:
        if form.cleaned_data["name"] == "taken":
            raise DomainError("This name is taken.", pointer="name")
        return Team.objects.create(**form.cleaned_data)

    def perform_update(self, form: Any) -> Team:
        if form.cleaned_data["name"] == "frozen":
            raise DomainError("Frozen.", reasons=["A launch is open."])
        return self._write(self.object, **form.cleaned_data)

    def perform_delete(self, obj: Team) -> None:
        if obj.name == "needed":
            raise DomainError("Still needed.", reasons=["Two initiatives belong to it."])
        obj.delete()

    def perform_bulk_update(self, obj: Team, changes: dict[str, Any]) -> None:
        if obj.name == "locked":
            raise DomainError("Locked.")
        self._write(obj, **changes)

    def touch_one(self, obj: Team) -> None:
        self._write(obj, description="touched")

    @staticmethod
    def _write(team: Team, **values: Any) -> Team:
        for name, value in values.items():
            setattr(team, name, value)
        team.save(update_fields=list(values))
        return team


def ping(request: Any, organization: str, pk: Any) -> HttpResponse:
    raise DomainError("Nobody answers.", reasons=["The line is cut."])


sample = ([*SampleScreen.get_urls("teams"), path("teams/<uuid:pk>/ping/", ping, name="ping")], "sample")

handler403 = "core.web.error_pages.permission_denied"
handler404 = "core.web.error_pages.page_not_found"
handler500 = "core.web.error_pages.server_error"
urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("core.web.routes")),
    path("<slug:organization>/settings/", include("tenancy.web.urls")),
    path("<slug:organization>/", include(sample)),
]
