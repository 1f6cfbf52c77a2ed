"""The pages of a case's sheet: shown, computed while somebody types, saved."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, NotPermittedError, StaleVersionError
from core.web.error_pages import toast_header
from core.web.formatting import number
from core.web.urls import tenant_url
from portfolio.enums import AdoptionShape, Confidence, DriverDistribution, LineAnchor, Measure
from portfolio.models import BusinessCase, CaseOption, CashPeriod
from portfolio.selectors.case_content import CaseContent, content_of
from portfolio.services.case_plans import CaseProblemError
from portfolio.services.case_sheet_preview import SheetPreview, preview_sheet
from portfolio.services.case_sheets import Sheet, save_measures, save_sheet
from portfolio.validators import first_of_month
from portfolio.web.case_figures import OptionFigures
from portfolio.web.case_sheet import SOMETHING_WRONG, CaseSheet
from portfolio.web.case_sheet_sums import all_sums, net_of, sections_of
from portfolio.web.case_sheet_texts import ALL, Measured, SheetView
from portfolio.web.pages import redirect_to
from tenancy.models import Membership

SAVED = "Saved. The case is being valued."
NOT_COMPUTABLE = "Nothing was saved: what is marked below does not fit yet."
STALE = "Somebody else changed this business case after you opened it. Copy what you typed, then reload the page."
# A choice of owners in the sheet; more people than that are typed, not chosen from a list.
MOST_MEMBERS = 500


@dataclass
class Opened:
    """One option of a case with what its sheet is made of."""

    case: BusinessCase
    option: CaseOption
    content: CaseContent
    measured: Measured

    @property
    def seen(self) -> str:
        """Identifies forecast and actual amounts, which no version of the case stands for."""
        stated = sorted(
            (str(line), measure, f"{month:%Y-%m}", str(amount))
            for line, measures in self.measured.items()
            for measure, amounts in measures.items()
            for month, amount in amounts.items()
        )
        return hashlib.sha256(json.dumps(stated).encode()).hexdigest()[:16]


def open_case(request: Any, pk: Any) -> BusinessCase:
    """The case, when the actor may see it."""
    return get_object_or_404(BusinessCase.objects.permitted(request.actor).select_related("initiative"), pk=pk)


def _opened(request: Any, pk: Any) -> Opened:
    content = content_of(open_case(request, pk))
    option = option_asked_for(content.options, request.GET.get("option", ""))
    rows = CashPeriod.objects.filter(line__option=option).exclude(measure=Measure.PLAN)
    measured: dict[Any, dict[str, dict[Any, Any]]] = {}
    for line_id, measure, month, amount in rows.values_list("line_id", "measure", "month", "amount"):
        measured.setdefault(line_id, {}).setdefault(measure, {})[month] = amount
    return Opened(content.case, option, content, measured)


def option_asked_for(options: list[CaseOption], text: str) -> CaseOption:
    """The option an address names, without one the recommended."""
    found = next((option for option in options if str(option.pk) == text or (not text and option.is_recommended)), None)
    if found is None:
        raise Http404("There is no such option in this business case.")
    return found


def _sheet(request: Any, opened: Opened, *, data: Any = None, view: SheetView | None = None) -> CaseSheet:
    members = Membership.objects.active().select_related("user").order_by("user__name", "pk")[:MOST_MEMBERS]
    this_month = first_of_month(timezone.now().date())
    view = view or _view_of(request.GET if data is None else data)
    return CaseSheet(
        opened.content, opened.option, opened.measured, list(members), view, this_month=this_month, data=data
    )


def _view_of(given: Any) -> SheetView:
    return SheetView(window=given.get("window", "0"), shows_measures=given.get("measures", "") == "1")


@require_http_methods(["GET", "POST"])
def sheet(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The sheet of one option: shown, rearranged with what was typed, or saved."""
    opened = _opened(request, pk)
    if request.method == "GET":
        return _render(request, opened, _sheet(request, opened))
    if request.POST.get("do", "save") == "save":
        return _save(request, opened)
    return _render(request, opened, _sheet(request, opened, data=_rearranged(request.POST), view=_asked(request.POST)))


def _rearranged(posted: Any) -> dict[str, str]:
    """What was typed, with another blank row where one was asked for."""
    data = posted.dict()
    verb, _, kind = data.get("do", "").partition(".")
    name = f"new.{kind}"
    if verb == "add" and data.get(name, "").isascii() and data.get(name, "").isdigit():
        data[name] = str(int(data[name][:3]) + 1)
    return data


def _asked(posted: Any) -> SheetView:
    """The view the pressed button asks for."""
    view = _view_of(posted)
    verb, _, what = posted.get("do", "").partition(".")
    if verb == "show":
        return SheetView(what, view.shows_measures)
    return SheetView(view.window, what == "1") if verb == "measures" else view


