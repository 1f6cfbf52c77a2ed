"""App configuration of collaboration."""

from django.apps import AppConfig


class CollaborationConfig(AppConfig):
    name = "collaboration"

    def ready(self) -> None:
        from collaboration import permissions  # noqa: F401, PLC0415 - declares the app's actions
        from collaboration.web.saved_views import StoredSavedViews  # noqa: PLC0415 - needs loaded models
        from core.web.saved_views import register_saved_view_provider  # noqa: PLC0415 - as above

        register_saved_view_provider(StoredSavedViews())
