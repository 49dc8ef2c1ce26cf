"""Reads submitted notebooks: takes only what is graded, and describes damage in plain words.

`content.clean_content` then drops every value whose form is not known.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import ijson
from nbformat import NotebookNode, from_dict

from course_grader.repair.json_selection import EVERYTHING, TooLarge, read_selection, select
from course_grader.repair.notes import Notes
from course_grader.repair.plain_files import NotPlain, open_plain

MAX_CELLS = 5_000
MAX_FILE_MB = 2_000
_FAULTY_MB = 20  # of a file that is not strictly JSON
MAX_FAULTY_BYTES = _FAULTY_MB << 20
_CELL_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}")
_CONFLICT = re.compile(rb"^<<<<<<< ", re.MULTILINE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CELL_TYPES = ("code", "markdown", "raw")
# Outputs, and other metadata of front ends, are not read.
_SELECTION = {
    "nbformat": EVERYTHING,
    "nbformat_minor": EVERYTHING,
    "metadata": {"course": EVERYTHING},
    "cells": [
        {
            "id": EVERYTHING,
            "cell_type": EVERYTHING,
            "source": EVERYTHING,
            "metadata": {"nbgrader": EVERYTHING, "tags": EVERYTHING},
            "attachments": EVERYTHING,
        }
    ],
}


class Unreadable(Exception):
    """The submission is not a notebook; the message says why, in plain words."""


def read_notebook(path: Path, notes: Notes) -> NotebookNode:
    """The notebook at `path`, in format 4.5; what was repaired is added to `notes`. Raises Unreadable."""
    try:
        with open_plain(path) as file:
            if path.stat().st_size > MAX_FILE_MB << 20:
                raise Unreadable(f"{path.name} is over {MAX_FILE_MB} MB: clear its outputs and hand it in again.")
            return _notebook(_read(file, path.name, notes), path.name, notes)
    except NotPlain as error:
        raise Unreadable(str(error)) from None
    except OSError as error:
        raise Unreadable(f"{path.name} could not be read: {error.strerror}.") from None


def _read(file: IO[bytes], name: str, notes: Notes) -> Any:
    if file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK:
        notes.add("The file started with a byte-order mark, which has been removed.", needs_review=False)
    else:
        file.seek(0)
    try:
        return _selected(file, name)
    except TooLarge as error:
        raise Unreadable(f"{name} {error}: clear its outputs and hand it in again.") from None


def _selected(file: IO[bytes], name: str) -> Any:
    try:
        return read_selection(file, _SELECTION)
    except (ijson.JSONError, ValueError):  # ValueError: of numbers and texts that Python does not take
        file.seek(0)
        content = file.read(MAX_FAULTY_BYTES + 1)
    if len(content) > MAX_FAULTY_BYTES:
        raise TooLarge(f"is not valid JSON (cut off or damaged, or NaN in an output) and over {_FAULTY_MB} MB")
    return _read_at_once(content, name)


def _read_at_once(content: bytes, name: str) -> Any:
    """Python's own reader: it takes NaN and long integers, which notebooks may contain, and says where JSON ends."""
    try:
        return select(json.loads(content.decode("utf-8-sig")), _SELECTION)
    except UnicodeDecodeError as problem:
        reason = f"is not UTF-8 text (byte {problem.start})."
    except json.JSONDecodeError as problem:
        conflict = _CONFLICT.search(content)
        damage = "Git has left a merge conflict in it" if conflict else "the file is cut off or damaged"
        reason = f"is not valid JSON (line {problem.lineno}): {damage}."
    except RecursionError:
        reason = "is nested too deeply to be a notebook."
    except ValueError as problem:
        reason = f"is not valid JSON ({problem}): the file is damaged."
    raise Unreadable(f"{name} {reason}")


