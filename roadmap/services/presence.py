"""Who is looking at a plan right now; kept in the cache, gone a few seconds after somebody stops asking."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache

from tenancy.actor import Actor

# Somebody who missed this many seconds of polling has left; browsers ask about every one and a half.
LEFT_AFTER_S = 8
_BEAT_EVERY_S = 2


@dataclass(frozen=True, slots=True)
class Presence:
    """A person who has the plan open. `holding` is the item they are moving, "" while they only look."""

    user_id: str
    name: str
    holding: str


def be_present(roadmap_id: UUID, *, actor: Actor, holding: str = "") -> list[Presence]:
    """Say that the actor looks at the roadmap, and answer who else does, by name.

    One entry holds everybody. Two people who write it in the same instant may lose one heartbeat, which the next
    poll repairs long before anybody counts as gone. Without a cache server nobody is seen, and nothing else is lost.
    """
    key = f"presence:{actor.organization.pk}:{roadmap_id}"
    now = time.time()
    people: dict[str, Any] = {
        user: entry for user, entry in (cache.get(key) or {}).items() if now - entry["at"] < LEFT_AFTER_S
    }
    if actor.user is None:
        return _others(people, "")
    own = str(actor.user_id)
    known = people.get(own)
    if known is None or known["holding"] != holding or now - known["at"] >= _BEAT_EVERY_S:
        people[own] = {"name": str(actor.user), "holding": holding, "at": now}
        cache.set(key, people, LEFT_AFTER_S)
    return _others(people, own)


def _others(people: dict[str, Any], own: str) -> list[Presence]:
    others = [Presence(user, entry["name"], entry["holding"]) for user, entry in people.items() if user != own]
    return sorted(others, key=lambda each: (each.name, each.user_id))
