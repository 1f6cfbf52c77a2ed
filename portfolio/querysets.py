"""Querysets of the portfolio: who sees which rows, and the filters lists offer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from guardian.managers import UserObjectPermissionManager

from portfolio.enums import OPEN_CASES, CaseStatus, KpiStatus, Measure, Visibility
from tenancy.querysets import TenantManager, TenantQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor

SEES_RESTRICTED = "portfolio.view_restricted"
VIEW_GRANT = "view_portfolio"
CHANGE_GRANT = "change_portfolio"


def _shared_with(user_id: UUID | None, codename: str) -> models.QuerySet:
    grants: Any = apps.get_model("portfolio", "PortfolioUserObjectPermission")
    return grants.objects.filter(user_id=user_id, permission__codename=codename)


def _codename(verb: str) -> str:
    return VIEW_GRANT if verb == "view" else CHANGE_GRANT


class PortfolioQuerySet(TenantQuerySet):
    """Portfolios; a restricted one only for those it is shared with."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        return super().permitted(actor, verb).shared_with(actor, _codename(verb))

    def open_for_writing(self, actor: Actor) -> Self:
        """Portfolios in which the actor's role may write records; changing the portfolio itself is another right."""
        return super().permitted(actor, "view").shared_with(actor, CHANGE_GRANT)

    def shared_with(self, actor: Actor, codename: str) -> Self:
        """Those open to the organization, and the restricted ones on which the actor holds the grant."""
        if actor.can(SEES_RESTRICTED):
            return self
        shared = _shared_with(actor.user_id, codename).filter(content_object_id=OuterRef("pk"))
        return self.filter(Q(visibility=Visibility.ORGANIZATION) | Exists(shared))


class InPortfolioQuerySet(TenantQuerySet):
    """Rows that hang, through `portfolio_path`, on a portfolio and share its visibility."""

    portfolio_path = "portfolio"

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = super().permitted(actor, verb)
        if actor.can(SEES_RESTRICTED):
            return permitted
        return permitted.filter(OutsideHiddenPortfolios(self.portfolio_path, actor.user_id, _codename(verb)))


class OutsideHiddenPortfolios(models.Func):
    """True where the portfolio at `path` is empty, open, or shared with the person by the grant `codename`.

    Fixed text: every list of every app asks this, and building the same as nested querysets costs more than
    running it. Row security keeps the inner tables to the organization.
    """

    output_field = models.BooleanField()
    conditional = True
    hidden = """
        SELECT hidden.id FROM portfolio_portfolio hidden WHERE hidden.visibility = 'restricted' AND NOT EXISTS (
            SELECT FROM portfolio_portfoliouserobjectpermission shared
            JOIN auth_permission ON auth_permission.id = shared.permission_id
            WHERE shared.content_object_id = hidden.id AND shared.user_id = %s AND auth_permission.codename = %s
        )
    """

    def __init__(self, path: str, user_id: UUID | None, codename: str, **extra: Any) -> None:
        super().__init__(F(path), **extra)
        self.parameters = [user_id, codename]

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, inner = compiler.compile(self.source_expressions[0])
        sql = f"({column} IS NULL OR {column} NOT IN ({self.hidden}))"
        return sql, (*inner, *inner, *self.parameters)


class InitiativeQuerySet(InPortfolioQuerySet):
    """Initiatives."""

    def matching(self, text: str) -> Self:
        """Rows whose title contains the text, or whose key it is; behind a key it may go on with the title."""
        key, _, rest = text.partition(" ")
        return self.filter(Q(title__icontains=text) | Q(key__iexact=key, title__icontains=rest.strip()))

    def with_net_present_value(self) -> Self:
        """Annotate `npv` and `npv_currency` of the current business case's valuation; None when not valued."""
        valuations = apps.get_model("portfolio", "Valuation").objects.filter(
            case__initiative=OuterRef("pk"),
            case__is_current=True,
            option__is_recommended=True,
            inputs_digest=F("case__inputs_digest"),
        )
        return self.annotate(
            npv=Subquery(valuations.values("npv")[:1]), npv_currency=Subquery(valuations.values("currency")[:1])
        )


