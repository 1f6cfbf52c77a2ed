"""No sequence of actions, in any order and by anybody, gets past a veto, self-approval, an edit or time.

The test keeps its own books of what was done and judges every stage change by them.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from governance.models import ApprovalRequest, ChecklistAnswer, Launch, StageGate
from governance.services import approvals, launches
from governance.services.launches import Answer
from portfolio.enums import Stage
from portfolio.models import Initiative
from portfolio.services.initiatives import change_stage
from tenancy.enums import Role
from tests.factories.governance import GateCriterionFactory, StageGateFactory
from tests.factories.portfolio import InitiativeFactory
from tests.governance.plans import PLAN

PEOPLE = ("maker", "director", "executive", "security")
ACTIONS = (
    "edit",
    "check",
    "request",
    "approve",
    "refuse",
    "veto",
    "lift",
    "withdraw",
    "expire",
    "cancel",
    "plan",
    "go",
)
ANY_STEP = st.tuples(st.sampled_from(ACTIONS), st.sampled_from(PEOPLE))
# Steps that succeed in some state: without them nearly every random sequence is one refusal after another.
LIKELY_STEPS = [
    ("request", "maker"),
    ("request", "executive"),
    ("approve", "director"),
    ("approve", "executive"),
    ("veto", "security"),
    ("lift", "security"),
    ("withdraw", "maker"),
    ("edit", "maker"),
    ("edit", "director"),
    ("expire", "maker"),
    ("go", "maker"),
]
STEPS = st.lists(st.one_of(st.sampled_from(LIKELY_STEPS), ANY_STEP), min_size=1, max_size=10)
REQUEST_AGAIN = [("request", "maker"), ("approve", "director"), ("go", "maker")]
PREFIX = [("plan", "maker"), ("check", "maker"), ("request", "maker")]
APPROVED = [*PREFIX, ("approve", "director")]


class Books:
    """What really happened, as far as the rules care."""

    def __init__(self) -> None:
        self.vetoed = False
        self.is_expired = False
        self.changed_since_request = True
        self.requester: str | None = None
        self.approvers: set[str] = set()


class World:
    """One initiative before its gate, four people, and the books."""

    def __init__(self, cast) -> None:
        self.cast = cast
        self.books = Books()
        self.initiative = InitiativeFactory(stage=Stage.DELIVERY)
        gate = StageGate.objects.first() or StageGateFactory()
        self.criterion = gate.criteria.first() or GateCriterionFactory(gate=gate)
        self.edits = 0

    @property
    def launch(self) -> Launch:
        return Launch.objects.filter(initiative=self.initiative).latest("created_at")

    @property
    def request(self) -> ApprovalRequest:
        return ApprovalRequest.objects.filter(launch__initiative=self.initiative).latest("created_at")

    def plan(self, who: str) -> None:
        launches.create_launch(
            initiative=self.initiative,
            target_stage=Stage.BETA,
            title="Launch",
            actor=self.cast[who],
            **PLAN,
        )

    def edit(self, who: str) -> None:
        self.edits += 1
        launches.change_launch(self.launch, actor=self.cast[who], scope=f"Edit {self.edits}")
        self.books.changed_since_request = True

    def check(self, who: str) -> None:
        before = ChecklistAnswer.objects.filter(launch=self.launch, is_done=True).exists()
        launches.answer_checklist(self.launch, actor=self.cast[who], answers=[Answer(self.criterion, is_done=True)])
        self.books.changed_since_request |= not before

    def ask(self, who: str) -> None:
        approvals.request_approval(self.launch, actor=self.cast[who])
        books = self.books
        books.requester, books.approvers = who, set()
        books.changed_since_request = books.is_expired = False

    def approve(self, who: str) -> None:
        approvals.approve(self.request, actor=self.cast[who])
        self.books.approvers.add(who)

    def refuse(self, who: str) -> None:
        approvals.refuse(self.request, actor=self.cast[who], reason="No.")
        self.books.approvers.clear()

    def veto(self, who: str) -> None:
        approvals.veto(self.request, actor=self.cast[who], reason="No.")
        self.books.vetoed = True

    def lift(self, who: str) -> None:
        approvals.lift_veto(self.request, actor=self.cast[who], reason="Fixed.")
        assert who == "security"
        self.books.vetoed = False

    def withdraw(self, who: str) -> None:
        approvals.withdraw(self.request, actor=self.cast[who])
        self.books.approvers.clear()

    def expire(self, who: str) -> None:
        live = ApprovalRequest.objects.live().filter(launch__initiative=self.initiative)
        if live.update(expires_at=timezone.now() - timedelta(seconds=1)):
            self.books.is_expired = True

    def cancel(self, who: str) -> None:
        launches.cancel_launch(self.launch, actor=self.cast[who])
        self.books.approvers.clear()

    def go(self, who: str) -> None:
        change_stage(self.initiative, to=Stage.BETA, actor=self.cast[who])
        books = self.books
        assert not books.vetoed
        assert not books.is_expired
        assert not books.changed_since_request
        assert books.approvers & {"director", "executive"}
        assert books.requester not in books.approvers

    def do(self, action: str, who: str) -> None:
        """Try it; a refusal undoes everything, as a request's transaction would."""
        method = self.ask if action == "request" else getattr(self, action)
        try:
            with transaction.atomic():
                method(who)
        except (DomainError, Launch.DoesNotExist, ApprovalRequest.DoesNotExist):
            return


@pytest.fixture
def cast(scope, actor_with):
    return {
        "maker": actor_with(Role.PRODUCT_MANAGER, "product"),
        "director": actor_with(Role.DIRECTOR),
        "executive": actor_with(Role.OWNER, "executive"),
        "security": actor_with(Role.REVIEWER, "security"),
    }


@settings(
    max_examples=40,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(start=st.sampled_from([[], PREFIX, APPROVED]), steps=STEPS)
@example(start=APPROVED, steps=[("veto", "security"), ("go", "maker")])
@example(start=APPROVED, steps=[("veto", "security"), ("withdraw", "maker"), *REQUEST_AGAIN])
@example(start=APPROVED, steps=[("veto", "security"), ("edit", "maker"), *REQUEST_AGAIN])
@example(start=APPROVED, steps=[("veto", "security"), ("lift", "director"), ("go", "maker")])
@example(start=APPROVED, steps=[("edit", "maker"), ("go", "maker")])
@example(start=APPROVED, steps=[("expire", "maker"), ("go", "maker")])
@example(start=PREFIX, steps=[("approve", "maker"), ("go", "maker")])
@example(start=PREFIX[:2], steps=[("request", "executive"), ("approve", "executive"), ("go", "maker")])
def test_no_sequence_of_actions_gets_past_the_rules(cast, start, steps):
    world = World(cast)

    for action, who in [*start, *steps, ("go", "maker")]:
        if Initiative.objects.get(pk=world.initiative.pk).stage == Stage.BETA:
            break
        world.do(action, who)


def test_the_straight_way_is_open(cast):
    world = World(cast)

    for action, who in [*APPROVED, ("go", "maker")]:
        world.do(action, who)

    assert Initiative.objects.get(pk=world.initiative.pk).stage == Stage.BETA
