"""Defining custom fields, and using them over REST."""

import re

import pytest
from drf_spectacular.generators import SchemaGenerator

from collaboration.enums import FieldType
from collaboration.services import custom_fields
from core.errors import DuplicateError, NotPermittedError
from portfolio.models import Initiative
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.api_client import pointers
from tests.factories.collaboration import CustomFieldFactory
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory

TARGET = "portfolio.initiative"
RISK = [
    {"key": "low", "label": "Low", "tone": "success"},
    {"key": "high", "label": "High", "tone": "danger"},
]


def make_all_types():
    money = {"currency": "EUR"}
    choice = {"choices": RISK}
    more = {FieldType.MONEY: money, FieldType.CHOICE: choice, FieldType.MULTIPLE_CHOICE: choice}
    return {kind: CustomFieldFactory(key=kind.value, type=kind, **more.get(kind, {})) for kind in FieldType}


def test_a_field_is_defined_changed_archived_and_restored(api_client, owner):
    client = api_client(owner)

    created = client.post(
        "custom-fields/",
        {"target_model": TARGET, "key": "budget", "label": "Budget", "type": "money", "help_text": "Yearly"},
    )
    address = f"custom-fields/{created.json()['id']}/"
    changed = client.patch(address, {"label": "Yearly budget", "is_required": True}, If_Match=created["ETag"])
    stale = client.patch(address, {"label": "Old"}, If_Match=created["ETag"])
    archived = client.post(f"{address}archive/")
    restored = client.post(f"{address}restore/")

    assert created.status_code == 201
    assert {name: created.json()[name] for name in ("parameter", "currency", "position", "is_archived")} == {
        "parameter": "cf_budget",
        "currency": "EUR",
        "position": 1,
        "is_archived": False,
    }
    assert (changed.json()["label"], changed.json()["is_required"]) == ("Yearly budget", True)
    assert stale.status_code == 412
    assert (archived.json()["is_archived"], restored.json()["is_archived"]) == (True, False)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"target_model": "portfolio.theme"}, "/target_model"),
        ({"key": "a__b"}, "/key"),
        ({"key": "cost_min"}, "/key"),
        ({"key": "1a"}, "/key"),
        ({"type": "colour"}, "/type"),
        ({"type": "choice"}, "/choices"),
        ({"choices": RISK}, "/choices"),
        ({"type": "choice", "choices": [{"key": "a"}]}, "/choices"),
        ({"type": "choice", "choices": [{"key": "a", "label": "A"}, {"key": "a", "label": "B"}]}, "/choices"),
        ({"type": "choice", "choices": [{"key": "a", "label": "A", "tone": "pink"}]}, "/choices"),
        ({"type": "choice", "choices": {"a": "A"}}, "/choices"),
        ({"currency": "EUR"}, "/currency"),
        ({"type": "money", "currency": "euro"}, "/currency"),
        ({"is_required": "yes"}, "/is_required"),
        ({"position": -1}, "/position"),
    ],
)
def test_a_bad_definition_is_refused_at_its_field(api_client, owner, change, pointer):
    body = {"target_model": TARGET, "key": "it", "label": "It", "type": "text", **change}

    response = api_client(owner).post("custom-fields/", body)

    assert response.status_code == 400
    assert pointer in pointers(response)


def test_key_is_taken_once_per_kind_of_record(scope, owner):
    CustomFieldFactory(key="risk")

    with pytest.raises(DuplicateError) as refusal:
        custom_fields.create_custom_field(actor=owner, target_model=TARGET, key="risk", label="Risk", type="text")

    assert refusal.value.pointer == "key"


@pytest.mark.parametrize("name", ["key", "type", "target_model"])
def test_key_type_and_record_never_change(api_client, owner, name):
    with tenant_scope(owner):
        field = CustomFieldFactory(key="risk")

    response = api_client(owner).patch(f"custom-fields/{field.pk}/", {name: "long_text" if name == "type" else "other"})

    assert response.status_code == 400
    assert pointers(response) == [f"/{name}"]


@pytest.mark.parametrize("kind", [FieldType.CHOICE, FieldType.MULTIPLE_CHOICE])
def test_a_choice_that_is_held_is_not_removed(scope, owner, kind):
    field = CustomFieldFactory(key="risk", type=kind, choices=RISK)
    InitiativeFactory(custom_fields={"risk": "high" if kind == FieldType.CHOICE else ["low", "high"]})

    with pytest.raises(custom_fields.ChoiceInUseError, match="“High” cannot be removed: 1 record has it"):
        custom_fields.change_custom_field(field, actor=owner, choices=RISK[:1])

    renamed = [RISK[0], {**RISK[1], "label": "Severe"}]
    assert custom_fields.change_custom_field(field, actor=owner, choices=renamed).choices == renamed


