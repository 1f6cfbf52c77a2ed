"""Many observations by column: what may be said of them without the database, and how they are sent to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import islice
from uuid import UUID

from core.errors import InvalidInputError
from core.ids import uuid7_texts

MAX_BATCH = 10_000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# A feed's clock may be ahead; a measurement of next month cannot have been made.
LATEST_AHEAD = timedelta(days=1)
_PART = 1_000  # rows
_LIMIT = Decimal(10) ** 18
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(frozen=True)
class ObservationInput:
    """One measured value; `observed_at` is aware, `source_id` is the feed's own id of the observation.

    Either `value` or both `numerator` and `denominator` are given.
    """

    kpi_id: UUID
    observed_at: datetime
    source_id: str
    value: Decimal | None = None
    source: str = ""
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    weight: Decimal | None = None
    sample_size: int | None = None
    segment: str = ""


class RefusedRowsError(InvalidInputError):
    """Rows of a batch that must be stored as a whole were refused; `rows` maps their places to {field: message}."""

    def __init__(self, rows: dict[int, dict[str, str]]) -> None:
        self.rows = rows
        first = min(rows)
        name, message = next(iter(rows[first].items()))
        super().__init__(message, pointer=f"rows/{first}/{name}")


@dataclass
class ObservationBatch:
    """Observations by column, in the order they were sent; texts of numbers are exact and within the columns' digits.

    `positions` are the rows' places in the request; `refusals` maps places to {field: message}.
    """

    positions: list[int] = field(default_factory=list)
    kpis: list[str] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    numerators: list[str | None] = field(default_factory=list)
    denominators: list[str | None] = field(default_factory=list)
    weights: list[str | None] = field(default_factory=list)
    sample_sizes: list[int | None] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    source_ids: list[str] = field(default_factory=list)
    refusals: dict[int, dict[str, str]] = field(default_factory=dict)

    def add(self, position: int, observation: ObservationInput) -> None:
        """Append the observation, or note why not."""
        problems = _problems(observation)
        if problems:
            self.refusals[position] = problems
            return
        self.positions.append(position)
        self.kpis.append(str(observation.kpi_id))
        self.moments.append(observation.observed_at)
        self.values.append(_text(_value(observation)) or "")
        self.numerators.append(_text(observation.numerator))
        self.denominators.append(_text(observation.denominator))
        self.weights.append(_text(observation.weight))
        self.sample_sizes.append(observation.sample_size)
        self.segments.append(observation.segment)
        self.sources.append(observation.source)
        self.source_ids.append(observation.source_id)

    def add_plain(
        self,
        start: int,
        kpis: list[str],
        moments: list[datetime],
        values: list[str],
        segments: list[str],
        sources: list[str],
        source_ids: list[str],
    ) -> None:
        """Append values that have been checked and come without weight or parts; `start` is the place of the first."""
        self.positions.extend(range(start, start + len(kpis)))
        self.kpis.extend(kpis)
        self.moments.extend(moments)
        self.values.extend(values)
        self.segments.extend(segments)
        self.sources.extend(sources)
        self.source_ids.extend(source_ids)
        for column in (self.numerators, self.denominators, self.weights, self.sample_sizes):
            column.extend([None] * len(kpis))

    def refuse(self, index: int, name: str, message: str) -> None:
        """Note why the row in this place of the columns is not stored."""
        self.refusals.setdefault(self.positions[index], {}).setdefault(name, message)

    def refuse_impossible_times(self, now: datetime) -> None:
        """Refuse what was observed before 2000 or is more than a day ahead of `now`."""
        latest = now + LATEST_AHEAD
        if not self.moments or (min(self.moments) >= EARLIEST and max(self.moments) <= latest):
            return
        message = f"An observation is of the time between {EARLIEST:%Y-%m-%d} and now, which is {now:%Y-%m-%d}."
        for index, moment in enumerate(self.moments):
            if not EARLIEST <= moment <= latest:
                self.refuse(index, "observed_at", message)

    def refuse_repeated_source_ids(self) -> None:
        """Refuse what is sent twice in one request: which of the two should count?"""
        pairs = list(zip(self.kpis, self.source_ids, strict=True))
        if len(set(pairs)) == len(pairs):
            return
        first: dict[tuple[str, str], int] = {}
        for index, pair in enumerate(pairs):
            earlier = first.setdefault(pair, self.positions[index])
            if earlier != self.positions[index]:
                message = f"This source id is already in row {earlier}; send every observation once a request."
                self.refuse(index, "source_id", message)

    def months(self) -> set[tuple[int, int]]:
        """(year, month) in UTC of everything that is not refused."""
        return {(moment.year, moment.month) for moment in (each.astimezone(UTC) for each in set(self.moments))}

    def copy_texts(self) -> Iterator[str]:
        """PostgreSQL's COPY text format, place, id, then the columns; in parts, so that it reads while we write."""
        texts = [_escaped(column) for column in (self.segments, self.sources, self.source_ids)]
        numbers = [_nullable(column) for column in (self.numerators, self.denominators, self.weights)]
        numbers.append([r"\N" if size is None else str(size) for size in self.sample_sizes])
        stamps = {moment: moment.isoformat() for moment in set(self.moments)}
        rows = zip(
            map(str, self.positions),
            uuid7_texts(len(self.positions)),
            self.kpis,
            map(stamps.__getitem__, self.moments),
            self.values,
            *numbers,
            *texts,
            strict=True,
        )
        refused = set(map(str, self.refusals))
        lines = ("\t".join(row) + "\n" for row in rows if row[0] not in refused)
        while part := "".join(islice(lines, _PART)):
            yield part


