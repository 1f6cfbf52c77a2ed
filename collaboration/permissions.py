"""The actions of collaboration and who holds them; row rules stand in the querysets."""

from tenancy.permissions import EVERYONE, MANAGERS, declare_actions

declare_actions(
    "collaboration",
    reads={"saved_view.view": EVERYONE, "custom_field.view": EVERYONE},
    writes={
        "saved_view.create": EVERYONE,
        "saved_view.change": EVERYONE,
        "saved_view.delete": EVERYONE,
        "saved_view.manage_shared": MANAGERS,
        "custom_field.create": MANAGERS,
        "custom_field.change": MANAGERS,
        "custom_field.archive": MANAGERS,
    },
)
