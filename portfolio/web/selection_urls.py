"""Pages of portfolio selection."""

from django.urls import path

from portfolio.web import selection_pages as pages
from portfolio.web.selection_screens import SelectionRunScreen

urlpatterns = [
    path("selections/compare/", pages.compare, name="selection_run_compare"),
    path("selections/<uuid:pk>/candidates/", pages.candidates, name="selection_run_candidates"),
    path("selections/<uuid:pk>/limits/", pages.limits, name="selection_run_limits"),
    path("selections/<uuid:pk>/rules/", pages.rules, name="selection_run_rules"),
    path("selections/<uuid:pk>/rules/needs/", pages.add_prerequisite, name="selection_run_add_prerequisite"),
    path("selections/<uuid:pk>/rules/groups/", pages.add_exclusion, name="selection_run_add_exclusion"),
    path("selections/<uuid:pk>/refresh/", pages.refresh, name="selection_run_refresh"),
    path("selections/<uuid:pk>/search/", pages.search, name="selection_run_search"),
    path("selections/<uuid:pk>/cancel/", pages.cancel, name="selection_run_cancel"),
    path("selections/<uuid:pk>/progress/", pages.progress, name="selection_run_progress"),
    path("selection-candidates/<uuid:pk>/", pages.candidate, name="selection_candidate_edit"),
    path("selection-resources/<uuid:pk>/value/", pages.value_more, name="selection_resource_value"),
    path("selection-resources/<uuid:pk>/cancel/", pages.cancel_value, name="selection_resource_cancel"),
    path("selection-resources/<uuid:pk>/progress/", pages.value_progress, name="selection_resource_progress"),
    path("selection-results/<uuid:pk>/plan/", pages.plan, name="selection_result_plan"),
    *SelectionRunScreen.get_urls("selections"),
]