def batch_of(observations: Sequence[ObservationInput]) -> ObservationBatch:
    """The observations by column."""
    batch = ObservationBatch()
    for position, observation in enumerate(observations):
        batch.add(position, observation)
    return batch


def quotient(numerator: Decimal, denominator: Decimal) -> Decimal:
    """The share with six digits after the point; the denominator is greater than zero."""
    with localcontext() as context:
        context.prec = 60
        return round(numerator / denominator, 6)


def _problems(observation: ObservationInput) -> dict[str, str]:
    problems = {}
    for name in ("value", "numerator", "denominator", "weight"):
        number = getattr(observation, name)
        if number is not None and (not number.is_finite() or abs(number) >= _LIMIT):
            problems[name] = f"The {name} must be a finite number below 1e18."
    if not problems:
        problems.update(amount_problems(observation))
    if not observation.source_id or len(observation.source_id) > 120:
        problems["source_id"] = "Give a source id of at most 120 characters."
    for name in ("source", "segment"):
        if len(getattr(observation, name)) > 60:
            problems[name] = f"Give a {name} of at most 60 characters."
    return problems


def amount_problems(observation: ObservationInput) -> dict[str, str]:
    """What is wrong with finite numbers: {field: message}."""
    numerator, denominator = observation.numerator, observation.denominator
    if (numerator is None) != (denominator is None):
        return {"denominator": "A numerator and a denominator are sent together."}
    if numerator is None or denominator is None:
        if observation.value is None:
            return {"value": "Send a value, or a numerator and a denominator."}
    elif observation.value is not None:
        return {"value": "Send either a value, or a numerator and a denominator."}
    elif round(denominator, 6) <= 0:
        return {"denominator": "The denominator must be greater than zero; where nothing happened, send nothing."}
    elif abs(quotient(numerator, round(denominator, 6))) >= _LIMIT:
        return {"denominator": "The quotient must be below 1e18."}
    if observation.weight is not None and not 0 <= observation.weight < Decimal(10) ** 12:
        return {"weight": "A weight is zero or more, and below 1e12."}
    if observation.sample_size is not None and not 0 <= observation.sample_size < 2**63:
        return {"sample_size": "A sample size is a whole number, zero or more."}
    return {}


def _value(observation: ObservationInput) -> Decimal:
    if observation.numerator is not None and observation.denominator is not None:
        return quotient(observation.numerator, round(observation.denominator, 6))
    assert observation.value is not None  # refused above
    return observation.value


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{round(number, 6):f}"


def _nullable(column: list[str | None]) -> list[str]:
    return [r"\N" if each is None else each for each in column]


def _escaped(column: list[str]) -> list[str]:
    """Texts as COPY reads them; a look at all of them at once spares the usual ones a translation each."""
    whole = "".join(column)
    if any(character in whole for character in "\\\t\n\r"):
        return [each.translate(_ESCAPES) for each in column]
    return column
