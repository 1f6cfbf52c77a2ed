"""REST routes below /api/v1/organizations/{organization}/."""

from django.urls import path

from core.api.routers import ApiRouter
from tenancy.api.access import ApiTokenViewSet
from tenancy.api.organizations import OrganizationView
from tenancy.api.people import InvitationViewSet, MembershipViewSet, ServiceAccountViewSet, TeamViewSet
from tenancy.api.records import JobViewSet, LedgerEventViewSet

router = ApiRouter()
router.register("memberships", MembershipViewSet)
router.register("service-accounts", ServiceAccountViewSet, basename="service-account")
router.register("teams", TeamViewSet)
router.register("invitations", InvitationViewSet)
router.register("api-tokens", ApiTokenViewSet)
router.register("jobs", JobViewSet)
router.register("ledger-events", LedgerEventViewSet, basename="ledger-event")

urlpatterns = [path("", OrganizationView.as_view(), name="organization"), *router.urls]
