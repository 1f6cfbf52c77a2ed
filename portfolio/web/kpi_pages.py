"""Pages of KPIs beside lists and records: dashboard, library, and the steps taken on targets."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError
from core.web.filtering import dressed, with_choosers
from core.web.urls import tenant_url
from portfolio.enums import KpiStatus
from portfolio.filters.kpi_dashboard import KpiDashboardFilterSet
from portfolio.models import Kpi, KpiTarget
from portfolio.selectors import kpi_dashboard, kpi_library
from portfolio.services.kpi_library import adopt_kpi
from portfolio.services.kpi_targets import change_target, delete_target, set_target
from portfolio.web.formatting import KPI_TONES
from portfolio.web.kpi_figures import kpi_row
from portfolio.web.kpi_forms import PlaceForm, RemovalForm, TargetForm
from portfolio.web.pages import redirect_to, require_right, step


@require_GET
def dashboard(request: Any, organization: str) -> HttpResponse:
    """How the KPIs stand, under portfolio, theme or initiative."""
    actor, now = request.actor, timezone.now()
    rows = Kpi.objects.permitted(actor).with_status(now)
    filters = KpiDashboardFilterSet(request.GET, queryset=rows, request=request)
    dressed(with_choosers(filters.form, actor))
    shown = filters.qs if filters.form.is_valid() else rows.none()
    wanted = request.GET.get("by", "")
    group = next((each for each in kpi_dashboard.GROUPINGS if each == wanted), kpi_dashboard.GROUPINGS[0])
    found = kpi_dashboard.kpi_dashboard(shown, actor=actor, group=group, now=now)
    context = {
        "filters": filters,
        "dashboard": found,
        "groups": [(each, [kpi_row(kpi, now) for kpi in each.kpis]) for each in found.groups],
        "group": group,
        "groupings": kpi_dashboard.GROUPINGS,
        "tiles": [(status.label, status.value, KPI_TONES[status], found.counts[status]) for status in KpiStatus],
        "may_create": actor.can("kpi.create"),
        "library_url": tenant_url(request, "portfolio:kpi_library"),
    }
    return render(request, "portfolio/kpi_dashboard.html", context, status=200 if filters.form.is_valid() else 422)


@require_GET
def library(request: Any, organization: str) -> HttpResponse:
    """The built-in library: search, and use with one click."""
    form = PlaceForm(request.GET, actor=request.actor)
    place = form.place() if form.is_valid() else {}
    text = form.cleaned_data.get("q", "") if form.is_valid() else ""
    definitions, adopted = kpi_library.matching(text), kpi_library.adopted(request.actor, **place)
    context = {
        "form": form,
        "families": [
            (family, [(each, adopted.get(each.key)) for each in members])
            for family, members in kpi_library.by_family(definitions)
        ],
        "found": len(definitions),
        "total": len(kpi_library.library()),
        "place": place,
        "place_label": next((str(each) for each in place.values() if each is not None), "the organization"),
        "currency": request.actor.organization.currency,
        "may_create": request.actor.can("kpi.create"),
    }
    return render(request, "portfolio/kpi_library.html", context, status=200 if form.is_valid() else 422)


@require_POST
def adopt(request: Any, organization: str) -> HttpResponse:
    """Use one KPI of the library."""
    require_right(request, "kpi.create")
    form = PlaceForm(request.POST, actor=request.actor)
    back = tenant_url(request, "portfolio:kpi_library")
    if not form.is_valid():
        messages.error(request, "There is no such place.")
        return redirect_to(back)
    place = form.place()
    query = "&".join(f"{name}={each.pk}" for name, each in place.items() if each is not None)
    try:
        kpi = adopt_kpi(request.POST.get("definition_key", ""), actor=request.actor, **place)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect_to(f"{back}?{query}" if query else back)
    messages.success(request, f"{kpi.name} is in use. Check its target and say where its values come from.")
    return redirect_to(tenant_url(request, "portfolio:kpi_detail", pk=kpi.pk))


@require_http_methods(["GET", "POST"])
def create_target(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that sets a new target."""
    kpi = get_object_or_404(Kpi.objects.permitted(request.actor), pk=pk)
    require_right(request, "kpi_target.create")
    form = TargetForm(request.POST or None, kpi=kpi, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        target = set_target(kpi, actor=request.actor, **data)
        return f"The target is in force from {target.valid_from:%Y-%m-%d}."

    return _target_step(request, form, perform, kpi, "Set target")


@require_http_methods(["GET", "POST"])
def edit_target(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that changes a target and asks why."""
    target = _target(request, pk, "kpi_target.change")
    names = ("valid_from", "target", "low", "high", "tolerance")
    initial = {name: getattr(target, name) for name in names}
    form = TargetForm(request.POST or None, kpi=target.kpi, actor=request.actor, initial=initial)

    def perform(data: dict[str, Any]) -> str:
        changes = dict(data)
        changes["valid_from"] = changes["valid_from"] or target.valid_from
        change_target(target, actor=request.actor, **changes)
        return "The target was changed, and the KPI judged again."

    return _target_step(request, form, perform, target.kpi, "Change target")


@require_http_methods(["GET", "POST"])
def remove_target(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that removes a target."""
    target = _target(request, pk, "kpi_target.delete")

    def perform(data: dict[str, Any]) -> str:
        delete_target(target, actor=request.actor, reason=data["reason"])
        return "The target was removed."

    return _target_step(request, RemovalForm(request.POST or None), perform, target.kpi, "Remove target")


def _target(request: Any, pk: Any, action: str) -> KpiTarget:
    rows = KpiTarget.objects.permitted(request.actor).select_related("kpi")
    target: KpiTarget = get_object_or_404(rows, pk=pk)
    require_right(request, action)
    return target


def _target_step(request: Any, form: Any, perform: Any, kpi: Kpi, action: str) -> HttpResponse:
    context = {"action": action, "step_title": f"{action}: {kpi}", "back_label": kpi}
    back = tenant_url(request, "portfolio:kpi_detail", pk=kpi.pk)
    return step(request, form, perform, back=back, context=context)
