"""Pages of the roadmap."""

from django.urls import path

from roadmap.web.screens import DependencyScreen, MilestoneScreen, RoadmapItemScreen, RoadmapScreen
from roadmap.web.timeline import timeline_data

app_name = "roadmap"
urlpatterns = [
    *RoadmapScreen.get_urls("roadmaps"),
    path("roadmaps/<uuid:pk>/timeline.json", timeline_data, name="roadmap_timeline"),
    *RoadmapItemScreen.get_urls("items"),
    *MilestoneScreen.get_urls("milestones"),
    *DependencyScreen.get_urls("dependencies"),
]
