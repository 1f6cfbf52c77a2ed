"""Columns of a file that become custom fields."""

import pytest

from collaboration.enums import FieldType
from core.errors import InvalidInputError
from integrations.enums import ImportStatus
from integrations.services.importer.mapping import map_columns
from integrations.services.importer.reading import read_table
from portfolio.services.initiatives import change_initiative
from tenancy.models import Membership
from tests.factories.collaboration import CustomFieldFactory
from tests.integrations.outcomes import by_id, counts, problems

RISK = [{"key": "low", "label": "Low"}, {"key": "very_high", "label": "Very high"}]
HEAD = "id,title,Risk class,cf_cap,Sponsor,regions,Reviewed,live,size\n"


@pytest.fixture
def fields(scope):
    definitions = {
        "risk": (FieldType.CHOICE, {"label": "Risk class", "choices": RISK}),
        "cap": (FieldType.MONEY, {"currency": "EUR"}),
        "sponsor": (FieldType.PERSON, {}),
        "regions": (FieldType.MULTIPLE_CHOICE, {"choices": RISK}),
        "reviewed": (FieldType.DATE, {}),
        "live": (FieldType.BOOLEAN, {}),
        "size": (FieldType.INTEGER, {}),
    }
    return [CustomFieldFactory(key=key, type=kind, **more) for key, (kind, more) in definitions.items()]


@pytest.fixture
def member():
    return Membership.objects.select_related("user").first()


def test_columns_called_like_custom_fields_become_them(imported, fields, member):
    row = f"1,A,very HIGH,1200.5,{member.user.email.upper()},low;Very high,2026-03-01T10:00:00Z,Yes,12\n"

    run = imported(HEAD + row)
    again = imported(HEAD + row)

    assert (run.status, problems(run)) == (ImportStatus.SUCCEEDED, [])
    assert by_id("1").custom_fields == {
        "risk": "very_high",
        "cap": "1200.50",
        "sponsor": str(member.pk),
        "regions": ["low", "very_high"],
        "reviewed": "2026-03-01",
        "live": True,
        "size": 12,
    }
    assert counts(again) == (0, 0, 1, 0)


def test_bad_cells_are_left_out_with_a_warning_each(imported, fields):
    run = imported(HEAD + "1,A,extreme,1.005,nobody@example.org,low;none,2026-02-30,maybe,1.5\n2,B,TBD,,-,,,,\n")

    assert (run.status, counts(run)) == (ImportStatus.SUCCEEDED, (2, 0, 0, 0))
    assert problems(run) == [
        (2, "Risk class", "extreme", "Choose one of: low, very_high."),
        (2, "cf_cap", "1.005", "Give at most 2 decimals."),
        (2, "Sponsor", "nobody@example.org", "Nobody in the organization has this address."),
        (2, "regions", "low;none", "Choose one of: low, very_high."),
        (2, "Reviewed", "2026-02-30", "Give a date such as 2026-05-31."),
        (2, "live", "maybe", "Give true or false."),
        (2, "size", "1.5", "Give a whole number."),
        (3, "Risk class", "TBD", "This is a placeholder."),
    ]
    assert by_id("1").custom_fields == {}


def test_a_later_import_changes_what_changed_in_the_file_and_leaves_what_people_entered(imported, fields, scope):
    imported("id,title,risk,size\n1,A,low,5\n")
    change_initiative(by_id("1"), actor=scope, custom_fields={"size": 9, "live": True})

    run = imported("id,title,risk,size\n1,A,,5\n")

    assert counts(run) == (0, 1, 0, 0)
    assert by_id("1").custom_fields == {"size": 9, "live": True}


def test_a_required_field_the_file_does_not_bring_refuses_the_row(imported, scope):
    CustomFieldFactory(key="owner_unit", label="Unit", is_required=True)

    run = imported("id,title\n1,A\n")

    assert run.status == ImportStatus.REFUSED
    assert problems(run) == [(2, "", "", "Unit: This field is required.")]


def test_mapping_is_chosen_and_refused(fields):
    table = read_table(b"id,title,risk,x\n1,A,low,high\n", file_format="csv")

    chosen = map_columns(table, columns={"x": "cf_risk", "risk": None}, custom=fields)
    left_out = map_columns(table, columns={"risk": ""}, custom=fields)

    assert (chosen.column_of_pointer("custom_fields/risk"), left_out.custom) == ("x", {})
    for columns in ({"x": "cf_risk", "risk": "cf_risk"}, {"x": "cf_none"}):
        with pytest.raises(InvalidInputError) as refusal:
            map_columns(table, columns=columns, custom=fields)
        assert refusal.value.pointer == "mapping"
