"""What experiments show on pages of lower floors, and what they add to search."""

from collections.abc import Iterator
from typing import Any

from core.web.palette import SearchHit
from core.web.short_lists import short_list
from core.web.urls import tenant_url
from experiments.enums import Recommendation
from experiments.models import Experiment, Metric
from experiments.selectors import evidence_for
from portfolio.models import Initiative
from tenancy.actor import Actor


def evidence_panel(*, initiative: Initiative, actor: Actor) -> list[tuple[str, str, dict[str, Any]]]:
    """The initiative's experiments with their readouts and decisions."""
    rows = evidence_for(initiative, actor=actor)
    found = short_list(rows, actor, "experiments:experiment_list", initiative=initiative.pk)
    context = {
        "is_empty": not found,
        "evidence": found.each(
            lambda row: (row, Recommendation(row.recommendation).label if row.recommendation else "")
        ),
        "tested": initiative,
        "may_test": actor.can("experiment.create"),
    }
    return [("Evidence", "experiments/_initiative_evidence.html", context)]


def search_experiments(actor: Actor, text: str, limit: int) -> Iterator[SearchHit]:
    """Experiments and metrics by key or name."""
    for experiment in Experiment.objects.permitted(actor).matching(text).order_by("-updated_at", "id")[:limit]:
        url = tenant_url(actor, "experiments:experiment_detail", pk=experiment.pk)
        sublabel = f"{experiment.key} · {experiment.get_status_display()}"
        yield SearchHit(experiment.name, sublabel, url, "flask", "Experiment")
    for metric in Metric.objects.permitted(actor).matching(text).order_by("name", "id")[:limit]:
        url = tenant_url(actor, "experiments:metric_detail", pk=metric.pk)
        yield SearchHit(metric.name, metric.key, url, "target", "Metric")
