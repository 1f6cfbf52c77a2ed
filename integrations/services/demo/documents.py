"""The demo's documents, at different stages of being written."""

from collections.abc import Mapping

from collaboration.models import DocumentSection
from collaboration.services.documents import begin_document, write_section
from integrations.services.demo.content import read
from integrations.services.demo.people import Cast
from portfolio.models import Initiative


def create_documents(cast: Cast, initiatives: Mapping[str, Initiative]) -> None:
    """Each document begun and written by its writer, section by section, so that its history is one."""
    for row in read("documents")["document"]:
        with cast.acting(row["writer"]) as actor:
            document = begin_document(
                actor=actor, record=initiatives[row["initiative"]], built_in=row["built_in"], title=row.get("title", "")
            )
            for section in DocumentSection.objects.filter(document=document).select_related("document"):
                if section.key in row["text"]:
                    write_section(section, actor=actor, text=row["text"][section.key].strip())
