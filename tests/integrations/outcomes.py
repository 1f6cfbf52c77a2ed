"""What tests of the importer look at: every row it may write, the run's problems and counts."""

from integrations.enums import Relation
from integrations.models import ExternalReference
from portfolio.models import Initiative, Portfolio
from roadmap.models import Dependency, Roadmap, RoadmapItem
from tenancy.models import LedgerEvent, Team

WATCHED = (Initiative, Portfolio, Team, ExternalReference, Roadmap, RoadmapItem, Dependency)


def state():
    """Every watched row with its version, and how many ledger rows there are that are not about imports."""
    rows = {model.__name__: sorted(model.objects.values_list("pk", "version")) for model in WATCHED}
    return rows, LedgerEvent.objects.exclude(table_name="integrations_importrun").count()


def problems(run, severity=None):
    return [
        (each["line"], each["column"], each["value"], each["reason"])
        for each in run.problems
        if severity in (None, each["severity"])
    ]


def counts(run):
    return run.created_count, run.changed_count, run.unchanged_count, run.rejected_count


def by_id(external_id):
    reference = ExternalReference.objects.get(external_id=external_id, relation=Relation.SAME)
    return Initiative.objects.get(pk=reference.target_id)
