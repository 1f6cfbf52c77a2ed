"""Short lists: the first rows of what belongs to a record, for its page, and the way to all of them."""

from collections.abc import Callable, Iterable
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Count, Window

from core.web.urls import tenant_url

ROWS_SHOWN = 10


class ShortList(list[Any]):
    """Rows of a page; `total` counts those left out as well, and `url` leads to the list of all."""

    def __init__(self, rows: Iterable[Any], *, total: int, url: str) -> None:
        super().__init__(rows)
        self.total = total
        self.url = url

    @property
    def is_cut(self) -> bool:
        """Whether there are more than these."""
        return self.total > len(self)

    def each(self, shape: Callable[[Any], Any]) -> Self:
        """The same list with every row shaped for its template."""
        return type(self)(map(shape, self), total=self.total, url=self.url)


def short_list(rows: Any, actor: Any, name: str, *, limit: int = ROWS_SHOWN, **narrowing: Any) -> ShortList:
    """The first of an ordered queryset's rows with the number of all, in one query.

    `name` is the screen with the whole list, `narrowing` the filters that leave these rows on it.
    """
    found = list(rows.annotate(rows_in_all=Window(Count("*")))[:limit])
    url = f"{tenant_url(actor, name)}?{urlencode(narrowing)}"
    return ShortList(found, total=found[0].rows_in_all if found else 0, url=url)
