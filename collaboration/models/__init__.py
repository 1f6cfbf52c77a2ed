"""Everything collaboration stores."""

from collaboration.models.custom_field import CustomField, CustomFieldsMixin, models_with_custom_fields
from collaboration.models.document import Document, DocumentSection, DocumentTemplate
from collaboration.models.saved_view import SavedView

__all__ = [
    "CustomField",
    "CustomFieldsMixin",
    "Document",
    "DocumentSection",
    "DocumentTemplate",
    "SavedView",
    "models_with_custom_fields",
]
