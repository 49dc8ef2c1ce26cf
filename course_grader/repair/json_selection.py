"""Reads selected parts of a JSON file as a stream, so that hostile files take little time and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

import ijson

MAX_EVENTS = 4_000_000  # tokens of the whole file; they take a few seconds
MAX_KEPT = 200_000  # values and names that are kept
MAX_KEPT_BYTES = 50 << 20  # of text that is kept
MAX_DEPTH = 200
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
    """The same from a value that is in memory already."""
    if selection is EVERYTHING:
        return value
    if isinstance(value, dict):
        names = value.keys() & selection if isinstance(selection, dict) else ()
        return {name: select(value[name], selection[name]) for name in value if name in names}
    if isinstance(value, list):
        return [select(item, selection[0]) for item in value] if isinstance(selection, list) else []
    return value


class _Reader:
    def __init__(self, selection: Any):
        self.result: Any = None
        self._selection = selection
        self._open: list[_Open] = []
        self._kept = self._bytes = 0

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
            raise TooLarge("is nested too deeply to be a notebook")
        selection = self._child_selection()
        self._add(container, selection)
        self._open.append(_Open(container if selection is not None else None, selection))

    def _child_selection(self) -> Any:
        """The selection for the next value; None if it is not selected."""
        if not self._open:
            return self._selection
        parent = self._open[-1]
        if parent.selection is EVERYTHING:
            return EVERYTHING
        if isinstance(parent.selection, dict) and isinstance(parent.value, dict):
            return parent.selection.get(parent.name)
        if isinstance(parent.selection, list) and isinstance(parent.value, list):
            return parent.selection[0]
        return None

    def _add(self, value: Any, selection: Any) -> None:
        if selection is None:
            return
        self._count(value)
        if not self._open:
            self.result = value
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif isinstance(parent.value, dict):
            self._count(parent.name)
            parent.value[parent.name] = value

    def _count(self, value: Any) -> None:
        self._kept += 1
        if isinstance(value, str):
            self._bytes += len(value)
        if self._kept > MAX_KEPT:
            raise TooLarge(f"has more than {MAX_KEPT:,} values in its cells")
        if self._bytes > MAX_KEPT_BYTES:
            raise TooLarge(f"has more than {MAX_KEPT_BYTES >> 20} MB of text, without its outputs")
