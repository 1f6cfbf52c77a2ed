"""What every screen of the CRUD layer shares: names, addresses, rights, the one road from id to object."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.utils.text import capfirst
from django.views import View
from django_htmx.http import HttpResponseClientRedirect

from core.web.actor import may
from core.web.formatting import midsentence
from core.web.urls import SeeOther, tenant_url


class Screen(View):
    """One model's pages. `operation` is set per address by `get_urls()`."""

    model: ClassVar[Any] = None
    namespace: ClassVar[str | None] = None
    basename: ClassVar[str | None] = None
    icon: ClassVar[str] = "file-text"
    label: ClassVar[str] = ""
    label_plural: ClassVar[str] = ""
    actions: ClassVar[Mapping[str, str]] = {}
    list_select_related: ClassVar[Sequence[str]] = ()
    detail_select_related: ClassVar[Sequence[str]] = ()

    operation: str = ""

    @classmethod
    def noun(cls) -> str:
        """The model's noun in action and address names, such as `business_case`."""
        named = getattr(cls.model, "action_noun", None)
        return named() if named else cls.model._meta.model_name

    @classmethod
    def url_name(cls, operation: str) -> str:
        """`portfolio:business_case_list` and the like."""
        return f"{cls.namespace or cls.model._meta.app_label}:{cls.basename or cls.noun()}_{operation}"

    @classmethod
    def action(cls, verb: str) -> str:
        """The action asked for a verb (view, create, change, delete): `initiative.change` unless overridden."""
        return cls.actions.get(verb) or f"{cls.noun()}.{verb}"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Singular and plural label, with a capital."""
        meta = cls.model._meta
        return {
            "singular": capfirst(cls.label or str(meta.verbose_name)),
            "plural": capfirst(cls.label_plural or str(meta.verbose_name_plural)),
        }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.actor: Any = request.actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = "get" if request.method == "HEAD" else str(request.method).lower()
        handler = getattr(self, f"{self.operation}_{method}", None)
        if handler is None:
            return self.http_method_not_allowed(request)
        kwargs.pop("organization", None)
        return handler(**kwargs)

    def _allowed_methods(self) -> list[str]:
        return [name.upper() for name in self.http_method_names if hasattr(self, f"{self.operation}_{name}")]

    def url(self, operation: str, obj: Any = None) -> str:
        """The address of an operation, on `obj` when one is given."""
        kwargs = {} if obj is None else {"pk": obj.pk}
        return tenant_url(self.actor, self.url_name(operation), **kwargs)

    def may(self, verb: str, obj: Any = None) -> bool:
        return may(self.actor, self.action(verb), obj)

    def require(self, verb: str, obj: Any = None) -> None:
        """Raise PermissionDenied (a 403 page) unless the actor may."""
        if not self.may(verb, obj):
            noun = midsentence(self.names()["plural"])
            raise PermissionDenied(f"Your role does not allow you to {verb} {noun}.")

    def get_queryset(self) -> Any:
        """Rows the actor may see. Override to add annotations of your own; never to widen it."""
        return self.model.objects.permitted(self.actor, "view")

    def get_object(self, pk: Any) -> Any:
        """The row, or 404 when it does not exist for this actor; 403 if the role may not view the kind at all."""
        self.require("view")
        return get_object_or_404(self.get_queryset().select_related(*self.detail_select_related), pk=pk)

    @property
    def is_fragment(self) -> bool:
        """True when only a part of the page is asked for."""
        htmx = self.request.htmx
        return bool(htmx) and not htmx.boosted and not htmx.history_restore_request

    def render(self, page: str, fragment: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """The page, or for an HTMX request its fragment."""
        template = fragment if self.is_fragment else page
        response = render(self.request, template, {"screen": self, "names": self.names(), **context}, status=status)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def redirect(self, url: str) -> HttpResponse:
        """Send the browser on; HTMX is told by header, since it would follow a 302 into the fragment."""
        if self.is_fragment:
            return HttpResponseClientRedirect(url)
        return SeeOther(url)
