"""Names in a file that stand for records: portfolios, themes, teams and people."""

from typing import Any

from core.errors import DomainError, InvalidInputError
from integrations.enums import ImportField
from integrations.services.importer.interpreting import ImportRecord
from integrations.services.importer.mapping import ColumnMapping
from integrations.services.importer.problems import ProblemList
from portfolio.models import Portfolio, Theme
from portfolio.services.portfolios import create_portfolio
from tenancy.actor import Actor
from tenancy.models import Membership, Team
from tenancy.services.memberships import create_teams


class Relations:
    """Looks names up, ignoring case; creates missing teams and, once, the import's own portfolio."""

    def __init__(
        self, records: list[ImportRecord], *, mapping: ColumnMapping, problems: ProblemList, actor: Actor
    ) -> None:
        self.mapping = mapping
        self.problems = problems
        self.actor = actor
        self.created_teams = 0
        self.portfolios = {found.name.casefold(): found for found in Portfolio.objects.permitted(actor)}
        self.themes = {found.name.casefold(): found for found in Theme.objects.permitted(actor)}
        self.teams = {found.name.casefold(): found for found in Team.objects.permitted(actor)}
        self._members: dict[str, Membership] | None = None
        if mapping.has(ImportField.OWNING_TEAM):
            self._create_teams(records)

    def own_portfolio(self, name: str) -> Portfolio:
        """The portfolio of this name, created when it is missing; raises DomainError when it may not be used."""
        found = self.portfolios.get(name.casefold())
        if found is None:
            found = create_portfolio(actor=self.actor, name=name)
            self.portfolios[name.casefold()] = found
        if not Portfolio.objects.open_for_writing(self.actor).filter(pk=found.pk).exists():
            raise InvalidInputError(
                f"The portfolio “{found.name}” is shared with you to view only.", pointer="portfolio"
            )
        return found

    def portfolio_of(self, record: ImportRecord) -> Portfolio | None:
        """The portfolio the row names; None when it names none. Raises InvalidInputError when there is no such one."""
        name = record.values.get(ImportField.PORTFOLIO)
        if not name:
            return None
        found = self.portfolios.get(name.casefold())
        if found is None:
            raise InvalidInputError("There is no portfolio of this name.", pointer=ImportField.PORTFOLIO)
        return found

    def theme_of(self, record: ImportRecord) -> Any:
        return self._named(record, ImportField.THEME, self.themes, "There is no theme of this name.")

    def team_of(self, record: ImportRecord) -> Any:
        return self._named(record, ImportField.OWNING_TEAM, self.teams, "There is no team of this name.")

    def lead_of(self, record: ImportRecord) -> Any:
        return self._named(record, ImportField.LEAD, self.members, "Nobody in the organization has this address.")

    @property
    def members(self) -> dict[str, Membership]:
        """Active members by e-mail address in lower case."""
        if self._members is None:
            active = Membership.objects.active().select_related("user")
            self._members = {found.user.email.casefold(): found for found in active}
        return self._members

    def _named(self, record: ImportRecord, wanted: ImportField, known: dict[str, Any], reason: str) -> Any:
        """The record of this name; None when the cell is empty; raises LookupError, reported, when there is none."""
        name = record.values[wanted]
        if name is None:
            return None
        found = known.get(name.casefold())
        if found is None:
            self.problems.warning(record.line, reason, column=self.mapping.column_of(wanted), value=name)
            raise LookupError(reason)
        return found

    def _create_teams(self, records: list[ImportRecord]) -> None:
        names: dict[str, str] = {}
        for record in records:
            name = record.values.get(ImportField.OWNING_TEAM)
            if name and name.casefold() not in self.teams:
                names.setdefault(name.casefold(), name)
        if not names or not self.actor.can("team.create"):
            return
        try:
            created = create_teams([names[key] for key in sorted(names)], actor=self.actor)
        except DomainError as error:
            raise InvalidInputError(f"The teams cannot be created: {error.message}") from error
        self.teams |= {team.name.casefold(): team for team in created}
        self.created_teams = len(created)