class BusinessCaseQuerySet(InPortfolioQuerySet):
    """Business cases."""

    portfolio_path = "initiative__portfolio"

    def matching(self, text: str) -> Self:
        """Rows whose name contains the text, or whose initiative has it as key."""
        return self.filter(Q(name__icontains=text) | Q(initiative__key__iexact=text))

    def current(self) -> Self:
        """The one case of each initiative that counts."""
        return self.filter(is_current=True)

    def approved(self) -> Self:
        """The one case of each initiative that somebody decided on."""
        return self.filter(status=CaseStatus.APPROVED)

    def open(self) -> Self:
        """Cases that may be edited."""
        return self.filter(status__in=OPEN_CASES)

    def with_valuation(self) -> Self:
        """Annotate what the recommended option is worth with exactly the present inputs; None while not valued."""
        valuations = apps.get_model("portfolio", "Valuation").objects.filter(
            case=OuterRef("pk"), inputs_digest=OuterRef("inputs_digest"), option__is_recommended=True
        )
        names = ("npv", "irr", "roi", "payback_months", "cost_of_delay", "probability_negative", "computed_at")
        return self.annotate(**{name: Subquery(valuations.values(name)[:1]) for name in names})


class InCaseQuerySet(InPortfolioQuerySet):
    """Rows of one business case: options, drivers, lines."""

    portfolio_path = "case__initiative__portfolio"


class OfLineQuerySet(InPortfolioQuerySet):
    """Rows of one cash line."""

    portfolio_path = "line__case__initiative__portfolio"


class StaffingPeriodQuerySet(InPortfolioQuerySet):
    """Person-months of staffing lines."""

    portfolio_path = "staffing_line__line__case__initiative__portfolio"


class CashPeriodQuerySet(OfLineQuerySet):
    """Monthly amounts of cash lines."""

    def planned(self) -> Self:
        """What the business case plans."""
        return self.filter(measure=Measure.PLAN)

    def forecast(self) -> Self:
        """What is now expected, where that was said."""
        return self.filter(measure=Measure.FORECAST)

    def actual(self) -> Self:
        """What happened, as far as it is known."""
        return self.filter(measure=Measure.ACTUAL)


class ValuationQuerySet(InCaseQuerySet):
    """Valuations."""

    def recommended(self) -> Self:
        """Valuations of the option each case recommends."""
        return self.filter(option__is_recommended=True)

    def of_present_inputs(self) -> Self:
        """Valuations of what their business case holds now."""
        return self.filter(inputs_digest=F("case__inputs_digest"))


class KpiQuerySet(InPortfolioQuerySet):
    """KPIs; one without an initiative or portfolio belongs to the whole organization."""

    portfolio_path = "initiative__portfolio"

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        return _outside_own_portfolio(super().permitted(actor, verb), "portfolio", actor, verb)

    def matching(self, text: str) -> Self:
        """Rows whose name contains the text, or whose key it is."""
        return self.filter(Q(name__icontains=text) | Q(key__iexact=text))

    def open_for_writing(self, actor: Actor) -> Self:
        """KPIs whose portfolio, if they have one, is not shared with the actor to view only."""
        portfolios = apps.get_model("portfolio", "Portfolio").objects.open_for_writing(actor)
        of_organization = Q(initiative=None, portfolio=None)
        return self.filter(of_organization | Q(initiative__portfolio__in=portfolios) | Q(portfolio__in=portfolios))

    def with_status(self, now: datetime) -> Self:
        """Annotate `status` (a KpiStatus) and what it follows from, as KpiStanding explains it; one join.

        `latest_value` and `latest_start` are value and first day of the newest period that can be judged,
        `target`, `low`, `high` and `tolerance` the target of that period.
        """
        return self.annotate(
            latest_value=F("standing__value"),
            latest_start=F("standing__period_start"),
            previous_value=F("standing__previous_value"),
            last_observed_at=F("standing__last_observed_at"),
            target=F("standing__target"),
            low=F("standing__low"),
            high=F("standing__high"),
            tolerance=F("standing__tolerance"),
            is_anomaly=F("standing__is_anomaly"),
            recent=F("standing__recent"),
            status=Case(
                When(standing__stale_at__lt=now, then=Value(KpiStatus.STALE)),
                When(standing__status__isnull=False, then=F("standing__status")),
                default=Value(KpiStatus.UNKNOWN),
                output_field=models.CharField(choices=KpiStatus.choices),
            ),
        )


