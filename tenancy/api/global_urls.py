"""REST routes that belong to no organization, and the answer to everything else below /api/v1/."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.api.views import not_found
from tenancy.api.organizations import OwnOrganizationsView

# Own template: the package's has an inline style, which the content security policy refuses.
docs = SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api/docs.html")

urlpatterns = [
    path("organizations/", OwnOrganizationsView.as_view(), name="own-organizations"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
    re_path(r"^", not_found),
]
