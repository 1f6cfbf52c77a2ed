"""Scenarios: their list, the editor that is their page, and their forms."""

from typing import Any

from django.core.paginator import Paginator

from core.web.crud import Column, RecordAction, TenantCRUDView
from roadmap.enums import ScenarioStatus
from roadmap.filters import ScenarioFilterSet
from roadmap.models import Scenario
from roadmap.selectors.people import membership_of
from roadmap.selectors.scenario_figures import Comparison, compare
from roadmap.selectors.scenarios import ScenarioPlan
from roadmap.services.scenarios import change_scenario, create_scenario
from roadmap.web.scenario_forms import ScenarioChangeForm, ScenarioForm
from roadmap.web.scenario_texts import figure_rows, shown_change, shown_item

PAGE_SIZE = 50
SHOWN = (("all", "All items"), ("changed", "Changed"), ("conflicts", "To resolve"))


def _is(*statuses: ScenarioStatus) -> Any:
    return lambda scenario: scenario.status in statuses


class ScenarioScreen(TenantCRUDView):
    model = Scenario
    icon = "git-branch"
    intro = "Other plans, tried beside the live one. Nothing moves until a scenario is approved."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name", width="m"),
        "status",
        Column("change_count", "Changes", formatter="number"),
        Column("made_by", "By", accessor="made_by.user", formatter="person"),
        Column("submitted_at", "Submitted", formatter="ago", sort=True, is_default=False),
        Column("decided_by", "Decided by", accessor="decided_by.user", formatter="person", is_default=False),
        Column("updated_at", "Changed", formatter="ago", sort=True),
    ]
    list_select_related = ["roadmap", "made_by__user", "decided_by__user"]
    detail_select_related = ["roadmap", "made_by__user", "submitted_by__user", "decided_by__user", "baseline"]
    ordering = ["-updated_at"]
    search_fields = ["name", "description"]
    filterset_class = ScenarioFilterSet
    form_class = ScenarioForm
    form_intro = "It begins as the live plan; change what you like and compare."
    status_field = "status"
    # A scenario is discarded, not deleted.
    actions = {"delete": "scenario.change"}
    detail_template = "roadmap/scenario_detail.html"
    record_actions = [
        RecordAction("Compare", "roadmap:scenario_compare_one", icon="columns-3"),
        RecordAction("Copy", "roadmap:scenario_copy", action="scenario.create", icon="copy"),
        RecordAction(
            "Withdraw",
            "roadmap:scenario_withdraw",
            action="scenario.submit",
            icon="arrow-back-up",
            method="post",
            condition=_is(ScenarioStatus.SUBMITTED),
        ),
        RecordAction(
            "Discard",
            "roadmap:scenario_discard",
            action="scenario.change",
            icon="trash",
            method="post",
            confirm="Discard this scenario? It can still be read and copied.",
            condition=_is(ScenarioStatus.DRAFT),
        ),
        RecordAction(
            "Submit",
            "roadmap:scenario_submit",
            action="scenario.submit",
            icon="send",
            method="post",
            tone="primary",
            condition=_is(ScenarioStatus.DRAFT),
        ),
        RecordAction(
            "Decide",
            "roadmap:scenario_decide",
            action="scenario.decide",
            icon="gavel",
            tone="primary",
            condition=_is(ScenarioStatus.SUBMITTED),
        ),
    ]
    empty_title = "No scenarios yet"
    empty_text = "A scenario asks what if: leave something out, start it later, staff it otherwise, and compare."

    def list_queryset(self) -> Any:
        """With how much of each the reader may see."""
        return super().list_queryset().with_change_count(self.actor)

    def get_form_class(self) -> Any:
        return ScenarioChangeForm if self.operation == "edit" else self.form_class

    def perform_create(self, form: Any) -> Scenario:
        return create_scenario(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Scenario:
        return change_scenario(self.object, actor=self.actor, **form.cleaned_data)

    def subtitle(self, obj: Scenario) -> str:
        return f"A scenario of {obj.roadmap.name}"

    def detail_context(self, obj: Scenario) -> dict[str, Any]:
        """The items with what would be, and what it would amount to."""
        comparison = compare(obj.roadmap, [obj], actor=self.actor)
        plan = comparison.columns[1].plan
        return {
            **editor_context(plan, comparison, self.request.GET),
            "is_open": obj.is_open and self.may("change", obj),
            "may_resolve": may_resolve(obj, self.actor),
            "may_decide": self.may("decide", obj) and obj.status == ScenarioStatus.SUBMITTED,
        }


def editor_context(plan: ScenarioPlan, comparison: Comparison, asked: Any) -> dict[str, Any]:
    """One page of the items, filtered as asked, with the figures beside the live plan's."""
    show = asked.get("show", "")
    show = show if show in dict(SHOWN) else SHOWN[0][0]
    text = asked.get("q", "").strip()[:100]
    rows = [each for each in plan.items if _is_shown(each, show, text)]
    page = Paginator(rows, PAGE_SIZE).get_page(asked.get("page"))
    counts = {
        "all": len(plan.items),
        "changed": sum(bool(each.all_changes) for each in plan.items),
        "conflicts": len(plan.open_changes),
    }
    return {
        "page": page,
        "rows": [shown_item(each, comparison.names) for each in page],
        "show": show,
        "text": text,
        "choices": [(key, label, counts[key]) for key, label in SHOWN],
        "conflict_count": counts["conflicts"],
        "gone": [shown_change(each, comparison.names) for each in plan.gone],
        "figures": [row for row in figure_rows(comparison) if not _is_pointless(row)],
        "comparison": comparison,
        "violations": comparison.columns[1].figures.violations[:20],
    }


def may_resolve(scenario: Scenario, actor: Any) -> bool:
    """Whether the actor may settle conflicts of the scenario as it stands."""
    if scenario.is_decided or not actor.can("scenario_change.resolve"):
        return False
    if scenario.is_open or actor.can("scenario.decide"):
        return True
    member = membership_of(actor)
    return member is not None and member.pk in {scenario.made_by_id, scenario.submitted_by_id}


def _is_shown(planned: Any, show: str, text: str) -> bool:
    if show == "changed" and not planned.all_changes:
        return False
    if show == "conflicts" and not any(each.is_open for each in planned.all_changes):
        return False
    initiative = planned.item.initiative
    words = f"{planned.item.title} {initiative.key if initiative else ''}".casefold()
    return text.casefold() in words


def _is_pointless(row: Any) -> bool:
    """Whether nothing at all is known of a figure, so that it would only take room."""
    return all(cell.text in {"no capacities", "no goals linked", "not simulated", "no team"} for cell in row.cells)
