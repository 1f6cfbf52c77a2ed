"""The frame: theme, palette, error pages, template tags, vendored files."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.templatetags.static import static
from django.test import Client, RequestFactory
from django.urls import reverse

from core.errors import DomainError
from core.web import error_pages, navigation, palette
from core.web.forms import TenantForm, add_refusal
from core.web.urls import safe_next

pytestmark = pytest.mark.urls("tests.core.web_screens")

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CSS = Path(settings.BASE_DIR) / "static" / "fairlead" / "css"
TEMPLATES = [Path(settings.BASE_DIR) / "templates" / name for name in ("components", "crud", "errors")]


@pytest.fixture
def web(owner, monkeypatch):
    monkeypatch.setattr(navigation, "_items", {})
    client = Client()
    client.force_login(owner.user, backend=BACKEND)
    return client


def _render(source, **context):
    return Template(source).render(Context(context)).strip()


@pytest.mark.parametrize(("chosen", "cookie"), [("dark", "dark"), ("light", "light"), ("neon", None)])
def test_theme_is_remembered_in_a_cookie(client, chosen, cookie):
    response = client.post(reverse("web:theme"), {"theme": chosen, "next": "/acme/"})

    assert (response.status_code, response["Location"]) == (303, "/acme/")
    assert (response.cookies["theme"].value if cookie else response.cookies.get("theme")) == cookie


def test_page_is_rendered_in_the_chosen_theme_at_once(web):
    web.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in web.get(reverse("web:search", args=["acme"])).content.decode()

    web.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in web.get(reverse("web:search", args=["acme"])).content.decode()


def test_icon_is_found_where_browsers_look_for_it(client):
    response = client.get("/favicon.ico")

    assert (response.status_code, response["Location"]) == (302, static("fairlead/favicon.svg"))
    assert response["Cache-Control"] == "public, max-age=86400"
    assert finders.find("fairlead/favicon.svg") is not None


def test_every_page_of_its_own_names_the_icon():
    texts = {path: path.read_text() for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html")}

    assert [path for path, text in texts.items() if "<head>" in text and "fairlead/favicon.svg" not in text] == []


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_next_never_leaves_this_host(target):
    assert safe_next(RequestFactory().post("/", {"next": target}), "/home/") == "/home/"


def test_palette_lists_hits_and_commands_as_options(web, monkeypatch):
    hit = palette.SearchHit("<Alpha>", "T-1", "/acme/a/", "target", "Team")
    monkeypatch.setattr(palette, "_providers", [lambda actor, text, limit: [hit]])
    monkeypatch.setattr(palette, "_commands", {})
    palette.register_command("Alphabetical keys", "web:shortcuts")

    content = web.get(reverse("web:palette", args=["acme"]), {"q": "alpha\x00"}).content.decode()

    assert re.findall(r'role="option"[^>]*href="([^"]*)"', content) == ["/acme/a/", "/acme/-/shortcuts/"]
    assert "&lt;Alpha&gt;" in content


def test_search_page_works_without_javascript(web, monkeypatch):
    monkeypatch.setattr(palette, "_providers", [])

    assert "Nothing found" in web.get(reverse("web:search", args=["acme"]), {"q": "zzz"}).content.decode()


def test_unknown_address_inside_an_organization_is_a_page(web):
    response = web.get("/acme/nowhere/")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_server_error_page_needs_neither_database_nor_request_attributes():
    response = error_pages.server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "Something broke" in response.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429])
def test_error_template_renders_without_a_session(status):
    request = RequestFactory().get("/")

    content = Template('{% extends "' + f"{status}.html" + '" %}').render(Context({"request": request}))

    assert f"Error {status}" in content


def test_htmx_is_told_of_an_error_by_a_toast():
    request = RequestFactory().get("/")
    request.htmx = SimpleNamespace(boosted=False)
    request.user = AnonymousUser()

    response = error_pages.permission_denied(request, Exception("Only finance may do this."))

    assert response["HX-Trigger"] == '{"toast": {"text": "Only finance may do this.", "tone": "danger"}}'
    assert response["HX-Reswap"] == "none"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% badge text "success" %}', '<span class="badge badge--success">&lt;A &amp; B&gt;</span>'),
        ('{% crumb text "/x/" %}', '<li><a href="/x/">&lt;A &amp; B&gt;</a></li>'),
        ('{% crumb "Here" %}', '<li aria-current="page">Here</li>'),
    ],
)
def test_tag_escapes_its_arguments(source, expected):
    assert _render(source, text="<A & B>") == expected


def test_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in _render('{% icon "x" %}')
    assert 'role="img" aria-label="Blocked"' in _render('{% icon "x" "Blocked" %}')


def test_chart_shows_the_same_figures_as_a_table():
    content = _render('{% line_chart series title="Load" %}', series=[("Plan", [("Jan", 1200), ("Feb", None)])])

    assert "1,200" in content
    assert content.count('class="unknown"') == 1


def test_chart_without_data_says_so():
    assert "No data yet" in _render("{% bar_chart series %}", series=[("Plan", [("Jan", None)])])


@pytest.mark.parametrize(
    ("state", "polls"),
    [("waiting", True), ("running", True), ("succeeded", False), ("failed", False), ("cancelled", False)],
)
def test_job_is_polled_until_it_has_ended(state, polls):
    job = SimpleNamespace(label="Import", state=state, percent=None, message="", result_url="/r/")

    content = _render('{% job_progress job "/jobs/1/" %}', job=job)

    assert ('hx-trigger="every 1s"' in content) is polls


def test_refusal_at_an_unknown_field_is_shown_above_the_form():
    form = TenantForm({}, actor=None)

    add_refusal(form, DomainError("No.", pointer="elsewhere"))

    assert form.non_field_errors() == ["No."]


def test_icons_used_in_our_templates_are_in_the_sprite():
    sprite = (CSS.parent / "icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))

    used = {
        name
        for folder in TEMPLATES
        for path in folder.glob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text())
    }

    assert used
    assert used <= known


def test_stylesheets_use_declared_tokens_only():
    sheets = "".join(path.read_text() for path in CSS.glob("*.css"))

    declared = set(re.findall(r"(--[\w-]+):", sheets))
    used = set(re.findall(r"var\((--[\w-]+)", sheets))

    assert used <= declared


def test_vendored_files_are_as_recorded():
    script = Path(settings.BASE_DIR) / "static" / "vendor" / "refresh.py"

    result = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)

    assert result.stdout == "vendored files are as recorded\n"
    assert result.returncode == 0
