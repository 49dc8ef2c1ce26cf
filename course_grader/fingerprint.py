"""Fingerprints (hashes) of a notebook's cells, and of everything that a lab's results depend on."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, read

from course_grader.engine_options import EngineOptions
from course_grader.notebooks import Lab, is_graded_cell, is_solution_cell, nbgrader_metadata, tested_exercise
from course_grader.results import Fingerprint
from course_utils._version import __version__

_ROOT = Path(__file__).parent.parent
# Code, and the files of data and weights that it reads; not outline.json or the study texts, which change no result.
_FILES = ("course_grader/**/*.py", "course_utils/**/*.py", "course_utils/data/**/*.json", "course_utils/models/**/*.*")


def content_hash(notebook: NotebookNode) -> str:
    """A hash of what can change a notebook's result: each cell's type, source, nbgrader metadata and tags."""
    cells = [
        [cell.cell_type, cell.source, cell.metadata.get("nbgrader", {}), cell.metadata.get("tags", [])]
        for cell in notebook.cells
    ]
    return _hash(cells)


def lab_fingerprint(lab: Lab, code: str | None = None) -> str:
    """A hash that changes with the reference's cells, lab.toml, and the grader's own code and data.

    code: the grader's own hash, from `code_hash`, for a process that runs longer than its files stay as they are.
    """
    return _hash([lab.name, content_hash(lab.reference()), asdict(lab.settings), code or code_hash()])


def code_hash() -> str:
    """The hash of this grader's code and data, as the files are now."""
    return grader_hash(_ROOT)


def lab_hash(lab: Lab) -> str:
    """A hash that changes with the reference's cells, the release's cells and lab.toml."""
    release = content_hash(read(lab.release_path, as_version=4)) if lab.release_path.is_file() else ""
    return _hash([lab.name, content_hash(lab.reference()), release, asdict(lab.settings)])


def libraries() -> str:
    """The versions of the libraries on which results depend, as far as they can change a grade.

    Left out are Python's third number, which stands for fixes, and PyTorch's build, such as `+cpu`.
    """
    return f"Python {sys.version_info.major}.{sys.version_info.minor}, torch {version('torch').partition('+')[0]}"


def installed_grader_hash() -> str:
    """A hash that changes with the grader's own code and data, and with `libraries`."""
    return _hash([code_hash(), libraries()])


def run_fingerprint(lab: Lab, options: EngineOptions) -> Fingerprint:
    """What the results of a run over `lab` with these options depend on; to be completed for each submission."""
    return Fingerprint("", lab_hash(lab), installed_grader_hash(), options.in_words)


def answer_hashes(cells: Iterable[NotebookNode]) -> dict[str, str]:
    """For each graded cell, by grade_id, a hash of the answer that its points are for.

    That is a written answer's own cell; for a test cell the exercise's solution cell, or all of them if it has none.
    """
    cells = list(cells)
    solutions = {nbgrader_metadata(cell).get("grade_id"): cell.source for cell in cells if is_solution_cell(cell)}
    graded = {nbgrader_metadata(cell)["grade_id"]: cell for cell in cells if is_graded_cell(cell)}
    return {name: _answer_hash(cell, solutions) for name, cell in graded.items()}


def _answer_hash(cell: NotebookNode, solutions: dict[str | None, str]) -> str:
    if nbgrader_metadata(cell).get("solution"):
        return _hash([cell.source, cell.get("attachments", {})])
    return _hash(solutions.get(tested_exercise(cell.source), list(solutions.values())))


def grader_hash(root: Path) -> str:
    """Of the grader's code and data, in the packages below `root`."""
    paths = sorted({path for pattern in _FILES for path in root.glob(pattern)})
    files = [[path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()] for path in paths]
    return _hash([__version__, files])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
