"""Routes of viewsets: UUID ids, and only the operations a viewset offers."""

from typing import Any

from rest_framework.routers import Route, SimpleRouter

_BULK = Route(
    url=r"{prefix}/bulk{trailing_slash}",
    mapping={"post": "bulk_create", "patch": "bulk_update"},
    name="{basename}-bulk",
    detail=False,
    initkwargs={"suffix": "Bulk"},
)


class ApiRouter(SimpleRouter):
    """A router whose detail routes take UUIDs and which leaves out operations without a hook."""

    routes = [SimpleRouter.routes[0], _BULK, *SimpleRouter.routes[1:]]

    def __init__(self) -> None:
        super().__init__(use_regex_path=False)

    def get_method_map(self, viewset: Any, method_map: dict[str, str]) -> dict[str, str]:
        """{method: operation} of one route, without the operations `viewset.offers()` denies."""
        bound = super().get_method_map(viewset, method_map)
        offers = getattr(viewset, "offers", None)
        return bound if offers is None else {method: name for method, name in bound.items() if offers(name)}

    def get_default_basename(self, viewset: Any) -> str:
        """business-case for BusinessCase, as in `business-case-list`."""
        return viewset.model.action_noun().replace("_", "-")
