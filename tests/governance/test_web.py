"""The pages: what they show to whom, that every button works without JavaScript, and what they cost."""

import pytest
from django.db import transaction
from django.urls import reverse

from governance.models import ApprovalRequest, ChecklistAnswer, Decision, GateCriterion, Launch, StageGate
from governance.services import approvals, launches
from governance.services.launches import Answer
from governance.web.panels import approvals_waiting, search_governance
from portfolio import hooks
from portfolio.enums import Stage
from portfolio.services.scoring_models import create_scoring_model
from portfolio.services.scoring_rounds import open_round
from tenancy.enums import Role
from tenancy.scope import tenant_scope
from tests.api_client import session_client  # noqa: F401 - a fixture
from tests.factories.governance import GateCriterionFactory, LaunchFactory
from tests.factories.portfolio import InitiativeFactory, KpiFactory
from tests.governance.plans import PLAN


class Browser:
    """A signed-in browser without JavaScript that posts with its CSRF cookie."""

    def __init__(self, client, slug: str) -> None:
        self.http, self.slug = client.http, slug

    def url(self, name: str, **kwargs) -> str:
        return reverse(f"governance:{name}", kwargs={"organization": self.slug, **kwargs})

    def get(self, name: str, **kwargs):
        return self._send(self.http.get, self.url(name, **kwargs))

    def text(self, name: str, **kwargs) -> str:
        response = self.get(name, **kwargs)
        assert response.status_code == 200, response.content.decode()[:2000]
        return response.content.decode()

    def post(self, name: str, data: dict | None = None, **kwargs):
        if "csrftoken" not in self.http.cookies:
            self.get("launch_list")
        token = self.http.cookies["csrftoken"].value
        return self._send(self.http.post, self.url(name, **kwargs), {"csrfmiddlewaretoken": token, **(data or {})})

    def _send(self, method, *arguments):
        """In a transaction of its own, as outside of tests: a refusal rolls back no more than itself."""
        with transaction.atomic():
            return method(*arguments)


@pytest.fixture
def browse(session_client, organization):
    return lambda actor: Browser(session_client(actor), organization.slug)


def test_every_page_opens_for_a_reader(browse, viewer, approved, gate, criterion):
    reader = browse(viewer)

    for name in ("inbox", "launch_list", "approval_request_list", "decision_list", "stage_gate_list"):
        assert reader.get(name).status_code == 200
    for name, record in (
        ("launch_detail", approved.launch),
        ("launch_history", approved.launch),
        ("approval_request_detail", approved),
        ("approval_request_history", approved),
        ("stage_gate_detail", gate),
        ("gate_criterion_detail", criterion),
    ):
        assert reader.get(name, pk=record.pk).status_code == 200


def test_reader_is_offered_no_button_and_refused_every_post(browse, viewer, requested, launch):
    reader = browse(viewer)
    shown = reader.text("launch_detail", pk=launch.pk) + reader.text("approval_request_detail", pk=requested.pk)
    digest = Launch.objects.get().digest

    posts = [
        reader.post("launch_checklist", pk=launch.pk),
        reader.post("launch_evaluate", pk=launch.pk),
        reader.post("launch_request_approval", pk=launch.pk),
        reader.post("launch_cancel", pk=launch.pk),
        reader.post("approval_decide", {"verdict": "approve"}, pk=requested.pk),
        reader.post("approval_decide", {"verdict": "veto", "reason": "x"}, pk=requested.pk),
        reader.post("approval_withdraw", pk=requested.pk),
        reader.post("default_gates"),
    ]

    for offered in ("Save checklist", "Withdraw", 'value="approve"', 'value="veto"', "Cancel launch"):
        assert offered not in shown
    assert [response.status_code for response in posts] == [403] * len(posts)
    assert (Launch.objects.get().digest, ApprovalRequest.objects.get().status) == (digest, "pending")


