"""The CRUD layer through HTTP: lists, forms, records, and who may do what."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from core.web import history
from tenancy.scope import tenant_scope
from tests.core.web_client import HTMX, names_in, sample_url, teams_of
from tests.core.web_screens import SampleScreen
from tests.factories.tenancy import TeamFactory
from tests.web_client import client_of

pytestmark = [pytest.mark.urls("tests.core.web_screens"), pytest.mark.usefixtures("without_other_apps")]

# Session, person, organization, membership, scope in and out, count, page, and the organizations of the switcher.
LIST_QUERIES = 9


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"form_class": None}, "HalfScreen has create or edit pages, but no form_class"),
        ({"perform_bulk_update": None}, "HalfScreen has bulk_fields, but no perform_bulk_update"),
    ],
)
def test_screen_that_offers_what_it_has_not_written_is_refused_by_name(declared, message):
    screen = type("HalfScreen", (SampleScreen,), declared)

    with pytest.raises(ImproperlyConfigured, match=message):
        screen.get_urls("half")


def test_write_without_its_method_has_no_page():
    screen = type("ReadScreen", (SampleScreen,), {"perform_create": None, "perform_update": None, "form_class": None})

    assert {"create", "edit"}.isdisjoint(screen.operations())
    assert "delete" in screen.operations()


@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_costs_the_same_queries_for_any_number_of_rows(web, make_teams, count, django_assert_num_queries):
    make_teams(*(f"Team {number:02}" for number in range(count)))
    web.get(sample_url("list"))

    with django_assert_num_queries(LIST_QUERIES):
        response = web.get(sample_url("list"))

    assert len(names_in(response)) == count


def test_list_answers_htmx_with_the_fragment_and_pushes_the_shortest_address(web, make_teams):
    make_teams("Alpha", "Beta")

    page = web.get(sample_url("list"), {"q": "alp", "saves_min": "", "sort": "name"})
    fragment = web.get(sample_url("list"), {"q": "alp", "saves_min": "", "sort": "name"}, headers=HTMX)

    assert b"<html" in page.content
    assert b"<html" not in fragment.content
    assert names_in(page) == names_in(fragment) == ["Alpha"]
    assert fragment["HX-Push-Url"] == sample_url("list") + "?q=alp&sort=name"
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in fragment["Vary"]


def test_boosted_request_gets_the_page(web):
    response = web.get(sample_url("list"), headers={**HTMX, "HX-Boosted": "true"})

    assert b"<html" in response.content


def test_list_is_filtered_searched_and_sorted(web, make_teams):
    make_teams("Alpha", "Beta", description="east coast")
    make_teams("Gamma", description="west coast")

    assert names_in(web.get(sample_url("list"), {"q": "coast alp"})) == ["Alpha"]
    assert names_in(web.get(sample_url("list"), {"described": "east", "sort": "-name"})) == ["Beta", "Alpha"]
    assert names_in(web.get(sample_url("list"), {"saves_min": "2"})) == []


def test_rows_that_sort_alike_keep_one_order_over_pages(web, make_teams, monkeypatch):
    teams = make_teams(*(f"Team {number:02}" for number in range(60)))
    seen = []
    for page in (1, 2, 3):
        seen += names_in(web.get(sample_url("list"), {"sort": "version", "size": "25", "page": str(page)}))

    assert seen == [team.name for team in sorted(teams, key=lambda team: str(team.pk))]


def test_page_behind_the_last_is_the_last(web, make_teams):
    make_teams("Only")

    assert names_in(web.get(sample_url("list"), {"page": "99"})) == ["Only"]


@pytest.mark.parametrize("query", ["saves_min=abc", "page=%00", "q=%00", "sort=%27", "size=1e9", "columns=%FF"])
def test_nonsense_in_the_query_string_is_no_error(web, make_teams, query):
    make_teams("Only")

    assert web.get(f"{sample_url('list')}?{query}").status_code == 200


def test_chip_leads_to_the_list_without_its_filter(web, make_teams):
    make_teams("Alpha", description="east")

    content = web.get(sample_url("list"), {"q": "a", "described": "east", "saves_min": "1"}).content.decode()

    assert f'href="{sample_url("list")}?q=a&amp;saves_min=1"' in content
    assert f'href="{sample_url("list")}?q=a&amp;described=east"' in content


def test_empty_list_says_what_to_do_and_filtered_list_what_to_undo(web):
    assert b"No teams yet" in web.get(sample_url("list")).content
    assert b"Nothing matches" in web.get(sample_url("list"), {"q": "zzz"}).content


def test_columns_can_be_chosen(web, make_teams):
    make_teams("Alpha")

    content = web.get(sample_url("list"), {"columns": ["name", "updated_at"]}).content.decode()

    assert re.findall(r'data-label="(\w+)"', content) == ["Name", "Updated"]


def test_viewer_sees_but_is_offered_nothing_to_change(viewer, make_teams):
    (team,) = make_teams("Alpha")
    web = client_of(viewer)

    for url in (sample_url("list"), sample_url("detail", team)):
        content = web.get(url).content.decode()
        assert "Alpha" in content
        assert sample_url("create") not in content
        assert sample_url("edit", team) not in content
        assert sample_url("bulk") not in content


@pytest.mark.parametrize("operation", ["create", "edit", "delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_viewer_may_not_write(viewer, make_teams, operation, method):
    (team,) = make_teams("Alpha")

    url = sample_url(operation, team if operation != "create" else None)
    response = getattr(client_of(viewer), method)(url, {"name": "Taken over", "version": "1"})

    assert response.status_code == 403
    assert teams_of(viewer) == {"Alpha": ""}


def test_viewer_may_not_bulk_edit(viewer, make_teams):
    (team,) = make_teams("Alpha")
    for intent in ("apply", "edit", "touch"):
        data = {"ids": [str(team.pk)], "intent": intent, "bulk-description": "x"}
        assert client_of(viewer).post(sample_url("bulk"), data).status_code in (403, 409)

    assert teams_of(viewer) == {"Alpha": ""}


@pytest.mark.parametrize("operation", ["list", "create", "export", "detail", "edit", "delete", "history"])
def test_stranger_finds_nothing(stranger, make_teams, operation):
    (team,) = make_teams("Alpha")

    url = sample_url(operation, team if operation in ("detail", "edit", "delete", "history") else None)

    assert client_of(stranger).get(url).status_code == 404


def test_record_of_another_organization_is_not_found(web, stranger):
    with tenant_scope(stranger):
        foreign = TeamFactory(name="Theirs")

    for operation in ("detail", "edit", "delete", "history"):
        assert web.get(sample_url(operation, foreign)).status_code == 404
    response = web.post(sample_url("bulk"), {"ids": [str(foreign.pk)], "intent": "touch"})
    assert response.status_code == 409
    assert teams_of(stranger) == {"Theirs": ""}


def test_create_calls_the_service_and_leads_to_the_record(web, owner):
    response = web.post(sample_url("create"), {"name": "Alpha", "description": "x"}, follow=True)

    assert response.redirect_chain[0][1] == 303
    assert "Team “Alpha” created." in response.content.decode()
    assert teams_of(owner) == {"Alpha": "x"}


def test_create_form_can_be_prefilled_by_its_address(web):
    assert 'value="Prefilled"' in web.get(sample_url("create"), {"name": "Prefilled"}).content.decode()


def test_invalid_form_answers_422_and_keeps_what_was_typed(web, owner):
    response = web.post(sample_url("create"), {"name": "", "description": "kept"})

    content = response.content.decode()
    assert response.status_code == 422
    assert "kept</textarea>" in content
    assert 'href="#id_name"' in content
    assert 'aria-invalid="true"' in content
    assert teams_of(owner) == {}


def test_refusal_is_shown_at_the_field_it_names(web):
    response = web.post(sample_url("create"), {"name": "taken"})

    assert response.status_code == 409
    assert response.context["form"].errors == {"name": ["This name is taken."]}


def test_duplicate_is_refused_in_words(web, make_teams, owner):
    make_teams("Alpha")

    response = web.post(sample_url("create"), {"name": "Alpha", "description": "second"})

    assert response.status_code == 409
    assert response.context["form"].errors == {"name": ["Team with this name exists already."]}
    assert teams_of(owner) == {"Alpha": ""}


def test_edit_saves_and_raises_the_version(web, make_teams, owner):
    (team,) = make_teams("Alpha")

    response = web.post(sample_url("edit", team), {"name": "Beta", "description": "", "version": "1"})

    assert (response.status_code, response["Location"]) == (303, sample_url("detail", team))
    assert teams_of(owner) == {"Beta": ""}
    assert 'name="version" value="2"' in web.get(sample_url("edit", team)).content.decode()


@pytest.mark.parametrize("version", ["0", "2", "", None])
def test_edit_of_a_stale_version_is_refused_and_keeps_what_was_typed(web, make_teams, owner, version):
    (team,) = make_teams("Alpha")
    data = {"name": "Mine", "description": "typed"} | ({} if version is None else {"version": version})

    response = web.post(sample_url("edit", team), data)

    content = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else saved this record" in content
    assert 'value="Mine"' in content
    assert 'name="version" value="1"' in content
    assert teams_of(owner) == {"Alpha": ""}


def test_refused_edit_lists_every_reason_and_leaves_the_record(web, make_teams, owner):
    (team,) = make_teams("Alpha")

    response = web.post(sample_url("edit", team), {"name": "frozen", "version": "1"})

    assert response.status_code == 409
    assert response.context["form"].non_field_errors() == ["Frozen.", "A launch is open."]
    assert teams_of(owner) == {"Alpha": ""}


def test_write_that_loses_the_row_from_sight_is_rolled_back(web, make_teams, owner):
    (team,) = make_teams("Alpha")

    response = web.post(sample_url("edit", team), {"name": "hidden", "version": "1"})

    assert response.status_code == 403
    assert teams_of(owner) == {"Alpha": ""}


def test_delete_asks_first_then_deletes(web, make_teams, owner):
    (team,) = make_teams("Alpha")

    assert "Delete team “Alpha”?" in web.get(sample_url("delete", team)).content.decode()
    assert web.post(sample_url("delete", team))["Location"] == sample_url("list")
    assert teams_of(owner) == {}


def test_refused_delete_says_why(web, make_teams, owner):
    (team,) = make_teams("needed")

    response = web.post(sample_url("delete", team))

    assert response.status_code == 409
    assert "Two initiatives belong to it." in response.content.decode()
    assert teams_of(owner) == {"needed": ""}


def test_dialog_is_told_where_to_go_by_header(web, make_teams):
    (team,) = make_teams("Alpha")

    response = web.post(sample_url("delete", team), headers={**HTMX, "HX-Target": "dialog-body"})

    assert response["HX-Redirect"] == sample_url("list")


def test_detail_shows_fields_tabs_and_fitting_actions(web, make_teams):
    plain, quiet = make_teams("Alpha", "quiet")
    ping = reverse("sample:ping", args=["acme", plain.pk])

    content = web.get(sample_url("detail", plain)).content.decode()

    assert 'aria-current="page">Overview</a>' in content
    assert ping in content
    assert reverse("sample:ping", args=["acme", quiet.pk]) not in web.get(sample_url("detail", quiet)).content.decode()


def test_tab_has_its_address_and_an_unknown_one_is_not_found(web, make_teams):
    (team,) = make_teams("Alpha")

    assert "Search and commands" in web.get(sample_url("detail", team), {"tab": "more"}).content.decode()
    assert web.get(sample_url("detail", team), {"tab": "none"}).status_code == 404


def test_side_panel_gets_the_record_without_the_page(web, make_teams):
    (team,) = make_teams("Alpha")

    response = web.get(sample_url("detail", team), headers={**HTMX, "HX-Target": "side-panel-body"})

    assert b"<html" not in response.content
    assert b"<h1>Alpha</h1>" in response.content


def test_history_shows_the_providers_entries(web, make_teams, monkeypatch):
    (team,) = make_teams("Alpha")
    entry = history.HistoryEntry(team.created_at, "Ana Ruiz", "renamed it", "Clearer", [("Name", "A", "Alpha")])
    monkeypatch.setattr(history, "_providers", [lambda actor, obj: [entry]])

    content = web.get(sample_url("history", team)).content.decode()

    for part in ("Ana Ruiz", "Renamed it", "Clearer", "A</del>", "Alpha</ins>"):
        assert part in content


@pytest.mark.parametrize("operation", ["views", "bulk"])
def test_post_addresses_refuse_get(web, operation):
    response = web.get(sample_url(operation))

    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_refusal_outside_a_form_is_a_page_of_its_own(web, make_teams):
    (team,) = make_teams("Alpha")

    response = web.post(reverse("sample:ping", args=["acme", team.pk]))

    assert response.status_code == 409
    for part in ("Nobody answers.", "The line is cut."):
        assert part in response.content.decode()


def test_pages_hold_no_inline_script_and_no_inline_style(web, make_teams):
    (team,) = make_teams("Alpha")

    for url in (
        sample_url("list"),
        sample_url("create"),
        sample_url("detail", team),
        sample_url("edit", team),
        sample_url("history", team),
    ):
        content = web.get(url).content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", content)
        assert not re.search(r"<script(?![^>]*\ssrc=)", content)
        assert "<style" not in content
