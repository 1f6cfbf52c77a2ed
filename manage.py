#!/usr/bin/env python
"""Django's command line for Fairlead; `script/manage` runs it with services started."""

import gc
import os
import sys

OWNER_COMMANDS = frozenset({"migrate", "sqlmigrate", "showmigrations", "makemigrations"})


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        # The application's role owns no table and could not alter one.
        os.environ["DATABASE_ROLE"] = "owner"
        # A migration makes every model anew after each step; looking for garbage as often as usual doubles its time.
        gc.set_threshold(1_000_000, 5, 2)
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings must be named first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
