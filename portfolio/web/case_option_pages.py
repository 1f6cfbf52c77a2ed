"""Options of a business case: the dialogs that add, change and remove one, and the choice of the recommended."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from core.web.forms import TenantModelForm
from core.web.urls import tenant_url
from portfolio.models import CaseOption
from portfolio.services import case_options
from portfolio.web.case_sheet_pages import open_case
from portfolio.web.pages import act, step


class OptionForm(TenantModelForm):
    class Meta:
        model = CaseOption
        fields = ["name", "kind", "description"]


@require_http_methods(["GET", "POST"])
def create(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that adds an option."""
    case = open_case(request, pk)
    request.actor.require("case_option.create")
    form = OptionForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        option = case_options.create_option(case, actor=request.actor, **data)
        return f"Option {option.name} added."

    back = tenant_url(request, "portfolio:business_case_sheet", pk=case.pk)
    return step(
        request,
        form,
        perform,
        back=back,
        context={"action": "Add option", "step_title": f"New option of {case.name}", "back_label": case},
    )


@require_http_methods(["GET", "POST"])
def change(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that changes what an option is called and what it is."""
    option = _option(request, pk)
    request.actor.require("case_option.change")
    form = OptionForm(request.POST or None, actor=request.actor, instance=option)

    def perform(data: dict[str, Any]) -> str:
        changed = case_options.change_option(_option(request, pk), actor=request.actor, **data)
        return f"Option {changed.name} saved."

    context = {"action": "Save option", "step_title": f"Option {option.name}", "back_label": option.case}
    return step(request, form, perform, back=_compare_url(request, option), context=context)


@require_POST
def recommend(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Recommend this option."""
    option = _option(request, pk)
    request.actor.require("case_option.change")

    def perform() -> str:
        case_options.recommend_option(option, actor=request.actor)
        return f"{option.name} is now recommended."

    return act(request, perform, back=_compare_url(request, option))


@require_POST
def delete(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Remove an option with its lines and drivers."""
    option = _option(request, pk)
    request.actor.require("case_option.delete")

    def perform() -> str:
        case_options.delete_option(option, actor=request.actor)
        return f"Option {option.name} removed."

    return act(request, perform, back=_compare_url(request, option))


def _option(request: Any, pk: Any) -> CaseOption:
    options = CaseOption.objects.permitted(request.actor).select_related("case")
    found: CaseOption = get_object_or_404(options, pk=pk)
    return found


def _compare_url(request: Any, option: CaseOption) -> str:
    return tenant_url(request, "portfolio:business_case_compare", pk=option.case_id)
