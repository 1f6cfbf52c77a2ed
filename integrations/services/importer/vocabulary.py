"""The tables of the importer: header synonyms, words for stages, words that mean nothing. docs/import.md shows them."""

from django.db.models import TextChoices

from integrations.enums import ImportField
from portfolio.enums import InitiativeKind, InitiativeLevel, Stage

# Candidates in the order they are tried; the first one present and different in every row wins.
EXTERNAL_ID_HEADERS = (
    "external_id",
    "key",
    "issue_key",
    "id",
    "slug",
    "identifier",
    "number",
    "reference",
    "ref",
    "code",
    "uuid",
)

# Headers as normalized by reading.normalized; of several present ones the first becomes the field.
HEADERS: dict[ImportField, tuple[str, ...]] = {
    ImportField.TITLE: ("title", "name", "summary", "initiative", "initiative_name", "project_name", "epic_name"),
    ImportField.DESCRIPTION: ("description", "details", "body", "abstract", "summary", "notes"),
    ImportField.PORTFOLIO: ("portfolio", "portfolio_name"),
    ImportField.THEME: ("theme", "strategic_theme", "pillar"),
    ImportField.PARENT: ("parent", "parent_id", "parent_key", "parent_external_id", "epic_link"),
    ImportField.LEVEL: ("level", "hierarchy_level"),
    ImportField.KIND: ("kind", "initiative_kind", "type"),
    ImportField.STAGE: ("stage", "lifecycle_stage", "phase", "maturity"),
    ImportField.STATUS: ("status", "state"),
    ImportField.OWNING_TEAM: ("owning_team", "team", "owner_team", "squad"),
    ImportField.LEAD: ("lead", "lead_email", "owner", "owner_email", "assignee"),
    ImportField.TARGET_RELEASE: (
        "target_release",
        "target_version",
        "release",
        "fix_version",
        "fix_versions",
        "target_milestone",
        "latest_milestone",
        "milestone",
    ),
    ImportField.START_ON: ("start_on", "start_date", "start", "starts_on", "planned_start", "created", "created_on"),
    ImportField.END_ON: ("end_on", "end_date", "end", "due_date", "due", "finish_date", "target_date", "planned_end"),
    ImportField.SOURCE_UPDATED_ON: ("last_updated", "updated", "updated_on", "updated_at", "last_modified", "modified"),
    ImportField.URL: ("url", "web_url", "html_url", "permalink", "link"),
    ImportField.DEPENDS_ON: ("depends_on", "dependencies", "blocked_by", "predecessors", "requires"),
    ImportField.BLOCKS: ("blocks", "successors", "required_by"),
    ImportField.REPLACES: ("replaces", "supersedes"),
    ImportField.SUPERSEDED_BY: ("superseded_by", "replaced_by"),
    ImportField.SEE_ALSO: ("see_also", "related", "related_to", "relates_to"),
}

OVER = frozenset(
    {
        "withdrawn",
        "rejected",
        "replaced",
        "superseded",
        "removed",
        "deprecated",
        "disabled",
        "retired",
        "cancelled",
        "canceled",
    }
)


def _words(choices: type[TextChoices]) -> dict[str, str]:
    """Every value and label of an enumeration, normalized."""
    return {
        word.casefold().replace(" ", "_"): str(member.value)
        for member in choices
        for word in (str(member.value), str(member.label))
    }


_STAGES = {
    **_words(Stage),
    **dict.fromkeys(OVER, str(Stage.SUNSET)),
    "stable": str(Stage.GA),
    "general_availability": str(Stage.GA),
    "generally_available": str(Stage.GA),
}

VALUES: dict[ImportField, dict[str, str]] = {
    ImportField.STAGE: _STAGES,
    ImportField.STATUS: {
        **_STAGES,
        "provisional": str(Stage.DISCOVERY),
        "implementable": str(Stage.VALIDATED),
        "implemented": str(Stage.GA),
        "deferred": str(Stage.IDEA),
    },
    ImportField.KIND: _words(InitiativeKind),
    ImportField.LEVEL: _words(InitiativeLevel),
}

# What each translated field may become.
TARGETS: dict[ImportField, dict[str, str]] = {
    ImportField.STAGE: {str(member.value): str(member.label) for member in Stage},
    ImportField.STATUS: {str(member.value): str(member.label) for member in Stage},
    ImportField.KIND: {str(member.value): str(member.label) for member in InitiativeKind},
    ImportField.LEVEL: {str(member.value): str(member.label) for member in InitiativeLevel},
}

# Words that say "there is nothing here" on purpose; passed over without a remark.
NOTHING = frozenset({"", "n/a", "na", "none", "null", "nil", "-", "\N{EN DASH}", "\N{EM DASH}"})
# Words that stand where a value should be; left out with a warning.
PLACEHOLDERS = frozenset({"tbd", "tba", "todo", "to do", "to be defined", "?", "??", "???", "unknown", "xxx"})
RELEASE_PLACEHOLDERS = PLACEHOLDERS | {"v0.0", "0.0", "v0.0.0", "0.0.0", "x.y", "vx.y", "x.y.z", "never"}
