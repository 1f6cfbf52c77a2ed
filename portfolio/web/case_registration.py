"""Addresses of the case screens, and what waits for people who decide on cases."""

from django.urls import path

from core.web.palette import register_command
from portfolio.hooks import waiting_for_me
from portfolio.web import case_decision_pages as decisions
from portfolio.web import case_line_pages, case_pages, case_sheet_pages, waiting_cost_pages
from portfolio.web import case_option_pages as options

_CASE = "business-cases/<uuid:pk>/"
_OPTION = "case-options/<uuid:pk>/"

urlpatterns = [
    path("business-cases/cost-of-waiting/", waiting_cost_pages.cost_of_waiting, name="cost_of_waiting"),
    path(f"{_CASE}sheet/", case_sheet_pages.sheet, name="business_case_sheet"),
    path(f"{_CASE}sheet/preview/", case_sheet_pages.preview, name="business_case_preview"),
    path(f"{_CASE}compare/", case_pages.compare, name="business_case_compare"),
    path(f"{_CASE}difference/", case_pages.difference, name="business_case_difference"),
    path(f"{_CASE}results/", case_pages.results, name="business_case_results"),
    path(f"{_CASE}value/", case_pages.value, name="business_case_value"),
    path(f"{_CASE}make-current/", case_pages.make_current, name="business_case_make_current"),
    path(f"{_CASE}submit/", decisions.submit, name="business_case_submit"),
    path(f"{_CASE}withdraw/", decisions.withdraw, name="business_case_withdraw"),
    path(f"{_CASE}approve/", decisions.approve, name="business_case_approve"),
    path(f"{_CASE}return/", decisions.give_back, name="business_case_return"),
    path(f"{_CASE}new-draft/", decisions.draft_anew, name="business_case_new_draft"),
    path(f"{_CASE}options/new/", options.create, name="business_case_add_option"),
    path(f"{_OPTION}edit/", options.change, name="case_option_edit"),
    path(f"{_OPTION}recommend/", options.recommend, name="case_option_recommend"),
    path(f"{_OPTION}delete/", options.delete, name="case_option_delete"),
    path("cash-lines/<uuid:pk>/feed/", case_line_pages.change_feed, name="cash_line_feed"),
]


def register() -> None:
    """Called once when the app is ready."""
    waiting_for_me.register(decisions.cases_waiting)
    register_command(
        "Cost of waiting",
        "portfolio:cost_of_waiting",
        action="valuation.view",
        keywords=("cost of delay", "wsjf", "urgency"),
        icon="clock",
    )