def test_empty_organization_is_offered_the_usual_gates(browse, owner, viewer, scope):
    page = browse(owner).text("stage_gate_list")
    assert "Set up beta and GA gates" in page
    assert "Set up beta and GA gates" not in browse(viewer).text("stage_gate_list")

    browse(owner).post("default_gates")

    assert sorted(StageGate.objects.values_list("to_stage", flat=True)) == ["beta", "ga"]
    assert GateCriterion.objects.filter(kind="live").count() == 3
    assert "Set up beta and GA gates" not in browse(owner).text("stage_gate_list")
    browse(owner).post("default_gates")
    assert StageGate.objects.count() == 2


def test_launch_is_planned_answered_and_put_to_approval(browse, product_manager, director, initiative, criterion):
    manager = browse(product_manager)
    form = {
        "initiative": str(initiative.pk),
        "target_stage": "beta",
        "title": "Assistant beta",
        **PLAN,
    }

    assert manager.post("launch_create", form).status_code == 303
    launch = Launch.objects.get()
    page = manager.text("launch_detail", pk=launch.pk)
    assert "GOV-1 cannot enter Beta yet" in page
    assert "Rollback rehearsed: not confirmed yet." in page
    refused = manager.post("launch_request_approval", pk=launch.pk)
    assert refused.status_code == 409
    assert "Rollback rehearsed: not confirmed yet." in refused.content.decode()

    manager.post("launch_checklist", {f"done-{criterion.pk}": "on", f"note-{criterion.pk}": "Run 42"}, pk=launch.pk)
    answer = ChecklistAnswer.objects.get()
    assert (answer.is_done, answer.note, answer.answered_by.user_id) == (True, "Run 42", product_manager.user_id)
    assert manager.post("launch_request_approval", pk=launch.pk).status_code == 302
    page = manager.text("launch_detail", pk=launch.pk)
    assert "Director-level approval is missing." in page
    assert "I approve?" in page
    assert "You asked for this approval. Somebody else has to approve it." in page


def test_director_finds_the_request_and_approves_it(browse, director, requested, launch, product_manager):
    approver = browse(director)
    assert "Assistant beta" in approver.text("inbox")
    page = approver.text("approval_request_detail", pk=requested.pk)
    assert 'value="approve"' in page
    assert 'value="veto"' not in page

    response = approver.post(
        "approval_decide", {"verdict": "approve", "subject_digest": requested.subject_digest}, pk=requested.pk
    )

    assert response.status_code == 302
    assert ApprovalRequest.objects.get().status == "approved"
    assert "Nothing waits for you" in approver.text("inbox")
    assert "Clear to enter Beta" in browse(product_manager).text("launch_detail", pk=launch.pk)


def test_refusal_without_a_reason_comes_back_with_the_form(browse, director, requested):
    response = browse(director).post("approval_decide", {"verdict": "refuse", "reason": " "}, pk=requested.pk)

    assert response.status_code == 422
    assert "Say why: everybody who relies on this decision needs the reason." in response.content.decode()
    assert not Decision.objects.exists()


def test_decision_on_an_edited_launch_is_refused_and_keeps_what_was_typed(browse, director, requested):
    body = {"verdict": "approve", "reason": "Typed at length", "subject_digest": "0" * 64}

    response = browse(director).post("approval_decide", body, pk=requested.pk)

    assert response.status_code == 409
    assert "Typed at length" in response.content.decode()
    assert "after you opened it" in response.content.decode()


def test_security_sees_vetoes_and_lifts(browse, security, legal, approved, launch):
    reviewer = browse(security)
    assert "You can stop these" in reviewer.text("inbox")

    reviewer.post("approval_decide", {"verdict": "veto", "reason": "Open <b>finding</b>."}, pk=approved.pk)

    page = reviewer.text("launch_detail", pk=launch.pk)
    assert "Vetoed by Security" in page
    assert "Open &lt;b&gt;finding&lt;/b&gt;." in page
    assert 'value="lift_veto"' in reviewer.text("approval_request_detail", pk=approved.pk)
    assert 'value="lift_veto"' not in browse(legal).text("approval_request_detail", pk=approved.pk)
    reviewer.post("approval_decide", {"verdict": "lift_veto", "reason": "Fixed."}, pk=approved.pk)
    assert ApprovalRequest.objects.get().status == "approved"


