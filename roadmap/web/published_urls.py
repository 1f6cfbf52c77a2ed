"""Addresses of published roadmaps, outside every organization's pages."""

from django.urls import path

from roadmap.web import published

urlpatterns = [
    path("<slug:organization>/<str:secret>/", published.published_page, name="published_page"),
    path("<slug:organization>/<str:secret>/roadmap.ics", published.published_calendar, name="published_calendar"),
]
