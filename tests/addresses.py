"""Every address below an organization, read from the URL resolver, so that no test can forget one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tenancy.models import LedgerEvent, tenant_models

# Function views say no model: it is the one whose noun their name starts with, but for these.
_NOUNS = {"approval": "approval_request"}


@dataclass(frozen=True)
class Address:
    """One named route of an organization and the methods it answers."""

    name: str
    route: str
    parameters: tuple[str, ...]
    methods: tuple[str, ...]
    model: Any

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")


def organization_addresses() -> list[Address]:
    """All routes with an organization in them, by name."""
    return sorted(_walk(get_resolver(), "", ()), key=lambda address: (not address.is_api, address.name))


def _walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern, route, inner)
        elif "<slug:organization>/" in route and not route.startswith(("invitations/", "published/")):
            yield _address(pattern, route, namespaces)


def _address(pattern: URLPattern, route: str, namespaces: tuple[str, ...]) -> Address:
    name = ":".join((*namespaces, pattern.name or route))
    view = pattern.callback
    parameters = tuple(part.split(">")[0].split(":")[-1] for part in route.split("<")[1:])
    viewset = getattr(view, "cls", None)
    screen = getattr(view, "view_class", None)
    if viewset is not None and hasattr(view, "actions"):
        methods = tuple(sorted(method.upper() for method in view.actions if method not in {"head", "options"}))
    elif viewset is not None:
        methods = tuple(m.upper() for m in ("get", "post", "put", "patch", "delete") if hasattr(viewset, m))
    elif screen is not None and "operation" in view.view_initkwargs:
        operation = view.view_initkwargs["operation"]
        methods = tuple(m.upper() for m in ("get", "post") if hasattr(screen, f"{operation}_{m}"))
    else:
        methods = ("GET", "POST")
    model = getattr(viewset or screen, "model", None) or _model_named(name.rpartition(":")[2])
    return Address(name, route, parameters, methods, model)


def _model_named(name: str) -> Any:
    models = {model.action_noun(): model for model in tenant_models()}
    nouns = {**{noun: noun for noun in models}, **_NOUNS}
    fitting = [noun for noun in nouns if name == noun or name.startswith(f"{noun}_")]
    return models[nouns[max(fitting, key=len)]] if fitting else None


def is_ledger(address: Address) -> bool:
    """The ledger's rows are written by triggers, not made by tests."""
    return address.model is LedgerEvent
