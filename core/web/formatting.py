"""Values as people read them. Every function returns safe HTML; None is shown as unknown, never as zero."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from zlib import crc32

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.web.tones import tone_of

UNKNOWN = mark_safe('<span class="unknown" title="Unknown">\N{EM DASH}<span class="sr-only">unknown</span></span>')
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
_DECIMALS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}
# The unit of a share between 0 and 1.
FRACTION = "fraction"
_COMPACT = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))
_AGO = ((86400, "d"), (3600, "h"), (60, "min"))

Formatter = Callable[[Any, Any, Any], str]


def number(value: Any, decimals: int | None = None) -> str:
    """Thousands separated; with `decimals` None integers stay integers and fractions lose trailing zeros."""
    if value is None or value == "":
        return UNKNOWN
    amount = Decimal(str(value))
    if not amount.is_finite():
        return UNKNOWN
    if decimals is not None:
        amount = amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    text = f"{abs(amount):,f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    sign = "\N{MINUS SIGN}" if amount < 0 and text.strip("0.,") else ""
    return f"{sign}{text}"


def money(value: Any, currency: str = "", *, compact: bool = False, decimals: int | None = None) -> str:
    """An amount with its currency: `€1,200.50`, `CHF 90.00`; compact gives `€1.2m`.

    Without `decimals` it has as many as the currency has.
    """
    if value is None or value == "":
        return UNKNOWN
    amount, suffix = Decimal(str(value)), ""
    decimals = _DECIMALS.get(currency, 2) if decimals is None else decimals
    if compact:
        amount, suffix, decimals = _shorten(amount)
    symbol = _SYMBOLS.get(currency) or (f"{currency}\N{NO-BREAK SPACE}" if currency else "")
    text = number(amount, decimals)
    sign, digits = (text[0], text[1:]) if text.startswith("\N{MINUS SIGN}") else ("", text)
    return format_html('<span class="num">{}{}{}{}</span>', sign, symbol, digits, suffix)


def _shorten(amount: Decimal) -> tuple[Decimal, str, int]:
    for size, suffix in _COMPACT:
        if abs(amount) >= size:
            shown = amount / size
            return shown, suffix, 2 if abs(shown) < 10 else 1 if abs(shown) < 100 else 0
    return amount, "", 0


def percent(value: Any, decimals: int = 1) -> str:
    """A fraction as a percentage: 0.125 is `12.5%`."""
    if value is None or value == "":
        return UNKNOWN
    return format_html('<span class="num">{}%</span>', number(Decimal(str(value)) * 100, decimals))


def quantity(value: Any, unit: str = "", *, is_exact: bool = False) -> str:
    """A figure with its unit as text: `11.7 ms`, `€2.90`; a unit of "fraction" reads as a percentage.

    Figures are cut to four significant digits (no digit before the point is lost) unless `is_exact`.
    """
    if value is None or value == "":
        return UNKNOWN
    amount = Decimal(str(value)) * (100 if unit == FRACTION else 1)
    if not amount.is_finite():
        return UNKNOWN
    if not is_exact and amount:
        amount = round(amount, max(0, 3 - amount.adjusted()))
    if unit in (FRACTION, "%"):
        return f"{number(amount)}%"
    if unit in _SYMBOLS:
        text = number(amount, None if is_exact else 0 if abs(amount) >= 1000 else _DECIMALS.get(unit, 2))
        sign, digits = (text[0], text[1:]) if text.startswith("\N{MINUS SIGN}") else ("", text)
        return f"{sign}{_SYMBOLS[unit]}{digits}"
    return (
        f"{number(amount)}\N{NO-BREAK SPACE}{_of_one(unit) if abs(amount) == 1 else unit}" if unit else number(amount)
    )


def _of_one(unit: str) -> str:
    """A unit that is a word in the plural, for one of them: findings, but ms, status and loss as they are."""
    if len(unit) < 4 or not unit.isalpha() or unit[-1] != "s" or unit[-2] in "aious":
        return unit
    if unit.endswith("ies"):
        return unit if unit.endswith(("series", "species")) else f"{unit[:-3]}y"
    return unit[:-2] if unit.endswith(("ches", "shes", "sses", "xes")) else unit[:-1]


def figure(value: Any, unit: str = "") -> str:
    """As `quantity`, but without a unit that is a word: for figures beside one that says it."""
    return quantity(value, unit if unit in (FRACTION, "%") or unit in _SYMBOLS else "")


def day_text(value: date | datetime) -> str:
    """`22 Nov 2026` as plain text, of a moment in the active time zone."""
    shown = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return f"{shown.day} {shown:%b} {shown.year}"


def moment_text(value: datetime) -> str:
    """`22 Nov 2026, 10:03` as plain text in the active time zone."""
    return f"{day_text(value)}, {timezone.localtime(value):%H:%M}"


def day(value: date | datetime | None) -> str:
    """`22 Nov 2026`."""
    if value is None:
        return UNKNOWN
    shown = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time class="num" datetime="{}">{}</time>', shown.isoformat(), day_text(value))


def moment(value: datetime | None) -> str:
    """`22 Nov 2026, 10:03` in the active time zone."""
    if value is None:
        return UNKNOWN
    return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), moment_text(value))


def ago(value: datetime | None) -> str:
    """`3 h ago` or `in 2 d`, with the exact time as tooltip; beyond 30 days the date."""
    if value is None:
        return UNKNOWN
    difference = timezone.now() - value
    if abs(difference) > timedelta(days=30):
        return day(value)
    seconds = abs(int(difference.total_seconds()))
    text = next((f"{seconds // size} {unit}" for size, unit in _AGO if seconds >= size), "")
    text = "just now" if not text else f"{text} ago" if difference > timedelta(0) else f"in {text}"
    exact = f"{moment_text(value)} {timezone.localtime(value):%Z}"
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, text)


def badge(label: Any, tone: str = "neutral") -> str:
    """A status with a coloured dot; the word carries the meaning, the colour only supports it."""
    return format_html('<span class="badge badge--{}">{}</span>', tone, label)


def person(value: Any) -> str:
    """Initials in a disc and the name; accepts a user or a plain name."""
    if value is None or value == "":
        return UNKNOWN
    name = person_name(value)
    return format_html(
        '<span class="person"><span class="avatar avatar--{}" aria-hidden="true">{}</span>{}</span>',
        crc32(name.encode()) % 8,
        initials(name),
        name,
    )


def person_name(value: Any) -> str:
    """Full name of a user if there is one, else its text."""
    full_name = getattr(value, "get_full_name", None)
    return (full_name() if full_name else "") or str(value)


def initials(name: str) -> str:
    """First letters of the first and the last word; of an address those of its local part."""
    words = name.split("@")[0].replace(".", " ").replace("_", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def boolean(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return "Yes" if value else "No"


def tags(values: Any) -> str:
    """A row of small labels."""
    return format_html_join(" ", '<span class="tag">{}</span>', ((value,) for value in values or ()))


def meter(value: Any) -> str:
    """A fraction between 0 and 1 as a bar with its percentage."""
    if value is None:
        return UNKNOWN
    return format_html(
        '<span class="meter"><progress class="bar" max="1" value="{}">{}</progress>{}</span>',
        f"{min(max(float(value), 0), 1):.4f}",
        percent(value, 0),
        percent(value, 0),
    )


def plain(value: Any) -> str:
    """Text as it is; empty is shown as unknown."""
    return UNKNOWN if value is None or value == "" else str(value)


def email(value: Any) -> str:
    """An address that breaks before its @ where the line is too short for it."""
    if value is None or value == "":
        return UNKNOWN
    name, at, host = str(value).rpartition("@")
    return format_html("{}<wbr>{}{}", name, at, host)


def _badge_cell(value: Any, obj: Any, column: Any) -> str:
    if value is None or value == "":
        return UNKNOWN
    display = getattr(obj, f"get_{column.name}_display", None)
    label = display() if display else getattr(value, "label", value)
    return badge(label, (column.tones or {}).get(str(value)) or tone_of(value))


def _choice_cell(value: Any, obj: Any, column: Any) -> str:
    display = getattr(obj, f"get_{column.name}_display", None)
    return plain(display() if display else value)


def _money_cell(value: Any, obj: Any, column: Any) -> str:
    return money(value, str(column.currency_of(obj) or ""), compact=column.is_compact, decimals=column.decimals)


FORMATTERS: dict[str, Formatter] = {
    "text": lambda value, obj, column: plain(value),
    "choice": _choice_cell,
    "badge": _badge_cell,
    "money": _money_cell,
    "percent": lambda value, obj, column: percent(value, 1 if column.decimals is None else column.decimals),
    "number": lambda value, obj, column: format_html('<span class="num">{}</span>', number(value, column.decimals)),
    "date": lambda value, obj, column: day(value),
    "datetime": lambda value, obj, column: moment(value),
    "ago": lambda value, obj, column: ago(value),
    "email": lambda value, obj, column: email(value),
    "person": lambda value, obj, column: person(value),
    "boolean": lambda value, obj, column: boolean(value),
    "tags": lambda value, obj, column: tags(value),
    "progress": lambda value, obj, column: meter(value),
}


def rendered(value: Any, obj: Any, column: Any) -> SafeString | str:
    """The value through the column's formatter."""
    formatter = column.formatter if callable(column.formatter) else FORMATTERS[column.formatter]
    return formatter(value, obj, column)


def midsentence(label: str) -> str:
    """A label as it stands inside a sentence: "Business cases" loses its capital, "KPIs" and "API tokens" do not."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
