"""Numbers in texts: as files hold them, and as people type them."""

import re
from decimal import Decimal, InvalidOperation

LONGEST_NUMBER = 40
_GROUPED = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")


def plain_number(text: str) -> Decimal | None:
    """The finite number; None for any other text.

    It has a point and no separators of thousands, because 1,000 may be one.
    """
    if not text or len(text) > LONGEST_NUMBER or not text.isascii() or "_" in text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def typed_number(text: str) -> Decimal | None:
    """As `plain_number`, with spaces, a true minus sign, and commas where they group thousands; 0,5 is unreadable."""
    bare = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-")
    return plain_number(bare.replace(",", "") if _GROUPED.match(bare) else bare)