def test_only_managers_define_fields(scope, product_manager):
    field = CustomFieldFactory()

    with pytest.raises(NotPermittedError):
        custom_fields.create_custom_field(actor=product_manager, target_model=TARGET, key="a", label="A", type="text")
    with pytest.raises(NotPermittedError):
        custom_fields.change_custom_field(field, actor=product_manager, label="B")
    with pytest.raises(NotPermittedError):
        custom_fields.archive_custom_field(field, actor=product_manager)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_list_of_definitions_costs_the_same(api_client, viewer, rows, django_assert_num_queries):
    client = api_client(viewer, scopes=["collaboration:read"])
    with tenant_scope(viewer):
        CustomFieldFactory.create_batch(rows)
    client.get("custom-fields/")

    with django_assert_num_queries(6):
        response = client.get("custom-fields/")

    assert len(response.json()["results"]) == rows


def test_values_are_written_merged_and_read(api_client, product_manager):
    with tenant_scope(product_manager):
        make_all_types()
        portfolio = PortfolioFactory()
        member = str(Membership.objects.first().pk)
    client = api_client(product_manager)
    values = {
        "text": "R&D",
        "long_text": "a",
        "integer": 3,
        "decimal": "1.5",
        "money": "12.00",
        "date": "2026-02-03",
        "boolean": True,
        "choice": "high",
        "multiple_choice": ["low"],
        "person": member,
        "url": "https://example.org/",
    }

    created = client.post("initiatives/", {"title": "A", "portfolio": str(portfolio.pk), "custom_fields": values})
    address = f"initiatives/{created.json()['id']}/"
    changed = client.patch(address, {"custom_fields": {"text": None, "integer": 4}}, If_Match=created["ETag"])
    stale = client.patch(address, {"custom_fields": {"integer": 5}}, If_Match=created["ETag"])

    assert created.json()["custom_fields"] == values
    expected = {**values, "integer": 4}
    del expected["text"]
    assert changed.json()["custom_fields"] == expected
    assert client.get("initiatives/").json()["results"][0]["custom_fields"] == expected
    assert stale.status_code == 412


@pytest.mark.parametrize("given", [[], "text", 5, None])
def test_custom_fields_are_an_object(api_client, product_manager, given):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()

    response = api_client(product_manager).patch(f"initiatives/{initiative.pk}/", {"custom_fields": given})

    assert response.status_code == 400
    assert pointers(response) == ["/custom_fields"]


def test_a_bad_value_is_refused_with_a_pointer_to_it(api_client, product_manager):
    with tenant_scope(product_manager):
        make_all_types()
        initiative = InitiativeFactory(custom_fields={"integer": 1})
    client = api_client(product_manager)

    response = client.patch(f"initiatives/{initiative.pk}/", {"custom_fields": {"integer": "x", "date": "never"}})
    bulk = client.patch("initiatives/bulk/", {"rows": [{"id": str(initiative.pk), "custom_fields": {"money": "NaN"}}]})

    assert response.status_code == 400
    assert pointers(response) == ["/custom_fields/integer"]
    assert len(response.json()["reasons"]) == 2
    assert bulk.json()["results"][0]["problem"]["errors"][0]["pointer"] == "/custom_fields/money"
    with tenant_scope(product_manager):
        assert Initiative.objects.get(pk=initiative.pk).custom_fields == {"integer": 1}


HELD = {
    "a": {
        "text": "Alpha one",
        "integer": 1,
        "decimal": "0.5",
        "money": "100.00",
        "date": "2026-01-01",
        "boolean": False,
        "choice": "high",
        "multiple_choice": ["low", "high"],
        "url": "https://a.example/",
    },
    "b": {
        "text": "beta",
        "integer": 20,
        "decimal": "2",
        "money": "20.00",
        "date": "2026-03-01",
        "boolean": True,
        "choice": "low",
        "multiple_choice": ["low"],
        "url": "https://b.example/",
    },
    "c": {},
}


@pytest.fixture
def held(product_manager):
    with tenant_scope(product_manager):
        fields = make_all_types()
        member = str(Membership.objects.first().pk)
        for title, values in HELD.items():
            people = {"person": member} if title == "a" else {}
            InitiativeFactory(title=title, custom_fields={**values, **people})
    return fields, member


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"cf_text": "alpha"}, "a"),
        ({"cf_url": "b.example"}, "b"),
        ({"cf_integer_min": "2"}, "b"),
        ({"cf_integer_max": "2"}, "a"),
        ({"cf_integer_min": "1", "cf_integer_max": "20"}, "ab"),
        ({"cf_decimal_max": "0.5"}, "a"),
        ({"cf_money_min": "20.01"}, "a"),
        ({"cf_date_after": "2026-01-02"}, "b"),
        ({"cf_date_before": "2026-01-01"}, "a"),
        ({"cf_boolean": "true"}, "b"),
        ({"cf_boolean": "false"}, "a"),
        ({"cf_choice": "high"}, "a"),
        ({"cf_choice": ["high", "low"]}, "ab"),
        ({"cf_multiple_choice": "high"}, "a"),
        ({"cf_multiple_choice": ["high", "low"]}, "ab"),
        ({"cf_choice": "low", "cf_integer_min": "2"}, "b"),
        ({"cf_choice": "low", "stage": "ga"}, ""),
    ],
)
def test_lists_are_narrowed_by_custom_fields(api_client, product_manager, held, query, titles):
    response = api_client(product_manager).get("initiatives/", {**query, "ordering": "title"})

    assert [row["title"] for row in response.json()["results"]] == list(titles)


