"""The audit ledger's seal: blocks, signed checkpoints, named events."""

import base64
import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core.calc.merkle import merkle_root
from tenancy.actor import Actor
from tenancy.models import LedgerBlock, LedgerEvent
from tenancy.scope import named_action

GENESIS = bytes(32)


def record_event(action: str, *, table: str, record_id: UUID | None = None, reason: str = "", **detail: Any) -> None:
    """Record something that changes no row (an export, a verification); `detail` must be JSON without secrets."""
    named_action(action, reason=reason)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenancy_record_event(%s, %s, %s::jsonb)", [table, record_id, json.dumps(detail, default=str)]
        )


def prepare_partitions(*, months: int = 3) -> None:
    """Create the ledger's monthly partitions for the coming months."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenancy_prepare_partitions(%s)", [months])


def block_hash(
    *, organization_id: UUID, number: int, bounds: tuple[int, int, int, int], count: int, root: bytes, previous: bytes
) -> bytes:
    """SHA-256 over everything a block states; `bounds` is (from_xid, to_xid, first_id, last_id)."""
    head = "|".join(str(part) for part in (organization_id, number, *bounds, count))
    return sha256(head.encode() + b"|" + root + previous).digest()


def seal(actor: Actor) -> LedgerBlock | None:
    """Seal the rows of all finished transactions since the last block; None when there are none.

    The horizon is the oldest transaction still running: a cursor on ids would lose rows, because
    ids are taken before commit. One sealer an organization at a time, by advisory lock; a second
    one returns None.
    """
    if not _lock_sealing(actor.organization_id):
        return None
    last = LedgerBlock.objects.order_by("-number").first()
    from_xid = last.to_xid if last else 0
    to_xid = _horizon()
    rows = list(
        LedgerEvent.objects.filter(xid__gte=from_xid, xid__lt=to_xid).order_by("id").values_list("id", "leaf_hash")
    )
    if not rows:
        return None
    number = last.number + 1 if last else 1
    previous = bytes(last.block_hash) if last else GENESIS
    root = merkle_root([bytes(leaf) for _, leaf in rows])
    bounds = (from_xid, to_xid, rows[0][0], rows[-1][0])
    return LedgerBlock.objects.create(
        number=number,
        from_xid=from_xid,
        to_xid=to_xid,
        first_id=rows[0][0],
        last_id=rows[-1][0],
        count=len(rows),
        root=root,
        previous_hash=previous,
        block_hash=block_hash(
            organization_id=actor.organization_id,
            number=number,
            bounds=bounds,
            count=len(rows),
            root=root,
            previous=previous,
        ),
        sealed_at=timezone.now(),
    )


def _lock_sealing(organization_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('seal ' || %s, 0))", [str(organization_id)])
        return bool(cursor.fetchone()[0])


def _horizon() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Checkpoint:
    """A signed statement that an organization's chain had this head at this moment."""

    organization_id: str
    number: int
    block_hash: str
    rows: int
    signed_at: str
    signature: str

    def message(self) -> bytes:
        """The signed text, in the manner of C2SP tlog-checkpoint: origin, size, head, then the time."""
        lines = (f"fairlead/{self.organization_id}", self.rows, f"{self.number} {self.block_hash}", self.signed_at, "")
        return "\n".join(str(line) for line in lines).encode()


def checkpoint_file(organization_id: UUID) -> Path:
    """Where the organization's checkpoints are kept, one JSON object a line, outside the database."""
    return Path(settings.LEDGER_CHECKPOINTS) / f"{organization_id}.jsonl"


def signing_key() -> Ed25519PrivateKey:
    """The installation's Ed25519 key; made on first use and readable only by the service's user."""
    path = Path(settings.LEDGER_SIGNING_KEY)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        temporary = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        try:
            os.link(temporary, path)  # Fails when another process was first: its key then counts.
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} does not hold an Ed25519 key")
    return key


def sign_checkpoint(actor: Actor) -> Checkpoint | None:
    """Append a signed checkpoint of the newest block; None when there is no block or it is already signed."""
    last = LedgerBlock.objects.order_by("-number").first()
    if last is None:
        return None
    path = checkpoint_file(actor.organization_id)
    if (known := read_checkpoints(actor.organization_id)) and known[-1].number >= last.number:
        return None
    rows = sum(LedgerBlock.objects.values_list("count", flat=True))
    unsigned = Checkpoint(
        organization_id=str(actor.organization_id),
        number=last.number,
        block_hash=base64.b64encode(bytes(last.block_hash)).decode(),
        rows=rows,
        signed_at=timezone.now().isoformat(),
        signature="",
    )
    signature = base64.b64encode(signing_key().sign(unsigned.message())).decode()
    checkpoint = Checkpoint(**{**unsigned.__dict__, "signature": signature})
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(checkpoint.__dict__) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return checkpoint


def read_checkpoints(organization_id: UUID) -> list[Checkpoint]:
    """The organization's checkpoints, oldest first."""
    path = checkpoint_file(organization_id)
    if not path.exists():
        return []
    return [Checkpoint(**json.loads(line)) for line in path.read_text().splitlines() if line.strip()]
