"""The actions of collaboration and who holds them; row rules stand in the querysets."""

from tenancy.permissions import EDITORS, EVERYONE, MANAGERS, PLANNERS, declare_actions

declare_actions(
    "collaboration",
    reads={
        "saved_view.view": EVERYONE,
        "custom_field.view": EVERYONE,
        "document.view": EVERYONE,
        "document_section.view": EVERYONE,
        "document_template.view": EVERYONE,
    },
    writes={
        "saved_view.create": EVERYONE,
        "saved_view.change": EVERYONE,
        "saved_view.delete": EVERYONE,
        "saved_view.manage_shared": MANAGERS,
        "custom_field.create": MANAGERS,
        "custom_field.change": MANAGERS,
        "custom_field.archive": MANAGERS,
        "document.create": EDITORS,
        "document.change": EDITORS,
        "document.delete": PLANNERS,
        "document_section.change": EDITORS,
        "document_template.create": PLANNERS,
        "document_template.change": PLANNERS,
        "document_template.delete": PLANNERS,
    },
)
