"""Pages of collaboration."""

from django.urls import path

from collaboration.web import custom_field_screens
from collaboration.web.custom_field_screens import CustomFieldScreen

app_name = "collaboration"
urlpatterns = [
    path("settings/custom-fields/<uuid:pk>/archive/", custom_field_screens.archive, name="custom_field_archive"),
    path("settings/custom-fields/<uuid:pk>/restore/", custom_field_screens.restore, name="custom_field_restore"),
    *CustomFieldScreen.get_urls("settings/custom-fields"),
]
