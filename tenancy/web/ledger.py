"""The audit ledger's page: filters, readable changes, verification and export."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_POST

from core.web.forms import TenantForm
from core.web.urls import tenant_url
from tenancy.models import LedgerBlock, Membership, tenant_models
from tenancy.selectors.history import grouped, readable
from tenancy.selectors.ledger import exported_lines, filtered_events
from tenancy.services.ledger import read_checkpoints, record_event
from tenancy.services.ledger_verification import verify_and_record

PAGE = 50


class LedgerFilterForm(TenantForm):
    """What to look for in the ledger."""

    person = forms.ModelChoiceField(queryset=Membership._base_manager.none(), required=False, empty_label="Anyone")
    table = forms.ChoiceField(required=False, label="Record type")
    action = forms.CharField(required=False, max_length=80, help_text="Such as initiative.stage_changed.")
    since = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}), label="From")
    until = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}), label="To")
    record = forms.UUIDField(required=False, label="Record id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Membership.objects.select_related("user")
        labels = {
            model._meta.db_table: capfirst(str(model._meta.verbose_name))
            for model in tenant_models()
            if model.ledger_mode
        }
        self.fields["table"].choices = [("", "Everything"), *sorted(labels.items(), key=lambda item: item[1])]


@require_GET
def ledger(request: HttpRequest, organization: str) -> HttpResponse:
    """The organization's ledger, newest first."""
    request.actor.require("ledger.view")
    form = LedgerFilterForm(request.GET or None, actor=request.actor)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    events = filtered_events(wanted, before_id=_before(request))
    rows = list(events[: PAGE + 1])
    context = {
        "form": form,
        "groups": grouped(readable(rows[:PAGE])),
        "next_before": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "query": _query(request),
        "chips": [(form.fields[name].label or name.title(), value) for name, value in wanted.items() if value],
        "last_block": LedgerBlock.objects.order_by("-number").first(),
        "may_export": request.actor.can("ledger.export"),
        "checkpoints": len(read_checkpoints(request.actor.organization_id)),
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(
        request, "tenancy/_ledger_rows.html" if request.htmx else "tenancy/ledger.html", context, status=status
    )


@require_POST
def verify_ledger(request: HttpRequest, organization: str) -> HttpResponse:
    """Recompute the whole ledger now and say what was found."""
    request.actor.require("ledger.view")
    result = verify_and_record(request.actor)
    if result.problem is None:
        blocks = f"{result.blocks:,} block{'' if result.blocks == 1 else 's'}"
        messages.success(request, f"{result.rows:,} rows in {blocks} verified.")
    else:
        messages.error(request, f"The ledger does not verify: {result.problem}.")
    return redirect(tenant_url(request, "tenancy:ledger"))


@require_GET
def export_ledger(request: HttpRequest, organization: str) -> HttpResponse | StreamingHttpResponse:
    """The filtered ledger as JSON lines, with nonce and hash so that anyone can check each row."""
    request.actor.require("ledger.export")
    form = LedgerFilterForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "tenancy/ledger.html", {"form": form, "groups": []}, status=422)
    wanted = form.cleaned_data
    record_event("ledger.exported", table="tenancy_ledgerevent", filters={k: str(v) for k, v in wanted.items() if v})
    response = StreamingHttpResponse(_stream(request.open_scope, wanted), content_type="application/jsonl")
    response["Content-Disposition"] = f'attachment; filename="{organization}-ledger.jsonl"'
    return response


def _stream(open_scope: Any, wanted: dict[str, Any]) -> Iterator[bytes]:
    # The response is read after the request's own scope has closed.
    with open_scope():
        yield from exported_lines(filtered_events(wanted))


def _before(request: HttpRequest) -> int | None:
    raw = request.GET.get("before", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    return query.urlencode()
