"""Reads selected parts of a JSON file as a stream, so that hostile files take little time and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

import ijson

MAX_EVENTS = 4_000_000  # tokens of the whole file; they take a few seconds
MAX_KEPT = 200_000  # values and names that are kept
MAX_KEPT_BYTES = 50 << 20  # of text that is kept
MAX_DEPTH = 200
TOO_DEEP = "is nested too deeply to be a notebook"
EVERYTHING: dict = {}  # as a selection: the whole value


class TooLarge(Exception):
    """The file, or its selected part, exceeds a limit; the message completes "the file ..."."""


@dataclass
class _Open:
    """An object or array that is being read. value: None if it is not selected."""

    value: dict | list | None
    selection: Any
    name: str = ""


def read_selection(file: IO[bytes], selection: Any) -> Any:
    """The selected part: {name: selection} of an object, [selection] of an array's items, EVERYTHING of a value.

    An object or array where the selection expects the other is returned empty, so that its type can be checked.
    Raises TooLarge, and ijson.JSONError if the file is not JSON.
    """
    reader = _Reader(selection)
    for number, (event, value) in enumerate(ijson.basic_parse(file, use_float=True)):
        if number > MAX_EVENTS:
            raise TooLarge(f"has more than {MAX_EVENTS:,} JSON values")
        reader.handle(event, value)
    return reader.result


def select(value: Any, selection: Any) -> Any:
    """The same from a value that is in memory already, with the same limits on what is kept."""
    return _select(value, selection, Kept(), 1)


def _select(value: Any, selection: Any, kept: Kept, depth: int) -> Any:
    kept.add(value)
    if isinstance(value, dict | list) and depth > MAX_DEPTH:
        raise TooLarge(TOO_DEEP)
    if isinstance(value, dict):
        found = {name: part for name in value if (part := _part(selection, dict, name)) is not None}
        for name in found:
            kept.add(name)
        return {name: _select(value[name], part, kept, depth + 1) for name, part in found.items()}
    if isinstance(value, list):
        part = _part(selection, list)
        return [] if part is None else [_select(item, part, kept, depth + 1) for item in value]
    return value


def _part(selection: Any, kind: type[dict | list], name: str = "") -> Any:
    """The selection for the part `name` of an object (a dict), or for an array's items; None if it is not selected."""
    if selection is EVERYTHING:
        return EVERYTHING
    if not isinstance(selection, kind):
        return None
    return selection[0] if isinstance(selection, list) else selection.get(name)


class Kept:
    """Counts the values that are kept, and the characters in them. Raises TooLarge above the limits."""

    def __init__(self) -> None:
        self.values = self.characters = 0

    def add(self, value: Any) -> None:
        self.values += 1
        if isinstance(value, str):
            self.characters += len(value)
        if self.values > MAX_KEPT:
            raise TooLarge(f"has more than {MAX_KEPT:,} values in its cells")
        if self.characters > MAX_KEPT_BYTES:
            raise TooLarge(f"has more than {MAX_KEPT_BYTES >> 20} MB of text, without its outputs")


class _Reader:
    def __init__(self, selection: Any):
        self.result: Any = None
        self._selection = selection
        self._open: list[_Open] = []
        self._kept = Kept()

    def handle(self, event: str, value: Any) -> None:
        if event == "map_key":
            self._open[-1].name = value
        elif event in ("start_map", "start_array"):
            self._begin({} if event == "start_map" else [])
        elif event in ("end_map", "end_array"):
            self._open.pop()
        else:
            self._add(value, self._child_selection())

    def _begin(self, container: dict | list) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise TooLarge(TOO_DEEP)
        selection = self._child_selection()
        self._add(container, selection)
        self._open.append(_Open(container if selection is not None else None, selection))

    def _child_selection(self) -> Any:
        """The selection for the next value; None if it is not selected."""
        if not self._open:
            return self._selection
        parent = self._open[-1]
        if parent.value is None:
            return None
        return _part(parent.selection, type(parent.value), parent.name)

    def _add(self, value: Any, selection: Any) -> None:
        if selection is None:
            return
        self._kept.add(value)
        if not self._open:
            self.result = value
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif isinstance(parent.value, dict):
            self._kept.add(parent.name)
            parent.value[parent.name] = value
