"""Words of the integrations: where an import stands, what a column can become, how a reference relates."""

from django.db.models import TextChoices


class ImportFormat(TextChoices):
    """How an imported file is written."""

    CSV = "csv", "CSV"
    JSON = "json", "JSON"


class ImportKind(TextChoices):
    """What a file holds."""

    PORTFOLIO = "portfolio", "Portfolio"
    PLAN_HISTORY = "plan_history", "Plan history"


class ImportStatus(TextChoices):
    """Where an import stands; `refused` means the file itself was not good enough, `failed` that we were not."""

    UPLOADED = "uploaded", "Not started"
    WAITING = "waiting", "Running"
    SUCCEEDED = "succeeded", "Done"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


class Severity(TextChoices):
    """What a problem costs: an error the whole row, a warning one value of it."""

    ERROR = "error", "Error"
    WARNING = "warning", "Warning"


class ImportField(TextChoices):
    """What a column of an imported file can become."""

    EXTERNAL_ID = "external_id", "External id"
    OTHER_ID = "other_id", "Another id links may use"
    TITLE = "title", "Title"
    DESCRIPTION = "description", "Description"
    PORTFOLIO = "portfolio", "Portfolio"
    THEME = "theme", "Theme"
    PARENT = "parent", "Parent"
    LEVEL = "level", "Level"
    KIND = "kind", "Kind"
    STAGE = "stage", "Stage"
    STATUS = "status", "Status"
    OWNING_TEAM = "owning_team", "Owning team"
    LEAD = "lead", "Lead (e-mail address)"
    TARGET_RELEASE = "target_release", "Target release"
    START_ON = "start_on", "Start"
    END_ON = "end_on", "End"
    SOURCE_UPDATED_ON = "source_updated_on", "Last changed in the source"
    URL = "url", "Page in the source"
    DEPENDS_ON = "depends_on", "Depends on"
    BLOCKS = "blocks", "Blocks"
    REPLACES = "replaces", "Replaces"
    SUPERSEDED_BY = "superseded_by", "Superseded by"
    SEE_ALSO = "see_also", "See also"


# In the order in which they are entered: when two links contradict each other, the first stays.
LINK_FIELDS: tuple[ImportField, ...] = (
    ImportField.DEPENDS_ON,
    ImportField.BLOCKS,
    ImportField.REPLACES,
    ImportField.SUPERSEDED_BY,
    ImportField.SEE_ALSO,
)
# Several columns may become one of these.
REPEATABLE_FIELDS = frozenset({*LINK_FIELDS, ImportField.OTHER_ID})
# Fields whose words can be translated by the person who imports.
TRANSLATED_FIELDS: tuple[ImportField, ...] = (
    ImportField.STAGE,
    ImportField.STATUS,
    ImportField.KIND,
    ImportField.LEVEL,
)


class Relation(TextChoices):
    """How a record of another system relates to ours."""

    SAME = "same", "Is this record"
    LINK = "link", "Page about it"
    DEPENDS_ON = "depends_on", "Depends on"
    BLOCKS = "blocks", "Blocks"
    REPLACES = "replaces", "Replaces"
    SUPERSEDED_BY = "superseded_by", "Superseded by"
    SEE_ALSO = "see_also", "See also"
