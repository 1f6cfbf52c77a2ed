"""Idempotency-Key: the same request twice is done once, and answered twice."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import OperationalError, connection
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from core.errors import DomainError, InvalidInputError
from tenancy.actor import Actor
from tenancy.models import IdempotencyRecord

LIFETIME = timedelta(hours=24)
WAIT_MILLISECONDS = 20_000
KEPT_HEADERS = ("Content-Type", "Location", "ETag")
_LOCK_NOT_AVAILABLE = "55P03"


class KeyReusedError(DomainError):
    """The key was used for a different request."""

    code = "idempotency_key_reused"
    status = 422


class StillRunningError(DomainError):
    """The first request with this key has not finished."""

    code = "request_in_progress"


class Replay(Exception):  # noqa: N818 - not an error but a short cut out of the view
    """Carries the answer given before."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


class IdempotencyMixin:
    """For views with an actor: looks a POST's key up before the handler and keeps its answer after it.

    The record is inserted in the request's own transaction. A concurrent duplicate therefore waits
    at the unique index until the first has committed (and replays) or rolled back (and does the work).
    """

    is_idempotent_by_key = True
    _idempotency_record: IdempotencyRecord | None = None

    def begin_idempotency(self, request: Request, actor: Actor) -> None:
        """Claim the key; raises Replay with the stored answer, KeyReusedError or StillRunningError."""
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None or request.method != "POST":
            return
        if not self.is_idempotent_by_key:
            raise InvalidInputError("This request answers a secret, which is not kept.", pointer="Idempotency-Key")
        if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
            raise InvalidInputError("Give 1 to 255 printable ASCII characters.", pointer="Idempotency-Key")
        claimed = _claim(key, actor=actor, fingerprint=_fingerprint(request))
        if isinstance(claimed, HttpResponse):
            raise Replay(claimed)
        self._idempotency_record = claimed

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, Replay):
            return exc.response
        self._idempotency_record = None
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        record = self._idempotency_record
        if record is not None and answer.status_code < 400 and not answer.streaming:
            if not getattr(answer, "is_rendered", True):
                answer = answer.render()
            record.status = answer.status_code
            record.headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
            record.body = answer.content
            record.save(update_fields=["status", "headers", "body", "updated_at"])
        return answer


def _fingerprint(request: Request) -> bytes:
    head = f"{request.method} {request.get_full_path()}\n{request.content_type}\n"
    return sha256(head.encode() + request._request.body).digest()


def _claim(key: str, *, actor: Actor, fingerprint: bytes) -> IdempotencyRecord | HttpResponse:
    caller = f"token:{actor.token_id}" if actor.token_id else f"user:{actor.user_id}"
    now = timezone.now()
    mine = IdempotencyRecord(caller=caller, key=key, fingerprint=fingerprint, expires_at=now + LIFETIME)
    while True:
        _insert(mine)
        found = IdempotencyRecord.objects.filter(caller=caller, key=key).first()
        if found is None:
            continue  # Removed as expired between the two statements.
        if found.pk == mine.pk:
            return found
        if found.expires_at > now:
            break
        found.delete()
    if bytes(found.fingerprint) != fingerprint:
        raise KeyReusedError("This Idempotency-Key was used for another request.", pointer="Idempotency-Key")
    return _stored_answer(found)


def _insert(record: IdempotencyRecord) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(WAIT_MILLISECONDS)])
        try:
            IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            raise StillRunningError("The first request with this Idempotency-Key is still running.") from error
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


def _stored_answer(record: IdempotencyRecord) -> HttpResponse:
    response = HttpResponse(bytes(record.body), status=record.status)
    for name, value in record.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response
