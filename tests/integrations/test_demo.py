"""The demo organization: complete, in every state worth showing, and made anew without a trace left behind."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from collaboration.models import SavedView
from experiments.models import Experiment, Readout
from governance.enums import ApprovalStatus, LaunchStatus
from governance.models import ApprovalRequest, Decision, GateRun, Launch
from integrations.models import ExternalReference
from integrations.services.demo import loading
from integrations.services.demo.loading import load_demo
from integrations.services.demo.logins import demo_logins, password_file
from portfolio.enums import KpiStatus, Stage, Visibility
from portfolio.models import (
    BusinessCase,
    Capability,
    CapabilityDependency,
    CapabilityInitiative,
    CashPeriod,
    Feedback,
    FeedbackLink,
    Initiative,
    KeyResult,
    Kpi,
    KpiObservation,
    KpiTouchedMonth,
    Objective,
    ObjectiveInitiative,
    Portfolio,
    PulseAnswer,
    Stakeholder,
    Theme,
    Valuation,
)
from roadmap.models import (
    Baseline,
    Dependency,
    ItemRescope,
    Milestone,
    PlanHistoryEntry,
    Roadmap,
    RoadmapItem,
    Scenario,
)
from roadmap.selectors.delivery import delivery
from roadmap.selectors.dependencies import violations_for
from roadmap.selectors.scenarios import plan_with
from tenancy.actor import Actor
from tenancy.enums import JobStatus
from tenancy.models import Job, LedgerEvent, Membership, Organization, OutboxEntry, Team, User
from tenancy.scope import tenant_scope
from tenancy.services.ledger_verification import verify

SIGN_IN = {
    "owner@demo.example": "owner",
    "director@demo.example": "director",
    "pm@demo.example": "product_manager",
    "finance@demo.example": "finance",
    "security@demo.example": "reviewer",
    "legal@demo.example": "reviewer",
    "auditor@demo.example": "auditor",
    "viewer@demo.example": "viewer",
}
COUNTS = {
    Portfolio: 5,
    Theme: 5,
    Initiative: 45,
    BusinessCase: 12,
    Valuation: 17,
    Kpi: 29,
    Roadmap: 3,
    RoadmapItem: 50,
    Milestone: 15,
    Baseline: 8,
    Scenario: 2,
    ItemRescope: 10,
    PlanHistoryEntry: 27,
    Dependency: 16,
    Experiment: 4,
    Launch: 8,
    Decision: 5,
    SavedView: 8,
    ExternalReference: 8,
    Team: 7,
    Membership: 19,
    KpiTouchedMonth: 0,
    Objective: 11,
    KeyResult: 22,
    ObjectiveInitiative: 24,
    Capability: 16,
    CapabilityDependency: 23,
    CapabilityInitiative: 32,
    Stakeholder: 15,
    PulseAnswer: 126,
    Feedback: 40,
    FeedbackLink: 42,
}


@pytest.fixture(autouse=True)
def state_folder(settings, tmp_path):
    """Password, signing key and checkpoints of these tests only."""
    settings.FAIRLEAD_HOME = tmp_path
    settings.LEDGER_SIGNING_KEY = tmp_path / "keys" / "ledger.pem"
    settings.LEDGER_CHECKPOINTS = tmp_path / "checkpoints"
    return tmp_path


def system(organization: Organization) -> Actor:
    return Actor.system(organization)


def run(command: str, *arguments: str) -> str:
    said = StringIO()
    call_command(command, *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_demo_shows_every_state():
    organization = load_demo().organization

    with tenant_scope(system(organization)) as actor:
        assert {model: model.objects.count() for model in COUNTS} == COUNTS
        assert set(Initiative.objects.values_list("stage", flat=True)) == set(Stage.values)
        assert Portfolio.objects.filter(visibility=Visibility.RESTRICTED).count() == 1
        assert set(Kpi.objects.with_status(timezone.now()).values_list("status", flat=True)) == set(KpiStatus.values)
        realised = CashPeriod.objects.actual().filter(source="kpi:handovers-summarised", amount__gt=0)
        assert realised.count() >= 12
        assert _days_of_history("handling-time") == 723
        simulated = Valuation.objects.recommended().filter(probability_negative__isnull=False)
        assert simulated.count() == 9
        assert _valuations() == {"PLT-9": "negative", "TRS-1": "negative", "PLT-13": "no IRR"}
        waiting = Scenario.objects.submitted().get()
        proposed = plan_with(waiting, actor=actor)
        assert [each.change.title for each in proposed.open_changes] == ["Customs declaration pre-fill: pilot"]
        assert {each.change.title for each in proposed.changes if each.change.demand_key} == {
            "Customs declaration pre-fill: pilot",
            "Portal answers: public beta",
        }
        cycle = delivery(actor, today=timezone.now().date()).cycle
        assert (cycle.from_prd, cycle.from_stage) == (3, 4)
        assert _violated(actor) == [("Call transcription: beta in seven languages", "Live guidance: first version")]
        assert dict(Experiment.objects.values_list("key", "status")) == {
            "reply-drafting-context": "decided",
            "summary-five-lines": "running",
            "injection-shield-strict": "stopped",
            "cache-similarity": "draft",
        }
        assert _recommendations() == {
            "reply-drafting-context": "ship",
            "summary-five-lines": "continue",
            "injection-shield-strict": "stop",
        }
        assert set(Job.objects.values_list("status", flat=True)) == {JobStatus.SUCCEEDED}
        assert verify(actor).problem is None
    assert not OutboxEntry.objects.filter(organization_id=organization.pk).exists()


def _days_of_history(key: str) -> int:
    return KpiObservation.objects.filter(kpi__key=key).count()


def _valuations() -> dict[str, str]:
    """The unusual ones by initiative."""
    found = {}
    for case in BusinessCase.objects.with_valuation().select_related("initiative"):
        assert case.npv is not None
        if case.npv < 0:
            found[case.initiative.key] = "negative"
        elif case.irr is None:
            found[case.initiative.key] = "no IRR"
    return found


def _violated(actor: Actor) -> list[tuple[str, str]]:
    ids = [violation.dependency_id for violation in violations_for(actor)]
    return list(Dependency.objects.filter(pk__in=ids).values_list("predecessor__title", "successor__title"))


def _recommendations() -> dict[str, str]:
    newest = Readout.objects.order_by("computed_at", "id").values_list("experiment__key", "recommendation")
    return dict(newest)


@pytest.mark.django_db
def test_launches_went_through_gates_and_people():
    organization = load_demo().organization

    with tenant_scope(system(organization)):
        requests = ApprovalRequest.objects.values_list("launch__initiative__key", "launch__status", "status")
        assert set(requests) == {
            ("DOC-7", LaunchStatus.LAUNCHED, ApprovalStatus.CONSUMED),
            ("AST-2", LaunchStatus.LAUNCHED, ApprovalStatus.CONSUMED),
            ("AST-8", LaunchStatus.READY, ApprovalStatus.PENDING),
            ("AST-11", LaunchStatus.DRAFT, ApprovalStatus.REFUSED),
            ("DOC-3", LaunchStatus.READY, ApprovalStatus.VETOED),
            ("PLT-7", LaunchStatus.READY, ApprovalStatus.APPROVED),
        }
        stages = Initiative.objects.filter(key__in=("AST-2", "DOC-7")).values_list("key", "stage")
        assert dict(stages) == {"AST-2": Stage.GA, "DOC-7": Stage.BETA}
        assert GateRun.objects.get(launch__initiative__key="PLT-4").outcome == "fail"
        pending = ApprovalRequest.objects.get(status=ApprovalStatus.PENDING)
        assert _people_who_may_approve(pending) == ["director@demo.example"]
        used = LedgerEvent.objects.filter(action="initiative.stage_changed")
        names = dict(User.objects.values_list("pk", "email"))
        assert {names[pk] for pk in used.values_list("actor_id", flat=True)} == {
            "pm@demo.example",
            "ines.aydin@demo.example",
        }


def _people_who_may_approve(request: ApprovalRequest) -> list[str]:
    required = request.plan["requirements"][0]
    able = [
        member.user.email
        for member in Membership.objects.select_related("user")
        if str(member.pk) not in request.plan["excluded"]
        and (member.role in required["roles"] or set(member.functions) & set(required["functions"]))
    ]
    return sorted(able)


@pytest.mark.django_db
def test_demo_people_and_nobody_else_sign_in_with_the_printed_password():
    load_demo()
    printed = {
        line.split()[0]: line.split()[-1] for line in run("print_demo_logins").splitlines() if "@demo.example" in line
    }

    assert list(printed) == list(SIGN_IN)
    for email, password in printed.items():
        client = Client()
        answer = client.post(reverse("account_login"), {"login": email, "password": password})
        assert answer.status_code == 302
        assert client.get(reverse("tenancy:team_list", args=["demo"])).status_code == 200
    with tenant_scope(system(Organization.objects.get(slug="demo"))):
        roles = dict(Membership.objects.filter(user__email__in=SIGN_IN).values_list("user__email", "role"))
    assert roles == SIGN_IN
    others = User.objects.exclude(email__in=SIGN_IN)
    assert others.count() == 11
    assert not any(user.has_usable_password() for user in others)


@pytest.mark.django_db
def test_logins_tell_a_changed_password_and_a_missing_demo():
    assert run("print_demo_logins") == "There is no demo organization; load_demo makes it.\n"
    load_demo()
    viewer = User.objects.get(email="viewer@demo.example")
    viewer.set_password("something-of-their-own")
    viewer.save()

    logins = {login.email: login.password for login in demo_logins()}

    password = password_file().read_text().strip()
    assert logins == {**dict.fromkeys(SIGN_IN, password), "viewer@demo.example": None}
    assert password_file().stat().st_mode & 0o777 == 0o600
    assert "(changed; load_demo --recreate sets the demo password again)" in run("print_demo_logins")


@pytest.mark.django_db
def test_a_failure_leaves_nothing(monkeypatch):
    def fail(cast: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(loading, "create_views", fail)

    with pytest.raises(RuntimeError, match="out of order"):
        load_demo()
    assert not Organization.objects.filter(slug="demo").exists()
    assert not User.objects.filter(email="owner@demo.example").exists()


@pytest.mark.django_db(transaction=True)
def test_loading_twice_changes_nothing_and_recreating_leaves_only_evidence():
    assert run("load_demo").startswith("Loaded the demo organization Ardenmoor in ")
    first = Organization.objects.get(slug="demo")
    with tenant_scope(system(first)) as actor:
        before = verify(actor)
    # How much of it is sealed depends on the tests that run beside this one and hold the horizon back.
    assert before.problem is None
    assert before.rows > 0

    assert run("load_demo") == (
        "The demo organization exists already; nothing was changed. --recreate makes it anew.\n"
    )
    with tenant_scope(system(first)) as actor:
        assert verify(actor).rows == before.rows

    run("load_demo", "--recreate")
    first.refresh_from_db()
    second = Organization.objects.get(slug="demo")
    assert second.pk != first.pk
    assert first.slug == f"demo-{first.pk.hex[-12:]}"
    with tenant_scope(system(second)) as actor:
        assert {model: model.objects.count() for model in COUNTS} == COUNTS
        assert verify(actor).problem is None
    with tenant_scope(system(first)) as actor:
        # Business cases are kept like decisions, and with them the KPIs that may feed their lines.
        kept = (Decision.objects.count(), BusinessCase.objects.count(), Kpi.objects.count())
        assert (kept, RoadmapItem.objects.count()) == ((5, 12, COUNTS[Kpi]), 0)
        assert not Membership.objects.filter(is_active=True).exists()
        after = verify(actor)
    assert after.problem is None
    assert after.rows > before.rows
    assert not OutboxEntry.objects.exists()
    assert run("verify_audit").count("all valid") == 2
