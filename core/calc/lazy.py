"""Modules that load on first use."""

from importlib import import_module
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def load_when_used(name: str) -> Any:
    """The module `name`, imported at the first access to one of its attributes.

    scipy takes one to two seconds to load: a web process that never computes should not start later for it.
    """
    return _Deferred(name)
