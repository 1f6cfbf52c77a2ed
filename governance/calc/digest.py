"""Digests that bind a decision to exactly what was decided on."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the content as canonical JSON (sorted keys, no spaces, UTF-8).

    Values that JSON does not know (dates, decimals, identifiers) enter as their text; equal
    contents give equal digests whatever the order of their keys.
    """
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return sha256(canonical.encode()).hexdigest()
