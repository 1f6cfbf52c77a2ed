"""Addresses of the frame. Include them before every address that starts with an organization."""

from django.urls import path

from core.web import views

app_name = "web"
urlpatterns = [
    path("favicon.ico", views.favicon, name="favicon"),
    path("-/theme/", views.set_theme, name="theme"),
    path("<slug:organization>/-/palette/", views.palette_results, name="palette"),
    path("<slug:organization>/-/choices/<slug:noun>/", views.choices, name="choices"),
    path("<slug:organization>/-/search/", views.search_page, name="search"),
    path("<slug:organization>/-/shortcuts/", views.shortcuts, name="shortcuts"),
]
