"""Fingerprints (hashes) of a notebook's cells, and of everything that a lab's results depend on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course_grader.notebooks import Lab
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


def grader_hash(root: Path) -> str:
    """Of the grader's code and data, in the packages below `root`."""
    paths = sorted({path for pattern in _FILES for path in root.glob(pattern)})
    files = [[path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()] for path in paths]
    return _hash([__version__, files])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
