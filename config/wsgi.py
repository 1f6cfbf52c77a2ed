"""WSGI entry point served by granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()

# What the applications loaded lives as long as the process: taken out of the collector's sight, a request no longer
# pays for walking it, and pages shared between workers stay shared.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
