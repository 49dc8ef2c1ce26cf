"""Reading what students hand in: what is damaged is said in plain words, and never stops a batch."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

MAX_MB = 50
# What nbformat raises for JSON that is no notebook (NotJSONError is a ValueError).
_NO_NOTEBOOK = (nbformat.ValidationError, ValueError, KeyError, TypeError, AttributeError)
NOTES = "course_grader"  # the notebook's metadata that holds what the grader has to say


class Unreadable(Exception):
    """A submission that is no notebook; the message says why, in plain words."""


@dataclass
class Notes:
    """What was found wrong before grading. unreadable: nothing of the submission could be used."""

    problems: list[str] = field(default_factory=list)
    needs_person: bool = False
    unreadable: bool = False

    def add(self, problem: str, needs_person: bool = True) -> None:
        self.problems.append(problem)
        self.needs_person = self.needs_person or needs_person

    @classmethod
    def of(cls, notebook: NotebookNode) -> Notes:
        found = notebook.metadata.get(NOTES, {})
        return cls(list(found.get("problems", [])), found.get("needs_person", False), found.get("unreadable", False))

    def write(self, notebook: NotebookNode) -> None:
        notebook.metadata[NOTES] = vars(self)


def read_submission(path: Path) -> NotebookNode:
    """The notebook at `path`, with `Notes` on what was mended while reading. Raises Unreadable."""
    notes = Notes()
    notebook = _parse(_text(path, notes), path.name)
    for number, cell in enumerate(notebook.cells, start=1):
        if "nbgrader" in cell.metadata and not _sound_mark(cell.metadata["nbgrader"]):
            del cell.metadata["nbgrader"]
            notes.add(f"The nbgrader metadata of cell {number} was damaged and was taken out.", needs_person=False)
    notes.write(notebook)  # also replaces notes that a student wrote there
    return notebook


def stand_in(reason: str) -> NotebookNode:
    """A notebook in place of one that cannot be read; nbgrader's test cells are put into it later."""
    cell = new_markdown_cell(f"**This submission could not be graded:** {reason}", id="damage")
    notebook = new_notebook(cells=[cell])
    Notes([reason], needs_person=True, unreadable=True).write(notebook)
    return notebook


def _text(path: Path, notes: Notes) -> str:
    if not path.is_file():
        raise Unreadable(_missing(path))
    if path.stat().st_size > MAX_MB << 20:
        raise Unreadable(f"{path.name} is larger than {MAX_MB} MB; clear its outputs and hand it in again.")
    content = path.read_bytes()
    if content.startswith(b"\xef\xbb\xbf"):
        notes.add("The file began with a byte-order mark, which was taken out.", needs_person=False)
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
    """The files below `folder`, as paths within it. Bytes that are no text are shown as question marks."""
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
    except _NO_NOTEBOOK as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unreadable(f"{name} is JSON, but no valid notebook: {first_line[:200]}.") from None
    return notebook


def _sound_mark(mark: Any) -> bool:
    """Whether a cell's nbgrader metadata has the form that nbgrader reads without stumbling."""
    return (
        isinstance(mark, dict)
        and all(isinstance(mark.get(name), bool) for name in ("grade", "solution", "locked"))
        and isinstance(mark.get("grade_id"), str)
        and isinstance(mark.get("points", 0), int | float)
        and mark.get("schema_version") == 3
    )
