"""Pages of tenancy below /{organization}/settings/."""

from django.urls import URLPattern, URLResolver

app_name = "tenancy"
urlpatterns: list[URLPattern | URLResolver] = []
