"""Everything collaboration stores."""

from collaboration.models.saved_view import SavedView

__all__ = ["SavedView"]
