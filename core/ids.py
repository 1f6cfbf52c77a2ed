"""Identifiers."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A time-ordered identifier, RFC 9562 section 5.7: 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def uuid_or_none(text: str) -> uuid.UUID | None:
    """The identifier a text is; None when it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def uuid7_texts(count: int) -> list[str]:
    """Many identifiers of this millisecond as text, for bulk loads; in no order among themselves."""
    moment = f"{time.time_ns() // 1_000_000:012x}"
    start, noise = f"{moment[:8]}-{moment[8:]}-7", secrets.token_hex(10 * count)
    return [
        f"{start}{noise[at : at + 3]}-{_VARIANTS[noise[at + 3]]}{noise[at + 4 : at + 7]}-{noise[at + 7 : at + 19]}"
        for at in range(0, 20 * count, 20)
    ]


# The first digit after the third hyphen: two fixed bits, two random ones (RFC 9562, 5.7).
_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
