"""Pages of the roadmap."""

from django.urls import path

from roadmap.web.capacity_registration import urlpatterns as capacity_urlpatterns
from roadmap.web.forecasts import urlpatterns as forecast_urlpatterns
from roadmap.web.history_registration import urlpatterns as history_urlpatterns
from roadmap.web.plan_views import filter_fields, save_view
from roadmap.web.planning_registration import urlpatterns as planning_urlpatterns
from roadmap.web.publishing_urls import urlpatterns as publishing_urlpatterns
from roadmap.web.scenario_registration import urlpatterns as scenario_urlpatterns
from roadmap.web.screens import MilestoneScreen, RoadmapItemScreen, RoadmapScreen
from roadmap.web.timeline import live, schedule_data, timeline_data

app_name = "roadmap"
urlpatterns = [
    *publishing_urlpatterns,
    *RoadmapScreen.get_urls("roadmaps"),
    path("roadmaps/<uuid:pk>/timeline.json", timeline_data, name="roadmap_timeline"),
    path("roadmaps/<uuid:pk>/schedule.json", schedule_data, name="roadmap_schedule"),
    path("roadmaps/<uuid:pk>/live.json", live, name="roadmap_live"),
    path("roadmaps/<uuid:pk>/views/", save_view, name="roadmap_save_view"),
    path("roadmaps/<uuid:pk>/filters/", filter_fields, name="roadmap_filters"),
    *RoadmapItemScreen.get_urls("items"),
    *MilestoneScreen.get_urls("milestones"),
    *planning_urlpatterns,
    *forecast_urlpatterns,
    *capacity_urlpatterns,
    *history_urlpatterns,
    *scenario_urlpatterns,
]
