"""The list page: filter bar, table, saved views, pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponse, QueryDict
from django.utils.functional import cached_property

from core.web import filtering
from core.web.formatting import midsentence
from core.web.list_state import PAGE_SIZES, ListState, ordered
from core.web.saved_views import SHARINGS, SavedViewEntry, chosen_sharing, saved_view_provider
from core.web.screen import Screen
from core.web.tables import Column, Header, Row, make_row, resolve_columns
from core.web.urls import safe_next

COUNT_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of rows. `total` stops at COUNT_LIMIT, which `is_capped` says."""

    rows: Sequence[Row]
    headers: Sequence[Header]
    total: int
    is_capped: bool
    number: int
    pages: int
    first: int
    last: int
    previous_url: str
    next_url: str


class ListScreen(Screen):
    """Declarations and behaviour of the list; see docs/how-to/add-a-screen.md."""

    columns: ClassVar[Sequence[Column | str]] = ()
    filterset_class: ClassVar[Any] = None
    search_fields: ClassVar[Sequence[str]] = ()
    search_vector: ClassVar[str | None] = None
    ordering: ClassVar[Sequence[str]] = ()
    page_size: ClassVar[int] = 50
    empty_title: ClassVar[str] = ""
    empty_text: ClassVar[str] = ""
    intro: ClassVar[str] = ""
    list_template: ClassVar[str] = "crud/list.html"
    list_fragment: ClassVar[str] = "crud/_table.html"

    def list_get(self) -> HttpResponse:
        self.require("view")
        state = self.state
        response = self.render(self.list_template, self.list_fragment, self.list_page_context())
        if self.is_fragment:
            query = state.query()
            response["HX-Push-Url"] = self.request.path + (f"?{query}" if query else "")
        return response

    def list_page_context(self) -> dict[str, Any]:
        page = self.page()
        form = filtering.dressed(self.filterset.form) if self.filterset is not None else None
        return {
            "state": self.state,
            "page": page,
            "page_sizes": PAGE_SIZES,
            "filter_form": form,
            "chips": filtering.chips(self.state, form),
            "saved_views": self.saved_views,
            "current_view": next((view for view in self.saved_views if view.key == self.state.view), None),
            "has_saved_views": saved_view_provider() is not None,
            "sharings": SHARINGS,
            **self.list_context(page),
        }

    def list_context(self, page: ListPage) -> dict[str, Any]:
        """Extra context of the list template; override freely."""
        return {}

    @property
    def empty_heading(self) -> str:
        return self.empty_title or f"No {midsentence(self.names()['plural'])} yet"

    @property
    def create_label(self) -> str:
        return f"New {midsentence(self.names()['singular'])}"

    @cached_property
    def all_columns(self) -> list[Column]:
        return resolve_columns(self.model, self.columns)

    @cached_property
    def saved_views(self) -> list[SavedViewEntry]:
        provider = saved_view_provider()
        return list(provider.list(self.actor, self.url_name("list"))) if provider else []

    @cached_property
    def state(self) -> ListState:
        """From the query string; without one from the person's default view."""
        data: QueryDict = self.request.GET
        default = next((view for view in self.saved_views if view.is_default), None)
        if not data and default is not None:
            data = QueryDict(default.query, mutable=True)
            data["view"] = default.key
        return ListState(data, self.all_columns, page_size=self.page_size)

    @cached_property
    def filterset(self) -> Any:
        """The bound FilterSet, or None when the screen declares none."""
        if self.filterset_class is None:
            return None
        filterset = self.filterset_class(self.state.data, queryset=self.list_queryset(), request=self.request)
        if filtering.with_choosers(filterset.form, self.actor).is_valid():
            self.state.forget(filtering.blank_names(filterset.form))
        return filterset

    def list_queryset(self) -> Any:
        """Rows of the list before filters; override to annotate."""
        return self.get_queryset().select_related(*self.list_select_related)

    def filtered_queryset(self) -> Any:
        queryset = self.list_queryset() if self.filterset is None else self.filterset.qs
        if self.filterset is not None and "q" in self.filterset.filters:
            return queryset
        return filtering.search(queryset, self.state.text, fields=self.search_fields, vector=self.search_vector)

    def shown_queryset(self) -> Any:
        """Filtered rows in order, with the annotations the shown columns need."""
        needed = [*self.state.visible, *filter(None, [self.state.sort_column])]
        annotations = {column.name: column.annotate for column in needed if column.annotate is not None}
        return ordered(self.filtered_queryset().annotate(**annotations), self.state, self.ordering)

    def row_url(self, obj: Any) -> str | None:
        """Where a click on the row leads."""
        return self.url("detail", obj)

    def page(self) -> ListPage:
        state = self.state
        counted = self.filtered_queryset().order_by()[: COUNT_LIMIT + 1].count()
        total, is_capped = min(counted, COUNT_LIMIT), counted > COUNT_LIMIT
        pages = max(1, -(-total // state.size))
        number = min(state.page, pages)
        start = (number - 1) * state.size
        objects = list(self.shown_queryset()[start : start + state.size])
        return ListPage(
            rows=[make_row(obj, state.visible, self.row_url(obj)) for obj in objects],
            headers=state.headers(),
            total=total,
            is_capped=is_capped,
            number=number,
            pages=pages,
            first=start + 1 if objects else 0,
            last=start + len(objects),
            previous_url=state.url(page=number - 1) if number > 1 else "",
            next_url=state.url(page=number + 1) if number < pages else "",
        )

    def views_post(self) -> HttpResponse:
        """Save the current query as a view, or delete one of the actor's own."""
        self.require("view")
        provider, data = saved_view_provider(), self.request.POST
        screen, back = self.url_name("list"), self.url("list")
        if provider is None:
            return self.redirect(back)
        if data.get("intent") == "delete":
            provider.delete(self.actor, screen, data.get("key", ""))
            return self.redirect(back)
        query = ListState(QueryDict(data.get("query", "")), self.all_columns, page_size=self.page_size)
        saved = provider.save(
            self.actor,
            screen,
            name=data.get("name", "").strip()[:80] or "Unnamed view",
            query=query.query(view=None, page=None),
            sharing=chosen_sharing(data.get("sharing", "")),
            is_default=bool(data.get("is_default")),
        )
        return self.redirect(safe_next(self.request, f"{back}?{saved.query}&view={saved.key}"))
