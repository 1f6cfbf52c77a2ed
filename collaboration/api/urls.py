"""REST routes of collaboration."""

from collaboration.api.viewsets import SavedViewViewSet
from core.api.routers import ApiRouter

router = ApiRouter()
router.register("saved-views", SavedViewViewSet)
urlpatterns = router.urls
