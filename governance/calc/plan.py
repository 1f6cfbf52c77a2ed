"""Approval plans: which requirements a set of people fills, each person counting once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Requirement:
    """`quorum` different people, each with one of the roles or one of the functions."""

    label: str
    roles: frozenset[str]
    functions: frozenset[str]
    quorum: int = 1

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "roles": sorted(self.roles),
            "functions": sorted(self.functions),
            "quorum": self.quorum,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Requirement":
        return cls(
            label=stored["label"],
            roles=frozenset(stored["roles"]),
            functions=frozenset(stored["functions"]),
            quorum=stored["quorum"],
        )


@dataclass(frozen=True)
class Approver:
    """A person with the role and functions they hold, or held when they decided."""

    key: str
    role: str
    functions: frozenset[str]

    def fits(self, requirement: Requirement) -> bool:
        return self.role in requirement.roles or bool(self.functions & requirement.functions)


@dataclass(frozen=True)
class Filling:
    """A requirement, the keys of the people counted for it, and how many are still missing."""

    requirement: Requirement
    keys: tuple[str, ...]

    @property
    def missing(self) -> int:
        return self.requirement.quorum - len(self.keys)


def fill(requirements: Sequence[Requirement], approvers: Sequence[Approver]) -> list[Filling]:
    """Assign people to requirements so that as many places as possible are taken.

    A maximum bipartite matching by augmenting paths (Kuhn): nobody counts twice, and a person who
    fits several requirements is moved when that lets somebody else count.
    """
    places = [index for index, requirement in enumerate(requirements) for _ in range(requirement.quorum)]
    holder: dict[int, Approver] = {}

    def place(approver: Approver, tried: set[int]) -> bool:
        for number, index in enumerate(places):
            if number in tried or not approver.fits(requirements[index]):
                continue
            tried.add(number)
            if number not in holder or place(holder[number], tried):
                holder[number] = approver
                return True
        return False

    for approver in approvers:
        place(approver, set())
    return [
        Filling(
            requirement,
            tuple(holder[number].key for number, at in enumerate(places) if at == index and number in holder),
        )
        for index, requirement in enumerate(requirements)
    ]


def is_filled(fillings: Sequence[Filling]) -> bool:
    """Whether every requirement has all its people; an empty plan is never filled."""
    return bool(fillings) and all(filling.missing <= 0 for filling in fillings)
