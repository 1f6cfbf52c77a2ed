"""Pages of the integrations."""

from django.urls import path

from integrations.web import import_views
from integrations.web.screens import ExternalReferenceScreen, ImportRunScreen

app_name = "integrations"
urlpatterns = [
    path("imports/plan-history/", import_views.upload_history, name="plan_history_upload"),
    *ImportRunScreen.get_urls("imports"),
    path("imports/<uuid:pk>/mapping/", import_views.map_import, name="import_run_map"),
    path("imports/<uuid:pk>/start/", import_views.start, name="import_run_start"),
    path("imports/<uuid:pk>/progress/", import_views.progress, name="import_run_progress"),
    path("imports/<uuid:pk>/report.<str:kind>", import_views.report, name="import_run_report"),
    *ExternalReferenceScreen.get_urls("external-references"),
]
