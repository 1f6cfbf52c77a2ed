"""Addresses of sharing and exporting roadmaps."""

from django.urls import path

from roadmap.web import exports, sharing

urlpatterns = [
    path("roadmaps/<uuid:pk>/publish/", sharing.publish, name="roadmap_publish"),
    path("roadmaps/<uuid:pk>/file/", exports.export_plan, name="roadmap_file"),
    path("exports/<uuid:pk>/", exports.export_detail, name="roadmap_export_detail"),
    path("exports/<uuid:pk>/file/", exports.export_content, name="roadmap_export_content"),
    *sharing.PublicLinkScreen.get_urls("public-links"),
    path("public-links/<uuid:pk>/revoke/", sharing.revoke, name="public_link_revoke"),
]
