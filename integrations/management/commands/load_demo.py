"""Loads the demo organization."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from integrations.services.demo.loading import load_demo


class Command(BaseCommand):
    help = "Make the demo organization with its people, portfolio and history, unless it exists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--recreate", action="store_true", help="put the existing demo organization aside and make a new one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        loaded = load_demo(recreate=options["recreate"])
        if not loaded.is_new:
            self.stdout.write("The demo organization exists already; nothing was changed. --recreate makes it anew.")
            return
        if loaded.retired_slug:
            self.stdout.write(f"The old demo organization was emptied and is now called {loaded.retired_slug}.")
        seconds = time.monotonic() - started
        self.stdout.write(f"Loaded the demo organization {loaded.organization.name} in {seconds:.1f} s.")
