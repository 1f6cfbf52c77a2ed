"""Pages of governance."""

from django.urls import path

from governance.web import views
from governance.web.screens import (
    ApprovalRequestScreen,
    DecisionScreen,
    GateCriterionScreen,
    LaunchScreen,
    StageGateScreen,
)

app_name = "governance"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("gates/defaults/", views.create_default_gates, name="default_gates"),
    path("launches/<uuid:pk>/evaluate/", views.evaluate_launch, name="launch_evaluate"),
    path("launches/<uuid:pk>/checklist/", views.answer_checklist, name="launch_checklist"),
    path("launches/<uuid:pk>/request-approval/", views.request_approval, name="launch_request_approval"),
    path("launches/<uuid:pk>/cancel/", views.cancel_launch, name="launch_cancel"),
    path("approvals/<uuid:pk>/decide/", views.decide, name="approval_decide"),
    path("approvals/<uuid:pk>/withdraw/", views.withdraw, name="approval_withdraw"),
    *StageGateScreen.get_urls("gates"),
    *GateCriterionScreen.get_urls("criteria"),
    *LaunchScreen.get_urls("launches"),
    *ApprovalRequestScreen.get_urls("approvals"),
    *DecisionScreen.get_urls("decisions"),
]
