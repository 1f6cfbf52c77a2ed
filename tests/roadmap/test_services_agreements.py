"""The hand-shake on a dependency."""

from datetime import date

import pytest

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from roadmap.enums import Agreement
from roadmap.services.agreements import AgreementError, accept_agreement, decline_agreement, request_agreement
from tenancy.enums import Role
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory

JUNE_1, JUNE_15 = date(2026, 6, 1), date(2026, 6, 15)


@pytest.fixture
def requested(scope, product_manager):
    dependency = DependencyFactory()
    with tenant_scope(product_manager):
        return request_agreement(dependency, needed_by=JUNE_1, actor=product_manager, note="For the beta.")


def test_the_consumer_asks_and_the_provider_promises_a_date(requested, scope, product_manager):
    assert (requested.agreement, requested.needed_by, requested.note) == (
        Agreement.REQUESTED,
        JUNE_1,
        "For the beta.",
    )
    assert requested.requested_by.user_id == product_manager.user_id

    accepted = accept_agreement(requested, agreed_on=JUNE_15, actor=scope)

    assert (accepted.agreement, accepted.agreed_on, accepted.answered_by.user_id) == (
        Agreement.ACCEPTED,
        JUNE_15,
        scope.user_id,
    )
    actions = (
        LedgerEvent.objects.filter(table_name="roadmap_dependency").order_by("id").values_list("action", flat=True)
    )
    assert list(actions)[-2:] == ["dependency.agreement_requested", "dependency.agreement_accepted"]


def test_accepting_without_a_date_promises_the_one_asked_for(requested, scope):
    assert accept_agreement(requested, actor=scope).agreed_on == JUNE_1


def test_declining_needs_a_reason_and_another_request_starts_over(requested, scope, product_manager):
    with pytest.raises(InvalidInputError, match="Say why"):
        decline_agreement(requested, actor=scope, note="  ")

    declined = decline_agreement(requested, actor=scope, note="No people before July.")

    assert (declined.agreement, declined.agreed_on, declined.note) == (
        Agreement.DECLINED,
        None,
        "No people before July.",
    )
    again = request_agreement(declined, needed_by=JUNE_15, actor=product_manager)
    assert (again.agreement, again.needed_by, again.answered_by) == (Agreement.REQUESTED, JUNE_15, None)


def test_nobody_answers_twice_unasked_or_for_themselves(requested, scope, product_manager):
    with pytest.raises(AgreementError, match="Nobody waits for an answer"):
        accept_agreement(DependencyFactory(), actor=scope)
    with tenant_scope(product_manager), pytest.raises(AgreementError, match="somebody else has to answer"):
        accept_agreement(requested, actor=product_manager)
    accept_agreement(requested, actor=scope)
    with pytest.raises(AgreementError):
        decline_agreement(requested, actor=scope, note="Late.")


def test_contributors_ask_but_do_not_answer_and_viewers_do_neither(requested, actor_with, viewer):
    contributor = actor_with(Role.CONTRIBUTOR)
    with tenant_scope(contributor):
        assert request_agreement(requested, needed_by=JUNE_1, actor=contributor).agreement == Agreement.REQUESTED
        with pytest.raises(NotPermittedError):
            accept_agreement(requested, actor=contributor)
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        request_agreement(requested, needed_by=JUNE_1, actor=viewer)


def test_a_dependency_in_a_closed_portfolio_is_neither_asked_for_nor_answered(scope, product_manager):
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    dependency = DependencyFactory(predecessor__initiative=secret)
    with tenant_scope(product_manager), pytest.raises(NotPermittedError):
        request_agreement(dependency, needed_by=JUNE_1, actor=product_manager)


def test_a_note_longer_than_its_column_is_refused(requested, scope):
    with pytest.raises(InvalidInputError, match="500 characters"):
        decline_agreement(requested, actor=scope, note="x" * 501)
