"""Keys of new initiatives, numbered per prefix without a race."""

import re
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db import connection
from django.db.models.functions import Upper

from core.ids import uuid7
from portfolio.models import Initiative, InitiativeKeyCounter
from tenancy.actor import Actor

DEFAULT_PREFIX = "I"


def next_keys(wanted: Mapping[str, int], *, actor: Actor, reserved: Collection[str] = ()) -> dict[str, list[str]]:
    """The next free keys such as AI-12, as many of each prefix as `wanted` says, by prefix; "" is the default one.

    The counters' rows stay locked until the transaction ends, so two creators never get the same
    number. Keys given by hand or by an import, and those in `reserved`, may already lie ahead of a
    counter; it then goes on after the highest.
    """
    counts = {prefix or DEFAULT_PREFIX: count for prefix, count in wanted.items() if count}
    keys = _counted_up(counts, actor)
    taken = {*key_holders(key for found in keys.values() for key in found), *(key.upper() for key in reserved)}
    behind = {prefix: counts[prefix] for prefix, found in keys.items() if not taken.isdisjoint(found)}
    for prefix in behind:
        _raise_counter(prefix, reserved)
    keys |= _counted_up(behind, actor)
    return {prefix: keys[prefix or DEFAULT_PREFIX] for prefix, count in wanted.items() if count}


def key_holders(keys: Iterable[str]) -> dict[str, UUID]:
    """Whose each of the keys is already, by the key in capitals."""
    wanted = {key.upper() for key in keys}
    if not wanted:
        return {}
    stored = Initiative.objects.annotate(capitals=Upper("key")).filter(capitals__in=wanted)
    return dict(stored.values_list("capitals", "pk"))


def _counted_up(counts: Mapping[str, int], actor: Actor) -> dict[str, list[str]]:
    """Numbered keys by prefix; each counter goes up by its count."""
    if not counts:
        return {}
    # In one order, so that two creators with the same prefixes wait for each other and not both.
    prefixes = sorted(counts)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO portfolio_initiativekeycounter AS counter
                (id, organization_id, created_at, updated_at, version, prefix, last_number)
            SELECT id, %s, now(), now(), 1, prefix, count
            FROM unnest(%s::uuid[], %s::text[], %s::integer[]) AS wanted (id, prefix, count)
            ON CONFLICT (organization_id, prefix) DO UPDATE
                SET last_number = counter.last_number + excluded.last_number, updated_at = now()
            RETURNING prefix, last_number
            """,
            [actor.organization_id, [uuid7() for _ in prefixes], prefixes, [counts[prefix] for prefix in prefixes]],
        )
        last = dict(cursor.fetchall())
    return {
        prefix: [f"{prefix}-{number}" for number in range(last[prefix] - counts[prefix] + 1, last[prefix] + 1)]
        for prefix in prefixes
    }


def _raise_counter(prefix: str, reserved: Collection[str]) -> None:
    numbered = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,8}})", re.IGNORECASE)
    stored = Initiative.objects.filter(key__iregex=f"^{re.escape(prefix)}-[0-9]{{1,8}}$")
    keys = [*stored.values_list("key", flat=True), *reserved]
    highest = max((int(match[1]) for key in keys if (match := numbered.fullmatch(key))), default=0)
    InitiativeKeyCounter.objects.filter(prefix=prefix, last_number__lt=highest).update(last_number=highest)
