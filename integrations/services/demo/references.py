"""The demo's links to other systems."""

from collections.abc import Mapping

from integrations.enums import Relation
from integrations.services.demo.content import read
from integrations.services.demo.people import Cast
from integrations.services.external_references import create_external_reference
from portfolio.models import Initiative


def create_references(cast: Cast, initiatives: Mapping[str, Initiative]) -> None:
    """References on initiatives."""
    with cast.acting("pm") as actor:
        for row in read("external_references")["reference"]:
            create_external_reference(
                target_model="portfolio.initiative",
                target_id=initiatives[row["initiative"]].pk,
                actor=actor,
                system=row["system"],
                external_id=row["external_id"],
                relation=row.get("relation", Relation.SAME),
                label=row["label"],
                url=row["url"],
            )
