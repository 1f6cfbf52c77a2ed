"""Pages of tenancy below /{organization}/settings/."""

from django.urls import path

from tenancy.web import ledger, views
from tenancy.web.screens import ApiTokenScreen, InvitationScreen, MembershipScreen, TeamScreen

app_name = "tenancy"
urlpatterns = [
    path("organization/", views.organization_settings, name="organization_settings"),
    path("tokens/new/", views.create_token, name="api_token_create"),
    path("tokens/<uuid:pk>/revoke/", views.revoke_token, name="api_token_revoke"),
    path("service-accounts/new/", views.create_service_account, name="service_account_create"),
    path("invitations/<uuid:pk>/revoke/", views.revoke_invitation, name="invitation_revoke"),
    path("people/<uuid:pk>/remove/", views.remove_membership, name="membership_remove"),
    path("jobs/<uuid:pk>/progress/", views.job_progress, name="job_progress"),
    path("audit/", ledger.ledger, name="ledger"),
    path("audit/verify/", ledger.verify_ledger, name="ledger_verify"),
    path("audit/export.jsonl", ledger.export_ledger, name="ledger_export"),
    *MembershipScreen.get_urls("people"),
    *TeamScreen.get_urls("teams"),
    *InvitationScreen.get_urls("invitations"),
    *ApiTokenScreen.get_urls("tokens"),
]