def test_unknown_verdict_is_refused(browse, director, requested):
    assert browse(director).post("approval_decide", {"verdict": "maybe"}, pk=requested.pk).status_code == 400


def test_withdrawn_and_cancelled(browse, product_manager, requested, launch):
    manager = browse(product_manager)

    manager.post("approval_withdraw", pk=requested.pk)
    assert ApprovalRequest.objects.get().status == "withdrawn"
    manager.post("launch_cancel", pk=launch.pk)

    assert Launch.objects.get().status == "cancelled"
    assert "This launch was given up" in manager.text("launch_detail", pk=launch.pk)
    assert manager.get("launch_edit", pk=launch.pk).status_code == 403


def test_cancelled_launch_without_a_request_does_not_ask_for_one(browse, product_manager, launch):
    manager = browse(product_manager)

    before = manager.text("launch_detail", pk=launch.pk)
    manager.post("launch_cancel", pk=launch.pk)
    after = manager.text("launch_detail", pk=launch.pk)

    assert "Not asked for yet. It will need 1 director-level approval" in before
    assert "It was never asked for." in after
    assert "It will need" not in after


def test_gate_and_criterion_are_made_by_form(browse, owner, gate):
    admin = browse(owner)
    created = admin.post(
        "stage_gate_create",
        {
            "to_stage": "ga",
            "name": "GA readiness",
            "approvals_required": "2",
            "approver_roles": ["director"],
            "veto_functions": ["security", "legal"],
            "approval_valid_days": "7",
            "is_active": "on",
        },
    )
    duplicate = admin.post(
        "stage_gate_create",
        {
            "to_stage": "beta",
            "name": "X",
            "approvals_required": "1",
            "approver_roles": ["director"],
            "approval_valid_days": "7",
            "is_active": "on",
        },
    )
    criterion = {"gate": str(gate.pk), "title": "Latency", "kind": "live", "source": "kpi", "kpi_name": "p95"}
    incomplete = admin.post("gate_criterion_create", {**criterion, "is_active": "on"})
    complete = admin.post(
        "gate_criterion_create",
        {**criterion, "comparator": "at_most", "threshold": "300", "max_age_days": "7", "is_active": "on"},
    )

    assert (created.status_code, duplicate.status_code) == (303, 409)
    assert "Beta already has an active gate" in duplicate.content.decode()
    assert (incomplete.status_code, complete.status_code) == (422, 303)
    assert GateCriterion.objects.get().threshold == 300
    assert StageGate.objects.get(to_stage="ga").veto_functions == ["security", "legal"]


@pytest.mark.parametrize(
    ("units", "shown"),
    [
        (["fraction"], "at least 70%, at most 30 days old"),
        (["fraction", "fraction"], "at least 70%, at most 30 days old"),
        (["fraction", "%"], "at least 0.7, at most 30 days old"),
        ([], "at least 0.7, at most 30 days old"),
    ],
)
def test_threshold_is_shown_in_the_unit_all_kpis_of_that_name_share(browse, owner, gate, units, shown):
    for unit in units:
        KpiFactory(name="Task success", unit=unit)
    live = GateCriterionFactory(
        gate=gate,
        kind="live",
        source="kpi",
        kpi_name="task Success",
        comparator="at_least",
        threshold="0.7",
        max_age_days=30,
    )
    reader = browse(owner)

    assert shown in reader.text("stage_gate_detail", pk=gate.pk)
    assert ("70%" in reader.text("gate_criterion_detail", pk=live.pk)) is (shown[9:12] == "70%")


