"""External references: on any record one may change, unique in their system, hidden with their record."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from core.errors import InvalidInputError, NotPermittedError
from integrations.models import ExternalReference
from integrations.querysets import linkable_models
from integrations.services.external_references import (
    DuplicateReferenceError,
    change_external_reference,
    create_external_reference,
    delete_external_reference,
)
from portfolio.enums import Visibility
from portfolio.hooks import initiative_panels
from tenancy.enums import Role
from tenancy.scope import tenant_scope
from tests.factories.integrations import ExternalReferenceFactory
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory, ThemeFactory
from tests.factories.roadmap import RoadmapItemFactory
from tests.factories.tenancy import TeamFactory


def put(record, actor, **fields):
    fields = {"system": "jira", "external_id": "AI-1", **fields}
    return create_external_reference(target_model=record._meta.label_lower, target_id=record.pk, actor=actor, **fields)


@pytest.mark.parametrize(
    "factory", [InitiativeFactory, ThemeFactory, PortfolioFactory, RoadmapItemFactory, TeamFactory]
)
def test_a_reference_can_be_put_on_any_record(scope, factory):
    record = factory()

    reference = put(record, scope, url="https://jira.example.com/AI-1")

    assert list(ExternalReference.objects.of_record(record)) == [reference]
    assert list(ExternalReference.objects.permitted(scope)) == [reference]


def test_every_floor_offers_records_but_not_its_bookkeeping():
    labels = set(linkable_models())

    assert {"portfolio.initiative", "roadmap.milestone", "experiments.experiment", "governance.launch"} <= labels
    assert not {"tenancy.apitoken", "integrations.importrun", "tenancy.membership"} & labels


def test_within_a_system_an_id_is_one_record(scope):
    first, second = InitiativeFactory(), InitiativeFactory()
    put(first, scope)

    with pytest.raises(DuplicateReferenceError) as refusal:
        put(second, scope)

    assert refusal.value.pointer == "external_id"
    put(second, scope, system="github")
    put(second, scope, relation="see_also")
    with pytest.raises(DuplicateReferenceError, match=r"This reference exists already\."):
        put(second, scope, relation="see_also")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.com/x", "example.com", "https://"])
def test_an_address_must_be_a_web_address(scope, url):
    with pytest.raises(ValidationError) as refusal:
        put(InitiativeFactory(), scope, url=url)

    assert list(refusal.value.message_dict) == ["url"]


def test_unknown_kinds_and_records_are_refused_by_field(scope):
    for fields, pointer in (
        ({"target_model": "tenancy.user", "target_id": uuid.uuid4()}, "target_model"),
        ({"target_model": "portfolio.initiative", "target_id": uuid.uuid4()}, "target_id"),
    ):
        with pytest.raises(InvalidInputError) as refusal:
            create_external_reference(actor=scope, system="jira", external_id="1", **fields)

        assert refusal.value.pointer == pointer


@pytest.fixture
def foreign_initiative(stranger):
    """A record of another organization."""
    with tenant_scope(stranger):
        return InitiativeFactory()


def test_a_foreign_record_does_not_exist(foreign_initiative, scope):
    with pytest.raises(InvalidInputError) as refusal:
        put(foreign_initiative, scope)

    assert refusal.value.pointer == "target_id"


def test_change_and_delete(scope):
    reference = put(InitiativeFactory(), scope)

    changed = change_external_reference(reference, actor=scope, label=" Ticket ", url="https://example.com")
    assert (changed.label, changed.version) == ("Ticket", 2)

    delete_external_reference(changed, actor=scope)
    assert not ExternalReference.objects.exists()


def test_viewers_read_and_do_not_write(scope, viewer):
    record = InitiativeFactory()
    reference = put(record, scope)

    with tenant_scope(viewer):
        assert ExternalReference.objects.permitted(viewer).count() == 1
        for attempt in (
            lambda: put(record, viewer, external_id="2"),
            lambda: change_external_reference(reference, actor=viewer, label="x"),
            lambda: delete_external_reference(reference, actor=viewer),
        ):
            with pytest.raises(NotPermittedError):
                attempt()


def test_references_of_a_hidden_record_are_hidden(scope, actor_with):
    hidden = InitiativeFactory(portfolio__visibility=Visibility.RESTRICTED)
    reference = put(hidden, scope)
    contributor = actor_with(Role.CONTRIBUTOR)

    with tenant_scope(contributor):
        assert not ExternalReference.objects.permitted(contributor).exists()
        with pytest.raises(InvalidInputError):
            change_external_reference(reference, actor=contributor, label="x")


def test_initiatives_show_their_references(scope):
    reference = ExternalReferenceFactory()
    initiative = linkable_models()["portfolio.initiative"].objects.get(pk=reference.target_id)

    panels = initiative_panels.collect(initiative=initiative, actor=scope)

    shown = next(context for title, _, context in panels if title == "External references")
    assert shown["references"] == [reference]