def _notebook(found: Any, name: str, notes: Notes) -> NotebookNode:
    if isinstance(found, dict) and "nbformat" in found:
        _expect_format(found, name)  # older formats have no list of cells
    cells = _cells(found, name)
    _expect_format(found, name)
    if type(minor := found.get("nbformat_minor")) is not int:
        notes.add(f"The notebook's nbformat_minor is {_shown(minor)}, expected a whole number; it has been ignored.")
    ids: set[str] = set()
    clean = [_cell(cell, number, name, ids) for number, cell in enumerate(cells, start=1)]
    _remove_damaged_metadata(clean, notes)
    metadata = _dict_or_empty(found.get("metadata"))
    return from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": clean})


def _expect_format(found: dict[str, Any], name: str) -> None:
    if found.get("nbformat") != 4 or isinstance(found["nbformat"], bool):
        raise Unreadable(
            f"{name} has notebook format {_shown(found.get('nbformat'))}, expected 4: "
            "open it in JupyterLab or Colab, save it and hand it in again."
        )


def _cells(found: Any, name: str) -> list:
    """The list of cells; raises Unreadable for JSON that is not a notebook."""
    if not isinstance(found, dict):
        raise Unreadable(f"{name} is JSON, but not a valid notebook: expected an object, found {_shown(found)}.")
    cells = found.get("cells")
    if not isinstance(cells, list):
        raise Unreadable(f"{name} is JSON, but not a valid notebook: expected a list of cells, found {_shown(cells)}.")
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"{name} has {len(cells):,} cells; at most {MAX_CELLS:,} are read.")
    return cells


def _cell(cell: Any, number: int, name: str, ids: set[str]) -> dict[str, Any]:
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES:
        kind = cell.get("cell_type") if isinstance(cell, dict) else cell
        raise Unreadable(
            f"{name} is JSON, but not a valid notebook: cell {number} is of type {_shown(kind)}, "
            f"expected {', '.join(_CELL_TYPES)}."
        )
    clean = {
        "id": unused_id(cell.get("id"), ids),
        "cell_type": cell["cell_type"],
        "source": _source(cell.get("source", ""), number, name),
        "metadata": _dict_or_empty(cell.get("metadata")),
    }
    if cell["cell_type"] == "code":
        clean |= {"outputs": [], "execution_count": None}
    elif isinstance(cell.get("attachments"), dict):
        clean["attachments"] = cell["attachments"]
    return clean


def unused_id(found: Any, ids: set[str]) -> str:
    """The cell's own id, or a new one if it is missing, malformed or already used."""
    if not isinstance(found, str) or not _CELL_ID.fullmatch(found) or found in ids:
        found = uuid4().hex[:8]
    ids.add(found)
    return found


def _source(found: Any, number: int, name: str) -> str:
    lines = found if isinstance(found, list) else [found]
    if not all(isinstance(line, str) for line in lines):
        raise Unreadable(
            f"{name} is JSON, but not a valid notebook: the source of cell {number} is {_shown(found)}, expected text."
        )
    # Else each cell of the course would differ from the released one.
    text = "".join(lines).replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode()  # half of a surrogate pair cannot be saved


def _remove_damaged_metadata(cells: list[dict[str, Any]], notes: Notes) -> None:
    """Remove nbgrader metadata that nbgrader cannot read."""
    damaged = []
    for number, cell in enumerate(cells, start=1):
        metadata = cell["metadata"]
        if "nbgrader" in metadata and not is_valid_nbgrader_metadata(metadata["nbgrader"]):
            damaged.append(str(number))
            del metadata["nbgrader"]
    if damaged:
        which = f"cell {damaged[0]}" if len(damaged) == 1 else f"cells {', '.join(damaged)}"
        notes.add(f"The nbgrader metadata of {which} was damaged and has been removed.", needs_review=False)


def _dict_or_empty(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def is_valid_nbgrader_metadata(found: Any) -> bool:
    """Whether nbgrader can read a cell's nbgrader metadata."""
    return (
        isinstance(found, dict)
        and all(isinstance(found.get(name), bool) for name in ("grade", "solution", "locked"))
        and isinstance(found.get("grade_id"), str)
        and isinstance(found.get("points", 0), int | float)
        and found.get("schema_version") == 3
    )


def _shown(value: Any) -> str:
    """A short description of a value that was not expected."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return "missing" if value is None else repr(value)[:40]
