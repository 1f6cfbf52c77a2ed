"""Reads the history of plans: a JSON list of dated changes, each of one field of one record."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from core.days import require_known_day
from core.errors import InvalidInputError
from integrations.enums import ImportField
from integrations.services.importer.problems import ProblemList, UnreadableFileError
from integrations.services.importer.reading import MAX_BYTES
from integrations.services.importer.vocabulary import VALUES
from roadmap.enums import HistoryField
from roadmap.enums.history import PRD_COMPLETE
from roadmap.services.plan_history import HistoryRow

MAX_CHANGES = 200_000
MAX_REASONS = 20
LONGEST_ID, LONGEST_VALUE, LONGEST_TITLE, LONGEST_TEAM = 300, 100, 300, 200
CREATED = "created"

ID_NAMES = ("id", "external_id", "key", "kep", "record")
# Names of fields in a history, as tools call them; docs/import.md shows them.
FIELDS: dict[str, str] = {
    "target_alpha": HistoryField.ALPHA,
    "milestone_alpha": HistoryField.ALPHA,
    "alpha": HistoryField.ALPHA,
    "target_beta": HistoryField.BETA,
    "milestone_beta": HistoryField.BETA,
    "beta": HistoryField.BETA,
    "target_ga": HistoryField.GA,
    "milestone_stable": HistoryField.GA,
    "stable": HistoryField.GA,
    "ga": HistoryField.GA,
    "target_release": HistoryField.RELEASE,
    "latest_milestone": HistoryField.RELEASE,
    "fix_version": HistoryField.RELEASE,
    "release": HistoryField.RELEASE,
    "status": HistoryField.STAGE,
    "prd": HistoryField.PRD,
}
_COMPLETE = frozenset({"complete", "completed", "done", "approved", "100"})
TEAM_FIELDS = frozenset({"owning_team", "team"})
TITLE_FIELDS = frozenset({"title", "name", "summary"})


class BadHistoryError(InvalidInputError):
    """Entries of a history cannot be read; `reasons` names the first ones by their place, counted from 1."""

    code = "bad_history"


@dataclass
class History:
    """A history that was read: its rows in order of time, and how many changes were of fields it is not about."""

    rows: list[HistoryRow] = field(default_factory=list)
    changes: int = 0
    passed_over: int = 0

    @property
    def external_ids(self) -> set[str]:
        return {row.external_id for row in self.rows}


@dataclass(frozen=True, slots=True)
class _Change:
    external_id: str
    at: datetime
    name: str
    old: str
    new: str
    snapshot: Mapping[str, str]


def read_history(content: bytes) -> History:
    """The changes of a JSON file: a list, or an object whose `changes` is one.

    Raises UnreadableFileError when it is neither, BadHistoryError naming every entry that cannot be read.
    """
    return read_changes(read_entries(content))


def read_entries(content: bytes) -> list[Any]:
    """The list in a JSON file, its entries unread. Raises UnreadableFileError when there is none."""
    if len(content) > MAX_BYTES:
        raise UnreadableFileError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    try:
        data = json.loads(content)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UnreadableFileError(f"This is not JSON: {error}.") from error
    return _listed(data.get("changes") if isinstance(data, dict) else data)


def read_changes(entries: Any) -> History:
    """The same of the list itself."""
    problems = ProblemList()
    history = read_good_changes(_listed(entries), problems)
    if problems.error_count:
        reasons = [f"Change {each.line}: {each.reason}" for each in problems.kept[:MAX_REASONS]]
        raise BadHistoryError(reasons[0], pointer="changes", reasons=reasons)
    return history


def read_good_changes(entries: Sequence[Any], problems: ProblemList) -> History:
    """The history without the entries that cannot be read, each of which is an error at its place, counted from 1."""
    changes = []
    for place, entry in enumerate(entries, start=1):
        try:
            changes.append(_change(entry))
        except ValueError as error:
            problems.error(place, str(error))
    return _replayed(sorted(changes, key=lambda change: change.at), len(entries))


def _listed(entries: Any) -> list[Any]:
    if not isinstance(entries, list):
        raise UnreadableFileError("A history is a list of changes, or an object with “changes”.")
    if len(entries) > MAX_CHANGES:
        raise UnreadableFileError(f"The history has more than {MAX_CHANGES:,} changes.")
    return entries


def _replayed(changes: Sequence[_Change], count: int) -> History:
    """Follow every record through its changes, so that each row knows the team and title of its moment."""
    history = History(changes=count)
    teams: dict[str, str] = {}
    titles: dict[str, str] = {}
    for change in changes:
        told = {change.name: change.new} if change.name != CREATED else change.snapshot
        for name, value in told.items():
            if name in TEAM_FIELDS:
                teams[change.external_id] = value[:LONGEST_TEAM]
            elif name in TITLE_FIELDS:
                titles[change.external_id] = value[:LONGEST_TITLE]
        rows = list(_rows(change))
        history.passed_over += not (rows or change.name == CREATED or change.name in TEAM_FIELDS | TITLE_FIELDS)
        for kind, old, new in rows:
            team, title = teams.get(change.external_id, ""), titles.get(change.external_id, "")
            history.rows.append(HistoryRow(change.external_id, kind, change.at, old, new, title, team))
    return history


def _rows(change: _Change) -> Iterator[tuple[str, str, str]]:
    """(field, before, after) of what the change says of targets, stages and PRDs; of a record's beginning its stage."""
    if change.name == CREATED:
        stage = _stage(change.snapshot.get("status", change.new))
        if stage:
            yield HistoryField.STAGE, "", stage
        return
    kind = FIELDS.get(change.name)
    if kind in (HistoryField.STAGE, HistoryField.PRD):
        read = _stage if kind == HistoryField.STAGE else _prd
        old, new = read(change.old), read(change.new)
        if old != new:
            yield kind, old, new
    elif kind is not None:
        yield kind, change.old, change.new


