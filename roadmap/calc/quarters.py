"""Calendar quarters."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of the Gregorian calendar, UTC; `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter the day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def label(self) -> str:
        return f"Q{self.number} {self.year}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return self.following.first_day - timedelta(days=1)

    @property
    def begins_at(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first_day, time(), UTC)

    @property
    def following(self) -> "Quarter":
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    @property
    def preceding(self) -> "Quarter":
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


def quarters_until(last: Quarter, count: int) -> list[Quarter]:
    """`count` quarters in a row, the earliest first, `last` the latest."""
    found = [last]
    while len(found) < count:
        found.append(found[-1].preceding)
    return found[::-1]
