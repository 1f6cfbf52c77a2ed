"""Values of custom fields: what each type takes, and what it refuses."""

import json

import pytest
from django.utils import timezone

from collaboration.enums import FieldType
from collaboration.services.custom_values import CustomFieldRules, CustomValueError
from portfolio.models import Initiative
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.collaboration import CustomFieldFactory

CHOICES = [{"key": "low", "label": "Low"}, {"key": "high", "label": "High", "tone": "danger"}]
GOOD = [
    (FieldType.TEXT, "  R&D ", "R&D"),
    (FieldType.LONG_TEXT, "a\nb", "a\nb"),
    (FieldType.INTEGER, -12, -12),
    (FieldType.DECIMAL, "12.500", "12.5"),
    (FieldType.DECIMAL, 0.25, "0.25"),
    (FieldType.DECIMAL, 1e3, "1000"),
    (FieldType.MONEY, 1200, "1200.00"),
    (FieldType.MONEY, "0.1", "0.10"),
    (FieldType.DATE, "2026-02-28", "2026-02-28"),
    (FieldType.BOOLEAN, False, False),
    (FieldType.CHOICE, "high", "high"),
    (FieldType.MULTIPLE_CHOICE, ["high", "low", "high"], ["low", "high"]),
    (FieldType.URL, "https://example.org/a?b=c", "https://example.org/a?b=c"),
]
BAD = [
    (FieldType.TEXT, 5),
    (FieldType.TEXT, "x" * 301),
    (FieldType.TEXT, "a\x00b"),
    (FieldType.LONG_TEXT, "x" * 10_001),
    (FieldType.INTEGER, "5"),
    (FieldType.INTEGER, True),
    (FieldType.INTEGER, 1.0),
    (FieldType.INTEGER, 10**15),
    (FieldType.INTEGER, 10**1000),
    (FieldType.DECIMAL, "NaN"),
    (FieldType.DECIMAL, float("inf")),
    (FieldType.DECIMAL, "1e400"),
    (FieldType.DECIMAL, "1e-400"),
    (FieldType.DECIMAL, "1" * 1000),
    (FieldType.DECIMAL, 10**1000),
    (FieldType.DECIMAL, "0.1234567"),
    (FieldType.DECIMAL, "1_000"),
    (FieldType.DECIMAL, "\u0661"),
    (FieldType.DECIMAL, True),
    (FieldType.MONEY, "1.005"),
    (FieldType.MONEY, {"amount": 1}),
    (FieldType.DATE, "2026-02-30"),
    (FieldType.DATE, "28.02.2026"),
    (FieldType.DATE, 20260228),
    (FieldType.BOOLEAN, "yes"),
    (FieldType.BOOLEAN, 1),
    (FieldType.CHOICE, "High"),
    (FieldType.CHOICE, ["high"]),
    (FieldType.MULTIPLE_CHOICE, "high"),
    (FieldType.MULTIPLE_CHOICE, ["none"]),
    (FieldType.MULTIPLE_CHOICE, [["high"]]),
    (FieldType.MULTIPLE_CHOICE, [{}]),
    (FieldType.PERSON, "somebody"),
    (FieldType.PERSON, 7),
    (FieldType.URL, "javascript:alert(1)"),
    (FieldType.URL, "ftp://example.org/"),
    (FieldType.URL, "https://" + "a" * 2000 + ".org"),
]


def make_field(type_, **changes):
    choices = CHOICES if type_ in {FieldType.CHOICE, FieldType.MULTIPLE_CHOICE} else []
    currency = "EUR" if type_ == FieldType.MONEY else ""
    return CustomFieldFactory(key="it", label="It", type=type_, choices=choices, currency=currency, **changes)


@pytest.mark.parametrize(("type_", "given", "stored"), GOOD)
def test_value_is_stored_in_one_form(scope, type_, given, stored):
    make_field(type_)

    values = CustomFieldRules(Initiative).for_new({"it": given})

    assert values == {"it": stored}
    assert json.loads(json.dumps(values)) == values


@pytest.mark.parametrize(("type_", "given"), BAD)
def test_bad_value_is_refused_at_its_field(scope, type_, given):
    make_field(type_)

    with pytest.raises(CustomValueError) as refusal:
        CustomFieldRules(Initiative, [{"it": given}]).for_new({"it": given})

    assert refusal.value.pointer == "custom_fields/it"
    assert refusal.value.message.startswith("It: ")


@pytest.mark.parametrize("given", [[], "text", 5, [("it", "x")]])
def test_what_is_no_object_is_refused(scope, given):
    make_field(FieldType.TEXT)

    with pytest.raises(CustomValueError) as refusal:
        CustomFieldRules(Initiative).merged({}, given)

    assert refusal.value.pointer == "custom_fields"


def test_a_person_is_a_member_of_the_organization(owner, stranger):
    with tenant_scope(stranger):
        foreign = str(Membership.objects.first().pk)
    with tenant_scope(owner):
        make_field(FieldType.PERSON)
        mine = str(Membership.objects.first().pk)

        assert CustomFieldRules(Initiative, [{"it": mine}]).for_new({"it": mine}) == {"it": mine}
        with pytest.raises(CustomValueError, match="It: There is no such member"):
            CustomFieldRules(Initiative, [{"it": foreign}]).for_new({"it": foreign})


@pytest.mark.parametrize("empty", [None, "", [], "  "])
def test_an_empty_value_takes_the_value_away(scope, empty):
    make_field(FieldType.TEXT)

    assert CustomFieldRules(Initiative).merged({"it": "old", "gone": 1}, {"it": empty}) == {"gone": 1}


def test_required_field_is_asked_of_new_records_and_never_emptied(scope):
    make_field(FieldType.TEXT, is_required=True)
    rules = CustomFieldRules(Initiative)

    with pytest.raises(CustomValueError, match="It: This field is required"):
        rules.for_new(None)
    with pytest.raises(CustomValueError, match="It: This field is required"):
        rules.merged({"it": "old"}, {"it": None})
    assert rules.merged({}, {}) == {}


def test_unknown_and_archived_fields_take_no_values(scope):
    make_field(FieldType.TEXT, archived_at=timezone.now(), is_required=True)
    rules = CustomFieldRules(Initiative)

    assert rules.for_new(None) == {}
    with pytest.raises(CustomValueError, match="archived"):
        rules.merged({}, {"it": "x"})
    with pytest.raises(CustomValueError) as refusal:
        rules.merged({}, {"other": "x", "it": "y"})
    assert refusal.value.pointer == "custom_fields/other"
    assert refusal.value.reasons == (
        "other: There is no such custom field.",
        "It: This field is archived and takes no values.",
    )


def test_rules_cost_nothing_where_nobody_speaks_of_them(scope, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert CustomFieldRules.for_rows(Initiative, [None, None], is_creating=False) is None
