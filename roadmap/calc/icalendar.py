"""Calendar feeds, RFC 5545: whole-day events of a plan."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_LONGEST_LINE = 75
_LAST_DAY = date.max


@dataclass(frozen=True, slots=True)
class Event:
    """Something from its first to its last day, both included. `uid` stays the same when its dates change."""

    uid: str
    summary: str
    first_on: date
    last_on: date
    description: str = ""
    category: str = ""


def calendar_of(events: Iterable[Event], *, name: str, made_at: datetime) -> bytes:
    """A calendar of whole-day events; `made_at` is in UTC."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Fairlead//Roadmap//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for event in events:
        lines.extend(_event_lines(event, made_at))
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event_lines(event: Event, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}@fairlead"
    yield f"DTSTAMP:{made_at:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{_day(event.first_on)}"
    # The end is the first day that no longer belongs to it. The last day of all has none after it.
    yield f"DTEND;VALUE=DATE:{_day(event.last_on + timedelta(days=1) if event.last_on < _LAST_DAY else _LAST_DAY)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.category:
        yield f"CATEGORIES:{escaped(event.category)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line break escaped, other control characters left out."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(character for character in kept if character in "\n\t" or (character >= " " and character != "\x7f"))
    for plain, marked in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        kept = kept.replace(plain, marked)
    return kept


def folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, never inside a character, ended as the format wants it."""
    pieces: list[bytes] = []
    piece, room = b"", _LONGEST_LINE
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            # The space that marks the continuation counts too.
            piece, room = b"", _LONGEST_LINE - 1
        piece += octets
    pieces.append(piece)
    return b"\r\n ".join(pieces) + b"\r\n"
