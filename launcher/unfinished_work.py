"""Finds the marks by which people postpone work; the tree must hold none."""

import re
from pathlib import Path

from launcher.source_files import source_files

# Written with a class, so that this file does not find itself.
_MARK = re.compile(r"\b(?:TOD[O]|FIXM[E])\b")
_SUFFIXES = (".py", ".html", ".txt", ".js", ".css", ".md", ".toml", ".yml", ".yaml", ".sql", ".sh")


def complaints(root: Path) -> list[str]:
    """One line per mark: file, line number and the line itself."""
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in source_files(root, *_SUFFIXES)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _MARK.search(line)
    ]
