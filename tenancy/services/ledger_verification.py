"""Verification of the audit ledger: every row, every block, the chain and the signed checkpoints."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from django.db import connection

from core.calc.merkle import merkle_root
from tenancy.actor import Actor
from tenancy.models import LedgerBlock
from tenancy.services.ledger import GENESIS, block_hash, read_checkpoints, record_event, signing_key

BATCH = 5000

_ROWS = """
    SELECT id, xid, nonce, leaf_hash,
        tenancy_ledger_content(organization_id, xid, at, actor_id, on_behalf_of_id, db_user, request_id, source,
            action, reason, operation, table_name, record_id, changes)
    FROM tenancy_ledgerevent WHERE organization_id = %s ORDER BY xid, id
"""


@dataclass(frozen=True)
class Verification:
    """What a verification found; `problem` is None when everything holds, else names the first bad row or block."""

    rows: int
    sealed_rows: int
    blocks: int
    checkpoints: int
    problem: str | None = field(default=None)


@dataclass
class _Tally:
    rows: int = 0
    sealed: int = 0


class LedgerBrokenError(Exception):
    """The ledger does not say what it said when it was written."""


def verify(actor: Actor) -> Verification:
    """Recompute one organization's ledger from the stored rows.

    Detects changed, inserted and missing rows, a changed or missing block, a truncated tail
    (against checkpoints) and a checkpoint this installation's key did not sign.
    """
    blocks = list(LedgerBlock.objects.order_by("number"))
    tally = _Tally()
    checkpoints = read_checkpoints(actor.organization_id)
    problem = None
    try:
        _verify_chain(actor, blocks)
        _verify_checkpoints(blocks, checkpoints)
        _verify_rows(actor, blocks, tally)
    except LedgerBrokenError as error:
        problem = str(error)
    return Verification(
        rows=tally.rows, sealed_rows=tally.sealed, blocks=len(blocks), checkpoints=len(checkpoints), problem=problem
    )


def verify_and_record(actor: Actor) -> Verification:
    """Verify and record the result in the ledger itself."""
    result = verify(actor)
    record_event("ledger.verified", table="tenancy_ledgerevent", **result.__dict__)
    return result


def _verify_chain(actor: Actor, blocks: list[LedgerBlock]) -> None:
    previous, to_xid = GENESIS, 0
    for expected_number, block in enumerate(blocks, start=1):
        if block.number != expected_number or block.from_xid != to_xid:
            raise LedgerBrokenError(f"block {expected_number} is missing")
        stated = block_hash(
            organization_id=actor.organization_id,
            number=block.number,
            bounds=(block.from_xid, block.to_xid, block.first_id, block.last_id),
            count=block.count,
            root=bytes(block.root),
            previous=previous,
        )
        if bytes(block.previous_hash) != previous or bytes(block.block_hash) != stated:
            raise LedgerBrokenError(f"block {block.number} was changed")
        previous, to_xid = stated, block.to_xid


def _verify_checkpoints(blocks: list[LedgerBlock], checkpoints: list[Any]) -> None:
    public_key = signing_key().public_key()
    heads = {block.number: base64.b64encode(bytes(block.block_hash)).decode() for block in blocks}
    for checkpoint in checkpoints:
        try:
            public_key.verify(base64.b64decode(checkpoint.signature), checkpoint.message())
        except (InvalidSignature, ValueError):
            raise LedgerBrokenError(f"the checkpoint of block {checkpoint.number} has no valid signature") from None
        if heads.get(checkpoint.number) != checkpoint.block_hash:
            raise LedgerBrokenError(f"block {checkpoint.number} differs from its signed checkpoint or is gone")


def _verify_rows(actor: Actor, blocks: list[LedgerBlock], tally: _Tally) -> None:
    """Rows come ordered by transaction; block boundaries are transaction ids, so one pass assigns each row."""
    pending = iter(blocks)
    block = next(pending, None)
    leaves: list[tuple[int, bytes]] = []
    for row_id, xid, nonce, leaf_hash, content in _stream(actor):
        tally.rows += 1
        leaf = sha256(b"\x00" + bytes(nonce) + content.encode()).digest()
        if leaf != bytes(leaf_hash):
            raise LedgerBrokenError(f"row {row_id} was changed")
        while block is not None and xid >= block.to_xid:
            _close(block, leaves, tally)
            leaves = []
            block = next(pending, None)
        if block is not None:
            leaves.append((row_id, leaf))
    while block is not None:
        _close(block, leaves, tally)
        leaves = []
        block = next(pending, None)


def _close(block: LedgerBlock, leaves: list[tuple[int, bytes]], tally: _Tally) -> None:
    leaves.sort()
    if len(leaves) != block.count:
        raise LedgerBrokenError(
            f"block {block.number} (rows {block.first_id} to {block.last_id}) sealed {block.count} rows"
            f" but {len(leaves)} are there"
        )
    if merkle_root([leaf for _, leaf in leaves]) != bytes(block.root):
        raise LedgerBrokenError(f"a row between {block.first_id} and {block.last_id} was replaced")
    tally.sealed += len(leaves)


def _stream(actor: Actor) -> Iterator[tuple[int, int, bytes, bytes, str]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, [actor.organization_id])
        while batch := cursor.fetchmany(BATCH):
            yield from batch
