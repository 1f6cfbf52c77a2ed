"""Sharing and exporting: the menu on a roadmap's page, its forms, the list of links, REST, and jobs."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from pptx import Presentation

from core.errors import InvalidInputError
from portfolio.enums import Visibility
from roadmap.enums import ExportFormat
from roadmap.models import PublicLink, RoadmapExport, RoadmapExportFile
from roadmap.services import roadmap_exports
from roadmap.services.roadmap_exports import make_file, remove_old_exports, request_export
from roadmap.tasks import make_export
from tenancy.enums import Role
from tenancy.models import LedgerEvent, OutboxEntry
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_publishing import PublicLinkFactory, RoadmapExportFactory

PAGES = "/acme/roadmap"


@pytest.fixture
def plan(owner):
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="Assistant")
        RoadmapItemFactory(roadmap=roadmap, title="Search", status="done")
        RoadmapItemFactory(roadmap=roadmap, title="Voice")
        hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        RoadmapItemFactory(roadmap=roadmap, title="Merger", initiative=hidden)
        return roadmap


def web(session_client, actor):
    return session_client(actor).http


def posted(client, path, data):
    """A form sent with the token of the page it came from."""
    client.handler.enforce_csrf_checks = False
    return client.post(path, data)


def test_the_menu_offers_every_format_and_links_to_planners_alone(plan, session_client, product_manager, viewer):
    page = f"{PAGES}/roadmaps/{plan.pk}/"
    shown = web(session_client, product_manager).get(page).content.decode()
    for key in ExportFormat.values:
        assert f'name="file_format" value="{key}"' in shown
    assert f"{page}publish/" in shown
    shown = web(session_client, viewer).get(page).content.decode()
    assert 'value="pptx"' in shown
    assert "publish/" not in shown


@pytest.mark.parametrize("file_format", ExportFormat.values)
def test_a_file_holds_what_its_asker_sees(plan, session_client, viewer, file_format):
    client = web(session_client, viewer)
    answer = posted(client, f"{PAGES}/roadmaps/{plan.pk}/file/?group=team", {"file_format": file_format})
    assert answer.status_code == 303
    file = client.get(answer["Location"])
    assert file.status_code == 200
    day = timezone.localdate()
    assert file["Content-Disposition"] == f'attachment; filename="assistant-{day:%Y-%m-%d}.{file_format}"'
    assert "no-store" in file["Cache-Control"]
    if file_format in {"csv", "md"}:
        text = file.content.decode()
        assert "Voice" in text
        assert "Merger" not in text


def test_a_file_holds_what_the_filters_leave(plan, session_client, viewer):
    client = web(session_client, viewer)
    answer = posted(client, f"{PAGES}/roadmaps/{plan.pk}/file/?status=done", {"file_format": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(client.get(answer["Location"]).content))
    assert [cell.value for cell in book["Items"]["A"]] == ["Title", "Search"]
    assert "Done" in book["About"]["B5"].value


def test_an_unknown_format_is_refused(plan, session_client, viewer):
    answer = posted(web(session_client, viewer), f"{PAGES}/roadmaps/{plan.pk}/file/", {"file_format": "exe"})
    assert answer.status_code == 400


def test_nobody_opens_anothers_file(plan, session_client, viewer, owner, stranger):
    client = web(session_client, viewer)
    address = posted(client, f"{PAGES}/roadmaps/{plan.pk}/file/", {"file_format": "csv"})["Location"]
    assert web(session_client, owner).get(address).status_code == 404
    assert web(session_client, stranger).get(address).status_code == 404


def test_a_large_file_is_made_by_a_job(plan, session_client, viewer, monkeypatch):
    monkeypatch.setitem(roadmap_exports.MADE_AT_ONCE, "pptx", 1)
    client = web(session_client, viewer)
    answer = posted(client, f"{PAGES}/roadmaps/{plan.pk}/file/", {"file_format": "pptx"})
    page = client.get(answer["Location"])
    assert "PowerPoint of Assistant" in page.content.decode()
    assert "Download" not in page.content.decode()
    entry = OutboxEntry.objects.get()
    headers = {"organization_id": str(entry.organization_id), "job_id": str(entry.pk)}
    make_export.apply(headers=headers)
    assert "Download" in client.get(answer["Location"]).content.decode()
    with tenant_scope(viewer):
        content = RoadmapExportFile.objects.get().content
    names = [shape.name for slide in Presentation(io.BytesIO(content)).slides for shape in slide.shapes]
    assert "Bar: Voice" in names
    assert "Bar: Merger" not in names


def test_a_file_that_would_hold_too_much_is_refused(plan, viewer, monkeypatch):
    monkeypatch.setitem(roadmap_exports.MOST_ITEMS, "pdf", 1)
    with tenant_scope(viewer), pytest.raises(InvalidInputError, match="too many") as refusal:
        request_export(roadmap=plan, file_format="pdf", actor=viewer)
    assert refusal.value.pointer == "file_format"


def test_files_go_after_a_day_and_their_bytes_are_in_no_ledger(plan, viewer):
    with tenant_scope(viewer):
        kept = request_export(roadmap=plan, file_format="csv", actor=viewer)
        old = request_export(roadmap=plan, file_format="csv", actor=viewer)
        make_file(old, actor=viewer)
        RoadmapExport.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
        assert remove_old_exports() == 1
        assert list(RoadmapExportFile.objects.values_list("export_id", flat=True)) == [kept.pk]
        assert not LedgerEvent.objects.filter(table_name="roadmap_roadmapexportfile").exists()
        events = LedgerEvent.objects.filter(table_name="roadmap_roadmapexport", action="roadmap_export.created")
        assert events.count() == 2


def test_a_link_is_made_on_the_page_and_its_address_shown_once(plan, session_client, product_manager):
    client = web(session_client, product_manager)
    path = f"{PAGES}/roadmaps/{plan.pk}/publish/?status=done"
    form = client.get(path).content.decode()
    assert "Only what your filters leave" in form
    wanted = {"name": "Customers", "kind": "page", "audience": "full", "allowed_fields": ["status"], "grouping": "none"}
    answer = posted(client, path, wanted)
    assert answer["Cache-Control"] == "no-store"
    text = answer.content.decode()
    address = text.partition('id="address" readonly value="')[2].partition('"')[0]
    visited = Client().get(address.partition("://")[2].partition("/")[2].join(("/", "")))
    assert "Search" in visited.content.decode()
    assert "Voice" not in visited.content.decode()
    with tenant_scope(product_manager):
        link = PublicLink.objects.get()
        assert link.filters == {"status": ["done"]}
    listed = client.get(f"{PAGES}/public-links/").content.decode()
    detail = client.get(f"{PAGES}/public-links/{link.pk}/").content.decode()
    assert "Customers" in listed
    assert "Status" in detail
    for page in (listed, detail):
        assert address.rstrip("/").rpartition("/")[2] not in page


def test_settings_that_contradict_each_other_are_shown_at_their_field(plan, session_client, product_manager):
    client = web(session_client, product_manager)
    wanted = {"name": "Customers", "kind": "page", "audience": "full", "grouping": "team", "password": "short"}
    answer = posted(client, f"{PAGES}/roadmaps/{plan.pk}/publish/", wanted)
    assert answer.status_code == 422
    assert "8 to 128 characters" in answer.content.decode()


def test_a_link_is_changed_and_revoked(plan, session_client, product_manager):
    with tenant_scope(product_manager):
        link = PublicLinkFactory(roadmap=plan, name="Customers")
    client = web(session_client, product_manager)
    path = f"{PAGES}/public-links/{link.pk}/"
    wanted = {"name": "Board", "audience": "no_dates", "grouping": "none", "version": link.version}
    assert posted(client, f"{path}edit/", wanted).status_code in {302, 303}
    assert posted(client, f"{path}revoke/", {}).status_code == 303
    with tenant_scope(product_manager):
        link.refresh_from_db()
        assert (link.name, link.audience, link.allowed_fields) == ("Board", "no_dates", [])
        assert link.revoked_at is not None
    assert client.get(f"{path}edit/").status_code == 403


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_list_of_links_costs_the_same_for_any_number(
    plan, session_client, product_manager, count, django_assert_num_queries
):
    with tenant_scope(product_manager):
        for _ in range(count):
            PublicLinkFactory(roadmap=plan)
    client = web(session_client, product_manager)
    client.get(f"{PAGES}/public-links/")
    with django_assert_num_queries(11):
        assert client.get(f"{PAGES}/public-links/").status_code == 200


@pytest.mark.parametrize("address", ["public-links/", "roadmap-exports/"])
@pytest.mark.parametrize("count", [1, 3, 30])
def test_rest_lists_cost_the_same_for_any_number(
    plan, api_client, product_manager, address, count, django_assert_num_queries
):
    with tenant_scope(product_manager):
        for _ in range(count):
            PublicLinkFactory(roadmap=plan)
            RoadmapExportFactory(roadmap=plan)
    client = api_client(product_manager)
    client.get(address)
    with django_assert_num_queries(5):
        assert len(client.get(address).json()["results"]) == count


def test_a_link_over_rest(plan, api_client, product_manager):
    client = api_client(product_manager)
    wanted = {"roadmap": str(plan.pk), "name": "Customers", "allowed_fields": ["status"], "password": "long enough"}
    created = client.post("public-links/", wanted)
    assert created.status_code == 201
    body = created.json()
    assert "/published/acme/" in body["address"]
    assert "password" not in body
    read = client.get(f"public-links/{body['id']}/").json()
    assert "address" not in read
    changed = client.patch(f"public-links/{body['id']}/", {"audience": "no_dates"}, If_Match=created["ETag"])
    assert changed.json()["audience"] == "no_dates"
    assert client.patch(f"public-links/{body['id']}/", {"kind": "embed"}).status_code == 400
    stale = client.patch(f"public-links/{body['id']}/", {"audience": "full"}, If_Match=created["ETag"])
    assert stale.status_code == 412
    assert client.post(f"public-links/{body['id']}/revoke/").json()["revoked_at"] is not None


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"allowed_fields": ["budget"]}, "allowed_fields"),
        ({"allowed_fields": ["status"] * 100}, "allowed_fields"),
        ({"filters": {"status": "planned"}}, "filters"),
        ({"filters": []}, "filters"),
        ({"allowed_origins": ["https://example.com"]}, "allowed_origins"),
        ({"audience": "everything"}, "audience"),
        ({"expires_at": "1999-01-01T00:00:00Z"}, "expires_at"),
        ({"token_hash": "x"}, "token_hash"),
    ],
)
def test_bad_settings_over_rest(plan, api_client, product_manager, wanted, pointer):
    body = {"roadmap": str(plan.pk), "name": "Customers", **wanted}
    answer = api_client(product_manager).post("public-links/", body)
    assert answer.status_code == 400
    assert pointer in answer.content.decode()


def test_links_are_for_planners_and_a_foreign_roadmap_is_none(plan, api_client, viewer, product_manager, stranger):
    body = {"roadmap": str(plan.pk), "name": "Customers"}
    assert api_client(viewer).post("public-links/", body).status_code == 403
    assert api_client(viewer).get("public-links/").status_code == 403
    assert api_client(stranger).post("public-links/", body).status_code == 400
    assert api_client(product_manager, scopes=["roadmap:read"]).post("public-links/", body).status_code == 403


def test_a_file_over_rest(plan, api_client, actor_with):
    client = api_client(actor_with(Role.AUDITOR))
    created = client.post("roadmap-exports/", {"roadmap": str(plan.pk), "file_format": "md"})
    assert created.status_code == 201
    body = created.json()
    assert body["byte_count"] > 10
    file = client.get(f"roadmap-exports/{body['id']}/content/")
    assert file["Content-Type"] == "text/markdown; charset=utf-8"
    assert "Voice" in file.content.decode()


def test_a_file_of_chosen_items_over_rest(plan, api_client, product_manager):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        other = RoadmapItemFactory(title="Elsewhere")
        chosen = RoadmapItemFactory(roadmap=plan, title="Chosen")
    body = {"roadmap": str(plan.pk), "file_format": "csv", "items": [str(chosen.pk)]}
    made = client.post("roadmap-exports/", body).json()
    text = client.get(f"roadmap-exports/{made['id']}/content/").content.decode()
    assert "Chosen" in text
    assert "Voice" not in text
    assert client.post("roadmap-exports/", {**body, "items": [str(other.pk)]}).status_code == 400
