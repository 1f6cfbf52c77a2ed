"""Settings pages that are not plain CRUD: the organization, tokens, service accounts, jobs."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError
from core.web.forms import add_refusal
from core.web.urls import tenant_url
from tenancy.models import ApiToken, Invitation, Job, Membership
from tenancy.services import memberships, organizations, tokens
from tenancy.web.forms import ApiTokenForm, OrganizationForm, ServiceAccountForm
from tenancy.web.shown_jobs import shown_job


@require_http_methods(["GET", "POST"])
def organization_settings(request: HttpRequest, organization: str) -> HttpResponse:
    """Name, currency and discount rate."""
    request.actor.require("organization.change")
    form = OrganizationForm(request.POST or None, instance=request.organization)
    if request.method == "POST" and form.is_valid():
        organizations.change_organization(request.organization, actor=request.actor, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect(tenant_url(request, "tenancy:organization_settings"))
    return render(request, "tenancy/organization_settings.html", {"form": form}, status=_status(request))


@require_http_methods(["GET", "POST"])
def create_token(request: HttpRequest, organization: str) -> HttpResponse:
    """A new token; its secret is on the answer to this request and nowhere else."""
    request.actor.require("api_token.create")
    form = ApiTokenForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        membership = data.pop("owner")
        try:
            token, secret = tokens.create_api_token(membership=membership, actor=request.actor, **data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return _uncached(render(request, "tenancy/token_created.html", {"token": token, "secret": secret}))
    context = {"form": form, "may_manage_service_accounts": request.actor.can("service_account.manage")}
    return render(request, "tenancy/token_form.html", context, status=_status(request))


@require_http_methods(["GET", "POST"])
def create_service_account(request: HttpRequest, organization: str) -> HttpResponse:
    """A member that is no person."""
    request.actor.require("service_account.manage")
    form = ServiceAccountForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        membership = tokens.create_service_account(name=form.cleaned_data["name"], actor=request.actor)
        messages.success(request, "Service account created. Create a token for it.")
        return redirect(tenant_url(request, "tenancy:membership_detail", pk=membership.pk))
    return render(request, "tenancy/service_account_form.html", {"form": form}, status=_status(request))


@require_POST
def revoke_token(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.permitted(request.actor), pk=pk)
    tokens.revoke_api_token(token, actor=request.actor)
    return _done(request, "Token revoked.", "tenancy:api_token_list")


@require_POST
def revoke_invitation(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.permitted(request.actor), pk=pk)
    memberships.revoke_invitation(invitation, actor=request.actor)
    return _done(request, "Invitation revoked.", "tenancy:invitation_list")


@require_POST
def remove_membership(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.permitted(request.actor), pk=pk)
    memberships.remove_membership(membership, actor=request.actor)
    return _done(request, "Removed from the organization.", "tenancy:membership_list")


@require_GET
def job_progress(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The progress bar of a job, asked for every second by the page that started it."""
    job = get_object_or_404(Job.objects.permitted(request.actor), pk=pk)
    context = {"job": shown_job(job), "url": request.get_full_path(), "is_done": job.finished_at is not None}
    return render(request, "components/job_progress.html", context)


def _done(request: HttpRequest, text: str, url_name: str) -> HttpResponse:
    messages.success(request, text)
    return redirect(tenant_url(request, url_name))


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
