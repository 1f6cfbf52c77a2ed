"""Sign-in: what Fairlead adds to allauth and axes."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class AccountAdapter(DefaultAccountAdapter):
    """People join by invitation only; there is no open sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def sign_in_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The address a sign-in attempt was made for, as django-axes counts it."""
    if credentials:
        return str(credentials.get("email") or credentials.get("username") or "").lower()
    return request.POST.get("login", "").lower() if request else ""


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """The page shown after too many failures; says when to try again, not whether the address exists."""
    return render(request, "account/locked_out.html", status=429)
