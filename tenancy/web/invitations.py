"""The page behind an invitation link; outside the organization's scope, because its reader is no member yet."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenancy.models import Invitation, Organization, User
from tenancy.services.memberships import accept_invitation, open_invitation
from tenancy.web.forms import JoinForm

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, organization: str, secret: str) -> HttpResponse:
    """Accept as the person signed in, or join with a new password when the address is new here."""
    found = Organization.objects.filter(slug=organization).first()
    offer = open_invitation(organization=found, secret=secret) if found else None
    if found is None or offer is None:
        return render(request, "tenancy/invitation_spent.html", status=404)
    known = User.objects.filter(email__iexact=offer.email).first()
    form = JoinForm(request.POST or None) if known is None and not request.user.is_authenticated else None
    if request.method == "POST":
        user = _joining_user(request, form, known, offer)
        if user is not None:
            accept_invitation(organization=found, secret=secret, user=user)
            return redirect(f"/{found.slug}/")
    context = {"offer": offer, "inviting": found, "form": form, "known": known}
    return render(request, "tenancy/invitation.html", context, status=422 if request.method == "POST" else 200)


def _joining_user(request: HttpRequest, form: Any, known: User | None, offer: Invitation) -> User | None:
    """Who accepts: the person signed in, or a new one once name and password are good; else None."""
    if request.user.is_authenticated:
        return request.user if request.user == known else None
    if form is None or not form.is_valid():
        return None
    candidate = User(email=offer.email, name=form.cleaned_data["name"])
    try:
        validate_password(form.cleaned_data["password"], candidate)
    except ValidationError as error:
        form.add_error("password", error)
        return None
    with transaction.atomic():
        user = User.objects.create_user(offer.email, form.cleaned_data["password"], name=candidate.name)
    login(request, user, backend=BACKEND)
    return user
