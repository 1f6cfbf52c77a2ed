"""The CRUD layer through HTTP: bulk work, exports and saved views."""

import csv
import io
from contextlib import nullcontext

import pytest
from django import forms
from django.urls import reverse

from core.web import saved_views
from core.web.bulk import _optional
from core.web.exports import ExportScreen
from tenancy.scope import ScopeError
from tests.core.web_client import names_in, sample_url, teams_of
from tests.web_client import client_of

pytestmark = [pytest.mark.urls("tests.core.web_screens"), pytest.mark.usefixtures("without_other_apps")]


def test_bulk_edit_reports_each_row_and_keeps_what_worked(web, make_teams, owner):
    teams = make_teams("Alpha", "locked", "Zeta")
    data = {"ids": [str(team.pk) for team in teams], "intent": "apply", "bulk-description": "same"}

    response = web.post(sample_url("bulk"), data)

    content = response.content.decode()
    assert "2 of 3 changed" in content
    assert "Locked." in content
    assert teams_of(owner) == {"Alpha": "same", "locked": "", "Zeta": "same"}


def test_bulk_edit_asks_for_values_then_returns_to_the_same_list(web, make_teams):
    (team,) = make_teams("Alpha")
    back = sample_url("list") + "?q=alp"
    chosen = {"ids": [str(team.pk), "nonsense"], "next": back}

    form = web.post(sample_url("bulk"), {**chosen, "intent": "edit"})
    nothing = web.post(sample_url("bulk"), {**chosen, "intent": "apply", "bulk-description": ""})
    done = web.post(sample_url("bulk"), {**chosen, "intent": "apply", "bulk-description": "x"})

    assert "Edit 1 team" in form.content.decode()
    assert nothing.status_code == 422
    assert done["Location"] == back


def test_bulk_action_runs_its_handler_on_the_selected_rows_only(web, make_teams, owner):
    first, _ = make_teams("Alpha", "Beta")

    web.post(sample_url("bulk"), {"ids": [str(first.pk)], "intent": "touch"})

    assert teams_of(owner) == {"Alpha": "touched", "Beta": ""}


def test_bulk_never_sends_the_browser_to_another_host(web, make_teams):
    (team,) = make_teams("Alpha")

    response = web.post(sample_url("bulk"), {"ids": [str(team.pk)], "intent": "touch", "next": "https://evil.example/"})

    assert response["Location"] == sample_url("list")


def _rows(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_export_follows_filters_columns_and_order(web, make_teams):
    make_teams("Alpha", "Beta", description="=HYPERLINK(1)")
    make_teams("Gamma")

    response = web.get(
        sample_url("export"), {"described": "hyper", "sort": "-name", "columns": ["name", "description"]}
    )

    assert _rows(response) == [["Name", "Description"], ["Beta", "'=HYPERLINK(1)"], ["Alpha", "'=HYPERLINK(1)"]]
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_export_opens_the_scope_itself_because_it_runs_after_the_request(web, make_teams, monkeypatch):
    make_teams("Alpha")
    lines = ExportScreen._lines

    def unscoped(screen):
        screen.request.open_scope = nullcontext
        return lines(screen)

    monkeypatch.setattr(ExportScreen, "_lines", unscoped)
    response = web.get(sample_url("export"))

    with pytest.raises(ScopeError):
        _rows(response)


def test_export_of_a_stranger_holds_no_row_of_ours(stranger, make_teams):
    make_teams("Alpha")
    url = reverse("sample:team_export", args=["rival"])

    assert _rows(client_of(stranger).get(url)) == [["Name", "Description", "Saves"]]


class FakeViews:
    """Saved views in a list, as collaboration would keep them in a table."""

    def __init__(self, *entries):
        self.entries = list(entries)
        self.deleted = []

    def list(self, actor, screen):
        return self.entries if screen == "sample:team_list" else []

    def save(self, actor, screen, *, name, query, sharing, is_default):
        entry = saved_views.SavedViewEntry("new", name, query, sharing=sharing, is_default=is_default)
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

    response = web.post(sample_url("views"), {"name": " Mine ", "query": query, "is_default": "on"})

    assert views.entries == [
        saved_views.SavedViewEntry("new", "Mine", "q=alp&sort=-name&columns=name&evil=1", is_default=True)
    ]
    assert response["Location"] == sample_url("list") + "?q=alp&sort=-name&columns=name&evil=1&view=new"


def test_default_view_opens_when_nothing_else_is_asked_for(web, views, make_teams):
    make_teams("Alpha", "Beta")
    views.entries.append(saved_views.SavedViewEntry("1", "Betas", "q=beta", is_default=True))

    assert names_in(web.get(sample_url("list"))) == ["Beta"]
    assert names_in(web.get(sample_url("list"), {"view": "all"})) == ["Alpha", "Beta"]


def test_saved_view_is_deleted_through_its_provider(web, views):
    web.post(sample_url("views"), {"intent": "delete", "key": "7"})

    assert views.deleted == ["7"]


def test_box_to_tick_can_be_left_as_it_is_for_many_rows():
    field = _optional(forms.BooleanField())

    assert [str(label) for _, label in field.widget.choices] == ["Leave unchanged", "Yes", "No"]
    assert [field.clean(value) for value, _ in field.widget.choices] == [None, True, False]
