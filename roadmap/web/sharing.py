"""Sharing a roadmap: its public links, and a new one, whose address is shown once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from core.web import filtering
from core.web.crud import Column, FieldGroup, RecordAction, TenantCRUDView
from core.web.forms import add_refusal
from core.web.urls import SeeOther, tenant_url
from roadmap.enums import ExportFormat, PlanGrouping, PublishedField
from roadmap.filters import PublicLinkFilterSet
from roadmap.models import PublicLink, PublicLinkTally, Roadmap
from roadmap.services.public_links import address_of, change_public_link, create_public_link, revoke_public_link
from roadmap.web.plan_state import PlanState
from roadmap.web.published_filters import VIEW, followed_view, public_views
from roadmap.web.sharing_forms import LinkChangeForm, PublishForm

_FIELD_LABELS: dict[str, str] = dict(PublishedField.choices)
_TONES = {"Open": "success", "Expired": "neutral", "Revoked": "danger"}


def _state(link: PublicLink) -> str:
    """Whether it opens, in a word."""
    if link.revoked_at is not None:
        return "Revoked"
    return "Open" if link.is_open_at(timezone.now()) else "Expired"


def _told(link: PublicLink) -> str:
    return ", ".join(_FIELD_LABELS.get(name, name) for name in link.allowed_fields) or "Titles alone"


def _origins(link: PublicLink) -> str:
    return ", ".join(link.allowed_origins) or "None"


def _filters(link: PublicLink) -> str:
    if VIEW in link.filters:
        view = followed_view(link.filters)
        return "A saved view that is gone: nothing is shown" if view is None else f"Saved view {view.name}"
    return ", ".join(f"{name}: {' or '.join(values)}" for name, values in link.filters.items()) or "None"


class PublicLinkScreen(TenantCRUDView):
    model = PublicLink
    icon = "link"
    intro = "Addresses that show a roadmap to people without an account. Make one on the roadmap's page."
    columns = [
        Column("name", "Link", sort=True, width="l"),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name"),
        Column("kind", "Opens", formatter="choice", sort=True),
        Column("audience", "Dates", formatter="choice", sort=True),
        Column("state", "State", accessor=_state, formatter="badge", tones=_TONES),
        Column("opening_count", "Openings", formatter="number", sort=True),
        Column("last_opened_at", "Last opened", formatter="ago", sort=True),
        Column("expires_at", "Expires", formatter="datetime", sort=True, is_default=False),
        Column("created_by", "Made by", accessor="created_by.user", formatter="person", is_default=False),
    ]
    list_select_related = detail_select_related = ["roadmap", "created_by__user"]
    ordering = ["-updated_at"]
    search_fields = ["name", "roadmap__name"]
    filterset_class = PublicLinkFilterSet
    form_class = LinkChangeForm
    # A link is never deleted: what it told, and to how many, stays known.
    actions = {"delete": "public_link.revoke"}
    record_actions = [
        RecordAction(
            "Revoke",
            "roadmap:public_link_revoke",
            action="public_link.revoke",
            icon="ban",
            method="post",
            tone="danger",
            confirm="Revoke this link? Whoever has it can no longer open the roadmap, and it cannot be opened again.",
            condition=lambda obj: obj.revoked_at is None,
        )
    ]
    field_groups = [
        FieldGroup(
            "What it tells",
            [
                Column("roadmap", "Roadmap"),
                Column("kind", "Opens", formatter="choice"),
                Column("audience", "Dates", formatter="choice"),
                Column("allowed_fields", "Shows", accessor=_told),
                Column("grouping", "Grouped by", formatter="choice"),
                Column("filters", "Filters", accessor=_filters),
                Column("allowed_origins", "Sites that may embed it", accessor=_origins),
            ],
        ),
        FieldGroup(
            "How it is used",
            [
                Column("state", "State", accessor=_state),
                Column("token_start", "Address begins with"),
                Column("has_password", "Asks for a password", formatter="boolean"),
                Column("expires_at", "Expires", formatter="datetime"),
                Column("revoked_at", "Revoked", formatter="datetime"),
                Column("opening_count", "Openings", formatter="number"),
                Column("last_opened_at", "Last opened", formatter="ago"),
                Column("created_by", "Made by", accessor="created_by.user", formatter="person"),
            ],
            is_aside=True,
        ),
    ]
    empty_title = "No public links"
    empty_text = "Open a roadmap and choose Share and export to publish it for people without an account."

    def get_queryset(self) -> Any:
        """With what visitors did."""
        tally = PublicLinkTally.objects.filter(link=OuterRef("pk"))
        return (
            super()
            .get_queryset()
            .annotate(
                opening_count=Subquery(tally.values("opening_count")[:1]),
                last_opened_at=Subquery(tally.values("last_opened_at")[:1]),
            )
        )

    def may(self, verb: str, obj: Any = None) -> bool:
        is_closed = verb == "change" and obj is not None and obj.revoked_at is not None
        return not is_closed and super().may(verb, obj)

    def subtitle(self, obj: PublicLink) -> str:
        return f"Shows {obj.roadmap.name}"

    def title(self, obj: PublicLink) -> str:
        return obj.name

    def form_initial(self, obj: PublicLink | None) -> dict[str, Any]:
        if obj is None:
            return super().form_initial(obj)
        kept = {name: getattr(obj, name) for name in ("name", "audience", "allowed_fields", "grouping", "expires_at")}
        return {**kept, "allowed_origins": "\n".join(obj.allowed_origins)}

    def perform_update(self, form: Any) -> PublicLink:
        return change_public_link(self.object, actor=self.actor, **form.cleaned_data)


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """A new link to the plan as it is filtered now; its address is on the answer to this request and nowhere else."""
    request.actor.require("public_link.create")
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    state = PlanState(request, roadmap)
    views = [(view, _untold_groups(state, view.query.get("group", ()))) for view in public_views()]
    form = PublishForm(request.POST or None, actor=request.actor, views=views)
    if request.method == "POST" and form.is_valid():
        made = _made(form, state)
        if made is not None:
            return made
    untold = _untold_groups(state, state.data.getlist("group"))
    context = {"form": form, "roadmap": roadmap, "chips": state.chips, "untold": untold}
    return render(request, "roadmap/publish.html", context, status=422 if request.method == "POST" else 200)


def _made(form: PublishForm, state: PlanState) -> HttpResponse | None:
    """The page with the new link's address; None when it was refused, which the form then says."""
    request, data = state.request, {**form.cleaned_data}
    view = data.pop("view")
    filters = {VIEW: [view]} if view else _parameters(state)
    try:
        link, secret = create_public_link(roadmap=state.roadmap, actor=request.actor, filters=filters, **data)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return None
    followed = followed_view(filters)
    untold = _untold_groups(state, followed.query.get("group", ()) if followed else ())
    context = {"link": link, "roadmap": state.roadmap, "address": address_of(link, secret), "view": followed}
    return _uncached(render(request, "roadmap/publish_done.html", {**context, "untold": untold}))


def _untold_groups(state: PlanState, wanted: Sequence[str]) -> str:
    """What the wanted lanes stand for when no link may tell it, such as objectives; else empty."""
    labels = {lanes.key: lanes.label for lanes in state.groupings if lanes.key not in PlanGrouping.values}
    return next((labels[key] for key in wanted if key in labels), "")


@require_POST
def revoke(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Close a link for good."""
    link = get_object_or_404(PublicLink.objects.permitted(request.actor), pk=pk)
    revoke_public_link(link, actor=request.actor)
    messages.success(request, "The link is revoked.")
    return SeeOther(tenant_url(request, "roadmap:public_link_detail", pk=pk))


def sharing_context(actor: Any) -> dict[str, Any]:
    """What the menu on a roadmap's page needs."""
    return {"export_formats": ExportFormat.choices, "may_publish": actor.can("public_link.create")}


def _parameters(state: PlanState) -> dict[str, list[str]]:
    """The filters of the plan's page, without how it is looked at."""
    data = state.data.copy()
    known = {"q", *filtering.parameters_of(state.filterset.form)}
    return {name: [value for value in values if value] for name, values in data.lists() if name in known}


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