def test_lists_are_narrowed_by_person(api_client, product_manager, held):
    response = api_client(product_manager).get("initiatives/", {"cf_person": held[1]})

    assert [row["title"] for row in response.json()["results"]] == ["a"]


@pytest.mark.parametrize(
    ("ordering", "titles"),
    [
        ("cf_text", "abc"),
        ("-cf_text", "cba"),
        ("cf_integer", "abc"),
        ("cf_money", "bac"),
        ("cf_decimal", "abc"),
        ("cf_date", "abc"),
        ("cf_boolean", "abc"),
        ("cf_choice", "bac"),
        ("cf_person,title", "abc"),
        ("cf_url", "abc"),
    ],
)
def test_lists_are_sorted_by_custom_fields_page_by_page(api_client, product_manager, held, ordering, titles):
    client = api_client(product_manager)
    found = []
    page = client.get("initiatives/", {"ordering": ordering, "page_size": 1}).json()
    while True:
        found += [row["title"] for row in page["results"]]
        if not page["next"]:
            break
        page = client.get("initiatives/" + "?" + page["next"].partition("?")[2]).json()

    assert found == list(titles)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"cf_none": "x"}, "/cf_none"),
        ({"cf_integer": "1"}, "/cf_integer"),
        ({"cf_integer_min": "many"}, "/cf_integer"),
        ({"cf_integer_min": "NaN"}, "/cf_integer"),
        ({"cf_decimal_max": "1" * 1000}, "/cf_decimal"),
        ({"cf_date_after": "2026-02-30"}, "/cf_date"),
        ({"cf_choice": "none"}, "/cf_choice"),
        ({"cf_person": "nobody"}, "/cf_person"),
        ({"cf_text": "a\x00"}, "/cf_text"),
        ({"ordering": "cf_multiple_choice"}, "/ordering"),
        ({"ordering": "cf_none"}, "/ordering"),
        ({"ordering": "cf_"}, "/ordering"),
        ({"cf_x') OR 1=1 --": "1"}, "/cf_x') OR 1=1 --"),
    ],
)
def test_bad_questions_are_refused_at_their_parameter(api_client, product_manager, held, query, pointer):
    response = api_client(product_manager).get("initiatives/", query)

    assert response.status_code == 400
    assert pointers(response) == [pointer]


GOOD_VALUES = {"number": "1", "boolean": "true", "string": "a"}


def test_custom_fields_say_by_which_parameters_lists_filter(api_client, owner, held):
    client = api_client(owner)
    rows = client.get("custom-fields/", {"page_size": 50}).json()["results"]
    described = {row["key"]: {each["name"]: each["schema"] for each in row["filters"]} for row in rows}
    operation = SchemaGenerator().get_schema(request=None, public=True)["paths"][
        "/api/v1/organizations/{organization}/initiatives/"
    ]["get"]
    pattern = next(each for each in operation["parameters"] if each["name"] == "custom_fields")["schema"]
    [(names, _)] = pattern["patternProperties"].items()
    schemas = {name: schema for parameters in described.values() for name, schema in parameters.items()}

    assert described["money"] == {"cf_money_min": {"type": "number"}, "cf_money_max": {"type": "number"}}
    assert set(described["date"]) == {"cf_date_after", "cf_date_before"}
    assert described["choice"]["cf_choice"]["items"]["enum"] == ["low", "high"]
    assert set(described) == set(FieldType)
    assert all(re.search(names, name) for name in schemas)
    for name, schema in schemas.items():
        value = {"date": "2026-01-01", "uuid": held[1]}.get(schema.get("format")) or (
            schema["items"]["enum"] if schema["type"] == "array" else GOOD_VALUES[schema["type"]]
        )
        assert client.get("initiatives/", {name: value}).status_code == 200, name


def test_archived_field_describes_no_parameters(api_client, owner):
    with tenant_scope(owner):
        field = CustomFieldFactory(key="risk", type="text")
        custom_fields.archive_custom_field(field, actor=owner)

    assert api_client(owner).get(f"custom-fields/{field.pk}/").json()["filters"] == []


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_narrowed_and_sorted_list_costs_one_query_more(api_client, product_manager, rows, django_assert_num_queries):
    client = api_client(product_manager, scopes=["portfolio:read"])
    with tenant_scope(product_manager):
        make_all_types()
        InitiativeFactory.create_batch(rows, custom_fields={"integer": 5})
    query = {"cf_integer_min": "1", "ordering": "-cf_integer"}
    client.get("initiatives/", query)

    with django_assert_num_queries(6):
        response = client.get("initiatives/", query)

    assert len(response.json()["results"]) == rows
