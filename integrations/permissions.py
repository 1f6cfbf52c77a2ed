"""The actions of the integrations and who holds them."""

from tenancy.enums import Role
from tenancy.permissions import EDITORS, EVERYONE, PLANNERS, declare_actions

declare_actions(
    "integrations",
    reads={
        "external_reference.view": EVERYONE,
        "import_run.view": PLANNERS | {Role.AUDITOR},
    },
    writes={
        "external_reference.create": EDITORS,
        "external_reference.change": EDITORS,
        "external_reference.delete": EDITORS,
        "import_run.create": PLANNERS,
        "import_run.change": PLANNERS,
        "import_run.delete": PLANNERS,
    },
)
