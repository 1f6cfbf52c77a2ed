"""What the global search finds in the portfolio."""

from portfolio.models import Initiative, Kpi, Portfolio
from tenancy.actor import Actor


def initiatives_matching(actor: Actor, text: str, *, limit: int) -> list[Initiative]:
    """Initiatives whose key is the text or whose title contains it."""
    rows = Initiative.objects.permitted(actor).matching(text).select_related("portfolio")
    return list(rows.order_by("title", "pk")[:limit])


def portfolios_matching(actor: Actor, text: str, *, limit: int) -> list[Portfolio]:
    """Portfolios whose name contains the text."""
    return list(Portfolio.objects.permitted(actor).filter(name__icontains=text).order_by("name", "pk")[:limit])


def kpis_matching(actor: Actor, text: str, *, limit: int) -> list[Kpi]:
    """KPIs whose name contains the text, or whose key it is."""
    return list(Kpi.objects.permitted(actor).matching(text).order_by("name", "pk")[:limit])
