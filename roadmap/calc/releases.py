"""Numbered releases: which one a text names, and how many lie between two."""

import re

_RELEASE = re.compile(r"v?(\d{1,5})\.(\d{1,5})(?:\.\d{1,5})?", re.IGNORECASE)


def release_number(text: str) -> tuple[int, int] | None:
    """Major and minor number of `v1.27`, `1.27` or `1.27.3`; None for other texts, and for 0.0, which names none."""
    found = _RELEASE.fullmatch(text.strip())
    if found is None:
        return None
    number = (int(found[1]), int(found[2]))
    return None if number == (0, 0) else number


def releases_between(old: str, new: str) -> int | None:
    """By how many releases the target moved, positive for later; 0 for two ways to write one release.

    None when a side names no release, or when the major numbers differ: how many minor ones lie between is not said.
    """
    before, after = release_number(old), release_number(new)
    if before is None or after is None or before[0] != after[0]:
        return None
    return after[1] - before[1]
