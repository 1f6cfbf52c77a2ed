"""What a public link opens, for people without an account: a page, a page in a frame, a calendar feed."""

from datetime import UTC, datetime
from hashlib import sha256

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods, require_safe

from roadmap.calc.icalendar import calendar_of
from roadmap.calc.plan import Plan
from roadmap.enums import LinkKind
from roadmap.models import PublicLink
from roadmap.selectors.published_plan import events_of, published_plan
from roadmap.services.link_visits import LinkLockedError, key_of, link_scope, record_opening, try_password
from roadmap.web.published_filters import filtered_items
from roadmap.web.published_page import page_of
from tenancy.scope import current_actor

_COOKIE, _SALT = "published", "roadmap.published"
_REMEMBERED_SECONDS = 12 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
def published_page(request: HttpRequest, organization: str, secret: str) -> HttpResponse:
    """The plan as a page, on its own or in a frame; behind a password, the question for it."""
    now = timezone.now()
    with link_scope(organization, secret, now=now, request_id=request.request_id) as link:
        if link is None or link.kind == LinkKind.CALENDAR:
            return _closed(request)
        if link.has_password and not _is_unlocked(request, link):
            return _ask(request, link, now)
        record_opening(link, now=now)
        plan = _plan(link)
    context = {"page": page_of(plan, link.audience), "is_embedded": _embeds(link)}
    return _sealed(render(request, "roadmap/published.html", context), link)


@require_safe
def published_calendar(request: HttpRequest, organization: str, secret: str) -> HttpResponse:
    """The plan as a calendar other programs subscribe to."""
    now = timezone.now()
    with link_scope(organization, secret, now=now, request_id=request.request_id) as link:
        if link is None or link.kind != LinkKind.CALENDAR:
            return _closed(request)
        record_opening(link, now=now)
        plan = _plan(link)
    # The stamp is the day's, so that an unchanged feed is the same feed.
    made_at = datetime.combine(plan.as_of, datetime.min.time(), tzinfo=UTC)
    body = calendar_of(events_of(plan), name=plan.title, made_at=made_at)
    return _sealed(_unchanged(request, body), link)


def _unchanged(request: HttpRequest, body: bytes) -> HttpResponse:
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="roadmap.ics"'
    response["ETag"] = tag
    return response


def _plan(link: PublicLink) -> Plan:
    visitor = current_actor()
    items = filtered_items(link.filters, roadmap_id=link.roadmap_id, reader=visitor)
    return published_plan(link, visitor=visitor, items=items, today=timezone.localdate())


def _ask(request: HttpRequest, link: PublicLink, now: datetime) -> HttpResponse:
    """Ask for the password; the right one is remembered by this browser for half a day."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            if try_password(link, request.POST.get("password", ""), now=now):
                return _sealed(_remember(redirect(request.path), request, link), link)
            problem, status = "This is not the password.", 422
        except LinkLockedError as refusal:
            problem, status = refusal.message, refusal.status
    return _sealed(render(request, "roadmap/published_password.html", {"problem": problem}, status=status), link)


def _remember(response: HttpResponse, request: HttpRequest, link: PublicLink) -> HttpResponse:
    response.set_cookie(
        _COOKIE,
        signing.dumps(key_of(link), salt=_SALT),
        max_age=_REMEMBERED_SECONDS,
        path=request.path,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _is_unlocked(request: HttpRequest, link: PublicLink) -> bool:
    try:
        key = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_SALT, max_age=_REMEMBERED_SECONDS)
    except signing.BadSignature:
        return False
    return constant_time_compare(key, key_of(link))


def _closed(request: HttpRequest) -> HttpResponse:
    """The same answer for a link that never was, is revoked or expired, or is of another kind."""
    return _sealed(render(request, "roadmap/published_closed.html", status=404), None)


def _embeds(link: PublicLink) -> bool:
    return bool(link.kind == LinkKind.EMBED)


def _sealed(response: HttpResponse, link: PublicLink | None) -> HttpResponse:
    """With the headers of a published page: kept by nobody, found by no search engine, framed only where allowed."""
    is_embedded = link is not None and _embeds(link) and bool(link.allowed_origins)
    frames = " ".join(link.allowed_origins) if link is not None and is_embedded else "'none'"
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {frames}"
    )
    # Where the policy speaks of frames, the older header must not speak against it.
    response.xframe_options_exempt = is_embedded
    if is_embedded:
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "private, no-store" if response.status_code != 304 else "private"
    return response
