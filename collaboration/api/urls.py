"""REST routes of collaboration."""

from collaboration.api.custom_fields import CustomFieldViewSet
from collaboration.api.viewsets import SavedViewViewSet
from core.api.routers import ApiRouter

router = ApiRouter()
router.register("saved-views", SavedViewViewSet)
router.register("custom-fields", CustomFieldViewSet)
urlpatterns = router.urls
