"""Pages of collaboration."""

from django.urls import path

from collaboration.web import custom_field_screens, document_pages
from collaboration.web.custom_field_screens import CustomFieldScreen
from collaboration.web.document_screens import DocumentScreen, DocumentTemplateScreen

app_name = "collaboration"
urlpatterns = [
    path("settings/custom-fields/<uuid:pk>/archive/", custom_field_screens.archive, name="custom_field_archive"),
    path("settings/custom-fields/<uuid:pk>/restore/", custom_field_screens.restore, name="custom_field_restore"),
    *CustomFieldScreen.get_urls("settings/custom-fields"),
    path("documents/sections/<uuid:pk>/", document_pages.write_section, name="document_section_edit"),
    path(
        "documents/sections/<uuid:pk>/autosave/",
        document_pages.autosave_section,
        name="document_section_autosave",
    ),
    path("documents/sections/<uuid:pk>/move/", document_pages.move_section, name="document_section_move"),
    path("documents/<uuid:pk>/print/", document_pages.print_document, name="document_print"),
    *DocumentScreen.get_urls("documents"),
    path("settings/document-templates/copy/", document_pages.copy_template, name="document_template_copy"),
    *DocumentTemplateScreen.get_urls("settings/document-templates"),
]
