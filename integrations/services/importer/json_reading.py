"""Objects of a JSON file with the line each begins on, which json.loads alone does not tell."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from integrations.services.importer.problems import UnreadableFileError

_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class FoundObject:
    """One element of the array: its cells, or what is wrong with it."""

    cells: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    problem: str = ""


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys were given twice; json itself keeps the last and says nothing."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        made.repeated = tuple(sorted({name for name in names if names.count(name) > 1}))
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


# Numbers stay as written: the version 1.10 is not 1.1.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=str, parse_float=str, strict=True
)


def objects_with_lines(text: str) -> Iterator[tuple[int, FoundObject]]:
    """(line, object) of an array of objects, or of the one array of objects an object holds."""
    document = _decoded(text)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    start = _array_start(text, document)
    for position, value in _elements(text, start):
        yield bisect_right(starts, position), _found(value)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text, cls=None, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise UnreadableFileError(f"This is not JSON: {error.msg}, column {error.colno}.", line=error.lineno) from error
    except RecursionError as error:
        raise UnreadableFileError("The JSON is nested too deeply.") from error
    except ValueError as error:
        raise UnreadableFileError(f"This is not JSON: {error}.") from error


def _array_start(text: str, document: Any) -> int:
    if isinstance(document, list):
        return _skip(text, 0)
    if not isinstance(document, dict):
        raise UnreadableFileError("The JSON is neither an array of objects nor an object that holds one.")
    arrays = {name: position for name, position, value in _members(text) if _is_array_of_objects(value)}
    if len(arrays) > 1:
        raise UnreadableFileError(f"The object holds several arrays of objects: {', '.join(arrays)}. Keep one.")
    if not arrays:
        raise UnreadableFileError("The JSON is neither an array of objects nor an object that holds one.")
    return next(iter(arrays.values()))


def _is_array_of_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(element, dict) for element in value)


def _members(text: str) -> Iterator[tuple[str, int, Any]]:
    """Name, position and value of each member of the outermost object; the text is known to be JSON."""
    position = _skip(text, _skip(text, 0) + 1)
    while text[position] != "}":
        name, position = _DECODER.raw_decode(text, position)
        start = _skip(text, _skip(text, position) + 1)
        value, position = _DECODER.raw_decode(text, start)
        yield name, start, value
        position = _past_comma(text, position)


def _elements(text: str, start: int) -> Iterator[tuple[int, Any]]:
    """Position and value of each element of the array at `start`."""
    position = _skip(text, start + 1)
    while text[position] != "]":
        value, end = _DECODER.raw_decode(text, position)
        yield position, value
        position = _past_comma(text, end)


def _past_comma(text: str, position: int) -> int:
    position = _skip(text, position)
    return _skip(text, position + 1) if text[position] == "," else position


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _found(value: Any) -> FoundObject:
    if not isinstance(value, _Object):
        return FoundObject(problem="This element of the array is not an object.")
    if value.repeated:
        return FoundObject(problem=f"The object has the key “{value.repeated[0]}” twice.")
    cells: dict[str, str | tuple[str, ...]] = {}
    for name, member in value.items():
        # One level of nesting becomes columns such as milestones.beta.
        if isinstance(member, dict):
            cells |= {f"{name}.{inner}": _cell(each) for inner, each in member.items()}
        else:
            cells[name] = _cell(member)
    return FoundObject(cells=cells)


def _cell(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(each) for each in value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
