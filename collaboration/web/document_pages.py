"""Pages of documents that are no lists: writing a section, printing, copying a built-in template."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collaboration.models import Document, DocumentSection
from collaboration.selectors import documents as reads
from collaboration.services import document_templates, documents
from collaboration.web.document_forms import SectionForm
from core.errors import DomainError, StaleVersionError
from core.web.forms import add_refusal
from core.web.urls import SeeOther, tenant_url

CONFLICT = (
    "Somebody else saved this section after you opened it. Their text stands beside yours: take over what you need,"
    " then save again."
)


@require_http_methods(["GET", "POST"])
def write_section(request: Any, organization: str, pk: Any) -> HttpResponse:
    """One section's editor; a text that somebody else saved meanwhile is shown beside one's own."""
    rows = DocumentSection.objects.permitted(request.actor).select_related("document")
    section = get_object_or_404(rows, pk=pk)
    if not request.actor.can("document_section.change"):
        raise PermissionDenied("Your role does not allow you to write documents.")
    form = SectionForm(request.POST or None, initial={"text": section.text})
    if request.method == "POST" and form.is_valid():
        return _save(request, section, form)
    return _editor(request, section, form, status=422 if form.is_bound else 200)


def _save(request: Any, section: DocumentSection, form: Any) -> HttpResponse:
    based_on = request.POST.get("version", "")
    version = int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 10 else 0
    try:
        with transaction.atomic():
            documents.write_section(section, actor=request.actor, text=form.cleaned_data["text"], version=version)
    except StaleVersionError:
        form.add_error(None, CONFLICT)
        return _editor(request, section, form, status=409, is_conflict=True)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return _editor(request, section, form, status=409)
    following = _following(section) if request.POST.get("then") == "next" else None
    messages.success(request, f"{section.title} saved.")
    if following is not None:
        return SeeOther(tenant_url(request, "collaboration:document_section_edit", pk=following.pk))
    return SeeOther(f"{tenant_url(request, 'collaboration:document_detail', pk=section.document_id)}#{section.key}")


def _following(section: DocumentSection) -> DocumentSection | None:
    rows = DocumentSection.objects.filter(document=section.document, position__gt=section.position)
    return rows.order_by("position").first()


def _editor(
    request: Any, section: DocumentSection, form: Any, *, status: int = 200, is_conflict: bool = False
) -> HttpResponse:
    context = {
        "section": section,
        "document": section.document,
        "form": form,
        "is_conflict": is_conflict,
        "score": section.score,
        "following": _following(section),
        "back_url": tenant_url(request, "collaboration:document_detail", pk=section.document_id),
        "list_url": tenant_url(request, "collaboration:document_list"),
    }
    return render(request, "collaboration/section_form.html", context, status=status)


@require_GET
def print_document(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The document alone on white, for paper or a PDF."""
    document = get_object_or_404(Document.objects.permitted(request.actor), pk=pk)
    context = {
        "document": document,
        "sections": reads.sections_of(document),
        "record": reads.record_of(document, actor=request.actor),
        "back_url": tenant_url(request, "collaboration:document_detail", pk=pk),
    }
    return render(request, "collaboration/document_print.html", context)


@require_POST
def copy_template(request: Any, organization: str) -> HttpResponse:
    """An editable copy of the built-in template that `built_in` names."""
    if not request.actor.can("document_template.create"):
        raise PermissionDenied("Your role does not allow you to make templates.")
    template = document_templates.copy_built_in(request.POST.get("built_in", ""), actor=request.actor)
    messages.success(request, f"{template.name} is yours to change.")
    return SeeOther(tenant_url(request, "collaboration:document_template_edit", pk=template.pk))