def _outside_own_portfolio(rows: Any, path: str, actor: Actor, verb: str) -> Any:
    """Without rows of a KPI whose own portfolio is hidden; that of its initiative is looked at elsewhere."""
    if actor.can(SEES_RESTRICTED):
        return rows
    return rows.filter(OutsideHiddenPortfolios(path, actor.user_id, _codename(verb)))


class KpiRowQuerySet(InPortfolioQuerySet):
    """Rows of one KPI: observations, rollups, targets."""

    portfolio_path = "kpi__initiative__portfolio"

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        return _outside_own_portfolio(super().permitted(actor, verb), "kpi__portfolio", actor, verb)


class ScoringModelQuerySet(TenantQuerySet):
    """Scoring models."""

    def with_use(self) -> Self:
        """Annotate `is_used`: whether a round uses this revision, so that it no longer changes."""
        rounds = apps.get_model("portfolio", "ScoringRound").objects.filter(model=OuterRef("pk"))
        return self.annotate(is_used=Exists(rounds))

    def newest(self) -> Self:
        """The newest revision of each method."""
        newer = self.model.objects.filter(key=OuterRef("key"), revision__gt=OuterRef("revision"))
        return self.filter(~Exists(newer))


class ScoreFactorQuerySet(TenantQuerySet):
    """Factors of scoring models."""

    def open_to(self, actor: Actor) -> Self:
        """Factors the actor may rate, by the rule of `portfolio.permissions.may_rate`."""
        of_role = Q(rater_roles=[]) | Q(rater_roles__contains=[actor.role])
        of_function = Q(rater_functions=[]) | Q(rater_functions__overlap=list(actor.functions))
        return self.filter(of_role, of_function)


class ScoringItemQuerySet(InPortfolioQuerySet):
    """Initiatives of scoring rounds."""

    portfolio_path = "initiative__portfolio"


class ScoreRatingQuerySet(InPortfolioQuerySet):
    """Ratings: everybody's own, and all of them once the round is closed."""

    portfolio_path = "item__initiative__portfolio"

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        mine = Q(rater__user_id=actor.user_id)
        return super().permitted(actor, verb).filter(mine | Q(item__round__closed_at__isnull=False))


class ScoreResultQuerySet(InPortfolioQuerySet):
    """Results of closed rounds."""

    portfolio_path = "item__initiative__portfolio"


class CapabilityQuerySet(TenantQuerySet):
    """Capabilities: the organization's, whatever portfolio builds them."""

    def matching(self, text: str) -> Self:
        """Rows whose name contains the text."""
        return self.filter(name__icontains=text)


class FeedbackQuerySet(TenantQuerySet):
    """What customers said; the organization's, whatever initiative it speaks for."""

    def matching(self, text: str) -> Self:
        """Rows whose title or customer contains the text."""
        return self.filter(Q(title__icontains=text) | Q(customer__icontains=text))


class OfStakeholderQuerySet(InPortfolioQuerySet):
    """Answers of one stakeholder."""

    portfolio_path = "stakeholder__initiative__portfolio"


class OfObjectiveQuerySet(InPortfolioQuerySet):
    """Rows of one objective."""

    portfolio_path = "objective__portfolio"


class InitiativeRowQuerySet(InPortfolioQuerySet):
    """Rows of one initiative: usage, costs, savings, money."""

    portfolio_path = "initiative__portfolio"


class PortfolioSharingManager(UserObjectPermissionManager, TenantManager):
    """guardian's assign and remove, filtered by the open scope."""
