"""Every URL of the installation."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from config import health
from core.api.views import not_found
from portfolio.web.pages import home

api_patterns: list[URLPattern | URLResolver] = [
    path("", include("tenancy.api.urls")),
    path("", include("collaboration.api.urls")),
    path("", include("portfolio.api.urls")),
    path("", include("roadmap.api.urls")),
    path("", include("experiments.api.urls")),
    path("", include("governance.api.urls")),
    path("", include("integrations.api.urls")),
]

web_patterns: list[URLPattern | URLResolver] = [
    path("", home, name="organization_home"),
    path("", include("collaboration.web.urls")),
    path("settings/", include("tenancy.web.urls")),
    path("portfolio/", include("portfolio.web.urls")),
    path("roadmap/", include("roadmap.web.urls")),
    path("experiments/", include("experiments.web.urls")),
    path("governance/", include("governance.web.urls")),
    path("integrations/", include("integrations.web.urls")),
]

handler400 = "core.api.handlers.bad_request"
handler403 = "core.api.handlers.permission_denied"
handler404 = "core.api.handlers.page_not_found"
handler500 = "core.api.handlers.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/organizations/<slug:organization>/", include(api_patterns)),
    path("api/v1/", include("tenancy.api.global_urls")),
    re_path(r"^api/", not_found),
    path("", include("tenancy.web.global_urls")),
    path("published/", include("roadmap.web.published_urls")),
    path("published/", include("roadmap.web.published_urls")),
    path("", include("core.web.routes")),
    path("<slug:organization>/", include(web_patterns)),
]
