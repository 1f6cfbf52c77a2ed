"""Every URL of the installation."""

from django.urls import include, path

from config import health

api_patterns = [
    path("", include("tenancy.api.urls")),
]

web_patterns = [
    path("", include("tenancy.web.urls")),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/organizations/<slug:organization>/", include(api_patterns)),
    path("api/v1/", include("tenancy.api.global_urls")),
    path("", include("tenancy.web.global_urls")),
    path("<slug:organization>/", include(web_patterns)),
]
