"""Words of publishing: links for people without an account, and files to take away."""

from django.db.models import TextChoices


class LinkKind(TextChoices):
    """What a link opens: a page, a calendar other programs subscribe to, or a page inside other sites' pages."""

    PAGE = "page", "Page"
    CALENDAR = "calendar", "Calendar feed"
    EMBED = "embed", "Embedded page"


class Audience(TextChoices):
    """How much of the dates a link tells."""

    FULL = "full", "Dates"
    QUARTERS_ONLY = "quarters_only", "Quarters only"
    NO_DATES = "no_dates", "No dates: now, next, later"


class PublishedField(TextChoices):
    """What a link may tell of the plan besides the titles of its items; what is not allowed never leaves the server."""

    STATUS = "status", "Status"
    PROGRESS = "progress", "Progress"
    CONFIDENCE = "confidence", "Confidence"
    TEAM = "team", "Team"
    LANE = "lane", "Lane"
    THEME = "theme", "Theme"
    INITIATIVE = "initiative", "Initiative"
    STAGE = "stage", "Stage of the initiative"
    RELEASE = "release", "Release"
    EXTERNAL_PARTY = "external_party", "External party"
    DESCRIPTION = "description", "Description"
    MILESTONES = "milestones", "Milestones"
    DEPENDENCIES = "dependencies", "Dependencies"


class PlanGrouping(TextChoices):
    """What the groups of a published or exported plan stand for."""

    TEAM = "team", "Team"
    STAGE = "stage", "Stage"
    THEME = "theme", "Theme"
    LANE = "lane", "Lane"
    RELEASE = "release", "Release"
    NONE = "none", "Nothing"


class ExportFormat(TextChoices):
    """Kinds of files a roadmap can be taken away in."""

    PPTX = "pptx", "PowerPoint"
    PDF = "pdf", "PDF"
    PNG = "png", "Image (PNG)"
    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"
    MARKDOWN = "md", "Markdown"
