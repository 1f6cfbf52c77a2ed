"""The CRUD layer through HTTP: lists, forms, bulk work, exports, and who may do what."""

import csv
import io
import re
from contextlib import nullcontext

import pytest
from django.test import Client
from django.urls import reverse

from core.web import history, navigation, saved_views
from core.web.exports import ExportScreen
from tenancy.models import Team
from tenancy.scope import ScopeError, tenant_scope
from tests.factories.tenancy import TeamFactory

pytestmark = pytest.mark.urls("tests.core.web_screens")

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HTMX = {"HX-Request": "true"}
# Session, person, organization, membership, scope in and out, count, page, and the organizations of the switcher.
LIST_QUERIES = 16


def _client(actor, **headers):
    client = Client(headers=headers)
    client.force_login(actor.user, backend=BACKEND)
    return client


@pytest.fixture(autouse=True)
def _without_other_apps(monkeypatch):
    """What higher apps register would lead outside this module's addresses, and add queries."""
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(saved_views, "_registered", {})


@pytest.fixture
def web(owner):
    return _client(owner)


def _url(operation, team=None):
    return reverse(f"sample:team_{operation}", args=["acme", *([team.pk] if team else [])])


@pytest.fixture
def make_teams(owner):
    def make(*names, **values):
        with tenant_scope(owner):
            return [TeamFactory(name=name, **values) for name in names]

    return make


def _teams(actor):
    with tenant_scope(actor):
        return dict(Team.objects.order_by("name").values_list("name", "description"))


def _names(response):
    return re.findall(r'class="row-link" href="[^"]*">([^<]*)<', response.content.decode())


@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_costs_the_same_queries_for_any_number_of_rows(web, make_teams, count, django_assert_num_queries):
    make_teams(*(f"Team {number:02}" for number in range(count)))
    web.get(_url("list"))

    with django_assert_num_queries(LIST_QUERIES):
        response = web.get(_url("list"))

    assert len(_names(response)) == count


def test_list_answers_htmx_with_the_fragment_and_pushes_the_shortest_address(web, make_teams):
    make_teams("Alpha", "Beta")

    page = web.get(_url("list"), {"q": "alp", "saves_min": "", "sort": "name"})
    fragment = web.get(_url("list"), {"q": "alp", "saves_min": "", "sort": "name"}, headers=HTMX)

    assert b"<html" in page.content
    assert b"<html" not in fragment.content
    assert _names(page) == _names(fragment) == ["Alpha"]
    assert fragment["HX-Push-Url"] == _url("list") + "?q=alp&sort=name"
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in fragment["Vary"]


def test_boosted_request_gets_the_page(web):
    response = web.get(_url("list"), headers={**HTMX, "HX-Boosted": "true"})

    assert b"<html" in response.content


def test_list_is_filtered_searched_and_sorted(web, make_teams):
    make_teams("Alpha", "Beta", description="east coast")
    make_teams("Gamma", description="west coast")

    assert _names(web.get(_url("list"), {"q": "coast alp"})) == ["Alpha"]
    assert _names(web.get(_url("list"), {"described": "east", "sort": "-name"})) == ["Beta", "Alpha"]
    assert _names(web.get(_url("list"), {"saves_min": "2"})) == []


def test_rows_that_sort_alike_keep_one_order_over_pages(web, make_teams, monkeypatch):
    teams = make_teams(*(f"Team {number:02}" for number in range(60)))
    seen = []
    for page in (1, 2, 3):
        seen += _names(web.get(_url("list"), {"sort": "version", "size": "25", "page": str(page)}))

    assert seen == [team.name for team in sorted(teams, key=lambda team: str(team.pk))]


def test_page_behind_the_last_is_the_last(web, make_teams):
    make_teams("Only")

    assert _names(web.get(_url("list"), {"page": "99"})) == ["Only"]


@pytest.mark.parametrize("query", ["saves_min=abc", "page=%00", "q=%00", "sort=%27", "size=1e9", "columns=%FF"])
def test_nonsense_in_the_query_string_is_no_error(web, make_teams, query):
    make_teams("Only")

    assert web.get(f"{_url('list')}?{query}").status_code == 200


def test_chip_leads_to_the_list_without_its_filter(web, make_teams):
    make_teams("Alpha", description="east")

    content = web.get(_url("list"), {"q": "a", "described": "east", "saves_min": "1"}).content.decode()

    assert f'href="{_url("list")}?q=a&amp;saves_min=1"' in content
    assert f'href="{_url("list")}?q=a&amp;described=east"' in content


