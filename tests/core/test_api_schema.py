"""The OpenAPI description: valid, without warnings, and complete in what every operation promises."""

import pytest
from django.core.management import call_command
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    for address, item in schema["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "patch", "put", "delete"}:
                yield address, method, operation


def test_schema_is_valid_and_free_of_warnings(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_schema_is_openapi_3_1_with_both_ways_to_sign_in(schema):
    assert schema["openapi"].startswith("3.1")
    assert set(schema["components"]["securitySchemes"]) == {"bearer", "session"}


def test_operation_ids_are_unique_and_readable(schema):
    ids = [operation["operationId"] for _, _, operation in operations(schema)]

    assert len(ids) == len(set(ids))
    assert {"teams_list", "teams_create", "teams_partial_update", "api_tokens_revoke", "organizations_list"} <= set(ids)
    assert all(name == name.lower() and "api_v1" not in name for name in ids)


def test_every_operation_documents_its_problems(schema):
    for address, method, operation in operations(schema):
        documented = set(operation["responses"])
        expected = {"400", "401", "403", "404", "406", "429"} | ({"409", "413", "415"} if method != "get" else set())
        assert expected <= documented, (address, method, expected - documented)
        for status in expected:
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"]


def test_paging_tags_and_idempotency_are_described(schema):
    paths = schema["paths"]
    teams = paths["/api/v1/organizations/{organization}/teams/"]
    team = next(item for address, item in paths.items() if address.endswith("/teams/{id}/"))

    def names(operation):
        return {parameter["name"] for parameter in operation["parameters"]}

    assert {"cursor", "page_size", "ordering", "q", "member"} <= names(teams["get"])
    assert "Idempotency-Key" in names(teams["post"])
    assert "422" in teams["post"]["responses"]
    assert "If-Match" in names(team["patch"])
    assert {"412", "409"} <= set(team["patch"]["responses"])
    assert "ETag" in team["get"]["responses"]["200"]["headers"]
    assert "304" in team["get"]["responses"]


def test_schema_and_docs_need_no_sign_in_and_no_inline_script(client):
    assert client.get(reverse("api-schema"), headers={"Accept": "application/vnd.oai.openapi"}).status_code == 200
    page = client.get(reverse("api-docs"))
    script = client.get(reverse("api-docs"), {"script": ""})

    assert page.status_code == 200
    assert b"<script>" not in page.content
    assert b" style=" not in page.content
    assert b"<style>" not in page.content
    assert script["Content-Type"].startswith("application/javascript")
