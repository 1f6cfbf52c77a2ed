"""No row of another tenant, ever: every model and every address is asked for one."""

import pytest
from django.test import Client
from django.urls import reverse

from tenancy.models import LedgerEvent, tenant_models
from tenancy.scope import tenant_scope
from tests.addresses import is_ledger, organization_addresses
from tests.rows import make_row

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
EXTRA = {"kind": "csv"}

models = pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
ADDRESSES = organization_addresses()
WITH_RECORD = [address for address in ADDRESSES if "pk" in address.parameters and not is_ledger(address)]
LISTS = [
    address
    for address in ADDRESSES
    if address.parameters == ("organization",) and address.model is not None and "GET" in address.methods
]


@models
def test_row_of_another_organization_is_invisible(owner, stranger, model):
    with tenant_scope(stranger):
        foreign = make_row(model)
    with tenant_scope(owner):
        assert not model.objects.filter(pk=foreign.pk).exists()
        assert not model.unscoped(reason="this test removes the first wall").filter(pk=foreign.pk).exists()
    with tenant_scope(stranger):
        assert model.objects.filter(pk=foreign.pk).exists()


@pytest.fixture
def signed_in(owner):
    client = Client(raise_request_exception=False)
    client.force_login(owner.user, backend=BACKEND)
    return client


def _recorded(*actors):
    total = 0
    for actor in actors:
        with tenant_scope(actor):
            total += LedgerEvent.objects.count()
    return total


def test_every_address_of_a_record_names_its_model():
    assert [address.name for address in WITH_RECORD if address.model is None] == []


@pytest.mark.parametrize("address", WITH_RECORD, ids=lambda address: address.name)
def test_record_of_another_organization_does_not_exist(owner, stranger, signed_in, address):
    with tenant_scope(stranger):
        foreign = make_row(address.model)
    kwargs = {name: EXTRA.get(name, foreign.pk) for name in address.parameters}
    url = reverse(address.name, kwargs={**kwargs, "organization": "acme"})
    before = _recorded(owner, stranger)

    for method in address.methods:
        response = signed_in.generic(method, url, "{}", content_type="application/json")
        assert response.status_code in {404, 405}, (method, response.status_code)
        assert str(foreign) not in response.content.decode()

    assert _recorded(owner, stranger) == before


@pytest.mark.parametrize("address", LISTS, ids=lambda address: address.name)
def test_lists_do_not_show_rows_of_another_organization(stranger, signed_in, address):
    if is_ledger(address):
        pytest.skip("the ledger's own rows are covered in tests/tenancy/test_ledger.py")
    with tenant_scope(stranger):
        foreign = make_row(address.model)

    response = signed_in.get(reverse(address.name, kwargs={"organization": "acme"}))

    assert response.status_code < 500
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert str(foreign.pk) not in content.decode()


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_organization_of_others_does_not_exist(other_organization, signed_in, address):
    some_id = "01a20000-0000-7000-8000-000000000000"
    values = {"organization": "rival", "kind": "csv"}
    kwargs = {name: values.get(name, 1 if f"<int:{name}>" in address.route else some_id) for name in address.parameters}

    response = signed_in.get(reverse(address.name, kwargs=kwargs))

    assert response.status_code == 404
