"""Reads a TOML table into a dataclass whose fields declare the allowed values; CourseError explains a mistake.

Field types: bool, int, float, str, tuple[str, ...] (an array of strings), and a dataclass (a table within the table).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar, get_type_hints

from course_grader.errors import CourseError


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


Table = TypeVar("Table", bound=_Dataclass)
STRINGS = tuple[str, ...]
NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a string", STRINGS: "a list of strings"}


@dataclass(frozen=True)
class Key:
    """What a key means and which values it takes; stored in the field's metadata as `key`.

    low, high: the range of a number, inclusive. at_most: another key of the table, whose value is an upper bound.
    item: a regular expression that each string must match in full; example: a string that matches.
    """

    doc: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    at_most: str | None = None
    item: str | None = None
    example: str = ""


def load_toml(path: Path) -> dict[str, Any]:
    """The file's values; CourseError if it is not valid UTF-8 or TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise CourseError(f"{path}: expected UTF-8 text, got byte {byte:#04x} at position {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path}: not valid TOML: {error}") from None


def read_table(table: type[Table], values: dict[str, Any], path: Path, prefix: str = "") -> Table:
    """An instance of `table`. prefix: the name of the table within the file, followed by a dot."""
    kinds = get_type_hints(table)
    keys = {entry.name: entry.metadata.get("key", Key("")) for entry in fields(table)}
    for name in values:
        if name not in keys:
            raise CourseError(f"{path}: unknown key {prefix + name!r}; {_suggestion(name, list(keys))}")
    read = {name: _value(kinds[name], keys[name], value, path, prefix + name) for name, value in values.items()}
    settings = table(**read)
    _check_order(settings, keys, read, path, prefix)
    return settings


def expected(kind: Any, key: Key) -> str:
    """The values that a key takes, in words, for error messages and the documentation."""
    text = NAMES.get(kind, "a table")
    if key.item is not None:
        text += f" such as {key.example!r}"
    if key.low is not None and key.high is not None:
        text += f" from {key.low:,} to {key.high:,}"
    return text + (f" {key.unit}" if key.unit else "")


def _suggestion(name: str, known: list[str]) -> str:
    import difflib  # only after a mistake

    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(sorted(known))}"


def _value(kind: Any, key: Key, value: Any, path: Path, name: str) -> Any:
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        return read_table(kind, value, path, f"{name}.")
    if not (_has_type(kind, value) and _in_range(key, value) and _items_match(key, value)):
        raise CourseError(f"{path}: {name} takes {expected(kind, key)}, got {_show(value)}")
    if kind == STRINGS:
        return tuple(value)
    return float(value) if kind is float else value


def _has_type(kind: Any, value: Any) -> bool:
    """As in TOML, and unlike in Python, a Boolean is not a number."""
    if isinstance(value, bool):
        return kind is bool
    if kind == STRINGS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind is float:
        return isinstance(value, int | float)
    return kind in NAMES and isinstance(value, kind)


def _in_range(key: Key, value: Any) -> bool:
    """False for NaN."""
    return (key.low is None or value >= key.low) and (key.high is None or value <= key.high)


def _items_match(key: Key, value: Any) -> bool:
    if key.item is None:
        return True
    items = value if isinstance(value, list) else [value]
    return all(re.fullmatch(key.item, item) for item in items)


def _check_order(settings: Any, keys: dict[str, Key], given: dict[str, Any], path: Path, prefix: str) -> None:
    for name, key in keys.items():
        if key.at_most is None:
            continue
        value, most = getattr(settings, name), getattr(settings, key.at_most)
        if value > most:
            which = f"{prefix + key.at_most} ({most:g}{'' if key.at_most in given else ', the default'})"
            raise CourseError(f"{path}: {prefix + name} takes at most {which}, got {value:g}")


def _show(value: Any) -> str:
    """The value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    return repr(value) if isinstance(value, str | list) else str(value)
