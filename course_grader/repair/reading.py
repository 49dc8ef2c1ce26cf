"""Reading what students hand in: damage is described in plain words and never stops a run."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from course_grader.repair.notes import Notes

MAX_MB = 50
# What nbformat raises for JSON that is not a notebook (NotJSONError is a ValueError).
_NOT_A_NOTEBOOK = (nbformat.ValidationError, ValueError, KeyError, TypeError, AttributeError)


class Unreadable(Exception):
    """A submission that is not a notebook; the message says why, in plain words."""


def read_notebook(path: Path, notes: Notes) -> NotebookNode:
    """The notebook at `path`; `notes` says what was repaired while reading. Raises Unreadable."""
    notebook = _parse(_text(path, notes), path.name)
    for number, cell in enumerate(notebook.cells, start=1):
        if "nbgrader" in cell.metadata and not _is_valid_nbgrader_metadata(cell.metadata["nbgrader"]):
            del cell.metadata["nbgrader"]
            notes.add(f"The nbgrader metadata of cell {number} was damaged and was removed.", needs_review=False)
    return notebook


def _text(path: Path, notes: Notes) -> str:
    if not path.is_file():
        raise Unreadable(_missing(path))
    if path.stat().st_size > MAX_MB << 20:
        raise Unreadable(f"{path.name} is larger than {MAX_MB} MB; clear its outputs and hand it in again.")
    content = path.read_bytes()
    if content.startswith(b"\xef\xbb\xbf"):
        notes.add("The file began with a byte-order mark, which was removed.", needs_review=False)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path.name} is not UTF-8 text (byte {error.start}).") from None


def _missing(path: Path) -> str:
    files = _files(path.parent)
    if others := [name for name in files if name.endswith(".ipynb") and "/" not in name]:
        return f"Expected a notebook named {path.name}; found {_listing(others)}: was it renamed?"
    found = f"files there: {_listing(files)}" if files else "its folder is empty"
    return f"There is no notebook in the submission, expected {path.name}; {found}."


def _files(folder: Path) -> list[str]:
    """The files below `folder`, as paths within it. Bytes that are not text are shown as question marks."""
    found = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    return [name.encode(errors="replace").decode() for name in found]


def _listing(names: list[str], limit: int = 5) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _parse(text: str, name: str) -> NotebookNode:
    try:
        json.loads(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without ids, as older front ends write them
            notebook = nbformat.reads(text, as_version=4)
            notebook.nbformat_minor = max(notebook.nbformat_minor, 5)  # Colab writes 4.0, with cell ids that 4.0 lacks
            _, notebook = nbformat.validator.normalize(notebook)
            nbformat.validate(notebook, relax_add_props=True)
    except json.JSONDecodeError as error:
        raise Unreadable(f"{name} is not valid JSON (line {error.lineno}): the file is cut off or damaged.") from None
    except RecursionError:
        raise Unreadable(f"{name} is nested too deeply to be a notebook.") from None
    except _NOT_A_NOTEBOOK as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unreadable(f"{name} is JSON, but not a valid notebook: {first_line[:200]}.") from None
    return notebook


def _is_valid_nbgrader_metadata(mark: Any) -> bool:
    """Whether a cell's nbgrader metadata has the form that nbgrader can read."""
    return (
        isinstance(mark, dict)
        and all(isinstance(mark.get(name), bool) for name in ("grade", "solution", "locked"))
        and isinstance(mark.get("grade_id"), str)
        and isinstance(mark.get("points", 0), int | float)
        and mark.get("schema_version") == 3
    )
