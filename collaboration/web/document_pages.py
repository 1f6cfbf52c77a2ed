"""Pages of documents that are no lists: writing a section, printing, copying a built-in template."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
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
    section = _section(request, pk)
    form = SectionForm(request.POST or None, initial={"text": section.text})
    if request.method == "POST" and form.is_valid():
        return _save(request, section, form)
    return _editor(request, section, form, status=422 if form.is_bound else 200)


@require_POST
def autosave_section(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Save what was typed so far, and say what became of it in place of the editor's note."""
    section = _section(request, pk)
    form = SectionForm(request.POST)
    if not form.is_valid():
        return _note(request, section, status=422, refusals=form.errors["text"])
    try:
        with transaction.atomic():
            section = _write(request, section, form)
    except StaleVersionError:
        return _note(request, section, status=409, is_conflict=True)
    except DomainError as refusal:
        return _note(request, section, status=409, refusals=[refusal.message])
    return _note(request, section, saved_at=timezone.now())


@require_POST
def move_section(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Put a section at another place of its document."""
    section = _section(request, pk)
    place = request.POST.get("position", "")
    position = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else 0
    documents.move_section(section, actor=request.actor, position=position)
    back = tenant_url(request, "collaboration:document_detail", pk=section.document_id)
    return SeeOther(f"{back}#outline")


def _section(request: Any, pk: Any) -> DocumentSection:
    rows = DocumentSection.objects.permitted(request.actor).select_related("document")
    section: DocumentSection = get_object_or_404(rows, pk=pk)
    if not request.actor.can("document_section.change"):
        raise PermissionDenied("Your role does not allow you to write documents.")
    return section


def _write(request: Any, section: DocumentSection, form: Any) -> DocumentSection:
    based_on = request.POST.get("based_on", "")
    return documents.write_section(section, actor=request.actor, text=form.cleaned_data["text"], based_on=based_on)


def _save(request: Any, section: DocumentSection, form: Any) -> HttpResponse:
    try:
        with transaction.atomic():
            _write(request, section, form)
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


def _note(request: Any, section: DocumentSection, *, status: int = 200, **context: Any) -> HttpResponse:
    facts = {"section": section, "score": section.score, **context}
    return render(request, "collaboration/_section_note.html", facts, status=status)


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
