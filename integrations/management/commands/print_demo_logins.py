"""Prints how to sign in to the demo organization."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from integrations.services.demo.logins import DemoLogin, demo_logins
from integrations.services.demo.people import SLUG
from tenancy.enums import Role


class Command(BaseCommand):
    help = "Print the demo organization's people, their password and where to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        logins = demo_logins()
        if not logins:
            self.stdout.write("There is no demo organization; load_demo makes it.")
            return
        self.stdout.write(f"Demo organization: {settings.PUBLIC_URL}/{SLUG}/")
        self.stdout.write(_line("E-mail", "Role", "Password"))
        for login in logins:
            self.stdout.write(_line(login.email, str(Role(login.role).label), _password(login)))


def _line(email: str, role: str, password: str) -> str:
    return f"  {email:<24}{role:<18}{password}"


def _password(login: DemoLogin) -> str:
    return login.password or "(changed; load_demo --recreate sets the demo password again)"
