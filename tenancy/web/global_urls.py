"""Pages outside any organization."""

from django.urls import path

from tenancy.web import home, invitations

urlpatterns = [
    path("", home.home, name="home"),
    path("invitations/<slug:organization>/<str:secret>/", invitations.invitation, name="invitation"),
]
