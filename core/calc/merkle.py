"""Merkle trees over leaf hashes, RFC 6962 section 2.1 (the leaf prefix is applied by whoever hashes a leaf)."""

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root of a tree over `leaves` in order; SHA-256 of nothing for an empty sequence.

    RFC 6962 splits at the largest power of two below the size. Pairing neighbours level by level
    and carrying an odd last node up unchanged builds the same tree without recursion.
    """
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        paired = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]
