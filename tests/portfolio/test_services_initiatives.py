"""Initiatives: creating, keys, the tree, stages, deletion, and who may do it in which portfolio."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from core.errors import DomainError, InvalidInputError, NotPermittedError
from portfolio import hooks
from portfolio.enums import ALLOWED_TRANSITIONS, InitiativeLevel, Stage, Visibility
from portfolio.models import Initiative
from portfolio.services.initiatives import (
    TransitionNotAllowedError,
    change_initiative,
    change_stage,
    create_initiative,
    delete_initiative,
)
from portfolio.services.portfolios import share_portfolio
from tenancy.actor import Actor
from tenancy.models import LedgerEvent, Membership
from tenancy.scope import tenant_scope
from tenancy.services.saving import StillReferencedError
from tests.factories.portfolio import BusinessCaseFactory, InitiativeFactory, PortfolioFactory, ThemeFactory
from tests.factories.tenancy import TeamFactory


def membership_of(actor: Actor) -> Membership:
    return Membership.objects.get(user=actor.user)


def chain(length: int, *, portfolio) -> list[Initiative]:
    """Initiatives each below the one before, without the service, so that any depth can be made."""
    rows: list[Initiative] = []
    for _ in range(length):
        rows.append(InitiativeFactory(portfolio=portfolio, parent=rows[-1] if rows else None))
    return rows


def test_create_initiative_generates_consecutive_keys_from_the_portfolios_prefix(scope):
    portfolio = PortfolioFactory(key_prefix="AI")

    keys = [create_initiative(actor=scope, title=f"Bet {n}", portfolio=portfolio).key for n in range(3)]

    assert keys == ["AI-1", "AI-2", "AI-3"]


def test_create_initiative_passes_over_keys_given_by_hand(scope):
    portfolio = PortfolioFactory()
    InitiativeFactory(portfolio=portfolio, key="I-1")
    InitiativeFactory(portfolio=portfolio, key="i-7")

    first = create_initiative(actor=scope, title="First", portfolio=portfolio)
    second = create_initiative(actor=scope, title="Second", portfolio=portfolio)

    assert [first.key, second.key] == ["I-8", "I-9"]


def test_create_initiative_refuses_a_key_that_is_taken_whatever_its_case(scope):
    portfolio = PortfolioFactory()
    InitiativeFactory(portfolio=portfolio, key="AI-1")

    with pytest.raises(InvalidInputError) as refusal:
        create_initiative(actor=scope, title="Again", portfolio=portfolio, key="ai-1")

    assert refusal.value.pointer == "key"
    assert refusal.value.message == "There is already an initiative with this key."
    assert Initiative.objects.count() == 1


def test_create_initiative_refuses_an_end_before_the_start(scope):
    with pytest.raises(InvalidInputError) as refusal:
        create_initiative(
            actor=scope,
            title="Backwards",
            portfolio=PortfolioFactory(),
            start_on=date(2026, 5, 1),
            end_on=date(2026, 4, 30),
        )

    assert refusal.value.pointer == "end_on"
    assert Initiative.objects.count() == 0


def test_create_initiative_names_the_action_in_the_ledger(scope):
    initiative = create_initiative(actor=scope, title="Recorded", portfolio=PortfolioFactory())

    actions = LedgerEvent.objects.filter(record_id=initiative.pk).values_list("action", "operation", "actor_id")

    assert list(actions) == [("initiative.created", "insert", scope.user_id)]


@pytest.mark.parametrize("role", ["viewer", "reviewer", "auditor", "finance"])
def test_create_initiative_is_refused_to_roles_without_the_right(organization, actor_with, scope, role):
    portfolio = PortfolioFactory()

    with pytest.raises(NotPermittedError):
        create_initiative(actor=actor_with(role), title="No", portfolio=portfolio)

    assert Initiative.objects.count() == 0


def test_create_initiative_in_a_later_stage_needs_the_right_to_change_stages(actor_with, scope):
    portfolio = PortfolioFactory()

    imported = create_initiative(actor=scope, title="Old", portfolio=portfolio, stage=Stage.GA)

    assert imported.stage == Stage.GA
    with pytest.raises(NotPermittedError):
        create_initiative(actor=actor_with("contributor"), title="No", portfolio=portfolio, stage=Stage.GA)


@pytest.mark.parametrize("name", ["theme", "owning_team", "parent", "portfolio"])
def test_create_initiative_refuses_another_organizations_records(organization, stranger, product_manager, name):
    with tenant_scope(stranger):
        foreign = {
            "theme": ThemeFactory,
            "owning_team": TeamFactory,
            "parent": InitiativeFactory,
            "portfolio": PortfolioFactory,
        }[name]()

    with tenant_scope(product_manager):
        fields = {"portfolio": PortfolioFactory(), name: foreign}
        with pytest.raises((InvalidInputError, ValidationError)) as refusal:
            create_initiative(actor=product_manager, title="Mix", **fields)

        error = refusal.value
        pointers = [error.pointer] if isinstance(error, InvalidInputError) else list(error.message_dict)
        assert pointers == [name]
        assert Initiative.objects.count() == 0


def test_change_initiative_changes_only_what_is_given(scope):
    initiative = InitiativeFactory(title="Before", target_release="1.0")

    changed = change_initiative(initiative, actor=scope, title="After")

    changed.refresh_from_db()
    assert (changed.title, changed.target_release, changed.version) == ("After", "1.0", 2)


def test_change_initiative_without_a_difference_writes_nothing(scope):
    initiative = InitiativeFactory(title="Same")

    unchanged = change_initiative(initiative, actor=scope, title="Same", portfolio=initiative.portfolio)

    unchanged.refresh_from_db()
    assert unchanged.version == 1


def test_change_initiative_does_not_take_a_stage(scope):
    with pytest.raises(TypeError, match="cannot change stage this way"):
        change_initiative(InitiativeFactory(), actor=scope, stage=Stage.GA)


def test_change_initiative_refuses_itself_and_its_descendants_as_parent(scope):
    top, middle, bottom = chain(3, portfolio=PortfolioFactory())

    for target in (top, bottom):
        with pytest.raises(InvalidInputError) as refusal:
            change_initiative(top, parent=target, actor=scope)
        assert refusal.value.message == "An initiative cannot stand below itself."
        assert refusal.value.pointer == "parent"

    top.refresh_from_db()
    assert top.parent_id is None
    assert middle.parent_id == top.pk


def test_tree_of_fifty_levels_is_accepted_and_one_more_refused(scope):
    portfolio = PortfolioFactory()
    rows = chain(49, portfolio=portfolio)

    fiftieth = create_initiative(actor=scope, title="Deepest", portfolio=portfolio, parent=rows[-1])

    with pytest.raises(InvalidInputError) as refusal:
        create_initiative(actor=scope, title="Too deep", portfolio=portfolio, parent=fiftieth)
    assert refusal.value.message == "The tree would be deeper than 50 levels."


def test_tree_of_three_hundred_levels_is_refused_with_the_field_named(scope):
    portfolio = PortfolioFactory()
    levels = []

    def build():
        for level in range(1, 301):
            parent = levels[-1] if levels else None
            levels.append(create_initiative(actor=scope, title=f"{level}", portfolio=portfolio, parent=parent))

    with pytest.raises(InvalidInputError) as refusal:
        build()

    assert len(levels) == 50
    assert refusal.value.pointer == "parent"


def test_change_initiative_counts_the_levels_below_it(scope):
    portfolio = PortfolioFactory()
    upper, lower = chain(30, portfolio=portfolio), chain(21, portfolio=portfolio)

    with pytest.raises(InvalidInputError, match="deeper than 50"):
        change_initiative(lower[0], parent=upper[-1], actor=scope)
    moved = change_initiative(lower[1], parent=upper[-1], actor=scope)

    assert moved.parent_id == upper[-1].pk


def test_parent_must_be_in_the_same_portfolio(scope):
    parent = InitiativeFactory()

    with pytest.raises(InvalidInputError) as refusal:
        create_initiative(actor=scope, title="Elsewhere", portfolio=PortfolioFactory(), parent=parent)

    assert (refusal.value.pointer, refusal.value.message) == ("parent", "The parent must be in the same portfolio.")


def test_portfolio_of_an_initiative_that_holds_others_cannot_change(scope):
    top, _ = chain(2, portfolio=PortfolioFactory())

    with pytest.raises(InvalidInputError) as refusal:
        change_initiative(top, actor=scope, portfolio=PortfolioFactory())

    assert refusal.value.pointer == "portfolio"


@pytest.mark.parametrize(
    ("parent_level", "child_level", "is_allowed"),
    [
        (InitiativeLevel.PROGRAM, InitiativeLevel.INITIATIVE, True),
        (InitiativeLevel.INITIATIVE, InitiativeLevel.FEATURE, True),
        (InitiativeLevel.FEATURE, InitiativeLevel.FEATURE, True),
        (InitiativeLevel.INITIATIVE, InitiativeLevel.PROGRAM, False),
        (InitiativeLevel.FEATURE, InitiativeLevel.INITIATIVE, False),
    ],
)
def test_levels_nest(scope, parent_level, child_level, is_allowed):
    portfolio = PortfolioFactory()
    parent = InitiativeFactory(portfolio=portfolio, level=parent_level)

    def create():
        return create_initiative(actor=scope, title="Child", portfolio=portfolio, parent=parent, level=child_level)

    if is_allowed:
        assert create().parent_id == parent.pk
    else:
        with pytest.raises(InvalidInputError, match="cannot hold"):
            create()


def test_level_of_a_parent_cannot_sink_below_its_children(scope):
    portfolio = PortfolioFactory()
    parent = InitiativeFactory(portfolio=portfolio, level=InitiativeLevel.PROGRAM)
    InitiativeFactory(portfolio=portfolio, parent=parent, level=InitiativeLevel.INITIATIVE)

    with pytest.raises(InvalidInputError) as refusal:
        change_initiative(parent, actor=scope, level=InitiativeLevel.FEATURE)

    assert (refusal.value.pointer, refusal.value.message) == ("level", "A feature cannot hold an initiative.")


def test_change_stage_follows_the_table_and_records_the_reason(scope):
    initiative = InitiativeFactory()

    changed = change_stage(initiative, to=Stage.DISCOVERY, actor=scope, reason="Three customers asked")

    assert changed.stage == Stage.DISCOVERY
    assert changed.stage_changed_at is not None
    event = LedgerEvent.objects.get(record_id=initiative.pk, operation="update")
    assert (event.action, event.reason) == ("initiative.stage_changed", "Three customers asked")


@pytest.mark.parametrize("stage", Stage)
def test_change_stage_refuses_every_target_outside_the_table(scope, stage):
    initiative = InitiativeFactory(stage=stage)

    for to in set(Stage) - ALLOWED_TRANSITIONS[stage]:
        with pytest.raises(TransitionNotAllowedError):
            change_stage(initiative, to=to, actor=scope)

    initiative.refresh_from_db()
    assert initiative.stage == stage


def test_refused_transition_lists_the_allowed_targets(scope):
    with pytest.raises(TransitionNotAllowedError) as refusal:
        change_stage(InitiativeFactory(), to=Stage.GA, actor=scope)

    assert refusal.value.message == "From Idea an initiative can go only to Discovery, Sunset; not to GA."
    assert refusal.value.allowed == [Stage.DISCOVERY, Stage.SUNSET]
    assert refusal.value.status == 409


@pytest.fixture
def guard(monkeypatch):
    """Listeners of this test only, on the two stage hooks."""
    calls = []

    def refuse(*, initiative, to, actor):
        calls.append(("before", initiative.stage, to))
        if to == Stage.SUNSET:
            raise DomainError("A launch is running.", reasons=["Launch 1 is open.", "Launch 2 is open."])

    def told(*, initiative, old_stage, actor):
        calls.append(("after", old_stage, initiative.stage))

    monkeypatch.setattr(hooks.before_stage_change, "_listeners", [refuse])
    monkeypatch.setattr(hooks.after_stage_change, "_listeners", [told])
    return calls


def test_change_stage_asks_the_guards_first_and_tells_afterwards(scope, guard):
    change_stage(InitiativeFactory(), to=Stage.DISCOVERY, actor=scope)

    assert guard == [("before", Stage.IDEA, Stage.DISCOVERY), ("after", Stage.IDEA, Stage.DISCOVERY)]


def test_change_stage_refused_by_a_guard_changes_nothing(scope, guard):
    initiative = InitiativeFactory()

    with pytest.raises(DomainError) as refusal:
        change_stage(initiative, to=Stage.SUNSET, actor=scope)

    initiative.refresh_from_db()
    assert refusal.value.reasons == ("Launch 1 is open.", "Launch 2 is open.")
    assert (initiative.stage, initiative.version) == (Stage.IDEA, 1)


def test_change_stage_is_not_for_contributors(actor_with, scope):
    initiative = InitiativeFactory()

    with pytest.raises(NotPermittedError):
        change_stage(initiative, to=Stage.DISCOVERY, actor=actor_with("contributor"))


def test_delete_initiative_refuses_while_others_refer_to_it(scope):
    top, _ = chain(2, portfolio=PortfolioFactory())
    BusinessCaseFactory(initiative=top)

    with pytest.raises(StillReferencedError, match=r"is still in use: 1 . business case, 1 . initiative"):
        delete_initiative(top, actor=scope)

    assert Initiative.objects.filter(pk=top.pk).exists()


def test_delete_initiative_removes_it(scope):
    initiative = InitiativeFactory()

    delete_initiative(initiative, actor=scope)

    assert not Initiative.objects.filter(pk=initiative.pk).exists()


def test_restricted_portfolio_is_invisible_until_shared_and_then_read_only(scope, product_manager):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
    initiative = InitiativeFactory(portfolio=portfolio)

    assert list(Initiative.objects.permitted(product_manager)) == []
    share_portfolio(portfolio, membership=membership_of(product_manager), actor=scope)

    assert list(Initiative.objects.permitted(product_manager)) == [initiative]
    with pytest.raises(NotPermittedError, match="view only"):
        change_initiative(initiative, actor=product_manager, title="No")
    with pytest.raises(NotPermittedError, match="view only"):
        change_stage(initiative, to=Stage.DISCOVERY, actor=product_manager)
    with pytest.raises(NotPermittedError, match="view only"):
        create_initiative(actor=product_manager, title="No", portfolio=portfolio)


def test_restricted_portfolio_shared_to_change_can_be_written(scope, product_manager):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
    initiative = InitiativeFactory(portfolio=portfolio)
    share_portfolio(portfolio, membership=membership_of(product_manager), actor=scope, may_change=True)

    changed = change_initiative(initiative, actor=product_manager, title="Mine now")
    created = create_initiative(actor=product_manager, title="New", portfolio=portfolio)

    assert (changed.title, created.portfolio_id) == ("Mine now", portfolio.pk)


def test_restricted_portfolio_that_is_not_shared_does_not_exist_for_a_new_initiative(scope, product_manager):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)

    with pytest.raises(InvalidInputError) as refusal:
        create_initiative(actor=product_manager, title="Guess", portfolio=portfolio)

    assert (refusal.value.pointer, refusal.value.message) == (
        "portfolio",
        "There is no such record in this organization.",
    )
