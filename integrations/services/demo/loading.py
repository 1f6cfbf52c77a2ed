"""Loads the demo organization: everything in one transaction, then the ledger's seal."""

from dataclasses import dataclass
from uuid import UUID

from celery import current_app
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from integrations.services.demo.audience import create_audience
from integrations.services.demo.baselines import create_baselines
from integrations.services.demo.capacity import create_capacity
from integrations.services.demo.case_options import create_case_options, decide_cases
from integrations.services.demo.cases import create_cases
from integrations.services.demo.custom_fields import create_custom_fields
from integrations.services.demo.documents import create_documents
from integrations.services.demo.experiments import create_experiments
from integrations.services.demo.forecasts import create_forecasts
from integrations.services.demo.goals import create_goals
from integrations.services.demo.governance import create_launches
from integrations.services.demo.kpi_library import create_library_kpis, measure_benefits
from integrations.services.demo.kpis import create_kpis
from integrations.services.demo.logins import demo_password
from integrations.services.demo.people import SLUG, SOURCE, create_cast, create_people, found_organization
from integrations.services.demo.portfolio import create_initiatives
from integrations.services.demo.references import create_references
from integrations.services.demo.retiring import retire
from integrations.services.demo.roadmap import create_roadmaps
from integrations.services.demo.scenarios import create_scenarios
from integrations.services.demo.scoring import create_scoring
from integrations.services.demo.selections import create_selections
from integrations.services.demo.unit_economics import create_unit_economics
from integrations.services.demo.views import create_views
from tenancy.actor import Actor
from tenancy.enums import JobStatus
from tenancy.models import Job, LedgerBlock, Organization
from tenancy.scope import tenant_scope
from tenancy.services import ledger


@dataclass(frozen=True)
class DemoLoad:
    """What loading came to: the organization, whether it was made now, and the slug its predecessor keeps."""

    organization: Organization
    is_new: bool
    retired_slug: str | None = None


class DemoJobFailedError(RuntimeError):
    """A background job the demo rests on did not succeed; nothing was loaded."""


def load_demo(*, recreate: bool = False) -> DemoLoad:
    """Make the demo organization unless it exists; with `recreate` put the existing one aside first.

    All or nothing: whatever fails leaves the database as it was. The block of the ledger is sealed
    and signed afterwards, because only finished transactions can be sealed.
    """
    with transaction.atomic():
        _one_at_a_time()
        existing = Organization.objects.filter(slug=SLUG).first()
        if existing is not None and not recreate:
            return DemoLoad(existing, is_new=False)
        retired = retire(existing, today=timezone.now().date()) if existing else None
        organization = _create()
    for sealed in filter(None, (retired, organization)):
        seal_and_sign(sealed)
    return DemoLoad(organization, is_new=True, retired_slug=retired.slug if retired else None)


def seal_and_sign(organization: Organization) -> LedgerBlock | None:
    """Seal what the ledger holds and sign the block; None when older transactions are still running."""
    system = Actor.system(organization, source=SOURCE)
    with tenant_scope(system):
        block = ledger.seal(system)
    with tenant_scope(system):
        ledger.sign_checkpoint(system)
    return block


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('load demo', 0))")


def _create() -> Organization:
    today = timezone.now().date()
    people = create_people(make_password(demo_password()))
    organization = found_organization(people)
    with tenant_scope(Actor.system(organization, source=SOURCE)):
        cast = create_cast(organization, people)
        initiatives = create_initiatives(cast, today)
        create_cases(cast, initiatives, today)
        create_case_options(cast, initiatives)
        create_kpis(cast, initiatives, today)
        create_library_kpis(cast, initiatives, today)
        create_roadmaps(cast, initiatives, today)
        create_capacity(cast, today)
        create_experiments(cast, initiatives, today)
        create_scoring(cast, initiatives, today)
        _run_waiting_jobs()
        decide_cases(cast, initiatives, today)
        create_unit_economics(cast, initiatives, today)
        measure_benefits(cast, initiatives)
        _run_waiting_jobs()
        create_launches(cast, initiatives, today)
        create_references(cast, initiatives)
        create_custom_fields(cast, initiatives, today)
        create_documents(cast, initiatives)
        create_selections(cast, initiatives)
        create_goals(cast, initiatives, today)
        create_audience(cast, initiatives, today)
        create_baselines(cast, initiatives, today)
        create_scenarios(cast, today)
        create_forecasts(cast, today)
        create_views(cast)
    return organization


def _run_waiting_jobs() -> None:
    """Do here what a worker would do after the commit, so that valuations and rollups are there at once."""
    done: set[UUID] = set()
    # Jobs ask for others: costs and benefits that changed want money to be rolled up.
    while jobs := list(Job.objects.filter(status=JobStatus.WAITING).exclude(pk__in=done).order_by("created_at", "id")):
        for job in jobs:
            headers = {"organization_id": str(job.organization_id), "job_id": str(job.pk)}
            current_app.tasks[job.name].apply(headers=headers)
            done.add(job.pk)
    failed = Job.objects.exclude(status=JobStatus.SUCCEEDED).first()
    if failed is not None:
        raise DemoJobFailedError(f"{failed}: {failed.error or failed.status}")
