"""Where a person lands after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tenancy.selectors.memberships import memberships_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The person's only organization, or the choice between several."""
    memberships = memberships_of(request.user)
    if len(memberships) == 1:
        return redirect(f"/{memberships[0].slug}/")
    return render(request, "tenancy/organization_choice.html", {"memberships": memberships})
