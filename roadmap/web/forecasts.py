"""The forecast page of a roadmap: when it ends, how likely its dates are, and what they hang on."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form, IntegerField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.days import day_or_none
from core.errors import DomainError
from core.web.formatting import day, number, percent
from core.web.urls import tenant_url
from roadmap.calc.date_forecast import LEAST_TRIALS, MOST_TRIALS, QUANTILES, chance_from_quantiles
from roadmap.models import Roadmap, ScheduleForecast
from roadmap.selectors.forecasts import Calibration, Outlook, calibration, newest_outlook
from roadmap.services.forecasts import DEFAULT_TRIALS, TASK, request_forecast
from tenancy.models import Job
from tenancy.web.shown_jobs import shown_job

MOST_ITEMS = 200
TRIAL_CHOICES = (1_000, 10_000, 50_000)
# Points of the curve: one a week, or wider steps over a longer stretch.
_MOST_POINTS = 40
_SHOWN = ((0.5, "as likely as not"), (0.8, "a date to plan with"), (0.95, "a date to promise"))


class TrialsForm(Form):
    """How many trials."""

    trials = IntegerField(min_value=LEAST_TRIALS, max_value=MOST_TRIALS)


@require_GET
def forecast_page(request: HttpRequest, organization: str, pk: Any) -> HttpResponse:
    """The newest forecast; `by` asks how likely everything is done by a day."""
    roadmap = _roadmap(request, pk)
    outlook = newest_outlook(roadmap, actor=request.actor)
    return render(
        request,
        "roadmap/forecast.html",
        {
            "roadmap": roadmap,
            "outlook": outlook,
            "job": _running_job(roadmap),
            "may_run": request.actor.can("schedule_forecast.create"),
            "trial_choices": TRIAL_CHOICES,
            "default_trials": DEFAULT_TRIALS,
            "tiles": _tiles(outlook, calibration(roadmap, actor=request.actor)) if outlook else [],
            **(_told(outlook, day_or_none(request.GET.get("by"))) if outlook else {}),
        },
    )


@require_POST
def run_forecast(request: HttpRequest, organization: str, pk: Any) -> HttpResponse:
    """Start a forecast and go back to the page, which follows it."""
    if not request.actor.can("schedule_forecast.create"):
        raise PermissionDenied
    roadmap = _roadmap(request, pk)
    form = TrialsForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Give a number of trials from {LEAST_TRIALS:,} to {MOST_TRIALS:,}.")
        return redirect(tenant_url(request, "roadmap:roadmap_forecast", pk=roadmap.pk))
    try:
        request_forecast(roadmap, trials=form.cleaned_data["trials"], actor=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(tenant_url(request, "roadmap:roadmap_forecast", pk=roadmap.pk))


urlpatterns = [
    path("roadmaps/<uuid:pk>/forecast/", forecast_page, name="roadmap_forecast"),
    path("roadmaps/<uuid:pk>/forecast/run/", run_forecast, name="roadmap_forecast_run"),
]


def _roadmap(request: HttpRequest, pk: Any) -> Roadmap:
    return get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)


def _running_job(roadmap: Roadmap) -> dict[str, Any] | None:
    recent = Job.objects.filter(created_at__gte=timezone.now() - timedelta(days=1), finished_at=None, name=TASK)
    job = recent.filter(arguments__roadmap=str(roadmap.pk)).order_by("-created_at").first()
    return {"shown": shown_job(job), "pk": job.pk} if job else None


def _tiles(outlook: Outlook, kept: Calibration) -> list[dict[str, Any]]:
    forecast = outlook.forecast
    tiles = [
        {"label": f"{share:.0%} sure by", "value": day(forecast.end_quantiles[QUANTILES.index(share)]), "note": note}
        for share, note in _SHOWN
        if forecast.end_quantiles
    ]
    uncertain = f"of {forecast.item_count:,} dated items have three durations"
    tiles.append({"label": "Uncertain", "value": number(forecast.uncertain_count), "note": uncertain})
    if kept.finished:
        note = f"of {kept.finished:,} finished items ended by their first 80% date"
        tiles.append({"label": "Came true", "value": percent(kept.by_p80 / kept.finished, 0), "note": note})
    return tiles


def _told(outlook: Outlook, by: date | None) -> dict[str, Any]:
    ends = outlook.forecast.end_quantiles
    days = [end.toordinal() for end in ends]
    return {
        "curve": [("Done by then", _curve(outlook.forecast))] if ends else [],
        "by": by,
        "by_chance": chance_from_quantiles(days, by.toordinal()) if by and days else None,
        "milestones": [_row(row, row.milestone, by) for row in outlook.milestones],
        "items": [_row(row, row.item, by) for row in outlook.items[:MOST_ITEMS]],
        "item_count": len(outlook.items),
    }


def _row(row: Any, subject: Any, by: date | None) -> dict[str, Any]:
    asked = chance_from_quantiles([each.toordinal() for each in row.quantiles], by.toordinal()) if by else None
    return {"date": row, "subject": subject, "slip": (row.p80 - row.planned_on).days, "by_chance": asked}


def _curve(forecast: ScheduleForecast) -> list[tuple[str, float]]:
    days = [end.toordinal() for end in forecast.end_quantiles]
    step = max(7, -(-(days[-1] - days[0]) // _MOST_POINTS))
    points = [*range(days[0], days[-1], step), days[-1]]
    return [(f"{date.fromordinal(at):%d %b %Y}", round(100 * chance_from_quantiles(days, at), 1)) for at in points]
