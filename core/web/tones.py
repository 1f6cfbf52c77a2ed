"""Tones of badges: the meaning of a status colour. Apps register the words of their enums."""

from collections.abc import Mapping

TONES = ("neutral", "info", "accent", "success", "warning", "danger", "violet")

_tones: dict[str, str] = {}


def register_tones(tones: Mapping[str, str]) -> None:
    """Map status values to tones, e.g. `{"approved": "success"}`; raises ValueError for an unknown tone."""
    unknown = sorted(set(tones.values()) - set(TONES))
    if unknown:
        raise ValueError(f"Unknown tones: {', '.join(unknown)}")
    _tones.update(tones)


def tone_of(value: object, default: str = "neutral") -> str:
    """The tone registered for a status value."""
    return _tones.get(str(value), default)
