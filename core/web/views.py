"""Views of the frame itself: command palette, search page, choosers, theme, keyboard help."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_GET, require_POST

from core.web import choosers, palette
from core.web.actor import may
from core.web.context import THEMES
from core.web.forms import choices_for
from core.web.list_state import typed_text
from core.web.urls import SeeOther, safe_next

_DAY = 24 * 3600
_YEAR = 365 * _DAY
_PALETTE_LIMIT = 6
_PAGE_LIMIT = 50


@require_GET
def palette_results(request: Any, organization: str) -> HttpResponse:
    """Commands and hits for the palette's text, as options of a listbox."""
    text = typed_text(request.GET)[:100]
    found = palette.commands(request.actor, text, _PALETTE_LIMIT)
    groups = [*palette.search(request.actor, text, _PALETTE_LIMIT)]
    if found:
        groups.append(palette.HitGroup("Go to", found))
    return render(request, "components/_palette_results.html", {"groups": groups, "text": text})


@require_GET
def search_page(request: Any, organization: str) -> HttpResponse:
    """The same search as a page; it is where the search field leads without JavaScript."""
    text = typed_text(request.GET)[:100]
    groups = palette.search(request.actor, text, _PAGE_LIMIT)
    return render(request, "components/search.html", {"groups": groups, "text": text})


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme in a cookie, so that the server renders the right one from the first byte."""
    theme = request.POST.get("theme", "system")
    response = SeeOther(safe_next(request, "/"))
    if theme in THEMES:
        secure = settings.SESSION_COOKIE_SECURE
        # Not HttpOnly: the page's script reads nothing secret from it, and writes it without a round trip.
        response.set_cookie("theme", theme, max_age=_YEAR, samesite="Lax", secure=secure)
    return response


@require_GET
def choices(request: Any, organization: str, noun: str) -> HttpResponse:
    """Rows of one model that match `q` and that the actor may see, as options of a chooser's listbox."""
    chooser = choosers.chooser_named(noun)
    if chooser is None:
        raise Http404
    if not may(request.actor, f"{noun}.view"):
        raise PermissionDenied
    text = typed_text(request.GET)[:100]
    options = chooser.options(choices_for(request.actor, chooser.model), text)
    return render(request, "components/_choices.html", {"options": options, "text": text})


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for the icon of what has no page around it, such as JSON."""
    response = HttpResponseRedirect(static("fairlead/favicon.svg"))
    response["Cache-Control"] = f"public, max-age={_DAY}"
    return response


@require_GET
def shortcuts(request: Any, organization: str) -> HttpResponse:
    """The list of keys, as dialog or page."""
    template = "components/_shortcuts.html" if request.htmx else "components/shortcuts.html"
    return render(request, template)
