"""The demo's saved views."""

from collaboration.services.saved_views import create_saved_view
from integrations.services.demo.people import Cast

_INITIATIVES = "portfolio:initiative_list"
_PLAN = "roadmap:roadmap_detail"
_VIEWS = (
    ("pm", _INITIATIVES, "Close to launch", {"stage": ["alpha", "beta"]}),
    ("pm", _INITIATIVES, "Ideas to sort", {"stage": ["idea", "discovery"]}),
    ("security", _INITIATIVES, "Risk reduction", {"kind": ["risk_reduction"]}),
    (
        "security",
        _INITIATIVES,
        "By AI Act class",
        {
            "columns": ["title", "stage", "cf_ai_act_class", "cf_sponsor", "cf_privacy_review_on", "prd"],
            "sort": ["-cf_ai_act_class"],
        },
    ),
    ("director", "portfolio:kpi_list", "Off track or stale", {"status": ["off_track", "stale"]}),
    ("pm", _PLAN, "Now, next, later", {"display": ["horizons"]}),
    ("director", _PLAN, "Confidence against length", {"display": ["matrix"], "y": ["confidence"], "x": ["effort"]}),
    ("director", "governance:launch_list", "Still open", {"status": ["draft", "ready"]}),
)


def create_views(cast: Cast) -> None:
    """Views of lists that the whole organization shares."""
    for handle, screen, name, query in _VIEWS:
        with cast.acting(handle) as actor:
            create_saved_view(actor=actor, screen=screen, name=name, query=query, sharing="organization")
