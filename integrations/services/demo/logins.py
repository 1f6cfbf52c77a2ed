"""The one password of the demo's people: made once an installation, kept where only the service's user reads."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, is_password_usable

from integrations.services.demo.content import read
from integrations.services.demo.people import SLUG
from tenancy.models import Organization, User

# Without characters that look alike; three groups of five are 74 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class DemoLogin:
    """One demo person; `password` is None when it is not the installation's demo password any more."""

    email: str
    name: str
    role: str
    password: str | None


def password_file() -> Path:
    """Where the demo password is kept, in the state folder."""
    return Path(settings.FAIRLEAD_HOME) / "demo_password"


def demo_password() -> str:
    """The installation's demo password; made and stored on first use."""
    path = password_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))
    with os.fdopen(descriptor, "w") as file:
        file.write(password + "\n")
    return password


def demo_logins() -> list[DemoLogin]:
    """Everybody who signs in to the demo; empty when there is no demo organization."""
    if not Organization.objects.filter(slug=SLUG).exists():
        return []
    people = [row for row in read("people")["person"] if row.get("signs_in")]
    users = {user.email: user for user in User.objects.filter(email__in=[row["email"] for row in people])}
    password = password_file().read_text().strip() if password_file().exists() else ""
    # People share one hash, so that one costly verification is enough for all who kept it.
    matching = {
        encoded
        for encoded in {user.password for user in users.values()}
        if password and is_password_usable(encoded) and check_password(password, encoded)
    }
    return [
        DemoLogin(
            email=row["email"],
            name=row["name"],
            role=row["role"],
            password=password if row["email"] in users and users[row["email"]].password in matching else None,
        )
        for row in people
    ]
