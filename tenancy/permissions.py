"""The catalogue of actions and the roles that hold them; every app declares its own here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tenancy.enums import Role

EVERYONE = frozenset(Role)
MANAGERS = frozenset({Role.OWNER, Role.ADMIN})
PLANNERS = frozenset({Role.OWNER, Role.ADMIN, Role.DIRECTOR, Role.PRODUCT_MANAGER, Role.SERVICE_ACCOUNT})
EDITORS = PLANNERS | {Role.CONTRIBUTOR}


@dataclass(frozen=True)
class Action:
    """Something an actor may do: `noun.verb`, the app it belongs to, and who holds it by role."""

    name: str
    app: str
    is_read: bool
    roles: frozenset[str]


_catalogue: dict[str, Action] = {}


def declare_actions(app: str, *, reads: Mapping[str, Iterable[str]], writes: Mapping[str, Iterable[str]]) -> None:
    """Add an app's actions (`initiative.view` and the like) with the roles that hold them."""
    for is_read, group in ((True, reads), (False, writes)):
        for name, roles in group.items():
            _catalogue[name] = Action(name=name, app=app, is_read=is_read, roles=frozenset(str(r) for r in roles))


def action_named(name: str) -> Action:
    """The declared action; raises LookupError on a name nobody declared, so that a typo fails loudly."""
    try:
        return _catalogue[name]
    except KeyError:
        raise LookupError(f"No app declares the action {name!r}.") from None


def all_actions() -> tuple[Action, ...]:
    """Every declared action, by name."""
    return tuple(sorted(_catalogue.values(), key=lambda action: action.name))


def scopes_cover(held: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether tokens with the scopes `held` may do all that the scopes `wanted` allow."""
    held_scopes, wanted_scopes = set(held), set(wanted)
    return all(
        scopes_allow(action, held_scopes) for action in _catalogue.values() if scopes_allow(action, wanted_scopes)
    )


def scopes_allow(action: Action, scopes: Iterable[str]) -> bool:
    """Whether a token with these scopes may use the action; write includes read."""
    held = set(scopes)
    wanted = {"write", f"{action.app}:write"}
    if action.is_read:
        wanted |= {"read", f"{action.app}:read"}
    return bool(held & wanted)


declare_actions(
    "tenancy",
    reads={
        "organization.view": EVERYONE,
        "membership.view": EVERYONE,
        "team.view": EVERYONE,
        "invitation.view": MANAGERS,
        "api_token.view": EVERYONE,
        "job.view": EVERYONE,
        "ledger.view": MANAGERS | {Role.DIRECTOR, Role.AUDITOR},
        "history.view": EVERYONE,
    },
    writes={
        "organization.change": MANAGERS,
        "membership.change": MANAGERS,
        "membership.remove": MANAGERS,
        "team.create": PLANNERS,
        "team.change": PLANNERS,
        "team.delete": MANAGERS,
        "invitation.create": MANAGERS,
        "invitation.revoke": MANAGERS,
        "api_token.create": EVERYONE - {Role.SERVICE_ACCOUNT, Role.AUDITOR},
        "api_token.revoke": EVERYONE - {Role.SERVICE_ACCOUNT, Role.AUDITOR},
        "service_account.manage": MANAGERS,
        "ledger.export": MANAGERS | {Role.AUDITOR},
    },
)
