"""Two moments of a roadmap side by side, as one actor may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from roadmap.calc.plan_diff import PlanDiff, PlanState, compare, without_hidden
from roadmap.models import Baseline, ItemRescope, Roadmap
from roadmap.selectors.plan_states import NOW, PlanPoint, hidden_portfolios, point_of, point_of_baseline, state_at
from tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two points; `reasons` are those given between them for changing a promise, by item."""

    roadmap: Roadmap
    before: PlanPoint
    after: PlanPoint
    diff: PlanDiff
    reasons: dict[UUID, Sequence[ItemRescope]]


def comparison(roadmap: Roadmap, *, before: str, after: str, actor: Actor) -> Comparison:
    """Compare two points named as `point_of` reads them; an empty `before` is the newest baseline, `after` now.

    Costs a fixed number of queries. Raises InvalidInputError for a point there is not.
    """
    since = _first_point(roadmap, before, actor)
    until = point_of(roadmap, after or NOW, actor=actor, pointer="after")
    states = [state_at(point, roadmap, actor=actor) for point in (since, until)]
    old, new = without_hidden(states, hidden_portfolios(actor))
    return Comparison(roadmap, since, until, compare(old, new), _reasons(roadmap, since, until, actor))


def visible_state(point: PlanPoint, roadmap: Roadmap, *, actor: Actor) -> PlanState:
    """The roadmap at one point, less what is hidden from the actor."""
    return without_hidden([state_at(point, roadmap, actor=actor)], hidden_portfolios(actor))[0]


def _first_point(roadmap: Roadmap, text: str, actor: Actor) -> PlanPoint:
    if text:
        return point_of(roadmap, text, actor=actor)
    newest = Baseline.objects.permitted(actor).filter(roadmap=roadmap).order_by("-taken_at", "-id").first()
    return point_of_baseline(newest) if newest else point_of(roadmap, NOW, actor=actor)


def _reasons(roadmap: Roadmap, since: PlanPoint, until: PlanPoint, actor: Actor) -> dict[UUID, Sequence[ItemRescope]]:
    found: dict[UUID, list[ItemRescope]] = {}
    rows = ItemRescope.objects.permitted(actor).filter(
        roadmap=roadmap, rescoped_at__gt=since.moment, rescoped_at__lte=until.moment
    )
    for row in rows.order_by("rescoped_at", "id"):
        found.setdefault(row.item_key, []).append(row)
    return dict(found)
