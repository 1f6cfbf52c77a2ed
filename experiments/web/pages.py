"""What the experiment's page shows besides its fields."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from core.web.formatting import day, number
from core.web.urls import SeeOther, tenant_url
from experiments.models import Experiment
from experiments.selectors import Plan, latest_readout, plan_of, waiting_readout_job
from experiments.services.readouts import recompute_readout
from experiments.web.readouts import HEIGHT, WIDTH, ReadoutView, readout_view
from tenancy.actor import Actor


def experiment_context(experiment: Experiment, *, actor: Actor) -> dict[str, Any]:
    """The plan, what the actor may do next, and the newest readout."""
    plan = plan_of(experiment)
    return {
        "plan": plan,
        "may_change": experiment.is_draft and actor.can("experiment.change"),
        "may_start": experiment.is_draft and actor.can("experiment.start"),
        "may_decide": experiment.is_stopped and actor.can("experiment.decide"),
        **readout_context(experiment, plan, actor=actor),
    }


def readout_context(experiment: Experiment, plan: Plan, *, actor: Actor) -> dict[str, Any]:
    """The newest readout as people read it, and whether another one is on its way."""
    if experiment.is_draft:
        return {"readout": None, "view": None}
    readout = latest_readout(experiment)
    names = {variant.key: variant.name for variant in plan.variants}
    view = readout_view(readout, names=names) if readout else None
    return {
        "readout": readout,
        "view": view,
        "tiles": _tiles(experiment, view) if view else (),
        "may_stop": experiment.is_running and actor.can("experiment.stop"),
        "is_waiting": waiting_readout_job(experiment) is not None,
        "may_compute": actor.can("readout.create"),
        "width": WIDTH,
        "height": HEIGHT,
    }


@require_GET
def readout_fragment(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The readout alone, for the page that waits for a new one."""
    experiment = get_object_or_404(Experiment.objects.permitted(request.actor), pk=pk)
    if not request.htmx:
        return SeeOther(tenant_url(request, "experiments:experiment_detail", pk=pk))
    context = {"object": experiment, **readout_context(experiment, plan_of(experiment), actor=request.actor)}
    return render(request, "experiments/_readout.html", context)


@require_POST
def compute(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Ask for a readout now."""
    experiment = get_object_or_404(Experiment.objects.permitted(request.actor), pk=pk)
    recompute_readout(experiment, actor=request.actor)
    return SeeOther(tenant_url(request, "experiments:experiment_detail", pk=pk))


def _tiles(experiment: Experiment, view: ReadoutView) -> list[dict[str, Any]]:
    """The figures above the table: how much was measured, for how long, and whether the split holds."""
    planned = experiment.planned_units
    units = {"label": "Units", "value": number(view.units), "note": f"in {view.treatments + 1} variants"}
    smallest = {"label": "Smallest variant", "value": number(view.smallest_arm), "note": "no size was planned"}
    if planned is not None:
        is_short = view.smallest_arm is None or view.smallest_arm < planned
        smallest |= {"note": f"of {planned:,} planned", "tone": "" if is_short else "success"}
    split = {"label": "Sample ratio", "value": f"p {view.split_p_value}", "note": "as planned", "tone": "success"}
    if view.is_mismatch:
        split |= {"note": "not as planned", "tone": "danger"}
    elif view.units is None:
        split |= {"value": number(None), "note": "not enough figures", "tone": ""}
    days = {"label": "Run time", "value": f"{_days(experiment)} d", "note": _period(experiment)}
    return [units, smallest, days, split]


def _period(experiment: Experiment) -> str:
    if experiment.ended_on is None:
        return format_html("since {}", day(experiment.started_on))
    return format_html("{} to {}", day(experiment.started_on), day(experiment.ended_on))


def _days(experiment: Experiment) -> int | None:
    """Days the experiment has run, the first one counted; None before it starts."""
    if experiment.started_on is None:
        return None
    last = experiment.ended_on or timezone.now().date()
    return (last - experiment.started_on).days + 1
