"""Numbers in texts: as files hold them, and as people type them."""

import re
from decimal import Decimal, InvalidOperation

LONGEST_NUMBER = 40
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


def plain_number(text: str) -> Decimal | None:
    """The finite number; None for any other text.

    It has a point and no separators of thousands, because 1,000 may be one; the powers of ten that spreadsheets and
    JSON write are read. Python reads more, such as 1_0 and the digits of every script: whoever wrote that mistyped.
    """
    if len(text) > LONGEST_NUMBER or not _PLAIN.fullmatch(text):
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def typed_number(text: str) -> Decimal | None:
    """As `plain_number`, with spaces, a true minus sign, and commas where they group thousands; 0,5 is unreadable.

    So is 1e3: in a cell it is a slip of the hand, or what a narrow column of a spreadsheet shows for a longer number.
    """
    bare = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-")
    if "e" in bare.lower():
        return None
    return plain_number(bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare)
