"""What the query string of a roadmap's page says: which display, which lanes, which items; shared by all displays."""

import json
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from collaboration.filters import custom_fields_of
from core.web import filtering
from core.web.list_state import ListState
from core.web.saved_views import SavedViewEntry, saved_view_provider
from portfolio.enums import Stage
from portfolio.models import Initiative
from roadmap.filters import RoadmapItemPageFilterSet
from roadmap.models import Roadmap, RoadmapItem
from roadmap.selectors.groupings import Grouping, Lanes, all_lanes
from roadmap.selectors.timeline import items_of

DISPLAYS = (
    ("timeline", "Timeline", "timeline"),
    ("table", "Table", "table"),
    ("horizons", "Now, next, later", "columns-3"),
    ("kanban", "Board", "layout-kanban"),
    ("calendar", "Calendar", "calendar"),
    ("graph", "Dependencies", "route"),
    ("matrix", "Matrix", "chart-dots"),
)
GROUPED = frozenset({"timeline", "table"})
MOVING = frozenset({"timeline", "horizons", "kanban", "calendar", "graph"})
ZOOMS = (("week", "Weeks"), ("month", "Months"), ("quarter", "Quarters"))
SCREEN = "roadmap:roadmap_detail"
# Parameters that say how to look, not what at; filters carry them along.
LOOK = ("display", "group", "zoom", "x", "y", "month", "by", "baseline", "critical", "filters", "alone")


class PlanState:
    """One request for a plan; unknown values fall back to the defaults."""

    def __init__(self, request: HttpRequest, roadmap: Roadmap) -> None:
        self.request = request
        self.actor: Any = request.actor
        self.roadmap = roadmap

    @cached_property
    def saved_views(self) -> list[SavedViewEntry]:
        provider = saved_view_provider()
        return list(provider.list(self.actor, SCREEN)) if provider else []

    @cached_property
    def data(self) -> QueryDict:
        """The query string; without one that of the person's default view."""
        default = next((view for view in self.saved_views if view.is_default), None)
        if self.request.GET or default is None:
            return self.request.GET
        data = QueryDict(default.query, mutable=True)
        data["view"] = default.key
        return data

    @cached_property
    def current_view(self) -> SavedViewEntry | None:
        return next((view for view in self.saved_views if view.key == self.data.get("view")), None)

    # What the templates call the records of the page.
    names: ClassVar[dict[str, str]] = {"singular": "Item", "plural": "Items"}
    grouped_displays = GROUPED
    # Those in which something is moved or linked, and can be undone.
    moving_displays = MOVING

    @property
    def display(self) -> str:
        return self.chosen("display", [key for key, _, _ in DISPLAYS], "timeline")

    @property
    def label(self) -> str:
        """The display's name."""
        return next(label for key, label, _ in DISPLAYS if key == self.display)

    @property
    def template(self) -> str:
        return f"roadmap/_display_{self.display}.html"

    @cached_property
    def groupings(self) -> list[Lanes]:
        """What the lanes may stand for."""
        return all_lanes(custom_fields_of(self.request, Initiative))

    @property
    def lanes(self) -> Lanes:
        """What the lanes stand for."""
        return next(lanes for lanes in self.groupings if lanes.key == self.grouping)

    @property
    def words(self) -> str:
        """What the page's script needs to name lanes, as JSON."""
        words = {
            "nothing": self.lanes.nothing,
            "stages": dict(Stage.choices),
            "choices": self.lanes.words if self.lanes.custom_key else {},
        }
        return json.dumps(words)

    @property
    def is_critical_shown(self) -> bool:
        return bool(self.data.get("critical"))

    @property
    def table_url(self) -> str:
        return self.link(display="table")

    @property
    def open_filters_url(self) -> str:
        return self.link(filters="open")

    @property
    def unfiltered_url(self) -> str:
        """The same display of everything; `view=all` keeps a default view from coming back."""
        look = {name: self.data[name] for name in LOOK if self.data.get(name)}
        return f"?{urlencode({'view': 'all', **look})}"

    @property
    def grouping(self) -> str:
        return self.chosen("group", [lanes.key for lanes in self.groupings], str(Grouping.TEAM))

    @property
    def zoom(self) -> str:
        return self.chosen("zoom", [key for key, _ in ZOOMS], "quarter")

    def chosen(self, name: str, known: list[str], default: str) -> str:
        """The parameter's value if it is a known one."""
        wanted = self.data.get(name, "")
        return wanted if wanted in known else default

    @cached_property
    def state(self) -> ListState:
        """What the query string says, without filters that were sent but say nothing."""
        state = ListState(self.data, [], page_size=100)
        form = self.filterset.form
        if form.is_valid():
            state.forget(filtering.blank_names(form))
        return state

    @cached_property
    def filterset(self) -> RoadmapItemPageFilterSet:
        """The item filters of the lists and of REST, on this roadmap's items."""
        rows = items_of(self.roadmap, actor=self.actor)
        filterset = RoadmapItemPageFilterSet(self.data, queryset=rows, request=self.request)
        del filterset.form.fields["roadmap"]
        filtering.with_choosers(filterset.form, self.actor)
        return filterset

    @cached_property
    def items(self) -> QuerySet[RoadmapItem]:
        """What the filters leave, in the order of the plan."""
        fields = ["title", "initiative__title", "initiative__key"]
        found: QuerySet[RoadmapItem] = filtering.search(self.filterset.qs, self.state.text, fields=fields, vector=None)
        return found

    @cached_property
    def form(self) -> Any:
        return filtering.dressed(self.filterset.form)

    @cached_property
    def chips(self) -> list[filtering.Chip]:
        return filtering.chips(self.state, self.form)

    def carried(self) -> list[tuple[str, str]]:
        """Parameters the filter form carries along as hidden inputs."""
        return [(name, self.data[name]) for name in (*LOOK, "view") if self.data.get(name)]

    @property
    def are_filters_shown(self) -> bool:
        """Whether the filter form is part of the page; its choices cost a query each, so it comes when it is opened."""
        return self.data.get("filters") == "open"

    def narrowing(self) -> list[tuple[str, str]]:
        """The filters in force, as the search form carries them while its own fields are not there."""
        known = filtering.parameters_of(self.filterset.form)
        return [(name, value) for name, values in self.state.data.lists() if name in known for value in values]

    def filters_query(self) -> str:
        """The filters alone, for the data the page's script asks for."""
        return self.state.query(view=None, page=None, **dict.fromkeys(LOOK))

    def link(self, **changes: Any) -> str:
        """The address of the same plan looked at otherwise."""
        return self.state.url(**changes)
