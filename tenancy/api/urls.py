"""REST routes below /api/v1/organizations/{organization}/."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
