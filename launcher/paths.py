"""File names given on the command line mean the caller's folder, though commands run in the project's."""

import os
from pathlib import Path

from launcher.state import PROJECT_ROOT


def caller_directory() -> Path:
    """The folder in which the person typed the command."""
    return Path(os.environ.get("FAIRLEAD_CALLER_DIRECTORY") or Path.cwd())


def resolve_paths(arguments: list[str], directory: Path) -> list[str]:
    """The arguments, with those that name existing files in `directory` made absolute.

    A pytest node such as `test_x.py::test_y` counts by its file. In the project's own folder nothing changes.
    """
    if directory == PROJECT_ROOT:
        return arguments
    return [_resolve(argument, directory) for argument in arguments]


def _resolve(argument: str, directory: Path) -> str:
    name, separator, rest = argument.partition("::")
    if not name or name.startswith("-") or not (directory / name).exists():
        return argument
    return f"{(directory / name).resolve()}{separator}{rest}"
