"""What an import is called when only its file has a name."""

from pathlib import PurePath

from integrations.services.importer.reading import normalized


def portfolio_named_by(file_name: str) -> str:
    """`ml_platform-2026.csv` gives “Ml platform 2026”."""
    words = PurePath(file_name).stem.replace("_", " ").replace("-", " ").split()
    return (" ".join(words).capitalize() or "Import")[:200]


def system_named_by(file_name: str) -> str:
    """`ML Platform.csv` gives `ml_platform`: the CSV and the JSON of one source are the same system."""
    return normalized(PurePath(file_name).stem)[:100] or "import"
