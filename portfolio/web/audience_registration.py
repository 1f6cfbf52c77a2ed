"""Addresses, navigation and panels of the capability map, stakeholders and feedback."""

from typing import Any

from django.urls import path

from core.web.choosers import register_chooser
from core.web.navigation import register_item
from core.web.palette import register_command
from core.web.short_lists import short_list
from core.web.tones import register_tones
from core.web.urls import tenant_url
from portfolio.hooks import initiative_panels
from portfolio.models import Initiative
from portfolio.selectors import audience, capability_map
from portfolio.web import audience_pages as pages
from portfolio.web.audience_screens import CapabilityScreen, FeedbackScreen, StakeholderScreen
from tenancy.actor import Actor

urlpatterns = [
    path("capability-map/", pages.the_map, name="capability_map"),
    path("capabilities/<uuid:pk>/stands-on/", pages.add_provider, name="capability_provider"),
    path("capabilities/<uuid:pk>/initiative/", pages.add_builder, name="capability_builder"),
    path("capability-dependencies/<uuid:pk>/remove/", pages.remove_dependency, name="capability_dependency_remove"),
    path("capability-initiatives/<uuid:pk>/remove/", pages.remove_builder, name="capability_initiative_remove"),
    path("stakeholders/<uuid:pk>/pulse/", pages.add_pulse, name="stakeholder_pulse"),
    path("feedback/upload/", pages.upload, name="feedback_upload"),
    path("feedback/<uuid:pk>/link/", pages.link, name="feedback_speaks_for"),
    path("feedback-links/<uuid:pk>/remove/", pages.unlink, name="feedback_link_remove"),
    *CapabilityScreen.get_urls("capabilities"),
    *StakeholderScreen.get_urls("stakeholders"),
    *FeedbackScreen.get_urls("feedback"),
]


def register() -> None:
    """Called once when the app is ready."""
    items = (
        ("Capability map", "capability_map", "capability.view", "topology-star-3", 70, ("platform", "services")),
        ("Feedback", "feedback_list", "feedback.view", "message-circle", 72, ("customers", "insights", "tickets")),
        ("Stakeholders", "stakeholder_list", "stakeholder.view", "users", 74, ("pulse", "satisfaction")),
    )
    for label, name, action, icon, order, words in items:
        register_item("portfolio", label, f"portfolio:{name}", icon=icon, action=action, order=order)
        register_command(label, f"portfolio:{name}", action=action, keywords=words, icon=icon)
    for label, noun in (
        ("New capability", "capability"),
        ("New stakeholder", "stakeholder"),
        ("New feedback", "feedback"),
    ):
        register_command(label, f"portfolio:{noun}_create", action=f"{noun}.create", keywords=("add",), icon="plus")
    register_tones({"planned": "neutral", "building": "accent", "retiring": "warning"})
    register_tones({"negative": "danger", "neutral": "neutral", "positive": "success"})
    register_chooser("portfolio.Capability", ordering=["name", "pk"], note=lambda row: row.get_kind_display())
    initiative_panels.register(audience_panels)


def audience_panels(initiative: Initiative, actor: Actor) -> list[tuple[str, str, dict[str, Any]]]:
    """Whom the initiative is for: feedback, stakeholders, capabilities; what is empty is one line to start from."""
    stakeholders = audience.stakeholders_of(initiative, actor=actor)
    people = short_list(stakeholders, actor, "portfolio:stakeholder_list", initiative=initiative.pk)
    totals = audience.feedback_totals(initiative, actor=actor)
    built = capability_map.capabilities_of(initiative, actor=actor)
    capabilities = short_list(built, actor, "portfolio:capability_list", initiative=initiative.pk)
    context = {
        "initiative": initiative,
        "is_empty": not (totals.count or people or capabilities),
        "totals": totals,
        "newest": audience.newest_feedback(initiative),
        "pulse": audience.pulse_of(people),
        "people": people,
        "capabilities": capabilities,
        "feedback_url": f"{tenant_url(actor, 'portfolio:feedback_list')}?initiative={initiative.pk}",
        "may_add_stakeholder": actor.can("stakeholder.create"),
    }
    return [("For whom", "portfolio/_initiative_audience.html", context)]
