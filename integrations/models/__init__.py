"""Everything the integrations store."""

from integrations.models.external_reference import ExternalReference
from integrations.models.import_run import ImportRun

__all__ = ["ExternalReference", "ImportRun"]