def _stage(word: str) -> str:
    return VALUES[ImportField.STATUS].get(word.casefold().replace(" ", "_"), "")


def _prd(word: str) -> str:
    return PRD_COMPLETE if word.casefold() in _COMPLETE else ""


def _change(entry: Any) -> _Change:
    """Raises ValueError with what is wrong."""
    if not isinstance(entry, dict):
        raise ValueError("This is no object.")  # noqa: TRY004 - the caller waits for one kind of error
    name = _text(entry.get("field"), "field", LONGEST_VALUE).casefold()
    known = name in FIELDS or name == CREATED
    snapshot = entry.get("snapshot") or {}
    if not isinstance(snapshot, dict):
        raise ValueError("“snapshot” is no object.")  # noqa: TRY004 - the caller waits for one kind of error
    external_id = next((entry[each] for each in ID_NAMES if entry.get(each) not in (None, "")), None)
    return _Change(
        external_id=_text(external_id, "id", LONGEST_ID),
        at=_moment(entry.get("at")),
        name=name,
        old=_value(entry.get("old"), "old", LONGEST_VALUE if known else None),
        new=_value(entry.get("new"), "new", LONGEST_VALUE if known else None),
        snapshot=_texts(snapshot),
    )


def _text(value: Any, name: str, longest: int) -> str:
    text = _value(value, name, longest)
    if not text:
        raise ValueError(f"“{name}” is missing.")
    return text


def _value(value: Any, name: str, longest: int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"“{name}” is no text.")  # noqa: TRY004 - the caller waits for one kind of error
    text = str(value).strip()
    if longest is not None and len(text) > longest:
        raise ValueError(f"“{name}” is longer than {longest} characters.")
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"“{name}” holds characters that cannot be stored.")
    return text


def _texts(snapshot: Mapping[str, Any]) -> dict[str, str]:
    told = TEAM_FIELDS | TITLE_FIELDS | {"status"}
    return {name: _value(value, name, None) for name, value in snapshot.items() if name in told}


def _moment(value: Any) -> datetime:
    try:
        at = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError("“at” is no moment with a time zone, such as 2026-03-31T12:00:00Z.")
    try:
        require_known_day(at.date())  # in UTC it might have no year a date can have, and nobody could read it again
    except ValidationError as error:
        raise ValueError(f"“at”: {error.message}") from None
    return at
