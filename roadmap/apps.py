"""App configuration of roadmap."""

from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "roadmap"
