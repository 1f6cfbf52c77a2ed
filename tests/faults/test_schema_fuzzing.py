"""Generated requests to every operation of the schema, well and ill formed: none may end in a 5xx."""

import logging
import traceback
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from requests import Request
from schemathesis import GenerationMode

from governance.models import GateCriterion
from portfolio.models import BusinessCase, Initiative, Kpi, Portfolio, Theme
from roadmap.models import RoadmapItem
from tenancy.models import LedgerEvent, Membership, Team, tenant_models
from tenancy.scope import tenant_scope
from tests.rows import make_row

APPS = ["tenancy", "collaboration", "portfolio", "roadmap", "experiments", "governance", "integrations"]
EXAMPLES = 8
# Fields of bodies that hold the id of another record, where the name alone does not tell the model.
REFERENCES = {
    "case": BusinessCase,
    "criterion": GateCriterion,
    "initiative": Initiative,
    "kpi": Kpi,
    "lead": Membership,
    "membership": Membership,
    "owning_team": Team,
    "parent": Initiative,
    "portfolio": Portfolio,
    "predecessor": RoadmapItem,
    "successor": RoadmapItem,
    "theme": Theme,
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))


@pytest.fixture
def rows(requested, scope) -> dict[str, str]:
    """The id of one row of every model, by the noun of its actions; a launch waits for its approval."""
    made = {}
    for model in tenant_models():
        row = model.objects.first() or make_row(model)
        made[model.action_noun()] = str(row.pk)
    made["ledger"] = str(LedgerEvent.objects.latest("id").pk)
    return made


@pytest.fixture
def tracebacks() -> Iterator[list[str]]:
    """What went wrong inside a view, which the answer rightly does not say."""
    caught: list[str] = []

    def remember(**facts: Any) -> None:
        caught.append("".join(traceback.format_exc().splitlines(keepends=True)[-8:]))

    got_request_exception.connect(remember)
    yield caught
    got_request_exception.disconnect(remember)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("app", APPS)
def test_no_generated_request_ends_in_a_server_error(app, mode, schema, rows, api_client, owner, tracebacks):
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    headers = {"Authorization": f"Bearer {api_client(owner, scopes=['write', 'read']).bearer}"}
    operations = [operation for operation in _operations(schema) if _view(operation.path).__module__.startswith(app)]
    assert operations, f"the schema has no operation of {app}"

    failures = [failure for operation in operations for failure in _fuzzed(operation, mode, rows, headers, tracebacks)]

    assert failures == [], "\n\n".join(failures)


def _operations(schema: Any) -> list[Any]:
    return [result.ok() for result in schema.get_all_operations()]


def _view(path: str) -> Any:
    """The view class an address of the schema leads to."""
    concrete = path.replace("{organization}", "acme")
    for some_id in ("01990000-0000-7000-8000-000000000000", "1"):
        try:
            view = resolve(concrete.replace("{id}", some_id)).func
        except Resolver404:
            continue
        found = getattr(view, "cls", None) or getattr(view, "view_class", None)
        if found is not None and "{" not in concrete.replace("{id}", ""):
            return found
    raise LookupError(f"The schema describes {path}, which leads nowhere.")


def _fuzzed(operation: Any, mode: Any, rows: dict[str, str], headers: dict[str, str], caught: list[str]) -> list[str]:
    failures: list[str] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        _aim(case, operation, rows)
        del caught[:]
        with transaction.atomic():
            status = _status(case, headers)
            transaction.set_rollback(True)
        if status >= 500:
            failures.append(f"{status}: {case.as_curl_command()}\n{''.join(caught[-1:])}")

    send()
    return failures[:1]


def _status(case: Any, headers: dict[str, str]) -> int:
    """Sent through Django's own client, which keeps to the test's transaction."""
    prepared = Request(**case.as_transport_kwargs(base_url="http://testserver", headers=headers)).prepare()
    content_type = prepared.headers.pop("Content-Type", "application/json")
    prepared.headers.pop("Content-Length", None)
    client = Client(raise_request_exception=False)
    path = prepared.url.removeprefix("http://testserver")
    response = client.generic(case.method, path, prepared.body or b"", content_type, headers=dict(prepared.headers))
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


def _aim(case: Any, operation: Any, rows: dict[str, str]) -> None:
    """Let ids name records there are, or almost every request would end as a 404 before anything is tried."""
    parameters = case.path_parameters or {}
    if "organization" in parameters:
        parameters["organization"] = "acme"
    model = getattr(_view(operation.path), "model", None)
    if "id" in parameters and model is not None:
        parameters["id"] = rows[model.action_noun()]
    case.body = _with_known_ids(case.body, rows, "")


def _with_known_ids(data: Any, rows: dict[str, str], name: str) -> Any:
    if isinstance(data, dict):
        return {key: _with_known_ids(value, rows, key) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_known_ids(value, rows, name) for value in data]
    if isinstance(data, str) and _is_uuid(data):
        model = REFERENCES.get(name)
        return rows.get(model.action_noun() if model else name, data)
    return data


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def test_owner_of_the_generated_requests_may_write(rows, api_client, owner):
    """Otherwise the fuzzing would only ever see refusals."""
    client = api_client(owner, scopes=["write", "read"])

    with tenant_scope(owner):
        assert client.patch(f"initiatives/{rows['initiative']}/", {"title": "Renamed"}).status_code == 200
    assert client.post("teams/", {"name": "New"}).status_code == 201