def test_empty_list_says_what_to_do_and_filtered_list_what_to_undo(web):
    assert b"No teams yet" in web.get(_url("list")).content
    assert b"Nothing matches" in web.get(_url("list"), {"q": "zzz"}).content


def test_columns_can_be_chosen(web, make_teams):
    make_teams("Alpha")

    content = web.get(_url("list"), {"columns": ["name", "updated_at"]}).content.decode()

    assert re.findall(r'data-label="(\w+)"', content) == ["Name", "Updated"]


def test_viewer_sees_but_is_offered_nothing_to_change(viewer, make_teams):
    (team,) = make_teams("Alpha")
    web = _client(viewer)

    for url in (_url("list"), _url("detail", team)):
        content = web.get(url).content.decode()
        assert "Alpha" in content
        assert _url("create") not in content
        assert _url("edit", team) not in content
        assert _url("bulk") not in content


@pytest.mark.parametrize("operation", ["create", "edit", "delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_viewer_may_not_write(viewer, make_teams, operation, method):
    (team,) = make_teams("Alpha")

    url = _url(operation, team if operation != "create" else None)
    response = getattr(_client(viewer), method)(url, {"name": "Taken over", "version": "1"})

    assert response.status_code == 403
    assert _teams(viewer) == {"Alpha": ""}


def test_viewer_may_not_bulk_edit(viewer, make_teams):
    (team,) = make_teams("Alpha")
    for intent in ("apply", "edit", "touch"):
        data = {"ids": [str(team.pk)], "intent": intent, "bulk-description": "x"}
        assert _client(viewer).post(_url("bulk"), data).status_code in (403, 409)

    assert _teams(viewer) == {"Alpha": ""}


@pytest.mark.parametrize("operation", ["list", "create", "export", "detail", "edit", "delete", "history"])
def test_stranger_finds_nothing(stranger, make_teams, operation):
    (team,) = make_teams("Alpha")

    url = _url(operation, team if operation in ("detail", "edit", "delete", "history") else None)

    assert _client(stranger).get(url).status_code == 404


def test_record_of_another_organization_is_not_found(web, stranger):
    with tenant_scope(stranger):
        foreign = TeamFactory(name="Theirs")

    for operation in ("detail", "edit", "delete", "history"):
        assert web.get(_url(operation, foreign)).status_code == 404
    response = web.post(_url("bulk"), {"ids": [str(foreign.pk)], "intent": "touch"})
    assert response.status_code == 409
    assert _teams(stranger) == {"Theirs": ""}


def test_create_calls_the_service_and_leads_to_the_record(web, owner):
    response = web.post(_url("create"), {"name": "Alpha", "description": "x"}, follow=True)

    assert response.redirect_chain[0][1] == 303
    assert "Team “Alpha” created." in response.content.decode()
    assert _teams(owner) == {"Alpha": "x"}


def test_create_form_can_be_prefilled_by_its_address(web):
    assert 'value="Prefilled"' in web.get(_url("create"), {"name": "Prefilled"}).content.decode()


def test_invalid_form_answers_422_and_keeps_what_was_typed(web, owner):
    response = web.post(_url("create"), {"name": "", "description": "kept"})

    content = response.content.decode()
    assert response.status_code == 422
    assert "kept</textarea>" in content
    assert 'href="#id_name"' in content
    assert 'aria-invalid="true"' in content
    assert _teams(owner) == {}


def test_refusal_is_shown_at_the_field_it_names(web):
    response = web.post(_url("create"), {"name": "taken"})

    assert response.status_code == 409
    assert response.context["form"].errors == {"name": ["This name is taken."]}


def test_duplicate_is_refused_in_words(web, make_teams, owner):
    make_teams("Alpha")

    response = web.post(_url("create"), {"name": "Alpha", "description": "second"})

    assert response.status_code == 409
    assert response.context["form"].errors == {"name": ["Team with this name exists already."]}
    assert _teams(owner) == {"Alpha": ""}


def test_edit_saves_and_raises_the_version(web, make_teams, owner):
    (team,) = make_teams("Alpha")

    response = web.post(_url("edit", team), {"name": "Beta", "description": "", "version": "1"})

    assert (response.status_code, response["Location"]) == (303, _url("detail", team))
    assert _teams(owner) == {"Beta": ""}
    assert 'name="version" value="2"' in web.get(_url("edit", team)).content.decode()


@pytest.mark.parametrize("version", ["0", "2", "", None])
def test_edit_of_a_stale_version_is_refused_and_keeps_what_was_typed(web, make_teams, owner, version):
    (team,) = make_teams("Alpha")
    data = {"name": "Mine", "description": "typed"} | ({} if version is None else {"version": version})

    response = web.post(_url("edit", team), data)

    content = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else saved this record" in content
    assert 'value="Mine"' in content
    assert 'name="version" value="1"' in content
    assert _teams(owner) == {"Alpha": ""}


def test_refused_edit_lists_every_reason_and_leaves_the_record(web, make_teams, owner):
    (team,) = make_teams("Alpha")

    response = web.post(_url("edit", team), {"name": "frozen", "version": "1"})

    assert response.status_code == 409
    assert response.context["form"].non_field_errors() == ["Frozen.", "A launch is open."]
    assert _teams(owner) == {"Alpha": ""}


def test_write_that_loses_the_row_from_sight_is_rolled_back(web, make_teams, owner):
    (team,) = make_teams("Alpha")

    response = web.post(_url("edit", team), {"name": "hidden", "version": "1"})

    assert response.status_code == 403
    assert _teams(owner) == {"Alpha": ""}


def test_delete_asks_first_then_deletes(web, make_teams, owner):
    (team,) = make_teams("Alpha")

    assert "Delete team “Alpha”?" in web.get(_url("delete", team)).content.decode()
    assert web.post(_url("delete", team))["Location"] == _url("list")
    assert _teams(owner) == {}


def test_refused_delete_says_why(web, make_teams, owner):
    (team,) = make_teams("needed")

    response = web.post(_url("delete", team))

    assert response.status_code == 409
    assert "Two initiatives belong to it." in response.content.decode()
    assert _teams(owner) == {"needed": ""}


def test_dialog_is_told_where_to_go_by_header(web, make_teams):
    (team,) = make_teams("Alpha")

    response = web.post(_url("delete", team), headers={**HTMX, "HX-Target": "dialog-body"})

    assert response["HX-Redirect"] == _url("list")


def test_detail_shows_fields_tabs_and_fitting_actions(web, make_teams):
    plain, quiet = make_teams("Alpha", "quiet")
    ping = reverse("sample:ping", args=["acme", plain.pk])

    content = web.get(_url("detail", plain)).content.decode()

    assert 'aria-current="page">Overview</a>' in content
    assert ping in content
    assert reverse("sample:ping", args=["acme", quiet.pk]) not in web.get(_url("detail", quiet)).content.decode()


def test_tab_has_its_address_and_an_unknown_one_is_not_found(web, make_teams):
    (team,) = make_teams("Alpha")

    assert "Search and commands" in web.get(_url("detail", team), {"tab": "more"}).content.decode()
    assert web.get(_url("detail", team), {"tab": "none"}).status_code == 404


def test_side_panel_gets_the_record_without_the_page(web, make_teams):
    (team,) = make_teams("Alpha")

    response = web.get(_url("detail", team), headers={**HTMX, "HX-Target": "side-panel-body"})

    assert b"<html" not in response.content
    assert b"<h1>Alpha</h1>" in response.content


def test_history_shows_the_providers_entries(web, make_teams, monkeypatch):
    (team,) = make_teams("Alpha")
    entry = history.HistoryEntry(team.created_at, "Ana Ruiz", "renamed it", "Clearer", [("Name", "A", "Alpha")])
    monkeypatch.setattr(history, "_providers", [lambda actor, obj: [entry]])

    content = web.get(_url("history", team)).content.decode()

    for part in ("Ana Ruiz", "renamed it", "Clearer", "A</del>", "Alpha</ins>"):
        assert part in content


def test_bulk_edit_reports_each_row_and_keeps_what_worked(web, make_teams, owner):
    teams = make_teams("Alpha", "locked", "Zeta")
    data = {"ids": [str(team.pk) for team in teams], "intent": "apply", "bulk-description": "same"}

    response = web.post(_url("bulk"), data)

    content = response.content.decode()
    assert "2 of 3 changed" in content
    assert "Locked." in content
    assert _teams(owner) == {"Alpha": "same", "locked": "", "Zeta": "same"}


def test_bulk_edit_asks_for_values_then_returns_to_the_same_list(web, make_teams):
    (team,) = make_teams("Alpha")
    back = _url("list") + "?q=alp"
    chosen = {"ids": [str(team.pk), "nonsense"], "next": back}

    form = web.post(_url("bulk"), {**chosen, "intent": "edit"})
    nothing = web.post(_url("bulk"), {**chosen, "intent": "apply", "bulk-description": ""})
    done = web.post(_url("bulk"), {**chosen, "intent": "apply", "bulk-description": "x"})

    assert "Edit 1 team" in form.content.decode()
    assert nothing.status_code == 422
    assert done["Location"] == back


def test_bulk_action_runs_its_handler_on_the_selected_rows_only(web, make_teams, owner):
    first, _ = make_teams("Alpha", "Beta")

    web.post(_url("bulk"), {"ids": [str(first.pk)], "intent": "touch"})

    assert _teams(owner) == {"Alpha": "touched", "Beta": ""}


def test_bulk_never_sends_the_browser_to_another_host(web, make_teams):
    (team,) = make_teams("Alpha")

    response = web.post(_url("bulk"), {"ids": [str(team.pk)], "intent": "touch", "next": "https://evil.example/"})

    assert response["Location"] == _url("list")


def _rows(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_export_follows_filters_columns_and_order(web, make_teams):
    make_teams("Alpha", "Beta", description="=HYPERLINK(1)")
    make_teams("Gamma")

    response = web.get(_url("export"), {"described": "hyper", "sort": "-name", "columns": ["name", "description"]})

    assert _rows(response) == [["Name", "Description"], ["Beta", "'=HYPERLINK(1)"], ["Alpha", "'=HYPERLINK(1)"]]
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_export_opens_the_scope_itself_because_it_runs_after_the_request(web, make_teams, monkeypatch):
    make_teams("Alpha")
    lines = ExportScreen._lines

    def unscoped(screen):
        screen.request.open_scope = nullcontext
        return lines(screen)

    monkeypatch.setattr(ExportScreen, "_lines", unscoped)
    response = web.get(_url("export"))

    with pytest.raises(ScopeError):
        _rows(response)


def test_export_of_a_stranger_holds_no_row_of_ours(stranger, make_teams):
    make_teams("Alpha")
    url = reverse("sample:team_export", args=["rival"])

    assert _rows(_client(stranger).get(url)) == [["Name", "Description", "Saves"]]


class FakeViews:
    """Saved views in a list, as collaboration would keep them in a table."""

    def __init__(self, *entries):
        self.entries = list(entries)
        self.deleted = []

    def list(self, actor, screen):
        return self.entries if screen == "sample:team_list" else []

    def save(self, actor, screen, *, name, query, is_shared, is_default):
        entry = saved_views.SavedViewEntry("new", name, query, is_shared=is_shared, is_default=is_default)
        self.entries.append(entry)
        return entry

    def delete(self, actor, screen, key):
        self.deleted.append(key)


@pytest.fixture
def views(monkeypatch):
    provider = FakeViews()
    monkeypatch.setattr(saved_views, "_registered", {"provider": provider})
    return provider


def test_saved_view_keeps_filters_order_and_columns(web, views):
    query = "q=alp&sort=-name&columns=name&page=3&view=old&evil=1&saves_min="

    response = web.post(_url("views"), {"name": " Mine ", "query": query, "is_default": "on"})

    assert views.entries == [
        saved_views.SavedViewEntry("new", "Mine", "q=alp&sort=-name&columns=name&evil=1", is_default=True)
    ]
    assert response["Location"] == _url("list") + "?q=alp&sort=-name&columns=name&evil=1&view=new"


def test_default_view_opens_when_nothing_else_is_asked_for(web, views, make_teams):
    make_teams("Alpha", "Beta")
    views.entries.append(saved_views.SavedViewEntry("1", "Betas", "q=beta", is_default=True))

    assert _names(web.get(_url("list"))) == ["Beta"]
    assert _names(web.get(_url("list"), {"view": "all"})) == ["Alpha", "Beta"]


def test_saved_view_is_deleted_through_its_provider(web, views):
    web.post(_url("views"), {"intent": "delete", "key": "7"})

    assert views.deleted == ["7"]


@pytest.mark.parametrize("operation", ["views", "bulk"])
def test_post_addresses_refuse_get(web, operation):
    response = web.get(_url(operation))

    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_refusal_outside_a_form_is_a_page_of_its_own(web, make_teams):
    (team,) = make_teams("Alpha")

    response = web.post(reverse("sample:ping", args=["acme", team.pk]))

    assert response.status_code == 409
    for part in ("Nobody answers.", "The line is cut."):
        assert part in response.content.decode()


def test_pages_hold_no_inline_script_and_no_inline_style(web, make_teams):
    (team,) = make_teams("Alpha")

    for url in (_url("list"), _url("create"), _url("detail", team), _url("edit", team), _url("history", team)):
        content = web.get(url).content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", content)
        assert not re.search(r"<script(?![^>]*\ssrc=)", content)
        assert "<style" not in content
