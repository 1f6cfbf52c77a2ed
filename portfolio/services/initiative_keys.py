"""Keys of new initiatives, numbered per prefix without a race."""

import re

from django.db import connection

from portfolio.models import Initiative, InitiativeKeyCounter
from tenancy.actor import Actor

DEFAULT_PREFIX = "I"


def next_key(prefix: str, *, actor: Actor) -> str:
    """The next free key such as AI-12.

    The counter's row stays locked until the transaction ends, so two creators never get the same
    number. Keys given by hand or by an import may already lie ahead of the counter and are passed over.
    """
    used = prefix or DEFAULT_PREFIX
    number = _count_up(used, actor, at_least=0)
    if Initiative.objects.filter(key__iexact=f"{used}-{number}").exists():
        number = _count_up(used, actor, at_least=_highest_number(used))
    return f"{used}-{number}"


def _count_up(prefix: str, actor: Actor, *, at_least: int) -> int:
    row = InitiativeKeyCounter(prefix=prefix)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO portfolio_initiativekeycounter AS counter
                (id, organization_id, created_at, updated_at, version, prefix, last_number)
            VALUES (%s, %s, now(), now(), 1, %s, %s)
            ON CONFLICT (organization_id, prefix) DO UPDATE
                SET last_number = greatest(counter.last_number + 1, excluded.last_number), updated_at = now()
            RETURNING last_number
            """,
            [row.pk, actor.organization_id, prefix, at_least + 1],
        )
        return int(cursor.fetchone()[0])


def _highest_number(prefix: str) -> int:
    pattern = rf"^{re.escape(prefix)}-[0-9]{{1,8}}$"
    keys = Initiative.objects.filter(key__iregex=pattern).values_list("key", flat=True)
    return max((int(key.rpartition("-")[2]) for key in keys.iterator()), default=0)
