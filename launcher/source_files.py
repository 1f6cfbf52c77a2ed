"""Which files of the checkout are ours: not hidden, generated or vendored ones."""

import os
from collections.abc import Iterator
from pathlib import Path

_FOREIGN = frozenset({"__pycache__", "node_modules", "staticfiles", "vendor", "bench-results", "screenshots"})


def source_files(root: Path, *suffixes: str) -> Iterator[Path]:
    """Our files below `root` with one of the suffixes, in a stable order."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in _FOREIGN and not name.startswith("."))
        for name in sorted(files):
            path = Path(folder) / name
            if path.suffix in suffixes:
                yield path
