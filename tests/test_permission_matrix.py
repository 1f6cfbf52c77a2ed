"""The right person, and nobody else: every address and method as every kind of caller.

The table is tests/permission_matrix.csv; an address missing from it fails, and so does one that is gone. After a
deliberate change, `WRITE_PERMISSION_MATRIX=1 script/test -n 0 tests/test_permission_matrix.py` rewrites what it asks
(`-k` chooses), and `WRITE_PERMISSION_MATRIX=missing` asks only what the table does not have; read the difference
before committing it.
"""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from roadmap.models import Scenario
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import LedgerEvent, Membership
from tenancy.scope import tenant_scope
from tests.addresses import Address, is_ledger, organization_addresses
from tests.factories.roadmap import RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory
from tests.factories.tenancy import MembershipFactory
from tests.rows import make_row

TABLE = Path(__file__).with_name("permission_matrix.csv")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WRITES = os.environ.get("WRITE_PERMISSION_MATRIX")
CALLERS = ["anonymous", "stranger", *Role.values]
ADDRESSES = {address.name: address for address in organization_addresses()}


def _cells() -> list[tuple[str, str]]:
    return [(name, method) for name, address in ADDRESSES.items() for method in address.methods]


def _asked() -> list[str]:
    """Addresses to ask; all their methods share the callers and the record."""
    if WRITES != "missing":
        return list(ADDRESSES)
    known = _table()
    return [name for name in ADDRESSES if any((name, method) not in known for method in ADDRESSES[name].methods)]


def _table() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {(row["address"], row["method"]): row for row in csv.DictReader(file)}


def _kwargs(address: Address, system: Actor) -> dict[str, object]:
    values: dict[str, object] = {"organization": "acme", "kind": "csv", "noun": "initiative"}
    with tenant_scope(system):
        if "pk" in address.parameters:
            values["pk"] = LedgerEvent.objects.first().pk if is_ledger(address) else make_row(address.model).pk
        if "membership" in address.parameters:
            values["membership"] = make_row(Membership).pk
        if "item_pk" in address.parameters:
            roadmap = Scenario.objects.get(pk=values["pk"]).roadmap
            values["item_pk"] = RoadmapItemFactory(roadmap=roadmap).pk
        if "demand_pk" in address.parameters:
            values["demand_pk"] = ResourceDemandFactory(item_id=values["item_pk"]).pk
    return {name: values[name] for name in address.parameters}


def _verdict(response) -> str:
    """What the answer says about rights: a refusal of the input comes after the right was granted."""
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "sign in"
    if response.status_code in {401, 403, 404}:
        return str(response.status_code)
    if response.status_code == 405:
        return "405"
    assert response.status_code < 500, response.content[:500]
    return "yes"


def _events(actor: Actor) -> int:
    with tenant_scope(actor):
        return LedgerEvent.objects.count()


def _callers(organization, other_organization) -> Iterator[tuple[str, Client]]:
    yield "anonymous", Client(raise_request_exception=False)
    for caller in CALLERS[1:]:
        home = other_organization if caller == "stranger" else organization
        with tenant_scope(Actor.system(home)):
            member = MembershipFactory(role=Role.OWNER if caller == "stranger" else caller)
        client = Client(raise_request_exception=False)
        client.force_login(member.user, backend=BACKEND)
        yield caller, client


def observe(organization, other_organization, name: str) -> dict[str, dict[str, str]]:
    """What each caller gets by each method; a denial must leave no trace in the ledger."""
    address, system = ADDRESSES[name], Actor.system(organization)
    found: dict[str, dict[str, str]] = {method: {} for method in address.methods}
    callers = list(_callers(organization, other_organization))
    url = reverse(name, kwargs=_kwargs(address, system))
    for method in address.methods:
        for caller, client in callers:
            with transaction.atomic():
                found[method][caller] = _ask(client, url, method, system, is_api=address.is_api)
                # What one caller was allowed to do must not change what the next one finds.
                transaction.set_rollback(True)
    return found


def _ask(client: Client, url: str, method: str, system: Actor, *, is_api: bool) -> str:
    before = _events(system)
    body = ("{}", "application/json") if is_api else ("", "application/x-www-form-urlencoded")
    response = client.generic(method, url, body[0], content_type=body[1])
    verdict = _verdict(response)
    if verdict != "yes":
        assert _events(system) == before, "the caller was denied but something changed"
    if response.streaming:
        b"".join(response.streaming_content)
    return verdict


def test_table_lists_every_address_and_method():
    assert sorted(_table()) == sorted(_cells())


@pytest.fixture(scope="session")
def observed() -> Iterator[dict[tuple[str, str], dict[str, str]]]:
    """Collects what was seen, and rewrites the table with it when asked to."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    yield rows
    if WRITES:
        rows = {**_table(), **rows}
        with TABLE.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["address", "method", *CALLERS], lineterminator="\n")
            writer.writeheader()
            kept = [cell for cell in _cells() if cell in rows]
            writer.writerows({**rows[cell], "address": cell[0], "method": cell[1]} for cell in kept)


@pytest.mark.parametrize("name", _asked())
def test_caller_gets_what_the_table_says(organization, other_organization, observed, name):
    found = observe(organization, other_organization, name)

    observed.update({(name, method): row for method, row in found.items()})
    if not WRITES:
        table = _table()
        assert found == {method: {caller: table[name, method][caller] for caller in CALLERS} for method in found}
