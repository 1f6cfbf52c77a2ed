"""Settings of every running server; a missing secret stops the start."""

from config.settings.base import *  # noqa: F403 - settings modules extend one another by name