def test_blank_choice_of_an_optional_field_reads_as_a_dash(browse, owner, gate):
    page = browse(owner).text("gate_criterion_create")

    assert page.count('<option value="" selected>—</option>') == 2
    assert "None<" not in page


def _request(count: int, manager, criterion) -> list[ApprovalRequest]:
    made = []
    for _ in range(count - Launch.objects.count()):
        launch = LaunchFactory(initiative=InitiativeFactory(stage=Stage.DELIVERY))
        launches.answer_checklist(launch, actor=manager, answers=[Answer(criterion, is_done=True)])
        made.append(approvals.request_approval(launch, actor=manager))
    return made


@pytest.mark.parametrize(
    ("name", "queries"),
    [("launch_list", 13), ("approval_request_list", 12), ("decision_list", 12), ("stage_gate_list", 12)],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    name, queries, browse, actor_with, product_manager, director, criterion, django_assert_num_queries
):
    reader = browse(actor_with(Role.REVIEWER, "security"))
    for count in (1, 3, 30):
        for request in _request(count, product_manager, criterion):
            approvals.approve(request, actor=director)
        reader.get(name)
        with django_assert_num_queries(queries):
            assert reader.get(name).status_code == 200


def test_inbox_shows_what_waits_elsewhere_too(browse, product_manager, director):
    with tenant_scope(product_manager):
        initiatives = InitiativeFactory.create_batch(2)
        model = create_scoring_model(actor=product_manager, name="Sum", framework="weighted")
        open_round(actor=product_manager, name="Autumn", model=model, initiatives=initiatives)

    page = browse(director).text("inbox")

    assert "Rate Autumn" in page
    assert "0 of 6 answers given" in page
    assert "Nothing waits for you" not in page


def test_inbox_costs_the_same_for_any_number_of_rows(
    browse, actor_with, product_manager, director, criterion, django_assert_num_queries
):
    reader = browse(actor_with(Role.DIRECTOR, "security"))
    for count in (1, 3, 30):
        _request(count, product_manager, criterion)
        reader.get("inbox")
        with django_assert_num_queries(20):
            page = reader.text("inbox")
        assert page.count(">Decide<") == count


@pytest.mark.parametrize("count", [1, 3, 30])
def test_launch_page_costs_the_same_for_any_number_of_criteria(
    count, browse, product_manager, requested, gate, django_assert_num_queries
):
    for number in range(count):
        GateCriterionFactory(gate=gate, title=f"Item {number}")
    reader = browse(product_manager)
    reader.get("launch_detail", pk=requested.launch_id)

    with django_assert_num_queries(24):
        page = reader.text("launch_detail", pk=requested.launch_id)
    assert page.count("not confirmed yet") >= count


def test_search_finds_launches_and_gates_the_reader_may_see(viewer, launch, gate):
    assert [hit.label for hit in search_governance(viewer, "beta", 5)] == ["Assistant beta", "Beta readiness"]


def test_initiative_page_shows_launches_and_blockers(initiative, launch, product_manager):
    blockers = hooks.initiative_blockers.collect(initiative=initiative, actor=product_manager)
    panels = {
        title: context
        for title, _, context in hooks.initiative_panels.collect(initiative=initiative, actor=product_manager)
    }

    assert "Beta: No approval has been requested." in blockers
    assert panels["Launches"]["launches"] == [launch]


def test_home_page_says_what_waits_for_the_director_and_for_nobody_else(requested, director, product_manager, security):
    (entry,) = approvals_waiting(actor=director)

    assert (entry.title, entry.since) == ("Decide on Assistant beta", requested.created_at)
    assert entry.note == f"GOV-1 into Beta, asked by {product_manager.user}"
    assert approvals_waiting(actor=product_manager) == approvals_waiting(actor=security) == []


def test_page_of_a_checklist_item_shows_no_empty_evidence(browse, owner):
    with tenant_scope(owner):
        item = GateCriterionFactory()
    page = browse(owner).text("gate_criterion_detail", pk=item.pk)

    assert "Greatest age in days" not in page
