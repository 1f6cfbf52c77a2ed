"""The one exception the launcher shows to a person without a traceback."""


class LauncherError(Exception):
    """A reason to stop that the person at the keyboard can act on; the message says what to do."""
