"""REST routes of collaboration."""

from collaboration.api.custom_fields import CustomFieldViewSet
from collaboration.api.documents import DocumentSectionViewSet, DocumentTemplateViewSet, DocumentViewSet
from collaboration.api.viewsets import SavedViewViewSet
from core.api.routers import ApiRouter

router = ApiRouter()
router.register("saved-views", SavedViewViewSet)
router.register("custom-fields", CustomFieldViewSet)
router.register("documents", DocumentViewSet)
router.register("document-sections", DocumentSectionViewSet)
router.register("document-templates", DocumentTemplateViewSet)
urlpatterns = router.urls