def _save(request: Any, opened: Opened) -> HttpResponse:
    request.actor.require("cash_line.change")
    typed = _sheet(request, opened, data=request.POST.dict())
    wanted = typed.read()
    if _is_stale(request, opened):
        typed.errors.append(STALE)
        return _render(request, opened, typed, status=409, sheet=wanted)
    if not typed.is_sound:
        typed.errors.append(SOMETHING_WRONG)
        return _render(request, opened, typed, status=422, sheet=wanted)
    try:
        _write(request, opened, wanted)
    except NotPermittedError:
        raise
    except StaleVersionError:
        typed.errors.append(STALE)
        return _render(request, opened, typed, status=409, sheet=wanted)
    except DomainError as error:
        for pointer, message in _places(error):
            typed.refuse(pointer, message)
        typed.errors = typed.errors or [NOT_COMPUTABLE]
        return _render(request, opened, typed, status=422, sheet=wanted)
    return _after_save(request, opened, typed.view)


def _is_stale(request: Any, opened: Opened) -> bool:
    """Whether what was sent is based on something else than what is stored now; saving looks again, under a lock."""
    is_other = opened.case.is_open and request.POST.get("version") != str(opened.case.version)
    return is_other or (request.POST.get("measures") == "1" and request.POST.get("seen") != opened.seen)


def _write(request: Any, opened: Opened, wanted: Sheet) -> None:
    if not opened.case.is_open:
        save_measures(opened.option, wanted, actor=request.actor)
        return
    save_sheet(opened.option, wanted, actor=request.actor, expected_version=opened.case.version)


def _places(error: DomainError) -> list[tuple[str, str]]:
    return list(error.places) if isinstance(error, CaseProblemError) else [(error.pointer or "", error.message)]


def _after_save(request: Any, opened: Opened, view: SheetView) -> HttpResponse:
    query = f"?option={opened.option.pk}&window={_window(view)}&measures={int(view.shows_measures)}"
    if not request.htmx:
        messages.success(request, SAVED)
        return redirect_to(tenant_url(request, "portfolio:business_case_sheet", pk=opened.case.pk) + query)
    fresh = _opened(request, opened.case.pk)
    response = _render(request, fresh, _sheet(request, fresh, view=view))
    response["HX-Trigger"] = toast_header(SAVED, "success")
    return response


def _window(view: SheetView) -> str:
    """The window as it may stand in an address."""
    return view.window if view.window == ALL or (view.window.isascii() and view.window.isdigit()) else "0"


def _render(
    request: Any, opened: Opened, shown: CaseSheet, *, status: int = 200, sheet: Sheet | None = None
) -> HttpResponse:
    preview = preview_sheet(
        opened.content, opened.option, sheet or shown.read(), actor=request.actor, trials=opened.case.trials
    )
    if status == 200:
        shown.take(preview)
    else:
        # The refusal is already at its field; figures are shown all the same.
        shown.take(SheetPreview(preview.results, preview.line_amounts, preview.people_amounts))
    context = {**_context(request, opened, shown), **live_context(opened, shown, preview)}
    template = "portfolio/_case_sheet.html" if request.htmx else "portfolio/case_sheet.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _context(request: Any, opened: Opened, shown: CaseSheet) -> dict[str, Any]:
    may_change = request.actor.can("cash_line.change")
    return {
        "sheet": shown,
        "case": opened.case,
        "object": opened.case,
        "option": opened.option,
        "options": opened.content.options,
        "seen": opened.seen,
        "may_change": may_change and opened.case.is_open,
        "may_feed": may_change,
        "may_record": may_change and request.actor.can("cash_period.record"),
        "members": list(shown.members),
        "anchors": LineAnchor.choices,
        "distributions": DriverDistribution.choices,
        "confidences": Confidence.choices,
        "adoption_shapes": AdoptionShape.choices,
    }


def live_context(opened: Opened, shown: CaseSheet, preview: SheetPreview) -> dict[str, Any]:
    """What follows from the sheet: figures, computed cells, totals and problems."""
    results = preview.results
    figures = OptionFigures.of_results(results, opened.case.currency) if results is not None else None
    sections = sections_of(shown)
    return {
        "sections": sections,
        "net": net_of(sections),
        "figures": figures,
        "results": results,
        "computed": json.dumps(_computed(shown)),
    }


def _computed(shown: CaseSheet) -> dict[str, Any]:
    values = {cell.name: cell.text for row in shown.used_lines if row.is_computed for cell in row.plan.cells()}
    totals: dict[str, str] = {}
    for row in all_sums(shown):
        totals |= {name: number(amount, 0) for name, amount in [*row.cells, (row.name, row.total)]}
    totals |= {f"sum-{row.prefix}": number(sum(row.amounts), 0) for row in shown.used_lines}
    return {"values": values, "totals": totals, "errors": shown.fields_with_errors(), "notes": shown.errors}


@require_POST
def preview(request: Any, organization: str, pk: Any) -> HttpResponse:
    """What the typed sheet comes to, without saving it; `?simulated=1` with the spread of its value."""
    opened = _opened(request, pk)
    typed = _sheet(request, opened, data=request.POST.dict())
    is_simulated = request.GET.get("simulated") == "1"
    trials = opened.case.trials if is_simulated else 0
    computed = preview_sheet(opened.content, opened.option, typed.read(), actor=request.actor, trials=trials)
    typed.take(computed)
    template = "portfolio/_sheet_spread.html" if is_simulated else "portfolio/_sheet_figures.html"
    return render(request, template, {**live_context(opened, typed, computed), "case": opened.case, "sheet": typed})
