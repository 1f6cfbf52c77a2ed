"""Pages outside any organization."""

from django.urls import path

from tenancy.web import home

urlpatterns = [path("", home.home, name="home")]
