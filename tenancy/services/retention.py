"""Removing what has served its time; never the ledger."""

from importlib import import_module

from django.conf import settings
from django.utils import timezone

from tenancy.actor import Actor
from tenancy.models import IdempotencyRecord


def remove_expired(actor: Actor) -> int:
    """Delete the organization's idempotency records past their expiry; returns how many."""
    deleted, _ = IdempotencyRecord.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def clear_sessions() -> None:
    """Drop sessions that have expired."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
